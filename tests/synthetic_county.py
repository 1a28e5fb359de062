"""A county of two townships, four villages and twelve groups, written as the files a bureau hands over and imported like any other.

Everything is invented and says so; every answer can be worked out by hand (see `VERDICTS`). The register holds recognisable personal
strings (`PERSONAL`) that must never come out again.

```
lat 25.30 ┌────────────┬────────────┐
          │ 甲二村 A2   │ 乙二村 B2   │   C001 (village road, cement) along lat 25.275, lon 106.003 – 106.097
    25.25 ├────────────┼────────────┤   Y001 (township road, asphalt) along lon 106.05 from X001 to C001
          │ 甲一村 A1   │ 乙一村 B1   │   X001 (county road, asphalt) along lat 25.225, lon 106.000 – 106.100
    25.20 └────────────┴────────────┘   Z001 (gravel) south from X001 at lon 106.02; C002 (cement) 11 m off C001 at lon 106.095
      106.00        106.05       106.10
```
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from affine import Affine

if TYPE_CHECKING:
    from pathlib import Path

COUNTY = "529926"
COUNTY_NAME = "演示县"
STANDARDS = ("guizhou-2017",)

PERSONAL = ("测试户主甲乙丙", "529926190001019999", "10000007777", "6200000000000007777", "演示县不存在路七十七号")
"""Name, ID number (wrong check digit), phone, account and address: all invented, all to be dropped at import."""

_TOWNSHIPS = {"529926100": "甲镇", "529926101": "乙镇"}
_VILLAGES = {"529926100201": "甲一村", "529926100202": "甲二村", "529926101201": "乙一村", "529926101202": "乙二村"}
_CORNERS = {"529926100201": (106.00, 25.20), "529926100202": (106.00, 25.25), "529926101201": (106.05, 25.20), "529926101202": (106.05, 25.25)}

# group, hamlet, lon, lat, households, people, registered households
_GROUPS = (
    ("52992610020101", "上寨", 106.0100, 25.2254, 40, 160, 10),
    ("52992610020102", "中寨", 106.0200, 25.2110, 41, 164, 11),
    ("52992610020103", "下寨", 106.0400, 25.2030, 42, 168, 12),
    ("52992610020201", "岩脚", 106.0100, 25.2754, 43, 172, 13),
    ("52992610020202", "岩上", 106.0300, 25.2746, 44, 176, 14),
    ("52992610020203", "岩背", 106.0450, 25.2960, 45, 180, 15),
    ("52992610120101", "河边", 106.0600, 25.2246, 46, 184, 16),
    ("52992610120102", "河湾", 106.0900, 25.2254, 47, 188, 17),
    ("52992610120103", "河源", 106.0800, 25.2040, None, 192, 18),
    ("52992610120201", "坡头", 106.0600, 25.2754, 49, 196, 19),
    ("52992610120202", "坡尾", 106.0800, 25.2960, 12, 48, 4),
    ("52992610120203", "坡上", 106.0953, 25.2890, 51, 204, 21),
)

VERDICTS = {
    "52992610020101": "met",
    "52992610020102": "lacking",
    "52992610020103": "lacking",
    "52992610020201": "met",
    "52992610020202": "met",
    "52992610020203": "lacking",
    "52992610120101": "met",
    "52992610120102": "met",
    "52992610120103": "unknown",
    "52992610120201": "met",
    "52992610120202": "excluded",
    "52992610120203": "unknown",
}
"""Hardened road, by hand: met at a connected hardened road; lacking on gravel or far from any road; 河源 has no count of households, 坡上
hangs on a doubtful joint of 11 m; 坡尾 has fewer households than the programme takes."""

# road, class, surface, width, coordinates
_ROADS = (
    ("X001529926", "县道", "沥青", 6.0, [(106.000, 25.225), (106.100, 25.225)]),
    ("Y001529926", "乡道", "沥青", 5.0, [(106.050, 25.225), (106.050, 25.275)]),
    ("C001529926", "村道", "水泥", 4.5, [(106.003, 25.275), (106.097, 25.275)]),
    ("Z001529926", "组道", "砂石", 3.5, [(106.020, 25.225), (106.020, 25.211)]),
    ("C002529926", "村道", "水泥", 4.5, [(106.095, 25.2751), (106.095, 25.2900)]),
)


@dataclass(frozen=True)
class File:
    """One file to import, with its options."""

    layer: str
    path: Path
    options: dict[str, str] = field(default_factory=dict)


def write_files(folder: Path) -> list[File]:
    """Write the county's files and say in which order they are imported."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [
        _features(folder, "counties", _county()),
        _features(folder, "townships", _townships()),
        _features(folder, "villages", _villages()),
        _table(folder, "groups", _groups()),
        _table(folder, "households", _households()),
        _features(folder, "roads", _roads()),
        *(_table(folder, name, frame) for name, frame in _places().items()),
    ]
    return [*files, File("dem", _dem(folder / "dem.tif"))]


def build_workspace(folder: Path, *, assess: bool = True) -> Path:
    """A workspace with every file imported through the ordinary import, assessed, its tiles made; returns its path."""
    from api.runs import ImportOptions, assess_county, import_file, refresh_tiles  # noqa: PLC0415 - so that files can be written alone
    from layers.workspace import create  # noqa: PLC0415

    workspace = create(folder / "workspace", county_code=COUNTY, county_name=COUNTY_NAME, standards=STANDARDS)
    for file in write_files(folder / "files"):
        import_file(workspace, file.layer, file.path, ImportOptions(crs=file.options.get("crs")))
    if assess:
        assess_county(workspace)
        refresh_tiles(workspace)
    return workspace.path


