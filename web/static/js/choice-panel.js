// Road or move in the frame of the page: holds the answers that were given, makes the view of a state, and lets each part draw it.

import { hideCard, renderCardError } from "./card.js";
import { renderChoice, renderChoiceSite } from "./choice-card.js";
import { renderChoiceLegend } from "./choice-legend.js";
import { ChoiceLayer } from "./choice-map.js";
import { choiceView } from "./choice-model.js";
import { choiceColumns, choiceHeadline, plansNode } from "./choice-table.js";
import { byId, el } from "./dom.js";
import { integer, money } from "./format.js";
import { fitSheet, repeatFoot, sourceText, today } from "./print.js";
import { Jobs } from "./road-jobs.js";
import { choiceData } from "./site-data.js";
import { choiceForm } from "./site-form.js";
import { Grid, sheetGrid, sorted } from "./site-grid.js";
import { notedNodes, nothingNode, outdatedNode } from "./site-headline.js";
import { plainCard } from "./site-parts.js";
import { arrangeSites } from "./site-words.js";

const EXPORTS = [["xlsx", "Excel 台账"], ["gpkg", "GeoPackage"], ["geojson", "GeoJSON"]];
const FILTERS = [["", "全部"], ["road", "修路"], ["move", "搬迁"], ["none", "无法安排"], ["open", "会变的"]];
const EMPTY = { title: "还没有修路与搬迁的比较", about: "对每个没有硬化路的组回答：修路还是搬迁更省公共投入。干线共用、安置点有固定费用和容量，所以一起算；并给出临界费用、把握，以及全部修路、能搬的都搬两个极端方案。", command: "zutong choose 工作区文件夹", button: "开始比较", id: "choice-start" };
const ABOUT = { kind: "choice", running: "正在比较修路与搬迁", again: "重新比较", said: { failed: "比较没有成功", cancelled: "已取消比较，原结果没有改动", interrupted: "比较被中断，原结果没有改动" } };
const CLOSED = { select: "", site: "" };

/** Names of the state that change what the panel shows, and nothing of the map under it. */
export const CHOICE_STATE = new Set(["answer", "select", "site", "sort", "page", "view"]);

