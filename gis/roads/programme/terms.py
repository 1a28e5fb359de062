"""What a bureau asks of a programme: years, money, benefits, floors and deadlines."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any

from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNITS = ("groups", "households", "people", "registered")
"""What is counted: villager groups, households, people, registered (脱贫/监测) households."""

UNIT_LABELS = {"groups": "组", "households": "户", "people": "人", "registered": "户脱贫户"}
_SHARE_MAX = 1.0


@dataclass(frozen=True, slots=True)
class Floor:
    """A least share for one township, or for every township by itself (`area_code` None); due by `by_year`, else by the last year."""

    share: float
    unit: str = "households"
    area_code: str | None = None
    by_year: int | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A target by date, for the whole county (`area_code` None) or one township."""

    year: int
    share: float
    unit: str = "households"
    area_code: str | None = None


def _households() -> dict[str, float]:
    return {"households": 1.0}


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that is declared, not measured.

    Attributes:
        years: calendar years of the programme, ascending.
        budgets_cny: new money of each year in yuan; 0 is a year without money.
        weights: benefit of one group, household, person and registered household; what is not named weighs 0. A registered household is a household
            too: `{"households": 1, "registered": 1}` counts it twice.
        carry_over: money that a year leaves is there in the next one. Without it a work is paid from one year's budget. A work that may be paid over
            several years asks for the same as money that may be kept, so `carry_over` is the setting for it.
        floors: least shares of townships.
        deadlines: least shares of the county or a township by a year.
        gap: how far below the proven bound the answer may stand, as a share (0 = to the last household).

    Raises:
        QueryError: one sentence with all faults.
    """

    years: tuple[int, ...]
    budgets_cny: tuple[float, ...]
    weights: Mapping[str, float] = field(default_factory=_households)
    carry_over: bool = True
    floors: tuple[Floor, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    gap: float = 1e-3

    def __post_init__(self) -> None:
        faults = [*_time_faults(self), *_weight_faults(self.weights), *_share_faults(self)]
        if faults:
            raise QueryError("道路计划的条件有误：" + "；".join(faults) + "。", hint="请改正后重新计算。")

    @property
    def weight_row(self) -> tuple[float, ...]:
        """The weights in the order of `UNITS`."""
        return tuple(float(self.weights.get(unit, 0.0)) for unit in UNITS)

    def as_dict(self) -> dict[str, Any]:
        """The terms as plain values in a fixed order, for a stamp, a summary or a ledger."""
        return {
            "years": list(self.years),
            "budgets_cny": [float(money) for money in self.budgets_cny],
            "weights": dict(zip(UNITS, self.weight_row, strict=True)),
            "carry_over": self.carry_over,
            "floors": [{"area_code": f.area_code, "share": f.share, "unit": f.unit, "by_year": f.by_year} for f in self.floors],
            "deadlines": [{"area_code": d.area_code, "share": d.share, "unit": d.unit, "year": d.year} for d in self.deadlines],
            "gap": self.gap,
        }


def _time_faults(terms: Terms) -> Iterable[str]:
    years, budgets = terms.years, terms.budgets_cny
    if not years:
        yield "没有年度，至少要有一年"
    if any(later <= earlier for earlier, later in pairwise(years)):
        yield f"年度须由早到晚且不重复，现为 {'、'.join(map(str, years))}"
    if len(years) != len(budgets):
        yield f"{len(years)} 个年度对应 {len(budgets)} 个预算，须一年一个"
    if any(not isfinite(money) or money < 0 for money in budgets):
        yield "预算须为不小于 0 的元数"
    if not isfinite(terms.gap) or not 0 <= terms.gap < 1:
        yield f"允许误差须在 0 与 1 之间，现为 {terms.gap}"


def _weight_faults(weights: Mapping[str, float]) -> Iterable[str]:
    unknown = sorted(set(weights) - set(UNITS))
    if unknown:
        yield f"权重“{'、'.join(unknown)}”不认识，可用 {'、'.join(UNITS)}"
    if any(not isfinite(weight) or weight < 0 for weight in weights.values()):
        yield "权重须为不小于 0 的数"
    elif not any(weight > 0 for weight in weights.values()):
        yield "权重全为 0，无从比较效益"


def _share_faults(terms: Terms) -> Iterable[str]:
    dues = [("保底", floor.share, floor.unit, floor.by_year) for floor in terms.floors]
    dues += [("期限", due.share, due.unit, due.year) for due in terms.deadlines]
    for word, share, unit, year in dues:
        if not isfinite(share) or not 0 <= share <= _SHARE_MAX:
            yield f"{word}比例 {share} 须在 0 与 1 之间"
        if unit not in UNITS:
            yield f"{word}的单位“{unit}”不认识，可用 {'、'.join(UNITS)}"
        if year is not None and year not in terms.years:
            yield f"{word}年份 {year} 不在计划年度（{'、'.join(map(str, terms.years))}）之内"
