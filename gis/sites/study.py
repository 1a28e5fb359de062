"""A siting study: from what the county has to judged land, ranked parcels, settlements by the same yardstick, and who moves where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from gis.sites.allocation.allocate import allocate
from gis.sites.allocation.terms import terms_of
from gis.sites.bands import NODATA
from gis.sites.candidates import candidate_sites
from gis.sites.criteria import rank_parcels
from gis.sites.movers import Who, movers_notes, who_moves
from gis.sites.moves import compare_moves, moves_summary
from gis.sites.parcels import search_parcels
from gis.sites.review import review_settlements, review_summary
from gis.sites.scoring import GRADES
from gis.sites.suitability import bands, suitability
from layers.crs import metric_crs
from layers.errors import LayerNotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd
    from affine import Affine
    from pyproj import CRS

    from gis.sites.allocation.allocate import Allocated
    from gis.sites.bands import Band
    from gis.sites.criteria import Ranking, WeightSet
    from gis.sites.criteria.ranking import RankMethod
    from gis.sites.sets import SiteSet
    from gis.sites.suitability import Suitability
    from gis.terrain import Terrain

    Tell = Callable[[str, float], None]

Aim = Literal["cost", "distance"]


@dataclass(frozen=True, slots=True)
class StudyOptions:
    """Who is settled, and how finely the land is judged.

    Attributes:
        who: `planned`: groups that are moved as a whole or lie in danger; `eligible`: those that the policy lets move, too.
        sites_max: at most so many new sites beside the settlements that stand; None: as many as pay.
        aim: of the allocation: `cost`, least moving and site cost, or `distance`, least person-kilometres.
        whole: groups are kept whole; else their households may be divided between sites.
        method: how parcels are ranked.
        draws: weights that are tried for the certainty of ranks; None: as the set says.
        candidates: parcels that may become sites, by rank.
        cell_m: edge of a cell; None: the terrain's, coarser where there would be too many cells.
        seed: of everything that is drawn.
    """

    who: Who = "planned"
    sites_max: int | None = None
    aim: Aim = "cost"
    whole: bool = True
    method: RankMethod = "weighted_sum"
    draws: int | None = None
    candidates: int = 60
    cell_m: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class SiteStudy:
    """What came of it.

    Attributes:
        frames: result layers by name: `parcels`, `allocation`, `allocation_sites`; `settlement_review` and `settlement_moves` where the county has settlements and a ledger.
        bands: of the grid of suitability.
        transform: of that grid.
        crs: of that grid.
        nodata: its number for "not known".
        summary: figures of the study, JSON-ready.
    """

    frames: Mapping[str, pd.DataFrame]
    bands: Sequence[Band]
    transform: Affine
    crs: CRS
    nodata: int
    summary: Mapping[str, Any]


def study_sites(
    layers: Mapping[str, pd.DataFrame],
    terrain: Terrain,
    rules: SiteSet,
    *,
    weights: WeightSet,
    options: StudyOptions = StudyOptions(),
    tell: Tell = lambda _words, _done: None,
) -> SiteStudy:
    """Judge the land, find and rank parcels, review what stands, and settle who moves.

    Args:
        layers: `groups` with the counts that totals add up; what else the county has.
        terrain: heights.
        rules: the site set.
        weights: of the criteria.
        options: who is settled, and how finely the land is judged.
        tell: called with what is being done and the share that is done.

    Raises:
        LayerNotFound: no groups.
        QueryError: weights that cannot be used.
        InputError: the terrain does not reach the county.
    """
    if "groups" not in layers:
        raise LayerNotFound("还没有“村民组”图层，无法研究安置选址。")
    crs = metric_crs(cast("gpd.GeoDataFrame", layers["groups"]))
    judged = suitability(
        layers, terrain, rules, crs=crs, weights=weights.weights, cell_m=options.cell_m, tell=lambda words, done: tell(words, 0.6 * done)
    )
    tell("划分可建地块", 0.6)
    found = search_parcels(judged, rules, layers=layers)
    tell("地块排序", 0.7)
    draws = int(rules.ranking.draws.value) if options.draws is None else options.draws
    ranking = rank_parcels(found.frame, weights, method=options.method, draws=draws, seed=options.seed)
    parcels = found.frame.merge(ranking.frame, on="parcel_code", how="left", validate="1:1")
    tell("评估已有安置点", 0.75)
    review, moves, standing = _standing(layers, judged, rules)
    tell("安排搬迁去向", 0.85)
    settled = _settle(layers, parcels, rules, options, crs)
    frames: dict[str, pd.DataFrame] = {"parcels": parcels, "allocation": settled.allocation, "allocation_sites": settled.sites}
    frames |= ({} if review is None else {"settlement_review": review}) | ({} if moves is None else {"settlement_moves": moves})
    summary = {
        **_land_summary(judged, rules),
        **_weight_summary(rules, weights, ranking),
        "parcels": _parcel_summary(parcels),
        "standing": standing,
        "allocation": {**settled.summary, "who": options.who},
        "notes": [*judged.notes, *found.notes, *movers_notes(layers)],
    }
    return SiteStudy(frames, bands(judged), judged.grid.transform, crs, NODATA, summary)


def _settle(layers: Mapping[str, pd.DataFrame], parcels: gpd.GeoDataFrame, rules: SiteSet, options: StudyOptions, crs: CRS) -> Allocated:
    """Who has to be settled, put into rooms that are left and into the best parcels."""
    movers = who_moves(layers, rules, options.who, crs=crs)
    settlements = cast("gpd.GeoDataFrame | None", layers.get("settlements"))
    places = candidate_sites(parcels, settlements, rules, most_parcels=options.candidates)
    terms = terms_of(rules, sites_max=options.sites_max, aim=options.aim, whole=options.whole, seed=options.seed)
    return allocate(movers, places, rules, terms)


def _land_summary(judged: Suitability, rules: SiteSet) -> dict[str, Any]:
    """How much land there is, what the rules take of it, and which takes most that no other takes."""
    cell = judged.grid.cell_m**2
    own = judged.inside
    grades = {name: int(np.count_nonzero(own & (judged.grade == code))) * cell for code, name in enumerate(GRADES)}
    land = judged.land
    only = land["only_m2"].to_numpy(dtype=float)
    binding = land["label"].iloc[int(only.argmax())] if (only > 0).any() else ""
    return {
        "sites": rules.reference(),
        "title": rules.title,
        "cell_m": judged.grid.cell_m,
        "areas": judged.areas(),
        "grades": grades,
        "land": land.astype(object).where(land.notna(), None).to_dict("records"),
        "binding": str(binding),
    }


def _weight_summary(rules: SiteSet, weights: WeightSet, ranking: Ranking) -> dict[str, Any]:
    """The criteria with the weights that counted, where these come from, and how parcels were ranked."""
    ranges = weights.ranges()
    found = weights.consistency({key: label for key, label, _ in rules.criteria.listed()})
    sources = {key: weights.source or str(one.weight.source) for key, _, one in rules.criteria.listed()}
    criteria = [
        {
            "key": key,
            "label": label,
            "unit": one.unit,
            "direction": one.direction,
            "weight": weights.weights.get(key, 0.0),
            "low": ranges.get(key, (0.0, 0.0))[0],
            "high": ranges.get(key, (0.0, 0.0))[1],
            "source": sources[key],
        }
        for key, label, one in rules.criteria.listed()
    ]
    consistency = {} if found is None else {"cr": found.cr, "lambda_max": found.lambda_max, "random_index": found.table}
    weighting = {"name": weights.name, "method": weights.method, "source": weights.source, **consistency}
    return {"criteria": criteria, "weighting": weighting, "ranking": ranking.summary()}


def _parcel_summary(parcels: gpd.GeoDataFrame) -> dict[str, Any]:
    """How many parcels, how large, for how many."""
    counts = {name: int(parcels[name].sum()) for name in ("capacity_households", "capacity_people")}
    return {"count": len(parcels), "area_m2": float(parcels["area_m2"].sum()), **counts, "proposed": int((parcels["source"] == "candidate").sum())}


def _standing(
    layers: Mapping[str, pd.DataFrame], judged: Suitability, rules: SiteSet
) -> tuple[gpd.GeoDataFrame | None, pd.DataFrame | None, dict[str, Any]]:
    """Settlements by the same yardstick, and what moving has changed for those who moved; empty where the county has neither."""
    settlements = cast("gpd.GeoDataFrame | None", layers.get("settlements"))
    ledger = layers.get("relocations")
    review = None if settlements is None else review_settlements(settlements, judged, rules, layers)
    moves = None if ledger is None else compare_moves(ledger, layers["groups"], settlements, layers, judged)
    told = ({} if review is None else review_summary(review, rules)) | ({} if moves is None else {"moves": moves_summary(moves)})
    return review, moves, told
