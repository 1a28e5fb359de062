// The form of a new plan: budgets by year, weights, least shares by area and year, works that must or must not be, prices. It only collects; the service judges.

import { el } from "./dom.js";
import { UNITS } from "./road-model.js";

const WAN = 1e4;
const MOST_YEARS = 10;
const WEIGHTS = ["households", "registered", "people", "groups"];

export const COUNTY = "";
export const EACH = "*"; // every township by itself

/**
 * @typedef {object} Target a least share that is to be connected
 * @property {string} area the whole county, every township by itself, or the code of one
 * @property {number|null} year by when; null for the end of the plan
 * @property {number} share nothing is asked with 0
 * @property {string} unit
 * @typedef {object} Draft what the planner has asked for so far
 * @property {number[]} years
 * @property {number[]} budgets yuan
 * @property {Record<string, number>} weights
 * @property {boolean} carryOver
 * @property {Map<string, string>} decisions work → must or must_not
 * @property {Target[]} targets
 * @property {string} costs id of the cost set
 * @property {string} usual id of the county's own cost set, which need not be named
 * @property {string} title
 * @typedef {object} Choices what the form offers
 * @property {{code: string, name: string}[]} townships
 * @property {{id: string, title: string}[]} costs
 * @property {string} planned id of the cost set of the shown plan
 * @property {(code: string) => string} nameOf a work
 */

/** Floors and deadlines are one thing to a planner: where, by when, how many of whom. @param {any} terms @returns {Target[]} */
function targetsOf(terms) {
  const target = (/** @type {any} */ one, /** @type {string} */ area, /** @type {number|null} */ year) => ({ area, year, share: one.share, unit: one.unit });
  const floors = (terms.floors ?? []).map((/** @type {any} */ one) => target(one, one.area_code ?? EACH, one.by_year ?? null));
  const deadlines = (terms.deadlines ?? []).map((/** @type {any} */ one) => target(one, one.area_code ?? COUNTY, one.year));
  const all = [...floors, ...deadlines];
  return all.length ? all : [EACH, COUNTY].map((area) => ({ area, year: null, share: 0, unit: "households" }));
}

/** What the shown plan was asked for; without one, this year and the next two with nothing. @param {any} plan @param {number} year this year @returns {Draft} */
export function draftOf(plan, year) {
  const terms = plan?.programme?.terms ?? {};
  const years = terms.years?.length ? [...terms.years] : [year, year + 1, year + 2];
  const decisions = new Map([...(terms.must ?? []).map((/** @type {string} */ code) => [code, "must"]), ...(terms.must_not ?? []).map((/** @type {string} */ code) => [code, "must_not"])]);
  const usual = plan?.cost_sets?.[0]?.id ?? "";
  return {
    years,
    budgets: years.map((/** @type {number} */ _, /** @type {number} */ index) => terms.budgets_cny?.[index] ?? 0),
    weights: { households: 1, registered: 0, people: 0, groups: 0, ...terms.weights },
    carryOver: terms.carry_over ?? true,
    decisions,
    targets: targetsOf(terms),
    costs: plan?.costs?.id ?? usual,
    usual,
    title: "",
  };
}

/** Targets as the service takes them: of the county by a year, or floors of townships. @param {Draft} draft */
function wishes({ targets, years }) {
  const asked = targets.filter((one) => one.share > 0);
  const year = (/** @type {Target} */ one) => (one.year !== null && years.includes(one.year) ? one.year : null);
  return {
    floors: asked.filter((one) => one.area !== COUNTY).map((one) => ({ area_code: one.area === EACH ? null : one.area, share: one.share, unit: one.unit, by_year: year(one) })),
    deadlines: asked.filter((one) => one.area === COUNTY).map((one) => ({ year: year(one) ?? years[years.length - 1], share: one.share, unit: one.unit, area_code: null })),
  };
}

/** The body of the request. @param {Draft} draft */
export function bodyOf(draft) {
  const codes = (/** @type {string} */ wanted) => [...draft.decisions].filter(([, decision]) => decision === wanted).map(([code]) => code).sort();
  return {
    years: draft.years,
    budgets_cny: draft.budgets,
    weights: draft.weights,
    carry_over: draft.carryOver,
    must: codes("must"),
    must_not: codes("must_not"),
    ...wishes(draft),
    ...(draft.costs && draft.costs !== draft.usual ? { costs: draft.costs } : {}),
    ...(draft.title ? { title: draft.title } : {}),
  };
}

