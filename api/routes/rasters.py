"""Hill shade and suitability as picture tiles; heights themselves are never served."""

from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.errors import NotReady
from api.negotiation import has_tag
from api.routes.plans import PlanSnapshotDep
from api.routes.tiles import EMPTY, REVALIDATE, Index, Zoom, check_inside
from api.runs.tiles import relief_path
from api.site_names import SCORES
from api.snapshot import Snapshot, Snapshots
from gis.sites.bands import SCORE_BANDS, shown
from layers.errors import LayerNotFound
from layers.store.mbtiles import TileFile
from layers.store.windows import read_tile
from web.site_tiles import score_png

router = APIRouter(tags=["瓦片"])


class PngResponse(Response):
    """A picture tile."""

    media_type = "image/png"


@router.get("/rasters/relief/{z}/{x}/{y}.png", response_class=PngResponse, responses=EMPTY, summary="地形晕渲")
async def relief(z: Zoom, x: Index, y: Index, request: Request) -> Response:
    """One tile of hill shade."""
    snapshots: Snapshots = request.app.state.snapshots
    check_inside(z, x, y)
    tiles = relief_of(snapshots.current())
    headers = {"etag": f'"{tiles.path.stem}"', "cache-control": REVALIDATE}
    if has_tag(request.headers.get("if-none-match", ""), headers["etag"]):
        return Response(status_code=304, headers=headers)
    content = tiles.tile(z, x, y)
    return PngResponse(content, headers=headers) if content else Response(status_code=204, headers=headers)


@router.get("/rasters/site_scores/{z}/{x}/{y}.png", response_class=PngResponse, responses=EMPTY, summary="选址评分")
def site_scores(z: Zoom, x: Index, y: Index, request: Request, snapshot: PlanSnapshotDep) -> Response:
    """One tile of suitability: the darker the better, hatched where a rule forbids to build, blank where nothing is known."""
    check_inside(z, x, y)
    ref = snapshot.ref(SCORES)
    headers = {"etag": f'"{ref.sha256[:16]}"', "cache-control": REVALIDATE}
    if has_tag(request.headers.get("if-none-match", ""), headers["etag"]):
        return Response(status_code=304, headers=headers)
    found = read_tile(snapshot.workspace.store.raster(SCORES, rev=snapshot.revision.id), SCORE_BANDS, z, x, y)
    content = None if found is None else score_png(*shown(found))
    return PngResponse(content, headers=headers) if content else Response(status_code=204, headers=headers)


def relief_of(snapshot: Snapshot) -> TileFile:
    """The hill shade of this revision.

    Raises:
        LayerNotFound: the county has no heights.
        NotReady: it was not made yet.
    """
    path = relief_path(snapshot.workspace, snapshot.revision)
    if path is None:
        raise LayerNotFound("没有 DEM，不能显示地形；导入高程后再看。", hint="zutong import DIR dem 文件.tif")
    return snapshot.keep("relief", lambda: _open(path))


def _open(path: Path) -> TileFile:
    if not path.is_file():
        raise NotReady("地形晕渲还没有做好。", hint="重新运行 zutong serve，它会先补做。")
    return TileFile(path)
