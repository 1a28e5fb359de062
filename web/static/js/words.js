// The legend table of the bootstrap, arranged for look-up.

import { integer } from "./format.js";

export const FILTER_WORDS = { all: "全部", lacking: "未达标", unknown: "不明", near: "差一点" };

/** @param {any} legend @param {any} county @param {string} service */
export function arrange(legend, county, service) {
  const by = (/** @type {any[]} */ rows, /** @type {string} */ key) => Object.fromEntries(rows.map((row) => [row[key], row]));
  return {
    legend,
    levels: legend.levels,
    mark: by(legend.verdicts, "value"),
    surface: by(legend.surfaces, "value"),
    style: by(legend.layers, "name"),
    service,
    label: county.services.find((/** @type {any} */ one) => one.id === service)?.label ?? service,
    standard: county.standard ? `${county.standard.title ?? county.standard.id}（${county.standard.id}@${county.standard.version}）` : "未选定",
  };
}

const GOOD = "达标";

/** The verdict with the word of its level; of an unknown one the level is only the least that is sure.
 * @param {any} row with verdict and level @param {any} words @param {string} service @returns {string} */
export function verdictText(row, words, service) {
  const mark = words.mark[row.verdict] ?? words.mark.unknown;
  const level = words.levels[service]?.[row.level] ?? "";
  if (mark.value === "unknown") return level && row.level !== "none" ? `${mark.label}·至少${level}` : mark.label;
  if (level.endsWith(GOOD) && mark.value !== "excluded") return mark.value === "met" ? level : mark.label; // 基本达标; 未达标 rather than 未达标·不达标
  return level ? `${mark.label}·${level}` : mark.label;
}

/** The filter in words, as it stands on every sheet. @param {import("./model.js").Model} model @param {any} words @returns {string} */
export function filterText(model, words) {
  const area = model.path.map((step) => step.name).join("▸");
  return `${words.label} · 范围 ${area} · 筛选 ${FILTER_WORDS[/** @type {"all"} */ (model.state.filter)]} · ${integer(model.matched)} 组`;
}
