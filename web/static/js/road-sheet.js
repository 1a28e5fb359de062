// The printed plan: map, numbers, curve, parameters, years, and the whole table.

import { byId, el } from "./dom.js";
import { decimal, integer, money, percent, wanColumn } from "./format.js";
import { fitSheet, repeatFoot, sourceText, today } from "./print.js";
import { curveNode } from "./road-curve.js";
import { comparisonNode } from "./road-headline.js";
import { planPoint } from "./road-levers.js";
import { curveOf, scaleOf, UNITS } from "./road-model.js";
import { isTowns, sheetTable } from "./road-table.js";
import { termTexts } from "./road-terms.js";
import { scopeText } from "./road-words.js";

/** @param {import("./road-model.js").RoadView} view @param {any} words @param {any} county answer of /county */
export function preparePlanSheet(view, words, county) {
  const area = view.path.map((step) => step.name).join(" ");
  const costs = view.plan.costs ? `${view.plan.costs.title ?? ""}（${view.plan.costs.id}@${view.plan.costs.version}）` : "";
  const stale = view.plan.stale ? "（已过期：编制之后数据有改动）" : "";
  byId("sheet-head").replaceChildren(
    el("h1", { text: `${area} 道路计划${stale}` }),
    el("p", { class: "sheet-numbers", text: numbers(view) }),
    el("p", { text: `${scopeText(view, money(Number(view.state.budget)))} · 造价 ${costs} · 数据截止 ${county.data_date ?? "未注明"} · 制表 ${today()}` }),
    el("p", { class: "sheet-source", text: sourceText(county) }),
  );
  byId("sheet-body").replaceChildren(
    el("div", { class: "sheet-columns" }, el("div", {}, el("h2", { text: "投资与接通" }), curve(view)), el("div", {}, el("h2", { text: "参数" }), parameters(view), el("h2", { text: "分年" }), years(view.plan))),
    ...[comparisonNode(view, words)].filter((node) => node !== null),
    el("h2", { text: isTowns(view.state) ? "按乡镇" : view.comparison ? "两个方案的工程" : "工程表" }),
    sheetTable(view, words),
  );
  repeatFoot(`${area} · 道路计划 · 造价 ${costs} · 数据截止 ${county.data_date ?? "未注明"}${view.plan.synthetic || county.synthetic ? " · 演示数据" : ""} · 内部使用 · ${byId("approval").textContent ?? ""}`);
  fitSheet();
}

/** @param {import("./road-model.js").RoadView} view @returns {string} */
export function numbers(view) {
  const { groups, households, people, registered } = view.totals;
  const all = groups.connected + groups.open;
  return `投资 ${money(view.cost)}，道路 ${decimal(view.km)} km；接通 ${integer(groups.connected)} 组（规划 ${integer(all)} 组的 ${percent(all ? groups.connected / all : null)}）、${integer(households.connected)} 户、${integer(people.connected)} 人（脱贫/监测 ${integer(registered.connected)} 户）；未纳入规划 ${integer(groups.out)} 组。`;
}

/** @param {import("./road-model.js").RoadView} view */
function curve(view) {
  const unit = /** @type {import("./road-model.js").Unit} */ (view.state.unit);
  const plan = planPoint(view.plan, unit);
  const exact = view.state.budget === "";
  return curveNode({ points: curveOf(view.plan.works, unit), most: scaleOf(view.plan.works).most, at: exact ? (plan?.cost ?? 0) : Number(view.state.budget), plan, exact, unit }, () => undefined);
}

/** @param {import("./road-model.js").RoadView} view */
function parameters(view) {
  const work = (/** @type {string} */ code) => view.byCode.get(code)?.work_name ?? code;
  const area = (/** @type {string} */ code) => view.townships.find((one) => one.code === code)?.name ?? code;
  const wide = 20; // longer texts take a line of their own
  const items = termTexts(view.plan, work, area).map(([name, value]) => el("div", { class: value.length > wide ? "wide" : null }, el("dt", { text: name }), el("dd", { text: value })));
  return el("dl", { class: "sheet-terms" }, ...items);
}

/** @param {any} plan */
function years(plan) {
  const rows = plan.programme?.years ?? [];
  const cells = rows.map((/** @type {any} */ one) => el("tr", {}, ...[one.year, wanColumn(one.budget_cny), wanColumn(one.spent_cny), one.left_cny === undefined ? "—" : wanColumn(one.left_cny), integer(one.groups), integer(one.households), integer(one.cumulative_households ?? null)].map((text) => el("td", { class: "number", text: String(text) }))));
  const head = ["年度", "预算（万元）", "投资（万元）", "年末结余（万元）", "接通组", "接通户", "累计户"].map((text) => el("th", { class: "number", text }));
  return el("table", { class: "sheet-table" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...cells));
}
