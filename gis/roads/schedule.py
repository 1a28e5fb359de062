"""From the works of the network and the bureau's terms to a plan by year: the frames and the summary that people see."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.roads.demand import IN_PLAN
from gis.roads.programme import UNITS, Terms, greedy_programme, order_works, outside_the_line, solve_programme, stability
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from gis.roads.costs import CostSet
    from gis.roads.programme import Programme

COUNTS = {"households": "households_count", "people": "people_count", "registered": "registered_households_count"}
"""Units of a programme and the columns that count them."""
ROUND_CNY = 1e6
"""Budgets that nobody gave are whole millions."""
USUAL_YEARS = 3
CURVE_POINTS = 200
"""So many points are enough for a curve on a screen."""


def usual_terms(works: pd.DataFrame, first_year: int) -> Terms:
    """Three years that share the cost of everything, where nobody has said how much money there is."""
    yearly = ceil(float(works["cost_cny"].sum()) / USUAL_YEARS / ROUND_CNY) * ROUND_CNY
    return Terms(years=tuple(range(first_year, first_year + USUAL_YEARS)), budgets_cny=(yearly,) * USUAL_YEARS)


def schedule_roads(
    works: gpd.GeoDataFrame,
    groups: pd.DataFrame,
    terms: Terms,
    costs: CostSet,
    *,
    must: Collection[str] = (),
    must_not: Collection[str] = (),
    seed: int = 0,
    tell: Callable[[str, float], None] = lambda _words, _done: None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, dict[str, Any]]:
    """Put the works into years.

    Args:
        works: layer `road_works`.
        groups: layer `road_work_groups`.
        terms: years, budgets, weights, floors, deadlines.
        costs: for the swing of prices that the stability is tried under.
        must: codes of works or projects that are built in any case, beside those that the projects declare.
        must_not: codes of works or projects that are not built.
        seed: of the drawn variants.
        tell: called with what is being done and the share that is done; what it raises stops the run, inside the solver too.

    Returns:
        The layers `road_plan` and `road_plan_groups`, and the summary.

    Raises:
        QueryError: a code is unknown, or the terms do not fit the works.
    """
    decided = works.assign(decision=decide(works, must, must_not))
    served = served_groups(groups)
    tell("求最优年度安排", 0.0)
    greedy = greedy_programme(decided, served, terms)
    best = solve_programme(decided, served, terms, tell=_between(tell, 0.0, 0.4))
    order = order_works(decided, served, terms.weights).set_index("work_code")
    swing = float(costs.price_swing.value)
    steady = stability(decided, served, terms, price_swing=swing, seed=seed, tell=_between(tell, 0.4, 1.0)).set_index("work_code")
    following = outside_the_line(decided, served, terms, best)
    plan = _plan_frame(decided, best, order, steady, following)
    by_group = groups.assign(year=groups["work_code"].map(plan.set_index("work_code")["year"]).astype("Int64"))
    tell("完成", 1.0)
    extra = {"must": sorted(must), "must_not": sorted(must_not), "seed": seed}
    return plan, by_group, _summary(plan, groups, terms, extra, best, greedy)


def _between(tell: Callable[[str, float], None], start: float, end: float) -> Callable[[str, float | None], None]:
    """For a part of the run: its share of the whole, and the last one where the solver has none to tell."""
    reached = start

    def told(words: str, share: float | None) -> None:
        """Tell the whole run."""
        nonlocal reached
        reached = reached if share is None else start + (end - start) * share
        tell(words, reached)

    return told


def decide(works: pd.DataFrame, must: Collection[str], must_not: Collection[str]) -> pd.Series:
    """The decision on each work: what the run says stands over what the projects declare.

    Raises:
        QueryError: a code is neither a work nor a project, or is asked for both ways.
    """
    both = sorted(set(must) & set(must_not))
    if both:
        raise QueryError(f"工程 {'、'.join(both)} 既要求必建又要求不建。", hint="请去掉其中一处。")
    projects = works["project_codes"].fillna("").str.split(",")
    named = [set(codes) | {code} for code, codes in zip(works["work_code"], projects, strict=True)]
    unknown = sorted((set(must) | set(must_not)) - set().union(*named))
    if unknown:
        raise QueryError(f"没有编号为 {'、'.join(unknown)} 的工程或项目。", hint="编号见道路计划的工程表。")
    chosen = [("must" if own & set(must) else "must_not" if own & set(must_not) else None) for own in named]
    return pd.Series(chosen, index=works.index, dtype="string").fillna(works["decision"].astype("string")).fillna("may")


def served_groups(groups: pd.DataFrame) -> pd.DataFrame:
    """Who is counted: all groups that ask for a road; one that cannot be reached counts in the totals and is never served."""
    asking = groups[groups["wanted"].isin([str(one) for one in IN_PLAN])].reset_index(drop=True)
    counts = {unit: pd.to_numeric(asking[column]).astype("Float64") for unit, column in COUNTS.items()}
    return asking[["group_code", "work_code", "township_code"]].assign(groups=1.0, connected=asking["reason"] == "on_network", **counts)


def _plan_frame(works: gpd.GeoDataFrame, best: Programme, order: pd.DataFrame, steady: pd.DataFrame, following: pd.DataFrame) -> gpd.GeoDataFrame:
    code = works["work_code"]
    columns = {"year": best.year.reindex(code).array}
    columns |= {
        name: order[name].reindex(code).array for name in ("rank", "bundle", "cumulative_cost_cny", *(f"cumulative_{unit}" for unit in UNITS))
    }
    columns |= {name: steady[name].reindex(code).array for name in ("stability", "core")}
    columns["next_in_line"] = following.set_index("work_code")["next_in_line"].reindex(code).array
    return gpd.GeoDataFrame(works.assign(**columns))


def _summary(plan: gpd.GeoDataFrame, groups: pd.DataFrame, terms: Terms, extra: dict[str, Any], best: Programme, greedy: Programme) -> dict[str, Any]:
    names = dict(groups.dropna(subset=["township_code"]).drop_duplicates("township_code").set_index("township_code")["township_name"].fillna(""))
    return {
        "terms": terms.as_dict() | extra,
        "status": best.status,
        "value": best.value,
        "bound": best.bound,
        "gap": best.gap,
        "early_gap": best.early_gap,
        "greedy_value": greedy.value,
        "greedy_gap": (best.bound - greedy.value) / best.bound if best.bound > greedy.value else 0.0,
        "cost_cny": float(sum(best.spent_cny)),
        "works_built": int(best.year.notna().sum()),
        "works_core": int(plan["core"].fillna(value=False).sum()),
        "years": _years(best, terms.years),
        "townships": _townships(best, names),
        "curve": curve(plan),
        "conflicts": [one.as_dict(names) for one in best.conflicts],
        "findings": [one.as_dict(names) for one in best.findings],
    }


def _years(best: Programme, years: Sequence[int]) -> list[dict[str, Any]]:
    """Money of each year, what it opens, what is open by its end (with what was before the first year), and how much there is to open."""
    reached = {row["year"]: row for row in _reached(best.coverage, [])}
    nobody = dict.fromkeys((name for unit in UNITS for name in (unit, f"cumulative_{unit}", f"{unit}_total")), 0)
    money = zip(years, best.budget_cny, best.spent_cny, best.left_cny, strict=True)
    return [
        {"year": year, "budget_cny": budget, "spent_cny": spent, "left_cny": left, **reached.get(year, nobody)} for year, budget, spent, left in money
    ]


def _townships(best: Programme, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The same counts for each township, by township, then year."""
    rows = _reached(best.coverage, ["township_code"])
    return [{"code": (code := str(row.pop("township_code"))), "name": names.get(code, ""), **row} for row in rows]


