"""The years of a road programme as a table: money, what each year connects, and what is reached of what is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from web.road_words import UNIT_WORDS, WAN

if TYPE_CHECKING:
    from collections.abc import Mapping

MONEY_HEADS = ("预算（万元）", "支出（万元）", "结余（万元）")
SERVED_HEADS, REACHED_HEADS, TOTAL_HEADS, RATE_HEADS = (
    tuple(f"{head}（{word}）" for word in UNIT_WORDS.values()) for head in ("当年接通", "累计接通", "应接通", "累计接通率")
)
COUNTY = "全县"


def year_table(programme: Mapping[str, Any]) -> pd.DataFrame:
    """Each year of the whole county with its money, then each township, year by year.

    Args:
        programme: summary of the programme; its `years` and `townships` hold for each unit what a year opens (`<unit>`), what is open by its end
            (`cumulative_<unit>`), and all there is (`<unit>_total`).
    """
    county = [_row(one, COUNTY, None) | _money(one) for one in programme["years"]]
    towns = [_row(one, one["name"] or one["code"], one["code"]) for one in programme["townships"]]
    frame = pd.DataFrame(county + towns, columns=["年度", "范围", "代码", *MONEY_HEADS, *SERVED_HEADS, *REACHED_HEADS, *TOTAL_HEADS, *RATE_HEADS])
    texts, counts = dict.fromkeys(("范围", "代码"), "string"), dict.fromkeys(("年度", *SERVED_HEADS, *REACHED_HEADS, *TOTAL_HEADS), "Int64")
    return frame.astype(texts | counts | dict.fromkeys((*MONEY_HEADS, *RATE_HEADS), "Float64"))


def _money(one: Mapping[str, Any]) -> dict[str, Any]:
    return {head: round(float(one[name]) / WAN, 6) for name, head in zip(("budget_cny", "spent_cny", "left_cny"), MONEY_HEADS, strict=True)}


def _row(one: Mapping[str, Any], area: str, code: str | None) -> dict[str, Any]:
    """Year and area, what the year opens, what is open by its end, of how many, and the rate where there is anybody."""
    row: dict[str, Any] = {"年度": one["year"], "范围": area, "代码": code}
    for unit, *heads in zip(UNIT_WORDS, SERVED_HEADS, REACHED_HEADS, TOTAL_HEADS, RATE_HEADS, strict=True):
        so_far, total = one[f"cumulative_{unit}"], one[f"{unit}_total"]
        row |= dict(zip(heads, (one[unit], so_far, total, so_far / total if total else None), strict=True))
    return row
