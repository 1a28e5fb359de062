// The numbers on top of the plan: how many are connected, for how much; what is out of date; and the sums of two plans beside each other.

import { el, icon, strokesSample } from "./dom.js";
import { decimal, fixed, integer, money, percent, wan } from "./format.js";
import { UNITS } from "./road-model.js";
import { warningsOf } from "./road-terms.js";
import { scopeText } from "./road-words.js";

/** @typedef {import("./road-model.js").RoadView} RoadView */

/** @param {RoadView} view @param {any} words @returns {Node[]} */
export function headlineNodes(view, words) {
  const { connected, open, out } = view.totals.groups;
  const all = connected + open;
  const budget = money(Number(view.state.budget));
  const big = el(
    "p",
    { class: "big" },
    icon(words.group.connected),
    el("span", { class: "big-word", text: "接通" }),
    el("strong", { text: integer(connected) }),
    el("span", { text: `组` }),
    el("strong", { class: "second", text: money(view.cost).split(" ")[0] }),
    el("span", { text: money(view.cost).split(" ")[1] ?? "" }),
    el("span", { class: "spread", text: `${scopeText(view, budget)} · 规划 ${integer(all)} 组${out ? `，另有 ${integer(out)} 组未纳入` : ""}` }),
  );
  return [big, facts(view), bar(view, words)];
}

/** @param {RoadView} view */
function facts(view) {
  const { households, people, registered } = view.totals;
  const texts = [`${integer(households.connected)} 户`, `${integer(people.connected)} 人`, `脱贫/监测 ${integer(registered.connected)} 户`, `道路 ${decimal(view.km)} km`];
  return el("p", { class: "plan-facts" }, ...texts.map((text) => el("span", { text })));
}

/** @param {RoadView} view @param {any} words */
function bar(view, words) {
  const unit = /** @type {import("./road-model.js").Unit} */ (view.state.unit);
  const tally = view.totals[unit];
  const parts = ["connected", "open"].map((name) => {
    const count = tally[/** @type {"open"} */ (name)];
    const part = el("span", { class: "bar-part", title: `${words.group[name].label} ${integer(count)} ${UNITS[unit].label}` });
    part.style.flexGrow = String(count);
    part.style.backgroundColor = words.group[name].colour;
    return part;
  });
  const all = tally.connected + tally.open;
  const rate = percent(all ? tally.connected / all : null);
  const unfilled = view.groups.filter((group) => group.work_code && (group[UNITS[unit].field] ?? (unit === "groups" ? 1 : null)) === null).length;
  return el(
    "div",
    { class: "rate" },
    el("div", { class: "bar", role: "img", "aria-label": `接通率 ${rate}` }, ...parts),
    el("span", { class: "rate-text" }, "接通率 ", el("strong", { text: rate }), ` · ${integer(tally.connected)} / ${integer(all)} ${UNITS[unit].label}${unfilled ? ` · ${integer(unfilled)} 组未填` : ""}`),
  );
}

/** Sums of what only one plan builds, of what both do, and of each plan. @param {RoadView} view @param {any} words @returns {HTMLElement|null} */
export function comparisonNode(view, words) {
  if (!view.comparison) return null;
  const { sums, moved } = view.comparison;
  const unit = UNITS[/** @type {import("./road-model.js").Unit} */ (view.state.unit)].label;
  const cells = (/** @type {any} */ one) => [integer(one.works), fixed(one.km, 1), wan(one.cost), integer(one.count)].map((text) => el("td", { class: "number", text }));
  const rows = /** @type {const} */ (["a", "both", "b"]).map((side) => {
    const other = side === "both" && moved ? `（${integer(moved)} 项年度不同）` : "";
    return el("tr", { "data-side": side }, el("th", { scope: "row" }, strokesSample(words.side[side].strokes), ` ${words.side[side].label}${other}`), ...cells(sums[side]));
  });
  const total = (/** @type {string} */ name, /** @type {"a"|"b"} */ side) => el("tr", { "data-total": side }, el("th", { scope: "row", text: name }), ...cells(added(sums[side], sums.both)));
  const head = ["方案", "项", "km", "万元", unit].map((text, index) => el("th", { text, class: index ? "number" : null }));
  return el("table", { class: "costs plan-sums", "aria-label": "两个方案的合计" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows), el("tfoot", {}, total("本方案合计", "a"), total("对比方案合计", "b")));
}

/** @param {Record<string, number>} a @param {Record<string, number>} b */
const added = (a, b) => Object.fromEntries(Object.keys(a).map((name) => [name, a[name] + b[name]]));

/** Reasons in the county's words. @param {any} plan @param {(name: string) => string} label @param {(() => void)|null} again @returns {Node|null} */
export function staleNode(plan, label, again) {
  if (!plan.stale) return null;
  const reasons = (plan.stale_reasons ?? []).map(label).join("、");
  const text = reasons ? `：编制之后有改动（${reasons}）` : "：编制之后数据有改动";
  return el("p", { class: "plan-stale", role: "status" }, el("span", {}, el("b", { text: "结果已过期" }), text), again ? el("button", { type: "button", text: "重新编制", onclick: again }) : null);
}

/** @param {any} plan @returns {Node[]} one line each until it is opened, so that the table keeps its place */
export function warningNodes(plan) {
  return warningsOf(plan).map(({ title, said, grave }) => {
    const count = said.length > 1 ? `（${integer(said.length)} 条）` : "";
    const summary = el("summary", {}, el("b", { text: `${title}${count}` }), said.length ? el("span", { class: "first", text: `：${said[0]}` }) : null);
    return el("details", { class: `plan-told${grave ? " grave" : ""}` }, summary, el("ul", {}, ...said.map((text) => el("li", { text }))));
  });
}

/** Nothing planned yet: what it is for and how to get one.
 * @param {(() => void)|null} start null where nothing can be computed @param {string|null|undefined} sentence of the service @returns {Node} */
export function emptyNode(start, sentence) {
  const command = el("code", { text: "zutong roads 工作区文件夹 --budget 3000万" });
  const way = start ? [el("p", {}, el("button", { type: "button", class: "primary", id: "plan-start", text: "编制道路计划", onclick: start })), el("p", { class: "hint" }, "也可在终端运行：", command)] : [el("p", { class: "hint" }, "这里只供查看。请在工作区所在的电脑上编制：", command)];
  return el("div", { class: "plan-empty" }, el("h2", { text: "还没有道路计划" }), el("p", { text: "道路计划回答：哪些路能把没有硬化路的组接上，走哪里，花多少，先修哪条。" }), sentence ? el("p", { class: "hint", text: sentence }) : null, ...way);
}
