"""Settings come from `ZUTONG_*` variables when an app is made, never at import."""

import pytest
from pydantic import ValidationError

from api.settings import Settings


def test_the_defaults_are_for_one_machine(monkeypatch):
    for name in ("ZUTONG_HOST", "ZUTONG_PORT", "ZUTONG_NAMES", "ZUTONG_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    assert (Settings().host, Settings().port, Settings().names) == ("127.0.0.1", 8000, ())


def test_variables_are_read_when_asked(monkeypatch):
    monkeypatch.setenv("ZUTONG_NAMES", "office-pc, map.county.local")
    monkeypatch.setenv("ZUTONG_PORT", "9000")
    assert Settings().names == ("office-pc", "map.county.local")
    assert Settings().port == 9000
    assert Settings(port=9001).port == 9001


@pytest.mark.parametrize(("name", "value"), [("ZUTONG_PORT", "70000"), ("ZUTONG_PORT", "x"), ("ZUTONG_BODY_LIMIT_BYTES", "-1")])
def test_impossible_values_are_refused(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()
