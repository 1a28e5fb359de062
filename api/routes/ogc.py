"""OGC API Features: every public layer as a collection of GeoJSON features."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.answers import GeoJson, Json, SchemaJson
from api.deps import NoParameters, SnapshotDep
from api.errors import NotFound
from api.features import CRS84, Page, find, page_links, queryables, read_bbox, to_features
from api.models import Collection, Collections, Conformance, Feature, FeatureCollection, Landing
from api.snapshot import Snapshot, is_public
from layers.errors import QueryError, UnknownLayer
from layers.names import LAYERS

router = APIRouter(tags=["要素"])

CONFORMS_TO = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/arithmetic",
)
MOST_ITEMS = 10_000
_NUMBERS = {"pattern": r"^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}$", "example": "106.0,25.2,106.5,25.6"}
"""How a box is written, for the description; what else is wrong with one is told in a sentence of its own."""


class ItemsQuery(BaseModel):
    """Parameters of `items`; anything else is refused, as the standard asks."""

    model_config = ConfigDict(extra="forbid")

    bbox: Annotated[str | None, Field(max_length=200, description="西,南,东,北（度）；西大于东时跨过 180° 经线", json_schema_extra=_NUMBERS)] = None
    datetime: Annotated[str | None, Field(max_length=80, description="时刻或时段，对应数据日期")] = None
    filter: Annotated[str, Field(max_length=2000, description="CQL2 文本，例如 households_count >= 30 AND village_name LIKE '纳%'")] = ""
    filter_lang: Annotated[str, Field(alias="filter-lang", pattern="^cql2-text$", description="只支持 cql2-text")] = "cql2-text"
    filter_crs: Annotated[str, Field(alias="filter-crs", max_length=100, description=f"只支持 {CRS84}")] = CRS84
    sortby: Annotated[str, Field(max_length=200, description="字段名，前加 - 为降序，多个以逗号分开")] = ""
    limit: Annotated[int, Field(ge=1, description=f"每页多少条；大于 {MOST_ITEMS} 时取 {MOST_ITEMS}")] = 100
    offset: Annotated[int, Field(ge=0, le=100_000_000, description="跳过多少条")] = 0

    def page(self) -> Page:
        """The page that is asked for."""
        if self.filter_crs != CRS84:
            raise QueryError(f"filter-crs 只支持 {CRS84}。")
        return Page(read_bbox(self.bbox), self.datetime, self.filter, self.sortby, min(self.limit, MOST_ITEMS), self.offset)


@router.get("/api", response_model=Landing, dependencies=[NoParameters], summary="接口首页")
def landing(request: Request, snapshot: SnapshotDep) -> Json:
    """Where everything is."""
    return landing_answer(request, snapshot)


def landing_answer(request: Request, snapshot: Snapshot) -> Json:
    """The landing page; also at the root for programs, where clients of the standard begin."""
    county = snapshot.workspace.settings.county
    links = [
        _link(request, "/api", "self", "application/json", "本页"),
        _link(request, "/openapi.json", "service-desc", "application/vnd.oai.openapi+json;version=3.1", "接口定义"),
        _link(request, "/docs", "service-doc", "text/html", "接口说明"),
        _link(request, "/conformance", "conformance", "application/json", "遵循的标准"),
        _link(request, "/conformance", "http://www.opengis.net/def/rel/ogc/1.0/conformance", "application/json", "遵循的标准"),
        _link(request, "/collections", "data", "application/json", "图层"),
        _link(request, "/collections", "http://www.opengis.net/def/rel/ogc/1.0/data", "application/json", "图层"),
    ]
    content = {"title": f"组通 {county.name}", "description": "村民组短板规划图的数据接口", "links": links}
    return Json(content, headers={**snapshot.headers, "vary": "accept"})


@router.get("/conformance", response_model=Conformance, dependencies=[NoParameters], summary="遵循的标准")
def conformance() -> Json:
    """The conformance classes that are kept."""
    return Json({"conformsTo": CONFORMS_TO})


@router.get("/collections", response_model=Collections, dependencies=[NoParameters], summary="图层目录")
def collections(request: Request, snapshot: SnapshotDep) -> Json:
    """Every public layer that the county has."""
    found = [_describe(request, snapshot, name) for name in LAYERS if is_public(name) and snapshot.has(name)]
    links = [_link(request, "/collections", "self", "application/json", "图层目录")]
    return Json({"collections": found, "links": links}, headers=snapshot.headers)


@router.get("/collections/{layer}", response_model=Collection, dependencies=[NoParameters], summary="一个图层")
def collection(layer: str, request: Request, snapshot: SnapshotDep) -> Json:
    """One layer: extent and links."""
    return Json(_describe(request, snapshot, _public(snapshot, layer)), headers=snapshot.headers)


@router.get(
    "/collections/{layer}/queryables", response_class=SchemaJson, response_model=dict[str, Any], dependencies=[NoParameters], summary="可筛选的字段"
)
def layer_queryables(layer: str, request: Request, snapshot: SnapshotDep) -> SchemaJson:
    """The properties that a filter may name, as JSON Schema."""
    name = _public(snapshot, layer)
    return SchemaJson(queryables(snapshot.features(name), name, str(request.url)), headers=snapshot.headers)


@router.get("/collections/{layer}/items", response_class=GeoJson, response_model=FeatureCollection, summary="要素")
def items(layer: str, query: Annotated[ItemsQuery, Query()], request: Request, snapshot: SnapshotDep) -> GeoJson:
    """A page of features."""
    name, page = _public(snapshot, layer), query.page()
    found, matched = find(snapshot.features(name), name, page)
    links = page_links(_address(request, f"/collections/{name}/items"), request.query_params.multi_items(), page=page, matched=matched)
    content = {
        "type": "FeatureCollection",
        "features": to_features(found, name),
        "numberMatched": matched,
        "numberReturned": len(found),
        "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "links": [*links, _link(request, f"/collections/{name}", "collection", "application/json", LAYERS[name].label)],
    }
    return GeoJson(content, headers={**snapshot.headers, "content-crs": f"<{CRS84}>"})


@router.get("/collections/{layer}/items/{fid}", response_class=GeoJson, response_model=Feature, dependencies=[NoParameters], summary="一个要素")
def item(layer: str, fid: str, request: Request, snapshot: SnapshotDep) -> GeoJson:
    """One feature by its key."""
    name = _public(snapshot, layer)
    frame = snapshot.features(name)
    key = LAYERS[name].key
    ids = frame[key] if key in frame.columns else frame.index.astype("string").to_series(index=frame.index)
    found = frame[(ids == fid).fillna(value=False).to_numpy(dtype=bool)]
    if found.empty:
        raise NotFound(f"图层“{LAYERS[name].label}”里没有代码为“{fid[:60]}”的要素。")
    links = [
        _link(request, f"/collections/{name}/items/{fid}", "self", "application/geo+json", fid),
        _link(request, f"/collections/{name}", "collection", "application/json", LAYERS[name].label),
    ]
    return GeoJson({**to_features(found.iloc[:1], name)[0], "links": links}, headers={**snapshot.headers, "content-crs": f"<{CRS84}>"})


def _public(snapshot: Snapshot, layer: str) -> str:
    """The name of a layer that may be shown; the register is answered as if it were not there."""
    if not is_public(layer):
        known = "、".join(name for name in LAYERS if is_public(name) and snapshot.has(name))
        raise UnknownLayer(f"没有可公开的图层“{layer[:40]}”；可用的图层有：{known}。")
    return snapshot.ref(layer).name


def _describe(request: Request, snapshot: Snapshot, name: str) -> dict[str, Any]:
    ref = snapshot.ref(name)
    at = f"/collections/{name}"
    extent = {"spatial": {"bbox": [list(ref.bounds)], "crs": CRS84}} if ref.bounds else {}
    return {
        "id": name,
        "title": LAYERS[name].label,
        "description": f"{LAYERS[name].label}，{ref.rows} 条" + ("；演示数据" if ref.info.get("synthetic") else ""),
        "extent": extent,
        "itemType": "feature",
        "crs": [CRS84],
        "storageCrs": CRS84,
        "links": [
            _link(request, at, "self", "application/json", LAYERS[name].label),
            _link(request, f"{at}/items", "items", "application/geo+json", "要素"),
            _link(request, f"{at}/queryables", "http://www.opengis.net/def/rel/ogc/1.0/queryables", "application/schema+json", "可筛选的字段"),
        ],
    }


def _address(request: Request, path: str) -> str:
    return f"{str(request.base_url).rstrip('/')}{path}"


def _link(request: Request, path: str, rel: str, kind: str, title: str) -> dict[str, str]:
    return {"href": _address(request, path), "rel": rel, "type": kind, "title": title}
