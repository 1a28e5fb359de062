"""The demonstration county, built in one go: terrain → rivers → areas → people → roads → services → faults → files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from layers.crs import metric_crs
from layers.demo import bureaus
from layers.demo.alignment import grow
from layers.demo.areas import Seats, label_villages, place_seats, suitability, village_shapes
from layers.demo.attractions import build_candidates, build_markets, build_parks, furnish
from layers.demo.bridges import build_bridges
from layers.demo.claims import list_services, plant_claims
from layers.demo.constraints import build_farmland, build_redlines
from layers.demo.cover import build_land_cover
from layers.demo.evidence import lacking, met
from layers.demo.grid import Grid, grid_over
from layers.demo.manifest import Fault, HandedFile, Manifest, number
from layers.demo.moving import build_checks, build_relocations, list_stayers, plant_relocation_faults
from layers.demo.people import build_groups
from layers.demo.places import list_villages, sketch
from layers.demo.projects import build_projects
from layers.demo.protected import build_faults, build_flood_zones, build_reserves, build_water_source_zones
from layers.demo.register import build_register
from layers.demo.resettling import resettle
from layers.demo.rivers import build_rivers
from layers.demo.road_faults import plant_road_faults
from layers.demo.roads import build_roads, eligible
from layers.demo.services import (
    build_base_stations,
    build_clinics,
    build_committees,
    build_hazards,
    build_schools,
    build_settlements,
    build_transformers,
)
from layers.demo.sheets import sheet_rows
from layers.demo.siting_bureaus import RELOCATIONS
from layers.demo.table_faults import plant_group_faults, plant_register_faults, plant_reported
from layers.demo.terrain import Terrain, build_terrain, refine
from layers.demo.travel import Ground, Reach, build_ground
from layers.demo.water import build_water
from layers.demo.writers import clear, write_dem, write_file
from layers.names import get_layer

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from layers.boundaries import CountyBase
    from layers.demo.grid import Floats, Ints, Mask
    from layers.demo.handover import Handover

CELL_M = 90.0
FINER = 3
"""The published DEM has cells of `CELL_M / FINER` metres."""
OVER_BORDER_M = 1500.0
"""Roads may run so far outside the outline; it is generalised by some hundred metres."""
HOUSEHOLDS_PER_SITE = 60

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Land:
    """The ground of the county and who sits where, before anybody lives there."""

    code: str
    name: str
    outline: BaseGeometry
    terrain: Terrain
    inside: Mask
    ground: Ground
    villages: pd.DataFrame
    seats: Seats
    walk: Reach
    label: Ints

    @property
    def grid(self) -> Grid:
        """The working grid."""
        return self.terrain.grid


def build_county(folder: Path, *, base: CountyBase, seed: int = 522326, groups: int = 1500) -> Manifest:
    """Write the demonstration county into `folder` as the files that bureaus hand over, and `manifest.json` beside them.

    Args:
        folder: where the files go; made if missing.
        base: real (or synthetic) outline and coarse terrain of the county.
        seed: everything invented follows from it; the same seed gives the same bytes.
        groups: about how many villager groups; a small county takes fewer villages.

    Returns:
        The files with their import options, and the planted faults.
    """
    folder.mkdir(parents=True, exist_ok=True)
    land = _lay_out(base, seed, groups)
    people = build_groups(
        land.villages,
        land.seats,
        land.label,
        land.walk,
        land.terrain,
        land.grid.mask([land.outline.buffer(-200.0)]),
        count=groups,
        rng=_stream(seed, "people"),
    )
    frames = {**_areas(land), **_services(land, people, seed)}
    frames = _moving(people, frames, seed) | _siting(land, people, frames, seed)
    frames, faults, truth = _with_faults(land, frames, people, seed)
    files = [write_file(folder, _placed(frames[bureau.layer], land.grid.crs), bureau) for bureau in _cleared(folder)]
    files.append(_hand_over_dem(folder, land, seed))
    totals = _totals(people, frames, truth)
    located = [_located(fault, frames) for fault in (*faults, *_file_faults())]
    manifest = Manifest(land.code, seed, tuple(files), number(located), totals)
    manifest.write(folder)
    return manifest


def _stream(seed: int, name: str) -> np.random.Generator:
    """A source of chance for each part, so that one part can change without the others."""
    return np.random.default_rng([seed, *name.encode()])


def _cleared(folder: Path) -> tuple[Handover, ...]:
    for bureau in bureaus.HANDOVERS:
        clear(folder, bureau)
    return bureaus.HANDOVERS


def _lay_out(base: CountyBase, seed: int, groups: int) -> Land:
    crs = metric_crs(base.outline).to_string()
    outline = base.outline.to_crs(crs).geometry.union_all()
    grid = grid_over(outline.bounds, cell=CELL_M, margin=3000.0, crs=crs)
    terrain = build_terrain(base.dem, base.transform, grid, _stream(seed, "terrain"))
    inside = grid.mask([outline])
    ground = build_ground(terrain, grid.mask([outline.buffer(OVER_BORDER_M)]))
    code, name = (str(base.outline[column].iloc[0]) for column in ("county_code", "county_name"))
    villages = list_villages(code, most=max(6, groups // 6))
    hints = _hints(villages, base.outline, crs)
    seats = place_seats(villages, suitability(terrain, inside), grid, hints, _stream(seed, "seats"))
    walk = ground.reach(seats.cell)
    return Land(code, name, outline, terrain, inside, ground, villages, seats, walk, label_villages(seats, walk))


def _hints(villages: pd.DataFrame, outline: gpd.GeoDataFrame, crs: str) -> Floats:
    west, south, east, north = (float(value) for value in outline.total_bounds)
    degrees = sketch(list(villages["township_code"].unique()), (west, south, east, north))
    to_metres = pyproj.Transformer.from_crs("EPSG:4490", crs, always_xy=True)
    return np.column_stack(to_metres.transform(degrees[:, 0], degrees[:, 1]))


def _areas(land: Land) -> Frames:
    shapes = village_shapes(land.label, land.grid, land.outline, len(land.villages))
    county = {"county_code": land.code, "county_name": land.name}
    villages = gpd.GeoDataFrame(land.villages.drop(columns="community"), geometry=shapes.to_numpy(), crs=land.grid.crs)
    towns = villages.dissolve(["township_code", "township_name"]).reset_index().assign(**county)
    whole = gpd.GeoDataFrame(pd.DataFrame([county]), geometry=[land.outline], crs=land.grid.crs)
    return {"counties": whole, "townships": towns, "villages": villages}


def _services(land: Land, people: pd.DataFrame, seed: int) -> Frames:
    rng = _stream(seed, "services")
    schemes, points, own = build_water(people, rng)
    clinics = build_clinics(land.villages, land.seats, land.grid, rng)
    towns = land.villages.set_index("village_code")["township_name"]
    sites = build_settlements(land.villages, land.seats, land.grid, count=max(3, len(people) // HOUSEHOLDS_PER_SITE), rng=rng)
    homes = gpd.GeoSeries.from_xy(people["x"], people["y"], crs=land.grid.crs)
    listed: Frames = {
        "committees": build_committees(land.villages, land.seats, land.grid, rng),
        "water_schemes": schemes,
        "water_points": points,
        "transformers": build_transformers(people, rng),
        "base_stations": build_base_stations(land.terrain, people, land.inside, land.grid.points(land.seats.cell), rng),
    }
    return listed | {
        "groups": list_services(people.assign(**own), listed, rng),
        "clinics": clinics.assign(township_name=clinics["village_code"].map(towns).to_numpy()).sort_values("village_code", kind="stable"),
        "schools": build_schools(land.villages, land.seats, land.grid, rng),
        "settlements": sites,
        "hazards": build_hazards(land.terrain, people, rng),
        "farmland": build_farmland(land.terrain, land.inside, homes, rng),
        "redlines": build_redlines(land.terrain, land.inside, land.outline),
        "rivers": build_rivers(land.terrain, land.outline, _stream(seed, "rivers")),
        "households": build_register(people, county_code=land.code, rng=_stream(seed, "register")),
    }


def _moving(people: pd.DataFrame, frames: Frames, seed: int) -> Frames:
    """The frames with who moved where, who would rather stay, and what was checked in the settlements."""
    register, sites = resettle(frames["households"], people, frames["settlements"], _stream(seed, "resettling"))
    sites = furnish(sites, _stream(seed, "furnish"))
    return frames | {
        "groups": list_stayers(frames["groups"], _stream(seed, "stayers")),
        "households": register,
        "settlements": sites,
        "relocations": build_relocations(register, people, sites, _stream(seed, "relocations")),
        "settlement_checks": build_checks(sites, _stream(seed, "checks")),
    }


def _siting(land: Land, people: pd.DataFrame, frames: Frames, seed: int) -> Frames:
    """The layers that say where a settlement may stand, and where it would stand well."""
    rivers = gpd.GeoDataFrame(frames["rivers"])
    return {
        "land_cover": build_land_cover(land.terrain, land.outline, people, rivers, _stream(seed, "cover")),
        "reserves": build_reserves(land.terrain, land.inside, land.outline),
        "flood_zones": build_flood_zones(land.terrain, land.inside),
        "water_source_zones": build_water_source_zones(land.terrain, frames["water_schemes"], land.inside),
        "faults": build_faults(land.terrain, land.outline, _stream(seed, "geology")),
        "markets": build_markets(land.villages, land.seats, land.grid, _stream(seed, "markets")),
        "industry_parks": build_parks(land.villages, land.seats, frames["settlements"], land.grid, _stream(seed, "parks")),
        "site_candidates": build_candidates(land.villages, land.seats, land.terrain, _stream(seed, "candidates")),
    }


def _with_faults(land: Land, frames: Frames, people: pd.DataFrame, seed: int) -> tuple[Frames, list[Fault], Mask]:
    towns = land.seats.cell[land.seats.township_seat]
    lines = grow(land.terrain, land.ground, land.inside, towns, land.seats.cell, people["cell"].to_numpy(), _stream(seed, "alignment"))
    rng = _stream(seed, "faults")
    whole = build_roads(lines, people, land.villages, county_code=land.code, crs=land.grid.crs, rng=_stream(seed, "roads"))
    roads, faults = plant_road_faults(whole, people, land.outline, file=bureaus.ROADS.file, rng=rng)
    short = lacking(roads, people, faults)
    groups, reported = plant_reported(frames["groups"], short, met(roads, people, faults), file=bureaus.GROUPS.file, rng=rng)
    groups, claimed = plant_claims(groups, file=bureaus.GROUPS.file, rng=rng)
    busy = np.isin(people["group_code"], [code for fault in (*faults, *reported, *claimed) for code in fault.groups])
    groups, listed = plant_group_faults(groups, file=bureaus.GROUPS.file, rng=rng, spare=busy)
    register, registered = plant_register_faults(frames["households"], file=bureaus.HOUSEHOLDS.file, rng=rng)
    ledger, ledgered = plant_relocation_faults(frames["relocations"], file=RELOCATIONS.file, rng=_stream(seed, "ledger"))
    named = [code for fault in faults for code in fault.codes]
    bridged = build_bridges(roads, gpd.GeoDataFrame(frames["rivers"]), spare=named)
    projects = build_projects(roads, people, _stream(seed, "projects"))
    handed = {**frames, "roads": _as_written(bridged), "road_projects": projects, "groups": groups, "households": register, "relocations": ledger}
    return handed, [*faults, *reported, *claimed, *listed, *registered, *ledgered], short


def _as_written(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Roads in the transport bureau's words, with their length."""
    words = {name: roads[name].map(table) for name, table in bureaus.WORDS.items()}
    flags = {name: np.where(roads[name], "是", "否") for name in ("bridge", "tunnel")}
    return roads.assign(**words, **flags, length_km=(roads.length / 1000.0).round(3))


