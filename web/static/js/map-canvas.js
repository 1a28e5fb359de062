// Leaflet on a plain canvas: for machines without WebGL, and for the folder that opens without a service.

import { drawMark } from "./dom.js";
import { hasNumbers } from "./labels.js";
import { QUIET } from "./map-base.js";
import { drawSign, hatchCanvas } from "./patterns.js";
import { shadeClass, shadeOpacity } from "./shade.js";

const CLUSTER_BELOW_ZOOM = 11;
const CELL_PX = 34;
const NUMBERED_CELL_PX = 60;
const HIT_PX = 11;
const SMALL_SIGN_PX = 4;
const THIN = 0.6;

/** Point classes are made once, after Leaflet is there. */
function pointClasses() {
  const Mark = L.CircleMarker.extend({
    _updatePath() {
      if (!this._renderer._drawing || this._empty()) return;
      drawMark(this._renderer._ctx, this.options.mark, this._point.x, this._point.y, this.options.radius);
      if (this.options.text) drawCount(this._renderer._ctx, this.options.text, this._point.x + this.options.radius + 3, this._point.y);
    },
  });
  const Sign = L.CircleMarker.extend({
    _updatePath() {
      if (!this._renderer._drawing || this._empty()) return;
      const radius = this._map.getZoom() < CLUSTER_BELOW_ZOOM ? SMALL_SIGN_PX : this.options.radius;
      drawSign(this._renderer._ctx, this.options.sign, this._point.x, this._point.y, radius);
    },
  });
  return { Mark, Sign };
}

/** @param {CanvasRenderingContext2D} context @param {string} text @param {number} x @param {number} y */
function drawCount(context, text, x, y) {
  context.font = '600 13px "Noto Sans CJK SC","Microsoft YaHei",sans-serif';
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.strokeStyle = "#ffffff";
  context.lineWidth = 3;
  context.strokeText(text, x, y);
  context.fillStyle = "#212529";
  context.fillText(text, x, y);
}

/**
 * @param {any} map @param {any} words @param {import("./api.js").Source} source @param {(text: string) => void} report
 * @returns {import("./map-base.js").Renderer}
 */
export function createCanvasRenderer(map, words, source, report) {
  const classes = pointClasses();
  const paint = { shade: L.canvas({ pane: "shade", padding: 0.2 }), lines: L.canvas({ pane: "lines", padding: 0.2 }), points: L.canvas({ pane: "points", padding: 0.2 }) };
  const hatch = hatchPattern(words);
  const shade = L.layerGroup().addTo(map);
  const groups = L.layerGroup().addTo(map);
  /** @type {Map<string, any>} */
  const plain = new Map();
  /** @type {import("./model.js").Model|null} */
  let model = null;
  /** @type {any[]} */
  let marks = [];
  const manner = () => ({ near: map.getZoom() >= CLUSTER_BELOW_ZOOM, opacity: model?.quiet ? QUIET : 1 });
  let drawn = manner();
  const redraw = () => {
    if (model) marks = drawGroups(map, groups, model, words, classes, paint.points);
    const now = manner();
    if (drawn.near === now.near && drawn.opacity === now.opacity) return;
    drawn = now;
    const thinner = (/** @type {any} */ feature) => roadStyle(feature, words, paint.lines, now);
    plain.get("roads")?.eachLayer((/** @type {any} */ layer) => layer.setStyle(thinner));
  };
  map.on("zoomend", redraw);
  return {
    tiles: false,
    show(next) {
      model = next;
      drawShade(shade, next, words, paint.shade, hatch);
      redraw();
      syncLayers(map, plain, next, words, source, classes, paint, () => drawn).catch((error) => report(error.message));
    },
    pick: (point) => nearest(map, marks, point),
    remove() {
      map.off("zoomend", redraw);
      for (const layer of [shade, groups, ...plain.values()]) layer.remove();
    },
  };
}

/** @param {any} words */
function hatchPattern(words) {
  const context = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  return context.createPattern(hatchCanvas(words.legend.ramp.hatch), "repeat");
}

/** @param {any} target @param {import("./model.js").Model} model @param {any} words @param {any} renderer @param {any} hatch */
function drawShade(target, model, words, renderer, hatch) {
  target.clearLayers();
  if (!model.shade) return;
  const { key, rows, polygons } = model.shade;
  const { colours, breaks } = words.legend.ramp;
  const style = (/** @type {any} */ feature) => {
    const one = shadeClass(rows.get(feature.properties[key]), breaks);
    const fill = typeof one === "number" ? colours[one] : hatch;
    const edge = model.shade?.level === "township" ? { color: "#495057", weight: 0.8 } : { color: "#868e96", weight: 0.5 };
    return { renderer, ...edge, fill: one !== "empty", fillColor: fill, fillOpacity: one === "unknown" ? 1 : shadeOpacity(model) };
  };
  L.geoJSON(polygons, { interactive: false, style }).addTo(target);
}

