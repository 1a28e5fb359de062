// What a plan was asked for, how good the answer is, and what speaks against it, in sentences.

import { percent } from "./format.js";
import { UNITS } from "./road-model.js";

/** @param {any} one a sentence, or what holds one */
const sentenceOf = (one) => (typeof one === "string" ? one : (one.sentence ?? one.text ?? [one.what, one.area_name ?? one.area, one.missing].filter(Boolean).join(" ")));

/** What the plan says against itself, the gravest first: terms that cannot be met, then what its makers want to be known.
 * @param {any} plan @returns {{title: string, said: string[], grave: boolean}[]} */
export function warningsOf(plan) {
  const programme = plan.programme ?? {};
  const texts = (/** @type {any[]} */ ...lists) => [...new Set(lists.flatMap((list) => list ?? []).map(sentenceOf).filter(Boolean))];
  const conflicts = texts(programme.conflicts);
  const impossible = programme.status === "infeasible" || conflicts.length > 0;
  const told = texts(plan.summary?.warnings, plan.summary?.notes, programme.warnings, programme.findings);
  return [
    ...(impossible ? [{ title: "条件无法同时满足，所示为最接近的安排", said: conflicts, grave: true }] : []),
    ...(told.length ? [{ title: "提示", said: told, grave: false }] : []),
  ];
}

/** What the plan was asked for, and how good the answer is, in words.
 * @param {any} plan @param {(code: string) => string} [workName] @param {(code: string) => string} [areaName] @returns {string[][]} */
export function termTexts(plan, workName = (code) => code, areaName = (code) => code) {
  const terms = plan.programme?.terms ?? {};
  const unit = (/** @type {string} */ name) => UNITS[/** @type {"people"} */ (name)]?.label ?? name;
  const weights = Object.entries(terms.weights ?? {}).filter(([, value]) => Number(value) > 0).map(([name, value]) => `每${unit(name)} ${value}`);
  const least = (/** @type {any} */ one) => `至少 ${percent(one.share)} 的${unit(one.unit)}`;
  const floors = (terms.floors ?? []).map((/** @type {any} */ one) => `${one.area_code ? areaName(one.area_code) : "每个乡镇"}${one.by_year ? `到 ${one.by_year} 年` : ""}${least(one)}`);
  const deadlines = (terms.deadlines ?? []).map((/** @type {any} */ one) => `${one.area_code ? areaName(one.area_code) : "全县"}到 ${one.year} 年${least(one)}`);
  const works = (/** @type {string[]|undefined} */ codes) => (codes ?? []).map(workName).join("、") || "无";
  const gap = (/** @type {any} */ value) => (typeof value === "number" ? `不超过 ${percent(value)}` : "—");
  return [
    ["权重", weights.join("，") || "—"],
    ["结转", terms.carry_over === false ? "不结转" : "未用完的结转下年"],
    ["必做", works(terms.must)],
    ["不做", works(terms.must_not)],
    ["保底", floors.join("；") || "无"],
    ["期限", deadlines.join("；") || "无"],
    ["与最优安排的差距", gap(plan.programme?.gap)],
    ["与最省路网的差距", gap(plan.summary?.gap)],
    ...warningsOf(plan).map(({ title, said }) => [title, said.join("")]),
  ];
}
