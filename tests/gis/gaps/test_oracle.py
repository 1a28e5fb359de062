"""A second judge, written from docs/coverage.md and docs/network.md alone: plain loops over plain rows, every pair measured, no code of `gis`.

It answers for rows in which nothing is missing. So it checks the verdicts of whole counties directly, and the bounds by judging every way in which
what is missing could be filled in.
"""

from itertools import product
from math import inf

import numpy as np
import pytest
import shapely
from affine import Affine
from pyproj import CRS
from shapely.geometry import LineString, Point

from gis.gaps.coverage import assess
from gis.gaps.levels import LEVELS
from gis.terrain import Terrain


def limits(standard):
    """The thresholds as plain numbers, by dotted name."""
    table = {}
    for rule in ("road", "water", "power", "telecom", "clinic", "school", "network"):
        for name in type(getattr(standard, rule)).model_fields:
            leaf = getattr(getattr(standard, rule), name)
            if hasattr(leaf, "value"):
                table[f"{rule}.{name}"] = leaf.value
    return table


def away(one, other):
    return round(shapely.distance(one, other), 3)


# ---- roads


def joined(one, other, s):
    """ "certain", "doubtful" or None, by the table of docs/network.md."""
    a, b = one["shape"], other["shape"]
    ends = [[Point(line.coords[0]), Point(line.coords[-1])] for line in (a, b)]
    gap = min(*(shapely.distance(end, b) for end in ends[0]), *(shapely.distance(end, a) for end in ends[1]))
    graded = any(road.get(name) for road in (one, other) for name in ("bridge", "tunnel"))
    if gap <= s["network.touch_m"] or (not graded and shapely.intersects(a, b)):
        return "certain"
    return "doubtful" if gap <= s["network.doubt_m"] else None


def pieces(count, links):
    """Union-find: the number of the piece of each of `count` things."""
    parent = list(range(count))

    def root(at):
        while parent[at] != at:
            at = parent[at]
        return at

    for one, other in links:
        parent[root(one)] = root(other)
    return [root(at) for at in range(count)]


def hanging(roads, mask, links, s, *, doubtful):
    """Roads of the mask on the county's network: through certain links from trunk roads; with `doubtful`, everything that may hold holds."""

    def on(link):
        return link[0] in mask and link[1] in mask and (doubtful or link[2] == "certain")

    standing = [at for at, road in enumerate(roads) if road.get("status") not in {"planned", "building"}]
    trunk = [at for at in standing if roads[at].get("road_class") in s["network.anchor_classes"]]
    of_trunk = pieces(len(roads), [link[:2] for link in links if link[2] == "certain" and link[0] in trunk and link[1] in trunk])
    size = {at: sum(roads[other]["shape"].length for other in trunk if of_trunk[other] == of_trunk[at]) for at in trunk}
    roots = {at for at in trunk if size[at] >= s["network.anchor_min_length_m"]}
    piece = pieces(len(roads), [link[:2] for link in links if on(link)])
    if doubtful:
        roots |= set(trunk) if roots else set(standing)
    return {at for at in mask if any(piece[at] == piece[root] for root in roots & mask)}


def road_level(group, roads, links, s, *, doubtful):
    shape = group["shape"]
    if shape is None:
        return "standard" if doubtful else "none"
    near = s["road.end_distance_area_m"] if shape.geom_type == "Polygon" else s["road.end_distance_point_m"]
    there = {at for at, road in enumerate(roads) if road["status"] == "existing"}
    paved = {at for at in there if roads[at]["surface"] in s["road.surfaces_accepted"]}
    wide = {at for at in paved if is_wide(roads[at], s)}
    level = "none"
    for name, mask in (
        ("reachable", there),
        ("hardened", hanging(roads, paved, links, s, doubtful=doubtful)),
        ("standard", hanging(roads, wide, links, s, doubtful=doubtful)),
    ):
        if not any(away(shape, roads[at]["shape"]) <= near for at in mask):
            break
        level = name
    return level


def is_wide(road, s):
    bays = road["roadbed_width_m"] >= s["road.passing_bays_below_roadbed_m"] or road["passing_bays_per_km"] >= s["road.passing_bays_per_km_min"]
    return bays and road["pavement_width_m"] >= s["road.pavement_width_min_m"] and road["roadbed_width_m"] >= s["road.roadbed_width_min_m"]


# ---- the other services


