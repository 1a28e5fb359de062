// Names of the shaded units, with the number that the table gives for each; no label lies on another.

import { el, icon } from "./dom.js";
import { integer } from "./format.js";
import { anchor } from "./geometry.js";
import { countOf } from "./model.js";

/** @typedef {{x: number, y: number, width: number, height: number, weight: number}} Box middle and size in pixels; the heavier one keeps its place */

const MANY_NAMES = 60;
const SINGLE_ZOOM = 11; // from here on every group is drawn, and a number would look like one more
const LINE_PX = 17;
const WIDE_PX = 13;
const NARROW_PX = 7.5;
const PADDING_PX = 3;
/** Where a label may stand besides its middle, in parts of its own size. */
const SHIFTS = [[0, 0], [0, -0.6], [0, 0.6], [0.5, 0], [-0.5, 0], [0.5, -0.6], [-0.5, -0.6], [0.5, 0.6], [-0.5, 0.6]];

/** Whether units carry names; with the whole county in sight they carry their numbers too, and clusters need none.
 * @param {import("./model.js").Model} model @returns {boolean} */
export const hasNames = (model) => model.shade !== null && model.shade.rows.size <= MANY_NAMES;

/** @param {import("./model.js").Model} model @returns {boolean} */
export const hasNumbers = (model) => hasNames(model) && model.path[model.path.length - 1].level === "county";

/** How wide a text is about: ideographs are square. @param {string} text @returns {number} */
export function widthOf(text) {
  return [...text].reduce((sum, sign) => sum + ((sign.codePointAt(0) ?? 0) > 0x2e7f ? WIDE_PX : NARROW_PX), 0);
}

/** A place for each box such that none lies on another, the heaviest first; null where there is none.
 * @param {Box[]} boxes @returns {Array<{x: number, y: number}|null>} */
export function placed(boxes) {
  /** @type {Box[]} */
  const taken = [];
  /** @type {Array<{x: number, y: number}|null>} */
  const places = boxes.map(() => null);
  const order = boxes.map((_, index) => index).sort((a, b) => boxes[b].weight - boxes[a].weight || a - b);
  for (const index of order) {
    const box = boxes[index];
    const choices = SHIFTS.map(([right, down]) => ({ ...box, x: box.x + right * box.width, y: box.y + down * box.height }));
    const free = choices.find((one) => taken.every((other) => !overlap(one, other)));
    if (!free) continue;
    taken.push(free);
    places[index] = { x: free.x, y: free.y };
  }
  return places;
}

/** @param {Box} a @param {Box} b */
const overlap = (a, b) => Math.abs(a.x - b.x) * 2 < a.width + b.width + PADDING_PX && Math.abs(a.y - b.y) * 2 < a.height + b.height;

/** Draw the labels for the zoom of the map. @param {any} map @param {any} target layer group @param {import("./model.js").Model} model @param {any} words */
export function drawLabels(map, target, model, words) {
  target.clearLayers();
  if (!hasNames(model)) return;
  const labels = labelsOf(map, model);
  const places = placed(labels);
  labels.forEach((/** @type {any} */ label, /** @type {number} */ index) => {
    const place = places[index];
    if (!place) return;
    const icons = L.divIcon({ className: "place-name", html: node(label, words), iconSize: [0, 0] });
    L.marker(map.unproject([place.x, place.y]), { pane: "names", icon: icons, interactive: false, keyboard: false }).addTo(target);
  });
}

/** @param {any} map @param {import("./model.js").Model} model */
function labelsOf(map, model) {
  const { rows, key, polygons } = /** @type {NonNullable<import("./model.js").Model["shade"]>} */ (model.shade);
  const filter = model.state.filter === "all" ? "lacking" : model.state.filter;
  return polygons.features.flatMap((/** @type {any} */ feature) => {
    const row = rows.get(feature.properties[key]);
    const at = anchor(feature.geometry);
    if (!row?.name || !at) return [];
    const count = hasNumbers(model) && map.getZoom() < SINGLE_ZOOM && model.state.layers.includes("groups") ? countOf(row, filter) : 0;
    const number = count ? integer(count) : "";
    const { x, y } = map.project([at[1], at[0]]);
    const width = Math.max(widthOf(row.name), number ? widthOf(number) * 1.4 + LINE_PX : 0);
    return [{ x, y, width, height: number ? LINE_PX * 2 : LINE_PX, weight: row.groups.total, name: row.name, number, verdict: filter === "near" ? "lacking" : filter }];
  });
}

/** @param {any} label @param {any} words */
function node(label, words) {
  const number = label.number ? el("b", { class: "number" }, icon(words.mark[label.verdict]), label.number) : null;
  return el("span", {}, el("span", { text: label.name }), number);
}
