"""An E-utilities server for tests and demonstrations: NCBI's six calls from a folder of records, and its faults."""

from kb.pubmed.server.faults import Fault, parse_fault
from kb.pubmed.server.http import Server
from kb.pubmed.server.records import write_record

__all__ = ["Fault", "Server", "parse_fault", "write_record"]
