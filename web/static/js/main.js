// The page: one state, one model made from it, and the parts that draw the model. Data flows one way.

import { hideCard, renderCard, renderCardError } from "./card.js";
import { JOINTS } from "./api.js";
import { CHOICE_STATE, ChoicePanel } from "./choice-panel.js";
import { byId, el } from "./dom.js";
import { copyCommand, defaultsOf, renderExports, renderFilters, renderLevels, renderPanels, renderPath, renderServices, showFixed, wirePanels } from "./frame.js";
import { renderHeadline } from "./headline.js";
import { renderLayers, renderLegend } from "./legend.js";
import { createOverlay, fit, prepareMap, unitAt } from "./map-base.js";
import { createCanvasRenderer } from "./map-canvas.js";
import { createGlRenderer, hasWebGl } from "./map-gl.js";
import { loadModel } from "./model.js";
import { prepareSheet } from "./print.js";
import { PLAN_STATE, RoadPanel } from "./road-panel.js";
import { wireSearch } from "./search.js";
import { SITE_CLOSED, SITE_STATE, SitePanel } from "./site-panel.js";
import { createStore } from "./state.js";
import { highlightRow, renderTable } from "./table.js";
import { arrange } from "./words.js";

const SPINNER_MS = 300;
const EDGE_PX = 24;
const BY_HAND_MS = 700; // longer than Leaflet takes to zoom
const JOINT_ZOOM = 17;
const ROADS = "hardened_road";
/** The panels that ask another question than the gaps do: who answers, which names of the state it draws without asking, and how it is called. @type {Record<string, {Made: any, own: Set<string>, title: string}>} */
const ASKING = {
  plan: { Made: RoadPanel, own: PLAN_STATE, title: "道路计划" },
  sites: { Made: SitePanel, own: SITE_STATE, title: "选址" },
  choice: { Made: ChoicePanel, own: CHOICE_STATE, title: "修路或搬迁" },
};
const CLOSED = { ...SITE_CLOSED, work: "", look: "" }; // nothing is open on the card

/**
 * Start the page.
 * @param {any} map the Leaflet map that Folium made
 * @param {any} boot the small JSON of the page: legend, addresses, county
 * @param {import("./api.js").Source} source
 */
export async function start(map, boot, source) {
  try {
    const county = await source.county();
    const page = new Page(map, boot, source, county);
    await page.open();
  } catch (error) {
    fail(/** @type {Error} */ (error));
  }
}

/** Show what went wrong and a way out. @param {Error} error */
function fail(error) {
  const again = el("button", { type: "button", text: "重新载入", onclick: () => location.reload() });
  byId("notice").replaceChildren(el("span", { text: error.message }), again);
  byId("notice").hidden = false;
  document.documentElement.dataset.ready = "failed";
}

/** Holds the parts together; the state itself is in the store. */
class Page {
  /** @param {any} map @param {any} boot @param {import("./api.js").Source} source @param {any} county */
  constructor(map, boot, source, county) {
    this.map = map;
    this.boot = boot;
    this.source = source;
    this.county = county;
    const services = county.services.map((/** @type {any} */ one) => one.id);
    this.store = createStore(defaultsOf(county, boot), services);
    this.asked = 0;
    /** @type {import("./model.js").Model|null} */
    this.model = null;
    this.shownArea = "?";
    this.under = ""; // code of what the pointer is on
    this.revealed = ""; // code of the group that the map was moved for
    this.touched = -Infinity; // when somebody last moved the map by hand
    this.tiles = !boot.folder && hasWebGl();
    /** @type {import("./map-base.js").Renderer|null} */
    this.renderer = null;
    /** @type {Record<string, any>} */
    this.panels = {};
  }

  /** Who answers the question of the state, made when it is first looked at; null for the gaps, which the page shows itself. @returns {any} */
  asking() {
    const name = this.store.get().panel;
    if (!ASKING[name]) return null;
    const { map, boot, source, store, county } = this;
    const lent = { words: () => this.words(), goTo: (/** @type {string} */ code) => this.goTo(code), reveal: (/** @type {[number, number]} */ at, /** @type {string} */ code) => this.reveal(at, code), unitAt };
    this.panels[name] ??= new ASKING[name].Made({ map, boot, source, store, county, ...lent });
    return this.panels[name];
  }

  async open() {
    showFixed(this.county, this.boot); // a banner takes height from the map
    this.map.invalidateSize(false);
    prepareMap(this.map, this.boot, this.county);
    const { view } = this.store.get();
    if (view) this.moveTo(view);
    else fit(this.map, this.county.county.bounds);
    this.overlay = createOverlay(this.map, () => this.words());
    this.wire();
    this.store.subscribe((state, before) => this.follow(state, before));
    await Promise.all([this.chooseRenderer(), this.refresh()]);
    await this.readAhead();
  }

