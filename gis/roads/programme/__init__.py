"""Which works in which year: budgets, precedence, must-do, floors and deadlines; how good the choice is and what stands outside the line.

`solve_programme` is exact within a stated gap (HiGHS), `greedy_programme` is instant, `order_works` is the sequence behind a budget slider.
"""

from gis.roads.programme.conflict import Conflict
from gis.roads.programme.order import order_works
from gis.roads.programme.outcome import Programme
from gis.roads.programme.outside import outside_the_line
from gis.roads.programme.solve import greedy_programme, solve_programme
from gis.roads.programme.stability import stability
from gis.roads.programme.terms import UNITS, Deadline, Floor, Terms

__all__ = [
    "UNITS",
    "Conflict",
    "Deadline",
    "Floor",
    "Programme",
    "Terms",
    "greedy_programme",
    "order_works",
    "outside_the_line",
    "solve_programme",
    "stability",
]
