"""Settlements that stand, by the yardstick for new land: class and score of the place, facilities, homes, old houses, hazards, the nine items.

The classes of what was built are the back-test of the model: a set under which most settlements stand on unsuitable land is wrong, or they do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.burn import metric_shapes
from gis.sites.checklist import ITEMS, UNKNOWN, Facts, computed_checks, count_items, facilities_of, nine_items, sizes_of
from gis.sites.columns import any_synthetic, flag, text, typed
from gis.sites.hazards import metres_by_level
from gis.sites.ledger import floor_per_person, occupancy, old_houses, over_area, people_sound
from gis.sites.scoring import GRADES, grade_of, required_criteria, total_score
from gis.sites.zones import Zones
from layers.crs import STORAGE_CRS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gis.sites.rules import SiteRules
    from gis.sites.suitability import Suitability

    Shapes = NDArray[np.object_]
    Layers = Mapping[str, pd.DataFrame]

WITHIN, OVER = "within", "over"
"""Whether the homes keep to the floor area that is allowed."""
_COUNTS = (
    "checklist_met",
    "checklist_lacking",
    "checklist_unknown",
    "ledger_count",
    "ledger_unknown_count",
    "ledger_over_count",
    "hazards_near_count",
)
_NUMBERS = ("score", "floor_m2_per_person", "occupancy", "demolished_share", "reclaimed_share", "lon", "lat")


def review_settlements(
    settlements: gpd.GeoDataFrame, suitability: Suitability, rules: SiteRules, layers: Layers, *, as_of: str | None = None
) -> gpd.GeoDataFrame:
    """The layer `settlement_review`: one row a settlement, in their order (EPSG:4490).

    Args:
        settlements: layer `settlements`.
        suitability: the judged county.
        rules: the site set (`review`, `facilities`, `classes`, `exclusions.hazards`).
        layers: `hazards`, `relocations`, `groups`, `settlement_checks` where there are any; without a layer what it would say is unknown.
        as_of: the ISO day on which a date counts as past; None: the newest date of the self-checks.

    Returns:
        `settlement_code, settlement_name, township_name`, `class` (of the place: `excluded` where a rule excludes its cell), `score_class` (by score
        alone), `score` (over the cells within `review.score_radius_m`), `excluded_by` (keys of rules), measure and score of each criterion, `size`,
        `checklist_met, checklist_lacking, checklist_unknown, missing_items, unknown_items`, `floor_m2_per_person, floor_verdict` (`within`, `over`,
        `unknown`), `occupancy, build_state`, `hazards_near` (codes; NA: nobody knows hazards) `hazards_near_count, hazard_danger` (a hazard's
        exclusion buffer reaches it), `demolished_share, reclaimed_share, ledger_count, ledger_unknown_count, ledger_over_count`, the nine items
        (`gis.sites.checklist.nine_items`), `lon, lat, synthetic`, geometry.
    """
    sites = settlements.reset_index(drop=True)
    shapes = metric_shapes(sites, suitability.crs)
    codes, ledger = text(sites, "settlement_code"), layers.get("relocations")
    hazards = _hazards(shapes, sites.index, layers.get("hazards"), suitability, rules)
    homes = pd.DataFrame({"floor_m2_per_person": floor_per_person(sites, rules), "occupancy": occupancy(sites)}, index=sites.index)
    houses = old_houses(codes, ledger).assign(ledger_over_count=over_area(codes, ledger, rules.review))
    facts = Facts(
        people_sound(codes, ledger, layers.get("groups")),
        homes["floor_m2_per_person"],
        homes["occupancy"],
        hazards["hazard_danger"],
        (hazards["hazards_near_count"] > 0).astype("boolean"),
        flag(sites, "hazard_treated"),
        houses["demolished_share"].astype("Float64"),
        houses["reclaimed_share"].astype("Float64"),
    )
    parts = [
        _place(shapes, suitability, rules),
        pd.DataFrame({"size": sizes_of(sites, rules.facilities)}),
        count_items(facilities_of(sites, rules.facilities)),
        homes.assign(floor_verdict=_floor_verdict(homes["floor_m2_per_person"], rules), build_state=text(sites, "build_state")),
        hazards,
        houses,
        nine_items(codes, computed_checks(facts, rules), layers.get("settlement_checks"), as_of=as_of),
    ]
    judged = pd.concat(parts, axis=1).assign(synthetic=any_synthetic({"settlements": settlements, **layers}))
    return _finished(sites, judged, tuple(suitability.measures))


def review_summary(review: pd.DataFrame, rules: SiteRules) -> dict[str, Any]:
    """The back-test and what is amiss, JSON-ready.

    Returns:
        `settlements`, `classes` and `score_classes` (`GRADES` to number), `excluded_by` (rule to number), `lacking` (item to number), `checks` (item
        to verdict to number), `overdue` (items past their date), `floor_over`, `mean_score` (None without any).
    """
    scores = review["score"].dropna()
    return {
        "settlements": len(review),
        "classes": _counted(review["class"], GRADES),
        "score_classes": _counted(review["score_class"], GRADES),
        "excluded_by": _tallied(review["excluded_by"]),
        "lacking": _tallied(review["missing_items"]),
        "checks": {item: _counted(review[f"check_{item}"], ("ok", "problem", "fixed", UNKNOWN)) for item in ITEMS},
        "overdue": int(sum(_tallied(review["overdue_items"]).values())),
        "floor_over": int((review["floor_verdict"] == OVER).sum()),
        "floor_m2_per_person": float(rules.review.floor_m2_per_person.value),
        "mean_score": round(float(scores.mean()), 2) if len(scores) else None,
    }


def cells_around(judged: Suitability, places: NDArray[np.float64], metres: float) -> Zones:
    """For each place the cells whose middles lie within a distance, and always its own; none for a place beside the grid or without a location."""
    row, column = judged.cell(np.nan_to_num(places[:, 0], nan=np.inf), np.nan_to_num(places[:, 1], nan=np.inf))
    reach = int(np.ceil(metres / judged.grid.cell_m)) + 1
    down, across = (axis.ravel() for axis in np.mgrid[-reach : reach + 1, -reach : reach + 1])
    rows, columns = row[:, None] + down, column[:, None] + across
    x, y = judged.grid.x0 + (columns + 0.5) * judged.grid.cell_m, judged.grid.y0 - (rows + 0.5) * judged.grid.cell_m
    near = np.hypot(x - places[:, :1], y - places[:, 1:2]) <= metres
    near |= (down == 0) & (across == 0)
    near &= (row >= 0)[:, None] & (rows >= 0) & (rows < judged.grid.rows) & (columns >= 0) & (columns < judged.grid.columns)
    zone, at = np.nonzero(near)
    return Zones(zone.astype(np.int64), (rows * judged.grid.columns + columns)[zone, at].astype(np.int64), np.ones(len(zone)), len(places))


def _place(shapes: Shapes, judged: Suitability, rules: SiteRules) -> pd.DataFrame:
    """Class, score and criteria of each settlement's ground."""
    places = coordinates(shapes)
    zones = cells_around(judged, places, float(rules.review.score_radius_m.value))
    measures, scores = {}, {}
    for key, _, one in rules.criteria.listed():
        measures[key] = zones.commonest(judged.measures[key]) if one.categorical else zones.mean(judged.measures[key])
        scores[key] = zones.mean(judged.scores[key])
    total = total_score({key: score.astype(np.float32) for key, score in scores.items()}, judged.weights, required_criteria(rules))
    row, column = judged.cell(np.nan_to_num(places[:, 0], nan=np.inf), np.nan_to_num(places[:, 1], nan=np.inf))
    mask = np.where(row >= 0, judged.mask[row, column], np.uint32(0))
    unjudged = np.where(row >= 0, judged.unknown[row, column], np.uint32(0)) & np.uint32(sum(rule.flag for rule in judged.rules if rule.required))
    sure = np.where(unjudged == 0, total, np.float32(np.nan))
    names = np.array(GRADES, dtype=object)
    head = {
        "class": names[grade_of(sure, mask != 0, rules)],
        "score_class": names[grade_of(total, np.zeros(len(total), dtype=bool), rules)],
        "score": total.astype(np.float64),
        "excluded_by": [",".join(rule.key for rule in judged.rules if int(bits) & rule.flag) for bits in mask],
    }
    return pd.DataFrame(head | {name: part for key in measures for name, part in ((key, measures[key]), (f"{key}_score", scores[key]))})


