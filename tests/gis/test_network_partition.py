"""The partition is what counts: which roads hang together, against plain pairwise distances, known constructions, and monotonicity."""

import itertools
import math
import random

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from gis.network import Network, build_network, components

CRS = "EPSG:4545"
TOUCH, DOUBT = 3.5, 20.0


def network(lines, **columns) -> Network:
    frame = gpd.GeoDataFrame({"road_code": [f"R{i}" for i in range(len(lines))], **columns}, geometry=list(lines), crs=CRS)
    return build_network(frame, crs=CRS, touch_m=TOUCH, doubt_m=DOUBT)


def partition(labels, names=None) -> set[frozenset[int]]:
    pieces: dict[int, set[int]] = {}
    for at, label in enumerate(labels):
        if label >= 0:
            pieces.setdefault(label, set()).add(at if names is None else names[at])
    return {frozenset(piece) for piece in pieces.values()}


def pieces(built: Network, mask=None, *, doubtful=False) -> set[frozenset[int]]:
    mask = np.ones(len(built.edges), dtype=bool) if mask is None else np.asarray(mask, dtype=bool)
    return partition(components(built, mask, doubtful=doubtful))


# ---- the oracle: the rule as the documentation states it, one pair at a time, in plain shapely


def ends(line: LineString) -> tuple[Point, Point]:
    return Point(line.coords[0]), Point(line.coords[-1])


def joined(a: LineString, b: LineString, *, graded: bool, reach: float) -> bool:
    near = min([b.distance(end) for end in ends(a)] + [a.distance(end) for end in ends(b)])
    return near <= reach or (a.intersects(b) and not graded)


def oracle(lines, graded, mask, *, doubtful) -> set[frozenset[int]]:
    parent = list(range(len(lines)))

    def root(at):
        while parent[at] != at:
            at = parent[at]
        return at

    for a, b in itertools.combinations([at for at in range(len(lines)) if mask[at]], 2):
        if joined(lines[a], lines[b], graded=graded[a] or graded[b], reach=DOUBT if doubtful else TOUCH):
            parent[root(a)] = root(b)
    return partition([root(at) if mask[at] else -1 for at in range(len(lines))])


_place = st.tuples(st.integers(0, 24), st.integers(0, 24)).map(lambda xy: (500_000.0 + 4.7 * xy[0], 2_800_000.0 + 4.7 * xy[1]))
_line = st.lists(_place, min_size=2, max_size=4, unique=True).map(LineString)
_road = st.tuples(_line, st.booleans(), st.integers(0, 5).map(lambda n: n == 0))  # course, in the mask, bridge
_roads = st.lists(_road, min_size=1, max_size=14)


@settings(max_examples=80, deadline=None)
@given(_roads, st.booleans())
def test_the_pieces_are_those_of_plain_pairwise_distances(roads, doubtful):
    lines, mask, bridge = zip(*roads, strict=True)
    built = network(lines, bridge=bridge)
    assert pieces(built, mask, doubtful=doubtful) == oracle(lines, bridge, mask, doubtful=doubtful)


def coarser(new: set[frozenset[int]], old: set[frozenset[int]]) -> bool:
    return all(any(piece <= other for other in new) for piece in old)


@settings(max_examples=50, deadline=None)
@given(_roads, _roads, st.randoms(use_true_random=False), st.booleans())
def test_adding_roads_never_separates_what_was_connected(roads, added, rng, doubtful):
    lines, mask, bridge = (list(column) for column in zip(*roads, strict=True))
    before = pieces(network(lines, bridge=bridge), mask, doubtful=doubtful)
    loose = [end.coords[0] for line in lines for end in ends(line)]
    for course, inside, grade in added:  # half of the new roads start exactly at an old end
        start = rng.choice(loose)
        again = LineString([start, *course.coords[1:]]) if rng.random() < 0.5 and start != course.coords[1] else course
        lines, mask, bridge = [*lines, again], [*mask, inside], [*bridge, grade]
    after = pieces(network(lines, bridge=bridge), mask, doubtful=doubtful)
    assert coarser(after, before)