def _features(folder: Path, name: str, frame: gpd.GeoDataFrame) -> File:
    path = folder / f"{name}.geojson"
    path.write_text(frame.assign(演示数据="是").to_json(drop_id=True), encoding="utf-8")
    return File(name, path)


def _table(folder: Path, name: str, frame: pd.DataFrame) -> File:
    path = folder / f"{name}.csv"
    frame.assign(数据日期="2025-06-30", 演示数据="是").to_csv(path, index=False, encoding="utf-8-sig")
    return File(name, path, {"crs": "EPSG:4490"} if "经度" in frame else {})


def _frame(columns: dict[str, list[object]], shapes: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({**columns, "数据日期": ["2025-06-30"] * len(shapes)}, geometry=shapes, crs=4326)


def _county() -> gpd.GeoDataFrame:
    return _frame({"县代码": [COUNTY], "县名": [COUNTY_NAME]}, [shapely.box(106.0, 25.2, 106.1, 25.3)])


def _townships() -> gpd.GeoDataFrame:
    codes = list(_TOWNSHIPS)
    shapes = [shapely.box(106.0, 25.2, 106.05, 25.3), shapely.box(106.05, 25.2, 106.1, 25.3)]
    return _frame({"乡镇代码": codes, "乡镇名称": [_TOWNSHIPS[c] for c in codes], "县代码": [COUNTY] * 2}, shapes)


def _villages() -> gpd.GeoDataFrame:
    codes = list(_VILLAGES)
    shapes = [shapely.box(x, y, x + 0.05, y + 0.05) for x, y in _CORNERS.values()]
    columns = {"村代码": codes, "村名": [_VILLAGES[c] for c in codes], "乡镇代码": [c[:9] for c in codes], "乡镇": [_TOWNSHIPS[c[:9]] for c in codes]}
    return _frame(columns, shapes)


def _groups() -> pd.DataFrame:
    frame = pd.DataFrame(_GROUPS, columns=["组代码", "自然寨", "经度", "纬度", "户数", "人口", "建档立卡户数"]).astype({"户数": "Int64"})
    number = frame["组代码"].str[-2:].map({"01": "一组", "02": "二组", "03": "三组"})
    village = frame["组代码"].str[:12]
    return frame.assign(
        组名=number,
        村代码=village,
        村名=village.map(_VILLAGES),
        乡镇代码=village.str[:9],
        乡镇=village.str[:9].map(_TOWNSHIPS),
        整组搬迁="否",
        人均日水量=60,
        水质="合格",
        自来水入户="是",
        年缺水天数=0,
        动力电="是",
        **{"4G信号": "是"},
    )


def _households() -> pd.DataFrame:
    """One registered household a group, so that the register counts poor households only and leaves the group list's counts alone."""
    name, number, phone, account, address = PERSONAL
    rows = [
        {
            "户编号": f"H{at:04d}",
            "组代码": group[0],
            "户主姓名": name,
            "身份证号": number,
            "联系电话": phone,
            "银行账号": account,
            "家庭住址": address,
        }
        for at, group in enumerate(_GROUPS, start=1)
    ]
    return pd.DataFrame(rows).assign(家庭人口=4, 户类型="脱贫户", 是否搬迁="否")


def _roads() -> gpd.GeoDataFrame:
    columns = {
        "路线代码": [r[0] for r in _ROADS],
        "行政等级": [r[1] for r in _ROADS],
        "路面类型": [r[2] for r in _ROADS],
        "路面宽度": [r[3] for r in _ROADS],
        "路基宽度": [r[3] + 1.0 for r in _ROADS],
        "每公里错车道": [3.0] * len(_ROADS),
        "建设状态": ["已建"] * len(_ROADS),
    }
    return _frame(columns, [shapely.LineString(r[4]) for r in _ROADS])


def _places() -> dict[str, pd.DataFrame]:
    """Facilities: one transformer, station, clinic and school for each village, at its middle."""
    middle = pd.DataFrame([(x + 0.025, y + 0.025) for x, y in _CORNERS.values()], columns=["经度", "纬度"])
    villages = {"村代码": list(_VILLAGES), "村名": list(_VILLAGES.values())}
    return {
        "committees": middle.assign(**villages),
        "transformers": middle.assign(台区编号=["T1", "T2", "T3", "T4"], 容量=200, 是否三相="是"),
        "base_stations": middle.assign(基站编号=["S1", "S2", "S3", "S4"], 制式="4G"),
        "clinics": middle.assign(
            机构代码=["K1", "K2", "K3", "K4"], 机构名称="演示卫生室", 机构类型="村卫生室", 业务用房面积=80, 村医人数=1, **villages
        ),
        "schools": middle.assign(学校代码=["E1", "E2", "E3", "E4"], 学校名称="演示小学", 办学类型="小学"),
        "settlements": middle.iloc[:1].assign(安置点代码=["P1"], 安置点名称=["演示安置点"], 安置户数=[20]),
    }


def _dem(path: Path) -> Path:
    """A tilted plane, 0.001° a cell."""
    rows, columns = np.mgrid[0:110, 0:110]
    heights = (600 + 2.0 * rows + 1.0 * columns).astype("float32")
    profile = {"driver": "GTiff", "height": 110, "width": 110, "count": 1, "dtype": "float32", "crs": "EPSG:4326", "nodata": -9999.0}
    with rasterio.open(path, "w", transform=Affine(0.001, 0.0, 105.995, 0.0, -0.001, 25.305), **profile) as grid:
        grid.write(heights, 1)
    return path
