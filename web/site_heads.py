"""Headings of the ledger of a siting study, which columns hold codes or shares, and what every figure is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web.site_legend import CHECKS, CLASSES, ITEMS, RESULTS, SOURCES, STATES
from web.site_words import PLACED_WORDS, SITE_KIND_WORDS, SIZE_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACE = {"township_name": "乡镇", "village_name": "行政村"}
DEGREES = {"lon": "经度", "lat": "纬度"}
_CHECK_PARTS = {"": "", "_basis": "（依据）", "_owner": "（责任单位）", "_due": "（期限）", "_overdue": "（逾期）"}
PARCEL_HEADS = {
    "rank": "名次",
    "parcel_code": "地块编号",
    "parcel_name": "地块",
    **_PLACE,
    "score": "综合得分",
    "class": "适宜等级",
    "topsis": "TOPSIS 贴近度",
    "topsis_rank": "TOPSIS 名次",
    "first_share": "列第一的抽样占比",
    "rank_low": "名次（九成抽样，从）",
    "rank_high": "名次（九成抽样，到）",
    "stability": "稳定性",
    "change": "列第一须改的权重",
    "missing_text": "未排名的原因",
    "source": "来源",
    "area_m2": "面积（m²）",
    "buildable_share": "可建占比",
    "excluded_share": "受限占比",
    "excluded_by": "触及的限制条件",
    "capacity_households": "可安置（户）",
    "capacity_people": "可安置（人）",
    "slope_mean_deg": "平均坡度（°）",
    "slope_p90_deg": "坡度九成分位（°）",
    "elevation_m": "海拔（m）",
    "compactness": "紧凑度",
    "farm_groups_count": "耕作半径内旧组",
    "farm_households_count": "耕作半径内旧户",
    **DEGREES,
    "synthetic": "演示数据",
}
LAND_HEADS = {
    "label": "限制条件",
    "judged": "是否判断",
    "alone_m2": "单独占用（m²）",
    "only_m2": "只因此条不可建（m²）",
    "share": "占全县土地",
    "unjudged_m2": "未能判断（m²）",
}
REVIEW_HEADS = {
    "township_name": "乡镇",
    "settlement_name": "安置点",
    "settlement_code": "安置点编号",
    "class": "适宜等级",
    "score": "综合得分",
    "score_class": "只按得分的等级",
    "excluded_by": "触及的限制条件",
    "hazards_near_count": "附近地灾点（处）",
    "hazard_danger": "在地灾避让范围内",
    "hazards_near": "附近地灾点编号",
    "size": "规模",
    "checklist_met": "设施达到（项）",
    "checklist_lacking": "设施缺（项）",
    "checklist_unknown": "设施不明（项）",
    "missing_items": "所缺设施",
    "unknown_items": "不明的设施",
    "floor_m2_per_person": "人均住房面积（m²）",
    "floor_verdict": "住房面积",
    "occupancy": "入住率",
    "build_state": "建设状态",
    "demolished_share": "旧房拆除率",
    "reclaimed_share": "宅基地复垦率",
    "ledger_count": "台账户（条）",
    "ledger_unknown_count": "台账未填拆旧复垦（条）",
    "ledger_over_count": "台账超面积（条）",
    "overdue_items": "逾期的自查事项",
    "check_conflicts": "自查与数据不符的事项",
    **{f"check_{item}{end}": f"自查·{label}{word}" for item, label in CHECKS.items() for end, word in _CHECK_PARTS.items()},
    **DEGREES,
}
MOVE_HEADS = {
    "relocation_code": "搬迁记录",
    "township_name": "原乡镇",
    "village_name": "原行政村",
    "group_name": "原村民组",
    "group_code": "原村民组代码",
    "settlement_name": "安置点",
    "settlement_code": "安置点编号",
    "households_count": "户数",
    "people_count": "人口",
    "better": "改善",
    "worse": "变差",
    "unknown": "不明",
    "no_way": "没有路可到",
    "moved_m": "新旧住处相距（m）",
    "farm_m": "离旧地（m）",
    "farm_basis": "旧地的依据",
    "farm_within": "旧地可耕",
    "school_seats_before": "原就近学校空余学位",
    "school_seats_after": "现就近学校空余学位",
    "clinic_doctors_before": "原就近医疗点医生",
    "clinic_doctors_after": "现就近医疗点医生",
}
ALLOCATION_HEADS = {
    "township_name": "乡镇",
    "village_name": "行政村",
    "group_name": "村民组",
    "group_code": "组代码",
    "households_count": "户数",
    "people_count": "人口",
    "registered_households_count": "脱贫监测户",
    "allocation_code": "分配编号",
    "registered_people_count": "脱贫监测人口",
    "reason": "结果",
    "site_name": "去向",
    "site_code": "去向编号",
    "site_kind": "去向类别",
    "distance_m": "距离（m）",
    "minutes": "路程（分钟）",
    "same_township": "同乡镇",
    "far_from_farm": "超出耕作距离",
    "cost_cny": "费用（万元）",
}
SITE_HEADS = {
    "site_name": "安置地点",
    "site_code": "编号",
    "site_kind": "类别",
    "opened": "启用",
    "capacity_households": "容量（户）",
    "used_households": "分来（户）",
    "groups_count": "分来（组）",
    "people_count": "分来（人）",
    "registered_households_count": "分来脱贫监测（户）",
    "fixed_cny": "建设费用（万元）",
    "moving_cny": "搬迁费用（万元）",
}
PARAMETER_HEADS = {
    "label": "项目",
    "value": "值",
    "unit": "单位",
    "source": "出处",
    "confidence": "可信程度",
    "set": "参数集",
    "note": "说明",
    "rule": "键",
}
CODED: dict[str, Mapping[str, str]] = {
    "class": CLASSES,
    "source": SOURCES,
    "site_kind": SITE_KIND_WORDS,
    "score_class": CLASSES,
    "size": SIZE_WORDS,
    "farm_basis": {"farmland": "旧居旁的永久基本农田", "group": "旧居"},
    "reason": PLACED_WORDS,
    **{f"check_{item}": RESULTS for item in CHECKS},
    **{f"check_{item}_basis": {"computed": "按数据计算", "reported": "自查填报"} for item in CHECKS},
    "build_state": STATES,
    "floor_verdict": RESULTS,
}
"""Columns that hold one code, and their words."""
LISTED: dict[str, Mapping[str, str]] = {
    "missing_items": ITEMS,
    "unknown_items": ITEMS,
    "overdue_items": CHECKS,
    "check_conflicts": CHECKS,
}
"""Columns that hold several codes of one kind, parted by commas."""
SHARES = frozenset({"列第一的抽样占比", "可建占比", "受限占比", "占全县土地", "入住率", "旧房拆除率", "宅基地复垦率", "权重", "下限", "上限"})
FORMULAS = (
    ("综合得分", "各项得分（0–100）乘权重之和；权重合计 100%。某项对某地块不明时，该地块不排名，只给得分的上下界。"),
    ("TOPSIS 贴近度", "各项得分按列归一后乘权重，到最劣点的距离 ÷（到最优点的距离 + 到最劣点的距离）；1 为样样最好（Hwang & Yoon 1981）。"),
    ("层次分析法", "两两比较矩阵的最大特征向量为权重；一致性比率 CR = (λ − n) ÷ (n − 1) ÷ 随机一致性指标，大于 0.10 不采用（Saaty 1977）。"),
    (
        "名次稳定性",
        "在各项权重范围内均匀抽取许多组权重，逐组重新排名；某名次的占比即其接受度，各名次之和、各地块之和都是 100%（SMAA-2，Lahdelma & Salminen 2001）。",
    ),
    ("列第一须改的权重", "只改一项权重、其余按比例调整时，使该地块按综合得分列第一所需的最小改动。"),
    ("单独占用", "不论其他条件，触及此条件的土地；各条件有重叠，不能相加。"),
    ("只因此条不可建", "只触及这一个条件的土地：放宽它，这些土地就可以评分。"),
    ("可安置", "地块面积 × 可建占比，扣除公共设施与道路绿地后，按人均住房面积与层数折算；各参数见“参数”。"),
    ("分配", "费用最低的去向，受容量、距离与学位床位约束；差距为与可证明下界之差。"),
    ("不可达", "没有路可走到的，用时留空，该项得分按最低计。"),
    ("不明", "缺少数据、不能判定；表中留空或写“不明”，不等于 0，也不等于合格。"),
)
"""What every figure is, in one sentence each."""
