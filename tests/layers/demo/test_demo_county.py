"""The demonstration county, small: what its files must hold, read back by other means than the writers'."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from functools import cache

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely

from layers.codes import area_names
from layers.crs import gcj02_to_wgs84
from layers.demo import build_county, read_manifest
from layers.demo.bureaus import HANDOVERS
from layers.demo.roads import END_M
from tests.layers.demo.small_county import small_base

FLAG = "演示数据"
METRES = "EPSG:4544"
GROUPS = 60


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("county")
    return folder, build_county(folder, base=small_base(), seed=7, groups=GROUPS)


@cache
def sheet(path, name):
    """Data rows of a workbook with two heading rows, as dictionaries by the lowest heading, subtotals aside."""
    rows = list(openpyxl.load_workbook(path)[name].iter_rows(values_only=True))
    heads = [low or high for high, low in zip(rows[1], rows[2], strict=True)]
    return [dict(zip(heads, row, strict=True)) for row in rows[3:]]


def records(path, name):
    return [row for row in sheet(path, name) if not re.search("小计|合计", str(next(iter(row.values()))))]


def table(folder, file):
    """All rows of any of the tables and vector files, by the bureau's headings."""
    path = folder / file.file
    if path.suffix == ".xlsx":
        return pd.DataFrame(sheet(path, file.sheet))
    if path.suffix == ".csv":
        return pd.DataFrame(list(csv.DictReader(io.StringIO(path.read_bytes().decode("gb18030")))))
    encoding = "GBK" if path.suffix in (".shp", ".zip") else None
    return pyogrio.read_dataframe(f"/vsizip/{path}" if path.suffix == ".zip" else path, encoding=encoding)


def roads_of(folder):
    return pyogrio.read_dataframe(folder / "农村公路.shp", encoding="GBK").to_crs(METRES)


def points_of(groups):
    placed = groups[groups["经度"].notna()]
    return gpd.GeoDataFrame(placed, geometry=gpd.points_from_xy(placed["经度"], placed["纬度"]), crs="EPSG:4490").to_crs(METRES)


def fault(manifest, kind):
    found = manifest.of_kind(kind)
    assert found, f"no {kind} planted"
    return found[0]


