"""The gap ledger: what is in its sheets, under which headings, and what is left out when it is made for the public."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from api import facts
from api.answers import records
from api.exports import FEWEST_PUBLIC, suppress_small
from api.gap_views import COUNTS, GROUP_LEVEL, View, features_of, view
from gis.gaps.filters import LEVEL_LABELS, Filter
from gis.gaps.rollup import MEASURES
from gis.standards import CONFIDENCE_LABELS
from layers.names import SERVICES
from web.legend import RULES, UNITS, layer_label, level_label, missing_text, service_label, verdict_label
from web.workbook import Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.snapshot import Snapshot

MEASURE_WORDS = {"groups": "组", "households": "户", "people": "人", "registered": "脱贫监测户"}
COUNT_WORDS = {"met": "达标", "lacking": "未达标", "unknown": "不明", "excluded": "不计入", "total": "合计"}
UNIT_HEADS = {
    "service": "服务",
    "level": "层级",
    "code": "代码",
    "name": "名称",
    "parent": "上级代码",
    **{f"{measure}_{kind}": f"{MEASURE_WORDS[measure]}·{COUNT_WORDS[kind]}" for measure in MEASURES for kind in COUNTS},
    "rate": "达标率",
    "near_miss": "差一点（组）",
    "conflict": "上报不符（组）",
    "missing_count": "户数未填（组）",
}
GROUP_HEADS = {
    "service": "服务",
    "township_name": "乡镇",
    "village_name": "行政村",
    "name": "村民组",
    "hamlet": "自然寨",
    "code": "组代码",
    "households": "户数",
    "people": "人口",
    "registered": "脱贫监测户",
    "verdict": "判定",
    "level": "等级",
    "reason_text": "依据",
    "value": "实测",
    "threshold": "标准",
    "shortfall": "差额",
    "unit": "单位",
    "near_miss": "差一点",
    "conflict": "上报不符",
    "village_code": "村代码",
    "township_code": "乡镇代码",
    "lon": "经度",
    "lat": "纬度",
}
EVIDENCE_HEADS = {
    "group_code": "组代码",
    "service": "服务",
    "indicator": "指标",
    "level_low": "最低",
    "level_high": "最高",
    "value": "实测",
    "threshold": "标准",
    "unit": "单位",
    "asset_layer": "所查图层",
    "asset_code": "所查编号",
    "asset_distance_m": "距离（m）",
    "missing": "缺少",
    "rule": "规则",
    "data_date": "数据日期",
}
STANDARD_HEADS = {
    "label": "项目",
    "value": "标准值",
    "unit": "单位",
    "source": "出处",
    "confidence": "可信程度",
    "set": "标准集",
    "note": "说明",
    "rule": "规则代码",
}


DEGREES = frozenset({"经度", "纬度"})
_YES_NO = {True: "是", False: "否"}


def views_of(snapshot: Snapshot, wanted: Filter, *, sort: str = "") -> list[View]:
    """The view of the filter's service, or of every judged service where it names none."""
    services = [wanted.service] if wanted.service else sorted(set(snapshot.frame("coverage")["service"]), key=list(SERVICES).index)
    one = (wanted.level, wanted.area, wanted.status, wanted.near_miss, wanted.conflict)
    return [view(snapshot, Filter(service, *one), sort=sort) for service in services]


def rows_of(views: Sequence[View], *, public: bool) -> gpd.GeoDataFrame:
    """The rows of the views one below the other, each with its service; small cells hidden for the public."""
    parts = [_guarded(features_of(found).assign(service=found.filter.service), public=public) for found in views]
    together = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0])
    return together.assign(service=together["service"].astype("string"))


def _guarded(rows: gpd.GeoDataFrame, *, public: bool) -> gpd.GeoDataFrame:
    """For the public: no count of 1 to 4 households, nor what would give it away."""
    if not public:
        return rows
    hidden = rows
    if "households" in rows:
        return _hide(hidden, ("households", "people", "registered"), "registered")
    for kind in COUNTS:
        hidden = _hide(hidden, (f"households_{kind}", f"people_{kind}", f"registered_{kind}"), f"registered_{kind}")
    for measure in ("households", "people", "registered"):
        parts = hidden[[f"{measure}_{kind}" for kind in COUNTS[:-1]]].isna().any(axis=1)
        hidden = hidden.assign(**{f"{measure}_total": hidden[f"{measure}_total"].mask(parts)})
    return hidden


def _hide(rows: gpd.GeoDataFrame, columns: tuple[str, str, str], registered: str) -> gpd.GeoDataFrame:
    return suppress_small(suppress_small(rows, registered, (registered,)), columns[0], columns)


def labelled(rows: pd.DataFrame, level: str) -> pd.DataFrame:
    """The rows in the words of the office: Chinese headings, verdicts, levels and units."""
    plain = pd.DataFrame(rows.drop(columns="geometry", errors="ignore"))
    if level != GROUP_LEVEL:
        shown = plain.assign(service=plain["service"].map(service_label), level=LEVEL_LABELS[level])
        return shown[list(UNIT_HEADS)].rename(columns=UNIT_HEADS)
    levels = [level_label(str(one["service"]), one["level"]) for one in records(plain[["service", "level"]])]
    shown = plain.assign(
        service=plain["service"].map(service_label),
        verdict=plain["verdict"].map(verdict_label),
        level=pd.array(levels, dtype="string"),
        unit=plain["unit"].replace(UNITS),
        **{name: plain[name].map(_YES_NO).astype("string") for name in ("near_miss", "conflict")},
        **{name: plain[name].round(2) for name in ("value", "threshold", "shortfall")},
    )
    return shown[list(GROUP_HEADS)].rename(columns=GROUP_HEADS)


