"""The sections of a site set on what follows from the scores: parcels, ranking, who moves where, what moving and staying cost, policy, facilities."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from gis.sites.values import (
    Cells,
    CnyEach,
    CnyPerHousehold,
    CnyPerKmYear,
    CnyPerPerson,
    CnyPerPersonKm,
    CnyPerSquareMetre,
    FacilityItems,
    Flag,
    HazardLevels,
    Households,
    Metres,
    Minutes,
    PeoplePerHousehold,
    Persons,
    Rounds,
    Section,
    Share,
    SquareMetres,
    SquareMetresEach,
    Storeys,
    Times,
    Years,
)


class Parcel(Section):
    """Which land becomes a parcel, and how many people fit on it.

    People = buildable area × (1 - facility_share - green_road_share) × coverage_share × storeys / floor_m2_per_person.
    """

    min_area_m2: SquareMetres = Field(title="最小面积")
    max_area_m2: SquareMetres = Field(title="最大面积（更大的划分开）")
    opening_cells: Cells = Field(title="去除细条的格数")
    compactness_min: Share = Field(title="最小紧凑度（4πA/P²）")
    floor_m2_per_person: SquareMetresEach = Field(title="人均住房面积上限")
    storeys: Storeys = Field(title="平均层数")
    coverage_share: Share = Field(title="住宅用地的建筑密度")
    facility_share: Share = Field(title="配套设施用地")
    green_road_share: Share = Field(title="道路与绿地")
    people_per_household: PeoplePerHousehold = Field(title="户均人口")
    farm_distance_m: Metres = Field(title="耕作半径")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.min_area_m2.value > self.max_area_m2.value:
            raise PydanticCustomError("parcel_areas", "最小面积（min_area_m2）不得大于最大面积（max_area_m2）")
        if self.facility_share.value + self.green_road_share.value >= 1:
            raise PydanticCustomError("parcel_shares", "配套设施用地（facility_share）与道路绿地（green_road_share）合计须小于 1")
        return self

    @property
    def people_per_m2(self) -> float:
        """People on a square metre of buildable land."""
        homes = 1.0 - float(self.facility_share.value) - float(self.green_road_share.value)
        return homes * float(self.coverage_share.value) * float(self.storeys.value) / float(self.floor_m2_per_person.value)


class Ranking(Section):
    """How parcels are compared."""

    range_share: Share = Field(title="权重上下浮动")
    draws: Rounds = Field(title="抽样次数")


class Allocation(Section):
    """How groups are assigned to sites."""

    distance_max_m: Metres = Field(title="最远安置距离")
    cross_township_factor: Times = Field(title="跨乡镇费用倍数")
    reserve_share: Share = Field(title="预留容量")
    cny_per_person_km: CnyPerPersonKm = Field(title="距离折算费用")
    existing_first: Flag = Field(title="先用已有安置点")


class Move(Section):
    """What it costs the public to move people; `cost_cny_per_person` holds the house, its land and what belongs to it."""

    cost_cny_per_person: CnyPerPerson = Field(title="人均搬迁投资")
    site_fixed_cny: CnyEach = Field(title="新开一处安置点")
    levelling_cny_per_m2: CnyPerSquareMetre = Field(title="平地场平")
    levelling_cny_per_m2_deg: CnyPerSquareMetre = Field(title="坡度每增 1° 的场平加价")
    land_cny_per_m2: CnyPerSquareMetre = Field(title="征地加价")
    homestead_m2_per_household: SquareMetresEach = Field(title="户均旧宅基地")
    reclaim_cost_cny_per_m2: CnyPerSquareMetre = Field(title="拆旧复垦费用")
    reclaim_income_cny_per_m2: CnyPerSquareMetre = Field(title="增减挂钩指标收益")
    reclaim_counted_share: Share = Field(title="指标收益计入比例")


class Stay(Section):
    """What it costs the public where people stay, beside the road itself."""

    maintenance_cny_per_km_year: CnyPerKmYear = Field(title="通组路养护")
    maintenance_years: Years = Field(title="养护计算年限")
    discount_rate: Share = Field(title="折现率")
    water_cny_per_household: CnyPerHousehold = Field(title="缺水户供水")
    power_cny_per_household: CnyPerHousehold = Field(title="缺电户供电")
    other_cny_per_household: CnyPerHousehold = Field(title="其他补短板")

    @property
    def maintenance_cny_per_km(self) -> float:
        """Present value of keeping a kilometre up over `maintenance_years`, paid at the end of each year."""
        rate, years = float(self.discount_rate.value), int(self.maintenance_years.value)
        factor = float(years) if rate == 0 else (1.0 - (1.0 + rate) ** -years) / rate
        return float(self.maintenance_cny_per_km_year.value) * factor


class Policy(Section):
    """Who may move, who must, who stays."""

    households_max: Households = Field(title="可整组搬迁的最大户数")
    registered_share_min: Share = Field(title="可整组搬迁的最小脱贫监测户比例")
    remote_road_m: Metres = Field(title="算作偏远的离路距离")
    must_move_levels: HazardLevels = Field(title="须避险搬迁的灾害等级")
    must_move_buffer_m: Metres = Field(title="须避险搬迁的距离")
    respect_stay: Flag = Field(title="尊重自愿留居")
    move_minutes_max: Minutes = Field(title="到安置点的最长时间")


class Size(Section):
    """Least floor areas of a settlement of one size; 0: nothing is asked for."""

    committee_area_m2: SquareMetres = Field(title="党群服务中心")
    clinic_area_m2: SquareMetres = Field(title="卫生室")
    culture_area_m2: SquareMetres = Field(title="文化室")
    square_area_m2: SquareMetres = Field(title="活动广场")


class Facilities(Section):
    """What a settlement has to have."""

    checklist: FacilityItems = Field(title="必备项")
    large_households: Households = Field(title="大型起点")
    medium_households: Households = Field(title="中型起点")
    large: Size = Field(title="大型·")
    medium: Size = Field(title="中型·")
    small: Size = Field(title="小型·")

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.medium_households.value > self.large_households.value:
            raise PydanticCustomError("size_order", "中型起点（medium_households）不得大于大型起点（large_households）")
        return self


class Review(Section):
    """How settlements that stand are judged."""

    floor_m2_per_person: SquareMetresEach = Field(title="人均住房面积上限")
    large_household_people: Persons = Field(title="多人户起点")
    large_household_m2: SquareMetres = Field(title="多人户每户面积上限")
    occupied_share_min: Share = Field(title="入住率下限")
    demolished_share_min: Share = Field(title="旧房拆除率下限")
    reclaimed_share_min: Share = Field(title="宅基地复垦率下限")
    hazard_near_m: Metres = Field(title="地灾点列出距离")
    score_radius_m: Metres = Field(title="评分取值半径")
