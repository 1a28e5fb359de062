"""What is typed after `zutong sites` and `zutong choose`."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.site_options import read_choice, read_judgements, read_study
from layers.errors import InputError, QueryError

LABELS = {"slope": "坡度", "road": "到硬化路", "water": "水源"}
BODY = {"method": "weighted_sum", "set": None, "who": "planned", "sites": None, "title": "", "author": ""}


def _study(weights="", judgements=None, save_as="", **body):
    return read_study(BODY | body, weights, judgements=judgements, save_as=save_as, labels=LABELS)


@pytest.mark.parametrize("text", ["slope=3,road=1", "坡度=3，到硬化路＝1", " slope = 3 ; 到硬化路=1 "])
def test_weights_are_read_by_key_or_label(text):
    assert _study(text).weights == {"slope": 3.0, "road": 1.0}


def test_without_an_equals_sign_it_is_the_name_of_a_kept_set():
    order = _study("乡镇甲方案")
    assert (order.weights, order.weights_name) == (None, "乡镇甲方案")


def test_a_name_goes_with_what_is_kept_under_it():
    assert _study("slope=1", save_as="甲").weights_name == "甲"
    assert _study(judgements=[("坡度", "road", 3.0)], save_as="乙").judgements.pairs == [("slope", "road", 3.0)]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"weights": "slope=1", "judgements": [("slope", "road", 2.0)]}, ["--weights", "--judgements"]),
        ({"save_as": "甲"}, ["--save-weights"]),
        ({"weights": "中性默认", "save_as": "甲"}, ["--save-weights"]),
        ({"weights": "slope=x"}, ["slope=x"]),
        ({"weights": "slope=-1"}, ["slope=-1"]),
        ({"weights": "slope=0"}, ["权重全为 0"]),
        ({"weights": "月亮=1"}, ["月亮", "slope（坡度）"]),
        ({"weights": "slope=1,坡度=2"}, ["两次"]),
        ({"judgements": [("slope", "moon", 2.0)]}, ["moon"]),
        ({"set": "../../etc/passwd"}, ["选址条件（set）"]),
        ({"who": "all"}, ["安置对象（who）", "planned"]),
        ({"sites": 0}, ["（sites）", "1"]),
        ({"title": "\u202e"}, ["名称（title）"]),
    ],
)
def test_what_does_not_fit_is_one_chinese_sentence(given, words):
    with pytest.raises(QueryError) as refused:
        _study(**given)
    assert all(word in f"{refused.value}{refused.value.hint}" for word in words), str(refused.value)


def test_a_comparison_is_read_or_refused():
    assert read_choice({"include_unknown": True}).include_unknown
    with pytest.raises(QueryError, match="造价标准"):
        read_choice({"costs": "A B"})


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=12),
    st.text(max_size=12),
    st.none() | st.lists(st.tuples(st.text(max_size=3), st.sampled_from(list(LABELS)), st.floats()), max_size=3),
)
def test_whatever_is_typed_is_read_or_refused(weights, save_as, judgements):
    try:
        order = _study(weights, judgements, save_as)
    except QueryError:
        return
    assert order.weights is None or any(order.weights.values())


def _file(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "两两.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "text", ["slope,road,3\nroad,water,1/3\n", "指标,指标,倍数\r\nslope,road,3\r\n\r\nroad, water ,1/3", "\ufeffslope,road,3\n,,\nroad,water,1/3"]
)
def test_judgements_with_and_without_a_heading(tmp_path, text):
    assert read_judgements(_file(tmp_path, text)) == [("slope", "road", 3.0), ("road", "water", pytest.approx(1 / 3))]


def test_a_file_as_the_office_saves_it_is_read(tmp_path):
    assert read_judgements(_file(tmp_path, "坡度,水源,5\n", "gb18030")) == [("坡度", "水源", 5.0)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "没有一行比较"),
        ("指标,指标,倍数\n", "没有一行比较"),
        ("slope,road,3\nslope,water\n", "第 2 行"),
        ("slope,road,3\nslope,water,多\n", "第 2 行"),
        ("slope,road,0\n", "第 1 行"),
        ("slope,road,-1\n", "第 1 行"),
        ("slope,road,1/0\nslope,water,nan\n", "第 2 行"),
        ("slope,road,inf\n", "第 1 行"),
        ("slope,road,3,4\n", "第 1 行"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path, text, words):
    with pytest.raises(InputError, match=words):
        read_judgements(_file(tmp_path, text))


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00\xd8\x00", b"PK\x03\x04\x00\xff\x81"])
def test_what_is_no_text_is_refused(tmp_path, content):
    path = tmp_path / "两两.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="两两"):
        read_judgements(path)
