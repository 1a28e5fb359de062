// How lines and marks of a road plan are drawn: strokes one over the other on the canvas of Leaflet, and which strokes a work gets.

import { drawMark } from "./dom.js";

/** @typedef {import("./road-words.js").Stroke} Stroke
 * @typedef {{strokes: Stroke[], built: boolean, order: number}} Look */

/** Leaflet's classes with our pens; made once Leaflet is there. */
export function drawnClasses() {
  const Line = L.Polyline.extend({
    _updatePath() {
      if (!this._renderer._drawing || !this._parts.length) return;
      strokeParts(this._renderer._ctx, this._parts, this.options.strokes, this.options.scale);
    },
  });
  const Mark = L.CircleMarker.extend({
    _updatePath() {
      if (!this._renderer._drawing || this._empty()) return;
      drawMark(this._renderer._ctx, this.options.mark, this._point.x, this._point.y, this._radius);
    },
  });
  const Sheet = L.Canvas.extend({
    /** Drawn by the processor: a few hundred short lines change at each step of a slider, and sending them to a weak graphics card takes longer than drawing them.
     * The map hears the pointer itself, as nothing on the sheet is interactive. */
    _initContainer() {
      this._container = document.createElement("canvas");
      this._ctx = this._container.getContext("2d", { willReadFrequently: true });
    },
  });
  return { Line, Mark, Sheet };
}

/** @param {CanvasRenderingContext2D} context @param {{x: number, y: number}[][]} parts @param {Stroke[]} strokes @param {number} scale */
function strokeParts(context, parts, strokes, scale) {
  context.globalAlpha = 1;
  context.lineJoin = "round";
  context.lineCap = "butt";
  context.beginPath();
  for (const part of parts) part.forEach((point, index) => (index ? context.lineTo(point.x, point.y) : context.moveTo(point.x, point.y)));
  for (const stroke of strokes) {
    const width = stroke.width * scale;
    context.setLineDash(stroke.dash.map((one) => one * width));
    context.lineWidth = width;
    context.strokeStyle = stroke.colour;
    context.stroke();
  }
  context.setLineDash([]);
}

/** How the lines of a work are drawn. @param {import("./road-model.js").RoadView} view @param {any} words @param {any} properties @param {boolean} other of the other plan
 * @returns {Look|null} null: not drawn */
export function lookOf(view, words, properties, other) {
  const { comparison, built, state } = view;
  const code = properties.work_code;
  if (other) return comparison?.others.has(code) ? { strokes: words.side.b.strokes, built: true, order: 3 } : null;
  if (!built.has(code)) return { strokes: words.unbuilt.strokes, built: false, order: code === state.work ? 2 : 1 };
  if (comparison) return { strokes: words.side[comparison.sides.get(code) ?? "a"].strokes, built: true, order: 4 };
  if (isFlagged(properties)) return { strokes: words.flagged.strokes, built: true, order: 5 };
  return { strokes: (words.kind[properties.kind] ?? words.kind.new).strokes, built: true, order: 4 };
}

/** Whether the piece needs a survey or a longer line. @param {any} properties */
const isFlagged = (properties) => Boolean(properties.flagged) && properties.flagged !== "false";
