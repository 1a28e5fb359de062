"""Answers about the siting study of a revision, and about roads against moves. All of it is read; only ranks are worked out anew."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pandas as pd
import shapely

from api.answers import records
from api.errors import NotFound
from api.plan_sources import costs_named
from api.result_settings import settings_changed
from api.result_versions import moved_on, versions
from api.site_names import CHOICE, PARCELS, SCORES, STUDY, WEIGHT_SETS
from api.site_sources import about_set, set_now, set_of_result, site_sets, site_sources
from gis.grid import Grid
from gis.sites.criteria import rank_parcels, read_weight_sets
from gis.sites.reasons import CLASS_WORDS, explain_numbers
from gis.sites.weighing import Weighing, weigh
from layers.store.revision import LayerKind
from layers.store.windows import read_place
from web.site_words import conflict_words

if TYPE_CHECKING:
    import geopandas as gpd

    from api.snapshot import Snapshot
    from gis.sites.criteria import WeightSet
    from gis.sites.sets import SiteSet

NO_STUDY = "还没有安置选址研究；可以在这里提交一个，或运行 zutong sites DIR。"
NO_CHOICE = "还没有修路与搬迁的比较；可以在这里提交一个，或运行 zutong choose DIR。"
WEIGHTS = "权重方案"
SHAPE_COLUMNS = {
    "parcels": ("parcel_code", "parcel_name", "source", "class"),
    "allocation": ("group_code", "group_name", "site_code", "site_name", "households_count", "reason"),
    "choice_roads": ("link_code", "kind", "cost_cny"),
}
"""Results whose shapes the map draws, and what it is told of each."""
_SIMPLIFY_DEG = 3.0 / 111_320
_DECIMALS = 6


def outdated_result(snapshot: Snapshot, names: tuple[str, ...]) -> list[str]:
    """Labels of what changed since these layers were computed: layers, sets, or the kept weights; empty when nothing has, or when there are none."""
    if not any(snapshot.has(name) for name in names):
        return []
    reweighted = {WEIGHTS} if PARCELS in names and _reweighted(snapshot) else set()
    return sorted(moved_on(snapshot, names) | settings_changed(snapshot, names[0]) | reweighted)


def _reweighted(snapshot: Snapshot) -> bool:
    """Whether the kept weights that the study counted with say something else today."""
    summary = snapshot.revision.layers[PARCELS].info.get("summary", {}) if snapshot.has(PARCELS) else {}
    kept = kept_weights(snapshot).get(str(summary.get("weighting", {}).get("name", "")))
    used = {one["key"]: one["weight"] for one in summary.get("criteria", ()) if one["weight"] > 0}
    return kept is not None and {key: weight for key, weight in kept.weights.items() if weight > 0} != used


def _head(snapshot: Snapshot, names: tuple[str, ...], first: str, missing: str) -> dict[str, Any]:
    """What every answer about a result begins with."""
    reasons, has = outdated_result(snapshot, names), snapshot.has(first)
    version = next(iter(versions(snapshot, first)), None) if has else None
    info = snapshot.revision.layers[first].info if has else {}
    return {
        "available": has,
        "sentence": None if has else missing,
        "revision": snapshot.revision.id,
        "title": version["title"] if version else "",
        "time": version["time"] if version else "",
        "stale": bool(reasons),
        "stale_reasons": reasons,
        "synthetic": bool(info.get("synthetic")),
        "summary": dict(info.get("summary", {})) or None,
        "sources": site_sources(snapshot, first),
        "plans": versions(snapshot, first),
    }


def study_answer(snapshot: Snapshot, *, newest: bool) -> dict[str, Any]:
    """The study of a revision, or the sentence that says that there is none."""
    return {**snapshot.keep("study", lambda: _study(snapshot)), "newest": newest}


def _study(snapshot: Snapshot) -> dict[str, Any]:
    head = _head(snapshot, STUDY, PARCELS, NO_STUDY)
    summary, rules = head["summary"] or {}, set_of_result(snapshot, PARCELS)
    conflicts = [{**one, "text": conflict_words(one)} for one in summary.get("allocation", {}).get("conflicts", ())]
    return {
        **head,
        "summary": {**summary, "conflicts": conflicts} if summary else None,
        "criteria": [{**one, "words": list(CLASS_WORDS.get(one["key"], ()))} for one in summary.get("criteria", ())],
        "weight_sets": weight_rows(snapshot),
        "exclusions": summary.get("land", []),
        "parcels": _rows(snapshot, PARCELS),
        "settlements": _rows(snapshot, "settlement_review"),
        "moves": _rows(snapshot, "settlement_moves"),
        "allocation": {"rows": _rows(snapshot, "allocation"), "sites": _rows(snapshot, "allocation_sites")},
        "set": about_set(rules) if rules else None,
        "sets": site_sets(snapshot),
    }


def _rows(snapshot: Snapshot, name: str) -> list[dict[str, Any]]:
    """Rows of a result without their shapes, with the box around each; none where the revision has none."""
    if not snapshot.has(name):
        return []
    frame = snapshot.frame(name)
    if "geometry" not in frame:
        return records(frame)
    boxes = shapely.bounds(frame["geometry"].to_numpy()).round(_DECIMALS)
    rows = records(pd.DataFrame(frame.drop(columns="geometry")))
    return [{**row, "bounds": None if np.isnan(box).any() else box.tolist()} for row, box in zip(rows, boxes, strict=True)]


def kept_weights(snapshot: Snapshot) -> dict[str, WeightSet]:
    """Weight sets that the county has kept, by name."""
    return read_weight_sets(snapshot.frame(WEIGHT_SETS)) if snapshot.has(WEIGHT_SETS) else {}


def weight_rows(snapshot: Snapshot) -> list[dict[str, Any]]:
    """The weights of the site set itself, then those that the county has kept."""
    rules = study_rules(snapshot)
    sets = ([weigh(rules, Weighing(), {})] if rules else []) + list(kept_weights(snapshot).values())
    return [
        {
            "name": one.name,
            "method": one.method,
            "weights": dict(one.weights),
            "low": dict(one.low),
            "high": dict(one.high),
            "source": one.source,
            "judgements": [[*pair, times] for pair, times in one.judgements.items()],
            "cr": None if (judged := one.consistency()) is None else judged.cr,
        }
        for one in sets
    ]


def study_rules(snapshot: Snapshot) -> SiteSet | None:
    """The set of the study, else the county's own; None where it cannot be read."""
    return set_of_result(snapshot, PARCELS) or set_now(snapshot, snapshot.workspace.settings.sites)


