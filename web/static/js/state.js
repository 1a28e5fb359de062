// The one state of the page. It lives in the address (after #), so that a link, the back button and a saved folder all mean the same thing.

/**
 * @typedef {object} State
 * @property {string} service chosen service
 * @property {string} area code of the township or village looked at; empty for the whole county
 * @property {string} filter all, lacking, unknown or near
 * @property {string} level rows of the table: township, village or group; empty follows the area
 * @property {string} select code of the group whose card is open
 * @property {string} shade units that are shaded: township, village, none; empty follows the area
 * @property {string} sort column of the table, with a leading minus when falling
 * @property {number} page page of the table, from 0
 * @property {string[]} layers names of the layers that are on
 * @property {string} view map position `zoom/lat/lon`; empty fits the area
 * @property {string} panel what the left panel asks: empty for the gaps, `plan` for the road plan, `sites` for settlement sites, `choice` for road or move
 * @property {string} budget yuan at which the slider stands; empty shows the programme as it was worked out
 * @property {string} year last year of the programme that is shown; empty shows all years
 * @property {string} unit what is counted: households, groups, registered or people
 * @property {string} work code of the work whose card is open
 * @property {string} compare revision of the plan that this one is compared with
 * @property {string} tab part of the siting panel: empty for parcels, `land`, `settlements` or `moves`
 * @property {string} weights points of each criterion (`slope:15,water:12`); empty for those that were computed with
 * @property {string} parcel code of the parcel whose card is open
 * @property {string} site code of the settlement whose card is open
 * @property {string} at `lon,lat` of the place whose reasons are shown
 * @property {string} beside codes of the parcels that are laid side by side
 * @property {string} look `beside` while they are
 * @property {string} answer which answers the table of road or move lists: empty for all, road, move, none or open
 * @property {string} hide parts of the siting map that are switched off
 */

export const FILTERS = ["all", "lacking", "unknown", "near"];
export const PANELS = ["", "plan", "sites", "choice"];
export const TABS = ["", "land", "settlements", "moves"];
export const ANSWERS = ["", "road", "move", "none", "open"];
export const UNIT_NAMES = ["households", "groups", "registered", "people"];
const TEXTS = ["service", "area", "filter", "level", "select", "shade", "sort", "view", "panel", "budget", "year", "unit", "work", "compare", "tab", "weights", "parcel", "site", "at", "beside", "look", "answer", "hide"];

/** What else must hold for a value to be taken. @type {Record<string, (text: string) => boolean>} */
const ALLOWED = {
  filter: (text) => FILTERS.includes(text),
  panel: (text) => PANELS.includes(text),
  budget: (text) => /^\d{0,15}$/.test(text),
  year: (text) => /^\d{0,4}$/.test(text),
  unit: (text) => UNIT_NAMES.includes(text),
  compare: (text) => /^\w*$/.test(text),
  tab: (text) => TABS.includes(text),
  weights: (text) => /^([\w-]+:\d+(\.\d+)?(,|$))*$/.test(text),
  at: (text) => /^(-?\d+(\.\d+)?,-?\d+(\.\d+)?)?$/.test(text),
  look: (text) => ["", "beside"].includes(text),
  answer: (text) => ANSWERS.includes(text),
};

/**
 * Read the state from an address; what is absent or not allowed falls back to the default.
 * @param {string} hash
 * @param {State} defaults
 * @param {string[]} services
 * @returns {State}
 */
export function parseState(hash, defaults, services) {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  /** @type {any} */
  const state = { ...defaults };
  for (const name of TEXTS) {
    const text = params.get(name);
    if (text !== null && (ALLOWED[name]?.(text) ?? true)) state[name] = text;
  }
  if (!services.includes(state.service)) state.service = defaults.service;
  state.page = Math.max(0, Number.parseInt(params.get("page") ?? "0", 10) || 0);
  if (params.has("layers")) state.layers = (params.get("layers") ?? "").split(",").filter(Boolean);
  return state;
}

/**
 * Write the state as an address; defaults are left out, so links stay short.
 * @param {State} state
 * @param {State} defaults
 * @returns {string}
 */
export function formatState(state, defaults) {
  const params = new URLSearchParams();
  params.set("service", state.service);
  for (const name of TEXTS) {
    const key = /** @type {keyof State} */ (name);
    if (state[key] !== defaults[key]) params.set(name, String(state[key]));
  }
  if (state.page) params.set("page", String(state.page));
  if (state.layers.join() !== defaults.layers.join()) params.set("layers", state.layers.join(","));
  return `#${params.toString().replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
}

/**
 * Hold the state, write it to the address and tell who listens.
 * @param {State} defaults
 * @param {string[]} services
 */
export function createStore(defaults, services) {
  let state = parseState(location.hash, defaults, services);
  /** @type {Array<(state: State, before: State) => void>} */
  const listeners = [];
  /** @param {State} next */
  const move = (next) => {
    const before = state;
    state = next;
    for (const listener of listeners) listener(state, before);
  };
  const follow = () => {
    const next = parseState(location.hash, defaults, services);
    if (formatState(next, defaults) !== formatState(state, defaults)) move(next);
  };
  addEventListener("popstate", follow);
  addEventListener("hashchange", follow);
  return {
    get: () => state,
    /** @param {(state: State, before: State) => void} listener */
    subscribe: (listener) => listeners.push(listener),
    /** @param {Partial<State>} patch @param {{replace?: boolean}} [how] replace: no new step for the back button */
    set(patch, { replace = false } = {}) {
      const next = { ...state, ...patch };
      const address = formatState(next, defaults);
      if (address === formatState(state, defaults)) return;
      if (replace) history.replaceState(null, "", address);
      else history.pushState(null, "", address);
      move(next);
    },
  };
}
