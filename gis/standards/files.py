"""Standard sets as files: finding, reading and listing them.

A set is a TOML file whose name is its id. Its head says `version`, `title`, `note`, which set it `extends` and in which `provinces` (first two
digits of the area code) it is usual; its sections are whole rules.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError

from gis.standards.explain import explain
from gis.standards.values import Frozen
from layers.errors import StandardError

if TYPE_CHECKING:
    from collections.abc import Iterable

BUILT_IN = Path(__file__).parent.parent / "standard_sets"
_ID = re.compile(r"[\w][\w-]*")
_MAX_BYTES = 1_000_000
_COUNTY_DIGITS = 6
NATIONAL = "national-2018"
"""The set that holds where no province has its own."""


class StandardSet(Frozen):
    """One file: its head, and its rules as written (judged when merged)."""

    id: str
    version: Annotated[int, Field(ge=1)]
    title: Annotated[str, Field(min_length=1)]
    note: str = ""
    extends: str | None = None
    provinces: list[Annotated[str, Field(pattern=r"^[0-9]{2}$")]] = Field(default_factory=list)
    path: Path
    road: dict[str, Any] | None = None
    water: dict[str, Any] | None = None
    power: dict[str, Any] | None = None
    telecom: dict[str, Any] | None = None
    clinic: dict[str, Any] | None = None
    school: dict[str, Any] | None = None
    network: dict[str, Any] | None = None

    @property
    def rules(self) -> dict[str, dict[str, Any]]:
        """The rules that this file states itself, by name."""
        names = ("road", "water", "power", "telecom", "clinic", "school", "network")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


def list_standards(folder: Path | None = None) -> list[StandardSet]:
    """All sets that can be chosen: the built-in ones, and those of the county's own folder; by id.

    Raises:
        StandardError: A file cannot be read, or the folder's file has the id of a built-in set.
    """
    return [read_set(name, folder) for name in sorted(_files(folder))]


def usual_set(county_code: str) -> str:
    """The id of the built-in set that is usual where the county lies: by the first two digits of its code, else the national set."""
    chinese = county_code if len(county_code) == _COUNTY_DIGITS and county_code.isdecimal() else ""
    usual = (one.id for one in list_standards() if chinese[:2] in one.provinces)
    return next(usual, NATIONAL)


def read_set(name: str, folder: Path | None = None) -> StandardSet:
    """Read one set by id.

    Raises:
        StandardError: No such id, not TOML, or an unknown key in the head.
    """
    files = _files(folder)
    if name not in files:
        raise _unknown(name, files)
    path = files[name]
    try:
        return StandardSet(**{**_parse(path), "id": name, "path": path})
    except ValidationError as error:
        raise explain(error, file=path.name) from error


def _files(folder: Path | None) -> dict[str, Path]:
    built_in = {path.stem: path for path in BUILT_IN.glob("*.toml")}
    own = {path.stem: path for path in folder.glob("*.toml")} if folder is not None else {}
    for name in sorted(own):
        if name in built_in and own[name].resolve() != built_in[name].resolve():
            raise StandardError(f"{own[name]}：编号“{name}”与自带标准重名。", hint="请给本县的标准文件另起一个名字，以免同一编号两种含义。")
        if not _ID.fullmatch(name):
            raise StandardError(f"{own[name]}：文件名“{name}”不能作标准编号。", hint="编号只用字母、数字、汉字、连字符和下划线。")
    return built_in | own


def _parse(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise StandardError(f"{path.name}：文件超过 1 MB，不像标准文件。")
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise StandardError(f"{path.name}：不是 UTF-8 编码（第 {error.start + 1} 字节）。", hint="请另存为 UTF-8 编码的文本。") from error
    except tomllib.TOMLDecodeError as error:
        raise StandardError(f"{path.name}：不是合格的 TOML 文件（{error}）。", hint="请参照自带的标准文件书写。") from error
    for key in ("id", "path"):
        if key in content:
            raise StandardError(f"{path.name}：键“{key}”不需要写。", hint="标准编号就是文件名。")
    return content


def _unknown(name: str, known: Iterable[str]) -> StandardError:
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f"是不是“{near[0]}”？" if near else ""
    return StandardError(f"没有编号为“{name}”的标准。", hint=f"{hint}可用的有：{'、'.join(sorted(known))}。")
