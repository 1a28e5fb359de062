"""The levels that a service can reach, lowest first, and the words of a verdict."""

from __future__ import annotations

from enum import StrEnum

LEVELS: dict[str, tuple[str, ...]] = {
    "hardened_road": ("none", "reachable", "hardened", "standard"),
    "safe_water": ("none", "basic", "full"),
    "power": ("none", "met"),
    "telecom": ("none", "met"),
    "clinic": ("none", "met"),
    "school": ("none", "met"),
}
"""Levels by service; their place in the tuple is how they are counted inside this package."""


class Verdict(StrEnum):
    """What maps, totals and filters say of a group and a service; `status` knows the first three."""

    MET = "met"
    LACKING = "lacking"
    UNKNOWN = "unknown"
    EXCLUDED = "excluded"


VERDICTS: tuple[str, ...] = tuple(str(verdict) for verdict in Verdict)


def rank(service: str, level: str) -> int:
    """The place of a level among those of its service."""
    return LEVELS[service].index(level)
