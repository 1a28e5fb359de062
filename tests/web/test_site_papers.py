"""Ledger, map and A4 sheet of a siting study, from frames alone: what they say, that they are the same each time, and that hostile names stay text."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
import typst
from affine import Affine
from pyproj import CRS

from gis.sites.criteria import direct_set, rank_parcels, weight_frame
from gis.terrain import Terrain
from layers.errors import QueryError
from web import site_sheet as sheets
from web.site_book import acceptability_table, parcel_table, score_table, site_sheets, weight_table
from web.site_map import MapLayers, fit, in_metres, parcel_map, round_length, site_map
from web.site_relief import shaded_png
from web.site_sheet import TEMPLATE, SheetOptions, sheet_data, site_sheet
from web.site_study import SiteBook, StudyCriterion
from web.site_words import change_words, missing_words, plain, stability_words, weighting_lines
from web.workbook import write_workbook

HOSTILE = '#panic("x") *粗* $x^2$ `raw` "引号" \\ <标签> & @ref =1+1 </text><image href="file:///etc/passwd"/>'
MARK = "演示数据，非真实情况 · 内部使用"
CRITERIA = {"slope": ("坡度", "°"), "road": ("到硬化路", "min"), "hazard": ("地质灾害", "")}
SVG = "{http://www.w3.org/2000/svg}"
needs_font = pytest.mark.skipif(not set(sheets._CHINESE) & set(typst.Fonts().families()), reason="no Chinese font on this machine")


def _parcels(count: int = 6) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(7)
    where = [shapely.box(106.0 + 0.02 * at, 25.2, 106.003 + 0.02 * at, 25.203) for at in range(count)]
    frame = gpd.GeoDataFrame(
        {
            "parcel_code": pd.array([f"P{at:04d}" for at in range(1, count + 1)], dtype="string"),
            "parcel_name": pd.array([f"甲镇乙村地块{at}" for at in range(1, count + 1)], dtype="string"),
            "township_name": pd.array(["甲镇"] * count, dtype="string"),
            "source": pd.array(["found", "candidate"] * (count // 2), dtype="string"),
            "class": pd.array(["best"] * count, dtype="string"),
            "area_m2": pd.array(rng.uniform(3e4, 9e4, count), dtype="Float64"),
            "capacity_households": pd.array(rng.integers(50, 300, count), dtype="Int64"),
            "synthetic": pd.array([True] * count, dtype="boolean"),
            **{key: pd.array(rng.uniform(1, 30, count), dtype="Float64") for key in CRITERIA},
            **{f"{key}_score": pd.array(rng.uniform(20, 100, count), dtype="Float64") for key in CRITERIA},
        },
        geometry=where,
        crs=4490,
    )
    frame.loc[count - 1, "road_score"] = pd.NA
    return frame


@pytest.fixture(scope="module")
def book() -> SiteBook:
    """A small study: six parcels, one of which has no road score."""
    weights = direct_set("县里的", {"slope": 30, "road": 30, "hazard": 40}, source="座谈会")
    parcels = _parcels()
    found = rank_parcels(parcels, weights, draws=200)
    return SiteBook(
        county="甲县",
        parcels=parcels.merge(found.frame, on="parcel_code"),
        criteria=[
            StudyCriterion(key, *CRITERIA[key], "min", weights.weights[key], weights.low[key], weights.high[key], "座谈会") for key in CRITERIA
        ],
        weighting={"name": "县里的", "method": "direct", "source": "座谈会"},
        ranking=found.summary(),
        exclusions=pd.DataFrame(
            {
                "key": ["slope", "redlines", "faults"],
                "label": ["坡度过大", "生态保护红线", "断层两侧"],
                "judged": pd.array([True, True, False], dtype="boolean"),
                "alone_m2": pd.array([2e6, 5e6, None], dtype="Float64"),
                "only_m2": pd.array([1e6, 4e6, None], dtype="Float64"),
                "share": pd.array([0.2, 0.5, None], dtype="Float64"),
            }
        ),
        settlements=pd.DataFrame(
            {
                "settlement_code": ["A1"],
                "settlement_name": ["丙安置点"],
                "class": ["fair"],
                "score": pd.array([71.5], dtype="Float64"),
                "excluded_by": ["slope,redlines"],
                "missing_items": ["clinic,market"],
                "slope_score": pd.array([60.0], dtype="Float64"),
                "something_new": ["x"],
                "road": pd.array([3.5], dtype="Float64"),
            }
        ),
        allocation=pd.DataFrame({"group_code": ["G1"], "reason": ["no_capacity"], "cost_cny": pd.array([123_456.0], dtype="Float64")}),
        allocation_summary={"status": "infeasible", "cost_cny": 1e6, "gap": 0.004, "conflicts": [{"sentence": "丙安置点放不下。"}]},
        weight_sets=weight_frame([weights]),
        set_reference="relocation-2017@1",
        sources=[{"label": "道路", "file": "roads.shp", "data_date": "2025-06-30", "synthetic": True}],
        mark=MARK,
        notes=["格网边长放大到 60 m。"],
        facts=[("版本", "abc123")],
    )


@pytest.fixture(scope="module")
def layers(book: SiteBook) -> MapLayers:
    """What its map draws."""
    rows, columns = 60, 90
    heights = (500 + 40 * np.sin(np.arange(rows)[:, None] / 5) * np.cos(np.arange(columns) / 7)).astype(np.float32)
    terrain = Terrain(heights, Affine(0.002, 0, 105.97, 0, -0.002, 25.26), CRS.from_epsg(4490))
    town = gpd.GeoDataFrame({"township_name": ["甲镇"]}, geometry=[shapely.box(105.98, 25.15, 106.14, 25.25)], crs=4490)
    roads = gpd.GeoDataFrame(geometry=[shapely.LineString([(105.98, 25.2), (106.14, 25.21)]), None], crs=4490)
    camps = gpd.GeoDataFrame(geometry=[shapely.Point(106.05, 25.18)], crs=4490)
    return MapLayers(gpd.GeoDataFrame(book.parcels, geometry="geometry", crs=4490), town, roads, None, camps, terrain)


def _hostile(book: SiteBook, layers: MapLayers) -> tuple[SiteBook, MapLayers]:
    parcels = book.parcels.assign(parcel_name=HOSTILE, township_name=HOSTILE)
    bad = replace(book, county=HOSTILE, parcels=parcels, mark=HOSTILE, weighting={"name": HOSTILE, "method": HOSTILE, "source": HOSTILE})
    town = layers.townships.assign(township_name=HOSTILE)
    return bad, replace(layers, parcels=gpd.GeoDataFrame(parcels, geometry="geometry", crs=4490), townships=town)


@pytest.fixture(scope="module")
def pages(book: SiteBook, tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    """The ledger as an office opens it."""
    path = tmp_path_factory.mktemp("book") / "sites.xlsx"
    write_workbook(path, site_sheets(book), footer=MARK)
    return openpyxl.load_workbook(path)


def _lines(page) -> dict[str, str]:
    return {row[0]: row[1] for row in page.iter_rows(min_row=4, values_only=True)}


def test_the_ledger_has_what_was_studied_and_marks_every_sheet(pages) -> None:
    assert pages.sheetnames == ["概况", "地块", "评分", "权重", "名次稳定性", "权重方案", "限制条件", "安置点评估", "分配", "参数", "说明"]
    assert all(page["A2"].value == MARK for page in pages)
    lines = _lines(pages["概况"])
    assert lines["本次没有"] == "搬迁前后对比"
    assert lines["未判断的限制条件"] == "断层两侧"
    assert lines["参加排名"] == "5 块；另有 1 块未排名（有指标不明，或全部禁止建设）"
    assert lines["提示"] == "格网边长放大到 60 m。"
    assert lines["分配提示"] == "丙安置点放不下。"
    assert lines["与可证明下界的差距"] == "不超过 0.40%"


def test_parcels_stand_by_rank_and_those_without_one_say_why(book: SiteBook) -> None:
    table = parcel_table(book)
    assert table["名次"].tolist()[:5] == [1, 2, 3, 4, 5]
    assert table["名次"].isna().tolist() == [False] * 5 + [True]
    assert "到硬化路不明，不排名" in table["未排名的原因"].iloc[-1]
    assert table["列第一须改的权重"].iloc[0] == "已列第一"
    assert table["来源"].isin(["系统找出", "备选地块"]).all()
    scores = score_table(book)
    assert {"坡度（°）", "坡度得分", "到硬化路（分钟）", "地质灾害得分"} <= set(scores.columns)
    assert "地质灾害（）" not in scores.columns  # codes of classes are not numbers to be read


def test_weights_add_up_and_say_whether_they_are_consistent(book: SiteBook) -> None:
    table = weight_table(book)
    assert table["权重"].iloc[:-1].sum() == pytest.approx(1)
    assert table["权重"].iloc[-1] == 1
    assert table["出处"].iloc[-1] == "一致性比率 CR：不适用（直接给权重，没有两两判断）"
    judged = replace(book, weighting={"method": "ahp", "name": "专家", "cr": 0.0412, "random_index": "alonso-lamata"})
    assert "0.041（≤ 0.10，随机一致性指标 Alonso & Lamata 2006）" in weight_table(judged)["出处"].iloc[-1]
    assert dict(weighting_lines(judged.weighting))["定权方法"] == "层次分析"


def test_acceptability_of_the_ledger_sums_to_one(book: SiteBook) -> None:
    table = acceptability_table(book)
    assert len(table) == 5
    assert table.filter(regex="第 .* 名").sum(axis=1).tolist() == pytest.approx([1] * 5)


def test_codes_become_words_money_becomes_wan_and_unknown_columns_stay(pages) -> None:
    review = {head.value: pages["安置点评估"].cell(4, at).value for at, head in enumerate(pages["安置点评估"][3], start=1)}
    assert review["触及的限制条件"] == "坡度过大、生态保护红线"
    assert review["所缺设施"] == "卫生服务、超市菜市"
    assert review["坡度得分"] == 60
    assert review["something_new"] == "x"
    assert review["到硬化路（分钟）"] == 3.5
    placed = {head.value: pages["分配"].cell(4, at).value for at, head in enumerate(pages["分配"][3], start=1)}
    assert placed["结果"] == "各处容量不足"
    assert placed["费用（万元）"] == pytest.approx(12.3456)


def test_what_cannot_be_reached_or_built_on_is_told_and_no_cell_is_infinite(book: SiteBook, layers: MapLayers, tmp_path) -> None:
    parcels = book.parcels.copy()
    parcels.loc[0, "road"] = np.inf
    parcels.loc[0, ["excluded_share", "excluded_by"]] = [0.25, "slope,redlines"]
    parcels.loc[5, ["class", "excluded_by"]] = ["excluded", "redlines"]
    other = replace(book, parcels=parcels)
    write_workbook(tmp_path / "far.xlsx", site_sheets(other))
    far = score_table(other).set_index("地块编号")
    assert far["到硬化路（分钟）"].isna().sum() == 1
    assert parcel_table(other)["未排名的原因"].iloc[-1] == "全部在禁止建设的范围内（生态保护红线），不排名"
    data = sheet_data(other, layers, SheetOptions(parcels=("P0001", "P0002")), font="F")
    assert next(row for row in data["criteria"] if row["label"] == "到硬化路")["cells"][0]["measure"] == "不可达"
    assert sheet_data(other, layers, SheetOptions(parcels=("P0006",)), font="F")["facts"][0][1] == "全部禁止建设，未排名"
    assert next(row for row in data["facts"] if row[0] == "受限占比")[1:] == ["25%（坡度过大、生态保护红线）", "无"]


def test_formulas_and_links_in_names_stay_text(book: SiteBook, layers: MapLayers, tmp_path) -> None:
    bad = replace(_hostile(book, layers)[0], settlements=pd.DataFrame({"settlement_name": ['=cmd|"/c calc"!A1', "http://x.example/"]}))
    path = tmp_path / "bad.xlsx"
    write_workbook(path, site_sheets(bad))
    for page in openpyxl.load_workbook(path):
        assert not page._hyperlinks
        assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)


def test_the_same_study_gives_the_same_ledger(book: SiteBook, tmp_path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tmp_path / name, site_sheets(book))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_the_map_is_true_to_scale_and_names_are_only_text(book: SiteBook, layers: MapLayers) -> None:
    bad = _hostile(book, layers)[1]
    best = book.best(3)["parcel_code"].tolist()
    ground = in_metres(bad)
    root = ET.fromstring(site_map(ground, width_mm=100, height_mm=80, font='F"><x', best=best))  # noqa: S314 - our own map
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {"svg", "rect", "path", "circle", "text", "image"}
    images = [one.get("href") for one in root.iter(f"{SVG}image")]
    assert len(images) == 1
    assert images[0].startswith("data:image/png;base64,")
    words = [one.text for one in root.iter(f"{SVG}text")]
    assert any(word.startswith("#panic") for word in words)
    assert [word for word in words if word in {"1", "2", "3"}] == ["3", "2", "1"]  # the first lies on top
    view = fit(tuple(ground.townships.total_bounds), 100, 80)
    bar = next(one for one in root.iter(f"{SVG}path") if one.get("stroke") == "#111")
    metres = round_length(100 * view.m_a_mm * 0.28)
    assert float(bar.get("d").split("h")[1].split("v")[0]) == pytest.approx(metres / view.m_a_mm, abs=0.01)
    assert f"{metres / 1000:g} km" in words


def test_a_parcel_near_by_lies_in_the_middle(layers: MapLayers) -> None:
    root = ET.fromstring(parcel_map(in_metres(layers), "P0002", width_mm=45, height_mm=30, font="F"))  # noqa: S314 - our own map
    shape = next(one for one in root.iter(f"{SVG}path") if one.get("fill") == "#c92a2a")
    points = np.array([[float(part) for part in pair.split()] for pair in shape.get("d")[1:].split("L")])
    assert (points.min(axis=0) + points.max(axis=0)) / 2 == pytest.approx([22.5, 15], abs=0.05)


def test_relief_is_flat_grey_on_flat_ground_and_paper_where_nothing_is_known() -> None:
    crs = CRS.from_epsg(4545)
    flat = Terrain(np.full((20, 20), 100.0, dtype=np.float32), Affine(30, 0, 5e5, 0, -30, 28e5), crs)
    picture, bounds = shaded_png(flat, crs, (5e5, 28e5 - 600, 5e5 + 600, 28e5), 20)
    assert bounds == (5e5, 28e5 - 600, 5e5 + 600, 28e5)
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    unknown = Terrain(np.full((20, 20), np.nan, dtype=np.float32), flat.transform, crs)
    assert shaded_png(unknown, crs, bounds, 20) is None


def test_the_sheet_says_everything_that_must_stand_on_it(book: SiteBook, layers: MapLayers) -> None:
    data = sheet_data(book, layers, SheetOptions(date="2026-01-02", approval=""), font="F")
    assert data["title"] == "甲县 安置选址比选图表"
    assert data["mark"] == MARK
    assert len(data["names"]) == len(data["insets"]) == 4
    assert [row[0] for row in data["constraints"]] == ["生态保护红线", "坡度过大", "断层两侧"]
    assert data["constraints"][2][1] == "未判断（缺资料）"
    assert dict(data["head"])["权重方案"] == "县里的"
    assert dict(data["head"])["参数集"] == "relocation-2017@1"
    assert dict(data["foot"])["数据日期"] == "2025-06-30"
    assert "格网边长放大到 60 m。" in data["notes"]
    assert {one["label"]: one["count"] for one in data["legend"]} == {
        "参加排名的地块": "3",
        "备选地块": "2",
        "其中并列比选": "4",
        "未排名的地块": "1",
        "已有安置点": "1",
        "道路": "2",
        "乡镇界（示意）": "1",
    }
    for row in data["criteria"]:
        scores = [float(cell["score"]) for cell in row["cells"]]
        assert [cell["best"] for cell in row["cells"]] == [score == max(scores) for score in scores]
    same = replace(book, parcels=book.parcels.assign(slope_score=80.0))
    assert not any(cell["best"] for cell in sheet_data(same, layers, SheetOptions(), font="F")["criteria"][0]["cells"])


def test_named_parcels_are_compared_and_others_refused(book: SiteBook, layers: MapLayers) -> None:
    data = sheet_data(book, layers, SheetOptions(parcels=("P0006", "P0001")), font="F")
    assert [one["code"] for one in data["names"]] == ["P0006", "P0001"]
    assert data["facts"][0][1] == "有指标不明，未排名"
    for codes, words in ((("P9999",), "没有编号为“P9999”的地块"), (("P0001",) * 5, "最多并列 4 块")):
        with pytest.raises(QueryError, match=words):
            sheet_data(book, layers, SheetOptions(parcels=codes), font="F")


@needs_font
def test_the_sheet_is_one_page_and_the_same_each_time(book: SiteBook, layers: MapLayers) -> None:
    one, two = (site_sheet(book, layers, SheetOptions(date="2026-01-02")) for _ in range(2))
    assert one == two
    assert one[:5] == b"%PDF-"
    assert _pages(book, layers) == 1


@needs_font
def test_hostile_names_reach_the_paper_as_text(book: SiteBook, layers: MapLayers) -> None:
    bad, drawn = _hostile(book, layers)
    assert site_sheet(bad, drawn)[:5] == b"%PDF-"  # markup in a name would stop the compiler at #panic
    assert site_sheet(bad, drawn, fmt="png", ppi=40)[:4] == b"\x89PNG"


@needs_font
def test_a_study_without_parcels_or_layers_still_prints(book: SiteBook) -> None:
    nothing = gpd.GeoDataFrame(book.parcels.head(0), geometry="geometry", crs=4490)
    bare = replace(book, parcels=nothing, exclusions=pd.DataFrame(), sources=())
    assert site_sheet(bare, MapLayers(nothing))[:5] == b"%PDF-"
    assert "没有可排名的地块。" in sheet_data(bare, MapLayers(nothing), SheetOptions(), font="F")["notes"]


def test_without_a_chinese_font_the_sentence_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr(sheets, "_CHINESE", ("No Such Family",))
    sheets.chinese_font.cache_clear()
    try:
        with pytest.raises(QueryError, match="没有中文字体") as refused:
            sheets.chinese_font()
    finally:
        sheets.chinese_font.cache_clear()
    assert "fonts-noto-cjk" in refused.value.hint


def _pages(book: SiteBook, layers: MapLayers) -> int:
    font = sheets.chinese_font()
    data = sheets.json.dumps(sheet_data(book, layers, SheetOptions(), font=font), ensure_ascii=False)
    pages = typst.compile(str(TEMPLATE), root=str(TEMPLATE.parent), format="png", ppi=20, sys_inputs={"data": data})
    return len(pages) if isinstance(pages, list) else 1


def test_sentences_on_ranks() -> None:
    assert stability_words({"first_share": 1.0, "rank_low": 1, "rank_high": 1}) == "100% 的抽样列第一；九成抽样在第 1 名"
    assert stability_words({"first_share": pd.NA}) == "未排名"
    labels = {"road": "道路"}
    assert change_words({"rank": 1, "change_criterion": "road", "change_from": 0.1, "change_to": 0.1}, labels) == "已列第一"
    assert change_words({"rank": 3, "change_criterion": pd.NA}, labels) == "只改一项权重不能使其列第一"
    down = {"rank": 2, "change_criterion": "road", "change_from": 0.3, "change_to": 0.2999}
    assert change_words(down, labels) == "“道路”的权重由 30.000% 降低到 29.990%"
    assert missing_words({"missing": pd.NA}, labels) == ""
    assert plain("a\u202eb\x00c") == "abc"
    assert plain("长" * 100, 10) == "长" * 9 + "…"