def coordinates(shapes: Shapes) -> NDArray[np.float64]:
    """A place of each shape (n, 2): the point itself, else one inside; NaN where there is none."""
    places = np.full((len(shapes), 2), np.nan)
    there = ~shapely.is_empty(shapes)
    places[there] = shapely.get_coordinates(shapely.point_on_surface(shapes[there]))
    return places


def _hazards(shapes: Shapes, index: pd.Index, hazards: pd.DataFrame | None, judged: Suitability, rules: SiteRules) -> pd.DataFrame:
    """Codes of the hazards near each settlement, how many, and whether the buffer of one reaches it; NA where nobody knows hazards or the place."""
    unknown = pd.DataFrame(
        {
            "hazards_near": pd.Series(pd.NA, index=index, dtype="string"),
            "hazards_near_count": pd.Series(pd.NA, index=index, dtype="Int64"),
            "hazard_danger": pd.Series(pd.NA, index=index, dtype="boolean"),
        }
    )
    if hazards is None:
        return unknown
    there, codes = metric_shapes(hazards, judged.crs), text(hazards, "hazard_code").fillna("").to_numpy(dtype=object)
    limits = rules.exclusions.hazards
    buffers = metres_by_level(
        hazards, high=float(limits.buffer_high_m.value), medium=float(limits.buffer_medium_m.value), low=float(limits.buffer_low_m.value)
    )
    far = max(float(rules.review.hazard_near_m.value), float(buffers.max(initial=0.0)))
    site, hazard = shapely.STRtree(there).query(shapes, predicate="dwithin", distance=far) if len(there) else np.empty((2, 0), dtype=np.int64)
    away = shapely.distance(shapes[site], there[hazard])
    near = away <= float(rules.review.hazard_near_m.value)
    lists = [",".join(sorted(codes[hazard[near & (site == number)]])) for number in range(len(shapes))]
    placed = ~shapely.is_empty(shapes)
    danger = np.bincount(site, weights=away <= buffers[hazard], minlength=len(shapes)) > 0
    found = {"hazards_near": lists, "hazards_near_count": np.bincount(site[near], minlength=len(shapes)), "hazard_danger": danger}
    return pd.DataFrame(found, index=index).astype(unknown.dtypes.to_dict()).where(pd.Series(placed, index=index), unknown)


