// The weights: a slider for each criterion, named sets, and what the service says about the ranking. Made once, so that a slider keeps its grip while the page follows.

import { el } from "./dom.js";
import { decimal, integer, UNKNOWN } from "./format.js";
import { grip } from "./road-levers.js";
import { formatWeights, namedAs, POINTS, pointsOf } from "./site-rank.js";
import { word } from "./site-words.js";

/** @typedef {{set: (patch: any, how?: {replace?: boolean}) => void, save: (name: string) => void, judge: (() => void)|null}} LeverActions
 * @typedef {{text: string, state: "stored"|"asking"|"same"|"other"|"none"}} Checked what is said about the ranking of these weights */

const MOST = 60; // points at the right end of a slider, where no weight is larger
const CUSTOM = "*";

/** End of the sliders: enough for every weight that there is. @param {import("./site-rank.js").Weights[]} all @returns {number} */
export function endOf(all) {
  const most = Math.max(0, ...all.flatMap((one) => Object.values(pointsOf(one))));
  return most > MOST ? POINTS : MOST;
}

export class WeightLevers {
  /** @param {HTMLElement} holder @param {LeverActions} on */
  constructor(holder, on) {
    this.holder = holder;
    this.on = on;
    /** @type {import("./site-model.js").SiteView|null} */
    this.view = null;
    this.made = "";
    /** @type {Map<string, {input: HTMLInputElement, told: HTMLElement, band: HTMLElement, row: HTMLElement}>} */
    this.sliders = new Map();
    this.sets = /** @type {HTMLSelectElement} */ (el("select", { id: "site-set", "aria-label": "权重方案", onchange: () => this.choose() }));
    this.reset = el("button", { type: "button", id: "site-reset", title: "回到计算时所用的权重", text: "还原", onclick: () => this.on.set({ weights: "", page: 0 }) });
    this.name = /** @type {HTMLInputElement} */ (el("input", { type: "text", id: "site-set-name", maxlength: "40", placeholder: "方案名称", "aria-label": "权重方案名称", onkeydown: (/** @type {KeyboardEvent} */ event) => this.nameKey(event) }));
    this.save = el("button", { type: "button", id: "site-save", text: "保存为", onclick: () => this.keep() });
    this.told = el("span", { id: "site-check", role: "status" });
    this.grid = el("div", { class: "weight-grid", role: "group", "aria-label": "各项权重" });
    const bar = el("div", { class: "weight-bar" }, el("span", { class: "lever-name", text: "权重" }), this.sets, this.reset, this.name, this.save);
    const judge = on.judge && el("button", { type: "button", class: "link", id: "site-judge", "aria-haspopup": "dialog", title: "两两比较指标的重要程度，由此算出权重（层次分析法）", text: "两两比较…", onclick: on.judge });
    holder.replaceChildren(bar, this.grid, el("div", { class: "weight-foot" }, this.told, judge));
  }

  /** @param {import("./site-model.js").SiteView} view @param {Checked} checked @param {boolean} writable @param {any} words */
  show(view, checked, writable, words) {
    this.view = view;
    this.build(view);
    const points = pointsOf(view.weights);
    for (const [key, slider] of this.sliders) this.place(slider, points[key] ?? 0, view.unknown.has(key) ? null : (view.share[key] ?? 0));
    this.showSets(view, words);
    this.reset.toggleAttribute("disabled", !view.custom);
    for (const node of [this.name, this.save]) node.hidden = !writable || !view.custom;
    this.told.textContent = checked.text;
    this.told.dataset.state = checked.state;
  }

  /** Sliders of the criteria; new ones only when the criteria are others. @param {import("./site-model.js").SiteView} view */
  build(view) {
    const sets = view.plan.weight_sets ?? [];
    const end = endOf([view.weights, ...sets.map((/** @type {any} */ one) => one.weights)]);
    const keys = `${end}|${view.criteria.map(({ key, label }) => `${key}:${label}`).join(",")}`;
    if (keys === this.made) return;
    this.made = keys;
    this.sliders.clear();
    this.grid.replaceChildren(...view.criteria.map((one) => this.slider(one, end)));
  }

