"""The pure parts of the siting panels, run by Node: ranks as the service has them, weights in an address, what is shown of whom, sentences, orders."""

import json
import random
import shutil
import subprocess

import pandas as pd
import pytest

from gis.sites.criteria.ranking import rank_parcels
from tests.site_standin import CRITERIA, KEYS, NEUTRAL, Study
from web import legend, site_legend, site_tiles
from web.page import STATIC

node = pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
pytestmark = node


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Evaluate an expression with everything that a module exports."""
    folder = tmp_path_factory.mktemp("site_js")
    shutil.copytree(STATIC / "js", folder, dirs_exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "given.json").write_text("null")

    def evaluate(module, expression, value=None):
        (folder / "given.json").write_text(json.dumps(value), encoding="utf-8")
        script = f'import * as m from "./{module}.js"; import {{ readFileSync }} from "node:fs"; const given = JSON.parse(readFileSync("given.json", "utf-8")); console.log(JSON.stringify({expression}));'
        done = subprocess.run(["node", "--input-type=module", "-e", script], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return evaluate


def _groups(count=60):
    return [
        {
            "group_code": f"5200001010{number:04d}",
            "group_name": f"{number}组",
            "village_code": f"520000101{number % 6:03d}",
            "village_name": f"村{number % 6}",
            "township_code": f"52000010{number % 2}",
            "township_name": f"镇{number % 2}",
            "households_count": None if number % 17 == 0 else 20 + number % 30,
            "people_count": 90,
            "registered_households_count": 3,
            "lon": 106.0 + number % 8 / 50,
            "lat": 25.0 + number // 8 / 50,
        }
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def study():
    return Study(_groups(), parcels=80, settlements=9)


def _parcels(seed):
    """Parcels with ties, with scores that are not known, and with one criterion that nobody knows."""
    dice = random.Random(seed)
    rows = [
        {"parcel_code": f"P{number:04d}", **{f"{key}_score": round(dice.uniform(0, 100), dice.choice([0, 2, 6])) for key in KEYS}}
        for number in range(dice.choice([1, 40, 300]))
    ]
    for row in rows[::7]:
        row["water_score"] = None
    for row in rows[5::23]:
        row["class"] = "excluded"
    for at in range(3, len(rows), 5):
        rows[at] = {**rows[at - 1], "parcel_code": rows[at]["parcel_code"]}
    if seed % 2:
        for row in rows:
            row["clinic_score"] = None
    dice.shuffle(rows)
    return rows


def _weights(seed):
    dice = random.Random(seed)
    chosen = {key: dice.choice([0, dice.randint(1, 60), round(dice.uniform(0, 50), 4)]) for key in KEYS}
    return {**chosen, "slope": chosen["slope"] or 5}


def test_order_in_the_page_is_that_of_the_service(run):
    tried = [{"parcels": _parcels(seed), "weights": _weights(seed)} for seed in range(12)]
    answers = run("site-rank", "given.map((one) => [...m.ranking(one.parcels, one.weights)])", tried)
    for one, answer in zip(tried, answers, strict=True):
        theirs = rank_parcels(pd.DataFrame(one["parcels"]), one["weights"], draws=2).frame.set_index("parcel_code")
        ours = dict(answer)
        assert {code: place["rank"] for code, place in ours.items()} == {
            code: None if pd.isna(rank) else rank for code, rank in theirs["rank"].items()
        }
        known = theirs["score"].dropna()
        assert [ours[code]["score"] for code in known.index] == pytest.approx(known.tolist(), abs=2e-9)


def test_order_at_rest_is_the_one_that_was_stored(run, study):
    answer = study.sites_answer()
    places = dict(run("site-rank", "[...m.ranking(given.parcels, m.storedWeights(given.criteria))]", answer))
    assert {code: place["rank"] for code, place in places.items()} == {row["parcel_code"]: row["rank"] for row in answer["parcels"]}
    assert any(row["rank"] is None for row in answer["parcels"])  # a parcel without a place is among them


def test_without_any_weight_nobody_has_a_rank(run):
    places = dict(run("site-rank", "[...m.ranking(given, { slope: 0, water: 0 })]", _parcels(2)))
    assert {place["rank"] for place in places.values()} == {None}


def test_weights_survive_the_address(run):
    criteria = [{"key": key, "label": label, "weight": weight} for key, label, _, weight, *_ in CRITERIA]
    tried = [_weights(seed) for seed in range(6)]
    expression = (
        "given.tried.map((one) => [m.formatWeights(one, given.criteria), m.parseWeights(m.formatWeights(one, given.criteria), given.criteria)])"
    )
    for weights, (text, back) in zip(tried, run("site-rank", expression, {"criteria": criteria, "tried": tried}), strict=True):
        assert back == pytest.approx({key: round(value, 4) for key, value in weights.items()})
        assert set(text) <= set("abcdefghijklmnopqrstuvwxyz_:,.0123456789")


def test_address_without_weights_shows_the_stored_ones(run):
    criteria = [{"key": "slope", "weight": 0.4}, {"key": "water", "weight": 0.6}]
    expression = "given.texts.map((text) => m.weightsOf(given.criteria, text))"
    found = run("site-model", expression, {"criteria": criteria, "texts": ["", "nothing:3", "slope", ",", "slope:0"]})
    assert found == [{"slope": 0.4, "water": 0.6}] * 4 + [{"slope": 0, "water": 0}]


def test_named_set_is_recognised_by_its_shares(run):
    sets = [{"name": "甲", "weights": {"a": 0.2, "b": 0.8}}, {"name": "乙", "weights": {"a": 1, "b": 1}}]
    expression = "given.tried.map((weights) => m.namedAs(weights, given.sets)?.name ?? null)"
    tried = [{"a": 1, "b": 4}, {"a": 33, "b": 33}, {"a": 1, "b": 3}, {"a": 1, "b": 1, "c": 0}]
    assert run("site-rank", expression, {"sets": sets, "tried": tried}) == ["甲", "乙", None, "乙"]


def test_what_the_service_ranks_otherwise_is_told(run):
    expression = "m.differences(new Map(given.ours), given.theirs)"
    ours = [["P1", {"score": 9, "rank": 1}], ["P2", {"score": 8, "rank": 2}], ["P3", {"score": None, "rank": None}]]
    same = [{"parcel_code": "P1", "rank": 1}, {"parcel_code": "P2", "rank": 2}, {"parcel_code": "P3", "rank": None}]
    assert run("site-rank", expression, {"ours": ours, "theirs": same}) == []
    assert run("site-rank", expression, {"ours": ours, "theirs": [{"parcel_code": "P2", "rank": 3}]}) == ["P2"]


STATE = {"area": "", "weights": "", "tab": "", "beside": "", "parcel": "", "site": "", "select": "", "look": "", "hide": "", "answer": ""}


def _view(run, study, pick, **state):
    given = {"data": {"plan": study.sites_answer(), "shapes": None, "lines": None}, "state": {**STATE, **state}}
    return run("site-model", f"(() => {{ const view = m.siteView(given.data, given.state, [], null); return {pick}; }})()", given)


def test_area_narrows_parcels_settlements_and_moves_but_not_ranks(run, study):
    pick = "{ parcels: view.parcels.length, ranked: view.places.size, settlements: view.settlements.length, moves: view.moves.length, left: m.placement(view.moves) }"
    whole, town = _view(run, study, pick), _view(run, study, pick, area="520000100")
    other = _view(run, study, pick, area="520000101")
    for name in ("parcels", "settlements", "moves"):
        assert town[name] + other[name] == whole[name]
    assert whole["ranked"] == town["ranked"] == len(study.parcels)
    assert len(whole["left"]["placed"]) + len(whole["left"]["open"]) == len(study.moves)
    assert whole["left"]["households"] == sum(row["households_count"] or 0 for row in study.moves if row["site_code"])


def test_moved_ranks_are_counted_against_the_stored_order(run, study):
    assert _view(run, study, "[view.custom, view.moved]") == [False, 0]
    custom, moved = _view(run, study, "[view.custom, view.moved]", weights="school:50,slope:1")
    weights = {"school": 50, "slope": 1}
    now = rank_parcels(pd.DataFrame(study.parcels), weights, draws=2).frame.set_index("parcel_code")["rank"]
    before = {row["parcel_code"]: row["rank"] for row in study.parcels}
    assert custom is True
    assert moved == sum((None if pd.isna(rank) else rank) != before[code] for code, rank in now.items())


def test_stability_is_shown_only_for_the_weights_it_was_counted_for(run, study):
    expression = "[false, true].map((custom) => m.surenessOf(given, custom, null).size).concat(m.surenessOf(given, true, given.slice(0, 3)).size)"
    assert run("site-model", expression, study.parcels) == [len(study.parcels), 0, 3]


def test_moves_show_only_the_parcels_that_take_somebody_in(run, study):
    used = {row["site_code"] for row in study.moves if row["site_code"]} & {row["parcel_code"] for row in study.parcels}
    pick = "m.shownParcels(view).map((row) => row.parcel_code).sort()"
    assert _view(run, study, pick, tab="moves") == sorted(used)
    assert _view(run, study, pick, tab="land") == []
    assert len(_view(run, study, pick)) == len(study.parcels)


def test_four_parcels_at_most_stand_side_by_side(run):
    steps = "given.reduce((text, code) => m.toggled(text, code), '')"
    assert run("site-model", steps, ["a", "b", "c"]) == "a,b,c"
    assert run("site-model", steps, ["a", "b", "c", "d", "e"]) == "b,c,d,e"
    assert run("site-model", steps, ["a", "b", "a"]) == "b"


def test_best_of_a_row_is_told_only_where_parcels_differ(run):
    rows = [{"parcel_code": "a", "x": 3, "y": 1}, {"parcel_code": "b", "x": 5, "y": 1}, {"parcel_code": "c", "x": None, "y": 1}]
    assert run("site-model", "['x', 'y', 'z'].map((key) => [...m.bestOf(given, key)])", rows) == [["b"], [], []]


def test_parts_of_a_score_sum_to_it(run, study):
    row = next(one for one in study.parcels if one["rank"])
    given = {"criteria": study.sites_answer()["criteria"], "row": row, "share": NEUTRAL}
    expression = "m.contributions(given.criteria, given.share, (key) => ({ value: given.row[key], score: given.row[`${key}_score`] }))"
    parts = run("site-model", expression, given)
    assert sum(part["points"] for part in parts) == pytest.approx(row["score"], abs=1e-6)
    assert [part["key"] for part in parts] == list(KEYS)


LIMITS = [
    ({"value": 31.2, "limit": 25, "unit": "°"}, "≤ 25°"),
    ({"value": 45.0, "limit": 100, "unit": "m"}, "≥ 100 m"),
    ({"value": None, "limit": 100, "unit": "m"}, "100 m"),
    ({"value": 45.0, "limit": None, "unit": "m"}, ""),
    ({"value": 100, "limit": 100, "unit": "m"}, "100 m"),
    ({"value": "湿地", "limit": "不得占用", "unit": None}, "不得占用"),
]
MEASURES = [
    (31.23, "deg", "31.2°"),
    (67.4, "min", "67 分钟"),
    (1840.4, "m", "1,840 m"),
    (12_345, "m", "12.3 km"),
    (None, "m", "不明"),
    (5, "km²", "5 km²"),
    (62.5, "分", "62.5 分"),
]


def test_limit_is_told_by_what_breaks_it(run):
    given = {"words": site_legend.as_json(), "rules": [rule for rule, _ in LIMITS]}
    assert run("site-words", "given.rules.map((rule) => m.limitText(given.words, rule))", given) == [text for _, text in LIMITS]


def test_measures_are_read_out_in_the_words_of_the_county(run):
    given = {"words": site_legend.as_json(), "rows": [row[:2] for row in MEASURES]}
    assert run("site-words", "given.rows.map(([value, unit]) => m.valueText(given.words, value, unit))", given) == [text for _, _, text in MEASURES]


def test_land_is_counted_in_mu(run):
    assert run("site-words", "given.map(m.land)", [2000 / 3, 66_666.7, 2_500_000, None]) == ["1 亩", "100 亩", "2.5 km²", "不明"]


def test_parcels_wear_the_colours_of_the_tiles(run):
    colours = run("site-words", "[0, 25, 50, 100, 140, null].map((score) => m.shadeOf(given, score))", list(legend.RAMP))
    assert colours == [legend.RAMP[0], legend.RAMP[1], legend.RAMP[2], legend.RAMP[4], legend.RAMP[4], ""]
    palette, _ = site_tiles._palette()
    assert f"#{''.join(f'{part:02x}' for part in palette[-3:])}" == legend.RAMP[-1]


def test_answers_differ_in_shape_as_well_as_in_colour():
    shapes = [shape for one in site_legend.ANSWERS for shape in {one.shape, one.open_shape}]
    assert len(shapes) == len(set(shapes))
    assert len({one.colour for one in site_legend.ANSWERS}) == len(site_legend.ANSWERS)


# Road or move.


def _choice(run, study, pick, **state):
    given = {"data": {"plan": study.choice_answer(), "roads": None}, "state": {**STATE, **state}}
    return run("choice-model", f"(() => {{ const view = m.choiceView(given.data, given.state, []); return {pick}; }})()", given)


def test_answers_are_counted_once_each(run, study):
    tallies, open_count = _choice(run, study, "[view.tallies, view.open]")
    for answer in ("road", "move", "none"):
        rows = [row for row in study.choice if row["answer"] == answer]
        assert tallies[answer]["groups"] == len(rows)
        assert tallies[answer]["households"] == sum(row["households_count"] or 0 for row in rows)
    assert open_count == sum(not row["stable"] and row["answer"] != "none" for row in study.choice)


def test_list_holds_what_its_button_counts(run, study):
    wanted = ["", "road", "move", "none", "open"]
    pick = f"{json.dumps(wanted)}.map((answer) => m.listedBy(view.groups, answer).length)"
    counts = "[view.groups.length, view.tallies.road.groups, view.tallies.move.groups, view.tallies.none.groups, view.open]"
    listed, told = _choice(run, study, f"[{pick}, {counts}]")
    assert listed == told


def test_both_extremes_stand_beside_the_answer(run, study):
    summary = study.choice_answer()["summary"]
    best, road, move = _choice(run, study, "view.plans")
    assert best["cost"] == summary["cost"]
    assert road["more"] == pytest.approx(summary["all_road"]["cost"] - summary["cost"])
    assert move["more"] == pytest.approx(summary["all_move"]["cost"] - summary["cost"])
    assert best["road"] + best["move"] + best["none"] == len(study.choice)


def test_sentence_says_when_the_answer_turns(run):
    rows = [
        {"answer": "road", "break_even_cny": 1_878e4, "margin_cny": 30e4},
        {"answer": "move", "break_even_cny": 500e4, "margin_cny": None},
        {"answer": "none"},
    ]
    assert run("choice-card", "given.map(m.turnText)", rows) == [
        "修到它的路超过 1,878 万元 时改为搬迁。换一个答案要多花 30 万元。",
        "修到它的路不超过 500 万元 时改为修路。",
        "",
    ]


def test_both_sides_differ_by_the_margin(run, study):
    sides = run("choice-model", "given.map(m.sidesOf)", study.choice)
    for row, side in zip(study.choice, sides, strict=True):
        assert abs(side["road"] - side["move"]) == pytest.approx(row["margin_cny"], abs=0.02)
        assert side["move"] == pytest.approx(row["break_even_cny"] + row["stay_cny"])


def test_rows_without_a_place_get_that_of_their_line_or_box(run):
    plan = {
        "available": True,
        "parcels": [{"township_code": "t1", "township_name": "甲镇"}],
        "settlements": [
            {"settlement_code": "S1", "township_name": "甲镇", "bounds": [1, 2, 1, 2]},
            {"settlement_code": "S2", "township_name": "乙镇"},
        ],
        "allocation": {"rows": [{"group_code": "g1", "bounds": [1, 2, 5, 6]}, {"group_code": "g2", "bounds": None}], "sites": []},
    }
    lines = {"features": [{"properties": {"group_code": "g1"}, "geometry": {"type": "LineString", "coordinates": [[5, 2], [1, 6]]}}]}
    found = run("site-data", "m.siteData(given.plan, null, given.lines).plan", {"plan": plan, "lines": lines})
    assert [(row.get("lon"), row.get("lat")) for row in found["allocation"]["rows"]] == [(5, 2), (None, None)]
    assert [(row.get("township_code"), row.get("lon")) for row in found["settlements"]] == [("t1", 1), (None, None)]


def test_other_weights_are_tried_as_widely_as_the_stored_ones(run):
    criteria = [
        {"key": "a", "weight": 0.4, "low": 0.28, "high": 0.52},
        {"key": "b", "weight": 0.6, "low": 0.42, "high": 0.78},
        {"key": "c", "weight": 0, "low": 0},
    ]
    assert run("site-rank", "m.spreadOf(given)", criteria) == pytest.approx(0.3)
    assert run("site-rank", "m.spreadOf(given)", [*criteria, {"key": "d", "weight": 0.5, "low": 0.5}]) is None


# Orders, and the address.


def test_order_names_only_what_was_asked_for(run):
    draft = {"title": "", "sites": "", "who": "planned", "set": "relocation-2017", "weights": "*"}
    given = {
        "plain": draft,
        "full": {**draft, "title": "偏重", "sites": "8", "who": "eligible", "set": "other", "weights": "甲"},
        "weights": {"a": 1, "b": 3},
    }
    expression = "[m.siteBody(given.plain, given.weights, 'relocation-2017'), m.siteBody(given.plain, {}, 'relocation-2017'), m.siteBody(given.full, given.weights, 'relocation-2017')]"
    current, bare, full = run("site-form", expression, given)
    assert current == {"weights": {"a": 0.25, "b": 0.75}}
    assert bare == {}
    assert full == {"set": "other", "weights_name": "甲", "sites": 8, "who": "eligible", "title": "偏重"}


def test_order_that_cannot_be_meant_is_stopped(run):
    tried = [({}, ""), ({"sites": "0"}, "最多几处"), ({"sites": "2.5"}, "最多几处"), ({"sites": "501"}, "最多几处"), ({"sites": "500"}, "")]
    faults = run("site-form", "given.map(m.siteFault)", [{"sites": "", **patch} for patch, _ in tried])
    for fault, (_, wanted) in zip(faults, tried, strict=True):
        assert fault.startswith(wanted)
        assert bool(fault) == bool(wanted)


def test_state_of_the_panels_survives_the_address(run):
    wanted = {
        "service": "s",
        "panel": "sites",
        "tab": "moves",
        "weights": "slope:12.5,water:0",
        "parcel": "P0001",
        "at": "106.12345,-25.5",
        "beside": "P1,P2",
        "look": "beside",
        "answer": "open",
        "hide": "scores",
    }
    expression = """(() => {
      const text = m.formatState({ ...given.defaults, ...given.wanted }, given.defaults);
      return [text, m.parseState(text, given.defaults, ['s']), m.parseState('#tab=x&at=1;2&weights=%3Cb%3E&answer=x&look=x&panel=x', given.defaults, ['s'])];
    })()"""
    names = (
        "service",
        "area",
        "filter",
        "level",
        "select",
        "shade",
        "sort",
        "view",
        "panel",
        "tab",
        "weights",
        "parcel",
        "site",
        "at",
        "beside",
        "look",
        "answer",
        "hide",
    )
    defaults: dict[str, object] = dict.fromkeys(names, "")
    defaults |= {"service": "s", "page": 0, "layers": []}
    text, back, odd = run("state", expression, {"defaults": defaults, "wanted": wanted})
    assert {name: back[name] for name in wanted} == wanted
    assert odd == defaults
    assert "%2C" not in text
    assert "%3A" not in text


def test_shades_are_fifths_of_those_that_have_a_rank(run):
    fifths = run("site-rank", "given.map((rank) => m.fifthOf(rank, 12))", [*range(1, 13), None])
    assert fifths == [0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4, None]
    ramp = list(legend.RAMP)
    assert run("site-words", "[0, 1, 2, 3, 4, null].map((fifth) => m.fifthColour(given, fifth))", ramp) == [*reversed(ramp), ""]


def test_measures_of_classes_are_told_in_words(run):
    classes = {"unit": "", "words": ["无影响", "低危"]}
    told = run(
        "site-words", "given.values.map((value) => m.criterionText({ units: {} }, value, given.of))", {"of": classes, "values": [0, 1.0, 7, None]}
    )
    assert told == ["无影响", "低危", "7", "不明"]
    parts = run(
        "site-model", "m.contributions([{ key: 'hazard', label: '地灾', ...given }], { hazard: 1 }, () => ({ value: 1, score: 60 }))", classes
    )
    assert (parts[0]["words"], parts[0]["points"]) == ("低危", 60)


def test_judgements_stand_on_saatys_scale_and_are_sent_once_a_pair(run):
    scale = run("site-pairs", "m.SCALE.map((step) => [step, m.timesOf(step), m.timesOf(m.reciprocal(step))])")
    assert [times for _, times, _ in scale] == sorted((times for _, times, _ in scale), reverse=True)
    assert len(scale) == 17
    assert all(times * back == pytest.approx(1) for _, times, back in scale)
    given = {"keys": ["a", "b", "c"], "kept": [["b", "a", 3], ["a", "c", 5], ["c", "b", 0.52]]}
    body = run(
        "site-pairs",
        "(() => { const steps = m.stepsOf(given.kept, given.keys); return m.judgementBody(given.keys, (a, b) => steps.get(`${a}|${b}`)); })()",
        given,
    )
    assert body == {"judgements": {"pairs": [["a", "b", pytest.approx(1 / 3)], ["a", "c", 5], ["b", "c", 2]]}}


def test_pairs_that_a_refusal_names_are_marked_either_way_round(run):
    sentence = "最不一致的判断：“坡度”比“水源”= 9，宜改为 2。"
    assert run("site-pairs", "[['坡度', '水源'], ['水源', '坡度'], ['坡度', '道路']].map(([a, b]) => m.flagged(given, a, b))", sentence) == [
        True,
        True,
        False,
    ]
