// The sheet: what is on paper equals what is on screen. Title, filter, map, legend with counts, the whole table, standard and dates.

import { byId, el } from "./dom.js";
import { integer, range } from "./format.js";
import { eligible } from "./model.js";
import { filterText } from "./words.js";
import { fullTable, LEVEL_WORDS } from "./table.js";

const SHEET_WIDTH_PX = 1046; // A4 landscape less 10 mm on each side, at 96 dpi
const LEGEND_PX = 178;
const MAP_HEIGHT_PX = 602;

/** Build the sheet from the model; called before every print. @param {import("./model.js").Model} model @param {any} words */
export function prepareSheet(model, words) {
  const area = model.path.map((step) => step.name).join(" ");
  byId("sheet-head").replaceChildren(
    el("h1", { text: `${area} ${words.label} 对标图` }),
    el("p", { class: "sheet-numbers", text: numbers(model.totals) }),
    el("p", { text: `${filterText(model, words)} · 标准 ${words.standard} · 数据截止 ${model.county.data_date ?? "未注明"} · 制表 ${today()}` }),
    el("p", { class: "sheet-source", text: sourceText(model.county) }),
  );
  const unit = LEVEL_WORDS[/** @type {"group"} */ (model.level)];
  byId("sheet-body").replaceChildren(el("h2", { text: `${words.label}对标表（按${unit}）` }), fullTable(model, words));
  repeatFoot(`${area} · ${words.label} · 标准 ${words.standard} · 数据截止 ${model.county.data_date ?? "未注明"}${model.county.synthetic ? " · 演示数据" : ""} · 内部使用 · ${approval()}`);
  fitSheet();
}

/** Scale the map to the sheet, with the legend beside it. */
export function fitSheet() {
  const map = byId("stage").getBoundingClientRect();
  const scale = Math.min((SHEET_WIDTH_PX - LEGEND_PX) / map.width, MAP_HEIGHT_PX / map.height);
  const style = document.documentElement.style;
  style.setProperty("--sheet-zoom", scale.toFixed(4));
  style.setProperty("--map-width", `${Math.round(map.width)}px`);
  style.setProperty("--map-height", `${Math.round(map.height)}px`);
}

/** Where the map comes from, as it must stand on it. @param {any} county answer of /county @returns {string} */
export function sourceText(county) {
  const invented = county.synthetic ? "演示数据，全部为虚构 · " : "";
  return `${invented}${byId("base-source").textContent} · 界线为示意，不作划界依据 · ${approval()}`;
}

/** The slot of the map's approval number. @returns {string} */
const approval = () => byId("approval").textContent ?? "";

const foot = new CSSStyleSheet();

/** A line at the foot of every page, with its number; browsers that cannot do this print the footer once, at the end. @param {string} text */
export function repeatFoot(text) {
  const quoted = JSON.stringify(text).replaceAll("<", "\\3c ");
  foot.replaceSync(`@page { @bottom-left { content: ${quoted}; font-size: 9px; } @bottom-right { content: counter(page) " / " counter(pages); font-size: 9px; } }`);
  if (!document.adoptedStyleSheets.includes(foot)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, foot];
}

/** The numbers of the panel in one line. @param {import("./api.js").AreaRow|null} totals @returns {string} */
function numbers(totals) {
  if (!totals) return "";
  const { groups, households, people, registered } = totals;
  const lacking = `未达标 ${integer(groups.lacking)} 组、${integer(households.lacking)} 户、${integer(people.lacking)} 人（脱贫/监测 ${integer(registered.lacking)} 户）`;
  const most = (/** @type {any} */ counts) => range(counts.lacking, counts.lacking + counts.unknown);
  const sure = groups.unknown ? `；不明 ${integer(groups.unknown)} 组，连同不明未达标为 ${most(groups)} 组、${most(households)} 户` : "";
  return `${lacking}${sure}；应达标 ${integer(eligible(groups))} 组，已达标 ${integer(groups.met)} 组。`;
}

/** The local date, as ISO. @returns {string} */
export function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}
