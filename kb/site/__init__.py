"""Executed notebooks -> a static site."""

from __future__ import annotations

from kb.site.make import SiteError, digest, make_site, prepare

__all__ = ["SiteError", "digest", "make_site", "prepare"]
