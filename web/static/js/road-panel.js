// The road plan in the frame of the page: holds the answers that were given, makes the view of a state, and lets each part draw it.

import { hideCard, renderCardError } from "./card.js";
import { byId, el } from "./dom.js";
import { draftOf, formNode } from "./road-form.js";
import { comparisonNode, emptyNode, headlineNodes, staleNode, warningNodes } from "./road-headline.js";
import { Jobs } from "./road-jobs.js";
import { renderPlanLegend } from "./road-legend.js";
import { createLevers } from "./road-levers.js";
import { RoadLayer } from "./road-map.js";
import { townshipsOf, viewOf } from "./road-model.js";
import { preparePlanSheet } from "./road-sheet.js";
import { highlightWork, isTowns, pageOf, renderWorks, showRow } from "./road-table.js";
import { renderPlanGroup, renderWork } from "./road-card.js";
import { arrangePlan } from "./road-words.js";

const EXPORTS = [["xlsx", "Excel 台账"], ["gpkg", "GeoPackage"], ["geojson", "GeoJSON"], ["kml", "KML（外业）"]];
const EDGE_PX = 40;
const CARD_PX = 390;
const LEGEND_PX = 190;
const SMALL_PX = 40;
const WORK_ZOOM = 13.5;

/** Names of the state that change what the plan shows, and nothing of the map under it. */
export const PLAN_STATE = new Set(["budget", "year", "unit", "work", "select", "compare", "sort", "page", "level", "view"]);

/**
 * @typedef {object} Frame what the page lends to the panel
 * @property {any} map @property {any} boot @property {import("./api.js").Source} source @property {any} store @property {any} county
 * @property {() => any} words @property {(code: string) => void} goTo @property {(at: [number, number], code: string) => void} reveal mark a group, and move the map when it is out of sight
 * @property {(model: import("./model.js").Model, at: any) => string} unitAt
 */

