"""What Zutong itself computes; nobody hands these over, and the runs that make them know their columns."""

from __future__ import annotations

from layers.field_kinds import Geometry, Layer

RESULTS: tuple[Layer, ...] = (
    Layer("coverage", "对标结果", Geometry.TABLE, "", (), result=True),
    Layer("evidence", "对标依据", Geometry.TABLE, "", (), result=True),
    Layer("gaps", "短板汇总", Geometry.TABLE, "", (), result=True),
    Layer("network_repairs", "路网修复", Geometry.POINT, "", (), result=True),
    Layer("road_works", "道路工程", Geometry.LINE, "work_code", (), result=True),
    Layer("road_sections", "工程路段", Geometry.LINE, "section_code", (), result=True),
    Layer("road_profiles", "工程纵断面", Geometry.TABLE, "", (), result=True),
    Layer("road_work_groups", "工程受益组", Geometry.TABLE, "group_code", (), result=True),
    Layer("road_plan", "道路计划", Geometry.LINE, "work_code", (), result=True),
    Layer("road_plan_groups", "道路计划受益组", Geometry.TABLE, "group_code", (), result=True),
    Layer("site_scores", "选址评分", Geometry.RASTER, "", (), result=True),
    Layer("parcels", "可建地块", Geometry.POLYGON, "parcel_code", (), result=True),
    Layer("weight_sets", "权重方案", Geometry.TABLE, "", (), result=True),
    Layer("settlement_review", "安置点评估", Geometry.POINT, "settlement_code", (), result=True),
    Layer("settlement_moves", "搬迁后对比", Geometry.TABLE, "relocation_code", (), result=True),
    Layer("allocation", "安置分配", Geometry.LINE, "allocation_code", (), result=True),
    Layer("allocation_sites", "安置分配地点", Geometry.POINT, "site_code", (), result=True),
    Layer("choice", "修路或搬迁", Geometry.POINT, "group_code", (), result=True),
    Layer("choice_sites", "搬迁安置地点", Geometry.POINT, "site_code", (), result=True),
    Layer("choice_roads", "保留组道路", Geometry.LINE, "link_code", (), result=True),
    Layer("problems", "问题清单", Geometry.TABLE, "", (), result=True),
)
