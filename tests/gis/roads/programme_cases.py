"""Small programmes for property tests, and the slow judge: every way of putting works into years, one by one.

The judge reads the frames and the terms by itself and shares no code with what it judges.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from gis.roads.programme import UNITS, Deadline, Floor, Terms

YEARS = (2026, 2027, 2028)


def works_frame(parents, costs, decisions=None):
    """Works W00, W01 …; parents by number, None hangs on the network."""
    size = len(parents)
    return pd.DataFrame(
        {
            "work_code": pd.array([f"W{at:02d}" for at in range(size)], dtype="string"),
            "parent_work": pd.array([None if above is None else f"W{above:02d}" for above in parents], dtype="string"),
            "cost_cny": pd.array(costs, dtype="Float64"),
            "decision": pd.array(decisions or ["may"] * size, dtype="string"),
        }
    )


def served_frame(rows):
    """Rows of (work or None, township, households, people, registered)."""
    work, town, households, people, registered = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return pd.DataFrame(
        {
            "group_code": pd.array([f"G{at:02d}" for at in range(len(rows))], dtype="string"),
            "work_code": pd.array([None if at is None else f"W{at:02d}" for at in work], dtype="string"),
            "township_code": pd.array(town, dtype="string"),
            "households": pd.array(households, dtype="Int64"),
            "people": pd.array(people, dtype="Int64"),
            "registered": pd.array(registered, dtype="Int64"),
        }
    )


def big_case(size, *, seed=0, towns=20):
    """A county of its own making: a forest of works with uneven prices, three in four with a group at the end."""
    rng = np.random.default_rng(seed)
    parents = [int(rng.integers(max(0, at - 40), at)) if at and rng.random() < 0.7 else None for at in range(size)]
    works = works_frame(parents, np.round(rng.lognormal(0, 0.8, size) * 600_000, 2))
    ends = np.flatnonzero(rng.random(size) < 0.75)
    households = rng.integers(5, 60, len(ends))
    rows = [
        (int(end), f"T{town:02d}", int(count), int(count) * 4, int(poor))
        for end, town, count, poor in zip(ends, rng.integers(0, towns, len(ends)), households, rng.integers(0, 5, len(ends)), strict=True)
    ]
    return works, served_frame(rows)


@st.composite
def small_cases(draw, *, most=6, years=2, demands=True, decisions=True, gap=0.0):
    """Works, served, terms: forests, ties, free works, empty years, connected groups, floors and deadlines that may be impossible."""
    size = draw(st.integers(1, most))
    parents = [draw(st.one_of(st.none(), st.integers(0, at - 1))) if at else None for at in range(size)]
    costs = [draw(st.sampled_from([0, 10_000, 20_000, 20_000, 30_000.5, 40_000, 50_000, 70_000])) for _ in range(size)]
    decided = [draw(st.sampled_from(["may"] * 5 + ["must", "must_not"])) for _ in range(size)] if decisions else None
    count = st.integers(0, 7)
    row = st.tuples(st.one_of(st.none(), st.integers(0, size - 1)), st.sampled_from(["T1", "T2"]), count, count, count)
    rows = draw(st.lists(row, min_size=1, max_size=size + 2))
    span = draw(st.integers(1, years))
    share = st.sampled_from([0.0, 0.25, 0.5, 1.0])
    unit = st.sampled_from(["households", "groups"])
    towns = st.sampled_from([None, *sorted({town for _, town, *_ in rows})])
    year = st.sampled_from(YEARS[:span])
    floors = draw(st.lists(st.builds(Floor, share, unit, towns, st.one_of(st.none(), year)), max_size=1)) if demands else []
    deadlines = draw(st.lists(st.builds(Deadline, year, share, unit, towns), max_size=1)) if demands else []
    terms = Terms(
        years=YEARS[:span],
        budgets_cny=tuple(draw(st.sampled_from([0, 20_000, 50_000.5, 80_000, 110_000])) for _ in range(span)),
        weights=draw(st.sampled_from([{"households": 1}, {"households": 1, "registered": 0.5}, {"groups": 1}])),
        carry_over=draw(st.booleans()),
        floors=tuple(floors),
        deadlines=tuple(deadlines),
        gap=gap,
    )
    return works_frame(parents, costs, decided), served_frame(rows), terms


@dataclass(frozen=True)
class Judge:
    """Every assignment of works to years: `year[k, w]` in 0 … T, T is never; parents always stand first and must-not is never built."""

    works: pd.DataFrame
    served: pd.DataFrame
    terms: Terms

    @property
    def span(self):
        return len(self.terms.years)

    @property
    def assignments(self):
        size = len(self.works)
        year = np.indices((self.span + 1,) * size).reshape(size, -1).T
        fine = np.ones(len(year), dtype=bool)
        number = {code: at for at, code in enumerate(self.works["work_code"])}
        for at, row in enumerate(self.works.itertuples()):
            if isinstance(row.parent_work, str):
                fine &= year[:, number[row.parent_work]] <= year[:, at]
            if row.decision == "must_not":
                fine &= year[:, at] == self.span
        return year[fine]

    def spent(self, year):
        fen = np.rint(self.works["cost_cny"].to_numpy(dtype=float) * 100).astype(np.int64)
        return np.stack([((year == at) * fen).sum(axis=1) for at in range(self.span)], axis=1)

    def over(self, year):
        """Fen that the budgets lack."""
        spent, budget = self.spent(year), np.rint(np.array(self.terms.budgets_cny) * 100).astype(np.int64)
        if self.terms.carry_over:
            return np.maximum(0, (np.cumsum(spent, axis=1) - np.cumsum(budget)).max(axis=1))
        return np.maximum(0, spent - budget).sum(axis=1)

    def counted(self, year, unit, by, town=None):
        """Units served by the end of year `by`, and all units."""
        number = {code: at for at, code in enumerate(self.works["work_code"])}
        served, total = np.zeros(len(year)), 0.0
        for row in self.served.itertuples():
            if town is None or row.township_code == town:
                amount = 1.0 if unit == "groups" else float(getattr(row, unit))
                total += amount
                served += amount * (year[:, number[row.work_code]] <= by if isinstance(row.work_code, str) else 1)
        return served, total

    def demands(self):
        towns = sorted(set(self.served["township_code"]))
        for floor in self.terms.floors:
            for town in towns if floor.area_code is None else [floor.area_code]:
                yield town, floor.unit, floor.share, self.terms.years.index(floor.by_year or self.terms.years[-1])
        for due in self.terms.deadlines:
            yield due.area_code, due.unit, due.share, self.terms.years.index(due.year)

    def missing(self, year):
        """Sum over the demands of the missing share."""
        short = np.zeros(len(year))
        for town, unit, share, by in self.demands():
            served, total = self.counted(year, unit, by, town)
            short += np.maximum(0, ceil(share * total - 1e-9) - served) / max(total, 1.0)
        return short

    def musts_left_out(self, year):
        return ((year == self.span) & (self.works["decision"] == "must").to_numpy(dtype=bool)).sum(axis=1)

    def aims(self, year):
        """Benefit at the end, and of the years before added up; without those that are connected already."""
        weights = self.terms.weights
        aims = []
        for by in range(self.span):
            nothing = np.full_like(year[:1], self.span)
            aims.append(
                sum(weights.get(unit, 0) * (self.counted(year, unit, by)[0] - self.counted(nothing, unit, self.span - 1)[0]) for unit in UNITS)
            )
        return aims[-1], sum(aims[:-1], np.zeros(len(year)))

    def best(self):
        """(musts left out, missing shares, value, early): least, least, most, most, in this order, among all that the money pays."""
        year = self.assignments
        year = year[self.over(year) == 0]
        value, early = self.aims(year)
        order = np.lexsort((-early, -value, np.round(self.missing(year), 9), self.musts_left_out(year)))[0]
        return int(self.musts_left_out(year)[order]), float(self.missing(year)[order]), float(value[order]), float(early[order])
