// The card of a settlement that stands: its class by the same yardstick, what it has and lacks, floors, moving in, old houses, the nine checks.

import { el, icon } from "./dom.js";
import { decimal, integer, percent } from "./format.js";
import { codesText, comersNode } from "./site-card.js";
import { hazardsOf, itemsText } from "./site-columns.js";
import { contributions, sum } from "./site-model.js";
import { cardHeader, measuresNode, partsTable, putCard } from "./site-parts.js";
import { listOf, scoreText, word } from "./site-words.js";

/** @param {any} row of the review @param {import("./site-model.js").SiteView} view @param {any} words @param {import("./site-card.js").CardActions} on */
export function renderSettlement(row, view, words, on) {
  const code = String(row.settlement_code);
  const labels = Object.fromEntries(view.land.map((rule) => [rule.key, rule.label]));
  const against = listOf(row.excluded_by);
  const comers = view.comers.get(code) ?? [];
  const parts = contributions(view.criteria, view.share, (key) => ({ value: row[key] ?? null, score: row[`${key}_score`] ?? null })).filter((part) => part.value !== null || part.score !== null);
  putCard(`settlement ${code}`, [
    cardHeader(row.settlement_name ?? code, [code, row.township_name, word(words.states, row.build_state)].filter(Boolean).join(" · "), on.close),
    el("p", { class: "answer" }, icon(words.marks.settlement), el("strong", { text: `${word(words.classes, row.class) || words.classes.unknown}${row.score === null || row.score === undefined ? "" : ` · ${scoreText(row.score)} 分`}` })),
    against.length ? el("p", { class: "conflict", text: `位置压着排除规则：${codesText(against, labels)}` }) : null,
    facts(row, words),
    changes(view, code),
    facilities(row, words),
    checks(row, words),
    parts.length ? el("h3", { text: "各项得分（同一把尺子）" }) : null,
    parts.length ? partsTable(parts, words) : null,
    comers.length ? el("h3", { text: `还将迁来 ${integer(comers.length)} 组 ${integer(sum(comers, "households_count"))} 户` }) : null,
    comers.length ? comersNode(comers, on) : null,
  ]);
}

const FURTHER = { farm: "种地", school_seats: "学位", clinic_doctors: "医生" };

/** For how many of the households that moved here each way became better or worse. @param {import("./site-model.js").SiteView} view @param {string} code */
function changes(view, code) {
  const rows = (view.plan.moves ?? []).filter((/** @type {any} */ one) => String(one.settlement_code) === code);
  if (!rows.length) return null;
  const labels = { ...Object.fromEntries(view.criteria.map(({ key, label }) => [key, label])), ...FURTHER };
  const told = (/** @type {string} */ field) => [...changed(rows, field)].sort((a, b) => b[1] - a[1]).map(([key, households]) => `${labels[key] ?? key} ${integer(households)} 户`).join("、");
  const texts = [["变好", told("better")], ["变差", told("worse")]].filter(([, text]) => text).map(([word, text]) => `${word}：${text}`);
  return el("p", { class: "reason", text: `已搬来 ${integer(sum(rows, "households_count"))} 户${texts.length ? `。${texts.join("；")}` : "，各项没有明显变化"}。` });
}

/** Households of the rows that name an item, by item. @param {any[]} rows @param {string} field @returns {Map<string, number>} */
export function changed(rows, field) {
  const found = new Map();
  for (const row of rows) for (const key of listOf(row[field])) found.set(key, (found.get(key) ?? 0) + (row.households_count ?? 0));
  return found;
}

/** @param {number|null|undefined} share */
const rate = (share) => (share === null || share === undefined ? null : percent(share));

/** @param {any} row @param {any} words */
function facts(row, words) {
  const floor = row.floor_m2_per_person;
  const verdict = word(words.results, row.floor_verdict);
  return measuresNode([
    ["人均住房", floor === null || floor === undefined ? null : `${decimal(floor)} m²${row.floor_verdict === "over" ? ` ${verdict}` : ""}`],
    ["入住率", rate(row.occupancy)],
    ["附近地灾点", hazardsOf(row) === null ? null : `${integer(hazardsOf(row))} 处`],
    ["旧房拆除", rate(row.demolished_share)],
    ["宅基地复垦", rate(row.reclaimed_share)],
    ["设施", `${itemsText(row)} 项`],
  ]);
}

/** @param {any} row @param {any} words */
function facilities(row, words) {
  const missing = listOf(row.missing_items);
  const unknown = listOf(row.unknown_items);
  if (!missing.length && !unknown.length) return null;
  const texts = [missing.length ? `缺：${codesText(missing, words.items)}` : "", unknown.length ? `不明：${codesText(unknown, words.items)}` : ""].filter(Boolean);
  return el("p", { class: "plan-flag", text: texts.join("；") });
}

/** The nine items of the self check, as far as they were told or can be worked out. @param {any} row @param {any} words */
function checks(row, words) {
  const items = checkRows(row, words);
  if (!items.length) return null;
  const rows = items.map((/** @type {any} */ one) => el("tr", { class: one.overdue ? "overdue" : null }, el("th", { scope: "row", text: one.label }), el("td", { text: one.result }), el("td", { text: one.owner }), el("td", { text: `${one.due}${one.overdue ? "（逾期）" : ""}` })));
  const head = ["九项自查", "结果", "责任单位", "时限"].map((text) => el("th", { text }));
  return el("table", { class: "costs" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows));
}

/** Checks as a list of rows, or as columns `check_<item>`. @param {any} row @param {any} words @returns {{label: string, result: string, owner: string, due: string, overdue: boolean}[]} */
export function checkRows(row, words) {
  const told = Array.isArray(row.checks) ? row.checks : words.order.checks.filter((/** @type {string} */ item) => row[`check_${item}`] !== undefined).map((/** @type {string} */ item) => ({ item, result: row[`check_${item}`], owner_unit: row[`check_${item}_owner`], due_date: row[`check_${item}_due`], overdue: row[`check_${item}_overdue`] }));
  return told.map((/** @type {any} */ one) => ({
    label: word(words.checks, one.item ?? one.check_item ?? one.key),
    result: word(words.results, one.result ?? one.check_result) || words.results.unknown,
    owner: one.owner_unit ?? "",
    due: one.due_date ?? "",
    overdue: Boolean(one.overdue),
  }));
}
