"""One table of errors for both doors; the guard in front of HTTP."""

import inspect

import pytest

from api import errors as door
from api.errors import ANSWERS, answer_for, problem_of
from api.guard import trusted
from layers import errors

EVERY_ERROR = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.ZutongError)]


@pytest.mark.parametrize("kind", EVERY_ERROR)
def test_every_error_of_the_tree_has_its_own_answer(kind):
    assert kind in ANSWERS
    answer = answer_for(kind("一句话。"))
    assert 400 <= answer.status <= 599
    assert answer.exit_code == 2


@pytest.mark.parametrize("kind", [*EVERY_ERROR, door.NotFound, door.NotReady])
def test_a_problem_has_the_shape_of_rfc_9457_and_the_very_sentence(kind):
    body = problem_of(kind("第 3 行有误。", hint="请改正。"))
    assert body["detail"] == "第 3 行有误。"
    assert body["hint"] == "请改正。"
    assert body["type"] == f"urn:zutong:problem:{kind.__name__}"
    assert body["status"] == answer_for(kind).status
    assert body["title"]


def test_the_faulty_value_stays_out_of_the_answer():
    body = problem_of(errors.InputError("第 3 行有误。", file="a.csv", row=3, field="phone", value="10000007777"))
    assert "10000007777" not in str(body)
    assert (body["file"], body["row"], body["field"]) == ("a.csv", 3, "phone")


def test_an_error_of_tomorrow_is_answered_like_its_parent():
    class Newer(errors.MissingCRS):
        """A class that the table does not know."""

    assert answer_for(Newer("。")) == ANSWERS[errors.MissingCRS]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "10.1.2.3:80", "[::1]:8000", "localhost:8000", "LOCALHOST", "office-pc"])
def test_addresses_and_registered_names_are_trusted(host):
    assert trusted(host, frozenset({"localhost", "office-pc"}))


@pytest.mark.parametrize(
    "host", ["", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "0x7f000001", "[evil]:80", "127.0.0.1@evil.example"]
)
def test_foreign_names_are_not(host):
    assert not trusted(host, frozenset({"localhost"}))
