"""The built-in sets as Markdown, for docs/standards.md: `python -m gis.standards.handbook` rewrites the part between the marks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gis.standards.files import list_standards
from gis.standards.load import load_standard
from gis.standards.values import CONFIDENCE_LABELS

if TYPE_CHECKING:
    from gis.standards.files import StandardSet

BEGIN, END = "<!-- sets: begin -->", "<!-- sets: end -->"
_COLUMNS = {"rule": "键", "label": "名称", "value": "值", "unit": "单位", "confidence": "可信度", "source": "来源"}


def handbook() -> str:
    """All built-in sets: an overview, then every threshold that each set states itself."""
    sets = list_standards()
    overview = [
        "| 编号 | 名称 | 版本 | 上级 | 自定的规则 | 说明 |",
        "|---|---|---|---|---|---|",
        *(f"| `{one.id}` | {one.title} | {one.version} | {one.extends or '—'} | {'、'.join(one.rules)} | {one.note} |" for one in sets),
    ]
    letters = [f"- **{letter}** {meaning}" for letter, meaning in CONFIDENCE_LABELS.items()]
    return "\n".join([*overview, "", "可信度：", *letters, *(line for one in sets for line in _thresholds(one))]) + "\n"


def _thresholds(one: StandardSet) -> list[str]:
    table = load_standard([one.id]).thresholds()
    own = table[table["set"] == one.id]
    head = ["", f"### {one.title} `{one.id}`", "", f"| {' | '.join(_COLUMNS.values())} |", "|---" * len(_COLUMNS) + "|"]
    return head + ["| `" + " | ".join([f"{row[0]}`", *row[1:]]) + " |" for row in own[list(_COLUMNS)].itertuples(index=False, name=None)]


def rewrite(text: str) -> str:
    """`text` with the part between the marks replaced by the handbook."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{handbook()}{END}{after}"


if __name__ == "__main__":
    page = Path(__file__).parents[2] / "docs" / "standards.md"
    page.write_text(rewrite(page.read_text(encoding="utf-8")), encoding="utf-8")
