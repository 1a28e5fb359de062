// Weights and the order of parcels that follows from them: the weighted sum of the scores, as the service works it out. Nothing here draws or asks.

/**
 * @typedef {{key: string, label: string, unit: string|null, direction: string, words?: string[], weight: number|null, low?: number|null, high?: number|null, source?: string|null}} Criterion
 * @typedef {Record<string, number>} Weights points of each criterion; only their ratio counts
 * @typedef {{score: number|null, rank: number|null}} Place score 0–100 and rank from 1; null where a score that counts is not known
 * @typedef {{name: string, method: string, weights: Weights, low?: Weights|null, high?: Weights|null, source?: string|null, cr?: number|null, judgements?: [string, string, number][]}} WeightSet
 */

export const FIFTHS = 5;
export const POINTS = 100; // a share of one in points
const DECIMALS = 1e4;
const SAME = 5e-6; // what is left of a share after its points have stood in an address
const TIE = 1e9; // scores that agree to nine decimals are ties, as the service has it

/** The weights that the results were computed with, as they were sent. @param {Criterion[]} criteria @returns {Weights} */
export const storedWeights = (criteria) => Object.fromEntries(criteria.map(({ key, weight }) => [key, weight ?? 0]));

/** Weights out of an address; a criterion that is not named counts nothing. Null where the address names none that there is.
 * @param {string} text `slope:15,water:12` @param {Criterion[]} criteria @returns {Weights|null} */
export function parseWeights(text, criteria) {
  const told = new Map(text.split(",").filter(Boolean).map((part) => /** @type {[string, number]} */ ([part.slice(0, part.lastIndexOf(":")), Number(part.slice(part.lastIndexOf(":") + 1))])));
  if (!criteria.some(({ key }) => told.has(key))) return null;
  return Object.fromEntries(criteria.map(({ key }) => [key, told.get(key) ?? 0]));
}

/** @param {Weights} weights @param {Criterion[]} criteria @returns {string} */
export const formatWeights = (weights, criteria) => criteria.map(({ key }) => `${key}:${rounded(weights[key] ?? 0)}`).join(",");

/** @param {number} value */
const rounded = (value) => Math.round(value * DECIMALS) / DECIMALS;

/** Shares of one as points of a slider. @param {Weights} weights @returns {Weights} */
export const pointsOf = (weights) => Object.fromEntries(Object.entries(shares(weights)).map(([key, share]) => [key, rounded(share * POINTS)]));

/** Weights that sum to one; all nothing where all are nothing. @param {Weights} weights @returns {Weights} */
export function shares(weights) {
  const total = Object.values(weights).reduce((sum, one) => sum + one, 0);
  return Object.fromEntries(Object.entries(weights).map(([key, one]) => [key, total > 0 ? one / total : 0]));
}

/** Criteria with weight that are unknown for every parcel: they cannot tell parcels apart, and are left out. @param {Record<string, any>[]} parcels @param {Weights} weights @returns {Set<string>} */
export function leftOut(parcels, weights) {
  const weighty = Object.keys(weights).filter((key) => weights[key] > 0);
  return new Set(parcels.length ? weighty.filter((key) => parcels.every((parcel) => unknown(parcel[`${key}_score`]))) : []);
}

/** @param {any} value */
const unknown = (value) => value === null || value === undefined;

/** The shares that count: of the criteria with weight that are known for some parcel. @param {Record<string, any>[]} parcels @param {Weights} weights @returns {Weights} */
export function counted(parcels, weights) {
  const without = leftOut(parcels, weights);
  return shares(Object.fromEntries(Object.entries(weights).map(([key, one]) => [key, without.has(key) ? 0 : one])));
}

/** Score of one parcel: the weighted sum of its scores; null where one that counts is not known, or nothing counts.
 * @param {Record<string, any>} parcel @param {[string, number][]} counting criteria with weight and the share of each @returns {number|null} */
export function scoreOf(parcel, counting) {
  let sum = 0;
  for (const [key, share] of counting) {
    const score = parcel[`${key}_score`];
    if (unknown(score)) return null;
    sum += share * score;
  }
  return counting.length ? Math.round(sum * TIE) / TIE : null;
}

/** A parcel of which no part may be built on has no place. @param {Record<string, any>} parcel */
const barred = (parcel) => parcel.class === "excluded";

/** Rank of every parcel: by score, equals by their code; those without a score have none.
 * @param {Record<string, any>[]} parcels @param {Weights} weights @returns {Map<string, Place>} */
export function ranking(parcels, weights) {
  const counting = Object.entries(counted(parcels, weights)).filter(([, share]) => share > 0);
  const scored = parcels.map((parcel) => ({ code: String(parcel.parcel_code), score: barred(parcel) ? null : scoreOf(parcel, counting) }));
  const order = scored.filter(({ score }) => score !== null).sort((a, b) => Number(b.score) - Number(a.score) || byCode(a.code, b.code));
  const ranks = new Map(order.map(({ code }, index) => [code, index + 1]));
  return new Map(scored.map(({ code, score }) => [code, { score, rank: ranks.get(code) ?? null }]));
}

/** In which fifth of those that have a rank one stands: 0 for the first. Good land scores much alike, its place tells it apart. @param {number|null|undefined} rank @param {number} ranked how many have one @returns {number|null} */
export const fifthOf = (rank, ranked) => (rank ? Math.floor(((rank - 1) * FIFTHS) / ranked) : null);

/** Codes by their signs, as the service sorts them; not by the customs of a language. @param {string} a @param {string} b @returns {number} */
export const byCode = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** The named set that has these weights. @param {Weights} weights @param {WeightSet[]} sets @returns {WeightSet|null} */
export function namedAs(weights, sets) {
  const share = shares(weights);
  return sets.find((one) => equal(share, shares(one.weights))) ?? null;
}

/** @param {Weights} a @param {Weights} b */
export const equal = (a, b) => [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => Math.abs((a[key] ?? 0) - (b[key] ?? 0)) < SAME);

/** By which share every weight may be off, where it is the same for all: so that other weights are tried as widely. @param {Criterion[]} criteria @returns {number|null} */
export function spreadOf(criteria) {
  const found = criteria.filter(({ weight, low }) => weight && typeof low === "number").map(({ weight, low }) => 1 - Number(low) / Number(weight));
  const same = found.length && found.every((one) => Math.abs(one - found[0]) < 1e-6);
  return same ? rounded(Math.min(1, Math.max(0, found[0]))) : null;
}

/** How the ranking of the service differs from ours: codes whose rank is another. @param {Map<string, Place>} ours @param {Record<string, any>[]} theirs @returns {string[]} */
export function differences(ours, theirs) {
  const other = new Map(theirs.map((row) => [String(row.parcel_code), row.rank ?? null]));
  return [...ours].filter(([code, place]) => other.has(code) && other.get(code) !== place.rank).map(([code]) => code);
}
