// Images both renderers draw with: the hatch of 不明 and the signs of facilities.

const SIGN_PX = 36;
const LEGIBLE_PX = 6;

/** @param {number} size */
function sheet(size) {
  const canvas = document.createElement("canvas");
  canvas.width = size;
  canvas.height = size;
  return { canvas, context: /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")) };
}

/** @param {string} colour @returns {HTMLCanvasElement} */
export function hatchCanvas(colour) {
  const size = 16;
  const { canvas, context } = sheet(size);
  context.fillStyle = "#f1f3f5";
  context.fillRect(0, 0, size, size);
  context.strokeStyle = colour;
  context.lineWidth = 3;
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift - 2, size + 2);
    context.lineTo(shift + size + 2, -2);
  }
  context.stroke();
  return canvas;
}

/** @param {string} colour @returns {ImageData} */
export function hatchImage(colour) {
  const canvas = hatchCanvas(colour);
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).getImageData(0, 0, canvas.width, canvas.height);
}

/** A round sign with one character. @param {CanvasRenderingContext2D} context @param {{colour: string, symbol: string}} style
 * @param {number} x @param {number} y @param {number} radius */
export function drawSign(context, style, x, y, radius) {
  context.setLineDash([]); // Leaflet leaves the dash and the strength of the last road behind
  context.globalAlpha = 1;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = style.colour;
  context.strokeStyle = "#ffffff";
  context.lineWidth = radius / 7;
  context.fill();
  context.stroke();
  if (radius < LEGIBLE_PX) return;
  context.fillStyle = "#ffffff";
  context.font = `600 ${Math.round(radius * 1.25)}px "Noto Sans CJK SC","Microsoft YaHei",sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(style.symbol, x, y + radius * 0.06);
}

/** @param {{colour: string, symbol: string}} style @returns {ImageData} */
export function symbolImage(style) {
  const { context } = sheet(SIGN_PX);
  drawSign(context, style, SIGN_PX / 2, SIGN_PX / 2, SIGN_PX / 2 - 2);
  return context.getImageData(0, 0, SIGN_PX, SIGN_PX);
}
