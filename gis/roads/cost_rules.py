"""The sections of a cost set: which values there are, with the Chinese name of every one."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gis.parameter_values import (
    Batter,
    CnyEach,
    CnyPerCubicMetre,
    CnyPerKm,
    CnyPerKmYear,
    CnyPerMetre,
    Degrees,
    Grade,
    KmPerHour,
    Length,
    Metres,
    Multiple,
    Rule,
    Section,
    Share,
    SlopeDegrees,
)


class Design(Section):
    """How the road is built: grades, radius, widths, slopes of cut and fill, and how far the road may leave the ground."""

    grade_max: Grade = Field(title="最大纵坡")
    grade_warn: Grade = Field(title="纵坡提醒值")
    grade_max_high: Grade = Field(title="高海拔最大纵坡")
    high_altitude_m: Metres = Field(title="高海拔起点")
    radius_min_m: Length = Field(title="最小平曲线半径")
    roadbed_width_m: Length = Field(title="路基宽度")
    pavement_width_m: Length = Field(title="路面宽度")
    cut_max_m: Metres = Field(title="中心最大挖深")
    fill_max_m: Metres = Field(title="中心最大填高")
    station_m: Length = Field(title="纵断面桩距")
    turn_max_deg: Degrees = Field(title="选线时相邻两步最大转角")
    cut_batter: Batter = Field(title="挖方边坡（竖1:横n）")
    fill_batter: Batter = Field(title="填方边坡（竖1:横n）")
    cross_slope_max_deg: SlopeDegrees = Field(title="可筑路的最大横坡")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for low, high, words in (
            (self.grade_warn, self.grade_max, "纵坡提醒值（grade_warn）不得大于最大纵坡（grade_max）"),
            (self.grade_max_high, self.grade_max, "高海拔最大纵坡（grade_max_high）不得大于最大纵坡（grade_max）"),
            (self.pavement_width_m, self.roadbed_width_m, "路面宽度（pavement_width_m）不得大于路基宽度（roadbed_width_m）"),
        ):
            if low.value > high.value:
                raise PydanticCustomError("design_order", words)
        return self


class NewRoad(Section):
    """A road where there was none: pavement, base and drainage; earthwork and bridges are counted by themselves."""

    road_cny_per_km: CnyPerKm = Field(title="路面、基层与排水")
    excess_factor: Multiple = Field(title="展线加价")


class Earthwork(Section):
    """Moving the ground."""

    cut_cny_per_m3: CnyPerCubicMetre = Field(title="挖方（含弃运）")
    fill_cny_per_m3: CnyPerCubicMetre = Field(title="填方（含压实）")


class Upgrade(Section):
    """Paving a track that is there, by what it is now."""

    gravel_cny_per_km: CnyPerKm = Field(title="砂石路硬化")
    earth_cny_per_km: CnyPerKm = Field(title="土路硬化")
    unknown_cny_per_km: CnyPerKm = Field(title="路面不明的路硬化")

    def cny_per_km(self, surface: str | None) -> float:
        """Price of paving a kilometre of that surface (a value of `roads.surface`; stone blocks are paved over like gravel)."""
        by_surface = {"gravel": self.gravel_cny_per_km, "block": self.gravel_cny_per_km, "earth": self.earth_cny_per_km}
        return float(by_surface.get(surface or "", self.unknown_cny_per_km).value)


class Crossing(Section):
    """Water in the way: a bridge on a new line, a culvert or ford where a track crosses already."""

    bridge_cny_per_m: CnyPerMetre = Field(title="桥梁")
    river_width_m: Length = Field(title="河流以线表示时的假定桥长")
    culvert_cny: CnyEach = Field(title="既有路过河处改建涵洞")

    @property
    def bridge_cny(self) -> float:
        """Price of one crossing of a river that is drawn as a line."""
        return float(self.bridge_cny_per_m.value * self.river_width_m.value)


class Constraint(Section):
    """What polygons of a layer do to the price of a road through them; the factor counts for `avoid` only."""

    rule: Rule = Field(title="规则")
    factor: Multiple = Field(title="加价")
    buffer_m: Metres = Field(title="外扩")


class HazardConstraint(Section):
    """Places of geological hazard: points (or outlines) with a buffer by their level; a level that nobody wrote counts as high."""

    rule: Rule = Field(title="规则")
    factor: Multiple = Field(title="加价")
    buffer_high_m: Metres = Field(title="大型、特大型外扩")
    buffer_medium_m: Metres = Field(title="中型外扩")
    buffer_low_m: Metres = Field(title="小型外扩")


class Constraints(Section):
    """What stands in the way, by layer."""

    redlines: Constraint = Field(title="生态保护红线·")
    farmland: Constraint = Field(title="永久基本农田·")
    hazards: HazardConstraint = Field(title="地质灾害点·")


class Travel(Section):
    """How fast one travels: for the minutes to the township before and after, not for prices."""

    main_km_h: KmPerHour = Field(title="硬化的国省道车速")
    county_km_h: KmPerHour = Field(title="硬化的县道车速")
    hardened_km_h: KmPerHour = Field(title="其他硬化路车速")
    gravel_km_h: KmPerHour = Field(title="砂石路、砌块路车速")
    earth_km_h: KmPerHour = Field(title="土路及路面不明的路车速")
    walk_km_h: KmPerHour = Field(title="步行速度")


class CostRules(Section):
    """Everything that a cost set states."""

    design: Design = Field(title="设计·")
    new: NewRoad = Field(title="新建·")
    earthwork: Earthwork = Field(title="土石方·")
    upgrade: Upgrade = Field(title="改建·")
    crossing: Crossing = Field(title="过河·")
    constraints: Constraints = Field(title="避让·")
    travel: Travel = Field(title="出行·")
    overhead_share: Share = Field(title="设计、监理与预备费")
    maintenance_cny_per_km_year: CnyPerKmYear = Field(title="养护")
    price_swing: Share = Field(title="价格浮动（稳定性分析）")
