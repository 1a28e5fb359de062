// The card of a work: where it climbs, what it costs, whom it serves, what hangs on what. And the card of a group: which works connect it.

import { byId, el, icon, strokesSample } from "./dom.js";
import { decimal, integer, money, percent, wanColumn } from "./format.js";
import { pathDown, standing } from "./road-model.js";
import { profileNode } from "./road-profile.js";
import { kindLabel, reasonText } from "./road-words.js";

/** @typedef {{close: () => void, work: (code: string) => void, group: (code: string) => void, gaps: (code: string) => void, decide: ((code: string, decision: string) => void)|null, decision: (code: string) => string}} Actions */

const DECISIONS = [["may", "由计划选择"], ["must", "必做"], ["must_not", "不做"]];

/** @param {string} title @param {string} facts @param {Actions} on */
const header = (title, facts, on) =>
  el("header", {}, el("div", {}, el("h2", { text: title }), el("p", { class: "facts-line", text: facts })), el("button", { type: "button", class: "close", "aria-label": "关闭", title: "关闭（Esc）", text: "×", onclick: on.close }));

/** @param {Array<Node|null>} nodes */
function put(nodes) {
  const card = byId("card");
  const same = !card.hidden;
  card.replaceChildren(.../** @type {Node[]} */ (nodes.filter((node) => node !== null)));
  card.hidden = false;
  if (!same) card.scrollTop = 0;
}

/** The pairs that hold something. @param {Array<[string, string|null]>} pairs */
const measures = (pairs) => el("dl", { class: "measures" }, ...pairs.filter(([, value]) => value !== null).map(([name, value]) => el("div", {}, el("dt", { text: name }), el("dd", { text: value }))));

/** @param {number|null|undefined} value @param {number} digits @param {string} unit @returns {string|null} */
const some = (value, digits, unit) => (value === null || value === undefined ? null : `${decimal(value, digits)} ${unit}`);

/** @param {number|null|undefined} value @param {number} digits @param {string} unit @returns {string|null} null for nothing too */
const more = (value, digits, unit) => (value ? some(value, digits, unit) : null);

/** @param {any} answer of /plans/roads/works/{code} @param {import("./road-model.js").RoadView} view @param {any} words @param {Actions} on */
export function renderWork(answer, view, words, on) {
  const { work } = answer;
  const built = view.built.has(work.work_code);
  const place = [work.township_name, work.village_name].filter(Boolean).join(" ");
  put([
    header(work.work_name, `${place} · ${work.work_code} · ${kindLabel(words, work.kind)}`, on),
    status(work, built, view, words),
    on.decide ? decision(work, on) : null,
    plain(work),
    el("h3", { text: "纵断面" }),
    answer.profile ? profileNode(answer.profile, words) : el("p", { class: "reason", text: "这项工程没有纵断面。" }),
    el("h3", { text: `投资 ${money(work.cost_cny)}` }),
    costs(answer.parts ?? []),
    el("h3", { text: "受益组" }),
    served(answer.groups ?? [], work, on),
    el("h3", { text: "依赖" }),
    dependence(answer, view, on),
    sections(answer.sections ?? [], words),
    el("p", { class: "source-line", text: sourcesText(answer.sources) }),
  ]);
}

/** @param {any} work @param {boolean} built @param {import("./road-model.js").RoadView} view @param {any} words */
function status(work, built, view, words) {
  const line = built ? (words.kind[work.kind] ?? words.kind.new) : words.unbuilt;
  const planned = work.year ? `计划 ${work.year} 年建设` : work.next_in_line ? `计划外，候补第 ${work.next_in_line} 位` : "计划外";
  const shown = view.state.budget === "" ? "" : built ? "；在所选预算之内" : "；在所选预算之外";
  const stable = work.stability === null || work.stability === undefined ? "" : `，价格与权重变动时入选 ${percent(work.stability)}`;
  const flagged = work.flagged_km > 0 ? el("p", { class: "plan-flag" }, strokesSample(words.flagged.strokes), ` ${decimal(work.flagged_km, 2)} km 需勘测或展线，投资已按展线后长度计`) : null;
  return el("div", {}, el("p", { class: "answer" }, strokesSample(line.strokes), el("strong", { text: `${planned}${shown}${stable}` })), flagged);
}

