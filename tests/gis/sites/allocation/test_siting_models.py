"""The siting models against every plan there is, one by one, and what they refuse."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from gis.sites.allocation import capacitated, max_cover, p_median
from layers.errors import QueryError

FEW = settings(max_examples=25, deadline=None)
INF = np.inf


@st.composite
def tables(draw, rows=6, sites=5, *, holes=True):
    """Whole distances, some of them inf."""
    n, m = draw(st.integers(0, rows)), draw(st.integers(1, sites))
    cell = st.integers(0, 20).map(float) | (st.just(INF) if holes else st.nothing())
    return np.array(draw(st.lists(st.lists(cell, min_size=m, max_size=m), min_size=n, max_size=n))).reshape(n, m)


def counts(draw, size, most=6):
    return np.array(draw(st.lists(st.integers(0, most), min_size=size, max_size=size)), dtype=float)


def every_choice(sites, p, must=()):
    return [list(chosen) for chosen in combinations(range(sites), p) if set(must) <= set(chosen)]


@FEW
@given(st.data())
def test_median_equals_brute_force(data):
    d = data.draw(tables())
    w, p = counts(data.draw, len(d)), data.draw(st.integers(0, d.shape[1]))
    found = p_median(d, w, p)

    def judged(chosen):
        least = d[:, chosen].min(axis=1, initial=INF)
        reached = np.isfinite(least)
        return (w[~reached].sum(), (w[reached] * least[reached]).sum())

    best = min(judged(chosen) for chosen in every_choice(d.shape[1], p))
    assert (w[found.assigned < 0].sum(), found.cost) == best
    assert len(found.open) == p
    assert found.gap == 0 or w[found.unserved].any() or not len(found.open)
    assert (found.status == "infeasible") == bool(best[0] > 0)


@FEW
@given(st.data())
def test_median_with_fixed_costs_equals_brute_force(data):
    d = data.draw(tables(holes=False))
    w, f = counts(data.draw, len(d)), counts(data.draw, d.shape[1], 30)
    p = data.draw(st.integers(1, d.shape[1]))
    found = p_median(d, w, p, fixed=f, must_open=[0])
    best = min(
        (w * d[:, chosen].min(axis=1, initial=INF)).sum() + f[chosen].sum()
        for size in range(1, p + 1)
        for chosen in every_choice(d.shape[1], size, must=[0])
    )
    assert found.cost == best
    assert found.bound == best
    assert 0 in found.open
    assert len(found.open) <= p


@FEW
@given(st.data())
def test_cover_equals_brute_force(data):
    d = data.draw(tables())
    w, p = counts(data.draw, len(d)), data.draw(st.integers(0, d.shape[1]))
    found = max_cover(d, w, p, radius=8)
    best = max(w[(d[:, chosen] <= 8).any(axis=1)].sum() for chosen in every_choice(d.shape[1], p))
    assert (found.value, found.bound) == (best, best)
    assert found.covered.sum() == (found.assigned >= 0).sum()
    assert (d[found.covered, found.assigned[found.covered]] <= 8).all()


def plans(n, m, p, must):
    """Every way to put rows into sites or nowhere, with the sites that are then open."""
    for way in product(range(-1, m), repeat=n):
        used = {site for site in way if site >= 0} | set(must)
        if p is None or len(used) <= p:
            yield np.array(way, dtype=int), sorted(used)


def keeps_room(way, used, kinds):
    return all(need[way == site].sum() <= room[site] for need, room in kinds for site in used)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_capacitated_equals_brute_force(data):
    c = data.draw(tables(rows=4, sites=3))
    n, m = c.shape
    need, room, fixed = counts(data.draw, n), counts(data.draw, m, 12), counts(data.draw, m, 30)
    seats = {"学位": (counts(data.draw, n, 2), counts(data.draw, m, 6))} if data.draw(st.booleans()) else {}
    must = data.draw(st.sampled_from([(), (0,)]))
    p = data.draw(st.none() | st.integers(1, m))
    found = capacitated(c, need, room, fixed, p_max=p, must_open=must, seats=seats, gap=0)
    kinds = [(need, room), *seats.values()]
    worth = np.where(need > 0, need, 1e-3)
    best, cost_of = 0.0, {}
    for way, used in plans(n, m, p, must):
        inside = way >= 0
        if not np.isfinite(c[inside, way[inside]]).all() or not keeps_room(way, used, kinds):
            continue
        best = max(best, worth[inside].sum())
        key = tuple(inside)
        cost_of[key] = min(cost_of.get(key, INF), c[inside, way[inside]].sum() + fixed[used].sum())
    inside = found.assigned >= 0
    assert worth[inside].sum() == pytest.approx(best)
    assert found.cost == cost_of[tuple(inside)]
    assert found.bound == found.cost
    assert found.placed_bound == found.placed
    assert (found.status == "infeasible") == (not inside.all())
    assert {one.row for one in found.unplaced} == set(np.flatnonzero(~inside))
    assert bool(found.conflicts) == (not inside.all())


@FEW
@given(st.data())
def test_more_room_never_costs_more(data):
    c = data.draw(tables(rows=6, sites=4, holes=False))
    n, m = c.shape
    need, room, fixed = counts(data.draw, n), counts(data.draw, m, 12) + 3, counts(data.draw, m, 30)
    before = capacitated(c, need, room, fixed, gap=0)
    after = capacitated(c, need, room + counts(data.draw, m, 5), fixed, gap=0)
    assert after.placed >= before.placed
    if before.status != "infeasible":
        assert after.cost <= before.cost


@FEW
@given(st.data())
def test_divided_rows_never_cost_more_than_whole_ones(data):
    c = data.draw(tables(rows=5, sites=4, holes=False))
    n, m = c.shape
    need, room, fixed = counts(data.draw, n), counts(data.draw, m, 12) + 3, counts(data.draw, m, 30)
    whole, divided = (capacitated(c, need, room, fixed, split=split, gap=0) for split in (False, True))
    assert divided.placed >= whole.placed - 1e-4
    if whole.status != "infeasible":
        assert divided.cost <= whole.cost + 1e-6
        assert divided.share.sum(axis=1) == pytest.approx(np.ones(n))
        assert ((need[:, None] * divided.share).sum(axis=0) <= room + 1e-6).all()


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_divided_rows_equal_the_linear_programme_of_every_choice_of_sites(data):
    n, m = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3))
    c = counts(data.draw, n * m, 20).reshape(n, m)
    need, room, fixed = counts(data.draw, n) + 1, counts(data.draw, m, 12) + 1, counts(data.draw, m, 30)
    found = capacitated(c, need, room, fixed, split=True, gap=0)
    best = INF
    for chosen in (list(one) for size in range(1, m + 1) for one in combinations(range(m), size)):
        each, fill = np.kron(np.eye(n), np.ones(len(chosen))), np.kron(need, np.eye(len(chosen)))
        oracle = linprog(c[:, chosen].ravel(), A_ub=fill, b_ub=room[chosen], A_eq=each, b_eq=np.ones(n))
        best = min(best, oracle.fun + fixed[chosen].sum()) if oracle.status == 0 else best
    assert found.placed == pytest.approx(min(need.sum(), room.sum()), abs=1e-5)
    if need.sum() <= room.sum():
        assert found.cost == pytest.approx(best, abs=1e-5)
        assert found.bound == pytest.approx(best, abs=1e-5)


def test_a_county_is_settled_by_counts_of_steps_with_a_true_gap():
    rng = np.random.default_rng(0)
    groups, sites = rng.random((60, 2)) * 40, rng.random((12, 2)) * 40
    need, room = rng.integers(5, 60, 60).astype(float), rng.integers(150, 300, 12).astype(float)
    cost = need[:, None] * 500 * np.hypot(*(groups[:, None] - sites[None]).transpose(2, 0, 1))
    found = capacitated(cost, need, room, np.full(12, 3e5), p_max=10, gap=0.01)
    assert found.status == "optimal"
    assert found.gap <= 0.01
    assert (np.bincount(found.assigned, need, 12) <= room).all()
    assert found.cost == pytest.approx(cost[np.arange(60), found.assigned].sum() + 3e5 * len(found.open))


@FEW
@given(st.data())
def test_cover_with_room_equals_brute_force(data):
    d = data.draw(tables(rows=4, sites=3))
    n, m = d.shape
    w, room, p = counts(data.draw, n), counts(data.draw, m, 9), data.draw(st.integers(0, m))
    found = max_cover(d <= 8, w, p, capacity=room)
    best = max(
        w[way >= 0].sum() for way, used in plans(n, m, p, ()) if (d[way >= 0, way[way >= 0]] <= 8).all() and keeps_room(way, used, [(w, room)])
    )
    assert (found.value, found.bound) == (best, best)


def test_conflicts_name_the_smallest_set_in_the_way():
    # Rows 0 and 1 may only go to site 0, which has room for one of them; row 2 has no site; row 3 is larger than its site.
    c = np.array([[1, INF, INF], [1, INF, INF], [INF, INF, INF], [INF, 1, INF], [INF, INF, 1]])
    found = capacitated(c, [6, 6, 3, 20, 1], [10, 10, 10])
    assert [(one.what, one.rows, one.sites) for one in found.conflicts] == [
        ("no_site", (2,), ()),
        ("too_large", (3,), (1,)),
        ("short_of_room", (0, 1), (0,)),
    ]
    assert {one.row: one.reason for one in found.unplaced} == {1: "no_capacity", 2: "no_site", 3: "too_large"} or {
        one.row: one.reason for one in found.unplaced
    } == {0: "no_capacity", 2: "no_site", 3: "too_large"}
    assert (found.conflicts[2].needed, found.conflicts[2].has) == (12, 10)


def test_too_few_sites_are_named():
    found = capacitated(np.ones((4, 3)), [5, 5, 5, 5], [10, 9, 8], p_max=1)
    assert [(one.what, one.sites, one.needed, one.has) for one in found.conflicts] == [("too_few_sites", (0,), 20, 10)]
    assert found.placed == 10


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: p_median([[1.0, np.nan]], [1], 1), "缺失"),
        (lambda: p_median([[1.0, -2.0]], [1], 1), "负数"),
        (lambda: p_median([[1.0, 2.0]], [1, 2], 1), "应有 1 个数"),
        (lambda: p_median([[1.0, 2.0]], [np.nan], 1), "缺失"),
        (lambda: p_median([[1.0, 2.0]], [1], -1), "负数"),
        (lambda: p_median([[1.0, 2.0]], [1], 1.5), "整数"),
        (lambda: p_median([[1.0, 2.0]], [1], 1, must_open=[0, 1]), "多于"),
        (lambda: max_cover([[1.0, 2.0]], [1], 1), "半径"),
        (lambda: capacitated([[1.0]], [INF], [1]), "有限"),
        (lambda: capacitated([[1.0]], [1], [1], must_open=[3]), "不存在"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(call, words):
    with pytest.raises(QueryError, match=words):
        call()


def test_degenerate_cases():
    assert p_median(np.zeros((0, 3)), [], 2).open.tolist() == [0, 1]
    assert p_median([[3.0, 1.0]], [2], 9).cost == 2
    assert p_median(np.zeros((3, 0)), [1, 1, 1], 2).status == "infeasible"
    assert p_median(np.ones((4, 4)), [1, 1, 1, 1], 2).cost == 4
    assert capacitated([[1.0, 2.0]], [0], [0, 0]).cost == 1
    assert capacitated([[1.0, 2.0]], [1], [0, 0]).placed == 0
    assert capacitated(np.zeros((0, 2)), [], [1, 1], [5, 5]).cost == 0
    assert max_cover(np.zeros((2, 3), dtype=bool), [1, 1], 1).value == 0


def test_the_same_input_gives_the_same_answer():
    rng = np.random.default_rng(3)
    d = rng.random((30, 8))
    first, second = (p_median(d, np.ones(30), 3) for _ in range(2))
    assert first.assigned.tolist() == second.assigned.tolist()
    assert first.gap <= 1e-8
    first, second = (capacitated(d, np.ones(30), np.full(8, 7.0), np.full(8, 0.5)) for _ in range(2))
    assert first.assigned.tolist() == second.assigned.tolist()
    assert first.gap <= 1e-3
