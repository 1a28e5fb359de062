"""Site sets: where nothing may be built, how land is scored, what moving and staying cost, each value with unit, source and confidence.

A set is a TOML file in `gis/site_sets` (or the county's own folder) whose name is its id. A set that `extends` another takes over every value
that it does not state itself; the county's own values stand over all.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gis.sets import ParameterSet, SetKind, list_sets, load_set
from gis.sites.rules import SiteRules

if TYPE_CHECKING:
    from collections.abc import Mapping

USUAL_SITES = "relocation-2017"
"""The set that is taken where nobody chose one."""
_KIND = SetKind("选址参数", Path(__file__).parent.parent / "site_sets", SiteRules)


class SiteSet(SiteRules, ParameterSet):
    """A site set, merged with what it extends and the county's own values; head and table as in `ParameterSet`."""


def load_site_set(name: str = USUAL_SITES, *, folder: Path | None = None, overrides: Mapping[str, object] | None = None) -> SiteSet:
    """One site set by id, with what it extends and the county's own values.

    Args:
        name: Id of a built-in set, or of a file in `folder`.
        folder: A folder with the county's own sets, beside the built-in ones.
        overrides: Dotted key to value (`{"exclusions.slope.limit_deg": 20}`), to a table (`{value, source, note, …}`), or nested tables.

    Raises:
        StandardError: Unknown id or key, or a value that is not allowed; the sentence names file, key, value and what is expected.
    """
    return load_set(_KIND, SiteSet, name, folder=folder, overrides=overrides)


def list_site_sets(folder: Path | None = None) -> list[SiteSet]:
    """All sets that can be chosen, by id: the built-in ones and those of the county's own folder.

    Raises:
        StandardError: A file cannot be read, or has the id of a built-in set.
    """
    return list_sets(_KIND, SiteSet, folder)
