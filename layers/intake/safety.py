"""Files from outside are hostile until shown otherwise.

Importing this module tells GDAL, before it registers its drivers, to leave out every driver that follows references or opens connections. A file's
first bytes must be what its name says before any library opens it, archives are measured before and while they are unpacked, and nothing but the
members that are needed is written, under names of our own.
"""

from __future__ import annotations

import logging
import os
import re
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from layers.errors import HostileFile, InputError, UnknownFormat

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLLOWING_RASTER = "VRT WMS WMTS WCS DAAS EEDAI STACIT STACTA GTI PLMosaic"
_FOLLOWING_VECTOR = "OGR_VRT,WFS,OAPIF,CSW,OGCAPI,HTTP,GDALG,EEDA,PLSCENES,NGW,CARTO,AmigoCloud,Elasticsearch,ADBC,GPSBabel,MapML,GeoRSS"
_GDAL = {
    "GDAL_SKIP": _FOLLOWING_RASTER,
    "OGR_SKIP": _FOLLOWING_VECTOR,
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "OGR_SQLITE_LIST_VIRTUAL_OGR": "NO",
    "PROJ_NETWORK": "OFF",
}

LARGEST_FILE = 4 * 1024**3
LARGEST_UNPACKED = 2 * 1024**3
LARGEST_CALM = 64 * 1024**2  # below this no ratio is suspicious
LARGEST_RATIO = 120  # sheets and shapefiles stay below 60
MOST_MEMBERS = 5000
MOST_ROWS = 3_000_000
MOST_VERTICES = 60_000_000
MOST_CELLS = 400_000_000
MOST_BANDS = 4
"""Limits: far above any county's layers, far below what stops an office machine with 8 GB."""

KINDS: dict[str, str] = {
    ".shp": "shp",
    ".gpkg": "gpkg",
    ".geojson": "geojson",
    ".json": "geojson",
    ".fgb": "fgb",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".kml": "kml",
    ".ovkml": "kml",
    ".kmz": "kmz",
    ".ovkmz": "kmz",
    ".zip": "zip",
    ".csv": "text",
    ".tsv": "text",
    ".txt": "text",
    ".xlsx": "sheet",
    ".xlsm": "sheet",
    ".xls": "sheet",
    ".et": "sheet",
    ".ods": "sheet",
    ".dbf": "dbf",
    ".gdb": "gdb",
    ".tif": "tiff",
    ".tiff": "tiff",
}
"""What can be read, by the ending of the name."""

_MAGIC: dict[str, tuple[bytes, ...]] = {
    "shp": (b"\x00\x00\x27\x0a",),
    "gpkg": (b"SQLite format 3\x00",),
    "fgb": (b"fgb\x03",),
    "parquet": (b"PAR1",),
    "kmz": (b"PK\x03\x04",),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "sheet": (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08", b"\x09\x04", b"\x09\x02"),
    "tiff": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
    "dbf": (b"\x03", b"\x83", b"\x8b", b"\x30", b"\x43", b"\xf5", b"\x02"),
}
_REFERENCES = (b"<OGRVRTDataSource", b"<VRTDataset", b"<GDAL_WMS", b"<WCS_GDAL", b"<GDALTileIndexDataset", b"<OGRWFSDataSource", b"gdal_streamed_alg")
_HEAD = 65536


def lock_gdal() -> None:
    """Set the configuration above for every GDAL that is loaded after this call; `layers.intake` calls it when it is imported."""
    os.environ.update(_GDAL)
    logging.getLogger("rasterio._env").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """False for GDAL's remark that a driver to be left out was never built in: each of the two GDALs that are loaded lacks some."""
    message = record.getMessage()
    return not ("Unable to find driver" in message and "_SKIP" in message)


lock_gdal()


def identify(path: Path) -> str:
    """The kind of a file (a value of `KINDS`), by its name and its first bytes, which must agree.

    Raises:
        InputError: there is no such file, or it is empty.
        UnknownFormat: the name's ending is not one that can be read, or the content is something else.
        HostileFile: the file refers to other files or addresses, or is too large.
    """
    kind = KINDS.get(path.suffix.casefold())
    if kind is None:
        known = "、".join(sorted(KINDS))
        raise UnknownFormat(f"不认识的文件类型“{path.name}”；可以导入的有：{known}。", file=path.name)
    _must_be_plain(path, kind)
    if kind == "gdb":
        return kind
    head = _head(path)
    if any(mark in head for mark in _REFERENCES):
        raise HostileFile(f"“{path.name}”的内容是指向其他文件或网址的引用（VRT、WMS 一类），不是数据本身，为安全起见不导入。", file=path.name)
    if not _agrees(kind, head):
        raise UnknownFormat(f"“{path.name}”的内容与扩展名 {path.suffix} 不符，文件可能改过名或已损坏；请用原软件重新导出。", file=path.name)
    return kind


def _must_be_plain(path: Path, kind: str) -> None:
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:[/\\]", str(path)) or str(path).startswith("/vsi"):
        raise HostileFile("只能导入本机上的文件，不能导入网址。", file=path.name)
    if not path.exists():
        raise InputError(f"找不到文件“{path.name}”。", file=path.name)
    if path.is_dir() != (kind == "gdb"):
        raise UnknownFormat(f"“{path.name}”应当是{'文件夹' if kind == 'gdb' else '文件'}。", file=path.name)
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise HostileFile(f"“{path.name}”有 {size / 1e9:.1f} GB，超过上限 {LARGEST_FILE / 1e9:.1f} GB。", file=path.name)
    if size == 0:
        raise InputError(f"“{path.name}”是空文件。", file=path.name)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _agrees(kind: str, head: bytes) -> bool:
    if kind == "geojson":
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    if kind == "kml":
        return b"<kml" in head[:4096]
    if kind == "text":
        return not head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"<?xml", b"<", b"\x89", b"%PDF"))
    return head.startswith(_MAGIC[kind])


