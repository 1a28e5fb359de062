// Nodes are built, never parsed: names that come from the county's files may contain markup, so every text goes through textContent.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Build an element.
 * @param {string} tag
 * @param {Record<string, unknown>} [props] `class`, `text`, `on*` handlers, `data-*`/`aria-*` and other attributes; null leaves one out
 * @param {...(Node|string|null|undefined)} children
 * @returns {HTMLElement}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** @param {Element} node @param {string} name @param {unknown} value */
function setProp(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "text") node.textContent = String(value);
  else if (name.startsWith("on")) node.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
  else node.setAttribute(name, value === true ? "" : String(value));
}

/**
 * Build a part of a drawing; `text` and `on*` as for `el`.
 * @param {string} tag
 * @param {Record<string, unknown>} [props]
 * @param {...(Node|null)} children
 * @returns {SVGElement}
 */
export function drawn(tag, props = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

/**
 * The element with that id; the page's own template guarantees it.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`页面缺少元素 ${id}`);
  return node;
}

/** Shapes that are drawn as an outline: a group that does not count, and (boldly) one that a plan connects, or whose answer may change. */
const BOLD = new Set(["target", "diamond_open"]);
const HOLLOW = new Set(["ring", ...BOLD]);

/** @type {Record<string, string>} outline of each shape in a 16 × 16 box */
const OUTLINES = {
  triangle: "M8 1.6 15 14.4 1 14.4Z",
  circle: "M8 1.8A6.2 6.2 0 1 1 7.99 1.8Z",
  square: "M2.4 2.4H13.6V13.6H2.4Z",
  ring: "M8 3.2A4.8 4.8 0 1 1 7.99 3.2Z",
  target: "M8 2.8A5.2 5.2 0 1 1 7.99 2.8Z",
  diamond: "M8 .8 15.2 8 8 15.2.8 8Z",
  diamond_open: "M8 2.8 13.2 8 8 13.2 2.8 8Z",
  house: "M8 1.2 14.6 7V14.8H1.4V7Z",
};

/**
 * A small drawn mark: the same shapes as on the map.
 * @param {{colour: string, shape: string, label: string}} mark
 * @returns {SVGElement}
 */
export function icon(mark) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "mark");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", OUTLINES[mark.shape] ?? OUTLINES.circle);
  const hollow = HOLLOW.has(mark.shape);
  path.setAttribute("fill", hollow ? "#ffffff" : mark.colour);
  path.setAttribute("stroke", hollow ? mark.colour : "none");
  path.setAttribute("stroke-width", BOLD.has(mark.shape) ? "3.4" : "2");
  svg.append(path);
  return svg;
}

/**
 * A sample of a line style, for the legend.
 * @param {{colour: string, width: number, dash: number[]}} style
 * @returns {SVGElement}
 */
export function lineSample(style) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 28 8");
  svg.setAttribute("class", "line-sample");
  svg.setAttribute("aria-hidden", "true");
  svg.append(sampleStroke(style.colour, style.width, style.dash));
  return svg;
}

/** The same for a line that is drawn in several strokes, the lowest first.
 * @param {{colour: string, width: number, dash: number[]}[]} strokes @returns {SVGElement} */
export function strokesSample(strokes) {
  const parts = strokes.map((one) => sampleStroke(one.colour, one.width, one.dash));
  return drawn("svg", { viewBox: "0 0 28 8", class: "line-sample", "aria-hidden": "true" }, ...parts);
}

/** @param {string} colour @param {number} width @param {number[]} dash in widths @returns {SVGElement} */
function sampleStroke(colour, width, dash) {
  const dashes = dash.length ? dash.map((part) => part * width).join(" ") : null;
  return drawn("line", { x1: 0, y1: 4, x2: 28, y2: 4, stroke: colour, "stroke-width": width, "stroke-dasharray": dashes });
}

/** Draw a shape on a canvas, centred at x, y; used by both map renderers.
 * @param {CanvasRenderingContext2D} context
 * @param {{colour: string, shape: string}} mark
 * @param {number} x @param {number} y @param {number} radius
 */
export function drawMark(context, mark, x, y, radius) {
  context.setLineDash([]);
  context.beginPath();
  outline(context, mark.shape, x, y, radius);
  context.closePath();
  const hollow = HOLLOW.has(mark.shape);
  context.lineWidth = BOLD.has(mark.shape) ? Math.max(1.6, radius / 2.2) : Math.max(1, radius / 4);
  context.fillStyle = hollow ? "#ffffff" : mark.colour;
  context.strokeStyle = hollow ? mark.colour : "#ffffff";
  context.fill();
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {string} shape @param {number} x @param {number} y @param {number} r */
function outline(context, shape, x, y, r) {
  if (shape === "triangle") {
    context.moveTo(x, y - 1.15 * r);
    context.lineTo(x + 1.1 * r, y + 0.85 * r);
    context.lineTo(x - 1.1 * r, y + 0.85 * r);
  } else if (shape === "diamond" || shape === "diamond_open") diamond(context, x, y, shape === "diamond" ? 1.15 * r : 0.9 * r);
  else if (shape === "house") house(context, x, y, r);
  else if (shape === "square") context.rect(x - 0.85 * r, y - 0.85 * r, 1.7 * r, 1.7 * r);
  else context.arc(x, y, (HOLLOW.has(shape) ? 0.7 : 0.9) * r, 0, 2 * Math.PI);
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} r */
function diamond(context, x, y, r) {
  context.moveTo(x, y - r);
  context.lineTo(x + r, y);
  context.lineTo(x, y + r);
  context.lineTo(x - r, y);
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} r */
function house(context, x, y, r) {
  context.moveTo(x, y - r);
  context.lineTo(x + 0.95 * r, y - 0.15 * r);
  context.lineTo(x + 0.95 * r, y + r);
  context.lineTo(x - 0.95 * r, y + r);
  context.lineTo(x - 0.95 * r, y - 0.15 * r);
}
