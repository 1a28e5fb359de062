"""The pure parts of the road panel, run by Node: what a budget builds, what two plans share, profiles, the order that is sent."""

import itertools
import json
import random
import shutil
import subprocess

import pytest

from api.plan_models import RoadsOrder
from web import legend, road_legend
from web.page import STATIC

node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Evaluate an expression with everything that a module exports."""
    folder = tmp_path_factory.mktemp("road_js")
    shutil.copytree(STATIC / "js", folder, dirs_exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}')

    def evaluate(module, expression, value=None):
        script = f'import * as m from "./{module}.js"; const given = {json.dumps(value)}; console.log(JSON.stringify({expression}));'
        done = subprocess.run(["node", "--input-type=module", "-e", script], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return evaluate


def _plan(seed, count=40):
    """A forest of works, each with one group, ranked so that a parent stands before its children; a few are not ranked, a few not counted."""
    dice = random.Random(seed)
    works, groups, spent = [], [], 0.0
    for number in range(count):
        code = f"W{number:04d}"
        ranked = number % 9 != 8
        cost = 0.0 if number % 7 == 3 else round(dice.uniform(1e4, 9e5), 2)
        spent = round(spent + cost, 2) if ranked else spent
        households = None if number % 11 == 5 else dice.randint(5, 60)
        parents = [work["work_code"] for work in works if work["rank"]]
        works.append(
            {
                "work_code": code,
                "work_name": f"工程{number}",
                "parent_work": dice.choice(parents) if parents and number % 3 else None,
                "rank": number + 1 if ranked else None,
                "year": 2026 + number // 10 if ranked and number < 30 else None,
                "cost_cny": cost,
                "length_km": round(dice.uniform(0.1, 4), 3),
                "cumulative_cost_cny": spent if ranked else None,
                "groups_count": 1,
                "households_count": households,
                "registered_households_count": 1,
                "people_count": 9,
                "township_code": f"t{number % 4}",
                "township_name": f"镇{number % 4}",
                "village_code": f"t{number % 4}v{number % 2}",
            }
        )
        place = {name: works[-1][name] for name in ("township_code", "township_name", "village_code")}
        groups.append({"group_code": f"g{number}", "work_code": code, "households_count": households, "people_count": 9, **place})
    groups.append({"group_code": "far", "work_code": None, "reason": "unreachable", "households_count": 7, "people_count": 8, "township_code": "t0"})
    groups.append({"group_code": "moved", "work_code": None, "reason": "relocation", "households_count": 5, "people_count": 6, "township_code": "t1"})
    dice.shuffle(works)
    return works, groups


@node
@pytest.mark.parametrize("seed", range(4))
def test_a_budget_builds_the_longest_beginning_that_it_pays_for(run, seed):
    works, _ = _plan(seed)
    dice = random.Random(seed)
    total = max(work["cumulative_cost_cny"] or 0 for work in works)
    budgets = sorted([0, total, total / 2, *(dice.uniform(0, total) for _ in range(5)), works[0]["cumulative_cost_cny"] or 1])
    answers = run("road-model", "given.budgets.map((one) => [...m.prefix(given.works, one)].sort())", {"works": works, "budgets": budgets})
    for budget, answer in zip(budgets, answers, strict=True):
        wanted = sorted(work["work_code"] for work in works if work["rank"] and work["cumulative_cost_cny"] <= budget)
        assert answer == wanted
        assert sum(work["cost_cny"] for work in works if work["work_code"] in wanted) <= budget + 0.01
        assert all(work["parent_work"] is None or work["parent_work"] in wanted for work in works if work["work_code"] in wanted)
    assert all(set(less) <= set(more) for less, more in itertools.pairwise(answers))


@node
def test_the_programme_opens_year_by_year(run):
    works, _ = _plan(5)
    years = ["2025", "2026", "2027", ""]
    answers = run(
        "road-model", "given.years.map((one) => [...m.builtWorks(given.works, { budget: '', year: one })].sort())", {"works": works, "years": years}
    )
    for year, answer in zip(years, answers, strict=True):
        assert answer == sorted(w["work_code"] for w in works if w["year"] and (not year or w["year"] <= int(year)))


@node
@pytest.mark.parametrize("seed", range(3))
def test_townships_sum_to_the_county_and_nothing_is_counted_twice(run, seed):
    works, groups = _plan(seed)
    expression = """(() => {
      const built = m.prefix(given.works, given.budget);
      return { all: m.tally(given.groups, built), towns: m.byTownship(given.works, given.groups, built), built: [...built] };
    })()"""
    answer = run("road-model", expression, {"works": works, "groups": groups, "budget": 4e6})
    for unit in ("households", "groups", "registered", "people"):
        for where in ("connected", "open", "out"):
            assert sum(town["totals"][unit][where] for town in answer["towns"]) == answer["all"][unit][where]
    counts = answer["all"]["groups"]
    assert sum(counts.values()) == len(groups)
    assert counts["connected"] == len([group for group in groups if group["work_code"] in answer["built"]])
    assert counts["out"] == 1  # who is to be moved; who cannot be reached still waits for a road
    assert sum(town["cost"] for town in answer["towns"]) == pytest.approx(sum(w["cost_cny"] for w in works if w["work_code"] in answer["built"]))


@node
def test_curve_rises_and_ends_with_everything_that_is_ranked(run):
    works, _ = _plan(1)
    points = run("road-model", "m.curveOf(given, 'households')", works)
    assert points[0] == {"cost": 0, "count": 0}
    assert all(a["cost"] <= b["cost"] and a["count"] <= b["count"] for a, b in itertools.pairwise(points))
    assert points[-1]["count"] == sum(work["households_count"] or 0 for work in works if work["rank"])
    found = run(
        "road-curve",
        "given.map((one) => m.pointAt([{cost: 0, count: 0}, {cost: 10, count: 3}, {cost: 20, count: 5}], one).count)",
        [0, 8.9, 10, 15, 25],
    )
    assert found == [0, 0, 3, 3, 5]


@node
def test_scale_of_the_slider_reaches_every_work_in_whole_steps(run):
    works, _ = _plan(2)
    scale = run("road-model", "m.scaleOf(given)", works)
    total = max(work["cumulative_cost_cny"] or 0 for work in works)
    assert scale["most"] >= total > scale["most"] - scale["step"]
    assert scale["most"] % scale["step"] == 0
    assert run("road-model", "[0, 1, 3, 7, 12, 20, 49, 51, 999].map(m.roundUp)") == [1, 1, 5, 10, 20, 20, 50, 100, 1000]
    assert run("road-model", "m.scaleOf([])") == {"most": 0, "step": 10000}


@node
def test_two_plans_are_split_into_three_parts_that_lose_nothing(run):
    works, _ = _plan(3)
    changed = [{**work, "length_km": work["length_km"] + (1 if work["work_code"] == "W0001" else 0)} for work in works]
    given = {"ours": works, "a": 3e6, "theirs": changed, "b": 5e6}
    expression = """(() => {
      const [a, b] = [m.prefix(given.ours, given.a), m.prefix(given.theirs, given.b)];
      const rows = m.compareWorks(given.ours, a, given.theirs, b);
      return { a: [...a], b: [...b], rows: rows.map(({ side, work }) => [side, work.work_code, work.length_km]), sums: m.sumSides(rows, 'groups') };
    })()"""
    answer = run("road-model", expression, given)
    sides = {side: [code for found, code, _ in answer["rows"] if found == side] for side in ("a", "b", "both")}
    later = [{**work, "year": 2031 if work["work_code"] == "W0002" else work["year"]} for work in works]
    moved = "m.movedWorks(m.compareWorks(given[0], m.programmed(given[0], ''), given[1], m.programmed(given[1], '')), given[1])"
    assert [run("road-model", moved, [works, other]) for other in (works, later)] == [0, 1]
    assert sorted(sides["a"] + sides["both"]) == sorted(answer["a"])
    assert sorted(sides["b"] + sides["both"]) == sorted(answer["b"])
    assert "W0001" in sides["a"]  # of another length, so another work although the code is the same
    assert "W0001" in sides["b"]
    assert {side: sums["works"] for side, sums in answer["sums"].items()} == {side: len(codes) for side, codes in sides.items()}


@node
def test_path_to_the_network_ends_even_in_a_circle(run):
    rows = [{"work_code": "a", "parent_work": "b"}, {"work_code": "b", "parent_work": "c"}, {"work_code": "c", "parent_work": "a"}]
    expression = "m.pathDown(new Map(given.map((one) => [one.work_code, one])), 'a').map((one) => one.work_code)"
    assert run("road-model", expression, rows) == ["a", "b", "c"]
    assert run("road-model", "m.pathDown(new Map(), null)") == []


@node
def test_profile_reads_as_an_engineer_writes_it(run):
    assert run("road-profile", "[0, 7.4, 999.9, 1000, 12345.6].map(m.station)") == ["K0+000", "K0+007", "K0+999", "K1+000", "K12+345"]
    assert run("road-profile", "m.continued([0, 10, 20, 0, 10])") == [0, 10, 20, 20, 30]
    assert run("road-profile", "m.grades([0, 10, 20, 30], [0, 1, null, 5])") == [0.1, None, None]
    assert run("road-profile", "[-5, 4, 16, 99].map((one) => m.nearest([0, 10, 20], one))") == [0, 0, 2, 2]


@node
def test_order_holds_what_the_planner_asked_for(run):
    terms = {
        "years": [2026, 2027],
        "budgets_cny": [3e7, 0],
        "weights": {"households": 1, "registered": 0.5, "people": 0, "groups": 0},
        "carry_over": False,
        "must": ["W2", "W1"],
        "must_not": ["W9"],
        "floors": [{"area_code": None, "share": 0.3, "unit": "groups", "by_year": None}],
        "deadlines": [{"year": 2027, "share": 0.8, "unit": "people", "area_code": None}],
    }
    body = run("road-form", "m.bodyOf(m.draftOf({ programme: { terms: given } }, 2020))", terms)
    assert body == {**terms, "must": ["W1", "W2"]}
    plan = {"programme": {"terms": terms}, "cost_sets": [{"id": "own"}, {"id": "dear"}]}
    sent = run("road-form", "['own', 'dear'].map((id) => m.bodyOf(m.draftOf({ ...given, costs: { id } }, 2020)).costs ?? null)", plan)
    assert sent == [None, "dear"]
    fresh = run("road-form", "m.bodyOf(m.draftOf(null, 2026))")
    assert fresh["years"] == [2026, 2027, 2028]
    assert fresh["weights"]["households"] == 1
    assert fresh["floors"] == fresh["deadlines"] == fresh["must"] == []


@node
def test_targets_are_floors_of_townships_and_deadlines_of_the_county(run):
    targets = [
        {"area": "", "year": None, "share": 0.9, "unit": "households"},
        {"area": "", "year": 2026, "share": 0.4, "unit": "groups"},
        {"area": "*", "year": None, "share": 0.3, "unit": "registered"},
        {"area": "t1", "year": 2027, "share": 0.5, "unit": "people"},
        {"area": "t2", "year": 2031, "share": 0.6, "unit": "people"},
        {"area": "t3", "year": None, "share": 0, "unit": "people"},
    ]
    body = run("road-form", "m.bodyOf({ ...m.draftOf(null, 2026), targets: given })", targets)
    assert body["deadlines"] == [
        {"year": 2028, "share": 0.9, "unit": "households", "area_code": None},
        {"year": 2026, "share": 0.4, "unit": "groups", "area_code": None},
    ]
    assert body["floors"] == [
        {"area_code": None, "share": 0.3, "unit": "registered", "by_year": None},
        {"area_code": "t1", "share": 0.5, "unit": "people", "by_year": 2027},
        {"area_code": "t2", "share": 0.6, "unit": "people", "by_year": None},  # that year was taken out of the plan
    ]
    again = run("road-form", "m.bodyOf(m.draftOf({ programme: { terms: given } }, 2020))", body)
    assert {name: again[name] for name in ("floors", "deadlines")} == {name: body[name] for name in ("floors", "deadlines")}
    assert {name: RoadsOrder.model_validate(body | {"budgets_cny": [1, 1, 1]}).model_dump()[name] for name in ("floors", "deadlines")} == {
        name: body[name] for name in ("floors", "deadlines")
    }


@node
def test_what_the_plan_warns_of_is_told_once_and_the_gravest_first(run):
    programme = {"status": "infeasible", "conflicts": [{"sentence": "钱不够。"}], "findings": [{"sentence": "甲组不通。"}]}
    plan = {"summary": {"warnings": ["没有红线图层。"], "notes": ["没有红线图层。"]}, "programme": programme}
    told = run("road-terms", "m.warningsOf(given)", plan)
    assert [(one["said"], one["grave"]) for one in told] == [(["钱不够。"], True), (["没有红线图层。", "甲组不通。"], False)]
    assert run("road-terms", "m.warningsOf({ programme: { status: 'optimal', conflicts: [] } })") == []


@node
def test_sheet_names_works_and_townships_of_the_terms(run):
    terms = {"weights": {"households": 1}, "must": ["W1"], "floors": [{"area_code": "t1", "share": 0.5, "unit": "people", "by_year": 2027}]}
    texts = dict(run("road-terms", "m.termTexts(given, (code) => `甲路${code}`, () => '甲镇')", {"programme": {"terms": terms, "gap": 0}}))
    assert texts["必做"] == "甲路W1"
    assert texts["保底"] == "甲镇到 2027 年至少 50.0% 的人"
    assert texts["与最优安排的差距"] == "不超过 0.0%"


@node
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, ""),
        ({"budgets": [0, 0]}, "大于 0"),
        ({"budgets": [-1, 5]}, "不小于 0"),
        ({"targets": [{"area": "", "year": None, "share": 1.2, "unit": "people"}]}, "0 到 100"),
        ({"weights": {"households": 0, "registered": 0, "people": 0, "groups": 0}}, "权重"),
        ({"weights": {"households": 1, "registered": -1, "people": 0, "groups": 0}}, "权重"),
    ],
)
def test_order_that_cannot_be_sent_says_why(run, change, fault):
    draft = {"budgets": [1, 2], "targets": [], "weights": {"households": 1, "registered": 0, "people": 0, "groups": 0}, **change}
    found = run("road-form", "m.faultOf(given)", draft)
    assert fault in found
    assert bool(found) == bool(fault)


@node
def test_end_of_a_run_is_told_with_its_reason(run):
    problem = {"problem": {"detail": "预算不够。", "hint": "请增加预算。"}}
    assert run("road-jobs", "m.endSentence('failed', given)", problem) == "编制没有成功：预算不够。请增加预算。"
    assert run("road-jobs", "m.endSentence('interrupted', {})") == "编制被中断，原计划没有改动。"
    assert run("road-jobs", "m.endSentence('cancelled', given)", problem) == "已取消编制，原计划没有改动。"


@node
def test_money_in_the_words_of_an_office(run):
    assert run("format", "[0, 165000, 12345678, 123456789, null].map(m.money)") == ["0 万元", "16.5 万元", "1,235 万元", "1.23 亿元", "不明"]


@node
def test_only_the_flagged_pieces_of_a_section_look_like_a_warning(run):
    view = {"comparison": None, "state": {"work": ""}}
    words = {"kind": {"new": {"strokes": ["new"]}}, "flagged": {"strokes": ["tape"]}, "unbuilt": {"strokes": ["thin"]}}
    pieces = [{"work_code": "a", "kind": "new", "flagged": flagged} for flagged in (True, False, "false")] + [{"work_code": "b", "flagged": True}]
    given = {"view": view, "words": words, "pieces": pieces}
    looks = "given.pieces.map((one) => m.lookOf({ ...given.view, built: new Set('a') }, given.words, one, false).strokes[0])"
    assert run("road-strokes", looks, given) == ["tape", "new", "new", "thin"]


def test_every_flag_of_the_engineer_and_every_reason_of_the_demand_has_a_word():
    demand = pytest.importorskip("gis.roads.demand")
    assert {str(one) for one in demand.Wanted} <= set(road_legend.LEFT_OUT)
    assert {"connected", "unreachable", "on_network", "no_location"} <= set(road_legend.LEFT_OUT)
    assert set(road_legend.FLAGS) == {1, 2, 3, 4, 5, 6}


def test_lines_differ_in_form_and_not_in_colour_alone():
    kinds = [line for line in road_legend.KINDS if line.value not in {"mixed", "join"}]
    shown = [*kinds, road_legend.FLAGGED, road_legend.UNBUILT]
    forms = [tuple((round(stroke.width), stroke.dash) for stroke in line.strokes) for line in shown]
    assert len(set(forms)) == len(forms)
    sides = [tuple((round(stroke.width), stroke.dash) for stroke in line.strokes) for line in road_legend.SIDES]
    assert len(set(sides)) == len(sides)
    assert len({mark["shape"] for mark in road_legend.GROUPS}) == len(road_legend.GROUPS)


def test_no_line_is_as_red_as_a_group_that_lacks_a_road():
    lacking = legend.VERDICTS["lacking"].colour
    tops = [stroke.colour for line in (*road_legend.KINDS, road_legend.FLAGGED, *road_legend.SIDES) for stroke in line.strokes]
    red = [int(lacking[i : i + 2], 16) for i in (1, 3, 5)]
    assert all(sum(abs(a - int(colour[i : i + 2], 16)) for a, i in zip(red, (1, 3, 5), strict=True)) > 90 for colour in tops)
