// Lines and groups of the road plan: drawn once, on a canvas above either renderer, so that both show the same and a click means the same.

import { drawMark } from "./dom.js";
import { standing } from "./road-model.js";

const HIT_PX = 11;
const LINE_HIT_PX = 6;
const THIN_BELOW_ZOOM = 11;
const RADII = [[10.3, 3], [11.5, 4.2], [12.7, 6], [Infinity, 8]]; // below a zoom, so many pixels
const SELECTED = [{ colour: "#111418", width: 13, dash: [] }, { colour: "#ffffff", width: 9.5, dash: [] }];
const HOVERED = [{ colour: "#495057", width: 10.5, dash: [] }, { colour: "#ffffff", width: 8.5, dash: [] }];

/** @typedef {import("./road-words.js").Stroke} Stroke */

/** Classes are made once, after Leaflet is there. */
function classes() {
  const Line = L.Polyline.extend({
    _updatePath() {
      if (!this._renderer._drawing || !this._parts.length) return;
      strokeParts(this._renderer._ctx, this._parts, this.options.strokes, this.options.scale);
    },
  });
  const Mark = L.CircleMarker.extend({
    _updatePath() {
      if (!this._renderer._drawing || this._empty()) return;
      drawMark(this._renderer._ctx, this.options.mark, this._point.x, this._point.y, this.options.radius);
    },
  });
  return { Line, Mark };
}

/** @param {CanvasRenderingContext2D} context @param {{x: number, y: number}[][]} parts @param {Stroke[]} strokes @param {number} scale */
function strokeParts(context, parts, strokes, scale) {
  context.globalAlpha = 1;
  context.lineJoin = "round";
  context.lineCap = "butt";
  context.beginPath();
  for (const part of parts) part.forEach((point, index) => (index ? context.lineTo(point.x, point.y) : context.moveTo(point.x, point.y)));
  for (const stroke of strokes) {
    const width = stroke.width * scale;
    context.setLineDash(stroke.dash.map((one) => one * width));
    context.lineWidth = width;
    context.strokeStyle = stroke.colour;
    context.stroke();
  }
  context.setLineDash([]);
}

/** How the lines of a work are drawn. @param {import("./road-model.js").RoadView} view @param {any} words @param {any} properties @param {boolean} other of the other plan
 * @returns {{strokes: Stroke[], built: boolean, order: number}|null} null: not drawn */
export function styleOf(view, words, properties, other) {
  const { comparison, built, state } = view;
  const code = properties.work_code;
  if (other) return comparison?.others.has(code) ? { strokes: words.side.b.strokes, built: true, order: 3 } : null;
  const on = built.has(code);
  if (!on) return { strokes: words.unbuilt.strokes, built: false, order: code === state.work ? 2 : 1 };
  if (comparison) return { strokes: words.side[comparison.sides.get(code) ?? "a"].strokes, built: true, order: 4 };
  if (isFlagged(properties)) return { strokes: words.flagged.strokes, built: true, order: 5 };
  return { strokes: (words.kind[properties.kind] ?? words.kind.new).strokes, built: true, order: 4 };
}

/** Whether the piece needs a survey or a longer line. @param {any} properties */
export const isFlagged = (properties) => Boolean(properties.flagged) && properties.flagged !== "false";