@settings(max_examples=30, deadline=None)
@given(_roads, st.booleans())
def test_the_optimistic_view_only_joins_more_and_a_wider_mask_too(roads, doubtful):
    lines, mask, bridge = zip(*roads, strict=True)
    built = network(lines, bridge=bridge)
    assert coarser(pieces(built, mask, doubtful=True), pieces(built, mask, doubtful=False))
    assert coarser(pieces(built, doubtful=doubtful), pieces(built, mask, doubtful=doubtful))


@settings(max_examples=25, deadline=None)
@given(_roads, st.randoms(use_true_random=False))
def test_order_and_direction_of_the_roads_do_not_matter(roads, rng):
    lines, _, bridge = zip(*roads, strict=True)
    order = list(range(len(lines)))
    rng.shuffle(order)
    turned = [lines[at].reverse() if rng.random() < 0.5 else lines[at] for at in order]
    shuffled = network(turned, bridge=[bridge[at] for at in order])
    labels = components(shuffled, np.ones(len(lines), dtype=bool), doubtful=False)
    assert partition(labels, names=order) == pieces(network(lines, bridge=bridge))


_exact = st.tuples(st.integers(0, 24), st.integers(0, 24)).map(lambda xy: (500_000.0 + 5 * xy[0], 2_800_000.0 + 5 * xy[1]))
_exact_roads = st.lists(st.tuples(st.lists(_exact, min_size=2, max_size=4, unique=True).map(LineString), st.booleans()), min_size=1, max_size=10)


def finer(line: LineString, parts: int = 32) -> LineString:
    """The same course with 32 times the points; a power of two, so that every point lies exactly on it."""
    corners = np.array(line.coords)
    steps = np.arange(parts)[:, None] / parts
    inner = [start + (end - start) * steps for start, end in itertools.pairwise(corners)]
    return LineString(np.concatenate([*inner, corners[-1:]]))


@settings(max_examples=40, deadline=None)
@given(_exact_roads, st.booleans())
def test_more_points_along_the_same_course_change_nothing(roads, doubtful):
    lines, bridge = zip(*roads, strict=True)
    coarse, fine = network(lines, bridge=bridge), network([finer(line) for line in lines], bridge=bridge)
    assert pieces(fine, doubtful=doubtful) == pieces(coarse, doubtful=doubtful)
    columns = ["kind", "certain", "gap_m", "edge_a", "edge_b"]
    tables = [built.joints[columns].round({"gap_m": 6}).sort_values(columns).to_numpy().tolist() for built in (coarse, fine)]
    assert tables[0] == tables[1]


def test_the_same_roads_give_the_same_network_byte_for_byte():
    lines = [LineString([(0, 0), (50, 0)]), LineString([(52, 0), (90, 0)]), LineString([(25, -9), (25, 9)]), LineString([(99, 0), (150, 5)])]
    one, two = network(lines), network(lines)
    assert one.joints.to_wkb().equals(two.joints.to_wkb())
    assert one.edges.to_wkb().equals(two.edges.to_wkb())


# ---- constructions whose pieces are known because they were built so


