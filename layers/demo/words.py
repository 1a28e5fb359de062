"""Invented words: hamlets and rivers assembled from syllables, and people who cannot be anybody.

Township and village names are real (`layers.codes`); everything made here is not. Names of people are a mark of invention (演, 示, 样, 例) with a
stem and a branch of the sexagenary cycle, so that nobody can take them for a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.demo.grid import Floats, Ints

FIRST = tuple("纳弄坝岜坡者洛平板打卡乐岩达拉播交里渡冗央巧羊坎冒甘")
SECOND = tuple("绒牙哈夜言朝翁安良仰埃隆秀化蒙摩丛西暮饶谷包坎朋桑宁")
HAMLET_END = ("寨", "湾", "坪", "冲", "井", "垭口", "坳", "田", "坝", "塘边", "坡脚", "洞口")
LEAD = ("", "", "", "上", "下", "新", "老", "大", "小")
NUMERALS = tuple("一二三四五六七八九")
SURNAMES = tuple("演示样例")
STEMS = tuple("甲乙丙丁戊己庚辛壬癸")
BRANCHES = tuple("子丑寅卯辰巳午未申酉戌亥")
ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
"""GB 11643-1999."""
ID_CHECKS = np.array(list("10X98765432"))


def _pick(words: tuple[str, ...], size: int, rng: np.random.Generator) -> NDArray[np.str_]:
    return np.array(words)[rng.integers(0, len(words), size)]


def hamlet_names(size: int, rng: np.random.Generator) -> list[str]:
    """Names of natural hamlets (自然寨); repeats happen, as they do in life."""
    parts = (_pick(words, size, rng) for words in (LEAD, FIRST, SECOND, HAMLET_END))
    return ["".join(name) for name in zip(*parts, strict=True)]


def river_names(catchment: Floats, rng: np.random.Generator) -> list[str]:
    """Names of rivers by catchment (m²): 河 over 60 km², 沟 or 溪 below; all different while syllables last."""
    pairs = np.array([a + b for a in FIRST for b in SECOND])
    rng.shuffle(pairs)
    small = _pick(("沟", "溪", "沟"), len(catchment), rng)
    end = np.where(catchment > 60e6, "河", small)
    return [f"{pairs[i % len(pairs)]}{end[i]}" for i in range(len(catchment))]


def group_name(number: int) -> str:
    """`一组` … `九十九组`."""
    tens, ones = divmod(number, 10)
    lead = "" if tens == 0 else ("十" if tens == 1 else f"{NUMERALS[tens - 1]}十")
    return f"{lead}{'' if ones == 0 else NUMERALS[ones - 1]}组"


def person_names(size: int, rng: np.random.Generator) -> list[str]:
    """Obviously invented names such as 演甲子."""
    parts = (_pick(words, size, rng) for words in (SURNAMES, STEMS, BRANCHES))
    return ["".join(name) for name in zip(*parts, strict=True)]


def check_index(bodies: NDArray[np.str_]) -> Ints:
    """Which of `ID_CHECKS` is the right one for 17-digit bodies."""
    digits = bodies.astype("U17").view("U1").reshape(len(bodies), 17).astype(np.int64)
    return np.asarray(digits @ ID_WEIGHTS % 11, dtype=np.int64)


def identity_numbers(county_code: str, size: int, rng: np.random.Generator) -> list[str]:
    """18 characters that look like ID numbers, all different, and never are one: the check digit is always wrong."""
    serial, day = np.divmod(rng.permutation(size), 60 * 12 * 28)
    year, month = np.divmod(day // 28, 12)
    births = zip((1940 + year).tolist(), (1 + month).tolist(), (1 + day % 28).tolist(), (101 + serial % 899).tolist(), strict=True)
    bodies = np.array([f"{county_code}{y}{m:02d}{d:02d}{n:03d}" for y, m, d, n in births])
    wrong = (check_index(bodies) + rng.integers(1, 11, size)) % 11
    return [body + check for body, check in zip(bodies, ID_CHECKS[wrong], strict=True)]


def phone_numbers(size: int, rng: np.random.Generator) -> list[str]:
    """Eleven digits that no network has: they begin with 000."""
    return [f"000{number:08d}" for number in rng.integers(0, 10**8, size)]
