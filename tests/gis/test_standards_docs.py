"""docs/standards.md says what the files say, and its example works."""

import re
import tomllib
from pathlib import Path

from gis.standards import list_standards, load_standard
from gis.standards.handbook import handbook, rewrite

PAGE = (Path(__file__).parents[2] / "docs" / "standards.md").read_text(encoding="utf-8")


def test_the_page_is_up_to_date():
    assert rewrite(PAGE) == PAGE, "run python -m gis.standards.handbook"


def test_the_handbook_has_a_row_for_every_threshold_that_a_set_states():
    rows = re.findall(r"^\| `[a-z_0-9.]+` \|", handbook(), flags=re.MULTILINE)
    stated = sum((load_standard([one.id]).thresholds()["set"] == one.id).sum() for one in list_standards())
    assert len(rows) == stated


def test_the_example_of_a_county_file_loads():
    example = tomllib.loads(re.search(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL).group(1))
    standard = load_standard(example["standards"], overrides=example["overrides"])
    assert standard.road.end_distance_point_m.value == 300
    assert standard.water.scarce.value is True
    assert standard.road.eligibility.min_persons.value == 100
