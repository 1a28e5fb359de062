"""Road or move: for every group without a road, what costs the public less, decided for all groups together."""

from gis.sites.choice.plan import ChoiceOptions, ChoicePlan, Terms, choose

__all__ = ["ChoiceOptions", "ChoicePlan", "Terms", "choose"]
