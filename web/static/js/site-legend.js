// Legend of the siting map, with counts, and the switches of its parts.

import { byId, drawn, el, icon, strokesSample } from "./dom.js";
import { integer } from "./format.js";
import { planOthers, section } from "./legend.js";
import { codesOf, OVERLAYS, placeFifth, shownParcels, shownSettlements } from "./site-model.js";
import { FIFTHS } from "./site-rank.js";
import { fifthColour } from "./site-words.js";

const INK = "#1d232a";
const FIFTH_NAMES = ["前 20%", "20–40%", "40–60%", "60–80%", "后 20%"];

/** @param {import("./site-model.js").SiteView} view @param {any} words @param {import("./model.js").Model} model of the map @param {any} legend words of the page @param {boolean} tiled whether there are pictures of the scores */
export function renderSiteLegend(view, words, model, legend, tiled) {
  const off = new Set(codesOf(view.state.hide));
  const parts = [off.has("scores") || !tiled ? null : ramp(view, words), off.has("parcels") ? null : parcels(view, words), points(view, words, off), ...planOthers(model, legend)];
  byId("legend-body").replaceChildren(...parts.filter((part) => part !== null));
}

/** @param {import("./site-model.js").SiteView} view @param {any} words */
function ramp(view, words) {
  const bar = el("span", { class: "ramp-bar", role: "img", "aria-label": "颜色越深分越高，从 0 到 100" });
  bar.style.backgroundImage = `linear-gradient(90deg, ${words.ramp.join(", ")})`;
  const taken = el("li", {}, el("span", { class: "swatch hatched" }), el("span", { text: "规则禁止" }));
  const blank = el("li", {}, el("span", { class: "swatch" }), el("span", { text: "不明" }));
  const note = view.custom ? el("li", { class: "lost", text: "底色仍按计算时的权重" }) : null;
  return section("底色：评分（点地图看依据）", [el("li", { class: "ramp" }, "0", bar, "100"), taken, blank, ...(note ? [note] : [])]);
}

/** Parcels by their place: each shade a fifth of those of the county that are ranked. @param {import("./site-model.js").SiteView} view @param {any} words */
function parcels(view, words) {
  const shown = shownParcels(view);
  if (!shown.length) return null;
  const given = shown.filter((row) => row.source === "candidate").length;
  const item = (/** @type {boolean} */ square, /** @type {string} */ text, /** @type {string} */ fill, /** @type {string} */ label, /** @type {number|null} */ count) => el("li", {}, plate(square, text, fill), el("span", { text: label }), count === null ? null : el("span", { class: "count", text: integer(count) }));
  const fifths = shown.map((row) => placeFifth(view, String(row.parcel_code)));
  const told = Array.from({ length: FIFTHS }, (_, fifth) => fifth).flatMap((fifth) => counted(fifths, fifth, (count) => item(false, "", fifthColour(words.ramp, fifth), FIFTH_NAMES[fifth], count)));
  const rows = [...told, ...counted(fifths, null, (count) => item(false, "", "", "不排名", count)), ...(given ? [item(true, "", "#ffffff", "方形：备选地块", given)] : []), item(false, "1", INK, "前九名", null)];
  const lost = shown.filter((row) => typeof row.lon !== "number").length;
  return section(view.state.tab === "moves" ? "有人迁入的地块（全县名次）" : "可建地块（全县名次）", lost ? [...rows, el("li", { class: "lost", text: `${integer(lost)} 块无坐标，未上图` })] : rows);
}

/** A line of the legend, where there is something to count. @param {Array<number|null>} fifths @param {number|null} fifth @param {(count: number) => HTMLElement} item @returns {HTMLElement[]} */
function counted(fifths, fifth, item) {
  const count = fifths.filter((one) => one === fifth).length;
  return count ? [item(count)] : [];
}

/** @param {boolean} square @param {string} text @param {string} fill */
function plate(square, text, fill) {
  const look = { fill: fill || "#ffffff", stroke: INK };
  const shape = square ? drawn("rect", { x: 2.5, y: 2.5, width: 11, height: 11, ...look }) : drawn("circle", { cx: 8, cy: 8, r: text ? 7 : 5.5, ...look });
  const slash = fill ? null : drawn("line", { x1: 5, y1: 11, x2: 11, y2: 5, stroke: INK });
  const sign = text ? drawn("text", { x: 8, y: 11.6, "text-anchor": "middle", "font-size": 10, fill: "#ffffff", text }) : null;
  return drawn("svg", { viewBox: "0 0 16 16", class: "mark", "aria-hidden": "true" }, shape, slash, sign);
}

/** @param {import("./site-model.js").SiteView} view @param {any} words @param {Set<string>} off */
function points(view, words, off) {
  const item = (/** @type {any} */ sign, /** @type {string} */ label, /** @type {number} */ count) => el("li", {}, sign, el("span", { text: label }), el("span", { class: "count", text: integer(count) }));
  const open = view.moves.filter((row) => !row.site_code).length;
  const moves = off.has("moves") || view.state.tab !== "moves" ? [] : [item(icon(words.marks.placed), words.marks.placed.label, view.moves.length - open), ...(open ? [item(icon(words.marks.group), "未能安置组", open)] : []), el("li", {}, strokesSample(words.line.move.strokes), el("span", { text: words.line.move.label }))];
  const standing = shownSettlements(view.settlements, view.comers, view.state).length;
  const settlements = off.has("settlements") || !standing ? [] : [item(icon(words.marks.settlement), "现有安置点", standing)];
  return settlements.length || moves.length ? section("安置", [...settlements, ...moves]) : null;
}

/** The parts of the siting map in the layer panel. @param {string} hide of the state @param {boolean} tiled @param {(patch: any) => void} set */
export function renderOverlays(hide, tiled, set) {
  const off = new Set(codesOf(hide));
  const toggle = (/** @type {string} */ name, /** @type {boolean} */ on) => {
    const next = Object.keys(OVERLAYS).filter((one) => (one === name ? !on : off.has(one)));
    set({ hide: next.join(",") });
  };
  const boxes = Object.entries(OVERLAYS).filter(([name]) => tiled || name !== "scores").map(([name, label]) => el("li", {}, el("label", {}, el("input", { type: "checkbox", name: `site-${name}`, checked: !off.has(name), onchange: (/** @type {any} */ event) => toggle(name, event.target.checked) }), el("span", { text: label }))));
  const holder = byId("layers-body");
  holder.querySelector("#site-overlays")?.remove();
  holder.prepend(el("ul", { id: "site-overlays", "aria-label": "选址图层" }, ...boxes));
}
