"""What is typed after `zutong sites`, as an order would say it."""

from __future__ import annotations

import contextlib
import csv
import math
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from api.faults import body_sentence
from api.site_models import LABELS, ChoiceOrder, SitesOrder
from gis.sites.criteria import parse_weights
from gis.sites.weighing import criterion_keys
from layers.errors import InputError, QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import TypeAlias

    Pair: TypeAlias = tuple[str, str, float]

Order = TypeVar("Order", bound=BaseModel)
_COLUMNS = 3


def read_study(body: dict[str, Any], weights: str, *, judgements: list[Pair] | None, save_as: str, labels: Mapping[str, str]) -> SitesOrder:
    """The order of a study, as `POST /plans/sites` takes it.

    Args:
        body: fields that need no reading.
        weights: `slope=0.3,hazard=0.7`, or the name of a set that was kept.
        judgements: pairs, instead of weights.
        save_as: name under which these are kept; empty for not at all.
        labels: label of each criterion by key; either may have been typed.

    Raises:
        QueryError: both weights and judgements, a name without either, or what cannot be read.
    """
    return _checked(SitesOrder, body | _weighing(weights, judgements, save_as, labels))


def read_choice(body: dict[str, Any]) -> ChoiceOrder:
    """The order of a comparison, as `POST /plans/choice` takes it.

    Raises:
        QueryError: something cannot be read.
    """
    return _checked(ChoiceOrder, body)


def _weighing(weights: str, judgements: list[Pair] | None, name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    if weights and judgements is not None:
        raise QueryError("--weights 和 --judgements 只能给一样。")
    typed = parse_weights(weights) if "=" in weights.replace("＝", "=") else None
    if name and typed is None and judgements is None:
        raise QueryError("--save-weights 要和 --weights 的数值或 --judgements 一起给。")
    if judgements is not None:
        keys = criterion_keys({key for first, second, _ in judgements for key in (first, second)}, labels)
        return {"judgements": {"pairs": [(keys[first], keys[second], times) for first, second, times in judgements]}, "weights_name": name}
    if typed is None:
        return {"weights_name": weights.strip()}
    keys = criterion_keys(typed, labels)
    if len(set(keys.values())) < len(keys):
        raise QueryError("有一项指标的权重给了两次（代号和名称各一次）。")
    return {"weights": {keys[key]: weight for key, weight in typed.items()}, "weights_name": name}


def _checked(model: type[Order], body: dict[str, Any]) -> Order:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        faults = [body_sentence(found, found["loc"], LABELS) for found in error.errors(include_url=False)]
        raise QueryError("；".join(faults) + "。", hint="加 --help 查看各选项的写法。") from error


def read_judgements(path: Path) -> list[Pair]:
    """Pairwise comparisons from a CSV file: first criterion, second criterion, how many times the first counts more; a heading is passed over.

    Raises:
        InputError: the file cannot be read, or a line of it cannot be understood; the sentence names the line.
    """
    lines = _lines(path)
    filled = [(number, [cell.strip() for cell in line]) for number, line in enumerate(lines, start=1) if any(cell.strip() for cell in line)]
    body = filled[1:] if filled and _times(filled[0][1][-1]) is None else filled
    if not body:
        raise InputError(f"两两比较表“{path.name}”里没有一行比较。", hint="每行：指标,指标,倍数，例如 slope,road,3。")
    return [_judgement(path.name, number, line) for number, line in body]


def _lines(path: Path) -> list[list[str]]:
    """Rows of a CSV file as offices save it: UTF-8, or the encoding of Chinese Windows."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"两两比较表“{path.name}”读不出来：文件不在，或没有权限。") from error
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError, csv.Error):
            return list(csv.reader(content.decode(encoding).splitlines()))
    raise InputError(f"两两比较表“{path.name}”不是文字。", hint="请存为 CSV：指标,指标,倍数。")


def _judgement(file: str, number: int, line: list[str]) -> Pair:
    times = _times(line[-1])
    if len(line) != _COLUMNS or times is None or not 0 < times < math.inf:
        raise InputError(
            f"两两比较表“{file}”第 {number} 行“{','.join(line)}”看不懂。", hint="写成：指标,指标,倍数，例如 slope,road,3 或 slope,road,1/3。"
        )
    return line[0], line[1], times


def _times(text: str) -> float | None:
    """A number, or a fraction as Saaty's scale writes it."""
    above, _, below = text.partition("/")
    try:
        return float(above) / float(below or 1)
    except (ValueError, ZeroDivisionError):
        return None
