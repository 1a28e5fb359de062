"""Sets of parameters as Markdown tables, for the pages that list them; a page holds its table between two marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gis.standards.values import CONFIDENCE_LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gis.sets import ParameterSet

_COLUMNS = {"rule": "键", "label": "名称", "value": "值", "unit": "单位", "confidence": "可信度", "source": "来源", "note": "说明"}


def set_tables(sets: Sequence[ParameterSet]) -> str:
    """What each set is for, then every value that it states itself."""
    letters = [f"- **{letter}** {meaning}" for letter, meaning in CONFIDENCE_LABELS.items()]
    return "\n".join(["可信度：", *letters, *(line for one in sets for line in _values(one))]) + "\n"


def _values(one: ParameterSet) -> list[str]:
    table = one.parameters()
    own = table[table["set"] == one.id]
    head = ["", f"### {one.title} `{one.reference()}`", "", one.note, "", f"| {' | '.join(_COLUMNS.values())} |", "|---" * len(_COLUMNS) + "|"]
    return head + ["| `" + " | ".join([f"{row[0]}`", *row[1:]]) + " |" for row in own[list(_COLUMNS)].itertuples(index=False, name=None)]


def between(text: str, begin: str, end: str, table: str) -> str:
    """`text` with the part between the marks replaced."""
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{table}{end}{after}"
