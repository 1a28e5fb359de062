"""The rules of a standard: which thresholds each service has, with the Chinese name of every one.

A rule is taken from one set as a whole: thresholds of two programmes are never mixed within one rule. `None` means that the set does not
ask for it (no minimum of persons, no second level of water), which is not the same as zero.
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gis.standards.values import (
    ClinicKinds,
    DaysPerYear,
    DaysRunning,
    Flag,
    Frozen,
    Households,
    KvaPerHousehold,
    LitresPerDay,
    MeasuredFrom,
    Metres,
    Minutes,
    PerKilometre,
    Persons,
    Qualities,
    RoadClasses,
    RoadLevel,
    SchoolKinds,
    Share,
    SquareMetres,
    Surfaces,
    Technologies,
    Threshold,
    Trip,
    WaterLevel,
)


class Eligibility(Frozen):
    """Which groups are in the programme: enough households *or* enough persons, and not to be moved as a whole."""

    min_households: Households | None = Field(None, title="最少户数")
    min_persons: Persons | None = Field(None, title="最少人数")
    exclude_whole_relocation: Flag = Field(title="整组搬迁的不计")


class RoadRule(Frozen):
    """A road to the group: reachable (any road), hardened (accepted surface), standard (hardened, wide enough, with passing bays).

    The end distance is measured from the group to the road: `end_distance_point_m` where the group is a point (its middle),
    `end_distance_area_m` where its dwellings are known as an outline.
    """

    required_level: RoadLevel = Field(title="要求等级")
    end_distance_point_m: Metres = Field(title="路到组中心点的距离")
    end_distance_area_m: Metres = Field(title="路到居民点范围的距离")
    surfaces_accepted: Surfaces = Field(title="算硬化的路面")
    status_missing_exists: Flag = Field(title="未写建设状态的路算已建")
    pavement_width_min_m: Metres = Field(title="路面最窄")
    roadbed_width_min_m: Metres = Field(title="路基最窄")
    passing_bays_per_km_min: PerKilometre = Field(title="错车道")
    passing_bays_below_roadbed_m: Metres = Field(title="路基窄于此须设错车道")
    near_miss_m: Metres = Field(title="差一点：距离超出")
    eligibility: Eligibility = Field(title="适用范围")


class WaterRule(Frozen):
    """Safe water: quantity, quality, fetching and reliability; the worst of the four decides.

    `*_basic` is 基本达标, `*_full` is 达标 (`None`: the set knows one level only). Fetch distances count as `fetch_trip` says.
    Where `scarce` is true the county is short of water and the `*_scarce` quantities hold.
    """

    required_level: WaterLevel = Field(title="要求等级")
    scarce: Flag = Field(title="本县属缺水地区")
    litres_pcd_basic: LitresPerDay = Field(title="水量（基本达标）")
    litres_pcd_full: LitresPerDay | None = Field(None, title="水量（达标）")
    litres_pcd_basic_scarce: LitresPerDay | None = Field(None, title="水量（缺水地区，基本达标）")
    litres_pcd_full_scarce: LitresPerDay | None = Field(None, title="水量（缺水地区，达标）")
    quality_central_basic: Qualities = Field(title="水质（集中供水，基本达标）")
    quality_central_full: Qualities | None = Field(None, title="水质（集中供水，达标）")
    quality_dispersed_basic: Qualities = Field(title="水质（分散供水，基本达标）")
    quality_dispersed_full: Qualities | None = Field(None, title="水质（分散供水，达标）")
    piped_counts: Flag = Field(title="自来水入户即算方便")
    fetch_trip: Trip = Field(title="取水距离的算法")
    fetch_horizontal_basic_m: Metres = Field(title="取水水平距离（基本达标）")
    fetch_horizontal_full_m: Metres | None = Field(None, title="取水水平距离（达标）")
    fetch_vertical_basic_m: Metres = Field(title="取水垂直高差（基本达标）")
    fetch_vertical_full_m: Metres | None = Field(None, title="取水垂直高差（达标）")
    fetch_roundtrip_basic_min: Minutes | None = Field(None, title="往返取水时间（基本达标）")
    fetch_roundtrip_full_min: Minutes | None = Field(None, title="往返取水时间（达标）")
    outage_days_basic: DaysPerYear = Field(title="缺水天数（基本达标）")
    outage_days_full: DaysPerYear | None = Field(None, title="缺水天数（达标）")
    dispersed_dry_days_basic: DaysRunning | None = Field(None, title="分散供水连续缺水天数（基本达标）")
    near_miss_share: Share = Field(title="差一点：偏离标准值的比例")
    eligibility: Eligibility = Field(title="适用范围")

    @model_validator(mode="after")
    def _full_is_no_weaker(self) -> Self:
        rising = ((self.litres_pcd_basic, self.litres_pcd_full), (self.litres_pcd_basic_scarce, self.litres_pcd_full_scarce))
        falling = (
            (self.fetch_horizontal_basic_m, self.fetch_horizontal_full_m),
            (self.fetch_vertical_basic_m, self.fetch_vertical_full_m),
            (self.fetch_roundtrip_basic_min, self.fetch_roundtrip_full_min),
            (self.outage_days_basic, self.outage_days_full),
        )
        if any(_above(basic, full) for basic, full in rising) or any(_above(full, basic) for basic, full in falling):
            raise PydanticCustomError("full_weaker", "“达标”的标准不得低于“基本达标”")
        return self

    def litres_pcd(self, level: str) -> LitresPerDay | None:
        """The quantity for `basic` or `full` that holds in this county (its `scarce` variant where the set has one)."""
        scarce = self.litres_pcd_basic_scarce if level == "basic" else self.litres_pcd_full_scarce
        plain = self.litres_pcd_basic if level == "basic" else self.litres_pcd_full
        return scarce if self.scarce.value and scarce is not None else plain


def _above(first: Threshold | None, second: Threshold | None) -> bool:
    return first is not None and second is not None and first.value > second.value


class PowerRule(Frozen):
    """Power: a transformer near enough, enough capacity for each household, and three phases where required."""

    lv_radius_m: Metres = Field(title="低压供电半径")
    kva_per_household_min: KvaPerHousehold = Field(title="户均配变容量")
    three_phase_required: Flag = Field(title="须通动力电")
    near_miss_m: Metres = Field(title="差一点：距离超出")
    eligibility: Eligibility = Field(title="适用范围")


class TelecomRule(Frozen):
    """Mobile network: a base station of an accepted technology near enough, or a signal that was reported."""

    station_within_m: Metres = Field(title="基站距离")
    technologies: Technologies = Field(title="算数的制式")
    measured_from: MeasuredFrom = Field(title="距离从何处量起")
    or_signal: Flag = Field(title="有信号即算")
    near_miss_m: Metres = Field(title="差一点：距离超出")
    eligibility: Eligibility = Field(title="适用范围")


class ClinicRule(Frozen):
    """Clinic: one in the same village, or one near enough (`within_m`; `None`: distance does not help); with enough room and staff."""

    same_village: Flag = Field(title="本村有即算")
    within_m: Metres | None = Field(None, title="距离")
    kinds: ClinicKinds = Field(title="算数的机构")
    floor_area_min_m2: SquareMetres = Field(title="业务用房面积")
    doctors_min: Persons = Field(title="合格村医")
    near_miss_m: Metres = Field(title="差一点：距离超出")
    eligibility: Eligibility = Field(title="适用范围")

    @model_validator(mode="after")
    def _has_a_way(self) -> Self:
        if not self.same_village.value and self.within_m is None:
            raise PydanticCustomError("no_way", "same_village 为否时必须给出 within_m，否则无人能达标")
        return self


class SchoolRule(Frozen):
    """School: one of the accepted kinds near enough."""

    within_m: Metres = Field(title="距离")
    kinds: SchoolKinds = Field(title="算数的学校")
    near_miss_m: Metres = Field(title="差一点：距离超出")
    eligibility: Eligibility = Field(title="适用范围")


class NetworkRule(Frozen):
    """How roads are joined, and what the county's network hangs on (see docs/network.md)."""

    touch_m: Metres = Field(title="路与路算相接的间距")
    doubt_m: Metres = Field(title="存疑断头的最大间距")
    anchor_classes: RoadClasses = Field(title="作为干线的道路等级")
    anchor_min_length_m: Metres = Field(title="干线至少多长才算")
    unclassed_main_length_m: Metres = Field(title="没写等级的路连成多长算路网")

    @model_validator(mode="after")
    def _doubt_is_wider(self) -> Self:
        if self.doubt_m.value < self.touch_m.value:
            raise PydanticCustomError("doubt_narrow", "doubt_m 不得小于 touch_m")
        return self


class Rules(Frozen):
    """All rules of one standard."""

    road: RoadRule = Field(title="硬化路")
    water: WaterRule = Field(title="饮水")
    power: PowerRule = Field(title="用电")
    telecom: TelecomRule = Field(title="通信")
    clinic: ClinicRule = Field(title="卫生")
    school: SchoolRule = Field(title="教育")
    network: NetworkRule = Field(title="路网")
