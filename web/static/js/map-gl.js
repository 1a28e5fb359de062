// MapLibre GL through the Leaflet bridge: the style is a function of the model, and MapLibre works out what changed.

import { JOINTS } from "./api.js";
import { drawMark } from "./dom.js";
import { hasNumbers } from "./labels.js";
import { QUIET } from "./map-base.js";
import { hatchImage, symbolImage } from "./patterns.js";
import { shadeClass, shadeOpacity } from "./shade.js";

const CLUSTER_ZOOM = 9;
const CLUSTER_PX = 48;
const NO_DATA = { type: "FeatureCollection", features: [] };
const HIT_PX = 7;

/** Whether this browser can draw with WebGL at all. @returns {boolean} */
export function hasWebGl() {
  try {
    const canvas = document.createElement("canvas");
    return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
  } catch {
    return false;
  }
}

/** @param {string} url @returns {Promise<void>} */
function loadScript(url) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`缺少 ${url}`));
    document.head.append(script);
  });
}

/** Load the library only where it can draw. @param {any} assets */
async function loadLibrary(assets) {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = assets.maplibre_css;
  document.head.append(sheet);
  await loadScript(assets.maplibre);
  await loadScript(assets.bridge);
  maplibregl.setWorkerUrl(assets.worker);
}

/**
 * @param {any} map Leaflet map @param {any} boot @param {any} words @param {() => void} lost called when it cannot go on drawing
 * @returns {Promise<import("./map-base.js").Renderer>}
 */
export async function createGlRenderer(map, boot, words, lost) {
  await loadLibrary(boot.assets);
  const options = { canvasContextAttributes: { preserveDrawingBuffer: true, antialias: true }, fadeDuration: 0, localIdeographFontFamily: FONT };
  const transformRequest = (/** @type {string} */ url) => ({ url: new URL(url, location.href).href });
  const layer = L.maplibreGL({ pane: "gl", style: emptyStyle(), transformRequest, ...options }).addTo(map);
  const gl = layer.getMaplibreMap();
  gl.on("styleimagemissing", (/** @type {{id: string}} */ event) => addImage(gl, event.id, words));
  gl.on("error", (/** @type {any} */ event) => {
    if (!event.sourceId && !event.tile) lost(); // a missing tile is shown as empty; a style that cannot be drawn is not
  });
  gl.on("webglcontextlost", lost);
  await new Promise((resolve) => gl.once("load", resolve));
  return {
    tiles: true,
    show: (model) => gl.setStyle(styleOf(model, words), { diff: true }),
    pick: (point) => pick(gl, layer, map, point),
    remove: () => layer.remove(),
  };
}

const FONT = '"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif';
const emptyStyle = () => ({ version: 8, sources: {}, layers: [] });

/** @param {any} gl @param {any} layer @param {any} map @param {{x: number, y: number}} point @returns {import("./map-base.js").Picked} */
function pick(gl, layer, map, point) {
  const margin = map.getSize().multiplyBy(layer.options.padding);
  const [x, y] = [point.x + margin.x, point.y + margin.y];
  const layers = ["groups", "clusters"].filter((name) => gl.getLayer(name));
  const found = gl.queryRenderedFeatures([[x - HIT_PX, y - HIT_PX], [x + HIT_PX, y + HIT_PX]], { layers })[0];
  if (!found) return null;
  const [lon, lat] = found.geometry.coordinates;
  return found.properties.point_count ? { zoomTo: [lat, lon] } : { code: String(found.properties.group_code) };
}

/** Draw an image when the style first asks for it. @param {any} gl @param {string} id @param {any} words */
function addImage(gl, id, words) {
  const [kind, name] = id.split(":");
  const image = kind === "mark" ? markImage(words.mark[name]) : kind === "symbol" ? symbolImage(words.style[name]) : hatchImage(words.legend.ramp.hatch);
  if (!gl.hasImage(id)) gl.addImage(id, image, { pixelRatio: 2 });
}

/** @param {any} mark @returns {ImageData} */
function markImage(mark) {
  const size = 40;
  const canvas = document.createElement("canvas");
  canvas.width = size;
  canvas.height = size;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  drawMark(context, mark, size / 2, size / 2, 14);
  return context.getImageData(0, 0, size, size);
}

