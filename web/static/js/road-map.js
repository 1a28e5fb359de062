// Lines and groups of the road plan: made once, on a canvas above either renderer, so that both show the same and a click means the same.
// A lever changes only what looks different afterwards.

import { standing } from "./road-model.js";
import { drawnClasses, lookOf } from "./road-strokes.js";

const HIT_PX = 11;
const LINE_HIT_PX = 6;
const THIN_BELOW_ZOOM = 11;
const THIN = 0.75;
const RADII = [[10.6, 2.6], [11.5, 4], [12.7, 6], [Infinity, 8]]; // below a zoom, so many pixels
const QUIET_RADIUS = 0.7; // of a group that the plan leaves out
/** Bands below a work that is marked: above all other works, below its own pieces. */
const BANDS = {
  hovered: { order: 10, strokes: [{ colour: "#495057", width: 10.5, dash: [] }, { colour: "#ffffff", width: 8.5, dash: [] }] },
  selected: { order: 20, strokes: [{ colour: "#111418", width: 13, dash: [] }, { colour: "#ffffff", width: 9.5, dash: [] }] },
};
const MARK_ORDER = ["out", "connected", "open"]; // the last lies on top

/** @typedef {{layer: any, properties: any, other: boolean, order: number}} DrawnLine */

export class RoadLayer {
  /** @param {any} map Leaflet map */
  constructor(map) {
    this.map = map;
    this.classes = drawnClasses();
    const { Sheet } = this.classes;
    this.paint = { lines: new Sheet({ pane: "lines", padding: 0.2 }), points: new Sheet({ pane: "points", padding: 0.2 }) };
    this.holder = L.layerGroup().addTo(map);
    this.marksHolder = L.layerGroup().addTo(map);
    /** @type {DrawnLine[]} */
    this.lines = [];
    /** @type {Map<string, any>} */
    this.marks = new Map();
    /** @type {Map<string, {key: string, layer: any, order: number}>} */
    this.bands = new Map();
    /** @type {any[]} collections that the lines were made of */
    this.made = [];
    /** @type {import("./road-model.js").RoadView|null} */
    this.view = null;
    /** @type {any} */
    this.words = null;
    this.hovered = "";
    map.on("zoomend", () => this.redraw());
  }

  /** @param {import("./road-model.js").RoadView} view @param {any} words */
  show(view, words) {
    Object.assign(this, { view, words });
    this.make([view.lines, view.comparison?.lines ?? null]);
    this.redraw();
  }

  hide() {
    Object.assign(this, { view: null, made: [], lines: [] });
    this.clearLines();
    this.clearMarks();
  }

  /** @param {string} code */
  hover(code) {
    if (code === this.hovered) return;
    this.hovered = code;
    this.paintLines();
  }

  clearLines() {
    this.holder.clearLayers();
    this.bands.clear();
  }

  scale() {
    return this.map.getZoom() < THIN_BELOW_ZOOM ? THIN : 1;
  }

  redraw() {
    this.paintLines();
    this.paintMarks();
  }

  /** @param {any[]} collections of this plan and of the other one */
  make(collections) {
    if (this.made.length && collections.every((one, index) => one === this.made[index])) return;
    this.clearLines();
    this.made = collections;
    this.lines = collections.flatMap((one, index) => this.linesOf(one, index === 1));
  }

  /** @param {any} collection @param {boolean} other @returns {DrawnLine[]} */
  linesOf(collection, other) {
    const features = (collection?.features ?? []).filter((/** @type {any} */ one) => one.geometry);
    return features.map((/** @type {any} */ { geometry, properties }) => {
      const depth = geometry.type === "MultiLineString" ? 1 : 0;
      const { work_code: work, section_code: section } = properties;
      const options = { renderer: this.paint.lines, interactive: false, smoothFactor: 1, weight: 14, strokes: [], scale: 1, work, section, built: false };
      return { layer: new this.classes.Line(L.GeoJSON.coordsToLatLngs(geometry.coordinates, depth), options), properties, other, order: -1 };
    });
  }

  paintLines() {
    if (!this.view) return;
    const changed = this.lines.filter((one) => this.dress(one)).length + this.paintBands(this.view.state.work);
    if (!changed) return;
    const shown = [...this.lines, ...this.bands.values()].filter((one) => one.order >= 0).sort((a, b) => a.order - b.order);
    for (const { layer } of shown) layer.bringToFront();
  }

  /** Give a line the look that it has now. @param {DrawnLine} one @returns {boolean} whether that is another one */
  dress(one) {
    const view = /** @type {import("./road-model.js").RoadView} */ (this.view);
    const { layer, properties } = one;
    const look = lookOf(view, this.words, properties, one.other);
    const band = properties.work_code === view.state.work ? BANDS.selected : properties.work_code === this.hovered ? BANDS.hovered : null;
    const order = look ? look.order + (band?.order ?? 0) : -1;
    const scale = this.scale();
    const { options } = layer;
    if (order === one.order && (!look || (look.strokes === options.strokes && scale === options.scale))) return false;
    one.order = order;
    Object.assign(options, { strokes: look?.strokes ?? [], built: look?.built ?? false, scale });
    if (!look) this.holder.removeLayer(layer);
    else if (this.holder.hasLayer(layer)) layer.redraw();
    else this.holder.addLayer(layer);
    return true;
  }

