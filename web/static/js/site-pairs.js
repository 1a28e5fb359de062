// Paired judgements as values: Saaty's scale, what is sent, what is marked. Nothing here draws or asks.

/** @typedef {import("./site-rank.js").Criterion} Criterion
 * @typedef {import("./site-rank.js").Weights} Weights */

const LARGEST = 9;
const FIRST = 5; // so many are compared at first: ten pairs are judged with care, ninety are not
const STEPS = Array.from({ length: LARGEST }, (_, at) => LARGEST - at);

/** From 9 (the first is extremely more important) to 1/9 (Saaty 1977), as it is written. */
export const SCALE = [...STEPS.map(String), ...STEPS.slice(0, -1).reverse().map((step) => `1/${step}`)];

/** @param {string} step @returns {string} the judgement the other way round */
export const reciprocal = (step) => (step === "1" ? step : step.startsWith("1/") ? step.slice(2) : `1/${step}`);

/** @param {string} step @returns {number} */
export const timesOf = (step) => (step.startsWith("1/") ? 1 / Number(step.slice(2)) : Number(step));

/** The nearest value of the scale. @param {number} times @returns {string} */
export const stepOf = (times) => SCALE.reduce((best, step) => (off(step, times) < off(best, times) ? step : best), "1");

/** @param {string} step @param {number} times */
const off = (step, times) => Math.abs(Math.log(timesOf(step) / times));

/** Judgements that were kept, for each pair in the order of the table. @param {[string, string, number][]} judgements @param {string[]} keys all criteria in order @returns {Map<string, string>} */
export function stepsOf(judgements, keys) {
  const ordered = judgements.map(([left, right, times]) => (keys.indexOf(left) <= keys.indexOf(right) ? { pair: `${left}|${right}`, times } : { pair: `${right}|${left}`, times: 1 / times }));
  return new Map(ordered.map(({ pair, times }) => [pair, stepOf(times)]));
}

/** Every pair once, as the service takes it. @param {string[]} keys @param {(left: string, right: string) => string} of */
export function judgementBody(keys, of) {
  return { judgements: { pairs: keys.flatMap((left, row) => keys.slice(row + 1).map((right) => [left, right, timesOf(of(left, right))])) } };
}

/** The weightiest criteria, in the order of the table. @param {Criterion[]} criteria @param {Weights} share @returns {string[]} */
export function chosenFirst(criteria, share) {
  const first = new Set([...criteria].sort((a, b) => (share[b.key] ?? 0) - (share[a.key] ?? 0)).slice(0, FIRST).map(({ key }) => key));
  return criteria.map(({ key }) => key).filter((key) => first.has(key));
}

/** Weights of all criteria: those that were not compared count nothing. @param {Criterion[]} criteria @param {Weights} weights @returns {Weights} */
export const byWeight = (criteria, weights) => Object.fromEntries(criteria.map(({ key }) => [key, weights[key] ?? 0]));

/** Whether a sentence of the service is about a pair, either way round. @param {string} sentence @param {string} left @param {string} right @returns {boolean} */
export const flagged = (sentence, left, right) => [[left, right], [right, left]].some(([a, b]) => sentence.includes(`“${a}”比“${b}”`));
