"""The linear program of directed cuts (Koch & Martin 1998) by HiGHS, with rows as they are broken: a bound that is mostly the optimum itself."""

from __future__ import annotations

from typing import NamedTuple

import highspy
import numpy as np

from gis.roads.steiner.cuts import broken_cuts
from gis.roads.steiner.dual_ascent import ascent_cuts
from gis.roads.steiner.graph import Floats, Ints, Ints32
from gis.roads.steiner.problem import Problem
from gis.roads.steiner.reduce import twins


class Relaxed(NamedTuple):
    """What a relaxation tells: the bound, how much of each arc is used and what is left of its price, at the places of the lists."""

    bound: float
    value: Floats
    left: Floats
    closed: bool


def _program(problem: Problem) -> highspy.Highs:
    """One column for each arc into a node; arcs into the root and arcs that cost inf are fixed at 0."""
    program = highspy.Highs()
    program.setOptionValue("output_flag", False)
    program.setOptionValue("threads", 1)
    price = np.where(np.isfinite(problem.price), problem.price, 0.0)
    upper = np.where(np.isfinite(problem.price), 1.0, 0.0)
    first = problem.graph.arcs.first
    upper[first[problem.root] : first[problem.root + 1]] = 0.0
    count = len(price)
    empty = np.zeros(0)
    program.addCols(count, price, np.zeros(count), upper, 0, np.zeros(0, np.int32), np.zeros(0, np.int32), empty)
    return program


def _add_rows(program: highspy.Highs, begin: Ints, column: Ints, weight: Floats, lower: Floats, upper: Floats) -> None:
    program.addRows(len(lower), lower, upper, len(column), begin.astype(np.int32), column.astype(np.int32), weight)


def _node_rows(problem: Problem, other: Ints32) -> tuple[Ints, Ints, Floats, Floats, Floats]:
    """At terminals one arc enters; elsewhere at most one, and no more enters than leaves."""
    graph = problem.graph
    first, size = graph.arcs.first, len(graph.arcs.head)
    is_terminal = np.zeros(graph.nodes, np.bool_)
    is_terminal[problem.terminals] = True
    node = np.repeat(np.arange(graph.nodes), np.diff(first))
    plain = ~is_terminal & (np.arange(graph.nodes) != problem.root)
    inward = (node != problem.root).nonzero()[0]
    rows_in = np.arange(graph.nodes) != problem.root
    count_in = np.diff(first)[rows_in]
    balance_at = plain[node].nonzero()[0]
    count_balance = np.diff(first)[plain]
    columns = np.concatenate([inward, np.stack([balance_at, other[balance_at]], axis=1).ravel()])
    weights = np.concatenate([np.ones(len(inward)), np.tile([-1.0, 1.0], len(balance_at))])
    begin = np.concatenate([[0], np.cumsum(np.concatenate([count_in, 2 * count_balance]))[:-1]])
    lower = np.concatenate([np.where(is_terminal[rows_in], 1.0, 0.0), np.zeros(len(count_balance))])
    upper = np.concatenate([np.ones(len(count_in)), np.full(len(count_balance), np.inf)])
    assert size == len(other)
    return begin, columns, weights, lower, upper


def _add_cuts(program: highspy.Highs, begin: Ints, places: Ints) -> None:
    count = len(begin) - 1
    _add_rows(program, begin[:-1], places, np.ones(len(places)), np.ones(count), np.full(count, np.inf))


def relax(problem: Problem, guide: Ints32, *, rounds: int, nested: int = 4) -> Relaxed:
    """Solve the relaxation, round by round."""
    other = twins(problem.graph.arcs, len(problem.graph.a))
    program = _program(problem)
    _add_rows(program, *_node_rows(problem, other))
    _add_cuts(program, *ascent_cuts(problem.graph.arcs, problem.price, problem.root, problem.terminals, guide=guide))
    bound, value, closed = 0.0, np.zeros(len(other)), False
    for _ in range(rounds):
        program.run()
        if program.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            break
        bound = program.getInfo().objective_function_value
        value = np.array(program.getSolution().col_value)
        begin, places = broken_cuts(problem.graph.arcs, other, value, problem.root, problem.terminals, nested)
        if len(begin) == 1:
            closed = True
            break
        _add_cuts(program, begin, places)
    left = np.array(program.getSolution().col_dual)
    return Relaxed(bound, value, left, closed)
