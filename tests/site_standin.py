"""Settlement sites, and road or move, in the shapes of the HTTP answers and of a real county's size, so that the page can be tried without hours of computing.

Everything is invented. Ranks come from the house's own ranking, so that the page is held against what the service would say.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from gis.sites.criteria.ranking import rank_parcels
from web.site_tiles import score_png

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from starlette.requests import Request

# key, label, unit, weight, from, to: a measure of `from` scores 100, one of `to` scores 0
CRITERIA = (
    ("hazard", "地质灾害", "m", 0.20, 2000, 0),
    ("slope", "坡度", "°", 0.15, 0, 25),
    ("elevation", "海拔", "m", 0.05, 700, 2400),
    ("water", "水源", "m", 0.12, 100, 4000),
    ("road", "硬化路", "min", 0.10, 0, 60),
    ("town", "乡镇驻地", "min", 0.12, 5, 150),
    ("school", "小学", "min", 0.06, 5, 100),
    ("clinic", "卫生室", "min", 0.06, 5, 100),
    ("power", "变压器", "m", 0.04, 100, 4000),
    ("land", "土地利用", "分", 0.10, 100, 0),
)
KEYS = tuple(one[0] for one in CRITERIA)
NEUTRAL = {key: weight for key, _, _, weight, *_ in CRITERIA}
SWING = 0.3
CLASSES = ((80, "best"), (65, "fair"), (50, "poor"), (-1, "unsuitable"))
RULES = (
    ("slope", "坡度"),
    ("farmland", "永久基本农田"),
    ("redlines", "生态保护红线"),
    ("hazards", "地质灾害"),
    ("rivers", "河流"),
    ("height", "高程不明"),
)
DEGREE_M = 111_000.0


def multiplied(groups: Sequence[Mapping[str, Any]], count: int, *, spread: float = 0.012, seed: int = 3) -> list[dict[str, Any]]:
    """So many groups around those that there are: those themselves first, then others with codes of their own."""
    dice = random.Random(seed)
    more = []
    for number in range(len(groups), count):
        row = groups[number % len(groups)]
        place = {"lon": round(row["lon"] + dice.uniform(-spread, spread), 6), "lat": round(row["lat"] + dice.uniform(-spread, spread), 6)}
        more.append(
            {**row, "group_code": f"{row['group_code']}-{number}", "group_name": f"{number}组", **place, "households_count": dice.randint(8, 90)}
        )
    return [*(dict(row) for row in groups), *more][:count]


def county_groups(frame: Any) -> list[dict[str, Any]]:
    """Rows of the county's groups as plain values."""
    names = [
        "group_code",
        "group_name",
        "village_code",
        "village_name",
        "township_code",
        "township_name",
        "households_count",
        "people_count",
        "registered_households_count",
    ]
    table = frame.reindex(columns=names).astype(object)
    rows = table.where(table.notna(), None).to_dict("records")
    towns = [row["township_code"] or str(row["village_code"])[:9] for row in rows]
    placed = zip(rows, towns, frame.geometry, strict=True)
    return [{**row, "township_code": town, "lon": round(point.x, 6), "lat": round(point.y, 6)} for row, town, point in placed if point is not None]


