"""What became of each group between two judgements: who was connected, who fell back, what is no longer known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

TRANSITION_COLUMNS = ("service", "before", "after", "groups_count", "group_codes")
_KEY = ["group_code", "service"]


def transitions(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Groups whose verdict differs, by service and by what it was and is.

    Args:
        before: Layer `coverage` of the older revision.
        after: Layer `coverage` of the newer one.

    Returns:
        `service, before, after, groups_count, group_codes` (comma separated, sorted); `before` or `after` is missing where a group came or went.
    """
    both = before[[*_KEY, "verdict"]].merge(after[[*_KEY, "verdict"]], on=_KEY, how="outer", suffixes=("_before", "_after"), validate="one_to_one")
    was, now = both["verdict_before"].astype("string"), both["verdict_after"].astype("string")
    moved = both[was.fillna("") != now.fillna("")].sort_values(_KEY)
    found = (
        moved.rename(columns={"verdict_before": "before", "verdict_after": "after"})
        .groupby(["service", "before", "after"], dropna=False, sort=True)["group_code"]
        .agg(groups_count="size", group_codes=",".join)
        .reset_index()
    )
    return found.astype({"groups_count": "Int64"})[list(TRANSITION_COLUMNS)]
