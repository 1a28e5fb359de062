// From the siting results and the state to what is shown: ranks under the weights, who moves where, what is chosen. Nothing here draws or asks.

import { counted, equal, fifthOf, leftOut, parseWeights, ranking, shares, storedWeights } from "./site-rank.js";

/**
 * @typedef {Record<string, any>} Parcel a row of the parcels, with the stored ranking
 * @typedef {Record<string, any>} Row
 * @typedef {object} SiteData
 * @property {any} plan answer of /plans/sites
 * @property {any} shapes parcels as polygons
 * @property {any} lines who goes where
 * @typedef {object} SiteView
 * @property {import("./state.js").State} state
 * @property {any} plan
 * @property {SiteData} data
 * @property {import("./site-rank.js").Criterion[]} criteria
 * @property {import("./site-rank.js").Weights} weights those that are shown
 * @property {import("./site-rank.js").Weights} share what of them counts, summing to one
 * @property {Set<string>} unknown criteria that are not known for any parcel
 * @property {boolean} custom whether they are others than those that were computed with
 * @property {Map<string, import("./site-rank.js").Place>} places score and rank of every parcel of the county under the weights
 * @property {Map<string, import("./site-rank.js").Place>} before the same under the weights that were computed with
 * @property {number} ranked parcels of the county that have a rank
 * @property {number} moved parcels that stand on another rank than before
 * @property {Parcel[]} parcels of the area
 * @property {Map<string, Parcel>} byCode all parcels
 * @property {Row[]} settlements of the area
 * @property {Map<string, Row>} settlementByCode
 * @property {Row[]} moves groups of the area that are to be settled
 * @property {Map<string, Row[]>} comers groups that go to a site, by its code
 * @property {Row[]} sites places of the allocation
 * @property {Map<string, Row>} siteByCode
 * @property {Row[]} land what each rule takes
 * @property {Parcel[]} beside parcels laid side by side
 * @property {Map<string, Sure>} sure how sure a rank is, by parcel; empty where it is not known for these weights
 * @property {import("./model.js").Step[]} path
 * @typedef {{first_share: number|null, rank_low: number|null, rank_high: number|null, topsis_rank: number|null, missing: string[], low: number|null, high: number|null, change: {criterion: string, from: number, to: number}|null}} Sure
 */

export const MOST_BESIDE = 4;
/** Parts of the map that can be switched off, with their names. */
export const OVERLAYS = { scores: "选址评分", parcels: "可建地块", settlements: "安置点", moves: "搬迁去向" };

/** @param {string} text codes with commas @returns {string[]} */
export const codesOf = (text) => text.split(",").filter(Boolean);

/** A list of codes with one put in or taken out, never more than fit beside each other. @param {string} text @param {string} code @returns {string} */
export function toggled(text, code) {
  const codes = codesOf(text);
  const next = codes.includes(code) ? codes.filter((one) => one !== code) : [...codes, code].slice(-MOST_BESIDE);
  return next.join(",");
}

/** @template {Row} T @param {T[]} rows @param {string} area @returns {T[]} */
export const within = (rows, area) => (area ? rows.filter((row) => row.township_code === area || row.village_code === area) : rows);

/** @param {Row[]} rows @param {string} field @returns {Map<string, Row>} */
const indexed = (rows, field) => new Map(rows.map((row) => [String(row[field]), row]));

/** @param {Row[]} rows @param {string} field @returns {Map<string, Row[]>} */
export function gathered(rows, field) {
  /** @type {Map<string, Row[]>} */
  const found = new Map();
  for (const row of rows) {
    const code = row[field];
    if (code === null || code === undefined || code === "") continue;
    const held = found.get(String(code));
    if (held) held.push(row);
    else found.set(String(code), [row]);
  }
  return found;
}

/** Who moves where. @param {any} plan @returns {{rows: Row[], sites: Row[]}} */
export function allocationOf(plan) {
  return { rows: plan.allocation?.rows ?? [], sites: plan.allocation?.sites ?? [] };
}

/** How sure the ranks are: as stored for the stored weights, as the service has answered for others.
 * @param {Parcel[]} parcels @param {boolean} custom @param {Row[]|null} checked rows of the service for these weights @returns {Map<string, Sure>} */
export function surenessOf(parcels, custom, checked) {
  const rows = checked ?? (custom ? [] : parcels);
  return new Map(rows.map((row) => [String(row.parcel_code), sureness(row)]));
}

/** @param {Row} row @returns {Sure} */
function sureness({ first_share = null, rank_low = null, rank_high = null, topsis_rank = null, missing, score_low: low = null, score_high: high = null, change_criterion: criterion, change_from: from, change_to: to }) {
  return { first_share, rank_low, rank_high, topsis_rank, missing: typeof missing === "string" ? missing.split(",") : [], low, high, change: criterion && typeof to === "number" ? { criterion, from, to } : null };
}

