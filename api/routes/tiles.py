"""Vector tiles and their TileJSON.

The tile route is a coroutine: one indexed read of some ten microseconds is shorter than handing it to a thread.
"""

import zlib
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from api.answers import Json
from api.deps import NoParameters, SnapshotDep
from api.errors import NotReady
from api.negotiation import has_tag
from api.runs.tiles import tileset_path
from api.snapshot import Snapshot, Snapshots, is_public
from layers.errors import QueryError, UnknownLayer
from layers.names import LAYERS
from layers.store.tilesets import Tileset

if TYPE_CHECKING:
    from pathlib import Path

router = APIRouter(tags=["瓦片"])

DEEPEST = 24
FOREVER = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
Zoom = Annotated[int, InPath(ge=0, le=DEEPEST, description="级别")]
Index = Annotated[int, InPath(ge=0, lt=1 << DEEPEST, description="列或行号，从 0 起")]
EMPTY: dict[int | str, dict[str, Any]] = {204: {"description": "这一块是空的"}, 304: {"description": "未变"}}


class TileResponse(Response):
    """A vector tile."""

    media_type = "application/vnd.mapbox-vector-tile"


class TileJson(BaseModel):
    """TileJSON 3.0.0."""

    model_config = ConfigDict(extra="allow")

    tilejson: str
    name: str
    tiles: list[str]
    vector_layers: list[dict[str, Any]]
    minzoom: int
    maxzoom: int
    bounds: list[float]


@router.get("/tiles/{layer}.json", response_model=TileJson, dependencies=[NoParameters], summary="瓦片说明（TileJSON）")
def tilejson(layer: str, request: Request, snapshot: SnapshotDep) -> Json:
    """Where the tiles of a layer are; their address carries the content's hash, so that a browser may keep them for good."""
    tiles = tiles_of(snapshot, layer)
    address = f"{str(request.base_url).rstrip('/')}/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt?v={version_of(tiles)}"
    return Json({**tiles.tilejson([address]), "description": LAYERS[layer].label}, headers=snapshot.headers)


@router.get("/tiles/{layer}/{z}/{x}/{y}.mvt", response_class=TileResponse, responses=EMPTY, summary="矢量瓦片")
async def tile(layer: str, z: Zoom, x: Index, y: Index, request: Request, v: str = "") -> Response:
    """One tile, as it was built; `v` is the version that TileJSON gives."""
    snapshots: Snapshots = request.app.state.snapshots
    tiles = tiles_of(snapshots.current(), layer)
    check_inside(z, x, y)
    version = version_of(tiles)
    headers = {"etag": f'"{version}"', "cache-control": FOREVER if v == version else REVALIDATE, "vary": "accept-encoding"}
    if has_tag(request.headers.get("if-none-match", ""), headers["etag"]):
        return Response(status_code=304, headers=headers)
    return _answer(tiles.tile(z, x, y), headers, gzip_allowed="accept-encoding" in request.headers)


def _answer(content: bytes | None, headers: dict[str, str], *, gzip_allowed: bool) -> Response:
    if not content:
        return Response(status_code=204, headers=headers)
    if not gzip_allowed:
        return TileResponse(zlib.decompress(content, wbits=31), headers=headers)
    return TileResponse(content, headers={**headers, "content-encoding": "gzip"})


def check_inside(z: int, x: int, y: int) -> None:
    """Whether the zoom has such a column and row.

    Raises:
        QueryError: it has not.
    """
    if x >> z or y >> z:
        raise QueryError(f"{z} 级只有 0 到 {(1 << z) - 1} 的列和行。")


def tiles_of(snapshot: Snapshot, layer: str) -> Tileset:
    """The layer's tiles for this revision.

    Raises:
        UnknownLayer: it has no tiles, or may not be shown.
        LayerNotFound: the county has no such layer.
        NotReady: its tiles were not made yet.
    """
    return snapshot.keep(("tiles", layer), lambda: _open(snapshot, layer))


def _open(snapshot: Snapshot, layer: str) -> Tileset:
    """The file; a refusal is not kept, so that tiles made in the meantime are found."""
    if not is_public(layer):
        raise UnknownLayer(f"没有可公开的图层“{layer[:40]}”。")
    snapshot.ref(layer)
    path: Path = tileset_path(snapshot.workspace, snapshot.revision, layer)
    if not path.is_file():
        raise NotReady(f"“{LAYERS[layer].label}”的瓦片还没有做好。", hint="重新运行 zutong serve，它会先补做瓦片。")
    return Tileset(path)


def version_of(tiles: Tileset) -> str:
    """The tile file's name is the hash of what it was made from."""
    return tiles.path.stem
