"""Sets of parameters as files: finding and reading them, and merging a set with what it extends and with the county's own values.

A set is a TOML file whose name is its id; a set that `extends` another takes over every value that it does not state itself. Cost sets and site sets
are such files. The standards of `gis.standards` are not: there a whole rule stands over a whole rule.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from gis.standards.standard import show_value
from gis.standards.values import Frozen, Threshold
from layers.errors import StandardError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

COUNTY = "县自定"
"""What `origins` and `source` say of a value that the county set itself."""
HEAD = ("version", "title", "note")
_ID = re.compile(r"[\w][\w-]*")
_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class SetKind:
    """One kind of set.

    Attributes:
        noun: What it is called in sentences, for instance `造价参数`.
        built_in: The folder of the sets that come with the house.
        rules: The model that says which keys there are.
    """

    noun: str
    built_in: Path
    rules: type[Frozen]


@dataclass(frozen=True, slots=True)
class MergedSet:
    """A set before it is judged: its head, its values as nested tables, and where each came from."""

    head: dict[str, Any]
    content: dict[str, Any]
    origins: dict[str, str]
    files: tuple[str, ...]

    def file_of(self, key: str) -> str:
        """The file (or the county) in which the value at a dotted key stands; all files where it stands in none."""
        below = [origin for known, origin in self.origins.items() if f"{key}.".startswith(f"{known}.")]
        if not below:
            return "、".join(self.files)
        return COUNTY if below[0] == COUNTY else f"{below[0]}.toml"


def set_ids(kind: SetKind, folder: Path | None = None) -> list[str]:
    """Ids of all sets of a kind that can be read, sorted."""
    return sorted(_files(kind, folder))


def merge_set(kind: SetKind, name: str, *, folder: Path | None, overrides: Mapping[str, object]) -> MergedSet:
    """Read a set and what it extends, deepest first, value by value; then the county's values.

    Args:
        kind: The kind of set.
        name: The set's id.
        folder: The county's own sets.
        overrides: The county's values, dotted or nested.

    Raises:
        StandardError: Unknown id or key, a cycle of `extends`, not TOML.
    """
    chain = _chain(kind, name, folder)
    values: dict[str, object] = {}
    origins: dict[str, str] = {}
    for set_id, table in reversed(chain):
        own = flatten({key: child for key, child in table.items() if key not in {*HEAD, "extends"}})
        values |= own
        origins |= dict.fromkeys(own, set_id)
    county = flatten(overrides)
    for key, given in county.items():
        values[key] = _county_value(kind, key, given, values.get(key))
        origins[key] = COUNTY
    head = {"id": name, **{key: chain[0][1][key] for key in HEAD if key in chain[0][1]}}
    if county and "title" in head:
        head["title"] = f"{head['title']}（县自定 {len(county)} 项）"
    return MergedSet(head, _nested(kind, values), origins, tuple(f"{set_id}.toml" for set_id, _ in chain))


def _chain(kind: SetKind, name: str, folder: Path | None) -> list[tuple[str, dict[str, Any]]]:
    """The set and what it extends, the set itself first."""
    files = _files(kind, folder)
    chain: list[tuple[str, dict[str, Any]]] = []
    wanted: object = name
    while wanted is not None:
        if not isinstance(wanted, str) or wanted not in files:
            raise _unknown(kind, wanted, files, chain[-1][0] if chain else "")
        if any(wanted == seen for seen, _ in chain):
            raise StandardError(f"{chain[-1][0]}.toml：extends = “{wanted}”形成循环。", hint=f"请改为不循环的上级{kind.noun}。")
        chain.append((wanted, _parse(kind, files[wanted])))
        wanted = chain[-1][1].get("extends")
    return chain


def flatten(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Nested tables to dotted keys; stops at a value (a table with `value`) and keeps empty tables, so that they can be refused."""
    flat: dict[str, object] = {}
    for name, child in table.items():
        if isinstance(child, Mapping) and "value" not in child and child:
            flat |= flatten(child, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = child
    return flat


def _nested(kind: SetKind, values: Mapping[str, object]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key, value in values.items():
        *path, last = key.split(".")
        table = content
        for name in path:
            step = table.setdefault(name, {})
            if not isinstance(step, dict):
                raise StandardError(f"{kind.noun}“{key}”与“{name}”冲突：后者是一个值，下面不能再有项。")
            table = step
        table[last] = value
    return content


def _county_value(kind: SetKind, key: str, given: object, before: object) -> dict[str, object]:
    """The county's value as a table: its unit from the model, its source naming what it replaces."""
    unit = get_args(_leaf(kind, key).model_fields["unit"].annotation)[0]
    was = f"（原为 {show_value(before['value'])} {before.get('unit', '')}）" if isinstance(before, Mapping) and "value" in before else ""
    table = {"unit": unit, "source": f"{COUNTY}{was}", "confidence": "S"} | (dict(given) if isinstance(given, Mapping) else {"value": given})
    if not str(table["source"]).startswith(COUNTY):
        table["source"] = f"{COUNTY}{was}：{table['source']}"
    return table


def _leaf(kind: SetKind, key: str) -> type[Threshold]:
    """The class of value that a dotted key leads to.

    Raises:
        StandardError: The key leads nowhere, or to a whole section.
    """
    model: Any = kind.rules
    for name in key.split("."):
        fields = model.model_fields if not issubclass(model, Threshold) else {}
        if name not in fields:
            known = "、".join(fields) or "（此处没有下级）"
            raise StandardError(f"{COUNTY}：{kind.noun}没有“{key}”这一项。", hint=f"“{name}”处可用的有：{known}。")
        model = fields[name].annotation
    if not issubclass(model, Threshold):
        raise StandardError(f"{COUNTY}：“{key}”是一组值，不是一个值。", hint=f"请写到具体的一项，例如 {key}.{next(iter(model.model_fields))}。")
    found: type[Threshold] = model
    return found


def _files(kind: SetKind, folder: Path | None) -> dict[str, Path]:
    built_in = {path.stem: path for path in kind.built_in.glob("*.toml")}
    own = {path.stem: path for path in folder.glob("*.toml")} if folder is not None else {}
    for name in sorted(own):
        if name in built_in and own[name].resolve() != built_in[name].resolve():
            raise StandardError(f"{own[name]}：编号“{name}”与自带{kind.noun}重名。", hint="请给本县的文件另起一个名字，以免同一编号两种含义。")
        if not _ID.fullmatch(name):
            raise StandardError(f"{own[name]}：文件名“{name}”不能作{kind.noun}编号。", hint="编号只用字母、数字、汉字、连字符和下划线。")
    return built_in | own


def _parse(kind: SetKind, path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise StandardError(f"{path.name}：文件超过 1 MB，不像{kind.noun}文件。")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise StandardError(f"{path.name}：不是 UTF-8 编码（第 {error.start + 1} 字节）。", hint="请另存为 UTF-8 编码的文本。") from error
    except tomllib.TOMLDecodeError as error:
        raise StandardError(f"{path.name}：不是合格的 TOML 文件（{error}）。", hint=f"请参照自带的{kind.noun}文件书写。") from error


def _unknown(kind: SetKind, name: object, known: Iterable[str], said_by: str) -> StandardError:
    near = difflib.get_close_matches(str(name), list(known), n=1)
    hint = f"是不是“{near[0]}”？" if near else ""
    where = f"{said_by}.toml：extends 所写的" if said_by else ""
    return StandardError(f"{where}没有编号为“{name}”的{kind.noun}。", hint=f"{hint}可用的有：{'、'.join(sorted(known))}。")
