"""What the roads are: classes, codes, widths, surfaces; and which group roads are hardened, so that a stated share of groups is not covered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.demo.cells import text_at
from layers.demo.lines import piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.demo.alignment import Line
    from layers.demo.grid import Floats, Ints, Mask

LACKING = 0.30
"""Share of the groups with 30 households or more (whole relocation aside) that no hardened road reaches."""
END_M = 500.0
"""A road serves a group when it comes as near as this."""
ELIGIBLE = 30
HARDENED = ("cement_concrete", "asphalt")
LETTERS = {"national": "G", "provincial": "S", "county": "X", "township": "Y", "village": "C", "group": "Z"}
WIDTHS = {"national": (9.0, 7.0), "provincial": (8.5, 7.0), "county": (6.5, 5.5), "township": (5.5, 4.5), "village": (5.0, 4.0)}
"""Roadbed and pavement in metres; groups' roads vary."""


def build_roads(
    lines: Sequence[Line], groups: pd.DataFrame, villages: pd.DataFrame, *, county_code: str, crs: str, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """The roads with all attributes; `parent` is the row that a road hangs on, `group` the row of the group for which it was built (-1: none)."""
    roads = gpd.GeoDataFrame(
        {
            "kind": [line.kind for line in lines],
            "target": [line.target for line in lines],
            "parent": [line.parent for line in lines],
        },
        geometry=[line.shape for line in lines],
        crs=crs,
    )
    roads["group"] = np.where(roads["kind"] == "group", roads["target"], -1)
    roads["geometry"] = _stop_short(roads, rng)
    roads["road_code"] = _codes(roads["kind"], county_code)
    roads["road_name"] = _names(roads, groups, villages)
    hardened = choose_hardened(roads, groups, rng)
    whole = gpd.GeoDataFrame(pd.concat((roads, _attributes(roads, hardened, rng)), axis=1), crs=crs)
    return _settle_ends(whole, groups, rng)


def _stop_short(roads: gpd.GeoDataFrame, rng: np.random.Generator) -> NDArray[np.object_]:
    """Group roads without a road behind them end a little before the middle of the group."""
    shapes = roads.geometry.to_numpy().copy()
    has_child = np.isin(np.arange(len(roads)), roads["parent"])
    short = np.minimum(rng.exponential(60.0, len(roads)), 380.0)
    length = shapely.length(shapes)
    for row in np.flatnonzero((roads["kind"] == "group") & ~has_child & (short < 0.4 * length)):
        shapes[row] = piece(shapes[row], 0.0, length[row] - short[row])
    return shapes


def _codes(kinds: pd.Series, county_code: str) -> pd.Series:
    number = kinds.groupby(kinds.map(LETTERS)).cumcount() + 1
    start = kinds.map({"national": 900, "provincial": 900, "county": 0, "township": 0, "village": 0, "group": 0})
    digits = (number + start).astype(str)
    width = np.where(kinds == "group", 4, 3)
    return pd.Series([f"{LETTERS[kind]}{text.zfill(w)}{county_code}" for kind, text, w in zip(kinds, digits, width, strict=True)], index=kinds.index)


def _names(roads: gpd.GeoDataFrame, groups: pd.DataFrame, villages: pd.DataFrame) -> list[str]:
    towns = villages["township_name"].unique()
    names = {
        "group": lambda row: f"{text_at(groups, 'village_name', row)}{text_at(groups, 'group_name', row)}通组路",
        "village": lambda row: f"{text_at(villages, 'village_name', row)}通村公路",
        "township": lambda row: f"{towns[row]}联络线",
        "county": lambda row: f"县城至{towns[row + 1]}公路",
    }
    return [names[kind](row) if row >= 0 else f"出县示意干线{-row}" for kind, row in zip(roads["kind"], roads["target"], strict=True)]


def reach_table(roads: gpd.GeoDataFrame, groups: pd.DataFrame) -> tuple[Ints, Ints]:
    """All pairs (group row, road row) that are within `END_M` of each other."""
    points = shapely.points(groups["x"], groups["y"])
    found = shapely.STRtree(roads.geometry.to_numpy()).query(points, predicate="dwithin", distance=END_M)
    return found[0], found[1]


def covered(pairs: tuple[Ints, Ints], hardened: Mask, count: int) -> Mask:
    """Which groups have one of the hardened roads near."""
    return np.bincount(pairs[0][hardened[pairs[1]]], minlength=count) > 0


def eligible(groups: pd.DataFrame) -> Mask:
    """Groups of the programme: 30 households or more, not to be relocated as a whole."""
    return np.asarray((groups["households_count"] >= ELIGIBLE) & ~groups["whole_relocation"])


def choose_hardened(roads: gpd.GeoDataFrame, groups: pd.DataFrame, rng: np.random.Generator) -> Mask:
    """Which roads are hardened: all above group roads, and group roads by size and nearness, until `LACKING` is met; always with their parent."""
    rank = _priority(roads, groups, rng)
    pairs, who = reach_table(roads, groups), eligible(groups)
    low, high = 0.0, 2.0
    for _ in range(24):
        middle = (low + high) / 2.0
        share = 1.0 - covered(pairs, rank >= middle, len(groups))[who].mean()
        low, high = (low, middle) if share > LACKING else (middle, high)
    return np.asarray(rank >= low)


def _priority(roads: gpd.GeoDataFrame, groups: pd.DataFrame, rng: np.random.Generator) -> Floats:
    rows = roads["group"].to_numpy()
    size = groups["households_count"].rank(pct=True).to_numpy()[rows]
    near = 1.0 - roads.length.rank(pct=True).to_numpy()
    rank = np.where(rows >= 0, 0.5 * rng.random(len(roads)) + 0.3 * near + 0.2 * size, 9.0)
    for row, parent in enumerate(roads["parent"]):
        if parent >= 0:
            rank[row] = min(rank[row], rank[parent])
    return rank


def _attributes(roads: gpd.GeoDataFrame, hardened: Mask, rng: np.random.Generator) -> pd.DataFrame:
    size, kind = len(roads), roads["kind"].to_numpy()
    main = np.isin(kind, ("national", "provincial", "county"))
    rough = np.where(rng.random(size) < 0.6, "gravel", "earth")
    surface = np.where(hardened, np.where(main, "asphalt", "cement_concrete"), rough)
    bed, pavement = _widths(kind, hardened, rng)
    return pd.DataFrame(
        {
            "road_class": kind,
            "surface": pd.Series(surface, dtype=object),
            "status": "existing",
            "pavement_width_m": pavement,
            "roadbed_width_m": bed,
            "passing_bays_per_km": np.where(bed < 6.5, rng.choice([1.0, 2.0, 3.0, 3.0, 4.0], size), 0.0),
            "bridge": False,
            "tunnel": False,
            "built_year": np.where(hardened, rng.integers(2005, 2020, size), rng.integers(1985, 2012, size)),
        }
    )


def _widths(kind: NDArray[np.object_], hardened: Mask, rng: np.random.Generator) -> tuple[Floats, Floats]:
    size = len(kind)
    bed = np.array([WIDTHS.get(k, (4.5, 3.5))[0] for k in kind])
    pavement = np.array([WIDTHS.get(k, (4.5, 3.5))[1] for k in kind])
    group = kind == "group"
    paved = rng.choice([3.0, 3.5, 3.5, 3.5, 3.5, 4.0, 4.5], size)
    rough = rng.choice([2.5, 3.0, 3.0, 3.5], size)
    pavement = np.where(group, np.where(hardened, paved, rough), pavement)
    return np.where(group, pavement + rng.choice([0.5, 1.0, 1.0], size), bed), pavement


def _settle_ends(roads: gpd.GeoDataFrame, groups: pd.DataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Some group roads without a road behind them are only planned, or hardened half way; some groups have nothing at all."""
    leaf = (roads["kind"] == "group") & ~roads.index.isin(roads["parent"]) & ~roads["surface"].isin(HARDENED)
    draw = pd.Series(np.where(leaf, rng.random(len(roads)), 1.0), index=roads.index)
    roads = roads.assign(
        status=roads["status"].mask(draw < 0.10, "planned").mask(draw.between(0.10, 0.13), "building"),
        surface=roads["surface"].mask(draw < 0.13, "cement_concrete"),
        built_year=roads["built_year"].mask(draw < 0.13, 2026),
    )
    nothing = draw.between(0.13, 0.19)
    half = draw.between(0.19, 0.35) & (roads.length > 1700.0)
    parts = [_half(roads.loc[row], groups, str(roads.crs)) for row in roads.index[half]]
    return gpd.GeoDataFrame(pd.concat((roads[~half & ~nothing], *parts)).sort_index(kind="stable"), crs=roads.crs)


def _half(road: pd.Series, groups: pd.DataFrame, crs: str) -> gpd.GeoDataFrame:
    """One road as two segments: hardened from the joint, rough for the rest, with the hardened end still far from the group."""
    shape, length = road["geometry"], road["geometry"].length
    place = groups.iloc[int(road["group"])]
    along = np.linspace(0.6, 0.2, 9) * length
    gap = shapely.distance(shapely.line_interpolate_point(shape, along), shapely.Point(place["x"], place["y"]))
    split = float(along[int(np.argmax(gap > END_M + 150.0))]) if (gap > END_M + 150.0).any() else 0.2 * length
    rows = pd.DataFrame([road, road], index=[road.name, road.name]).drop(columns="geometry")
    both = gpd.GeoDataFrame(rows, geometry=[piece(shape, 0.0, split), piece(shape, split, length)], crs=crs)
    both["road_code"] = [f"{road['road_code']}-1", f"{road['road_code']}-2"]
    both["surface"] = ["cement_concrete", road["surface"]]
    both["built_year"] = [2018, road["built_year"]]
    return both
