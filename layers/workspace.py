"""A county's workspace: one folder with its settings, its store, its secret key, and a cache that can be made again."""

from __future__ import annotations

import getpass
import json
import os
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from layers.errors import StoreError, WorkspaceExists, WorkspaceNotFound
from layers.store import disk
from layers.store.files import FileStore

if TYPE_CHECKING:
    from layers.store.protocol import Store

SETTINGS_NAME = "county.toml"
KEY_BYTES = 32
DEFAULT_STANDARDS = ("guizhou-2017",)
DEFAULT_COSTS = "mountain-2017"
DEFAULT_SITES = "relocation-2017"
_KNOWN = "standards、county.code、county.name、overrides、costs、cost_overrides、sites、site_overrides、made"


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class County(_Settings):
    """Which county this is; the code is text of any country's form."""

    code: str = Field(min_length=1)
    name: str = ""


class Made(_Settings):
    """When (ISO 8601) and by whom the workspace was made."""

    at: str = ""
    by: str = ""


class Settings(_Settings):
    """What `county.toml` says.

    Attributes:
        county: code and name.
        standards: ids of the standard sets, later ones over earlier ones.
        overrides: the county's own values over the sets, as nested tables.
        costs: id of the cost set that roads are designed and priced by.
        cost_overrides: the county's own values over the cost set, as nested tables.
        sites: id of the site set that settlements are looked for, judged and priced by.
        site_overrides: the county's own values over the site set, as nested tables.
        made: when and by whom.
    """

    county: County
    standards: tuple[str, ...] = Field(default=DEFAULT_STANDARDS, min_length=1)
    overrides: dict[str, Any] = Field(default_factory=dict)
    costs: str = Field(default=DEFAULT_COSTS, min_length=1)
    cost_overrides: dict[str, Any] = Field(default_factory=dict)
    sites: str = Field(default=DEFAULT_SITES, min_length=1)
    site_overrides: dict[str, Any] = Field(default_factory=dict)
    made: Made = Made()


@dataclass(frozen=True, slots=True)
class Workspace:
    """An open workspace.

    Attributes:
        path: its folder.
        settings: what `county.toml` says.
        store: its layers in revisions.
        key: 32 secret bytes that pseudonyms are made with; None where the office has destroyed it.
        cache: folder of what can be made again (tilesets, relief).
    """

    path: Path
    settings: Settings
    store: Store
    key: bytes | None
    cache: Path


def create(
    path: str | Path,
    *,
    county_code: str,
    county_name: str = "",
    standards: Sequence[str] = DEFAULT_STANDARDS,
    overrides: Mapping[str, Any] | None = None,
    author: str = "",
) -> Workspace:
    """Make a workspace in a new or empty folder.

    Args:
        path: the folder.
        county_code: text; 6 digits in China.
        county_name: as people write it.
        standards: ids of the standard sets.
        overrides: the county's own values over the sets, as nested tables.
        author: who makes it; the account's name if left out.

    Raises:
        WorkspaceExists: the folder already holds something.
        StoreError: the folder cannot be written, or the settings are not valid.
    """
    folder = Path(path)
    made = Made(at=datetime.now(UTC).isoformat(timespec="seconds"), by=author or _account())
    settings = _checked(
        {"county": {"code": county_code, "name": county_name}, "standards": list(standards), "overrides": dict(overrides or {}), "made": made}
    )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorkspaceExists(f"“{folder}”不是空文件夹；请换一个新的文件夹，以免盖掉已有的文件。")
    try:
        disk.make_folder(folder)
        _write_key(folder / "secret" / "pseudonym.key")
        disk.make_folder(folder / "cache")
        disk.write_bytes(folder / SETTINGS_NAME, to_toml(settings).encode("utf-8"))  # last: a folder without it is no workspace
    except OSError as error:
        raise StoreError(f"文件夹“{folder}”写不进去：{error.strerror or error}。") from error
    return open_workspace(folder)


def open_workspace(path: str | Path) -> Workspace:
    """Open a workspace.

    Raises:
        WorkspaceNotFound: the folder is none.
        StoreError: `county.toml` has something that is not understood.
    """
    folder = Path(path)
    if not (folder / SETTINGS_NAME).is_file():
        raise WorkspaceNotFound(f"“{folder}”不是组通工作区（里面没有 {SETTINGS_NAME}）；可以用 zutong new 新建一个。")
    key = folder / "secret" / "pseudonym.key"
    return Workspace(
        path=folder,
        settings=read_settings(folder / SETTINGS_NAME),
        store=FileStore(folder),
        key=key.read_bytes() if key.is_file() else None,
        cache=folder / "cache",
    )


