"""A siting study in a few lines and tables: what the command line prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from web.site_legend import CLASSES
from web.site_study import records
from web.site_words import SITE_KIND_WORDS, allocation_lines, hectares, km2, number, plain, ranking_lines, share, weighting_lines, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from web.site_study import SiteBook


HECTARE, KM2 = 1e4, 1e6
NAMED = 3


def study_lines(book: SiteBook, summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was found, by which weights, and how good the allocation is."""
    areas, parcels = summary["areas"], summary["parcels"]
    total = areas["total_m2"] or float("nan")
    return [
        ("县域面积", f"{km2(areas['total_m2'])}，格网 {number(summary['cell_m'])} m"),
        ("条件禁建", f"{km2(areas['excluded_m2'])}（{share(areas['excluded_m2'] / total, 1)}）"),
        ("不能下结论", f"{km2(areas['unknown_m2'])}（{share(areas['unknown_m2'] / total, 1)}）：有必需的资料不明"),
        ("可以评分", f"{km2(areas['scored_m2'])}（{share(areas['scored_m2'] / total, 1)}）"),
        ("最紧的条件", summary["binding"] or "—"),
        ("可建地块", f"{parcels['count']:,} 块，{hectares(parcels['area_m2'])}，可安置 {parcels['capacity_households']:,} 户"),
        *weighting_lines(book.weighting),
        *ranking_lines(book.ranking, book.labels),
        *settled_lines(summary["allocation"]),
    ]


def settled_lines(allocation: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Who has to be settled, and how well that can be done."""
    if not allocation["groups"]:
        return [("安置对象", "没有须安置的组")]
    return [("安置对象", f"{allocation['groups']:,} 组、{number(allocation['households'])} 户"), *allocation_lines(allocation)]


def land_rows(summary: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Land that each rule takes, the largest first; rules that could not be judged say so."""
    ordered = sorted(summary["land"], key=lambda row: (-row["alone_m2"], row["key"]))
    return [_land(row) for row in ordered if row["alone_m2"] > 0 or not row["judged"]]


def _land(row: Mapping[str, Any]) -> tuple[str, ...]:
    if not row["judged"]:
        return (row["label"], "不明", "—", "—")
    return (row["label"], _km2(row["alone_m2"]), share(row["share"], 1), _km2(row["only_m2"]))


def _km2(m2: float) -> str:
    return number(m2 / KM2, 2)


def parcel_rows(book: SiteBook, count: int) -> list[tuple[str, ...]]:
    """The best parcels."""
    return [
        (
            number(row["rank"]),
            str(row["parcel_code"]),
            str(row["parcel_name"]),
            number(row["score"], 1),
            share(row["first_share"]),
            number(row["area_m2"] / HECTARE, 1),
            f"{number(row['slope_mean_deg'], 1)}°",
            number(row["capacity_households"]),
        )
        for row in records(book.best(count))
    ]


def settlement_rows(book: SiteBook) -> list[tuple[str, ...]]:
    """How many settlements fall in each class, their mean score, and some of their names."""
    parts = [(key, book.settlements[book.settlements["class"] == key]) for key in CLASSES]
    return [(word(CLASSES, key), f"{len(rows):,}", number(rows["score"].mean(), 1), _named(rows)) for key, rows in parts if len(rows)]


def _named(rows: pd.DataFrame) -> str:
    names = [plain(name) for name in rows["settlement_name"].fillna(rows["settlement_code"])]
    return "、".join(names[:NAMED]) + (f" 等 {len(names):,} 处" if len(names) > NAMED else "")


def allocated_rows(book: SiteBook, count: int) -> list[tuple[str, ...]]:
    """The sites that take people in, the fullest first."""
    frame = book.allocation_sites
    taken = frame[frame["used_households"].fillna(0) > 0].sort_values(["used_households", "site_code"], ascending=[False, True]).head(count)
    return [
        (
            str(row["site_code"]),
            str(row["site_name"]),
            word(SITE_KIND_WORDS, row["site_kind"]),
            number(row["used_households"]),
            number(row["capacity_households"]),
            number(row["groups_count"]),
        )
        for row in records(taken)
    ]
