// Search by name, code or pinyin initials: a combobox that the keyboard alone can use.

import { byId, el } from "./dom.js";

const KINDS = { township: "乡镇", village: "行政村", group: "村民组", hamlet: "自然寨", county: "县", settlement: "安置点" };
const PAUSE_MS = 180;

/** @param {import("./api.js").Source} source @param {(result: any) => void} choose */
export function wireSearch(source, choose) {
  const input = /** @type {HTMLInputElement} */ (byId("search"));
  const list = byId("search-list");
  let asked = 0;
  /** @type {number|undefined} */
  let timer;
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  };
  const pick = (/** @type {any} */ result) => {
    close();
    input.value = result.name;
    choose(result);
  };
  const ask = async () => {
    const text = input.value.trim();
    asked += 1;
    const mine = asked;
    if (!text) return close();
    const answer = await source.search(text).catch((error) => ({ error }));
    if (mine === asked) show(list, input, answer, pick);
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => inputKey(event, list, close));
  list.addEventListener("keydown", (event) => listKey(event, input, close));
  document.addEventListener("click", (event) => {
    if (!byId("search-box").contains(/** @type {Node} */ (event.target))) close();
  });
}

/** @param {HTMLElement} list @param {HTMLInputElement} input @param {any} answer @param {(result: any) => void} pick */
function show(list, input, answer, pick) {
  const results = answer.results ?? answer;
  const items = Array.isArray(results) ? results.map((one) => item(one, pick)) : [el("li", { class: "empty", text: answer.error?.message ?? "查询失败，请重试。" })];
  list.replaceChildren(...(items.length ? items : [el("li", { class: "empty", text: "没有找到；可输入名称、代码或拼音首字母。" })]));
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
}

/** @param {any} one @param {(result: any) => void} pick */
function item(one, pick) {
  const path = Array.isArray(one.path) ? one.path.join(" ▸ ") : (one.path ?? "");
  const kind = KINDS[/** @type {"group"} */ (one.kind)] ?? one.kind;
  const button = el("button", { type: "button", role: "option", onclick: () => pick(one) }, el("b", { text: one.name }), el("span", { text: `${kind} ${path}` }));
  return el("li", {}, button);
}

/** @param {KeyboardEvent} event @param {HTMLElement} list @param {() => void} close */
function inputKey(event, list, close) {
  const first = list.querySelector("button");
  if (event.key === "Escape") close();
  else if (event.key === "ArrowDown" && first && !list.hidden) first.focus();
  else if (event.key === "Enter" && first && !list.hidden) first.click();
  else return;
  event.preventDefault();
}

/** @param {KeyboardEvent} event @param {HTMLInputElement} input @param {() => void} close */
function listKey(event, input, close) {
  const item = document.activeElement?.closest("li");
  const next = { ArrowDown: item?.nextElementSibling, ArrowUp: item?.previousElementSibling }[event.key];
  if (event.key === "Escape") {
    close();
    input.focus();
  } else if (next) next.querySelector("button")?.focus();
  else if (event.key === "ArrowUp") input.focus();
  else return;
  event.stopPropagation();
  event.preventDefault();
}
