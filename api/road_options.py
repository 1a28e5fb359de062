"""What a planner types for a road plan, as the order that both doors take: 3000万, 2026-2028, 户=1, 2027:80%.

Every fault is one Chinese sentence that repeats what was typed and shows how it is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from api.faults import body_sentence
from api.plan_models import LABELS, RoadsOrder
from layers.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MULTIPLES = {"": 1.0, "元": 1.0, "万": 1e4, "万元": 1e4, "亿": 1e8, "亿元": 1e8}
_MONEY = re.compile(r"([0-9]+(?:[.][0-9]+)?)(元|万元|万|亿元|亿)?")
_UNITS = {"组": "groups", "户": "households", "人": "people", "脱贫户": "registered", "脱贫监测户": "registered"}
USUAL_YEARS = 3
_MOST_YEARS = 15


@dataclass(frozen=True, slots=True)
class Typed:
    """The options of `zutong roads` as they were typed; what is empty was not given."""

    budget: str = ""
    budgets: str = ""
    years: str = ""
    weights: str = ""
    must: Sequence[str] = ()
    must_not: Sequence[str] = ()
    floors: Sequence[str] = ()
    deadlines: Sequence[str] = ()
    carry_over: bool = True
    costs: str | None = None
    include_unknown: bool = False
    include_relocation: bool = False
    by_households: bool = False
    title: str = ""
    author: str = ""


def read_order(typed: Typed, *, first_year: int) -> RoadsOrder:
    """The order of a road plan, as `POST /plans/roads` takes it.

    Args:
        typed: what was typed.
        first_year: the first year where a yearly budget is given without years.

    Raises:
        QueryError: something cannot be read, does not fit, or hangs in the air (weights without a budget).
    """
    years, budgets = _money_by_year(typed, first_year)
    _needs_budget(typed, years)
    body: dict[str, Any] = {
        "years": years,
        "budgets_cny": budgets,
        "carry_over": typed.carry_over,
        "must": _codes(typed.must),
        "must_not": _codes(typed.must_not),
        "floors": [_floor(text) for text in typed.floors],
        "deadlines": [_deadline(text) for text in typed.deadlines],
        "costs": typed.costs,
        "include_unknown": typed.include_unknown,
        "include_relocation": typed.include_relocation,
        "by_households": typed.by_households,
        "title": typed.title,
        "author": typed.author,
    }
    weights = {"weights": _weights(typed.weights)} if typed.weights else {}
    try:
        return RoadsOrder.model_validate(body | weights)
    except ValidationError as error:
        faults = [body_sentence(found, found["loc"], LABELS) for found in error.errors(include_url=False)]
        raise QueryError("；".join(faults) + "。", hint="加 --help 查看各选项的写法。") from error


def money(text: str) -> float:
    """Yuan.

    >>> [money(text) for text in ("3000万", "1.2亿元", "5,000,000")]
    [30000000.0, 120000000.0, 5000000.0]

    Raises:
        QueryError: it is no amount.
    """
    found = _MONEY.fullmatch(text.strip().replace(",", "").replace("，", "").replace(" ", ""))
    if found is None:
        raise QueryError(f"金额“{text}”看不懂。", hint="写成 3000万、1.2亿 或 30000000（元）。")
    return round(float(found[1]) * _MULTIPLES[found[2] or ""], 2)


def share(text: str) -> float:
    """A share of one.

    >>> [share(text) for text in ("0.8", "80%")]
    [0.8, 0.8]

    Raises:
        QueryError: it is none.
    """
    plain = text.strip().replace("％", "%")
    number, percent = plain.removesuffix("%"), plain.endswith("%")
    if not re.fullmatch(r"[0-9]+([.][0-9]+)?", number):
        raise QueryError(f"比例“{text}”看不懂。", hint="写成 0.8 或 80%。")
    return round(float(number) / (100 if percent else 1), 10)


def years_of(text: str) -> list[int]:
    """Calendar years.

    >>> years_of("2026-2028"), years_of("2026,2028")
    ([2026, 2027, 2028], [2026, 2028])

    Raises:
        QueryError: these are no years, or too many.
    """
    span = re.fullmatch(r"\s*(\d{4})\s*[-—~至]\s*(\d{4})\s*", text)
    if span is not None:
        first, last = int(span[1]), int(span[2])
        if not first <= last < first + _MOST_YEARS:
            raise QueryError(f"年度“{text}”须由早到晚，且不多于 {_MOST_YEARS} 年。", hint="例如 2026-2028。")
        return list(range(first, last + 1))
    return [_year(part) for part in _parts(text)]


def _money_by_year(typed: Typed, first_year: int) -> tuple[list[int], list[float]]:
    if typed.budget and typed.budgets:
        raise QueryError("--budget（每年相同）与 --budgets（各年不同）只能给一个。")
    if typed.budgets:
        pairs = [_pair(part) for part in _parts(typed.budgets)]
        years = [_year(year) for year, _ in pairs]
        if typed.years and years_of(typed.years) != years:
            raise QueryError(f"--years {typed.years} 与 --budgets 的年度不一致。", hint="--budgets 已写明年度，--years 可以不给。")
        return years, [money(amount) for _, amount in pairs]
    if typed.years and not typed.budget:
        raise QueryError("给了 --years 而没有给预算。", hint="加 --budget 3000万（每年），或 --budgets 2026:3000万,2027:2000万。")
    years = years_of(typed.years) if typed.years else list(range(first_year, first_year + USUAL_YEARS))
    return (years, [money(typed.budget)] * len(years)) if typed.budget else ([], [])


def _needs_budget(typed: Typed, years: list[int]) -> None:
    asked = {"--weights": typed.weights, "--floor": typed.floors, "--deadline": typed.deadlines, "--no-carry-over": not typed.carry_over}
    given = [name for name, value in asked.items() if value]
    if given and not years:
        raise QueryError(f"给了 {'、'.join(given)} 而没有给预算。", hint="加 --budget 3000万（每年），或 --budgets 2026:3000万,2027:2000万。")


def _pair(text: str) -> tuple[str, str]:
    year, found, amount = text.replace("：", ":").partition(":")
    if not found:
        raise QueryError(f"各年预算“{text}”看不懂。", hint="写成 年度:金额，多个用逗号分开，例如 2026:3000万,2027:2000万；金额里不要用逗号。")
    return year, amount


def _year(text: str) -> int:
    if not re.fullmatch(r"\s*\d{4}\s*", text):
        raise QueryError(f"年度“{text}”看不懂。", hint="写成四位数字，例如 2026。")
    return int(text)


def _weights(text: str) -> dict[str, float]:
    weights = {}
    for part in _parts(text):
        name, found, value = part.replace("＝", "=").partition("=")
        if not found or not re.fullmatch(r"\s*[0-9]+([.][0-9]+)?\s*", value):
            raise QueryError(f"权重“{part}”看不懂。", hint="写成 households=1,registered=0.5（或 户=1,脱贫户=0.5）。")
        weights[_unit(name)] = float(value)
    return weights


def _unit(text: str) -> str:
    name = text.strip()
    if name not in _UNITS and name not in _UNITS.values():
        raise QueryError(f"没有单位“{name}”。", hint="可用的有 groups（组）、households（户）、people（人）、registered（脱贫户）。")
    return _UNITS.get(name, name)


def _floor(text: str) -> dict[str, Any]:
    """`0.3`, `0.3:groups`, `520201=0.3`, `2026:0.3`: a least share, of whom, in which township, by which year."""
    return _due(text, "--floor", "by_year")


def _deadline(text: str) -> dict[str, Any]:
    """`2027:0.8`, `2027:80%:groups`, `2027:520201=0.5`."""
    found = _due(text, "--deadline", "year")
    if "year" not in found:
        raise QueryError(f"--deadline“{text}”没有年度。", hint="写成 年度:比例，例如 2027:0.8。")
    return found


def _due(text: str, option: str, year_name: str) -> dict[str, Any]:
    parts = [part.strip() for part in text.replace("：", ":").replace("＝", "=").split(":")]
    found: dict[str, Any] = {}
    if re.fullmatch(r"\d{4}", parts[0]):
        found[year_name] = int(parts.pop(0))
    if not 1 <= len(parts) <= 2:  # noqa: PLR2004 - a share, and a unit behind it
        raise QueryError(f"{option}“{text}”看不懂。", hint="写成 [年度:][乡镇代码=]比例[:单位]，例如 0.3、2027:0.8、2027:529926100=0.5:组。")
    area, given, value = parts[0].rpartition("=")
    return found | {"share": share(value)} | ({"area_code": area.strip()} if given else {}) | ({"unit": _unit(parts[1])} if parts[1:] else {})


def _codes(given: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(code for text in given for code in _parts(text)))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _split(text) if part.strip()]


def _split(text: str) -> Iterable[str]:
    return re.split(r"[,，、;；]", text)
