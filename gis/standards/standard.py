"""The standard that a county is judged by: its rules, where each came from, and a table of every threshold."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pandas as pd

from gis.standards.rules import Rules
from gis.standards.values import (
    CLINIC_LABELS,
    QUALITY_LABELS,
    ROAD_CLASS_LABELS,
    SCHOOL_LABELS,
    SURFACE_LABELS,
    TECHNOLOGY_LABELS,
    Frozen,
    Threshold,
)

THRESHOLD_COLUMNS = ("rule", "label", "value", "unit", "source", "confidence", "set", "note")

_WORDS: dict[str, str] = {
    **SURFACE_LABELS,
    **ROAD_CLASS_LABELS,
    **TECHNOLOGY_LABELS,
    **CLINIC_LABELS,
    **SCHOOL_LABELS,
    **QUALITY_LABELS,
    "reachable": "通达",
    "hardened": "通畅（硬化）",
    "standard": "达标（宽度、错车道）",
    "basic": "基本达标",
    "full": "达标",
    "one_way": "单程",
    "round_trip": "往返",
    "committee": "村委会",
    "group": "村民组",
}


class Standard(Rules):
    """One or more standard sets, merged, with the county's own values.

    Attributes:
        id: The ids of the chosen sets, joined by `+`.
        version: Their versions, joined likewise.
        title: Their Chinese titles; says how many values the county set itself.
        origins: For each threshold (dotted key) the set that it comes from, or `县自定`.
    """

    id: str
    version: str
    title: str
    origins: dict[str, str]

    @property
    def sha256(self) -> str:
        """Hash over the rules alone: equal exactly when every threshold, source and note is equal."""
        rules = self.model_dump(mode="json", include=set(Rules.model_fields))
        return hashlib.sha256(json.dumps(rules, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def thresholds(self) -> pd.DataFrame:
        """Every threshold as a row (`THRESHOLD_COLUMNS`, all text) in the order of the rules; values in the words of the interface."""
        rows = [
            (key, label, show_value(leaf.value), leaf.unit, leaf.source, leaf.confidence, self.origins.get(key, ""), leaf.note)
            for key, label, leaf in walk(self)
        ]
        return pd.DataFrame(rows, columns=list(THRESHOLD_COLUMNS), dtype="string")


def show_value(value: Any) -> str:
    """A threshold's value as a planner reads it: `500`, `是`, `水泥混凝土、沥青`."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple | list):
        return "、".join(show_value(item) for item in value) or "（无）"
    return _WORDS.get(value, value) if isinstance(value, str) else f"{value:g}"


def walk(model: Frozen, prefix: str = "", label: str = "") -> list[tuple[str, str, Threshold]]:
    """Every threshold below a model as (dotted key, Chinese label, threshold), in the order in which the fields are declared."""
    found: list[tuple[str, str, Threshold]] = []
    for name, info in type(model).model_fields.items():
        child = getattr(model, name)
        key, text = f"{prefix}{name}", f"{label}{info.title or name}"
        if isinstance(child, Threshold):
            found.append((key, text, child))
        elif isinstance(child, Frozen):
            found += walk(child, f"{key}.", f"{text}·")
    return found
