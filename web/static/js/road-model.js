// From a road plan and the state to what is shown: which works are built, whom they connect, what that costs. Nothing here draws or asks.

/**
 * @typedef {Record<string, any>} Work a row of the plan
 * @typedef {Record<string, any>} PlanGroup a group that the plan looked at
 * @typedef {"households"|"groups"|"registered"|"people"} Unit
 * @typedef {{connected: number, open: number, out: number}} Tally connected by what is shown, not yet, and not to be planned
 * @typedef {object} RoadData
 * @property {any} plan answer of /plans/roads
 * @property {any} lines its lines
 * @property {PlanGroup[]} groups
 * @typedef {object} RoadView
 * @property {import("./state.js").State} state
 * @property {any} plan
 * @property {any} lines
 * @property {Map<string, Work>} byCode
 * @property {Set<string>} built works that are shown as built
 * @property {Work[]} works of the area
 * @property {PlanGroup[]} groups of the area
 * @property {Record<Unit, Tally>} totals
 * @property {number} cost of the built works of the area
 * @property {number} km of the built works of the area
 * @property {any[]} townships
 * @property {Comparison|null} comparison
 * @property {import("./model.js").Step[]} path
 * @typedef {object} Comparison
 * @property {string} revision
 * @property {any} plan
 * @property {{side: Side, work: Work}[]} rows
 * @property {Map<string, Side>} sides of the works of this plan, by code
 * @property {Set<string>} others codes of the works that only the other plan builds
 * @property {any} lines of the other plan
 * @property {Record<Side, {works: number, cost: number, km: number, count: number}>} sums
 * @property {number} moved works that both build, in different years
 * @typedef {"a"|"b"|"both"} Side
 */

/** @type {Record<Unit, {label: string, field: string, cumulative: string}>} */
export const UNITS = {
  households: { label: "户", field: "households_count", cumulative: "cumulative_households" },
  groups: { label: "组", field: "groups_count", cumulative: "cumulative_groups" },
  registered: { label: "脱贫户", field: "registered_households_count", cumulative: "cumulative_registered" },
  people: { label: "人", field: "people_count", cumulative: "cumulative_people" },
};

/** @param {PlanGroup} group @param {Unit} unit @returns {number} a missing count adds nothing; how many are missing is said beside the sum */
export const countOf = (group, unit) => (unit === "groups" ? 1 : (group[UNITS[unit].field] ?? 0));

/** Works in the order in which they would be built. @param {Work[]} works @returns {Work[]} */
export function inOrder(works) {
  return works.filter((work) => work.rank !== null && work.rank !== undefined).sort((a, b) => a.rank - b.rank);
}

/** The works that a budget pays for: the longest beginning of the order. @param {Work[]} works @param {number} budget yuan @returns {Set<string>} */
export function prefix(works, budget) {
  const order = inOrder(works);
  const end = order.findIndex((work) => work.cumulative_cost_cny > budget);
  return new Set((end < 0 ? order : order.slice(0, end)).map((work) => work.work_code));
}

/** The works of the programme, up to a year. @param {Work[]} works @param {string} year empty for all @returns {Set<string>} */
export function programmed(works, year) {
  const inside = works.filter((work) => work.year !== null && work.year !== undefined && (!year || work.year <= Number(year)));
  return new Set(inside.map((work) => work.work_code));
}

/** What the state shows as built. @param {Work[]} works @param {{budget: string, year: string}} state @returns {Set<string>} */
export const builtWorks = (works, state) => (state.budget === "" ? programmed(works, state.year) : prefix(works, Number(state.budget)));

/** @param {Work[]} works @param {Set<string>} built @param {string} field @returns {number} */
export const sumOf = (works, built, field) => works.reduce((sum, work) => sum + (built.has(work.work_code) ? (work[field] ?? 0) : 0), 0);

/** Groups that ask for a road: those with a work, and those that no road can reach. @param {PlanGroup} group */
const asks = (group) => Boolean(group.work_code) || group.reason === "unreachable";

