"""The built-in cost sets as Markdown, for the page on roads: `python -m gis.roads.cost_handbook FILE` rewrites the part between the marks."""

from __future__ import annotations

import sys
from pathlib import Path

from gis.roads.costs import list_costs
from gis.set_handbook import between, set_tables

BEGIN, END = "<!-- costs: begin -->", "<!-- costs: end -->"


def cost_handbook() -> str:
    """All built-in sets: what each is for, then every value that it states itself."""
    return set_tables(list_costs())


def rewrite(text: str) -> str:
    """`text` with the part between the marks replaced by the handbook."""
    return between(text, BEGIN, END, cost_handbook())


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(rewrite(page.read_text(encoding="utf-8")), encoding="utf-8")
