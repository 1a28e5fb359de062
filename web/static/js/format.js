// Numbers as a Chinese office writes them; a missing number is 不明, never 0.

const INTEGER = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 0 });
const DECIMAL = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 2 });
export const UNKNOWN = "不明";

/** @param {number|null|undefined} value @returns {string} */
export function integer(value) {
  return value === null || value === undefined ? UNKNOWN : INTEGER.format(value);
}

/** @param {number|null|undefined} value @param {string|null|undefined} unit @returns {string} */
export function measure(value, unit) {
  if (value === null || value === undefined || Number.isNaN(value)) return UNKNOWN;
  const text = (unit === "m" ? INTEGER : DECIMAL).format(value);
  return unit ? `${text}${unit === "%" ? "" : " "}${unit}` : text;
}

/** @param {number|null|undefined} share 0–1 @returns {string} */
export function percent(share) {
  return share === null || share === undefined ? "—" : `${(share * 100).toFixed(1)}%`;
}

/** `412–469`; one number when both ends are the same.
 * @param {number} low @param {number} high @returns {string} */
export function range(low, high) {
  return low === high ? integer(low) : `${integer(low)}–${integer(high)}`;
}
