// The ranked table of works, linked to the lines both ways; and the same by township.

import { byId, el, strokesSample } from "./dom.js";
import { decimal, fixed, integer, percent, wanColumn } from "./format.js";
import { UNITS } from "./road-model.js";
import { kindLabel } from "./road-words.js";

export const PAGE_SIZE = 100;
const SIDE_ORDER = ["a", "both", "b"];
const SIDE_SIGNS = { a: "本", both: "同", b: "旧" };

/** @typedef {import("./road-model.js").RoadView} RoadView
 * @typedef {{code: string, work: any, side: string, built: boolean}} Row
 * @typedef {{id: string, label: string, title?: string, number?: boolean, sort: (row: any, view: RoadView) => any, cell: (row: any, view: RoadView, words: any) => Node|string}} Column */

const unitOf = (/** @type {RoadView} */ view) => UNITS[/** @type {"households"} */ (view.state.unit)];

/** @type {Column[]} */
const WORK_COLUMNS = [
  { id: "rank", label: "序", title: "按效益与投资之比排的顺序", number: true, sort: (row) => row.work.rank, cell: (row) => (row.work.rank ? integer(row.work.rank) : "—") },
  { id: "name", label: "工程", sort: (row) => row.work.work_name, cell: nameCell },
  { id: "year", label: "年度", number: true, sort: (row) => row.work.year, cell: (row) => (row.work.year ? String(row.work.year) : row.work.next_in_line ? `候补${row.work.next_in_line}` : "—") },
  { id: "cost", label: "万元", title: "投资（万元）", number: true, sort: (row) => row.work.cost_cny, cell: (row) => wanColumn(row.work.cost_cny) },
  { id: "count", label: "", number: true, sort: (row, view) => row.work[unitOf(view).field], cell: (row, view) => integer(row.work[unitOf(view).field] ?? 0) },
  { id: "each", label: "万元/户", title: "每户投资（万元），按依靠这项工程的全部户数", number: true, sort: (row) => row.work.cost_per_household_cny, cell: (row) => (row.work.cost_per_household_cny === null || row.work.cost_per_household_cny === undefined ? "—" : wanColumn(row.work.cost_per_household_cny, 2)) },
  { id: "km", label: "km", title: "长度（km）", number: true, sort: (row) => row.work.length_km, cell: (row) => fixed(row.work.length_km, 2) },
];

/** @type {Column[]} */
const TOWN_COLUMNS = [
  { id: "name", label: "乡镇", sort: (row) => row.name, cell: (row) => row.name },
  { id: "planned", label: "规划", title: "列入规划的全部", number: true, sort: (row, view) => planned(row, view), cell: (row, view) => integer(planned(row, view)) },
  { id: "connected", label: "接通", number: true, sort: (row, view) => connected(row, view), cell: (row, view) => integer(connected(row, view)) },
  { id: "share", label: "接通率", number: true, sort: (row, view) => shareOf(row, view), cell: (row, view) => percent(shareOf(row, view)) },
  { id: "out", label: "未纳入", title: "不明、搬迁或无法到达，未纳入规划", number: true, sort: (row, view) => row.totals[view.state.unit].out, cell: (row, view) => integer(row.totals[view.state.unit].out) },
  { id: "cost", label: "万元", title: "投资（万元），按工程所在乡镇", number: true, sort: (row) => row.cost, cell: (row) => wanColumn(row.cost) },
];

const planned = (/** @type {any} */ row, /** @type {RoadView} */ view) => row.totals[view.state.unit].connected + row.totals[view.state.unit].open;
const connected = (/** @type {any} */ row, /** @type {RoadView} */ view) => row.totals[view.state.unit].connected;
const shareOf = (/** @type {any} */ row, /** @type {RoadView} */ view) => (planned(row, view) ? connected(row, view) / planned(row, view) : null);

/** What sets a work apart: of which plan it is, that it needs a survey, or that it is built only as long as nothing changes. @param {Row} row @param {RoadView} view @param {any} words */
function badge({ work, side, built }, view, words) {
  if (view.comparison) return el("span", { class: "badge", title: words.side[side].label, text: SIDE_SIGNS[/** @type {"a"} */ (side)] });
  if (work.flagged_km > 0) return el("span", { class: "badge warn", title: `${decimal(work.flagged_km, 2)} km 需勘测或展线`, text: "勘" });
  if (built && work.core === false) return el("span", { class: "badge", title: `价格或权重一变就可能落选：变动中入选 ${percent(work.stability)}`, text: "变" });
  return null;
}