def refuse_entities(path: Path) -> None:
    """Refuse XML that defines entities (the tool of expansion bombs), or whose bytes cannot be searched for them.

    Raises:
        HostileFile: a document type or entity is declared, or the text is UTF-16/32.
    """
    overlap = b""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            text = overlap + chunk
            if b"\x00" in text or re.search(rb"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
                raise HostileFile(f"“{path.name}”里定义了 XML 实体或不是 UTF-8 文本，为安全起见不导入。", file=path.name)
            overlap = text[-16:]


def open_archive(path: Path) -> zipfile.ZipFile:
    """An archive whose directory has been measured.

    Raises:
        UnknownFormat: it is damaged.
        HostileFile: it would unpack to too much, holds too many members, is encrypted, or names places outside.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnknownFormat(f"“{path.name}”不是完好的压缩包。", file=path.name) from error
    try:
        _measure(archive, path)
    except HostileFile:
        archive.close()
        raise
    return archive


def _measure(archive: zipfile.ZipFile, path: Path) -> None:
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    packed = max(path.stat().st_size, 1)
    if len(members) > MOST_MEMBERS or total > LARGEST_UNPACKED or (total > LARGEST_CALM and total / packed > LARGEST_RATIO):
        raise HostileFile(f"“{path.name}”解压后有 {total / 1e6:.0f} MB（{len(members)} 个文件），疑似压缩炸弹，不导入。", file=path.name)
    if any(member.flag_bits & 1 for member in members):
        raise HostileFile(f"“{path.name}”加了密码，请先解密。", file=path.name)
    outside = next((member for member in members if _leads_outside(member)), None)
    if outside is not None:
        raise HostileFile(f"“{path.name}”里的“{outside.filename[:80]}”指向压缩包以外的位置，不导入。", file=path.name)


def _leads_outside(member: zipfile.ZipInfo) -> bool:
    name = member.filename.replace("\\", "/")
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    return is_link or name.startswith("/") or re.match(r"[A-Za-z]:", name) is not None or ".." in PurePosixPath(name).parts


def member_name(member: zipfile.ZipInfo) -> str:
    """The name as the office wrote it: Chinese Windows packs GBK names without saying so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def extract(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], folder: Path) -> None:
    """Write members under the names given (relative, our own) into a folder; what they really hold is counted, whatever their headers say.

    Raises:
        HostileFile: more comes out than the archive's directory says.
        UnknownFormat: a member is damaged.
    """
    for name, member in members.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with archive.open(member) as source, target.open("wb") as sink:
                _copy(source, sink, member)
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
            raise UnknownFormat(f"压缩包里的“{member_name(member)}”已损坏。") from error


def _copy(source: IO[bytes], sink: IO[bytes], member: zipfile.ZipInfo) -> None:
    left = member.file_size
    while chunk := source.read(1 << 20):
        left -= len(chunk)
        if left < 0:
            raise HostileFile(f"压缩包里的“{member_name(member)}”比它声明的大，不导入。")
        sink.write(chunk)
