"""A small county through the whole plan: answers by hand, money that adds up to the cent, hostile input, the same bytes every time."""

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine
from pyproj import CRS

from gis.roads.costs import load_costs
from gis.roads.plan import PlanOptions, plan_roads
from gis.standards import load_standard
from gis.terrain import Terrain
from layers.errors import LayerNotFound, ZutongError

METRIC = CRS.from_epsg(4544)
X, Y = 620_000.0, 2_788_000.0
COSTS, STANDARD = load_costs(), load_standard(["guizhou-2017"])
PAID = COSTS.paid
GRAVEL_M = COSTS.upgrade.gravel_cny_per_km.value / 1000 * PAID
EARTH_M = COSTS.upgrade.earth_cny_per_km.value / 1000 * PAID
CULVERT, BRIDGE = COSTS.crossing.culvert_cny.value * PAID, COSTS.crossing.bridge_cny * PAID
MAIN = ((150, 150), (2850, 150))


def text(values):
    return pd.array(list(values), dtype="string")


def line(*places):
    return shapely.LineString([(X + x, Y + y) for x, y in places])


def frame(rows, **dtypes):
    """Rows of (geometry, attributes), as the store keeps them: degrees, texts."""
    columns = pd.DataFrame([row[1] for row in rows])
    columns = columns.astype({name: dtypes.get(name, "string") for name in columns})
    return gpd.GeoDataFrame(columns, geometry=[row[0] for row in rows], crs=METRIC).to_crs(4490)


def roads(*tracks):
    """The county road, and (course, surface) tracks."""
    rows = [(line(*MAIN), {"road_code": "R0", "surface": "cement_concrete", "road_class": "county", "status": "existing"})]
    rows += [
        (line(*course), {"road_code": f"R{at + 1}", "surface": surface, "road_class": "group", "status": "existing"})
        for at, (course, surface) in enumerate(tracks)
    ]
    return frame(rows)


def projects(*drawn):
    """(course, decision, cost)."""
    rows = [
        (line(*course), {"project_code": f"P{at}", "project_name": f"项目{at}", "project_kind": "new", "decision": decision, "cost_cny": cost})
        for at, (course, decision, cost) in enumerate(drawn)
    ]
    return frame(rows, cost_cny="Float64")


class County:
    """Groups by code with place, verdict and reason."""

    def __init__(self, **groups):
        self.groups, self.layers = groups, {"roads": roads()}

    def plan(self, costs=COSTS, cells=100, **options):
        places = [None if place is None else shapely.Point(X + place[0], Y + place[1]) for place, *_ in self.groups.values()]
        codes = list(self.groups)
        count = len(codes)
        numbers = {name: pd.array([each] * count, dtype="Int64") for name, each in (("households_count", 20), ("people_count", 80))}
        columns = {
            "group_code": text(codes),
            "group_name": text(codes),
            "village_name": text(["团结村"] * count),
            "township_code": text(["T1"] * count),
        }
        layer = gpd.GeoDataFrame(columns | numbers, geometry=places, crs=METRIC).to_crs(4490)
        layer["registered_households_count"] = pd.array([3] * count, dtype="Int64")
        verdict = [(one[1] if len(one) > 1 else "lacking") for one in self.groups.values()]
        reason = [(one[2] if len(one) > 2 else "eligible") for one in self.groups.values()]
        status = ["lacking" if one == "excluded" else one for one in verdict]
        coverage = pd.DataFrame(
            {"group_code": text(codes), "service": "hardened_road", "verdict": text(verdict), "status": text(status), "eligible_reason": text(reason)}
        )
        terrain = Terrain(np.full((cells, cells), 500.0, np.float32), Affine(30, 0, X, 0, -30, Y + 3000), METRIC, None)
        chosen = PlanOptions(**({"planning_cell_m": 60} | options))
        return plan_roads({**self.layers, "groups": layer}, STANDARD, costs, terrain, coverage=coverage, options=chosen)

    def having(self, **layers):
        self.layers |= layers
        return self


def reasons(plan):
    rows = plan.frames["road_work_groups"]
    return dict(zip(rows["group_code"], rows["reason"], strict=True))


def reconcile(plan):
    """Everything that must add up in any plan."""
    works, sections, groups, summary = plan.frames["road_works"], plan.frames["road_sections"], plan.frames["road_work_groups"], plan.summary
    total = round(float(sections["cost_cny"].sum()), 2)
    assert total == pytest.approx(summary["cost_cny"], abs=1e-6)
    assert round(float(works["cost_cny"].sum()), 2) == pytest.approx(total, abs=1e-6)
    assert round(float(groups["attributed_cny"].sum()) + summary["unattributed_cny"], 2) == pytest.approx(total, abs=1e-6)
    by_work = sections.groupby("work_code")["cost_cny"].sum().round(2)
    assert by_work.reindex(works["work_code"]).tolist() == pytest.approx(works["cost_cny"].tolist(), abs=1e-6)
    assert summary["bound_planning_cny"] <= summary["cost_planning_cny"] + 1e-6
    assert summary["findings_unflagged"] == 0
    assert groups["group_code"].is_unique
    assert groups["reason"].notna().all()
    assert summary["groups_planned"] + sum(summary["groups_unplanned"].values()) == len(groups)
    parent = dict(zip(works["work_code"], works["parent_work"], strict=True))
    below = dict.fromkeys(parent, 0)
    for work in groups["work_code"].dropna():
        at = work
        while not pd.isna(at):
            below[at], at = below[at] + 1, parent[at]
    assert works["downstream_groups_count"].tolist() == [below[code] for code in works["work_code"]]


