"""Who lives where: areas, villager groups, the household register."""

from __future__ import annotations

from layers.field_kinds import LENGTH_M, Field, Geometry, Kind, Layer, code_field, count_field, flag_field, text_field
from layers.vocabulary import (
    COUNTY_CODE,
    COUNTY_NAME,
    GROUP_CODE,
    GROUP_NAME,
    HOUSEHOLD_TYPES,
    REPORTED,
    TOWNSHIP_CODE,
    TOWNSHIP_NAME,
    VILLAGE_CODE,
    VILLAGE_NAME,
    WATER_QUALITY,
)

PEOPLE: tuple[Layer, ...] = (
    Layer("counties", "县界", Geometry.POLYGON, "county_code", (COUNTY_CODE, COUNTY_NAME), ("县", "行政区")),
    Layer("townships", "乡镇界", Geometry.POLYGON, "township_code", (TOWNSHIP_CODE, TOWNSHIP_NAME, COUNTY_CODE, COUNTY_NAME), ("乡镇",)),
    Layer("villages", "村界", Geometry.POLYGON, "village_code", (VILLAGE_CODE, VILLAGE_NAME, TOWNSHIP_CODE, TOWNSHIP_NAME), ("行政村", "村")),
    Layer("committees", "村委会", Geometry.POINT, "village_code", (VILLAGE_CODE, VILLAGE_NAME, TOWNSHIP_NAME), ("村委会驻地",)),
    Layer(
        "groups",
        "村民组",
        Geometry.POINT,
        "group_code",
        (
            Field(GROUP_CODE.name, GROUP_CODE.label, Kind.CODE, aliases=GROUP_CODE.aliases, required=True),
            GROUP_NAME,
            text_field("hamlet_name", "自然寨", "自然寨名称", "自然村", "自然村名称", "寨名", "屯名", "地名", "小地名"),
            VILLAGE_CODE,
            VILLAGE_NAME,
            TOWNSHIP_CODE,
            TOWNSHIP_NAME,
            count_field("households_count", "户数", "户", "总户数", "农户数", "家庭户数", "户籍户数", "常住户数", "HS", "households"),
            count_field("people_count", "人口", "人", "总人口", "人数", "人口数", "户籍人口", "常住人口", "RK", "population"),
            count_field("registered_households_count", "脱贫监测户", "户", "建档立卡户数", "贫困户数", "脱贫户数", "建档立卡户", "贫困户", "脱贫户"),
            flag_field("chooses_to_stay", "自愿留居", "是否自愿留居", "不愿搬迁", "选择留居", "是否留居", "自愿不搬"),
            flag_field("whole_relocation", "整组搬迁", "是否整体搬迁", "整体搬迁", "整寨搬迁", "是否整组搬迁", "整自然寨搬迁", "拟整体搬迁"),
            *REPORTED,
            code_field("water_scheme_code", "供水工程代码", "水厂代码", "供水工程编号", "所属供水工程"),
            flag_field("piped_water", "自来水入户", "入户", "供水入户", "是否入户", "管道入户"),
            Field(
                "water_litres_pcd", "人均日水量", Kind.NUMBER, "L/人·日", ("日供水量", "人均供水量", "水量", "人均日供水量"), minimum=0, maximum=1000
            ),
            Field("water_quality", "水质", Kind.CHOICE, aliases=("水质情况", "水质检测", "饮水水质"), choices=WATER_QUALITY),
            Field("water_outage_days", "年缺水天数", Kind.INTEGER, "天/年", ("缺水天数", "年断水天数", "停水天数"), minimum=0, maximum=366),
            flag_field("three_phase_power", "通动力电", "是否通动力电", "动力电", "三相电"),
            flag_field("signal_4g", "4G信号", "有4G信号", "是否有4G信号", "4G覆盖"),
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
            code_field("household_code", "户编号", "户号", "户编码", "农户编号", "家庭编号", "编号"),
            GROUP_CODE,
            GROUP_NAME,
            VILLAGE_CODE,
            VILLAGE_NAME,
            TOWNSHIP_NAME,
            text_field("head_name", "户主姓名", "户主", "姓名", "A4姓名", "户主名", personal=True),
            text_field("id_number", "公民身份号码", "身份证号", "身份证号码", "证件号码", "身份证", "A6公民身份号码", personal=True),
            text_field("phone", "联系电话", "电话", "手机号", "手机号码", "联系方式", personal=True),
            text_field("bank_account", "银行账号", "账号", "银行卡号", "开户账号", "一卡通账号", personal=True),
            text_field("address", "家庭住址", "住址", "地址", "详细地址", personal=True),
            count_field("people_count", "家庭人口", "人", "人口数", "人数", "家庭人口数", "人口"),
            Field(
                "household_type",
                "户类型",
                Kind.CHOICE,
                aliases=("农户属性", "贫困户属性", "户属性", "农户类型", "监测对象类别"),
                choices=HOUSEHOLD_TYPES,
            ),
            text_field("poverty_cause", "主要致贫原因", "致贫原因", "主要风险"),
            flag_field("relocated", "已搬迁", "是否搬迁", "是否易地搬迁", "易地扶贫搬迁", "是否已搬迁", "搬迁入住", "是否搬迁户"),
            code_field("settlement_code", "安置点代码", "安置点编码", "安置点编号"),
        ),
        ("户籍册", "花名册", "农户台账", "register"),
    ),
)
