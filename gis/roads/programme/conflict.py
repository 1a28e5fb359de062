"""What stands in the way of a programme, as data and as a sentence."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from gis.roads.programme.terms import UNIT_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

_WAN = 10_000.0
_SHOWN = 8
_COUNTED = {"groups": "组数", "households": "户数", "people": "人数", "registered": "脱贫户数"}
_SENTENCES = {
    "must_blocked": "必建工程 {works} 依靠的工程被列为不建，无法建成；请放开上级工程，或取消必建。",
    "must_unaffordable": "必建工程连同其上级工程共需 {needs}，各年预算共 {has}，建不起来的有 {works}；请增加预算或减少必建。",
    "money": "要同时满足全部必建、保底和期限要求，现有预算 {has} 之外至少还需 {needs}。",
    "never_fits": "工程 {works} 的造价高于可用的最大一笔资金 {has}，任何一年都建不了；请允许资金结转，或增加预算。",
    "unknown_counts": "有 {count}不明，计算效益时按 0 计，实际效益可能更高。",
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that cannot be, or (as a finding) that a planner should know.

    Attributes:
        what: `must_blocked` (must-do behind a must-not), `must_unaffordable`, `floor_impossible`, `deadline_impossible` (not even if everything is built),
            `floor_short`, `deadline_short` (not with this money, or not beside the others), `money` (all demands together); findings:
            `never_fits`, `unknown_counts`.
        area_code: township; None is the whole county.
        unit: what is counted.
        year: by when.
        share: the share that was asked for.
        needed: units that must be served.
        reached: units that are served in the plan that comes nearest; for `*_impossible` the most that could ever be.
        total: all units of the area.
        needs_cny: the least money that satisfies it by itself (`money`: the least new money beside the budgets).
        has_cny: money there is by that year.
        works: works concerned.
    """

    what: str
    area_code: str | None = None
    unit: str = ""
    year: int | None = None
    share: float | None = None
    needed: float = 0.0
    reached: float = 0.0
    total: float = 0.0
    needs_cny: float | None = None
    has_cny: float | None = None
    works: tuple[str, ...] = ()

    @property
    def missing(self) -> float:
        """Units short of what was asked for."""
        return max(0.0, self.needed - self.reached)

    @property
    def missing_share(self) -> float:
        """The same as a share of the area's total."""
        return self.missing / self.total if self.total else 0.0

    def as_dict(self, names: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Plain values with the sentence, for a summary."""
        return {
            **asdict(self),
            "works": list(self.works),
            "missing": self.missing,
            "missing_share": self.missing_share,
            "sentence": self.sentence(names),
        }

    def sentence(self, names: Mapping[str, str] | None = None) -> str:
        """One Chinese sentence; `names` gives townships their names."""
        if self.what.endswith(("_impossible", "_short")):
            return self._demand_sentence(names or {})
        works = "、".join(self.works[:_SHOWN]) + (f" 等 {len(self.works)} 项" if len(self.works) > _SHOWN else "")
        count = f"{self.missing:.0f} 个组的{_COUNTED.get(self.unit, '')}"
        return _SENTENCES[self.what].format(works=works, needs=_wan(self.needs_cny), has=_wan(self.has_cny), count=count)

    def _demand_sentence(self, names: Mapping[str, str]) -> str:
        area = "全县" if self.area_code is None else names.get(self.area_code, self.area_code)
        unit = UNIT_LABELS[self.unit]
        asked = f"{area}：到 {self.year} 年通路应达 {self.share or 0:.1%}（{self.needed:,.0f}／{self.total:,.0f} {unit}）"
        most = f"{self.reached:,.0f} {unit}，还差 {self.missing:,.0f} {unit}（{self.missing_share:.1%}）"
        if self.what.endswith("_impossible"):
            return f"{asked}，但可建的工程全部建成也只有 {most}；请降低比例，或放开不建的工程。"
        return f"{asked}，最接近的方案为 {most}；单独满足这一条至少需 {_wan(self.needs_cny)}，到期可用 {_wan(self.has_cny)}。"


def _wan(cny: float | None) -> str:
    return "不明" if cny is None else f"{cny / _WAN:,.2f} 万元"
