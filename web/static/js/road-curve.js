// The curve of what a budget reaches: cost to the right, what is counted upwards.

import { drawn } from "./dom.js";
import { integer, money, wan } from "./format.js";
import { roundUp, UNITS } from "./road-model.js";

/**
 * @typedef {object} Curve
 * @property {{cost: number, count: number}[]} points rising
 * @property {number} most right end, yuan
 * @property {number} at where the budget stands, yuan
 * @property {{cost: number, count: number}|null} plan the programme as it was worked out
 * @property {boolean} exact whether that programme is shown
 * @property {import("./road-model.js").Unit} unit
 */

const BOX = { width: 408, height: 128, left: 50, right: 8, top: 16, bottom: 28 };
const YI = 1e8;
const MANY_YI = 5;
const CENTS = 1; // sums of the same prices in another order differ by less than this

/** The point of the curve at a budget. @param {{cost: number, count: number}[]} points @param {number} budget @returns {{cost: number, count: number}} */
export function pointAt(points, budget) {
  let found = points[0];
  for (const point of points) if (point.cost <= budget + CENTS) found = point;
  return found;
}

/** Round marks from 0 to an end, four to six of them. @param {number} most @returns {number[]} */
export function ticks(most) {
  const step = roundUp(most / 5);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

/** @param {Curve} curve @param {(budget: number) => void} choose a click on the curve puts the budget there @returns {SVGElement} */
export function curveNode(curve, choose) {
  const top = Math.max(1, curve.points[curve.points.length - 1].count, curve.plan?.count ?? 0);
  const inner = { width: BOX.width - BOX.left - BOX.right, height: BOX.height - BOX.top - BOX.bottom };
  const x = (/** @type {number} */ cost) => BOX.left + (inner.width * Math.min(cost, curve.most)) / Math.max(1, curve.most);
  const y = (/** @type {number} */ count) => BOX.top + inner.height * (1 - count / top);
  const label = summary(curve);
  const svg = drawn("svg", { viewBox: `0 0 ${BOX.width} ${BOX.height}`, class: "curve", role: "img", "aria-label": label }, ...axes(curve, top, x, y), ...line(curve, x, y), ...marks(curve, x, y));
  svg.addEventListener("click", (/** @type {any} */ event) => {
    const box = svg.getBoundingClientRect();
    const part = (((event.clientX - box.left) / box.width) * BOX.width - BOX.left) / inner.width;
    choose(Math.min(1, Math.max(0, part)) * curve.most);
  });
  return svg;
}

/** @param {Curve} curve */
function summary(curve) {
  const here = pointAt(curve.points, curve.at);
  const plan = curve.plan ? `；计划 ${money(curve.plan.cost)} 接通 ${integer(curve.plan.count)} ${UNITS[curve.unit].label}` : "";
  return `投资与接通${UNITS[curve.unit].label}数的曲线：${money(curve.at)} 可接通 ${integer(here.count)} ${UNITS[curve.unit].label}${plan}`;
}

/** @param {Curve} curve @param {number} top @param {(cost: number) => number} x @param {(count: number) => number} y */
function axes(curve, top, x, y) {
  const floor = BOX.height - BOX.bottom;
  const large = curve.most >= MANY_YI * YI;
  const costs = ticks(curve.most).map((cost) => drawn("text", { x: x(cost), y: floor + 12, "text-anchor": x(cost) > BOX.width - 24 ? "end" : "middle", text: large ? integer(cost / YI) : wan(cost) }));
  const counts = ticks(top).flatMap((count) => [
    drawn("line", { x1: BOX.left, x2: BOX.width - BOX.right, y1: y(count), y2: y(count), class: "grid-line" }),
    drawn("text", { x: BOX.left - 5, y: y(count) + 3.5, "text-anchor": "end", text: integer(count) }),
  ]);
  const names = [
    drawn("text", { x: BOX.width - BOX.right, y: BOX.height - 3, "text-anchor": "end", class: "axis", text: `累计投资（${large ? "亿元" : "万元"}）` }),
    drawn("text", { x: 2, y: 10, class: "axis", text: `累计接通（${UNITS[curve.unit].label}）` }),
  ];
  return [...counts, ...costs, ...names];
}

/** A staircase: between two works nothing more is reached. @param {Curve} curve @param {(cost: number) => number} x @param {(count: number) => number} y */
function line(curve, x, y) {
  const steps = curve.points.map((point, index) => (index ? `H${x(point.cost).toFixed(1)}V${y(point.count).toFixed(1)}` : `M${x(point.cost).toFixed(1)} ${y(point.count).toFixed(1)}`)).join("");
  const floor = BOX.height - BOX.bottom;
  const reached = pointAt(curve.points, curve.at);
  const inside = curve.points.filter((point) => point.cost <= curve.at + CENTS);
  const area = inside.map((point, index) => (index ? `H${x(point.cost).toFixed(1)}V${y(point.count).toFixed(1)}` : `M${x(0)} ${floor}V${y(point.count).toFixed(1)}`)).join("");
  return [drawn("path", { d: `${area}H${x(Math.max(reached.cost, curve.at)).toFixed(1)}V${floor}Z`, class: "reached" }), drawn("path", { d: `${steps}H${x(curve.most).toFixed(1)}`, class: "steps" })];
}

/** @param {Curve} curve @param {(cost: number) => number} x @param {(count: number) => number} y */
function marks(curve, x, y) {
  const here = drawn("line", { x1: x(curve.at), x2: x(curve.at), y1: BOX.top - 3, y2: BOX.height - BOX.bottom, class: "here" });
  if (!curve.plan) return [here];
  const [px, py] = [x(curve.plan.cost), y(curve.plan.count)];
  const diamond = drawn("path", { d: `M${px} ${py - 6}L${px + 6} ${py}L${px} ${py + 6}L${px - 6} ${py}Z`, class: curve.exact ? "plan-point on" : "plan-point" });
  const right = px > BOX.width * 0.7;
  const name = drawn("text", { x: px + (right ? -9 : 9), y: Math.min(py + 13, BOX.height - BOX.bottom - 3), "text-anchor": right ? "end" : "start", class: "axis strong", text: "计划" });
  return [here, diamond, name];
}
