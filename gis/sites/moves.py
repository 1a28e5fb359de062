"""What a move changed: for each row of the relocation ledger the way to school, clinic and market before and after, seats, and the way to the old fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from gis.burn import metric_shapes
from gis.sites.columns import any_synthetic, number, text, typed
from gis.sites.places import features
from gis.sites.review import cells_around, coordinates
from gis.sites.rules import AccessCriterion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray
    from pyproj import CRS

    from gis.sites.rules import SiteRules
    from gis.sites.suitability import Suitability

    Floats = NDArray[np.float64]
    Words = NDArray[np.object_]
    Layers = Mapping[str, pd.DataFrame]

NOTICED_MIN = 5.0
"""Minutes by which a way has to change to be called better or worse: less is lost in the grid."""
BETTER, WORSE, SAME, UNKNOWN = "better", "worse", "same", "unknown"
FARM, HAZARD = "farm", "hazard"
_NAMES = ("relocation_code", "group_code", "group_name", "village_name", "township_name", "settlement_code", "settlement_name")


class _Service(NamedTuple):
    """A service of which not only the way counts."""

    layer: str
    kind: str
    criterion: str
    offers: Callable[[pd.DataFrame], Floats]


class Ends(NamedTuple):
    """Where each move began and ended: coordinates (n, 2) in the county's metric CRS, NaN unknown."""

    old: Floats
    new: Floats


def compare_moves(
    relocations: pd.DataFrame, groups: pd.DataFrame | None, settlements: pd.DataFrame | None, layers: Layers, suitability: Suitability
) -> pd.DataFrame:
    """The layer `settlement_moves`: one row for each row of the ledger, in its order.

    Minutes are those of the judged county (on foot to a road, then along it): the same surface before and after, so that only the place differs.

    Args:
        relocations: layer `relocations`.
        groups: layer `groups`: where the old homes are.
        settlements: layer `settlements`: where the new homes are.
        layers: `farmland` (whose fields), `schools` (seats) where there are any.
        suitability: the judged county, with its site set.

    Returns:
        `relocation_code, group_code, group_name, village_name, township_name, settlement_code, settlement_name, households_count, people_count`;
        `moved_m` (straight, old home to new); `farm_m` (straight, new home to the old fields: the permanent farmland next to the old home if it lies
        within `parcel.farm_distance_m` of it, else the old home), `farm_basis` (`farmland`, `group`), `farm_within` (whether it can be farmed from
        the new home); `<service>_min_before, <service>_min_after` for every criterion by minutes; `school_seats_before, school_seats_after` (free
        seats of the nearest school that counts), `clinic_doctors_before, clinic_doctors_after` (changed where there are none left, or some at last); `better, worse, unknown` (keys of what changed, and of what nobody knows, parted by commas),
        `no_way` (services to which no way leads, with `_before` or `_after`), `synthetic`.
    """
    rows = relocations.reset_index(drop=True)
    rules, crs = suitability.settings, suitability.crs
    ends = Ends(
        _places_of(text(rows, "group_code"), groups, "group_code", crs),
        _places_of(text(rows, "settlement_code"), settlements, "settlement_code", crs),
    )
    services = [key for key, _, one in rules.criteria.listed() if isinstance(one, AccessCriterion)]
    ways = {f"{key}_min_{when}": _values_at(suitability, suitability.measures[key], at) for key in services for when, at in _when(ends)}
    farm = _farm(ends, layers.get("farmland"), crs, float(rules.parcel.farm_distance_m.value))
    seats = {f"{name}_{when}": _nearest(layers, one, rules, crs, at) for name, one in _SERVICES.items() for when, at in _when(ends)}
    verdicts = _verdicts(services, ways, farm, seats, suitability, ends)
    told = {name: _named(rows, name, groups, settlements) for name in _NAMES}
    counts = {name: number(rows, name).round().astype("Int64") for name in ("households_count", "people_count")}
    no_way = _listed({name.replace("_min_", "_"): np.isinf(minutes) for name, minutes in ways.items()}, len(rows))
    finite = {name: np.where(np.isfinite(minutes), minutes, np.nan) for name, minutes in ways.items()}
    lists = {word: _listed({key: found == word for key, found in verdicts.items()}, len(rows)) for word in (BETTER, WORSE, UNKNOWN)}
    moved = np.hypot(*(ends.new - ends.old).T)
    invented = any_synthetic({"relocations": relocations, **layers})
    frame = pd.DataFrame({**told, **counts, "moved_m": moved, **farm, **finite, **seats, **lists, "no_way": no_way, "synthetic": invented})
    texts = dict.fromkeys((*_NAMES, "farm_basis", "no_way", *lists), "string")
    return typed(frame, {**texts, **dict.fromkeys(counts, "Int64"), "farm_within": "boolean", "synthetic": "boolean"}, "Float64")


