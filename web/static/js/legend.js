// Legend with counts, and the panel that switches layers.

import { byId, el, icon, lineSample } from "./dom.js";
import { integer } from "./format.js";
import { shadeCounts } from "./shade.js";

const POINTS = new Set(["point"]);

/** @param {import("./model.js").Model} model @param {any} words */
export function renderLegend(model, words) {
  const parts = [verdicts(model, words), ramp(model, words), roads(model, words), drawn(model, words), symbols(model, words)];
  byId("legend-body").replaceChildren(...parts.filter((part) => part !== null));
}

/** @param {import("./model.js").Model} model @param {any} words */
function verdicts(model, words) {
  const { totals, state } = model;
  if (!totals || !state.layers.includes("groups")) return null;
  const only = state.filter === "near" ? "lacking" : state.filter; // a near miss is a group that lacks the service by little
  const shown = words.legend.verdicts.filter((/** @type {any} */ mark) => only === "all" || mark.value === only);
  const count = (/** @type {any} */ mark) => (state.filter === "near" ? model.matched : totals.groups[/** @type {"met"} */ (mark.value)]);
  const items = shown.map((/** @type {any} */ mark) =>
    el("li", {}, icon(mark), el("span", { text: mark.label }), el("span", { class: "count", text: integer(count(mark)) })),
  );
  const lost = (model.groups ?? []).filter((row) => typeof row.lon !== "number").length;
  if (lost) items.push(el("li", { class: "lost", text: `${integer(lost)} 组无坐标，未上图` }));
  return section(state.filter === "near" ? "村民组（差一点）" : "村民组", items);
}

/** @param {import("./model.js").Model} model @param {any} words */
function ramp(model, words) {
  if (!model.shade) return null;
  const { colours, labels, breaks } = words.legend.ramp;
  const counts = shadeCounts(model.shade.rows.values(), breaks);
  const items = labels.map((/** @type {string} */ label, /** @type {number} */ index) => swatch(label, counts.get(index) ?? 0, colours[index]));
  const unknown = counts.get("unknown");
  if (unknown) items.push(swatch("多数不明", unknown, ""));
  return section(`未达标组占比（${model.shade.level === "township" ? "乡镇" : "村"}）`, items);
}

/** @param {string} label @param {number} count @param {string} colour empty: hatched */
function swatch(label, count, colour) {
  const box = el("span", { class: colour ? "swatch" : "swatch hatched" });
  if (colour) box.style.backgroundColor = colour;
  return el("li", {}, box, el("span", { text: label }), el("span", { class: "count", text: integer(count) }));
}

/** @param {import("./model.js").Model} model @param {any} words */
function roads(model, words) {
  if (!model.state.layers.includes("roads") || !hasLayer(model, "roads")) return null;
  const styles = [...new Map(words.legend.surfaces.map((/** @type {any} */ style) => [style.label, style])).values()];
  return section("道路", styles.map((/** @type {any} */ style) => el("li", {}, lineSample(style), el("span", { text: style.label }))));
}

/** Lines and areas that are switched on. @param {import("./model.js").Model} model @param {any} words */
function drawn(model, words) {
  const on = model.county.layers.filter((/** @type {any} */ layer) => model.state.layers.includes(layer.name) && layer.name !== "roads" && words.style[layer.name] && !words.style[layer.name].symbol);
  const items = on.map((/** @type {any} */ layer) => el("li", {}, sample(layer, words.style[layer.name]), el("span", { text: layer.label })));
  return items.length ? section("界线与地块", items) : null;
}

const BOUNDARIES = new Set(["townships", "villages"]);

/** @param {any} layer @param {any} style */
function sample(layer, style) {
  if (BOUNDARIES.has(layer.name) || layer.geometry === "line") return lineSample({ colour: style.colour, width: layer.name === "villages" ? 1 : 1.6, dash: [] });
  const box = el("span", { class: "swatch" });
  box.style.borderColor = style.colour;
  box.style.backgroundColor = `${style.colour}2e`;
  return box;
}

/** @param {import("./model.js").Model} model @param {any} words */
function symbols(model, words) {
  const on = model.county.layers.filter((/** @type {any} */ layer) => model.state.layers.includes(layer.name) && words.style[layer.name]?.symbol && layer.name !== "groups");
  const items = on.map((/** @type {any} */ layer) => el("li", {}, symbol(words.style[layer.name]), el("span", { text: layer.label })));
  return items.length ? section("设施与标记", items) : null;
}

/** @param {any} style */
function symbol(style) {
  const node = el("span", { class: "symbol", "aria-hidden": "true", text: style.symbol });
  node.style.backgroundColor = style.colour;
  return node;
}

/** What the legend says besides the answer itself. @param {import("./model.js").Model} model @param {any} words @returns {Array<Node|null>} */
export const planOthers = (model, words) => [roads(model, words), drawn(model, words), symbols(model, words)];

/** @param {string} heading @param {Node[]} items */
export const section = (heading, items) => el("section", {}, el("h3", { text: heading }), el("ul", {}, ...items));

/** @param {import("./model.js").Model} model @param {string} name */
const hasLayer = (model, name) => model.county.layers.some((/** @type {any} */ layer) => layer.name === name);

/** The layer panel. @param {import("./model.js").Model} model @param {any} words @param {(patch: any) => void} set */
export function renderLayers(model, words, set) {
  const listed = model.county.layers.filter((/** @type {any} */ layer) => words.style[layer.name]);
  const boxes = listed.map((/** @type {any} */ layer) => checkbox(layer, model.state.layers, set, words));
  byId("layers-body").replaceChildren(shadeChoice(model, set), el("ul", {}, ...boxes));
}

/** @param {any} layer @param {string[]} on @param {(patch: any) => void} set @param {any} words */
function checkbox(layer, on, set, words) {
  const toggle = (/** @type {Event} */ event) => {
    const { checked } = /** @type {HTMLInputElement} */ (event.target);
    set({ layers: checked ? [...on, layer.name] : on.filter((name) => name !== layer.name) });
  };
  const style = words.style[layer.name];
  const box = el("input", { type: "checkbox", name: layer.name, checked: on.includes(layer.name), onchange: toggle });
  return el("li", {}, el("label", {}, box, POINTS.has(layer.geometry) && layer.name !== "groups" ? symbol(style) : null, el("span", { text: layer.label ?? style.label })));
}

/** @param {import("./model.js").Model} model @param {(patch: any) => void} set */
function shadeChoice(model, set) {
  const choices = [["", "随范围"], ["township", "按乡镇"], ["village", "按行政村"], ["none", "不设色"]];
  const options = choices.map(([value, text]) => el("option", { value, text, selected: model.state.shade === value }));
  const select = el("select", { id: "shade", onchange: (/** @type {any} */ event) => set({ shade: event.target.value }) }, ...options);
  return el("label", { class: "shade" }, "分级设色 ", select);
}
