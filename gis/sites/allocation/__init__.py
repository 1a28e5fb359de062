"""Who moves where: siting models with stated bounds, and the allocation of groups to settlements and parcels.

`p_median`, `capacitated` and `max_cover` take plain arrays and stand on their own; `allocate` makes the layers of a study.
"""

from gis.sites.allocation.allocate import Allocated, allocate
from gis.sites.allocation.answers import Allocation, Cover, Located
from gis.sites.allocation.capacitated import capacitated
from gis.sites.allocation.conflicts import Conflict, Unplaced, explain_conflicts
from gis.sites.allocation.cover import max_cover
from gis.sites.allocation.median import p_median
from gis.sites.allocation.terms import AllocationTerms, terms_of

__all__ = [
    "Allocated",
    "Allocation",
    "AllocationTerms",
    "Conflict",
    "Cover",
    "Located",
    "Unplaced",
    "allocate",
    "capacitated",
    "explain_conflicts",
    "max_cover",
    "p_median",
    "terms_of",
]
