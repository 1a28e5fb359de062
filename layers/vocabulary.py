"""Fields and lists of values that several layers share."""

from __future__ import annotations

from layers import english
from layers.field_kinds import Choice, Field, Kind, code_field, flag_field, text_field

COMMON: tuple[Field, ...] = (
    Field(
        "data_date",
        "数据日期",
        Kind.DATE,
        aliases=("数据时间", "更新日期", "更新时间", "调查日期", "采集时间", "填报日期", "截止日期", *english.headings("", "data_date")),
    ),
    text_field("source", "数据来源", "来源", "资料来源", *english.headings("", "source")),
    text_field("note", "备注", "说明", "附注", *english.headings("", "note")),
    flag_field("synthetic", "演示数据", "是否演示数据", "虚构", "合成数据"),
)

TOWNSHIP_NAME = text_field(
    "township_name", "乡镇", "乡镇名称", "乡（镇）", "乡(镇)", "镇", "乡镇街道", "所属乡镇", "所在乡镇", "乡镇名", "镇街", "XZMC"
)
VILLAGE_NAME = text_field(
    "village_name", "行政村", "村", "村名", "村名称", "行政村名称", "所属村", "所在村", "建制村", "村（居）", "村(社区)", "村委会", "XZCMC", "CUNMC"
)
VILLAGE_CODE = code_field(
    "village_code", "行政村代码", "村代码", "村编码", "行政村编码", "村委会代码", "建制村代码", "CDM", "XZCDM", "统计用区划代码"
)
TOWNSHIP_CODE = code_field("township_code", "乡镇代码", "乡镇编码", "镇代码", "XZDM")
COUNTY_CODE = code_field("county_code", "县代码", "县区代码", "区县代码", "行政区划代码", "XZQDM", "XIANDM")
COUNTY_NAME = text_field("county_name", "县", "县名", "县名称", "县区", "县（市）", "区县", "XZQMC", "XIANMC")
GROUP_CODE = code_field(
    "group_code", "村民组代码", "组代码", "小组代码", "组编码", "村民小组代码", "村民组编码", "自然村代码", "自然寨代码", "ZDM", "发包方编码"
)
GROUP_NAME = text_field(
    "group_name", "村民组", "组名", "组名称", "村民小组", "小组", "小组名称", "组别", "村民组名称", "村民小组名称", "所在组", "社", "组", "ZMC"
)

