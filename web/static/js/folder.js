// The same answers from files beside the page, for a folder opened by double click (file://), where nothing can be fetched.
// Each data file is a script that calls `zutongData(name, value)`: the one global of the folder.

import { among, remembered } from "./api.js";
import { folderSites } from "./site-source.js";

/** @type {Map<string, (value: any) => void>} */
const waiting = new Map();

/** Called by the data files. @param {string} name @param {any} value */
export function receive(name, value) {
  waiting.get(name)?.(value);
  waiting.delete(name);
}

/** Load one data file. @param {string} name @returns {Promise<any>} */
function load(name) {
  return new Promise((resolve, reject) => {
    waiting.set(name, resolve);
    const script = document.createElement("script");
    script.src = `data/${name}.js`;
    script.onerror = () => reject(new Error(`文件夹中缺少数据文件 data/${name}.js，请重新导出。`));
    document.head.append(script);
  });
}

/** Best matches first: equal, then beginning with, then containing. @param {any[]} index @param {string} text */
function find(index, text) {
  const wanted = text.trim().toLowerCase();
  const score = (/** @type {any} */ entry) => {
    const keys = [entry.name, entry.code, ...(entry.keys ?? [])].map((key) => String(key ?? "").toLowerCase());
    if (keys.includes(wanted)) return 0;
    if (keys.some((key) => key.startsWith(wanted))) return 1;
    return keys.some((key) => key.includes(wanted)) ? 2 : 3;
  };
  const scored = index.map((entry) => ({ entry, rank: score(entry) })).filter(({ rank }) => rank < 3);
  return scored.sort((a, b) => a.rank - b.rank).slice(0, 12).map(({ entry }) => entry);
}

/** The road plan that the folder was written with; nothing can be computed here. @param {(name: string) => Promise<any>} file */
function folderPlan(file) {
  const none = { available: false, works: [], plans: [] };
  return {
    plan: async () => ((await file("county")).road_plan ? file("road-plan") : none),
    planLines: () => file("road-plan-lines"),
    planGroups: () => file("road-plan-groups"),
    planWork: async (/** @type {string} */ code) => {
      const shelf = (await file("road-plan-shelves"))[code];
      const works = shelf === undefined ? {} : await file(`road-plan-works-${shelf}`);
      if (!works[code]) throw new Error(`没有代码为“${code}”的道路工程。`);
      return works[code];
    },
    planExportUrl: () => "",
    forgetPlans: () => undefined,
    startPlan: null,
    jobs: async () => ({ writable: false, jobs: [] }),
    job: async () => null,
    cancelJob: async () => null,
    jobEvents: () => null,
  };
}

/** @returns {import("./api.js").Source} */
export function folderSource() {
  const file = remembered(load);
  return {
    county: () => file("county"),
    overview: (service) => file(`overview-${service}`),
    async groups(query) {
      return among(await file(`groups-${query.service}`), query);
    },
    async card(code) {
      const shelf = (await file("shelves"))[code];
      const cards = shelf === undefined ? {} : await file(`cards-${shelf}`);
      if (!cards[code]) throw new Error(`没有代码为“${code}”的组。`);
      return cards[code];
    },
    search: async (text) => find(await file("search"), text),
    features: (layer) => file(`layer-${layer}`),
    exportUrl: () => "",
    ...folderPlan(file),
    ...folderSites(file),
  };
}
