"""Judging the county: read its layers, call `gis.gaps`, commit what it returns, stamped with everything it follows from."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, cast

import rasterio

from gis.gaps.areas import areas_of
from gis.gaps.balance import balance
from gis.gaps.coverage import assess
from gis.gaps.population import count_people
from gis.gaps.rollup import rollup
from gis.standards import load_standard
from gis.terrain import Terrain
from layers.errors import LayerNotFound
from layers.intake.match import match_register
from layers.store.revision import Change
from layers.store.stamps import is_outdated, make_stamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from gis.standards import Standard
    from layers.store.revision import Revision, Stamp
    from layers.workspace import Workspace

INPUTS = (
    "access_points",
    "base_stations",
    "clinics",
    "committees",
    "counties",
    "dem",
    "groups",
    "households",
    "roads",
    "schools",
    "townships",
    "transformers",
    "villages",
    "water_points",
    "water_schemes",
)
"""Layers that verdicts and their totals can follow from; one that is not there is stamped as looked for."""

RESULTS = ("coverage", "evidence", "gaps", "network_repairs")
OWN_STANDARDS = "standards"
"""Folder of a workspace with the county's own standard sets."""


def standard_of(workspace: Workspace) -> Standard:
    """The standard that `county.toml` asks for; own sets stand in the workspace's folder `standards`.

    Raises:
        StandardError: a set or a value of it cannot be used.
    """
    own = workspace.path / OWN_STANDARDS
    return load_standard(workspace.settings.standards, folder=own if own.is_dir() else None, overrides=workspace.settings.overrides)


def outdated(workspace: Workspace) -> list[str]:
    """Why there are no results that follow from what the county has; empty when there are."""
    head = workspace.store.head()
    if head is None or any(name not in head.layers for name in RESULTS):
        return [name for name in RESULTS if head is None or name not in head.layers]
    stamp = _stamp(head, standard_of(workspace))
    return sorted({reason for name in RESULTS for reason in is_outdated(workspace.store, name, current=stamp)})


def assess_county(workspace: Workspace) -> Revision:
    """Results that follow from the newest revision; computed only when there are none or they are outdated.

    Returns:
        The revision that holds `coverage`, `evidence`, `gaps` and `network_repairs`.

    Raises:
        LayerNotFound: the county has no groups.
        StandardError: the standard cannot be used.
    """
    head = workspace.store.head()
    if head is None or "groups" not in head.layers:
        raise LayerNotFound("还没有“村民组”图层，无法对标。", hint=f"先导入：zutong import {workspace.path} groups 文件")
    if not outdated(workspace):
        return head
    standard = standard_of(workspace)
    stamp = _stamp(head, standard)
    layers = matched(_read(workspace, head))
    results = judge(layers, standard, dem=read_terrain(workspace, head))
    info = _info(head)
    changes = {name: Change(frame=frame, info=info, stamp=stamp) for name, frame in results.items()}
    changes["gaps"] = Change(frame=results["gaps"], info=info | {"balance": balance_of(layers)}, stamp=stamp)
    return workspace.store.commit(changes, title=f"对标：{standard.title}（{standard.id}@{standard.version}）")


def judge(layers: Mapping[str, pd.DataFrame], standard: Standard, *, dem: Terrain | None) -> dict[str, pd.DataFrame]:
    """The result layers of a county's layers (`matched`)."""
    assessment = assess(layers, standard, dem=dem, anchors=access_points(layers))
    totals = rollup(assessment.coverage, assessment.groups, areas_of(layers))
    results = {"coverage": assessment.coverage, "evidence": assessment.evidence, "gaps": totals}
    return results if assessment.joints is None else {**results, "network_repairs": assessment.joints}


def matched(layers: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The layers, with each household of the register in the group that it was matched to."""
    if "households" not in layers:
        return dict(layers)
    households = layers["households"]
    found = match_register(households, layers["groups"]).frame
    return {**layers, "households": households.assign(group_code=found["group_code"])}


def access_points(layers: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame | None:
    """Where the county says that its roads join the network; None where it says nothing."""
    return cast("gpd.GeoDataFrame | None", layers.get("access_points"))


def counted_groups(layers: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """The groups with the very counts that the totals add up: each household once, in its group."""
    return _counted(matched(layers))


def balance_of(layers: Mapping[str, pd.DataFrame]) -> dict[str, int]:
    """Where each household of the register is counted (layers as `matched`)."""
    return balance(_counted(layers), layers.get("households")).as_dict()


def _counted(layers: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    return count_people(cast("gpd.GeoDataFrame", layers["groups"]), layers.get("households"))


def read_terrain(workspace: Workspace, head: Revision) -> Terrain | None:
    """The county's heights, or None where it has none."""
    return open_terrain(workspace.store.raster("dem", rev=head.id)) if "dem" in head.layers else None


def open_terrain(path: Path) -> Terrain:
    """The first band of a grid that intake has accepted."""
    with rasterio.open(path) as grid:
        return Terrain(grid.read(1), grid.transform, grid.crs, grid.nodata)


def _read(workspace: Workspace, head: Revision) -> dict[str, pd.DataFrame]:
    return {name: workspace.store.read(name, rev=head.id) for name in INPUTS if name in head.layers and name != "dem"}


def _stamp(head: Revision, standard: Standard) -> Stamp:
    name = f"{standard.id}@{standard.version}"
    return make_stamp(head, INPUTS, standard=name, standard_sha256=standard.sha256, code_version=version("zutong"))


def _info(head: Revision) -> dict[str, object]:
    """A result is invented if anything is that it may follow from."""
    return {"synthetic": any(bool(head.layers[name].info.get("synthetic")) for name in INPUTS if name in head.layers)}
