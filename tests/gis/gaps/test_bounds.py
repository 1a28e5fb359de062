"""Whatever the missing values turn out to be, the true answer lies within the bounds; and more never makes it worse."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from affine import Affine
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyproj import CRS

from gis.gaps.coverage import assess
from gis.gaps.levels import LEVELS
from gis.terrain import Terrain

# A seed cannot be made simpler: shrinking would only take time.
QUICK = settings(deadline=None, max_examples=6, phases=[Phase.explicit, Phase.reuse, Phase.generate])
SEEDS = st.integers(0, 2**32 - 1)
FILL = {
    "households_count": [0, 10, 29, 30, 200],
    "people_count": [0, 200],
    "whole_relocation": [False, True],
    "piped_water": [False, True],
    "water_litres_pcd": [10.0, 35.0, 80.0],
    "water_quality": ["report_ok", "sensory_ok", "not_ok"],
    "water_outage_days": [0, 30, 36, 90],
    "three_phase_power": [False, True],
    "signal_4g": [False, True],
    "surface": ["cement_concrete", "gravel"],
    "status": ["existing", "planned"],
    "pavement_width_m": [3.0, 4.5],
    "roadbed_width_m": [4.0, 7.0],
    "passing_bays_per_km": [0.0, 3.0],
    "capacity_kva": [10.0, 400.0],
    "technology": ["2g", "4g"],
    "clinic_kind": ["village_clinic", "township_hospital"],
    "floor_area_m2": [40.0, 80.0],
    "doctors_count": [0, 1],
    "school_kind": ["primary", "senior"],
    "scheme_kind": ["central", "dispersed"],
}


GROUP = (
    "households_count", "whole_relocation", "piped_water", "water_litres_pcd", "water_quality", "water_outage_days", "three_phase_power", "signal_4g",
)  # fmt: skip
ROAD = ("surface", "status", "pavement_width_m", "roadbed_width_m", "passing_bays_per_km")
SCHEME = ("scheme_kind", "water_litres_pcd", "water_quality", "water_outage_days")
FACILITIES = {
    "water_points": ("point_code", ()),
    "transformers": ("transformer_code", ("capacity_kva", "three_phase_power")),
    "base_stations": ("station_code", ("technology",)),
    "clinics": ("clinic_code", ("clinic_kind", "floor_area_m2", "doctors_count")),
    "schools": ("school_code", ("school_kind",)),
}


class County:
    """Rows by layer, drawn at random from a seed: many groups at once, so that one example says much."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.rows = {"groups": [self.row(GROUP, village=True) for _ in range(30)]}
        for row in self.rows["groups"]:
            row["water_scheme_code"] = self.one(["S1", "S2", None])
        self.rows["roads"] = [self.row(ROAD) | {"at": self.line()} for _ in range(self.number(9))]
        for layer, (_, names) in FACILITIES.items():
            self.rows[layer] = [self.row(names, village=layer == "clinics") for _ in range(self.number(6))]
        self.rows["committees"] = [self.row(()) | {"village_code": "V1"}]
        self.rows["water_schemes"] = [self.row(SCHEME) | {"scheme_code": "S1"}]

    def one(self, values):
        return values[self.random.integers(len(values))]

    def number(self, most):
        return int(self.random.integers(most + 1))

    def place(self):
        return tuple(int(n) * 60 for n in self.random.integers(-12, 13, 2))

    def line(self):
        x, y = self.place()
        dx, dy = self.one([(240, 0), (0, 300), (-255, 60), (-x, 0), (90, 90)])
        return [(x, y), (x + dx + 5 * (dx == 0 == dy), y + dy)]

    def row(self, names, *, village=False):
        values = {name: self.one([None, *FILL[name], *FILL[name]]) for name in names}
        return {"at": self.place(), **values, **({"village_code": self.one(["V1", "V2", None])} if village else {})}


def frames(build, county):
    keys = {layer: key for layer, (key, _) in FACILITIES.items()} | {"committees": "village_code", "water_schemes": "scheme_code"}
    made = {layer: build.frame(key, county.rows[layer]) for layer, key in keys.items()}
    return {**made, "groups": build.groups(*county.rows["groups"]), "roads": build.roads(build.trunk(), *county.rows["roads"])}


def near_radii(standard):
    """The same rules with radii that matter among places a few hundred metres apart."""

    def within(rule, **limits):
        return rule.model_copy(update={name: getattr(rule, name).model_copy(update={"value": value}) for name, value in limits.items()})

    return standard.model_copy(
        update={
            "road": within(standard.road, end_distance_point_m=90.0, status_missing_exists=False),
            "telecom": within(standard.telecom, station_within_m=300.0),
            "clinic": within(standard.clinic, within_m=300.0),
            "school": within(standard.school, within_m=300.0),
            "water": within(standard.water, fetch_horizontal_basic_m=500.0, fetch_vertical_basic_m=30.0),
            "power": within(standard.power, lv_radius_m=350.0),
        }
    )


def slope(build):
    """Ground that rises 1 m in 10 m to the east."""
    heights = np.tile(np.arange(0, 400.0), (400, 1))
    return Terrain(heights, Affine(10, 0, build.x0 - 2000, 0, -10, build.y0 + 2000), CRS.from_epsg(build.zone))


