"""Every store that the contract must hold for: add a factory here and the whole suite runs on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from layers.store.files import FileStore

if TYPE_CHECKING:
    from pathlib import Path

    from layers.store.protocol import Store

OpenStore = Callable[[str], "Store"]  # the same name opens the same store again, another name a fresh one


def _on_files(folder: Path) -> OpenStore:
    return lambda name: FileStore(folder / name)


@pytest.fixture(params=[_on_files], ids=["files"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStore]:
    return request.param(tmp_path)


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store("county")
