"""The column dictionary: every layer, every field, and every heading under which counties hand them over.

A layer is a geometry kind and a tuple of fields. A field has one canonical name (unit in the name), a Chinese label that people see, a kind,
a unit, and the aliases under which bureaus write it. Intake turns headings into names by this table alone; everything downstream
(checks, tiles, exports, the legend) reads labels, units and the `personal` flag from here.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from layers import english
from layers.errors import UnknownLayer
from layers.field_kinds import Choice, Field, Geometry, Kind, Layer
from layers.layer_table import TABLE
from layers.vocabulary import COMMON, REGISTERED_TYPES, SERVICES, SURFACES

__all__ = [
    "COMMON",
    "LAYERS",
    "REGISTERED_TYPES",
    "SERVICES",
    "SURFACES",
    "Choice",
    "Field",
    "Geometry",
    "Kind",
    "Layer",
    "fields_of",
    "get_layer",
]


def _with_english(layer: Layer) -> Layer:
    return replace(layer, fields=tuple(_also_english(layer.name, known) for known in layer.fields))


def _also_english(layer: str, known: Field) -> Field:
    """The field with the English ways to write its heading and its values behind its own."""
    choices = tuple(replace(choice, aliases=(*choice.aliases, *english.values(known.name, choice.value))) for choice in known.choices)
    return replace(known, aliases=(*known.aliases, *english.headings(layer, known.name)), choices=choices)


LAYERS: dict[str, Layer] = {layer.name: _with_english(layer) for layer in TABLE}


def get_layer(name: str) -> Layer:
    """The layer of that canonical name, Chinese label or alias.

    Raises:
        UnknownLayer: no layer is called so; the sentence lists what can be asked for.
    """
    found = _layer_names().get(name.strip().casefold())
    if found is None:
        known = "、".join(f"{layer.name}（{layer.label}）" for layer in TABLE if not layer.result)
        raise UnknownLayer(f"没有名为“{name}”的图层；可用的图层有：{known}。")
    return LAYERS[found]


@cache
def _layer_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for layer in TABLE:
        for name in (layer.name, layer.label, *layer.aliases):
            names.setdefault(name.casefold(), layer.name)
    return names


def fields_of(layer: Layer) -> tuple[Field, ...]:
    """The layer's own fields, then the common ones."""
    own = {f.name for f in layer.fields}
    return (*layer.fields, *(f for f in COMMON if f.name not in own))
