// How places of the siting panels are drawn on the canvas of Leaflet: parcels with their rank, settlements, groups.

import { drawMark } from "./dom.js";

const INK = "#1d232a";
const PAPER = "#ffffff";
const FONT = '"Noto Sans CJK SC","Microsoft YaHei",sans-serif';

/** Leaflet's circle with our pen: `options.paint` draws it; made once Leaflet is there. */
export function pinClass() {
  return L.CircleMarker.extend({
    _updatePath() {
      if (!this._renderer._drawing || this._empty()) return;
      const context = this._renderer._ctx;
      context.globalAlpha = 1;
      context.setLineDash([]);
      this.options.paint(context, this._point.x, this._point.y, this._radius, this.options);
    },
  });
}

/** A parcel: round when we found it, square when the office named it; with its rank where it is among the first.
 * @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} r @param {any} look fill, given, text, marked */
export function paintParcel(context, x, y, r, { fill, given, text, marked }) {
  if (marked) plate(context, x, y, r + 4, given, INK, PAPER, 3);
  plate(context, x, y, r, given, text ? INK : fill || PAPER, text ? PAPER : INK, text ? 1.6 : 1.2);
  if (!fill && !text) slash(context, x, y, r);
  if (!text) return;
  context.fillStyle = PAPER;
  context.font = `600 ${Math.round(r * (/** @type {number[]} */ ([1.3, 1.15, 0.95])[Math.min(text.length, 3) - 1]))}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x, y + r * 0.06);
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} r @param {boolean} square @param {string} fill @param {string} edge @param {number} width */
function plate(context, x, y, r, square, fill, edge, width) {
  context.beginPath();
  if (square) context.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
  else context.arc(x, y, r, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.strokeStyle = edge;
  context.lineWidth = width;
  context.fill();
  context.stroke();
}

/** Through what has no rank. @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} r */
function slash(context, x, y, r) {
  context.beginPath();
  context.moveTo(x - 0.6 * r, y + 0.6 * r);
  context.lineTo(x + 0.6 * r, y - 0.6 * r);
  context.stroke();
}

/** A mark of the legend; ringed when it is chosen. @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} r @param {any} look mark, marked */
export function paintMark(context, x, y, r, { mark, marked }) {
  if (marked) {
    context.beginPath();
    context.arc(x, y, r + 5, 0, 2 * Math.PI);
    context.strokeStyle = INK;
    context.lineWidth = 3;
    context.stroke();
  }
  drawMark(context, mark, x, y, r);
}

/** The place that was asked about. @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} r */
export function paintCross(context, x, y, r) {
  for (const [colour, width] of /** @type {[string, number][]} */ ([[PAPER, 5], [INK, 2.4]])) {
    context.beginPath();
    context.arc(x, y, r * 0.62, 0, 2 * Math.PI);
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + dx * r * 0.62, y + dy * r * 0.62);
      context.lineTo(x + dx * r * 1.4, y + dy * r * 1.4);
    }
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}

/** Pins that are put, changed and taken away as rows come and go; each is redrawn only when it looks otherwise. */
export class Pins {
  /** @param {any} map @param {any} Pin class @param {any} renderer */
  constructor(map, Pin, renderer) {
    this.map = map;
    this.Pin = Pin;
    this.renderer = renderer;
    this.holder = L.layerGroup().addTo(map);
    /** @type {Map<string, {pin: any, key: string, order: number}>} */
    this.shown = new Map();
  }

  /** @param {{code: string, at: [number, number], radius: number, order: number, look: any}[]} wanted */
  show(wanted) {
    const codes = new Set(wanted.map(({ code }) => code));
    for (const [code, { pin }] of this.shown) {
      if (codes.has(code)) continue;
      this.holder.removeLayer(pin);
      this.shown.delete(code);
    }
    const changed = wanted.filter((one) => this.put(one)).length;
    if (!changed) return;
    for (const { pin } of [...this.shown.values()].sort((a, b) => a.order - b.order)) pin.bringToFront();
  }

  /** @param {any} one @returns {boolean} whether it looks otherwise now */
  put({ code, at, radius, order, look }) {
    const key = JSON.stringify([at, radius, order, look.fill, look.text, look.marked, look.mark?.shape, look.mark?.colour, look.faint]);
    const known = this.shown.get(code);
    if (known?.key === key) return false;
    if (known) {
      Object.assign(known.pin.options, look);
      Object.assign(known, { key, order });
      known.pin.setRadius(radius);
    } else {
      const pin = new this.Pin(at, { renderer: this.renderer, interactive: false, radius, code, ...look }).addTo(this.holder);
      this.shown.set(code, { pin, key, order });
    }
    return true;
  }

  clear() {
    this.holder.clearLayers();
    this.shown.clear();
  }

  /** The pin under a point, the topmost of equals. @param {{x: number, y: number}} point @param {number} reach pixels around its edge @returns {string} */
  nearest(point, reach) {
    let [best, least, top] = ["", Infinity, -Infinity];
    for (const [code, { pin, order }] of this.shown) {
      const at = this.map.latLngToContainerPoint(pin.getLatLng());
      const distance = Math.max(0, Math.hypot(at.x - point.x, at.y - point.y) - pin.getRadius());
      if (distance > reach || distance > least || (distance === least && order <= top)) continue;
      [best, least, top] = [code, distance, order];
    }
    return best;
  }
}