  /** @param {string} selected @returns {number} how many bands are others now */
  paintBands(selected) {
    const wanted = { selected, hovered: this.hovered === selected ? "" : this.hovered };
    return Object.entries(wanted).filter(([name, code]) => this.band(/** @type {"hovered"} */ (name), code)).length;
  }

  /** One band below all pieces of a work, so that none of them covers the end of the next. @param {"hovered"|"selected"} name @param {string} code @returns {boolean} whether it is another one */
  band(name, code) {
    const pieces = code ? this.lines.filter(({ properties, order }) => order >= 0 && properties.work_code === code) : [];
    const key = pieces.length ? `${code}|${pieces.length}|${this.scale()}` : "";
    const known = this.bands.get(name);
    if (key === (known?.key ?? "")) return false;
    if (known) this.holder.removeLayer(known.layer);
    this.bands.delete(name);
    if (!key) return true;
    const { strokes, order } = BANDS[name];
    const options = { renderer: this.paint.lines, interactive: false, smoothFactor: 1, weight: 14, strokes, scale: this.scale(), band: code };
    const layer = new this.classes.Line(pieces.flatMap(({ layer: piece }) => (L.LineUtil.isFlat(piece.getLatLngs()) ? [piece.getLatLngs()] : piece.getLatLngs())), options);
    this.bands.set(name, { key, layer: layer.addTo(this.holder), order });
    return true;
  }

  paintMarks() {
    if (!this.view?.state.layers.includes("groups")) return this.clearMarks();
    const located = this.view.groups.filter((group) => typeof group.lon === "number" && typeof group.lat === "number");
    const wanted = new Set(located.map((group) => group.group_code));
    for (const code of [...this.marks.keys()]) if (!wanted.has(code)) this.dropMark(code);
    const size = /** @type {number[]} */ (RADII.find(([zoom]) => this.map.getZoom() < zoom))[1];
    const changed = located.filter((group) => this.mark(group, size)).length;
    if (!changed) return undefined;
    const order = (/** @type {any} */ mark) => MARK_ORDER.indexOf(mark.options.where);
    for (const mark of [...this.marks.values()].sort((a, b) => order(a) - order(b))) mark.bringToFront();
    return undefined;
  }

  /** @param {any} group @param {number} size @returns {boolean} whether it looks otherwise now */
  mark(group, size) {
    const { built } = /** @type {import("./road-model.js").RoadView} */ (this.view);
    const where = standing(group, built);
    const radius = where === "out" ? size * QUIET_RADIUS : size;
    const known = this.marks.get(group.group_code);
    if (known && known.options.where === where && known.getRadius() === radius) return false;
    const look = { mark: this.words.group[where], where };
    if (known) {
      Object.assign(known.options, look);
      known.setRadius(radius);
      return true;
    }
    const options = { renderer: this.paint.points, interactive: false, radius, codes: [group.group_code], ...look };
    this.marks.set(group.group_code, new this.classes.Mark([group.lat, group.lon], options).addTo(this.marksHolder));
    return true;
  }

  /** @param {string} code */
  dropMark(code) {
    this.marksHolder.removeLayer(this.marks.get(code));
    this.marks.delete(code);
  }

  clearMarks() {
    this.marksHolder.clearLayers();
    this.marks.clear();
  }

  /** What lies at a point: a group before a line, a work that is built before one that is not.
   * @param {any} event Leaflet's @returns {{group: string}|{work: string, other: boolean}|null} */
  pick(event) {
    const group = this.nearestMark(event.containerPoint);
    if (group) return { group };
    const at = event.layerPoint;
    const hits = this.lines.filter(({ layer, order }) => order >= 0 && layer._pxBounds?.contains(at) && near(layer, at));
    const hit = hits.sort((a, b) => Number(b.layer.options.built) - Number(a.layer.options.built))[0];
    return hit ? { work: hit.properties.work_code, other: hit.other } : null;
  }

  /** @param {{x: number, y: number}} point @returns {string} */
  nearestMark(point) {
    let [best, least] = ["", HIT_PX];
    for (const [code, mark] of this.marks) {
      const at = this.map.latLngToContainerPoint(mark.getLatLng());
      const distance = Math.hypot(at.x - point.x, at.y - point.y);
      if (distance <= least) [best, least] = [code, distance];
    }
    return best;
  }

  /** The extent of a work. @param {string} code @returns {any} Leaflet bounds or null */
  boundsOf(code) {
    const own = this.lines.filter(({ properties, other }) => properties.work_code === code && !other);
    return own.length ? own.reduce((all, { layer }) => all.extend(layer.getBounds()), L.latLngBounds([])) : null;
  }
}

/** @param {any} layer @param {any} at */
const near = (layer, at) => layer._parts?.some((/** @type {any[]} */ part) => part.some((point, index) => index > 0 && L.LineUtil.pointToSegmentDistance(at, part[index - 1], point) <= LINE_HIT_PX));