def water_level(group, county, s, height):
    scheme = next((one for one in county["water_schemes"] if one["scheme_code"] == group.get("water_scheme_code")), {})
    facts = {
        name: group[name] if group[name] is not None else scheme.get(name) for name in ("water_litres_pcd", "water_quality", "water_outage_days")
    }
    kind = scheme.get("scheme_kind") or "dispersed"
    trip = 2 if s["water.fetch_trip"] == "round_trip" else 1
    level = "none"
    for step in ("basic", "full") if any(name.startswith("water.") and "_full" in name for name in s) else ("basic",):
        limit = {name: s.get(f"water.{name}_{step}", s.get(f"water.{name}_basic")) for name in ("litres_pcd", f"quality_{kind}", "outage_days")}
        across = s.get(f"water.fetch_horizontal_{step}_m", s["water.fetch_horizontal_basic_m"]) / trip
        climb = s.get(f"water.fetch_vertical_{step}_m", s["water.fetch_vertical_basic_m"])
        at_home = group["piped_water"] and s["water.piped_counts"]
        fetched = group["shape"] is not None and any(
            away(group["shape"], point["shape"]) <= across and abs(height(group["shape"]) - height(point["shape"])) <= climb
            for point in county["water_points"]
        )
        enough = facts["water_litres_pcd"] >= limit["litres_pcd"] and facts["water_outage_days"] <= limit["outage_days"]
        if not (enough and facts["water_quality"] in limit[f"quality_{kind}"] and (at_home or fetched)):
            break
        level = step
    return level


def power_level(group, county, s):
    radius = s["power.lv_radius_m"]
    homes = {}
    for one in county["groups"]:
        near = [(away(one["shape"], t["shape"]), at) for at, t in enumerate(county["transformers"]) if one["shape"] is not None]
        if near and min(near)[0] <= radius:
            homes.setdefault(min(near)[1], []).append(one)
    best, phases, within = -inf, False, False
    for at, transformer in enumerate(county["transformers"]):
        if group["shape"] is None or away(group["shape"], transformer["shape"]) > radius:
            continue
        within = True
        served = [*homes.get(at, []), *([group] if not any(one is group for one in homes.get(at, [])) else [])]
        load = sum(one["households_count"] for one in served)
        best = max(best, transformer["capacity_kva"] / load if load else inf)
        phases = phases or transformer["three_phase_power"]
    three = phases if group["three_phase_power"] is None else group["three_phase_power"]
    return "met" if within and best >= s["power.kva_per_household_min"] and (three or not s["power.three_phase_required"]) else "none"


def telecom_level(group, county, s):
    places = [one["shape"] for one in county["committees"] if one["village_code"] == group["village_code"]]
    if s["telecom.measured_from"] == "group":
        places = [group["shape"]]
    near = any(
        away(place, station["shape"]) <= s["telecom.station_within_m"]
        for place in places
        for station in county["base_stations"]
        if station["technology"] in s["telecom.technologies"] and place is not None
    )
    return "met" if near or (s["telecom.or_signal"] and group["signal_4g"]) else "none"


def clinic_level(group, county, s):
    for clinic in county["clinics"]:
        fit = clinic["floor_area_m2"] >= s["clinic.floor_area_min_m2"] and clinic["doctors_count"] >= s["clinic.doctors_min"]
        own = s["clinic.same_village"] and clinic["village_code"] == group["village_code"]
        close = group["shape"] is not None and away(group["shape"], clinic["shape"]) <= s.get("clinic.within_m", -1)
        if clinic["clinic_kind"] in s["clinic.kinds"] and (own or close) and (fit or clinic["clinic_kind"].endswith("hospital")):
            return "met"
    return "none"


def school_level(group, county, s):
    near = [one for one in county["schools"] if group["shape"] is not None and away(group["shape"], one["shape"]) <= s["school.within_m"]]
    return "met" if any(one["school_kind"] in s["school.kinds"] for one in near) else "none"


def judge(county, s, height, services=tuple(LEVELS), *, doubtful=False):
    """The level of every group and service; `doubtful`: with all doubtful joints and anchors."""
    roads = county["roads"] if "hardened_road" in services else []
    links = [
        (one, other, kind)
        for one in range(len(roads))
        for other in range(one)
        if shapely.distance(roads[one]["shape"], roads[other]["shape"]) <= s["network.doubt_m"]
        and (kind := joined(roads[one], roads[other], s)) is not None
    ]
    judges = {
        "hardened_road": lambda group: road_level(group, roads, links, s, doubtful=doubtful),
        "safe_water": lambda group: water_level(group, county, s, height),
        "power": lambda group: power_level(group, county, s),
        "telecom": lambda group: telecom_level(group, county, s),
        "clinic": lambda group: clinic_level(group, county, s),
        "school": lambda group: school_level(group, county, s),
    }
    return {group["group_code"]: {service: judges[service](group) for service in services} for group in county["groups"]}


