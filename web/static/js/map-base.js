// What both renderers share: relief, scale, names, the outline of the area, the halo of the chosen group, and what a click means.

import { el } from "./dom.js";
import { contains } from "./geometry.js";
import { drawLabels } from "./labels.js";

/** @typedef {{code: string, verdict?: string}|{zoomTo: [number, number]}|null} Picked a group, a cluster (lat, lon) or nothing
 * @typedef {object} Renderer
 * @property {boolean} tiles whether groups of a whole county come as tiles
 * @property {(model: import("./model.js").Model) => void} show
 * @property {(point: {x: number, y: number}) => Picked} pick
 * @property {() => void} remove
 */

/** How strong roads are drawn behind a plan. */
export const QUIET = 0.45;

const LEGEND_PX = 170;
const ROOMY_PX = 700;
const BLANK = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
const PANES = { relief: 150, gl: 250, shade: 300, lines: 320, points: 340, focus: 450, names: 460 };

/** @param {any} map Leaflet map @param {any} boot @param {any} county */
export function prepareMap(map, boot, county) {
  for (const [name, order] of Object.entries(PANES)) {
    const pane = map.createPane(name);
    pane.style.zIndex = String(order);
    pane.style.pointerEvents = "none";
  }
  map.options.zoomSnap = 0.25; // the area fills the map; the buttons and the wheel still go by whole steps
  map.attributionControl?.remove();
  L.control.zoom({ position: "topright", zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright", maxWidth: 120 }).addTo(map);
  addNorth(map);
  addRelief(map, boot, county);
}

/** @param {any} map */
function addNorth(map) {
  const north = L.control({ position: "topright" });
  north.onAdd = () => el("div", { class: "north", "aria-label": "上方为北", title: "上方为北" }, el("span", { text: "北" }), el("span", { text: "▲" }));
  north.addTo(map);
}

/** @param {any} map @param {any} boot @param {any} county */
function addRelief(map, boot, county) {
  const has = county.layers.some((/** @type {any} */ layer) => layer.geometry === "raster");
  if (!has || !boot.relief) return;
  const box = county.county.bounds;
  const limits = box ? L.latLngBounds([box[1], box[0]], [box[3], box[2]]) : undefined;
  const [least, most] = boot.reliefZooms ?? [0, boot.reliefZoom];
  const options = { pane: "relief", opacity: 0.5, minNativeZoom: least, maxNativeZoom: most, maxZoom: 18, bounds: limits, errorTileUrl: BLANK };
  L.tileLayer(boot.relief, options).addTo(map);
}

/** @param {any} map @param {[number, number, number, number]|null} box */
export function fit(map, box) {
  if (!box) return;
  const left = map.getSize().x > ROOMY_PX ? LEGEND_PX : 16;
  map.fitBounds([[box[1], box[0]], [box[3], box[2]]], { paddingTopLeft: [left, 16], paddingBottomRight: [16, 30], animate: false, maxZoom: 15 });
}

/** Names of the shaded units, outline of the area, halo of a group. @param {any} map @param {() => any} words */
export function createOverlay(map, words) {
  const names = L.layerGroup().addTo(map);
  const outline = L.layerGroup().addTo(map);
  const halo = L.layerGroup().addTo(map);
  /** @type {import("./model.js").Model|null} */
  let shown = null;
  const label = () => shown && drawLabels(map, names, shown, words());
  map.on("zoomend", label);
  return {
    /** @param {import("./model.js").Model} model */
    show(model) {
      shown = model;
      label();
      drawOutline(outline, model);
    },
    /** @param {import("./model.js").Model} model @param {string} code */
    focus(model, code) {
      halo.clearLayers();
      for (const wanted of new Set([model.state.select, code])) drawHalo(halo, model, wanted);
    },
    /** @param {[number, number]|null} at lat, lon of a chosen group that is not among the rows */
    mark(at) {
      if (at) L.circleMarker(at, HALO).addTo(halo);
    },
  };
}

const HALO = { pane: "focus", radius: 13, color: "#111418", weight: 3, fill: false, interactive: false };

/** @param {any} outline @param {import("./model.js").Model} model */
function drawOutline(outline, model) {
  outline.clearLayers();
  const feature = featureOf(model, model.state.area);
  if (feature) L.geoJSON(feature, { pane: "focus", interactive: false, style: { pane: "focus", color: "#212529", weight: 2.5, fill: false } }).addTo(outline);
}

/** @param {import("./model.js").Model} model @param {string} code */
function featureOf(model, code) {
  const { shade } = model;
  return shade && code ? shade.polygons.features.find((/** @type {any} */ one) => one.properties[shade.key] === code) : undefined;
}

/** @param {any} halo @param {import("./model.js").Model} model @param {string} code */
function drawHalo(halo, model, code) {
  if (!code) return;
  const row = model.groups?.find((one) => one.code === code);
  if (row && typeof row.lon === "number") L.circleMarker([row.lat, row.lon], HALO).addTo(halo);
  const unit = row ? undefined : featureOf(model, code);
  if (unit) L.geoJSON(unit, { interactive: false, style: { pane: "focus", color: "#111418", weight: 3, fill: false } }).addTo(halo);
}

/** The shaded unit under a point. @param {import("./model.js").Model|null} model @param {{lat: number, lng: number}} at @returns {string} its code or empty */
export function unitAt(model, at) {
  const shade = model?.shade;
  if (!shade) return "";
  const found = shade.polygons.features.find((/** @type {any} */ one) => contains(one.geometry, at.lng, at.lat));
  const code = found?.properties[shade.key] ?? "";
  return shade.rows.has(code) ? code : "";
}
