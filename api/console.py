"""How the command line speaks: results on stdout (words for people, or one JSON object), progress and errors on stderr."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson
import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SEVERITY_WORDS = {"error": "错误", "warning": "可疑", "info": "已处理"}
_SEVERITY_LOOKS = {"error": "bold red", "warning": "yellow", "info": "dim"}
_WIDE = 110


def out() -> Console:
    """The console of results; wide enough for a table when the output is no terminal."""
    console = Console(file=sys.stdout, highlight=False)
    return console if console.is_terminal else Console(file=sys.stdout, highlight=False, width=_WIDE)


def emit(result: dict[str, Any], show: Callable[[Console], None], *, as_json: bool) -> None:
    """Print the result: one JSON object and nothing else, or what `show` prints."""
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE))
        sys.stdout.flush()
    else:
        show(out())


@contextmanager
def progress() -> Iterator[Callable[[str, float], None]]:
    """A progress bar on stderr where that is a terminal; call it with what is being done and how much of the whole is done (0 to 1)."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("准备", total=1.0)
        yield lambda words, done: bar.update(task, description=words, completed=done)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, numbers: Sequence[str] = ()) -> Table:
    """A table of plain text; the columns in `numbers` are right-aligned. Values are never read as markup."""
    found = Table(title=Text(title), title_justify="left", header_style="bold", expand=False)
    for name in columns:
        found.add_column(Text(name), justify="right" if name in numbers else "left", overflow="fold")
    for row in rows:
        found.add_row(*(value if isinstance(value, Text) else Text(words(value)) for value in row))
    return found


def words(value: Any) -> str:
    """A cell in words: thousands separators, 是/否, a dash where nothing is known.

    >>> [words(v) for v in (12806, None, True, 0.5, "纳坝村")]
    ['12,806', '—', '是', '0.5', '纳坝村']
    """
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def severity(value: str) -> Text:
    """The word of a severity in its colour."""
    return Text(SEVERITY_WORDS.get(value, value), style=_SEVERITY_LOOKS.get(value, ""))


def complain(sentence: str, hint: str = "") -> None:
    """One sentence, and the way out, on stderr."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(Text.assemble(("✗ ", "bold red"), sentence))
    if hint:
        console.print(Text.assemble(("  → ", "bold"), hint))
