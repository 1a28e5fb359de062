"""The two frames as arrays: a forest of works with prices in fen, and who is served at the end of which work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gis.roads.programme.terms import UNITS
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DECISIONS = ("must", "may", "must_not")
NO_AREA = "（未归属）"
_FEN = 100.0
_SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """Works and groups as arrays; n works, g groups, a townships.

    Attributes:
        codes: n work codes in the order of the frame.
        parent: index of the work that each needs; −1 hangs on the network.
        levels: indices by depth: first those that hang on the network, then those that need one of these, and so on.
        fen: prices in fen (1/100 yuan), so that sums are exact.
        must: declared must-do.
        banned: must-not, or behind one that is.
        group_codes: g codes.
        group_work: index of the work at whose end the group lives; −1 none.
        connected: served before the first year, at no cost.
        area: index of each group's township in `area_codes`.
        area_codes: a township codes, sorted; groups without one stand under `NO_AREA`.
        counts: (g, 4) counts in the order of `UNITS`; what is not known is 0 here and counted in `unknown`.
        unknown: how many groups lack a count, by unit.
    """

    codes: tuple[str, ...]
    parent: NDArray[np.int64]
    levels: tuple[NDArray[np.int64], ...]
    fen: NDArray[np.int64]
    must: NDArray[np.bool_]
    banned: NDArray[np.bool_]
    group_codes: tuple[str, ...]
    group_work: NDArray[np.int64]
    connected: NDArray[np.bool_]
    area: NDArray[np.int64]
    area_codes: tuple[str, ...]
    counts: NDArray[np.float64]
    unknown: tuple[int, ...]

    def benefit(self, weights: Sequence[float]) -> NDArray[np.float64]:
        """Weighted counts of the groups at the end of each work: (n,)."""
        return self.by_work(self.counts @ np.asarray(weights, dtype=np.float64))

    @property
    def groups(self) -> NDArray[np.float64]:
        """Groups at the end of each work, whatever is known of them: (n,)."""
        return self.by_work(np.ones(len(self.group_work)))

    def by_work(self, amount: NDArray[np.float64]) -> NDArray[np.float64]:
        """An amount per group added up per work; groups without a work are left out."""
        hanging = self.group_work >= 0
        return np.bincount(self.group_work[hanging], weights=amount[hanging], minlength=len(self.codes)).astype(np.float64)


def read_case(works: pd.DataFrame, served: pd.DataFrame) -> Case:
    """Read and check the two frames.

    Args:
        works: `work_code`, `parent_work` (<NA> hangs on the network), `cost_cny`, optional `decision` (must | may | must_not; <NA> is may).
        served: `group_code`, `work_code`, `township_code`, and the counts `groups` (1 where the column is not there), `households`, `people`,
            `registered`; optional `connected`. A group without a work is connected already and counts as served from the start, unless
            `connected` says that it is not: then it counts in the totals and nobody can reach it.

    Raises:
        QueryError: columns, codes, prices or precedence are wrong; the sentence names the works.
    """
    _need_columns(works, ("work_code", "parent_work", "cost_cny"), "道路工程")
    _need_columns(served, ("group_code", "work_code", "township_code", "households", "people", "registered"), "受益组")
    codes = _keys(works["work_code"], "工程编码")
    parent = _positions(works["parent_work"], codes, "上级工程")
    decision = _decisions(works)
    levels = _levels(parent, codes)
    group_work = _positions(served["work_code"], codes, "受益组的工程")
    counts, unknown = _counts(served)
    area_codes, area = _areas(served["township_code"])
    case = Case(
        codes=tuple(codes),
        parent=parent,
        levels=levels,
        fen=_prices(works["cost_cny"], codes),
        must=decision == "must",
        banned=decision == "must_not",
        group_codes=tuple(_keys(served["group_code"], "组编码")),
        group_work=group_work,
        connected=_connected(served, group_work),
        area=area,
        area_codes=area_codes,
        counts=counts,
        unknown=unknown,
    )
    return replace(case, banned=handed_down(case, case.banned))


def ancestors(case: Case, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The wanted works with everything that they need."""
    closed = wanted.copy()
    for level in case.levels[:0:-1]:
        closed[case.parent[level[closed[level]]]] = True
    return closed


