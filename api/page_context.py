"""What the frame of the page says before any data has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api import facts
from web.page import PageContext

if TYPE_CHECKING:
    from api.snapshot import Snapshot


def context_of(snapshot: Snapshot) -> PageContext:
    """The page's context for a revision."""
    county, rules, box = snapshot.workspace.settings.county, facts.standard(snapshot), facts.bounds(snapshot)
    return PageContext(
        county_name=county.name or county.code,
        bounds=(box[0], box[1], box[2], box[3]) if box else None,
        standard=f"{rules.id}@{rules.version}",
        data_date=facts.data_date(snapshot) or "",
        synthetic=facts.is_synthetic(snapshot),
    )
