"""Files of reference managers -> candidates: RIS, BibTeX, NBIB (MEDLINE) and CSL-JSON, told apart by their content.

Where PMID and PMCID stand, since only NBIB has fields of its own for both:

=========  ==========================================================  ============================================
format     PMID                                                        PMCID
=========  ==========================================================  ============================================
RIS        ``AN`` when ``DB`` (or ``DP``) says PubMed or MEDLINE;      ``C2``; else ``PMCID:`` in ``M2``, ``N1`` or
           else ``PMID:`` in ``M2``, ``N1`` or ``M1`` (Zotero's        ``M1``; else an address of PMC in ``UR``
           "extra"); else an address of PubMed in ``UR``
BibTeX     ``pmid``; ``eprint`` with ``eprinttype = {pubmed}``;        ``pmcid`` or ``pmc``; else ``PMCID:`` in
           else ``PMID:`` in ``note`` or ``annote``                    ``note`` or ``annote``
NBIB       ``PMID``                                                    ``PMC``
CSL-JSON   ``PMID``; else ``PMID:`` in ``note``                        ``PMCID``; else ``PMCID:`` in ``note``
=========  ==========================================================  ============================================

A file with one id a line (PubMed's "Save", format PMID) is read as a list of ids. Abstracts are never read.
"""

from kb.pubmed.importers.candidate import Candidate
from kb.pubmed.importers.files import Imported, ImportFileError, read_file, read_text

__all__ = ["Candidate", "ImportFileError", "Imported", "read_file", "read_text"]