/** The whole style of a model. @param {import("./model.js").Model} model @param {any} words */
function styleOf(model, words) {
  const on = model.county.layers.filter((/** @type {any} */ layer) => model.state.layers.includes(layer.name) && words.style[layer.name]);
  const plain = on.filter((/** @type {any} */ layer) => !OWN.has(layer.name) && layer.tiles);
  /** @type {Record<string, any>} */
  const sources = { shade: { type: "geojson", data: model.shade?.polygons ?? NO_DATA }, joints: { type: "geojson", data: model.joints ?? NO_DATA } };
  for (const layer of plain) sources[layer.name] = tileSource(layer);
  const layers = [...shadeLayers(model, words), ...plain.filter(isArea).flatMap((/** @type {any} */ one) => areaLayers(one, words))];
  for (const layer of on.filter((/** @type {any} */ one) => BOUNDARIES.has(one.name))) {
    sources[layer.name] = tileSource(layer);
    layers.push(boundaryLayer(layer, words));
  }
  layers.push(...plain.filter(isLine).flatMap((/** @type {any} */ one) => (one.name === "roads" ? roadLayers(words, model.quiet ? QUIET : 1) : lineLayers(one, words))));
  layers.push(...plain.filter(isPoint).map(symbolLayer));
  if (on.some((/** @type {any} */ layer) => layer.name === "groups")) {
    sources.groups = groupSource(model);
    layers.push(...groupLayers(model, words));
  }
  layers.push({ id: "joints", type: "symbol", source: "joints", layout: { ...SIGN_LAYOUT, "icon-image": `symbol:${JOINTS}` } });
  return { version: 8, sources, layers };
}

/** Drawn by the model itself: groups by verdict, units by their share; boundaries are lines only. */
const OWN = new Set(["groups", "counties", "townships", "villages"]);
const BOUNDARIES = new Set(["townships", "villages"]);
const isArea = (/** @type {any} */ layer) => layer.geometry === "polygon";
const isLine = (/** @type {any} */ layer) => layer.geometry === "line";
const isPoint = (/** @type {any} */ layer) => layer.geometry === "point";