def sheets(snapshot: Snapshot, wanted: Filter, views: Sequence[View], *, public: bool) -> list[Sheet]:
    """The five sheets: 汇总, 名单, 依据, 标准, 说明; the rows of the filter itself come first."""
    county = snapshot.workspace.settings.county
    name, note = county.name or county.code, views[0].text if wanted.service else wanted.describe()
    totals = _totals(snapshot, wanted, public=public)
    listed = views if wanted.level == GROUP_LEVEL else views_of(snapshot, Filter(wanted.service, GROUP_LEVEL, wanted.area, *_flags(wanted)))
    groups = rows_of(listed, public=public)
    mark = marks(snapshot, public=public)
    percent = frozenset({"达标率"})
    return [
        Sheet("汇总", f"{name} 短板汇总", totals, note=f"{note}　{mark}", percent=percent, frozen=4),
        Sheet("名单", f"{name} 村民组名单", labelled(groups, GROUP_LEVEL), note=f"{note}　{mark}", degrees=DEGREES, frozen=5),
        Sheet("依据", f"{name} 判定依据", _evidence(snapshot, groups), note=mark),
        Sheet("标准", f"{name} 采用的标准", thresholds_table(snapshot), note=facts.standard(snapshot).title),
        Sheet("说明", f"{name} 说明", _notes(snapshot, note, mark, public=public)),
    ]


def _flags(wanted: Filter) -> tuple[str | None, bool | None, bool | None]:
    return wanted.status, wanted.near_miss, wanted.conflict


def _totals(snapshot: Snapshot, wanted: Filter, *, public: bool) -> pd.DataFrame:
    """County, townships and villages inside the area; at the filter's own level its very rows."""
    levels = [level for level in ("county", "township", "village") if wanted.level in {GROUP_LEVEL, level}]
    parts = []
    for level in levels:
        flags = _flags(wanted) if level == wanted.level else (None, None, None)
        parts.append(labelled(rows_of(views_of(snapshot, Filter(wanted.service, level, wanted.area, *flags)), public=public), level))
    return pd.concat(parts, ignore_index=True)


def _evidence(snapshot: Snapshot, groups: pd.DataFrame) -> pd.DataFrame:
    """What was measured for the groups of the list."""
    evidence = snapshot.frame("evidence")
    listed = evidence.merge(groups[["code", "service"]].rename(columns={"code": "group_code"}), on=["group_code", "service"])
    rule = listed["rule"].str.replace(r"^.*\.", "", regex=True)
    shown = listed.assign(
        indicator=rule.map(RULES).fillna(listed["indicator"]),
        level_low=[level_label(service, level) for service, level in zip(listed["service"], listed["level_low"], strict=True)],
        level_high=[level_label(service, level) for service, level in zip(listed["service"], listed["level_high"], strict=True)],
        service=listed["service"].map(service_label),
        unit=listed["unit"].replace(UNITS),
        asset_layer=listed["asset_layer"].map(layer_label),
        missing=listed["missing"].map(missing_text),
        **{name: listed[name].round(2) for name in ("value", "threshold", "asset_distance_m")},
    )
    return shown[list(EVIDENCE_HEADS)].rename(columns=EVIDENCE_HEADS)


def thresholds_table(snapshot: Snapshot) -> pd.DataFrame:
    """Every threshold with its source and how far it can be trusted."""
    table = facts.standard(snapshot).thresholds()
    trust = table["confidence"] + " " + table["confidence"].map(CONFIDENCE_LABELS)
    return table.assign(confidence=trust)[list(STANDARD_HEADS)].rename(columns=STANDARD_HEADS)


def marks(snapshot: Snapshot, *, public: bool) -> str:
    """What must stand on every sheet: 演示数据, 内部使用."""
    parts = ["演示数据，非真实情况" if facts.is_synthetic(snapshot) else "", "" if public else "内部使用"]
    return " · ".join(part for part in parts if part)


def _notes(snapshot: Snapshot, text: str, mark: str, *, public: bool) -> pd.DataFrame:
    rules, county = facts.standard(snapshot), snapshot.workspace.settings.county
    rows = [
        ("县", f"{county.name}（{county.code}）"),
        ("筛选", text),
        ("标准", f"{rules.title}（{rules.id}@{rules.version}）"),
        ("版本", f"{snapshot.revision.id}（{snapshot.revision.time}）"),
        ("数据截止", facts.data_date(snapshot) or "未注明"),
        ("结果", "已过期：数据或标准有改动，请重新计算" if facts.stale_reasons(snapshot) else "与当前数据和标准一致"),
        ("标记", mark),
        ("不明", "缺少数据，不能判定；不等于达标，也不等于未达标。达标率以达标、未达标、不明三者之和为分母。"),
        ("户数未填", "户数未填的组不计入户数合计，另列组数。"),
    ]
    if public:
        rows.append(("小数目", f"少于 {FEWEST_PUBLIC} 户的数目，以及能由它推出的合计，不予公布。"))
    return pd.DataFrame(rows, columns=["项目", "内容"], dtype="string")