def _reached(coverage: pd.DataFrame, by: list[str]) -> list[dict[str, Any]]:
    """One row an area and year: `<unit>` opened in that year, `cumulative_<unit>` by its end, `<unit>_total`."""
    if coverage.empty:
        return []
    sums = coverage.pivot_table(index=[*by, "year"], columns="unit", values=["before", "served", "total"], aggfunc="sum").astype("int64")
    served = sums["served"]
    earlier = (served.groupby(level=by) if by else served).shift()
    opened = served - earlier.where(earlier.notna(), sums["before"]).astype("int64")
    parts = [opened[list(UNITS)], served[list(UNITS)].add_prefix("cumulative_"), sums["total"][list(UNITS)].add_suffix("_total")]
    rows = pd.concat(parts, axis=1).reset_index().to_dict("records")
    return [{str(name): value if isinstance(value, str) else int(value) for name, value in row.items()} for row in rows]


def curve(plan: pd.DataFrame) -> list[dict[str, float]]:
    """Money and people along the sequence of works, thinned to what a screen can show; the first and the last point stay."""
    columns = ["cumulative_cost_cny", *(f"cumulative_{unit}" for unit in UNITS)]
    ranked = plan.dropna(subset=["rank"]).sort_values("rank")[columns].astype(float)
    kept = np.unique(np.linspace(0, max(0, len(ranked) - 1), min(len(ranked), CURVE_POINTS)).round().astype(int))
    rows = ranked.iloc[kept].rename(columns=lambda name: name.removeprefix("cumulative_"))
    return [{str(name): float(value) for name, value in row.items()} for row in rows.to_dict("records")]
