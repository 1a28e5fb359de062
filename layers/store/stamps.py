"""Whether a result still follows from what the county has: computed from hashes, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.errors import LayerNotFound
from layers.store.protocol import MAIN
from layers.store.revision import Revision, Stamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from layers.store.protocol import Store

STANDARD = "standard"
OPTIONS = "options"
CODE_VERSION = "code_version"


def make_stamp(
    revision: Revision | None,
    inputs: Iterable[str],
    *,
    standard: str = "",
    standard_sha256: str = "",
    options: Mapping[str, Any] | None = None,
    code_version: str = "",
) -> Stamp:
    """The stamp of a result that looked for those layers in that revision; a layer that is not there is recorded as looked for.

    Args:
        revision: what was read from; None for an empty store.
        inputs: every layer the computation looked for.
        standard: `id@version`.
        standard_sha256: hash of the merged standard.
        options: JSON-ready options of the run.
        code_version: version of the program.
    """
    layers = {} if revision is None else revision.layers
    found = {name: layers[name].sha256 if name in layers else "" for name in sorted(set(inputs))}
    return Stamp(inputs=found, standard=standard, standard_sha256=standard_sha256, options=dict(options or {}), code_version=code_version)


def is_outdated(store: Store, layer: str, rev: str = MAIN, *, current: Stamp | None = None) -> list[str]:
    """Why a result no longer follows from its revision; an empty list says that it does.

    Args:
        store: the store.
        layer: a result layer. A layer without a stamp (an imported one) is never outdated.
        rev: the revision to judge in.
        current: what a run would be stamped with today; its standard, options and program version are compared. None compares inputs only.

    Returns:
        Names of inputs that changed, came, went, or are themselves outdated, in alphabetical order; then `standard`, `options`,
        `code_version` if these differ from `current`.

    Raises:
        LayerNotFound: the revision has no such layer.
    """
    revision = store.revision(rev)
    if layer not in revision.layers:
        raise LayerNotFound(f"这个版本没有图层“{layer}”；已有的图层：{'、'.join(sorted(revision.layers)) or '（无）'}。")
    stamp = revision.layers[layer].stamp
    if stamp is None:
        return []
    changed = sorted(name for name in stamp.inputs if _has_moved_on(revision, name, stamp, seen={layer}))
    return changed + _settings_changed(stamp, current)


def _has_moved_on(revision: Revision, name: str, stamp: Stamp, seen: set[str]) -> bool:
    """Whether an input differs from what the stamp saw, or is a result that is outdated itself."""
    ref = revision.layers.get(name)
    if (ref.sha256 if ref else "") != stamp.inputs[name]:
        return True
    if ref is None or ref.stamp is None or name in seen:
        return False
    own = ref.stamp
    return any(_has_moved_on(revision, inner, own, seen | {name}) for inner in own.inputs)


def _settings_changed(stamp: Stamp, current: Stamp | None) -> list[str]:
    if current is None:
        return []
    differs = {
        STANDARD: (stamp.standard, stamp.standard_sha256) != (current.standard, current.standard_sha256),
        OPTIONS: stamp.options != current.options,
        CODE_VERSION: stamp.code_version != current.code_version,
    }
    return [name for name, changed in differs.items() if changed]
