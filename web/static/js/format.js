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

const WAN = 1e4;
const YI = 1e8;
const SMALL_WAN = 100;
const ONE = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 1 });
const COLUMN = [0, 1, 2].map((digits) => new Intl.NumberFormat("zh-CN", { minimumFractionDigits: digits, maximumFractionDigits: digits }));

/** Yuan as 万元, without the unit: `1,234`, below a hundred with one decimal. @param {number|null|undefined} cny @returns {string} */
export function wan(cny) {
  if (cny === null || cny === undefined) return UNKNOWN;
  const value = cny / WAN;
  return (Math.abs(value) < SMALL_WAN ? ONE : INTEGER).format(value);
}

/** Yuan in words: `1,234 万元`, `1.23 亿元`. @param {number|null|undefined} cny @returns {string} */
export function money(cny) {
  if (cny === null || cny === undefined) return UNKNOWN;
  return Math.abs(cny) >= YI ? `${DECIMAL.format(cny / YI)} 亿元` : `${wan(cny)} 万元`;
}

/** A number with at most so many decimals; missing is 不明. @param {number|null|undefined} value @param {number} [digits] @returns {string} */
export function decimal(value, digits = 1) {
  return value === null || value === undefined ? UNKNOWN : value.toLocaleString("zh-CN", { maximumFractionDigits: digits });
}

/** The same with all its decimals, so that a column of numbers stands on its points. @param {number|null|undefined} value @param {0|1|2} digits @returns {string} */
export function fixed(value, digits) {
  return value === null || value === undefined ? UNKNOWN : COLUMN[digits].format(value);
}

/** Yuan as 万元 in a column: always with one decimal, or so many. @param {number|null|undefined} cny @param {0|1|2} [digits] @returns {string} */
export const wanColumn = (cny, digits = 1) => fixed(cny === null || cny === undefined ? null : cny / WAN, digits);
