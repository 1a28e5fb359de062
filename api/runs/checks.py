"""Checking a county: the problems of its imports, contradictions between layers, a register that fits no group, and breaks in the road network."""

from __future__ import annotations

import contextlib
import hashlib
from importlib.metadata import version
from typing import TYPE_CHECKING, cast

import geopandas as gpd

from api.console import SEVERITY_WORDS
from api.exports import suffix_of, whole_file, write_csv
from api.runs.assess import access_points, standard_of
from api.runs.imports import stored_problems
from gis.network import FINDING_LABELS, JOINT_LABELS, LEFT_OUT, NOTE_LABELS, build_network, existing_mask, find_anchors, isolated_pieces
from layers.codes import area_names
from layers.crs import metric_crs
from layers.errors import DamagedWorkspace, QueryError
from layers.intake.check import check_layers
from layers.intake.problems import SEVERITIES, join_problems, problem_rows
from layers.names import LAYERS
from layers.store import disk, frames
from web.workbook import Sheet, write_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from gis.network import Anchors, Network
    from gis.standards import Standard
    from layers.store.revision import Revision
    from layers.workspace import Workspace

HEADS = {
    "severity": "程度",
    "layer": "图层",
    "file": "文件",
    "row": "行",
    "field": "字段",
    "rule": "规则",
    "value": "值",
    "message": "问题",
    "suggestion": "建议",
}
CHECKS = "checks"
"""Folder of the cache that holds what was found."""

SHOWN_CODES = 5
"""Groups that a problem names; the rest is counted."""


def check_county(workspace: Workspace) -> pd.DataFrame:
    """Everything that is wrong or doubtful in the newest revision, worst first (`PROBLEM_COLUMNS`).

    Worked out once for what the county has now and kept in the workspace's cache, under the hash of everything it follows from.
    """
    head = workspace.store.head()
    if head is None:
        return join_problems([])
    standard = standard_of(workspace)
    path = workspace.cache / CHECKS / f"{_hash(head, standard, workspace.settings.county.code)}.parquet"
    if path.is_file():
        with contextlib.suppress(DamagedWorkspace):
            return frames.read(path)
    found = frames.canonical(find_problems(workspace, head, standard))
    with contextlib.suppress(OSError):  # a workspace that may only be read is checked each time
        disk.make_folder(path.parent)
        for old in path.parent.glob("*.parquet"):
            old.unlink()
        disk.publish(disk.stage(path.parent, lambda draft: frames.write(found, draft)), path)
    return found


def _hash(head: Revision, standard: Standard, county: str) -> str:
    layers = [f"{name}:{ref.sha256}" for name, ref in sorted(head.layers.items())]
    return hashlib.sha256("/".join([version("zutong"), standard.sha256, county, *layers]).encode()).hexdigest()[:16]


def find_problems(workspace: Workspace, head: Revision, standard: Standard) -> pd.DataFrame:
    """The problems of imports that are stored with a revision, and what is worked out from its layers."""
    names = [name for name, layer in LAYERS.items() if name in head.layers and not layer.result and name != "dem"]
    layers = {name: workspace.store.read(name, rev=head.id) for name in names}
    county = workspace.settings.county.code
    parts = [stored_problems(workspace), check_layers(layers, county_code=county, names=area_names(county))]
    if "roads" in layers and len(layers["roads"]):
        parts.append(network_problems(layers, standard))
    if "network_repairs" in head.layers:
        parts.append(joint_problems(workspace.store.read("network_repairs", rev=head.id)))
    return _worst_first(join_problems(parts))


def _worst_first(problems: pd.DataFrame) -> pd.DataFrame:
    rank = problems["severity"].map({name: at for at, name in enumerate(SEVERITIES)})
    return problems.assign(_rank=rank).sort_values(["_rank", "layer"], kind="stable", ignore_index=True).drop(columns="_rank")