export class ChoicePanel {
  /** @param {import("./road-panel.js").Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.words = arrangeSites(frame.boot.legend);
    this.layer = new ChoiceLayer(frame.map);
    /** @type {import("./choice-model.js").ChoiceData|null} */
    this.data = null;
    /** @type {import("./choice-model.js").ChoiceView|null} */
    this.view = null;
    /** @type {import("./model.js").Model|null} */
    this.model = null;
    this.draft = { set: "", costs: "", include_unknown: false, title: "" };
    this.forming = false;
    this.looked = false;
    this.writable = frame.source.startChoice !== null;
    [this.under, this.moved] = ["", ""];
    this.parts = this.build();
    this.grid = new Grid("choice-table", { choose: (row) => this.open({ select: String(row.group_code) }), hover: (code) => this.layer.hover(code), set: (patch) => frame.store.set(patch) });
    this.parts.body.append(this.parts.filters, this.grid.box, this.grid.foot);
    this.jobs = new Jobs(this.parts.job, frame.source, { done: () => this.renew(), again: () => this.openForm(), writable: (may) => this.allow(may) }, ABOUT);
  }

  build() {
    const parts = {
      job: el("div", { id: "choice-job", class: "job-box", hidden: true }),
      notice: el("div", { id: "choice-notice" }),
      headline: el("div", { id: "choice-headline", "aria-live": "polite" }),
      plans: el("div", { id: "choice-extremes" }),
      body: el("div", { class: "grid-part" }),
      filters: el("div", { id: "choice-filters", class: "tabs", role: "group", "aria-label": "列出哪些组" }),
      form: el("div", { id: "choice-form-box", class: "form-box", hidden: true }),
    };
    byId("choice-body").replaceChildren(parts.job, parts.notice, parts.headline, parts.plans, parts.body, parts.form);
    byId("choice-again").addEventListener("click", () => this.openForm());
    return parts;
  }

  ready() {
    return this.data !== null;
  }

  async load() {
    this.data ??= await this.ask();
    if (this.looked) return;
    this.looked = true;
    this.jobs.look();
  }

  /** @returns {Promise<import("./choice-model.js").ChoiceData>} */
  async ask() {
    const { source } = this.frame;
    const plan = await source.choice();
    return choiceData(plan, plan.available ? await source.choiceRoads() : null);
  }

  /** Draw everything of a state. @param {import("./model.js").Model} model of the map under it */
  draw(model) {
    if (!this.data) return;
    this.model = model;
    const state = this.frame.store.get();
    const { plan } = this.data;
    const view = choiceView(this.data, { ...state, area: model.path[model.path.length - 1].code }, model.path);
    this.view = view;
    const nothing = !plan.available;
    const start = this.writable ? () => this.openForm() : null;
    const stale = outdatedNode(plan, (name) => this.labelOf(name), this.forming ? null : start, "重新比较");
    this.parts.notice.replaceChildren(...(stale ? [stale] : []), ...(nothing ? [] : notedNodes(plan)));
    for (const part of [this.parts.plans, this.parts.body]) part.hidden = nothing || this.forming;
    this.parts.form.hidden = !this.forming;
    this.parts.headline.replaceChildren(...(this.forming ? [] : nothing ? [nothingNode(EMPTY, start, plan.sentence)] : choiceHeadline(view)));
    this.drawExports(nothing);
    if (nothing) return this.layer.hide();
    this.layer.show(view, this.words);
    renderChoiceLegend(view, this.words, model, this.frame.words());
    if (!this.forming) this.drawTable(view);
  }

  /** @param {import("./choice-model.js").ChoiceView} view */
  drawTable(view) {
    const plans = plansNode(view);
    this.parts.plans.replaceChildren(...(plans ? [plans] : []));
    const { tallies, open, groups } = view;
    const counts = { "": groups.length, road: tallies.road.groups, move: tallies.move.groups, none: tallies.none.groups, open };
    const chips = FILTERS.map(([answer, text]) => el("button", { type: "button", "data-answer": answer || "all", "aria-pressed": String(answer === view.state.answer), onclick: () => this.frame.store.set({ answer, page: 0 }) }, text, el("span", { class: "count", text: integer(counts[/** @type {""} */ (answer)]) })));
    const focused = [...this.parts.filters.children].indexOf(/** @type {Element} */ (document.activeElement));
    this.parts.filters.replaceChildren(...chips);
    if (focused >= 0) chips[focused].focus();
    this.grid.show(this.contentOf(view));
  }

  /** @param {import("./choice-model.js").ChoiceView} view @returns {import("./site-grid.js").GridContent} */
  contentOf(view) {
    const { state, listed, path } = view;
    return { kind: "of-choice", columns: choiceColumns(this.words, path.length < 2), rows: listed, code: (row) => String(row.group_code), sort: state.sort, usual: "margin", page: state.page, selected: state.select, empty: "这里没有这样的组；点“全部”查看所有。", note: `${integer(listed.length)} 组，费用单位万元` };
  }

  /** @param {boolean} nothing */
  drawExports(nothing) {
    const url = (/** @type {string} */ format) => this.frame.source.choiceExportUrl(format);
    byId("choice-again").hidden = nothing || this.forming || !this.writable;
    byId("export").hidden = nothing || !url("xlsx");
    byId("export-list").replaceChildren(...EXPORTS.map(([format, text]) => el("li", {}, el("a", { href: url(format), "data-format": format, download: true, text }))));
  }

  /** @param {string} name */
  labelOf(name) {
    const own = { site_set: "规则集", costs: "造价", options: "参数", parcels: "选址结果", code_version: "程序版本", coverage: "对标结果", standard: "标准" };
    const known = [...this.frame.boot.legend.layers, ...this.frame.county.layers].find((/** @type {any} */ one) => one.name === name);
    return own[/** @type {"costs"} */ (name)] ?? known?.label ?? name;
  }

  hide() {
    this.layer.hide();
    plainCard();
    [this.view, this.moved] = [null, ""];
  }

  /** The card that the state asks for. @param {import("./state.js").State} state */
  drawCard(state) {
    const { view } = this;
    if (!view || (!state.select && !state.site)) {
      this.moved = "";
      return hideCard();
    }
    const row = state.select ? view.byCode.get(state.select) : view.siteByCode.get(state.site);
    if (!row) {
      plainCard();
      return renderCardError(state.select ? "这个组已通硬化路，或不在比较之列；可在“短板”里查看它的依据。" : `比较结果中没有代码为“${state.site}”的安置地点。`, this.actions());
    }
    if (state.select) renderChoice(row, view, this.words, this.actions());
    else renderChoiceSite(row, view, this.words, this.actions());
    return this.reveal(state.select || state.site, row);
  }

  /** Bring what was opened into sight, in the table and on the map, but only once. @param {string} code @param {any} row */
  reveal(code, row) {
    if (this.moved === code) return;
    this.moved = code;
    if (this.grid.rows.some((one) => String(one.group_code) === code)) this.frame.store.set({ page: this.grid.pageOf(code) }, { replace: true });
    this.grid.reveal(code);
    if (typeof row.lon === "number") this.frame.reveal([row.lat, row.lon], code);
  }

  /** @param {any} patch */
  open(patch) {
    this.frame.store.set({ ...CLOSED, ...patch });
  }

  /** @returns {import("./choice-card.js").ChoiceActions} */
  actions() {
    const { store } = this.frame;
    return {
      close: () => this.open({}),
      group: (code) => this.open({ select: code }),
      site: (code) => this.open({ site: code }),
      parcel: (code) => store.set({ ...CLOSED, panel: "sites", tab: "", parcel: code, sort: "", page: 0 }),
      gaps: (code) => store.set({ ...CLOSED, panel: "", select: code, sort: "", page: 0, level: "" }),
    };
  }

  /** @param {any} event of Leaflet */
  clicked(event) {
    if (!this.view || !this.data?.plan.available) return undefined;
    const picked = this.layer.pick(event);
    if (picked) return this.open("group" in picked ? { select: picked.group } : { site: picked.site });
    const { store } = this.frame;
    const unit = this.model ? this.frame.unitAt(this.model, event.latlng) : "";
    if (unit && unit !== store.get().area && !store.get().select && !store.get().site) return this.frame.goTo(unit);
    return this.open({});
  }

  /** @param {any} event of Leaflet */
  pointed(event) {
    const picked = this.view && this.data?.plan.available ? this.layer.pick(event) : null;
    const code = picked ? Object.values(picked)[0] : "";
    this.frame.map.getContainer().classList.toggle("pointing", Boolean(picked));
    if (code === this.under) return;
    this.under = code;
    this.layer.hover(code);
    this.grid.highlight(code);
  }

  escape() {
    const { select, site } = this.frame.store.get();
    if (select || site) this.open({});
    else if (this.forming) this.closeForm();
  }

  prepareSheet() {
    if (!this.view || !this.data?.plan.available) return;
    const { view, frame } = this;
    const area = view.path.map((step) => step.name).join(" ");
    const { county } = frame;
    const content = this.contentOf(view);
    const stale = view.plan.stale ? "（已过期：计算之后数据有改动）" : "";
    byId("sheet-head").replaceChildren(
      el("h1", { text: `${area} 修路还是搬迁${stale}` }),
      el("p", { class: "sheet-numbers", text: `修路 ${integer(view.tallies.road.groups)} 组 ${integer(view.tallies.road.households)} 户，搬迁 ${integer(view.tallies.move.groups)} 组 ${integer(view.tallies.move.households)} 户，无法安排 ${integer(view.tallies.none.groups)} 组；全县共需 ${money(view.plans[0].cost)}。` }),
      el("p", { text: `数据截止 ${county.data_date ?? "未注明"} · 制表 ${today()}` }),
      el("p", { class: "sheet-source", text: sourceText(county) }),
    );
    const plans = plansNode(view);
    byId("sheet-body").replaceChildren(...(plans ? [plans] : []), el("h2", { text: "逐组（万元）" }), sheetGrid(content.columns, sorted(content.rows, content.columns, content.sort || content.usual, content.code)));
    repeatFoot(`${area} · 修路或搬迁 · 数据截止 ${county.data_date ?? "未注明"}${view.plan.synthetic || county.synthetic ? " · 演示数据" : ""} · 内部使用 · ${byId("approval").textContent ?? ""}`);
    fitSheet();
  }

  /** Where the service only shows, nothing is offered that it would refuse. @param {boolean} may */
  allow(may) {
    if (this.writable === may) return;
    this.writable = may;
    if (this.model && this.frame.store.get().panel === "choice") this.draw(this.model);
  }

  /** The sets that may be chosen from, as the neighbouring plans name them; the first of each is the county's own. */
  async sets() {
    const { source } = this.frame;
    const [sites, roads] = await Promise.all([source.sites(), source.plan("")].map((asked) => asked.catch(() => ({}))));
    return { sets: sites.sets ?? [], costs: roads.cost_sets ?? [] };
  }

  async openForm() {
    const choices = await this.sets();
    this.forming = true;
    const on = { send: (/** @type {any} */ body) => this.send(body), close: () => this.closeForm(), redraw: () => undefined };
    this.parts.form.replaceChildren(choiceForm(this.draft, this.data?.plan, choices, on));
    if (this.model) this.draw(this.model);
    /** @type {HTMLElement|null} */ (this.parts.form.querySelector("select, input"))?.focus();
  }

  closeForm() {
    this.forming = false;
    this.parts.form.replaceChildren();
    if (this.model) this.draw(this.model);
  }

  /** @param {any} body */
  async send(body) {
    const { startChoice } = this.frame.source;
    if (!startChoice) return;
    try {
      const job = await startChoice(body);
      this.closeForm();
      this.jobs.follow(job);
    } catch (error) {
      const fault = this.parts.form.querySelector(".form-fault");
      if (fault) fault.textContent = /** @type {Error} */ (error).message;
    }
  }

  /** New results are there: what was asked before is asked anew. */
  async renew() {
    const { source, store } = this.frame;
    source.forgetChoice();
    this.data = null;
    try {
      await this.load();
      this.layer.hide();
      if (this.model && store.get().panel === "choice") this.draw(this.model);
      this.jobs.tell("新的比较已算好。", false);
    } catch (error) {
      this.jobs.tell(/** @type {Error} */ (error).message, true);
    }
  }
}
