// The ranked table: follows the drill-down and the filter, and is linked to the map by hover and choice.

import { byId, el, icon } from "./dom.js";
import { integer, measure, percent } from "./format.js";
import { eligible } from "./model.js";
import { verdictText } from "./words.js";

export const PAGE_SIZE = 100;
const LONG_NAME = 6;
export const LEVEL_WORDS = { township: "乡镇", village: "行政村", group: "村民组" };

/**
 * @typedef {object} Column
 * @property {string} id @property {string} label @property {boolean} [number]
 * @property {(row: any) => any} sort
 * @property {(row: any, words: any, at: string) => Node|string} cell of the row; `at` is the level of the area looked at
 */

/** Share of the eligible groups that lack it; null when none counts. @param {any} row */
const lackingShare = (row) => (eligible(row.groups) ? row.groups.lacking / eligible(row.groups) : null);

/** @type {Column[]} */
const AREA_COLUMNS = [
  { id: "name", label: "名称", sort: (row) => `${row.above}${row.name}`, cell: unitCell },
  { id: "total", label: "应达标组", number: true, sort: (row) => eligible(row.groups), cell: (row) => integer(eligible(row.groups)) },
  { id: "lacking", label: "未达标组", number: true, sort: (row) => row.groups.lacking, cell: (row) => integer(row.groups.lacking) },
  { id: "share", label: "占比", number: true, sort: lackingShare, cell: (row) => percent(lackingShare(row)) },
  { id: "households", label: "未达标户", number: true, sort: (row) => row.households.lacking, cell: (row) => integer(row.households.lacking) },
  { id: "unknown", label: "不明组", number: true, sort: (row) => row.groups.unknown, cell: (row) => integer(row.groups.unknown) },
];

/** @type {Column[]} */
const GROUP_COLUMNS = [
  { id: "name", label: "村民组", sort: (row) => row.name, cell: (row) => row.name ?? row.hamlet ?? row.code },
  { id: "village", label: "所在", sort: (row) => `${row.township_name} ${row.village_name}`, cell: placeCell },
  { id: "verdict", label: "判定", sort: (row) => ORDER.indexOf(row.verdict), cell: verdictCell },
  { id: "value", label: "实测", number: true, sort: (row) => row.value, cell: (row) => (row.value === null || row.value === undefined ? "—" : measure(row.value, row.unit)) },
  { id: "households", label: "户", number: true, sort: (row) => row.households, cell: (row) => integer(row.households) },
];
const ORDER = ["met", "excluded", "unknown", "lacking"];

/** @param {any} row */
function unitCell(row) {
  const name = row.name ?? "（未命名）";
  return row.above ? el("span", {}, el("span", { class: "above", text: `${row.above} ` }), name) : name;
}

/** Names of villages repeat within a county, so the township stands before them; inside a township it is known.
 * @param {any} row @param {any} _ @param {string} at */
function placeCell(row, _, at) {
  const place = [at === "township" ? "" : (row.township_name ?? "（未归属）"), row.village_name].filter(Boolean).join(" ");
  return el("span", { class: "place", title: place, text: place });
}

/** @param {any} row @param {any} words */
function verdictCell(row, words) {
  const mark = words.mark[row.verdict] ?? words.mark.unknown;
  return el("span", { class: "verdict", title: row.reason_text }, icon(mark), verdictText(row, words, words.service));
}

/** @param {string} level @returns {Column[]} */
export const columnsOf = (level) => (level === "group" ? GROUP_COLUMNS : AREA_COLUMNS);

/** The columns that say something here: inside a village all groups stand in the same place. @param {import("./model.js").Model} model @returns {Column[]} */
const shownColumns = (model) => columnsOf(model.level).filter((column) => column.id !== "village" || areaLevel(model) !== "village");

/** @param {import("./model.js").Model} model @returns {string} */
const areaLevel = (model) => model.path[model.path.length - 1].level;

/** How much stands behind a row, to rank equals. @param {any} row @param {string} level */
const weight = (row, level) => (level === "group" ? row.households : row.households.lacking) ?? 0;

/** First by the column, then by households, then by code: the same order each time. Missing values stand last.
 * @param {any[]} rows @param {string} level @param {string} sort @returns {any[]} */
export function sortRows(rows, level, sort) {
  const columns = columnsOf(level);
  const wanted = sort || (level === "group" ? "-verdict" : "-lacking");
  const column = columns.find((one) => one.id === wanted.replace(/^-/, "")) ?? columns[0];
  const sign = wanted.startsWith("-") ? -1 : 1;
  return [...rows].sort((a, b) => compare(column.sort(a), column.sort(b), sign) || weight(b, level) - weight(a, level) || String(a.code).localeCompare(String(b.code)));
}

/** @param {any} a @param {any} b @param {number} sign */
function compare(a, b, sign) {
  const missing = Number(a === null || a === undefined) - Number(b === null || b === undefined);
  if (missing) return missing;
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return a === b ? 0 : sign * String(a).localeCompare(String(b), "zh-CN");
}

/**
 * @param {import("./model.js").Model} model @param {any} words
 * @param {{choose: (row: any) => void, hover: (code: string) => void, set: (patch: any) => void}} on
 */
