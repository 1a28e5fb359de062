"""The design profile: the height line near the ground that a road can keep.

A linear programme over stations (solved by HiGHS). With d the design and z the ground, l the spacing, g the grade limit and R the least
vertical radius:

    least   sum l (p(cut) + p(fill)) + OVER_GRADE sum s        cut - fill = z - d
    so that |d[i+1] - d[i]| <= g l + s,  s >= 0                (grade; s is what cannot be kept)
            |grade[i+1] - grade[i]| <= l / R                   (vertical curve)
            d = z at a tied end

p is convex: 1 a metre up to half of the allowance, 2 up to the allowance, OVER_ALLOWANCE beyond. It stands for the section area, which
grows with the square of the height, and keeps within the allowance wherever the grade limit lets it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import highspy
import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

OVER_ALLOWANCE = 40.0
"""Price of a metre beyond the allowance, where a metre of shallow cut costs 1."""
OVER_GRADE = 4000.0
"""Price of a metre of rise beyond the grade limit: a hundred metres of road one metre over the allowance."""
VERTICAL_RADIUS_M = 200.0
"""Least radius of crest and sag at 20 km/h (JTG D20-2017: 200 m as a rule, 100 m at the limit); confidence M."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Greatest cut and fill at the centre line, metres."""

    cut_m: float = 6.0
    fill_m: float = 5.0


def design_profile(
    chainage: NDArray[np.float64],
    ground: NDArray[np.float64],
    *,
    grade_limit: NDArray[np.float64] | float,
    allowance: Allowance | None = None,
    fixed_ends: tuple[bool, bool] = (True, True),
    vertical_radius_m: float = VERTICAL_RADIUS_M,
) -> NDArray[np.float64]:
    """Design heights at the stations.

    Args:
        chainage: increasing, metres, shape (n,), n >= 2.
        ground: known heights there, metres, shape (n,).
        grade_limit: of each segment, shape (n - 1,), or one for all (0.12 is 12 %).
        allowance: cut and fill that are cheap; the default is 6 and 5 m.
        fixed_ends: whether the first and last station stand on the ground.
        vertical_radius_m: of crests and sags; 0 leaves the vertical curve free.

    Returns:
        Heights, shape (n,). Where the ends lie too far apart for the limit, the line breaks the grade limit rather than leave its ends.
    """
    limits = np.broadcast_to(np.asarray(grade_limit, dtype=np.float64), (len(chainage) - 1,))
    if len(chainage) == 2 and all(fixed_ends):  # noqa: PLR2004 - nothing is left to choose between two tied stations
        return ground.astype(np.float64)
    model = _model(np.diff(chainage), ground, limits, allowance or Allowance(), fixed_ends, vertical_radius_m)
    found = _solve(model)
    stations = len(ground)
    raised = found[3 * stations : 6 * stations].reshape(3, stations).sum(axis=0)
    lowered = found[: 3 * stations].reshape(3, stations).sum(axis=0)
    return np.asarray(ground + raised - lowered, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """min cost x, lower <= matrix x <= upper, 0 <= x <= most; x = cut (3 pieces a station), fill (3 pieces), rise over (up, down)."""

    cost: NDArray[np.float64]
    most: NDArray[np.float64]
    matrix: sparse.csr_array
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


def _model(
    spacing: NDArray[np.float64],
    ground: NDArray[np.float64],
    limits: NDArray[np.float64],
    allowance: Allowance,
    fixed_ends: tuple[bool, bool],
    radius: float,
) -> _Model:
    stations, segments = len(ground), len(spacing)
    weight = np.append(spacing, 0) / 2 + np.insert(spacing, 0, 0) / 2
    pieces = np.concatenate([weight, 2 * weight, OVER_ALLOWANCE * weight])
    room = np.concatenate([_room(stations, allowance.cut_m, fixed_ends), _room(stations, allowance.fill_m, fixed_ends)])
    step = sparse.diags_array([-np.ones(segments), np.ones(segments)], offsets=[0, 1], shape=(segments, stations), format="csr")
    over = sparse.eye_array(segments, format="csr")
    design = sparse.hstack([-step, -step, -step, step, step, step], format="csr")
    grade_rows, rise = sparse.hstack([design, -over, over], format="csr"), np.diff(ground)
    matrix, lower, upper = grade_rows, -limits * spacing - rise, limits * spacing - rise
    if radius > 0 and segments > 1:
        bend = sparse.diags_array([-1 / spacing[:-1], 1 / spacing[1:]], offsets=[0, 1], shape=(segments - 1, segments), format="csr")
        most = (spacing[:-1] + spacing[1:]) / 2 / radius
        bent = sparse.hstack([bend @ design, sparse.csr_array((segments - 1, 2 * segments))], format="csr")
        matrix = sparse.vstack([matrix, bent], format="csr")
        lower, upper = np.concatenate([lower, -most - bend @ rise]), np.concatenate([upper, most - bend @ rise])
    cost = np.concatenate([pieces, pieces, np.full(2 * segments, OVER_GRADE)])
    return _Model(cost, np.concatenate([room, np.full(2 * segments, np.inf)]), matrix, lower, upper)


def _room(stations: int, allowance_m: float, fixed_ends: tuple[bool, bool]) -> NDArray[np.float64]:
    """How much each piece of a cut or fill may hold; nothing at a tied end."""
    half = np.full(stations, allowance_m / 2)
    room = np.stack([half, half, np.full(stations, np.inf)])
    room[:, 0] = 0.0 if fixed_ends[0] else room[:, 0]
    room[:, -1] = 0.0 if fixed_ends[1] else room[:, -1]
    return room.ravel()


def _solve(model: _Model) -> NDArray[np.float64]:
    """The optimum; it always exists, for the straight line between the ends keeps every hard rule."""
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = len(model.cost), len(model.lower)
    programme.col_cost_, programme.col_lower_, programme.col_upper_ = model.cost, np.zeros(len(model.cost)), model.most
    programme.row_lower_, programme.row_upper_ = model.lower, model.upper
    programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    programme.a_matrix_.start_, programme.a_matrix_.index_ = model.matrix.indptr, model.matrix.indices
    programme.a_matrix_.value_ = model.matrix.data
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("threads", 1), ("solver", "simplex"), ("presolve", "off")):
        solver.setOptionValue(option, value)
    solver.passModel(programme)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        solver.setOptionValue("presolve", "on")
        solver.setOptionValue("solver", "choose")
        solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"design profile not solved: {solver.getModelStatus()}")
    return np.asarray(solver.getSolution().col_value, dtype=np.float64)