def _placed(frame: pd.DataFrame, crs: str) -> gpd.GeoDataFrame | pd.DataFrame:
    """A frame with `x`, `y` as points; others as they are."""
    if isinstance(frame, gpd.GeoDataFrame) or "x" not in frame:
        return frame
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["x"].astype(float), frame["y"].astype(float)), crs=crs)


def _hand_over_dem(folder: Path, land: Land, seed: int) -> HandedFile:
    grid, heights = refine(land.terrain, FINER, _stream(seed, "detail"))
    write_dem(folder / bureaus.DEM_FILE, heights, grid)
    return HandedFile("dem", bureaus.DEM_FILE, note="30″ 真实地形走势加虚构的 30 米细节")


def _file_faults() -> list[Fault]:
    roads, points = bureaus.ROADS, bureaus.COMMITTEES
    shifted = "坐标是 GCJ-02 而文件没有说明：按清单声明 gcj02 导入即归位；不声明就导入会整体偏移约 480 米，检查时应提醒"
    return [
        Fault("", "file_no_cpg", roads.layer, roads.file, "Shapefile 没有 .cpg，属性表是 GBK：应能认出编码，不出现乱码", (), "import"),
        Fault("", "undeclared_gcj02", points.layer, points.file, shifted, (), "import"),
    ]


def _located(fault: Fault, frames: Frames) -> Fault:
    """The fault with the rows of the sheet in which it stands."""
    bureau = next(bureau for bureau in bureaus.HANDOVERS if bureau.layer == fault.layer)
    if bureau.kind != "xlsx":
        return fault
    frame = frames[fault.layer]
    rows = sheet_rows(frame, bureau)[frame[get_layer(fault.layer).key].isin(fault.codes).to_numpy()]
    return replace(fault, rows=tuple(rows.tolist()))


def _totals(people: pd.DataFrame, frames: Frames, short: Mask) -> dict[str, float]:
    """What a reader can count: true numbers, before faults."""
    return {
        "villages": len(frames["villages"]),
        "groups": len(people),
        "households": int(people["households_count"].sum()),
        "people": int(people["people_count"].sum()),
        "registered_households": int(people["registered_households_count"].sum()),
        "eligible_groups": int(eligible(people).sum()),
        "lacking_hardened_road": int(short.sum()),
        "roads_km": round(float(gpd.GeoDataFrame(frames["roads"]).length.sum()) / 1000.0, 1),
    }
