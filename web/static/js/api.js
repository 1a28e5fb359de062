// Where answers come from: the service over HTTP. `folder.js` gives the same answers from files.

import { siteSource } from "./site-source.js";

/**
 * @typedef {Record<"met"|"lacking"|"unknown"|"excluded"|"total", number>} Counts
 * @typedef {object} AreaRow
 * @property {string} code @property {string} name @property {string|null} parent
 * @property {Counts} groups @property {Counts} households @property {Counts} people @property {Counts} registered
 * @property {number} near_miss @property {number} conflict @property {number|null} rate
 * @typedef {Record<string, any>} GroupRow
 * @typedef {{county: AreaRow|null, township: AreaRow[], village: AreaRow[]}} Overview
 * @typedef {{rows: GroupRow[], matched: number}} Groups
 * @typedef {{service: string, area: string, filter: string}} Query
 * @typedef {import("./site-source.js").SiteSource & PlainSource} Source
 * @typedef {object} PlainSource
 * @property {() => Promise<any>} county
 * @property {(service: string) => Promise<Overview>} overview
 * @property {(query: Query) => Promise<Groups>} groups
 * @property {(code: string) => Promise<any>} card
 * @property {(text: string) => Promise<any[]>} search
 * @property {(layer: string) => Promise<any>} features
 * @property {(query: Query, level: string, format: string) => string} exportUrl
 * @property {(rev: string) => Promise<any>} plan the road plan of a revision; of the newest without one
 * @property {(rev: string) => Promise<any>} planLines
 * @property {(rev: string) => Promise<any[]>} planGroups
 * @property {(code: string) => Promise<any>} planWork one work of the newest plan, with its profile
 * @property {(format: string) => string} planExportUrl
 * @property {() => void} forgetPlans what was asked about plans is asked anew
 * @property {((body: any) => Promise<any>)|null} startPlan null where nothing can be computed
 * @property {() => Promise<{writable: boolean, jobs: any[]}>} jobs
 * @property {(id: string) => Promise<any>} job
 * @property {(id: string) => Promise<any>} cancelJob
 * @property {(id: string) => EventSource|null} jobEvents
 */

export const GROUP_LIMIT = 5000;
const FEATURE_LIMIT = 1000;
const FEATURE_PAGES = 40;
export const JOINTS = "network_repairs";

/** A failed answer; its message is the sentence that the service gave. */
export class Failure extends Error {}

/** @param {string} url @returns {Promise<any>} */
const getJson = (url) => askJson(url, {});

/** @param {string} url @param {RequestInit} how @returns {Promise<any>} */
async function askJson(url, how) {
  const answer = await fetch(url, { ...how, headers: { accept: "application/json", ...(how.body ? { "content-type": "application/json" } : {}) } }).catch(() => {
    throw new Failure("无法连接服务，请确认 zutong serve 仍在运行，然后刷新页面。");
  });
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new Failure([body?.detail ?? body?.title ?? `服务返回错误 ${answer.status}。`, body?.hint].filter(Boolean).join(""));
  return body;
}

/** The filter of a query as HTTP parameters. @param {Query} query @returns {URLSearchParams} */
function filterParams({ area, filter }) {
  const params = new URLSearchParams();
  if (area) params.set("area", area);
  if (filter === "near") params.set("near_miss", "true");
  else if (filter !== "all") params.set("status", filter);
  return params;
}

/** Keep answers: each thing is asked once; a failure is forgotten, so that it can be tried again.
 * @template T @param {(key: string) => Promise<T>} ask @returns {(key: string) => Promise<T>} */
export function remembered(ask) {
  /** @type {Map<string, Promise<T>>} */
  const known = new Map();
  return (key) => {
    let answer = known.get(key);
    if (!answer) {
      answer = ask(key);
      known.set(key, answer);
      answer.catch(() => known.delete(key));
    }
    return answer;
  };
}

/** @param {string} base @param {string} service @returns {Promise<Overview>} */
async function fetchOverview(base, service) {
  const levels = ["county", "township", "village"];
  const ask = (/** @type {string} */ level) => getJson(`${base}gaps/${service}?level=${level}&limit=${GROUP_LIMIT}`);
  const [county, township, village] = await Promise.all(levels.map(ask));
  return { county: county.rows[0] ?? null, township: township.rows, village: village.rows };
}

/** What the county has; doubtful joints of the roads are a result, and join its layers where they were found.
 * @param {string} base @returns {Promise<any>} */
async function fetchCounty(base) {
  const [county, known] = await Promise.all([getJson(`${base}county`), getJson(`${base}collections`).catch(() => null)]);
  const found = (known?.collections ?? []).some((/** @type {any} */ one) => one.id === JOINTS);
  return found ? { ...county, layers: [...county.layers, { name: JOINTS, label: "路网断点", geometry: "point", tiles: null }] } : county;
}