WATER_QUALITY = (
    Choice("report_ok", "检测合格", ("合格", "达标", "水质合格", "检测达标", "符合国标", "是")),
    Choice("sensory_ok", "感官良好", ("望闻问尝合格", "感官合格", "基本合格", "无异味", "基本达标")),
    Choice("not_ok", "不合格", ("不达标", "超标", "水质不合格", "浑浊", "否")),
)
SURFACES = (
    Choice(
        "cement_concrete",
        "水泥混凝土",
        ("水泥", "水泥路", "混凝土", "砼", "砼路面", "水泥砼", "水泥路面", "concrete", "cement", "水泥硬化", "CC", "RCC"),
    ),
    Choice(
        "asphalt",
        "沥青",
        ("沥青路", "沥青混凝土", "沥青路面", "柏油", "柏油路", "油路", "沥青表处", "黑色路面", "asphalt", "bitumen", "bituminous", "BT"),
    ),
    Choice("paved", "硬化（未分类）", ("硬化", "已硬化", "硬化路", "硬化路面", "铺装路面", "有铺装", "高级路面", "paved", "sealed")),
    Choice("block", "块石弹石", ("弹石", "块石", "石板", "弹石路面", "砖", "预制块", "paving_stones", "sett", "cobblestone", "brick")),
    Choice(
        "gravel",
        "砂石",
        ("沙石", "碎石", "泥结石", "泥结碎石", "砂石路", "砂砾", "石渣", "gravel", "砂石路面", "WBM", "compacted", "fine_gravel", "moorum"),
    ),
    Choice(
        "earth",
        "土路",
        ("土", "泥路", "泥土路", "土质", "毛路", "机耕道", "便道", "earth", "dirt", "ground", "素土", "track", "earthen", "mud", "sand"),
    ),
    Choice("unpaved", "未硬化（未分类）", ("未硬化", "未铺装", "无路面", "未铺装路面", "无铺装", "unpaved", "unsealed", "kutcha")),
)
ROAD_CLASSES = (
    Choice("national", "国道", ("G", "国", "高速", "高速公路", "motorway", "trunk", "NH", "national highway")),
    Choice("provincial", "省道", ("S", "省", "primary", "SH", "state highway", "provincial highway")),
    Choice("county", "县道", ("X", "县", "县公路", "secondary", "MDR", "district road", "major district road")),
    Choice("township", "乡道", ("Y", "乡", "乡公路", "tertiary", "ODR", "other district road")),
    Choice("village", "村道", ("C", "村", "通村路", "通村公路", "村公路", "unclassified", "VR", "village road", "rural road")),
    Choice("group", "组道", ("Z", "通组路", "通组公路", "组路", "组组通", "联组路", "串户路", "residential", "living_street", "service", "track")),
    Choice("special", "专用公路", ("专用", "旅游路", "产业路", "林区道路")),
    Choice("other", "其他", ("其它",)),
)
ROAD_STATUS = (
    Choice("existing", "已建", ("已建成", "建成", "现有", "在用", "已通车", "通车", "现状")),
    Choice("building", "在建", ("建设中", "施工中", "未完工")),
    Choice("planned", "规划", ("拟建", "计划", "待建", "规划中")),
)
HOUSEHOLD_TYPES = (
    Choice("registered", "脱贫户", ("建档立卡户", "建档立卡贫困户", "贫困户", "已脱贫户", "建卡户", "脱贫人口户", "建档立卡")),
    Choice("unstable", "脱贫不稳定户", ("不稳定户", "脱贫不稳定")),
    Choice("edge", "边缘易致贫户", ("边缘户", "边缘易致贫")),
    Choice("sudden", "突发严重困难户", ("突发困难户", "突发严重困难")),
    Choice("low_income", "低保户", ("低保", "低保贫困户", "最低生活保障户")),
    Choice("five_guarantee", "特困供养户", ("五保户", "五保", "特困户", "五保贫困户")),
    Choice("general", "一般户", ("一般农户", "非贫困户", "一般", "普通户", "非建档立卡户")),
)
REGISTERED_TYPES: frozenset[str] = frozenset({"registered", "unstable", "edge", "sudden"})
"""Household types that count as 脱贫/监测 households (registered_households) in every total."""

SERVICES: dict[str, str] = {
    "hardened_road": "硬化路",
    "safe_water": "饮水",
    "power": "用电",
    "telecom": "通信",
    "clinic": "卫生",
    "school": "教育",
}
"""The judged services and the words of their buttons, in the order in which they are shown."""

REPORTED = tuple(
    flag_field(f"reported_{service}", label, *aliases)
    for service, label, aliases in (
        (
            "hardened_road",
            "上报通硬化路",
            ("是否通硬化路", "通硬化路", "硬化路", "通组路硬化", "是否通组硬化", "通畅情况", "是否通水泥路", "是否通畅", "通水泥路"),
        ),
        ("safe_water", "上报饮水安全", ("是否饮水安全", "饮水安全", "安全饮水", "是否通安全饮水", "是否通自来水", "通自来水", "饮水达标")),
        ("power", "上报通电", ("是否通电", "通电", "生活用电", "通生活用电", "是否通生活用电")),
        ("telecom", "上报通网络", ("是否通网络", "通网络", "是否通4G", "通信信号", "是否通信覆盖", "通宽带", "是否通宽带")),
        ("clinic", "上报有卫生室", ("是否有卫生室", "有卫生室", "卫生室")),
        ("school", "上报有学校", ("是否有学校", "有学校", "有教学点", "是否有教学点")),
    )
)
