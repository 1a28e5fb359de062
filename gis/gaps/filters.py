"""The one filter: map, table, tiles, HTTP and export ask the same question and get the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from gis.gaps.levels import VERDICTS
from layers.errors import QueryError
from layers.names import SERVICES

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

Table = TypeVar("Table", bound=pd.DataFrame)

LEVEL_LABELS = {"county": "县", "township": "乡镇", "village": "行政村", "group": "村民组"}
STATUS_LABELS = {"met": "达标", "lacking": "未达标", "unknown": "不明", "excluded": "不计"}
_CODES = ("county_code", "township_code", "village_code", "group_code")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows: of a service, at a level, inside an area, with a verdict.

    Attributes:
        service: a judged service, or None where all are asked for.
        level: `county`, `township`, `village` or `group`.
        area: code of a county, township, village or group; empty: the whole county. Everything inside it counts.
        status: a verdict. A unit has it if any of its groups has.
        near_miss, conflict: only those that lack by little, or that were reported met and found lacking (False: only the others).

    Raises:
        QueryError: a value that no row could have, or a verdict without a service.
    """

    service: str | None = None
    level: str = "group"
    area: str = ""
    status: str | None = None
    near_miss: bool | None = None
    conflict: bool | None = None

    def __post_init__(self) -> None:
        _check("服务", self.service, SERVICES)
        _check("层级", self.level, LEVEL_LABELS)
        _check("状态", self.status, STATUS_LABELS)
        if self.service is None and (self.status is not None or self.near_miss is not None or self.conflict is not None):
            raise QueryError("按状态筛选时须指明是哪一项服务。", hint=f"例如 service={next(iter(SERVICES))}。")

    def apply(self, table: Table, known: Collection[str] = ()) -> Table:
        """The rows that pass, in their order.

        Args:
            table: rows of `rollup` or of `group_table`.
            known: codes of areas that are there though no group of the table may lie in them.

        Raises:
            QueryError: the area is in no row of the table, or the table holds another kind of rows than `level` asks for.
        """
        totals = "area_code" in table
        if totals == (self.level == "group"):
            raise QueryError(f"这张表没有“{LEVEL_LABELS[self.level]}”一级的行。", hint="村民组请查明细表，其余层级请查汇总表。")
        keep = self._units(table) if totals else self._groups(table, known)
        return table[keep]

    def describe(self, area_name: str = "") -> str:
        """What is shown, in Chinese, for the head of a sheet: `硬化路 · 村民组 · 复兴镇（522326101）· 未达标`."""
        flags = ((self.near_miss, "差一点", "非差一点"), (self.conflict, "上报与判定不符", "上报与判定相符"))
        parts = [
            SERVICES[self.service] if self.service else "全部服务",
            LEVEL_LABELS[self.level],
            (f"{area_name}（{self.area}）" if area_name else self.area) or "全县",
            STATUS_LABELS[self.status] if self.status else "",
            *((yes if flag else no) if flag is not None else "" for flag, yes, no in flags),
        ]
        return " · ".join(part for part in parts if part)

    def _groups(self, table: pd.DataFrame, known: Collection[str]) -> NDArray[np.bool_]:
        keep = np.ones(len(table), dtype=bool)
        if self.area:
            keep = np.logical_or.reduce([_equal(table[column], self.area) for column in _CODES if column in table])
            if self.area not in known:
                self._found(keep)
        if self.service is None:
            return keep
        if self.status is not None:
            keep = keep & _equal(table[self.service], self.status)
        for flag, name in ((self.near_miss, "near_miss"), (self.conflict, "conflict")):
            if flag is not None:
                keep = keep & (_true(table[f"{self.service}_{name}"]) == flag)
        return keep

    def _units(self, table: pd.DataFrame) -> NDArray[np.bool_]:
        keep = _equal(table["level"], self.level)
        if self.area:
            inside = {self.area}
            for _ in LEVEL_LABELS:
                inside |= set(table.loc[table["parent_code"].isin(inside).to_numpy(dtype=bool), "area_code"])
            self._found(_equal(table["area_code"], self.area))
            keep = keep & table["area_code"].isin(inside).to_numpy(dtype=bool)
        if self.service is None:
            return keep
        keep = keep & _equal(table["service"], self.service)
        if self.status is not None:
            keep = keep & (table[f"groups_{self.status}"] > 0).to_numpy(dtype=bool)
        for flag, name in ((self.near_miss, "near_miss_groups"), (self.conflict, "conflict_groups")):
            if flag is not None:
                keep = keep & ((table[name] > 0).to_numpy(dtype=bool) == flag)
        return keep

    def _found(self, hits: NDArray[np.bool_]) -> None:
        if not hits.any():
            raise QueryError(f"没有代码为“{self.area}”的县、乡镇、村或组。", hint="代码可在搜索框按名称查到。")


def _check(what: str, value: str | None, known: dict[str, str]) -> None:
    if value is not None and value not in known:
        names = "、".join(f"{name}（{label}）" for name, label in known.items())
        raise QueryError(f"{what}“{value}”不存在；可用的有：{names}。")


def _equal(column: pd.Series[str], value: str) -> NDArray[np.bool_]:
    return np.asarray((column == value).fillna(value=False).to_numpy(dtype=bool))


def _true(column: pd.Series[bool]) -> NDArray[np.bool_]:
    return np.asarray(column.astype("boolean").fillna(value=False).to_numpy(dtype=bool))


assert tuple(STATUS_LABELS) == VERDICTS  # noqa: S101 - the filter and the verdicts must not drift apart
