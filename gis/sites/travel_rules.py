"""The section of a site set on travel: how fast one walks over slopes and land cover, and drives on roads."""

from __future__ import annotations

from pydantic import Field

from gis.sites.values import COVER_LABELS, Degrees, Factor, Flag, KmPerHour, Neighbours, Number, SecondsPerMetre, Section, Walking


class Cover(Section):
    """How many times as long walking takes on each kind of land cover; water is a barrier by `water_bars`."""

    paddy: Factor = Field(title="水田")
    dryland: Factor = Field(title="旱地")
    orchard: Factor = Field(title="园地")
    forest: Factor = Field(title="林地")
    shrub: Factor = Field(title="灌木林地")
    grass: Factor = Field(title="草地")
    wetland: Factor = Field(title="湿地")
    water: Factor = Field(title="水域（不作阻隔时）")
    built: Factor = Field(title="建设用地")
    bare: Factor = Field(title="未利用地")
    unknown: Factor = Field(title="地类不明")

    def by_kind(self) -> dict[str, float]:
        """Factor of each value of `land_cover.cover_kind`; `unknown` is not among them."""
        return {kind: float(getattr(self, kind).value) for kind in COVER_LABELS}


class Langmuir(Section):
    """Naismith's rule with Langmuir's corrections, as GRASS r.walk: b per metre climbed, c gently and d steeply descended.

    Its `a`, the time of a metre on the flat, follows from `flat_km_h` (3.6 / flat_km_h).
    """

    b: SecondsPerMetre = Field(title="上坡系数 b")
    c: SecondsPerMetre = Field(title="缓下坡系数 c")
    d: SecondsPerMetre = Field(title="陡下坡系数 d")
    lambda_factor: Number = Field(title="摩擦权重 λ")
    slope_factor: Number = Field(title="陡下坡界限（高差/平距）")


class Travel(Section):
    """How fast one travels: on foot off the roads, by vehicle on them."""

    walk: Walking = Field(title="步行模型")
    flat_km_h: KmPerHour = Field(title="平地步行速度")
    walk_slope_max_deg: Degrees = Field(title="步行最大坡度")
    langmuir: Langmuir = Field(title="Langmuir ")
    cover: Cover = Field(title="地类步行时间·")
    water_bars: Flag = Field(title="水域阻隔步行")
    rivers_bar: Flag = Field(title="河流阻隔步行（有路过河处除外）")
    main_km_h: KmPerHour = Field(title="硬化的国省道车速")
    county_km_h: KmPerHour = Field(title="硬化的县道车速")
    hardened_km_h: KmPerHour = Field(title="其他硬化路车速")
    gravel_km_h: KmPerHour = Field(title="砂石路、砌块路车速")
    earth_km_h: KmPerHour = Field(title="土路及路面不明的路车速")
    neighbours: Neighbours = Field(title="每格可走方向")
