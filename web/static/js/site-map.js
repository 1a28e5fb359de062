// The siting results on the map: score tiles, parcels, settlements, and who goes where. On a canvas above either renderer, so that both show the same.

import { bounds, contains } from "./geometry.js";
import { drawnClasses } from "./road-strokes.js";
import { codesOf, placeFifth, shownParcels, shownSettlements } from "./site-model.js";
import { paintCross, paintMark, paintParcel, pinClass, Pins } from "./site-strokes.js";
import { fifthColour } from "./site-words.js";

const SCORE_PANE = 160; // above the relief, below roads and boundaries
const SHAPE_ZOOM = 13; // from here on parcels are drawn with their outline
const FIRST = 9; // so many carry their rank
const HIT_PX = 7;
const SIZES = [[10.6, 3.2], [11.5, 4], [12.7, 5], [Infinity, 6]]; // below a zoom, so many pixels
const BADGE_PX = 9;
const TILE_OPACITY = 0.75;
const FAINT_OPACITY = 0.3; // under lines, and under other weights than the tiles were computed with
const BLANK = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

export class SiteLayer {
  /** @param {any} map Leaflet map @param {string} tiles address of the score tiles; empty for none */
  constructor(map, tiles) {
    this.map = map;
    this.address = tiles;
    const { Line, Sheet } = drawnClasses();
    this.Line = Line;
    this.paint = { shapes: new Sheet({ pane: "lines", padding: 0.2 }), points: new Sheet({ pane: "points", padding: 0.2 }) };
    this.tiles = null;
    this.shapes = L.layerGroup().addTo(map);
    this.lines = L.layerGroup().addTo(map);
    this.pins = new Pins(map, pinClass(), this.paint.points);
    /** @type {Map<string, any>} */
    this.outlines = new Map();
    this.drawnLines = "";
    /** @type {import("./site-model.js").SiteView|null} */
    this.view = null;
    /** @type {any} */
    this.words = null;
    this.hovered = "";
    if (!map.getPane("scores")) Object.assign(map.createPane("scores").style, { zIndex: String(SCORE_PANE), pointerEvents: "none" });
    map.on("zoomend", () => this.redraw());
  }

  /** @param {import("./site-model.js").SiteView} view @param {any} words */
  show(view, words) {
    Object.assign(this, { view, words });
    this.redraw();
  }

  hide() {
    this.view = null;
    this.tiles?.remove();
    [this.tiles, this.drawnLines] = [null, ""];
    this.shapes.clearLayers();
    this.outlines.clear();
    this.lines.clearLayers();
    this.pins.clear();
  }

  /** A new run has made new tiles. */
  forget() {
    this.tiles?.remove();
    this.tiles = null;
    this.shapes.clearLayers();
    this.outlines.clear();
    this.drawnLines = "";
  }

  /** @param {string} code of a parcel, a settlement or a group */
  hover(code) {
    if (code === this.hovered) return;
    this.hovered = code;
    this.redraw();
  }

  redraw() {
    if (!this.view) return;
    const off = new Set(codesOf(this.view.state.hide));
    this.showTiles(!off.has("scores"), this.view.custom || this.view.state.tab === "moves");
    this.showShapes(off.has("parcels") ? [] : shownParcels(this.view));
    this.showLines(off.has("moves") ? [] : this.wantedMoves());
    this.pins.show([...(off.has("parcels") ? [] : this.parcelPins()), ...(off.has("settlements") ? [] : this.settlementPins()), ...(off.has("moves") ? [] : this.groupPins()), ...this.askedPin()]);
  }

  /** @param {boolean} on @param {boolean} faint */
  showTiles(on, faint) {
    if (!on || !this.address) {
      this.tiles?.remove();
      this.tiles = null;
      return;
    }
    this.tiles ??= L.tileLayer(this.address, { pane: "scores", minNativeZoom: 8, maxNativeZoom: 14, maxZoom: 18, errorTileUrl: BLANK }).addTo(this.map);
    this.tiles.setOpacity(faint ? FAINT_OPACITY : TILE_OPACITY);
  }

  /** @param {string} code @returns {string} colour of its place under the weights */
  colourOf(code) {
    return this.view ? fifthColour(this.words.ramp, placeFifth(this.view, code)) : "";
  }

  /** Outlines near by; far away a parcel is smaller than its pin. @param {any[]} parcels */
  showShapes(parcels) {
    const view = /** @type {import("./site-model.js").SiteView} */ (this.view);
    if (this.map.getZoom() < SHAPE_ZOOM || !parcels.length) {
      this.shapes.clearLayers();
      this.outlines.clear();
      return;
    }
    const wanted = new Set(parcels.map((row) => String(row.parcel_code)));
    for (const feature of view.data.shapes?.features ?? []) this.showShape(String(feature.properties.parcel_code), feature, wanted);
  }

  /** @param {string} code @param {any} feature @param {Set<string>} wanted */
  showShape(code, feature, wanted) {
    const known = this.outlines.get(code);
    if (!wanted.has(code)) {
      if (known) this.shapes.removeLayer(known);
      this.outlines.delete(code);
      return;
    }
    const marked = code === this.view?.state.parcel || code === this.hovered;
    const style = { color: "#1d232a", weight: marked ? 3.2 : 1.4, fillColor: this.colourOf(code) || "#ffffff", fillOpacity: 0.8 };
    const key = JSON.stringify(style);
    if (known?.options.key === key) return;
    if (known) known.setStyle({ ...style, key });
    else this.outlines.set(code, outline(feature.geometry, { ...style, renderer: this.paint.shapes }).addTo(this.shapes));
    this.outlines.get(code).options.key = key;
  }

  size() {
    return /** @type {number[]} */ (SIZES.find(([zoom]) => this.map.getZoom() < zoom))[1];
  }

