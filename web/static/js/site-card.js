// Cards of the siting panel: why a place is taken or how it scores, a parcel, a group that is to be settled.

import { el, icon } from "./dom.js";
import { decimal, integer, money, percent } from "./format.js";
import { firstText } from "./site-headline.js";
import { contributions, parcelParts, sum } from "./site-model.js";
import { cardHeader, linkButton, measuresNode, partsTable, putCard } from "./site-parts.js";
import { groupName, land, limitText, listOf, metres, scoreText, valueText, word } from "./site-words.js";

/** @typedef {import("./site-model.js").SiteView} SiteView
 * @typedef {object} CardActions
 * @property {() => void} close @property {(code: string) => void} parcel @property {(code: string) => void} settlement @property {(code: string) => void} group
 * @property {(code: string) => void} toggle put beside or take away @property {(at: [number, number]) => void} ask why is this place so */

const MOST_COMERS = 8;

/** A place on the map. @param {any} answer of /plans/sites/at @param {[number, number]} at lon, lat @param {string} where @param {SiteView} view @param {any} words @param {CardActions} on */
export function renderPlace(answer, at, where, view, words, on) {
  const { excluded = [], unknown = [] } = answer;
  const told = new Map((answer.criteria ?? []).map((/** @type {any} */ one) => [one.key, one]));
  const parts = contributions(view.criteria, view.share, (key) => told.get(key) ?? { value: null, score: null, words: "" });
  const total = view.custom ? totalOf(parts) : (answer.score ?? null);
  const title = excluded.length ? "此处不能建" : total === null ? "此处评分不明" : `此处 ${scoreText(total)} 分`;
  const parcel = answer.parcel_code ? view.byCode.get(String(answer.parcel_code)) : null;
  putCard(`at ${at.join()}`, [
    cardHeader(title, [where, `${at[0].toFixed(5)}, ${at[1].toFixed(5)}`].filter(Boolean).join(" · "), on.close),
    excluded.length ? rulesTable(excluded, words) : null,
    excluded.length || total === null ? null : el("p", { class: "answer" }, el("strong", { text: view.custom ? "可以建，按当前权重" : `可以建 · ${word(words.classes, answer.suitability)}` })),
    unknown.length ? el("p", { class: "plan-flag", text: `无法判断：${unknown.map(labelOf).join("、")}（缺图层或缺值，不当作可建的依据）` }) : null,
    parcel ? el("p", {}, "属于地块 ", linkButton(parcel.parcel_name, () => on.parcel(String(parcel.parcel_code)))) : null,
    el("h3", { text: excluded.length ? "若不被排除，各项得分" : "各项得分" }),
    partsTable(parts, words),
  ]);
}

/** The score of a place under the weights; null where one that counts is not known. @param {any[]} parts @returns {number|null} */
const totalOf = (parts) => (parts.some((part) => part.share > 0 && part.points === null) ? null : parts.reduce((all, part) => all + (part.points ?? 0), 0));

/** @param {any} one a sentence, or what has a label */
const labelOf = (one) => (typeof one === "string" ? one : (one.label ?? one.key));

/** Which rules take a place: what was found there and what would be allowed. @param {any[]} rules @param {any} words */
export function rulesTable(rules, words) {
  const rows = rules.map((rule) =>
    el("tr", {}, el("th", { scope: "row", text: rule.label ?? rule.key }), el("td", { text: [assetText(rule.asset), rule.value === null || rule.value === undefined ? "" : valueText(words, rule.value, rule.unit)].filter(Boolean).join(" ") || "落在其内" }), el("td", { class: "number", text: limitText(words, rule) || "不得占用" })),
  );
  const head = ["排除它的规则", "此处", "要求"].map((text, index) => el("th", { text, class: index === 2 ? "number" : null }));
  return el("table", { class: "costs rules" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows));
}

/** @param {any} asset what it was measured against */
const assetText = (asset) => (typeof asset === "string" ? asset : asset ? [asset.name, asset.code && `（${asset.code}）`].filter(Boolean).join("") : "");

