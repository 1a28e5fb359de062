"""The transport bureau's project list: some tracks to be hardened, some roads to be built, with an estimate and a decision each."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

TRACKS = 12
NEW = 4
SHORTEST_M = 400.0
CNY_PER_KM = {"改建": 450_000.0, "新建": 700_000.0}
DECISIONS = ("必建", "可选", "可选", "不建")
"""In turn, so that each kind has every decision."""


def build_projects(roads: gpd.GeoDataFrame, people: pd.DataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Projects along group roads: tracks that are there are hardened, planned ones are built.

    Args:
        roads: roads as `layers.demo.roads.build_roads` makes them.
        people: the groups, in the order that `roads["group"]` counts them.
        rng: source of chance.
    """
    own = roads[(roads["group"] >= 0) & (roads.length >= SHORTEST_M)]
    tracks = own[(own["status"] == "existing") & own["surface"].isin(["gravel", "earth"])]
    planned = own[own["status"] == "planned"]
    parts = [_listed(tracks, "改建", TRACKS, people, rng), _listed(planned, "新建", NEW, people, rng)]
    projects = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=roads.crs)
    return projects.assign(project_code=[f"TZ{number:03d}" for number in range(1, len(projects) + 1)])


def _listed(roads: gpd.GeoDataFrame, kind: str, count: int, people: pd.DataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    chosen = roads.iloc[np.sort(rng.choice(len(roads), min(count, len(roads)), replace=False))]
    kilometres = chosen.length.to_numpy() / 1000.0
    cost = kilometres * CNY_PER_KM[kind] * rng.uniform(0.9, 1.25, len(chosen))
    places = people.iloc[chosen["group"].to_numpy()]
    return gpd.GeoDataFrame(
        {
            "project_name": chosen["road_name"].to_numpy() + kind + "工程",
            "project_kind": kind,
            "decision": np.resize(DECISIONS, len(chosen)),
            "cost_cny": np.round(cost / 10_000.0, 1),
            "length_km": np.round(kilometres, 3),
            "plan_year": 2027,
            "township_name": places["township_name"].to_numpy(),
            "village_name": places["village_name"].to_numpy(),
        },
        geometry=chosen.geometry.to_numpy(),
        crs=roads.crs,
    )
