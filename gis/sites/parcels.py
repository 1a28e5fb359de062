"""Parcels: pieces of buildable land on which a settlement can stand, and the sites that were proposed, told by the same measures.

Found parcels are unions of whole cells that no rule excludes: their outlines run along the cells and are not smoothed, so that no parcel reaches
into forbidden land and its area is that of its cells. Land is found where it scores at least as `classes.poor` asks; of each village the best few
are kept, so that every part of the county has sites to choose from, and a note tells how many there were.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod
from rasterio.features import shapes as outlines

from gis.burn import metric_shapes
from gis.sites.areas import AREA_COLUMNS, areas_at
from gis.sites.capacity import households_on, people_on
from gis.sites.columns import any_synthetic, text, typed
from gis.sites.cutting import cut_land
from gis.sites.scoring import GRADES, grade_of
from gis.sites.zones import Zones, zones_of_labels, zones_of_shapes
from layers.crs import STORAGE_CRS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gis.sites.cutting import Cut
    from gis.sites.rules import SiteRules
    from gis.sites.suitability import Suitability

    Shapes = NDArray[np.object_]
    Layers = Mapping[str, pd.DataFrame]

PER_VILLAGE = 3
"""So many of the best parcels of each village are kept."""
SQUARE_M = 5000.0
"""Where nobody knows the village, squares of the county stand for villages."""
STEEP_SHARE = 0.9
_GEOD = Geod(ellps="GRS80")  # CGCS2000's ellipsoid differs from it by a tenth of a millimetre
_TEXTS = ("parcel_code", "parcel_name", "source", "township_code", "township_name", "village_code", "village_name", "class", "excluded_by")
_COUNTS = ("capacity_people", "capacity_households", "farm_groups_count", "farm_households_count")

_KINDS = {**dict.fromkeys(_TEXTS, "string"), **dict.fromkeys(_COUNTS, "Int64"), "synthetic": "boolean"}


@dataclass(frozen=True, slots=True, eq=False)
class Parcels:
    """The layer `parcels`, and Chinese sentences on land that is in none."""

    frame: gpd.GeoDataFrame
    notes: tuple[str, ...]


def find_parcels(
    suitability: Suitability, rules: SiteRules, *, layers: Layers, candidates: gpd.GeoDataFrame | None = None, per_village: int | None = PER_VILLAGE
) -> gpd.GeoDataFrame:
    """The layer `parcels`: the frame of `search_parcels`."""
    return search_parcels(suitability, rules, layers=layers, candidates=candidates, per_village=per_village).frame


def search_parcels(
    suitability: Suitability, rules: SiteRules, *, layers: Layers, candidates: gpd.GeoDataFrame | None = None, per_village: int | None = PER_VILLAGE
) -> Parcels:
    """Find the parcels of the county, and measure those that were proposed.

    Args:
        suitability: the judged county.
        rules: the site set (`parcel`, `classes`, `criteria`).
        layers: frames by name, any CRS (none: lon/lat): `villages`, `townships` and `groups` say where a parcel lies and who farms near it.
        candidates: proposed sites; None: the layer `site_candidates`. Their land is not found a second time.
        per_village: how many of the best parcels of each village are kept; None: all.

    Returns:
        One row a parcel, found ones first, in the order of township, village and place (EPSG:4490): `parcel_code, parcel_name, source` (`found`,
        `candidate`), area codes and names, `area_m2` (geodesic), `buildable_share` (of cells that no rule excludes and whose score is known),
        `excluded_share, excluded_by` (keys of rules, parted by commas), `compactness` (4πA/P²), `slope_mean_deg, slope_p90_deg, elevation_m,
        score_mean, class` (of the mean), `capacity_people, capacity_households`, `farm_groups_count, farm_households_count`, for every criterion its
        mean measure (of classes the commonest code) and `<criterion>_score`, `lon, lat` (a place in it), `synthetic`, geometry. Measures and scores
        of a proposed site are those of its buildable cells, of all its cells where none is.
    """
    proposed = layers.get("site_candidates") if candidates is None else candidates
    sites = _proposed(proposed, suitability)
    taken = zones_of_shapes(suitability.grid, sites["shape"].to_numpy(dtype=object))
    cut = _found(suitability, rules, taken)
    found = zones_of_labels(cut.labels, cut.count)
    rows = _located(_measured(found, suitability, rules).assign(source="found", excluded_share=0.0, excluded_by=""), found, suitability, layers)
    best = _best_of_each(rows, per_village)
    kept = rows[best].assign(shape=_outlines(cut, suitability)[best.to_numpy()])
    given = _given(sites, taken, suitability, rules, layers)
    frame = _finished(_in_order(kept), given, suitability, rules, layers)
    return Parcels(frame, _notes(cut, rows, kept, suitability, rules))


def geodesic_m2(shapes: Shapes) -> NDArray[np.float64]:
    """Areas in m² on the ellipsoid of CGCS2000 of polygons in EPSG:4490 (n,)."""
    return np.array([abs(_GEOD.geometry_area_perimeter(shape)[0]) for shape in shapes], dtype=np.float64)


def _found(judged: Suitability, rules: SiteRules, taken: Zones) -> Cut:
    """Land that is good enough, not excluded and not proposed already, in pieces."""
    allowed = judged.buildable & (judged.grade <= GRADES.index("poor"))
    allowed.ravel()[taken.cell] = False
    cell, parcel = judged.grid.cell_m**2, rules.parcel
    most = max(1, floor(parcel.max_area_m2.value / cell))
    least = min(most, max(1, ceil(parcel.min_area_m2.value / cell)))
    return cut_land(allowed, least=least, most=most, opening=int(parcel.opening_cells.value), compactness=float(parcel.compactness_min.value))


def _outlines(cut: Cut, judged: Suitability) -> Shapes:
    """The outline of each piece along its cells."""
    found = np.empty(cut.count, dtype=object)
    for shape, number in outlines(cut.labels, mask=cut.labels > 0, connectivity=4, transform=judged.grid.transform):
        found[int(number) - 1] = shapely.geometry.shape(shape)
    # A ring that meets itself at a corner of a cell is told as a hole.
    return np.asarray(shapely.make_valid(found))


def _measured(zones: Zones, judged: Suitability, rules: SiteRules) -> pd.DataFrame:
    """Slope, score, class, and each criterion's measure and score, one row a piece."""
    score = zones.mean(judged.total)
    grades = grade_of(score.astype(np.float32), np.zeros(len(score), dtype=bool), rules)
    columns = {
        "cells": zones.cells(),
        "slope_mean_deg": zones.mean(judged.slope_deg),
        "slope_p90_deg": zones.upper(judged.slope_deg, STEEP_SHARE),
        "elevation_m": zones.mean(judged.measures["elevation"]),
        "score_mean": score,
        "class": np.array(GRADES, dtype=object)[grades],
    }
    for key, _, one in rules.criteria.listed():
        columns[key] = zones.commonest(judged.measures[key]) if one.categorical else zones.mean(judged.measures[key])
        columns[f"{key}_score"] = zones.mean(judged.scores[key])
    return pd.DataFrame(columns)


