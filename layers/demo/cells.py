"""Single cells of a frame by row number, with the type they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import shapely


def text_at(frame: pd.DataFrame, column: str, row: int) -> str:
    """The text in a row, counted from 0."""
    return str(frame[column].to_numpy()[row])


def whole_at(frame: pd.DataFrame, column: str, row: int) -> int:
    """The whole number in a row, counted from 0."""
    return int(frame[column].to_numpy()[row])


def line_at(frame: gpd.GeoDataFrame, row: int) -> shapely.LineString:
    """The line in a row, counted from 0."""
    line: shapely.LineString = frame.geometry.to_numpy()[row]
    return line
