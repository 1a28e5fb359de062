"""One mixed-integer programme through HiGHS: arrays in, rounded answer with its bound out.

One thread, a fixed seed and limits that are counts, so that the same problem gives the same answer on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

import highspy
import numpy as np
from scipy.sparse import csr_array, vstack

from layers.errors import ZutongError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

INF = float(highspy.kHighsInf)
_TOLERANCE = 1e-9  # of rows and of whole numbers; HiGHS's own 1e-6 would be hundreds of yuan in a row of money
_STATUS = highspy.HighsModelStatus
_IMPOSSIBLE = (_STATUS.kInfeasible, _STATUS.kUnboundedOrInfeasible)
_STOPPED = (_STATUS.kSolutionLimit, _STATUS.kInterrupt, _STATUS.kIterationLimit)


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Columns between 0 or `lower` and `upper`, whole or not; rows between `row_lower` and `row_upper`."""

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    whole: NDArray[np.bool_]
    rows: csr_array
    row_lower: NDArray[np.float64]
    row_upper: NDArray[np.float64]

    def with_row(self, values: NDArray[np.float64], lower: float, upper: float) -> Problem:
        """The same problem with one more row."""
        return replace(
            self,
            rows=csr_array(vstack([self.rows, csr_array(values[None, :])], format="csr")),
            row_lower=np.append(self.row_lower, lower),
            row_upper=np.append(self.row_upper, upper),
        )


@dataclass(frozen=True, slots=True)
class Effort:
    """When to stop: gap to the bound (share, and absolute), branch-and-bound nodes, and how often HiGHS looks up from its work (0: no limit).

    Nodes do not limit the rounds of cuts at the root, looks do.
    """

    gap: float = 1e-4
    gap_absolute: float = 1e-6
    nodes: int = 10_000
    looks: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """`x` is None if there is no solution at all; `bound` is never worse than the optimum; `proved` says that the gap was reached."""

    x: NDArray[np.float64] | None
    value: float
    bound: float
    proved: bool


def solve(
    problem: Problem,
    objective: NDArray[np.float64],
    *,
    effort: Effort,
    start: NDArray[np.float64] | None = None,
    watch: Callable[[], None] | None = None,
) -> Answer:
    """Maximise the objective.

    Args:
        problem: columns and rows.
        objective: one value per column.
        effort: gap and count of nodes.
        start: a solution to begin with; HiGHS checks it, a wrong one is no harm.
        watch: called now and then; what it raises stops the run and is raised here.

    Raises:
        ZutongError: HiGHS stopped for a reason that is neither an answer nor a limit.
    """
    engine = _engine(problem, objective, effort)
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        engine.setSolution(solution)
    _run(engine, watch, effort.looks)
    return _answer(engine, problem)


def _engine(problem: Problem, objective: NDArray[np.float64], effort: Effort) -> highspy.Highs:
    engine = highspy.Highs()  # type: ignore[no-untyped-call]
    options = {
        "output_flag": False,
        "threads": 1,
        "random_seed": 0,
        "mip_rel_gap": effort.gap,
        "mip_abs_gap": effort.gap_absolute,
        "mip_max_nodes": effort.nodes,
        "mip_feasibility_tolerance": _TOLERANCE,
        "primal_feasibility_tolerance": _TOLERANCE,
    }
    for name, value in options.items():
        engine.setOptionValue(name, value)
    engine.passModel(_model(problem, objective))
    return engine


def _model(problem: Problem, objective: NDArray[np.float64]) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(objective), problem.rows.shape[0]
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = objective, problem.lower, problem.upper
    lp.row_lower_, lp.row_upper_ = problem.row_lower, problem.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = problem.rows.indptr, problem.rows.indices, problem.rows.data
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[whole] for whole in problem.whole.tolist()]
    return lp


def _run(engine: highspy.Highs, watch: Callable[[], None] | None, looks: int) -> None:
    raised: list[BaseException] = []
    looked = count(1)

    def look(event: highspy.HighsCallbackEvent) -> None:
        """Ask the watcher, and stop the engine once it has raised."""
        try:
            if watch is not None and not raised:
                watch()
        except BaseException as error:  # noqa: BLE001 - carried across the C++ frames and raised below
            raised.append(error)
        if raised or next(looked) > looks > 0:
            event.interrupt()

    if watch is not None or looks > 0:
        engine.cbMipInterrupt += look
    engine.run()
    if raised:
        raise raised[0]


def _answer(engine: highspy.Highs, problem: Problem) -> Answer:
    status, info = engine.getModelStatus(), engine.getInfo()
    if status in _IMPOSSIBLE:
        return Answer(None, -INF, -INF, proved=True)
    if status not in (_STATUS.kOptimal, _STATUS.kModelEmpty, *_STOPPED):
        raise ZutongError(f"求解器没有给出结果（{engine.modelStatusToString(status)}）。", hint="请检查造价与人数是否有异常大的数值。")
    found = status == _STATUS.kOptimal or info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    bound = float(info.mip_dual_bound)
    if not found:
        return Answer(None, -INF, bound, proved=False)
    x = np.array(engine.getSolution().col_value, dtype=np.float64)
    x[problem.whole] = np.rint(x[problem.whole])
    return Answer(x, float(info.objective_function_value), bound, proved=status == _STATUS.kOptimal)