def read_settings(path: Path) -> Settings:
    """Read a `county.toml`.

    Raises:
        StoreError: it is not TOML, or has an unknown key or a wrong value; the sentence names it.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))  # Windows editors put a byte-order mark
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StoreError(f"{SETTINGS_NAME} 写法有误，读不懂：{error}。", hint="请对照里面的说明改正。") from error
    return _checked(raw)


def to_toml(settings: Settings) -> str:
    """The settings as a `county.toml` that an office can read and change."""
    county, made = settings.county, settings.made
    lines = [
        "# 组通工作区的设置。可以用记事本修改，保存为 UTF-8；“#”后面是说明。",
        "",
        "# 采用的标准：后面的覆盖前面的。换标准以后要重新计算。",
        f"standards = {_toml_value(list(settings.standards))}",
        "# 修路的单价和设计指标。",
        f"costs = {_toml_value(settings.costs)}",
        "# 安置选址的禁建条件、评分、容量、补助和政策界限。",
        f"sites = {_toml_value(settings.sites)}",
        "",
        "[county]",
        "# 区划代码是文字，前面的 0 不能丢；名称会印在地图和台账上。",
        f"code = {_toml_value(county.code)}",
        f"name = {_toml_value(county.name)}",
        "",
        "# 建立工作区的时间和人，不用改。",
        "[made]",
        f"at = {_toml_value(made.at)}",
        f"by = {_toml_value(made.by)}",
        "",
        "# 本县自定的数值，盖过标准里的同名数值；每改一处，请注明文件依据。例如（去掉行首的“#”就生效）：",
        *_toml_table("overrides", settings.overrides, example='road.end_distance_point_m = { value = 500, source = "某县发〔2025〕1 号" }'),
        "",
        "# 本县自定的单价和设计指标，写法同上。",
        *_toml_table("cost_overrides", settings.cost_overrides, example='new.road_cny_per_km = { value = 450000, source = "某县交〔2025〕2 号" }'),
        "",
        "# 本县自定的选址条件和搬迁单价，写法同上。",
        *_toml_table(
            "site_overrides", settings.site_overrides, example='move.cost_cny_per_person = { value = 65000, source = "某县发〔2025〕3 号" }'
        ),
    ]
    return "\n".join(lines) + "\n"


def _checked(raw: Mapping[str, Any]) -> Settings:
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        faults = "；".join(_fault(dict(fault)) for fault in error.errors())
        raise StoreError(f"{SETTINGS_NAME} 有误：{faults}。", hint=f"可用的项：{_KNOWN}。") from error


def _fault(fault: Mapping[str, Any]) -> str:
    """One of pydantic's findings as a sentence."""
    name = ".".join(str(part) for part in fault["loc"])
    match fault["type"]:
        case "extra_forbidden":
            return f"不认识的项“{name}”（可用的项：{_KNOWN}）"
        case "missing":
            return f"缺少“{name}”"
        case "too_short" | "string_too_short":
            return f"“{name}”不能为空"
        case _:
            return f"“{name}”的值 {fault['input']!r} 不对（文字要加引号）"


def _write_key(path: Path) -> None:
    """A fresh secret key that only its owner may read (Windows keeps it in the user's own folder rights)."""
    path.parent.mkdir(mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    disk.sync_folder(path.parent)
    disk.sync_folder(path.parent.parent)


def _toml_table(name: str, table: Mapping[str, Any], *, example: str = "") -> list[str]:
    """A table and the tables in it, values first as TOML wants; an example stands below the head, so that it can be switched on."""
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    nested = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    head = [f"[{name}]", *([f"# {example}"] if example else [])]
    lines = [*head, *(f"{_toml_key(key)} = {_toml_value(value)}" for key, value in plain.items())]
    for key, value in nested.items():
        lines += ["", *_toml_table(f"{name}.{_toml_key(key)}", value)]
    return lines


def _toml_key(key: str) -> str:
    bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if bare else _toml_value(key)


def _toml_value(value: object) -> str:
    """A TOML value; its texts, numbers, yes/no and lists are written as JSON writes them."""
    if not isinstance(value, str | int | float | list | tuple):
        raise TypeError(f"no TOML for {type(value).__name__}")
    return json.dumps(value, ensure_ascii=False, allow_nan=False).replace("\x7f", "\\u007f")


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, as in some containers
        return ""
