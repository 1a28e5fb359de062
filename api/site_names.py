"""Names that the runs and the server share; they load nothing, so that the server need not load what computes."""

SCORES, PARCELS = "site_scores", "parcels"
STUDY = (SCORES, PARCELS, "settlement_review", "settlement_moves", "allocation", "allocation_sites")
"""Result layers of a siting study; `parcels` holds its summary."""
ALWAYS = (SCORES, PARCELS, "allocation", "allocation_sites")
"""Those of them that every study has."""
WEIGHT_SETS = "weight_sets"
CHOICE = ("choice", "choice_sites", "choice_roads")
"""Result layers of the comparison of roads and moves; the first holds its summary."""
OWN_SITES = "sites"
"""Folder of a workspace with the county's own site sets."""
