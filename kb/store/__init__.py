"""The one place that reads and writes evidence/: load, validate, save."""

from kb.store.reader import load, validate
from kb.store.writer import save_bibliography, save_post, save_study, save_terms

__all__ = ["load", "save_bibliography", "save_post", "save_study", "save_terms", "validate"]
