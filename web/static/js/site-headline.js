// On top of the siting panel: how much land there is, who finds a place; what is out of date or stands in the way; and what it is for when there is nothing yet.

import { el } from "./dom.js";
import { decimal, integer, percent } from "./format.js";
import { allocationOf, byClass, placement, sum } from "./site-model.js";
import { land, scoreText } from "./site-words.js";

/** @typedef {import("./site-model.js").SiteView} SiteView */

/** @param {SiteView} view @returns {Node[]} */
export function siteHeadline(view) {
  const first = [...view.parcels].sort((a, b) => rankOf(view, a) - rankOf(view, b))[0];
  const place = first ? view.places.get(String(first.parcel_code)) : null;
  const best = first && place?.rank ? `第 ${place.rank} 名：${first.parcel_name} ${scoreText(place.score)} 分` : "没有能排名的地块";
  const big = el(
    "p",
    { class: "big" },
    el("span", { class: "big-word", text: "可建" }),
    el("strong", { text: integer(view.parcels.length) }),
    el("span", { text: "块" }),
    el("strong", { class: "second", text: integer(sum(view.parcels, "capacity_households")) }),
    el("span", { text: "户可容" }),
    el("span", { class: "spread", text: `${land(sum(view.parcels, "area_m2"))} · ${best}` }),
  );
  return [big, facts(view)];
}

/** @param {SiteView} view @param {any} row */
const rankOf = (view, row) => view.places.get(String(row.parcel_code))?.rank ?? Infinity;

/** @param {SiteView} view */
function facts(view) {
  const { placed, open, households, left } = placement(view.moves);
  const sites = new Set(placed.map((row) => row.site_code)).size;
  const told = [`待安置 ${integer(view.moves.length)} 组 ${integer(households + left)} 户`, `分到 ${integer(sites)} 处 ${integer(households)} 户`];
  const texts = view.moves.length ? [...told, ...(open.length ? [`未能安置 ${integer(left)} 户`] : [])] : ["没有待安置的组"];
  return el("p", { class: "plan-facts" }, ...texts.map((text, index) => el("span", { class: index === told.length ? "excluded-word" : null, text })));
}

/** One line above the tables of land, settlements and moves. @param {SiteView} view @param {any} words @returns {string} */
export function tabText(view, words) {
  if (view.state.tab === "land") return landText(view);
  if (view.state.tab === "settlements") return classesText(view, words);
  return view.state.tab === "moves" ? movesText(view.plan) : "";
}

/** @param {SiteView} view */
function landText(view) {
  const worst = [...view.land].sort((a, b) => (b.only_m2 ?? 0) - (a.only_m2 ?? 0))[0];
  const { excluded_m2: taken, total_m2: total } = view.plan.summary?.areas ?? {};
  const all = total ? `各条规则合起来占全县 ${percent(taken / total)}（${land(taken)}）。` : "";
  return worst?.only_m2 ? `${all}最要紧的是“${worst.label}”：只因它一条而不能建的有 ${land(worst.only_m2)}。` : "没有排除规则的统计。";
}

/** Classes of the settlements that stand: the model held against what was built. @param {SiteView} view @param {any} words */
function classesText(view, words) {
  const parts = byClass(view.settlements, words.order.classes).map(({ value, count }) => `${words.classes[value] ?? value} ${integer(count)}`);
  return parts.length ? `现有 ${integer(view.settlements.length)} 处安置点按同一把尺子评：${parts.join(" · ")}。` : "没有安置点图层，或这个范围内没有安置点。";
}

/** @param {any} plan */
function movesText(plan) {
  const told = plan.summary?.allocation ?? {};
  if (!allocationOf(plan).rows.length) return "没有待安置的组：没有组被列为整组搬迁，或没有选出要安置的对象。";
  const gap = typeof told.gap === "number" ? `，与最优的差距不超过 ${percent(told.gap)}` : "";
  return `整组不拆开，按人口和距离分配${gap}。`;
}

/** @param {any} plan @param {(name: string) => string} label @param {(() => void)|null} again @param {string} words of the button @returns {Node|null} */
export function outdatedNode(plan, label, again, words) {
  if (!plan.stale) return null;
  const reasons = (plan.stale_reasons ?? []).map(label).join("、");
  const text = reasons ? `：计算之后有改动（${reasons}）` : "：计算之后数据有改动";
  return el("p", { class: "plan-stale", role: "status" }, el("span", {}, el("b", { text: "结果已过期" }), text), again ? el("button", { type: "button", text: words, onclick: again }) : null);
}

/** What its makers want to be known, in one line that opens. @param {any} plan @returns {Node[]} */
export function notedNodes(plan) {
  const texts = (/** @type {any} */ list) => [...new Set((Array.isArray(list) ? list : []).map((one) => (typeof one === "string" ? one : (one.sentence ?? one.text ?? ""))).filter(Boolean))];
  return [...told("须商量", texts(plan.summary?.conflicts), true), ...told("提示", texts([...(plan.summary?.warnings ?? []), ...(plan.summary?.notes ?? [])]), false)];
}

/** @param {string} title @param {string[]} said @param {boolean} grave @returns {Node[]} */
function told(title, said, grave) {
  if (!said.length) return [];
  const summary = el("summary", {}, el("b", { text: said.length > 1 ? `${title}（${integer(said.length)} 条）` : title }), el("span", { class: "first", text: `：${said[0]}` }));
  return [el("details", { class: `plan-told${grave ? " grave" : ""}` }, summary, el("ul", {}, ...said.map((text) => el("li", { text }))))];
}

/** Nothing computed yet. @param {{title: string, about: string, command: string, button: string, id: string}} text @param {(() => void)|null} start null where nothing can be computed @param {string|null|undefined} sentence of the service */
export function nothingNode(text, start, sentence) {
  const command = el("code", { text: text.command });
  const way = start ? [el("p", {}, el("button", { type: "button", class: "primary", id: text.id, text: text.button, onclick: start })), el("p", { class: "hint" }, "也可在终端运行：", command)] : [el("p", { class: "hint" }, "这里只供查看。请在工作区所在的电脑上运行：", command)];
  return el("div", { class: "plan-empty" }, el("h2", { text: text.title }), el("p", { text: text.about }), sentence ? el("p", { class: "hint", text: sentence }) : null, ...way);
}

/** Shares of the first place, for a sentence. @param {number|null|undefined} share */
export function firstText(share) {
  if (share === null || share === undefined) return "";
  return share ? `权重在给定范围内变动时，${decimal(share * 100)}% 的情形排第一` : "权重在给定范围内怎样变动都不排第一";
}
