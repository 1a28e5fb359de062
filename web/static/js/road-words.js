// Words and marks of the road plan, arranged for look-up.

import { yearsOf } from "./road-model.js";

/** @typedef {{colour: string, width: number, dash: number[]}} Stroke
 * @typedef {{value: string, label: string, strokes: Stroke[]}} PlanLine */

/** @param {any} legend @param {any} plan answer of /plans/roads */
export function arrangePlan(legend, plan) {
  const table = legend.plan;
  const by = (/** @type {any[]} */ rows) => Object.fromEntries(rows.map((row) => [row.value, row]));
  const limits = { easy: plan?.costs?.grade_warn ?? table.grades[0].limit, steep: plan?.costs?.grade_max ?? table.grades[1].limit };
  const percent = (/** @type {number} */ share) => `${Math.round(share * 1000) / 10}%`;
  const named = [`≤ ${percent(limits.easy)}`, `${percent(limits.easy)}–${percent(limits.steep)}`, `> ${percent(limits.steep)}`];
  return {
    kind: by(table.kinds),
    side: by(table.sides),
    group: by(table.groups),
    flagged: table.flagged,
    unbuilt: table.unbuilt,
    flags: table.flags,
    costs: table.costs,
    reasons: table.reasons,
    grades: table.grades.map((/** @type {any} */ one, /** @type {number} */ index) => ({ ...one, limit: [limits.easy, limits.steep, null][index], label: `设计线 ${named[index]}` })),
  };
}

/** How a work or section is called. @param {any} words @param {string} kind @returns {string} */
export const kindLabel = (words, kind) => words.kind[kind]?.label ?? kind ?? "";

/** Why a group is in the plan or not. @param {any} words @param {any} group @returns {string} */
export const reasonText = (words, group) => group.reason_text ?? words.reasons[group.reason] ?? group.reason ?? "";

/** What the panel shows, in words. @param {import("./road-model.js").RoadView} view @param {string} budgetText @returns {string} */
export function scopeText(view, budgetText) {
  if (view.state.budget !== "") return `按顺序做到 ${budgetText}`;
  const years = yearsOf(view.plan);
  const [first, last] = [years[0], view.state.year || years[years.length - 1]];
  if (!years.length) return "计划";
  return String(first) === String(last) ? `${first} 年计划` : `${first}–${last} 年计划`;
}
