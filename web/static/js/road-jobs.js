// A run of the plan: its progress as it comes, cancel, and what is said when it ends or was interrupted.

import { el } from "./dom.js";
import { percent } from "./format.js";

/** @typedef {{id: string, kind: string, state: string, words: string, share: number|null, ahead?: number, problem?: {detail?: string, hint?: string}|null}} Job
 * @typedef {{done: () => void, again: () => void, writable: (may: boolean) => void}} Actions */

const KIND = "roads";
const RUNNING = new Set(["queued", "running"]);
const ENDS = ["done", "failed", "cancelled", "interrupted"];
const SAID = { failed: "编制没有成功", cancelled: "已取消编制，原计划没有改动", interrupted: "编制被中断，原计划没有改动" };

/** @param {any} job @returns {boolean} */
export const isRunning = (job) => RUNNING.has(job?.state);

/** The sentence of a run that has ended. @param {string} state @param {any} job @returns {string} */
export function endSentence(state, job) {
  const plain = SAID[/** @type {"failed"} */ (state)] ?? "";
  const why = [job?.problem?.detail, job?.problem?.hint].filter(Boolean).join("");
  return why && state !== "cancelled" ? `${plain}：${why}` : `${plain}。`;
}

/** @param {HTMLElement} holder @param {import("./api.js").Source} source @param {Actions} on */
export function createJobs(holder, source, on) {
  /** @type {EventSource|null} */
  let stream = null;
  let followed = "";

  const clear = () => {
    stream?.close();
    stream = null;
    followed = "";
  };
  const quiet = () => {
    holder.hidden = true;
    holder.replaceChildren();
  };
  const tell = (/** @type {string} */ text, /** @type {boolean} */ again) => {
    const close = el("button", { type: "button", class: "close", "aria-label": "关闭提示", text: "×", onclick: quiet });
    const retry = again ? el("button", { type: "button", text: "重新编制", onclick: on.again }) : null;
    holder.replaceChildren(el("p", { class: "job-end", role: "alert" }, el("span", { text }), retry, close));
    holder.hidden = false;
  };
  const end = (/** @type {string} */ state, /** @type {any} */ told) => {
    clear();
    if (state === "done") {
      quiet();
      return on.done();
    }
    return tell(endSentence(state, told), state !== "cancelled");
  };
  const progress = (/** @type {any} */ told) => {
    const share = typeof told.share === "number" ? Math.min(1, Math.max(0, told.share)) : null;
    const bar = holder.querySelector("progress") ?? frame();
    if (share === null) bar.removeAttribute("value");
    else /** @type {HTMLProgressElement} */ (bar).value = share;
    const words = told.ahead ? `前面还有 ${told.ahead} 个任务` : told.words || "正在编制道路计划";
    /** @type {HTMLElement} */ (holder.querySelector(".job-words")).textContent = share ? `${words} ${percent(share)}` : words;
  };
  const frame = () => {
    const bar = el("progress", { max: "1", "aria-label": "编制进度" });
    const cancel = el("button", { type: "button", class: "job-cancel", text: "取消", onclick: () => stop() });
    holder.replaceChildren(bar, el("div", { class: "job-line" }, el("span", { class: "job-words", role: "status" }), cancel));
    holder.hidden = false;
    return bar;
  };
  const stop = async () => {
    try {
      const cancel = holder.querySelector(".job-cancel");
      cancel?.setAttribute("disabled", "");
      await source.cancelJob(followed);
    } catch (error) {
      tell(/** @type {Error} */ (error).message, false);
    }
  };
  /** @param {Job} job */
  const follow = (job) => {
    if (followed === job.id) return;
    clear();
    followed = job.id;
    progress(job);
    stream = source.jobEvents(job.id);
    if (!stream) return;
    const parse = (/** @type {any} */ event) => {
      try {
        return JSON.parse(event.data);
      } catch {
        return {};
      }
    };
    stream.addEventListener("progress", (event) => progress(parse(event)));
    for (const name of ENDS) stream.addEventListener(name, (event) => end(name, parse(event)));
    stream.addEventListener("error", () => lost(job.id));
  };
  /** The service went away: the browser asks again by itself; where it has given up we ask what became of the run. @param {string} id */
  const lost = async (id) => {
    if (followed !== id) return;
    progress({ words: "与服务的连接中断，正在重新连接", share: null });
    if (stream && stream.readyState !== EventSource.CLOSED) return;
    setTimeout(() => followed === id && recover(id), 2000);
  };
  const recover = async (/** @type {string} */ id) => {
    const job = await source.job(id).catch(() => null);
    if (followed !== id) return;
    if (job && !isRunning(job)) end(job.state, job);
    else if (job) {
      followed = "";
      follow(job);
    } else setTimeout(() => followed === id && recover(id), 2000);
  };
  return {
    follow,
    /** On opening: a run that is still going is followed, the last one that was interrupted is told. */
    async look() {
      const answer = await source.jobs().catch(() => ({ writable: false, jobs: [] }));
      on.writable(answer.writable);
      const jobs = answer.jobs.filter((one) => one.kind === KIND);
      const running = jobs.find(isRunning);
      if (running) follow(running);
      else if (jobs[0]?.state === "interrupted" || jobs[0]?.state === "failed") tell(endSentence(jobs[0].state, jobs[0]), true);
    },
    tell,
  };
}
