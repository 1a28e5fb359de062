r"""Earth to be moved for a metre of road on a side slope, and what it costs.

The section is the textbook one of a road in side-long ground: a level bench of width *B* (the roadbed), a cut batter of 1 : *n* (vertical : horizontal)
climbing from its inner edge, a fill batter of 1 : *m* falling from its outer edge, on ground of constant cross slope *t* = tan θ.

**Cut and fill.** Let the ground meet the bench at a distance *w* from the inner edge. At the inner edge the ground stands *y = w·t* above the bench; the
batter meets the ground at height *H* with *H = t·(w + n·H)*, so *H = w·t / (1 − n·t)*. The cut is the triangle with base *w* and that height, the fill the
like triangle on the outer side:

    cut(w)  = w² · t / (2 · (1 − n·t))
    fill(w) = (B − w)² · t / (2 · (1 − m·t))

**Where the bench lies.** A surveyor shifts the line by a metre or two so that little earth is moved. With prices *p* of cut and *q* of fill (元/m³) the
price of a metre is least where its derivative by *w* is nought. With *P = p / (1 − n·t)* and *Q = q / (1 − m·t)*:

    w* = B · Q / (P + Q)         price(t) = ½ · B² · t · P·Q / (P + Q)

*Q* grows without limit as *m·t* goes to 1, where the fill slope runs along the ground and never meets it: *w** goes to *B*, and beyond that point the bench
is cut wholly into the slope (full bench), `price = ½ · B² · t · P`. The price is continuous in *t*, 0 on level ground, and grows with *t*.

**Off the ground.** `section_areas` moves the bench of that cheapest section up (more fill) or down (more cut): at height 0 its areas cost exactly what
the table says, and the design profile pays for every metre by which it leaves the ground. On a slope so steep that more fill would run far down the hill
(*1 − m·t* below ¼), the bench is cut as before, and what is filled on top is held by a toe wall: its slope takes no more than on a slope where *1 − m·t* is ¼.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from gis.roads.costs import CostSet

    Floats = NDArray[np.float64]

TABLE_SIZE = 256
TABLE_MAX = 2.0
"""Cross slope (tangent) of the last entry of `earthwork_table`; the step between two entries is TABLE_MAX / (TABLE_SIZE - 1)."""
_STEEPEST = 0.9
"""A cut batter whose n·t comes near 1 hardly meets the ground; beyond this the slope is counted as this (no road is laid there anyway)."""
_WALLED = 4.0


@dataclass(frozen=True, slots=True)
class Section:
    """The cheapest section on a cross slope (per entry): width of the bench, slope, batters, and how much of the width lies in cut."""

    width: float
    slope: Floats
    cut_batter: float
    fill_batter: float
    in_cut: Floats

    def edges(self, height_m: ArrayLike) -> tuple[Floats, Floats]:
        """Metres by which the ground stands above the inner and the outer edge of the bench, when that is raised by `height_m`."""
        raised = np.asarray(height_m, dtype=np.float64)
        return self.in_cut * self.slope - raised, (self.in_cut - self.width) * self.slope - raised


def cheapest_section(cross_slope: ArrayLike, costs: CostSet) -> Section:
    """Where the bench lies on a slope so that a metre of road costs least.

    Args:
        cross_slope: tangent of the slope across the road; its sign does not matter.
        costs: prices of cut and fill, batters, roadbed width.
    """
    n, m = float(costs.design.cut_batter.value), float(costs.design.fill_batter.value)
    slope = np.abs(np.asarray(cross_slope, dtype=np.float64))
    slope = np.minimum(slope, _STEEPEST / n) if n > 0 else slope
    cut, fill = float(costs.earthwork.cut_cny_per_m3.value), float(costs.earthwork.fill_cny_per_m3.value)
    width = float(costs.design.roadbed_width_m.value)
    p, room = cut / (1 - n * slope), 1 - m * slope
    share = np.divide(fill, p * room + fill, out=np.ones_like(slope), where=(room > 0) & (p * room + fill > 0))
    return Section(width, slope, n, m, width * share)


def earthwork_table(costs: CostSet) -> Floats:
    """Price of the earthwork of a metre of road by cross slope.

    Returns:
        (256,) 元 per metre, without overhead; entry i is for a tangent of i / 255 · 2.0. Read between entries linearly (`earthwork_price`).
    """
    cut, fill = section_areas(0.0, np.linspace(0.0, TABLE_MAX, TABLE_SIZE), costs)
    return priced(cut, fill, costs)


def earthwork_price(table: Floats, cross_slope: ArrayLike) -> Floats:
    """Price of a metre (元) on a cross slope (tangent, any sign): linear between the entries of the table, its last entry beyond."""
    at = np.abs(np.asarray(cross_slope, dtype=np.float64))
    return np.asarray(np.interp(at, np.linspace(0.0, TABLE_MAX, TABLE_SIZE), table))


def priced(cut_m2: ArrayLike, fill_m2: ArrayLike, costs: CostSet) -> Floats:
    """Price of cut and fill: 元 per metre from m², or 元 from m³; without overhead."""
    cut, fill = np.asarray(cut_m2, dtype=np.float64), np.asarray(fill_m2, dtype=np.float64)
    price: Floats = cut * float(costs.earthwork.cut_cny_per_m3.value) + fill * float(costs.earthwork.fill_cny_per_m3.value)
    return price


def section_areas(height_m: ArrayLike, cross_slope: ArrayLike, costs: CostSet) -> tuple[Floats, Floats]:
    """Areas of cut and fill of a cross section.

    Args:
        height_m: design minus ground height at the centre line: positive is a fill, negative a cut. The bench lies so much above (below) the
            cheapest one on this slope, which is what 0 means.
        cross_slope: tangent of the slope across the road, any sign; broadcast against `height_m`.
        costs: roadbed width, batters and prices.

    Returns:
        Cut and fill in m² (m³ per metre of road), both ≥ 0 and finite for finite input.
    """
    height, slope = np.broadcast_arrays(np.asarray(height_m, dtype=np.float64), np.asarray(cross_slope, dtype=np.float64))
    base = cheapest_section(slope, costs)
    walled = (height > 0) & (1 - base.fill_batter * base.slope < 1 / _WALLED)
    cut = _cut(*base.edges(np.where(walled, 0.0, height)), base)
    return cut, _fill(*base.edges(height), base)


def _above(inner: Floats, outer: Floats, width: float) -> Floats:
    """Area between a level bench and a straight ground above it, given the ground's heights at the two edges (negative parts do not count)."""
    high, low = np.maximum(inner, outer), np.minimum(inner, outer)
    span = high - low
    across = np.divide(np.maximum(high, 0) ** 2, span, out=np.zeros_like(span), where=span > 0) * width / 2
    whole = (high + low) / 2 * width
    return np.where(low >= 0, whole, across)


def _cut(inner: Floats, outer: Floats, base: Section) -> Floats:
    """Cut above the bench and behind its edges: the ground rises away from the inner edge and falls away from the outer one."""
    n, t = base.cut_batter, base.slope
    batters = n / 2 * (np.maximum(inner, 0) ** 2 / (1 - n * t) + np.maximum(outer, 0) ** 2 / (1 + n * t))
    return _above(inner, outer, base.width) + batters


def _fill(inner: Floats, outer: Floats, base: Section) -> Floats:
    """Fill below the bench and beyond its edges; what the cheapest section has runs down to the ground, what comes on top of a steep slope is walled."""
    m, t = base.fill_batter, base.slope
    room = 1 - m * t
    deep = np.maximum(-outer, 0) ** 2
    natural = np.minimum(deep, ((base.width - base.in_cut) * t) ** 2)
    down = np.divide(natural, room, out=np.zeros_like(deep), where=(room > 0) & (natural > 0))
    more = (deep - natural) / np.maximum(room, 1 / _WALLED)
    batters: Floats = m / 2 * (down + more + np.maximum(-inner, 0) ** 2 / (1 + m * t))
    return _above(-inner, -outer, base.width) + batters