/** @param {Row} row @param {RoadView} view @param {any} words */
function nameCell(row, view, words) {
  const { work, side } = row;
  const line = view.comparison ? words.side[side] : row.built ? (words.kind[work.kind] ?? words.kind.new) : words.unbuilt;
  return el("span", { class: "work-name", title: `${work.work_name}（${work.work_code}，${kindLabel(words, work.kind)}）` }, strokesSample(line?.strokes ?? []), el("span", { class: "text", text: work.work_name }), badge(row, view, words));
}

export const isTowns = (/** @type {import("./state.js").State} */ state) => state.level === "township";

/** @param {RoadView} view @returns {Row[]} */
function workRows(view) {
  if (view.comparison) return view.comparison.rows.map(({ side, work }) => ({ code: work.work_code, work, side, built: true }));
  return view.works.map((work) => ({ code: work.work_code, work, side: "", built: view.built.has(work.work_code) }));
}

/** The rows in the order of the table. @param {RoadView} view @returns {any[]} */
export function tableRows(view) {
  const towns = isTowns(view.state);
  const columns = towns ? TOWN_COLUMNS : WORK_COLUMNS;
  const wanted = view.state.sort || (towns ? "-planned" : "rank");
  const column = columns.find((one) => one.id === wanted.replace(/^-/, "")) ?? columns[0];
  const sign = wanted.startsWith("-") ? -1 : 1;
  const rows = towns ? view.townships : workRows(view);
  const side = (/** @type {any} */ row) => (view.comparison && !towns ? SIDE_ORDER.indexOf(row.side) : 0);
  return [...rows].sort((a, b) => side(a) - side(b) || order(column.sort(a, view), column.sort(b, view), sign) || String(a.code).localeCompare(String(b.code)));
}

/** @param {any} a @param {any} b @param {number} sign */
function order(a, b, sign) {
  const missing = Number(a === null || a === undefined) - Number(b === null || b === undefined);
  if (missing) return missing;
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return a === b ? 0 : sign * String(a).localeCompare(String(b), "zh-CN");
}

/** On which page a work stands. @param {RoadView} view @param {string} code @returns {number} */
export function pageOf(view, code) {
  const index = tableRows(view).findIndex((row) => row.code === code);
  return index < 0 ? 0 : Math.floor(index / PAGE_SIZE);
}

/** @param {RoadView} view @returns {Column[]} */
const columnsOf = (view) => (isTowns(view.state) ? TOWN_COLUMNS : WORK_COLUMNS.map((one) => (one.id === "count" ? { ...one, label: unitOf(view).label, title: `${unitOf(view).label}（工程终点）` } : one)));

/**
 * @param {RoadView} view @param {any} words
 * @param {{choose: (row: any) => void, hover: (code: string) => void, set: (patch: any) => void}} on
 */
export function renderWorks(view, words, on) {
  const rows = tableRows(view);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_SIZE));
  const page = Math.min(view.state.page, pages - 1);
  const columns = columnsOf(view);
  const shown = rows.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
  const body = shown.length ? shown.map((row) => rowNode(row, view, words, columns, on)) : [el("tr", {}, el("td", { class: "empty", colspan: columns.length, text: "这个范围内没有工程；点上方县名查看全县。" }))];
  const table = byId("plan-table");
  const focused = /** @type {HTMLElement|null} */ (document.activeElement?.closest("#plan-table tr[data-code]"))?.dataset.code;
  table.classList.toggle("of-works", !isTowns(view.state));
  table.replaceChildren(head(view, columns, on), el("tbody", {}, ...body));
  if (focused) rowOf(focused)?.focus();
  byId("plan-note").textContent = note(view, rows.length);
  byId("plan-pager").replaceChildren(...(pages > 1 ? pager(page, pages, on) : []));
}

/** @param {RoadView} view @param {number} count */
function note(view, count) {
  if (isTowns(view.state)) return `${integer(count)} 个乡镇`;
  if (view.comparison) return `${integer(count)} 项工程`;
  const built = view.works.filter((work) => view.built.has(work.work_code)).length;
  return `${integer(count)} 项，列入 ${integer(built)} 项，${decimal(view.km)} km`;
}