  /** The other services, one after the other, so that switching is instant; a failure is reported when the service is chosen. */
  async readAhead() {
    for (const { id } of this.county.services) await this.source.overview(id).catch(() => null);
  }

  /** The numbers do not wait for the map: what was answered before the renderer is there, it shows when it comes. */
  async chooseRenderer() {
    if (!this.tiles) return this.useCanvas();
    try {
      this.use(await createGlRenderer(this.map, this.boot, this.words(), () => this.useCanvas()));
    } catch {
      this.useCanvas(); // slower, but the same map
    }
    return undefined;
  }

  /** Without WebGL, or when the graphics card gives up. */
  useCanvas() {
    this.renderer?.remove();
    const again = this.tiles;
    this.tiles = false;
    this.use(createCanvasRenderer(this.map, this.words(), this.source, (text) => fail(new Error(text))));
    if (again) this.refresh();
  }

  /** @param {import("./map-base.js").Renderer} renderer */
  use(renderer) {
    this.renderer = renderer;
    if (this.model) renderer.show(this.model);
    document.documentElement.dataset.renderer = renderer.tiles ? "gl" : "canvas";
  }

  words() {
    return arrange(this.boot.legend, this.county, this.store.get().service);
  }

  /** @param {import("./state.js").State} state @param {import("./state.js").State} before */
  follow(state, before) {
    const changed = Object.keys(state).filter((name) => String(state[/** @type {"view"} */ (name)]) !== String(before[/** @type {"view"} */ (name)]));
    if (state.view !== before.view) this.place(state.view, before);
    if (changed.every((name) => name === "view")) return;
    const own = ASKING[state.panel]?.own;
    if (own && this.model && this.panels[state.panel]?.ready(state) && changed.every((name) => own.has(name))) this.followPanel(state);
    else this.refresh();
  }

  /** The map under a plan stays: what the levers change is in the page already, so nothing is asked and nothing waits.
   * @param {import("./state.js").State} state */
  async followPanel(state) {
    this.overlay?.focus(/** @type {import("./model.js").Model} */ (this.model), "");
    this.asking().draw(/** @type {import("./model.js").Model} */ (this.model));
    if (!state.select) this.revealed = "";
    await this.asking().drawCard(state);
  }

  /** Where the address puts the map; without a position it shows the whole area. @param {string} view @param {import("./state.js").State} before */
  place(view, before) {
    if (view) this.moveTo(view);
    else if (before.area === this.store.get().area && this.model) fit(this.map, this.model.path[this.model.path.length - 1].bounds);
  }

  /** Ask for the model of the state and draw it; a later state overtakes an earlier answer. */
  async refresh() {
    this.asked += 1;
    const mine = this.asked;
    const state = this.store.get();
    const slow = setTimeout(() => byId("progress").classList.add("on"), SPINNER_MS);
    document.documentElement.dataset.ready = "";
    try {
      const plan = this.asking();
      const [model] = await Promise.all([loadModel(this.source, this.county, plan ? underPlan(state, this.county) : state, this.tiles), plan?.load(state)]);
      if (mine === this.asked) this.draw(plan ? quiet(model) : model);
      if (mine === this.asked) await this.drawCard(state);
    } catch (error) {
      if (mine === this.asked) fail(/** @type {Error} */ (error));
    } finally {
      clearTimeout(slow);
      if (mine === this.asked) byId("progress").classList.remove("on");
    }
    if (mine === this.asked && this.model) document.documentElement.dataset.ready = String(mine);
  }

  /** @param {import("./model.js").Model} model */
  draw(model) {
    this.model = model;
    const words = this.words();
    const state = this.store.get();
    byId("notice").hidden = true;
    renderPanels(state.panel, (panel) => this.ask(panel));
    renderPath(model, (code) => this.goTo(code));
    renderLayers({ ...model, state }, words, (patch) => this.store.set(patch, { replace: true }));
    for (const [name, panel] of Object.entries(this.panels)) if (name !== state.panel) panel.hide();
    const asking = this.asking();
    if (asking) asking.draw(model);
    else this.drawGaps(model, words);
    if (this.shownArea !== model.state.area && !model.state.view) fit(this.map, model.path[model.path.length - 1].bounds);
    this.shownArea = model.state.area;
    this.renderer?.show(model);
    this.overlay?.show(model);
    this.overlay?.focus(model, "");
    document.title = `${model.path.map((step) => step.name).join(" ")} ${ASKING[state.panel]?.title ?? words.label} · 组通`;
  }