/** All pages of a layer, as one collection; of the joints only the doubtful ones. @param {string} base @param {string} layer @returns {Promise<any>} */
async function fetchFeatures(base, layer) {
  const features = [];
  const doubtful = layer === JOINTS ? `&filter=${encodeURIComponent("certain = FALSE")}` : "";
  let url = `${base}collections/${layer}/items?limit=${FEATURE_LIMIT}${doubtful}`;
  for (let page = 0; url && page < FEATURE_PAGES; page += 1) {
    const part = await getJson(url);
    features.push(...part.features);
    const next = (part.links ?? []).find((/** @type {any} */ link) => link.rel === "next");
    url = next ? new URL(next.href, location.href).href : "";
  }
  return { type: "FeatureCollection", features };
}

/** The rows of a query among all rows of its service. @param {GroupRow[]} all @param {Query} query @returns {Groups} */
export function among(all, { area, filter }) {
  const inside = (/** @type {GroupRow} */ row) => !area || row.township_code === area || row.village_code === area;
  const wanted = (/** @type {GroupRow} */ row) => filter === "all" || (filter === "near" ? row.near_miss === true : row.verdict === filter);
  const rows = all.filter((row) => inside(row) && wanted(row));
  return { rows, matched: rows.length };
}

/** Ask for groups, unless all of them have come before. @param {string} base @returns {(query: Query) => Promise<Groups>} */
function groupAsker(base) {
  /** @type {Map<string, GroupRow[]>} */
  const whole = new Map();
  return async (query) => {
    const all = whole.get(query.service);
    if (all) return among(all, query);
    const params = filterParams(query);
    params.set("level", "group");
    params.set("limit", String(GROUP_LIMIT));
    const answer = await getJson(`${base}gaps/${query.service}?${params}`);
    if (!query.area && query.filter === "all" && answer.matched === answer.rows.length) whole.set(query.service, answer.rows);
    return answer;
  };
}

/** The same as `remembered`, with a way to forget. @template T @param {(key: string) => Promise<T>} ask */
function forgettable(ask) {
  let known = remembered(ask);
  return { ask: (/** @type {string} */ key) => known(key), forget: () => (known = remembered(ask)) };
}

/** What the service says about road plans, and how a new one is asked for. @param {string} base */
function planSource(base) {
  const of = (/** @type {string} */ path) => forgettable((/** @type {string} */ rev) => getJson(`${base}plans/roads${path}${rev ? `?rev=${encodeURIComponent(rev)}` : ""}`));
  const [plan, lines, groups] = [of(""), of("/lines.geojson"), of("/groups")];
  const work = forgettable((code) => getJson(`${base}plans/roads/works/${encodeURIComponent(code)}`));
  const job = (/** @type {string} */ id) => `${base}jobs/${encodeURIComponent(id)}`;
  return {
    plan: plan.ask,
    planLines: lines.ask,
    planGroups: async (/** @type {string} */ rev) => (await groups.ask(rev)).rows,
    planWork: work.ask,
    planExportUrl: (/** @type {string} */ format) => `${base}plans/roads/export.${format}`,
    forgetPlans: () => [plan, lines, groups, work].forEach((one) => one.forget()),
    startPlan: async (/** @type {any} */ body) => (await askJson(`${base}plans/roads`, { method: "POST", body: JSON.stringify(body) })).job,
    jobs: () => getJson(`${base}jobs`),
    job: async (/** @type {string} */ id) => (await getJson(job(id))).job,
    cancelJob: (/** @type {string} */ id) => askJson(job(id), { method: "DELETE" }),
    jobEvents: (/** @type {string} */ id) => new EventSource(`${job(id)}/events`),
  };
}

/** @param {string} base address of the service, ending with a slash @returns {Source} */
export function httpSource(base) {
  return {
    ...planSource(base),
    ...siteSource(base, { ask: (url, how = {}) => askJson(url, how), keep: forgettable }),
    county: () => fetchCounty(base),
    overview: remembered((service) => fetchOverview(base, service)),
    groups: groupAsker(base),
    card: remembered((code) => getJson(`${base}groups/${encodeURIComponent(code)}`)),
    search: (text) => getJson(`${base}search?q=${encodeURIComponent(text)}&limit=12`),
    features: remembered((layer) => fetchFeatures(base, layer)),
    exportUrl(query, level, format) {
      const params = filterParams(query);
      params.set("level", level);
      return `${base}gaps/${query.service}/export.${format}?${params}`;
    },
  };
}
