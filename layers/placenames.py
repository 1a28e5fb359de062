"""Names of places as bureaus write them, brought to one spelling so that two files can be joined.

Pure functions on text. `normalise_*` returns the spelling that equals for the same place (`甘莱村委会`, `甘莱村民委员会` → `甘莱村`);
`*_stem` drops the word for the kind of place as well and is for a second, more careful comparison.
Every function is idempotent. An empty or missing name gives an empty text, which must never be joined on.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from pypinyin import Style, lazy_pinyin

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

_DROPPED = re.compile(r"[\s·•・.。、,;:_\-—–~'\"“”‘’|/\\]+")
_FLOAT_TAIL = re.compile(r"^\s*(\d+)\.0+\s*$")
_COMMUNITY = re.compile(r"(?:社区)?(?:居民委员会|居委会|居委)$|社区(?:村民委员会|村委会)?$")
_VILLAGE = re.compile(r"村?(?:村民委员会|村委会|村民委|村委|村公所)$|(?:行政|建制)?村$")
_OFFICE = re.compile(r"(?:人民政府|政府)$")
_STREET = re.compile(r"(?:街道)?(?:办事处|街道办)$|街道$")
_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|"
    "撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺"
)
_TOWNSHIP_KIND = re.compile(rf"(?<=.)(?:(?:(?:{_PEOPLES})族)*乡|镇|街道)$")
_COUNTY_KIND = re.compile(rf"(?<=.)(?:(?:(?:{_PEOPLES})族)*自治县|县|市|区|特区|林区|自治旗|旗)$")
_GROUP_KIND = re.compile(r"(?<=.)(?:村民小组|居民小组|村民组|居民组|自然组|小组|组|生产队|队|合作社|社|自然村|自然寨|自然屯|自然湾)$")
_HAMLET_KIND = re.compile(r"(?<=..)(?:寨子|寨|屯|湾)$")
_BRACKET = re.compile(r"\([^()]+\)")
_ANY_BRACKET = re.compile(r"[()]")
_NUMBERED = re.compile(r"\d+组$", flags=re.ASCII)
_TAIL_NUMBER = re.compile(r"(?:([0-9]+)|([一二三四五六七八九十]+))$")
_DIGITS = {c: i for i, c in enumerate("一二三四五六七八九", start=1)}
_NUMERAL = re.compile(r"[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]")
_CAPITALS = str.maketrans("壹贰叁肆伍陆柒捌玖拾", "一二三四五六七八九十")


def normalise_name(name: str) -> str:
    """One spelling of a name: half width, lower case, no spaces or separators, no `.0` that a spreadsheet left behind a number."""
    text = _FLOAT_TAIL.sub(r"\1", unicodedata.normalize("NFKC", name))
    while True:  # what stood apart can combine once the space between is gone
        bare = _DROPPED.sub("", unicodedata.normalize("NFKC", text.lower()))
        if bare == text:
            return text
        text = bare


def normalise_village_name(name: str) -> str:
    """`甘莱村委会`, `甘莱村民委员会`, `甘莱村村委会` → `甘莱村`; `东街居委会`, `东街社区居民委员会` → `东街社区`; others as they are."""
    stem, kind = _village_parts(normalise_name(name))
    return stem + kind


def village_stem(name: str) -> str:
    """The village's name without its kind: `甘莱村` and `甘莱社区` → `甘莱`."""
    return _village_parts(normalise_name(name))[0]


def _village_parts(text: str) -> tuple[str, str]:
    for pattern, kind in ((_COMMUNITY, "社区"), (_VILLAGE, "村")):
        found = pattern.search(text)
        if found is not None and found.start() > 0:
            return text[: found.start()], kind
    return text, ""


def normalise_township_name(name: str) -> str:
    """`兴泰街道办事处` → `兴泰街道`, `打易镇人民政府` → `打易镇`."""
    text = normalise_name(name)
    text = _OFFICE.sub("", text) or text
    found = _STREET.search(text)
    return text[: found.start()] + "街道" if found is not None and found.start() > 0 else text


def township_stem(name: str) -> str:
    """The township's name without its kind: `三宝彝族乡` and `三宝街道` → `三宝`."""
    return _TOWNSHIP_KIND.sub("", normalise_township_name(name))


