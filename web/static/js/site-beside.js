// Up to four parcels side by side: the same measures in the same rows, the best of each row told.

import { el } from "./dom.js";
import { decimal, integer, percent, UNKNOWN } from "./format.js";
import { bestOf, sum } from "./site-model.js";
import { putCard } from "./site-parts.js";
import { criterionText, land, scoreText, word } from "./site-words.js";

/** @typedef {{label: string, head?: boolean, best?: Set<string>, cell: (row: any) => string, note?: (row: any) => string}} Line */

/** @param {import("./site-model.js").SiteView} view @param {any} words @param {{close: () => void, parcel: (code: string) => void, toggle: (code: string) => void}} on */
export function renderBeside(view, words, on) {
  const rows = view.beside;
  const heads = rows.map((row) => {
    const code = String(row.parcel_code);
    return el("th", { scope: "col" }, el("button", { type: "button", class: "link", text: row.parcel_name ?? code, title: code, onclick: () => on.parcel(code) }), el("button", { type: "button", class: "drop", "aria-label": `不再比较 ${row.parcel_name}`, title: "不再比较", text: "×", onclick: () => on.toggle(code) }));
  });
  const body = linesOf(view, words).map((line) => lineNode(line, rows));
  const close = el("button", { type: "button", class: "close", "aria-label": "关闭", title: "关闭（Esc）", text: "×", onclick: on.close });
  putCard(
    "beside",
    [
      el("header", {}, el("div", {}, el("h2", { text: `并排比较 ${rows.length} 块` }), el("p", { class: "facts-line", text: `${view.custom ? "按当前滑块的权重" : "按计算时的权重"}；每行最好的加粗` })), close),
      el("table", { class: "costs beside" }, el("thead", {}, el("tr", {}, el("th", {}), ...heads)), el("tbody", {}, ...body)),
    ],
    rows.length > 2 ? "wide" : "wider",
  );
}

/** @param {Line} line @param {any[]} rows */
function lineNode(line, rows) {
  const cells = rows.map((row) => {
    const best = line.best?.has(String(row.parcel_code)) ?? false;
    const note = line.note?.(row) ?? "";
    return el("td", { class: `number${best ? " best" : ""}` }, note ? el("small", { text: note }) : null, line.cell(row));
  });
  return el("tr", { class: line.head ? "strong" : null }, el("th", { scope: "row", text: line.label }), ...cells);
}

/** @param {import("./site-model.js").SiteView} view @param {any} words @returns {Line[]} */
export function linesOf(view, words) {
  const place = (/** @type {any} */ row) => view.places.get(String(row.parcel_code));
  const sure = (/** @type {any} */ row) => view.sure.get(String(row.parcel_code));
  const best = (/** @type {(row: any) => any} */ of) => bestOf(view.beside.map((row) => ({ parcel_code: row.parcel_code, it: of(row) })), "it");
  const some = (/** @type {any} */ value, /** @type {(value: any) => string} */ text) => (value === null || value === undefined ? UNKNOWN : text(value));
  const comers = (/** @type {any} */ row) => view.comers.get(String(row.parcel_code)) ?? [];
  return [
    { label: "名次", head: true, best: best((row) => (place(row)?.rank ? -Number(place(row)?.rank) : null)), cell: (row) => some(place(row)?.rank, (value) => `第 ${integer(value)} 名`) },
    { label: "得分", head: true, best: best((row) => place(row)?.score), cell: (row) => scoreText(place(row)?.score) },
    { label: "排第一的情形", best: best((row) => sure(row)?.first_share), cell: (row) => some(sure(row)?.first_share, percent), note: (row) => (sure(row)?.rank_low ? `名次 ${sure(row)?.rank_low}–${sure(row)?.rank_high}` : "") },
    { label: "TOPSIS 名次", cell: (row) => some(sure(row)?.topsis_rank, (value) => `第 ${integer(value)} 名`) },
    { label: "可容户", best: best((row) => row.capacity_households), cell: (row) => integer(row.capacity_households) },
    { label: "面积", best: best((row) => row.area_m2), cell: (row) => land(row.area_m2) },
    { label: "平均坡度", best: best((row) => (row.slope_mean_deg === null || row.slope_mean_deg === undefined ? null : -row.slope_mean_deg)), cell: (row) => some(row.slope_mean_deg, (value) => `${decimal(value)}°`), note: (row) => (row.slope_p90_deg ? `九成 ≤ ${decimal(row.slope_p90_deg)}°` : "") },
    { label: "耕作半径内", best: best((row) => row.farm_households_count), cell: (row) => some(row.farm_households_count, (value) => `${integer(value)} 户`) },
    { label: "分配来的", cell: (row) => `${integer(sum(comers(row), "households_count"))} 户`, note: (row) => `${comers(row).length} 组` },
    { label: "来源", cell: (row) => word(words.sources, row.source) },
    ...view.criteria.map(({ key, label, ...about }) => ({
      label: `${label} ${decimal((view.share[key] ?? 0) * 100)}%`,
      best: best((row) => row[`${key}_score`]),
      cell: (/** @type {any} */ row) => scoreText(row[`${key}_score`]),
      note: (/** @type {any} */ row) => (row[key] === null || row[key] === undefined ? "" : criterionText(words, row[key], about)),
    })),
  ];
}
