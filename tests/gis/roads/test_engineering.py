"""Sections of every kind on flat ground, where lengths and money are known by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gis.roads.engineering import PARTS, engineer_sections
from tests.gis.roads.road_cases import COSTS, METRIC, flat, line

ROAD_M = COSTS.new.road_cny_per_km.value / 1000
EARTH_M = COSTS.upgrade.earth_cny_per_km.value / 1000
PAID = 1 + COSTS.overhead_share.value


def drafts(*rows):
    """Sections of (kind, line, surface, stated price)."""
    columns = {
        "section_code": pd.array([f"W{at:04d}-1" for at in range(len(rows))], dtype="string"),
        "work_code": pd.array([f"W{at:04d}" for at in range(len(rows))], dtype="string"),
        "kind": pd.array([row[0] for row in rows], dtype="string"),
        "surface": pd.array([row[2] for row in rows], dtype="string"),
        "stated_cny": pd.array([row[3] for row in rows], dtype="Float64"),
    }
    return gpd.GeoDataFrame(columns, geometry=[row[1] for row in rows], crs=METRIC)


STRAIGHT = line((100, 100), (700, 100))
EVERY_KIND = drafts(
    ("new", STRAIGHT, pd.NA, pd.NA),
    ("join", line((100, 300), (140, 300)), pd.NA, pd.NA),
    ("upgrade", STRAIGHT, "earth", pd.NA),
    ("committed", STRAIGHT, pd.NA, pd.NA),
    ("project", STRAIGHT, pd.NA, 123_456.78),
    ("project", STRAIGHT, pd.NA, pd.NA),
)


@pytest.fixture(scope="module")
def finished():
    return engineer_sections(EVERY_KIND, flat(), COSTS)


def test_money_by_hand(finished):
    expected = [600 * ROAD_M * PAID, 40 * ROAD_M * PAID, 600 * EARTH_M * PAID, 0, 123_456.78, 600 * ROAD_M * PAID]
    assert finished.sections["cost_cny"].tolist() == pytest.approx(expected, abs=0.02)
    assert finished.sections["cost_cny"].to_numpy() == pytest.approx(finished.sections[list(PARTS)].sum(axis=1), abs=1e-6)
    stated = finished.sections.iloc[4]
    assert stated[list(PARTS)].tolist() == [123_456.78, 0, 0, 0, 0]
    assert finished.sections["length_m"].tolist() == pytest.approx([600, 40, 600, 600, 600, 600])
    assert finished.findings.empty


def test_profiles_hold_every_station_of_every_section(finished):
    stations = finished.profiles.groupby("section_code", sort=False)["chainage_m"].agg(["size", "min", "max"])
    assert stations.index.tolist() == EVERY_KIND["section_code"].tolist()
    assert stations["size"].tolist() == [61, 5, 61, 61, 61, 61]
    assert (stations["min"] == 0).all()
    assert stations["max"].to_numpy() == pytest.approx(finished.sections["length_m"].to_numpy())
    assert (finished.profiles["design_m"] == 500).all()


def test_the_answer_does_not_depend_on_threads(finished):
    other = engineer_sections(EVERY_KIND, flat(), COSTS, workers=3)
    alone = engineer_sections(EVERY_KIND, flat(), COSTS, workers=1)
    pd.testing.assert_frame_equal(pd.DataFrame(other.sections), pd.DataFrame(alone.sections))
    pd.testing.assert_frame_equal(other.profiles, finished.profiles)


@pytest.mark.parametrize("metres", [0.0, 1e-4, 0.3, 1.0, 3.0, 12.0])
@pytest.mark.parametrize("kind", ["join", "new", "upgrade", "project"])
def test_short_sections(kind, metres):
    found = engineer_sections(drafts((kind, line((600, 600), (600 + metres, 600)), pd.NA, pd.NA)), flat(), COSTS)
    assert found.sections["length_m"].tolist() == pytest.approx([metres], abs=1e-3)
    assert found.sections["flagged_m"].tolist() == [0]
    per_m = COSTS.upgrade.unknown_cny_per_km.value / 1000 if kind == "upgrade" else ROAD_M
    assert found.sections["cost_cny"].tolist() == pytest.approx([metres * per_m * PAID], abs=1)
    assert found.findings.empty


def test_a_loop_to_where_it_began_is_followed():
    loop = line((600, 600), (700, 600), (700, 700), (600, 600))
    found = engineer_sections(drafts(("new", loop, pd.NA, pd.NA)), flat(), COSTS)
    assert found.sections["length_m"].tolist() == pytest.approx([200 + 100 * np.sqrt(2)])
    assert found.findings["flagged"].all()


def test_no_sections():
    found = engineer_sections(drafts(), flat(), COSTS)
    assert (len(found.sections), len(found.profiles), len(found.findings)) == (0, 0, 0)
    assert {"cost_cny", "flagged_m", *PARTS} <= set(found.sections.columns)


def test_forbidden_and_unknown_ground_everywhere_is_told():
    barred = flat(forbidden=[(row, column) for row in range(12) for column in range(12)])
    nothing = flat(heights=np.full((12, 12), np.nan))
    for ground in (barred, nothing):
        found = engineer_sections(drafts(("new", STRAIGHT, pd.NA, pd.NA), ("join", line((50, 50), (80, 50)), pd.NA, pd.NA)), ground, COSTS)
        assert found.sections["flagged_m"].to_numpy() == pytest.approx(found.sections["length_m"].to_numpy())
        assert found.findings["flagged"].all()


def test_whoever_cancels_does_not_wait_for_the_rest():
    begun = []

    class Surface:
        """A surface that remembers that it was asked for."""

        def __str__(self):
            begun.append(self)
            return "earth"

    def tell(words, done):
        assert (words, done) == ("逐段选线（0/5000）", 0.0)
        raise KeyboardInterrupt

    many = drafts(*[("upgrade", STRAIGHT, pd.NA, pd.NA)] * 5000).assign(surface=[Surface() for _ in range(5000)])
    with pytest.raises(KeyboardInterrupt):
        engineer_sections(many, flat(), COSTS, tell=tell, workers=1)
    assert 1 <= len(begun) < 2500
