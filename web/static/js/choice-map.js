// Road or move on the map: the answers by shape and colour, the roads that are built, and who goes where.

import { drawnClasses } from "./road-strokes.js";
import { listedBy } from "./choice-model.js";
import { located, place } from "./site-map.js";
import { paintMark, pinClass, Pins } from "./site-strokes.js";
import { answerMark } from "./site-words.js";

const HIT_PX = 7;
const SIZES = [[10.6, 3.6], [11.5, 5], [12.7, 6.5], [Infinity, 8]]; // below a zoom, so many pixels
const ORDER = ["road", "move", "none"]; // the last lies on top
const THIN_BELOW_ZOOM = 11;
const THIN = 0.75;
const SITE_PX = 8;

export class ChoiceLayer {
  /** @param {any} map Leaflet map */
  constructor(map) {
    this.map = map;
    const { Line, Sheet } = drawnClasses();
    this.Line = Line;
    this.paint = { lines: new Sheet({ pane: "lines", padding: 0.2 }), points: new Sheet({ pane: "points", padding: 0.2 }) };
    this.roads = L.layerGroup().addTo(map);
    this.moves = L.layerGroup().addTo(map);
    this.pins = new Pins(map, pinClass(), this.paint.points);
    [this.drawnRoads, this.drawnMoves] = ["", ""];
    /** @type {import("./choice-model.js").ChoiceView|null} */
    this.view = null;
    /** @type {any} */
    this.words = null;
    this.hovered = "";
    map.on("zoomend", () => this.redraw());
  }

  /** @param {import("./choice-model.js").ChoiceView} view @param {any} words */
  show(view, words) {
    Object.assign(this, { view, words });
    this.redraw();
  }

  hide() {
    this.view = null;
    [this.drawnRoads, this.drawnMoves] = ["", ""];
    for (const one of [this.roads, this.moves]) one.clearLayers();
    this.pins.clear();
  }

  /** @param {string} code of a group or a site */
  hover(code) {
    if (code === this.hovered) return;
    this.hovered = code;
    this.redraw();
  }

  redraw() {
    if (!this.view) return;
    this.showRoads();
    this.showMoves();
    this.pins.show([...this.groupPins(), ...this.sitePins()]);
  }

  /** Roads of the answer; they step back where only those who move are listed. */
  showRoads() {
    const { data, state } = /** @type {import("./choice-model.js").ChoiceView} */ (this.view);
    const scale = this.map.getZoom() < THIN_BELOW_ZOOM ? THIN : 1;
    const key = `${state.answer === "move"}|${scale}|${data.roads?.features?.length ?? 0}`;
    if (key === this.drawnRoads) return;
    this.drawnRoads = key;
    this.roads.clearLayers();
    if (state.answer === "move") return;
    for (const { geometry, properties } of data.roads?.features ?? []) {
      if (!geometry) continue;
      const strokes = (this.words.line[properties.kind] ?? this.words.line.new).strokes;
      this.line(geometry.coordinates, geometry.type === "MultiLineString" ? 1 : 0, { strokes, scale, road: properties.link_code ?? properties.kind }).addTo(this.roads);
    }
  }

  /** @param {any} coordinates @param {number} depth @param {any} look */
  line(coordinates, depth, look) {
    return new this.Line(L.GeoJSON.coordsToLatLngs(coordinates, depth), { renderer: this.paint.lines, interactive: false, smoothFactor: 1, weight: 8, ...look });
  }

  /** Lines from who moves to where: of all, or boldly of what is open. */
  showMoves() {
    const { groups, siteByCode, state } = /** @type {import("./choice-model.js").ChoiceView} */ (this.view);
    const rows = listedBy(groups, state.answer).filter((row) => row.answer === "move" && row.site_code);
    const strong = new Set([state.select, state.site, this.hovered].filter(Boolean));
    const key = [state.answer, state.area, rows.length, ...strong].join();
    if (key === this.drawnMoves) return;
    this.drawnMoves = key;
    this.moves.clearLayers();
    for (const row of rows.filter(located)) {
      const site = siteByCode.get(String(row.site_code));
      if (!site || !located(site)) continue;
      const bold = strong.has(String(row.group_code)) || strong.has(String(row.site_code));
      this.line([[row.lon, row.lat], [site.lon, site.lat]], 0, { strokes: this.words.line.move.strokes, scale: bold ? 1.8 : 0.9, move: row.group_code }).addTo(this.moves);
    }
  }

  groupPins() {
    const { listed, state } = /** @type {import("./choice-model.js").ChoiceView} */ (this.view);
    const size = /** @type {number[]} */ (SIZES.find(([zoom]) => this.map.getZoom() < zoom))[1];
    return listed.filter(located).map((row) => {
      const code = String(row.group_code);
      const marked = code === state.select || code === this.hovered;
      return { code, at: place(row), radius: size, order: marked ? 1e6 : ORDER.indexOf(row.answer ?? "none"), look: { paint: paintMark, mark: answerMark(this.words, row), marked } };
    });
  }

  /** Sites that take somebody in. */
  sitePins() {
    const { sites, comers, state } = /** @type {import("./choice-model.js").ChoiceView} */ (this.view);
    return sites.filter((row) => located(row) && comers.has(String(row.site_code))).map((row) => {
      const code = String(row.site_code);
      const marked = code === state.site || code === this.hovered;
      return { code, at: place(row), radius: SITE_PX, order: marked ? 2e6 : 1e5, look: { paint: paintMark, mark: this.words.marks.settlement, marked } };
    });
  }

  /** @param {any} event Leaflet's @returns {{group: string}|{site: string}|null} */
  pick(event) {
    const view = /** @type {import("./choice-model.js").ChoiceView} */ (this.view);
    const code = this.pins.nearest(event.containerPoint, HIT_PX);
    if (!code) return null;
    return view.siteByCode.has(code) ? { site: code } : { group: code };
  }
}
