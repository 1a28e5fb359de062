"""Kinds of jobs: what the worker process calls for each. Names, not functions, so that the server need not load what only the worker runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from layers.workspace import Workspace

    Tell: TypeAlias = Callable[[str, float], None]
    Run: TypeAlias = "Callable[[Workspace, Mapping[str, Any], Order, Tell], Outcome]"

ROADS, SITES, WEIGHTS, CHOICE = "roads", "sites", "weights", "choice"
KINDS: dict[str, str] = {
    ROADS: "api.jobs.roads:run_roads",
    SITES: "api.jobs.sites:run_study",
    WEIGHTS: "api.jobs.sites:run_keep_weights",
    CHOICE: "api.jobs.sites:run_choice",
}
"""Kind → `module:function`; the function is called with the workspace, the job's options, its order (title, author) and `tell(words, share)`."""


@dataclass(frozen=True, slots=True)
class Order:
    """Who ordered the run, and how it is to be called."""

    title: str
    author: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run has made: the revision (None: nothing new) and JSON-ready facts."""

    revision: str | None
    result: dict[str, Any] = field(default_factory=dict)
    words: str = "完成"