def rank_answer(snapshot: Snapshot, asked: Weighing) -> dict[str, Any]:
    """Parcels in the order that other weights give, and how sure it is.

    Raises:
        NotFound: there is no study.
        QueryError: the weights or judgements cannot be used.
    """
    rules = study_rules(snapshot)
    if not snapshot.has(PARCELS) or rules is None:
        raise NotFound(NO_STUDY)
    weights = weigh(rules, asked, kept_weights(snapshot))
    draws = asked.draws or int(rules.ranking.draws.value)
    found = rank_parcels(snapshot.frame(PARCELS), weights, method=asked.method, draws=draws)
    consistency = weights.consistency({key: label for key, label, _ in rules.criteria.listed()})
    return {
        "weights": dict(weights.weights),
        "consistency": None
        if consistency is None
        else {"cr": consistency.cr, "ci": consistency.ci, "lambda_max": consistency.lambda_max, "table": consistency.table},
        "rows": records(found.frame),
    }


def place_answer(snapshot: Snapshot, lon: float, lat: float) -> dict[str, Any]:
    """Why a place may or may not be built on, and how it scores.

    Raises:
        NotFound: there is no study, or the place lies beside its grid.
    """
    rules = study_rules(snapshot)
    if not snapshot.has(SCORES) or rules is None:
        raise NotFound(NO_STUDY)
    ref = snapshot.revision.layers[SCORES]
    cell = read_place(snapshot.workspace.store.raster(SCORES, rev=snapshot.revision.id), lon, lat)
    if cell is None:
        raise NotFound("这个位置不在研究的范围内。")
    grid = Grid(cell.transform.c, cell.transform.f, cell.transform.a, 0, 0)
    used = {name: snapshot.frame(name) for name in (ref.stamp.inputs if ref.stamp else ()) if snapshot.has(name) and _drawn(snapshot, name)}
    about = explain_numbers(cell.numbers, rules, weights=_study_weights(snapshot), layers=used, grid=grid, crs=cell.crs, at=(cell.x, cell.y))
    return {
        "lon": lon,
        "lat": lat,
        "excluded": [
            {"key": one.rule, "label": one.label, "value": one.value, "unit": one.unit, "limit": one.limit, "asset": one.asset}
            for one in about.excluded
        ],
        "unknown": [one.label for one in about.unknown],
        "criteria": [asdict(one) for one in about.criteria],
        "score": about.total,
        "suitability": about.grade,
        "parcel_code": _parcel_at(snapshot, lon, lat),
    }


