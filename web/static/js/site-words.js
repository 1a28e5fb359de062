// Words, marks and colours of the siting panels, arranged for look-up; numbers as they are read out.

import { decimal, integer, measure, UNKNOWN } from "./format.js";
import { FIFTHS } from "./site-rank.js";

/** @typedef {{colour: string, shape: string, label: string}} Mark */

const MU_M2 = 2000 / 3;
const KM2_M2 = 1e6;
const MANY_MU = 100;

/** @param {any} legend of the page */
export function arrangeSites(legend) {
  const table = legend.sites;
  const by = (/** @type {any[]} */ rows) => Object.fromEntries(rows.map((row) => [row.value, row]));
  return { ...table, ramp: legend.ramp.colours, hatch: legend.ramp.hatch, answer: by(table.answers), line: by(table.lines) };
}

/** The mark of an answer: hollow where it may change with the prices. @param {any} words @param {any} row of choice @returns {Mark} */
export function answerMark(words, row) {
  const one = words.answer[row.answer] ?? words.answer.none;
  return { colour: one.colour, label: one.label, shape: isOpen(row) ? one.open_shape : one.shape };
}

/** Whether the answer may change with the prices; where nothing can be done nothing changes. @param {any} row of choice */
export const isOpen = (row) => row.stable === false && row.answer !== "none";

/** Colour of a score, on the ramp of the tiles. @param {string[]} ramp light to dark @param {number|null|undefined} score 0–100 @returns {string} empty where not known */
export function shadeOf(ramp, score) {
  if (score === null || score === undefined) return "";
  const at = (Math.min(100, Math.max(0, score)) / 100) * (ramp.length - 1);
  const low = Math.min(ramp.length - 2, Math.floor(at));
  const part = (/** @type {string} */ colour, /** @type {number} */ index) => Number.parseInt(colour.slice(1 + index * 2, 3 + index * 2), 16);
  const mixed = [0, 1, 2].map((index) => Math.round(part(ramp[low], index) + (at - low) * (part(ramp[low + 1], index) - part(ramp[low], index))));
  return `#${mixed.map((one) => one.toString(16).padStart(2, "0")).join("")}`;
}

/** Colour of a parcel by its place among those that are ranked: the first fifth the darkest. @param {string[]} ramp light to dark @param {number|null} fifth 0 for the first @returns {string} empty where it has no place */
export const fifthColour = (ramp, fifth) => (fifth === null ? "" : ramp[Math.round(((FIFTHS - 1 - fifth) * (ramp.length - 1)) / (FIFTHS - 1))]);

/** Land as an office counts it: `12.3 亩`, from a square kilometre on `1.23 km²`. @param {number|null|undefined} m2 @returns {string} */
export function land(m2) {
  if (m2 === null || m2 === undefined) return UNKNOWN;
  if (m2 >= KM2_M2) return `${decimal(m2 / KM2_M2, 2)} km²`;
  const mu = m2 / MU_M2;
  return `${decimal(mu, mu < MANY_MU ? 1 : 0)} 亩`;
}

/** 亩 in a column: one number, no unit. @param {number|null|undefined} m2 @returns {string} */
export const muColumn = (m2) => (m2 === null || m2 === undefined ? UNKNOWN : (m2 / MU_M2).toLocaleString("zh-CN", { minimumFractionDigits: 1, maximumFractionDigits: 1 }));

/** A measure with its unit in the county's words. @param {any} words @param {any} value @param {string|null|undefined} unit @returns {string} */
export function valueText(words, value, unit) {
  if (value === null || value === undefined) return UNKNOWN;
  if (typeof value !== "number") return String(value);
  const name = unit ? (words.units[unit] ?? unit) : "";
  if (name === "°") return `${decimal(value, 1)}°`;
  if (name === "分钟") return `${decimal(value, 0)} 分钟`;
  if (name === "m") return metres(value);
  return measure(value, name);
}

/** The same for a criterion: a class has words, and its code is their number. @param {any} words @param {any} value @param {{unit?: string|null, words?: string[]}} criterion @returns {string} */
export const criterionText = (words, value, { unit, words: classes }) => (typeof value === "number" && classes?.[value] ? classes[value] : valueText(words, value, unit));

/** Metres, from ten kilometres on in kilometres. @param {number|null|undefined} value @returns {string} */
export function metres(value) {
  if (value === null || value === undefined) return UNKNOWN;
  return value >= 1e4 ? `${decimal(value / 1e3, 1)} km` : `${integer(value)} m`;
}

/** What a rule asks for, told by what breaks it. @param {any} words @param {{value?: any, limit?: any, unit?: string|null}} rule @returns {string} */
export function limitText(words, { value, limit, unit }) {
  if (limit === null || limit === undefined || limit === "") return "";
  if (typeof limit !== "number") return String(limit);
  const sign = typeof value === "number" && value !== limit ? (value > limit ? "≤ " : "≥ ") : "";
  return `${sign}${valueText(words, limit, unit)}`;
}

/** @param {number|null|undefined} score @returns {string} */
export const scoreText = (score) => (score === null || score === undefined ? UNKNOWN : score.toLocaleString("zh-CN", { minimumFractionDigits: 1, maximumFractionDigits: 1 }));

/** Words of a code; a code that is not known is shown as it is. @param {Record<string, string>} table @param {any} code @returns {string} */
export const word = (table, code) => (code === null || code === undefined || code === "" ? "" : (table[code] ?? String(code)));

/** A field that holds several codes: a list, or a text with commas. @param {any} value @returns {string[]} */
export function listOf(value) {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "string" ? value.split(/[,;、]\s*/).filter(Boolean) : [];
}

/** `纳坝村 三组 · 复兴镇`: what tells groups apart stands first, as columns are narrow. @param {any} row @param {boolean} township @returns {string} */
export function shortName(row, township) {
  const own = [row.village_name, row.group_name].filter(Boolean).join(" ") || String(row.group_code);
  return township && row.township_name ? `${own} · ${row.township_name}` : own;
}

/** `复兴镇 纳坝村 三组` @param {any} row @returns {string} */
export const groupName = (row) => [row.township_name, row.village_name, row.group_name].filter(Boolean).join(" ") || String(row.group_code);
