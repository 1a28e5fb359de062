// The siting panel in the frame of the page: holds the answers that were given, makes the view of a state, and lets each part draw it.

import { hideCard, renderCardError } from "./card.js";
import { byId, el } from "./dom.js";
import { integer } from "./format.js";
import { Jobs } from "./road-jobs.js";
import { renderBeside } from "./site-beside.js";
import { renderMove, renderParcel, renderPlace } from "./site-card.js";
import { siteData } from "./site-data.js";
import { landColumns, moveColumns, parcelColumns, settlementColumns, siteColumns } from "./site-columns.js";
import { siteDraft, siteForm } from "./site-form.js";
import { Grid } from "./site-grid.js";
import { notedNodes, nothingNode, outdatedNode, siteHeadline, tabText } from "./site-headline.js";
import { renderOverlays, renderSiteLegend } from "./site-legend.js";
import { checkedText, WeightLevers } from "./site-levers.js";
import { JudgeDialog } from "./site-judge.js";
import { SiteLayer } from "./site-map.js";
import { siteView, toggled, weightsOf } from "./site-model.js";
import { plainCard } from "./site-parts.js";
import { differences, formatWeights, namedAs, pointsOf, shares, spreadOf } from "./site-rank.js";
import { renderSettlement } from "./site-settlement.js";
import { prepareSiteSheet } from "./site-sheet.js";
import { arrangeSites, shadeOf } from "./site-words.js";

const EXPORTS = [["xlsx", "Excel 台账"], ["pdf", "比选说明 PDF"], ["gpkg", "GeoPackage"], ["geojson", "GeoJSON"]];
const TAB_NAMES = [["", "地块"], ["land", "占地规则"], ["settlements", "现有安置点"], ["moves", "谁搬到哪"]];
const CHECK_MS = 450; // after the last move of a slider
const EDGE_PX = 40;
const CARD_PX = 390;
const LEGEND_PX = 190;
const PARCEL_ZOOM = 15;
const NEAR_ZOOM = 12.5;
const EMPTY = { title: "还没有选址结果", about: "选址回答：县里哪里能建安置点，别处为什么不能，能容多少户，按什么权重最好、把握多大，谁搬到哪里；现有安置点用同一把尺子评。", command: "zutong sites 工作区文件夹", button: "开始选址", id: "site-start" };
const ABOUT = { kind: "sites", running: "正在选址", again: "重新选址", said: { failed: "选址没有成功", cancelled: "已取消选址，原结果没有改动", interrupted: "选址被中断，原结果没有改动" } };

/** Names of the state that change what the panel shows, and nothing of the map under it. */
export const SITE_STATE = new Set(["tab", "weights", "parcel", "site", "at", "beside", "look", "select", "hide", "sort", "page", "level", "view"]);
/** What is open on the card. */
export const SITE_CLOSED = { parcel: "", site: "", at: "", select: "" };

