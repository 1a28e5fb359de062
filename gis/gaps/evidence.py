"""From findings to rows: what each indicator says, and what they say together.

The worst indicator decides, in each bound by itself: met in both bounds is met, lacking in both is lacking, all else is unknown. So, whatever
the missing values turn out to be, the true answer lies within the bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gis.gaps.findings import REASONS
from gis.gaps.levels import LEVELS, VERDICTS
from gis.gaps.texts import asset_codes, floats, joined, named, no_asset, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gis.gaps.eligibility import Eligible
    from gis.gaps.findings import Bools, Finding
    from gis.gaps.scene import Scene

EVIDENCE_COLUMNS = (
    "group_code", "service", "indicator", "level_low", "level_high", "value", "unit", "threshold",
    "asset_layer", "asset_code", "asset_distance_m", "missing", "rule", "data_date",
)  # fmt: skip
COVERAGE_COLUMNS = (
    "group_code", "service", "verdict", "status", "status_low", "status_high", "eligible", "eligible_reason", "level", "level_high",
    "indicator", "value", "unit", "threshold", "shortfall", "asset_layer", "asset_code", "asset_distance_m", "reason", "missing",
    "near_miss", "reported", "conflict", "rule", "standard", "data_date",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Status:
    """A service's findings combined: levels in both bounds, what follows from them, and which finding decides."""

    low: NDArray[np.int8]
    high: NDArray[np.int8]
    met: Bools
    lacking: Bools
    decides: NDArray[np.int64]


def combine(findings: Sequence[Finding], required: int) -> Status:
    """The worst indicator of each bound, against the required level.

    Of the findings that keep a group from being met the surely failing ones decide before the open ones, and the earlier before the later. Where
    nothing fails, the lowest level decides; but of a road that is good enough the required indicator is told, not the next better one.
    """
    told = required if findings[0].service == "hardened_road" else len(LEVELS[findings[0].service]) - 1
    lows, highs = np.stack([one.low for one in findings]), np.stack([one.high for one in findings])
    passes, may_pass = lows >= required, highs >= required
    order = np.arange(len(findings))[:, None]
    weight = np.where(passes, 200 + 10 * np.minimum(lows.astype(np.int64), told), np.where(may_pass, 100, 0)) + order
    low, high = lows.min(axis=0), highs.min(axis=0)
    return Status(low, high, low >= required, high < required, np.asarray(weight.argmin(axis=0), dtype=np.int64))


def evidence_frame(scene: Scene, findings: Sequence[Finding]) -> pd.DataFrame:
    """`EVIDENCE_COLUMNS`, one row per finding and group; the asset is the nearest one that may count."""
    size, count = scene.size, len(findings)
    each = np.repeat(np.arange(count), size)
    assets = [one.asset or no_asset(size) for one in findings]
    rows = np.concatenate([asset.row for asset in assets])
    columns = {
        "group_code": scene.groups["group_code"].astype("string").array.take(np.tile(np.arange(size), count)),
        "service": text([one.service for one in findings], each),
        "indicator": text([one.indicator for one in findings], each),
        "level_low": joined([text(LEVELS[one.service], one.low) for one in findings]),
        "level_high": joined([text(LEVELS[one.service], one.high) for one in findings]),
        "value": floats(np.concatenate([one.value for one in findings])),
        "unit": text([one.unit for one in findings], np.where([one.unit == "" for one in findings], -1, np.arange(count))[each]),
        "threshold": floats(np.concatenate([one.threshold for one in findings])),
        "asset_layer": text([asset.layer for asset in assets], np.where(rows < 0, -1, each)),
        "asset_code": joined([asset_codes(scene, asset) for asset in assets]),
        "asset_distance_m": floats(np.concatenate([asset.distance for asset in assets])),
        "missing": joined([named(one.missing, size) for one in findings]),
        "rule": text([one.rule for one in findings], each),
        "data_date": joined([scene.date_texts(np.minimum(scene.group_dates, one.dates)) for one in findings]),
    }
    return pd.DataFrame(columns)[list(EVIDENCE_COLUMNS)]