def test_tracks_are_paved_at_the_price_of_their_surface_and_a_river_is_a_culvert():
    county = County(G1=((600, 900),), G2=((1500, 1800),), G3=((900, 150),))
    tracks = roads((((600, 150), (600, 900)), "gravel"), (((1500, 150), (1500, 1800)), "earth"))
    plan = county.having(roads=tracks, rivers=frame([(line((0, 1005), (3000, 1005)), {"river_name": "河"})])).plan()
    reconcile(plan)
    groups = plan.frames["road_work_groups"].set_index("group_code")
    assert reasons(plan) == {"G1": "connected", "G2": "connected", "G3": "on_network"}
    assert groups.loc["G1", "attributed_cny"] == pytest.approx(750 * GRAVEL_M, rel=2e-3)
    assert groups.loc["G2", "attributed_cny"] == pytest.approx(1650 * EARTH_M + CULVERT, rel=2e-3)
    assert plan.summary["cost_planning_cny"] == pytest.approx(750 * GRAVEL_M + 1650 * EARTH_M + CULVERT, rel=2e-3)
    assert groups.loc["G3", "attributed_cny"] == 0


def test_new_road_over_a_river_has_one_bridge_and_engineering_finds_what_planning_saw():
    plan = County(G1=((600, 1650),)).having(rivers=frame([(line((0, 1005), (3000, 1005)), {"river_name": "河"})])).plan()
    reconcile(plan)
    assert plan.frames["road_works"]["crossings_count"].tolist() == [1]
    assert plan.summary["cost_planning_cny"] == pytest.approx(plan.summary["cost_cny"], rel=0.05)
    assert plan.summary["cost_cny"] > BRIDGE + 1450 * COSTS.new.road_cny_per_km.value / 1000 * PAID


def test_a_road_along_a_river_pays_for_no_bridge():
    """The group lies on this bank: the river beside the road costs nothing, though its cells are wet."""
    plan = County(G1=((600, 1650),)).having(rivers=frame([(line((640, 0), (640, 3000)), {"river_name": "河"})])).plan()
    reconcile(plan)
    assert plan.frames["road_works"]["crossings_count"].tolist() == [0]
    assert plan.summary["cost_planning_cny"] < 1550 * (COSTS.new.road_cny_per_km.value / 1000 * PAID) * 1.1


def test_two_groups_up_one_track_share_it_and_each_saves_its_own_end():
    county = County(G1=((600, 900),), G2=((600, 1800),)).having(roads=roads((((600, 150), (600, 1800)), "gravel")))
    plan = county.plan()
    reconcile(plan)
    groups = plan.frames["road_work_groups"].set_index("group_code")
    assert groups["attributed_cny"].tolist() == pytest.approx([375 * GRAVEL_M, 1275 * GRAVEL_M], rel=3e-3)
    assert groups["leave_out_saves_cny"].tolist() == pytest.approx([0, 900 * GRAVEL_M], rel=3e-3)


def test_every_group_that_asks_comes_out_with_a_reason():
    county = County(
        A=((900, 900),),
        B=(None,),
        C=((900, 1200), "unknown"),
        D=((900, 1500), "excluded", "whole_relocation"),
        E=((900, 1800), "excluded", "few_households"),
        F=((9000, 900),),
        G=((2100, 1800),),
        H=((300, 150), "met"),
    )
    redline = frame([(shapely.box(X + 1800, Y + 1500, X + 2400, Y + 2100), {"redline_name": "红线"})])
    plan = county.having(redlines=redline).plan()
    reconcile(plan)
    assert reasons(plan) == {
        "A": "connected",
        "B": "no_location",
        "C": "unknown",
        "D": "relocation",
        "E": "ineligible",
        "F": "unreachable",
        "G": "connected",
    }
    told = plan.summary["warnings"]
    assert any("F位于高程" in one for one in told)
    assert any("G所在之处禁止修路" in one for one in told)
    own = plan.frames["road_works"].set_index("work_code").loc[plan.frames["road_work_groups"].set_index("group_code").loc["G", "work_code"]]
    assert own["redline_m"] > 200
    assert own["flagged_km"] > 0


def test_groups_to_be_moved_get_a_road_only_if_asked_and_never_without_a_warning():
    county = County(A=((900, 900),), D=((2100, 900), "excluded", "whole_relocation"))
    plain, asked = county.plan(), county.plan(include_relocation=True)
    assert reasons(plain) == {"A": "connected", "D": "relocation"}
    assert not any("整组搬迁" in one for one in plain.summary["warnings"])
    assert reasons(asked) == {"A": "connected", "D": "connected"}
    assert any("整组搬迁的组（D）" in one for one in asked.summary["warnings"])
    reconcile(asked)


