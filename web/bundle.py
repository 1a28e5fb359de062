"""One classic script out of our ES modules, for a folder opened by double click: browsers refuse modules on `file://`.

Not a general bundler: it knows the two forms that our own modules keep to (`import { a, b } from "./x.js";` and `export` before a function,
class or const), and refuses any other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layers.errors import ZutongError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (async function|function|class|const) (\w+)", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


class BundleError(ZutongError):
    """A module is written in a form that the folder cannot hold."""


def bundle(folder: Path, entries: Mapping[str, str]) -> str:
    """The entry modules and all they need, each in its own function scope, in the order of their needs.

    Args:
        folder: where the modules stand.
        entries: name of a constant of the result → module whose exports it holds.

    Raises:
        BundleError: another form of import or export, or modules that need each other in a circle.
    """
    order: list[str] = []
    for entry in entries.values():
        _visit(folder, entry, order, ())
    parts = [_wrapped(name, (folder / f"{name}.js").read_text(encoding="utf-8")) for name in order]
    parts += [f"const {constant} = {_variable(entry)};" for constant, entry in entries.items()]
    return "\n".join(parts) + "\n"


def _visit(folder: Path, name: str, order: list[str], above: tuple[str, ...]) -> None:
    if name in above:
        raise BundleError(f"前端模块循环引用：{' → '.join((*above, name))}。")
    if name in order:
        return
    source = (folder / f"{name}.js").read_text(encoding="utf-8")
    for _, needed in _IMPORT.findall(source):
        _visit(folder, needed, order, (*above, name))
    order.append(name)


def _wrapped(name: str, source: str) -> str:
    exported = [found for _, found in _EXPORT.findall(source)]
    body = _IMPORT.sub(lambda found: f"const {{{found[1]}}} = {_variable(found[2])};", source)
    body = _EXPORT.sub(r"\1 \2", body)
    left = _LEFT.search(body)
    if left:
        raise BundleError(f"前端模块 {name}.js 中有不支持的写法：{left[0]}。")
    return f"const {_variable(name)} = (() => {{\n{body}\nreturn {{ {', '.join(exported)} }};\n}})();"


def _variable(name: str) -> str:
    return f"module_{name.replace('-', '_')}"