  /** @param {import("./model.js").Model} model @param {any} words */
  drawGaps(model, words) {
    renderServices(this.county, model.state, (service) => this.store.set({ service, page: 0 }));
    renderHeadline(model, words);
    renderFilters(model, (filter) => this.store.set({ filter, page: 0 }));
    renderLevels(model, (level) => this.store.set({ level, sort: "", page: 0 }));
    renderTable(model, words, { choose: (row) => this.choose(row), hover: (code) => this.hover(code), set: (patch) => this.store.set(patch) });
    renderLegend(model, words);
    renderExports(model, this.source);
  }

  /** Another question of the same area. @param {string} panel */
  ask(panel) {
    this.store.set({ ...CLOSED, panel, level: "", sort: "", page: 0 });
  }

  /** @param {import("./state.js").State} state */
  async drawCard(state) {
    const on = {
      close: () => this.store.set({ select: "" }),
      service: (/** @type {string} */ service) => this.store.set({ service }),
      joint: (/** @type {[number, number]} */ at) => this.showJoint(at),
    };
    if (!state.select) this.revealed = "";
    const asking = this.asking();
    if (asking) return asking.drawCard(state);
    if (!state.select) return hideCard();
    try {
      const card = await this.source.card(state.select);
      const joints = await this.jointsOf(card, state.service);
      if (state !== this.store.get()) return undefined;
      renderCard(card, joints, this.words(), on);
      if (typeof card.group.lon === "number") this.reveal([card.group.lat, card.group.lon], state.select);
    } catch (error) {
      renderCardError(/** @type {Error} */ (error).message, on);
    }
    return undefined;
  }

  /** Doubtful joints that decide the road of a group, the nearest first; none where its road is not in doubt.
   * @param {any} card @param {string} service @returns {Promise<import("./card.js").Joint[]>} */
  async jointsOf(card, service) {
    const road = card.services.find((/** @type {any} */ one) => one.service === service);
    const known = this.county.layers.some((/** @type {any} */ layer) => layer.name === JOINTS);
    if (!known || service !== "hardened_road" || road?.verdict !== "unknown") return [];
    const all = await this.source.features(JOINTS);
    return jointsNear(all.features, card.group);
  }

  /** Go to a joint, with its layer on. @param {[number, number]} at lat, lon */
  showJoint(at) {
    const { layers } = this.store.get();
    this.store.set({ layers: layers.includes(JOINTS) ? layers : [...layers, JOINTS], view: `${JOINT_ZOOM}/${at[0].toFixed(5)}/${at[1].toFixed(5)}` });
  }

  /** Mark the chosen group, and move the map when it lies outside or under the card; but only once, then the map is the planner's.
   * @param {[number, number]} at lat, lon @param {string} code */
  reveal(at, code) {
    this.overlay?.mark(at);
    if (this.revealed === code) return;
    this.revealed = code;
    const point = this.map.latLngToContainerPoint(at);
    const stage = this.map.getContainer().getBoundingClientRect();
    const card = byId("card").getBoundingClientRect();
    const corner = { x: card.left - stage.left - EDGE_PX, y: card.top - stage.top - EDGE_PX };
    const outside = point.x < EDGE_PX || point.y < EDGE_PX || point.x > stage.width - EDGE_PX || point.y > stage.height - EDGE_PX;
    const under = point.x > corner.x && point.y > corner.y;
    const [right, up] = [point.x - corner.x, point.y - corner.y];
    if (outside) this.map.panBy([point.x - Math.max(EDGE_PX, corner.x / 2), point.y - stage.height / 2], { animate: false });
    else if (under) this.map.panBy(corner.x > EDGE_PX && right < up ? [right, 0] : [0, up], { animate: false }); // the shorter way out
  }

  /** A row of the table: a group opens its card, a unit is entered. @param {any} row */
  choose(row) {
    if (this.model?.level === "group") this.store.set({ select: row.code });
    else this.goTo(row.code);
  }

  /** @param {string} code */
  goTo(code) {
    this.store.set({ ...CLOSED, area: code, level: "", view: "", sort: "", page: 0 });
    if (!code) fit(this.map, this.county.county.bounds);
  }

  /** @param {string} code */
  hover(code) {
    if (this.model) this.overlay?.focus(this.model, code);
  }

  /** @param {string} view zoom/lat/lon */
  moveTo(view) {
    const [zoom, lat, lon] = view.split("/").map(Number);
    if ([zoom, lat, lon].every(Number.isFinite)) this.map.setView([lat, lon], zoom, { animate: false });
  }

