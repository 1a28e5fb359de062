"""The map page: Folium makes the map, the template the frame around it; every asset is local and no data stands in the HTML.

Folium is asked for its parts (head, body, script of the Figure) rather than for a whole page, so that its addresses on foreign hosts can be
replaced by the vendored files, its unused helpers dropped, and each inline block given the nonce of a strict Content-Security-Policy.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import folium
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from layers.errors import ZutongError
from layers.names import SERVICES
from web import legend
from web.vendor import read_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from branca.element import Figure

WEB = Path(__file__).parent
STATIC = WEB / "static"
PAGE_LIMIT_BYTES = 30_000

KEPT_JS = {"leaflet": "leaflet.js"}
KEPT_CSS = {"leaflet_css": "leaflet.css"}
"""The only helpers of Folium that are kept, and the vendored file of each; jquery, bootstrap and the icon fonts are not used."""

LAZY = {
    "maplibre": "maplibre-gl-csp.js",
    "maplibre_css": "maplibre-gl.css",
    "worker": "maplibre-gl-csp-worker.js",
    "bridge": "leaflet-maplibre-gl.js",
}
"""Loaded by the page itself, and only where the browser can draw with WebGL."""

_FOREIGN = re.compile(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)
_VIEWPORT = re.compile(r'<meta name="viewport".*?/>', re.DOTALL)


class PageError(ZutongError):
    """The page cannot be made as promised."""


@dataclass(frozen=True, slots=True)
class PageContext:
    """What the frame of the page says before any data has come.

    Attributes:
        county_name: name in the title and the breadcrumb.
        bounds: west, south, east, north in degrees; None when no layer has come yet.
        standard: `id@version` of the standard set.
        data_date: oldest date of the data, ISO.
        synthetic: whether any layer is invented; the page says so at once.
        base_source: where the relief comes from.
        approval: the map's approval number (审图号), empty until it has one.
        relief_zoom: largest zoom at which relief tiles exist.
    """

    county_name: str
    bounds: tuple[float, float, float, float] | None = None
    standard: str = "未选定"
    data_date: str = ""
    synthetic: bool = False
    base_source: str = "高程晕渲"
    approval: str = ""
    relief_zoom: int = 13


def new_nonce() -> str:
    """A nonce for one answer: 128 random bits."""
    return secrets.token_urlsafe(16)


def content_security_policy(nonce: str) -> str:
    """The header value that goes with a page rendered with this nonce: nothing from another host, nothing inline without the nonce."""
    rules = {
        "default-src": "'none'",
        "script-src": f"'self' 'nonce-{nonce}'",
        "style-src": f"'self' 'nonce-{nonce}'",
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def render_page(context: PageContext, *, nonce: str, static: str = "/static/", base: str = "/") -> str:
    """The HTML of the map page.

    Args:
        context: what the frame says.
        nonce: of this answer; send `content_security_policy(nonce)` with it.
        static: address of the assets, ending with a slash.
        base: address of the service, ending with a slash.

    Raises:
        PageError: an address on another host is left, or the page is larger than promised.
        FetchError: the vendored libraries were never installed.
    """
    boot = {"base": base, "folder": False, "relief": f"{base}rasters/relief/{{z}}/{{x}}/{{y}}.png"}
    start = _module_start(static)
    return assemble(context, boot=boot, start=start, nonce=nonce, static=static)


def _module_start(static: str) -> str:
    """The last script: hands Folium's map to our modules."""
    return (
        f'import {{ start }} from "{static}js/main.js"; import {{ httpSource }} from "{static}js/api.js";'
        f'const boot = JSON.parse(document.getElementById("boot").textContent); start({MAP_VARIABLE}, boot, httpSource(boot.base));'
    )


MAP_ID = "zutong"
MAP_VARIABLE = f"map_{MAP_ID}"


def assemble(context: PageContext, *, boot: Mapping[str, Any], start: str, nonce: str, static: str, module: bool = True) -> str:
    """Put the page together from Folium's parts, the bootstrap and the last script; shared with the folder.

    Raises:
        PageError: an address on another host is left, or the page is larger than promised.
    """
    vendor = f"{static}vendor/"
    header, body, script = folium_parts(context, vendor)
    assets = {name: f"{vendor}{file}" for name, file in LAZY.items()}
    kind = ' type="module"' if module else ""
    full_boot = {**boot, "assets": assets, "legend": legend.as_json(), "reliefZoom": context.relief_zoom}
    html = _template().render(
        title=context.county_name,
        header=Markup(with_nonce(header, nonce)),  # noqa: S704 - made by Folium from our own constants
        map=Markup(body),  # noqa: S704
        script=Markup(with_nonce(f"<script>{script}</script>", nonce)),  # noqa: S704
        start=Markup(with_nonce(f"<script{kind}>{start}</script>", nonce)),  # noqa: S704
        boot=Markup(script_json(full_boot)),  # noqa: S704 - escaped for a script element
        services=tuple(SERVICES.values()),
        static=static,
        standard=context.standard,
        data_date=context.data_date or "未注明",
        synthetic=context.synthetic,
        base_source=context.base_source,
        approval=context.approval or "________",
    )
    return checked(html)


def folium_parts(context: PageContext, vendor: str) -> tuple[str, str, str]:
    """Head, body and script of Folium's figure, with vendored addresses only."""
    read_manifest()
    west, south, east, north = context.bounds or (73.0, 18.0, 135.0, 54.0)
    county_map = folium.Map(location=[(south + north) / 2, (west + east) / 2], zoom_start=10, tiles=None, zoom_control=False, max_zoom=18)
    county_map._id = MAP_ID  # noqa: SLF001 - Folium's ids are random; the same input must give the same bytes
    county_map.default_js = [(name, vendor + file) for name, file in KEPT_JS.items()]
    county_map.default_css = [(name, vendor + file) for name, file in KEPT_CSS.items()]
    figure = cast("Figure", county_map.get_root())
    figure.render()
    header = _VIEWPORT.sub('<meta name="viewport" content="width=device-width, initial-scale=1">', figure.header.render())
    return header, figure.html.render(), figure.script.render()


def with_nonce(html: str, nonce: str) -> str:
    """Every `<script>` and `<style>` gets the nonce; without one (a folder has no header) nothing changes."""
    return re.sub(r"<(script|style)\b", rf'<\1 nonce="{nonce}"', html) if nonce else html


def script_json(value: Any) -> str:
    """JSON that can stand inside a script element: no `<`, no `&`, no line separators."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.translate({ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"})


def checked(html: str) -> str:
    """The page itself, when it keeps its promises.

    Raises:
        PageError: an address on another host is left, or the page is larger than 30 kB.
    """
    foreign = _FOREIGN.search(html)
    if foreign:
        raise PageError(f"页面中仍有外部地址：{html[foreign.start() : foreign.start() + 80]}。")
    size = len(html.encode())
    if size > PAGE_LIMIT_BYTES:
        raise PageError(f"页面有 {size:,} 字节，超过 {PAGE_LIMIT_BYTES:,} 字节的上限。")
    return html


def _template() -> Any:
    environment = Environment(loader=FileSystemLoader(WEB / "templates"), autoescape=True, keep_trailing_newline=True)
    return environment.get_template("page.html")
