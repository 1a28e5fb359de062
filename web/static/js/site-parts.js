// Pieces that the cards of the siting panels are made of.

import { byId, el } from "./dom.js";
import { decimal, percent } from "./format.js";
import { scoreText, valueText } from "./site-words.js";

/** @param {string} title @param {string} facts @param {() => void} close */
export const cardHeader = (title, facts, close) =>
  el("header", {}, el("div", {}, el("h2", { text: title }), el("p", { class: "facts-line", text: facts })), el("button", { type: "button", class: "close", "aria-label": "关闭", title: "关闭（Esc）", text: "×", onclick: close }));

/** Put a card; it keeps its place while the same one is redrawn. @param {string} name of what it shows @param {Array<Node|null>} nodes @param {string} [kind] class */
export function putCard(name, nodes, kind = "") {
  const card = byId("card");
  const same = !card.hidden && card.dataset.shows === name;
  const { scrollTop } = card;
  card.dataset.shows = name;
  card.className = kind;
  card.replaceChildren(.../** @type {Node[]} */ (nodes.filter((node) => node !== null)));
  card.hidden = false;
  card.scrollTop = same ? scrollTop : 0;
}

/** Another panel's card is as wide as it was. */
export function plainCard() {
  const card = byId("card");
  card.className = "";
  delete card.dataset.shows;
}

/** The pairs that hold something. @param {Array<[string, string|null|undefined]>} pairs */
export const measuresNode = (pairs) => el("dl", { class: "measures" }, ...pairs.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => el("div", {}, el("dt", { text: name }), el("dd", { text: String(value) }))));

/** Criteria of a place: what is measured, what it scores, what the score weighs. @param {any[]} parts of `contributions` @param {any} words */
export function partsTable(parts, words) {
  const measured = parts.some((part) => part.words || (part.value !== null && part.value !== undefined)); // of a settlement only the scores may be known
  const rows = parts.map((part) => {
    const fill = el("span", { class: "cost-fill" });
    fill.style.width = `${part.score ?? 0}%`;
    return el(
      "tr",
      { "data-criterion": part.key, class: part.share > 0 ? null : "not-built" },
      el("th", { scope: "row", text: part.label }),
      measured ? el("td", { class: "number", text: measureText(part, words) }) : null,
      el("td", {}, el("span", { class: "cost-bar short" }, fill)),
      el("td", { class: "number", text: scoreText(part.score) }),
      el("td", { class: "number", text: `${decimal(part.share * 100)}%` }),
      el("td", { class: "number", text: scoreText(part.points) }),
    );
  });
  const head = ["条件", ...(measured ? ["实测"] : []), "", "得分", "权重", "贡献"].map((text) => el("th", { text, class: text && text !== "条件" ? "number" : null }));
  return el("table", { class: "costs score-parts" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows));
}

/** What was measured, as it is read out; of a class the service has the word. @param {any} part @param {any} words */
function measureText(part, words) {
  if (!part.unit || part.value === null || part.value === undefined) return part.words || (part.unit || part.score === null ? valueText(words, part.value, part.unit) : "—");
  return valueText(words, part.value, part.unit);
}

/** @param {string} text @param {() => void} go */
export const linkButton = (text, go) => el("button", { type: "button", class: "link", text, onclick: go });

/** @param {number|null|undefined} share @returns {string|null} */
export const shareOrNothing = (share) => (share === null || share === undefined ? null : percent(share));
