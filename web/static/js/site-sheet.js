// The printed siting study: map, weights, then the whole table of the part that is open.

import { byId, el } from "./dom.js";
import { decimal, integer } from "./format.js";
import { fitSheet, repeatFoot, sourceText, today } from "./print.js";
import { sheetGrid, sorted } from "./site-grid.js";
import { tabText } from "./site-headline.js";
import { sum } from "./site-model.js";
import { land } from "./site-words.js";

const TITLES = { "": "可建地块", land: "各条规则占的地", settlements: "现有安置点评估", moves: "谁搬到哪里" };

/** @param {import("./site-model.js").SiteView} view @param {any} words @param {any} county @param {import("./site-grid.js").GridContent} content of the table that is open */
export function prepareSiteSheet(view, words, county, content) {
  const area = view.path.map((step) => step.name).join(" ");
  const set = setText(view.plan);
  const title = TITLES[/** @type {""} */ (view.state.tab)];
  const stale = view.plan.stale ? "（已过期：计算之后数据有改动）" : "";
  byId("sheet-head").replaceChildren(
    el("h1", { text: `${area} 安置点选址：${title}${stale}` }),
    el("p", { class: "sheet-numbers", text: `可建 ${integer(view.parcels.length)} 块 ${land(sum(view.parcels, "area_m2"))}，可容 ${integer(sum(view.parcels, "capacity_households"))} 户。${tabText(view, words)}` }),
    el("p", { text: `规则集 ${set} · ${view.custom ? "自定权重" : "计算时的权重"} · 数据截止 ${county.data_date ?? "未注明"} · 制表 ${today()}` }),
    el("p", { class: "sheet-source", text: sourceText(county) }),
  );
  const columns = content.columns.filter((column) => column.id !== "tick");
  const rows = sorted(content.rows, content.columns, content.sort || content.usual, content.code);
  byId("sheet-body").replaceChildren(el("h2", { text: "权重" }), weights(view), el("h2", { text: title }), sheetGrid(columns, rows));
  repeatFoot(`${area} · 选址 · 规则集 ${set} · 数据截止 ${county.data_date ?? "未注明"}${view.plan.synthetic || county.synthetic ? " · 演示数据" : ""} · 内部使用 · ${byId("approval").textContent ?? ""}`);
  fitSheet();
}

/** @param {any} plan */
export const setText = ({ set }) => (set ? `${set.title ?? ""}（${set.id}@${set.version}）` : "未注明");

/** @param {import("./site-model.js").SiteView} view */
function weights(view) {
  const head = view.criteria.map(({ label }) => el("th", { class: "number", text: label }));
  const cells = view.criteria.map(({ key }) => el("td", { class: "number", text: `${decimal((view.share[key] ?? 0) * 100)}%` }));
  return el("table", { class: "sheet-table" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, el("tr", {}, ...cells)));
}