/** @param {any} work @param {Actions} on */
function decision(work, on) {
  const chosen = on.decision(work.work_code);
  const buttons = DECISIONS.map(([value, text]) => el("button", { type: "button", "aria-pressed": String(value === chosen), text, onclick: () => on.decide?.(work.work_code, value) }));
  return el("div", { class: "decide", role: "group", "aria-label": "重新编制时" }, el("span", { text: "重新编制时" }), ...buttons);
}

/** @param {any} work */
function plain(work) {
  const [each, below] = [work.cost_per_household_cny, work.downstream_households_count];
  return measures([
    ["长度", `${decimal(work.length_km, 2)} km`],
    ["新建", more(work.new_km, 2, "km")],
    ["硬化现有路", more(work.upgrade_km, 2, "km")],
    ["展线后长度", work.developed_km > work.length_km * 1.005 ? some(work.developed_km, 2, "km") : null],
    ["每户投资", each === null || each === undefined ? null : `${money(each)}`],
    ["依靠它的", `${integer(work.downstream_groups_count)} 组 ${integer(below)} 户`],
    ["缩短到乡镇", more(work.detour_saved_min, 0, "分钟")],
    ["最大纵坡", work.grade_max === null || work.grade_max === undefined ? null : percent(work.grade_max)],
    ["陡坡占比", work.grade_warn_share === null || work.grade_warn_share === undefined ? null : percent(work.grade_warn_share)],
    ["超限坡占比", work.grade_limit_share ? percent(work.grade_limit_share) : null],
    ["平均横坡", work.cross_slope_mean === null || work.cross_slope_mean === undefined ? null : percent(work.cross_slope_mean)],
    ["挖 / 填方", work.cut_m3 || work.fill_m3 ? `${integer(work.cut_m3)} / ${integer(work.fill_m3)} m³` : null],
    ["跨河", more(work.crossings_count, 0, "处")],
    ["地灾隐患", more(work.hazards_count, 0, "处")],
    ["占生态红线", more(work.redline_m, 0, "m")],
    ["占基本农田", more(work.farmland_m, 0, "m")],
  ]);
}

/** @param {{label: string, cny: number}[]} parts */
function costs(parts) {
  const total = parts.reduce((sum, part) => sum + (part.cny ?? 0), 0);
  const rows = parts.filter((part) => part.cny).map((part) => {
    const fill = el("span", { class: "cost-fill" });
    fill.style.width = `${((part.cny / total) * 100).toFixed(1)}%`;
    return el("tr", {}, el("th", { scope: "row", text: part.label }), el("td", {}, el("span", { class: "cost-bar" }, fill)), el("td", { class: "number", text: wanColumn(part.cny) }), el("td", { class: "number", text: percent(part.cny / total) }));
  });
  return rows.length ? el("table", { class: "costs", "aria-label": "投资构成（万元）" }, el("thead", {}, el("tr", {}, el("th", { text: "构成" }), el("th", {}), el("th", { class: "number", text: "万元" }), el("th", { class: "number", text: "占比" }))), el("tbody", {}, ...rows)) : el("p", { class: "reason", text: "没有投资（在建或已落实）。" });
}

/** @param {any[]} groups @param {any} work @param {Actions} on */
function served(groups, work, on) {
  if (!groups.length) return el("p", { class: "reason", text: `终点没有村民组；是下游 ${integer(work.downstream_groups_count)} 个组的必经之路。` });
  const item = (/** @type {any} */ group) => {
    const name = [group.village_name, group.group_name].filter(Boolean).join(" ") || group.group_code;
    return el("li", {}, el("button", { type: "button", class: "link", text: name, onclick: () => on.group(group.group_code) }), ` ${integer(group.households_count)} 户 ${integer(group.people_count)} 人，脱贫/监测 ${integer(group.registered_households_count)} 户`);
  };
  return el("ul", { class: "served" }, ...groups.map(item));
}

