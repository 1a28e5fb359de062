// The orders of new siting results and of a new comparison of road and move. It only collects; the service judges.

import { el } from "./dom.js";
import { integer } from "./format.js";
import { shares } from "./site-rank.js";

/** @typedef {{title: string, sites: string, who: string, set: string, weights: string}} SiteDraft
 * @typedef {{set: string, costs: string, include_unknown: boolean, title: string}} ChoiceDraft
 * @typedef {{send: (body: any) => void, close: () => void, redraw: () => void}} FormActions */

const CURRENT = "*"; // the weights of the sliders
const MOST_SITES = 500;
/** @type {[string, string][]} */
const WHO = [["planned", "已列入整组搬迁的，和险情区里的"], ["eligible", "政策允许搬的都算"]];

/** @param {any} plan @returns {SiteDraft} */
export const siteDraft = (plan) => ({ title: "", sites: "", who: "planned", set: plan?.set?.id ?? "", weights: CURRENT });

/** What is wrong with a draft; empty when it can be sent. @param {SiteDraft} draft @returns {string} */
export function siteFault({ sites }) {
  const count = Number(sites);
  return sites && !(Number.isInteger(count) && count >= 1 && count <= MOST_SITES) ? `最多几处要填 1 到 ${MOST_SITES} 的整数，或留空。` : "";
}

/** The body of the request: what is left empty is left to the service.
 * @param {SiteDraft} draft @param {import("./site-rank.js").Weights} weights of the sliders @param {string} usual id of the set that need not be named */
export function siteBody(draft, weights, usual) {
  return {
    ...(draft.set && draft.set !== usual ? { set: draft.set } : {}),
    ...(draft.weights === CURRENT ? (Object.keys(weights).length ? { weights: shares(weights) } : {}) : { weights_name: draft.weights }),
    ...(draft.sites ? { sites: Number(draft.sites) } : {}),
    ...(draft.who === "planned" ? {} : { who: draft.who }),
    ...(draft.title ? { title: draft.title } : {}),
  };
}

/** @param {ChoiceDraft} draft */
export const choiceBody = (draft) => Object.fromEntries(Object.entries(draft).filter(([, value]) => value));

/** @param {string} label @param {[string, string][]} options @param {string} chosen @param {(value: string) => void} take @param {string} name */
const select = (label, options, chosen, take, name) =>
  el("select", { "aria-label": label, "data-field": name, onchange: (/** @type {any} */ event) => take(event.target.value) }, ...options.map(([value, text]) => el("option", { value, text, selected: value === chosen })));

/** @param {string} type @param {string} value @param {(text: string) => void} take @param {Record<string, unknown>} more */
const field = (type, value, take, more) => el("input", { type, value, ...more, oninput: (/** @type {any} */ event) => take(event.target.value.trim()) });

/** @param {string} title @param {Array<Node|null>} parts @param {() => string} faultOf @param {() => void} send @param {() => void} close @param {string} hint */
function shell(title, parts, faultOf, send, close, hint) {
  const fault = el("p", { class: "form-fault", role: "alert" });
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    fault.textContent = faultOf();
    if (!fault.textContent) send();
  };
  return el(
    "form",
    { class: "order-form", novalidate: true, "aria-label": title, onsubmit: submit },
    el("header", {}, el("h2", { text: title }), el("button", { type: "button", class: "close", "aria-label": "关闭", title: "关闭（Esc）", text: "×", onclick: close })),
    ...parts,
    el("div", { class: "form-foot" }, fault, el("button", { type: "submit", class: "primary", text: "开始计算" }), el("button", { type: "button", text: "不算了", onclick: close }), el("span", { class: "hint", text: hint })),
  );
}

/** @param {{id: string, title?: string}[]} sets @param {string} chosen @param {(value: string) => void} take @param {string} legend @param {string} name */
const setField = (sets, chosen, take, legend, name) =>
  sets.length < 2 ? null : el("fieldset", {}, el("legend", { text: legend }), select(legend, sets.map(({ id, title }) => /** @type {[string, string]} */ ([id, title || id])), chosen, take, name));

/** @param {SiteDraft} draft changed in place as the planner types @param {any} plan @param {import("./site-rank.js").Weights} weights @param {FormActions} on */
export function siteForm(draft, plan, weights, on) {
  const sets = plan?.sets ?? [];
  const named = (plan?.weight_sets ?? []).map((/** @type {any} */ one) => /** @type {[string, string]} */ ([one.name, one.label ?? one.name]));
  const parts = [
    setField(sets, draft.set, (value) => (draft.set = value), "规则集（排除规则、打分、容量）", "set"),
    el("fieldset", {}, el("legend", { text: "权重" }), select("权重", [[CURRENT, Object.keys(weights).length ? "滑块上的权重" : "规则集自带的权重"], ...named], draft.weights, (value) => (draft.weights = value), "weights")),
    el("fieldset", {}, el("legend", { text: "安置地点" }), el("label", { class: "wide-field" }, "最多新开 ", field("number", draft.sites, (text) => (draft.sites = text), { min: 1, step: 1, "data-field": "sites", inputmode: "numeric" }), " 处（已有的不计，留空为不限）")),
    el("fieldset", {}, el("legend", { text: "安置谁" }), select("安置谁", WHO, draft.who, (value) => (draft.who = value), "who")),
    el("label", { class: "wide-field" }, "名称 ", field("text", draft.title, (text) => (draft.title = text), { "data-field": "title", placeholder: "例如：偏重就医上学" })),
  ];
  const send = () => on.send(siteBody(draft, weights, sets[0]?.id ?? ""));
  return shell(plan?.available ? "重新选址" : "选址", parts, () => siteFault(draft), send, on.close, plan?.available ? `现有 ${integer((plan.parcels ?? []).length)} 块的结果保留到新结果算好` : "");
}

/** @param {ChoiceDraft} draft @param {any} plan @param {{sets: any[], costs: any[]}} choices @param {FormActions} on */
export function choiceForm(draft, plan, choices, on) {
  const parts = [
    setField(choices.sets, draft.set, (value) => (draft.set = value), "规则集（搬迁费用、政策）", "set"),
    setField(choices.costs, draft.costs, (value) => (draft.costs = value), "造价标准（修路）", "costs"),
    el("label", { class: "check" }, el("input", { type: "checkbox", checked: draft.include_unknown, "data-field": "unknown", onchange: (/** @type {any} */ event) => (draft.include_unknown = event.target.checked) }), "是否通硬化路还不明的组也算进来"),
    el("p", { class: "hint", text: "修路与搬迁一起算：干线是共用的，安置点有固定费用和容量，所以不能一组一组地比。" }),
    el("label", { class: "wide-field" }, "名称 ", field("text", draft.title, (text) => (draft.title = text), { "data-field": "title", placeholder: "例如：2026 年比较" })),
  ];
  return shell(plan?.available ? "重新比较" : "比较修路与搬迁", parts, () => "", () => on.send(choiceBody(draft)), on.close, plan?.available ? "现有结果保留到新结果算好" : "");
}
