// Road or move, from the results and the state to what is shown. Nothing here draws or asks.

import { gathered, sum, within } from "./site-model.js";

/**
 * @typedef {Record<string, any>} Row
 * @typedef {{groups: number, households: number, people: number, open: number}} AnswerTally
 * @typedef {object} ChoiceData
 * @property {any} plan answer of /plans/choice
 * @property {any} roads lines that are built
 * @typedef {object} ChoiceView
 * @property {import("./state.js").State} state
 * @property {any} plan
 * @property {ChoiceData} data
 * @property {Row[]} groups of the area
 * @property {Row[]} listed those of them that the state lists
 * @property {Map<string, Row>} byCode
 * @property {Row[]} sites
 * @property {Map<string, Row>} siteByCode
 * @property {Map<string, Row[]>} comers groups that move to a site
 * @property {Record<"road"|"move"|"none", AnswerTally>} tallies
 * @property {number} open groups whose answer changes with the prices
 * @property {Plan3[]} plans the answer and both extremes
 * @property {import("./model.js").Step[]} path
 * @typedef {{key: "best"|"all_road"|"all_move", cost: number|null, bound: number|null, gap: number|null, road: number|null, move: number|null, none: number|null, more: number|null}} Plan3 `more`: what it costs beyond the answer
 */

/** Whether the answer may change with the prices. @param {Row} row */
export const mayChange = (row) => row.stable === false && row.answer !== "none";

/** @param {Row[]} groups @returns {ChoiceView["tallies"]} */
export function tallyAnswers(groups) {
  const of = (/** @type {string} */ answer) => {
    const rows = groups.filter((row) => (row.answer ?? "none") === answer);
    return { groups: rows.length, households: sum(rows, "households_count"), people: sum(rows, "people_count"), open: rows.filter(mayChange).length };
  };
  return { road: of("road"), move: of("move"), none: of("none") };
}

/** @param {Row[]} groups @param {string} answer of the state */
export function listedBy(groups, answer) {
  if (answer === "open") return groups.filter(mayChange);
  return answer ? groups.filter((row) => (row.answer ?? "none") === answer) : groups;
}

/** A figure that may stand under one of several names. @param {any} row @param {...string} names @returns {number|null} */
const figure = (row, ...names) => names.map((name) => row?.[name]).find((value) => typeof value === "number") ?? null;

/** @param {Plan3["key"]} key @param {any} told @param {number|null} best @returns {Plan3} */
function planOf(key, told, best) {
  const cost = figure(told, "cost", "cost_cny");
  const count = (/** @type {string} */ name) => figure(told, `${name}_groups`, `${name}_count`, `groups_${name}`) ?? figure(told?.counts, name, `${name}_groups`);
  return { key, cost, bound: figure(told, "bound", "bound_cny"), gap: figure(told, "gap"), road: count("road"), move: count("move"), none: count("none"), more: cost !== null && best !== null ? cost - best : null };
}

/** The answer beside both extremes, as the service has worked them out for the county. @param {any} summary @param {Row[]} groups all groups @returns {Plan3[]} */
export function plansOf(summary, groups) {
  const told = summary ?? {};
  const best = figure(told, "cost", "cost_cny");
  const counts = tallyAnswers(groups);
  const own = { ...planOf("best", told, best), road: counts.road.groups, move: counts.move.groups, none: counts.none.groups };
  return [own, ...(told.all_road ? [planOf("all_road", told.all_road, best)] : []), ...(told.all_move ? [planOf("all_move", told.all_move, best)] : [])];
}

/** @param {ChoiceData} data @param {import("./state.js").State} state @param {import("./model.js").Step[]} path @returns {ChoiceView} */
export function choiceView(data, state, path) {
  const { plan } = data;
  const all = plan.groups ?? [];
  const groups = within(all, state.area);
  const sites = plan.sites ?? [];
  return {
    state,
    plan,
    data,
    groups,
    listed: listedBy(groups, state.answer),
    byCode: new Map(all.map((/** @type {Row} */ row) => [String(row.group_code), row])),
    sites,
    siteByCode: new Map(sites.map((/** @type {Row} */ row) => [String(row.site_code), row])),
    comers: gathered(all.filter((/** @type {Row} */ row) => row.answer === "move"), "site_code"),
    tallies: tallyAnswers(groups),
    open: groups.filter(mayChange).length,
    plans: plansOf(plan.summary, all),
    path,
  };
}

/** What either answer costs the plan more: the road that only this group needs and its stay, or its move (the road at which both are even, and the stay).
 * @param {Row} row @returns {{road: number|null, move: number|null, limit: number|null, margin: number|null}} null where it cannot be, or nobody knows */
export function sidesOf(row) {
  const stay = figure(row, "stay_cny") ?? 0;
  const plus = (/** @type {number|null} */ cny) => (cny === null ? null : cny + stay);
  const limit = figure(row, "break_even_cny");
  return { road: plus(figure(row, "road_marginal_cny")), move: limit === null ? figure(row, "move_cny") : plus(limit), limit, margin: figure(row, "margin_cny") };
}