/** What is wrong with a draft; empty when it can be sent. @param {Draft} draft @returns {string} */
export function faultOf(draft) {
  if (draft.budgets.some((one) => !Number.isFinite(one) || one < 0)) return "预算要填不小于 0 的数（万元）。";
  if (!draft.budgets.some((one) => one > 0)) return "至少有一年的预算要大于 0。";
  if (!WEIGHTS.some((name) => draft.weights[name] > 0)) return "至少有一个权重要大于 0。";
  if (WEIGHTS.some((name) => !Number.isFinite(draft.weights[name]) || draft.weights[name] < 0)) return "权重要填不小于 0 的数。";
  if (draft.targets.some((one) => !(one.share >= 0 && one.share <= 1))) return "目标的比例要填 0 到 100 之间的数。";
  return "";
}

/**
 * @param {Draft} draft changed in place as the planner types
 * @param {Choices} choices
 * @param {{send: (body: any) => void, close: () => void, redraw: () => void}} on
 * @returns {HTMLElement}
 */
export function formNode(draft, choices, on) {
  const fault = el("p", { class: "form-fault", role: "alert" });
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    fault.textContent = faultOf(draft);
    if (!fault.textContent) on.send(bodyOf(draft));
  };
  return el(
    "form",
    { id: "plan-form", novalidate: true, "aria-label": "重新编制", onsubmit: send },
    el("header", {}, el("h2", { text: "重新编制道路计划" }), el("button", { type: "button", class: "close", "aria-label": "关闭", title: "关闭（Esc）", text: "×", onclick: on.close })),
    budgets(draft, on),
    weights(draft),
    targets(draft, choices, on),
    decisions(draft, choices.nameOf, on),
    prices(draft, choices, on),
    el("label", { class: "wide-field" }, "名称 ", field("text", draft.title, (text) => (draft.title = text), { placeholder: "例如：三年 9000 万方案" })),
    el("div", { class: "form-foot" }, fault, el("button", { type: "submit", class: "primary", text: "开始编制" }), el("button", { type: "button", text: "不编制了", onclick: on.close }), el("span", { class: "hint", text: "原计划保留，可在“对比”里查看" })),
  );
}

/** @param {string} type @param {string|number} value @param {(text: string) => void} take @param {Record<string, unknown>} [more] */
function field(type, value, take, more = {}) {
  return el("input", { type, value: String(value), ...more, oninput: (/** @type {any} */ event) => take(event.target.value) });
}

/** @param {Draft} draft @param {any} on */
function budgets(draft, on) {
  const rows = draft.years.map((year, index) =>
    el("li", {}, el("label", {}, `${year} 年 `, field("number", draft.budgets[index] ? draft.budgets[index] / WAN : "", (text) => (draft.budgets[index] = Math.round(Number(text) * WAN)), { min: 0, step: "any", "data-year": year, inputmode: "decimal" }), " 万元")),
  );
  const longer = () => {
    draft.years.push(draft.years[draft.years.length - 1] + 1);
    draft.budgets.push(0);
    on.redraw();
  };
  const shorter = () => {
    draft.years.pop();
    draft.budgets.pop();
    on.redraw();
  };
  return el(
    "fieldset",
    {},
    el("legend", { text: "分年预算" }),
    el("ul", { class: "budgets" }, ...rows),
    el("p", {}, el("button", { type: "button", disabled: draft.years.length >= MOST_YEARS, text: "加一年", onclick: longer }), " ", el("button", { type: "button", disabled: draft.years.length <= 1, text: "减一年", onclick: shorter })),
    el("label", { class: "check" }, el("input", { type: "checkbox", checked: draft.carryOver, onchange: (/** @type {any} */ event) => (draft.carryOver = event.target.checked) }), "当年未用完的结转下年"),
  );
}

/** @param {Draft} draft */
function weights(draft) {
  const rows = WEIGHTS.map((name) =>
    el("label", {}, `每${UNITS[/** @type {"people"} */ (name)].label} `, field("number", draft.weights[name] ?? 0, (text) => (draft.weights[name] = Number(text)), { min: 0, step: "any", "data-weight": name })),
  );
  return el("fieldset", {}, el("legend", { text: "效益权重（多接通谁更要紧）" }), el("div", { class: "weights" }, ...rows));
}