def county_stem(name: str) -> str:
    """The county's name without its kind: `兴仁县` and `兴仁市` → `兴仁`."""
    return _COUNTY_KIND.sub("", normalise_name(name))


def normalise_group_name(name: str) -> str:
    """One spelling of a villager group's name.

    A number at the end is the group's number however it is written: `一组`, `1组`, `第一村民小组`, `1社`, `01` → `1组`; `岩上一组` → `岩上1组`.
    Otherwise the word for "group" goes: `岩上村民组`, `岩上组` → `岩上`. What stands in brackets stays: `一组（岩上）` → `1组(岩上)`.
    Chinese numerals are read up to 99.
    """
    outside, inside = _split_brackets(normalise_name(name))
    return _plain_group(outside) + inside


def group_stem(name: str) -> str:
    """The group's name without brackets and without 寨, 屯, 湾: `岩上寨` → `岩上`, `1组(岩上)` → `1组`; a numbered name stays."""
    text = _plain_group(_split_brackets(normalise_name(name))[0])
    while not _NUMBERED.search(text):
        shorter = _plain_group(_HAMLET_KIND.sub("", text))
        if shorter == text:
            break
        text = shorter
    return text


def bracketed(name: str) -> str:
    """What stands in brackets behind a group's name, normalised as a group's name: `一组（岩上寨）` → `岩上寨`."""
    inside = _split_brackets(normalise_name(name))[1]
    return normalise_group_name(inside.rpartition("(")[2][:-1]) if inside else ""


def _split_brackets(text: str) -> tuple[str, str]:
    """The name, and what stands in brackets; a text whose brackets are nested, empty or open, or hold all of it, is left whole."""
    outside, inside = _BRACKET.sub("", text), "".join(_BRACKET.findall(text))
    return (outside, inside) if outside and not _ANY_BRACKET.search(outside) else (text, "")


def _plain_group(text: str) -> str:
    while True:
        shorter = _GROUP_KIND.sub("", text)
        if shorter == text:
            break
        text = shorter
    return _numbered(text)


def _numbered(text: str) -> str:
    """The trailing number as `n组`; a numeral that touches a digit is left alone, since `1二` is neither."""
    text = text.translate(_CAPITALS)
    found = _TAIL_NUMBER.search(text)
    if found is None:
        return text
    digits, numerals = found.groups()
    tail = digits or _longest_numeral(numerals)
    head = text[: len(text) - len(tail)].rstrip("第")
    return text if head[-1:].isdigit() else f"{head}{int(digits) if digits else chinese_number(tail)}组"


def _longest_numeral(text: str) -> str:
    """The longest valid numeral at the end of a run of numerals."""
    return next(text[start:] for start in range(len(text)) if _NUMERAL.fullmatch(text[start:]))


def chinese_number(numeral: str) -> int:
    """`一` … `九十九` as a number.

    Raises:
        ValueError: it is not a numeral from 1 to 99.
    """
    if not _NUMERAL.fullmatch(numeral):
        message = f"not a numeral up to 99: {numeral!r}"
        raise ValueError(message)
    if "十" not in numeral:
        return _DIGITS[numeral]
    tens, ones = numeral.split("十")
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)


def normalise_series(names: pd.Series, normalise: Callable[[str], str]) -> pd.Series:
    """`normalise` over a column; works once per distinct name, and a missing or empty name is `<NA>` (so that it joins with nothing)."""
    text = names.astype("string")
    table = {name: normalise(name) or None for name in text.dropna().unique()}
    return text.map(table).astype("string")


@lru_cache(maxsize=65536)
def pinyin_initials(name: str) -> str:
    """First letters of the syllables, for search: `甘莱村` → `glc`; Latin letters and digits stay (`G552线` → `g552x`)."""
    initials = lazy_pinyin(normalise_name(name), style=Style.FIRST_LETTER)
    return "".join(part for part in initials if part.isalnum())


@lru_cache(maxsize=65536)
def pinyin(name: str) -> str:
    """The toneless syllables, to tell a respelling (`红春`, `红椿`) from another name."""
    return "".join(lazy_pinyin(normalise_name(name)))