/** @param {any} map Leaflet map */
export function createRoadLayer(map) {
  const { Line, Mark } = classes();
  const paint = { lines: L.canvas({ pane: "lines", padding: 0.2 }), points: L.canvas({ pane: "points", padding: 0.2 }) };
  const holder = L.layerGroup().addTo(map);
  const marks = L.layerGroup().addTo(map);
  /** @type {{key: any, other: any, lines: any[]}} */
  let made = { key: null, other: null, lines: [] };
  /** @type {import("./road-model.js").RoadView|null} */
  let shown = null;
  /** @type {any} */
  let words = null;
  let hovered = "";
  const scale = () => (map.getZoom() < THIN_BELOW_ZOOM ? 0.7 : 1);

  const make = (/** @type {import("./road-model.js").RoadView} */ view) => {
    if (made.key === view.lines && made.other === (view.comparison?.lines ?? null)) return;
    holder.clearLayers();
    made = { key: view.lines, other: view.comparison?.lines ?? null, lines: [...linesOf(view.lines, false), ...linesOf(view.comparison?.lines, true)] };
  };
  const linesOf = (/** @type {any} */ collection, /** @type {boolean} */ other) =>
    (collection?.features ?? []).filter((/** @type {any} */ one) => one.geometry).map((/** @type {any} */ one) => {
      const depth = one.geometry.type === "MultiLineString" ? 1 : 0;
      const { work_code: work, section_code: section } = one.properties;
      const options = { renderer: paint.lines, interactive: false, smoothFactor: 1, weight: 14, strokes: [], scale: 1, work, section, built: false };
      return { layer: new Line(L.GeoJSON.coordsToLatLngs(one.geometry.coordinates, depth), options), properties: one.properties, other };
    });

  const paintLines = () => {
    if (!shown) return;
    const view = shown;
    const styled = made.lines.map((one) => ({ ...one, style: styleOf(view, words, one.properties, one.other) }));
    styled.sort((a, b) => rank(a) - rank(b));
    for (const { layer, properties, style } of styled) {
      if (!style) {
        layer.options.built = false;
        if (holder.hasLayer(layer)) holder.removeLayer(layer);
        continue;
      }
      const halo = properties.work_code === view.state.work ? SELECTED : properties.work_code === hovered ? HOVERED : [];
      Object.assign(layer.options, { strokes: [...halo, ...style.strokes], scale: scale(), built: style.built });
      if (holder.hasLayer(layer)) layer.redraw();
      else holder.addLayer(layer);
      layer.bringToFront();
    }
  };
  const rank = (/** @type {any} */ one) => {
    const code = one.properties.work_code;
    return (one.style?.order ?? 0) + (code === shown?.state.work ? 20 : 0) + (code === hovered ? 10 : 0);
  };
  const paintMarks = () => {
    marks.clearLayers();
    if (!shown || !shown.state.layers.includes("groups")) return;
    const size = /** @type {number[]} */ (RADII.find(([zoom]) => map.getZoom() < zoom))[1];
    const located = shown.groups.filter((group) => typeof group.lon === "number" && typeof group.lat === "number");
    const order = ["out", "connected", "open"];
    const sorted = located.map((group) => ({ group, where: standing(group, /** @type {any} */ (shown).built) })).sort((a, b) => order.indexOf(a.where) - order.indexOf(b.where));
    for (const { group, where } of sorted) {
      const radius = where === "out" ? size * 0.75 : size;
      new Mark([group.lat, group.lon], { renderer: paint.points, interactive: false, mark: words.group[where], radius, codes: [group.group_code], where }).addTo(marks);
    }
  };
  const redraw = () => {
    paintLines();
    paintMarks();
  };
  map.on("zoomend", redraw);
  return {
    /** @param {import("./road-model.js").RoadView} view @param {any} given */
    show(view, given) {
      [shown, words] = [view, given];
      make(view);
      redraw();
    },
    hide() {
      shown = null;
      made = { key: null, other: null, lines: [] };
      holder.clearLayers();
      marks.clearLayers();
    },
    /** @param {string} code */
    hover(code) {
      if (code === hovered) return;
      hovered = code;
      paintLines();
    },
    /** What lies at a point: a group before a line. @param {any} event Leaflet's @returns {{group: string}|{work: string, other: boolean}|null} */
    pick(event) {
      const group = nearestMark(map, marks, event.containerPoint);
      if (group) return { group };
      const at = event.layerPoint;
      const hit = [...made.lines].filter(({ layer }) => holder.hasLayer(layer) && layer._pxBounds?.contains(at) && near(layer, at)).sort((a, b) => Number(b.layer.options.built) - Number(a.layer.options.built))[0];
      return hit ? { work: hit.properties.work_code, other: hit.other } : null;
    },
    /** The extent of a work. @param {string} code @returns {any} Leaflet bounds or null */
    boundsOf(code) {
      const own = made.lines.filter(({ properties, other }) => properties.work_code === code && !other);
      return own.length ? own.reduce((all, { layer }) => all.extend(layer.getBounds()), L.latLngBounds([])) : null;
    },
  };
}

/** @param {any} layer @param {any} at */
const near = (layer, at) => layer._parts?.some((/** @type {any[]} */ part) => part.some((point, index) => index > 0 && L.LineUtil.pointToSegmentDistance(at, part[index - 1], point) <= LINE_HIT_PX));

/** @param {any} map @param {any} marks @param {{x: number, y: number}} point @returns {string} */
function nearestMark(map, marks, point) {
  let [best, least] = ["", HIT_PX];
  marks.eachLayer((/** @type {any} */ mark) => {
    const at = map.latLngToContainerPoint(mark.getLatLng());
    const distance = Math.hypot(at.x - point.x, at.y - point.y);
    if (distance <= least) [best, least] = [mark.options.codes[0], distance];
  });
  return best;
}
