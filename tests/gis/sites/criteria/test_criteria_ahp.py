"""Weights from paired judgements: Saaty's published examples, and what happens when judgements contradict each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.sites.criteria import RANDOM_INDICES, ahp, judge, judgement_matrix
from gis.sites.criteria.inconsistency import MOST_INCONSISTENT
from gis.sites.criteria.scale import SCALE, parse_judgement, scale_words
from layers.errors import QueryError

# Saaty 1977 (J. Math. Psychology 15) and 1980: wealth of nations by influence.
NATIONS = ("US", "USSR", "China", "France", "UK", "Japan", "W. Germany")
WEALTH = [[4, 9, 6, 6, 5, 5], [7, 5, 5, 3, 4], [1 / 5, 1 / 5, 1 / 7, 1 / 5], [1, 1 / 3, 1 / 3], [1 / 3, 1 / 3], [2]]
# Saaty 1990 (Eur. J. Oper. Res. 48) and 2003 (145): buying a house.
HOUSE_LABELS = ("size", "transport", "neighbourhood", "age", "yard", "facilities", "condition", "financing")
HOUSE = [
    [5, 3, 7, 6, 6, 1 / 3, 1 / 4],
    [1 / 3, 5, 3, 3, 1 / 5, 1 / 7],
    [6, 3, 4, 6, 1 / 5],
    [1 / 3, 1 / 4, 1 / 7, 1 / 8],
    [1 / 2, 1 / 5, 1 / 6],
    [1 / 5, 1 / 6],
    [1 / 2],
]
# Saaty 2008 (Int. J. Services Sciences 1): which drink is consumed more in the U.S.
DRINKS = ("coffee", "wine", "tea", "beer", "soda", "milk", "water")
DRINK = [[9, 5, 2, 1, 1, 1 / 2], [1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9], [1 / 3, 1 / 4, 1 / 3, 1 / 9], [1 / 2, 1, 1 / 3], [2, 1 / 2], [1 / 3]]
# Saaty 1977 and 1980: brightness of four chairs, judged twice; the books give two decimals (and cut 0.619 to 0.61).
CHAIRS = ("C1", "C2", "C3", "C4")
CHAIRS_FIRST, CHAIRS_SECOND = [[5, 6, 7], [4, 6], [4]], [[4, 6, 7], [3, 4], [2]]
# Saaty 1980: three high schools; learning, friends, school life, vocational training, college preparation, music. The weights are those of the book, to its two
# decimals; the largest eigenvalue is that of the printed matrix (the book prints 7.49).
SCHOOL_LABELS = ("learning", "friends", "life", "training", "college", "music")
SCHOOL = [[4, 3, 1, 3, 4], [7, 3, 1 / 5, 1], [1 / 5, 1 / 5, 1 / 6], [1, 1 / 3], [3]]


def _full(upper) -> np.ndarray:
    size = len(upper) + 1
    matrix = np.eye(size)
    for i, row in enumerate(upper):
        for j, value in enumerate(row, start=i + 1):
            matrix[i, j], matrix[j, i] = value, 1 / value
    return matrix


PUBLISHED = [
    pytest.param(NATIONS, WEALTH, [0.427, 0.230, 0.021, 0.052, 0.052, 0.123, 0.094], 7.608, 0.101, 3, id="wealth of nations"),
    pytest.param(HOUSE_LABELS, HOUSE, [0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333], 9.669, 0.238, 3, id="house"),
    pytest.param(DRINKS, DRINK, [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327], 7.177, 0.029, 3, id="drinks"),
    pytest.param(CHAIRS, CHAIRS_FIRST, [0.62, 0.24, 0.10, 0.05], 4.39, 0.13, 2, id="chairs, first"),
    pytest.param(CHAIRS, CHAIRS_SECOND, [0.62, 0.22, 0.10, 0.06], 4.10, 0.03, 2, id="chairs, second"),
    pytest.param(SCHOOL_LABELS, SCHOOL, [0.32, 0.14, 0.03, 0.13, 0.24, 0.14], 7.42, 0.28, 2, id="schools"),
]


@pytest.mark.parametrize(("labels", "upper", "weights", "lambda_max", "ci", "decimals"), PUBLISHED)
def test_published_examples_reproduce(labels, upper, weights, lambda_max, ci, decimals) -> None:
    found = judge(_full(upper), labels)
    half = 0.5 * 10.0**-decimals + 1e-9
    assert found.weights == pytest.approx(weights, abs=half + (1e-4 if decimals == 3 else 0))
    assert found.lambda_max == pytest.approx(lambda_max, abs=half)
    assert found.ci == pytest.approx(ci, abs=half)


@pytest.mark.parametrize(
    ("labels", "upper", "table", "ratio"),
    [
        (NATIONS, WEALTH, "saaty", 0.077),  # 0.1013 / 1.32
        (NATIONS, WEALTH, "alonso-lamata", 0.075),  # 0.1013 / 1.3417
        (HOUSE_LABELS, HOUSE, "saaty", 0.169),  # as published
        (HOUSE_LABELS, HOUSE, "alonso-lamata", 0.170),  # 0.2384 / 1.4056
        (DRINKS, DRINK, "saaty", 0.022),  # as published
        (DRINKS, DRINK, "alonso-lamata", 0.022),  # 0.0294 / 1.3417
        (CHAIRS, CHAIRS_FIRST, "saaty", 0.145),  # 0.1302 / 0.90
        (CHAIRS, CHAIRS_FIRST, "alonso-lamata", 0.148),  # 0.1302 / 0.8815
        (SCHOOL_LABELS, SCHOOL, "saaty", 0.229),  # 0.2840 / 1.24
        (SCHOOL_LABELS, SCHOOL, "alonso-lamata", 0.228),  # 0.2840 / 1.2479
    ],
)
def test_ratios_with_both_tables_to_three_decimals(labels, upper, table, ratio) -> None:
    found = judge(_full(upper), labels, random_index=table)
    assert found.cr == pytest.approx(ratio, abs=0.0005)
    assert (found.table, found.table_title) == (table, RANDOM_INDICES[table].title)


def test_the_house_is_refused_for_the_judgement_that_saaty_names_and_his_repair_reproduces() -> None:
    with pytest.raises(QueryError, match=r"CR = 0.169.*Saaty 1980.*“neighbourhood”比“condition”= 6") as refused:
        ahp(_full(HOUSE), HOUSE_LABELS)
    assert "直接赋权" in refused.value.hint
    worst = judge(_full(HOUSE), HOUSE_LABELS).worst[0]
    assert (worst.left, worst.right, worst.value) == ("neighbourhood", "condition", 6.0)
    assert worst.repairs
    repaired = _full(HOUSE)
    repaired[2, 6], repaired[6, 2] = 1 / 2, 2  # Saaty 2003
    found = ahp(repaired, HOUSE_LABELS)
    assert found.weights == pytest.approx([0.175, 0.062, 0.103, 0.019, 0.034, 0.041, 0.221, 0.345], abs=0.0006)
    assert (found.lambda_max, found.ci, found.cr) == (
        pytest.approx(8.811, abs=0.001),
        pytest.approx(0.116, abs=0.0005),
        pytest.approx(0.082, abs=0.001),
    )


@given(st.lists(st.floats(0.05, 20.0), min_size=2, max_size=9))
@settings(max_examples=40, deadline=None)
def test_consistent_judgements_give_the_weights_they_come_from(weights) -> None:
    given_weights = np.array(weights) / sum(weights)
    labels = [f"c{at}" for at in range(len(weights))]
    found = ahp(given_weights[:, None] / given_weights[None, :], labels)
    assert found.weights == pytest.approx(given_weights, rel=1e-6)
    assert found.cr == pytest.approx(0, abs=1e-6)
    assert found.worst == ()


@given(st.integers(3, 7), st.data())
@settings(max_examples=25, deadline=None)
def test_named_repairs_do_what_they_say(size, data) -> None:
    upper = [data.draw(st.lists(st.sampled_from(SCALE), min_size=size - row, max_size=size - row)) for row in range(1, size)]
    labels = [f"c{at}" for at in range(size)]
    matrix = _full(upper)
    found = judge(matrix, labels)
    assert found.lambda_max >= size - 1e-9  # Saaty 1977: never below n
    for one in found.worst:
        i, j = labels.index(one.left), labels.index(one.right)
        assert one.value == pytest.approx(matrix[i, j])
        changed = matrix.copy()
        changed[i, j], changed[j, i] = one.repair, 1 / one.repair
        again = judge(changed, labels)
        assert again.cr == pytest.approx(one.cr_after, abs=1e-9)
        assert again.cr <= found.cr + 1e-9 or again.consistent
    best = [one.cr_after for one in found.worst]
    if found.cr > MOST_INCONSISTENT and best:
        assert min(best) < found.cr


def test_pairs_may_be_given_either_way_round() -> None:
    matrix = judgement_matrix(["a", "b", "c"], {("a", "b"): 3, ("c", "a"): 1 / 5, ("b", "c"): 2, ("b", "a"): 1 / 3})
    assert matrix == pytest.approx(np.array([[1, 3, 5], [1 / 3, 1, 2], [1 / 5, 1 / 2, 1]]))


@pytest.mark.parametrize(
    ("judgements", "words"),
    [
        ({("a", "b"): 3}, "还有 2 对没有比较：“a”与“c”、“b”与“c”"),
        ({("a", "z"): 3}, "“z”不是要比较的项"),
        ({("a", "b"): 0}, "须是大于 0 的数"),
        ({("a", "b"): 3, ("b", "a"): 3}, "两个不同的值"),
    ],
)
def test_incomplete_or_contradictory_pairs_are_refused_by_name(judgements, words) -> None:
    with pytest.raises(QueryError, match=words):
        judgement_matrix(["a", "b", "c"], judgements)


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ([[1, 2], [3, 1]], "不互为倒数"),
        ([[1, -2], [-0.5, 1]], "大于 0"),
        ([[1, np.nan], [1, 1]], "大于 0"),
        ([[1, 2, 3], [1, 1, 1]], "2 行 2 列"),
    ],
)
def test_matrices_that_are_none_are_refused(matrix, words) -> None:
    with pytest.raises(QueryError, match=words):
        ahp(matrix, ["a", "b"])


def test_tables_and_sizes_that_nobody_published_are_refused() -> None:
    with pytest.raises(QueryError, match=r"saaty（Saaty 1980）.*alonso-lamata"):
        ahp([[1, 2], [0.5, 1]], ["a", "b"], random_index="mine")
    with pytest.raises(QueryError, match="一次最多比较 15 项"):
        ahp(np.ones((16, 16)), [f"c{at}" for at in range(16)])


def test_one_thing_has_all_the_weight_and_two_cannot_contradict() -> None:
    assert ahp([[1]], ["a"]).weights.tolist() == [1.0]
    two = ahp([[1, 9], [1 / 9, 1]], ["a", "b"])
    assert two.weights == pytest.approx([0.9, 0.1])
    assert (two.cr, two.worst) == (0.0, ())


@pytest.mark.parametrize("value", SCALE)
def test_judgements_are_read_as_they_are_written(value) -> None:
    assert parse_judgement(scale_words(value)) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "1/0", "-3", "三", "nan", "1e999"])
def test_words_that_are_no_judgement_are_refused(text) -> None:
    with pytest.raises(QueryError, match="不是大于 0 的数"):
        parse_judgement(text)
