// The table of road or move, and the three plans beside each other.

import { el, icon } from "./dom.js";
import { integer, money, percent, wan } from "./format.js";
import { answerMark, groupName, isOpen, shortName } from "./site-words.js";

/** @typedef {import("./choice-model.js").ChoiceView} ChoiceView */

const SMALL_CNY = 500; // less is nothing in 万元
const ANSWER_ORDER = ["road", "move", "none"];
const PLAN_NAMES = { best: "一起决定", all_road: "全部修路", all_move: "能搬的都搬" };
const PLAN_TITLES = { best: "每组修路还是搬迁，一起算出的最省方案", all_road: "不搬任何一组（须搬迁的除外）", all_move: "凡允许搬迁的组都搬" };

/** @param {number|null|undefined} cny */
const wanCell = (cny) => (cny === null || cny === undefined ? "—" : wan(cny));

/** @param {any} words @param {boolean} township whether the township is not known from the area @returns {import("./site-grid.js").GridColumn[]} */
export const choiceColumns = (words, township) => [
  { id: "name", label: "村民组", sort: (row) => groupName(row), cell: (row) => el("span", { title: groupName(row), text: shortName(row, township) }) },
  { id: "answer", label: "答案", rising: true, sort: (row) => ANSWER_ORDER.indexOf(row.answer ?? "none"), cell: (row) => answerCell(row, words) },
  { id: "households", label: "户", number: true, sort: (row) => row.households_count, cell: (row) => integer(row.households_count) },
  { id: "road", label: "修路", title: "把路修到它要多花的钱（万元）：与别的组共用、本来就要修的不算", number: true, sort: (row) => row.road_marginal_cny, cell: (row) => wanCell(row.road_marginal_cny) },
  { id: "move", label: "搬迁", title: "搬迁费用（万元）：已定搬迁的是分摊数，留下的是搬它要多花的", number: true, sort: (row) => row.move_cny, cell: (row) => wanCell(row.move_cny) },
  { id: "limit", label: "临界", title: "修路（左起第一列）超过这个数（万元）就改为搬迁", number: true, sort: (row) => row.break_even_cny, cell: (row) => wanCell(row.break_even_cny) },
  { id: "margin", label: "差额", title: "改答案要多花的钱（万元）：越小越值得再核", number: true, rising: true, sort: (row) => row.margin_cny, cell: (row) => wanCell(row.margin_cny) },
];

/** @param {any} row @param {any} words */
function answerCell(row, words) {
  const mark = answerMark(words, row);
  return el("span", { class: "verdict", title: isOpen(row) ? `${mark.label}，费用变动时可能改变` : mark.label }, icon(mark), mark.label, isOpen(row) ? el("span", { class: "badge", text: "变" }) : null);
}

/** @param {ChoiceView} view @returns {Node[]} */
export function choiceHeadline(view) {
  const { road, move, none } = view.tallies;
  const summary = view.plan.summary ?? {};
  const [best] = view.plans;
  const stable = view.groups.length - view.open;
  const big = el(
    "p",
    { class: "big" },
    el("span", { class: "big-word", text: "修路" }),
    el("strong", { text: integer(road.groups) }),
    el("span", { text: "组" }),
    el("span", { class: "big-word second-word", text: "搬迁" }),
    el("strong", { text: integer(move.groups) }),
    el("span", { text: "组" }),
    none.groups ? el("span", { class: "excluded-word", text: `无法安排 ${integer(none.groups)} 组` }) : null,
    el("span", { class: "spread", text: `${view.state.area ? "全县" : ""}共需 ${money(best.cost)}${gapText(best)} · ${integer(stable)} 组的答案在价格上下 ${integer(Math.round((summary.price_swing ?? 0.2) * 100))}% 内不变` }),
  );
  return [big, facts(view)];
}

/** @param {import("./choice-model.js").Plan3} plan */
const gapText = ({ gap }) => (gap === null ? "" : `（与最省的差距不超过 ${percent(gap)}）`);

/** @param {ChoiceView} view */
function facts(view) {
  const { road, move } = view.tallies;
  const each = (/** @type {any} */ value) => (typeof value === "number" ? `，每户 ${money(value)}` : "");
  const { summary = {} } = view.plan;
  const side = (/** @type {"road"|"move"} */ name) => summary.cost_per_household?.[name] ?? summary[`${name}_cny_per_household`];
  return el("p", { class: "plan-facts" }, el("span", { text: `修路 ${integer(road.households)} 户${each(side("road"))}` }), el("span", { text: `搬迁 ${integer(move.households)} 户 ${integer(move.people)} 人${each(side("move"))}` }));
}

/** The answer and both extremes in one table. @param {ChoiceView} view */
export function plansNode(view) {
  if (view.plans.length < 2) return null;
  const count = (/** @type {number|null} */ value) => (value === null ? "—" : integer(value));
  const rows = view.plans.map((plan) =>
    el(
      "tr",
      { "data-plan": plan.key, class: plan.key === "best" ? "strong" : null },
      el("th", { scope: "row", title: PLAN_TITLES[plan.key], text: PLAN_NAMES[plan.key] }),
      el("td", { class: "number", text: wanCell(plan.cost) }),
      el("td", { class: "number", text: plan.key === "best" ? "—" : moreText(plan.more) }),
      el("td", { class: "number", text: count(plan.road) }),
      el("td", { class: "number", text: count(plan.move) }),
      el("td", { class: "number", text: count(plan.none) }),
    ),
  );
  const head = ["方案（全县）", "万元", "多花", "修路组", "搬迁组", "无法安排"].map((text, index) => el("th", { text, class: index ? "number" : null }));
  return el("table", { class: "costs plan-sums", id: "choice-plans", "aria-label": "三个方案" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows));
}

/** @param {number|null} more */
const moreText = (more) => (more === null ? "—" : `${Math.abs(more) < SMALL_CNY ? "" : more > 0 ? "+" : "−"}${wan(Math.abs(more))}`);
