"""Steiner trees in graphs: which edges join all terminals to a root at the least price, and how far from the least that can be."""

from gis.roads.steiner.graph import Graph, make_graph
from gis.roads.steiner.paths import shortest_from
from gis.roads.steiner.solve import SteinerTree, solve_steiner

__all__ = ["Graph", "SteinerTree", "make_graph", "shortest_from", "solve_steiner"]