/** How a group stands: connected by what is built, open, or out of the plan. @param {PlanGroup} group @param {Set<string>} built @returns {keyof Tally} */
export function standing(group, built) {
  if (!asks(group)) return "out";
  return built.has(group.work_code) ? "connected" : "open";
}

/** @param {PlanGroup[]} groups @param {Set<string>} built @returns {Record<Unit, Tally>} */
export function tally(groups, built) {
  const units = /** @type {Unit[]} */ (Object.keys(UNITS));
  /** @type {any} */
  const totals = Object.fromEntries(units.map((unit) => [unit, { connected: 0, open: 0, out: 0 }]));
  for (const group of groups) {
    const where = standing(group, built);
    for (const unit of units) totals[unit][where] += countOf(group, unit);
  }
  return totals;
}

/** One row for each township: its groups and what is spent there. @param {Work[]} works @param {PlanGroup[]} groups @param {Set<string>} built @returns {any[]} */
export function byTownship(works, groups, built) {
  /** @type {Map<string, {code: string, name: string, works: Work[], groups: PlanGroup[]}>} */
  const found = new Map();
  const of = (/** @type {any} */ row) => {
    const code = row.township_code ?? "";
    const held = found.get(code) ?? { code, name: row.township_name ?? "（未归属）", works: [], groups: [] };
    found.set(code, held);
    return held;
  };
  for (const group of groups) of(group).groups.push(group);
  for (const work of works) of(work).works.push(work);
  return [...found.values()].map((one) => ({
    code: one.code,
    name: one.name,
    totals: tally(one.groups, built),
    cost: sumOf(one.works, built, "cost_cny"),
    km: sumOf(one.works, built, "length_km"),
  }));
}

/** Townships that have groups in the plan, by name. @param {PlanGroup[]} groups @returns {{code: string, name: string}[]} */
export function townshipsOf(groups) {
  const named = new Map(groups.filter((group) => group.township_code).map((group) => [group.township_code, group.township_name || group.township_code]));
  return [...named].map(([code, name]) => ({ code, name })).sort((a, b) => a.name.localeCompare(b.name, "zh-CN"));
}

/** The curve: what each further work of the order adds. @param {Work[]} works @param {Unit} unit @returns {{cost: number, count: number}[]} */
export function curveOf(works, unit) {
  let count = 0;
  const points = inOrder(works).map((work) => {
    count = work[UNITS[unit].cumulative] ?? count + (unit === "groups" ? (work.groups_count ?? 0) : (work[UNITS[unit].field] ?? 0));
    return { cost: work.cumulative_cost_cny, count };
  });
  return [{ cost: 0, count: 0 }, ...points];
}

/** The least round number (1, 2 or 5 with noughts) that is not less. @param {number} value @returns {number} */
export function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return power * (/** @type {number} */ ([1, 2, 5, 10].find((part) => part * power >= value)) ?? 10);
}

/** End and step of the budget slider, in yuan: about three hundred steps of whole 万元. @param {Work[]} works @returns {{most: number, step: number}} */
export function scaleOf(works) {
  const total = inOrder(works).reduce((most, work) => Math.max(most, work.cumulative_cost_cny), 0);
  const step = Math.max(1e4, roundUp(total / 300));
  return { most: Math.ceil(total / step) * step, step };
}

/** The works of an area: those that stand in it. @template {Record<string, any>} T @param {T[]} rows @param {string} area @returns {T[]} */
export const within = (rows, area) => (area ? rows.filter((row) => row.township_code === area || row.village_code === area) : rows);

/** Years of the programme, rising. @param {any} plan @returns {number[]} */
export function yearsOf(plan) {
  const told = (plan.programme?.years ?? []).map((/** @type {any} */ one) => one.year);
  const years = told.length ? told : plan.works.map((/** @type {Work} */ work) => work.year).filter((/** @type {any} */ year) => typeof year === "number");
  return [...new Set(/** @type {number[]} */ (years))].sort((a, b) => a - b);
}

