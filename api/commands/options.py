"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Folder: TypeAlias = Annotated[Path, typer.Argument(metavar="DIR", help="工作区文件夹")]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="只输出一个 JSON 对象，供别的程序读取")]