FROM_SCHEME = ("water_litres_pcd", "water_quality", "water_outage_days")


def fill(layers, county):
    """Every unknown filled in at random.

    What a group does not say is not unknown where its scheme says it, or (three phases) where the transformers say it: these stay blank.
    """
    full = {}
    for layer, frame in layers.items():
        done = frame.copy()
        for name in [name for name in FILL if name in done]:
            picks = pd.Series([county.one(FILL[name]) for _ in range(len(done))], index=done.index, dtype=done[name].dtype)
            if layer == "groups":
                told = done["water_scheme_code"].eq("S1").fillna(value=False) & (name in FROM_SCHEME)
                picks = picks.mask(told | (name == "three_phase_power"))
            done[name] = done[name].fillna(picks)
        full[layer] = done
    return full


def ranks(coverage, column):
    return np.array([LEVELS[service].index(level) for service, level in zip(coverage["service"], coverage[column], strict=True)])


@QUICK
@given(seed=SEEDS, high=st.booleans())
def test_every_completion_lies_within_the_bounds(build, standard, national, seed, high):
    rules = near_radii(national if high else standard)
    county = County(seed)
    layers = frames(build, county)
    before = assess(layers, rules, dem=slope(build)).coverage
    after = assess(fill(layers, county), rules, dem=slope(build)).coverage
    assert (ranks(before, "level") <= ranks(after, "level")).all()
    assert (ranks(after, "level_high") <= ranks(before, "level_high")).all()
    assert (after["status"][before["status_low"] == "met"] == "met").all()
    assert (after["status"][before["status_high"] == "lacking"] == "lacking").all()
    decided = before["verdict"] != "unknown"
    excluded = after["eligible"] == "no"
    assert (after["verdict"][decided & ~excluded] == before["verdict"][decided & ~excluded]).all()
    assert (before["verdict"][(before["eligible"] == "no")] == "excluded").all()


@QUICK
@given(seed=SEEDS, layer=st.sampled_from(["dem", "roads", *FACILITIES, "committees", "water_schemes"]))
def test_a_layer_that_was_not_handed_over_widens_the_bounds(build, standard, seed, layer):
    rules, layers = near_radii(standard), frames(build, County(seed))
    whole = assess(layers, rules, dem=slope(build)).coverage
    kept = {name: frame for name, frame in layers.items() if name != layer}
    less = assess(kept, rules, dem=None if layer == "dem" else slope(build)).coverage
    assert (ranks(less, "level") <= ranks(whole, "level")).all()
    assert (ranks(less, "level_high") >= ranks(whole, "level_high")).all()
    assert not ((less["verdict"] == "met") & (whole["verdict"] != "met")).any()


SERVED = dict(zip(["roads", *FACILITIES], ["hardened_road", "safe_water", "power", "telecom", "clinic", "school"], strict=True))


@pytest.mark.parametrize("layer", SERVED)
@QUICK
@given(seed=SEEDS, cut=st.integers(1, 3))
def test_more_roads_and_facilities_never_lower_a_level(build, standard, layer, seed, cut):
    rules = near_radii(standard)
    more = frames(build, County(seed))
    # Taken from the front too: an answer must not hang on the order of rows. The trunk road stays.
    rest = pd.concat([more[layer].iloc[:1], more[layer].iloc[1 + cut :]]) if layer == "roads" else more[layer].iloc[cut:]
    fewer = {**more, layer: gpd.GeoDataFrame(rest, crs=4490).reset_index(drop=True)}
    before, after = (assess(layers, rules, services=[SERVED[layer]], dem=slope(build)).coverage for layers in (fewer, more))
    assert (ranks(before, "level") <= ranks(after, "level")).all()
    assert (ranks(before, "level_high") <= ranks(after, "level_high")).all()


@QUICK
@given(seed=SEEDS)
def test_same_input_same_answer_and_inputs_stay_as_they_were(build, standard, seed):
    layers = frames(build, County(seed))
    copies = {name: frame.copy(deep=True) for name, frame in layers.items()}
    first, second = (assess(layers, standard, dem=slope(build)) for _ in range(2))
    pd.testing.assert_frame_equal(first.coverage, second.coverage)
    pd.testing.assert_frame_equal(first.evidence, second.evidence)
    for name, frame in layers.items():
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(copies[name]))


@QUICK
@given(seed=SEEDS)
def test_a_service_is_as_good_as_its_worst_indicator(build, national, seed):
    found = assess(frames(build, County(seed)), near_radii(national), dem=slope(build))
    evidence, keys = found.evidence, ["service", "group_code"]
    worst = pd.DataFrame({**evidence[keys], "low": ranks(evidence, "level_low"), "high": ranks(evidence, "level_high")}).groupby(keys).min()
    told = found.coverage.set_index(keys).index
    assert worst.loc[told, "low"].tolist() == ranks(found.coverage, "level").tolist()
    assert worst.loc[told, "high"].tolist() == ranks(found.coverage, "level_high").tolist()
    assert not evidence.duplicated([*keys, "indicator"]).any()
