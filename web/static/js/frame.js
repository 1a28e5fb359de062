// The frame around the answers: services, breadcrumb, filters, levels, exports, the banner and the footer.

import { byId, el } from "./dom.js";
import { integer } from "./format.js";
import { countOf } from "./model.js";
import { FILTERS } from "./state.js";
import { FILTER_WORDS } from "./words.js";

/** @param {any} county @param {any} boot @returns {import("./state.js").State} */
export function defaultsOf(county, boot) {
  const has = new Set(county.layers.map((/** @type {any} */ layer) => layer.name));
  const layers = boot.legend.layers.filter((/** @type {any} */ style) => style.shown && has.has(style.name)).map((/** @type {any} */ style) => style.name);
  return { service: county.services[0]?.id ?? "", area: "", filter: "all", level: "", select: "", shade: "", sort: "", page: 0, layers, view: "", ...PLAN_DEFAULTS, ...SITE_DEFAULTS };
}

const PLAN_DEFAULTS = { panel: "", budget: "", year: "", unit: "households", work: "", compare: "" };
const SITE_DEFAULTS = { tab: "", weights: "", parcel: "", site: "", at: "", beside: "", look: "", answer: "", hide: "" };

const SWITCH = [["", "短板", "gap-body", ""], ["plan", "道路计划", "plan-body", "plan-again"], ["sites", "选址", "site-body", "site-again"], ["choice", "修路或搬迁", "choice-body", "choice-again"]];

/** Which question the left panel answers. @param {string} panel @param {(panel: string) => void} choose */
export function renderPanels(panel, choose) {
  const buttons = SWITCH.map(([value, text]) => el("button", { type: "button", "data-panel": value || "gaps", "aria-pressed": String(value === panel), text, onclick: () => choose(value) }));
  replaceKeepingFocus(byId("panels"), buttons);
  for (const [value, , body, again] of SWITCH) {
    byId(body).hidden = panel !== value;
    if (again && panel !== value) byId(again).hidden = true;
  }
  byId("services").hidden = panel !== "";
}

const SETTINGS = { standard: "标准", options: "参数", code_version: "程序版本" };

/** What does not follow the state: the banner and the footer. @param {any} county @param {any} boot */
export function showFixed(county, boot) {
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
export async function copyCommand() {
  const done = await navigator.clipboard?.writeText(byId("stale-command").textContent ?? "").then(() => true, () => false);
  byId("stale-copy").textContent = done ? "已复制" : "请手工复制";
}

/** @param {any} county @param {import("./state.js").State} state @param {(service: string) => void} choose */
export function renderServices(county, state, choose) {
  const buttons = county.services.map((/** @type {any} */ one) =>
    el("button", { type: "button", "data-service": one.id, "aria-pressed": String(one.id === state.service), text: one.label, onclick: () => choose(one.id) }),
  );
  replaceKeepingFocus(byId("services"), buttons);
}

/** @param {import("./model.js").Model} model @param {(code: string) => void} go */
export function renderPath(model, go) {
  const steps = model.path.map((step, index) => {
    const last = index === model.path.length - 1;
    return el("li", {}, el("button", { type: "button", text: step.name, "aria-current": last ? "location" : null, onclick: () => go(step.code) }));
  });
  byId("path").replaceChildren(...steps);
}

/** @param {import("./model.js").Model} model @param {(filter: string) => void} choose */
export function renderFilters(model, choose) {
  const chips = FILTERS.map((filter) => {
    const count = model.totals ? countOf(model.totals, filter) : 0;
    const props = { type: "button", "data-filter": filter, "aria-pressed": String(model.state.filter === filter), onclick: () => choose(filter) };
    return el("button", props, FILTER_WORDS[/** @type {"all"} */ (filter)], el("span", { class: "count", text: integer(count) }));
  });
  replaceKeepingFocus(byId("filters"), chips);
}

/** @param {import("./model.js").Model} model @param {(level: string) => void} choose */
export function renderLevels(model, choose) {
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

const EXPORTS = [["xlsx", "Excel 表格"], ["csv", "CSV 表格"], ["geojson", "GeoJSON"], ["gpkg", "GeoPackage"]];

/** @param {import("./model.js").Model} model @param {import("./api.js").Source} source */
export function renderExports(model, source) {
  const query = { service: model.state.service, area: model.state.area, filter: model.state.filter };
  const links = EXPORTS.map(([format, text]) => el("li", {}, el("a", { href: source.exportUrl(query, model.level, format), "data-format": format, download: true, text })));
  byId("export-list").replaceChildren(...links);
  byId("export").hidden = !source.exportUrl(query, model.level, "xlsx");
}

/** Folding of the panel, the layer list and the legend. */
export function wirePanels() {
  if (matchMedia("(max-width: 900px)").matches) byId("legend").classList.remove("open");
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-toggles]"))) {
    const target = byId(button.dataset.toggles ?? "");
    button.addEventListener("click", () => {
      const open = target.classList.toggle("open");
      button.setAttribute("aria-expanded", String(open));
    });
  }
}
