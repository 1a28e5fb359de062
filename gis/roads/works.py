"""The works of a planned network: what is built as one piece, on what it depends, and whom it serves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.roads.attribution import leave_out_saves, share_costs
from gis.roads.keypaths import NONE, cut_tree
from gis.roads.names import AREA, area_of, area_of_project, distinct, listed, name_work, order_key
from gis.roads.sections import Run, runs_of
from gis.roads.unused import spare_parts
from layers.crs import STORAGE_CRS

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from gis.roads.keypaths import KeyPaths
    from gis.roads.planning import PlanningGraph
    from gis.roads.trunk import Trunk

    Ints = NDArray[np.int64]

COUNTS = ("households_count", "people_count", "registered_households_count")
"""What is counted beside groups."""


@dataclass(frozen=True, slots=True, eq=False)
class Works:
    """The works of a network, in metres (the CRS of the ground).

    Attributes:
        works: one row a work: `work_code, work_name, kind, township_code, township_name, village_code, village_name, parent_work, depth,
            decision, length_km, cost_cny, groups_count, households_count, people_count, registered_households_count, downstream_groups_count,
            downstream_households_count, new_km, upgrade_km, road_codes, project_codes, synthetic`, geometry. A work without groups downstream serves nobody.
        sections: one row a section, works in order and each from the network outward: `section_code, work_code, kind, road_code, project_code, name,
            layer, source_row, surface, from_m, to_m` (along the course of the drawn road), `length_m, cost_cny, stated_cny` (of a project whose
            price the bureau gives), `must, synthetic`, geometry.
        work_groups: one row a group: its names and counts, `work_code` (<NA>: nothing has to be built, or it is not joined), `reason`
            (`connected`, `on_network`, `unreachable`, or why it is not planned), `attributed_cny, alone_cny, leave_out_saves_cny, join_cny`,
            `lon, lat, synthetic`.
        users: pairs `section_code, group_code`: who needs which section.
        loose: codes of works that touch neither the network nor another work.
    """

    works: gpd.GeoDataFrame
    sections: gpd.GeoDataFrame
    work_groups: pd.DataFrame
    users: pd.DataFrame
    loose: tuple[str, ...]

    @property
    def unattributed_cny(self) -> float:
        """元 of sections that no group needs (must-do projects): borne by nobody."""
        idle = ~self.sections["section_code"].isin(self.users["section_code"])
        return float(self.sections.loc[idle, "cost_cny"].round(2).sum())


def make_works(trunk: Trunk, groups: gpd.GeoDataFrame, *, by_households: bool = False) -> Works:
    """Cut a network into works.

    A work is a stretch of the tree between the network, branches and groups. Good road on the way is no part of it; the last metres to a group
    beside a line belong to the work of that line. Where nothing is to be built, groups hang on the work above, or are on the network already.
    Must-do projects, or parts of them, that no group needs become works that serve nobody.

    Args:
        trunk: from `plan_trunk`.
        groups: the same frame, `group_code` and the names and counts of groups; `wanted` says why a group is not planned.
        by_households: divide the cost of shared sections by households rather than equally.
    """
    told = pd.DataFrame(groups[[name for name in (*_GROUP_COLUMNS, "hamlet_name", "synthetic") if name in groups]])
    paths = cut_tree(trunk)
    runs = runs_of(paths, trunk.planning)
    needs = _needs(trunk, paths)
    draft = _draft(trunk, paths, runs, needs)
    areas = [_area(work, trunk.planning, told) for work in draft]
    ends = [tuple(work.runs[-1].xy[-1].tolist()) for work in draft]
    order = sorted(range(len(draft)), key=lambda at: (*order_key(areas[at], ends[at]), draft[at].key))
    draft, areas = [draft[at] for at in order], [areas[at] for at in order]
    code = {work.key: f"W{number + 1:04d}" for number, work in enumerate(draft)}
    sections = _sections(draft, trunk.planning, code)
    users = _users(sections, needs, told)
    works = _works(draft, areas, sections, told, code)
    invented = works.set_index("work_code")["synthetic"].reindex(sections["work_code"]).array
    sections = sections.assign(synthetic=sections["synthetic"].fillna(pd.Series(invented, index=sections.index)))
    found = Works(works, sections, _work_groups(draft, code, trunk, groups), users, tuple(code[work.key] for work in draft if not work.hangs))
    return with_costs(found, sections["cost_cny"], by_households=by_households)


def with_costs(works: Works, cost_cny: ArrayLike, *, by_households: bool = False) -> Works:
    """The works at other prices of their sections (those of the finished lines): totals, and what each group bears, are counted anew.

    Args:
        works: from `make_works`.
        cost_cny: 元 of each section, in the order of `works.sections`; counted in whole cents.
        by_households: divide the cost of shared sections by households rather than equally.
    """
    cents = np.rint(np.asarray(cost_cny, dtype=np.float64) * 100) / 100
    sections = works.sections.assign(cost_cny=pd.array(cents, dtype="Float64"))
    whole = pd.Series(cents).groupby(sections["work_code"].to_numpy(dtype=object)).sum()
    costs = np.round(whole.reindex(works.works["work_code"].to_numpy(dtype=object), fill_value=0.0).to_numpy(dtype=float), 2)
    groups = works.work_groups
    section = pd.Index(sections["section_code"]).get_indexer(works.users["section_code"])
    user = pd.Index(groups["group_code"]).get_indexer(works.users["group_code"])
    weights = groups["households_count"].to_numpy(dtype=float, na_value=np.nan) if by_households else None
    shared = share_costs(cents, section, user, len(groups), weights=weights)
    must = sections["must"].to_numpy(dtype=bool)
    saved = leave_out_saves(np.where(must, 0.0, cents), section, user, len(groups))
    planned = groups["reason"].isin(["connected", "on_network"]).to_numpy(dtype=bool)
    columns = {"attributed_cny": _money(shared, planned), "leave_out_saves_cny": _money(saved, planned)}
    return replace(
        works, works=works.works.assign(cost_cny=pd.array(costs, dtype="Float64")), sections=sections, work_groups=groups.assign(**columns)
    )


@dataclass(slots=True)
class _Draft:
    """A work in the making: its key node, that of the work above (-1 none), groups at its end, all groups that need it, its runs, and whether it touches the network or other works."""

    key: int
    parent: int
    groups: list[int]
    below: list[int]
    runs: list[Run]
    hangs: bool = True


def _needs(trunk: Trunk, paths: KeyPaths) -> dict[int, list[int]]:
    """For each reached group the key nodes on its way to the network, its own first."""
    at = paths.at(trunk.node)
    return {group: paths.above(int(paths.path[at[group]])) for group in np.flatnonzero(trunk.reached).tolist()}


def _draft(trunk: Trunk, paths: KeyPaths, runs: list[Run], needs: dict[int, list[int]]) -> list[_Draft]:
    """The works of the tree, and those of must-do projects that it leaves over."""
    found: dict[int, _Draft] = {}
    for run in runs:
        key = int(paths.home[run.path])
        upper = int(paths.upper[key])
        parent = int(paths.home[upper]) if upper != NONE else NONE
        found.setdefault(key, _Draft(key, parent, [], [], [])).runs.append(run)
    for group, keys in needs.items():
        homes = [home for home in dict.fromkeys(int(paths.home[key]) for key in keys) if home != NONE]
        for home in homes:
            found[home].below.append(group)
        if homes:
            found[homes[0]].groups.append(group)
    spare = [_Draft(NONE - 1 - at, part.parent, [], [], [part.run], part.hangs) for at, part in enumerate(spare_parts(paths, trunk.planning, runs))]
    return [*found.values(), *spare]


def _area(work: _Draft, planning: PlanningGraph, groups: pd.DataFrame) -> dict[str, str | None]:
    served = work.groups or work.below
    return area_of(groups.iloc[served]) if served else area_of_project(_edge(planning, work.runs[0]))


def _edge(planning: PlanningGraph, run: Run) -> pd.Series[Any]:
    """The road or project that a run follows."""
    return planning.stock.edges.iloc[run.row]


def _sections(draft: list[_Draft], planning: PlanningGraph, code: dict[int, str]) -> gpd.GeoDataFrame:
    rows = [
        {"section_code": f"{code[work.key]}-{number + 1}", "work_code": code[work.key], "path": run.path, **_described(planning, run)}
        for work in draft
        for number, run in enumerate(work.runs)
    ]
    shapes = [shapely.LineString(run.xy) for work in draft for run in work.runs]
    frame = pd.DataFrame(rows, columns=list(_SECTION_TYPES)).astype(_SECTION_TYPES)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=planning.ground.crs)


_SECTION_TYPES: dict[str, Any] = {
    "section_code": "string",
    "work_code": "string",
    "path": "int64",
    "kind": "string",
    "road_code": "string",
    "project_code": "string",
    "name": "string",
    "layer": "string",
    "source_row": "Int64",
    "surface": "string",
    "from_m": "Float64",
    "to_m": "Float64",
    "length_m": "Float64",
    "cost_cny": "Float64",
    "stated_cny": "Float64",
    "must": "bool",
    "synthetic": "boolean",
}


def _described(planning: PlanningGraph, run: Run) -> dict[str, Any]:
    """The columns of a section that follow from its run."""
    base: dict[str, Any] = {"kind": run.kind, "length_m": run.length_m, "cost_cny": run.price, "must": False}
    if run.row < 0:
        return base
    edge = _edge(planning, run)
    known = {name: edge.get(name) for name in ("road_code", "project_code", "layer", "source_row", "surface", "synthetic")}
    project = run.kind == "project"
    stated = run.price if project and not pd.isna(edge.get("cost_cny")) else None
    must = project and not pd.isna(edge.get("decision")) and edge["decision"] == "must"
    name = edge.get("project_name") if project else edge.get("road_name")
    return {**base, **known, "name": name, "from_m": run.from_m, "to_m": run.to_m, "stated_cny": stated, "must": must}


def _users(sections: gpd.GeoDataFrame, needs: dict[int, list[int]], groups: pd.DataFrame) -> pd.DataFrame:
    """Pairs (section, group): a group needs every section of every path on its way."""
    pairs = pd.DataFrame([(key, group) for group, keys in needs.items() for key in keys], columns=["path", "group"], dtype="int64")
    met = sections[["section_code", "path"]].merge(pairs, on="path").sort_values(["section_code", "group"], kind="stable")
    codes = groups["group_code"].astype("string").iloc[met["group"]].array
    return pd.DataFrame({"section_code": met["section_code"].array, "group_code": codes})


def _works(
    draft: list[_Draft], areas: list[dict[str, str | None]], sections: gpd.GeoDataFrame, groups: pd.DataFrame, code: dict[int, str]
) -> gpd.GeoDataFrame:
    parts = [sections.iloc[at] for at in sections.groupby("work_code", sort=True).indices.values()]
    depth = _depths(draft)
    rows = [
        {
            "work_code": code[work.key],
            "kind": _kind(part["kind"]),
            **area,
            "parent_work": code.get(work.parent),
            "depth": depth[work.key],
            "decision": "must" if part["must"].any() else "may",
            **_lengths(part),
            **_counts(groups, work),
            "road_codes": listed(part.loc[part["layer"] == "roads", "road_code"]),
            "project_codes": listed(part.loc[part["layer"] == "road_projects", "project_code"]),
            "synthetic": bool(part["synthetic"].fillna(value=False).any() or _synthetic(groups.iloc[work.below])),
        }
        for work, area, part in zip(draft, areas, parts, strict=True)
    ]
    names = [name_work(area, groups.iloc[work.groups], _project_name(part)) for work, area, part in zip(draft, areas, parts, strict=True)]
    whole = [shapely.multilinestrings(np.asarray(part.geometry.array, dtype=object)) for part in parts]
    shapes = shapely.line_merge(np.array(whole, dtype=object))
    frame = pd.DataFrame(rows, columns=[name for name in _WORK_TYPES if name != "work_name"])
    frame.insert(1, "work_name", pd.Series(distinct(names), dtype="string"))
    return gpd.GeoDataFrame(frame.astype(_WORK_TYPES), geometry=shapes, crs=sections.crs)


_WORK_TYPES: dict[str, Any] = {
    **dict.fromkeys(("work_code", "work_name", "kind", *AREA, "parent_work"), "string"),
    "depth": "Int64",
    "decision": "string",
    **dict.fromkeys(("length_km", "new_km", "upgrade_km"), "Float64"),
    "groups_count": "Int64",
    **dict.fromkeys(COUNTS, "Int64"),
    **dict.fromkeys(("downstream_groups_count", "downstream_households_count"), "Int64"),
    **dict.fromkeys(("road_codes", "project_codes"), "string"),
    "synthetic": "boolean",
}


def _depths(draft: list[_Draft]) -> dict[int, int]:
    """How many works stand between each one and the network, itself included."""
    parent = {work.key: work.parent for work in draft}
    depth: dict[int, int] = {NONE: 0}
    for key in parent:
        way = []
        at = key
        while at not in depth:
            way.append(at)
            at = parent[at]
        for step in reversed(way):
            depth[step] = depth[parent[step]] + 1
    return depth


def _kind(kinds: pd.Series[str]) -> str:
    """What a work is: joins follow what they join; several kinds are mixed."""
    main = set(kinds) - {"join"} or {"new"}
    return main.pop() if len(main) == 1 else "mixed"


def _project_name(part: pd.DataFrame) -> str | None:
    """The name of the project that a work is, if it is nothing else."""
    if set(part["kind"]) != {"project"}:
        return None
    return listed(part["name"]) or listed(part["project_code"])


def _lengths(part: pd.DataFrame) -> dict[str, float]:
    length = part["length_m"].to_numpy(dtype=float) / 1000
    new, upgrade = part["kind"].isin(["new", "join"]).to_numpy(dtype=bool), (part["kind"] == "upgrade").to_numpy(dtype=bool)
    return {"length_km": float(length.sum()), "new_km": float(length[new].sum()), "upgrade_km": float(length[upgrade].sum())}


def _counts(groups: pd.DataFrame, work: _Draft) -> dict[str, Any]:
    own = {name: _total(groups, name, work.groups) for name in COUNTS}
    below = {"downstream_groups_count": len(work.below), "downstream_households_count": _total(groups, "households_count", work.below)}
    return {"groups_count": len(work.groups), **own, **below}


def _total(groups: pd.DataFrame, name: str, rows: list[int]) -> Any:
    """Sum of the known counts; missing where there are groups and none of them is counted."""
    if not rows:
        return 0
    return groups[name].iloc[rows].sum(min_count=1) if name in groups else pd.NA


def _synthetic(groups: pd.DataFrame) -> bool:
    return "synthetic" in groups and bool(groups["synthetic"].fillna(value=False).any())


def _work_groups(draft: list[_Draft], code: dict[int, str], trunk: Trunk, groups: gpd.GeoDataFrame) -> pd.DataFrame:
    work: list[str | None] = [None] * len(groups)
    for one in draft:
        for group in one.groups:
            work[group] = code[one.key]
    places = groups.geometry.to_crs(STORAGE_CRS).representative_point()
    kept = [name for name in _GROUP_COLUMNS if name in groups]
    missing = {name: pd.array([pd.NA] * len(groups), dtype="Int64" if name in COUNTS else "string") for name in _GROUP_COLUMNS if name not in groups}
    known = np.isfinite(trunk.alone_cny)
    frame = pd.DataFrame(groups[kept]).assign(
        **missing,
        work_code=pd.array(work, dtype="string"),
        reason=_reasons(trunk, groups, np.array([one is not None for one in work], dtype=bool)),
        alone_cny=_money(trunk.alone_cny, known),
        join_cny=_money(trunk.join_cny, np.isfinite(trunk.join_cny) & ~trunk.reached),
        lon=places.x.round(7).astype("Float64"),
        lat=places.y.round(7).astype("Float64"),
        synthetic=groups["synthetic"].array if "synthetic" in groups else pd.array([False] * len(groups), dtype="boolean"),
    )
    return frame.reset_index(drop=True)


_GROUP_COLUMNS = (
    "group_code",
    "group_name",
    "village_code",
    "village_name",
    "township_code",
    "township_name",
    *COUNTS,
    "verdict",
)


def _reasons(trunk: Trunk, groups: pd.DataFrame, served: NDArray[np.bool_]) -> pd.api.extensions.ExtensionArray:
    """Why a group has a work or has none."""
    not_planned = groups["wanted"].astype("string").to_numpy(dtype=object) if "wanted" in groups else np.full(len(groups), "not_wanted", dtype=object)
    conditions = [trunk.node < 0, ~trunk.wanted, ~trunk.reached, served]
    return pd.array(np.select(conditions, ["no_location", not_planned, "unreachable", "connected"], "on_network"), dtype="string")


def _money(amount: NDArray[np.float64], known: NDArray[np.bool_]) -> pd.api.extensions.ExtensionArray:
    """元 in whole cents; missing where not known."""
    return pd.array(np.where(known, np.round(np.where(known, amount, 0.0), 2), np.nan), dtype="Float64")