def _floor_verdict(floor: pd.Series, rules: SiteRules) -> list[str]:
    most = float(rules.review.floor_m2_per_person.value)
    return [UNKNOWN if pd.isna(value) else (WITHIN if value <= most else OVER) for value in floor]


def _finished(sites: gpd.GeoDataFrame, judged: pd.DataFrame, criteria: tuple[str, ...]) -> gpd.GeoDataFrame:
    names = {name: text(sites, name) for name in ("settlement_code", "settlement_name", "township_name")}
    geometry = gpd.GeoSeries(sites.geometry, crs=sites.crs or STORAGE_CRS).to_crs(STORAGE_CRS)
    shapes = np.asarray(geometry.array, dtype=object).copy()
    shapes[geometry.isna().to_numpy()] = shapely.Point()
    places = coordinates(shapes)
    rows = pd.DataFrame(names).join(judged.drop(columns="synthetic")).assign(lon=places[:, 0], lat=places[:, 1], synthetic=judged["synthetic"])
    numbers = (*_NUMBERS, *criteria, *(f"{key}_score" for key in criteria))
    flags = [f"check_{item}_overdue" for item in ITEMS]
    kinds = dict.fromkeys(numbers, "Float64") | dict.fromkeys(_COUNTS, "Int64") | dict.fromkeys((*flags, "hazard_danger", "synthetic"), "boolean")
    return gpd.GeoDataFrame(typed(rows, kinds, "string"), geometry=geometry, crs=STORAGE_CRS)


def _counted(values: pd.Series, words: tuple[str, ...]) -> dict[str, int]:
    counts = values.value_counts()
    return {word: int(counts.get(word, 0)) for word in words}


def _tallied(lists: pd.Series) -> dict[str, int]:
    """How often each key stands in lists that are parted by commas, the most frequent first."""
    keys = lists.fillna("").str.split(",").explode()
    counts = keys[keys != ""].value_counts()
    return {str(key): int(counts[key]) for key in sorted(counts.index, key=lambda key: (-int(counts[key]), str(key)))}
