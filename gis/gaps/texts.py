"""From codes and masks to columns: text is kept as numbers until the frame is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gis.gaps.findings import Asset
from layers.names import LAYERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gis.gaps.findings import Bools, Floats
    from gis.gaps.scene import Scene


def text(words: Sequence[str], codes: NDArray[np.integer]) -> Any:
    """A `string` array of the words that the codes point to; -1 is missing."""
    known = pd.array([*map(str, words), pd.NA], dtype="string")
    return known.take(np.where(codes < 0, len(words), codes))


def joined(parts: Sequence[Any]) -> Any:
    """String arrays one after the other."""
    return pd.concat([pd.Series(part) for part in parts], ignore_index=True).array


def floats(values: Floats) -> Any:
    """A `Float64` array; NaN and infinity are missing."""
    return pd.arrays.FloatingArray(np.where(np.isfinite(values), values, 0.0), ~np.isfinite(values))


def named(masks: Sequence[tuple[str, Bools]], size: int) -> Any:
    """For each row the names whose mask holds, each once, comma separated; missing where none does."""
    names = list(dict.fromkeys(name for name, _ in masks))
    bits = np.zeros(size, dtype=np.int64)
    for name, where in masks:
        bits |= np.where(where, 1 << names.index(name), 0)
    sets, codes = np.unique(bits, return_inverse=True)
    words = [",".join(name for place, name in enumerate(names) if one >> place & 1) for one in sets.tolist()]
    return text(words, np.where(bits == 0, -1, codes.reshape(-1)))


def asset_codes(scene: Scene, asset: Asset) -> Any:
    """The key of each asset row in its layer; missing where there is none."""
    frame = scene.frame(asset.layer) if asset.layer else pd.DataFrame()
    key = LAYERS[asset.layer].key if asset.layer in LAYERS else ""
    if key not in frame:
        return pd.array([pd.NA] * scene.size, dtype="string")
    return frame[key].astype("string").array.take(asset.row, allow_fill=True)


def no_asset(size: int) -> Asset:
    """An asset where nothing was looked at."""
    return Asset("", np.full(size, -1, dtype=np.int64), np.full(size, np.nan))
