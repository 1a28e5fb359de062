// A ranked table: sorted by any column, in pages, walked by keys, linked to the map. What its columns are, its users say.

import { el } from "./dom.js";

/**
 * @typedef {object} GridColumn
 * @property {string} id @property {string} label @property {string} [title] @property {boolean} [number] @property {boolean} [rising] whether the first click sorts upwards
 * @property {(row: any) => any} [sort] none: cannot be sorted by
 * @property {(row: any) => Node|string} cell
 * @typedef {object} GridContent
 * @property {string} kind class of the table
 * @property {GridColumn[]} columns
 * @property {any[]} rows
 * @property {(row: any) => string} code
 * @property {string} sort of the state; empty: `usual`
 * @property {string} usual
 * @property {number} page
 * @property {string} selected code of the row that is open
 * @property {string} empty sentence when there is nothing
 * @property {string} note
 * @property {(row: any) => string|null} [look] class of a row
 * @typedef {{choose: (row: any) => void, hover: (code: string) => void, set: (patch: any) => void}} GridActions
 */

export const PAGE_SIZE = 100;

/** Missing values stand last, whichever way. @param {any} a @param {any} b @param {number} sign */
export function inOrder(a, b, sign) {
  const missing = Number(a === null || a === undefined) - Number(b === null || b === undefined);
  if (missing || a === b) return missing;
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return sign * String(a).localeCompare(String(b), "zh-CN");
}

/** @param {any[]} rows @param {GridColumn[]} columns @param {string} sort @param {(row: any) => string} code @returns {any[]} */
export function sorted(rows, columns, sort, code) {
  const column = columns.find((one) => one.sort && one.id === sort.replace(/^-/, ""));
  if (!column) return [...rows];
  const of = /** @type {(row: any) => any} */ (column.sort);
  const sign = sort.startsWith("-") ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: of(row), code: code(row) }));
  return keyed.sort((a, b) => inOrder(a.key, b.key, sign) || (a.code < b.code ? -1 : 1)).map(({ row }) => row);
}

export class Grid {
  /** @param {string} id of the table @param {GridActions} on */
  constructor(id, on) {
    this.on = on;
    this.table = el("table", { id, class: "grid-table", tabindex: "-1" });
    this.box = el("div", { class: "grid-box" }, this.table);
    this.noted = el("span", { class: "grid-note" });
    this.pager = el("span", { class: "grid-pager" });
    this.foot = el("div", { class: "table-foot" }, this.noted, this.pager);
    /** @type {GridContent|null} */
    this.content = null;
    /** @type {any[]} */
    this.rows = [];
  }

  /** @param {GridContent} content */
  show(content) {
    this.content = content;
    const sort = content.sort || content.usual;
    this.rows = sorted(content.rows, content.columns, sort, content.code);
    const pages = Math.max(1, Math.ceil(this.rows.length / PAGE_SIZE));
    const page = Math.min(content.page, pages - 1);
    const shown = this.rows.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
    const body = shown.length ? shown.map((row) => this.rowNode(row, content)) : [el("tr", {}, el("td", { class: "empty", colspan: content.columns.length, text: content.empty }))];
    const focused = this.focusedCode();
    this.table.className = `grid-table ${content.kind}`;
    this.table.replaceChildren(this.headNode(content, sort), el("tbody", {}, ...body));
    if (focused) this.rowOf(focused)?.focus();
    this.noted.textContent = content.note;
    this.pager.replaceChildren(...(pages > 1 ? this.turns(page, pages) : []));
  }

  /** @returns {string} code of the row that has the focus itself, not of a button in it */
  focusedCode() {
    const active = /** @type {HTMLElement|null} */ (document.activeElement);
    return active && active.matches("tr[data-code]") && this.table.contains(active) ? (active.dataset.code ?? "") : "";
  }

