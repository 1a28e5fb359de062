"""The column dictionary: every layer, every field, and every heading under which counties hand them over.

A layer is a geometry kind and a tuple of fields. A field has one canonical name (unit in the name), a Chinese label that people see, a kind,
a unit, and the aliases under which bureaus write it. Intake turns headings into names by this table alone; everything downstream
(checks, tiles, exports, the legend) reads labels, units and the `personal` flag from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache

from layers import english
from layers.errors import UnknownLayer


class Kind(StrEnum):
    """How the values of a field are written and checked."""

    CODE = "code"  # text; leading zeros matter
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    DATE = "date"


class Geometry(StrEnum):
    """What a layer's geometry is; TABLE has none, RASTER is a grid."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"
    TABLE = "table"
    RASTER = "raster"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a CHOICE field: canonical value, Chinese label, and how else it is written."""

    value: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One column: canonical name, label, kind, unit, aliases, limits.

    `personal` fields are dropped or turned into a keyed pseudonym at import and never stored. `factors` turns a unit written in a heading
    (`长度（公里）`) or a value (`1.2公里`) into the field's own unit.
    """

    name: str
    label: str
    kind: Kind
    unit: str = ""
    aliases: tuple[str, ...] = ()
    required: bool = False
    choices: tuple[Choice, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    personal: bool = False
    factors: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: its name, label, geometry kind, key field and fields; `result` layers are computed, never imported."""

    name: str
    label: str
    geometry: Geometry
    key: str
    fields: tuple[Field, ...]
    aliases: tuple[str, ...] = ()
    result: bool = False
    by_name: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {f.name: f for f in self.fields})

    @property
    def personal(self) -> frozenset[str]:
        """Names of the fields that must never be stored, shown or logged."""
        return frozenset(f.name for f in self.fields if f.personal)


LENGTH_M = (("公里", 1000.0), ("千米", 1000.0), ("km", 1000.0), ("米", 1.0), ("m", 1.0))
LENGTH_KM = (("公里", 1.0), ("千米", 1.0), ("km", 1.0), ("米", 0.001), ("m", 0.001))
MONEY_CNY = (("亿元", 1e8), ("万元", 1e4), ("元", 1.0))
AREA_M2 = (("亩", 10000.0 / 15.0), ("公顷", 10000.0), ("平方米", 1.0), ("㎡", 1.0), ("m2", 1.0))


def _code(name: str, label: str, *aliases: str, required: bool = False) -> Field:
    return Field(name, label, Kind.CODE, aliases=aliases, required=required)


def _text(name: str, label: str, *aliases: str, required: bool = False, personal: bool = False) -> Field:
    return Field(name, label, Kind.TEXT, aliases=aliases, required=required, personal=personal)


def _count(name: str, label: str, unit: str, *aliases: str) -> Field:
    return Field(name, label, Kind.INTEGER, unit, aliases, minimum=0)


def _flag(name: str, label: str, *aliases: str) -> Field:
    return Field(name, label, Kind.BOOLEAN, aliases=aliases)


COMMON: tuple[Field, ...] = (
    Field(
        "data_date",
        "数据日期",
        Kind.DATE,
        aliases=("数据时间", "更新日期", "更新时间", "调查日期", "采集时间", "填报日期", "截止日期", *english.headings("", "data_date")),
    ),
    _text("source", "数据来源", "来源", "资料来源", *english.headings("", "source")),
    _text("note", "备注", "说明", "附注", *english.headings("", "note")),
    _flag("synthetic", "演示数据", "是否演示数据", "虚构", "合成数据"),
)

_TOWNSHIP_NAME = _text("township_name", "乡镇", "乡镇名称", "乡（镇）", "乡(镇)", "镇", "乡镇街道", "所属乡镇", "所在乡镇", "乡镇名", "镇街", "XZMC")
_VILLAGE_NAME = _text(
    "village_name", "行政村", "村", "村名", "村名称", "行政村名称", "所属村", "所在村", "建制村", "村（居）", "村(社区)", "村委会", "XZCMC", "CUNMC"
)
_VILLAGE_CODE = _code("village_code", "行政村代码", "村代码", "村编码", "行政村编码", "村委会代码", "建制村代码", "CDM", "XZCDM", "统计用区划代码")
_TOWNSHIP_CODE = _code("township_code", "乡镇代码", "乡镇编码", "镇代码", "XZDM")
_COUNTY_CODE = _code("county_code", "县代码", "县区代码", "区县代码", "行政区划代码", "XZQDM", "XIANDM")
_COUNTY_NAME = _text("county_name", "县", "县名", "县名称", "县区", "县（市）", "区县", "XZQMC", "XIANMC")
_GROUP_CODE = _code(
    "group_code", "村民组代码", "组代码", "小组代码", "组编码", "村民小组代码", "村民组编码", "自然村代码", "自然寨代码", "ZDM", "发包方编码"
)
_GROUP_NAME = _text(
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

_REPORTED = tuple(
    _flag(f"reported_{service}", label, *aliases)
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

_LAYERS: tuple[Layer, ...] = (
    Layer("counties", "县界", Geometry.POLYGON, "county_code", (_COUNTY_CODE, _COUNTY_NAME), ("县", "行政区")),
    Layer("townships", "乡镇界", Geometry.POLYGON, "township_code", (_TOWNSHIP_CODE, _TOWNSHIP_NAME, _COUNTY_CODE, _COUNTY_NAME), ("乡镇",)),
    Layer("villages", "村界", Geometry.POLYGON, "village_code", (_VILLAGE_CODE, _VILLAGE_NAME, _TOWNSHIP_CODE, _TOWNSHIP_NAME), ("行政村", "村")),
    Layer("committees", "村委会", Geometry.POINT, "village_code", (_VILLAGE_CODE, _VILLAGE_NAME, _TOWNSHIP_NAME), ("村委会驻地",)),
    Layer(
        "groups",
        "村民组",
        Geometry.POINT,
        "group_code",
        (
            Field(_GROUP_CODE.name, _GROUP_CODE.label, Kind.CODE, aliases=_GROUP_CODE.aliases, required=True),
            _GROUP_NAME,
            _text("hamlet_name", "自然寨", "自然寨名称", "自然村", "自然村名称", "寨名", "屯名", "地名", "小地名"),
            _VILLAGE_CODE,
            _VILLAGE_NAME,
            _TOWNSHIP_CODE,
            _TOWNSHIP_NAME,
            _count("households_count", "户数", "户", "总户数", "农户数", "家庭户数", "户籍户数", "常住户数", "HS", "households"),
            _count("people_count", "人口", "人", "总人口", "人数", "人口数", "户籍人口", "常住人口", "RK", "population"),
            _count("registered_households_count", "脱贫监测户", "户", "建档立卡户数", "贫困户数", "脱贫户数", "建档立卡户", "贫困户", "脱贫户"),
            _flag("whole_relocation", "整组搬迁", "是否整体搬迁", "整体搬迁", "整寨搬迁", "是否整组搬迁", "整自然寨搬迁", "拟整体搬迁"),
            *_REPORTED,
            _code("water_scheme_code", "供水工程代码", "水厂代码", "供水工程编号", "所属供水工程"),
            _flag("piped_water", "自来水入户", "入户", "供水入户", "是否入户", "管道入户"),
            Field(
                "water_litres_pcd", "人均日水量", Kind.NUMBER, "L/人·日", ("日供水量", "人均供水量", "水量", "人均日供水量"), minimum=0, maximum=1000
            ),
            Field("water_quality", "水质", Kind.CHOICE, aliases=("水质情况", "水质检测", "饮水水质"), choices=WATER_QUALITY),
            Field("water_outage_days", "年缺水天数", Kind.INTEGER, "天/年", ("缺水天数", "年断水天数", "停水天数"), minimum=0, maximum=366),
            _flag("three_phase_power", "通动力电", "是否通动力电", "动力电", "三相电"),
            _flag("signal_4g", "4G信号", "有4G信号", "是否有4G信号", "4G覆盖"),
            Field("elevation_m", "海拔", Kind.NUMBER, "m", ("海拔高度", "高程"), minimum=-200, maximum=9000, factors=LENGTH_M),
        ),
        ("组", "自然寨", "自然村"),
    ),
    Layer(
        "households",
        "户册",
        Geometry.TABLE,
        "household_code",
        (
            _code("household_code", "户编号", "户号", "户编码", "农户编号", "家庭编号", "编号"),
            _GROUP_CODE,
            _GROUP_NAME,
            _VILLAGE_CODE,
            _VILLAGE_NAME,
            _TOWNSHIP_NAME,
            _text("head_name", "户主姓名", "户主", "姓名", "A4姓名", "户主名", personal=True),
            _text("id_number", "公民身份号码", "身份证号", "身份证号码", "证件号码", "身份证", "A6公民身份号码", personal=True),
            _text("phone", "联系电话", "电话", "手机号", "手机号码", "联系方式", personal=True),
            _text("bank_account", "银行账号", "账号", "银行卡号", "开户账号", "一卡通账号", personal=True),
            _text("address", "家庭住址", "住址", "地址", "详细地址", personal=True),
            _count("people_count", "家庭人口", "人", "人口数", "人数", "家庭人口数", "人口"),
            Field(
                "household_type",
                "户类型",
                Kind.CHOICE,
                aliases=("农户属性", "贫困户属性", "户属性", "农户类型", "监测对象类别"),
                choices=HOUSEHOLD_TYPES,
            ),
            _text("poverty_cause", "主要致贫原因", "致贫原因", "主要风险"),
            _flag("relocated", "已搬迁", "是否搬迁", "是否易地搬迁", "易地扶贫搬迁", "是否已搬迁", "搬迁入住", "是否搬迁户"),
            _code("settlement_code", "安置点代码", "安置点编码", "安置点编号"),
        ),
        ("户籍册", "花名册", "农户台账", "register"),
    ),
    Layer(
        "roads",
        "道路",
        Geometry.LINE,
        "road_code",
        (
            _code("road_code", "路线代码", "路线编码", "线路编码", "道路编码", "路段编号", "路线编号", "LXDM", "LXBM", "道路代码"),
            _text("road_name", "路线名称", "道路名称", "路名", "线路名称", "LXMC"),
            Field(
                "road_class", "行政等级", Kind.CHOICE, aliases=("道路等级", "路线等级", "公路类别", "道路类别", "类别", "XZDJ"), choices=ROAD_CLASSES
            ),
            Field("surface", "路面类型", Kind.CHOICE, aliases=("路面", "路面材料", "面层类型", "路面情况", "LMLX", "surface"), choices=SURFACES),
            Field("status", "建设状态", Kind.CHOICE, aliases=("状态", "建设情况", "路况状态"), choices=ROAD_STATUS),
            Field(
                "pavement_width_m",
                "路面宽度",
                Kind.NUMBER,
                "m",
                ("路面宽", "路面宽(米)", "LMKD", "路宽", "宽度"),
                minimum=0,
                maximum=60,
                factors=LENGTH_M,
            ),
            Field("roadbed_width_m", "路基宽度", Kind.NUMBER, "m", ("路基宽", "路基宽(米)", "LJKD"), minimum=0, maximum=80, factors=LENGTH_M),
            Field("passing_bays_per_km", "每公里错车道", Kind.NUMBER, "处/km", ("错车道", "错车道密度"), minimum=0),
            _flag("bridge", "桥梁", "是否桥梁", "桥"),
            _flag("tunnel", "隧道", "是否隧道"),
            Field("length_km", "里程", Kind.NUMBER, "km", ("路线长度", "长度", "公里数", "里程数", "LC"), minimum=0, factors=LENGTH_KM),
            Field("built_year", "修建年度", Kind.INTEGER, "年", ("建成年份", "修建年份", "建成年度"), minimum=1900, maximum=2100),
        ),
        ("公路", "农村公路", "路网"),
    ),
    Layer(
        "road_projects",
        "道路项目",
        Geometry.LINE,
        "project_code",
        (
            _code("project_code", "项目代码", "项目编号", "项目编码", "项目序号"),
            _text("project_name", "项目名称", "工程名称", "路线名称", "建设项目"),
            Field(
                "project_kind",
                "建设性质",
                Kind.CHOICE,
                aliases=("项目性质", "工程性质", "建设类型", "项目类型"),
                choices=(
                    Choice("new", "新建", ("新修", "新开")),
                    Choice("upgrade", "改建", ("改扩建", "硬化", "路面硬化", "提级改造", "升级改造", "扩建")),
                ),
            ),
            Field(
                "decision",
                "实施意见",
                Kind.CHOICE,
                aliases=("是否必建", "安排意见", "实施要求"),
                choices=(
                    Choice("must", "必建", ("必须实施", "已批复", "必须", "是")),
                    Choice("may", "可选", ("备选", "待定", "储备")),
                    Choice("must_not", "不建", ("不实施", "取消", "否", "停建")),
                ),
            ),
            Field(
                "cost_cny",
                "投资",
                Kind.NUMBER,
                "元",
                ("总投资", "估算投资", "概算投资", "投资估算", "计划投资", "项目投资", "造价"),
                minimum=0,
                factors=MONEY_CNY,
            ),
            Field("length_km", "里程", Kind.NUMBER, "km", ("建设里程", "路线长度", "长度", "公里数"), minimum=0, factors=LENGTH_KM),
            Field("plan_year", "计划年度", Kind.INTEGER, "年", ("计划年份", "实施年度", "建设年度", "年度"), minimum=1900, maximum=2100),
            _TOWNSHIP_NAME,
            _VILLAGE_NAME,
        ),
        ("项目库", "公路项目", "通组路项目"),
    ),
    Layer(
        "water_schemes",
        "供水工程",
        Geometry.POINT,
        "scheme_code",
        (
            _code("scheme_code", "工程代码", "工程编号", "供水工程代码", "水厂代码", "工程编码"),
            _text("scheme_name", "工程名称", "水厂名称", "供水工程名称"),
            Field(
                "scheme_kind",
                "供水类型",
                Kind.CHOICE,
                aliases=("工程类型", "供水方式"),
                choices=(
                    Choice("central", "集中供水", ("集中", "集中式", "千吨万人", "自来水厂")),
                    Choice("dispersed", "分散供水", ("分散", "分散式", "小型")),
                ),
            ),
            Field("water_litres_pcd", "人均日水量", Kind.NUMBER, "L/人·日", ("人均日供水量", "供水定额", "水量"), minimum=0, maximum=1000),
            Field("water_quality", "水质", Kind.CHOICE, aliases=("水质检测结果", "水质情况"), choices=WATER_QUALITY),
            Field("water_outage_days", "年停水天数", Kind.INTEGER, "天/年", ("停水天数", "缺水天数"), minimum=0, maximum=366),
            _count("served_people_count", "受益人口", "人", "供水人口", "覆盖人口"),
        ),
        ("水厂", "饮水工程"),
    ),
    Layer(
        "water_points",
        "取水点",
        Geometry.POINT,
        "point_code",
        (
            _code("point_code", "取水点代码", "取水点编号", "编号", "水源编号"),
            Field(
                "point_kind",
                "取水点类型",
                Kind.CHOICE,
                aliases=("类型", "水源类型"),
                choices=(
                    Choice("tap", "公共水龙头", ("水龙头", "供水点", "集中供水点")),
                    Choice("well", "水井", ("井", "机井", "手压井")),
                    Choice("spring", "山泉", ("泉水", "泉眼", "泉")),
                    Choice("cistern", "水窖", ("水池", "蓄水池", "小水窖")),
                ),
            ),
            _code("scheme_code", "工程代码", "所属工程"),
            Field("water_quality", "水质", Kind.CHOICE, aliases=("水质情况",), choices=WATER_QUALITY),
        ),
        ("水源点", "水井"),
    ),
    Layer(
        "transformers",
        "变压器",
        Geometry.POINT,
        "transformer_code",
        (
            _code("transformer_code", "台区编号", "变压器编号", "台区代码", "配变编号", "变压器代码"),
            _text("transformer_name", "台区名称", "变压器名称"),
            Field("capacity_kva", "容量", Kind.NUMBER, "kVA", ("变压器容量", "配变容量", "额定容量", "容量kVA"), minimum=0, maximum=100000),
            _flag("three_phase_power", "三相", "是否三相", "动力电", "是否动力电"),
        ),
        ("台区", "配变"),
    ),
    Layer(
        "base_stations",
        "通信基站",
        Geometry.POINT,
        "station_code",
        (
            _code("station_code", "基站编号", "基站代码", "站址编码", "站号"),
            _text("station_name", "基站名称", "站名"),
            Field(
                "technology",
                "制式",
                Kind.CHOICE,
                aliases=("网络制式", "类型", "网络类型"),
                choices=(Choice("2g", "2G"), Choice("3g", "3G"), Choice("4g", "4G", ("LTE",)), Choice("5g", "5G", ("NR",))),
            ),
            _text("operator", "运营商", "所属运营商"),
        ),
        ("基站",),
    ),
    Layer(
        "clinics",
        "卫生室",
        Geometry.POINT,
        "clinic_code",
        (
            _code("clinic_code", "机构代码", "卫生室代码", "编号", "机构编码"),
            _text("clinic_name", "机构名称", "卫生室名称", "名称"),
            Field(
                "clinic_kind",
                "机构类型",
                Kind.CHOICE,
                aliases=("类型", "级别"),
                choices=(
                    Choice("village_clinic", "村卫生室", ("卫生室",)),
                    Choice("township_hospital", "乡镇卫生院", ("卫生院", "社区医院")),
                    Choice("county_hospital", "县级医院", ("县医院", "医院", "人民医院")),
                ),
            ),
            _VILLAGE_CODE,
            _VILLAGE_NAME,
            Field("floor_area_m2", "业务用房面积", Kind.NUMBER, "m²", ("面积", "建筑面积", "用房面积"), minimum=0, factors=AREA_M2),
            _count("doctors_count", "村医人数", "人", "医生数", "执业人员", "合格村医", "医师数"),
        ),
        ("医疗机构", "卫生院"),
    ),
    Layer(
        "schools",
        "学校",
        Geometry.POINT,
        "school_code",
        (
            _code("school_code", "学校代码", "学校标识码", "编号"),
            _text("school_name", "学校名称", "名称", "校名"),
            Field(
                "school_kind",
                "办学类型",
                Kind.CHOICE,
                aliases=("学校类型", "类型", "学段"),
                choices=(
                    Choice("kindergarten", "幼儿园", ("幼教点", "村级幼儿园", "山村幼儿园")),
                    Choice("teaching_point", "教学点", ("小学教学点",)),
                    Choice("primary", "小学", ("完小", "完全小学", "中心校", "中心小学")),
                    Choice("junior", "初中", ("初级中学", "九年一贯制学校", "中学")),
                    Choice("senior", "高中", ("高级中学", "完全中学")),
                ),
            ),
            _count("seats_count", "学位", "个", "学位数", "核定学位"),
            _count("pupils_count", "在校生", "人", "学生数", "在校学生数", "在校生数"),
        ),
        ("教学点",),
    ),
    Layer(
        "settlements",
        "安置点",
        Geometry.POINT,
        "settlement_code",
        (
            _code("settlement_code", "安置点代码", "安置点编号", "编号"),
            _text("settlement_name", "安置点名称", "名称", "安置点"),
            _TOWNSHIP_NAME,
            _count("planned_households_count", "安置户数", "户", "规划户数", "计划安置户数"),
            _count("moved_households_count", "入住户数", "户", "已入住户数", "实际入住户数"),
            _count("moved_people_count", "入住人口", "人", "已入住人口", "安置人口"),
            Field("floor_area_m2", "住房总面积", Kind.NUMBER, "m²", ("住房面积", "建筑面积"), minimum=0, factors=AREA_M2),
            Field(
                "build_state",
                "建设进度",
                Kind.CHOICE,
                aliases=("进度", "建设状态", "搬迁进度"),
                choices=(
                    Choice("planned", "规划", ("未开工", "拟建")),
                    Choice("building", "在建", ("主体施工", "建设中")),
                    Choice("built", "建成", ("竣工", "主体完工")),
                    Choice("fitted", "已装修", ("装修完成", "精装")),
                    Choice("occupied", "已入住", ("入住", "搬迁入住")),
                ),
            ),
            _flag("party_station", "党建阵地", "党建", "党群服务中心", "党员活动室"),
            _flag("police_station", "警务室", "警务中心", "警务"),
            _flag("training_centre", "培训中心", "培训", "就业培训中心"),
            _flag("clinic", "卫生服务", "社区医院", "卫生室", "医院"),
            _flag("market", "超市菜市", "超市", "菜市场", "农贸市场"),
            _flag("water", "通水", "供水", "是否通水"),
            _flag("power", "通电", "供电", "是否通电"),
            _flag("road", "通路", "道路", "是否通路"),
        ),
        ("易地扶贫搬迁安置点", "集中安置点"),
    ),
    Layer(
        "hazards",
        "地质灾害点",
        Geometry.POINT,
        "hazard_code",
        (
            _code("hazard_code", "灾害点编号", "隐患点编号", "统一编号", "编号"),
            _text("hazard_name", "灾害点名称", "隐患点名称", "名称"),
            Field(
                "hazard_kind",
                "灾害类型",
                Kind.CHOICE,
                aliases=("类型", "灾种"),
                choices=(
                    Choice("landslide", "滑坡"),
                    Choice("debris_flow", "泥石流"),
                    Choice("collapse", "崩塌", ("危岩", "崩塌危岩")),
                    Choice("subsidence", "地面塌陷", ("塌陷", "岩溶塌陷")),
                    Choice("fissure", "地裂缝"),
                    Choice("slope", "不稳定斜坡"),
                ),
            ),
            Field(
                "hazard_level",
                "险情等级",
                Kind.CHOICE,
                aliases=("等级", "危险性", "灾害等级", "规模等级"),
                choices=(
                    Choice("high", "高", ("大型", "特大型", "高危")),
                    Choice("medium", "中", ("中型", "中危")),
                    Choice("low", "低", ("小型", "低危")),
                ),
            ),
            _count("threatened_households_count", "威胁户数", "户", "受威胁户数"),
        ),
        ("地灾点", "地灾隐患点"),
    ),
    Layer(
        "farmland",
        "永久基本农田",
        Geometry.POLYGON,
        "parcel_code",
        (_code("parcel_code", "图斑编号", "图斑号", "TBBH", "编号"),),
        ("基本农田", "农田"),
    ),
    Layer(
        "redlines",
        "生态保护红线",
        Geometry.POLYGON,
        "redline_code",
        (_code("redline_code", "红线代码", "编号", "图斑编号"), _text("redline_name", "红线名称", "名称")),
        ("生态红线",),
    ),
    Layer(
        "access_points",
        "路网接入点",
        Geometry.POINT,
        "point_code",
        (_code("point_code", "接入点编号", "编号"), _text("point_name", "接入点名称", "名称")),
        ("接入点", "对外出口"),
    ),
    Layer(
        "rivers", "河流", Geometry.LINE, "river_code", (_code("river_code", "河流代码", "编号"), _text("river_name", "河流名称", "名称")), ("水系",)
    ),
    Layer("dem", "数字高程", Geometry.RASTER, "", (), ("高程", "DEM")),
    Layer("coverage", "对标结果", Geometry.TABLE, "", (), result=True),
    Layer("evidence", "对标依据", Geometry.TABLE, "", (), result=True),
    Layer("gaps", "短板汇总", Geometry.TABLE, "", (), result=True),
    Layer("network_repairs", "路网修复", Geometry.POINT, "", (), result=True),
    Layer("road_works", "道路工程", Geometry.LINE, "work_code", (), result=True),
    Layer("road_sections", "工程路段", Geometry.LINE, "section_code", (), result=True),
    Layer("road_profiles", "工程纵断面", Geometry.TABLE, "", (), result=True),
    Layer("road_work_groups", "工程受益组", Geometry.TABLE, "group_code", (), result=True),
    Layer("road_plan", "道路计划", Geometry.LINE, "work_code", (), result=True),
    Layer("road_plan_groups", "道路计划受益组", Geometry.TABLE, "group_code", (), result=True),
    Layer("problems", "问题清单", Geometry.TABLE, "", (), result=True),
)


def _with_english(layer: Layer) -> Layer:
    return replace(layer, fields=tuple(_also_english(layer.name, known) for known in layer.fields))


def _also_english(layer: str, known: Field) -> Field:
    """The field with the English ways to write its heading and its values behind its own."""
    choices = tuple(replace(choice, aliases=(*choice.aliases, *english.values(known.name, choice.value))) for choice in known.choices)
    return replace(known, aliases=(*known.aliases, *english.headings(layer, known.name)), choices=choices)


LAYERS: dict[str, Layer] = {layer.name: _with_english(layer) for layer in _LAYERS}


def get_layer(name: str) -> Layer:
    """The layer of that canonical name, Chinese label or alias.

    Raises:
        UnknownLayer: no layer is called so; the sentence lists what can be asked for.
    """
    found = _layer_names().get(name.strip().casefold())
    if found is None:
        known = "、".join(f"{layer.name}（{layer.label}）" for layer in _LAYERS if not layer.result)
        raise UnknownLayer(f"没有名为“{name}”的图层；可用的图层有：{known}。")
    return LAYERS[found]


@cache
def _layer_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for layer in _LAYERS:
        for name in (layer.name, layer.label, *layer.aliases):
            names.setdefault(name.casefold(), layer.name)
    return names


def fields_of(layer: Layer) -> tuple[Field, ...]:
    """The layer's own fields, then the common ones."""
    own = {f.name for f in layer.fields}
    return (*layer.fields, *(f for f in COMMON if f.name not in own))