export class SitePanel {
  /** @param {import("./road-panel.js").Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.words = arrangeSites(frame.boot.legend);
    this.layer = new SiteLayer(frame.map, frame.source.siteScores);
    /** @type {import("./site-model.js").SiteData|null} */
    this.data = null;
    /** @type {import("./site-model.js").SiteView|null} */
    this.view = null;
    /** @type {import("./model.js").Model|null} */
    this.model = null;
    /** @type {{weights: string, rows: any[]}|null} the ranking of the service for weights that are not the stored ones */
    this.checked = null;
    this.asking = 0;
    /** @type {any} */
    this.draft = null;
    this.forming = false;
    this.looked = false;
    this.writable = frame.source.startSites !== null;
    [this.under, this.moved, this.saved] = ["", "", ""]; // saved: name of the weights that are being kept
    /** @type {import("./site-grid.js").GridContent|null} */
    this.content = null;
    const set = (/** @type {any} */ patch, /** @type {any} */ how) => frame.store.set(patch, how);
    this.parts = this.build();
    this.levers = new WeightLevers(this.parts.levers, { set, save: (name) => this.saveWeights(name, null), judge: frame.source.siteRank && (() => this.openJudge()) });
    /** @type {JudgeDialog|null} */
    this.judge = null;
    this.grid = new Grid("site-table", { choose: (row) => this.choose(row), hover: (code) => this.layer.hover(code), set });
    this.parts.body.append(this.parts.told, this.grid.box, this.grid.foot, this.parts.beside);
    this.jobs = new Jobs(this.parts.job, frame.source, { done: () => this.renew(), again: () => this.openForm(), writable: (may) => this.allow(may) }, ABOUT);
  }

  build() {
    const parts = {
      job: el("div", { id: "site-job", class: "job-box", hidden: true }),
      notice: el("div", { id: "site-notice" }),
      headline: el("div", { id: "site-headline", "aria-live": "polite" }),
      tabs: el("div", { id: "site-tabs", class: "tabs", role: "group", "aria-label": "看哪一部分" }),
      levers: el("div", { id: "site-levers" }),
      body: el("div", { class: "grid-part" }),
      told: el("p", { id: "site-told", class: "tab-told" }),
      beside: el("div", { id: "site-beside", hidden: true }),
      form: el("div", { id: "site-form-box", class: "form-box", hidden: true }),
    };
    byId("site-body").replaceChildren(parts.job, parts.notice, parts.headline, parts.tabs, parts.levers, parts.body, parts.form);
    byId("site-again").addEventListener("click", () => this.openForm());
    return parts;
  }

  /** Whether the answers for a state are here. */
  ready() {
    return this.data !== null;
  }

  /** Ask for what the panel needs. */
  async load() {
    this.data ??= await this.ask();
    if (this.looked) return;
    this.looked = true;
    this.jobs.look();
  }

  /** @returns {Promise<import("./site-model.js").SiteData>} */
  async ask() {
    const { source } = this.frame;
    const plan = await source.sites();
    const [shapes, lines] = plan.available ? await Promise.all([source.siteParcels(), source.siteLines()]) : [null, null];
    return siteData(plan, shapes, lines);
  }

  /** Draw everything of a state. @param {import("./model.js").Model} model of the map under it */
  draw(model) {
    if (!this.data) return;
    this.model = model;
    const state = this.frame.store.get();
    const { plan } = this.data;
    const area = model.path[model.path.length - 1];
    const rows = this.checked && this.checked.weights === state.weights ? this.checked.rows : null;
    this.view = siteView(this.data, { ...state, area: area.code }, model.path, rows);
    const nothing = !plan.available;
    this.drawNotices(plan);
    for (const part of [this.parts.tabs, this.parts.body]) part.hidden = nothing || this.forming;
    this.parts.levers.hidden = nothing || this.forming || state.tab !== "";
    this.parts.form.hidden = !this.forming;
    this.parts.headline.replaceChildren(...(this.forming ? [] : nothing ? [nothingNode(EMPTY, this.writable ? () => this.openForm() : null, plan.sentence)] : siteHeadline(this.view)));
    this.drawExports(nothing);
    if (nothing) return this.layer.hide();
    this.layer.show(this.view, this.words);
    renderSiteLegend(this.view, this.words, model, this.frame.words(), Boolean(this.layer.address));
    renderOverlays(state.hide, Boolean(this.layer.address), (patch) => this.frame.store.set(patch, { replace: true }));
    if (!this.forming) this.drawTable(this.view);
    return this.check(this.view, rows);
  }

  /** @param {import("./site-model.js").SiteView} view */
  drawTable(view) {
    const { state } = view;
    const counts = { "": view.parcels.length, land: view.land.length, settlements: view.settlements.length, moves: view.moves.length };
    const tabs = TAB_NAMES.map(([tab, text]) => el("button", { type: "button", "data-tab": tab || "parcels", "aria-pressed": String(tab === state.tab), onclick: () => this.frame.store.set({ tab, sort: "", page: 0, level: "" }) }, text, el("span", { class: "count", text: integer(counts[/** @type {""} */ (tab)]) })));
    const focused = [...this.parts.tabs.children].indexOf(/** @type {Element} */ (document.activeElement));
    this.parts.tabs.replaceChildren(...tabs);
    if (focused >= 0) tabs[focused].focus();
    if (state.tab === "") this.levers.show(view, this.checkedNow(view), this.writable, this.words);
    this.parts.told.replaceChildren(tabText(view, this.words), ...this.bySite(view));
    this.parts.told.hidden = state.tab === "";
    this.content = this.contentOf(view);
    this.grid.show(this.content);
    this.drawBeside(view);
  }

  /** Moves by group or by place. @param {import("./site-model.js").SiteView} view */
  bySite({ state, sites }) {
    if (state.tab !== "moves" || !sites.length) return [];
    const buttons = [["", "按组"], ["site", "按地点"]].map(([level, text]) => el("button", { type: "button", "data-level": level || "group", "aria-pressed": String((state.level === "site") === (level === "site")), text, onclick: () => this.frame.store.set({ level, sort: "", page: 0 }) }));
    return [el("span", { class: "units", role: "group", "aria-label": "表格按" }, ...buttons)];
  }

  /** @param {import("./site-model.js").SiteView} view @returns {import("./site-grid.js").GridContent} */
  contentOf(view) {
    const { state } = view;
    const colour = (/** @type {number|null|undefined} */ score) => shadeOf(this.words.ramp, score);
    const common = { sort: state.sort, page: state.page, empty: "这个范围内没有；点上方县名查看全县。" };
    const count = (/** @type {any[]} */ rows, /** @type {string} */ unit) => `${integer(rows.length)} ${unit}`;
    if (state.tab === "land") return { ...common, kind: "of-land", columns: landColumns(view.land), rows: view.land, code: (row) => String(row.key), usual: "-only", selected: "", note: "规则之间会重叠，各行不能相加", empty: "没有排除规则的统计。" };
    if (state.tab === "settlements") return { ...common, kind: "of-settlements", columns: settlementColumns(this.words, colour), rows: view.settlements, code: (row) => String(row.settlement_code), usual: "-score", selected: state.site, note: count(view.settlements, "处") };
    if (state.tab === "moves" && state.level === "site") return { ...common, kind: "of-sites", columns: siteColumns(this.words, this.words.marks), rows: view.sites.filter((row) => row.opened !== false), code: (row) => String(row.site_code), usual: "-used", selected: state.parcel || state.site, note: count(view.sites.filter((row) => row.opened !== false), "处") };
    if (state.tab === "moves") return { ...common, kind: "of-moves", columns: moveColumns(this.words, view.path.length < 2, view.moves.some((row) => typeof row.minutes === "number")), rows: view.moves, code: (row) => String(row.allocation_code ?? row.group_code), usual: "-households", selected: state.select, note: count(view.moves, "组") };
    const on = { colour: (/** @type {string} */ code) => this.layer.colourOf(code), toggle: (/** @type {string} */ code) => this.toggle(code) };
    return { ...common, kind: view.custom ? "of-parcels moved" : "of-parcels", columns: parcelColumns(view, on, this.words), rows: view.parcels, code: (row) => String(row.parcel_code), usual: "rank", selected: state.parcel, note: count(view.parcels, "块") };
  }

  /** @param {import("./site-model.js").SiteView} view */
  drawBeside({ beside, state }) {
    const { store } = this.frame;
    this.parts.beside.hidden = state.tab !== "" || !beside.length;
    const look = () => store.set({ ...SITE_CLOSED, look: state.look ? "" : "beside" });
    this.parts.beside.replaceChildren(
      el("span", { text: `已选 ${beside.length} 块` }),
      el("button", { type: "button", id: "site-look", class: "primary", disabled: beside.length < 2, "aria-pressed": String(state.look === "beside"), text: "并排比较", onclick: look }),
      el("button", { type: "button", text: "清空", onclick: () => store.set({ beside: "", look: "" }) }),
    );
  }

  /** @param {any} plan */
  drawNotices(plan) {
    const key = `${this.writable}|${this.forming}`;
    if (this.noticed === plan && this.noticedAs === key) return;
    Object.assign(this, { noticed: plan, noticedAs: key });
    const stale = outdatedNode(plan, (name) => this.labelOf(name), this.writable && !this.forming ? () => this.openForm() : null, "重新选址");
    this.parts.notice.replaceChildren(...(stale ? [stale] : []), ...(plan.available ? notedNodes(plan) : []));
  }

  /** @param {boolean} nothing */
  drawExports(nothing) {
    const url = (/** @type {string} */ format) => this.frame.source.siteExportUrl(format);
    byId("site-again").hidden = nothing || this.forming || !this.writable;
    byId("export").hidden = nothing || !url("xlsx");
    byId("export-list").replaceChildren(...EXPORTS.map(([format, text]) => el("li", {}, el("a", { href: url(format), "data-format": format, download: true, text }))));
  }

  /** @param {string} name */
  labelOf(name) {
    const own = { site_set: "规则集", sites: "规则集", options: "参数", weights: "权重", code_version: "程序版本", coverage: "对标结果", standard: "标准" };
    const known = [...this.frame.boot.legend.layers, ...this.frame.county.layers].find((/** @type {any} */ one) => one.name === name);
    return own[/** @type {"weights"} */ (name)] ?? known?.label ?? name;
  }

  /** Ask the service for the ranking of weights that it has not ranked by yet, once the slider rests. @param {import("./site-model.js").SiteView} view @param {any[]|null} rows */
  check(view, rows) {
    clearTimeout(this.asking);
    const { siteRank } = this.frame.source;
    if (!siteRank || !view.custom || rows || !Object.values(view.share).some((one) => one > 0)) return;
    const { weights } = view.state;
    const spread = spreadOf(view.criteria);
    const body = { weights: shares(view.weights), method: "weighted_sum", ...(spread === null ? {} : { spread }) };
    this.asking = setTimeout(() => siteRank(body).then((answer) => this.take(weights, answer), () => this.take(weights, null)), CHECK_MS);
  }

  /** @param {string} weights @param {any} answer null when the service could not say */
  take(weights, answer) {
    if (this.frame.store.get().weights !== weights || this.frame.store.get().panel !== "sites") return;
    this.checked = { weights, rows: answer ? (answer.rows ?? answer.ranking ?? answer) : [] };
    if (!this.model) return;
    this.draw(this.model);
    this.drawCard(this.frame.store.get());
  }

  /** @param {import("./site-model.js").SiteView} view */
  checkedNow(view) {
    if (!view.custom) return checkedText(view, "stored", 0);
    if (!this.frame.source.siteRank) return checkedText(view, "none", 0);
    if (this.checked?.weights !== view.state.weights) return checkedText(view, "asking", 0);
    if (!this.checked.rows.length) return checkedText(view, "none", 0);
    const other = differences(view.places, this.checked.rows).length;
    return checkedText(view, other ? "other" : "same", other);
  }

  hide() {
    clearTimeout(this.asking);
    this.layer.hide();
    plainCard();
    [this.view, this.moved] = [null, ""];
    byId("layers-body").querySelector("#site-overlays")?.remove();
  }

  /** The card that the state asks for. @param {import("./state.js").State} state */
  async drawCard(state) {
    const { view } = this;
    if (!view || !this.data?.plan.available) return hideCard();
    if (!state.parcel && !state.site && !state.select) this.moved = "";
    try {
      return await this.cardOf(state, view);
    } catch (error) {
      plainCard();
      return renderCardError(/** @type {Error} */ (error).message, this.cardActions());
    }
  }

  /** @param {import("./state.js").State} state @param {import("./site-model.js").SiteView} view */
  async cardOf(state, view) {
    const on = this.cardActions();
    if (state.parcel) return this.opened(state.parcel, found(view.byCode, state.parcel, "地块"), (row) => renderParcel(row, view, this.words, on));
    if (state.site) return this.opened(state.site, found(view.settlementByCode, state.site, "安置点"), (row) => renderSettlement(row, view, this.words, on));
    if (state.select) {
      const row = view.moves.find((one) => String(one.group_code) === state.select);
      if (!row) throw new Error("这个组不在待安置之列；可在“短板”里查看它的依据。");
      return this.opened(state.select, row, (it) => renderMove(it, view, this.words, on));
    }
    if (state.at) return this.placeCard(state, view);
    if (state.look === "beside" && view.beside.length > 1) return renderBeside(view, this.words, { close: () => this.frame.store.set({ look: "" }), parcel: on.parcel, toggle: on.toggle });
    return hideCard();
  }

  /** @param {import("./state.js").State} state @param {import("./site-model.js").SiteView} view */
  async placeCard(state, view) {
    const [lon, lat] = state.at.split(",").map(Number);
    const answer = await this.frame.source.siteAt(lon, lat);
    if (state.at !== this.frame.store.get().at) return;
    const unit = this.model ? this.frame.unitAt(this.model, { lat, lng: lon }) : "";
    const where = (this.model?.shade?.rows.get(unit)?.name ?? "");
    renderPlace(answer, [lon, lat], where, this.view ?? view, this.words, this.cardActions());
  }

  /** @param {string} code @param {any} row @param {(row: any) => void} render */
  opened(code, row, render) {
    render(row);
    if (this.moved === code) return;
    this.moved = code;
    const page = this.grid.pageOf(code);
    if (page !== this.frame.store.get().page && this.grid.rows.some((one) => this.content?.code(one) === code)) this.frame.store.set({ page }, { replace: true });
    this.grid.reveal(code);
    this.moveTo(code, row);
  }

  /** Move the map when what was opened is out of sight, or too small to be seen. @param {string} code @param {any} row */
  moveTo(code, row) {
    if (typeof row.lon !== "number") return;
    const { map } = this.frame;
    const size = map.getSize();
    const right = size.x > CARD_PX * 2 ? CARD_PX : 0;
    const at = map.latLngToContainerPoint([row.lat, row.lon]);
    const seen = at.x > EDGE_PX && at.x < size.x - right - EDGE_PX && at.y > EDGE_PX && at.y < size.y - EDGE_PX;
    const bounds = this.layer.boundsOf(code);
    const near = bounds ? Math.min(PARCEL_ZOOM, map.getBoundsZoom(bounds.pad(1))) : NEAR_ZOOM;
    if (seen && map.getZoom() >= Math.min(near, NEAR_ZOOM)) return;
    const zoom = Math.max(map.getZoom(), bounds ? near : NEAR_ZOOM);
    const middle = map.project([row.lat, row.lon], zoom).add([right ? (right - LEGEND_PX) / 2 : 0, 0]);
    map.setView(map.unproject(middle, zoom), zoom, { animate: false });
  }

  cardActions() {
    const { store } = this.frame;
    const open = (/** @type {any} */ patch) => store.set({ ...SITE_CLOSED, ...patch });
    return {
      close: () => open({}),
      parcel: (/** @type {string} */ code) => open({ parcel: code }),
      settlement: (/** @type {string} */ code) => open({ site: code }),
      group: (/** @type {string} */ code) => open({ select: code }),
      toggle: (/** @type {string} */ code) => this.toggle(code),
      ask: (/** @type {[number, number]} */ at) => open({ at: placeText(at[1], at[0]) }),
    };
  }

  /** @param {string} code */
  toggle(code) {
    const { beside, look } = this.frame.store.get();
    const next = toggled(beside, code);
    this.frame.store.set({ beside: next, look: next.includes(",") ? look : "" });
  }

  /** A row of the table. @param {any} row */
  choose(row) {
    const { tab, level } = this.frame.store.get();
    const on = this.cardActions();
    if (tab === "land") return;
    if (tab === "settlements") on.settlement(String(row.settlement_code));
    else if (tab === "moves" && level === "site") this.openSite(String(row.site_code));
    else if (tab === "moves") on.group(String(row.group_code));
    else on.parcel(String(row.parcel_code));
  }

  /** @param {string} code of a parcel or a settlement */
  openSite(code) {
    const on = this.cardActions();
    if (this.view?.byCode.has(code)) on.parcel(code);
    else on.settlement(code);
  }

  /** What lies there, or why it is so. @param {any} event of Leaflet */
  clicked(event) {
    if (!this.view || !this.data?.plan.available) return;
    const picked = this.layer.pick(event);
    const on = this.cardActions();
    if (picked && "parcel" in picked) on.parcel(picked.parcel);
    else if (picked && "site" in picked) on.settlement(picked.site);
    else if (picked && "group" in picked) on.group(picked.group);
    else on.ask([event.latlng.lng, event.latlng.lat]);
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

  /** Closes what is open: the card first, then the comparison, then the form. @returns {boolean} whether something was */
  escape() {
    const { store } = this.frame;
    const { parcel, site, at, select, look } = store.get();
    if (parcel || site || at || select) store.set({ ...SITE_CLOSED });
    else if (look) store.set({ look: "" });
    else if (this.forming) this.closeForm();
  }

  prepareSheet() {
    if (this.view && this.content && this.data?.plan.available) prepareSiteSheet(this.view, this.words, this.frame.county, this.content);
  }

  /** Where the service only shows, nothing is offered that it would refuse. @param {boolean} may */
  allow(may) {
    if (this.writable === may) return;
    this.writable = may;
    if (this.model && this.frame.store.get().panel === "sites") this.draw(this.model);
  }

  openForm() {
    this.forming = true;
    this.drawForm();
    if (this.model) this.draw(this.model);
    /** @type {HTMLElement|null} */ (this.parts.form.querySelector("select, input"))?.focus();
  }

  closeForm() {
    this.forming = false;
    this.parts.form.replaceChildren();
    if (this.model) this.draw(this.model);
  }

  drawForm() {
    const { plan } = this.data ?? { plan: null };
    this.draft ??= siteDraft(plan);
    const criteria = plan?.criteria ?? [];
    const weights = plan?.available ? weightsOf(criteria, this.frame.store.get().weights) : {};
    this.parts.form.replaceChildren(siteForm(this.draft, plan, weights, { send: (body) => this.send(body), close: () => this.closeForm(), redraw: () => this.drawForm() }));
  }

  /** @param {any} body */
  async send(body) {
    const { startSites } = this.frame.source;
    if (!startSites) return;
    try {
      const job = await startSites(body);
      this.closeForm();
      this.jobs.follow(job);
    } catch (error) {
      const fault = this.parts.form.querySelector(".form-fault");
      if (fault) fault.textContent = /** @type {Error} */ (error).message;
    }
  }

  /** Weights from paired judgements. */
  openJudge() {
    const { siteRank } = this.frame.source;
    if (!siteRank || !this.view) return;
    const { criteria, weights, plan } = this.view;
    const apply = (/** @type {import("./site-rank.js").Weights} */ found) => this.frame.store.set({ weights: formatWeights(pointsOf(found), criteria), page: 0 });
    this.judge ??= new JudgeDialog({ rank: siteRank, apply, save: (name, body) => this.saveWeights(name, body) });
    this.judge.open(this.view, this.writable, namedAs(weights, plan.weight_sets ?? []));
  }

  /** @param {string} name @param {any} judgements that the weights follow from; null for those of the sliders */
  async saveWeights(name, judgements) {
    const { saveWeights } = this.frame.source;
    if (!saveWeights || !this.view) return;
    try {
      const job = await saveWeights(name, judgements ?? { weights: shares(this.view.weights) });
      this.saved = name;
      this.jobs.follow(job);
    } catch (error) {
      this.jobs.tell(/** @type {Error} */ (error).message, false);
    }
  }

  /** New results or weights are there: what was asked before is asked anew. */
  async renew() {
    const { source, store } = this.frame;
    const sentence = this.saved ? `权重方案“${this.saved}”已保存。` : "新的选址结果已算好。";
    this.saved = "";
    source.forgetSites();
    this.layer.forget();
    [this.data, this.draft, this.checked] = [null, null, null];
    try {
      await this.load();
      if (this.model && store.get().panel === "sites") this.draw(this.model);
      this.jobs.tell(sentence, false);
    } catch (error) {
      this.jobs.tell(/** @type {Error} */ (error).message, true);
    }
  }
}

/** @param {Map<string, any>} rows @param {string} code @param {string} what */
function found(rows, code, what) {
  const row = rows.get(code);
  if (!row) throw new Error(`当前结果中没有代码为“${code}”的${what}。`);
  return row;
}

/** @param {number} lat @param {number} lon @returns {string} as it stands in the address: about a metre */
export const placeText = (lat, lon) => `${lon.toFixed(5)},${lat.toFixed(5)}`;
