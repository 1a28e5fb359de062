"""A workspace is made whole or not at all, and its settings survive being read, written and edited by hand."""

from __future__ import annotations

import os
import stat

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from layers.errors import StoreError, WorkspaceExists, WorkspaceNotFound
from layers.workspace import County, Made, Settings, create, open_workspace, read_settings, to_toml


def test_a_new_workspace_opens_as_it_was_made(tmp_path):
    made = create(
        tmp_path / "a" / "b", county_code="012345", county_name="示例县", standards=["x-1", "y-2"], overrides={"road": {"end_m": 300}}, author="股室"
    )
    again = open_workspace(tmp_path / "a" / "b")
    assert again.settings == made.settings
    assert (again.settings.county.code, again.settings.county.name) == ("012345", "示例县")
    assert again.settings.standards == ("x-1", "y-2")
    assert again.settings.overrides == {"road": {"end_m": 300}}
    assert again.settings.made.by == "股室"
    assert again.key == made.key
    assert len(again.key) == 32
    assert again.store.head() is None
    assert again.cache.is_dir()


def test_keys_differ_and_only_the_owner_may_read_them(tmp_path):
    one, two = (create(tmp_path / name, county_code="1") for name in "ab")
    assert one.key != two.key
    if os.name != "nt":
        key = one.path / "secret" / "pseudonym.key"
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700


def test_a_destroyed_key_is_no_key(tmp_path):
    made = create(tmp_path / "a", county_code="1")
    (made.path / "secret" / "pseudonym.key").unlink()
    assert open_workspace(made.path).key is None


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "letter.docx").write_text("x")
    with pytest.raises(WorkspaceExists, match="不是空文件夹"):
        create(tmp_path, county_code="1")
    with pytest.raises(WorkspaceExists):
        create(tmp_path / "letter.docx", county_code="1")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.docx"]


def test_an_empty_folder_will_do(tmp_path):
    assert create(str(tmp_path), county_code="1").path == tmp_path


def test_settings_are_checked_before_anything_is_written(tmp_path):
    for wrong in ({"county_code": ""}, {"county_code": "1", "standards": []}, {"county_code": 522326}):
        with pytest.raises(StoreError, match=r"county\.toml 有误"):
            create(tmp_path / "a", **wrong)
    assert not (tmp_path / "a").exists()


def test_a_folder_that_is_no_workspace(tmp_path):
    with pytest.raises(WorkspaceNotFound, match="zutong new"):
        open_workspace(tmp_path)
    with pytest.raises(WorkspaceNotFound):
        open_workspace(tmp_path / "none")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[county]\ncode = "1"\ncolour = "red"', "不认识的项“county.colour”"),
        ('stadnards = ["x"]\n[county]\ncode = "1"', "不认识的项“stadnards”"),
        ('[county]\nname = "x"', "缺少“county.code”"),
        ("[county]\ncode = 522326", "“county.code”的值 522326 不对（文字要加引号）"),
        ('standards = []\n[county]\ncode = "1"', "“standards”不能为空"),
        ("[county\n", "写法有误"),
    ],
)
def test_mistakes_in_the_settings_are_named(tmp_path, text, sentence):
    path = tmp_path / "county.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StoreError) as caught:
        read_settings(path)
    assert sentence in str(caught.value)


def test_notepad_may_save_it(tmp_path):
    path = tmp_path / "county.toml"
    path.write_bytes('\ufeff[county]\r\ncode = "01"\r\nname = "示例县"\r\n'.encode())
    assert read_settings(path).county == County(code="01", name="示例县")
    path.write_bytes('[county]\ncode = "01"\nname = "示例县"'.encode("gb18030"))
    with pytest.raises(StoreError, match="写法有误"):
        read_settings(path)


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
LEAF = TEXT | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
TABLE = st.recursive(
    st.dictionaries(TEXT, LEAF | st.lists(LEAF, max_size=3), max_size=3), lambda inner: st.dictionaries(TEXT, inner | LEAF, max_size=3), max_leaves=6
)


@hypothesis_settings(deadline=None, max_examples=80)
@given(code=TEXT.filter(bool), name=TEXT, standards=st.lists(TEXT, min_size=1, max_size=3), overrides=TABLE)
def test_written_settings_read_back(tmp_path_factory, code, name, standards, overrides):
    settings = Settings(county=County(code=code, name=name), standards=tuple(standards), overrides=overrides, made=Made(at="2025", by=name))
    path = tmp_path_factory.mktemp("toml") / "county.toml"
    path.write_bytes(to_toml(settings).encode("utf-8"))
    assert read_settings(path) == settings


def test_the_file_tells_the_office_what_to_change(tmp_path):
    create(tmp_path, county_code="522326", overrides={"road": {"end_m": {"value": 300, "source": "县发〔2025〕1 号"}}})
    text = (tmp_path / "county.toml").read_text("utf-8")
    assert text.count("\n# ") >= 4
    assert '[overrides.road.end_m]\nvalue = 300\nsource = "县发〔2025〕1 号"' in text


def test_the_examples_in_the_file_can_be_switched_on(tmp_path):
    create(tmp_path, county_code="1")
    path = tmp_path / "county.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("# road.", "road.").replace("# new.", "new.").replace("# move.", "move."), encoding="utf-8")
    settings = read_settings(path)
    assert set(settings.overrides["road"]["end_distance_point_m"]) == {"value", "source"}
    assert set(settings.cost_overrides["new"]["road_cny_per_km"]) == {"value", "source"}
    assert set(settings.site_overrides["move"]["cost_cny_per_person"]) == {"value", "source"}
