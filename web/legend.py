"""One table of words, colours and shapes: map, tiles, workbooks, sheets and command line all speak from here.

Nothing in this file judges. A verdict, level or reason comes in as the code that `gis` stored; a Chinese word, a colour or one sentence goes out.
Colour never stands alone: every verdict has a shape of its own, so that a grey print and a colour-blind reader see the same map.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from layers.names import LAYERS, SERVICES, fields_of
from web import road_legend, sentences, site_legend
from web.sentences import REASONS, Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Mark:
    """How one value is shown: its word, its colour and its shape (`triangle`, `circle`, `square`, `ring`)."""

    value: str
    label: str
    colour: str
    shape: str


@dataclass(frozen=True, slots=True)
class LineStyle:
    """How one kind of road is drawn; `dash` in line widths, empty for a solid line; kinds drawn alike share a line of the legend."""

    value: str
    label: str
    colour: str
    width: float
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """How a layer stands in the layer panel: `symbol` is one character for points, `shown` whether it is on at first."""

    name: str
    label: str
    colour: str
    symbol: str = ""
    shown: bool = False


VERDICTS: dict[str, Mark] = {
    "lacking": Mark("lacking", "未达标", "#d9480f", "triangle"),
    "met": Mark("met", "达标", "#2b8a7e", "circle"),
    "unknown": Mark("unknown", "不明", "#868e96", "square"),
    "excluded": Mark("excluded", "不计入", "#adb5bd", "ring"),
}
"""The four verdicts, in the order of a legend: what needs action first."""

_PLAIN = {"none": "未达标", "met": "达标"}
LEVELS: dict[str, dict[str, str]] = {
    "hardened_road": {"none": "不通", "reachable": "通达", "hardened": "通畅", "standard": "达标"},
    "safe_water": {"none": "不达标", "basic": "基本达标", "full": "达标"},
    "power": _PLAIN,
    "telecom": _PLAIN,
    "clinic": _PLAIN,
    "school": _PLAIN,
}

SURFACES: dict[str, LineStyle] = {
    "cement_concrete": LineStyle("cement_concrete", "水泥、沥青路", "#343a40", 2.0),
    "asphalt": LineStyle("asphalt", "水泥、沥青路", "#343a40", 2.0),
    "paved": LineStyle("paved", "水泥、沥青路", "#343a40", 2.0),
    "block": LineStyle("block", "块石弹石路", "#5c6470", 1.8, (6, 2)),
    "gravel": LineStyle("gravel", "砂石路", "#7a6a55", 1.6, (4, 2)),
    "earth": LineStyle("earth", "土路、未硬化", "#8a6d4b", 1.5, (1, 2)),
    "unpaved": LineStyle("unpaved", "土路、未硬化", "#8a6d4b", 1.5, (1, 2)),
    "unknown": LineStyle("unknown", "路面不明", "#868e96", 1.4, (2, 3)),
    "planned": LineStyle("planned", "规划或在建", "#5f3dc4", 1.8, (3, 2)),
}
"""Road styles by `surface`; a road that is not yet built is drawn as `planned` whatever its surface will be."""

RAMP: tuple[str, ...] = ("#f1eff6", "#d2cce0", "#a79fc3", "#776d9e", "#453d6b")
"""Five neutral classes, light to dark slate-violet: the symbols' warm and cool colours stay readable on each."""
BREAKS: tuple[float, ...] = (0.10, 0.20, 0.30, 0.50)
"""Upper bounds of the first four classes: share of the eligible groups that lack the service. Fixed, so that two maps can be compared."""
HATCH = "#ced4da"

