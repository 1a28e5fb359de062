"""What siting needs beside the county of `synthetic_county`, imported like any other file, and a real study and comparison on it.

```
52992610020103 下寨   30 m from a severe landslide: must move
52992610020203 岩背   on the county's list to move as a whole: must move
52992610020102 中寨   lacks a hardened road and may not move: gets one
```
Both movers (87 households) find room in P1 (60 households left) and on new land. P2 is full. C01 is a site that the bureau proposes. A strip of
farmland lies along lon 106.02 to 106.03, a redline in the corner of 乙二村. Everything is invented and says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely
from synthetic_county import PERSONAL

from api.runs import ImportOptions, import_file
from api.runs.choice import ChoiceWish, compare_county
from api.runs.sites import StudyOrder, study_county_sites
from layers.store.revision import Change
from layers.workspace import open_workspace

if TYPE_CHECKING:
    from pathlib import Path

    from layers.store.revision import Revision

IN_DANGER, WHOLE, STAYING = "52992610020103", "52992610020203", "52992610020102"
FARMLAND, REDLINE = (106.025, 25.26), (106.09, 25.295)
"""Places on land that a rule takes."""
BESIDE = (107.0, 25.25)
"""A place beside the grid."""


def write_files(folder: Path) -> dict[str, Path]:
    """The files of siting, by layer."""
    folder.mkdir(parents=True, exist_ok=True)
    shapes = {name: _shapes(folder / f"{name}.geojson", *given) for name, given in _polygons().items()}
    return shapes | {name: _rows(folder / f"{name}.csv", frame) for name, frame in _tables().items()}


def add_layers(workspace: Path, files: Path) -> None:
    """Import them, and list one group to be moved as a whole."""
    opened = open_workspace(workspace)
    for name, path in write_files(files).items():
        import_file(opened, name, path, ImportOptions(crs="EPSG:4490" if path.suffix == ".csv" else None))
    groups, info = opened.store.read("groups"), opened.store.head().layers["groups"].info
    listed = groups["whole_relocation"].mask(groups["group_code"] == WHOLE, other=True)
    opened.store.commit({"groups": Change(frame=groups.assign(whole_relocation=listed), info=info)}, title="整组搬迁名单")


def commit_study(workspace: Path, order: StudyOrder | None = None) -> Revision:
    """Study the sites and compare roads and moves, as `zutong sites` and `zutong choose` do; returns the last revision."""
    opened = open_workspace(workspace)
    study_county_sites(opened, order or StudyOrder(title="安置选址：演示"))
    return compare_county(opened, ChoiceWish(title="修路与搬迁：演示")).revision


def _polygons() -> dict[str, tuple[str, str, list[shapely.Geometry]]]:
    """Layer → heading of its code, of its name, shapes."""
    return {
        "redlines": ("红线代码", "红线名称", [shapely.box(106.085, 25.29, 106.1, 25.3)]),
        "farmland": ("图斑编号", "", [shapely.box(106.02, 25.2, 106.03, 25.3)]),
        "rivers": ("河流代码", "河流名称", [shapely.LineString([(106.07, 25.2), (106.07, 25.3)])]),
        "site_candidates": ("地块编号", "地块名称", [shapely.box(106.052, 25.252, 106.058, 25.256)]),
    }


def _shapes(path: Path, code: str, name: str, shapes: list[shapely.Geometry]) -> Path:
    columns = {code: [f"S{at}" for at in range(len(shapes))]} | ({name: ["演示"] * len(shapes)} if name else {})
    frame = gpd.GeoDataFrame({**columns, "演示数据": ["是"] * len(shapes), "数据日期": ["2025-06-30"] * len(shapes)}, geometry=shapes, crs=4326)
    path.write_text(frame.to_json(drop_id=True), encoding="utf-8")
    return path


def _rows(path: Path, frame: pd.DataFrame) -> Path:
    frame.assign(数据日期="2025-06-30", 演示数据="是").to_csv(path, index=False, encoding="utf-8-sig")
    return path


def _tables() -> dict[str, pd.DataFrame]:
    name = PERSONAL[0]
    return {
        "hazards": pd.DataFrame({"灾害点编号": ["D1"], "经度": [106.0403], "纬度": [25.2030], "灾害类型": ["滑坡"], "险情等级": ["大型"]}),
        "markets": pd.DataFrame({"集市编号": ["M1"], "集市名称": ["演示集市"], "经度": [106.05], "纬度": [25.225]}),
        "settlements": pd.DataFrame(
            {
                "安置点代码": ["P1", "P2"],
                "安置点名称": ["演示安置点", "[b]满[/b]"],
                "经度": [106.045, 106.06],
                "纬度": [25.24, 25.225],
                "安置户数": [80, 20],
                "入住户数": [20, 20],
                "入住人口": [80, 80],
                "住房总面积": [2000, 1600],
            }
        ),
        "relocations": pd.DataFrame(
            {
                "台账编号": ["B1"],
                "组代码": ["52992610120101"],
                "安置点代码": ["P1"],
                "搬迁户数": [5],
                "搬迁人口": [20],
                "旧房应拆户数": [5],
                "旧房已拆户数": [2],
            }
        ),
        "settlement_checks": pd.DataFrame(
            {
                "自查编号": ["Z1"],
                "安置点代码": ["P1"],
                "自查内容": ["搬迁拆旧"],
                "自查结果": ["有问题"],
                "责任单位": ["演示局"],
                "责任人": [name],
                "整改时限": ["2025-01-01"],
            }
        ),
    }
