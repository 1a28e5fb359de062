// What the service says about settlement sites and about road or move, and how new results are asked for.

/**
 * @typedef {object} SiteSource
 * @property {() => Promise<any>} sites answer of /plans/sites
 * @property {() => Promise<any>} siteParcels parcels as polygons
 * @property {() => Promise<any>} siteLines who goes where, as lines
 * @property {(lon: number, lat: number) => Promise<any>} siteAt why a place is taken or how it scores
 * @property {((body: any) => Promise<any>)|null} siteRank the ranking of the service, with how sure it is; null where nothing can be computed
 * @property {((name: string, body: any) => Promise<any>)|null} saveWeights the job that keeps them
 * @property {string} siteScores address of the picture tiles; empty for none
 * @property {(format: string) => string} siteExportUrl
 * @property {() => void} forgetSites
 * @property {((body: any) => Promise<any>)|null} startSites
 * @property {() => Promise<any>} choice answer of /plans/choice
 * @property {() => Promise<any>} choiceRoads
 * @property {(format: string) => string} choiceExportUrl
 * @property {() => void} forgetChoice
 * @property {((body: any) => Promise<any>)|null} startChoice
 */

/** @typedef {{ask: (url: string, how?: RequestInit) => Promise<any>, keep: (ask: (key: string) => Promise<any>) => {ask: (key: string) => Promise<any>, forget: () => void}}} Means */

/** Over HTTP. @param {string} base @param {Means} means @returns {SiteSource} */
export function siteSource(base, { ask, keep }) {
  const kept = (/** @type {string} */ path) => keep(() => ask(`${base}plans/${path}`));
  const [sites, parcels, lines] = [kept("sites"), kept("sites/parcels.geojson"), kept("sites/allocation.geojson")];
  const [choice, roads] = [kept("choice"), kept("choice/roads.geojson")];
  const at = keep((place) => ask(`${base}plans/sites/at?${place}`));
  const send = (/** @type {string} */ path, /** @type {string} */ method, /** @type {any} */ body) => ask(`${base}plans/${path}`, { method, body: JSON.stringify(body) });
  return {
    sites: () => sites.ask(""),
    siteParcels: () => parcels.ask(""),
    siteLines: () => lines.ask(""),
    siteAt: (lon, lat) => at.ask(`lon=${lon}&lat=${lat}`),
    siteRank: (body) => send("sites/rank", "POST", body),
    saveWeights: async (name, body) => (await send(`sites/weights/${encodeURIComponent(name)}`, "PUT", body)).job,
    siteScores: `${base}rasters/site_scores/{z}/{x}/{y}.png`,
    siteExportUrl: (format) => `${base}plans/sites/export.${format}`,
    forgetSites: () => [sites, parcels, lines, at].forEach((one) => one.forget()),
    startSites: async (body) => (await send("sites", "POST", body)).job,
    choice: () => choice.ask(""),
    choiceRoads: () => roads.ask(""),
    choiceExportUrl: (format) => `${base}plans/choice/export.${format}`,
    forgetChoice: () => [choice, roads].forEach((one) => one.forget()),
    startChoice: async (body) => (await send("choice", "POST", body)).job,
  };
}

const NONE = { available: false, sentence: "文件夹里没有这部分结果；请在工作区所在的电脑上打开服务查看。" };
const EMPTY = { type: "FeatureCollection", features: [] };

/** From files, where the folder holds them; nothing can be computed there. @param {(name: string) => Promise<any>} file @returns {SiteSource} */
export function folderSites(file) {
  const when = async (/** @type {string} */ flag, /** @type {string} */ name, /** @type {any} */ without) => ((await file("county"))[flag] ? file(name) : without);
  return {
    sites: () => when("site_plan", "site-plan", NONE),
    siteParcels: () => when("site_plan", "site-plan-parcels", EMPTY),
    siteLines: () => when("site_plan", "site-plan-lines", EMPTY),
    siteAt: async () => {
      throw new Error("文件夹里不能查任意地点的依据；请用服务打开。");
    },
    siteRank: null,
    saveWeights: null,
    siteScores: "",
    siteExportUrl: () => "",
    forgetSites: () => undefined,
    startSites: null,
    choice: () => when("choice_plan", "choice-plan", NONE),
    choiceRoads: () => when("choice_plan", "choice-plan-roads", EMPTY),
    choiceExportUrl: () => "",
    forgetChoice: () => undefined,
    startChoice: null,
  };
}