LAYER_STYLES: dict[str, LayerStyle] = {
    style.name: style
    for style in (
        LayerStyle("groups", "村民组", "#d9480f", "▲", shown=True),
        LayerStyle("townships", "乡镇界", "#495057", shown=True),
        LayerStyle("villages", "村界", "#868e96"),
        LayerStyle("roads", "道路", "#343a40", shown=True),
        LayerStyle("network_repairs", "路网断点", "#364fc7", "断"),
        LayerStyle("committees", "村委会", "#5c3a21", "★"),
        LayerStyle("settlements", "安置点", "#862e9c", "⌂"),
        LayerStyle("schools", "学校", "#1864ab", "文"),
        LayerStyle("clinics", "卫生室", "#a61e4d", "✚"),
        LayerStyle("transformers", "变压器", "#7a5b00", "电"),
        LayerStyle("base_stations", "通信基站", "#0b7285", "信"),
        LayerStyle("water_schemes", "供水工程", "#1971c2", "水"),
        LayerStyle("water_points", "取水点", "#1971c2", "泉"),
        LayerStyle("hazards", "地质灾害点", "#343a40", "!"),
        LayerStyle("rivers", "河流", "#74a5c9"),
        LayerStyle("farmland", "永久基本农田", "#b2a429"),
        LayerStyle("redlines", "生态保护红线", "#5c940d"),
    )
}

RULES: dict[str, str] = {
    **{name.rpartition(".")[2]: rule.label for name, rule in sentences.RULES.items()},
    "distance": "距离",
    **{name: rule.label for name, rule in sentences.RULES.items()},
}
"""Names of rules, by the whole name (`road.hardened`) and by the indicator alone (`hardened`)."""

UNITS: dict[str, str] = {"m2": "m²", "kva": "kVA", "households": "户", "people": "人", "days": "天"}


def verdict_label(verdict: object) -> str:
    """The word of a verdict; a missing or foreign value is 不明, never a blank."""
    mark = VERDICTS.get(str(verdict)) if not is_missing(verdict) else None
    return mark.label if mark else VERDICTS["unknown"].label


def level_label(service: str, level: object) -> str:
    """The county's word of a level (`通畅`, `基本达标`); empty when the level is missing."""
    return "" if is_missing(level) else LEVELS.get(service, _PLAIN).get(str(level), "")


def service_label(service: str) -> str:
    """The word on the service's button."""
    return SERVICES.get(service, service)


def layer_label(layer: object) -> str:
    """The word of a layer; empty when there is none."""
    return "" if is_missing(layer) else LAYERS[str(layer)].label if str(layer) in LAYERS else str(layer)


def is_missing(value: object) -> bool:
    """Whether a cell holds nothing: None, `<NA>`, NaN or an empty text."""
    if value is None or (isinstance(value, str) and not value):
        return True
    # <NA> and NaN are the two values that do not equal themselves; comparing <NA> gives <NA>, which has no truth value.
    return type(value).__name__ in {"NAType", "NaTType"} or (isinstance(value, float) and value != value)  # noqa: PLR0124


def number(value: Any, *, digits: int = 1) -> str:
    """`1840.0` → `1,840`; `1.75` → `1.8`; missing → `不明`."""
    if is_missing(value):
        return VERDICTS["unknown"].label
    text = f"{float(value):,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def measure(value: Any, unit: object) -> str:
    """A number with its unit: `1,840 m`, `31 户`, `98%`."""
    name = "" if is_missing(unit) else UNITS.get(str(unit), str(unit))
    digits = 0 if name == "m" else 2
    return f"{number(value, digits=digits)}{'' if name in {'', '%'} else ' '}{name}"


def explain(row: Mapping[str, Any]) -> str:
    """One Chinese sentence on why the group got its verdict.

    Args:
        row: a row of `coverage`: `reason, rule, value, threshold, unit, missing, verdict`; any may be missing.

    Returns:
        For example `距最近连通硬化路 1,840 m（标准 ≤ 500 m）`. A reason that this version does not know is named as it is, never hidden.
    """
    reason = row.get("reason")
    if is_missing(reason):
        return verdict_label(row.get("verdict"))
    sentence = REASONS.get(str(reason))
    return f"原因代码 {reason}" if sentence is None else _fill(sentence, row)


