// Legend of road or move: answers with their counts, lines with what they stand for.

import { byId, el, icon, strokesSample } from "./dom.js";
import { integer } from "./format.js";
import { planOthers, section } from "./legend.js";

/** @param {import("./choice-model.js").ChoiceView} view @param {any} words @param {import("./model.js").Model} model of the map @param {any} legend words of the page */
export function renderChoiceLegend(view, words, model, legend) {
  const parts = [answers(view, words), lines(view, words), ...planOthers(model, legend)];
  byId("legend-body").replaceChildren(...parts.filter((part) => part !== null));
}

/** @param {Node} sign @param {string} label @param {number|null} count */
const item = (sign, label, count) => el("li", {}, sign, el("span", { text: label }), count === null ? null : el("span", { class: "count", text: integer(count) }));

/** @param {import("./choice-model.js").ChoiceView} view @param {any} words */
function answers(view, words) {
  const rows = words.answers.flatMap((/** @type {any} */ one) => {
    const tally = view.tallies[/** @type {"road"} */ (one.value)];
    const sure = tally.groups - tally.open;
    return [
      ...(sure ? [item(icon(one), one.label, sure)] : []),
      ...(tally.open ? [item(icon({ ...one, shape: one.open_shape }), `${one.label}（会变）`, tally.open)] : []),
    ];
  });
  const lost = view.groups.filter((row) => typeof row.lon !== "number").length;
  return section("村民组", lost ? [...rows, el("li", { class: "lost", text: `${integer(lost)} 组无坐标，未上图` })] : rows);
}

/** @param {import("./choice-model.js").ChoiceView} view @param {any} words */
function lines(view, words) {
  const kinds = new Set((view.data.roads?.features ?? []).map((/** @type {any} */ one) => one.properties.kind ?? "new"));
  const roads = view.state.answer === "move" ? [] : ["new", "upgrade"].filter((kind) => kinds.has(kind)).map((kind) => item(strokesSample(words.line[kind].strokes), words.line[kind].label, null));
  const moves = view.tallies.move.groups ? [item(strokesSample(words.line.move.strokes), words.line.move.label, null), item(icon(words.marks.settlement), "安置地点", view.comers.size)] : [];
  return roads.length || moves.length ? section("方案", [...roads, ...moves]) : null;
}