def coverage_frame(scene: Scene, findings: Sequence[Finding], eligible: Eligible, required: int, standard: str) -> pd.DataFrame:
    """`COVERAGE_COLUMNS`, one row per group, of the findings of one service."""
    status = combine(findings, required)
    judged = np.where(status.met, 0, np.where(status.lacking, 1, 2))
    verdict = np.select([eligible.no, eligible.yes | status.met], [3, judged], 2)
    lacking = verdict == VERDICTS.index("lacking")
    reported, conflict = _reported(scene, findings[0].service, lacking)
    same = np.zeros(scene.size, dtype=np.int64)
    columns = {
        "group_code": scene.groups["group_code"].astype("string").array,
        "service": text([findings[0].service], same),
        "verdict": text(VERDICTS, verdict),
        "status": text(VERDICTS, judged),
        "status_low": text(VERDICTS, np.where(status.met, 0, 1)),
        "status_high": text(VERDICTS, np.where(status.lacking, 1, 0)),
        "eligible": text(["yes", "no", "unknown"], np.where(eligible.no, 1, np.where(eligible.yes, 0, 2))),
        "eligible_reason": text(REASONS, eligible.reason),
        "level": text(LEVELS[findings[0].service], status.low),
        "level_high": text(LEVELS[findings[0].service], status.high),
        **_deciding(scene, findings, status, judged == VERDICTS.index("unknown")),
        "reason": text(REASONS, _reason(findings, status, eligible, verdict)),
        "missing": _missing(findings, eligible, verdict, required),
        "near_miss": pd.array(lacking & np.logical_and.reduce([(one.low >= required) | one.near for one in findings]), dtype="boolean"),
        "reported": reported,
        "conflict": conflict,
        "standard": text([standard], same),
        "data_date": scene.date_texts(np.minimum.reduce([scene.group_dates, *(one.dates for one in findings)])),
    }
    return pd.DataFrame(columns)[list(COVERAGE_COLUMNS)]


def _deciding(scene: Scene, findings: Sequence[Finding], status: Status, unsure: Bools) -> dict[str, Any]:
    """The columns of the deciding indicator; where the answer is open, what was measured to the asset that may count."""
    size, which = scene.size, status.decides

    def of(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Of each group the value of the finding that decides."""
        return np.asarray(np.stack(arrays)[which, np.arange(size)])

    sure = [one.sure_asset or one.asset or no_asset(size) for one in findings]
    may = [one.asset or no_asset(size) for one in findings]
    row = np.where(unsure, of([asset.row for asset in may]), of([asset.row for asset in sure]))
    shown = of([may[at].distance if one.sure_asset else one.value for at, one in enumerate(findings)])
    # Codes of all assets once, then those that are shown.
    codes = joined([asset_codes(scene, asset) for asset in (*sure, *may)])
    layers = text([asset.layer for asset in sure], np.where(row < 0, -1, which))
    units = np.array([one.unit == "" for one in findings])
    return {
        "indicator": text([one.indicator for one in findings], which),
        "value": floats(np.where(unsure, shown, of([one.value for one in findings]))),
        "unit": text([one.unit for one in findings], np.where(units[which], -1, which)),
        "threshold": floats(of([one.threshold for one in findings])),
        "shortfall": floats(np.where(unsure, np.nan, of([one.shortfall for one in findings]))),
        "asset_layer": layers,
        "asset_code": codes.take(np.arange(size) + size * (which + len(findings) * unsure)),
        "asset_distance_m": floats(np.where(unsure, of([asset.distance for asset in may]), of([asset.distance for asset in sure]))),
        "rule": text([one.rule for one in findings], which),
    }


def _reason(findings: Sequence[Finding], status: Status, eligible: Eligible, verdict: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of the deciding finding; of eligibility where that is what excludes the group or leaves it open."""
    own = np.stack([one.reason for one in findings])[status.decides, np.arange(len(verdict))]
    by_eligibility = (verdict == VERDICTS.index("excluded")) | ((verdict == VERDICTS.index("unknown")) & status.lacking)
    return np.where(by_eligibility, eligible.reason, own).astype(np.int64)


def _missing(findings: Sequence[Finding], eligible: Eligible, verdict: NDArray[np.int64], required: int) -> Any:
    """What would have to be known to decide; nothing where it is decided."""
    unknown = verdict == VERDICTS.index("unknown")
    pairs = [(name, where & unknown) for name, where in eligible.missing]
    for one in findings:
        undecided = unknown & (one.low < required) & (one.high >= required)
        pairs += [(name, where & undecided) for name, where in one.missing]
    return named(tuple(pairs), len(verdict))


def _reported(scene: Scene, service: str, lacking: Bools) -> tuple[Any, Any]:
    """What the list says, and whether it says met where the evidence says lacking."""
    column = f"reported_{service}"
    if column not in scene.groups:
        nothing = pd.array([pd.NA] * scene.size, dtype="boolean")
        return nothing, pd.array(np.zeros(scene.size, dtype=bool), dtype="boolean")
    reported = scene.groups[column].astype("boolean")
    said = reported.fillna(value=False).to_numpy(dtype=bool)
    return reported.array, pd.array(said & lacking, dtype="boolean")