/** @param {any} row @param {SiteView} view @param {any} words @param {CardActions} on */
export function renderParcel(row, view, words, on) {
  const code = String(row.parcel_code);
  const chosen = view.beside.includes(row);
  const comers = view.comers.get(code) ?? [];
  putCard(`parcel ${code}`, [
    cardHeader(row.parcel_name ?? code, `${code} · ${word(words.sources, row.source)} · ${[row.township_name, row.village_name].filter(Boolean).join(" ")}`, on.close),
    standingNode(view, code, row, words),
    el("p", { class: "card-actions" }, el("button", { type: "button", "aria-pressed": String(chosen), text: chosen ? "已在并排比较中" : "加入并排比较", onclick: () => on.toggle(code) }), typeof row.lon === "number" ? el("button", { type: "button", text: "中心点的依据", onclick: () => on.ask([row.lon, row.lat]) }) : null),
    parcelMeasures(row),
    el("h3", { text: "各项得分" }),
    partsTable(parcelParts(view, row), words),
    el("h3", { text: comers.length ? `迁来 ${integer(comers.length)} 组 ${integer(sum(comers, "households_count"))} 户` : "迁来的组" }),
    comersNode(comers, on),
  ]);
}

/** Rank, score, and how sure that is. @param {SiteView} view @param {string} code @param {any} row @param {any} words */
function standingNode(view, code, row, words) {
  const place = view.places.get(code);
  const sure = view.sure.get(code);
  const rank = place?.rank ? `第 ${place.rank} 名 · ${scoreText(place.score)} 分` : unrankedText(view, row, sure);
  const kind = view.custom || !row.class || !place?.rank ? "" : ` · ${word(words.classes, row.class)}`;
  const span = sure?.rank_low && sure.rank_high ? `名次 ${integer(sure.rank_low)}–${integer(sure.rank_high)}（九成情形）` : "";
  const other = sure?.topsis_rank ? `TOPSIS 法第 ${integer(sure.topsis_rank)} 名` : "";
  const lines = [[firstText(sure?.first_share), span].filter(Boolean).join("；"), [other, changeText(view, sure?.change)].filter(Boolean).join("；")].filter(Boolean);
  return el("div", {}, el("p", { class: "answer" }, el("strong", { text: `${rank}${kind}` })), ...lines.map((text) => el("p", { class: "reason", text: `${text}。` })));
}

/** Why a parcel has no rank. @param {SiteView} view @param {any} row @param {import("./site-model.js").Sure|undefined} sure @returns {string} */
export function unrankedText(view, row, sure) {
  const labels = (/** @type {{key: string, label: string}[]} */ rows) => Object.fromEntries(rows.map(({ key, label }) => [key, label]));
  if (row.class === "excluded") return `不排名：全部在禁止建设的范围内（${codesText(row.excluded_by, labels(/** @type {any[]} */ (view.land))) || "规则不明"}）`;
  if (!Object.values(view.share).some((one) => one > 0)) return "不排名：权重全为 0";
  const unknown = view.criteria.filter(({ key }) => view.share[key] > 0 && (row[`${key}_score`] === null || row[`${key}_score`] === undefined));
  const between = typeof sure?.low === "number" && typeof sure.high === "number" ? `，得分在 ${scoreText(sure.low)} 与 ${scoreText(sure.high)} 之间` : "";
  return `不排名：${unknown.map(({ label }) => label).join("、")}不明${between}`;
}

/** What would have to change for this one to be the first. @param {SiteView} view @param {import("./site-model.js").Sure["change"]|undefined} change @returns {string} */
export function changeText(view, change) {
  if (!change || change.from === change.to) return "";
  const name = view.criteria.find((one) => one.key === change.criterion)?.label ?? change.criterion;
  return `“${name}”的权重由 ${decimal(change.from * 100)}% 改为 ${decimal(change.to * 100)}%（其余按比例）即排第一`;
}

