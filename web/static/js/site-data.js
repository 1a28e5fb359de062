// What the service says about sites and about road or move, as the panels use it: places of rows that only have a line, areas of rows that only have a name.

/** @typedef {Record<string, any>} Row */

/** The first place of a line, or the place of a point. @param {any} geometry @returns {[number, number]|null} lon, lat */
function startOf(geometry) {
  if (!geometry) return null;
  if (geometry.type === "Point") return geometry.coordinates;
  return geometry.type === "LineString" ? geometry.coordinates[0] : (geometry.coordinates[0]?.[0] ?? null);
}

/** A row with its place: its own, that of a line that begins there, or the middle of its box. @param {Row} row @param {[number, number]|null|undefined} start */
function placed(row, start) {
  if (typeof row.lon === "number") return row;
  const box = row.bounds;
  const at = start ?? (box && box[0] === box[2] && box[1] === box[3] ? [box[0], box[1]] : null);
  return at ? { ...row, lon: at[0], lat: at[1] } : row;
}

/** Codes of townships by their names, where a name stands for one only. @param {Row[]} rows @returns {Map<string, string>} */
function townships(rows) {
  /** @type {Map<string, Set<string>>} */
  const codes = new Map();
  for (const { township_name: name, township_code: code } of rows) if (name && code) codes.set(name, (codes.get(name) ?? new Set()).add(code));
  return new Map([...codes].filter(([, found]) => found.size === 1).map(([name, found]) => [name, [...found][0]]));
}

/** @param {any} plan answer of /plans/sites @param {any} shapes @param {any} lines @returns {import("./site-model.js").SiteData} */
export function siteData(plan, shapes, lines) {
  if (!plan.available) return { plan, shapes: null, lines: null };
  const allocation = Array.isArray(plan.allocation) ? { rows: plan.allocation, sites: [] } : { rows: [], sites: [], ...plan.allocation };
  const starts = new Map((lines?.features ?? []).map((/** @type {any} */ one) => [String(one.properties.group_code), startOf(one.geometry)]));
  const codes = townships([...(plan.parcels ?? []), ...allocation.rows]);
  const within = (/** @type {Row} */ row) => (row.township_code || !codes.has(row.township_name) ? row : { ...row, township_code: codes.get(row.township_name) });
  return {
    plan: {
      ...plan,
      settlements: (plan.settlements ?? []).map((/** @type {Row} */ row) => placed(within(row), null)),
      allocation: { ...allocation, rows: allocation.rows.map((/** @type {Row} */ row) => placed(row, starts.get(String(row.group_code)))), sites: allocation.sites.map((/** @type {Row} */ row) => placed(row, null)) },
    },
    shapes,
    lines,
  };
}

/** @param {any} plan answer of /plans/choice @param {any} roads @returns {import("./choice-model.js").ChoiceData} */
export const choiceData = (plan, roads) => ({ plan: { ...plan, groups: (plan.groups ?? []).map((/** @type {Row} */ row) => placed(row, null)), sites: (plan.sites ?? []).map((/** @type {Row} */ row) => placed(row, null)) }, roads });