def digest(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_same_seed_gives_the_same_bytes(built, tmp_path):
    folder, manifest = built
    assert build_county(tmp_path, base=small_base(), seed=7, groups=GROUPS) == manifest
    assert digest(tmp_path) == digest(folder)


def test_another_seed_gives_another_county(built, tmp_path):
    folder, manifest = built
    other = build_county(tmp_path, base=small_base(), seed=8, groups=GROUPS)
    assert other.totals != manifest.totals
    assert digest(tmp_path)["农户花名册.xlsx"] != digest(folder)["农户花名册.xlsx"]


def test_manifest_names_each_layer_once_and_files_that_exist(built):
    folder, manifest = built
    assert read_manifest(folder) == manifest
    assert sorted(file.layer for file in manifest.files) == sorted([*(bureau.layer for bureau in HANDOVERS), "dem"])
    assert all((folder / file.file).is_file() for file in manifest.files)
    assert [entry.id for entry in manifest.faults] == [f"F{n:03d}" for n in range(1, len(manifest.faults) + 1)]


def test_every_row_of_every_file_says_that_it_is_invented(built):
    folder, manifest = built
    for file in manifest.files:
        if file.layer != "dem":
            rows = table(folder, file)
            assert len(rows) > 0, file.file
            assert (rows[FLAG] == "是").all(), file.file


def test_terrain_says_that_it_is_invented_and_keeps_the_trend(built):
    folder, _ = built
    base = small_base()
    with rasterio.open(folder / "数字高程30米.tif") as dem:
        assert dem.tags()["演示数据"] == "是"
        assert dem.crs.to_epsg() == 4544
        assert dem.res == (30.0, 30.0)
        heights = dem.read(1)
    assert abs(float(heights.mean()) - float(base.dem[10:34, 9:30].mean())) < 60.0


def test_names_and_codes_of_villages_are_real(built):
    folder, manifest = built
    known = area_names("522326").set_index("code")["name"]
    villages = table(folder, manifest.of_layer("villages"))
    assert all(known[code].startswith(name) for code, name in zip(villages["村代码"], villages["村名"], strict=True))
    assert (villages["村代码"].str[:9] == villages["乡镇代码"]).all()


def test_villages_fill_the_county_without_overlaps(built):
    folder, manifest = built
    villages = table(folder, manifest.of_layer("villages"))
    assert villages.crs.to_epsg() == 4524
    outline = small_base().outline.to_crs(4524).geometry.iloc[0]
    assert villages.geometry.is_valid.all()
    assert abs(villages.area.sum() - outline.area) < 0.001 * outline.area
    assert abs(villages.union_all().area - villages.area.sum()) < 0.001 * outline.area


def test_no_id_number_is_valid_and_no_phone_exists(built):
    folder, _ = built
    weights, checks = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
    rows = records(folder / "农户花名册.xlsx", "花名册")
    whole = [row["证件号码"] for row in rows if "E+" not in row["证件号码"]]
    assert len(whole) > 0.9 * len(rows)
    assert len(set(whole)) == len(whole)
    for number in whole:
        assert re.fullmatch(r"\d{17}[\dX]", number)
        right = checks[sum(int(digit) * weight for digit, weight in zip(number[:17], weights, strict=True)) % 11]
        assert number[17] != right
    assert all(row["联系电话"].startswith("000") for row in rows)
    assert all(re.fullmatch("[演示样例][甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]", row["户主姓名"]) for row in rows)


def test_register_and_groups_agree_but_for_the_planted(built):
    folder, manifest = built
    groups = pd.DataFrame(records(folder / "村民组基本情况.xlsx", "村民组"))
    register = pd.DataFrame(records(folder / "农户花名册.xlsx", "花名册"))
    home = register["户编号"].str.split("-").str[0]
    counted = register.groupby(home)["户编号"].size()
    twin = fault(manifest, "group_duplicate_code").groups[0]
    contradicted = set(fault(manifest, "households_contradict_register").codes)
    said = groups.drop_duplicates("村民组代码").set_index("村民组代码")["户数"].astype(str).map(int)
    assert set(counted.index) - set(said.index) == {twin}
    different = {code for code in said.index if said[code] != counted[code]}
    assert different == contradicted
    assert manifest.totals["households"] == len(register)


def test_register_rows_without_a_group_are_the_planted_ones(built):
    folder, manifest = built
    register = pd.DataFrame(records(folder / "农户花名册.xlsx", "花名册")).fillna("")
    groups = pd.DataFrame(records(folder / "村民组基本情况.xlsx", "村民组"))
    known = set(groups["村民组代码"]) | set(fault(manifest, "group_duplicate_code").groups)
    names = set(zip(groups["行政村名称"], groups["组名称"], strict=True))
    by_name = [pair in names for pair in zip(register["行政村"], register["村民小组"], strict=True)]
    lost = register[~register["村民小组代码"].isin(known) & ~np.array(by_name)]
    planted = (*fault(manifest, "register_unknown_group_name").codes, *fault(manifest, "register_unknown_group_code").codes)
    assert sorted(lost["户编号"]) == sorted(planted)


def test_planted_faults_stand_in_the_groups_file(built):
    folder, manifest = built
    groups = pd.DataFrame(records(folder / "村民组基本情况.xlsx", "村民组"))
    by_code = groups.set_index("村民组代码")
    assert list(groups.loc[groups["村民组代码"].duplicated(), "村民组代码"]) == list(fault(manifest, "group_duplicate_code").codes)
    assert list(groups.loc[groups["经度"].isna(), "村民组代码"]) == list(fault(manifest, "group_no_coordinates").codes)
    assert by_code.loc[list(fault(manifest, "text_in_number").codes), "人口数"].tolist() == ["一百多人"]
    wide = by_code.loc[list(manifest.of_kind("fullwidth_digits")[0].codes), "户数"]
    assert all(re.fullmatch("[０-９]+", text) for text in wide)
    floats = set(fault(manifest, "id_scientific").codes)
    register = pd.DataFrame(records(folder / "农户花名册.xlsx", "花名册"))
    assert set(register.loc[register["证件号码"].str.contains("E+", regex=False), "户编号"]) == floats


def test_one_group_lies_outside_its_village_and_it_is_the_planted_one(built):
    folder, manifest = built
    groups = points_of(pd.DataFrame(records(folder / "村民组基本情况.xlsx", "村民组")))
    villages = table(folder, manifest.of_layer("villages")).to_crs(METRES).set_index("村代码").geometry
    away = shapely.distance(groups.geometry.to_numpy(), villages.loc[groups["行政村代码"]].to_numpy())
    assert list(groups.loc[away > 400.0, "村民组代码"]) == list(fault(manifest, "group_outside_village").codes)


def test_subtotals_add_up_to_the_rows(built):
    folder, _ = built
    rows = sheet(folder / "村民组基本情况.xlsx", "村民组")
    total = next(row for row in rows if row["序号"] == "全县合计")
    assert total["脱贫户数"] == sum(row["脱贫户数"] for row in rows if isinstance(row["序号"], int))
    assert sum(str(row["序号"]).endswith("小计") for row in rows) == len({row["乡镇名称"] for row in rows if row["乡镇名称"]})


def test_road_codes_have_the_shape_of_road_codes(built):
    folder, _ = built
    roads = roads_of(folder)
    assert roads["LXDM"].is_unique
    assert all(re.fullmatch(r"[GSXYC]\d{3}522326(L0001|-2)?|Z\d{4}522326(-\d)?", code) for code in roads["LXDM"])
    letter = {"国道": "G", "省道": "S", "县道": "X", "乡道": "Y", "村道": "C", "组道": "Z"}
    assert (roads["XZDJ"].map(letter) == roads["LXDM"].str[0]).all()
    assert np.allclose(roads["LC"], roads.length / 1000.0, rtol=2e-3, atol=1e-3)


def connected_hardened(roads, manifest, *, join_m):
    """Hardened, built roads that a chain of gaps no wider than `join_m` ties to the trunk: by brute force, apart from the maker's bookkeeping."""
    hard = roads[roads["LMLX"].isin(["水泥混凝土", "沥青混凝土"]) & (roads["JSZT"] == "已建成")].reset_index(drop=True)
    near = shapely.STRtree(hard.geometry.to_numpy()).query(hard.geometry.to_numpy(), predicate="dwithin", distance=join_m)
    reached = hard["LXDM"].str[0].isin(["G", "S", "X"]).to_numpy()
    while True:
        more = reached.copy()
        more[near[1][reached[near[0]]]] = True
        if (more == reached).all():
            return hard[reached]
        reached = more


def eligible_groups(folder):
    groups = pd.DataFrame(records(folder / "村民组基本情况.xlsx", "村民组"))
    count = pd.to_numeric(groups["户数"].astype(str).map(int))
    return points_of(groups[(count >= 30) & (groups["是否整组搬迁"] == "否")])


def test_about_a_third_of_the_eligible_groups_lack_a_hardened_road(built):
    folder, manifest = built
    groups = eligible_groups(folder)
    network = connected_hardened(roads_of(folder), manifest, join_m=3.5).union_all()
    share = float((groups.distance(network) > END_M).mean())
    assert 0.2 <= share <= 0.45  # a small county has few groups, and each planted gap counts; the whole county is held to 27–33 %
    assert abs(manifest.totals["lacking_hardened_road"] / manifest.totals["eligible_groups"] - 0.30) < 0.06


def test_gaps_are_as_wide_as_the_manifest_says(built):
    folder, manifest = built
    roads = roads_of(folder).set_index("LXDM").geometry
    planted = [entry for kind in ("road_break", "road_gap_doubt", "road_undershoot", "road_end_unsnapped") for entry in manifest.of_kind(kind)]
    assert {entry.kind for entry in planted} >= {"road_break", "road_gap_doubt"}
    for entry in planted:
        gap = float(re.search(r"([\d.]+) 米", entry.what)[1])
        first, second = (roads[code] for code in entry.codes)
        assert abs(first.distance(second) - gap) < 0.1, entry


def test_groups_behind_gaps_hang_on_them(built):
    folder, manifest = built
    roads = roads_of(folder)
    groups = points_of(pd.DataFrame(records(folder / "村民组基本情况.xlsx", "村民组"))).set_index("村民组代码").geometry
    strict = connected_hardened(roads, manifest, join_m=3.5).union_all()
    loose = connected_hardened(roads, manifest, join_m=20.0).union_all()
    for entry in manifest.of_kind("road_gap_doubt"):
        for code in entry.groups:
            assert groups[code].distance(strict) > END_M
            assert groups[code].distance(loose) <= END_M
    for entry in (*manifest.of_kind("road_break"), *manifest.of_kind("road_isolated")):
        for code in entry.groups:
            assert groups[code].distance(loose) > END_M


def test_false_reports_are_the_planted_ones(built):
    folder, manifest = built
    groups = pd.DataFrame(records(folder / "村民组基本情况.xlsx", "村民组")).set_index("村民组代码")
    placed = points_of(groups.reset_index()).set_index("村民组代码").geometry
    loose = connected_hardened(roads_of(folder), manifest, join_m=20.0).union_all()
    false = fault(manifest, "reported_conflict").codes
    assert (groups.loc[list(false), "是否通硬化路"] == "是").all()
    assert all(placed[code].distance(loose) > END_M for code in false)


def test_road_table_is_gbk_and_does_not_say_so(built):
    folder, manifest = built
    assert not (folder / "农村公路.cpg").exists()
    raw = (folder / "农村公路.dbf").read_bytes()
    assert raw[29] == 0
    assert "通组路".encode("gbk") in raw
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert manifest.of_layer("roads").rename == {"status": "JSZT", "passing_bays_per_km": "CCDMD", "built_year": "XJND"}


def test_committees_are_shifted_and_only_the_manifest_says_so(built):
    folder, manifest = built
    points = table(folder, manifest.of_layer("committees"))
    lon, lat = points["经度"].astype(float).to_numpy(), points["纬度"].astype(float).to_numpy()
    back = gpd.GeoSeries.from_xy(*gcj02_to_wgs84(lon, lat), crs="EPSG:4490").to_crs(METRES)
    asis = gpd.GeoSeries.from_xy(lon, lat, crs="EPSG:4490").to_crs(METRES)
    assert manifest.of_layer("committees").crs == "gcj02"
    assert 300.0 < float(asis.distance(back).median()) < 600.0
    groups = points_of(pd.DataFrame(records(folder / "村民组基本情况.xlsx", "村民组")))
    first = groups[groups["组名称"] == "一组"].set_index("行政村代码").geometry
    assert float(shapely.distance(back.to_numpy(), first.loc[points["行政村代码"]].to_numpy()).max()) < 120.0
    assert "gcj" not in (folder / "村委会驻地.csv").read_bytes().decode("gb18030").lower()


def test_references_between_files_hold(built):
    folder, manifest = built
    groups = pd.DataFrame(records(folder / "村民组基本情况.xlsx", "村民组"))
    schemes = table(folder, manifest.of_layer("water_schemes"))
    villages = set(table(folder, manifest.of_layer("villages"))["村代码"])
    assert set(groups["供水工程代码"].dropna()) <= set(schemes["工程代码"])
    assert set(groups["行政村代码"]) <= villages
    assert set(table(folder, manifest.of_layer("committees"))["行政村代码"]) == villages
    assert all(re.fullmatch(r"522326\d{8}", code) for code in groups["村民组代码"])
    sites = set(pd.DataFrame(records(folder / "易地扶贫搬迁安置点.xlsx", "安置点"))["安置点编号"])
    register = pd.DataFrame(records(folder / "农户花名册.xlsx", "花名册"))
    moved = register[register["是否易地搬迁"] == "是"]
    assert set(moved["安置点代码"]) <= sites
    assert register.loc[register["是否易地搬迁"] == "否", "安置点代码"].isna().all()


def frame_of(folder, manifest, layer):
    return gpd.GeoDataFrame(table(folder, manifest.of_layer(layer))).to_crs(METRES)


def test_settlements_ledger_and_checks_refer_to_what_is_there(built):
    folder, manifest = built
    groups = pd.DataFrame(records(folder / "村民组基本情况.xlsx", "村民组"))
    sites = pd.DataFrame(records(folder / "易地扶贫搬迁安置点.xlsx", "安置点")).set_index("安置点编号")
    ledger = pd.DataFrame(records(folder / "易地扶贫搬迁台账.xlsx", "搬迁台账"))
    register = pd.DataFrame(records(folder / "农户花名册.xlsx", "花名册"))
    unknown = set(fault(manifest, "relocation_unknown_group").codes)
    known_groups = {*groups["村民组代码"], *fault(manifest, "group_duplicate_code").groups}
    assert set(ledger.loc[~ledger["村民小组代码"].isin(known_groups), "台账编号"]) == unknown
    assert set(ledger["安置点编号"]) <= set(sites.index)
    moved = register[register["是否易地搬迁"] == "是"].groupby("村民小组代码").size()
    known = ledger[~ledger["台账编号"].isin(unknown)]
    assert (
        known["搬迁户数"] <= known["村民小组代码"].map(moved).fillna(0)
    ).mean() > 0.95  # a planted code or name in the register takes a household away
    assert (ledger.groupby("安置点编号")["搬迁户数"].sum().reindex(sites.index).fillna(0) == sites["已入住户数"]).all()
    assert (sites["已入住户数"] <= sites["规划户数"]).all()
    checks = pd.DataFrame(records(folder / "安置点九项自查表.xlsx", "九项自查"))
    assert checks.groupby("安置点编号")["自查内容"].nunique().eq(9).all()
    assert set(checks["安置点编号"]) == set(sites.index)


def test_more_is_torn_down_or_reclaimed_than_there_was_only_where_it_was_planted(built):
    folder, manifest = built
    ledger = pd.DataFrame(records(folder / "易地扶贫搬迁台账.xlsx", "搬迁台账")).set_index("台账编号")
    torn, due = (pd.to_numeric(ledger[name]) for name in ("已拆户数", "应拆户数"))
    green, land = (pd.to_numeric(ledger[name]) for name in ("已复垦面积（亩）", "应复垦面积（亩）"))
    assert set(ledger.index[torn > due]) == set(fault(manifest, "relocation_more_demolished").codes)
    assert set(ledger.index[green > land * 1.005]) == set(fault(manifest, "relocation_more_reclaimed").codes)


def test_land_cover_fills_the_county_once(built):
    folder, manifest = built
    cover = frame_of(folder, manifest, "land_cover")
    cover = cover.set_geometry(cover.make_valid())  # as intake does
    outline = small_base().outline.to_crs(METRES).geometry.iloc[0]
    assert abs(cover.area.sum() - outline.area) < 0.005 * outline.area
    assert abs(cover.union_all().area - cover.area.sum()) < 0.005 * outline.area
    assert len(set(cover["DLMC"])) >= 5


def test_protected_ground_lies_where_it_belongs(built):
    folder, manifest = built
    outline = small_base().outline.to_crs(METRES).geometry.iloc[0].buffer(200.0)
    rivers = frame_of(folder, manifest, "rivers").union_all()
    assert all(frame_of(folder, manifest, name).within(outline).all() for name in ("reserves", "flood_zones", "water_source_zones", "faults"))
    floods = frame_of(folder, manifest, "flood_zones")
    assert set(floods["洪水频率（年一遇）"]) == {20, 50}
    assert float(floods.distance(rivers).max()) < 600.0
    sites = frame_of(folder, manifest, "site_candidates")
    assert sites.within(outline).all()
    assert sites.area.between(5_000.0, 100_000.0).all()
