// The page: one state, one model made from it, and the parts that draw the model. Data flows one way.

import { hideCard, renderCard, renderCardError } from "./card.js";
import { JOINTS } from "./api.js";
import { byId, el } from "./dom.js";
import { integer } from "./format.js";
import { renderHeadline } from "./headline.js";
import { renderLayers, renderLegend } from "./legend.js";
import { createOverlay, fit, prepareMap, unitAt } from "./map-base.js";
import { createCanvasRenderer } from "./map-canvas.js";
import { createGlRenderer, hasWebGl } from "./map-gl.js";
import { countOf, loadModel } from "./model.js";
import { prepareSheet } from "./print.js";
import { wireSearch } from "./search.js";
import { createStore, FILTERS } from "./state.js";
import { highlightRow, renderTable } from "./table.js";
import { arrange, FILTER_WORDS } from "./words.js";

const SPINNER_MS = 300;
const EDGE_PX = 24;
const BY_HAND_MS = 700; // longer than Leaflet takes to zoom
const JOINT_ZOOM = 17;

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
    const onlyView = Object.keys(state).every((name) => name === "view" || String(state[/** @type {"view"} */ (name)]) === String(before[/** @type {"view"} */ (name)]));
    if (state.view !== before.view) this.place(state.view, before);
    if (!onlyView) this.refresh();
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
      const model = await loadModel(this.source, this.county, state, this.tiles);
      if (mine === this.asked) this.draw(model);
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
    byId("notice").hidden = true;
    renderServices(this.county, model.state, (service) => this.store.set({ service, page: 0 }));
    renderPath(model, (code) => this.goTo(code));
    renderHeadline(model, words);
    renderFilters(model, (filter) => this.store.set({ filter, page: 0 }));
    renderLevels(model, (level) => this.store.set({ level, sort: "", page: 0 }));
    renderTable(model, words, { choose: (row) => this.choose(row), hover: (code) => this.hover(code), set: (patch) => this.store.set(patch) });
    renderLegend(model, words);
    renderLayers(model, words, (patch) => this.store.set(patch, { replace: true }));
    renderExports(model, this.source);
    if (this.shownArea !== model.state.area && !model.state.view) fit(this.map, model.path[model.path.length - 1].bounds);
    this.shownArea = model.state.area;
    this.renderer?.show(model);
    this.overlay?.show(model);
    this.overlay?.focus(model, "");
    document.title = `${model.path.map((step) => step.name).join(" ")} ${words.label} · 组通`;
  }

  /** @param {import("./state.js").State} state */
  async drawCard(state) {
    const on = {
      close: () => this.store.set({ select: "" }),
      service: (/** @type {string} */ service) => this.store.set({ service }),
      joint: (/** @type {[number, number]} */ at) => this.showJoint(at),
    };
    if (!state.select) {
      this.revealed = "";
      return hideCard();
    }
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
    this.store.set({ area: code, level: "", select: "", view: "", sort: "", page: 0 });
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
    addEventListener("beforeprint", () => this.model && prepareSheet(this.model, this.words()));
    byId("link").addEventListener("click", () => this.copyLink());
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.store.get().select) this.store.set({ select: "" });
    });
  }

  keepView() {
    const { lat, lng } = this.map.getCenter();
    this.store.set({ view: `${this.map.getZoom()}/${lat.toFixed(5)}/${lng.toFixed(5)}` }, { replace: true });
  }

  /** @param {any} event */
  clicked(event) {
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
      return this.store.set({ select: result.code });
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

/** @param {any} county @param {any} boot @returns {import("./state.js").State} */
function defaultsOf(county, boot) {
  const has = new Set(county.layers.map((/** @type {any} */ layer) => layer.name));
  const layers = boot.legend.layers.filter((/** @type {any} */ style) => style.shown && has.has(style.name)).map((/** @type {any} */ style) => style.name);
  return { service: county.services[0]?.id ?? "", area: "", filter: "all", level: "", select: "", shade: "", sort: "", page: 0, layers, view: "" };
}

const SETTINGS = { standard: "标准", options: "参数", code_version: "程序版本" };

/** What does not follow the state: the banner and the footer. @param {any} county @param {any} boot */
function showFixed(county, boot) {
  byId("stale").hidden = !county.stale;
  const labels = new Map([...boot.legend.layers.map((/** @type {any} */ one) => [one.name, one.label]), ...county.layers.map((/** @type {any} */ one) => [one.name, one.label])]);
  const changed = (county.stale_reasons ?? []).map((/** @type {string} */ name) => SETTINGS[/** @type {"standard"} */ (name)] ?? labels.get(name) ?? name);
  if (changed.length) byId("stale-why").textContent = `上次对标之后有改动：${changed.join("、")}`;
  byId("synthetic").hidden = !county.synthetic;
  byId("data-date").textContent = county.data_date ?? "未注明";
  const { standard } = county;
  const name = standard ? `${standard.title ?? standard.id}（${standard.id}@${standard.version}）` : "未选定";
  for (const id of ["standard-name", "foot-standard"]) byId(id).textContent = name;
}

/** The service only reads: the command that makes new results is run beside it. */
async function copyCommand() {
  const done = await navigator.clipboard?.writeText(byId("stale-command").textContent ?? "").then(() => true, () => false);
  byId("stale-copy").textContent = done ? "已复制" : "请手工复制";
}

/** @param {any} county @param {import("./state.js").State} state @param {(service: string) => void} choose */
function renderServices(county, state, choose) {
  const buttons = county.services.map((/** @type {any} */ one) =>
    el("button", { type: "button", "data-service": one.id, "aria-pressed": String(one.id === state.service), text: one.label, onclick: () => choose(one.id) }),
  );
  replaceKeepingFocus(byId("services"), buttons);
}

/** @param {import("./model.js").Model} model @param {(code: string) => void} go */
function renderPath(model, go) {
  const steps = model.path.map((step, index) => {
    const last = index === model.path.length - 1;
    return el("li", {}, el("button", { type: "button", text: step.name, "aria-current": last ? "location" : null, onclick: () => go(step.code) }));
  });
  byId("path").replaceChildren(...steps);
}

/** @param {import("./model.js").Model} model @param {(filter: string) => void} choose */
function renderFilters(model, choose) {
  const chips = FILTERS.map((filter) => {
    const count = model.totals ? countOf(model.totals, filter) : 0;
    const props = { type: "button", "data-filter": filter, "aria-pressed": String(model.state.filter === filter), onclick: () => choose(filter) };
    return el("button", props, FILTER_WORDS[/** @type {"all"} */ (filter)], el("span", { class: "count", text: integer(count) }));
  });
  replaceKeepingFocus(byId("filters"), chips);
}

/** @param {import("./model.js").Model} model @param {(level: string) => void} choose */
function renderLevels(model, choose) {
  const at = model.path[model.path.length - 1].level;
  const levels = [["township", "乡镇"], ["village", "行政村"], ["group", "村民组"]].slice(["county", "township", "village"].indexOf(at));
  const buttons = levels.map(([level, text]) => el("button", { type: "button", "data-level": level, "aria-pressed": String(model.level === level), text, onclick: () => choose(level) }));
  replaceKeepingFocus(byId("levels"), buttons);
}

/** Redraw buttons; the one that had the focus keeps it. @param {HTMLElement} holder @param {HTMLElement[]} nodes */
function replaceKeepingFocus(holder, nodes) {
  const index = [...holder.children].indexOf(/** @type {Element} */ (document.activeElement));
  holder.replaceChildren(...nodes);
  if (index >= 0) nodes[index]?.focus();
}

/** @param {import("./model.js").Model} model @param {import("./api.js").Source} source */
function renderExports(model, source) {
  const query = { service: model.state.service, area: model.state.area, filter: model.state.filter };
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("#export-list a"))) {
    link.href = source.exportUrl(query, model.level, link.dataset.format ?? "xlsx");
  }
  byId("export").hidden = !source.exportUrl(query, model.level, "xlsx");
}

/** Folding of the panel, the layer list and the legend. */
function wirePanels() {
  if (matchMedia("(max-width: 900px)").matches) byId("legend").classList.remove("open");
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-toggles]"))) {
    const target = byId(button.dataset.toggles ?? "");
    button.addEventListener("click", () => {
      const open = target.classList.toggle("open");
      button.setAttribute("aria-expanded", String(open));
    });
  }
}
