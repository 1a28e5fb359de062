"""Road or move on small graphs beside all answers tried one by one: policies, capacities, sites with roads of their own."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.roads.steiner import make_graph
from gis.sites.choice import worth
from gis.sites.choice.decide import study
from gis.sites.choice.exact import make_exact
from gis.sites.choice.joint import joint_tree
from gis.sites.choice.margins import find_margins
from gis.sites.choice.nearest import move_nearest
from gis.sites.choice.problem import NEITHER, ROAD, Problem
from gis.sites.choice.swings import scaled, try_swings
from gis.sites.choice.tree import make_tree

NEAR = 1e-6
SEEDS = st.integers(0, 10_000)


def invented(seed, *, most_groups=6):
    """A sparse graph with 3 to 6 groups, 1 to 3 sites with room for some, groups that must move, stay, or may choose."""
    random = np.random.default_rng(seed)
    nodes = int(random.integers(8, 24))
    tree = np.array([(at, random.integers(at)) for at in range(1, nodes)])
    ends = np.concatenate([tree, random.integers(nodes, size=(nodes, 2))])
    graph = make_graph(nodes, ends[:, 0], ends[:, 1], random.integers(0, 11, len(ends)) * 100.0)
    n, m = int(random.integers(3, most_groups + 1)), int(random.integers(1, 4))
    return Problem(
        graph,
        0,
        random.integers(nodes, size=n),
        np.where(random.random(n) < 0.2, np.inf, random.integers(0, 300, n).astype(float)),
        np.where(random.random(m) < 0.5, 0, random.integers(nodes, size=m)),
        random.integers(0, 900, m).astype(float),
        np.where(random.random((n, m)) < 0.25, np.inf, random.integers(200, 2000, (n, m)).astype(float)),
        random.integers(5, 50, n).astype(float),
        random.integers(0, 120, m).astype(float),
    )


def tree_cost(way, ends):
    """The least price of a tree that joins the ends (Dreyfus & Wagner)."""
    ends = list(dict.fromkeys(ends))
    best = {1 << at: way[end] for at, end in enumerate(ends)}
    for group in range(1, 1 << len(ends)):
        if group not in best:
            meet, half = np.full(len(way), np.inf), (group - 1) & group
            while half:
                meet = np.minimum(meet, best[half] + best[group ^ half])
                half = (half - 1) & group
            best[group] = (meet[:, None] + way).min(axis=0)
    return best[(1 << len(ends)) - 1][ends[0]]


def distances(graph):
    way = np.full((graph.nodes, graph.nodes), np.inf)
    for a, b, price in zip(graph.a, graph.b, graph.cost, strict=True):
        way[a, b] = way[b, a] = min(way[a, b], price)
    np.fill_diagonal(way, 0)
    for middle in range(graph.nodes):
        way = np.minimum(way, way[:, middle, None] + way[None, middle])
    return way


def price_of(problem, answer, way, trees):
    """What an answer costs; inf where it is not allowed."""
    moved = [(group, site) for group, site in enumerate(answer) if site >= 0]
    stays = [group for group, site in enumerate(answer) if site == ROAD]
    cost = sum(problem.stay_cny[group] for group in stays) + sum(problem.move_cny[pair] for pair in moved)
    used = np.bincount([site for _, site in moved], [problem.demand[group] for group, _ in moved], len(problem.site))
    if not np.isfinite(cost) or (used > problem.capacity).any():
        return np.inf
    sites = sorted({site for _, site in moved})
    ends = frozenset([problem.root, *problem.home[stays].tolist(), *problem.site[sites].tolist()])
    if ends not in trees:
        trees[ends] = tree_cost(way, sorted(ends))
    return cost + problem.fixed_cny[sites].sum() + trees[ends]


def cheapest(problem, answers=None):
    """The least cost of all answers (`answers`: for each group those that are tried)."""
    way, trees = distances(problem.graph), {}
    each = answers or [range(-1, len(problem.site))] * len(problem.home)
    return min(price_of(problem, answer, way, trees) for answer in itertools.product(*each))


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_equal_to_all_answers_tried_one_by_one(seed):
    problem = invented(seed, most_groups=5)
    found = study(problem)
    if not found.served.all():
        assert not np.isfinite(cheapest(problem))
        return
    least = cheapest(problem)
    assert found.plan.cost == pytest.approx(least, abs=1e-3)
    assert found.plan.bound == pytest.approx(least, abs=1)
    assert price_of(problem, tuple(found.plan.answer), distances(problem.graph), {}) == pytest.approx(least, abs=1e-3)


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_both_extremes_are_the_best_of_their_kind_and_never_cheaper(seed):
    problem = invented(seed, most_groups=5)
    found = study(problem)
    if not found.served.all():
        return
    sites = range(len(problem.site))
    joined = [[ROAD] if stays else sites for stays in problem.may_stay]
    moved = [sites if answer >= 0 else [ROAD] for answer in found.all_move.answer]
    for plan, answers in ((found.all_road, joined), (found.all_move, moved)):
        least = cheapest(problem, answers)
        assert plan.cost == pytest.approx(least, rel=1e-3)
        assert plan.bound <= least + NEAR
        assert found.plan.cost <= plan.cost + NEAR


@settings(max_examples=12, deadline=None)
@given(SEEDS, st.floats(1, 3), st.integers(0, 60))
def test_more_room_never_costs_more(seed, times, more):
    problem = invented(seed)
    before, after = study(problem), study(replace(problem, capacity=problem.capacity * times + more))
    assert (after.served | ~before.served).all()
    if before.served.all():
        assert after.plan.cost <= before.plan.cost + NEAR


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.integers(0, 60))
def test_on_a_part_of_the_roads_room_extremes_and_bounds_hold_too(seed, more):
    """A large graph is not looked at whole: what is promised of every county must hold there."""
    problem = invented(seed, most_groups=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worth, "SMALL_EDGES", 0)
        found, roomier = study(problem), study(replace(problem, capacity=problem.capacity + more))
    if found.served.all():
        least = cheapest(problem)
        assert found.plan.bound <= least + NEAR
        assert least - NEAR <= found.plan.cost <= least * 1.25 + NEAR
        assert found.plan.cost <= min(found.all_road.cost, found.all_move.cost) + NEAR
        assert roomier.plan.cost <= found.plan.cost + NEAR


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.lists(st.integers(0, 30), min_size=3, max_size=3))
def test_the_bound_holds_at_any_price_of_room(seed, rent):
    problem = study(invented(seed, most_groups=5))
    least = cheapest(problem.problem.part(problem.served)) if problem.served.any() else 0.0
    prices = np.array(rent[: len(problem.problem.site)], dtype=float)
    assert joint_tree(problem.problem.part(problem.served), prices).bound <= least + NEAR


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_a_group_is_joined_or_moved_and_the_parts_add_up(seed):
    problem = invented(seed)
    found = study(problem)
    answer, tree = found.plan.answer, make_tree(found.problem, found.plan)
    stays, moved = answer == ROAD, np.flatnonzero(answer >= 0)
    assert ((answer == NEITHER) == ~found.served).all()
    assert np.isfinite(found.problem.stay_cny[stays]).all()
    assert np.isfinite(found.problem.move_cny[moved, answer[moved]]).all()
    used = np.bincount(answer[moved], problem.demand[moved], len(problem.site))
    assert (used <= problem.capacity).all()
    assert (tree.nodes[tree.end[stays]] == problem.home[stays]).all()
    assert (tree.nodes[tree.end[moved]] == problem.site[answer[moved]]).all()
    parts = tree.price.sum() + problem.stay_cny[stays].sum() + problem.move_cny[moved, answer[moved]].sum()
    assert parts + problem.fixed_cny[np.unique(answer[moved])].sum() == pytest.approx(found.plan.cost, abs=1e-3)


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_no_group_gains_by_changing_alone(seed):
    found = study(invented(seed))
    margins = find_margins(found.problem, found.plan, make_tree(found.problem, found.plan), found.skeleton)
    stay = np.where(found.problem.may_stay, found.problem.stay_cny, np.nan)
    gain = np.where(found.plan.answer == ROAD, margins.road + stay - margins.move, margins.move - margins.road - stay)
    assert np.nanmax(np.append(gain, -1.0)) <= 1e-3


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_what_is_stable_has_the_same_answer_at_every_price_tried(seed):
    found = study(invented(seed, most_groups=4))
    swings = try_swings(found, 0.2)
    part = found.problem.part(found.served)
    for road, move in ((0.8, 1.0), (1.2, 0.8), (1.0, 1.2)):
        dearer = replace(part, stay_cny=part.stay_cny * road, move_cny=part.move_cny * move, fixed_cny=part.fixed_cny * move)
        best = make_exact(dearer, scaled(found.skeleton, road)).best()
        sure = swings.stable[found.served]
        now, kept = np.minimum(best.answer, 0)[sure], np.minimum(found.plan.answer[found.served], 0)[sure]
        # Where two answers cost the same, either may come out.
        assert (now == kept).all() or best.bound == pytest.approx(best.cost, abs=1)
    assert ((swings.share == 1.0) == swings.stable).all()
    assert (swings.share > 0).all()


def test_by_hand():
    """Two groups at the end of one road: alone neither is worth it, together they are; with a cheap site both move; with room for one, none does."""
    graph = make_graph(4, [0, 1, 1], [1, 2, 3], [100.0, 10.0, 10.0])
    base = Problem(
        graph,
        0,
        np.array([2, 3]),
        np.zeros(2),
        np.array([0]),
        np.array([20.0]),
        np.full((2, 1), 70.0),
        np.array([30.0, 30.0]),
        np.array([60.0]),
    )
    assert study(base).plan.answer.tolist() == [ROAD, ROAD]  # 120 against 160
    assert study(base).plan.cost == 120
    cheap = replace(base, move_cny=np.full((2, 1), 45.0))
    assert study(cheap).plan.answer.tolist() == [0, 0]  # 110
    assert study(replace(cheap, capacity=np.array([59.0]))).plan.cost == 120
    must = replace(cheap, capacity=np.array([59.0]), stay_cny=np.full(2, np.inf))
    found = study(must)
    assert sorted(found.plan.answer.tolist()) == [NEITHER, 0]
    assert found.no_room.sum() == 1


def test_break_even_by_hand():
    """A road of 100 against a move of 150 with a site of 20: the group moves if the road costs more than 170."""
    graph = make_graph(2, [0], [1], [100.0])
    problem = Problem(
        graph, 0, np.array([1]), np.array([5.0]), np.array([0]), np.array([20.0]), np.array([[155.0]]), np.array([30.0]), np.array([60.0])
    )
    found = study(problem)
    margins = find_margins(found.problem, found.plan, make_tree(found.problem, found.plan), found.skeleton)
    assert margins.road.tolist() == [100]
    assert (margins.move - problem.stay_cny).tolist() == [170]
    for price, answer in ((169.0, ROAD), (171.0, 0)):
        dearer = replace(problem, graph=make_graph(2, [0], [1], [price]))
        assert study(dearer).plan.answer.tolist() == [answer]


def test_nowhere_to_go_and_nobody_to_ask():
    graph = make_graph(2, [0], [1], [100.0])
    none = np.zeros(0, dtype=np.int64)
    empty = Problem(graph, 0, np.array([1]), np.zeros(1), none, np.zeros(0), np.zeros((1, 0)), np.array([30.0]), np.zeros(0))
    assert study(empty).plan.answer.tolist() == [ROAD]
    nobody = Problem(graph, 0, none, np.zeros(0), none, np.zeros(0), np.zeros((0, 0)), np.zeros(0), np.zeros(0))
    assert study(nobody).plan.cost == 0
    cut_off = replace(empty, graph=make_graph(2, [0], [1], [np.inf]))
    assert study(cut_off).plan.answer.tolist() == [NEITHER]


def test_of_sites_at_the_same_cost_the_nearest():
    graph = make_graph(2, [0], [1], [100.0])
    problem = Problem(
        graph,
        0,
        np.array([1, 1]),
        np.full(2, np.inf),
        np.zeros(2, dtype=np.int64),
        np.zeros(2),
        np.full((2, 2), 50.0),
        np.full(2, 30.0),
        np.full(2, 30.0),
    )
    far = np.array([[1.0, 9.0], [2.0, 3.0]])
    plan = move_nearest(problem, study(problem).plan, far)
    assert plan.answer.tolist() == [0, 1]
    assert move_nearest(problem, study(problem).plan, far[:, ::-1]).answer.tolist() == [1, 0]
