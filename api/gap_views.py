"""The gap table of a service as both doors show it: one filter, the same rows for JSON, screen, workbook and map file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from api.answers import records
from api.runs.assess import counted_groups
from gis.gaps.areas import areas_of
from gis.gaps.levels import VERDICTS
from gis.gaps.rollup import MEASURES
from gis.gaps.table import group_rows, group_table
from layers.errors import QueryError
from web.legend import explain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from api.snapshot import Snapshot
    from gis.gaps.filters import Filter

COUNTS = (*VERDICTS, "total")
GROUP_LEVEL = "group"
AREA_LAYERS = ("counties", "townships", "villages", "committees")
_EXPLAINING = ("missing", "rule", "asset_layer", "asset_code", "asset_distance_m")
"""Columns of the coverage that the sentence of a row needs; with the reason they give way to it."""

_UNIT_LAYERS = {"county": "counties", "township": "townships", "village": "villages"}


@dataclass(frozen=True, slots=True)
class View:
    """What a filter shows.

    Attributes:
        filter: what was asked.
        text: the filter in words.
        totals: counts of the whole area that was asked for, whatever the status filter.
        rows: every matching row, in order; flat columns, the layer's places as geometry.
    """

    filter: Filter
    text: str
    totals: dict[str, Any]
    rows: gpd.GeoDataFrame


def people_of(snapshot: Snapshot) -> gpd.GeoDataFrame:
    """The groups with the counts that the totals add up; the register is read for it and let go again."""

    def make() -> gpd.GeoDataFrame:
        """Work it out once."""
        snapshot.ref("groups")
        layers = {"groups": snapshot.frame("groups")}
        if snapshot.has("households"):
            layers["households"] = snapshot.workspace.store.read("households", rev=snapshot.revision.id)
        return counted_groups(layers)

    return snapshot.keep("people", make)


def table_of(snapshot: Snapshot) -> gpd.GeoDataFrame:
    """One row a group with every service's verdict (`gis.gaps.table.group_table`)."""

    def make() -> gpd.GeoDataFrame:
        """Work it out once."""
        areas = areas_of({name: snapshot.frame(name) for name in AREA_LAYERS if snapshot.has(name)})
        return group_table(people_of(snapshot), snapshot.frame("coverage"), areas)

    return snapshot.keep("group_table", make)


def view(snapshot: Snapshot, wanted: Filter, *, sort: str = "") -> View:
    """The rows of a filter and the totals of its area.

    Raises:
        NotReady: nothing was assessed yet.
        QueryError: no such area, or no such column to sort by.
    """
    service = str(wanted.service)
    table = table_of(snapshot)
    if service not in table:
        raise QueryError(f"“{service}”还没有对标结果；请重新计算。")
    inside = replace(wanted, level=GROUP_LEVEL, status=None, near_miss=None, conflict=None).apply(table, _areas(snapshot))
    rows = _group_view(snapshot, wanted, table) if wanted.level == GROUP_LEVEL else _unit_view(snapshot, wanted)
    return View(wanted, wanted.describe(area_name(snapshot, wanted.area)), totals_of(inside, service), _sorted(rows, sort))


def _areas(snapshot: Snapshot) -> set[str]:
    """Every unit of the county, those without groups too."""
    return set(snapshot.frame("gaps")["area_code"])


