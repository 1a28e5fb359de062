// The form of a new plan: budgets by year, weights, works that must or must not be, floors and deadlines. It only collects; the service judges.

import { el } from "./dom.js";
import { UNITS } from "./road-model.js";

const WAN = 1e4;
const MOST_YEARS = 10;
const WEIGHTS = ["households", "registered", "people", "groups"];

/**
 * @typedef {object} Draft what the planner has asked for so far
 * @property {number[]} years
 * @property {number[]} budgets yuan
 * @property {Record<string, number>} weights
 * @property {boolean} carryOver
 * @property {Map<string, string>} decisions work → must or must_not
 * @property {{share: number, unit: string}|null} floor
 * @property {{year: number, share: number, unit: string}|null} deadline
 * @property {string} title
 */

/** What the shown plan was asked for; without one, this year and the next two with nothing. @param {any} plan @param {number} year this year @returns {Draft} */
export function draftOf(plan, year) {
  const terms = plan?.programme?.terms ?? {};
  const years = terms.years?.length ? [...terms.years] : [year, year + 1, year + 2];
  const floor = terms.floors?.find((/** @type {any} */ one) => !one.area_code) ?? null;
  const deadline = terms.deadlines?.find((/** @type {any} */ one) => !one.area_code) ?? null;
  const decisions = new Map([...(terms.must ?? []).map((/** @type {string} */ code) => [code, "must"]), ...(terms.must_not ?? []).map((/** @type {string} */ code) => [code, "must_not"])]);
  return {
    years,
    budgets: years.map((/** @type {number} */ _, /** @type {number} */ index) => terms.budgets_cny?.[index] ?? 0),
    weights: { households: 1, registered: 0, people: 0, groups: 0, ...terms.weights },
    carryOver: terms.carry_over ?? true,
    decisions,
    floor: floor ? { share: floor.share, unit: floor.unit } : null,
    deadline: deadline ? { year: deadline.year, share: deadline.share, unit: deadline.unit } : null,
    title: "",
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
    floors: draft.floor ? [{ area_code: null, share: draft.floor.share, unit: draft.floor.unit, by_year: null }] : [],
    deadlines: draft.deadline ? [{ year: draft.deadline.year, share: draft.deadline.share, unit: draft.deadline.unit, area_code: null }] : [],
    ...(draft.title ? { title: draft.title } : {}),
  };
}

/** What is wrong with a draft; empty when it can be sent. @param {Draft} draft @returns {string} */
export function faultOf(draft) {
  if (draft.budgets.some((one) => !Number.isFinite(one) || one < 0)) return "预算要填不小于 0 的数（万元）。";
  if (!draft.budgets.some((one) => one > 0)) return "至少有一年的预算要大于 0。";
  if (!WEIGHTS.some((name) => draft.weights[name] > 0)) return "至少有一个权重要大于 0。";
  if (WEIGHTS.some((name) => !Number.isFinite(draft.weights[name]) || draft.weights[name] < 0)) return "权重要填不小于 0 的数。";
  return "";
}

/**
 * @param {Draft} draft changed in place as the planner types
 * @param {(code: string) => string} nameOf
 * @param {{send: (body: any) => void, close: () => void, redraw: () => void}} on
 * @returns {HTMLElement}
 */
export function formNode(draft, nameOf, on) {
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
    target(draft),
    decisions(draft, nameOf, on),
    el("label", { class: "wide-field" }, "名称 ", field("text", draft.title, (text) => (draft.title = text), { placeholder: "例如：三年 9000 万方案" })),
    fault,
    el("div", { class: "form-foot" }, el("button", { type: "submit", class: "primary", text: "开始编制" }), el("button", { type: "button", text: "不编制了", onclick: on.close }), el("span", { class: "hint", text: "原计划保留，可在“对比”里查看" })),
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

/** @param {Draft} draft */
function target(draft) {
  const share = (/** @type {string} */ text) => Number(text) / 100;
  const units = (/** @type {any} */ one) => el("select", { "aria-label": "单位", onchange: (/** @type {any} */ event) => (one.unit = event.target.value) }, ...Object.entries(UNITS).map(([value, { label }]) => el("option", { value, text: label, selected: one.unit === value })));
  const floor = draft.floor ?? { share: 0, unit: "households" };
  const deadline = draft.deadline ?? { year: draft.years[draft.years.length - 1], share: 0, unit: "households" };
  const keepFloor = () => (draft.floor = floor.share > 0 ? floor : null);
  const keepDeadline = () => (draft.deadline = deadline.share > 0 ? deadline : null);
  const years = el("select", { "aria-label": "期限", onchange: (/** @type {any} */ event) => (deadline.year = Number(event.target.value)) }, ...draft.years.map((year) => el("option", { value: year, text: `${year} 年`, selected: deadline.year === year })));
  return el(
    "fieldset",
    {},
    el("legend", { text: "底线与期限（留空为不设）" }),
    el("p", { class: "target" }, "每个乡镇至少接通 ", field("number", floor.share ? floor.share * 100 : "", (text) => ((floor.share = share(text)), keepFloor()), { min: 0, max: 100, step: "any", "aria-label": "每个乡镇至少接通的百分比", "data-floor": "" }), "% 的 ", units(floor)),
    el("p", { class: "target" }, "全县到 ", years, " 至少接通 ", field("number", deadline.share ? deadline.share * 100 : "", (text) => ((deadline.share = share(text)), keepDeadline()), { min: 0, max: 100, step: "any", "aria-label": "期限内至少接通的百分比", "data-deadline": "" }), "% 的 ", units(deadline)),
  );
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
