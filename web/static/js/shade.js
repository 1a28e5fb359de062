// The class of each shaded unit: share of the eligible groups that lack the service.

import { eligible } from "./model.js";

/**
 * @param {import("./api.js").AreaRow|undefined} row
 * @param {number[]} breaks upper bounds of the classes but the last
 * @returns {number|"unknown"|"empty"} class from 0; unknown when more than half of the groups are 不明; empty when none counts
 */
export function shadeClass(row, breaks) {
  const total = row ? eligible(row.groups) : 0;
  if (!row || total === 0) return "empty";
  if (row.groups.unknown * 2 > total) return "unknown";
  const share = row.groups.lacking / total;
  return breaks.filter((limit) => share > limit).length;
}

/** How many units fall into each class, for the legend.
 * @param {Iterable<import("./api.js").AreaRow>} rows @param {number[]} breaks @returns {Map<number|string, number>} */
export function shadeCounts(rows, breaks) {
  const counts = new Map();
  for (const row of rows) {
    const one = shadeClass(row, breaks);
    counts.set(one, (counts.get(one) ?? 0) + 1);
  }
  return counts;
}

/** How strong the shading is: it steps back where single groups are the answer. @param {import("./model.js").Model} model @returns {number} */
export const shadeOpacity = (model) => (model.path[model.path.length - 1].level === "village" ? 0.35 : 0.72);
