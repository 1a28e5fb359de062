"""People in tables: personal columns leave, and what they say leaves the free text beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from layers.intake.problems import MASK, join_problems
from layers.names import Kind, fields_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.intake.problems import Origin
    from layers.names import Layer

# ID numbers, disability numbers and bank accounts have 16 to 20 digits, which no area code has.
_NUMBER_IN_TEXT = re.compile(r"(?<![0-9])[0-9]{16,20}[Xx]?(?![0-9])")
_PHONE_IN_TEXT = re.compile(r"(?<![0-9])1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])")


def without_people(frame: pd.DataFrame, layer: Layer, *, origin: Origin) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table other than the register without its personal columns, and without their values in its texts.

    Args:
        frame: Rows of the layer, indexed by row number; nobody needs to tell its persons apart, so they get no pseudonym.
        layer: Says which fields are personal.
        origin: Layer and file, for the problem rows.

    Returns:
        The frame, and one problem row for each column in which something was masked.
    """
    personal = [name for name in frame.columns if name in layer.personal]
    said = told([telling(frame[name]) for name in personal]) if personal else [()] * len(frame)
    safe, problems = frame.drop(columns=personal), []
    for field in fields_of(layer):
        if field.kind is not Kind.TEXT or field.name not in safe:
            continue
        before = frame[field.name].astype("string")
        after = masked(before, said)
        changed = (before != after).fillna(value=False).to_numpy(dtype=bool)
        if changed.any():
            safe = safe.assign(**{field.name: after})
            text, hint = f"“{field.label}”一列里写有个人信息，已遮盖。", "请不要在这一列填写姓名、证件号、电话或账号。"
            rows = [int(row) for row in frame.index[changed]]
            problems.append(origin.problem("personal_value", "info", text, row=rows, field=field.name, value=MASK, suggestion=hint))
    return safe, join_problems(problems)


def telling(values: pd.Series) -> pd.Series:
    """A personal column as text, without what is too short to tell anybody (a dash, a single character, `12`)."""
    text = values.astype("string").str.strip()
    return text.mask((text.str.len() < 2) | text.str.fullmatch(r"[0-9]{1,4}"))  # noqa: PLR2004 - a name has two characters


def told(secrets: Sequence[pd.Series]) -> list[tuple[str, ...]]:
    """For each row what its personal columns say, the longest first: an address may hold a phone number."""
    lists = [secret.fillna("").tolist() for secret in secrets]
    return [tuple(sorted(filter(None, set(values)), key=len, reverse=True)) for values in zip(*lists, strict=True)]


def masked(texts: pd.Series, said: Sequence[tuple[str, ...]]) -> pd.Series:
    """Text without what the row's personal columns say, and without ID numbers, phones and accounts."""
    # Each row has secrets of its own, which has no vector form.
    clean = [text if text is pd.NA else _without(text, values) for text, values in zip(texts.tolist(), said, strict=True)]
    return unnumbered(pd.Series(clean, index=texts.index, dtype="string"))


def unnumbered(texts: pd.Series) -> pd.Series:
    """Text without ID numbers, phones and accounts."""
    return texts.str.replace(_NUMBER_IN_TEXT, MASK, regex=True).str.replace(_PHONE_IN_TEXT, MASK, regex=True)


def _without(text: str, values: tuple[str, ...]) -> str:
    for value in values:
        if value in text:
            text = text.replace(value, MASK)
    return text