/** @param {any} answer @param {import("./road-model.js").RoadView} view @param {Actions} on */
function dependence(answer, view, on) {
  const link = (/** @type {string} */ code) => el("button", { type: "button", class: "link", text: view.byCode.get(code)?.work_name ?? code, onclick: () => on.work(code) });
  const parent = answer.parent ? codeOf(answer.parent) : "";
  const children = (answer.children ?? []).map(codeOf);
  return el(
    "ul",
    { class: "served" },
    el("li", {}, parent ? "须先建：" : "直接接现有硬化路网", parent ? link(parent) : null),
    children.length ? el("li", {}, `依靠它的 ${integer(children.length)} 项：`, ...children.flatMap((/** @type {string} */ code, /** @type {number} */ index) => [index ? "、" : "", link(code)])) : null,
  );
}

/** @param {any} one a code, or a row that holds one */
const codeOf = (one) => (typeof one === "string" ? one : one.work_code);

/** @param {any[]} rows @param {any} words */
function sections(rows, words) {
  if (!rows.length) return null;
  const cells = rows.map((row) =>
    el(
      "tr",
      {},
      el("th", { scope: "row", text: row.section_code }),
      el("td", { text: `${kindLabel(words, row.kind)}${row.road_code ? ` ${row.road_code}` : ""}` }),
      el("td", { class: "number", text: integer(row.length_m) }),
      el("td", { class: "number", text: row.flagged_m ? integer(row.flagged_m) : "—" }),
      el("td", { class: "number", text: wanColumn(row.cost_cny) }),
    ),
  );
  const head = ["路段", "类型", "m", "需勘测 m", "万元"].map((text, index) => el("th", { text, class: index > 1 ? "number" : null }));
  return el("details", { class: "more" }, el("summary", { text: `路段（${integer(rows.length)}）` }), el("table", { class: "costs" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...cells)));
}

/** @param {any} sources texts, or rows with a label @returns {string} */
function sourcesText(sources) {
  const texts = (sources ?? []).map((/** @type {any} */ one) => (typeof one === "string" ? one : [one.label ?? one.name, one.data_date].filter(Boolean).join(" ")));
  return texts.length ? `依据：${texts.join("；")}` : "";
}

/** @param {any} group row of the plan's groups @param {import("./road-model.js").RoadView} view @param {any} words @param {Actions} on */
export function renderPlanGroup(group, view, words, on) {
  const where = standing(group, view.built);
  const name = [group.township_name, group.village_name, group.group_name].filter(Boolean).join(" ");
  const counts = `${integer(group.households_count)} 户 · ${integer(group.people_count)} 人 · 脱贫/监测 ${integer(group.registered_households_count)} 户`;
  const path = pathDown(view.byCode, group.work_code);
  const year = group.year ? `，计划 ${group.year} 年接通` : "";
  put([
    header(name || group.group_code, counts, on),
    el("p", { class: "answer" }, icon(words.group[where]), el("strong", { text: `${words.group[where].label}${year}` })),
    where === "out" ? el("p", { class: "reason", text: reasonText(words, group) }) : null,
    measures([
      ["分摊投资", money0(group.attributed_cny)],
      ["单独修路", money0(group.alone_cny)],
      ["不接它可省", money0(group.leave_out_saves_cny)],
      ["加接它需", money0(group.join_cny)],
      ["到乡镇（现）", some(group.detour_before_min, 0, "分钟")],
      ["到乡镇（建后）", some(group.detour_after_min, 0, "分钟")],
    ]),
    path.length ? el("h3", { text: "由这些工程接通（自终点到路网）" }) : null,
    path.length ? pathList(path, view, on) : null,
    el("p", {}, el("button", { type: "button", text: "看达标依据", onclick: () => on.gaps(group.group_code) })),
  ]);
}

/** @param {number|null|undefined} cny */
const money0 = (cny) => (cny === null || cny === undefined ? null : money(cny));

/** @param {any[]} path @param {import("./road-model.js").RoadView} view @param {Actions} on */
function pathList(path, view, on) {
  const item = (/** @type {any} */ work) => {
    const state = view.built.has(work.work_code) ? (work.year ? `${work.year} 年` : "列入") : "未列入";
    return el("li", {}, el("button", { type: "button", class: "link", text: work.work_name, onclick: () => on.work(work.work_code) }), ` ${decimal(work.length_km, 2)} km，${money(work.cost_cny)}，${state}`);
  };
  return el("ol", { class: "served" }, ...path.map(item));
}
