"""Sharing the cost of a tree: exact to the cent, and the Shapley value of the tree game."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.roads.attribution import leave_out_saves, share_costs


@st.composite
def trees(draw, most=6):
    """A tree of sections: section i hangs on an earlier one or on the network; users sit at its end."""
    count = draw(st.integers(1, 8))
    parent = [draw(st.integers(-1, i - 1)) for i in range(count)]
    cost = [draw(st.integers(0, 10**6)) for _ in range(count)]
    home = draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=most))
    return parent, cost, home


def way(parent, at):
    found = []
    while at >= 0:
        found.append(at)
        at = parent[at]
    return found


def pairs(parent, home):
    return [(section, user) for user, at in enumerate(home) for section in way(parent, at)]


def split(pairs_):
    return np.array([p[0] for p in pairs_]), np.array([p[1] for p in pairs_])


@settings(deadline=None, max_examples=40)
@given(trees(most=5))
def test_equal_shares_are_the_shapley_value(tree):
    parent, cents, home = tree
    orders = list(permutations(range(len(home))))
    value = [Fraction(0)] * len(home)
    for order in orders:
        built = set()
        for user in order:
            new = set(way(parent, home[user])) - built
            value[user] += Fraction(sum(cents[s] for s in new), len(orders))
            built |= new
    got = share_costs(np.array(cents) / 100, *split(pairs(parent, home)), len(home))
    # Each section is rounded to cents by itself, so that a user is off by less than a cent for each section on its way.
    for user, exact in enumerate(value):
        assert abs(Fraction(round(got[user] * 100)) - exact) < max(1, len(way(parent, home[user])))


@settings(deadline=None, max_examples=100)
@given(trees(), st.data())
def test_shares_sum_to_the_cost_to_the_cent(tree, data):
    parent, cents, home = tree
    weights = data.draw(st.none() | st.lists(st.integers(0, 90), min_size=len(home), max_size=len(home)))
    section, user = split(pairs(parent, home))
    got = share_costs(np.array(cents) / 100, section, user, len(home), weights=weights)
    assert round(got.sum() * 100) == sum(cents[s] for s in set(section.tolist()))
    assert (got >= 0).all()


@settings(deadline=None, max_examples=60)
@given(trees(), st.data())
def test_no_set_of_groups_pays_more_than_its_own_ways(tree, data):
    parent, cents, home = tree
    members = data.draw(st.sets(st.integers(0, len(home) - 1)))
    got = share_costs(np.array(cents) / 100, *split(pairs(parent, home)), len(home))
    own = {s for user in members for s in way(parent, home[user])}
    assert round(sum(got[user] for user in members) * 100) <= sum(cents[s] for s in own)


@settings(deadline=None, max_examples=60)
@given(trees())
def test_leaving_out_saves_what_the_others_do_not_need(tree):
    parent, cents, home = tree
    saved = leave_out_saves(np.array(cents) / 100, *split(pairs(parent, home)), len(home))
    everything = {s for at in home for s in way(parent, at)}
    for user in range(len(home)):
        others = {s for other, at in enumerate(home) if other != user for s in way(parent, at)}
        assert round(saved[user] * 100) == sum(cents[s] for s in everything - others)


def test_by_households():
    got = share_costs([90.0, 10.0], [0, 0, 1], [0, 1, 1], 2, weights=[10, 20])
    assert got.tolist() == [30.0, 70.0]


def test_a_section_whose_users_have_no_households_is_shared_equally():
    assert share_costs([1.0], [0, 0], [0, 1], 2, weights=[np.nan, 0]).tolist() == [0.5, 0.5]


def test_the_odd_cents_go_to_the_largest_remainders_in_order():
    assert share_costs([1.0], [0, 0, 0], [2, 0, 1], 3).tolist() == [0.34, 0.33, 0.33]


def test_what_nobody_uses_is_borne_by_nobody():
    assert share_costs([5.0, 7.0], [1], [0], 2).tolist() == [7.0, 0.0]


def test_a_missing_amount_is_refused():
    with pytest.raises(ValueError, match="missing"):
        share_costs([np.nan], [0], [0], 1)