# ---- random counties

CHOICES = {
    "groups": {
        "households_count": [20, 40],
        "piped_water": [False, True],
        "water_litres_pcd": [20.0, 60.0],
        "water_quality": ["report_ok", "not_ok"],
        "water_outage_days": [10, 40],
        "signal_4g": [False, True],
    },
    "roads": {
        "road_class": ["county", "village"],
        "surface": ["cement_concrete", "gravel"],
        "status": ["existing", "planned"],
        "pavement_width_m": [3.0, 4.5],
        "roadbed_width_m": [4.5, 7.0],
        "passing_bays_per_km": [0.0, 3.0],
    },
    "water_schemes": {"scheme_kind": ["central", "dispersed"], "water_quality": ["report_ok", "sensory_ok"]},
    "water_points": {},
    "transformers": {"capacity_kva": [50.0, 100.0], "three_phase_power": [False, True]},
    "base_stations": {"technology": ["2g", "4g"]},
    "committees": {},
    "clinics": {"clinic_kind": ["village_clinic", "township_hospital"], "floor_area_m2": [50.0, 60.0], "doctors_count": [0, 1]},
    "schools": {"school_kind": ["primary", "senior"]},
}
KEYS = {
    "roads": "road_code",
    "water_schemes": "scheme_code",
    "water_points": "point_code",
    "transformers": "transformer_code",
    "base_stations": "station_code",
    "committees": "village_code",
    "clinics": "clinic_code",
    "schools": "school_code",
}


def draw(random, sizes):
    """Rows by layer with everything filled in, places on a grid of some hundred metres."""

    def one(values):
        return values[random.integers(len(values))]

    def place():
        return (int(random.integers(-8, 9)) * 50, int(random.integers(-8, 9)) * 50)

    county = {}
    for layer, fields in CHOICES.items():
        county[layer] = []
        for number in range(sizes.get(layer, 0)):
            at = place()
            if layer == "roads":
                dx, dy = one([(140, 0), (0, 185), (90, 100), (-200, 50), (-45, 0)])
                at = [at, (at[0] + dx, at[1] + dy)]
            row = {"at": at, **{name: one(values) for name, values in fields.items()}}
            if layer in {"groups", "clinics"}:
                row["village_code"] = one(["V0", "V1"])
            if layer == "groups":
                row |= {"group_code": f"g{number}", "water_scheme_code": one([None, "S0"]), "three_phase_power": one([None, True, False])}
            if layer in {"committees", "water_schemes"}:
                row[KEYS[layer]] = f"{'V' if layer == 'committees' else 'S'}{number}"
            county[layer].append(row)
    county["roads"].append({**dict.fromkeys(CHOICES["roads"]), **MAIN})
    return county


MAIN = {
    "at": [(-420, -1000), (-420, 1000)],
    "road_class": "county",
    "surface": "asphalt",
    "status": "existing",
    "pavement_width_m": 6.0,
    "roadbed_width_m": 7.0,
    "passing_bays_per_km": 0.0,
}
SIZES = {
    "groups": 25,
    "roads": 14,
    "water_schemes": 1,
    "water_points": 4,
    "transformers": 6,
    "base_stations": 3,
    "committees": 2,
    "clinics": 3,
    "schools": 3,
}


def shaped(county):
    """The rows with a shape each, for the second judge."""
    return {
        layer: [{**row, "shape": LineString(row["at"]) if layer == "roads" else Point(row["at"])} for row in rows] for layer, rows in county.items()
    }


def frames(build, county):
    made = {layer: build.frame(key, county[layer]) for layer, key in KEYS.items() if layer != "roads"}
    return {**made, "groups": build.groups(*county["groups"]), "roads": build.roads(*county["roads"])}


