"""How fast people walk and ride: walking by slope, land that slows walkers down, roads by their surface."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from typing import TYPE_CHECKING, Literal

import numpy as np

from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

Kind = Literal["tobler", "langmuir", "isotropic"]
KINDS: tuple[Kind, ...] = ("tobler", "langmuir", "isotropic")
TOBLER_STEEPNESS, TOBLER_BEST = 3.5, -0.05
"""Tobler (1993), Technical Report 93-1: 6 · exp(-3.5 · |slope + 0.05|) km/h, fastest on a slope of -5 %."""


@dataclass(frozen=True, slots=True)
class WalkModel:
    """How fast one walks.

    Attributes:
        kind: `tobler`, `langmuir` (Naismith-Langmuir, as GRASS r.walk) or `isotropic` (as fast up and down as on the flat).
        flat_kmh: Speed on level ground of factor 1. For Langmuir it is the `a` of r.walk: a = 3.6 / flat_kmh (0.72 s/m is 5 km/h).
        b: Langmuir: seconds more for each metre climbed.
        c: Langmuir: seconds less for each metre of moderate descent.
        d: Langmuir: seconds less for each metre of steep descent (negative: more).
        lambda_: Langmuir: weight of the friction of land cover, see `seconds_per_m`.
        slope_factor: Langmuir: steeper than this (a negative tangent) a descent is steep.
        slope_max: Tangent of the steepest step, up or down, that anybody walks; infinite: any.

    Raises:
        QueryError: A number is out of range, or a step could take no time or less.
    """

    kind: Kind = "tobler"
    flat_kmh: float = 4.0
    b: float = 6.0
    c: float = 1.9998
    d: float = -1.9998
    lambda_: float = 1.0
    slope_factor: float = -0.2125
    slope_max: float = inf

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise QueryError(f"步行模型“{self.kind}”不存在；可用的有：{'、'.join(KINDS)}。")
        if not (isfinite(self.flat_kmh) and self.flat_kmh > 0):
            raise QueryError(f"平地步行速度 {self.flat_kmh:g} km/h 不能用，须大于 0。")
        if not self.slope_max > 0:
            raise QueryError(f"步行最大坡度 {self.slope_max:g} 不能用，须大于 0（正切值，0.5 即 50%）。")
        if self.kind == "langmuir":
            self._check_langmuir()

    def _check_langmuir(self) -> None:
        if not all(isfinite(value) for value in (self.b, self.c, self.d, self.lambda_, self.slope_factor)):
            raise QueryError("Langmuir 步行模型的参数 b、c、d、lambda、slope_factor 都须是有限的数。")
        if self.b < 0 or self.c < 0 or self.d > 0 or self.slope_factor > 0 or self.lambda_ < 0:
            raise QueryError("Langmuir 步行模型要求 b ≥ 0、c ≥ 0、d ≤ 0、lambda ≥ 0、slope_factor ≤ 0。")
        if self.s_per_m + self.c * self.slope_factor <= 0:
            raise QueryError(
                f"Langmuir 步行模型的参数 c = {self.c:g} 过大：坡度 {self.slope_factor:g} 的下坡用时不大于 0。",
                hint=f"平地速度 {self.flat_kmh:g} km/h 时，c 须小于 {-self.s_per_m / self.slope_factor:.4g}。",
            )

    @property
    def s_per_m(self) -> float:
        """Seconds per metre on level ground of factor 1; the `a` of r.walk."""
        return 3.6 / self.flat_kmh

    def seconds_per_m(self, slope: ArrayLike, factor: ArrayLike = 1.0) -> NDArray[np.float64]:
        """Seconds per horizontal metre.

        Args:
            slope: rise over horizontal distance in the direction of travel; positive is uphill.
            factor: of the land; infinite cannot be walked. It multiplies the time, but for Langmuir: there, as in r.walk, land has a
                friction that adds to the time whatever the slope, friction = a · (factor − 1) seconds per metre, weighted by `lambda_`.

        Returns:
            Infinite where nobody walks.
        """
        slope, factor = np.broadcast_arrays(np.asarray(slope, np.float64), np.asarray(factor, np.float64))
        if self.kind == "tobler":
            pace = tobler(slope, self.flat_kmh) * factor
        elif self.kind == "langmuir":
            pace = langmuir(slope, self.flat_kmh, b=self.b, c=self.c, d=self.d, slope_factor=self.slope_factor)
            pace = pace + self.lambda_ * self.s_per_m * (factor - 1.0) if self.lambda_ > 0 else np.where(factor < inf, pace, inf)
        else:
            pace = self.s_per_m * factor
        return np.where(np.abs(slope) <= self.slope_max, pace, inf)


def tobler(slope: ArrayLike, flat_kmh: float) -> NDArray[np.float64]:
    """Seconds per horizontal metre by Tobler's hiking function, scaled so that level ground is walked at `flat_kmh`.

    Tobler's own speed on the flat is 6 · exp(-0.175) = 5.04 km/h; the shape is his: 3.5 · |slope + 0.05| in the exponent.

    Args:
        slope: rise over horizontal distance in the direction of travel.
        flat_kmh: speed at slope 0.
    """
    beyond = np.abs(np.asarray(slope, np.float64) - TOBLER_BEST) + TOBLER_BEST
    return 3.6 / flat_kmh * np.exp(TOBLER_STEEPNESS * beyond)


def langmuir(
    slope: ArrayLike, flat_kmh: float = 5.0, *, b: float = 6.0, c: float = 1.9998, d: float = -1.9998, slope_factor: float = -0.2125
) -> NDArray[np.float64]:
    """Seconds per horizontal metre by Naismith's rule as Langmuir (1984) and Aitken (1977) corrected it; the formula of GRASS r.walk.

    T = a · ΔS + b · ΔH uphill + c · ΔH moderate downhill + d · ΔH steep downhill, with a = 3.6 / flat_kmh and ΔH signed.

    Args:
        slope: rise over horizontal distance in the direction of travel.
        flat_kmh: speed at slope 0; r.walk's default a = 0.72 s/m is 5 km/h.
        b: seconds per metre climbed.
        c: factor of signed height on moderate descents.
        d: factor of signed height on descents steeper than `slope_factor`.
        slope_factor: see `d`.
    """
    slope = np.asarray(slope, np.float64)
    return 3.6 / flat_kmh + slope * np.where(slope >= 0, b, np.where(slope < slope_factor, d, c))


@dataclass(frozen=True, slots=True)
class Speeds:
    """What slows walkers down and how fast roads are.

    Attributes:
        land_factor: By `cover_kind`: how many times as long as on open level ground a walk takes; infinite: a barrier.
        unknown_land_factor: The same where no land cover is known.
        road_kmh: By `surface` of a road; of two lines in the same place the faster counts.
        unknown_road_kmh: Where the surface is not known or not in `road_kmh`; `None`: the slowest of `road_kmh`.
        river_factor: The same as `land_factor` for the cells of the layer `rivers`; infinite: crossed only where a road does.

    Raises:
        QueryError: A number is out of range.
    """

    land_factor: Mapping[str, float]
    road_kmh: Mapping[str, float]
    unknown_land_factor: float = 1.0
    unknown_road_kmh: float | None = None
    river_factor: float = inf

    def __post_init__(self) -> None:
        factors = {**self.land_factor, "unknown_land_factor": self.unknown_land_factor, "river_factor": self.river_factor}
        for name, factor in factors.items():
            if not factor > 0:
                raise QueryError(f"步行用时系数 {name} = {factor:g} 不能用，须大于 0（无穷大表示不能步行通过）。")
        asked = {"unknown_road_kmh": self.unknown_road_kmh} if self.unknown_road_kmh is not None else {}
        for name, kmh in {**self.road_kmh, **asked}.items():
            if not (isfinite(kmh) and kmh > 0):
                raise QueryError(f"道路速度 {name} = {kmh:g} km/h 不能用，须大于 0。")

    @property
    def slowest_road_kmh(self) -> float | None:
        """For roads of which the surface is not known; `None`: no road speed is known at all."""
        return self.unknown_road_kmh if self.unknown_road_kmh is not None else min(self.road_kmh.values(), default=None)
