"""Archives (.zip, .kmz): the one layer inside, unpacked beside nothing else."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from layers.errors import InputError
from layers.intake.safety import KINDS, extract, member_name, open_archive

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

Members: TypeAlias = dict[str, "zipfile.ZipInfo"]

_INDEX_BYTES = 1 << 20
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_ALONE = tuple(suffix for suffix, kind in KINDS.items() if kind not in ("shp", "dbf", "gdb", "zip", "kmz"))


@contextmanager
def unpacked(path: Path, sheet: str | None = None) -> Iterator[tuple[Path, str | None]]:
    """The layer inside an archive, for as long as the context lasts, and the `sheet` that is still to be chosen inside it.

    A shapefile is its parts, a file geodatabase its folder; everything else stands alone. With several layers `sheet` is the name of the one wanted.

    Raises:
        HostileFile: see `layers.intake.safety.open_archive`.
        InputError: nothing in it can be read, or several layers and none named.
    """
    with open_archive(path) as archive, tempfile.TemporaryDirectory(prefix="zutong-") as folder:
        found = _without_index(_layers({member_name(m): m for m in archive.infolist() if not m.is_dir()}), archive)
        name = _choose(found, sheet, path.name)
        target, members = found[name]
        extract(archive, members, Path(folder))
        yield Path(folder) / target, None if name == sheet else sheet


def _layers(members: Members) -> dict[str, tuple[str, Members]]:
    """Layers by the name that the office sees: the target to open and what must be unpacked for it, under our own names."""
    visible = {
        PurePosixPath(n.replace("\\", "/")): m for n, m in members.items() if "__MACOSX" not in n and not PurePosixPath(n).name.startswith(".")
    }
    found: dict[str, tuple[str, Members]] = {}
    for name, member in visible.items():
        suffix = name.suffix.casefold()
        database = next((part for part in name.parts[:-1] if part.casefold().endswith(".gdb")), None)
        if database:
            found.setdefault(database.rsplit(".", 1)[0], ("layer.gdb", {}))[1][f"layer.gdb/{name.name}"] = member
        elif suffix == ".shp":
            same = {other.suffix.casefold(): m for other, m in visible.items() if other.with_suffix("") == name.with_suffix("")}
            found[name.stem] = ("layer.shp", {f"layer{part}": same[part] for part in _PARTS if part in same})
        elif suffix in _ALONE:
            found[name.stem] = (f"layer{suffix}", {f"layer{suffix}": member})
    return found


def _without_index(found: dict[str, tuple[str, Members]], archive: zipfile.ZipFile) -> dict[str, tuple[str, Members]]:
    """A .kmz of several parts has a `doc.kml` that only points to them; it holds no place itself."""
    if len(found) < 2 or "doc" not in found:  # noqa: PLR2004 - the index and something else
        return found
    target, members = found["doc"]
    with archive.open(members[target]) as source:
        has_places = target == "layer.kml" and b"<Placemark" in source.read(_INDEX_BYTES)
    return found if has_places else {name: layer for name, layer in found.items() if name != "doc"}


def _choose(found: dict[str, tuple[str, Members]], sheet: str | None, file: str) -> str:
    if not found:
        raise InputError(f"“{file}”里没有可以导入的图层（.shp、.gdb、.gpkg、.geojson、.kml、.csv、.xlsx 等）。", file=file)
    if sheet in found:
        return str(sheet)
    if len(found) > 1:
        raise InputError(f"“{file}”里有 {len(found)} 个图层：{'、'.join(sorted(found))}；请用 --sheet 指定一个。", file=file)
    return next(iter(found))
