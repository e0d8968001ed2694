"""Executed notebooks -> a static site."""

from __future__ import annotations

from kb.site.make import digest, make_site
from kb.site.sphinx import SiteError

__all__ = ["SiteError", "digest", "make_site"]