def moves_summary(moves: pd.DataFrame) -> dict[str, dict[str, int]]:
    """For each item that was compared, the households for which it is better, worse or unknown, and for all others the same; JSON-ready."""
    homes = moves["households_count"].fillna(0).to_numpy(dtype=np.int64)
    lists = {word: moves[word].fillna("").str.split(",") for word in (BETTER, WORSE, UNKNOWN)}
    items = sorted({item for parts in lists.values() for row in parts for item in row if item})
    counts = {item: {word: int(homes[[item in row for row in parts]].sum()) for word, parts in lists.items()} for item in items}
    return {item: found | {SAME: int(homes.sum()) - sum(found.values())} for item, found in counts.items()}


def _when(ends: Ends) -> tuple[tuple[str, Floats], tuple[str, Floats]]:
    return ("before", ends.old), ("after", ends.new)


def _places_of(codes: pd.Series, frame: pd.DataFrame | None, key: str, crs: CRS) -> Floats:
    """Where the row with each code lies (n, 2); NaN for a code that nobody has, or a row without a place."""
    places = np.full((len(codes), 2), np.nan)
    shapes = metric_shapes(frame, crs)
    if frame is None or len(shapes) == 0:
        return places
    row = _rows_of(codes, text(frame, key))
    places[row >= 0] = coordinates(shapes)[row[row >= 0]]
    return places


def _rows_of(codes: pd.Series, keys: pd.Series) -> NDArray[np.int64]:
    """Row of each code among keys, the first of doubled ones; -1 for none."""
    first = keys[keys.notna() & ~keys.duplicated()]
    at = pd.Series(np.flatnonzero((keys.notna() & ~keys.duplicated()).to_numpy()), index=first.array, dtype="int64")
    return np.asarray(at.reindex(codes.array).fillna(-1), dtype=np.int64)


def _named(rows: pd.DataFrame, name: str, groups: pd.DataFrame | None, settlements: pd.DataFrame | None) -> pd.Series:
    """A text of the ledger, else as the group or the settlement has it."""
    own = text(rows, name)
    frame, key = (settlements, "settlement_code") if name == "settlement_name" else (groups, "group_code")
    if frame is None or name not in frame or name.endswith("_code"):
        return own
    row = _rows_of(text(rows, key), text(frame, key))
    return own.fillna(pd.Series(text(frame, name).array[np.maximum(row, 0)], index=rows.index).mask(row < 0)) if len(frame) else own


def _values_at(judged: Suitability, grid: NDArray[np.float32], places: Floats) -> Floats:
    """The grid's value in the cell of each place (n,), where nothing is known of it (a river) the mean around; NaN where that is not known either."""
    row, column = judged.cell(np.nan_to_num(places[:, 0], nan=np.inf), np.nan_to_num(places[:, 1], nan=np.inf))
    own = np.where(row >= 0, grid[row, column].astype(np.float64), np.nan)
    around = cells_around(judged, places, float(judged.settings.review.score_radius_m.value)).mean(grid)
    return np.where(np.isnan(own), around, own)


def _farm(ends: Ends, farmland: pd.DataFrame | None, crs: CRS, reach_m: float) -> dict[str, Floats | pd.Series]:
    """How far the old fields are from the new home, what stands for them, and whether they can still be farmed."""
    old, new = (_points(places) for places in ends)
    target, basis = old.copy(), np.full(len(old), "group", dtype=object)
    shapes = metric_shapes(farmland, crs)
    shapes = shapes[~shapely.is_empty(shapes)]
    asked = np.flatnonzero(~shapely.is_empty(old))
    if len(shapes) and len(asked):
        row, field = shapely.STRtree(shapes).query_nearest(old[asked], max_distance=reach_m, all_matches=False)
        target[asked[row]], basis[asked[row]] = shapes[field], "farmland"
    metres = shapely.distance(new, target)  # NaN where either is not known
    lost = np.isnan(metres)
    return {
        "farm_m": metres,
        "farm_basis": pd.Series(basis, dtype="string").mask(lost),
        "farm_within": pd.Series(metres <= reach_m, dtype="boolean").mask(lost),
    }