def _drawn(snapshot: Snapshot, name: str) -> bool:
    """Whether a layer has shapes."""
    return snapshot.revision.layers[name].kind is LayerKind.VECTOR


def _study_weights(snapshot: Snapshot) -> dict[str, float] | None:
    stamp = snapshot.revision.layers[SCORES].stamp
    return dict(stamp.options["weights"]) if stamp is not None and "weights" in stamp.options else None


def _parcel_at(snapshot: Snapshot, lon: float, lat: float) -> str | None:
    if not snapshot.has(PARCELS):
        return None
    parcels = snapshot.features(PARCELS)
    found = parcels.sindex.query(shapely.Point(lon, lat), predicate="intersects")
    return str(parcels["parcel_code"].iloc[int(found.min())]) if len(found) else None


def choice_answer(snapshot: Snapshot, *, newest: bool) -> dict[str, Any]:
    """Road or move for every group, or the sentence that says that nothing was compared yet."""
    return {**snapshot.keep("choice", lambda: _choice(snapshot)), "newest": newest}


def _choice(snapshot: Snapshot) -> dict[str, Any]:
    rules = set_of_result(snapshot, CHOICE[0])
    head = _head(snapshot, CHOICE, CHOICE[0], NO_CHOICE)
    groups, sites = (_rows(snapshot, name) for name in CHOICE[:2])
    costs = costs_named(snapshot, str(head["summary"]["costs"])) if head["summary"] else None
    return {**head, "groups": groups, "sites": sites, "set": about_set(rules) if rules else None, "costs": costs}


def shapes(snapshot: Snapshot, name: str) -> bytes:
    """A result's shapes as GeoJSON, simplified by at most 3 m; an empty collection where the revision has none."""
    return snapshot.keep(("shapes", name), lambda: _shapes(snapshot, name))


def _shapes(snapshot: Snapshot, name: str) -> bytes:
    if not snapshot.has(name):
        return b'{"type":"FeatureCollection","features":[]}'
    frame: gpd.GeoDataFrame = snapshot.features(name)
    simple = shapely.simplify(frame.geometry.to_numpy(), _SIMPLIFY_DEG)
    texts = shapely.to_geojson(shapely.transform(simple, lambda places: places.round(_DECIMALS)))
    about = records(pd.DataFrame(frame[[column for column in SHAPE_COLUMNS[name] if column in frame]]))
    features = [
        {"type": "Feature", "properties": row, "geometry": None if text is None else orjson.Fragment(text)}
        for row, text in zip(about, texts, strict=True)
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features})
