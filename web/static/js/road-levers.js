// The levers: budget with its curve, years, what is counted, and the plan to compare with. Made once, so that a slider keeps its grip while the page follows.

import { el } from "./dom.js";
import { money, wan } from "./format.js";
import { curveNode } from "./road-curve.js";
import { curveOf, programmed, scaleOf, sumOf, UNITS, yearsOf } from "./road-model.js";

const RUN_MS = 1000;

/** @typedef {{set: (patch: any, how?: {replace?: boolean}) => void}} Actions */

/** The programme as a point of the curve. @param {any} plan @param {import("./road-model.js").Unit} unit */
export function planPoint(plan, unit) {
  const built = programmed(plan.works, "");
  if (!built.size) return null;
  return { cost: sumOf(plan.works, built, "cost_cny"), count: sumOf(plan.works, built, UNITS[unit].field) };
}

/** @param {HTMLElement} holder @param {Actions} on */
export function createLevers(holder, on) {
  const parts = {
    curve: el("div", { class: "curve-box" }),
    budget: el("input", { type: "range", id: "plan-budget", min: "0", "aria-label": "预算" }),
    exact: el("button", { type: "button", id: "plan-exact", title: "编制时算出的最优方案，可按年看", text: "计划" }),
    year: el("input", { type: "range", id: "plan-year", min: "0", step: "1", "aria-label": "计划做到哪一年" }),
    told: el("output", { id: "plan-year-text", for: "plan-year" }),
    units: el("div", { class: "units", role: "group", "aria-label": "统计单位" }),
    compare: el("select", { id: "plan-compare", "aria-label": "与旧计划对比" }),
  };
  const years = el("div", { class: "lever years" }, parts.exact, parts.year, parts.told);
  const budget = el("div", { class: "lever" }, el("span", { class: "lever-name", text: "预算" }), parts.budget);
  holder.replaceChildren(parts.curve, budget, years);
  wire(parts, on);
  return { choices: [parts.units, parts.compare], show: (/** @type {import("./road-model.js").RoadView} */ view) => show({ ...parts, years }, view, on) };
}

/** A grip makes one step for the back button, however far it is moved; so does a run of arrow keys.
 * @param {HTMLElement} input @param {(value: number) => any} patchOf @param {Actions} on */
export function grip(input, patchOf, on) {
  let held = false;
  let last = -Infinity;
  input.addEventListener("input", () => {
    const now = performance.now();
    on.set(patchOf(Number(/** @type {HTMLInputElement} */ (input).value)), { replace: held || now - last < RUN_MS });
    [held, last] = [true, now];
  });
  input.addEventListener("change", () => (held = false));
  input.addEventListener("pointerdown", () => ([held, last] = [false, -Infinity]));
}

/** @param {any} parts @param {Actions} on */
function wire(parts, on) {
  grip(parts.budget, (value) => ({ budget: String(value), page: 0 }), on);
  grip(parts.year, (value) => ({ year: value >= Number(parts.year.max) ? "" : parts.year.dataset.years.split(",")[value], budget: "", page: 0 }), on);
  parts.exact.addEventListener("click", () => on.set({ budget: "", page: 0 }));
  parts.compare.addEventListener("change", () => on.set({ compare: parts.compare.value, page: 0 }));
}

/** @param {any} parts @param {import("./road-model.js").RoadView} view @param {Actions} on */
function show(parts, view, on) {
  const { plan, state } = view;
  const unit = /** @type {import("./road-model.js").Unit} */ (state.unit);
  const { most, step } = scaleOf(plan.works);
  const point = planPoint(plan, unit);
  const points = curveOf(plan.works, unit);
  const exact = state.budget === "";
  const at = exact ? sumOf(plan.works, view.built, "cost_cny") : Math.min(Number(state.budget), most);
  setRange(parts.budget, { max: most, step, value: at });
  parts.budget.setAttribute("aria-valuetext", exact ? `计划：${money(at)}` : money(at));
  parts.exact.setAttribute("aria-pressed", String(exact));
  parts.curve.replaceChildren(curveNode({ points, most, at, plan: point, exact, unit }, (budget) => on.set({ budget: String(Math.round(budget / step) * step), page: 0 })));
  showYears(parts, view);
  const focused = [...parts.units.children].indexOf(document.activeElement);
  parts.units.replaceChildren(...Object.entries(UNITS).map(([name, { label }]) => el("button", { type: "button", "data-unit": name, "aria-pressed": String(name === unit), text: label, onclick: () => on.set({ unit: name }) })));
  if (focused >= 0) parts.units.children[focused].focus();
  showPlans(parts, view);
}

/** @param {any} input @param {{max: number, step: number, value: number}} given */
function setRange(input, { max, step, value }) {
  input.max = String(max);
  input.step = String(step);
  if (Number(input.value) !== value) input.value = String(value);
}

/** @param {any} parts @param {import("./road-model.js").RoadView} view */
function showYears(parts, view) {
  const years = yearsOf(view.plan);
  const { state } = view;
  parts.year.hidden = years.length < 2;
  parts.year.dataset.years = years.join(",");
  const found = years.indexOf(Number(state.year));
  setRange(parts.year, { max: Math.max(0, years.length - 1), step: 1, value: state.year && found >= 0 ? found : years.length - 1 });
  const year = state.year || String(years[years.length - 1] ?? "");
  const row = (view.plan.programme?.years ?? []).find((/** @type {any} */ one) => String(one.year) === year);
  const budget = row && (row.spent_cny > row.budget_cny + 1 ? `${wan(row.budget_cny)}+结转` : `预算 ${wan(row.budget_cny)}`);
  const spent = row ? `，当年 ${wan(row.spent_cny)} / ${budget} 万元` : "";
  const text = state.budget !== "" ? "按预算看，不分年" : `做到 ${year} 年${spent}`;
  parts.year.setAttribute("aria-valuetext", text);
  parts.told.textContent = text;
  parts.years.classList.toggle("off", state.budget !== "");
}

/** @param {any} parts @param {import("./road-model.js").RoadView} view */
function showPlans(parts, view) {
  const older = (view.plan.plans ?? []).slice(1); // the first one is shown
  parts.compare.hidden = !older.length;
  const label = (/** @type {any} */ one) => `对比 ${one.title || "道路计划"}（${String(one.time ?? "").slice(0, 16).replace("T", " ")}）`;
  const options = [el("option", { value: "", text: "不对比" }), ...older.map((/** @type {any} */ one) => el("option", { value: one.revision, text: label(one) }))];
  const keys = options.map((one) => `${one.getAttribute("value")}|${one.textContent}`).join("\n");
  if (parts.compare.dataset.keys !== keys) parts.compare.replaceChildren(...options);
  parts.compare.dataset.keys = keys;
  parts.compare.value = view.state.compare;
}
