// The long profile of a work: ground and design height over the chainage, steepness in colours, doubtful stations marked, cut and fill at the pointer.

import { drawn, el } from "./dom.js";
import { decimal } from "./format.js";

/** @typedef {{chainage_m: number[], ground_m: (number|null)[], design_m: (number|null)[], flag: (number|null)[], section_code?: string[]}} Profile */
/** @typedef {{value: number, label: string}} Flag */

const BOX = { width: 344, height: 150, left: 40, right: 8, top: 8, bottom: 30 };
const LEAST_RISE_M = 20;
const MOST_LEVELS = 6;
const ROUNDED_M = 0.011; // heights come in whole centimetres: two of them may differ by so much more than they do
const MOST_STATIONS = 700;

/** Sections follow one another: where the chainage starts again, the next one is put behind. @param {number[]} chainage @returns {number[]} */
export function continued(chainage) {
  let base = 0;
  return chainage.map((at, index) => {
    if (index && at < chainage[index - 1]) base += chainage[index - 1];
    return base + at;
  });
}

/** Steepness before each station but the first, as a share; null where a height is missing. @param {number[]} x @param {(number|null)[]} z @returns {(number|null)[]} */
export function grades(x, z) {
  return x.slice(1).map((at, index) => {
    const [from, to] = [z[index], z[index + 1]];
    return from === null || to === null || at <= x[index] ? null : Math.abs(to - from) / (at - x[index]);
  });
}

/** `K1+350`, as a road engineer writes it. @param {number} metres @returns {string} */
export const station = (metres) => `K${Math.floor(metres / 1000)}+${String(Math.floor(metres % 1000)).padStart(3, "0")}`;

/** Round heights for the axis. @param {number} low @param {number} high @returns {number[]} */
function levels(low, high) {
  const step = /** @type {number} */ ([5, 10, 20, 50, 100, 200, 500, 1000].find((one) => (high - low) / one <= MOST_LEVELS) ?? 2000);
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, index) => first + index * step);
}

/** @param {Profile} profile @param {{grades: {limit: number|null, colour: string, width: number, label: string}[], flags: Flag[]}} words @returns {HTMLElement} */
export function profileNode(profile, words) {
  const x = continued(profile.chainage_m);
  const heights = [...profile.ground_m, ...profile.design_m].filter((one) => typeof one === "number");
  if (x.length < 2 || !heights.length) return el("p", { class: "reason", text: "这项工程没有纵断面（沿途高程不明）。" });
  const scale = scaleOf(x, /** @type {number[]} */ (heights));
  const readout = el("p", { class: "readout", role: "status", text: "把指针移到断面上，或用左右键，逐桩查看填挖。" });
  const pointer = drawn("line", { y1: BOX.top, y2: BOX.height - BOX.bottom, class: "pointer", visibility: "hidden" });
  const svg = drawn("svg", { viewBox: `0 0 ${BOX.width} ${BOX.height}`, class: "profile", tabindex: "0", role: "img", "aria-label": `纵断面：全长 ${decimal(x[x.length - 1] / 1000, 2)} km，左右键逐桩查看` });
  svg.append(...frame(scale, x), ground(profile, x, scale), ...design(profile, x, scale, words.grades), ...flagged(profile, x, scale), pointer);
  follow(svg, pointer, readout, { profile, x, scale, flags: new Map(words.flags.map((one) => [one.value, one.label])) });
  return el("div", { class: "profile-box" }, svg, readout, key(words.grades, profile));
}

/** @param {number[]} x @param {number[]} heights */
function scaleOf(x, heights) {
  const [least, most] = [Math.min(...heights), Math.max(...heights)];
  const spare = Math.max(0, LEAST_RISE_M - (most - least)) / 2 + (most - least) * 0.06;
  const [low, high] = [least - spare, most + spare];
  const end = x[x.length - 1] || 1;
  const [width, height] = [BOX.width - BOX.left - BOX.right, BOX.height - BOX.top - BOX.bottom];
  return { low, high, end, x: (/** @type {number} */ at) => BOX.left + (width * at) / end, y: (/** @type {number} */ z) => BOX.top + height * (1 - (z - low) / (high - low)) };
}

/** @param {any} scale @param {number[]} x */
function frame(scale, x) {
  const floor = BOX.height - BOX.bottom;
  const across = levels(scale.low, scale.high).flatMap((z) => [
    drawn("line", { x1: BOX.left, x2: BOX.width - BOX.right, y1: scale.y(z), y2: scale.y(z), class: "grid-line" }),
    drawn("text", { x: BOX.left - 4, y: scale.y(z) + 3.5, "text-anchor": "end", text: String(z) }),
  ]);
  const end = x[x.length - 1];
  const along = [0, 0.25, 0.5, 0.75, 1].map((part) => drawn("text", { x: scale.x(end * part), y: floor + 11, "text-anchor": part === 1 ? "end" : part ? "middle" : "start", text: station(end * part) }));
  const names = [drawn("text", { x: 2, y: BOX.height - 3, class: "axis", text: "高程（m）" }), drawn("text", { x: BOX.width - BOX.right, y: BOX.height - 3, "text-anchor": "end", class: "axis", text: "桩号（km+m）" })];
  return [...across, ...along, ...names];
}

/** Every so many stations, so that a long road stays light. @param {number} count @returns {number} */
const stride = (count) => Math.max(1, Math.ceil(count / MOST_STATIONS));

