"""The years of a road programme as a table: money, what each year connects, and what is reached of what is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from web.road_words import UNIT_WORDS, WAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MONEY_HEADS = ("预算（万元）", "支出（万元）")
SERVED_HEADS, REACHED_HEADS, TOTAL_HEADS, RATE_HEADS = (
    tuple(f"{head}（{word}）" for word in UNIT_WORDS.values()) for head in ("当年接通", "累计接通", "应接通", "累计接通率")
)
COUNTY = "全县"


def year_table(programme: Mapping[str, Any]) -> pd.DataFrame:
    """Each year of the whole county with its money, then each township with what is reached by the end of each year.

    Args:
        programme: summary of the programme; `years` and `townships` say what is reached so far (`cumulative_<unit>` where a year's own count stands
            beside it, else `<unit>`), and `<unit>_total` what is asked for.
    """
    county = _with_own_counts([_row(one, COUNTY, None) | _money(one) for one in programme["years"]], programme["years"])
    towns = [_row(one, one.get("name") or one["code"], one["code"]) for one in _wide(programme["townships"])]
    frame = pd.DataFrame(county + towns, columns=["年度", "范围", "代码", *MONEY_HEADS, *SERVED_HEADS, *REACHED_HEADS, *TOTAL_HEADS, *RATE_HEADS])
    texts, counts = dict.fromkeys(("范围", "代码"), "string"), dict.fromkeys(("年度", *SERVED_HEADS, *REACHED_HEADS, *TOTAL_HEADS), "Int64")
    return frame.astype(texts | counts | dict.fromkeys((*MONEY_HEADS, *RATE_HEADS), "Float64"))


def _money(one: Mapping[str, Any]) -> dict[str, Any]:
    return {head: round(float(one[name]) / WAN, 4) for name, head in zip(("budget_cny", "spent_cny"), MONEY_HEADS, strict=True)}


def _row(one: Mapping[str, Any], area: str, code: str | None) -> dict[str, Any]:
    """Year and area, what is reached so far, of how many, and the rate where both are known."""
    row: dict[str, Any] = {"年度": one["year"], "范围": area, "代码": code}
    for unit, reached, total, rate in zip(UNIT_WORDS, REACHED_HEADS, TOTAL_HEADS, RATE_HEADS, strict=True):
        done, everything = one.get(f"cumulative_{unit}", one.get(unit)), one.get(f"{unit}_total")
        row |= {reached: done, total: everything, rate: done / everything if done is not None and everything else None}
    return row


def _with_own_counts(rows: Sequence[dict[str, Any]], years: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What each year adds: as the summary says it, else what is reached now and was not a year before."""
    found, before = [], dict.fromkeys(REACHED_HEADS, 0)
    for row, one in zip(rows, years, strict=True):
        own = {
            served: one[unit] if f"cumulative_{unit}" in one else row[reached] - before[reached]
            for unit, served, reached in zip(UNIT_WORDS, SERVED_HEADS, REACHED_HEADS, strict=True)
        }
        found.append(row | own)
        before = {head: row[head] for head in REACHED_HEADS}
    return found


def _wide(townships: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row a township and year, where the summary has one for each unit too; by township, then year."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for one in townships:
        row = found.setdefault((str(one["code"]), int(one["year"])), {"code": one["code"], "name": one.get("name"), "year": one["year"]})
        row |= {one["unit"]: one["served"], f"{one['unit']}_total": one["total"]} if "unit" in one else one
    return [found[key] for key in sorted(found)]
