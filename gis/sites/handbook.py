"""The built-in site sets as Markdown: `python -m gis.sites.handbook` rewrites the part of docs/site-sets.md between the marks."""

from __future__ import annotations

from pathlib import Path

from gis.set_handbook import between, set_tables
from gis.sites.sets import list_site_sets

BEGIN, END = "<!-- sites: begin -->", "<!-- sites: end -->"


def site_handbook() -> str:
    """All built-in sets: what each is for, then every value that it states itself."""
    return set_tables(list_site_sets())


def rewrite(text: str) -> str:
    """`text` with the part between the marks replaced by the handbook."""
    return between(text, BEGIN, END, site_handbook())


if __name__ == "__main__":
    page = Path(__file__).parents[2] / "docs" / "site-sets.md"
    page.write_text(rewrite(page.read_text(encoding="utf-8")), encoding="utf-8")
