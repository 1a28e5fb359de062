// Legend of the road plan: lines with their kilometres, groups with their counts.

import { byId, el, icon, strokesSample } from "./dom.js";
import { decimal, integer } from "./format.js";
import { planOthers, section } from "./legend.js";

/** @param {import("./road-model.js").RoadView} view @param {any} words of the plan @param {import("./model.js").Model} model of the map @param {any} legend words of the page */
export function renderPlanLegend(view, words, model, legend) {
  const lines = section(view.comparison ? "对比（km）" : "道路工程（km）", view.comparison ? sides(view, words) : kinds(view, words));
  const groups = view.state.layers.includes("groups") ? section("村民组", marks(view, words)) : null;
  byId("legend-body").replaceChildren(...[lines, groups, ...planOthers(model, legend)].filter((part) => part !== null));
}

/** @param {any} line @param {string} count */
const item = (line, count) => el("li", {}, strokesSample(line.strokes), el("span", { text: line.label }), el("span", { class: "count", text: count }));

/** @param {import("./road-model.js").RoadView} view @param {any} words */
function kinds(view, words) {
  const built = view.works.filter((work) => view.built.has(work.work_code));
  const sum = (/** @type {any[]} */ works, /** @type {string} */ field) => works.reduce((all, work) => all + (work[field] ?? 0), 0);
  const whole = (/** @type {string} */ kind) => sum(built.filter((work) => work.kind === kind), "length_km");
  const plain = built.filter((work) => work.kind !== "project" && work.kind !== "committed");
  const flagged = sum(built, "flagged_km");
  const rows = [
    ["new", sum(plain, "new_km")],
    ["upgrade", sum(plain, "upgrade_km")],
    ["project", whole("project")],
    ["committed", whole("committed")],
  ].filter(([, km]) => Number(km) > 0);
  const open = sum(view.works.filter((work) => !view.built.has(work.work_code)), "length_km");
  return [
    ...rows.map(([kind, km]) => item(words.kind[kind], decimal(Number(km)))),
    flagged > 0 ? item({ ...words.flagged, label: `含${words.flagged.label}` }, decimal(flagged)) : null,
    open > 0 ? item(words.unbuilt, decimal(open)) : null,
  ].filter((node) => node !== null);
}

/** @param {import("./road-model.js").RoadView} view @param {any} words */
function sides(view, words) {
  const sums = /** @type {NonNullable<typeof view.comparison>} */ (view.comparison).sums;
  return ["a", "b", "both"].map((side) => item(words.side[side], decimal(sums[/** @type {"a"} */ (side)].km)));
}

/** @param {import("./road-model.js").RoadView} view @param {any} words */
function marks(view, words) {
  const counts = view.totals.groups;
  const lost = view.groups.filter((group) => typeof group.lon !== "number").length;
  const rows = ["open", "connected", "out"].filter((name) => counts[/** @type {"open"} */ (name)]).map((name) => {
    const mark = words.group[name];
    return el("li", {}, icon(mark), el("span", { text: mark.label }), el("span", { class: "count", text: integer(counts[/** @type {"open"} */ (name)]) }));
  });
  return lost ? [...rows, el("li", { class: "lost", text: `${integer(lost)} 组无坐标，未上图` })] : rows;
}