  parcelPins() {
    const view = /** @type {import("./site-model.js").SiteView} */ (this.view);
    const beside = new Set(codesOf(view.state.beside));
    return shownParcels(view).filter(located).map((row) => {
      const code = String(row.parcel_code);
      const rank = view.places.get(code)?.rank ?? null;
      const marked = code === view.state.parcel || code === this.hovered || (view.state.look === "beside" && beside.has(code));
      const named = rank !== null && (rank <= FIRST || marked || beside.has(code));
      const radius = named ? BADGE_PX + (rank !== null && rank > 99 ? 2 : 0) : this.size();
      const order = marked ? 1e6 : rank === null ? 0 : 1e5 - rank;
      return { code, at: place(row), radius, order, look: { paint: paintParcel, fill: this.colourOf(code), given: row.source === "candidate", text: named ? String(rank) : "", marked, faint: false } };
    });
  }

  settlementPins() {
    const { state, settlements, comers } = /** @type {import("./site-model.js").SiteView} */ (this.view);
    return shownSettlements(settlements, comers, state).filter(located).map((row) => {
      const code = String(row.settlement_code);
      const marked = code === state.site || code === this.hovered;
      return { code, at: place(row), radius: 7, order: marked ? 1e6 : 2e5, look: { paint: paintMark, mark: this.words.marks.settlement, marked } };
    });
  }

  /** Groups are shown where they are the question: in the list of moves, and for the site that is open. */
  groupPins() {
    const { state } = /** @type {import("./site-model.js").SiteView} */ (this.view);
    return this.wantedMoves().filter(located).map((row) => {
      const code = String(row.group_code);
      const marked = code === state.select || code === this.hovered;
      const mark = row.site_code ? this.words.marks.placed : this.words.marks.group;
      return { code, at: place(row), radius: this.size() + 0.5, order: marked ? 1e6 : 1e5 + Number(!row.site_code), look: { paint: paintMark, mark, marked } };
    });
  }

  /** @returns {any[]} rows of the allocation that are drawn */
  wantedMoves() {
    const view = /** @type {import("./site-model.js").SiteView} */ (this.view);
    const { state, moves, comers } = view;
    if (state.tab === "moves") return moves;
    const sites = [state.parcel, state.site, this.hovered].filter(Boolean);
    const groups = moves.filter((row) => row.group_code === state.select);
    return [...new Set([...sites.flatMap((code) => comers.get(code) ?? []), ...groups])];
  }

  /** @param {any[]} rows */
  showLines(rows) {
    const view = /** @type {import("./site-model.js").SiteView} */ (this.view);
    const wanted = new Set(rows.map((row) => String(row.group_code)));
    const strong = new Set([view.state.select, view.state.parcel, view.state.site, this.hovered].filter(Boolean));
    const key = [...wanted, "|", ...strong].join();
    if (key === this.drawnLines) return;
    this.drawnLines = key;
    this.lines.clearLayers();
    for (const { geometry, properties } of view.data.lines?.features ?? []) {
      if (!geometry || !wanted.has(String(properties.group_code))) continue;
      const bold = strong.has(String(properties.group_code)) || strong.has(String(properties.site_code));
      const latlngs = L.GeoJSON.coordsToLatLngs(geometry.coordinates, geometry.type === "MultiLineString" ? 1 : 0);
      new this.Line(latlngs, { renderer: this.paint.shapes, interactive: false, smoothFactor: 1, weight: 8, strokes: this.words.line.move.strokes, scale: bold ? 1.8 : 1, move: properties.group_code }).addTo(this.lines);
    }
  }

  askedPin() {
    const { state } = /** @type {import("./site-model.js").SiteView} */ (this.view);
    const [lon, lat] = state.at.split(",").map(Number);
    if (!state.at || !Number.isFinite(lat)) return [];
    return [{ code: "@", at: /** @type {[number, number]} */ ([lat, lon]), radius: 9, order: 2e6, look: { paint: paintCross } }];
  }

  /** What lies at a point. @param {any} event Leaflet's @returns {{parcel: string}|{site: string}|{group: string}|null} */
  pick(event) {
    const view = /** @type {import("./site-model.js").SiteView} */ (this.view);
    const code = this.pins.nearest(event.containerPoint, HIT_PX);
    if (code && view.byCode.has(code)) return { parcel: code };
    if (code && view.settlementByCode.has(code)) return { site: code };
    if (code && code !== "@") return { group: code };
    if (codesOf(view.state.hide).includes("parcels") || this.map.getZoom() < SHAPE_ZOOM) return null;
    const inside = (view.data.shapes?.features ?? []).find((/** @type {any} */ one) => contains(one.geometry, event.latlng.lng, event.latlng.lat));
    const found = inside ? String(inside.properties.parcel_code) : "";
    return found && this.outlines.has(found) ? { parcel: found } : null;
  }

  /** Extent of a parcel. @param {string} code @returns {any} Leaflet bounds or null */
  boundsOf(code) {
    const feature = (this.view?.data.shapes?.features ?? []).find((/** @type {any} */ one) => String(one.properties.parcel_code) === code);
    if (!feature?.geometry) return null;
    const [west, south, east, north] = bounds(feature.geometry);
    return L.latLngBounds([south, west], [north, east]);
  }
}

/** @param {any} geometry @param {any} style */
const outline = (geometry, style) => L.polygon(L.GeoJSON.coordsToLatLngs(geometry.coordinates, geometry.type === "MultiPolygon" ? 2 : 1), { interactive: false, ...style });

/** @param {any} row */
export const located = (row) => typeof row.lon === "number" && typeof row.lat === "number";

/** @param {any} row @returns {[number, number]} */
export const place = (row) => [row.lat, row.lon];