/** @param {any} map @param {any} target @param {import("./model.js").Model} model @param {any} words @param {any} classes @param {any} renderer @returns {any[]} */
function drawGroups(map, target, model, words, classes, renderer) {
  target.clearLayers();
  if (!model.state.layers.includes("groups") || !model.groups) return [];
  const located = model.groups.filter((row) => typeof row.lon === "number" && typeof row.lat === "number");
  const clustered = !model.state.area && map.getZoom() < CLUSTER_BELOW_ZOOM;
  const numbered = !hasNumbers(model);
  const bins = clustered ? binned(map, located, numbered ? NUMBERED_CELL_PX : CELL_PX) : located.map((row) => [row]);
  const radius = map.getZoom() < CLUSTER_BELOW_ZOOM ? 5 : map.getZoom() < 12 ? 6 : 8;
  const marks = bins.map((rows) => describe(rows, radius, numbered));
  marks.sort((a, b) => a.order - b.order);
  for (const mark of marks) {
    new classes.Mark(mark.at, { renderer, interactive: false, mark: words.mark[mark.verdict], radius: mark.radius, text: mark.text, codes: mark.rows.map((row) => row.code) }).addTo(target);
  }
  return marks;
}

/** Groups by squares of the screen. @param {any} map @param {any[]} rows @param {number} cell pixels @returns {any[][]} */
function binned(map, rows, cell) {
  /** @type {Map<string, any[]>} */
  const cells = new Map();
  for (const row of rows) {
    const point = map.project([row.lat, row.lon]);
    const key = `${Math.floor(point.x / cell)}/${Math.floor(point.y / cell)}`;
    const held = cells.get(key);
    if (held) held.push(row);
    else cells.set(key, [row]);
  }
  return [...cells.values()];
}

const ORDER = ["excluded", "met", "unknown", "lacking"];

/** One mark for one group, or for a square of them. @param {any[]} rows @param {number} radius @param {boolean} numbered */
function describe(rows, radius, numbered) {
  const mean = (/** @type {string} */ name) => rows.reduce((sum, row) => sum + row[name], 0) / rows.length;
  const verdict = ORDER.findLast((name) => rows.some((row) => row.verdict === name)) ?? "unknown";
  const count = rows.filter((row) => row.verdict === verdict).length;
  const counted = rows.length > 1 && verdict !== "met" && verdict !== "excluded";
  const size = rows.length === 1 ? radius : counted ? radius - 2 + Math.min(7, Math.sqrt(count)) : radius * 0.6;
  const order = ORDER.indexOf(verdict) * 1e6 + count;
  return { at: [mean("lat"), mean("lon")], verdict, rows, radius: size, text: counted && numbered && count > 1 ? String(count) : "", order };
}

/** @param {any} map @param {any[]} marks @param {{x: number, y: number}} point @returns {import("./map-base.js").Picked} */
function nearest(map, marks, point) {
  let best = null;
  let least = HIT_PX;
  for (const mark of marks) {
    const at = map.latLngToContainerPoint(mark.at);
    const distance = Math.hypot(at.x - point.x, at.y - point.y) - Math.max(0, mark.radius - 8);
    if (distance <= least) [best, least] = [mark, distance];
  }
  if (!best) return null;
  return best.rows.length > 1 ? { zoomTo: best.at } : { code: best.rows[0].code };
}

/** Add what was switched on, remove what was switched off.
 * @param {any} map @param {Map<string, any>} plain @param {import("./model.js").Model} model @param {any} words
 * @param {import("./api.js").Source} source @param {any} classes @param {any} paint @param {() => Manner} manner */
async function syncLayers(map, plain, model, words, source, classes, paint, manner) {
  const wanted = model.county.layers.filter((/** @type {any} */ one) => DRAWN.has(one.geometry) && !BASE.has(one.name) && model.state.layers.includes(one.name));
  const names = new Set(wanted.map((/** @type {any} */ one) => one.name));
  for (const [name, layer] of plain) {
    if (!names.has(name)) {
      layer.remove();
      plain.delete(name);
    }
  }
  for (const one of wanted.filter((/** @type {any} */ layer) => !plain.has(layer.name) && words.style[layer.name])) {
    const holder = L.layerGroup().addTo(map);
    plain.set(one.name, holder);
    const features = await source.features(one.name);
    L.geoJSON(features, plainOptions(one, words, classes, paint, manner())).addTo(holder);
  }
}

const DRAWN = new Set(["point", "line", "polygon"]);
const BASE = new Set(["groups", "counties"]);
const BOUNDARIES = new Set(["townships", "villages"]);

/** @typedef {{near: boolean, opacity: number}} Manner how roads are drawn */

/** @param {any} layer @param {any} words @param {any} classes @param {any} paint @param {Manner} manner */
function plainOptions(layer, words, classes, paint, manner) {
  const sign = words.style[layer.name];
  const edge = { renderer: paint.lines, color: sign.colour, weight: layer.name === "townships" ? 1.2 : 0.6, fill: false };
  const style = BOUNDARIES.has(layer.name) ? edge : layer.name === "roads" ? (/** @type {any} */ feature) => roadStyle(feature, words, paint.lines, manner) : { renderer: paint.lines, color: sign.colour, weight: 1.2, fillOpacity: 0.18 };
  return { interactive: false, style, pointToLayer: (/** @type {any} */ _, /** @type {any} */ at) => new classes.Sign(at, { renderer: paint.lines, interactive: false, sign, radius: 8 }) };
}

/** Roads are thin where the whole county is in sight. @param {any} feature @param {any} words @param {any} renderer @param {Manner} manner */
function roadStyle(feature, words, renderer, { near, opacity }) {
  const { surface, status } = feature.properties;
  const style = words.surface[status === "planned" || status === "building" ? "planned" : (surface ?? "unknown")] ?? words.surface.unknown;
  return { renderer, opacity, color: style.colour, weight: style.width * (near ? 1 : THIN), dashArray: style.dash.map((/** @type {number} */ part) => part * style.width).join(" ") || null };
}
