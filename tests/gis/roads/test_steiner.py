"""Steiner trees beside the exact answer (sets of terminals, Dreyfus & Wagner) on families of small random graphs."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra, floyd_warshall, minimum_spanning_tree

from gis.roads.steiner import make_graph, shortest_from, solve_steiner
from gis.roads.steiner.construct import cheapest_tree
from gis.roads.steiner.dual_ascent import Rule, ascend
from gis.roads.steiner.exchange import exchange
from gis.roads.steiner.flows import Shares, begin_shares, bound_by_shares, laplacian_of, move_shares
from gis.roads.steiner.improve import Effort
from gis.roads.steiner.laplacian import potentials, take_apart_laplacian
from gis.roads.steiner.problem import open_problem
from gis.roads.steiner.search import begin, construct


def exact(nodes, a, b, cost, terminals):
    """The least price of a tree that joins the terminals, in plain numpy."""
    way = np.full((nodes, nodes), np.inf)
    for u, v, price in zip(a, b, cost, strict=True):
        way[u, v] = way[v, u] = min(way[u, v], price)
    np.fill_diagonal(way, 0)
    for middle in range(nodes):
        way = np.minimum(way, way[:, middle, None] + way[None, middle])
    ends = list(dict.fromkeys(terminals))
    best = {1 << at: way[end] for at, end in enumerate(ends)}
    for group in range(1, 1 << len(ends)):
        if group not in best:
            meet, half = np.full(nodes, np.inf), (group - 1) & group
            while half:
                meet = np.minimum(meet, best[half] + best[group ^ half])
                half = (half - 1) & group
            best[group] = (meet[:, None] + way).min(axis=0)
    return best[(1 << len(ends)) - 1][ends[0]]


def sparse(random):
    nodes = int(random.integers(12, 40))
    tree = np.array([(at, random.integers(at)) for at in range(1, nodes)])
    more = random.integers(nodes, size=(nodes, 2))
    ends = np.concatenate([tree, more])
    return nodes, ends[:, 0], ends[:, 1], random.integers(1, 11, len(ends)).astype(float)


def euclidean(random):
    nodes = int(random.integers(12, 30))
    place = random.random((nodes, 2))
    a, b = np.triu_indices(nodes, 1)
    return nodes, a, b, np.hypot(*(place[a] - place[b]).T)


def hypercube(random):
    a = np.repeat(np.arange(32), 5)
    b = a ^ np.tile(1 << np.arange(5), 32)
    once = a < b
    return 32, a[once], b[once], random.choice([np.ones(80), random.integers(100, 111, 80).astype(float)])


def grid_with_holes(random):
    graph = nx.grid_2d_graph(7, 7)
    cells = list(graph)
    graph.remove_nodes_from([cells[at] for at in random.choice(49, 8, replace=False)])
    kept = nx.convert_node_labels_to_integers(graph.subgraph(max(nx.connected_components(graph), key=len)))
    ends = np.array(kept.edges)
    return len(kept), ends[:, 0], ends[:, 1], random.uniform(1, 3, len(ends))


def ties(random):
    nodes, a, b, cost = sparse(random)
    return nodes, a, b, np.ones(len(cost))


def free_edges(random):
    nodes, a, b, cost = sparse(random)
    return nodes, a, b, np.where(random.random(len(cost)) < 0.4, 0.0, cost)


def parallels(random):
    nodes, a, b, cost = sparse(random)
    return nodes, np.concatenate([a, b]), np.concatenate([b, a]), np.concatenate([cost, random.integers(1, 11, len(cost))]).astype(float)


FAMILIES = [sparse, euclidean, hypercube, grid_with_holes, ties, free_edges, parallels]


def holds_together(graph, tree, root, terminals):
    """What every answer must keep: its edges are a tree that joins root and terminals, and its numbers follow from them."""
    joined = nx.Graph([(graph.a[edge], graph.b[edge]) for edge in tree.edges])
    joined.add_node(root)
    assert nx.is_tree(joined)
    assert set(terminals) - set(tree.unreachable) <= set(joined)
    assert {node for node in joined if joined.degree(node) == 1} <= {root, *terminals}
    assert tree.cost == pytest.approx(graph.cost[tree.edges].sum())
    assert list(tree.edges) == sorted(tree.parent_edge[1:])
    assert tree.nodes[0] == root
    for node, before, edge in zip(tree.nodes[1:], tree.parent_node[1:], tree.parent_edge[1:], strict=True):
        assert {node, before} == {graph.a[edge], graph.b[edge]}


@pytest.mark.parametrize("family", FAMILIES)
def test_near_the_optimum_and_never_beyond_it(family):
    gaps = []
    for seed in range(30):
        random = np.random.default_rng(seed)
        nodes, a, b, cost = family(random)
        terminals = random.choice(nodes, int(random.integers(2, 8)), replace=False)
        graph = make_graph(nodes, a, b, cost)
        tree = solve_steiner(graph, int(terminals[0]), terminals[1:])
        least = exact(nodes, a, b, cost, terminals)
        holds_together(graph, tree, terminals[0], terminals[1:])
        assert tree.cost >= least * (1 - 1e-9)
        assert tree.bound <= least * (1 + 1e-9)
        gaps.append((tree.cost - least) / max(least, 1))
    assert np.mean(gaps) <= 0.005


def opened(family, seed, ends=6):
    """A problem of six ends, the cheapest tree on all nodes as a guide, and the least price."""
    random = np.random.default_rng(seed)
    nodes, a, b, cost = family(random)
    wanted = random.choice(nodes, ends, replace=False)
    problem, _ = open_problem(make_graph(nodes, a, b, cost), int(wanted[0]), np.sort(wanted[1:]))
    every = np.ones(problem.graph.nodes, np.bool_)
    guide = cheapest_tree(problem.graph.arcs, every, problem.root, problem.terminals)[1]
    return problem, guide, exact(nodes, a, b, cost, wanted)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(FAMILIES), st.integers(0, 10_000), st.integers(0, 60))
def test_shares_of_prices_never_beyond_the_optimum(family, seed, moves):
    problem, guide, least = opened(family, seed)
    if not len(problem.terminals):
        return
    shares = begin_shares(problem, guide)
    move_shares(problem, shares, laplacian_of(problem, 10**6), moves)
    shared = bound_by_shares(problem, shares, guide, Rule(1.2))
    assert shared.bound <= least * (1 + 1e-9)
    assert (shared.left >= 0).all()


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(FAMILIES), st.integers(0, 10_000), st.floats(0.01, 1000))
def test_a_bound_whatever_the_shares(family, seed, size):
    problem, guide, least = opened(family, seed)
    if not len(problem.terminals):
        return
    random = np.random.default_rng(seed)
    height = random.normal(scale=size, size=(problem.graph.nodes, len(problem.terminals))).astype(np.float32)
    shares = Shares(height, np.zeros((len(problem.graph.a), len(problem.terminals)), np.float32))
    assert bound_by_shares(problem, shares, guide, Rule(1.2)).bound <= least * (1 + 1e-9)


def test_moving_shares_closes_what_ascent_leaves_open():
    """On grids with prices of their own the bound of the flow formulation is all but exact; ascent is far from it."""
    gains = []
    for seed in range(10):
        problem, guide, least = opened(grid_with_holes, seed, 8)
        shares = begin_shares(problem, guide)
        move_shares(problem, shares, laplacian_of(problem, 10**6), 200)
        shared, ascended = bound_by_shares(problem, shares, guide, Rule(1.2)).bound, ascend(problem, Rule(1.2)).bound
        gains.append((least - shared, least - ascended))
    open_by_shares, open_by_ascent = np.sum(gains, axis=0)
    assert open_by_shares <= 0.2 * open_by_ascent


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(FAMILIES), st.integers(0, 10_000))
def test_potentials_beside_numpy(family, seed):
    random = np.random.default_rng(seed)
    graph = open_problem(make_graph(*family(random)), 0, np.arange(1))[0].graph
    if graph.nodes == 1:
        return
    weight, root = random.uniform(0.1, 10, len(graph.a)), int(random.integers(graph.nodes))
    matrix = np.zeros((graph.nodes, graph.nodes))
    np.add.at(matrix, (graph.a, graph.b), -weight)
    matrix += matrix.T
    np.fill_diagonal(matrix, -matrix.sum(axis=0))
    inner = np.delete(np.arange(graph.nodes), root)
    flowing = random.normal(size=(graph.nodes, 3)).astype(np.float32)
    found = potentials(take_apart_laplacian(graph, root, weight, 10**6), flowing)
    assert found[inner] == pytest.approx(np.linalg.solve(matrix[np.ix_(inner, inner)], flowing[inner]), rel=1e-3, abs=1e-3)
    assert (found[root] == 0).all()


def test_a_laplacian_that_does_not_fit_is_not_taken_apart():
    graph = make_graph(*grid_with_holes(np.random.default_rng(0)))
    assert take_apart_laplacian(graph, 0, 1 / graph.cost, 10) is None


def test_a_graph_nothing_like_a_map_is_not_taken_apart():
    random = np.random.default_rng(0)
    ends = random.integers(4000, size=(2, 16_000))
    graph = make_graph(4000, *ends, np.ones(16_000))
    assert take_apart_laplacian(graph, 0, graph.cost, 10**9) is None


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(FAMILIES), st.integers(0, 10_000), st.integers(1, 4))
def test_exchange_alone_keeps_the_optimum_between_bound_and_tree(family, seed, rounds):
    """However few rounds: edges that a better tree needs never leave, and the shares are carried over to what is left."""
    problem, _, least = opened(family, seed)
    if not len(problem.terminals):
        return
    search = begin(problem)
    construct(search, problem.graph.arcs.price, problem.root, Effort(3, 100, 0))
    assert exchange(search, Rule(1.2), Effort(3, 100, 1), Effort(3, 100, 1), rounds, np.random.default_rng(seed))
    assert search.bound <= least * (1 + 1e-9)
    assert search.cost >= least * (1 - 1e-9)


def test_large_grids_are_certified():
    """Large enough for shares to take the place of repeated ascent."""
    random, side = np.random.default_rng(3), 145
    number = np.arange(side * side).reshape(side, side)
    a, b = np.append(number[:, :-1], number[:-1]), np.append(number[:, 1:], number[1:])
    price = random.uniform(1, 10, side * side)
    graph = make_graph(side * side, a, b, (price[a] + price[b]) / 2)
    ends = random.choice(side * side, 11, replace=False)
    tree = solve_steiner(graph, int(ends[0]), ends[1:])
    holds_together(graph, tree, ends[0], ends[1:])
    assert tree.gap <= 0.01


@pytest.mark.parametrize("detour", [1.0, 1.3])
def test_planted_trees_in_grids_are_found(detour):
    """Where every other edge costs at least the way along a tree, that tree is the best there is."""
    random = np.random.default_rng(7)
    ends = np.array(nx.convert_node_labels_to_integers(nx.grid_2d_graph(25, 25)).edges)
    planted = minimum_spanning_tree(coo_array((random.uniform(1, 2, len(ends)), ends.T), (625, 625)).tocsr()).tocsr()
    planted.data = random.integers(1, 6, planted.nnz).astype(float)
    ways = dijkstra(planted, directed=False)
    inside = np.asarray((planted + planted.T)[ends[:, 0], ends[:, 1]]).ravel() > 0
    graph = make_graph(625, *ends.T, ways[ends[:, 0], ends[:, 1]] * np.where(inside, 1, detour))
    wanted = random.choice(625, 25, replace=False)
    joined = nx.Graph(ends[inside].tolist())
    used = set().union(*(nx.shortest_path(joined, wanted[0], end) for end in wanted[1:]))
    least = sum(ways[u, v] for u, v in joined.subgraph(used).edges)
    tree = solve_steiner(graph, int(wanted[0]), wanted[1:])
    assert tree.cost == pytest.approx(least)
    assert least * 0.98 <= tree.bound <= least * (1 + 1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.5, 40))
def test_prices_in_another_unit_change_nothing(seed, unit):
    random = np.random.default_rng(seed)
    nodes, a, b, cost = sparse(random)
    plain = solve_steiner(make_graph(nodes, a, b, cost), 0, [3, 5, 7])
    least = exact(nodes, a, b, cost * unit, [0, 3, 5, 7])
    scaled = solve_steiner(make_graph(nodes, a, b, cost * unit), 0, [3, 5, 7])
    assert scaled.bound <= least * (1 + 1e-9)
    assert least * (1 - 1e-9) <= scaled.cost
    assert plain.bound * unit <= least * (1 + 1e-9)


def test_same_call_same_tree():
    random = np.random.default_rng(4)
    graph = make_graph(*grid_with_holes(random))
    first, second = (solve_steiner(graph, 0, [5, 11, 20, 30], seed=2) for _ in range(2))
    assert np.array_equal(first.nodes, second.nodes)
    assert (first.cost, first.bound) == (second.cost, second.bound)


def test_two_ends_are_a_cheapest_path():
    random = np.random.default_rng(1)
    nodes, a, b, cost = euclidean(random)
    graph = make_graph(nodes, a, b, cost)
    way = nx.Graph()
    way.add_weighted_edges_from(zip(a, b, cost, strict=True))
    tree = solve_steiner(graph, 0, [nodes - 1])
    assert tree.cost == pytest.approx(nx.shortest_path_length(way, 0, nodes - 1, weight="weight"))
    assert tree.gap == pytest.approx(0, abs=1e-9)


def test_all_nodes_are_a_spanning_tree():
    random = np.random.default_rng(2)
    nodes, a, b, cost = euclidean(random)
    way = nx.Graph()
    way.add_weighted_edges_from(zip(a, b, cost, strict=True))
    tree = solve_steiner(make_graph(nodes, a, b, cost), 0, np.arange(nodes))
    assert tree.cost == pytest.approx(nx.minimum_spanning_tree(way).size(weight="weight"))


def test_terminals_out_of_reach_are_named():
    graph = make_graph(6, [0, 1, 3, 4], [1, 2, 4, 5], [1.0, 2.0, 1.0, np.inf])
    tree = solve_steiner(graph, 0, [2, 4, 5])
    assert tree.unreachable.tolist() == [4, 5]
    assert tree.edges.tolist() == [0, 1]
    assert tree.cost == tree.bound == 3.0


@pytest.mark.parametrize("terminals", [[], [0], [0, 0]])
def test_nothing_to_join(terminals):
    tree = solve_steiner(make_graph(2, [0], [1], [1.0]), 0, terminals)
    assert len(tree.edges) == 0
    assert tree.nodes.tolist() == [0]
    assert (tree.cost, tree.bound, tree.gap) == (0.0, 0.0, 0.0)


def test_free_ways_are_free():
    graph = make_graph(4, [0, 1, 2, 0], [1, 2, 3, 3], [0.0, 0.0, 0.0, 1.0])
    tree = solve_steiner(graph, 0, [3])
    assert tree.edges.tolist() == [0, 1, 2]
    assert tree.cost == 0.0


def test_cheapest_of_several_edges_and_no_loops():
    graph = make_graph(2, [0, 0, 1, 1], [1, 0, 0, 0], [5.0, 0.0, 2.0, 3.0])
    assert solve_steiner(graph, 0, [1]).edges.tolist() == [2]


@pytest.mark.parametrize(("a", "b", "cost"), [([0], [2], [1.0]), ([0], [-1], [1.0]), ([0], [1], [-1.0]), ([0], [1], [np.nan]), ([0, 1], [1], [1.0])])
def test_wrong_graphs_are_refused(a, b, cost):
    with pytest.raises(ValueError, match=r"edge|price|length"):
        make_graph(2, a, b, cost)


def test_wrong_terminals_are_refused():
    with pytest.raises(ValueError, match="no node"):
        solve_steiner(make_graph(2, [0], [1], [1.0]), 0, [2])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_shortest_from_beside_scipy(seed):
    random = np.random.default_rng(seed)
    nodes, a, b, cost = euclidean(random)
    graph = make_graph(nodes, a, b, cost)
    way = np.zeros((nodes, nodes))
    way[a, b] = way[b, a] = cost
    price, parent = shortest_from(graph, [0, 1], start_cost=[0.2, 0.0])
    expected = np.minimum(dijkstra(way)[0] + 0.2, floyd_warshall(way)[1])
    assert price == pytest.approx(expected)
    for node in np.flatnonzero(parent >= 0):
        before = graph.a[parent[node]] + graph.b[parent[node]] - node
        assert price[node] == pytest.approx(price[before] + graph.cost[parent[node]])


def test_limit_leaves_the_rest_unreached():
    price, parent = shortest_from(make_graph(4, [0, 1, 2], [1, 2, 3], [1.0, 1.0, 1.0]), [0], limit=1.5)
    assert price.tolist() == [0.0, 1.0, np.inf, np.inf]
    assert parent.tolist() == [-1, 0, -1, -1]
