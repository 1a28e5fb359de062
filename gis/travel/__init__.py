"""Walking and road travel times on a grid of heights (docs/travel.md).

`make_surface` lays land cover, rivers and roads over heights; `minutes` gives the time from every cell to the nearest of some places, or from
them to every cell; `seconds_at` reads it at points.
"""

from gis.travel.places import SNAP_M, WHERE_LABELS, Placed, Where, put_places
from gis.travel.roadlinks import RoadLinks, link_roads, no_links
from gis.travel.speeds import Speeds, WalkModel, langmuir, tobler
from gis.travel.spread import Reached, minutes, seconds_at
from gis.travel.surface import Surface, centres, make_surface

__all__ = [
    "SNAP_M",
    "WHERE_LABELS",
    "Placed",
    "Reached",
    "RoadLinks",
    "Speeds",
    "Surface",
    "WalkModel",
    "Where",
    "centres",
    "langmuir",
    "link_roads",
    "make_surface",
    "minutes",
    "no_links",
    "put_places",
    "seconds_at",
    "tobler",
]
