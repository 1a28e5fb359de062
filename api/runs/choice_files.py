"""Roads against moves as files: the ledger, and groups, sites and roads for GIS."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from api.errors import NotReady
from api.exports import whole_file, write_features
from api.ledger import marks
from api.plan_sources import costs_now
from api.result_files import county_of, footer, marked, suffix_in, write_package
from api.site_names import CHOICE
from api.site_sources import set_of_result
from api.site_views import outdated_result
from web.choice_book import ChoiceBook, choice_sheets
from web.workbook import write_workbook

if TYPE_CHECKING:
    import pandas as pd

    from api.snapshot import Snapshot

CHOICE_FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3",
    "geojson": "application/geo+json",
}
"""Suffixes that a comparison can be written as, and their media types."""
_GROUPS, _SITES, _ROADS = CHOICE
_PACKAGE = {_GROUPS: "Point", _SITES: "Point", _ROADS: "MultiLineString"}


def write_choice(snapshot: Snapshot, path: Path) -> int:
    """Write the comparison of a revision to .xlsx (ledger), .gpkg (groups, sites, roads) or .geojson (groups).

    Returns:
        How many groups there are.

    Raises:
        NotReady: the revision has no comparison.
        QueryError: another kind of file.
    """
    suffix = suffix_in(path, CHOICE_FORMATS, "修路与搬迁比较")
    if not snapshot.has(_GROUPS):
        raise NotReady("这个版本没有修路与搬迁的比较。", hint=f"先运行：zutong choose {snapshot.workspace.path}")
    groups = snapshot.features(_GROUPS)
    if suffix == "xlsx":
        with whole_file(path) as draft:
            write_workbook(draft, choice_sheets(choice_book(snapshot)), footer=footer(snapshot))
    elif suffix == "geojson":
        write_features(marked(groups, snapshot), path, layer=_GROUPS)
    else:
        write_package(snapshot, path, {name: (snapshot.features(name), kind) for name, kind in _PACKAGE.items()})
    return len(groups)


def choice_file(snapshot: Snapshot, fmt: str) -> tuple[bytes, str]:
    """The same file in memory (`fmt` is a key of `CHOICE_FORMATS`), and a name for it."""
    name = f"road-or-move-{snapshot.revision.id[:8]}.{fmt}"
    with tempfile.TemporaryDirectory(prefix="zutong-export-") as folder:
        path = Path(folder) / name
        write_choice(snapshot, path)
        return path.read_bytes(), name


def choice_book(snapshot: Snapshot) -> ChoiceBook:
    """What the ledger of a comparison is made of."""
    summary = snapshot.revision.layers[_GROUPS].info["summary"]
    changed = outdated_result(snapshot, CHOICE)
    return ChoiceBook(
        county=county_of(snapshot),
        groups=snapshot.frame(_GROUPS),
        sites=snapshot.frame(_SITES),
        roads=snapshot.frame(_ROADS),
        summary=summary,
        parameters=_parameters(snapshot, str(summary["costs"])),
        mark=marks(snapshot, public=False),
        facts=[
            ("版本", f"{snapshot.revision.id}（{snapshot.revision.time}）"),
            ("结果", f"已过期：{'、'.join(changed)}有改动，请重新比较" if changed else "与当前数据、标准和参数一致"),
        ],
    )


def _parameters(snapshot: Snapshot, costs: str) -> list[tuple[str, pd.DataFrame]]:
    """Every value of both sets, as they are today."""
    rules, prices = set_of_result(snapshot, _GROUPS), costs_now(snapshot, costs.partition("@")[0])
    found = [("选址参数", rules.parameters())] if rules is not None else []
    return [*found, *([("造价参数", prices.parameters())] if prices is not None else [])]
