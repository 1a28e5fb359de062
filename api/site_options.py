"""What is typed after `zutong sites`, as an order would say it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from gis.sites.criteria import parse_weights
from layers.errors import InputError, QueryError

if TYPE_CHECKING:
    from pathlib import Path

_COLUMNS = 3


def read_weighing(weights: str, *, judgements: list[tuple[str, str, float]] | None, name: str) -> dict[str, Any]:
    """Weights, judgements and name of an order.

    Args:
        weights: `slope=0.3,hazard=0.7`, or the name of a set that was kept.
        judgements: pairs, instead of weights.
        name: under which these are kept; empty for not at all.

    Raises:
        QueryError: both weights and judgements, a name without either, or weights that cannot be read.
    """
    if weights and judgements is not None:
        raise QueryError("权重和两两比较只能给一样。")
    typed = "=" in weights.replace("＝", "=")
    if name and not typed and judgements is None:
        raise QueryError("--save-weights 要和 --weights 的数值或 --judgements 一起给。")
    if judgements is not None:
        return {"judgements": {"pairs": judgements}, "weights_name": name}
    return {"weights": parse_weights(weights), "weights_name": name} if typed else {"weights_name": weights.strip()}


def read_judgements(path: Path) -> list[tuple[str, str, float]]:
    """Pairwise comparisons from a CSV file: first criterion, second criterion, how many times the first counts more; a heading is passed over.

    Raises:
        InputError: the file cannot be read, or a line of it cannot be understood; the sentence names the line.
    """
    try:
        lines = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"两两比较表“{path.name}”读不出来。", hint="请存为 UTF-8 的 CSV：指标,指标,倍数。") from error
    filled = [(number, [cell.strip() for cell in line]) for number, line in enumerate(lines, start=1) if any(cell.strip() for cell in line)]
    body = filled[1:] if filled and _times(filled[0][1][-1]) is None else filled
    if not body:
        raise InputError(f"两两比较表“{path.name}”里没有一行比较。", hint="每行：指标,指标,倍数，例如 slope,road,3。")
    return [_judgement(path.name, number, line) for number, line in body]


def _judgement(file: str, number: int, line: list[str]) -> tuple[str, str, float]:
    times = _times(line[-1])
    if len(line) != _COLUMNS or times is None or not times > 0:
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