/** @param {any} layer */
function tileSource(layer) {
  return layer.tiles.includes("{z}") ? { type: "vector", tiles: [new URL(layer.tiles, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}")] } : { type: "vector", url: layer.tiles };
}

/** Groups: the tiles of the county, or the rows of the filter when they were sent. @param {import("./model.js").Model} model */
function groupSource(model) {
  const layer = model.county.layers.find((/** @type {any} */ one) => one.name === "groups");
  if (model.groups === null) return tileSource(layer);
  const { service, area } = model.state;
  const counted = ["met", "lacking", "unknown", "excluded"].map((verdict) => [`${service}_${verdict}`, ["+", ["case", ["==", ["get", service], verdict], 1, 0]]]);
  const cluster = area ? {} : { cluster: true, clusterMaxZoom: CLUSTER_ZOOM, clusterRadius: CLUSTER_PX, clusterProperties: Object.fromEntries(counted) };
  return { type: "geojson", data: { type: "FeatureCollection", features: groupFeatures(model.groups, service) }, ...cluster };
}

/** @param {any[]} rows @param {string} service */
function groupFeatures(rows, service) {
  return rows
    .filter((row) => typeof row.lon === "number" && typeof row.lat === "number")
    .map((row) => ({ type: "Feature", geometry: { type: "Point", coordinates: [row.lon, row.lat] }, properties: { group_code: row.code, [service]: row.verdict } }));
}

/** @param {import("./model.js").Model} model @param {any} words */
function shadeLayers(model, words) {
  if (!model.shade) return [];
  const { colours, breaks } = words.legend.ramp;
  const { key, rows } = model.shade;
  const classes = [...rows.values()].map((row) => [row.code, shadeClass(row, breaks)]);
  const pairs = classes.filter(([, one]) => typeof one === "number").flatMap(([code, one]) => [code, colours[one]]);
  const hatched = classes.filter(([, one]) => one === "unknown").map(([code]) => code);
  const colour = pairs.length ? ["match", ["get", key], ...pairs, "rgba(0,0,0,0)"] : "rgba(0,0,0,0)";
  const edge = model.shade.level === "township" ? { "line-color": "#495057", "line-width": 0.7 } : { "line-color": "#868e96", "line-width": 0.5 };
  return [
    { id: "shade", type: "fill", source: "shade", paint: { "fill-color": colour, "fill-opacity": shadeOpacity(model) } },
    { id: "shade-unknown", type: "fill", source: "shade", filter: ["in", ["get", key], ["literal", hatched]], paint: { "fill-pattern": "hatch:unknown" } },
    { id: "shade-line", type: "line", source: "shade", paint: { "line-color": "#ffffff", "line-width": model.shade.level === "township" ? 1.6 : 1 } },
    { id: "shade-edge", type: "line", source: "shade", paint: edge },
  ];
}

/** @param {any} layer @param {any} words */
function areaLayers(layer, words) {
  const { colour } = words.style[layer.name];
  const base = { source: layer.name, "source-layer": layer.name };
  return [
    { id: layer.name, type: "fill", ...base, paint: { "fill-color": colour, "fill-opacity": 0.18 } },
    { id: `${layer.name}-line`, type: "line", ...base, paint: { "line-color": colour, "line-width": 1 } },
  ];
}

/** @param {any} layer @param {any} words */
function boundaryLayer(layer, words) {
  const width = layer.name === "townships" ? 1.2 : 0.6;
  return { id: `${layer.name}-edge`, type: "line", source: layer.name, "source-layer": layer.name, paint: { "line-color": words.style[layer.name].colour, "line-width": width } };
}

/** @param {any} layer @param {any} words */
function lineLayers(layer, words) {
  return [{ id: layer.name, type: "line", source: layer.name, "source-layer": layer.name, paint: { "line-color": words.style[layer.name].colour, "line-width": 1.4 } }];
}

const NOT_BUILT = ["in", ["coalesce", ["get", "status"], "existing"], ["literal", ["planned", "building"]]];

/** One layer for each surface, because a dash cannot follow the data. @param {any} words @param {number} opacity */
function roadLayers(words, opacity) {
  const known = words.legend.surfaces.map((/** @type {any} */ style) => style.value);
  return words.legend.surfaces.map((/** @type {any} */ style) => {
    const surface = ["coalesce", ["get", "surface"], "unknown"];
    const own = style.value === "unknown" ? ["!", ["in", surface, ["literal", known.filter((/** @type {string} */ name) => name !== "unknown")]]] : ["==", surface, style.value];
    const filter = style.value === "planned" ? NOT_BUILT : ["all", ["!", NOT_BUILT], own];
    const width = ["interpolate", ["linear"], ["zoom"], 8, style.width * 0.35, 11, style.width * 0.8, 15, style.width * 1.8];
    const paint = { "line-color": style.colour, "line-width": width, "line-opacity": opacity, ...(style.dash.length ? { "line-dasharray": style.dash } : {}) };
    return { id: `road-${style.value}`, type: "line", source: "roads", "source-layer": "roads", filter, paint };
  });
}

const SIGN_LAYOUT = { "icon-allow-overlap": true, "icon-size": ["interpolate", ["linear"], ["zoom"], 8, 0.28, 10, 0.4, 12, 0.9, 15, 1.1] };

/** @param {any} layer */
function symbolLayer(layer) {
  return { id: layer.name, type: "symbol", source: layer.name, "source-layer": layer.name, layout: { ...SIGN_LAYOUT, "icon-image": `symbol:${layer.name}` } };
}

/** @param {import("./model.js").Model} model @param {any} words */
function groupLayers(model, words) {
  const { service, filter } = model.state;
  const tiled = model.groups === null;
  const base = { source: "groups", ...(tiled ? { "source-layer": "groups" } : {}) };
  const verdict = ["coalesce", ["get", service], "unknown"];
  const wanted = tiled && filter !== "all" ? ["==", verdict, filter] : true;
  const single = ["all", ["!", ["has", "point_count"]], wanted];
  const image = ["concat", "mark:", verdict];
  const size = ["interpolate", ["linear"], ["zoom"], 8, 0.55, 10, 0.75, 13, 1.05];
  const order = ["match", verdict, "lacking", 3, "unknown", 2, "met", 1, 0];
  const layout = { "icon-image": image, "icon-size": size, "icon-allow-overlap": true, "symbol-sort-key": order };
  return [...clusterLayers(model, base), { id: "groups", type: "symbol", ...base, filter: single, layout }];
}

/** Clusters show what needs action: how many lack it, else how many are not known, else a quiet dot. Numbers of units take the place of their own.
 * @param {import("./model.js").Model} model @param {Record<string, string>} base */
function clusterLayers(model, base) {
  const { service, filter } = model.state;
  const count = (/** @type {string} */ name) => ["coalesce", ["get", `${service}_${name}`], 0];
  const [lacking, unknown] = [count("lacking"), count("unknown")];
  const shown = filter === "lacking" ? lacking : filter === "unknown" ? unknown : ["case", [">", lacking, 0], lacking, unknown];
  const kind = filter === "lacking" || filter === "unknown" ? filter : ["case", [">", lacking, 0], "lacking", [">", unknown, 0], "unknown", "met"];
  const has = filter === "all" || filter === "near" ? ["has", "point_count"] : ["all", ["has", "point_count"], [">", shown, 0]];
  const layout = {
    "icon-image": ["concat", "mark:", kind],
    "icon-size": ["interpolate", ["linear"], shown, 0, 0.36, 1, 0.55, 10, 0.9, 100, 1.5],
    "icon-allow-overlap": true,
    "symbol-sort-key": shown,
  };
  const marks = { id: "clusters", type: "symbol", ...base, filter: has, layout };
  return hasNumbers(model) ? [marks] : [marks, numberLayer(base, ["all", has, [">", shown, 1]], shown)];
}

/** Numbers beside clusters of two and more; where two would lie on each other the larger one stays.
 * @param {Record<string, string>} base @param {any} filter @param {any} shown */
function numberLayer(base, filter, shown) {
  const layout = {
    "text-field": ["to-string", shown],
    "text-font": ["sans-serif"],
    "text-size": 13,
    "text-anchor": "left",
    "text-offset": [0.75, 0],
    "text-padding": 3,
    "symbol-sort-key": ["-", 0, shown],
  };
  return { id: "cluster-numbers", type: "symbol", ...base, filter, layout, paint: { "text-color": "#212529", "text-halo-color": "#ffffff", "text-halo-width": 1.6 } };
}