def handed_down(case: Case, flag: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The flagged works with everything that hangs on them."""
    down = flag.copy()
    for level in case.levels[1:]:
        down[level] |= down[case.parent[level]]
    return down


def along_path(case: Case, amount: NDArray[np.float64]) -> NDArray[np.float64]:
    """An amount per work added up from the network to each work, itself included: (n,)."""
    total = amount.copy()
    for level in case.levels[1:]:
        total[level] += total[case.parent[level]]
    return total


def downstream(case: Case, amount: NDArray[np.float64]) -> NDArray[np.float64]:
    """An amount per work added up over each work and all that hangs on it: (n,)."""
    total = amount.copy()
    for level in case.levels[:0:-1]:
        np.add.at(total, case.parent[level], total[level])
    return total


def path_of(case: Case, work: int) -> list[int]:
    """The works from the network to this one, parents first."""
    path = [work]
    while case.parent[path[-1]] >= 0:
        path.append(int(case.parent[path[-1]]))
    return path[::-1]


def _need_columns(frame: pd.DataFrame, names: tuple[str, ...], what: str) -> None:
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise QueryError(f"{what}表缺少字段：{'、'.join(missing)}。")


def _named(codes: Sequence[object]) -> str:
    more = f" 等 {len(codes)} 个" if len(codes) > _SHOWN else ""
    return "、".join(str(code) for code in codes[:_SHOWN]) + more


def _keys(column: pd.Series, label: str) -> list[str]:
    text = column.astype("string")
    if text.isna().any():
        raise QueryError(f"第 {int(np.flatnonzero(text.isna())[0]) + 1} 行没有{label}。")
    if text.duplicated().any():
        raise QueryError(f"{label}重复：{_named(sorted(set(text[text.duplicated()])))}。")
    return text.tolist()


def _positions(column: pd.Series, codes: list[str], label: str) -> NDArray[np.int64]:
    text = column.astype("string")
    found = pd.Index(codes, dtype="string").get_indexer(pd.Index(text)).astype(np.int64)
    found[text.isna().to_numpy()] = -1
    lost = sorted(set(text[(found < 0) & text.notna().to_numpy()]))
    if lost:
        raise QueryError(f"{label}在工程表中找不到：{_named(lost)}。", hint="去掉一项工程时，须连同依靠它的工程一起去掉，或标为 must_not。")
    return found


def _decisions(works: pd.DataFrame) -> NDArray[np.object_]:
    if "decision" not in works.columns:
        return np.full(len(works), "may", dtype=object)
    decision = works["decision"].astype("string").fillna("may")
    wrong = sorted(set(decision) - set(DECISIONS))
    if wrong:
        raise QueryError(f"工程的取舍“{_named(wrong)}”不认识，须为 {'、'.join(DECISIONS)} 之一。")
    return decision.to_numpy(dtype=object)


def _prices(column: pd.Series, codes: list[str]) -> NDArray[np.int64]:
    cny = pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~np.isfinite(cny) | (cny < 0)
    if wrong.any():
        raise QueryError(f"工程没有造价，或造价为负：{_named([codes[at] for at in np.flatnonzero(wrong)])}。")
    return np.rint(cny * _FEN).astype(np.int64)


def _levels(parent: NDArray[np.int64], codes: list[str]) -> tuple[NDArray[np.int64], ...]:
    """Works by depth; a ring of works that need each other is refused."""
    depth = np.zeros(len(parent), dtype=np.int64)
    at = parent.copy()
    for _ in range(len(parent)):
        if (at < 0).all():
            break
        depth += at >= 0
        at = np.where(at >= 0, parent[at], -1)
    if (at >= 0).any():
        raise QueryError(f"工程互为上级，绕成一圈：{_named([codes[work] for work in np.flatnonzero(at >= 0)])}。")
    return tuple(np.flatnonzero(depth == level).astype(np.int64) for level in range(int(depth.max(initial=0)) + 1))


def _connected(served: pd.DataFrame, group_work: NDArray[np.int64]) -> NDArray[np.bool_]:
    without = group_work < 0
    if "connected" not in served.columns:
        return without
    said = served["connected"].astype("boolean").fillna(value=True).to_numpy(dtype=np.bool_)
    return without & said


def _counts(served: pd.DataFrame) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    columns = [served[unit] if unit in served.columns else pd.Series(1.0, index=served.index) for unit in UNITS]
    table = np.stack([pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan) for column in columns], axis=1)
    if (table < 0).any() or np.isinf(table).any():
        raise QueryError("受益组的组数、户数、人数须为不小于 0 的数。")
    missing = np.isnan(table)
    return np.where(missing, 0.0, table), tuple(int(n) for n in missing.sum(axis=0))


def _areas(column: pd.Series) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    text = column.astype("string").fillna(NO_AREA).tolist()
    names = sorted(set(text))
    place = {name: at for at, name in enumerate(names)}
    return tuple(names), np.array([place[name] for name in text], dtype=np.int64)
