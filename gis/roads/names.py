"""Where works lie and what they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

AREA = ("township_code", "township_name", "village_code", "village_name")
_NAMED = 3
"""So many groups are named in the name of a work; more are counted."""


def area_of(groups: pd.DataFrame) -> dict[str, str | None]:
    """Township and village in which most of the groups lie (of equals the first by code), with codes and names; None where nobody says.

    Args:
        groups: at least one row.
    """
    texts = [[_text(groups, name, at) for name in AREA] for at in range(len(groups))]
    keys = [tuple(text or "" for text in row) for row in texts]
    most = max(sorted(set(keys)), key=keys.count)
    return dict(zip(AREA, texts[keys.index(most)], strict=True))


def area_of_project(project: pd.Series[Any]) -> dict[str, str | None]:
    """Township and village that the bureau wrote beside a project."""
    known = {name: project.get(name) for name in AREA}
    return {name: None if pd.isna(value) else str(value) for name, value in known.items()}


def order_key(area: dict[str, str | None], place: tuple[float, float]) -> tuple[str, str, float, float]:
    """Works stand by township, by village, and from north to south."""
    township = area["township_code"] or area["township_name"] or "~"
    village = area["village_code"] or area["village_name"] or "~"
    return township, village, -round(place[1], 2), round(place[0], 2)


def name_work(area: dict[str, str | None], groups: pd.DataFrame, project: str | None) -> str:
    """Village and groups 通组路; 干线 where a work ends at no group; a project keeps its own name."""
    if project is not None:
        return project
    place = area["village_name"] or area["township_name"] or ""
    if len(groups) == 0:
        return f"{place}干线"
    names = [
        next((text for text in (_text(groups, name, at) for name in ("group_name", "hamlet_name", "group_code")) if text), "")
        for at in range(len(groups))
    ]
    told = "、".join(names[:_NAMED]) + (f"等{len(names)}组" if len(names) > _NAMED else "")
    return f"{place}{told}通组路"


def distinct(names: Sequence[str]) -> list[str]:
    """The names; from the second time on with a number behind."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}（{seen[name]}）")
    return found


def listed(values: Iterable[Any]) -> str | None:
    """Distinct texts, comma separated, in the order in which they come; None where there are none."""
    found = dict.fromkeys(str(value) for value in values if not pd.isna(value))
    return ",".join(found) or None


def _text(groups: pd.DataFrame, name: str, at: int) -> str | None:
    value = groups[name].iloc[at] if name in groups else None
    return None if pd.isna(value) else str(value)