/** A work is the same in two plans when code, name and length agree: codes alone may be given anew. @param {Work} work */
const identity = (work) => `${work.work_code}|${work.work_name}|${(work.length_km ?? 0).toFixed(3)}`;

/** What two plans build. @param {Work[]} ours @param {Set<string>} built @param {Work[]} theirs @param {Set<string>} builtThere @returns {{side: Side, work: Work}[]} */
export function compareWorks(ours, built, theirs, builtThere) {
  const there = new Set(theirs.filter((work) => builtThere.has(work.work_code)).map(identity));
  const mine = ours.filter((work) => built.has(work.work_code));
  const here = new Set(mine.map(identity));
  const only = theirs.filter((work) => builtThere.has(work.work_code) && !here.has(identity(work)));
  const side = (/** @type {Work} */ work) => /** @type {Side} */ (there.has(identity(work)) ? "both" : "a");
  return [...mine.map((work) => ({ side: side(work), work })), ...only.map((work) => ({ side: /** @type {Side} */ ("b"), work }))];
}

/** How many works both plans build, but in different years. @param {{side: Side, work: Work}[]} rows @param {Work[]} theirs @returns {number} */
export function movedWorks(rows, theirs) {
  const years = new Map(theirs.map((work) => [identity(work), work.year]));
  return rows.filter(({ side, work }) => side === "both" && work.year !== years.get(identity(work))).length;
}

/** @param {{side: Side, work: Work}[]} rows @param {Unit} unit @returns {Comparison["sums"]} */
export function sumSides(rows, unit) {
  /** @type {any} */
  const sums = Object.fromEntries(["a", "b", "both"].map((side) => [side, { works: 0, cost: 0, km: 0, count: 0 }]));
  for (const { side, work } of rows) {
    sums[side].works += 1;
    sums[side].cost += work.cost_cny ?? 0;
    sums[side].km += work.length_km ?? 0;
    sums[side].count += work[UNITS[unit].field] ?? 0;
  }
  return sums;
}

/** @param {RoadData} data @param {RoadData} other @param {import("./state.js").State} state @param {Set<string>} built @returns {Comparison} */
function comparisonOf(data, other, state, built) {
  const rows = compareWorks(data.plan.works, built, other.plan.works, programmed(other.plan.works, state.budget ? "" : state.year));
  const inside = rows.filter(({ work }) => within([work], state.area).length);
  return {
    revision: state.compare,
    plan: other.plan,
    rows: inside,
    sides: new Map(rows.filter(({ side }) => side !== "b").map(({ side, work }) => [work.work_code, side])),
    others: new Set(rows.filter(({ side }) => side === "b").map(({ work }) => work.work_code)),
    lines: other.lines,
    sums: sumSides(inside, /** @type {Unit} */ (state.unit)),
    moved: state.budget === "" ? movedWorks(inside, other.plan.works) : 0,
  };
}

/** Everything that the panel, the map and the sheet show.
 * @param {RoadData} data @param {RoadData|null} other the plan to compare with @param {import("./state.js").State} state
 * @param {import("./model.js").Step[]} path @returns {RoadView} */
export function viewOf(data, other, state, path) {
  const built = builtWorks(data.plan.works, state);
  const [works, groups] = [within(data.plan.works, state.area), within(data.groups, state.area)];
  return {
    state,
    plan: data.plan,
    lines: data.lines,
    byCode: new Map(data.plan.works.map((/** @type {Work} */ work) => [work.work_code, work])),
    built,
    works,
    groups,
    totals: tally(groups, built),
    cost: sumOf(works, built, "cost_cny"),
    km: sumOf(works, built, "length_km"),
    townships: byTownship(works, groups, built),
    comparison: other ? comparisonOf(data, other, state, built) : null,
    path,
  };
}

/** The works from one down to the network. @param {Map<string, Work>} byCode @param {string|null} code @returns {Work[]} */
export function pathDown(byCode, code) {
  const path = [];
  for (let at = code ? byCode.get(code) : undefined; at && !path.includes(at); at = byCode.get(at.parent_work)) path.push(at);
  return path;
}
