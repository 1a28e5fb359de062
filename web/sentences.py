"""The Chinese sentence of every reason code of `gis.gaps.reasons`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """One reason in words.

    `plain` is said when nothing was measured; `measured` is followed by the value and its unit; `sign` stands before the threshold;
    `names_missing` adds the names of the fields or layers that were missing.
    """

    plain: str
    measured: str = ""
    sign: str = ""
    names_missing: bool = False


REASONS: dict[str, Sentence] = {
    # Any service.
    "met": Sentence("各项指标均达标", "各项指标均达标，控制指标", ""),
    "no_location": Sentence("该组没有坐标，无法判定，请补录位置"),
    "layer_missing": Sentence("缺少图层，无法判定", names_missing=True),
    "indicator_missing": Sentence("缺少数据，无法判定", names_missing=True),
    # Eligibility.
    "eligible": Sentence("列入范围", "列入范围，户数", "≥"),
    "few_households": Sentence("户数低于标准，不计入", "户数低于标准，不计入：", "≥"),
    "whole_relocation": Sentence("计划整组搬迁，不计入"),
    "households_unknown": Sentence("户数未填，无法判断是否列入范围", "", "≥"),
    "relocation_unknown": Sentence("未填是否整组搬迁，无法判断是否列入范围"),
    # Hardened road.
    "connected": Sentence("已连通硬化路", "距最近连通硬化路", "≤"),
    "no_road_near": Sentence("标准距离内没有道路", "标准距离内没有道路，最近道路", "≤"),
    "not_hardened": Sentence("附近道路均未硬化", "附近道路未硬化，距最近连通硬化路", "≤"),
    "not_connected": Sentence("附近硬化路未与路网连通", "附近硬化路是断头路，距最近连通硬化路", "≤"),
    "end_too_far": Sentence("连通硬化路尚未修到组", "距最近连通硬化路", "≤"),
    "surface_unknown": Sentence("所依托道路路面类型不明", "所依托道路路面类型不明，距离", "≤"),
    "status_unknown": Sentence("所依托道路是否建成不明", "所依托道路是否建成不明，距离", "≤"),
    "doubtful_joint": Sentence("所依托道路有疑似断点，连通与否待核实", "所依托道路有疑似断点待核实，距离", "≤"),
    "too_narrow": Sentence("路面宽度不足", "路面宽度", "≥"),
    "roadbed_narrow": Sentence("路基宽度不足", "路基宽度", "≥"),
    "bays_few": Sentence("错车道不足", "每公里错车道", "≥"),
    "below_standard": Sentence("已通硬化路，但沿线宽度或错车道未达标准", "已通硬化路，距最近达标道路", "≤"),
    "width_unknown": Sentence("所依托道路宽度或错车道不明", "", "", names_missing=True),
    # Safe water.
    "quantity_low": Sentence("水量不足", "人均日水量", "≥"),
    "quality_bad": Sentence("水质不合格"),
    "fetch_too_far": Sentence("取水距离过远", "取水距离", "≤"),
    "fetch_too_high": Sentence("取水高差过大", "取水高差", "≤"),
    "no_water_point": Sentence("未通自来水，也没有取水点"),
    "outage_long": Sentence("缺水天数过多", "年缺水天数", "≤"),
    "height_unknown": Sentence("没有高程数据（DEM），无法计算取水高差；导入高程后重算"),
    # Power.
    "transformer_far": Sentence("变压器过远", "距最近变压器", "≤"),
    "no_transformer": Sentence("县内没有可用的变压器记录"),
    "capacity_low": Sentence("户均配变容量不足", "户均配变容量", "≥"),
    "capacity_unknown": Sentence("变压器容量不明，无法计算户均容量", "", "", names_missing=True),
    "no_three_phase": Sentence("未通动力电（三相电）"),
    "three_phase_unknown": Sentence("是否通动力电（三相电）不明"),
    # Telecom.
    "station_far": Sentence("基站过远", "距最近基站", "≤"),
    "no_station": Sentence("没有符合制式的基站"),
    "technology_unknown": Sentence("附近基站制式不明", "附近基站制式不明，距离", "≤"),
    "no_signal": Sentence("上报无4G信号，附近也没有基站", "上报无4G信号，距最近基站", "≤"),
    "committee_unknown": Sentence("村委会位置不明，无法计算基站距离"),
    # Clinic.
    "clinic_far": Sentence("卫生室过远", "距最近卫生室", "≤"),
    "no_clinic": Sentence("没有卫生室"),
    "clinic_substandard": Sentence("卫生室面积或村医不达标", "卫生室未达标：", "≥"),
    "clinic_unknown": Sentence("卫生室面积、村医或类型不明", "", "", names_missing=True),
    # School.
    "school_far": Sentence("学校过远", "距最近学校或教学点", "≤"),
    "no_school": Sentence("没有学校或教学点"),
    "school_unknown": Sentence("学校类型不明", "学校类型不明，距离", "≤"),
}
