// The card of a group: what it gets, what both sides cost, when the answer would turn, and how sure it is. And the card of a site that takes groups in.

import { el, icon } from "./dom.js";
import { integer, money, percent } from "./format.js";
import { sidesOf } from "./choice-model.js";
import { comersNode } from "./site-card.js";
import { sum } from "./site-model.js";
import { cardHeader, linkButton, measuresNode, putCard } from "./site-parts.js";
import { answerMark, groupName, isOpen, metres, word } from "./site-words.js";

/** @typedef {{close: () => void, group: (code: string) => void, site: (code: string) => void, parcel: (code: string) => void, gaps: (code: string) => void}} ChoiceActions */

/** @param {any} row @param {import("./choice-model.js").ChoiceView} view @param {any} words @param {ChoiceActions} on */
export function renderChoice(row, view, words, on) {
  const mark = answerMark(words, row);
  const site = row.answer === "move" && row.site_code ? String(row.site_code) : "";
  const name = row.site_name ?? view.siteByCode.get(site)?.site_name ?? site;
  putCard(`choice ${row.group_code}`, [
    cardHeader(groupName(row), `${integer(row.households_count)} 户 · ${integer(row.people_count)} 人 · 脱贫/监测 ${integer(row.registered_households_count)} 户`, on.close),
    el("p", { class: "answer" }, icon(mark), el("strong", { text: site ? "搬迁到 " : mark.label }), site ? linkButton(name, () => on.site(site)) : null),
    el("p", { class: "reason", text: policyText(row, words) }),
    row.escaped ? el("p", { class: "plan-flag", text: "道路须穿过禁止建设的区域，定案前请核实。" }) : null,
    balance(row, words),
    el("p", { class: "reason", text: turnText(row) }),
    el("p", { class: isOpen(row) ? "plan-flag" : "reason", text: sureText(row, view) }),
    measuresNode([
      ["分摊修路", some(row.road_cny)],
      ["留下其他费用", some(row.stay_cny)],
      ["不修它可省", row.answer === "road" ? some(row.road_marginal_cny) : null],
      ["修到它需", row.answer === "road" ? null : some(row.road_marginal_cny)],
      [row.answer === "move" ? "分摊搬迁" : "搬它需", some(row.move_cny)],
      ["到安置地", row.distance_m === null || row.distance_m === undefined ? null : metres(row.distance_m)],
    ]),
    el("p", {}, el("button", { type: "button", text: "看达标依据", onclick: () => on.gaps(String(row.group_code)) })),
  ]);
}

/** @param {number|null|undefined} cny */
const some = (cny) => (cny === null || cny === undefined ? null : money(cny));

/** @param {any} row @param {any} words */
function policyText(row, words) {
  const texts = [row.policy_text ?? word(words.policies, row.policy), row.reason_text ?? word(words.policies, row.reason)].filter(Boolean);
  return texts.length ? `${[...new Set(texts)].join("；")}。` : "";
}

/** Both sides as bars on one scale: what the plan would cost more for either, so that they differ by the margin. @param {any} row @param {any} words */
function balance(row, words) {
  const sides = sidesOf(row);
  const both = [["road", words.answer.road.label, sides.road], ["move", words.answer.move.label, sides.move]];
  const most = Math.max(1, ...both.map(([, , cny]) => Number(cny ?? 0)));
  const bars = both.map(([name, label, cny]) => {
    const fill = el("span", { class: "cost-fill" });
    fill.style.width = `${((Number(cny ?? 0) / most) * 100).toFixed(1)}%`;
    fill.style.backgroundColor = words.answer[/** @type {string} */ (name)].colour;
    return el("tr", { class: row.answer === name ? "strong" : null }, el("th", { scope: "row", text: String(label) }), el("td", {}, el("span", { class: "cost-bar long" }, fill)), el("td", { class: "number", text: cny === null || cny === undefined ? "不能" : money(Number(cny)) }));
  });
  return el("table", { class: "costs balance", "aria-label": "两边的费用" }, el("tbody", {}, ...bars));
}

/** When the answer would turn. @param {any} row @returns {string} */
export function turnText(row) {
  const { limit, margin } = sidesOf(row);
  const turn = limit === null ? "" : row.answer === "move" ? `修到它的路不超过 ${money(limit)} 时改为修路` : `修到它的路超过 ${money(limit)} 时改为搬迁`;
  const apart = margin === null ? "" : `换一个答案要多花 ${money(margin)}`;
  return [turn, apart].filter(Boolean).map((text) => `${text}。`).join("");
}

/** @param {any} row @param {import("./choice-model.js").ChoiceView} view @returns {string} */
function sureText(row, view) {
  const swing = integer(Math.round((view.plan.summary?.price_swing ?? 0.2) * 100));
  const share = typeof row.answers_share === "number" ? `${percent(row.answers_share)} 的变动情形里答案相同` : "";
  if (row.stable === true) return `费用上下变动 ${swing}% 答案都不变。`;
  return row.stable === false ? `费用变动 ${swing}% 以内答案会变${share ? `：${share}` : ""}，定案前请再核。` : "";
}

/** @param {any} site @param {import("./choice-model.js").ChoiceView} view @param {any} words @param {ChoiceActions} on */
export function renderChoiceSite(site, view, words, on) {
  const code = String(site.site_code);
  const comers = view.comers.get(code) ?? [];
  const used = site.used_households ?? sum(comers, "households_count");
  putCard(`site ${code}`, [
    cardHeader(site.site_name ?? code, [code, site.site_kind === "settlement" ? "现有安置点" : "新选地块"].join(" · "), on.close),
    el("p", { class: "answer" }, icon(site.site_kind === "settlement" ? words.marks.settlement : words.marks.placed), el("strong", { text: `迁入 ${integer(comers.length)} 组 ${integer(used)} 户` })),
    measuresNode([
      ["可容", site.capacity_households === null || site.capacity_households === undefined ? null : `${integer(site.capacity_households)} 户`],
      ["占用", site.capacity_households ? percent(used / site.capacity_households) : null],
      ["开设费用", some(site.fixed_cny)],
    ]),
    comersNode(comers, { ...on, settlement: on.site, toggle: () => undefined, ask: () => undefined }),
    site.site_kind === "settlement" ? null : el("p", {}, el("button", { type: "button", text: "看这块地", onclick: () => on.parcel(code) })),
  ]);
}