export class RoadPanel {
  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.layer = new RoadLayer(frame.map);
    /** @type {import("./road-model.js").RoadData|null} */
    this.data = null;
    /** @type {{rev: string, data: import("./road-model.js").RoadData}|null} */
    this.other = null;
    /** @type {import("./road-model.js").RoadView|null} */
    this.view = null;
    /** @type {import("./model.js").Model|null} */
    this.model = null;
    /** @type {import("./road-form.js").Draft|null} */
    this.draft = null;
    this.forming = false;
    this.looked = false;
    this.writable = frame.source.startPlan !== null;
    this.under = "";
    /** @type {any} */
    this.noticed = null; // the plan whose notices are shown
    this.noticedAgain = false;
    this.moved = ""; // code of the work that the map was moved for
    this.parts = this.build();
    this.levers = createLevers(this.parts.levers, { set: (patch, how) => frame.store.set(patch, how) });
    this.parts.body.append(
      el("div", { class: "table-bar" }, el("div", { id: "plan-levels", role: "group", "aria-label": "表格按" }), ...this.levers.choices),
      el("div", { id: "plan-table-box" }, el("table", { id: "plan-table", tabindex: "-1" })),
      el("div", { class: "table-foot" }, el("span", { id: "plan-note" }), el("span", { id: "plan-pager" })),
    );
    this.jobs = new Jobs(this.parts.job, frame.source, { done: () => this.renew(), again: () => this.openForm(), writable: (may) => this.allow(may) });
  }

  build() {
    const parts = { job: el("div", { id: "plan-job", hidden: true }), notice: el("div", { id: "plan-notice" }), headline: el("div", { id: "plan-headline", "aria-live": "polite" }), levers: el("div", { id: "plan-levers" }), sums: el("div", {}), form: el("div", { id: "plan-form-box", hidden: true }), body: el("div", { id: "plan-table-part" }) };
    byId("plan-body").replaceChildren(parts.job, parts.notice, parts.headline, parts.levers, parts.sums, parts.body, parts.form);
    byId("plan-again").addEventListener("click", () => this.openForm());
    return parts;
  }

  /** Whether the answers for a state are here. @param {import("./state.js").State} state */
  ready(state) {
    return this.data !== null && (!state.compare || state.compare === this.other?.rev || !this.knows(state.compare));
  }

  /** @param {string} rev */
  knows(rev) {
    return (this.data?.plan.plans ?? []).some((/** @type {any} */ one) => one.revision === rev);
  }

  /** Ask for what the state needs. @param {import("./state.js").State} state */
  async load(state) {
    this.data ??= await this.ask("");
    if (!state.compare || !this.knows(state.compare)) this.other = null;
    else if (this.other?.rev !== state.compare) this.other = { rev: state.compare, data: await this.ask(state.compare) };
    if (this.looked) return;
    this.looked = true;
    this.jobs.look();
  }

  /** @param {string} rev @returns {Promise<import("./road-model.js").RoadData>} */
  async ask(rev) {
    const { source } = this.frame;
    const plan = await source.plan(rev);
    if (!plan.available) return { plan: { ...plan, works: [] }, lines: null, groups: [] };
    const [lines, groups] = await Promise.all([source.planLines(rev), rev ? [] : source.planGroups(rev)]);
    return { plan, lines, groups };
  }

  /** Draw everything of a state. @param {import("./model.js").Model} model of the map under the plan */
  draw(model) {
    if (!this.data) return;
    this.model = model;
    const state = this.frame.store.get();
    const { plan } = this.data;
    const words = arrangePlan(this.frame.boot.legend, plan);
    const again = this.writable ? () => this.openForm() : null;
    const area = model.path[model.path.length - 1];
    const view = viewOf(this.data, this.other?.rev === state.compare ? this.other.data : null, { ...state, area: area.code }, model.path);
    Object.assign(this, { view, words });
    const nothing = !plan.available;
    this.drawNotices(plan, again);
    this.parts.headline.replaceChildren(...(nothing ? [emptyNode(again, plan.sentence)] : headlineNodes(view, words)));
    for (const part of [this.parts.levers, this.parts.body]) part.hidden = nothing || this.forming;
    if (this.forming) this.parts.headline.replaceChildren();
    this.parts.form.hidden = !this.forming;
    this.drawExports(nothing);
    this.layer.show(view, words);
    if (!nothing) renderPlanLegend(view, words, model, this.frame.words());
    if (nothing || this.forming) return;
    this.levers.show(view);
    this.drawTable(view, words);
  }

  /** @param {import("./road-model.js").RoadView} view @param {any} words */
  drawTable(view, words) {
    const sums = comparisonNode(view, words);
    if (sums) sums.id = "plan-sums";
    this.parts.sums.replaceChildren(...(sums ? [sums] : []));
    const levels = [["", "工程"], ["township", "乡镇"]].map(([level, text]) => el("button", { type: "button", "data-level": level || "work", "aria-pressed": String(isTowns(view.state) === (level === "township")), text, onclick: () => this.frame.store.set({ level, sort: "", page: 0 }) }));
    const holder = byId("plan-levels");
    const focused = [...holder.children].indexOf(/** @type {Element} */ (document.activeElement));
    holder.replaceChildren(...levels);
    if (focused >= 0) levels[focused].focus();
    renderWorks(view, words, { choose: (row) => this.choose(row), hover: (code) => this.layer.hover(isTowns(view.state) ? "" : code), set: (patch) => this.frame.store.set(patch) });
  }

  /** What is out of date or stands in the way; what somebody has opened stays open. @param {any} plan @param {(() => void)|null} again */
  drawNotices(plan, again) {
    if (this.noticed === plan && this.noticedAgain === Boolean(again)) return;
    [this.noticed, this.noticedAgain] = [plan, Boolean(again)];
    const stale = staleNode(plan, (name) => this.labelOf(name), again);
    this.parts.notice.replaceChildren(...(stale ? [stale] : []), ...warningNodes(plan));
  }

  /** @param {boolean} nothing */
  drawExports(nothing) {
    const url = (/** @type {string} */ format) => this.frame.source.planExportUrl(format);
    byId("plan-again").hidden = nothing || this.forming || !this.writable;
    byId("export").hidden = nothing || !url("xlsx");
    byId("export-list").replaceChildren(...EXPORTS.map(([format, text]) => el("li", {}, el("a", { href: url(format), "data-format": format, download: true, text }))));
  }

  /** @param {string} name */
  labelOf(name) {
    const own = { standard: "标准", options: "参数", costs: "造价", terms: "编制条件", code_version: "程序版本", coverage: "对标结果" };
    const known = [...this.frame.boot.legend.layers, ...this.frame.county.layers].find((/** @type {any} */ one) => one.name === name);
    return own[/** @type {"costs"} */ (name)] ?? known?.label ?? name;
  }

  hide() {
    this.layer.hide();
    this.view = null;
    this.moved = "";
  }

  /** The card that the state asks for. @param {import("./state.js").State} state */
  async drawCard(state) {
    if (!this.view || (!state.work && !state.select)) {
      this.moved = "";
      return hideCard();
    }
    const { view } = this;
    try {
      if (state.select) return this.groupCard(state.select);
      const work = view.byCode.get(state.work);
      if (!work) throw new Error(`当前计划中没有代码为“${state.work}”的道路工程。`);
      const answer = await this.frame.source.planWork(state.work);
      if (state !== this.frame.store.get()) return undefined;
      renderWork({ ...answer, work: { ...work, ...answer.work } }, /** @type {any} */ (this.view), this.words, this.cardActions());
      return this.reveal(state.work);
    } catch (error) {
      return renderCardError(/** @type {Error} */ (error).message, this.cardActions());
    }
  }

  /** @param {string} code */
  groupCard(code) {
    const group = this.data?.groups.find((one) => one.group_code === code);
    if (!group) throw new Error("这个组已通硬化路，或不在道路计划里；可在“短板”里查看它的依据。");
    renderPlanGroup(group, /** @type {any} */ (this.view), this.words, this.cardActions());
    if (typeof group.lon === "number") this.frame.reveal([group.lat, group.lon], code);
  }

  /** @returns {import("./road-card.js").Actions} */
  cardActions() {
    const { store } = this.frame;
    return {
      close: () => store.set({ work: "", select: "" }),
      work: (code) => store.set({ work: code, select: "" }),
      group: (code) => store.set({ select: code, work: "" }),
      gaps: (code) => store.set({ panel: "", select: code, work: "", sort: "", page: 0, level: "" }),
      decide: this.writable ? (code, decision) => this.decide(code, decision) : null,
      decision: (code) => this.ensureDraft().decisions.get(code) ?? "may",
    };
  }

  /** Bring a work into sight, in the table and on the map, but only once. @param {string} code */
  reveal(code) {
    if (this.moved === code) return;
    this.moved = code;
    if (this.view && !isTowns(this.view.state)) this.frame.store.set({ page: pageOf(this.view, code) }, { replace: true });
    showRow(code);
    this.moveTo(code);
  }

  /** Move the map when a work is out of sight or too small to be seen. @param {string} code */
  moveTo(code) {
    const bounds = this.layer.boundsOf(code);
    if (!bounds?.isValid()) return;
    const { map } = this.frame;
    const size = map.getSize();
    const [a, b] = [map.latLngToContainerPoint(bounds.getNorthWest()), map.latLngToContainerPoint(bounds.getSouthEast())];
    const right = size.x > CARD_PX * 2 ? CARD_PX : 0;
    const seen = a.x > EDGE_PX && b.x < size.x - right && a.y > EDGE_PX && b.y < size.y - EDGE_PX;
    if (seen && Math.max(b.x - a.x, b.y - a.y) > SMALL_PX) return;
    const zoom = Math.max(map.getZoom(), Math.min(WORK_ZOOM, map.getBoundsZoom(bounds, false, L.point(right + EDGE_PX, EDGE_PX))));
    const middle = map.project(bounds.getCenter(), zoom).add([right ? (right - LEGEND_PX) / 2 : 0, 0]); // between legend and card
    map.setView(map.unproject(middle, zoom), zoom, { animate: false });
  }

  /** A row of the table. @param {any} row */
  choose(row) {
    if (isTowns(this.frame.store.get())) return this.frame.goTo(row.code);
    return this.frame.store.set({ work: row.code, select: "" });
  }

  /** @param {any} event of Leaflet */
  clicked(event) {
    const { store } = this.frame;
    const picked = this.layer.pick(event);
    if (picked && "group" in picked) return store.set({ select: picked.group, work: "" });
    if (picked && "work" in picked && !picked.other) return this.chooseLine(picked.work);
    const unit = this.model ? this.frame.unitAt(this.model, event.latlng) : "";
    if (!picked && unit && unit !== store.get().area && !store.get().work && !store.get().select) return this.frame.goTo(unit);
    return store.set({ work: "", select: "" });
  }

  /** @param {string} code */
  chooseLine(code) {
    this.moved = code; // it is in sight already
    const page = this.view ? pageOf(this.view, code) : 0;
    this.frame.store.set({ work: code, select: "", page });
    showRow(code);
  }

  /** @param {any} event of Leaflet */
  pointed(event) {
    const picked = this.layer.pick(event);
    const code = picked && "work" in picked ? picked.work : "";
    this.frame.map.getContainer().classList.toggle("pointing", Boolean(picked));
    if (code === this.under) return;
    this.under = code;
    this.layer.hover(code);
    highlightWork(code);
  }

  prepareSheet() {
    if (this.view && this.data?.plan.available) preparePlanSheet(this.view, this.words, this.frame.county);
  }

  /** Where the service only shows, nothing is offered that it would refuse. @param {boolean} may */
  allow(may) {
    if (this.writable === may) return;
    this.writable = may;
    if (this.model && this.frame.store.get().panel === "plan") this.draw(this.model);
  }

  ensureDraft() {
    this.draft ??= draftOf(this.data?.plan, new Date().getFullYear());
    return this.draft;
  }

  /** @param {string} code @param {string} decision */
  decide(code, decision) {
    const { decisions } = this.ensureDraft();
    if (decision === "may") decisions.delete(code);
    else decisions.set(code, decision);
    if (this.forming) this.drawForm();
    this.drawCard(this.frame.store.get());
  }

  openForm() {
    this.forming = true;
    this.drawForm();
    if (this.model) this.draw(this.model);
    /** @type {HTMLElement|null} */ (this.parts.form.querySelector("input"))?.focus();
  }

  closeForm() {
    this.forming = false;
    this.parts.form.replaceChildren();
    if (this.model) this.draw(this.model);
  }

  drawForm() {
    const { plan } = this.data ?? { plan: null };
    const choices = {
      townships: townshipsOf(this.data?.groups ?? []),
      costs: plan?.cost_sets ?? [],
      planned: plan?.available ? (plan.costs?.id ?? "") : "",
      nameOf: (/** @type {string} */ code) => this.view?.byCode.get(code)?.work_name ?? code,
    };
    const { scrollTop } = this.parts.form;
    this.parts.form.replaceChildren(formNode(this.ensureDraft(), choices, { send: (body) => this.send(body), close: () => this.closeForm(), redraw: () => this.drawForm() }));
    this.parts.form.scrollTop = scrollTop;
  }

  /** @param {any} body */
  async send(body) {
    const { source } = this.frame;
    if (!source.startPlan) return;
    try {
      const job = await source.startPlan(body);
      this.closeForm();
      this.jobs.follow(job);
    } catch (error) {
      const fault = this.parts.form.querySelector(".form-fault");
      if (fault) fault.textContent = /** @type {Error} */ (error).message;
    }
  }

  /** A new plan is there: what was asked before is asked anew. */
  async renew() {
    const { source, store } = this.frame;
    source.forgetPlans();
    [this.data, this.other, this.draft] = [null, null, null];
    try {
      await this.load(store.get());
      if (this.model && store.get().panel === "plan") this.draw(this.model);
      this.jobs.tell("新的道路计划已编好；旧计划可在“对比”里查看。", false);
    } catch (error) {
      this.jobs.tell(/** @type {Error} */ (error).message, true);
    }
  }
}
