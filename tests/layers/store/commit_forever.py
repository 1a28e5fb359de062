"""A child process of the kill test: commits without end, and says each revision that is complete."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.store.files import FileStore
from layers.store.revision import Change

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def frame_of(number):
    """A frame that is different for every number and big enough that writing takes a while."""
    rows = np.arange(4_000)
    return pd.DataFrame({"code": pd.Series(rows).astype("string"), "value": (rows * 2_654_435_761 + number) % 1_000_003})


def commit_forever(folder: str, start: int, announce: Connection) -> None:
    store = FileStore(Path(folder))
    for number in count(start):
        revision = store.commit({"gaps": Change(frame=frame_of(number)), "coverage": Change(frame=frame_of(-number))}, title=str(number))
        announce.send(revision.id)