/** @param {Profile} profile @param {number[]} x @param {any} scale */
function ground(profile, x, scale) {
  const step = stride(x.length);
  let pen = "M";
  let path = "";
  x.forEach((at, index) => {
    const z = profile.ground_m[index];
    if (index % step && index !== x.length - 1) return;
    if (z === null || z === undefined) pen = "M";
    else {
      path += `${pen}${scale.x(at).toFixed(1)} ${scale.y(z).toFixed(1)}`;
      pen = "L";
    }
  });
  return drawn("path", { d: path || "M0 0", class: "ground" });
}

/** The design line in one path for each class of steepness; classes differ in width too. @param {Profile} profile @param {number[]} x @param {any} scale @param {any[]} classes */
function design(profile, x, scale, classes) {
  const steep = grades(x, profile.design_m);
  const paths = classes.map(() => "");
  steep.forEach((grade, index) => {
    if (grade === null) return;
    const spare = ROUNDED_M / (x[index + 1] - x[index]);
    const at = classes.findIndex((one) => one.limit === null || grade <= one.limit + spare);
    paths[at < 0 ? classes.length - 1 : at] += `M${scale.x(x[index]).toFixed(1)} ${scale.y(profile.design_m[index]).toFixed(1)}L${scale.x(x[index + 1]).toFixed(1)} ${scale.y(profile.design_m[index + 1]).toFixed(1)}`;
  });
  return paths.map((d, index) => drawn("path", { d: d || "M0 0", fill: "none", stroke: classes[index].colour, "stroke-width": classes[index].width, "stroke-linecap": "round" }));
}

const DOUBTFUL_FROM = 2;

/** Stations that need a survey or a longer line: a band at the foot. @param {Profile} profile @param {number[]} x @param {any} scale */
function flagged(profile, x, scale) {
  const y = BOX.height - BOX.bottom - 4;
  const half = x.length > 1 ? (x[x.length - 1] / (x.length - 1)) / 2 : 0;
  let path = "";
  x.forEach((at, index) => {
    if ((profile.flag[index] ?? 0) < DOUBTFUL_FROM) return;
    path += `M${scale.x(Math.max(0, at - half)).toFixed(1)} ${y}H${scale.x(Math.min(scale.end, at + half)).toFixed(1)}`;
  });
  return path ? [drawn("path", { d: path, class: "flag-under" }), drawn("path", { d: path, class: "flag-over" })] : [];
}

/** @param {any[]} classes @param {Profile} profile */
function key(classes, profile) {
  const line = (/** @type {any} */ one) => {
    const sample = drawn("svg", { viewBox: "0 0 18 8", class: "key-line", "aria-hidden": "true" }, drawn("line", { x1: 0, x2: 18, y1: 4, y2: 4, stroke: one.colour, "stroke-width": one.width }));
    return el("li", {}, sample, one.label);
  };
  const own = [{ colour: "#868e96", width: 1.6, label: "地面" }, ...classes];
  const doubtful = profile.flag.some((one) => (one ?? 0) >= DOUBTFUL_FROM);
  const band = drawn("svg", { viewBox: "0 0 18 8", class: "key-line", "aria-hidden": "true" }, drawn("line", { x1: 0, x2: 18, y1: 4, y2: 4, class: "flag-under" }), drawn("line", { x1: 0, x2: 18, y1: 4, y2: 4, class: "flag-over" }));
  return el("ul", { class: "profile-key" }, ...own.map(line), doubtful ? el("li", {}, band, "需勘测/需展线") : null);
}

/** @param {SVGElement} svg @param {SVGElement} pointer @param {HTMLElement} readout @param {any} given */
function follow(svg, pointer, readout, given) {
  const { x, scale } = given;
  let at = 0;
  const show = (/** @type {number} */ index) => {
    at = Math.max(0, Math.min(x.length - 1, index));
    pointer.setAttribute("x1", String(scale.x(x[at])));
    pointer.setAttribute("x2", String(scale.x(x[at])));
    pointer.setAttribute("visibility", "visible");
    readout.textContent = reading(given, at);
  };
  svg.addEventListener("pointermove", (/** @type {any} */ event) => {
    const box = svg.getBoundingClientRect();
    const metres = ((((event.clientX - box.left) / box.width) * BOX.width - BOX.left) / (BOX.width - BOX.left - BOX.right)) * scale.end;
    show(nearest(x, metres));
  });
  svg.addEventListener("keydown", (/** @type {any} */ event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -x.length, End: x.length }[/** @type {"Home"} */ (event.key)];
    if (!step) return;
    show(at + step);
    event.preventDefault();
  });
}

/** @param {number[]} x @param {number} metres @returns {number} index of the station that is nearest */
export function nearest(x, metres) {
  let best = 0;
  for (let index = 1; index < x.length; index += 1) if (Math.abs(x[index] - metres) < Math.abs(x[best] - metres)) best = index;
  return best;
}

/** @param {any} given @param {number} at */
function reading({ profile, x, flags }, at) {
  const [ground, design] = [profile.ground_m[at], profile.design_m[at]];
  const grade = grades(x, profile.design_m)[Math.min(at, x.length - 2)];
  const work = typeof ground === "number" && typeof design === "number" ? (design >= ground ? `填 ${decimal(design - ground)} m` : `挖 ${decimal(ground - design)} m`) : "填挖不明";
  const steep = grade === null || grade === undefined ? "" : ` · 纵坡 ${decimal(grade * 100)}%`;
  const flag = profile.flag[at] ? ` · ${flags.get(profile.flag[at]) ?? ""}` : "";
  return `${station(x[at])} 地面 ${decimal(ground)} m，设计 ${decimal(design)} m，${work}${steep}${flag}`;
}