def _points(places: Floats) -> Words:
    known = np.isfinite(places).all(axis=1)
    shapes = np.full(len(places), shapely.Point(), dtype=object)
    shapes[known] = shapely.points(places[known])
    return shapes


def _free_seats(schools: pd.DataFrame) -> Floats:
    """Seats that no pupil takes, negative where there are more pupils; NaN where either is not told."""
    return (number(schools, "seats_count") - number(schools, "pupils_count")).to_numpy(dtype=np.float64, na_value=np.nan)


def _doctors(clinics: pd.DataFrame) -> Floats:
    return number(clinics, "doctors_count").to_numpy(dtype=np.float64, na_value=np.nan)


_SERVICES = {
    "school_seats": _Service("schools", "school_kind", "school", _free_seats),
    "clinic_doctors": _Service("clinics", "clinic_kind", "clinic", _doctors),
}


def _nearest(layers: Layers, service: _Service, rules: SiteRules, crs: CRS, places: Floats) -> Floats:
    """What the nearest facility of a kind that counts offers (n,), by the straight way; NaN where there is none, or the place is not known."""
    offered = np.full(len(places), np.nan)
    known = np.flatnonzero(np.isfinite(places).all(axis=1))
    if layers.get(service.layer) is None or len(known) == 0:
        return offered
    there = features(layers, service.layer, crs)
    there = there[_counts(there, service, getattr(rules.criteria, service.criterion).places.value)]
    if len(there):
        nearest = shapely.STRtree(np.asarray(there["geometry"].array, dtype=object)).nearest(_points(places)[known])
        offered[known] = service.offers(there)[nearest]
    return offered


def _counts(there: pd.DataFrame, service: _Service, wanted: Sequence[str]) -> NDArray[np.bool_]:
    """Facilities of the kinds that the criterion names."""
    kinds = {kind for layer, _, kind in (place.partition(":") for place in wanted) if layer == service.layer}
    return np.full(len(there), fill_value=True) if "" in kinds else np.asarray(text(there, service.kind).isin(list(kinds)), dtype=bool)


def _verdicts(
    services: list[str], ways: Mapping[str, Floats], farm: Mapping[str, object], seats: Mapping[str, Floats], judged: Suitability, ends: Ends
) -> dict[str, Words]:
    """Better, worse, same or unknown for each item, of every move."""
    found = {key: _by_minutes(ways[f"{key}_min_before"], ways[f"{key}_min_after"]) for key in services}
    for name in _SERVICES:
        found[name] = _compared(_none_left(seats[f"{name}_before"]), _none_left(seats[f"{name}_after"]), 1.0)
    old, new = (_values_at(judged, judged.measures["hazard"], at) for at in ends)
    found[HAZARD] = _compared(old, new, 1.0)
    within = pd.Series(farm["farm_within"]).astype("boolean")
    # Whoever moves does not come nearer to the old fields.
    found[FARM] = np.where(within.isna(), UNKNOWN, np.where(within.fillna(value=True), SAME, WORSE)).astype(object)
    return found


def _none_left(offered: Floats) -> Floats:
    """1 where nothing is offered, 0 where something is; NaN unknown."""
    return np.where(np.isnan(offered), np.nan, (offered <= 0).astype(np.float64))


def _by_minutes(before: Floats, after: Floats) -> Words:
    """A way that is found where there was none is better, one that is lost is worse; none before and after is the same."""
    return _compared(before, after, NOTICED_MIN)


def _compared(before: Floats, after: Floats, least: float) -> Words:
    """Less is better, by `least` or more; infinite values are compared, unknown ones are not."""
    both_infinite = np.isinf(before) & np.isinf(after)
    gain = np.where(both_infinite, 0.0, np.where(both_infinite, 0.0, before) - np.where(both_infinite, 0.0, after))
    words = np.select([np.isnan(gain), gain >= least, gain <= -least], [UNKNOWN, BETTER, WORSE], default=SAME)
    return words.astype(object)


def _listed(flags: Mapping[str, NDArray[np.bool_]], count: int) -> list[str]:
    """For each row the keys whose flag is set, parted by commas."""
    return [",".join(key for key, there in flags.items() if there[row]) for row in range(count)]