/** @param {any} row */
function parcelMeasures(row) {
  const people = row.capacity_people === null || row.capacity_people === undefined ? "" : `（${integer(row.capacity_people)} 人）`;
  return measuresNode([
    ["可容", `${integer(row.capacity_households)} 户${people}`],
    ["面积", land(row.area_m2)],
    ["可建占比", row.buildable_share === null || row.buildable_share === undefined ? null : percent(row.buildable_share)],
    ["压占禁建", row.excluded_share ? percent(row.excluded_share) : null],
    ["平均坡度", row.slope_mean_deg === null || row.slope_mean_deg === undefined ? null : `${decimal(row.slope_mean_deg)}°`],
    ["九成不超过", row.slope_p90_deg === null || row.slope_p90_deg === undefined ? null : `${decimal(row.slope_p90_deg)}°`],
    ["高程", row.elevation_m === null || row.elevation_m === undefined ? null : `${integer(row.elevation_m)} m`],
    ["紧凑度", row.compactness === null || row.compactness === undefined ? null : decimal(row.compactness, 2)],
    ["耕作半径内", row.farm_groups_count === null || row.farm_groups_count === undefined ? null : `${integer(row.farm_groups_count)} 组 ${integer(row.farm_households_count)} 户`],
    ["平均分（栅格）", row.score_mean === null || row.score_mean === undefined ? null : scoreText(row.score_mean)],
  ]);
}

/** @param {any[]} comers @param {CardActions} on */
export function comersNode(comers, on) {
  if (!comers.length) return el("p", { class: "reason", text: "分配方案没有把组安排到这里。" });
  const item = (/** @type {any} */ row) => el("li", {}, linkButton(groupName(row), () => on.group(String(row.group_code))), ` ${integer(row.households_count)} 户，${row.distance_m === null || row.distance_m === undefined ? "距离不明" : metres(row.distance_m)}`);
  const all = [...comers].sort((a, b) => (b.households_count ?? 0) - (a.households_count ?? 0));
  const rest = all.slice(MOST_COMERS);
  const more = rest.length ? el("details", { class: "more" }, el("summary", { text: `其余 ${integer(rest.length)} 组` }), el("ul", { class: "served" }, ...rest.map(item))) : null;
  return el("div", {}, el("ul", { class: "served" }, ...all.slice(0, MOST_COMERS).map(item)), more);
}

/** A group of the allocation. @param {any} row @param {SiteView} view @param {any} words @param {CardActions} on */
export function renderMove(row, view, words, on) {
  const site = row.site_code ? String(row.site_code) : "";
  const go = () => (view.settlementByCode.has(site) && !view.byCode.has(site) ? on.settlement(site) : on.parcel(site));
  const mark = site ? words.marks.placed : words.marks.group;
  putCard(`group ${row.group_code}`, [
    cardHeader(groupName(row), `${integer(row.households_count)} 户 · ${integer(row.people_count)} 人 · 脱贫/监测 ${integer(row.registered_households_count)} 户`, on.close),
    el("p", { class: "answer" }, icon(mark), el("strong", {}, site ? "迁往 " : word(words.placement, row.reason) || "未能安置"), site ? linkButton(row.site_name ?? site, go) : null),
    measuresNode([
      ["距离", row.distance_m === null || row.distance_m === undefined ? null : metres(row.distance_m)],
      ["路上", row.minutes === null || row.minutes === undefined ? null : `${integer(row.minutes)} 分钟`],
      ["同乡镇", row.same_township === null || row.same_township === undefined ? null : row.same_township ? "是" : "否"],
      ["搬迁费用", row.cost_cny === null || row.cost_cny === undefined ? null : money(row.cost_cny)],
    ]),
    site ? null : el("p", { class: "reason", text: "这个组没有分到地点；放宽耕作距离、增加地块或容量后重新选址。" }),
  ]);
}

/** What makes one of the named things dearer to read: codes in words. @param {any} value @param {Record<string, string>} table @returns {string} */
export const codesText = (value, table) => listOf(value).map((code) => word(table, code)).join("、");