/** The weights that the state shows. @param {import("./site-rank.js").Criterion[]} criteria @param {string} text */
export const weightsOf = (criteria, text) => parseWeights(text, criteria) ?? storedWeights(criteria);

/** Everything that panel, map, card and sheet show.
 * @param {SiteData} data @param {import("./state.js").State} state @param {import("./model.js").Step[]} path @param {Row[]|null} checked ranking of the service for these weights
 * @returns {SiteView} */
export function siteView(data, state, path, checked) {
  const { plan } = data;
  const criteria = plan.criteria ?? [];
  const parcels = plan.parcels ?? [];
  const weights = weightsOf(criteria, state.weights);
  const stored = storedWeights(criteria);
  const custom = !equal(shares(weights), shares(stored));
  const before = ranking(parcels, stored);
  const places = custom ? ranking(parcels, weights) : before;
  const { rows, sites } = allocationOf(plan);
  const byCode = indexed(parcels, "parcel_code");
  return {
    state,
    plan,
    data,
    criteria,
    weights,
    share: counted(parcels, weights),
    unknown: leftOut(parcels, weights),
    custom,
    places,
    before,
    ranked: [...places.values()].filter(({ rank }) => rank !== null).length,
    moved: [...places].filter(([code, place]) => place.rank !== before.get(code)?.rank).length,
    parcels: within(parcels, state.area),
    byCode,
    settlements: within(plan.settlements ?? [], state.area),
    settlementByCode: indexed(plan.settlements ?? [], "settlement_code"),
    moves: within(rows, state.area),
    comers: gathered(rows, "site_code"),
    sites,
    siteByCode: indexed(sites, "site_code"),
    land: plan.exclusions ?? [],
    beside: codesOf(state.beside).flatMap((code) => byCode.get(code) ?? []),
    sure: surenessOf(parcels, custom, checked),
    path,
  };
}

/** The parcels that the open part is about: all of them, those that somebody moves to, or (of rules and settlements) only the one that is open.
 * @param {SiteView} view @returns {Parcel[]} */
export function shownParcels({ parcels, comers, state }) {
  if (state.tab === "") return parcels;
  return parcels.filter((row) => row.parcel_code === state.parcel || (state.tab === "moves" && comers.has(String(row.parcel_code))));
}

/** The fifth of the ranked parcels of the county that one belongs to; null without a rank. @param {SiteView} view @param {string} code */
export const placeFifth = ({ places, ranked }, code) => fifthOf(places.get(code)?.rank, ranked);

/** The same of the settlements. @param {Row[]} rows @param {Map<string, Row[]>} comers @param {import("./state.js").State} state @returns {Row[]} */
export const shownSettlements = (rows, comers, state) => rows.filter((row) => state.tab !== "moves" || comers.has(String(row.settlement_code)) || row.settlement_code === state.site);

/** @param {Row[]} rows @param {string} field @returns {number} a missing number adds nothing */
export const sum = (rows, field) => rows.reduce((all, row) => all + (row[field] ?? 0), 0);

/** Groups with a place, and without. @param {Row[]} moves */
export function placement(moves) {
  const placed = moves.filter((row) => Boolean(row.site_code));
  const open = moves.filter((row) => !row.site_code);
  return { placed, open, households: sum(placed, "households_count"), left: sum(open, "households_count") };
}

/** Settlements by class, the best first; classes that the table knows and others that came. @param {Row[]} rows @param {string[]} order @returns {{value: string, count: number}[]} */
export function byClass(rows, order) {
  const counts = new Map(order.map((value) => [value, 0]));
  for (const row of rows) {
    const value = row.class ?? "unknown";
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > 0).map(([value, count]) => ({ value, count }));
}

/** What is measured of a place for each criterion, with its part of the score.
 * @param {import("./site-rank.js").Criterion[]} criteria @param {import("./site-rank.js").Weights} share @param {(key: string) => {value: any, score: number|null, unit?: string|null, words?: string}} of */
export function contributions(criteria, share, of) {
  return criteria.map(({ key, label, unit, words: classes }) => {
    const { value, score, unit: own, words } = of(key);
    return { key, label, unit: own ?? unit, words: words ?? classes?.[value] ?? "", value, score, share: share[key] ?? 0, points: score === null || score === undefined ? null : score * (share[key] ?? 0) };
  });
}

/** The same for a parcel. @param {SiteView} view @param {Row} row */
export const parcelParts = (view, row) => contributions(view.criteria, view.share, (key) => ({ value: row[key] ?? null, score: row[`${key}_score`] ?? null }));

/** Rows of a comparison: for each criterion which of the parcels scores best; none where all are equal. @param {Parcel[]} parcels @param {string} key @returns {Set<string>} */
export function bestOf(parcels, key) {
  const known = parcels.map((row) => ({ code: String(row.parcel_code), score: row[key] })).filter(({ score }) => typeof score === "number");
  const top = Math.max(...known.map(({ score }) => score));
  const best = known.filter(({ score }) => score === top);
  return new Set(best.length < known.length ? best.map(({ code }) => code) : []);
}
