// The levers: budget with its curve, years, what is counted, and the plan to compare with. Made once, so that a slider keeps its grip while the page follows.

import { el } from "./dom.js";
import { integer, money } from "./format.js";
import { curveNode, pointAt } from "./road-curve.js";
import { curveOf, programmed, scaleOf, sumOf, UNITS, yearsOf } from "./road-model.js";

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
    exact: el("button", { type: "button", id: "plan-exact", title: "回到编制时算出的最优方案", text: "计划" }),
    told: el("output", { id: "plan-budget-text", for: "plan-budget" }),
    year: el("input", { type: "range", id: "plan-year", min: "0", step: "1", "aria-label": "年度" }),
    yearTold: el("output", { id: "plan-year-text", for: "plan-year" }),
    units: el("div", { class: "units", role: "group", "aria-label": "统计单位" }),
    compare: el("select", { id: "plan-compare" }),
    yearRow: el("div", { class: "lever" }),
    compareRow: el("label", { class: "compare" }),
  };
  parts.yearRow.append(el("span", { class: "lever-name", text: "年度" }), parts.year, parts.yearTold);
  parts.compareRow.append("对比 ", parts.compare);
  holder.replaceChildren(
    parts.curve,
    el("div", { class: "lever" }, el("span", { class: "lever-name", text: "预算" }), parts.budget, parts.exact),
    el("p", { class: "lever-told" }, parts.told),
    parts.yearRow,
    el("div", { class: "lever-row" }, parts.units, parts.compareRow),
  );
  wire(parts, on);
  return { show: (/** @type {import("./road-model.js").RoadView} */ view) => show(parts, view, on) };
}

/** A grip makes one step for the back button, however far it is moved. @param {HTMLElement} input @param {(value: number) => any} patchOf @param {Actions} on */
function grip(input, patchOf, on) {
  let held = false;
  input.addEventListener("input", () => {
    on.set(patchOf(Number(/** @type {HTMLInputElement} */ (input).value)), { replace: held });
    held = true;
  });
  for (const name of ["pointerdown", "blur", "keydown", "change"]) input.addEventListener(name, () => (held = false));
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
  const at = exact ? (point?.cost ?? 0) : Math.min(Number(state.budget), most);
  setRange(parts.budget, { max: most, step, value: at });
  parts.budget.setAttribute("aria-valuetext", exact ? `计划：${money(at)}` : money(at));
  parts.exact.setAttribute("aria-pressed", String(exact));
  parts.told.textContent = budgetText(exact, at, points, point, unit);
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

/** @param {boolean} exact @param {number} at @param {any[]} points @param {any} point @param {import("./road-model.js").Unit} unit */
function budgetText(exact, at, points, point, unit) {
  const { label } = UNITS[unit];
  if (exact) return point ? `计划（最优方案）：${money(point.cost)}，全县接通 ${integer(point.count)} ${label}` : "计划中没有列入任何工程；拖动滑块看按顺序能做多少";
  const here = pointAt(points, at);
  return `预算 ${money(at)}：按顺序做，用 ${money(here.cost)}，全县接通 ${integer(here.count)} ${label}`;
}

/** @param {any} parts @param {import("./road-model.js").RoadView} view */
function showYears(parts, view) {
  const years = yearsOf(view.plan);
  const { state } = view;
  parts.yearRow.hidden = years.length < 2;
  parts.year.dataset.years = years.join(",");
  const found = years.indexOf(Number(state.year));
  setRange(parts.year, { max: Math.max(0, years.length - 1), step: 1, value: state.year && found >= 0 ? found : years.length - 1 });
  const year = state.year || String(years[years.length - 1] ?? "");
  const row = (view.plan.programme?.years ?? []).find((/** @type {any} */ one) => String(one.year) === year);
  const spent = row ? ` 当年 ${money(row.spent_cny)}（预算 ${money(row.budget_cny)}）` : "";
  const text = state.budget !== "" ? "按预算看时不分年" : `做到 ${year} 年${spent}`;
  parts.year.setAttribute("aria-valuetext", text);
  parts.yearTold.textContent = text;
  parts.yearRow.classList.toggle("off", state.budget !== "");
}

/** @param {any} parts @param {import("./road-model.js").RoadView} view */
function showPlans(parts, view) {
  const older = (view.plan.plans ?? []).filter((/** @type {any} */ one) => one.revision !== view.plan.revision);
  parts.compareRow.hidden = !older.length;
  const label = (/** @type {any} */ one) => `${one.title || "道路计划"}（${String(one.time ?? "").slice(0, 16).replace("T", " ")}）`;
  const options = [el("option", { value: "", text: "不对比" }), ...older.map((/** @type {any} */ one) => el("option", { value: one.revision, text: label(one) }))];
  const keys = options.map((one) => `${one.getAttribute("value")}|${one.textContent}`).join("\n");
  if (parts.compare.dataset.keys !== keys) parts.compare.replaceChildren(...options);
  parts.compare.dataset.keys = keys;
  parts.compare.value = view.state.compare;
}