  wire() {
    this.map.on("click", (/** @type {any} */ event) => this.clicked(event));
    this.map.on("mousemove", (/** @type {any} */ event) => this.pointed(event));
    this.map.on("dragend", () => this.keepView());
    this.map.on("moveend", () => performance.now() - this.touched < BY_HAND_MS && this.keepView());
    const touch = (/** @type {Event} */ event) => {
      if (event.type !== "click" || /** @type {Element} */ (event.target).closest(".leaflet-control-zoom")) this.touched = performance.now();
    };
    for (const name of ["wheel", "dblclick", "keydown", "click"]) this.map.getContainer().addEventListener(name, touch, { capture: true, passive: true });
    wireSearch(this.source, (result) => this.found(result));
    wirePanels();
    byId("print").addEventListener("click", () => print());
    byId("reload").addEventListener("click", () => location.reload());
    byId("stale-copy").addEventListener("click", copyCommand);
    addEventListener("beforeprint", () => this.prepareSheet());
    byId("link").addEventListener("click", () => this.copyLink());
    addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.escape();
    });
  }

  /** Closes what is open, the card before the form. */
  escape() {
    const { select, work } = this.store.get();
    const asking = this.asking();
    if (asking?.escape) asking.escape();
    else if (select || work) this.store.set({ select: "", work: "" });
    else if (asking?.forming) asking.closeForm();
  }

  prepareSheet() {
    const asking = this.asking();
    if (asking) asking.prepareSheet();
    else if (this.model) prepareSheet(this.model, this.words());
  }

  keepView() {
    const { lat, lng } = this.map.getCenter();
    this.store.set({ view: `${this.map.getZoom()}/${lat.toFixed(5)}/${lng.toFixed(5)}` }, { replace: true });
  }

  /** @param {any} event */
  clicked(event) {
    const asking = this.asking();
    if (asking) return asking.clicked(event);
    const picked = this.renderer?.pick(event.containerPoint);
    if (picked && "code" in picked) return this.store.set({ select: picked.code });
    if (picked) {
      this.touched = performance.now();
      return this.map.setView(picked.zoomTo, this.map.getZoom() + 2);
    }
    const unit = unitAt(this.model, event.latlng);
    if (unit && unit !== this.store.get().area) return this.goTo(unit);
    return this.store.set({ select: "" });
  }

  /** @param {any} event */
  pointed(event) {
    const asking = this.asking();
    if (asking) return asking.pointed(event);
    const picked = this.renderer?.pick(event.containerPoint) ?? null;
    const code = picked && "code" in picked ? picked.code : picked ? "" : unitAt(this.model, event.latlng);
    this.map.getContainer().classList.toggle("pointing", Boolean(picked || code));
    if (code === this.under) return;
    this.under = code;
    highlightRow(code);
    this.hover(code);
  }

  /** A result of the search. @param {any} result */
  found(result) {
    if (result.kind === "township" || result.kind === "village") return this.goTo(result.code);
    if (result.kind === "group" || result.kind === "hamlet") {
      if (typeof result.lon === "number") this.map.setView([result.lat, result.lon], Math.max(14, this.map.getZoom()));
      this.keepView();
      return this.store.set({ ...CLOSED, select: result.code });
    }
    return result.bounds ? fit(this.map, result.bounds) : undefined;
  }

  async copyLink() {
    this.keepView();
    const done = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    byId("link-note").textContent = done ? "已复制链接" : "请复制地址栏中的链接";
  }
}

/** @param {any[]} features doubtful joints @param {any} group @returns {import("./card.js").Joint[]} */
function jointsNear(features, group) {
  const code = String(group.group_code ?? group.code);
  const own = features.filter((one) => String(one.properties.group_codes ?? "").split(",").includes(code));
  const squash = Math.cos(((group.lat ?? 0) * Math.PI) / 180); // a degree of longitude is shorter
  const far = (/** @type {any} */ one) => Math.hypot((one.geometry.coordinates[0] - group.lon) * squash, one.geometry.coordinates[1] - group.lat);
  const near = typeof group.lon === "number" ? [...own].sort((a, b) => far(a) - far(b)) : own;
  return near.map(({ geometry, properties }) => ({
    gap_m: properties.gap_m,
    roads: [properties.road_code_a, properties.road_code_b].filter(Boolean).join(" – "),
    at: [geometry.coordinates[1], geometry.coordinates[0]],
  }));
}

/** The map under a plan: boundaries and names without verdicts, which are the plan's own to show.
 * @param {import("./state.js").State} state @param {any} county @returns {import("./state.js").State} */
function underPlan(state, county) {
  const service = county.services.some((/** @type {any} */ one) => one.id === ROADS) ? ROADS : state.service;
  return { ...state, service, filter: "all", level: "", select: "", layers: state.layers.filter((name) => name !== "groups") };
}

/** Units keep their names and lose their shade, and the roads that are there step back. @param {import("./model.js").Model} model @returns {import("./model.js").Model} */
function quiet(model) {
  if (!model.shade) return { ...model, quiet: true };
  const nothing = { met: 0, lacking: 0, unknown: 0, excluded: 0 };
  const rows = new Map([...model.shade.rows].map(([code, row]) => [code, { ...row, groups: { ...row.groups, ...nothing } }]));
  return { ...model, quiet: true, shade: { ...model.shade, rows } };
}