def _fill(sentence: Sentence, row: Mapping[str, Any]) -> str:
    found = _measured(sentence, row)
    lost = missing_text(row.get("missing")) if sentence.names_missing else ""
    if found and sentence.alone:
        return found
    colon = sentence.plain.endswith("：")
    head = sentence.plain.removesuffix("，控制指标：") if colon and not found else sentence.plain
    return f"{head}{'' if colon or not found else '，'}{found}{f'：{lost}' if lost else ''}"


def _measured(sentence: Sentence, row: Mapping[str, Any]) -> str:
    """`距最近连通硬化路 1,840 m（标准 ≤ 500 m）`; empty where nothing was measured, or what was has nothing to do with the reason."""
    if not sentence.measured or is_missing(row.get("value")):
        return ""
    rule = sentences.RULES.get(str(row.get("rule"))) or sentences.RULES.get(sentence.rule)
    phrase, sign = (rule.phrase, rule.sign) if rule else ("实测", "")
    limit = "" if is_missing(row.get("threshold")) else f"（标准 {sign}{' ' if sign else ''}{measure(row['threshold'], row.get('unit'))}）"
    return f"{phrase} {measure(row['value'], row.get('unit'))}{limit}"


def missing_text(missing: object) -> str:
    """`water_quality,base_stations` → `水质、通信基站`: fields and layers by their Chinese names."""
    if is_missing(missing):
        return ""
    return "、".join(_label_of(name.strip()) for name in str(missing).split(",") if name.strip())


def _label_of(name: str) -> str:
    if name in LAYERS:
        return LAYERS[name].label
    plain = name.rpartition(".")[2]
    found = (field.label for layer in LAYERS.values() for field in fields_of(layer) if field.name == plain)
    return next(found, name)


def rule_label(rule: object) -> str:
    """The name of a rule: `road.hardened` → `通硬化路`; a rule that is not known here is named as it is."""
    name = "" if is_missing(rule) else str(rule)
    return RULES.get(name, name)


def rule_text(rule: object, *, threshold: Any = None, unit: object = "", standard: object = "") -> str:
    """The rule in words: `road.hardened`, 500, `m`, `guizhou-2017@1` → `通硬化路 ≤ 500 m（guizhou-2017@1）`."""
    name = "" if is_missing(rule) else str(rule)
    sign = sentences.RULES[name].sign if name in sentences.RULES else ""
    limit = "" if is_missing(threshold) else f"{sign} {measure(threshold, unit)}".strip()
    text = " ".join(part for part in (rule_label(rule), limit) if part)
    return text if is_missing(standard) else f"{text}（{standard}）"


def ramp_class(share: float | None) -> int | None:
    """The class (0–4) of a share of lacking groups; None when the share is unknown."""
    return None if share is None or is_missing(share) else sum(share > limit for limit in BREAKS)


def ramp_labels() -> tuple[str, ...]:
    """The printed breaks: `≤ 10%`, `10–20%`, …, `> 50%`."""
    cuts = [f"{cut:.0%}" for cut in BREAKS]
    middle = [f"{low.rstrip('%')}–{high}" for low, high in pairwise(cuts)]
    return (f"≤ {cuts[0]}", *middle, f"> {cuts[-1]}")


def as_json() -> dict[str, Any]:
    """The whole table for the page: the browser has no words or colours of its own."""
    return {
        "verdicts": [asdict(mark) for mark in VERDICTS.values()],
        "levels": LEVELS,
        "surfaces": [asdict(style) for style in SURFACES.values()],
        "layers": [asdict(style) for style in LAYER_STYLES.values()],
        "ramp": {"colours": RAMP, "breaks": BREAKS, "labels": ramp_labels(), "hatch": HATCH},
        "plan": road_legend.as_json(),
        "sites": site_legend.as_json(),
    }