export function renderTable(model, words, on) {
  const rows = sortRows(model.rows, model.level, model.state.sort);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_SIZE));
  const page = Math.min(model.state.page, pages - 1);
  const shown = rows.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
  const body = rows.length ? shown.map((row) => rowNode(row, model, words, on)) : [emptyRow(model)];
  byId("table").classList.toggle("of-groups", model.level === "group");
  byId("table").classList.toggle("long-names", shown.some((row) => (row.name ?? "").length > LONG_NAME));
  byId("table").replaceChildren(head(model, on), el("tbody", {}, ...body));
  byId("table-note").textContent = note(model, rows.length);
  byId("pager").replaceChildren(...(pages > 1 ? pager(page, pages, on) : []));
}

/** @param {import("./model.js").Model} model */
function emptyRow(model) {
  const text = model.state.filter === "all" ? "这里没有数据。" : "没有符合筛选条件的组；点“全部”查看所有。";
  return el("tr", {}, el("td", { class: "empty", colspan: shownColumns(model).length, text }));
}

/** @param {import("./model.js").Model} model @param {number} count */
function note(model, count) {
  const units = `${integer(count)} 个${LEVEL_WORDS[/** @type {"group"} */ (model.level)]}`;
  if (model.level !== "group") return `${units}，共 ${integer(model.matched)} 组`;
  return model.matched > count ? `共 ${integer(model.matched)} 组，仅列出前 ${integer(count)} 组；请缩小范围，或导出全部` : `${integer(count)} 组`;
}

/** @param {import("./model.js").Model} model @param {any} on */
function head(model, on) {
  const current = model.state.sort || (model.level === "group" ? "-verdict" : "-lacking");
  const cells = shownColumns(model).map((column) => {
    const active = current.replace(/^-/, "") === column.id;
    const falling = current.startsWith("-");
    const next = active ? (falling ? column.id : `-${column.id}`) : column.number ? `-${column.id}` : column.id;
    const arrow = active ? (falling ? " ▾" : " ▴") : "";
    const button = el("button", { type: "button", text: column.label + arrow, onclick: () => on.set({ sort: next, page: 0 }) });
    return el("th", { scope: "col", class: `col-${column.id}${column.number ? " number" : ""}`, "aria-sort": active ? (falling ? "descending" : "ascending") : "none" }, button);
  });
  return el("thead", {}, el("tr", {}, ...cells));
}

/** @param {any} row @param {import("./model.js").Model} model @param {any} words @param {any} on */
function rowNode(row, model, words, on) {
  const cells = shownColumns(model).map((column, index) => {
    const content = column.cell(row, words, areaLevel(model));
    return el(index ? "td" : "th", { class: column.number ? "number" : null, scope: index ? null : "row", title: index ? null : row.name }, content);
  });
  const chosen = model.level === "group" && row.code === model.state.select;
  return el(
    "tr",
    {
      tabindex: "0",
      "data-code": row.code,
      "aria-selected": chosen ? "true" : null,
      onclick: () => on.choose(row),
      onkeydown: (/** @type {KeyboardEvent} */ event) => rowKey(event, () => on.choose(row)),
      onmouseenter: () => on.hover(row.code),
      onmouseleave: () => on.hover(""),
      onfocus: () => on.hover(row.code),
    },
    ...cells,
  );
}

/** Enter chooses, arrows walk. @param {KeyboardEvent} event @param {() => void} choose */
function rowKey(event, choose) {
  const row = /** @type {HTMLElement} */ (event.currentTarget);
  const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
  if (event.key === "Enter" || event.key === " ") choose();
  else if (next) /** @type {HTMLElement} */ (next).focus();
  else return;
  event.preventDefault();
}

/** @param {number} page @param {number} pages @param {any} on */
function pager(page, pages, on) {
  const turn = (/** @type {string} */ text, /** @type {number} */ to) =>
    el("button", { type: "button", text, disabled: to < 0 || to >= pages, onclick: () => on.set({ page: to }) });
  return [turn("上一页", page - 1), el("span", { text: `${page + 1} / ${pages}` }), turn("下一页", page + 1)];
}

/** Mark the row of a hovered group or unit. @param {string} code */
export function highlightRow(code) {
  for (const row of byId("table").querySelectorAll("tr.hover")) row.classList.remove("hover");
  if (!code) return;
  const row = [...byId("table").querySelectorAll("tr")].find((one) => one.dataset.code === code);
  row?.classList.add("hover");
}

/** Every row as plain texts, for the printed sheet. @param {import("./model.js").Model} model @param {any} words */
export function fullTable(model, words) {
  const rows = sortRows(model.rows, model.level, model.state.sort);
  const columns = shownColumns(model);
  const cell = (/** @type {Column} */ column, /** @type {any} */ row) => el("td", { class: column.number ? "number" : null }, column.cell(row, words, areaLevel(model)));
  const reason = model.level === "group";
  const headCells = columns.map((column) => el("th", { class: column.number ? "number" : null, text: column.label }));
  const body = rows.map((row) => el("tr", {}, ...columns.map((column) => cell(column, row)), reason ? el("td", { text: row.reason_text ?? "" }) : null));
  return el("table", { class: "sheet-table" }, el("thead", {}, el("tr", {}, ...headCells, reason ? el("th", { text: "依据" }) : null)), el("tbody", {}, ...body));
}
