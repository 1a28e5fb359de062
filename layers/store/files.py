"""The store on files: a folder that can be copied, and that a power cut cannot tear.

Layer files are immutable and called by the hash of their bytes; a revision names which it means; a branch is one line holding a
revision's id. Readers take no lock: what they read is never changed. One writer at a time.
"""

from __future__ import annotations

import errno
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from layers.errors import DamagedWorkspace, LayerNotFound, RevisionNotFound, StoreError
from layers.names import LAYERS
from layers.store import disk, frames, rasters
from layers.store.lock import writer_lock
from layers.store.names import SHORTEST_PREFIX, check_branch, check_layer, is_hash, looks_like_id, split_steps
from layers.store.protocol import MAIN, BBox
from layers.store.revision import Change, LayerKind, LayerRef, Revision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import pandas as pd

LOCK_TIMEOUT_S = 30.0
_NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


def _now() -> datetime:
    return datetime.now(UTC)


class FileStore:
    """`Store` on a folder; see `layers.store.protocol` for what each method promises."""

    def __init__(self, path: Path, *, lock_timeout_s: float = LOCK_TIMEOUT_S, clock: Callable[[], datetime] = _now) -> None:
        """A store in `path` (made by the first commit if it is not there).

        Args:
            path: the workspace's folder.
            lock_timeout_s: how long a writer waits for another.
            clock: gives the time that a revision carries.
        """
        self.path = Path(path)
        self._lock_timeout_s = lock_timeout_s
        self._clock = clock
        self._layers = self.path / "layers"
        self._revisions = self.path / "revisions"
        self._refs = self.path / "refs"

    # Reading

    def head(self, branch: str = MAIN) -> Revision | None:
        """The newest revision of a branch; None where nothing was committed or no such branch is."""
        found = self.branches().get(branch)
        return None if found is None else self._load(found)

    def branches(self) -> dict[str, str]:
        """Branch name → id of its head, sorted by name."""
        names = sorted(ref.name for ref in self._entries(self._refs))
        return {name: self._ref(name) for name in names}

    def revision(self, name: str) -> Revision:
        """The revision called so: branch, id, unique prefix, or any of them followed by `~n`."""
        base, steps = split_steps(name)
        found = self._load(self._id_of(base, name))
        for _ in range(steps):
            if found.parent is None:
                raise RevisionNotFound(f"版本“{name}”不存在：“{base}”往前没有那么多版。")
            found = self._load(found.parent)
        return found

    def log(self, branch: str = MAIN) -> list[Revision]:
        """The line of revisions that leads to a branch's (or revision's) head, newest first."""
        if branch == MAIN and self.head() is None:
            return []
        line = [self.revision(branch)]
        while line[-1].parent is not None:
            line.append(self._load(line[-1].parent))
        return line

    def read(self, layer: str, *, rev: str = MAIN, columns: Sequence[str] | None = None, bbox: BBox | None = None) -> pd.DataFrame:
        """A layer as a frame: a GeoDataFrame in EPSG:4490, or a DataFrame where no geometry is there or was asked for."""
        ref = self._layer(layer, rev)
        if ref.kind is LayerKind.RASTER:
            raise LayerNotFound(f"图层“{_label(layer)}”是栅格，不能当作表格读取。")
        return frames.read(self._file(ref), columns=columns, bbox=bbox)

    def raster(self, layer: str, *, rev: str = MAIN) -> Path:
        """Path of a raster layer's GeoTIFF, to be read only."""
        ref = self._layer(layer, rev)
        if ref.kind is not LayerKind.RASTER:
            raise LayerNotFound(f"图层“{_label(layer)}”不是栅格。")
        path = self._file(ref)
        if not path.is_file():
            raise DamagedWorkspace(f"工作区里的图层文件 {layer}/{path.name} 丢失；请从备份恢复这个文件。")
        return path

    def verify(self, rev: str | None = None) -> None:
        """Read every stored byte of a revision (None: of all) and compare it with its hash."""
        revisions = [self.revision(rev)] if rev is not None else [self._load(entry.stem) for entry in self._entries(self._revisions)]
        refs = {self._file(ref): ref.sha256 for revision in revisions for ref in revision.layers.values()}
        bad = [path for path, sha256 in sorted(refs.items()) if not path.is_file() or disk.sha256_of(path) != sha256]
        if bad:
            names = "、".join(f"{path.parent.name}/{path.name}" for path in bad)
            raise DamagedWorkspace(f"工作区有 {len(bad)} 个图层文件丢失或和登记的内容不符：{names}；请从备份恢复这些文件。")

    # Writing

    def commit(self, changes: Mapping[str, Change | None], *, title: str, author: str = "", branch: str = MAIN) -> Revision:
        """Put the changes on top of a branch, all or nothing; None drops a layer; what changes nothing makes no revision."""
        with self._writing():
            head = self.head(branch)
            if head is None and branch != MAIN:
                raise RevisionNotFound(f"没有名为“{branch}”的方案；请先建立方案，再提交。")
            before = {} if head is None else head.layers
            after = self._apply(changes, before)
            if head is not None and after == before:
                return head
            time = self._clock().isoformat(timespec="seconds")
            revision = Revision.of(parent=None if head is None else head.id, title=title, author=author, time=time, layers=after)
            disk.write_bytes(self._revisions / f"{revision.id}.json", revision.to_json())
            self._point(branch, revision.id)
            return revision

    def branch(self, name: str, *, rev: str = MAIN) -> None:
        """Begin a branch (a scenario) at a revision."""
        tidy = check_branch(name)
        with self._writing():
            taken = {known.casefold(): known for known in (*self.branches(), MAIN)}.get(tidy.casefold())
            if taken is not None:
                raise StoreError(f"方案“{taken}”已经有了；请换一个名字。")
            self._point(tidy, self.revision(rev).id)

    def collect_garbage(self) -> list[Path]:
        """Delete layer files that no revision names, as a writer leaves them that dies before its revision is recorded.

        The next writer does so by itself when it finds that the last one died. A file that any record names stays, also when no branch leads to it.

        Returns:
            What was deleted.
        """
        with self._writing():
            return self._drop_orphans()

    # Inside

    def _drop_orphans(self) -> list[Path]:
        """Call it only while holding the writer's lock: then no file is waiting for its record."""
        try:
            revisions = [self._load(entry.stem) for entry in self._entries(self._revisions)]
        except DamagedWorkspace:
            return []  # what an unreadable record names cannot be known, so everything stays
        named = {self._file(ref) for revision in revisions for ref in revision.layers.values()}
        files = [file for folder in self._entries(self._layers) for file in self._entries(folder) if is_hash(file.stem)]
        orphans = [file for file in files if file not in named]
        for file in orphans:
            file.unlink()
        return orphans

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the writer's lock over folders that exist and are free of what dead writers left."""
        try:
            for folder in (self.path, self._layers, self._revisions, self._refs):
                disk.make_folder(folder)
            with writer_lock(self.path, timeout_s=self._lock_timeout_s) as died:
                disk.remove_temporaries([self.path, self._revisions, self._refs, *self._entries(self._layers)])
                if died:
                    self._drop_orphans()
                yield
        except OSError as error:
            reason = "磁盘已满" if error.errno in _NO_ROOM else error.strerror or str(error)
            raise StoreError(f"工作区“{self.path.name}”写不进去：{reason}；已提交的版本没有变。") from error

    def _entries(self, folder: Path) -> list[Path]:
        return [] if not folder.is_dir() else sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))

    def _ref(self, branch: str) -> str:
        revision_id = (self._refs / branch).read_bytes().decode("ascii", "replace").strip()
        if not looks_like_id(revision_id):
            raise DamagedWorkspace(f"方案记录 refs/{branch} 损坏；里面应当是一个版本号，请从备份恢复这个文件。")
        return revision_id

    def _point(self, branch: str, revision: str) -> None:
        disk.write_bytes(self._refs / branch, f"{revision}\n".encode("ascii"))

    def _id_of(self, base: str, name: str) -> str:
        branches = self.branches()
        if base in branches:
            return branches[base]
        known = [entry.stem for entry in self._entries(self._revisions)] if looks_like_id(base) else []
        found = [known_id for known_id in known if known_id.startswith(base)]
        if len(found) == 1:
            return found[0]
        if found:
            raise RevisionNotFound(f"版本“{name}”不明确，可能是：{'、'.join(found)}；请多写几位。")
        listed = "、".join(branches) or "（还没有任何版本）"
        raise RevisionNotFound(f"没有版本或方案“{name}”；现有方案：{listed}；版本号至少写前 {SHORTEST_PREFIX} 位。")

    def _load(self, revision_id: str) -> Revision:
        path = self._revisions / f"{revision_id}.json"
        try:
            revision = Revision.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise DamagedWorkspace(f"版本记录 revisions/{path.name} 丢失或损坏；请从备份恢复这个文件。") from error
        if not revision.id == revision_id == revision.content_id():
            raise DamagedWorkspace(f"版本记录 revisions/{path.name} 被改动过，和它的编号不符；请从备份恢复这个文件。")
        return revision

    def _layer(self, layer: str, rev: str) -> LayerRef:
        if rev == MAIN and self.head() is None:
            raise LayerNotFound(_no_layer(layer, {}))
        layers = self.revision(rev).layers
        if layer not in layers:
            raise LayerNotFound(_no_layer(layer, layers))
        return layers[layer]

    def _file(self, ref: LayerRef) -> Path:
        if not is_hash(ref.sha256):  # a record from elsewhere must not lead out of the folder
            raise DamagedWorkspace(f"版本记录里图层“{ref.name}”的文件名不是哈希值；请从备份恢复。")
        return self._layers / check_layer(ref.name) / ref.filename

    def _apply(self, changes: Mapping[str, Change | None], before: Mapping[str, LayerRef]) -> dict[str, LayerRef]:
        """The layers after the changes, with every new file on the disk."""
        for name, change in changes.items():
            if change is None and name not in before:
                raise LayerNotFound(_no_layer(name, before))
        kept = {name: ref for name, ref in before.items() if name not in changes}
        return kept | {check_layer(name): self._keep(name, change) for name, change in changes.items() if change is not None}

    def _keep(self, name: str, change: Change) -> LayerRef:
        """Write a change's file (if it is not there yet) and say what it is."""
        folder = self._layers / check_layer(name)
        disk.make_folder(folder)
        facts, write = _plan(change)
        temp = disk.stage(folder, write)
        ref = LayerRef(name=name, sha256=disk.sha256_of(temp), info=change.info, stamp=change.stamp, **facts)
        disk.publish_once(temp, folder / ref.filename)
        return ref


def _plan(change: Change) -> tuple[dict[str, Any], Callable[[Path], object]]:
    """What a change is (the facts of a `LayerRef`), and how its file is written."""
    if change.frame is not None:
        frame = frames.canonical(change.frame)
        return frames.describe(frame), lambda target: frames.write(frame, target)
    source = Path(str(change.path))
    return rasters.describe(source), lambda target: shutil.copyfile(source, target)


def _label(layer: str) -> str:
    return LAYERS[layer].label if layer in LAYERS else layer


def _no_layer(layer: str, layers: Iterable[str]) -> str:
    listed = "、".join(f"{name}（{_label(name)}）" for name in sorted(layers)) or "还没有任何图层"
    return f"这个版本没有图层“{_label(layer)}”；已有的图层：{listed}。"
