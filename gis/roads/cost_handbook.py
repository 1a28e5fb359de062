"""The built-in cost sets as Markdown, for the page on roads: `python -m gis.roads.cost_handbook FILE` rewrites the part between the marks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gis.roads.costs import list_costs
from gis.standards.values import CONFIDENCE_LABELS

if TYPE_CHECKING:
    from gis.roads.costs import CostSet

BEGIN, END = "<!-- costs: begin -->", "<!-- costs: end -->"
_COLUMNS = {"rule": "键", "label": "名称", "value": "值", "unit": "单位", "confidence": "可信度", "source": "来源", "note": "说明"}


def cost_handbook() -> str:
    """All built-in sets: what each is for, then every value that it states itself."""
    letters = [f"- **{letter}** {meaning}" for letter, meaning in CONFIDENCE_LABELS.items()]
    return "\n".join(["可信度：", *letters, *(line for one in list_costs() for line in _values(one))]) + "\n"


def _values(one: CostSet) -> list[str]:
    table = one.parameters()
    own = table[table["set"] == one.id]
    head = ["", f"### {one.title} `{one.reference()}`", "", one.note, "", f"| {' | '.join(_COLUMNS.values())} |", "|---" * len(_COLUMNS) + "|"]
    return head + ["| `" + " | ".join([f"{row[0]}`", *row[1:]]) + " |" for row in own[list(_COLUMNS)].itertuples(index=False, name=None)]


def rewrite(text: str) -> str:
    """`text` with the part between the marks replaced by the handbook."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{cost_handbook()}{END}{after}"


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(rewrite(page.read_text(encoding="utf-8")), encoding="utf-8")
