// Columns of the siting tables: parcels, what rules take, settlements, who goes where. The sheet prints the same.

import { el, icon } from "./dom.js";
import { decimal, fixed, integer, percent, UNKNOWN } from "./format.js";
import { groupName, listOf, muColumn, scoreText, shortName, word } from "./site-words.js";

/** @typedef {import("./site-grid.js").GridColumn} GridColumn
 * @typedef {import("./site-model.js").SiteView} SiteView */

/** Rank, and how far it has moved. @param {SiteView} view @param {any} row */
function rankCell(view, row) {
  const now = view.places.get(row.parcel_code)?.rank ?? null;
  const before = view.before.get(row.parcel_code)?.rank ?? null;
  const step = now !== null && before !== null ? before - now : 0;
  const arrow = step ? el("span", { class: step > 0 ? "rank-up" : "rank-down", title: `计算时第 ${before} 名`, text: `${step > 0 ? "▲" : "▼"}${Math.abs(step)}` }) : null;
  return el("span", { class: "rank" }, el("b", { text: now === null ? "—" : integer(now) }), arrow);
}

/** A colour of the ramp, with the score. @param {string} colour @param {number|null|undefined} score */
function scoreCell(colour, score) {
  const box = el("span", { class: colour ? "score-box" : "score-box hatched", "aria-hidden": "true" });
  if (colour) box.style.backgroundColor = colour;
  return el("span", { class: "score" }, box, scoreText(score));
}

/** @param {SiteView} view @param {{colour: (code: string) => string, toggle: (code: string) => void}} on @param {any} words @returns {GridColumn[]} */
export function parcelColumns(view, on, words) {
  const score = (/** @type {any} */ row) => view.places.get(row.parcel_code)?.score ?? null;
  const chosen = new Set(view.beside.map((row) => row.parcel_code));
  const tick = (/** @type {any} */ row) =>
    el("input", { type: "checkbox", checked: chosen.has(row.parcel_code), "aria-label": `并排比较 ${row.parcel_name}`, onclick: (/** @type {Event} */ event) => event.stopPropagation(), onchange: () => on.toggle(row.parcel_code) });
  return [
    { id: "rank", label: "名次", number: true, rising: true, sort: (row) => view.places.get(row.parcel_code)?.rank ?? null, cell: (row) => rankCell(view, row) },
    { id: "name", label: "地块", sort: (row) => row.parcel_name, cell: (row) => parcelName(row, words) },
    { id: "score", label: "分", title: "各项得分按权重相加（0–100）", number: true, sort: score, cell: (row) => scoreCell(on.colour(String(row.parcel_code)), score(row)) },
    { id: "capacity", label: "可容户", number: true, sort: (row) => row.capacity_households, cell: (row) => integer(row.capacity_households) },
    { id: "area", label: "亩", title: "面积（亩）", number: true, sort: (row) => row.area_m2, cell: (row) => muColumn(row.area_m2) },
    { id: "first", label: "首位", title: "权重在给定范围内变动时，排第一的次数占比", number: true, sort: (row) => view.sure.get(row.parcel_code)?.first_share ?? null, cell: (row) => shareCell(view.sure.get(row.parcel_code)?.first_share) },
    { id: "tick", label: "比", title: "勾选至多四块并排比较", cell: tick },
  ];
}

/** @param {number|null|undefined} share */
const shareCell = (share) => (share === null || share === undefined ? "—" : share > 0 && share < 0.0005 ? "<0.1%" : share === 0 ? "0" : percent(share));

/** @param {any} row @param {any} words */
function parcelName(row, words) {
  const given = row.source === "candidate";
  return el("span", { class: "work-name", title: `${row.parcel_name}（${row.parcel_code}）` }, el("span", { class: "text", text: row.parcel_name ?? row.parcel_code }), given ? el("span", { class: "badge", title: word(words.sources, row.source), text: "备" }) : null);
}

/** @param {string} label @param {number} most share of the longest bar @returns {(row: any) => Node} */
const shareBar = (label, most) => (row) => {
  const bar = el("span", { class: "cost-fill" });
  bar.style.width = `${(((row.share ?? 0) / most) * 100).toFixed(1)}%`;
  return el("span", { class: "cost-bar", role: "img", "aria-label": `${label} ${percent(row.share)}` }, bar);
};

const KM2 = 1e6;
/** @param {number|null|undefined} m2 */
const km2 = (m2) => (m2 === null || m2 === undefined ? UNKNOWN : fixed(m2 / KM2, 2));

/** @param {any[]} rows @returns {GridColumn[]} */
export const landColumns = (rows) => [
  { id: "name", label: "规则", sort: (row) => row.label ?? row.key, cell: (row) => el("span", { title: row.key, text: row.label ?? row.key }) },
  { id: "share", label: "占全县", number: true, sort: (row) => row.share, cell: (row) => (row.judged === false ? el("span", { class: "excluded-word", title: "没有图层或没有启用，没有判断", text: "未判断" }) : percent(row.share)) },
  { id: "bar", label: "", cell: shareBar("占全县", Math.max(1e-9, ...rows.map((row) => row.share ?? 0))) },
  { id: "alone", label: "占地 km²", title: "这条规则单独占的地（km²），规则之间会重叠", number: true, sort: (row) => row.alone_m2, cell: (row) => km2(row.alone_m2) },
  { id: "only", label: "仅此 km²", title: "只被这一条规则占、别的规则都不占的地（km²）：取消它才会多出来的地", number: true, sort: (row) => row.only_m2, cell: (row) => km2(row.only_m2) },
];