def forest(rng: random.Random, trees: int, roads: int) -> tuple[list[LineString], list[int]]:
    """Road trees 400 m apart; each road starts at an earlier one: at its end, along it, short of it, or beyond it (by at most 3 m)."""
    lines, owner = [], []
    for tree in range(trees):
        x, y = 600.0 * (tree % 7), 600.0 * (tree // 7)
        mine = [LineString([(x, y), (x + 60, y + rng.uniform(-20, 20))])]
        for _ in range(roads - 1):
            base = rng.choice(mine)
            at = base.interpolate(rng.choice([0.0, 1.0, rng.uniform(0.2, 0.8)]), normalized=True)
            angle = rng.uniform(0, 2 * math.pi)
            along = np.array([math.cos(angle), math.sin(angle)])
            slip = rng.choice([0.0, rng.uniform(-3, 3)])
            start = np.array(at.coords[0]) + along * slip
            stop = np.array(at.coords[0]) + along * rng.uniform(8, 20)
            mine.append(LineString([start, stop]))
        lines += mine
        owner += [tree] * len(mine)
    return lines, owner


@pytest.mark.parametrize("seed", range(5))
def test_a_forest_of_roads_with_digitising_noise_has_exactly_its_trees(seed):
    lines, owner = forest(random.Random(seed), trees=30, roads=12)
    order = list(range(len(lines)))
    random.Random(seed + 100).shuffle(order)
    built = network([lines[at] for at in order])
    found = partition(components(built, np.ones(len(order), dtype=bool), doubtful=False), names=order)
    assert found == partition(owner)


def test_near_nodes_beyond_touch_are_two_pieces_for_certain_and_one_perhaps():
    """The case in which clustering end points merges 142 true pieces into 138: ends nearer than the doubt, farther than the touch."""
    lines = [LineString([(60 * i, 0), (60 * i + 55, 0)]) for i in range(10)]  # a 5 m gap after each
    built = network(lines)
    assert len(pieces(built)) == 10
    assert len(pieces(built, doubtful=True)) == 1
    assert built.joints["certain"].sum() == 0
    assert built.joints["gap_m"].tolist() == pytest.approx([5.0] * 9)


@pytest.mark.parametrize(("gap", "sure", "maybe"), [(3.4999, 1, 1), (3.5001, 2, 1), (19.999, 2, 1), (20.001, 2, 2)])
@pytest.mark.parametrize("shape", ["end_end", "end_line"])
def test_the_thresholds_are_exact(gap, sure, maybe, shape):
    other = LineString([(100 + gap, 0), (200, 0)]) if shape == "end_end" else LineString([(100 + gap, -50), (100 + gap, 50)])
    built = network([LineString([(0, 0), (100, 0)]), other])
    assert (len(pieces(built)), len(pieces(built, doubtful=True))) == (sure, maybe)
    assert built.joints["kind"].tolist() == [shape] * (maybe == 1)
    assert built.joints["certain"].tolist() == [sure == 1] * (maybe == 1)


def test_two_small_gaps_do_not_add_up_through_a_road_outside_the_mask():
    """The lane ends 3 m from each of two roads that are 6 m apart: with it they are joined, without it they are not."""
    lines = [LineString([(0, 0), (100, 0)]), LineString([(0, 6), (100, 6)]), LineString([(50, 3), (50, 3.5), (51, 3.5)])]
    built = network(lines)
    assert pieces(built) == {frozenset({0, 1, 2})}
    assert pieces(built, [True, True, False]) == {frozenset({0}), frozenset({1})}


def test_parallel_roads_five_metres_apart_stay_two():
    built = network([LineString([(0, 0), (500, 0)]), LineString([(0, 5), (500, 5)])])
    assert len(pieces(built)) == 2


def test_a_crossing_joins_but_a_bridge_or_tunnel_does_not():
    cross = [LineString([(0, 0), (100, 0)]), LineString([(50, -50), (50, 50)])]
    assert len(pieces(network(cross))) == 1
    for name in ("bridge", "tunnel"):
        apart = network(cross, **{name: [True, False]})
        assert len(pieces(apart)) == 2
        assert len(pieces(apart, doubtful=True)) == 2
    assert len(pieces(network(cross, bridge=[None, False]))) == 1  # nobody said that it is a bridge


def test_a_road_that_ends_on_a_bridge_is_joined_and_a_bridge_joins_the_roads_at_its_ends():
    bridge = LineString([(0, 0), (100, 0)])
    landing, under, onto = LineString([(100, 0), (200, 0)]), LineString([(50, -50), (50, 50)]), LineString([(30, 40), (30, 1)])
    built = network([bridge, landing, under, onto], bridge=[True, False, False, False])
    assert pieces(built) == {frozenset({0, 1, 3}), frozenset({2})}


def test_a_roundabout_joins_its_arms():
    ring = LineString(Point(0, 0).buffer(15).exterior.coords)
    arms = [LineString([(math.cos(a) * 16, math.sin(a) * 16), (math.cos(a) * 90, math.sin(a) * 90)]) for a in (0.3, 1.9, 3.1, 5.0)]
    built = network([ring, *arms])
    assert len(pieces(built)) == 1
    assert len(pieces(built, [False, True, True, True, True])) == 4
    assert built.notes["what"].tolist() == ["loop"]


def test_the_kinds_of_joints_of_a_small_drawing():
    """One main road; exact T, undershoot of 2 m, overshoots of 2 m and 12 m, crossing, end to end with 1 m, break of 10 m."""
    main = LineString([(0, 0), (300, 0)])
    lines = [
        main,
        LineString([(50, 0), (50, 80)]),
        LineString([(100, 2), (100, 80)]),
        LineString([(150, -2), (150, 80)]),
        LineString([(200, -80), (200, 80)]),
        LineString([(301, 0), (400, 0)]),
        LineString([(410, 0), (500, 0)]),
        LineString([(250, -12), (250, 80)]),
    ]
    joints = network(lines).joints
    found = {frozenset((row.road_code_a, row.road_code_b)): (row.kind, bool(row.certain), round(row.gap_m, 6)) for row in joints.itertuples()}
    assert found == {
        frozenset(("R0", "R1")): ("end_line", True, 0.0),
        frozenset(("R0", "R2")): ("end_line", True, 2.0),
        frozenset(("R0", "R3")): ("overshoot", True, 2.0),
        frozenset(("R0", "R4")): ("crossing", True, 0.0),
        frozenset(("R0", "R5")): ("end_end", True, 1.0),
        frozenset(("R5", "R6")): ("end_end", False, 10.0),
        frozenset(("R0", "R7")): ("overshoot", True, 12.0),
    }
    assert joints.geometry[~joints["certain"]].iloc[0].equals_exact(Point(405, 0), 1e-6)


def test_an_overshoot_at_a_sharp_angle_is_told_by_its_stub():
    """The end lies 2 m from the road it crossed, 10.2 m after the crossing."""
    joints = network([LineString([(0, 0), (300, 0)]), LineString([(160, 2), (100, -10)])]).joints
    assert joints[["kind", "certain"]].to_numpy().tolist() == [["overshoot", True]]
    assert joints["gap_m"].tolist() == pytest.approx([math.hypot(10, 2)])


@settings(max_examples=30, deadline=None)
@given(_roads)
def test_every_joint_lies_between_the_two_roads_it_names(roads):
    lines, _, bridge = zip(*roads, strict=True)
    for row in network(lines, bridge=bridge).joints.itertuples():
        a, b = lines[row.edge_a], lines[row.edge_b]
        assert row.geometry.distance(a) <= DOUBT + 1e-6
        assert row.geometry.distance(b) <= DOUBT + 1e-6
        assert row.certain == (row.gap_m <= TOUCH or row.kind == "overshoot")
        assert a.distance(b) <= row.gap_m + 1e-6


def test_a_star_of_a_thousand_roads_and_a_thousand_copies_stay_small():
    angles = np.linspace(0, 2 * math.pi, 1000, endpoint=False)
    star = [LineString([(0, 0), (9000 * math.cos(a), 9000 * math.sin(a))]) for a in angles]
    copies = [LineString([(20000, 0), (20100, 0)])] * 1000
    built = network([*star, *copies])
    assert len(pieces(built)) == 2
    assert len(built.joints) == 0
    assert (built.notes["what"] == "duplicate").sum() == 999


def test_grid_crossings_are_all_found():
    lines = [LineString([(0, 50 * i), (1000, 50 * i)]) for i in range(20)] + [LineString([(25 + 50 * i, -30), (25 + 50 * i, 990)]) for i in range(20)]
    built = network(lines)
    assert (built.joints["kind"] == "crossing").sum() == 400
    assert len(pieces(built)) == 1
    assert shapely.get_type_id(built.joints.geometry.array).tolist() == [0] * len(built.joints)