def test_a_project_that_leads_only_to_a_group_that_moves_is_told():
    county = County(A=((900, 900),), D=((2100, 900), "excluded", "whole_relocation"))
    plan = county.having(road_projects=projects((((2100, 150), (2100, 900)), "must", 1e5))).plan()
    reconcile(plan)
    assert plan.summary["unattributed_cny"] == 1e5
    assert any("项目0" in one and "（D）" in one for one in plan.summary["warnings"])


def test_projects_of_every_kind_come_out():
    county = County(A=((300, 600),), B=((1500, 1800),))
    drawn = projects(
        (((2400, 2400), (2700, 2400)), "must", 1e5),  # touches nothing
        (((300, 150), (300, 1050)), "may", 90_000.0),  # needed in part
        (((1500, 150), (1500, 1800)), "may", None),  # on a track, without a price
        (((1500, 150), (1500, 1750)), "must_not", 1.0),
    )
    plan = county.having(roads=roads((((1500, 150), (1500, 1800)), "gravel")), road_projects=drawn).plan()
    reconcile(plan)
    works = plan.frames["road_works"]
    assert set(",".join(works["project_codes"].dropna()).split(",")) >= {"P0", "P1"}
    assert "P3" not in ",".join(works["project_codes"].dropna())
    groups = plan.frames["road_work_groups"].set_index("group_code")
    assert groups.loc["A", "attributed_cny"] == pytest.approx(45_000, rel=2e-3)
    assert groups.loc["B", "attributed_cny"] == pytest.approx(1650 * GRAVEL_M, rel=2e-3)
    assert plan.summary["unattributed_cny"] == 1e5
    told = plan.summary["warnings"]
    assert any("项目0" in one and "都不相接" in one for one in told)
    assert any("P2" in one and "未填造价" in one for one in told)


@pytest.mark.parametrize(
    ("project", "groups"),
    [
        (((900, 150), (900, 1500)), {"A": ((900, 1500),)}),
        (((300, 2400), (2700, 2400)), {"A": ((600, 2400),), "B": ((2400, 2400),)}),
        (((1200, 900), (1800, 900)), {"A": ((600, 900),), "B": ((1800, 1500),)}),
    ],
)
@pytest.mark.parametrize("cost", [1.0, 2e5, 5e6, None])
def test_a_candidate_more_never_makes_the_network_dearer(project, groups, cost):
    without = County(**groups).plan()
    with_it = County(**groups).having(road_projects=projects((project, "may", cost))).plan()
    reconcile(with_it)
    assert with_it.summary["cost_planning_cny"] <= without.summary["cost_planning_cny"] * (1 + 1e-9)


def test_same_input_same_bytes():
    county = County(A=((900, 900),), B=((1500, 1800),), C=((2100, 600),)).having(roads=roads((((600, 150), (600, 900)), "gravel")))
    one, other = county.plan(), county.plan()
    assert one.summary == other.summary
    for name, rows in one.frames.items():
        pd.testing.assert_frame_equal(pd.DataFrame(rows), pd.DataFrame(other.frames[name]), check_exact=True)


@pytest.mark.parametrize("case", ["no roads", "only unknown surfaces", "no groups", "no heights"])
def test_what_cannot_be_planned_says_so(case):
    county = County(A=((900, 900),))
    if case == "no roads":
        county.layers.pop("roads")
    if case == "only unknown surfaces":
        county.layers["roads"] = county.layers["roads"].assign(surface=text(["unknown"]))
    if case == "no groups":
        with pytest.raises(LayerNotFound, match="村民组"):
            plan_roads(county.layers, STANDARD, COSTS, Terrain(np.zeros((2, 2)), Affine(30, 0, X, 0, -30, Y), METRIC, None), coverage=pd.DataFrame())
        return
    with pytest.raises(ZutongError, match=r"路|高程"):
        county.plan(cells=0 if case == "no heights" else 100)


def test_a_network_that_nobody_vouches_for_is_assumed_and_told():
    drawn = roads().assign(road_class=text(["group"]))
    plan = County(A=((900, 900),)).having(roads=drawn).plan()
    assert plan.summary["network_assumed"]
    assert any("按已接通计" in one for one in plan.summary["warnings"])
    reconcile(plan)


def test_nobody_asks_for_a_road():
    plan = County(A=((900, 900), "met")).plan()
    reconcile(plan)
    assert [len(rows) for rows in plan.frames.values()] == [0, 0, 0, 0]
    assert plan.summary["cost_cny"] == 0


def test_half_a_height_model():
    """Ground without a height is left alone; whoever lies beyond it is told."""
    plan = County(A=((900, 2700),), B=((2100, 2700),), C=((900, 400),)).plan(cells=80)
    reconcile(plan)
    assert set(reasons(plan).values()) <= {"connected", "unreachable"}


def test_options_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        PlanOptions().seed = 1