def joint_problems(joints: pd.DataFrame) -> pd.DataFrame:
    """Gaps between roads that are joined in the optimistic view only; a gap that decides groups is doubtful, any other is told."""
    gaps = joints[~joints["certain"].astype("boolean").fillna(value=True)]
    decides = gaps["groups_count"].fillna(0) > 0
    what = gaps["kind"].map(JOINT_LABELS).fillna("")
    pair = gaps["road_code_a"].fillna("（无编号）") + " 与 " + gaps["road_code_b"].fillna("（无编号）")
    size = gaps["gap_m"].astype("Float64").round(1).astype("string")
    more = (gaps["groups_count"] > SHOWN_CODES).map({True: " 等", False: ""}).astype("string")
    codes = gaps["group_codes"].str.split(",").str[:SHOWN_CODES].str.join("、").astype("string") + more
    size_of = "，决定 " + gaps["groups_count"].astype("string") + " 个组（" + gaps["households_count"].astype("string") + " 户）的判定："
    consequence = size_of + codes
    message = "道路 " + pair + " 之间有 " + size + " m 的缺口（" + what + "）" + consequence.where(decides, "，不影响判定") + "。"
    suggestion = "到现场或影像上核实；已连通的，在原图层中把两端接上后重新导入。"
    doubtful = problem_rows(
        layer="roads", rule="doubtful_joint", severity="warning", message=message[decides], value=size[decides] + " m", suggestion=suggestion
    )
    harmless = problem_rows(
        layer="roads", rule="doubtful_joint", severity="info", message=message[~decides], value=size[~decides] + " m", suggestion=suggestion
    )
    return join_problems([doubtful, harmless])


def network_problems(layers: Mapping[str, pd.DataFrame], standard: Standard) -> pd.DataFrame:
    """Roads that the network cannot use, and pieces of it that hang on nothing."""
    roads = cast("gpd.GeoDataFrame", layers["roads"])
    rule = standard.network
    network = build_network(roads, crs=metric_crs(roads), touch_m=rule.touch_m.value, doubt_m=rule.doubt_m.value)
    outline = layers.get("counties")
    anchors = find_anchors(network, rule=rule, outline=outline if isinstance(outline, gpd.GeoDataFrame) else None, points=access_points(layers))
    return join_problems([left_out_problems(network), piece_problems(network, anchors, standard)])


def left_out_problems(network: Network) -> pd.DataFrame:
    """Roads without a length, a place or a line: they stay in the layer, and count for nothing."""
    found = network.notes[network.notes["what"].isin(LEFT_OUT)]
    message = "道路 " + found["road_code"].fillna("（无编号）") + " 未计入路网：" + found["what"].map(NOTE_LABELS).fillna("") + "。"
    suggestion = "请在原图层中改画或删去这一条。"
    return problem_rows(layer="roads", field="geometry", rule="road_left_out", severity="warning", message=message, suggestion=suggestion)


def piece_problems(network: Network, anchors: Anchors, standard: Standard) -> pd.DataFrame:
    """Pieces of the road network that hang on nothing, not even doubtfully."""
    found = isolated_pieces(network, existing_mask(network.edges, standard.road)[0], anchors=anchors)
    found = found[~found["doubtful"].fillna(value=False).to_numpy(dtype=bool)]
    length = found["length_m"].round(0).astype("Int64").astype("string")
    away = found["distance_m"].round(0).astype("Int64").astype("string")
    message = (
        "道路 "
        + found["road_code"].fillna("（无编号）")
        + " 等 "
        + found["roads_count"].astype("string")
        + " 条（"
        + length
        + " m）是"
        + FINDING_LABELS["isolated"]
        + ("，离最近的连通道路 " + away + " m").fillna("")
        + "。"
    )
    suggestion = "漏了连接的路段就补上；确实不通的，按实保留。"
    return problem_rows(layer="roads", rule="isolated_road", severity="warning", message=message, suggestion=suggestion)


def write_problems(problems: pd.DataFrame, path: Path) -> None:
    """The list as an office reads it, to .xlsx or .csv.

    Raises:
        QueryError: another kind of file is asked for.
    """
    suffix = suffix_of(path)
    shown = problems.assign(
        severity=problems["severity"].map(SEVERITY_WORDS),
        layer=problems["layer"].map({name: layer.label for name, layer in LAYERS.items()}).fillna(problems["layer"]),
    )[list(HEADS)].rename(columns=HEADS)
    if suffix == ".csv":
        write_csv(shown, path)
    elif suffix == ".xlsx":
        with whole_file(path) as draft:
            write_workbook(draft, [Sheet("问题清单", "数据问题清单", shown, note=f"共 {len(shown)} 条")], footer="内部使用")
    else:
        raise QueryError("问题清单只能写成 .xlsx 或 .csv。")
