"""Which gaps decide whom: by hand, and against every set of gaps that could be closed."""

from itertools import chain, combinations

import geopandas as gpd
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

from gis.network import build_network, connected, deciding_joints, find_anchors
from gis.standards import load_standard

CRS = "EPSG:4545"
RULE = load_standard(["guizhou-2017"]).network
MOST = 8


def net(lines, classes):
    frame = gpd.GeoDataFrame({"road_class": pd.Series(classes, dtype="string")}, geometry=list(lines), crs=CRS)
    return build_network(frame, crs=CRS, touch_m=3.5, doubt_m=20)


def decided(network, mask, who, edge):
    anchors = find_anchors(network, rule=RULE)
    found = deciding_joints(network, mask, anchors=anchors, who=np.array(who, dtype=np.int64), edge=np.array(edge, dtype=np.int64))
    return set(zip(found["joint"].tolist(), found["who"].tolist(), strict=True))


def by_brute_force(network, mask, who, edge):
    """The joints of all least sets that connect one of someone's edges."""
    anchors = find_anchors(network, rule=RULE)
    doubtful = np.flatnonzero(~network.links.certain).tolist()
    enough = {one: [] for one in who}
    for closed in chain.from_iterable(combinations(doubtful, size) for size in range(len(doubtful) + 1)):
        certain = network.links.certain.copy()
        certain[list(closed)] = True
        links = type(network.links)(**{name: getattr(network.links, name) for name in network.links.__slots__} | {"certain": certain})
        mended = type(network)(network.edges, network.nodes, network.joints, network.notes, links)
        there = connected(mended, mask, anchors=anchors, doubtful=False)
        for one, at in zip(who, edge, strict=True):
            if there[at] and not any(set(less) <= set(closed) for less in enough[one]):
                enough[one].append(closed)
    return {(joint, one) for one, sets in enough.items() for closed in sets for joint in closed}


ROAD = LineString([(0, 0), (1000, 0)])


def test_gaps_in_a_row_decide_together_and_a_gap_beyond_decides_nothing():
    row = [LineString([(1010 + 100 * i, 0), (1100 + 100 * i, 0)]) for i in range(3)]
    network = net([ROAD, *row], ["county", "group", "group", "group"])
    full = np.ones(4, dtype=bool)
    order = network.joints.geometry.x.argsort().tolist()
    assert decided(network, full, [7], [2]) == {(order[0], 7), (order[1], 7)}
    assert decided(network, full, [7, 7], [1, 3]) == {(order[0], 7)}  # the nearer road suffices
    assert decided(network, full, [7, 7], [0, 3]) == set()  # served already
    assert decided(network, np.array([True, True, False, True]), [7], [3]) == set()  # no way at all


def test_two_ways_to_the_network_are_both_told():
    around = [LineString([(200, 10), (200, 300)]), LineString([(210, 300), (400, 300)]), LineString([(400, 290), (400, 10)])]
    network = net([ROAD, *around], ["county", "group", "group", "group"])
    assert len(decided(network, np.ones(4, dtype=bool), [1], [2])) == len(network.joints)


_step = st.sampled_from([(1, 0), (0, 1), (1, 1), (2, 0), (-1, 1)])
_line = st.tuples(st.integers(0, 4), st.integers(0, 2), _step).map(lambda at: _between(at[0], at[1], at[0] + at[2][0], at[1] + at[2][1]))


def _between(x0, y0, x1, y1):
    """A road between two places of a grid of 20 m that stops short of both: it leaves a gap at either end."""
    whole = LineString([(20.0 * x0, 20.0 * y0), (20.0 * x1, 20.0 * y1)])
    return LineString([whole.interpolate(0.2, normalized=True), whole.interpolate(0.75, normalized=True)])


@settings(max_examples=70, deadline=None)
@given(
    st.lists(_line, min_size=2, max_size=7, unique_by=lambda line: line.wkb), st.sets(st.integers(0, 7), min_size=2, max_size=3), st.integers(0, 40)
)
def test_they_are_the_joints_of_every_least_set_that_connects(lines, several, left_out):
    network = net([LineString([(-300, 0), (-6, 0)]), LineString([(31, -300), (31, 3)]), *lines], ["county", "county"] + ["group"] * len(lines))
    if (~network.links.certain).sum() > MOST:
        return
    mask = np.arange(len(network.edges)) != left_out
    alone = np.flatnonzero(mask).tolist()
    together = [at for at in sorted(several) if at in alone]
    who, edge = [*alone, *([99] * len(together))], [*alone, *together]
    assert decided(network, mask, who, edge) == by_brute_force(network, mask, who, edge)
