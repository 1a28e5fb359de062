"""Names that the run and the server share; they load nothing, so that the server need not load what plans."""

NETWORK = ("road_works", "road_sections", "road_profiles", "road_work_groups")
"""Result layers of the network; the first holds its summary."""
PROGRAMME = ("road_plan", "road_plan_groups")
"""Result layers of the programme; they follow from those of the network, and the first holds its summary."""
PLAN, PLAN_GROUPS = PROGRAMME
OWN_COSTS = "costs"
"""Folder of a workspace with the county's own cost sets."""
