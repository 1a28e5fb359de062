"""Terrain: the real 30″ trend, and invented detail that looks like karst cut by streams.

The trend is kept at every wavelength above about two kilometres; what is finer is seeded noise, shaped by stream-power erosion and cone karst.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import fft
from scipy.ndimage import gaussian_filter, map_coordinates, maximum_filter, minimum_filter, sobel

from layers.demo.drainage import Drainage, carve, drain, incise
from layers.demo.grid import resample

if TYPE_CHECKING:
    from affine import Affine
    from numpy.typing import NDArray

    from layers.demo.grid import Floats, Grid

KEEP_M = 2000.0
"""Standard deviation of the blur that says what of the trend must survive erosion."""


@dataclass(frozen=True, slots=True)
class Terrain:
    """Heights, slope and drainage on one grid: `height` m, `slope` degrees, `area` catchment m², `above` m over the nearest valley floor."""

    grid: Grid
    height: Floats
    slope: Floats
    area: Floats
    above: Floats
    flow: Drainage


def fractal(shape: tuple[int, int], cell: float, rng: np.random.Generator, *, longest: float, shortest: float, fall: float = 1.6) -> Floats:
    """Noise with a power-law spectrum between two wavelengths (metres); mean 0, standard deviation 1."""
    fast = (fft.next_fast_len(shape[0]), fft.next_fast_len(shape[1]))
    white = fft.rfft2(rng.standard_normal(fast))
    wave = np.hypot(fft.fftfreq(fast[0], cell)[:, None], fft.rfftfreq(fast[1], cell)[None, :])
    band = (wave >= 1.0 / longest) & (wave <= 1.0 / shortest)
    shaped = np.where(band, np.where(band, wave, 1.0) ** -fall, 0.0)
    noise = fft.irfft2(white * shaped, s=fast)[: shape[0], : shape[1]]
    return np.asarray((noise - noise.mean()) / noise.std(), dtype=np.float64)


def build_terrain(dem: NDArray[np.floating], transform: Affine, grid: Grid, rng: np.random.Generator) -> Terrain:
    """The terrain on the grid (metric CRS) from a coarse height grid in EPSG:4490."""
    trend = resample(dem, transform, "EPSG:4490", grid)
    height = _upsample(_shape_coarse(trend, grid, rng), grid.shape)
    height = height + _cones(height, grid, rng)
    height = incise(height, drain(height, grid.cell), strength=0.03)
    flow = drain(height, grid.cell)
    height = carve(height, flow, deepest=120.0)
    flow = drain(height, grid.cell)
    area = flow.area().reshape(grid.shape)
    above = height - _valley_floor(height, flow, area)
    return Terrain(grid, height, slope_degrees(height, grid.cell), area, above, flow)


def _shape_coarse(trend: Floats, grid: Grid, rng: np.random.Generator) -> Floats:
    """Noise and four rounds of erosion at twice the cell size."""
    coarse, cell = trend[::2, ::2], grid.cell * 2
    local = gaussian_filter(maximum_filter(coarse, size=9) - minimum_filter(coarse, size=9), 1500.0 / cell)
    rough = np.clip(local / 220.0, 0.35, 1.4)
    height = coarse + rough * 88.0 * fractal(coarse.shape, cell, rng, longest=5000.0, shortest=600.0, fall=1.8)
    for _ in range(6):
        height = incise(height, drain(height, cell), strength=0.15)
        height = np.asarray(gaussian_filter(height + gaussian_filter(coarse - height, KEEP_M / cell), 0.45), dtype=np.float64)
    return np.asarray(height, dtype=np.float64)


def _upsample(values: Floats, shape: tuple[int, int]) -> Floats:
    rows = (np.arange(shape[0]) + 0.5) * values.shape[0] / shape[0] - 0.5
    cols = (np.arange(shape[1]) + 0.5) * values.shape[1] / shape[1] - 0.5
    where = np.meshgrid(rows, cols, indexing="ij")
    return np.asarray(map_coordinates(values, where, order=2, mode="nearest"), dtype=np.float64)


def _cones(height: Floats, grid: Grid, rng: np.random.Generator) -> Floats:
    """Cone karst (峰丛): sharp bumps in patches, only well above the valleys."""
    ridged = 1.0 - np.abs(fractal(grid.shape, grid.cell, rng, longest=1400.0, shortest=400.0, fall=1.5))
    patch = fractal(grid.shape, grid.cell, rng, longest=30000.0, shortest=6000.0)
    high = height - gaussian_filter(minimum_filter(height, size=15), 5)
    where = np.clip(patch + 0.4, 0.0, 1.0) * np.clip(high / 120.0, 0.0, 1.0)
    return np.asarray(where * 30.0 * ridged + 4.0 * fractal(grid.shape, grid.cell, rng, longest=1500.0, shortest=300.0))


def _valley_floor(height: Floats, flow: Drainage, area: Floats) -> Floats:
    """Height of the first stream cell (catchment over 3 km²) downstream of each cell."""
    floor = height.ravel().copy()
    stream = area.ravel() > 3e6
    for start, stop in flow.levels[1:]:
        cells = flow.order[start:stop]
        floor[cells] = np.where(stream[cells], floor[cells], floor[flow.receiver[cells]])
    return floor.reshape(height.shape)


def slope_degrees(height: Floats, cell: float) -> Floats:
    """Slope in degrees (Horn 1981)."""
    return np.asarray(np.degrees(np.arctan(np.hypot(sobel(height, 0), sobel(height, 1)) / (8.0 * cell))), dtype=np.float64)


def refine(terrain: Terrain, factor: int, rng: np.random.Generator) -> tuple[Grid, NDArray[np.int16]]:
    """The published DEM: the same terrain in cells `factor` times smaller, with rock-sized noise on steep ground, whole metres."""
    grid = terrain.grid.finer(factor)
    height = _upsample(terrain.height, grid.shape)
    rough = _upsample(np.clip(terrain.slope / 30.0, 0.05, 1.2), grid.shape)
    noise = fractal(grid.shape, grid.cell, rng, longest=400.0, shortest=2.0 * grid.cell, fall=1.1)
    return grid, np.rint(height + rough * 5.0 * noise).astype(np.int16)
