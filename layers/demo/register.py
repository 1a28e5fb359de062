"""The household register: one row per household, in the groups' order, summing to what the groups say.

Names, ID numbers and phones in it belong to nobody (`layers.demo.words`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.demo.words import identity_numbers, person_names, phone_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.demo.grid import Ints

REGISTERED = (("脱贫户", 0.80), ("脱贫不稳定户", 0.07), ("边缘易致贫户", 0.09), ("突发严重困难户", 0.04))
OTHERS = (("一般户", 0.88), ("低保户", 0.09), ("特困供养户", 0.03))
CAUSES = ("因病", "因残", "因学", "缺技术", "缺劳力", "缺资金", "交通条件落后", "缺土地")


def build_register(groups: pd.DataFrame, *, county_code: str, rng: np.random.Generator) -> pd.DataFrame:
    """The register as text and numbers, columns by canonical name, but for where the moved went; `village_code_of` is not handed over."""
    households = groups["households_count"].to_numpy()
    row = np.repeat(np.arange(len(groups)), households)
    size = len(row)
    registered = _rank_within(row, households, rng) < groups["registered_households_count"].to_numpy()[row]
    kind = np.where(registered, _draw(REGISTERED, size, rng), _draw(OTHERS, size, rng))
    chance = np.where(groups["whole_relocation"].to_numpy()[row], 0.55, np.where(registered, 0.06, 0.0))
    moved = rng.random(size) < chance
    of = groups.iloc[row]
    number = np.arange(size) - np.repeat(np.cumsum(households) - households, households) + 1
    return pd.DataFrame(
        {
            "household_code": of["group_code"].to_numpy() + pd.Series(number).map("-{:04d}".format).to_numpy(),
            "head_name": person_names(size, rng),
            "id_number": identity_numbers(county_code, size, rng),
            "phone": phone_numbers(size, rng),
            "township_name": of["township_name"].to_numpy(),
            "village_name": of["village_name"].to_numpy(),
            "group_name": of["group_name"].to_numpy(),
            "group_code": of["group_code"].to_numpy(),
            "people_count": _sizes(row, households, groups["people_count"].to_numpy(), rng),
            "household_type": kind,
            "poverty_cause": np.where(registered, np.array(CAUSES)[rng.integers(0, len(CAUSES), size)], ""),
            "relocated": np.where(moved, "是", "否"),
            "village_code_of": of["village_code"].to_numpy(),
        }
    )


def _rank_within(row: Ints, households: Ints, rng: np.random.Generator) -> Ints:
    """A random order 0, 1, 2 … of the households of each group."""
    order = np.lexsort((rng.random(len(row)), row))
    rank = np.empty(len(row), dtype=np.int64)
    rank[order] = np.arange(len(row)) - np.repeat(np.cumsum(households) - households, households)
    return rank


def _sizes(row: Ints, households: Ints, people: Ints, rng: np.random.Generator) -> Ints:
    """People per household: one each, the others of the group at random."""
    first = np.cumsum(households) - households
    extra = np.repeat(np.arange(len(households)), people - households)
    lucky = first[extra] + np.floor(rng.random(len(extra)) * households[extra]).astype(np.int64)
    return np.asarray(1 + np.bincount(lucky, minlength=len(row)), dtype=np.int64)


def _draw(choices: tuple[tuple[str, float], ...], size: int, rng: np.random.Generator) -> NDArray[np.str_]:
    words, chances = zip(*choices, strict=True)
    return np.array(words)[rng.choice(len(words), size, p=chances)]
