"""From set ids and the county's own values to one Standard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from pydantic import ValidationError

from gis.standards.explain import explain
from gis.standards.files import StandardSet, read_set
from gis.standards.rules import Rules
from gis.standards.standard import Standard, show_value
from gis.standards.values import Frozen, Threshold
from layers.errors import StandardError

if TYPE_CHECKING:
    from pathlib import Path

COUNTY = "县自定"
"""What `origins` and `source` say of a value that the county set itself."""


def load_standard(ids: Sequence[str], *, folder: Path | None = None, overrides: Mapping[str, object] | None = None) -> Standard:
    """Merge standard sets into one standard.

    Sets that others extend lie at the bottom; of the chosen ones, later override earlier **rule by rule**: a rule is one programme's as a
    whole. The county's overrides come last, threshold by threshold, and leave a trace.

    Args:
        ids: Set ids, for instance `["guizhou-2017", "natural-village-2025"]`.
        folder: A folder with the county's own sets, beside the built-in ones.
        overrides: Dotted key to value (`{"road.end_distance_point_m": 300}`), to a table (`{value, source, note, …}`), or nested tables.

    Raises:
        StandardError: No ids, an unknown id or key, or a value that the rule does not allow; says file, key, value and what is expected.
    """
    if isinstance(ids, str) or not ids:
        raise StandardError("没有指定标准。", hint="例如 guizhou-2017；可用 list_standards 查看全部。")
    chosen = [read_set(name, folder) for name in dict.fromkeys(ids)]
    content, origins = _merge([*_bases(chosen, folder), *chosen])
    own = _flatten(overrides or {})
    for key, given in own.items():
        _override(content, key, given)
        origins[key] = COUNTY
    _check_rules(content, origins, own)
    return _assemble(chosen, content, origins, len(own))


def _bases(chosen: Sequence[StandardSet], folder: Path | None) -> list[StandardSet]:
    """The sets that the chosen ones extend, deepest first, each once."""
    found: dict[str, StandardSet] = {}
    for one in chosen:
        chain: list[StandardSet] = []
        seen = {one.id}
        current = one
        while current.extends is not None:
            if current.extends in seen:
                raise StandardError(f"{current.path.name}：extends = “{current.extends}”形成循环。", hint="请改为不循环的上级标准。")
            seen.add(current.extends)
            current = read_set(current.extends, folder)
            chain.append(current)
        found.update({base.id: base for base in reversed(chain)})
    return list(found.values())


def _merge(sets: Sequence[StandardSet]) -> tuple[dict[str, Any], dict[str, str]]:
    content: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for one in sets:
        for rule, body in one.rules.items():
            content[rule] = body
            origins = {key: origin for key, origin in origins.items() if not key.startswith(f"{rule}.")}
            origins.update({f"{rule}.{key}": one.id for key in _flatten(body)})
    return content, origins


def _flatten(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Nested tables to dotted keys; stops at a threshold (a table with `value`)."""
    flat: dict[str, object] = {}
    for name, child in table.items():
        key = f"{prefix}{name}"
        if isinstance(child, Mapping) and "value" not in child:
            flat.update(_flatten(child, f"{key}."))
        else:
            flat[key] = child
    return flat


def _override(content: dict[str, Any], key: str, given: object) -> None:
    """Put the county's value at a dotted key of `content` (copying the tables on the way, for the sets must stay as they are)."""
    leaf = _leaf_class(key)
    *path, last = key.split(".")
    table = content
    for name in path:
        table[name] = dict(table.get(name, {}))
        table = table[name]
    before = table.get(last, {})
    unit = get_args(leaf.model_fields["unit"].annotation)[0]
    trace = f"{COUNTY}（原为 {_shown(before)}）" if before else COUNTY
    fresh = {"unit": unit, "source": trace, "confidence": "S"}
    table[last] = fresh | (dict(given) if isinstance(given, Mapping) else {"value": given})
    if COUNTY not in str(table[last]["source"]):
        table[last]["source"] = f"{trace}：{table[last]['source']}"


def _shown(leaf: Mapping[str, Any]) -> str:
    return f"{show_value(leaf.get('value'))} {leaf.get('unit', '')}".strip() + f"，{leaf.get('source', '')}"


def _leaf_class(key: str) -> type[Threshold]:
    """The threshold class that a dotted key leads to.

    Raises:
        StandardError: The key leads nowhere.
    """
    model: type[Frozen] | None = Rules
    for name in key.split("."):
        fields = model.model_fields if model is not None and not issubclass(model, Threshold) else {}
        if name not in fields:
            known = "、".join(fields) or "（此处没有下级）"
            raise StandardError(f"县自定：没有“{key}”这一项。", hint=f"“{name}”处可用的有：{known}。")
        model = _model_in(fields[name].annotation)
    if model is None or not issubclass(model, Threshold):
        raise StandardError(f"县自定：“{key}”是一组值，不是一个值。", hint=f"请写到具体的一项，例如 {key}.…")
    return model


def _model_in(annotation: Any) -> type[Frozen] | None:
    """The model in an annotation such as `Metres` or `Metres | None`."""
    return next((one for one in (annotation, *get_args(annotation)) if isinstance(one, type) and issubclass(one, Frozen)), None)


def _check_rules(content: Mapping[str, Any], origins: Mapping[str, str], own: Mapping[str, object]) -> None:
    """Validate rule by rule, so that an error names the file it stands in."""
    for name, info in Rules.model_fields.items():
        if name not in content:
            raise StandardError(f"所选标准没有规定“{info.title}”（{name}）。", hint='在标准文件头写 extends = "national-2018"，或补上这一节。')
        files = list(dict.fromkeys(origin for key, origin in origins.items() if key.startswith(f"{name}.") and origin != COUNTY))
        mine = [key for key in own if key.startswith(f"{name}.")]
        model = _model_in(info.annotation)
        try:
            if model is not None:
                model.model_validate(content[name])
        except ValidationError as error:
            file = "、".join(f"{one}.toml" for one in files)
            raise explain(error, file=f"{file}（含县自定 {'、'.join(mine)}）" if mine else file, section=name) from error


def _assemble(chosen: Sequence[StandardSet], content: Mapping[str, Any], origins: Mapping[str, str], own: int) -> Standard:
    title = " + ".join(one.title for one in chosen) + (f"（县自定 {own} 项）" if own else "")
    rules = Rules.model_validate(dict(content))
    parts = {name: getattr(rules, name) for name in Rules.model_fields}
    return Standard(
        id="+".join(one.id for one in chosen),
        version="+".join(str(one.version) for one in chosen),
        title=title,
        origins=dict(origins),
        **parts,
    )
