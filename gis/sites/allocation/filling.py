"""Maximum cover where room is limited: rows are served whole, by one site within reach that has room for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gis.sites.allocation.answers import FEASIBLE, OPTIMAL, Cover
from gis.sites.allocation.arcs import OPEN
from gis.sites.allocation.exact import fullest, programme
from gis.sites.allocation.rooms import make_rooms
from layers.errors import ZutongError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_NODES = 400_000  # branch-and-bound nodes × columns / 1000 with an effort of 1
_LEAST_NODES = 50
_SAME = 1e-9


def fill_most(
    reached: NDArray[np.bool_], weight: Floats, capacity: Floats, most: int, stands: NDArray[np.int64], *, gap: float, effort: float
) -> Cover:
    """As `max_cover`, with the weight itself taking up room."""
    rows, sites = reached.shape
    rooms = make_rooms(np.where(reached & (weight > 0)[:, None], 0.0, np.inf), weight[None, :], capacity[None, :], np.zeros(sites))
    state = np.zeros(sites, dtype=np.int8)
    state[stands] = OPEN
    task = programme(rooms, state, most, all_rows=False, split=False)
    found = fullest(task, weight, gap=max(gap, _SAME), limits=(max(_LEAST_NODES, int(effort * _NODES / (1 + len(task.row) / 1000))), 0), start=None)
    if found.x is None:
        raise ZutongError("求解器没有找到任何覆盖方案。", hint="请检查容量与权重是否有异常大的数值。")
    assigned = np.full(rows, -1, dtype=np.int64)
    taken = found.x[sites:] > 0.5  # noqa: PLR2004 - 0 or 1
    assigned[task.row[taken]] = task.site[taken]
    value = float(weight[assigned >= 0].sum())
    bound = max(value, min(found.bound, float(weight.sum())))
    bound = value if bound - value <= _SAME * max(1.0, value) else bound
    chosen = np.unique(np.concatenate([stands, assigned[assigned >= 0]]))
    return Cover(chosen, assigned >= 0, assigned, value, bound, OPTIMAL if bound - value <= gap * bound else FEASIBLE)
