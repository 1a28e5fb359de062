"""What is handed over about moving: where nobody may build, what draws people, what is proposed, who moved and what was checked."""

from __future__ import annotations

from layers.demo.handover import FLAG, PLACE, TAIL, Handover

LAND_COVER = Handover(
    "land_cover",
    "地类图斑示意.zip",
    "zip",
    {"cover_code": "TBBH", "cover_kind": "DLMC", "data_date": "数据日期", "synthetic": FLAG},
    "自然资源局",
    "2023-12-31",
    crs="EPSG:4545",
    note="粗略的示意图斑，只画大片",
)
RESERVES = Handover(
    "reserves", "自然保护地.gpkg", "gpkg", {"reserve_code": "保护地代码", "reserve_name": "保护地名称", **TAIL}, "林业局", "2022", crs="EPSG:4544"
)
FLOOD_ZONES = Handover(
    "flood_zones",
    "洪涝风险区.geojson",
    "geojson",
    {"flood_code": "风险区编号", "flood_name": "风险区名称", "return_period_years": "洪水频率（年一遇）", **TAIL},
    "水务局",
    "2023-12-31",
)
WATER_SOURCE_ZONES = Handover(
    "water_source_zones",
    "饮用水水源保护区.gpkg",
    "gpkg",
    {"zone_code": "保护区编号", "zone_name": "水源地名称", **TAIL},
    "生态环境局",
    "2023-06-30",
)
FAULTS = Handover("faults", "断裂构造.geojson", "geojson", {"fault_code": "断层编号", "fault_name": "断裂名称", **TAIL}, "地震局", "2021")
MARKETS = Handover(
    "markets",
    "农贸市场.csv",
    "csv",
    {"market_code": "市场代码", "market_name": "市场名称", **PLACE, **TAIL},
    "商务局",
    "2024-12-31",
    declare="EPSG:4490",
    encoding="gb18030",
)
INDUSTRY_PARKS = Handover(
    "industry_parks",
    "园区和就业帮扶车间.csv",
    "csv",
    {"park_code": "园区编号", "park_name": "园区名称", "jobs_count": "用工数", **PLACE, **TAIL},
    "人力资源和社会保障局",
    "2025-03-31",
    declare="EPSG:4490",
    encoding="gb18030",
)
SITE_CANDIDATES = Handover(
    "site_candidates",
    "安置点备选地块.gpkg",
    "gpkg",
    {"candidate_code": "地块编号", "candidate_name": "地块名称", "township_name": "乡镇", "planned_households_count": "拟安置户数", **TAIL},
    "生态移民局",
    "2025-06-30",
    crs="EPSG:4544",
)
RELOCATIONS = Handover(
    "relocations",
    "易地扶贫搬迁台账.xlsx",
    "xlsx",
    {
        "relocation_code": "台账编号",
        "township_name": "乡镇",
        "village_name": "行政村",
        "village_code": "行政村代码",
        "group_name": "村民小组",
        "group_code": "村民小组代码",
        "households_count": "搬迁户数",
        "people_count": "搬迁人数",
        "settlement_code": "安置点编号",
        "settlement_name": "迁入安置点",
        "floor_area_m2": "安置房面积（平方米）",
        "moved_date": "入住时间",
        "old_houses_count": "应拆户数",
        "old_houses_demolished_count": "已拆户数",
        "homestead_area_m2": "应复垦面积（亩）",
        "reclaimed_area_m2": "已复垦面积（亩）",
        **TAIL,
    },
    "生态移民局",
    "2024-12-31",
    sheet="搬迁台账",
    title="易地扶贫搬迁和旧房拆除复垦台账（演示数据，全部虚构）",
    above={
        "迁出地": ("township_name", "village_name", "village_code", "group_name", "group_code"),
        "搬迁规模": ("households_count", "people_count"),
        "安置情况": ("settlement_code", "settlement_name", "floor_area_m2", "moved_date"),
        "旧房拆除": ("old_houses_count", "old_houses_demolished_count"),
        "宅基地复垦": ("homestead_area_m2", "reclaimed_area_m2"),
    },
    subtotal_by="township_name",
)
SETTLEMENT_CHECKS = Handover(
    "settlement_checks",
    "安置点九项自查表.xlsx",
    "xlsx",
    {
        "check_code": "自查编号",
        "settlement_code": "安置点编号",
        "check_item": "自查内容",
        "check_result": "自查结果",
        "finding": "存在问题",
        "measure": "整改措施",
        "owner_unit": "责任单位",
        "owner_name": "责任人",
        "due_date": "整改时限",
        "done_date": "整改完成日期",
        **TAIL,
    },
    "生态移民局",
    "2025-06-30",
    sheet="九项自查",
    title="安置点九项内容自查表（演示数据，责任人虚构）",
    above={"自查": ("check_item", "check_result", "finding"), "整改": ("measure", "owner_unit", "owner_name", "due_date", "done_date")},
)

SITING: tuple[Handover, ...] = (
    LAND_COVER,
    RESERVES,
    FLOOD_ZONES,
    WATER_SOURCE_ZONES,
    FAULTS,
    MARKETS,
    INDUSTRY_PARKS,
    SITE_CANDIDATES,
    RELOCATIONS,
    SETTLEMENT_CHECKS,
)
"""In an order in which they can be imported; the settlements come before."""
