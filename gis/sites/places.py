"""Which features of the county's layers count as a place, and as an obstacle: shapes with the rows they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.burn import metric_shapes
from gis.sites.values import SEATS, choices_in, place_label
from gis.townships import township_seats
from gis.travel.surface import NOT_THERE
from layers.names import get_layer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from pyproj import CRS


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Features that count.

    Attributes:
        shapes: geometries in the metric CRS, none of them empty.
        names: what each is called: name, else code.
        missing: what was asked for and is not there.
        notes: Chinese sentences on rows that do not count though they might.
    """

    shapes: NDArray[np.object_]
    names: NDArray[np.object_]
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def features(layers: Mapping[str, pd.DataFrame], layer: str, crs: CRS) -> pd.DataFrame:
    """The rows of a layer that can be placed, with `geometry` in `crs` and a new index; roads that are not there yet are left out."""
    frame = layers[layer]
    shapes = metric_shapes(frame, crs)
    if len(shapes) == 0:
        return frame.iloc[:0]
    there = ~shapely.is_empty(shapes)
    if layer == "roads" and "status" in frame:
        there &= ~frame["status"].isin(NOT_THERE).to_numpy(dtype=bool)
    return frame.assign(geometry=gpd.GeoSeries(shapes, crs=crs, index=frame.index))[there].reset_index(drop=True)


def names_of(frame: pd.DataFrame, layer: str) -> NDArray[np.object_]:
    """What each row is called: its name, else its code, else what the layer is called."""
    known = get_layer(layer)
    columns = [name for name in (*(f.name for f in known.fields if f.name.endswith("_name")), known.key) if name in frame]
    own = [name for name in columns if name not in {"township_name", "village_name"} or layer in {"townships", "villages", "committees"}]
    found = pd.Series(pd.NA, index=frame.index, dtype="string")
    for column in own:
        found = found.fillna(frame[column].astype("string"))
    names: NDArray[np.object_] = found.fillna(known.label).to_numpy(dtype=object)
    return names


def find_places(layers: Mapping[str, pd.DataFrame], wanted: Sequence[str], crs: CRS) -> Found:
    """The features that a criterion's `places` name.

    A row whose kind nobody wrote does not count where a kind is asked for; a note tells how many such rows there are.
    """
    parts = [_find(layers, place, crs) for place in wanted]
    return Found(
        np.concatenate([part.shapes for part in parts]),
        np.concatenate([part.names for part in parts]),
        tuple(name for part in parts for name in part.missing),
        tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _find(layers: Mapping[str, pd.DataFrame], place: str, crs: CRS) -> Found:
    none = np.empty(0, dtype=object)
    if place == SEATS:
        return _seats(layers, crs)
    layer, _, kind = place.partition(":")
    if layers.get(layer) is None:
        return Found(none, none, (place_label(place),))
    frame = features(layers, layer, crs)
    notes: tuple[str, ...] = ()
    if kind:
        field, _ = choices_in(layer)[kind]
        kinds = frame[field] if field in frame else pd.Series(pd.NA, index=frame.index, dtype="string")
        unknown = int(kinds.isna().sum())
        notes = (f"“{get_layer(layer).label}”有 {unknown:,} 行没有写明“{get_layer(layer).by_name[field].label}”，没有计入。",) if unknown else ()
        frame = frame[(kinds == kind).fillna(value=False).to_numpy(dtype=bool)]
    if len(frame) == 0:
        return Found(none, none, (place_label(place),), notes)
    return Found(np.asarray(frame["geometry"].array, dtype=object), names_of(frame, layer), (), notes)


def _seats(layers: Mapping[str, pd.DataFrame], crs: CRS) -> Found:
    seats = township_seats(layers, crs=crs)
    if len(seats) == 0:
        return Found(np.empty(0, dtype=object), np.empty(0, dtype=object), (place_label(SEATS),))
    names = seats["township_code"].astype("string")
    townships = layers.get("townships")
    if townships is not None and "township_name" in townships:
        called = townships.dropna(subset=["township_code"]).drop_duplicates("township_code").set_index("township_code")["township_name"]
        names = names.map(called).astype("string").fillna(names)
    middles = int((seats["kind"] == "middle").sum())
    notes = (f"{middles:,} 个乡镇没有画出驻地，以乡镇范围内一点代替。",) if middles else ()
    return Found(np.asarray(seats.geometry.array, dtype=object), names.to_numpy(dtype=object), (), notes)
