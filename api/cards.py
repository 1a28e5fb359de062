"""The evidence card of a group: for each service the verdict, the deciding indicator and all others, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from api.answers import records
from api.errors import NotFound
from api.gap_views import table_of
from gis.gaps.table import ROW_NAMES
from layers.names import LAYERS, SERVICES
from web.legend import RULES, explain, layer_label, level_label, rule_text, service_label, verdict_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from api.snapshot import Snapshot

_SHOWN = (
    "verdict",
    "level",
    "indicator",
    "value",
    "unit",
    "threshold",
    "shortfall",
    "rule",
    "standard",
    "data_date",
    "reported",
    "conflict",
    "near_miss",
)
_INDICATOR = ("indicator", "level_low", "level_high", "value", "unit", "threshold", "missing", "rule", "data_date")


def card(snapshot: Snapshot, code: str) -> dict[str, Any]:
    """The body of `/groups/{code}`.

    Raises:
        NotFound: the county has no such group.
        NotReady: nothing was assessed yet.
    """
    group = _groups(snapshot).get(code)
    if group is None:
        raise NotFound(f"没有代码为“{code[:40]}”的村民组。", hint="可在 /search 按名称查找代码。")
    return {"group": group, "services": services_of(snapshot, code)}


def cards(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    """The cards of all groups."""
    return {code: card(snapshot, code) for code in _groups(snapshot)}


def _groups(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    """What each card says of the group itself; worked out once for a revision."""
    return snapshot.keep("card_groups", lambda: _described(table_of(snapshot)))


def _described(table: gpd.GeoDataFrame) -> dict[str, dict[str, Any]]:
    known = table[table["group_code"].notna()]
    middle = known.geometry.representative_point()
    shown = known[list(ROW_NAMES)].rename(columns=dict(ROW_NAMES)).assign(lon=middle.x.astype("Float64"), lat=middle.y.astype("Float64"))
    return dict(zip(known["group_code"].astype(str), records(pd.DataFrame(shown)), strict=True))


def services_of(snapshot: Snapshot, code: str) -> list[dict[str, Any]]:
    """The services of a group in the order in which they are shown."""
    coverage = snapshot.keep("coverage_by_group", lambda: _by_group(snapshot.frame("coverage")))
    evidence = snapshot.keep("evidence_by_group", lambda: _by_group(snapshot.frame("evidence")))
    rows = {row["service"]: row for row in coverage.get(code, [])}
    indicators = evidence.get(code, [])
    return [_service(snapshot, rows[name], [one for one in indicators if one["service"] == name]) for name in SERVICES if name in rows]


def _by_group(frame: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Rows of each group; worked out once for a revision."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in records(frame):
        found.setdefault(str(row["group_code"]), []).append(row)
    return found


def _service(snapshot: Snapshot, row: Mapping[str, Any], indicators: list[dict[str, Any]]) -> dict[str, Any]:
    service = str(row["service"])
    return {
        "service": service,
        "label": service_label(service),
        "verdict_label": verdict_label(row["verdict"]),
        "level_label": level_label(service, row["level"]),
        "reason_text": explain(row),
        "rule_text": rule_text(row["rule"], threshold=row["threshold"], unit=row["unit"], standard=row["standard"]),
        "asset": _asset(snapshot, row),
        **{name: row[name] for name in _SHOWN},
        "indicators": [_indicator(snapshot, service, one) for one in indicators],
    }


def _indicator(snapshot: Snapshot, service: str, row: Mapping[str, Any]) -> dict[str, Any]:
    certain = row["level_low"] == row["level_high"]
    return {
        **{name: row[name] for name in _INDICATOR},
        "label": RULES.get(str(row["rule"]).rpartition(".")[2], str(row["indicator"])),
        "level_label": level_label(service, row["level_low"]) if certain else verdict_label("unknown"),
        "asset": _asset(snapshot, row),
    }


def _asset(snapshot: Snapshot, row: Mapping[str, Any]) -> dict[str, Any]:
    layer, code = row["asset_layer"], row["asset_code"]
    name = snapshot.keep(("asset_names", layer), lambda: _names(snapshot, str(layer))).get(code) if layer else None
    return {"layer": layer, "label": layer_label(layer) or None, "code": code, "name": name, "distance_m": row["asset_distance_m"]}


def _names(snapshot: Snapshot, layer: str) -> dict[Any, Any]:
    """Key → name of the features of a layer; empty where it has no names."""
    about = LAYERS.get(layer)
    column = next((field.name for field in about.fields if field.name.endswith("_name")), "") if about else ""
    if about is None or not snapshot.has(layer) or about.personal:
        return {}
    frame = snapshot.frame(layer)
    if column not in frame or about.key not in frame:
        return {}
    named = frame.dropna(subset=[about.key, column])
    return dict(zip(named[about.key], named[column], strict=True))
