"""Assess a county: for every group and service a verdict, and the evidence behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from gis.gaps.clinic import judge_clinic
from gis.gaps.eligibility import judge_eligibility
from gis.gaps.evidence import coverage_frame, evidence_frame
from gis.gaps.hardened_road import judge_road
from gis.gaps.levels import rank
from gis.gaps.population import count_people
from gis.gaps.power import judge_power
from gis.gaps.road_network import RoadDistances, RoadView, decided_joints, measure_roads, view_roads
from gis.gaps.safe_water import judge_water
from gis.gaps.scene import make_scene
from gis.gaps.school import judge_school
from gis.gaps.telecom import judge_telecom
from layers.errors import LayerNotFound, QueryError
from layers.names import SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gis.gaps.findings import Finding
    from gis.gaps.scene import Scene
    from gis.standards import Eligibility, Standard
    from gis.terrain import Terrain


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """What an assessment found.

    Attributes:
        coverage: one row per service and group (`evidence.COVERAGE_COLUMNS`).
        evidence: one row per service, indicator and group (`evidence.EVIDENCE_COLUMNS`).
        joints: the road network's joints in EPSG:4490, with the groups that a doubtful one decides (`road_network.JOINT_COLUMNS`).
        groups: the groups with the counts that were used and where they come from.
        roads: the road network and what is connected, or None where roads were not asked for.
        crs: name of the metric CRS of all distances.
    """

    coverage: pd.DataFrame
    evidence: pd.DataFrame
    joints: gpd.GeoDataFrame | None
    groups: gpd.GeoDataFrame
    roads: RoadView | None
    crs: str


@dataclass(frozen=True, slots=True, eq=False)
class _Roads:
    view: RoadView
    distances: RoadDistances


def assess(
    layers: Mapping[str, pd.DataFrame],
    standard: Standard,
    *,
    services: Sequence[str] | None = None,
    dem: Terrain | None = None,
    outline: gpd.GeoDataFrame | None = None,
    anchors: gpd.GeoDataFrame | None = None,
) -> Assessment:
    """Judge every group by every service.

    Args:
        layers: frames by layer name, in EPSG:4490; `groups` is required. A layer that is not there makes *unknown* what hangs on it; one that is
            there but empty is evidence that there is nothing.
        standard: the thresholds.
        services: which services; all where None. Their order does not matter.
        dem: heights, for the climb to a water point.
        outline: the county's polygons (default: layer `counties`); roads that reach it may be connected beyond it.
        anchors: declared access points of the road network.

    Raises:
        LayerNotFound: there are no groups to judge.
        QueryError: an unknown service.
    """
    if "groups" not in layers:
        raise LayerNotFound("没有村民组图层，无法对标。", hint="请先导入村民组（groups）。")
    asked = _services(services)
    groups = count_people(gpd.GeoDataFrame(layers["groups"]).reset_index(drop=True), layers.get("households"))
    scene = make_scene(groups, layers, dem)
    border = outline if outline is not None else _outline(layers)
    roads = _roads(scene, standard, border, anchors) if "hardened_road" in asked else None
    name = f"{standard.id}@{standard.version}"
    coverage, evidence = [], []
    for service in asked:
        findings, eligibility, required = _judge(scene, standard, service, roads)
        eligible = judge_eligibility(scene, eligibility)
        coverage.append(coverage_frame(scene, findings, eligible, rank(service, required), name))
        evidence.append(evidence_frame(scene, findings))
    return Assessment(
        coverage=pd.concat(coverage, ignore_index=True),
        evidence=pd.concat(evidence, ignore_index=True),
        joints=_joints(scene, standard, roads, coverage[0]) if roads is not None else None,
        groups=groups,
        roads=roads.view if roads is not None else None,
        crs=scene.crs.to_string(),
    )


def _services(services: Sequence[str] | None) -> list[str]:
    wrong = [service for service in services or () if service not in SERVICES]
    if wrong:
        known = "、".join(f"{name}（{label}）" for name, label in SERVICES.items())
        raise QueryError(f"没有名为“{wrong[0]}”的服务；可用的有：{known}。")
    return [service for service in SERVICES if services is None or service in services]


def _outline(layers: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame | None:
    frame = layers.get("counties")
    return frame if isinstance(frame, gpd.GeoDataFrame) else None


def _roads(scene: Scene, standard: Standard, outline: gpd.GeoDataFrame | None, anchors: gpd.GeoDataFrame | None) -> _Roads:
    view = view_roads(scene, standard, outline=outline, anchors=anchors)
    return _Roads(view, measure_roads(scene, standard.road, view))


def _joints(scene: Scene, standard: Standard, roads: _Roads, judged: pd.DataFrame) -> gpd.GeoDataFrame:
    undecided = (judged["verdict"] == "unknown").to_numpy(dtype=bool)
    return decided_joints(scene, roads.view, standard.road, roads.distances.limit, undecided)


def _judge(scene: Scene, standard: Standard, service: str, roads: _Roads | None) -> tuple[list[Finding], Eligibility, str]:
    """Findings of a service, who is eligible for it, and the level that counts as met."""
    if service == "hardened_road" and roads is not None:
        findings = judge_road(scene, standard.road, roads.view, roads.distances)
        return findings, standard.road.eligibility, standard.road.required_level.value
    if service == "safe_water":
        return judge_water(scene, standard.water), standard.water.eligibility, standard.water.required_level.value
    if service == "power":
        return judge_power(scene, standard.power), standard.power.eligibility, "met"
    if service == "telecom":
        return judge_telecom(scene, standard.telecom), standard.telecom.eligibility, "met"
    if service == "clinic":
        return judge_clinic(scene, standard.clinic), standard.clinic.eligibility, "met"
    return judge_school(scene, standard.school), standard.school.eligibility, "met"