/** @param {any} row @param {any} words */
const className = (row, words) => word(words.classes, row.class) || words.classes.unknown;

/** @param {any} words @param {(score: number|null|undefined) => string} colour @returns {GridColumn[]} */
export const settlementColumns = (words, colour) => [
  { id: "name", label: "安置点", sort: (row) => row.settlement_name, cell: (row) => el("span", { title: `${row.settlement_name}（${row.settlement_code}）`, text: row.settlement_name ?? row.settlement_code }) },
  { id: "class", label: "类别", sort: (row) => words.order.classes.indexOf(row.class ?? "unknown"), cell: (row) => el("span", { class: listOf(row.excluded_by).length ? "excluded-word" : null, title: className(row, words), text: className(row, words) }) },
  { id: "score", label: "分", number: true, sort: (row) => row.score, cell: (row) => scoreCell(colour(row.score), row.score) },
  { id: "items", label: "设施", title: "具备 / 应有（另有不明）", number: true, sort: (row) => row.checklist_met ?? null, cell: (row) => itemsText(row) },
  { id: "floor", label: "m²/人", title: "人均住房面积（m²）", number: true, sort: (row) => row.floor_m2_per_person, cell: (row) => decimal(row.floor_m2_per_person, 1) },
  { id: "occupancy", label: "入住率", number: true, sort: (row) => row.occupancy, cell: (row) => (row.occupancy === null || row.occupancy === undefined ? UNKNOWN : percent(row.occupancy)) },
  { id: "hazards", label: "地灾", title: "附近的地质灾害隐患点", number: true, sort: (row) => hazardsOf(row), cell: (row) => (hazardsOf(row) === null ? UNKNOWN : integer(hazardsOf(row))) },
];

/** @param {any} row @returns {number|null} */
export const hazardsOf = (row) => row.hazards_near_count ?? null;

/** How many facilities there are of those that should be. @param {any} row @returns {string} */
export function itemsText(row) {
  const { checklist_met: met = null, checklist_lacking: lacking, checklist_unknown: unknown } = row;
  if (met === null) return UNKNOWN;
  return `${integer(met)}/${integer(met + (lacking ?? 0) + (unknown ?? 0))}`;
}

/** @param {any} words @param {boolean} township whether the township is not known from the area @param {boolean} timed whether any way was timed @returns {GridColumn[]} */
export const moveColumns = (words, township, timed) => [
  { id: "name", label: "村民组", sort: (row) => groupName(row), cell: (row) => el("span", { title: groupName(row), text: shortName(row, township) }) },
  { id: "households", label: "户", number: true, sort: (row) => row.households_count, cell: (row) => integer(row.households_count) },
  { id: "site", label: "去向", sort: (row) => row.site_name ?? row.site_code, cell: (row) => siteCell(row, words) },
  { id: "km", label: "km", title: "直线距离（km）", number: true, sort: (row) => row.distance_m, cell: (row) => kmText(row.distance_m) },
  ...(timed ? [minutes] : []),
];

/** @type {GridColumn} */
const minutes = { id: "minutes", label: "分钟", title: "路上时间（分钟）", number: true, sort: (row) => row.minutes, cell: (row) => (row.minutes === null || row.minutes === undefined ? "—" : integer(row.minutes)) };

/** @param {any} row @param {any} words */
function siteCell(row, words) {
  if (!row.site_code) return el("span", { class: "excluded-word", text: word(words.placement, row.reason) || "未能安置" });
  return el("span", { title: row.site_code, text: row.site_name ?? row.site_code });
}

/** @param {number|null|undefined} m */
const kmText = (m) => (m === null || m === undefined ? "—" : fixed(m / 1e3, 1));

/** @param {any} words @param {any} marks @returns {GridColumn[]} */
export const siteColumns = (words, marks) => [
  { id: "name", label: "地点", sort: (row) => row.site_name, cell: (row) => el("span", { class: "work-name", title: row.site_code }, row.site_kind === "settlement" ? icon(marks.settlement) : null, el("span", { class: "text", text: row.site_name ?? row.site_code })) },
  { id: "groups", label: "组", number: true, sort: (row) => row.groups_count, cell: (row) => integer(row.groups_count) },
  { id: "used", label: "迁入户", number: true, sort: (row) => row.used_households ?? row.households_count, cell: (row) => integer(row.used_households ?? row.households_count) },
  { id: "capacity", label: "可容户", number: true, sort: (row) => row.capacity_households, cell: (row) => integer(row.capacity_households) },
  { id: "fill", label: "占用", number: true, sort: (row) => fillOf(row), cell: (row) => percent(fillOf(row)) },
];

/** @param {any} row */
const fillOf = (row) => (row.capacity_households ? (row.used_households ?? row.households_count ?? 0) / row.capacity_households : null);
