"""Reasons and rules in Chinese words: every reason code of `gis.gaps.reasons`, every rule that a verdict can name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, the words before what was measured, and the sign before the threshold."""

    label: str
    phrase: str
    sign: str = "≤"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One reason in words.

    Attributes:
        plain: the sentence; followed by what the row's rule measured, where it measured something.
        rule: what was measured when the row does not name its rule.
        alone: what was measured says it all, so `plain` is only used where nothing was measured.
        measured: False where the value of the row has nothing to do with the reason (eligibility).
        names_missing: add the names of the fields or layers that were missing.
    """

    plain: str
    rule: str = ""
    alone: bool = False
    measured: bool = True
    names_missing: bool = False


RULES: dict[str, Rule] = {
    "road.access": Rule("通达", "距最近道路"),
    "road.hardened": Rule("通硬化路", "距最近连通硬化路"),
    "road.standard": Rule("路面达标", "距最近达标硬化路"),
    "water.quantity": Rule("水量", "人均日水量", "≥"),
    "water.quality": Rule("水质", "水质"),
    "water.distance": Rule("取水距离", "取水距离"),
    "water.climb": Rule("取水高差", "取水高差"),
    "water.reliability": Rule("供水保证", "年缺水天数"),
    "power.distance": Rule("供电半径", "距最近变压器"),
    "power.capacity": Rule("户均配变容量", "户均配变容量", "≥"),
    "power.three_phase": Rule("动力电", "动力电"),
    "telecom.distance": Rule("基站覆盖", "距最近基站"),
    "clinic.distance": Rule("就医距离", "距最近卫生室"),
    "clinic.floor_area": Rule("业务用房", "卫生室业务用房", "≥"),
    "clinic.doctors": Rule("村医", "村医", "≥"),
    "school.distance": Rule("就学距离", "距最近学校或教学点"),
}

REASONS: dict[str, Sentence] = {
    # Any service.
    "met": Sentence("各项指标均达标，控制指标："),
    "no_location": Sentence("该组没有坐标，无法判定，请补录位置", measured=False),
    "layer_missing": Sentence("缺少图层，无法判定", measured=False, names_missing=True),
    "indicator_missing": Sentence("缺少数据，无法判定", measured=False, names_missing=True),
    # Eligibility: the measured value belongs to the service, not to the reason.
    "eligible": Sentence("列入范围", measured=False),
    "few_households": Sentence("户数低于标准规定的户数，不计入", measured=False),
    "whole_relocation": Sentence("计划整组搬迁，不计入", measured=False),
    "households_unknown": Sentence("户数未填，无法判定", measured=False),
    "relocation_unknown": Sentence("未填是否整组搬迁，无法判断是否列入范围", measured=False),
    # Hardened road.
    "connected": Sentence("已连通硬化路", "road.hardened", alone=True),
    "no_road_near": Sentence("附近没有道路"),
    "not_hardened": Sentence("附近道路均未硬化", "road.hardened"),
    "not_connected": Sentence("附近的硬化路未与路网连通", "road.hardened"),
    "end_too_far": Sentence("连通硬化路尚未修到组", "road.hardened", alone=True),
    "surface_unknown": Sentence("所依托道路的路面类型不明", "road.hardened"),
    "status_unknown": Sentence("所依托道路是否建成不明", "road.hardened"),
    "doubtful_joint": Sentence("所依托道路有疑似断点，是否连通待核实", "road.hardened"),
    "too_narrow": Sentence("路面宽度不足", "road.standard"),
    "roadbed_narrow": Sentence("路基宽度不足", "road.standard"),
    "bays_few": Sentence("错车道不足", "road.standard"),
    "below_standard": Sentence("已通硬化路，但沿线宽度或错车道未达标准", "road.standard"),
    "width_unknown": Sentence("所依托道路的宽度或错车道不明", "road.standard", names_missing=True),
    # Safe water.
    "quantity_low": Sentence("水量不足", "water.quantity", alone=True),
    "quality_bad": Sentence("水质不合格", measured=False),
    "fetch_too_far": Sentence("取水距离过远", "water.distance", alone=True),
    "fetch_too_high": Sentence("取水高差过大", "water.climb", alone=True),
    "no_water_point": Sentence("未通自来水，也没有取水点", measured=False),
    "outage_long": Sentence("缺水天数过多", "water.reliability", alone=True),
    "height_unknown": Sentence("没有高程数据（DEM），无法计算取水高差；导入高程后重算", measured=False),
    # Power.
    "transformer_far": Sentence("变压器过远", "power.distance", alone=True),
    "no_transformer": Sentence("没有变压器", measured=False),
    "capacity_low": Sentence("户均配变容量不足", "power.capacity", alone=True),
    "capacity_unknown": Sentence("变压器容量不明，无法计算户均容量", measured=False),
    "no_three_phase": Sentence("未通动力电（三相电）", measured=False),
    "three_phase_unknown": Sentence("是否通动力电（三相电）不明", measured=False),
    # Telecom.
    "station_far": Sentence("基站过远", "telecom.distance", alone=True),
    "no_station": Sentence("没有符合制式的基站", measured=False),
    "technology_unknown": Sentence("附近基站的制式不明", "telecom.distance"),
    "no_signal": Sentence("上报无4G信号，附近也没有基站", "telecom.distance"),
    "committee_unknown": Sentence("村委会位置不明，无法计算基站距离", measured=False),
    # Clinic.
    "clinic_far": Sentence("卫生室过远", "clinic.distance", alone=True),
    "no_clinic": Sentence("没有卫生室", measured=False),
    "clinic_substandard": Sentence("卫生室的用房或村医未达标", "clinic.floor_area"),
    "clinic_unknown": Sentence("卫生室的用房、村医或类型不明", measured=False, names_missing=True),
    # School.
    "school_far": Sentence("学校过远", "school.distance", alone=True),
    "no_school": Sentence("没有学校或教学点", measured=False),
    "school_unknown": Sentence("附近学校的类型不明", "school.distance"),
}