def _located(rows: pd.DataFrame, zones: Zones, judged: Suitability, layers: Layers) -> pd.DataFrame:
    """The rows with the middle of the cell that is nearest to each piece's centre, and the areas in which that lies."""
    row, column = np.divmod(zones.cell, judged.grid.columns)
    cells = np.maximum(zones.total(np.ones(len(zones.cell))), 1.0)
    off = np.hypot(row - (zones.total(row.astype(float)) / cells)[zones.zone], column - (zones.total(column.astype(float)) / cells)[zones.zone])
    order = np.lexsort((zones.cell, np.round(off, 6), zones.zone))
    first = order[np.unique(zones.zone[order], return_index=True)[1]]
    x = judged.grid.x0 + (column[first] + 0.5) * judged.grid.cell_m
    y = judged.grid.y0 - (row[first] + 0.5) * judged.grid.cell_m
    places = rows.assign(x=x, y=y)
    return pd.concat([places, areas_at(np.column_stack([x, y]), layers, judged.crs)], axis=1)


def _best_of_each(rows: pd.DataFrame, per_village: int | None) -> pd.Series:
    """Which found pieces are kept: of each village those that score best, the larger of two that are even."""
    if per_village is None:
        return pd.Series(data=True, index=rows.index)
    square = (rows["x"] // SQUARE_M).astype("Int64").astype("string") + "/" + (rows["y"] // SQUARE_M).astype("Int64").astype("string")
    place = rows["village_code"].fillna(rows["village_name"]).fillna(square)
    ranked = rows.assign(place=place).sort_values(["score_mean", "cells"], ascending=False, kind="stable")
    return (ranked.groupby("place").cumcount() < per_village).reindex(rows.index)


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Found parcels by township, village and place (north to south), coded and named."""
    ordered = rows.sort_values(["township_code", "village_code", "y", "x"], ascending=[True, True, False, True], kind="stable", ignore_index=True)
    width = max(4, len(str(len(ordered))))
    number = ordered.groupby(["township_name", "village_name"], dropna=False).cumcount() + 1
    names = ordered["township_name"].fillna("") + ordered["village_name"].fillna("") + "地块" + number.astype("string")
    return ordered.assign(parcel_code=[f"P{n:0{width}d}" for n in range(1, len(ordered) + 1)], parcel_name=names)


def _proposed(candidates: pd.DataFrame | None, judged: Suitability) -> pd.DataFrame:
    """Proposed sites that can be placed: `candidate_code, candidate_name`, `shape` in the county's metric CRS."""
    shapes = metric_shapes(candidates, judged.crs)
    if candidates is None or len(shapes) == 0:
        return pd.DataFrame({"candidate_code": [], "candidate_name": [], "shape": []}, dtype=object)
    texts = {name: text(candidates, name).to_numpy(dtype=object) for name in ("candidate_code", "candidate_name")}
    areal = shapely.area(shapes) > 0
    sites = pd.DataFrame({**{name: cells[areal] for name, cells in texts.items()}, "shape": shapes[areal]})
    return sites.astype(object)


def _given(sites: pd.DataFrame, taken: Zones, judged: Suitability, rules: SiteRules, layers: Layers) -> pd.DataFrame:
    """Proposed sites as parcels, in the order in which they were given."""
    free = judged.buildable.ravel()
    some = taken.among(free).cells()[taken.zone] > 0
    chosen = free[taken.cell] | ~some
    judged_part = Zones(taken.zone[chosen], taken.cell[chosen], taken.weight[chosen], taken.count)
    places = shapely.get_coordinates(shapely.point_on_surface(sites["shape"].to_numpy(dtype=object)))
    codes = sites["candidate_code"].astype("string").fillna(pd.Series([f"备选{n}" for n in range(1, len(sites) + 1)], dtype="string"))
    excluded = taken.share(judged.mask != 0)
    rows = _measured(judged_part, judged, rules)
    rows = rows.assign(**{"class": rows["class"].mask(excluded > 1.0 - 1e-9, "excluded")}).assign(
        parcel_code=codes,
        parcel_name=sites["candidate_name"].astype("string").fillna(codes),
        source="candidate",
        shape=sites["shape"],
        x=places[:, 0],
        y=places[:, 1],
        buildable_share=taken.share(judged.buildable),
        excluded_share=excluded,
        excluded_by=_excluded_by(taken, judged),
    )
    return pd.concat([rows, areas_at(places, layers, judged.crs)], axis=1)


def _excluded_by(zones: Zones, judged: Suitability) -> list[str]:
    """Keys of the rules that exclude any cell of each piece."""
    bits = np.zeros(zones.count, dtype=np.uint32)
    np.bitwise_or.at(bits, zones.zone, judged.mask.ravel()[zones.cell])
    return [",".join(rule.key for rule in judged.rules if int(piece) & rule.flag) for piece in bits]


def _finished(found: pd.DataFrame, given: pd.DataFrame, judged: Suitability, rules: SiteRules, layers: Layers) -> gpd.GeoDataFrame:
    """All parcels with area, capacity, farms and types."""
    rows = pd.concat([found.assign(buildable_share=1.0), given], ignore_index=True) if len(given) else found.assign(buildable_share=1.0)
    metric = gpd.GeoSeries(rows["shape"].to_numpy(dtype=object), crs=judged.crs)
    geometry = metric.to_crs(STORAGE_CRS)
    places = gpd.GeoSeries.from_xy(rows["x"], rows["y"], crs=judged.crs).to_crs(STORAGE_CRS)
    area = geodesic_m2(geometry.to_numpy())
    buildable = area * rows["buildable_share"].fillna(0.0).to_numpy(dtype=np.float64)
    rows = rows.assign(
        area_m2=area,
        compactness=_compactness(metric.to_numpy()),
        capacity_people=people_on(buildable, rules.parcel),
        capacity_households=households_on(buildable, rules.parcel),
        lon=places.x.to_numpy(),
        lat=places.y.to_numpy(),
        synthetic=any_synthetic(layers),
        **_farms(metric.to_numpy(), layers, judged, float(rules.parcel.farm_distance_m.value)),
    )
    return gpd.GeoDataFrame(typed(rows[_columns(rules)], _KINDS, "Float64"), geometry=geometry, crs=STORAGE_CRS)


def _columns(rules: SiteRules) -> list[str]:
    criteria = [name for key, _, _ in rules.criteria.listed() for name in (key, f"{key}_score")]
    shape = ("area_m2", "buildable_share", "excluded_share", "excluded_by", "compactness", "slope_mean_deg", "slope_p90_deg", "elevation_m")
    return ["parcel_code", "parcel_name", "source", *AREA_COLUMNS, *shape, "score_mean", "class", *_COUNTS, *criteria, "lon", "lat", "synthetic"]


def _compactness(shapes: Shapes) -> NDArray[np.float64]:
    length = shapely.length(shapes)
    return np.where(length > 0, 4.0 * np.pi * shapely.area(shapes) / np.where(length > 0, length, 1.0) ** 2, 0.0)


def _farms(shapes: Shapes, layers: Layers, judged: Suitability, metres: float) -> dict[str, NDArray[np.int64]]:
    """Groups, and their households, that live within farming distance of each parcel: whose fields can be farmed from there."""
    groups = layers.get("groups")
    homes = metric_shapes(groups, judged.crs)
    if groups is None or len(homes) == 0:
        none = np.zeros(len(shapes), dtype=np.int64)
        return {"farm_groups_count": none, "farm_households_count": none}
    parcel, group = shapely.STRtree(homes).query(shapes, predicate="dwithin", distance=metres)
    counts = groups["households_count"] if "households_count" in groups else pd.Series(0, index=groups.index)
    households = pd.to_numeric(counts, errors="coerce").fillna(0).to_numpy(dtype=np.float64)
    return {
        "farm_groups_count": np.bincount(parcel, minlength=len(shapes)).astype(np.int64),
        "farm_households_count": np.bincount(parcel, weights=households[group], minlength=len(shapes)).astype(np.int64),
    }


def _notes(cut: Cut, rows: pd.DataFrame, kept: pd.DataFrame, judged: Suitability, rules: SiteRules) -> tuple[str, ...]:
    """What became of good land that is in no parcel."""
    hectares = judged.grid.cell_m**2 / 10_000.0
    left = float(rows["cells"].sum() - kept["cells"].sum()) * hectares
    told = (
        (
            len(kept) < len(rows),
            f"共找到 {len(rows):,} 块可建地块，每村列出得分最高的几块，共 {len(kept):,} 块；其余 {left:,.0f} 公顷未逐块列出，见评分图。",
        ),
        (cut.thin > 0, f"过窄的条带 {cut.thin * hectares:,.0f} 公顷未成地块。"),
        (cut.small > 0, f"小于 {rules.parcel.min_area_m2.value:,.0f} 平方米的零星地 {cut.small * hectares:,.0f} 公顷未成地块。"),
        (cut.ragged > 0, f"过于破碎的地 {cut.ragged * hectares:,.0f} 公顷未成地块。"),
    )
    return tuple(note for there, note in told if there)
