// From state to what is shown: one function asks the source, and everything on the page is drawn from its answer.

import { JOINTS } from "./api.js";
import { bounds } from "./geometry.js";

/**
 * @typedef {import("./state.js").State} State
 * @typedef {import("./api.js").AreaRow} AreaRow
 * @typedef {{code: string, name: string, level: string, bounds: [number, number, number, number]|null}} Step
 * @typedef {object} Model
 * @property {State} state
 * @property {any} county
 * @property {Step[]} path county, then township, then village
 * @property {AreaRow|null} totals counts of the area, before the filter
 * @property {string} level rows of the table: township, village or group
 * @property {any[]} rows rows of the table, filtered and sorted
 * @property {number} matched groups in the filter, also beyond the rows that were sent
 * @property {any[]|null} groups the groups of the map, when they are few enough to be sent; null: from the tiles
 * @property {{level: string, key: string, rows: Map<string, AreaRow>, polygons: any}|null} shade
 * @property {boolean} [quiet] whether roads step back behind lines that are drawn above them
 * @property {any} joints doubtful joints of the roads, when they are switched on
 */

const CHILD = { county: "township", township: "village", village: "group" };

/** The steps from the county to the area.
 * @param {any} county @param {import("./api.js").Overview} overview @param {string} area @returns {Step[]} */
export function pathTo(county, overview, area) {
  const home = { code: "", name: county.county.name, level: "county", bounds: county.county.bounds ?? null };
  const township = overview.township.find((row) => row.code === area);
  if (township) return [home, step(township, "township")];
  const village = overview.village.find((row) => row.code === area);
  if (!village) return [home];
  const parent = overview.township.find((row) => row.code === village.parent);
  return [home, ...(parent ? [step(parent, "township")] : []), step(village, "village")];
}

/** @param {AreaRow} row @param {string} level @returns {Step} */
const step = (row, level) => ({ code: row.code, name: row.name, level, bounds: null });

/** How many groups of a unit are in the filter. @param {AreaRow} row @param {string} filter @returns {number} */
export function countOf(row, filter) {
  if (filter === "all") return row.groups.total;
  return filter === "near" ? row.near_miss : row.groups[/** @type {"lacking"|"unknown"} */ (filter)];
}

/** Groups that count: all but the excluded ones. @param {import("./api.js").Counts} counts @returns {number} */
export const eligible = (counts) => counts.met + counts.lacking + counts.unknown;

/** @param {State} state @param {Step[]} path @returns {string} */
function tableLevel(state, path) {
  const at = path[path.length - 1].level;
  const child = CHILD[/** @type {keyof CHILD} */ (at)];
  const allowed = ["township", "village", "group"].slice(["county", "township", "village"].indexOf(at));
  return allowed.includes(state.level) ? state.level : child;
}

/** Units of that level inside the area. @param {import("./api.js").Overview} overview @param {string} level @param {string} area */
function unitsIn(overview, level, area) {
  const rows = level === "township" ? overview.township : overview.village;
  return area ? rows.filter((row) => row.parent === area || row.code === area) : rows;
}

/** @param {any} county @param {string} name @returns {boolean} */
const has = (county, name) => county.layers.some((/** @type {any} */ layer) => layer.name === name);

/** The level whose polygons are shaded; empty for none. A county without township boundaries is shaded by village.
 * @param {any} county @param {State} state @param {Step[]} path @returns {string} */
function shadeLevel(county, state, path) {
  if (state.shade === "none") return "";
  return state.shade || (path[path.length - 1].level === "county" && has(county, "townships") ? "township" : "village");
}

const KEYS = { township: ["townships", "township_code"], village: ["villages", "village_code"] };

/** Polygons of the shaded units with the row of each; null when the county has no such boundaries.
 * @param {import("./api.js").Source} source @param {any} county @param {import("./api.js").Overview} overview @param {State} state @param {Step[]} path */
async function loadShade(source, county, overview, state, path) {
  const level = shadeLevel(county, state, path);
  const [layer, key] = KEYS[/** @type {keyof KEYS} */ (level)] ?? [];
  if (!layer || !has(county, layer)) return null;
  const polygons = await source.features(layer);
  const parent = level === "village" ? path.find((part) => part.level === "township")?.code : "";
  const rows = new Map(unitsIn(overview, level, parent ?? "").map((row) => [row.code, row]));
  const features = polygons.features.filter((/** @type {any} */ one) => !parent || rows.has(one.properties[key]));
  return { level, key, rows, polygons: { type: "FeatureCollection", features } };
}

/** Bounds of the area from its own boundary, else from its groups; the county brings its own.
 * @param {import("./api.js").Source} source @param {any} county @param {Step} at @param {any[]|null} groups */
async function areaBounds(source, county, at, groups) {
  if (at.level === "county") return at.bounds;
  const [layer, key] = KEYS[/** @type {keyof KEYS} */ (at.level)];
  if (has(county, layer)) {
    const all = await source.features(layer);
    const found = all.features.find((/** @type {any} */ one) => one.properties[key] === at.code);
    if (found?.geometry) return bounds(found.geometry);
  }
  return pointBounds(groups ?? []);
}

/** @param {any[]} groups @returns {[number, number, number, number]|null} */
function pointBounds(groups) {
  const points = groups.filter((row) => typeof row.lon === "number").map((row) => [row.lon, row.lat]);
  return points.length ? bounds({ type: "MultiPoint", coordinates: points }) : null;
}

/**
 * Ask for everything that the state needs.
 * @param {import("./api.js").Source} source @param {any} county @param {State} state @param {boolean} tiles whether the map draws groups from tiles
 * @returns {Promise<Model>}
 */
export async function loadModel(source, county, state, tiles) {
  const overview = await source.overview(state.service);
  const path = pathTo(county, overview, state.area);
  const at = path[path.length - 1];
  const level = tableLevel(state, path);
  const narrow = level === "group" || at.level !== "county" || state.filter === "near" || !tiles;
  const query = { service: state.service, area: at.code, filter: state.filter };
  const [groups, shade, joints] = await Promise.all([
    narrow ? source.groups(query) : null,
    loadShade(source, county, overview, state, path),
    state.layers.includes(JOINTS) && has(county, JOINTS) ? source.features(JOINTS) : null,
  ]);
  at.bounds = await areaBounds(source, county, at, groups?.rows ?? null);
  const all = at.level === "county" ? overview.county : (overview[/** @type {"township"} */ (at.level)].find((row) => row.code === at.code) ?? null);
  const units = level === "group" ? [] : unitsIn(overview, level, at.code).filter((row) => state.filter === "all" || countOf(row, state.filter) > 0);
  const above = new Map(at.level === "county" && level === "village" ? overview.township.map((row) => [row.code, row.name]) : []);
  return {
    state,
    county,
    path,
    totals: all,
    level,
    rows: level === "group" ? (groups?.rows ?? []) : units.map((row) => ({ ...row, above: above.get(row.parent ?? "") ?? "" })),
    matched: groups ? groups.matched : all ? countOf(all, state.filter) : 0,
    groups: groups?.rows ?? null,
    shade,
    joints,
  };
}