def close_radii(standard):
    """The same rules at the scale of the grid."""

    def within(rule, **values):
        return rule.model_copy(update={name: getattr(rule, name).model_copy(update={"value": value}) for name, value in values.items()})

    return standard.model_copy(
        update={
            "road": within(standard.road, end_distance_point_m=60.0, status_missing_exists=False),
            "water": within(standard.water, fetch_horizontal_basic_m=400.0, fetch_vertical_basic_m=15.0),
            "power": within(standard.power, lv_radius_m=250.0),
            "telecom": within(standard.telecom, station_within_m=250.0),
            "clinic": within(standard.clinic, within_m=200.0),
            "school": within(standard.school, within_m=250.0),
            "network": within(standard.network, unclassed_main_length_m=1e9),
        }
    )


def slope(build):
    """Ground that rises 1 m in 10 m to the east, as terrain and as a formula."""
    heights = np.tile(np.arange(0, 400.0), (400, 1))
    return Terrain(heights, Affine(10, 0, build.x0 - 2000, 0, -10, build.y0 + 2000), CRS.from_epsg(build.zone)), lambda point: point.x / 10


def told(build, county, rules, services=None):
    coverage = assess(frames(build, county), rules, services=services, dem=slope(build)[0]).coverage
    return {(row.group_code, row.service): row for row in coverage.itertuples()}


def test_two_judges_agree_on_every_group_and_service(build, standard, national):
    seen = set()
    for seed in range(8):
        rules = close_radii(standard if seed % 2 else national)
        # Consecutive dry days cannot be told from days a year: the second judge knows the plain rule only.
        rules = rules.model_copy(update={"water": rules.water.model_copy(update={"dispersed_dry_days_basic": None})})
        county = draw(np.random.default_rng(seed), SIZES)
        sure, maybe = (judge(shaped(county), limits(rules), slope(build)[1], doubtful=doubtful) for doubtful in (False, True))
        for (group, service), row in told(build, county, rules).items():
            assert (row.level, row.level_high) == (sure[group][service], maybe[group][service]), (seed, group, service, row.reason)
            seen.add((service, row.level, row.level_high))
    # All answers occur, or the agreement would say little.
    for service, levels in LEVELS.items():
        assert {(service, level, level) for level in levels} <= seen
    assert ("hardened_road", "reachable", "standard") in seen


TINY = {
    "groups": 2,
    "roads": 2,
    "water_schemes": 1,
    "water_points": 1,
    "transformers": 2,
    "base_stations": 1,
    "committees": 1,
    "clinics": 2,
    "schools": 2,
}
LAYERS_OF = {
    "hardened_road": ("roads",),
    "safe_water": ("groups", "water_schemes"),
    "power": ("groups", "transformers"),
    "telecom": ("groups", "base_stations"),
    "clinic": ("clinics",),
    "school": ("schools",),
}
"""Where a missing value can matter for a service."""


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("service", LAYERS_OF)
def test_the_bounds_hold_every_way_to_fill_in_what_is_missing_and_no_more(build, national, service, seed):
    rules, random = close_radii(national), np.random.default_rng(seed)
    county = draw(random, TINY)
    own = {
        "groups": {"safe_water": CHOICES["groups"].keys() - {"signal_4g"}, "power": {"households_count"}, "telecom": {"signal_4g"}}.get(service, ())
    }
    holes = [
        (layer, at, name)
        for layer in LAYERS_OF[service]
        for at in range(TINY[layer])
        for name in CHOICES[layer]
        if name in own.get(layer, CHOICES[layer])
        # What a group does not say is not missing where its scheme says it.
        and not (layer == "groups" and name == "water_quality" and county[layer][at]["water_scheme_code"])
    ]
    picked = [holes[at] for at in random.permutation(len(holes))[:6]]
    ways = product(*(CHOICES[layer][name] for layer, _, name in picked))
    fillings = [judge_filled(county, picked, values, rules, slope(build)[1], service) for values in ways]
    for layer, at, name in picked:
        county[layer][at] = {**county[layer][at], name: None}
    rank = LEVELS[service].index
    for (group, _), row in told(build, county, rules, [service]).items():
        low = min(rank(sure[group][service]) for sure, _ in fillings)
        high = max(rank(maybe[group][service]) for _, maybe in fillings)
        assert (rank(row.level), rank(row.level_high)) == (low, high), (group, row.reason, picked)


def judge_filled(county, holes, values, rules, height, service):
    full = {layer: list(rows) for layer, rows in county.items()}
    for (layer, at, name), value in zip(holes, values, strict=True):
        full[layer][at] = {**full[layer][at], name: value}
    return tuple(judge(shaped(full), limits(rules), height, (service,), doubtful=doubtful) for doubtful in (False, True))