  /** @param {GridContent} content @param {string} sort */
  headNode(content, sort) {
    const cells = content.columns.map((column) => {
      const name = `col-${column.id}${column.number ? " number" : ""}`;
      if (!column.sort) return el("th", { scope: "col", class: name, title: column.title }, el("span", { class: "plain-head", text: column.label }));
      const active = sort.replace(/^-/, "") === column.id;
      const falling = sort.startsWith("-");
      const next = active ? (falling ? column.id : `-${column.id}`) : column.number && !column.rising ? `-${column.id}` : column.id;
      const arrow = active ? (falling ? " ▾" : " ▴") : "";
      const button = el("button", { type: "button", title: column.title, text: column.label + arrow, onclick: () => this.on.set({ sort: next, page: 0 }) });
      return el("th", { scope: "col", class: name, "aria-sort": active ? (falling ? "descending" : "ascending") : "none" }, button);
    });
    return el("thead", {}, el("tr", {}, ...cells));
  }

  /** @param {any} row @param {GridContent} content */
  rowNode(row, content) {
    const code = content.code(row);
    const cells = content.columns.map((column) => {
      const name = column.id === "name";
      return el(name ? "th" : "td", { class: `cell-${column.id}${column.number ? " number" : ""}`, scope: name ? "row" : null }, column.cell(row));
    });
    const props = {
      tabindex: "0",
      "data-code": code,
      class: content.look?.(row) ?? null,
      "aria-selected": code && code === content.selected ? "true" : null,
      onclick: () => this.on.choose(row),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event, row),
      onmouseenter: () => this.on.hover(code),
      onmouseleave: () => this.on.hover(""),
      onfocus: () => this.on.hover(code),
    };
    return el("tr", props, ...cells);
  }

  /** Enter chooses, arrows walk; keys of a button in the row are its own. @param {KeyboardEvent} event @param {any} row */
  key(event, row) {
    if (event.target !== event.currentTarget) return;
    const node = /** @type {HTMLElement} */ (event.currentTarget);
    const next = { ArrowDown: node.nextElementSibling, ArrowUp: node.previousElementSibling }[event.key];
    if (event.key === "Enter" || event.key === " ") this.on.choose(row);
    else if (next) /** @type {HTMLElement} */ (next).focus();
    else return;
    event.preventDefault();
  }

  /** @param {number} page @param {number} pages */
  turns(page, pages) {
    const turn = (/** @type {string} */ text, /** @type {number} */ to) => el("button", { type: "button", text, disabled: to < 0 || to >= pages, onclick: () => this.on.set({ page: to }) });
    return [turn("上一页", page - 1), el("span", { text: `${page + 1} / ${pages}` }), turn("下一页", page + 1)];
  }

  /** @param {string} code @returns {HTMLElement|undefined} */
  rowOf(code) {
    return [.../** @type {NodeListOf<HTMLElement>} */ (this.table.querySelectorAll("tr[data-code]"))].find((row) => row.dataset.code === code);
  }

  /** Mark the row of what is under the pointer. @param {string} code */
  highlight(code) {
    for (const row of this.table.querySelectorAll("tr.hover")) row.classList.remove("hover");
    if (code) this.rowOf(code)?.classList.add("hover");
  }

  /** On which page a row stands; 0 when it stands on none. @param {string} code @returns {number} */
  pageOf(code) {
    const { content } = this;
    const index = content ? this.rows.findIndex((row) => content.code(row) === code) : -1;
    return index < 0 ? 0 : Math.floor(index / PAGE_SIZE);
  }

  /** @param {string} code */
  reveal(code) {
    this.rowOf(code)?.scrollIntoView({ block: "nearest" });
  }
}

/** Every row as plain cells, for the sheet. @param {GridColumn[]} columns @param {any[]} rows */
export function sheetGrid(columns, rows) {
  const head = columns.map((column) => el("th", { class: column.number ? "number" : null, text: column.label }));
  const body = rows.map((row) => el("tr", {}, ...columns.map((column) => el("td", { class: column.number ? "number" : null }, column.cell(row)))));
  return el("table", { class: "sheet-table" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...body));
}