/** @param {string} label @param {[string, string][]} options value and text @param {string} chosen @param {(value: string) => void} take @param {Record<string, unknown>} [more] */
const select = (label, options, chosen, take, more = {}) =>
  el("select", { "aria-label": label, ...more, onchange: (/** @type {any} */ event) => take(event.target.value) }, ...options.map(([value, text]) => el("option", { value, text, selected: value === chosen })));

/** @param {Draft} draft @param {Choices} choices @param {any} on */
function targets(draft, choices, on) {
  const add = () => {
    draft.targets.push({ area: COUNTY, year: null, share: 0, unit: "households" });
    on.redraw();
  };
  const rows = draft.targets.map((one, index) => targetRow(one, draft, choices, () => {
    draft.targets.splice(index, 1);
    on.redraw();
  }));
  return el("fieldset", {}, el("legend", { text: "保底与期限（留空为不设）" }), el("ul", { class: "targets" }, ...rows), el("button", { type: "button", text: "加一条", onclick: add }));
}

/** `石屯镇 到 2027 年 至少 60 % 的 户` @param {Target} one @param {Draft} draft @param {Choices} choices @param {() => void} drop */
function targetRow(one, draft, { townships }, drop) {
  const areas = /** @type {[string, string][]} */ ([[COUNTY, "全县"], [EACH, "每个乡镇"], ...townships.map(({ code, name }) => [code, name])]);
  const years = /** @type {[string, string][]} */ ([["", "期末"], ...draft.years.map((year) => [String(year), `${year} 年`])]);
  const units = /** @type {[string, string][]} */ (Object.entries(UNITS).map(([value, { label }]) => [value, label]));
  const share = field("number", one.share ? Math.round(one.share * 1e4) / 100 : "", (text) => (one.share = Number(text) / 100), { min: 0, max: 100, step: "any", "aria-label": "至少接通的百分比", "data-target": one.area || "county" });
  return el(
    "li",
    {},
    select("范围", areas, one.area, (value) => (one.area = value)),
    "到",
    select("期限", years, one.year === null ? "" : String(one.year), (value) => (one.year = value ? Number(value) : null)),
    "至少",
    share,
    "% 的",
    select("单位", units, one.unit, (value) => (one.unit = value)),
    el("button", { type: "button", class: "close", "aria-label": "去掉这一条", title: "去掉", text: "×", onclick: drop }),
  );
}

/** @param {Draft} draft @param {Choices} choices @param {any} on */
function prices(draft, { costs, planned }, on) {
  if (costs.length < 2) return null;
  const options = /** @type {[string, string][]} */ (costs.map(({ id, title }) => [id, title || id]));
  const choose = (/** @type {string} */ value) => {
    draft.costs = value;
    on.redraw();
  };
  const hint = planned && draft.costs !== planned ? el("p", { class: "hint", text: "与现有计划的造价不同：路网要重算，比只改预算慢得多。" }) : null;
  return el("fieldset", {}, el("legend", { text: "造价标准" }), select("造价标准", options, draft.costs, choose, { "data-costs": "" }), hint);
}

/** @param {Draft} draft @param {(code: string) => string} nameOf @param {any} on */
function decisions(draft, nameOf, on) {
  const list = (/** @type {string} */ wanted, /** @type {string} */ label) => {
    const codes = [...draft.decisions].filter(([, decision]) => decision === wanted).map(([code]) => code).sort();
    const drop = (/** @type {string} */ code) => {
      draft.decisions.delete(code);
      on.redraw();
    };
    const chips = codes.map((code) => el("li", {}, nameOf(code), el("button", { type: "button", "aria-label": `从${label}中去掉 ${nameOf(code)}`, title: "去掉", text: "×", onclick: () => drop(code) })));
    return el("div", { class: "chosen" }, el("span", { class: "lever-name", text: label }), chips.length ? el("ul", { class: "chips" }, ...chips) : el("span", { class: "hint", text: "无" }));
  };
  return el("fieldset", {}, el("legend", { text: "指定工程" }), el("p", { class: "hint", text: "在地图上点一项工程，在它的卡片里选“必做”或“不做”。" }), list("must", "必做"), list("must_not", "不做"));
}
