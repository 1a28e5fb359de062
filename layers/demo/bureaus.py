"""What each bureau hands over: file, kind, coordinate system, headings. One table for writers and manifest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["geojson", "gpkg", "shp", "zip", "csv", "xlsx", "kml"]
FLAG = "演示数据"
"""The column that says of every row that it is invented."""


@dataclass(frozen=True, slots=True)
class Handover:
    """One file: `headings` maps canonical names to what the bureau calls them, in order; `above` puts a merged heading over some of them.

    `crs` is what the numbers are written in; `declare` is the CRS that an operator has to state because the file does not; `rename` lists fields whose
    heading nobody could know; `older` is the date of every sixth row, which nobody has updated since; `cpg` says whether a shapefile comes with its encoding.
    """

    layer: str
    file: str
    kind: Kind
    headings: dict[str, str]
    source: str
    data_date: str
    crs: str = "EPSG:4490"
    declare: str | None = None
    encoding: str | None = None
    cpg: bool = True
    above: dict[str, tuple[str, ...]] = field(default_factory=dict)
    subtotal_by: str = ""
    sheet: str | None = None
    title: str = ""
    rename: tuple[str, ...] = ()
    note: str = ""
    older: str = ""


_PLACE = {"lon": "经度", "lat": "纬度"}
_TAIL = {"data_date": "数据日期", "source": "数据来源", "synthetic": FLAG}

COUNTIES = Handover("counties", "县界.geojson", "geojson", {"county_code": "县代码", "county_name": "县名称", **_TAIL}, "民政局", "2023-12-31")
TOWNSHIPS = Handover(
    "townships",
    "乡镇界示意.gpkg",
    "gpkg",
    {"township_code": "乡镇代码", "township_name": "乡镇名称", "county_code": "县代码", "county_name": "县名称", **_TAIL},
    "民政局",
    "2023-12-31",
    note="由村界示意合并而成，不是法定界线",
)
VILLAGES = Handover(
    "villages",
    "村界示意.zip",
    "zip",
    {
        "village_code": "村代码",
        "village_name": "村名",
        "township_code": "乡镇代码",
        "township_name": "乡镇",
        "data_date": "数据日期",
        "synthetic": FLAG,
    },
    "自然资源局",
    "2024-06-30",
    crs="EPSG:4524",
    note="按步行代价划分的示意范围；坐标带 36 带号",
)
COMMITTEES = Handover(
    "committees",
    "村委会驻地.csv",
    "csv",
    {"village_code": "行政村代码", "village_name": "行政村", "township_name": "乡镇", **_PLACE, **_TAIL},
    "民政局",
    "2025-03-31",
    crs="gcj02",
    declare="gcj02",
    encoding="gb18030",
    note="坐标取自手机地图（GCJ-02），文件里没有说明",
)
GROUPS = Handover(
    "groups",
    "村民组基本情况.xlsx",
    "xlsx",
    {
        "number_in_list": "序号",
        "township_name": "乡镇名称",
        "village_name": "行政村名称",
        "village_code": "行政村代码",
        "group_name": "组名称",
        "hamlet_name": "自然寨名称",
        "group_code": "村民组代码",
        **_PLACE,
        "elevation_m": "海拔（米）",
        "households_count": "户数",
        "people_count": "人口数",
        "registered_households_count": "脱贫户数",
        "whole_relocation": "是否整组搬迁",
        "reported_hardened_road": "是否通硬化路",
        "reported_safe_water": "是否饮水安全",
        "water_scheme_code": "供水工程代码",
        "piped_water": "供水入户",
        "water_litres_pcd": "人均日水量",
        "water_quality": "水质",
        "water_outage_days": "年缺水天数",
        "reported_power": "是否通电",
        "three_phase_power": "通动力电",
        "signal_4g": "有4G信号",
        **_TAIL,
    },
    "乡村振兴局",
    "2025-06-30",
    declare="EPSG:4490",
    sheet="村民组",
    title="村民组基本情况统计表（演示数据，全部虚构）",
    above={
        "地理位置": ("lon", "lat", "elevation_m"),
        "人口情况": ("households_count", "people_count", "registered_households_count"),
        "饮水情况": ("reported_safe_water", "water_scheme_code", "piped_water", "water_litres_pcd", "water_quality", "water_outage_days"),
        "电力通信": ("reported_power", "three_phase_power", "signal_4g"),
    },
    subtotal_by="township_name",
    older="2023-12-31",
)
HOUSEHOLDS = Handover(
    "households",
    "农户花名册.xlsx",
    "xlsx",
    {
        "household_code": "户编号",
        "head_name": "户主姓名",
        "id_number": "证件号码",
        "phone": "联系电话",
        "township_name": "乡镇",
        "village_name": "行政村",
        "group_name": "村民小组",
        "group_code": "村民小组代码",
        "people_count": "家庭人口数",
        "household_type": "农户类型",
        "poverty_cause": "主要致贫原因",
        "relocated": "是否易地搬迁",
        "settlement_code": "安置点代码",
        "data_date": "数据日期",
        "synthetic": FLAG,
    },
    "乡村振兴局",
    "2025-05-31",
    sheet="花名册",
    title="农户花名册（演示数据，姓名、证件号码、电话全部虚构）",
    above={
        "户主信息": ("household_code", "head_name", "id_number", "phone"),
        "所在地": ("township_name", "village_name", "group_name", "group_code"),
        "家庭情况": ("people_count", "household_type", "poverty_cause"),
        "搬迁情况": ("relocated", "settlement_code"),
        "填报": ("data_date", "synthetic"),
    },
)
ROADS = Handover(
    "roads",
    "农村公路.shp",
    "shp",
    {
        "road_code": "LXDM",
        "road_name": "LXMC",
        "road_class": "XZDJ",
        "surface": "LMLX",
        "status": "JSZT",
        "pavement_width_m": "LMKD",
        "roadbed_width_m": "LJKD",
        "passing_bays_per_km": "CCDMD",
        "bridge": "是否桥梁",
        "tunnel": "是否隧道",
        "length_km": "LC",
        "built_year": "XJND",
        "data_date": "数据日期",
        "source": "数据来源",
        "synthetic": FLAG,
    },
    "交通运输局",
    "2024-12-31",
    crs="EPSG:4545",
    cpg=False,
    rename=("status", "passing_bays_per_km", "built_year"),
    note="没有 .cpg，属性表是 GBK",
    older="2022-12-31",
)
ROAD_PROJECTS = Handover(
    "road_projects",
    "通组路项目库.gpkg",
    "gpkg",
    {
        "project_code": "项目编号",
        "project_name": "项目名称",
        "project_kind": "建设性质",
        "decision": "实施意见",
        "cost_cny": "投资（万元）",
        "length_km": "里程（公里）",
        "plan_year": "计划年度",
        "township_name": "乡镇",
        "village_name": "行政村",
        **_TAIL,
    },
    "交通运输局",
    "2025-06-30",
    crs="EPSG:4544",
)
WATER_SCHEMES = Handover(
    "water_schemes",
    "供水工程.gpkg",
    "gpkg",
    {
        "scheme_code": "工程代码",
        "scheme_name": "工程名称",
        "scheme_kind": "供水类型",
        "water_litres_pcd": "人均日供水量",
        "water_quality": "水质检测结果",
        "water_outage_days": "年停水天数",
        "served_people_count": "受益人口",
        **_TAIL,
    },
    "水务局",
    "2025-04-30",
    older="2022-11-30",
)
WATER_POINTS = Handover(
    "water_points",
    "取水点.csv",
    "csv",
    {"point_code": "取水点编号", "point_kind": "水源类型", "scheme_code": "所属工程", "water_quality": "水质情况", **_PLACE, **_TAIL},
    "水务局",
    "2025-04-30",
    declare="EPSG:4490",
    encoding="gb18030",
)
TRANSFORMERS = Handover(
    "transformers",
    "配电台区.shp",
    "shp",
    {
        "transformer_code": "台区编号",
        "transformer_name": "台区名称",
        "capacity_kva": "容量",
        "three_phase_power": "三相",
        "data_date": "数据日期",
        "synthetic": FLAG,
    },
    "供电局",
    "2025-01-31",
    crs="EPSG:4544",
)
BASE_STATIONS = Handover(
    "base_stations",
    "通信基站.kml",
    "kml",
    {"station_code": "基站编号", "station_name": "站名", "technology": "网络制式", "operator": "运营商", **_TAIL},
    "工信局",
    "2024-10-31",
)
CLINICS = Handover(
    "clinics",
    "医疗卫生机构.xlsx",
    "xlsx",
    {
        "number_in_list": "序号",
        "township_name": "乡镇",
        "clinic_code": "机构代码",
        "clinic_name": "机构名称",
        "clinic_kind": "机构类型",
        "village_code": "行政村代码",
        "village_name": "所在村",
        **_PLACE,
        "floor_area_m2": "建筑面积（平方米）",
        "doctors_count": "村医人数",
        **_TAIL,
    },
    "卫生健康局",
    "2025-03-31",
    declare="EPSG:4490",
    sheet="机构名录",
    title="医疗卫生机构名录（演示数据）",
    above={"地理位置": ("lon", "lat"), "基本条件": ("floor_area_m2", "doctors_count")},
    subtotal_by="township_name",
    older="2024-03-31",
)
SCHOOLS = Handover(
    "schools",
    "中小学幼儿园.csv",
    "csv",
    {
        "school_code": "学校代码",
        "school_name": "学校名称",
        "school_kind": "办学类型",
        **_PLACE,
        "seats_count": "学位数",
        "pupils_count": "在校学生数",
        **_TAIL,
    },
    "教育局",
    "2024-09-30",
    declare="EPSG:4490",
    encoding="gb18030",
    older="2023-09-30",
)
SETTLEMENTS = Handover(
    "settlements",
    "易地扶贫搬迁安置点.xlsx",
    "xlsx",
    {
        "number_in_list": "序号",
        "settlement_code": "安置点编号",
        "settlement_name": "安置点名称",
        "township_name": "乡镇",
        **_PLACE,
        "planned_households_count": "规划户数",
        "moved_households_count": "已入住户数",
        "moved_people_count": "已入住人口",
        "floor_area_m2": "住房总面积（平方米）",
        "build_state": "建设进度",
        "party_station": "党建阵地",
        "police_station": "警务室",
        "training_centre": "培训中心",
        "clinic": "社区医院",
        "market": "超市菜市",
        "water": "通水",
        "power": "通电",
        "road": "通路",
        **_TAIL,
    },
    "生态移民局",
    "2024-12-31",
    declare="EPSG:4490",
    sheet="安置点",
    title="易地扶贫搬迁安置点情况（演示数据）",
    above={
        "地理位置": ("lon", "lat"),
        "安置规模": ("planned_households_count", "moved_households_count", "moved_people_count", "floor_area_m2"),
        "配套设施": ("party_station", "police_station", "training_centre", "clinic", "market", "water", "power", "road"),
    },
)
HAZARDS = Handover(
    "hazards",
    "地质灾害隐患点.geojson",
    "geojson",
    {
        "hazard_code": "统一编号",
        "hazard_name": "灾害点名称",
        "hazard_kind": "灾害类型",
        "hazard_level": "险情等级",
        "threatened_households_count": "威胁户数",
        **_TAIL,
    },
    "自然资源局",
    "2025-05-31",
    older="2023-05-31",
)
FARMLAND = Handover(
    "farmland",
    "永久基本农田.zip",
    "zip",
    {"parcel_code": "TBBH", "data_date": "数据日期", "source": "数据来源", "synthetic": FLAG},
    "自然资源局",
    "2023-12-31",
    crs="EPSG:4545",
)
REDLINES = Handover(
    "redlines", "生态保护红线.gpkg", "gpkg", {"redline_code": "红线代码", "redline_name": "红线名称", **_TAIL}, "自然资源局", "2022", crs="EPSG:4544"
)
RIVERS = Handover("rivers", "水系.gpkg", "gpkg", {"river_code": "河流代码", "river_name": "河流名称", **_TAIL}, "水务局", "2021")
DEM_FILE = "数字高程30米.tif"

HANDOVERS: tuple[Handover, ...] = (
    COUNTIES,
    TOWNSHIPS,
    VILLAGES,
    COMMITTEES,
    GROUPS,
    SETTLEMENTS,
    HOUSEHOLDS,
    ROADS,
    ROAD_PROJECTS,
    WATER_SCHEMES,
    WATER_POINTS,
    TRANSFORMERS,
    BASE_STATIONS,
    CLINICS,
    SCHOOLS,
    HAZARDS,
    FARMLAND,
    REDLINES,
    RIVERS,
)
"""In an order in which they can be imported one after another: what is referred to comes first."""

WORDS: dict[str, dict[str, str]] = {
    "road_class": {"national": "国道", "provincial": "省道", "county": "县道", "township": "乡道", "village": "村道", "group": "组道"},
    "surface": {"cement_concrete": "水泥混凝土", "asphalt": "沥青混凝土", "gravel": "砂石", "earth": "土路"},
    "status": {"existing": "已建成", "building": "在建", "planned": "规划"},
}
"""How the transport bureau writes canonical values."""
