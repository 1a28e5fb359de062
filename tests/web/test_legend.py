"""The one table of words: complete for every code that the analysis can store, and exact in what it prints."""

import pandas as pd
import pytest

from gis.gaps.reasons import Reason
from layers.names import LAYERS, SERVICES, SURFACES
from web import legend
from web.sentences import REASONS


def _contrast(first: str, second: str) -> float:
    """WCAG 2.1 contrast of two #rrggbb colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_sentence(reason):
    row = {"reason": str(reason), "value": 1840.0, "threshold": 500.0, "unit": "m", "missing": "water_quality,base_stations"}
    measured, bare = legend.explain(row), legend.explain({"reason": str(reason)})
    assert str(reason) in REASONS
    assert any("\u4e00" <= letter <= "\u9fff" for letter in measured)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in bare)
    assert "原因代码" not in measured + bare
    assert "None" not in measured + bare
    assert "nan" not in measured + bare


def test_no_sentence_without_a_reason():
    assert set(REASONS) == {str(reason) for reason in Reason}


def test_distance_sentence_is_the_one_on_the_card():
    row = {"reason": "end_too_far", "rule": "road.hardened", "value": 1840.4, "threshold": 500.0, "unit": "m", "missing": pd.NA}
    assert legend.explain(row) == "距最近连通硬化路 1,840 m（标准 ≤ 500 m）"


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"reason": "no_road_near", "rule": "road.hardened"}, "附近没有道路，距最近连通硬化路 1,840 m（标准 ≤ 500 m）"),
        ({"reason": "no_road_near", "rule": "road.access"}, "附近没有道路，距最近道路 1,840 m（标准 ≤ 500 m）"),
        ({"reason": "few_households", "rule": "road.hardened"}, "户数低于标准规定的户数，不计入"),
        ({"reason": "met", "rule": "power.distance"}, "各项指标均达标，控制指标：距最近变压器 1,840 m（标准 ≤ 500 m）"),
        ({"reason": "met", "rule": "power.three_phase", "value": pd.NA}, "各项指标均达标"),
        (
            {"reason": "capacity_low", "rule": "power.capacity", "value": 1.26, "threshold": 2.0, "unit": "kVA/户"},
            "户均配变容量 1.26 kVA/户（标准 ≥ 2 kVA/户）",
        ),
    ],
)
def test_sentences_say_what_was_measured(row, text):
    assert legend.explain({"value": 1840.0, "threshold": 500.0, "unit": "m", **row}) == text


def test_rule_in_words():
    assert legend.rule_text("road.hardened", threshold=500, unit="m", standard="guizhou-2017@1") == "通硬化路 ≤ 500 m（guizhou-2017@1）"
    assert legend.rule_text("power.three_phase", threshold=pd.NA, standard=None) == "动力电"
    assert legend.rule_text("some.later_rule") == "some.later_rule"


def test_missing_fields_and_layers_are_named_in_chinese():
    row = {"reason": "indicator_missing", "missing": "water_quality,base_stations", "value": float("nan")}
    assert legend.explain(row) == "缺少数据，无法判定：水质、通信基站"


def test_unknown_codes_are_named_not_hidden():
    assert "from_a_later_version" in legend.explain({"reason": "from_a_later_version"})


@pytest.mark.parametrize("nothing", [None, pd.NA, float("nan"), ""])
def test_nothing_is_unknown(nothing):
    assert legend.is_missing(nothing)
    assert legend.verdict_label(nothing) == "不明"
    assert legend.number(nothing) == "不明"


@pytest.mark.parametrize(
    ("value", "unit", "text"), [(1840.0, "m", "1,840 m"), (1.75, "kVA/户", "1.75 kVA/户"), (12806, "户", "12,806 户"), (98.0, "%", "98%")]
)
def test_measures_read_well(value, unit, text):
    assert legend.measure(value, unit) == text


def test_ramp_classes_meet_at_the_printed_breaks():
    assert legend.ramp_labels() == ("≤ 10%", "10–20%", "20–30%", "30–50%", "> 50%")
    assert [legend.ramp_class(share) for share in (0.0, 0.1, 0.101, 0.2, 0.3, 0.5, 0.501, 1.0)] == [0, 0, 1, 1, 2, 3, 4, 4]
    assert legend.ramp_class(None) is None


def test_shapes_differ_and_words_cover_every_service_layer_and_surface():
    assert len({mark.shape for mark in legend.VERDICTS.values()}) == len(legend.VERDICTS)
    assert set(legend.LEVELS) == set(SERVICES)
    assert {choice.value for choice in SURFACES} <= set(legend.SURFACES)
    assert set(legend.LAYER_STYLES) <= set(LAYERS)


def test_marks_stand_out_from_the_panel_and_the_ramp_rises():
    assert all(_contrast(legend.VERDICTS[v].colour, "#ffffff") >= 3 for v in ("lacking", "met", "unknown"))
    steps = [_contrast(colour, "#ffffff") for colour in legend.RAMP]
    assert steps == sorted(steps)
