"""Area codes of China: levels, parents, damaged cells, lists of names by edition, renames, and the check digit of ID numbers.

Codes are text. Lengths: county 6, township 9, village 12 digits (statistical area codes); villager group 14 (GB/T 35958-2018, from NY/T 2538)
or 15 (population system). Anything else is a foreign or private code: allowed everywhere, but without level and parent.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from layers.errors import InputError, QueryError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

EDITIONS: tuple[int, ...] = (2016, 2023)
"""Editions of the statistical code list that are carried (pilot counties only); the newest last."""

LENGTHS: dict[int, str] = {6: "county", 9: "township", 12: "village", 14: "group", 15: "group"}
AREA_COLUMNS: tuple[str, ...] = ("code", "name", "level", "parent_code")
RENAME_COLUMNS: tuple[str, ...] = (
    "level",
    "old_code",
    "old_name",
    "old_parent_name",
    "new_code",
    "new_name",
    "new_parent_name",
    "year",
    "derived_by",
)

_EXACT = 1e15  # a spreadsheet keeps fifteen digits of a number
_PARENT_LENGTH = {9: 6, 12: 9, 14: 12, 15: 12}
_FILES = {"county": "counties", "township": "townships", "village": "villages"}
# GB/T 2260: what the first two digits may be (provinces, Taiwan, Hong Kong, Macao).
_PROVINCES = frozenset(
    str(n) for area in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66), (71, 81, 82)) for n in area
)
_SCIENTIFIC = re.compile(r"^[+-]?\d+(?:\.\d+)?[eE][+-]?\d+$")
_FLOAT_TAIL = re.compile(r"^(\d+)\.0+$")
# GB 11643-1999: weights of the first 17 digits; the remainder of the sum by 11 picks the check character.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def is_chinese_code(code: str) -> bool:
    """Whether the text can be a Chinese area code: ASCII digits, a known length, a province's prefix."""
    return code.isascii() and code.isdigit() and len(code) in LENGTHS and code[:2] in _PROVINCES


def level_of(code: str) -> str | None:
    """`county`, `township`, `village` or `group`; None for a code that is not Chinese."""
    return LENGTHS[len(code)] if is_chinese_code(code) else None


def parent_code(code: str) -> str | None:
    """The code of the unit above, by prefix; None for a county and for a code that is not Chinese."""
    length = _PARENT_LENGTH.get(len(code))
    return code[:length] if length is not None and is_chinese_code(code) else None


def prefix_of(codes: pd.Series, level: str) -> pd.Series:
    """The part of each code that names the unit of `level` (`county`, `township`, `village`), as `string`.

    `<NA>` where the code is missing, is not Chinese, or stands above that level.
    """
    length = next(n for n, name in LENGTHS.items() if name == level)
    table = {code: code[:length] if is_chinese_code(code) and len(code) >= length else None for code in codes.dropna().astype("string").unique()}
    return codes.astype("string").map(table).astype("string")


def is_scientific(text: str) -> bool:
    """Whether a spreadsheet has turned a long number into `6.1E+17`: its last digits are lost for good."""
    return _SCIENTIFIC.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def normalise_code(value: object) -> str:
    """One spelling of a code: text, half width, without spaces, without the `.0` of a spreadsheet.

    Args:
        value: A cell: text, number, or missing (None, NaN, `<NA>`).

    Returns:
        The code; empty for a missing cell.

    Raises:
        InputError: the cell shows scientific notation, so digits are lost.
    """
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return ""
    text = "".join(unicodedata.normalize("NFKC", _plain(value)).split())
    if is_scientific(text):
        sentence = f"代码“{text}”是科学计数法，末尾数字已经丢失：请在原表中把该列设为“文本”格式，重新填写完整代码后再导入。"
        raise InputError(sentence, value=text, expected="完整的数字代码")
    return _FLOAT_TAIL.sub(r"\1", text)


def _plain(value: object) -> str:
    """The cell as text; a float of sixteen digits or more is written so that it is seen to be damaged."""
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}" if abs(value) < _EXACT else f"{value:E}"
    return str(value)


def id_check_digit(first17: str) -> str:
    """The check character (`0`–`9`, `X`) that GB 11643-1999 asks for behind 17 digits."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True)) % 11]


def is_valid_id(number: str) -> bool:
    """Whether 18 characters form an ID number with the right check character (the birth date is not looked at)."""
    return re.fullmatch(r"[0-9]{17}[0-9X]", number) is not None and id_check_digit(number[:17]) == number[17]


def boundaries_folder() -> Traversable:
    """Where the code lists are: inside the installed package, else in the repository.

    Raises:
        QueryError: they are in neither place.
    """
    inside = files("layers").joinpath("data", "boundaries")
    for folder in (inside, Path(__file__).resolve().parent.parent / "data" / "boundaries"):
        if folder.joinpath("SOURCES.toml").is_file():
            return folder
    raise QueryError("找不到随程序附带的区划代码表（data/boundaries）：请重新安装本程序。")


def area_names(county_code: str, *, edition: int = EDITIONS[-1]) -> pd.DataFrame:
    """Codes and names of a county, its townships and villages.

    Args:
        county_code: 6 digits.
        edition: 2016 or 2023, the code list's edition.

    Returns:
        `code, name, level, parent_code` (all `string`), in order of code; no rows for a county that the lists do not hold.

    Raises:
        QueryError: there is no such edition.
    """
    listed = all_areas(edition)
    return listed[listed["code"].str[:6] == county_code].reset_index(drop=True)


def all_areas(edition: int = EDITIONS[-1]) -> pd.DataFrame:
    """All rows of one edition, as in `area_names`."""
    if edition not in EDITIONS:
        raise QueryError(f"没有 {edition} 年版的区划代码表；可用的版本有：{'、'.join(map(str, EDITIONS))}。")
    return _areas(edition).copy()


def renames() -> pd.DataFrame:
    """What changed its code or name between the editions (`RENAME_COLUMNS`, all `string`); `layers.renames` says how it is derived."""
    return _renames().copy()


def current_code(code: str) -> str:
    """The code of the same unit in the newest edition, as far as it could be derived; otherwise the code itself.

    A group's code follows its village. A code that the newest edition gives to another unit is left alone: nobody can tell which is meant.
    """
    if level_of(code) == "group":
        return current_code(code[:12]) + code[12:]
    return _moved().get(code, code)


@cache
def _areas(edition: int) -> pd.DataFrame:
    return pd.concat([_listed(level, edition) for level in _FILES], ignore_index=True).sort_values("code", ignore_index=True)


def _listed(level: str, edition: int) -> pd.DataFrame:
    rows = _read(f"{_FILES[level]}_{edition}.csv")[["code", "name"]]
    length = {"township": 6, "village": 9}.get(level)
    parent = rows["code"].str[:length] if length else pd.Series(pd.NA, index=rows.index, dtype="string")
    return rows.assign(level=pd.Series(level, index=rows.index, dtype="string"), parent_code=parent)[list(AREA_COLUMNS)]


def _read(name: str) -> pd.DataFrame:
    with boundaries_folder().joinpath(name).open("rb") as file:
        return pd.read_csv(file, dtype="string", encoding="utf-8")


@cache
def _renames() -> pd.DataFrame:
    return _read("renames.csv")


@cache
def _moved() -> dict[str, str]:
    """Old code → new code, without codes that are still in use."""
    table = _renames()
    used = set(_areas(EDITIONS[-1])["code"])
    gone = table[(table["old_code"] != table["new_code"]) & ~table["old_code"].isin(used)]
    return dict(zip(gone["old_code"], gone["new_code"], strict=True))