class Study:
    """All answers about sites and about road or move, made from a county's groups."""

    def __init__(self, groups: Sequence[Mapping[str, Any]], *, parcels: int = 300, settlements: int = 40, asking: int = 1500, seed: int = 7) -> None:
        """Invent parcels, settlements and moves around the groups."""
        self.dice = random.Random(seed)
        self.groups = [dict(row) for row in groups][:asking]
        self.stale, self.writable, self.available = False, True, True
        self.kept: dict[str, dict[str, float]] = {"偏重就医上学": {**NEUTRAL, "school": 0.2, "clinic": 0.2, "water": 0.05}}
        self.asked: list[tuple[str, Any]] = []
        self.shapes: dict[str, list[tuple[float, float]]] = {}
        raw = [self._parcel(number) for number in range(parcels)]
        self.parcels = self._ranked(raw)
        self.settlements = [self._settlement(number) for number in range(settlements)]
        self.moves = [self._move(row) for row in self.groups if self.dice.random() < 0.25]
        self.choice = [self._choice(row) for row in self.groups]

    def _near(self, spread: float) -> tuple[dict[str, Any], float, float]:
        group = self.dice.choice(self.groups)
        return group, group["lon"] + self.dice.gauss(0, spread), group["lat"] + self.dice.gauss(0, spread)

    def _measures(self) -> dict[str, float | None]:
        found: dict[str, float | None] = {}
        for key, _, _, _, best, worst in CRITERIA:
            share = min(1.0, max(0.0, self.dice.betavariate(2, 3)))
            value = best + share * (worst - best)
            found[key] = round(value, 1)
            found[f"{key}_score"] = round(100 * (1 - share), 2)
        return found

    def _parcel(self, number: int) -> dict[str, Any]:
        group, lon, lat = self._near(0.006)
        code, area = f"P{number + 1:04d}", round(10 ** self.dice.uniform(4.0, 5.45), 1)
        measures = self._measures()
        if number % 41 == 40:
            measures["water"] = measures["water_score"] = None
        score = sum((measures[f"{key}_score"] or 0) * NEUTRAL[key] for key in KEYS)
        radius = math.sqrt(area / math.pi) / DEGREE_M
        turns = [2 * math.pi * part / 14 for part in range(14)]
        self.shapes[code] = [
            (lon + math.cos(t) * radius * self.dice.uniform(0.7, 1.35), lat + math.sin(t) * radius * self.dice.uniform(0.7, 1.2)) for t in turns
        ]
        households = int(area * 0.25 * 3 / 25 / 4.14 * 0.5)
        place = {name: group[name] for name in ("township_code", "township_name", "village_code", "village_name")}
        return {
            "parcel_code": code,
            "parcel_name": f"{group['township_name']}{group['village_name']}地块{number % 4 + 1}",
            "source": "candidate" if number % 12 == 3 else "found",
            **place,
            "area_m2": area,
            "buildable_share": round(self.dice.uniform(0.8, 1), 3),
            "compactness": round(self.dice.uniform(0.2, 0.85), 3),
            "slope_mean_deg": measures["slope"],
            "slope_p90_deg": round((measures["slope"] or 0) * 1.3, 1),
            "elevation_m": measures["elevation"],
            "score_mean": round(score, 2),
            "class": "excluded" if number % 101 == 100 else next(name for least, name in CLASSES if score >= least),
            "excluded_by": "farmland,redlines" if number % 101 == 100 else None,
            "excluded_share": 1.0 if number % 101 == 100 else 0.0,
            "capacity_people": int(households * 4.14),
            "capacity_households": households,
            "farm_groups_count": self.dice.randint(0, 14),
            "farm_households_count": self.dice.randint(0, 500),
            **measures,
            "lon": round(lon, 6),
            "lat": round(lat, 6),
            "synthetic": True,
        }

    def _ranked(self, raw: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ranks = {row["parcel_code"]: row for row in ranking(raw, NEUTRAL)}
        return [{**row, **ranks[row["parcel_code"]]} for row in raw]

    def _settlement(self, number: int) -> dict[str, Any]:
        group, lon, lat = self._near(0.004)
        measures = self._measures()
        score = round(sum((measures[f"{key}_score"] or 0) * NEUTRAL[key] for key in KEYS), 2)
        lacking = self.dice.randint(0, 3)
        floor = round(self.dice.uniform(18, 27), 1)
        return {
            "settlement_code": f"S{number + 1:03d}",
            "settlement_name": f"{group['village_name']}安置点",
            "township_code": group["township_code"],
            "township_name": group["township_name"],
            "village_code": group["village_code"],
            "class": next(name for least, name in CLASSES if score >= least),
            "score": score,
            "excluded_by": "farmland" if number % 9 == 4 else None,
            **{name: value for name, value in measures.items() if name.endswith("_score")},
            "checklist_met": 8 - lacking,
            "checklist_lacking": lacking,
            "checklist_unknown": number % 2,
            "missing_items": ",".join(["market", "training_centre", "police_station"][:lacking]),
            "floor_m2_per_person": floor,
            "floor_verdict": "over" if floor > 25 else "within",
            "occupancy": round(self.dice.uniform(0.5, 1), 3),
            "build_state": self.dice.choice(["built", "fitted", "occupied"]),
            "hazards_near_count": self.dice.randint(0, 2),
            "demolished_share": round(self.dice.random(), 3),
            "reclaimed_share": round(self.dice.random(), 3),
            "check_people": "ok",
            "check_hazards": "problem",
            "check_hazards_owner": "县自然资源局",
            "check_hazards_due": "2025-03-31",
            "check_hazards_overdue": True,
            "lon": round(lon, 6),
            "lat": round(lat, 6),
            "synthetic": True,
        }

    def _sites(self) -> list[dict[str, Any]]:
        best = sorted((row for row in self.parcels if row["rank"]), key=lambda row: row["rank"])[:12]
        new = [
            {
                "site_code": row["parcel_code"],
                "site_name": row["parcel_name"],
                "site_kind": "parcel",
                **_at(row),
                "capacity_households": row["capacity_households"],
            }
            for row in best
        ]
        old = [
            {
                "site_code": row["settlement_code"],
                "site_name": row["settlement_name"],
                "site_kind": "settlement",
                **_at(row),
                "capacity_households": 180,
            }
            for row in self.settlements[:6]
        ]
        return [*new, *old]

    def _nearest(self, row: Mapping[str, Any]) -> tuple[dict[str, Any], float]:
        far = {site["site_code"]: _metres(row, site) for site in self._sites()}
        site = min(self._sites(), key=lambda one: far[one["site_code"]])
        return site, round(far[site["site_code"]], 0)

    def _move(self, row: Mapping[str, Any]) -> dict[str, Any]:
        site, distance = self._nearest(row)
        left = self.dice.random() < 0.04
        return {
            **row,
            "site_code": None if left else site["site_code"],
            "site_name": None if left else site["site_name"],
            "site_kind": None if left else site["site_kind"],
            "distance_m": None if left else distance,
            "minutes": None if left else round(distance / 300),
            "same_township": True,
            "cost_cny": 60_000.0 * (row["people_count"] or 0),
            "reason": "no_capacity" if left else "allocated",
        }

    def _choice(self, row: Mapping[str, Any]) -> dict[str, Any]:
        site, _ = self._nearest(row)
        people = row["people_count"] or 100
        move = 60_000.0 * people
        stay = 7000.0 * (row["households_count"] or 20)
        limit = move - stay
        road = round(limit * self.dice.lognormvariate(-0.8, 0.8), 2)
        answer = "none" if self.dice.random() < 0.01 else "move" if road > limit else "road"
        stable = abs(math.log(road / limit)) > 0.25
        return {
            **row,
            "answer": answer,
            "policy": self.dice.choice(["may_not_move", "stays", "must_move_hazard", "may_move_policy", "may_move_remote"]),
            "site_code": site["site_code"] if answer == "move" else None,
            "road_cny": round(road * 1.2, 2) if answer == "road" else None,
            "stay_cny": stay,
            "move_cny": move,
            "road_marginal_cny": road,
            "break_even_cny": limit,
            "margin_cny": round(abs(limit - road), 2),
            "stable": stable,
            "answers_share": 1.0 if stable else 0.7,
        }

    def sites_answer(self) -> dict[str, Any]:
        """What `/plans/sites` says."""
        if not self.available:
            return {"available": False, "sentence": "还没有选址结果。"}
        criteria = [
            {
                "key": key,
                "label": label,
                "unit": unit,
                "direction": "less",
                "weight": weight,
                "low": weight * (1 - SWING),
                "high": weight * (1 + SWING),
                "source": "中性默认",
            }
            for key, label, unit, weight, *_ in CRITERIA
        ]
        sets = [{"name": "中性默认", "method": "neutral", "weights": NEUTRAL, "source": "参数"}]
        sets += [{"name": name, "method": "direct", "weights": weights} for name, weights in self.kept.items()]
        sites = [{**site, **self._load(site["site_code"])} for site in self._sites()]
        return {
            "available": True,
            "revision": "0" * 12,
            "stale": self.stale,
            "stale_reasons": ["roads", "weights"] if self.stale else [],
            "synthetic": True,
            "summary": {
                "allocation": {"gap": 0.004, "cost": 1.0, "bound": 0.996},
                "areas": {"total_m2": 3e9, "excluded_m2": 2.49e9},
                "notes": ["没有断层图层，断层不作判断。"],
            },
            "criteria": criteria,
            "weight_sets": sets,
            "exclusions": [
                {"key": key, "label": label, "alone_m2": 4e8 / (at + 1), "only_m2": 1.5e8 / (at + 1) ** 2, "share": 0.4 / (at + 1)}
                for at, (key, label) in enumerate(RULES)
            ],
            "parcels": self.parcels,
            "settlements": self.settlements,
            "allocation": {"rows": self.moves, "sites": sites},
            "set": {"id": "relocation-2017", "version": "1", "title": "易地扶贫搬迁选址（山区县）"},
            "sets": [{"id": "relocation-2017", "title": "易地扶贫搬迁选址（山区县）"}],
        }

    def _load(self, code: str) -> dict[str, Any]:
        comers = [row for row in self.moves if row["site_code"] == code]
        return {"groups_count": len(comers), "used_households": sum(row["households_count"] or 0 for row in comers), "opened": bool(comers)}

    def at(self, lat: float) -> dict[str, Any]:
        """What `/plans/sites/at` says: ground north of the middle is too steep, and its height is known."""
        middle = sum(row["lat"] for row in self.groups) / len(self.groups)
        criteria = [
            {"key": key, "label": label, "value": round((best + worst) / 2, 1), "unit": unit, "score": 50.0, "weight": weight}
            for key, label, unit, weight, best, worst in CRITERIA
        ]
        excluded = [
            {"key": "slope", "label": "坡度", "value": 31.2, "unit": "°", "limit": 25},
            {"key": "farmland", "label": "永久基本农田", "value": None, "unit": None, "limit": None},
        ]
        steep = lat > middle
        return {
            "excluded": excluded if steep else [],
            "unknown": ["断层"],
            "criteria": criteria,
            "score": None if steep else 50.0,
            "suitability": "excluded" if steep else "poor",
            "parcel_code": None,
        }

    def choice_answer(self) -> dict[str, Any]:
        """What `/plans/choice` says."""
        if not self.available:
            return {"available": False, "sentence": "还没有比较结果。"}
        best = sum(row["move_cny"] if row["answer"] == "move" else (row["road_cny"] or 0) + row["stay_cny"] for row in self.choice)
        return {
            "available": True,
            "stale": self.stale,
            "stale_reasons": ["parcels"] if self.stale else [],
            "synthetic": True,
            "summary": {
                "cost": best,
                "bound": best * 0.985,
                "gap": 0.015,
                "price_swing": 0.2,
                "all_road": {"cost": best * 1.32, "road_groups": len(self.choice) - 2, "move_groups": 0, "none_groups": 2},
                "all_move": {"cost": best * 1.61, "road_groups": 211, "move_groups": len(self.choice) - 211, "none_groups": 0},
                "cost_per_household": {"road": 61_000.0, "move": 248_000.0},
            },
            "groups": self.choice,
            "sites": self._sites(),
        }

    def parcels_geojson(self) -> dict[str, Any]:
        """Parcels as polygons."""
        return _collection(
            {"type": "Polygon", "coordinates": [[*ring, ring[0]]]} | {"_": {"parcel_code": code}} for code, ring in self.shapes.items()
        )

    def lines_geojson(self) -> dict[str, Any]:
        """Who goes where."""
        sites = {site["site_code"]: site for site in self._sites()}
        placed = [row for row in self.moves if row["site_code"]]
        return _collection(
            {"type": "LineString", "coordinates": [[row["lon"], row["lat"]], [sites[row["site_code"]]["lon"], sites[row["site_code"]]["lat"]]]}
            | {"_": {"group_code": row["group_code"], "site_code": row["site_code"]}}
            for row in placed
        )

    def roads_geojson(self) -> dict[str, Any]:
        """Short roads to the groups that stay."""
        staying = [row for row in self.choice if row["answer"] == "road"][::3]
        return _collection(
            {
                "type": "LineString",
                "coordinates": [[row["lon"], row["lat"]], [row["lon"] + 0.01, row["lat"] + 0.004], [row["lon"] + 0.016, row["lat"] - 0.003]],
            }
            | {"_": {"link_code": f"L{at}", "kind": "new" if at % 2 else "upgrade"}}
            for at, row in enumerate(staying)
        )

    def rank(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What `/plans/sites/rank` says."""
        return ranking(self.parcels, body["weights"], draws=200)


def ranking(parcels: Sequence[Mapping[str, Any]], weights: Mapping[str, float], *, draws: int = 500) -> list[dict[str, Any]]:
    """Rows of the house's ranking, as plain values."""
    frame = rank_parcels(pd.DataFrame(list(parcels)), dict(weights), draws=draws).frame
    rows: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", double_precision=15))
    return rows


def _at(row: Mapping[str, Any]) -> dict[str, float]:
    return {"lon": row["lon"], "lat": row["lat"]}


def _metres(a: Mapping[str, Any], b: Mapping[str, Any]) -> float:
    return math.hypot((a["lon"] - b["lon"]) * 0.9, a["lat"] - b["lat"]) * DEGREE_M


def _collection(geometries: Any) -> dict[str, Any]:
    features = [
        {"type": "Feature", "properties": one["_"], "geometry": {name: value for name, value in one.items() if name != "_"}} for one in geometries
    ]
    return {"type": "FeatureCollection", "features": features}


def standing_in(app: Any, study: Study) -> Starlette:
    """The service with these answers in front of it."""
    doors = Doors(study)
    return Starlette(routes=[*doors.routes(), Mount("/", app)])


class Doors:
    """What is asked over HTTP, answered by a study."""

    def __init__(self, study: Study) -> None:
        """Answer for this study."""
        self.study = study

    def routes(self) -> list[Route]:
        """Every address."""
        study = self.study
        return [
            Route("/plans/sites", self.order_sites, methods=["POST"]),
            Route("/plans/sites", _telling(study.sites_answer)),
            Route("/plans/sites/rank", self.rank, methods=["POST"]),
            Route("/plans/sites/weights/{name}", self.weights, methods=["PUT"]),
            Route("/plans/sites/at", self.at),
            Route("/plans/sites/parcels.geojson", _telling(study.parcels_geojson)),
            Route("/plans/sites/allocation.geojson", _telling(study.lines_geojson)),
            Route("/plans/choice", self.order_choice, methods=["POST"]),
            Route("/plans/choice", _telling(study.choice_answer)),
            Route("/plans/choice/roads.geojson", _telling(study.roads_geojson)),
            Route("/jobs", _telling(lambda: {"writable": study.writable, "jobs": []})),
            Route("/jobs/j1/events", self.events),
            Route("/rasters/site_scores/{z}/{x}/{y}.png", self.tile),
        ]

    async def order_sites(self, request: Request) -> Response:
        """Take an order of sites."""
        return await self._order(request, "sites")

    async def order_choice(self, request: Request) -> Response:
        """Take an order of a comparison."""
        return await self._order(request, "choice")

    async def _order(self, request: Request, kind: str) -> Response:
        body = await request.json()
        self.study.asked.append((kind, body))
        if body.get("title") == "不行":
            return JSONResponse({"detail": "没有高程，不能选址。"}, status_code=422)
        return JSONResponse({"job": {"id": "j1", "kind": kind, "state": "queued", "words": "", "share": None}}, status_code=202)

    async def rank(self, request: Request) -> Response:
        """Rank by the weights that are sent."""
        body = await request.json()
        self.study.asked.append(("rank", body))
        return JSONResponse({"rows": self.study.rank(body)})

    async def weights(self, request: Request) -> Response:
        """Keep weights under a name."""
        self.study.kept[request.path_params["name"]] = (await request.json())["weights"]
        return JSONResponse({"job": {"id": "j1", "kind": "weights", "state": "queued", "words": "", "share": None}}, status_code=202)

    async def at(self, request: Request) -> Response:
        """Why a place is so."""
        return JSONResponse(self.study.at(float(request.query_params["lat"])))

    async def events(self, _: Request) -> Response:
        """How the run goes on."""
        return StreamingResponse(_events(self.study), media_type="text/event-stream")

    async def tile(self, request: Request) -> Response:
        """A picture where the county is."""
        inside = _touches([int(request.path_params[name]) for name in "zxy"], self.study.groups)
        return Response(_TILE, media_type="image/png") if inside else Response(status_code=204)


def _telling(answer: Callable[[], Any]) -> Callable[[Request], Awaitable[Response]]:
    async def tell(_: Request) -> Response:
        return JSONResponse(answer())

    return tell


async def _events(study: Study) -> AsyncIterator[str]:
    """A run that takes three steps; what was out of date is not afterwards."""
    for step in range(3):
        yield f"event: progress\ndata: {json.dumps({'words': f'第 {step + 1} 步', 'share': step / 3})}\n\n"
        await asyncio.sleep(0.25)
    study.stale = False
    yield "event: done\ndata: {}\n\n"


def _touches(tile: Sequence[int], groups: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a square of the web map holds one of the groups."""
    zoom, x, y = tile
    west, east = (360 * at / 2**zoom - 180 for at in (x, x + 1))
    north, south = (math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * at / 2**zoom)))) for at in (y, y + 1))
    return any(west <= row["lon"] <= east and south <= row["lat"] <= north for row in groups)


def _score_tile() -> bytes:
    rows, columns = np.indices((256, 256))
    score = (55 + 30 * np.sin(rows / 40) * np.cos(columns / 56)).astype(np.float32)
    png = score_png(score, np.sin(rows / 23 + columns / 31) > 0.2)
    return png or b""


_TILE = _score_tile()
