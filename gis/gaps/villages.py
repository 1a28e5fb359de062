"""Which village a feature belongs to: by its code or name, else by the village outline in which it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from gis.gaps.areas import villages_of
from gis.gaps.scene import words

if TYPE_CHECKING:
    import pandas as pd

    from gis.gaps.scene import Scene

OUTLINES = "villages"


def village_codes(scene: Scene, layer: str) -> pd.Series[Any]:
    """Village code of each feature of a layer (or of `groups`); missing where neither its columns nor the outlines tell."""
    frame = scene.groups if layer == "groups" else scene.frame(layer)
    recorded = villages_of(frame, scene.areas).set_axis(frame.index)
    silent = np.flatnonzero(recorded.isna().to_numpy(dtype=bool))
    outlines = scene.metric(OUTLINES)
    if len(silent) == 0 or len(outlines) == 0:
        return recorded
    places = scene.points if layer == "groups" else np.asarray(shapely.centroid(scene.metric(layer)), dtype=object)
    place, outline = shapely.STRtree(outlines).query(places[silent], predicate="intersects")
    # On a shared border the outline that comes first in the layer holds.
    first, at = np.unique(place[np.lexsort((outline, place))], return_index=True)
    hit = outline[np.lexsort((outline, place))][at]
    result = recorded.copy()
    result.iloc[silent[first]] = words(scene.frame(OUTLINES), "village_code").iloc[hit].to_numpy()
    return result