/** @param {RoadView} view @param {Column[]} columns @param {any} on */
function head(view, columns, on) {
  const current = view.state.sort || (isTowns(view.state) ? "-planned" : "rank");
  const cells = columns.map((column) => {
    const active = current.replace(/^-/, "") === column.id;
    const falling = current.startsWith("-");
    const next = active ? (falling ? column.id : `-${column.id}`) : column.number && column.id !== "rank" ? `-${column.id}` : column.id;
    const arrow = active ? (falling ? " ▾" : " ▴") : "";
    const button = el("button", { type: "button", title: column.title, text: column.label + arrow, onclick: () => on.set({ sort: next, page: 0 }) });
    return el("th", { scope: "col", class: `col-${column.id}${column.number ? " number" : ""}`, "aria-sort": active ? (falling ? "descending" : "ascending") : "none" }, button);
  });
  return el("thead", {}, el("tr", {}, ...cells));
}

/** @param {any} row @param {RoadView} view @param {any} words @param {Column[]} columns @param {any} on */
function rowNode(row, view, words, columns, on) {
  const towns = isTowns(view.state);
  const cells = columns.map((column) => {
    const name = column.id === "name";
    return el(name ? "th" : "td", { class: column.number ? "number" : null, scope: name ? "row" : null }, column.cell(row, view, words));
  });
  const props = {
    tabindex: "0",
    "data-code": row.code,
    "data-side": row.side || null,
    class: towns || row.built ? null : "not-built",
    "aria-selected": !towns && row.code === view.state.work ? "true" : null,
    onclick: () => on.choose(row),
    onkeydown: (/** @type {KeyboardEvent} */ event) => rowKey(event, () => on.choose(row)),
    onmouseenter: () => on.hover(row.code),
    onmouseleave: () => on.hover(""),
    onfocus: () => on.hover(row.code),
  };
  return el("tr", props, ...cells);
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
  const turn = (/** @type {string} */ text, /** @type {number} */ to) => el("button", { type: "button", text, disabled: to < 0 || to >= pages, onclick: () => on.set({ page: to }) });
  return [turn("上一页", page - 1), el("span", { text: `${page + 1} / ${pages}` }), turn("下一页", page + 1)];
}

/** @param {string} code @returns {HTMLElement|undefined} */
const rowOf = (code) => [.../** @type {NodeListOf<HTMLElement>} */ (byId("plan-table").querySelectorAll("tr[data-code]"))].find((row) => row.dataset.code === code);

/** Mark the row of a line under the pointer. @param {string} code */
export function highlightWork(code) {
  for (const row of byId("plan-table").querySelectorAll("tr.hover")) row.classList.remove("hover");
  if (code) rowOf(code)?.classList.add("hover");
}

/** Bring the row of a work into sight. @param {string} code */
export function showRow(code) {
  rowOf(code)?.scrollIntoView({ block: "nearest" });
}

/** Every row as plain cells, for the sheet: works by their order, with what the panel leaves out. @param {RoadView} view @param {any} words */
export function sheetTable(view, words) {
  const extra = isTowns(view.state) ? [] : SHEET_EXTRA;
  const columns = [...columnsOf(view), ...extra];
  const headCells = columns.map((column) => el("th", { class: column.number ? "number" : null, text: column.label }));
  const body = tableRows(view).map((row) => el("tr", {}, ...columns.map((column) => el("td", { class: column.number ? "number" : null }, column.cell(row, view, words)))));
  return el("table", { class: "sheet-table" }, el("thead", {}, el("tr", {}, ...headCells)), el("tbody", {}, ...body));
}

/** @type {Column[]} */
const SHEET_EXTRA = [
  { id: "code", label: "代码", sort: () => 0, cell: (row) => row.work.work_code },
  { id: "kind", label: "类型", sort: () => 0, cell: (row, _, words) => kindLabel(words, row.work.kind) },
  { id: "flagged", label: "需勘测 km", number: true, sort: () => 0, cell: (row) => (row.work.flagged_km ? fixed(row.work.flagged_km, 2) : "—") },
  { id: "parent", label: "依靠", sort: () => 0, cell: (row, view) => (row.work.parent_work ? (view.byCode.get(row.work.parent_work)?.work_name ?? row.work.parent_work) : "现有路网") },
  { id: "place", label: "所在", sort: () => 0, cell: (row) => [row.work.township_name, row.work.village_name].filter(Boolean).join(" ") },
];