  /** @param {import("./site-rank.js").Criterion} criterion @param {number} end */
  slider({ key, label, low, high, source }, end) {
    const input = /** @type {HTMLInputElement} */ (el("input", { type: "range", min: "0", max: String(end), step: "1", "data-criterion": key, "aria-label": `${label}的权重` }));
    const told = el("output", {});
    const band = el("span", { class: "weight-band", "aria-hidden": "true" });
    const known = typeof low === "number" && typeof high === "number";
    if (known) {
      band.style.left = `${((low * POINTS) / end) * 100}%`;
      band.style.width = `${(((high - low) * POINTS) / end) * 100}%`;
    }
    band.hidden = !known;
    const range = known ? `；给定范围 ${decimal(low * POINTS)}–${decimal(high * POINTS)}%` : "";
    const row = el("label", { class: "weight", title: `${label}${range}${source ? `；来源：${source}` : ""}` }, el("span", { class: "weight-name", text: label }), el("span", { class: "weight-track" }, band, input), told);
    grip(input, (value) => this.patch(key, value), { set: (patch, how) => this.on.set(patch, how) });
    this.sliders.set(key, { input, told, band, row });
    return row;
  }

  /** The address with one weight changed: a slider that is moved sets its own points and leaves the others theirs. @param {string} key @param {number} value */
  patch(key, value) {
    const view = /** @type {import("./site-model.js").SiteView} */ (this.view);
    const points = view.state.weights ? view.weights : pointsOf(view.weights);
    return { weights: formatWeights({ ...points, [key]: value }, view.criteria), page: 0 };
  }

  /** @param {{input: HTMLInputElement, told: HTMLElement, row: HTMLElement}} slider @param {number} points @param {number|null} share null where the criterion is not known for any parcel */
  place({ input, told, row }, points, share) {
    const raw = this.view?.state.weights ? /** @type {any} */ (this.view.weights)[input.dataset.criterion ?? ""] : points;
    if (Number(input.value) !== Math.round(raw)) input.value = String(raw);
    const text = share === null ? UNKNOWN : `${decimal(share * POINTS)}%`;
    told.textContent = text;
    input.setAttribute("aria-valuetext", text);
    row.classList.toggle("off", !share);
  }

  /** @param {import("./site-model.js").SiteView} view @param {any} words */
  showSets(view, { methods }) {
    const sets = view.plan.weight_sets ?? [];
    const label = (/** @type {any} */ one) => `${one.label ?? one.name}${one.method && one.method !== "neutral" ? `（${word(methods, one.method)}${typeof one.cr === "number" ? ` CR ${decimal(one.cr, 3)}` : ""}）` : ""}`;
    const named = namedAs(view.weights, sets);
    const free = view.custom ? "自定权重" : "计算时的权重";
    const options = [...(named ? [] : [el("option", { value: CUSTOM, text: free })]), ...sets.map((/** @type {any} */ one) => el("option", { value: one.name, text: label(one) }))];
    const keys = options.map((one) => `${one.getAttribute("value")}|${one.textContent}`).join("\n");
    if (this.sets.dataset.keys !== keys) this.sets.replaceChildren(...options);
    this.sets.dataset.keys = keys;
    this.sets.value = named ? named.name : CUSTOM;
  }

  choose() {
    const view = /** @type {import("./site-model.js").SiteView} */ (this.view);
    const found = (view.plan.weight_sets ?? []).find((/** @type {any} */ one) => one.name === this.sets.value);
    if (found) this.on.set({ weights: formatWeights(pointsOf(found.weights), view.criteria), page: 0 });
  }

  /** @param {KeyboardEvent} event */
  nameKey(event) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.keep();
  }

  keep() {
    const name = this.name.value.trim();
    if (!name) return this.name.focus();
    this.name.value = "";
    return this.on.save(name);
  }
}

/** What is said about the order under these weights. @param {import("./site-model.js").SiteView} view @param {Checked["state"]} state @param {number} other parcels that the service ranks otherwise @returns {Checked} */
export function checkedText(view, state, other) {
  const moved = view.custom ? `${integer(view.moved)} 块名次有变` : "";
  const said = { stored: "计算时的权重", asking: "稳定性正在重算…", same: "已与服务端核对一致", other: `有 ${integer(other)} 块与服务端名次不同，请刷新`, none: "稳定性需由服务重算" }[state];
  return { text: [moved, said].filter(Boolean).join(" · "), state };
}
