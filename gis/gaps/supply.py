"""What is known of each group's water: its own columns first, else those of the scheme that serves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gis.gaps.findings import pick
from gis.gaps.scene import flags, numbers, rows_of, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gis.gaps.findings import Bools, Floats
    from gis.gaps.scene import Scene

SCHEMES = "water_schemes"


@dataclass(frozen=True, slots=True, eq=False)
class Supply:
    """Water facts of n groups.

    Attributes:
        scheme: row of the group's scheme, -1 where it has none or it is not in the layer.
        unlinked: a scheme is named but not in the layer, or the layer was not handed over.
        piped, may_be_piped: water at home, surely and possibly.
        central, dispersed: the kind of supply may be so; both where it is not known.
        litres, outage: litres a person and day, days a year without; NaN unknown.
        quality: value of `water_quality`; missing where unknown.
        dates: date code of the scheme.
    """

    scheme: NDArray[np.int64]
    unlinked: Bools
    piped: Bools
    may_be_piped: Bools
    central: Bools
    dispersed: Bools
    litres: Floats
    outage: Floats
    quality: pd.Series[Any]
    dates: NDArray[np.int32]


def read_supply(scene: Scene) -> Supply:
    """The water facts of the scene's groups."""
    groups, schemes = scene.groups, scene.frame(SCHEMES)
    named = words(groups, "water_scheme_code")
    row = rows_of(named, words(schemes, "scheme_code"))
    kind = _of_scheme(schemes, "scheme_kind", row, groups)
    piped, may_be_piped = flags(groups, "piped_water")
    # Who names no scheme and has surely no pipe fetches water on his own.
    alone = named.isna().to_numpy(dtype=bool) & ~may_be_piped
    unknown = kind.isna().to_numpy(dtype=bool) & ~alone
    quality = words(groups, "water_quality")
    return Supply(
        scheme=row,
        unlinked=named.notna().to_numpy(dtype=bool) & (row < 0),
        piped=piped,
        may_be_piped=may_be_piped,
        central=unknown | kind.eq("central").fillna(value=False).to_numpy(dtype=bool),
        dispersed=unknown | alone | kind.eq("dispersed").fillna(value=False).to_numpy(dtype=bool),
        litres=_else(numbers(groups, "water_litres_pcd"), numbers(schemes, "water_litres_pcd"), row),
        outage=_else(numbers(groups, "water_outage_days"), numbers(schemes, "water_outage_days"), row),
        quality=quality.fillna(_of_scheme(schemes, "water_quality", row, groups)),
        dates=pick(scene.date_codes(SCHEMES), row, len(scene.dates)),
    )


def _else(own: Floats, scheme: Floats, row: NDArray[np.int64]) -> Floats:
    return np.where(np.isnan(own), np.append(scheme, np.nan)[row], own)


def _of_scheme(schemes: pd.DataFrame, column: str, row: NDArray[np.int64], groups: pd.DataFrame) -> pd.Series[Any]:
    values = words(schemes, column)
    taken = values.array.take(row, allow_fill=True)
    return pd.Series(taken, index=groups.index, dtype="string")
