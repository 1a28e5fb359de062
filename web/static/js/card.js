// The evidence card: why this group got its verdict, for the chosen service in full and for the others in one line.

import { byId, el, icon } from "./dom.js";
import { integer, measure } from "./format.js";
import { verdictText } from "./words.js";

const YES_NO = { true: "是", false: "否" };

/** @typedef {{close: () => void, service: (id: string) => void, joint: (at: [number, number]) => void}} Actions */
/** @typedef {{gap_m: number, roads: string, at: [number, number]}} Joint a doubtful joint: how wide, between which roads, lat and lon */

const MOST_JOINTS = 3;

/** @param {any} card answer of /groups/{code} @param {Joint[]} joints doubtful joints that decide its road, the nearest first
 * @param {any} words @param {Actions} on */
export function renderCard(card, joints, words, on) {
  const chosen = card.services.find((/** @type {any} */ one) => one.service === words.service) ?? card.services[0];
  const others = card.services.filter((/** @type {any} */ one) => one !== chosen);
  const node = byId("card");
  node.replaceChildren(title(card.group, on), ...full(chosen, joints, words, on), el("ul", { class: "others" }, ...others.map((/** @type {any} */ one) => short(one, words, on))));
  node.hidden = false;
}

/** @param {string} text a sentence and a way out @param {{close: () => void}} on */
export function renderCardError(text, on) {
  byId("card").replaceChildren(el("header", {}, el("h2", { text: "无法显示" }), closeButton(on)), el("p", { class: "failed", text }));
  byId("card").hidden = false;
}

export function hideCard() {
  byId("card").hidden = true;
}

/** @param {{close: () => void}} on */
const closeButton = (on) => el("button", { type: "button", class: "close", "aria-label": "关闭", title: "关闭（Esc）", text: "×", onclick: on.close });

/** First of several fields that holds something. @param {any} row @param {...string} names */
const pick = (row, ...names) => names.map((name) => row[name]).find((value) => value !== null && value !== undefined && value !== "");

/** @param {any} group @param {any} on */
function title(group, on) {
  const name = pick(group, "group_name", "name") ?? group.code;
  const hamlet = pick(group, "hamlet_name", "hamlet");
  const place = [group.township_name, group.village_name, name].filter(Boolean).join(" ");
  const counts = [
    ["户", pick(group, "households_count", "households")],
    ["人", pick(group, "people_count", "people")],
    ["脱贫/监测户", pick(group, "registered_households_count", "registered")],
  ].map(([unit, value]) => `${integer(/** @type {any} */ (value))} ${unit}`);
  const facts = [hamlet && hamlet !== name ? hamlet : "", ...counts].filter(Boolean).join(" · ");
  return el("header", {}, el("div", {}, el("h2", { text: place }), el("p", { class: "facts-line", text: facts })), closeButton(on));
}

/** @param {any} one @param {Joint[]} joints @param {any} words @param {Actions} on */
function full(one, joints, words, on) {
  const mark = words.mark[one.verdict] ?? words.mark.unknown;
  return [
    el("p", { class: "answer" }, icon(mark), el("strong", { text: `${one.label}：${verdictText(one, words, one.service)}` }), one.near_miss ? el("span", { class: "tag", text: "差一点" }) : null),
    el("p", { class: "reason", text: one.reason_text }),
    joints.length ? gaps(joints, on) : null,
    one.conflict ? el("p", { class: "conflict", text: "上报已通，与依据不符，请核实。" }) : null,
    indicators(one, words),
    el("dl", { class: "sources" }, ...sources(one)),
  ].filter((node) => node !== null);
}

/** Where the road may be broken, to be looked at on the map. @param {Joint[]} joints @param {Actions} on */
function gaps(joints, on) {
  const items = joints.slice(0, MOST_JOINTS).map((joint) =>
    el("li", {}, el("button", { type: "button", text: "看断点", onclick: () => on.joint(joint.at) }), ` 相距 ${measure(joint.gap_m, "m")}，${joint.roads}`),
  );
  const more = joints.length > MOST_JOINTS ? el("li", { text: `另有 ${integer(joints.length - MOST_JOINTS)} 处，见图层“路网断点”` }) : null;
  return el("ul", { class: "gaps", "aria-label": "可能的断点" }, ...items, more);
}

/** @param {any} one */
function sources(one) {
  const asset = one.asset && (one.asset.name || one.asset.code) ? `${one.asset.label ?? ""} ${one.asset.name ?? ""}${one.asset.code ? `（${one.asset.code}）` : ""}` : "";
  const distance = asset && one.asset.distance_m !== null && one.asset.distance_m !== undefined ? `，${measure(one.asset.distance_m, "m")}` : "";
  const reported = one.reported === null || one.reported === undefined ? "未填" : YES_NO[/** @type {"true"} */ (String(one.reported))];
  const pairs = [
    ["最近", asset && `${asset}${distance}`],
    ["规则", [one.rule_text || one.rule, one.standard && !String(one.rule_text).includes(one.standard) ? one.standard : ""].filter(Boolean).join(" · ")],
    ["上报", reported],
    ["数据日期", one.data_date ?? "未注明"],
  ];
  return pairs.filter(([, value]) => value).map(([name, value]) => el("div", {}, el("dt", { text: name }), el("dd", { text: value })));
}

/** What an indicator says by itself: its level where a service has two steps, else whether it is met; 不明 where its two bounds differ.
 * @param {any} row @param {string} service @param {any} words @returns {Array<Node|string>} */
function conclusion(row, service, words) {
  if (row.level_low !== row.level_high) return [icon(words.mark.unknown), words.mark.unknown.label];
  if (service === "safe_water") return [words.levels[service][row.level_low] ?? ""];
  const mark = row.level_low === "met" || row.level_low === "standard" ? words.mark.met : words.mark.lacking;
  return [icon(mark), mark.label];
}

/** @param {any} one @param {any} words */
function indicators(one, words) {
  const rows = one.indicators ?? [];
  if (rows.length < 2) return null;
  const cells = rows.map((/** @type {any} */ row) => {
    return el(
      "tr",
      {},
      el("th", { scope: "row", text: row.label ?? row.indicator }),
      el("td", { class: "number", text: measure(row.value, row.unit) }),
      el("td", { class: "number", text: row.threshold === null || row.threshold === undefined ? "—" : measure(row.threshold, row.unit) }),
      el("td", {}, ...conclusion(row, one.service, words)),
    );
  });
  const head = ["指标", "实测", "标准", "结论"].map((text, index) => el("th", { text, class: index === 1 || index === 2 ? "number" : null }));
  return el("table", { class: "indicators" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...cells));
}

/** @param {any} one @param {any} words @param {any} on */
function short(one, words, on) {
  const mark = words.mark[one.verdict] ?? words.mark.unknown;
  const text = `${one.label} ${verdictText(one, words, one.service)}`;
  return el("li", {}, el("button", { type: "button", title: one.reason_text, onclick: () => on.service(one.service) }, icon(mark), text));
}