def _group_view(snapshot: Snapshot, wanted: Filter, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    service = str(wanted.service)
    found = wanted.apply(table, _areas(snapshot))
    rows = group_rows(found, service)
    coverage = snapshot.frame("coverage")
    judged = coverage[coverage["service"] == service].drop_duplicates("group_code").set_index("group_code")[list(_EXPLAINING)]
    facts = judged.reindex(pd.Index(rows["code"])).set_axis(rows.index)
    return gpd.GeoDataFrame(pd.concat([rows, facts], axis=1), geometry=found.geometry.array, crs=found.crs)


def _unit_view(snapshot: Snapshot, wanted: Filter) -> gpd.GeoDataFrame:
    found = wanted.apply(snapshot.frame("gaps"))
    judged = found["groups_met"] + found["groups_lacking"] + found["groups_unknown"]
    rows = found[[f"{measure}_{kind}" for measure in MEASURES for kind in COUNTS]]
    rows.insert(0, "code", found["area_code"])
    rows.insert(1, "name", found["area_name"])
    rows.insert(2, "parent", found["parent_code"])
    rate = found["groups_met"].astype("Float64") / judged.astype("Float64").mask(judged == 0)
    counts = {"near_miss": found["near_miss_groups"], "conflict": found["conflict_groups"], "missing_count": found["missing_count_groups"]}
    return gpd.GeoDataFrame(rows.assign(**counts, rate=rate), geometry=_unit_shapes(snapshot, wanted.level, rows["code"]), crs=4490)


def _unit_shapes(snapshot: Snapshot, level: str, codes: pd.Series) -> Any:
    """The unit's outline; None where the county has no such layer or unit."""
    layer = _UNIT_LAYERS[level]
    if not snapshot.has(layer):
        return [None] * len(codes)
    units = snapshot.features(layer).drop_duplicates(f"{level}_code").set_index(f"{level}_code").geometry
    return units.reindex(pd.Index(codes)).array


def area_name(snapshot: Snapshot, code: str) -> str:
    """The name of a county, township, village or group; empty for the whole county or where none is known."""
    if not code:
        return ""
    units = snapshot.frame("gaps")
    names = units.loc[(units["area_code"] == code).fillna(value=False), "area_name"].dropna()
    return str(names.iloc[0]) if len(names) else ""


def totals_of(groups: gpd.GeoDataFrame, service: str) -> dict[str, Any]:
    """Counts of groups, households, people and registered households by verdict; a missing count adds nothing."""
    verdict = groups[service]
    weights = {name: groups[column].fillna(0) if column else pd.Series(1, index=groups.index) for name, column in MEASURES.items()}
    sums = {name: {kind: int(weight[(verdict == kind).to_numpy(dtype=bool)].sum()) for kind in VERDICTS} for name, weight in weights.items()}
    totals: dict[str, Any] = {name: {**counts, "total": sum(counts.values())} for name, counts in sums.items()}
    flags = {name: int(groups[f"{service}_{name}"].astype("boolean").fillna(value=False).sum()) for name in ("near_miss", "conflict")}
    return {**totals, **flags, "missing_count": int(groups["households_count"].isna().sum())}


def _sorted(rows: gpd.GeoDataFrame, sort: str) -> gpd.GeoDataFrame:
    """Rows by `name` or `-name`, then by code; missing values last."""
    name = sort.lstrip("+-").replace(".", "_")
    known = [str(column) for column in rows.columns if column not in {"geometry", "reason", *_EXPLAINING}]
    if sort and name not in known:
        raise QueryError(f"不能按“{sort[:40]}”排序；可用的有：{'、'.join(known)}。")
    by = [name, "code"] if sort and name != "code" else ["code"]
    rising = [not sort.startswith("-"), True][: len(by)]
    return rows.sort_values(by, ascending=rising, kind="stable", na_position="last", ignore_index=True)


def page(found: View, *, limit: int, offset: int = 0) -> dict[str, Any]:
    """The body of `/gaps/{service}`."""
    rows = found.rows.iloc[offset : offset + limit]
    shown = (
        group_records(rows)
        if found.filter.level == GROUP_LEVEL
        else [unit_record(row) for row in records(pd.DataFrame(rows.drop(columns="geometry")))]
    )
    asked = {name: getattr(found.filter, name) for name in ("service", "level", "area", "status", "near_miss", "conflict")}
    return {"filter": {**asked, "text": found.text}, "totals": found.totals, "matched": len(found.rows), "returned": len(shown), "rows": shown}


def group_records(rows: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Group rows as JSON shows them, with the reason as a sentence."""
    return [_group_record(row) for row in records(pd.DataFrame(rows.drop(columns="geometry")))]


def _group_record(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {str(name): value for name, value in row.items() if name not in {"reason", *_EXPLAINING}}
    return {**kept, "reason_text": explain(row)}


def unit_record(row: Mapping[str, Any]) -> dict[str, Any]:
    """A unit's flat row as JSON shows it: the counts nested by what is counted."""
    nested = {measure: {kind: row[f"{measure}_{kind}"] for kind in COUNTS} for measure in MEASURES}
    plain = {name: row[name] for name in ("code", "name", "parent", "near_miss", "conflict", "missing_count", "rate")}
    return {**plain, **nested}


def features_of(found: View) -> gpd.GeoDataFrame:
    """The rows for a map file: the reason as a sentence, codes and numbers as they are."""
    if found.filter.level != GROUP_LEVEL:
        return found.rows
    sentences = [explain(row) for row in records(pd.DataFrame(found.rows.drop(columns="geometry")))]
    plain = found.rows.drop(columns=["reason", *_EXPLAINING])
    return plain.assign(reason_text=pd.array(sentences, dtype="string"))
