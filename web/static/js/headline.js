// The numbers on top of the panel: how many lack it, how many people, how sure.

import { byId, el, icon } from "./dom.js";
import { integer, percent, range } from "./format.js";
import { eligible } from "./model.js";

/** @param {import("./model.js").Model} model @param {any} words the legend table */
export function renderHeadline(model, words) {
  const { totals } = model;
  const nodes = totals ? [bigNumber(totals, words), facts(totals), bar(totals, words)] : [el("p", { class: "empty", text: "这里没有村民组；请先导入村民组图层。" })];
  byId("headline").replaceChildren(...nodes);
}

/** @param {any} totals @param {any} words */
function bigNumber(totals, words) {
  const { groups, households } = totals;
  const lacking = words.mark.lacking;
  const most = (/** @type {any} */ counts) => range(counts.lacking, counts.lacking + counts.unknown);
  const spread = groups.unknown ? el("span", { class: "spread", text: `连同不明：${most(groups)} 组、${most(households)} 户` }) : null;
  return el(
    "p",
    { class: "big" },
    icon(lacking),
    el("span", { class: "big-word", text: lacking.label }),
    el("strong", { text: integer(groups.lacking) }),
    el("span", { text: "组" }),
    el("strong", { class: "second", text: integer(households.lacking) }),
    el("span", { text: "户" }),
    spread,
  );
}

/** @param {any} totals */
function facts(totals) {
  const { groups, people, registered } = totals;
  const cells = [
    ["人口", `${integer(people.lacking)} 人`],
    ["脱贫/监测", `${integer(registered.lacking)} 户`],
    ["不明", `${integer(groups.unknown)} 组`],
    ["上报不符", `${integer(totals.conflict)} 组`],
  ];
  return el("dl", { class: "facts" }, ...cells.flatMap(([name, value]) => [el("div", {}, el("dt", { text: name }), el("dd", { text: value }))]));
}

/** @param {any} totals @param {any} words */
function bar(totals, words) {
  const { groups } = totals;
  const total = eligible(groups);
  const parts = ["met", "lacking", "unknown"].map((name) => {
    const part = el("span", { class: "bar-part", title: `${words.mark[name].label} ${integer(groups[name])} 组` });
    part.style.flexGrow = String(groups[name]);
    part.style.backgroundColor = words.mark[name].colour;
    return part;
  });
  const low = total ? groups.met / total : null;
  const high = total ? (groups.met + groups.unknown) / total : null;
  const unfilled = totals.missing_count ? ` · ${integer(totals.missing_count)} 组未填户数` : "";
  const rate = low !== null && high !== low ? `${percent(low)}–${percent(high)}` : percent(low);
  return el(
    "div",
    { class: "rate" },
    el("div", { class: "bar", role: "img", "aria-label": `达标率 ${rate}` }, ...parts),
    el("span", { class: "rate-text" }, "达标率 ", el("strong", { text: rate }), ` · 应达标 ${integer(total)} 组${unfilled}`),
  );
}
