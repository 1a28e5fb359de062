// A run of a plan: its progress as it comes, cancel, and what is said when it ends or was interrupted.

import { el } from "./dom.js";
import { percent } from "./format.js";

/** @typedef {{id: string, kind: string, state: string, words: string, share: number|null, ahead?: number, problem?: {detail?: string, hint?: string}|null}} Job
 * @typedef {{done: () => void, again: () => void, writable: (may: boolean) => void}} Actions
 * @typedef {{kind: string, running: string, again: string, said: Record<string, string>}} About which runs are followed, and how they are spoken of */

const RUNNING = new Set(["queued", "running"]);
const ENDS = ["done", "failed", "cancelled", "interrupted"];
const AGAIN_MS = 2000;
/** @type {About} */
const ROADS = {
  kind: "roads",
  running: "正在编制道路计划",
  again: "重新编制",
  said: { failed: "编制没有成功", cancelled: "已取消编制，原计划没有改动", interrupted: "编制被中断，原计划没有改动" },
};

/** @param {any} job @returns {boolean} */
export const isRunning = (job) => RUNNING.has(job?.state);

/** The sentence of a run that has ended. @param {string} state @param {any} job @param {About} [about] @returns {string} */
export function endSentence(state, job, about = ROADS) {
  const plain = about.said[state] ?? "";
  const why = [job?.problem?.detail, job?.problem?.hint].filter(Boolean).join("");
  return why && state !== "cancelled" ? `${plain}：${why}` : `${plain}。`;
}

/** Words of a run's progress. @param {any} told @param {number|null} share @param {string} running @returns {string} */
function progressText(told, share, running) {
  const words = told.ahead ? `前面还有 ${told.ahead} 个任务` : told.words || running;
  return share ? `${words} ${percent(share)}` : words;
}

/** @param {any} event of the stream @returns {any} */
function parsed(event) {
  try {
    return JSON.parse(event.data);
  } catch {
    return {};
  }
}

export class Jobs {
  /** @param {HTMLElement} holder @param {import("./api.js").Source} source @param {Actions} on @param {About} [about] */
  constructor(holder, source, on, about = ROADS) {
    this.about = about;
    this.holder = holder;
    this.source = source;
    this.on = on;
    /** @type {EventSource|null} */
    this.stream = null;
    this.followed = "";
  }

  /** On opening: a run that is still going is followed, the last one that was interrupted is told. */
  async look() {
    const answer = await this.source.jobs().catch(() => ({ writable: false, jobs: [] }));
    this.on.writable(answer.writable);
    const jobs = answer.jobs.filter((one) => one.kind === this.about.kind);
    const running = jobs.find(isRunning);
    if (running) this.follow(running);
    else if (jobs[0]?.state === "interrupted" || jobs[0]?.state === "failed") this.tell(endSentence(jobs[0].state, jobs[0], this.about), true);
  }

  /** @param {Job} job */
  follow(job) {
    if (this.followed === job.id) return;
    this.leave();
    this.followed = job.id;
    this.progress(job);
    this.stream = this.source.jobEvents(job.id);
    if (!this.stream) return;
    this.stream.addEventListener("progress", (event) => this.progress(parsed(event)));
    for (const name of ENDS) this.stream.addEventListener(name, (event) => this.end(name, parsed(event)));
    this.stream.addEventListener("error", () => this.lost(job.id));
  }

  leave() {
    this.stream?.close();
    [this.stream, this.followed] = [null, ""];
  }

  /** @param {string} state @param {any} told */
  end(state, told) {
    this.leave();
    if (state !== "done") return this.tell(endSentence(state, told, this.about), state !== "cancelled");
    this.quiet();
    return this.on.done();
  }

  /** The service went away: the browser asks again by itself; where it has given up we ask what became of the run. @param {string} id */
  lost(id) {
    if (this.followed !== id) return;
    this.progress({ words: "与服务的连接中断，正在重新连接", share: null });
    if (this.stream && this.stream.readyState !== EventSource.CLOSED) return;
    this.recoverSoon(id);
  }

  /** @param {string} id */
  recoverSoon(id) {
    setTimeout(() => this.followed === id && this.recover(id), AGAIN_MS);
  }

  /** @param {string} id */
  async recover(id) {
    const job = await this.source.job(id).catch(() => null);
    if (this.followed !== id) return;
    if (!job) this.recoverSoon(id);
    else if (isRunning(job)) {
      this.followed = "";
      this.follow(job);
    } else this.end(job.state, job);
  }

  async stop() {
    try {
      this.holder.querySelector(".job-cancel")?.setAttribute("disabled", "");
      await this.source.cancelJob(this.followed);
    } catch (error) {
      this.tell(/** @type {Error} */ (error).message, false);
    }
  }

  /** @param {any} told */
  progress(told) {
    const share = typeof told.share === "number" ? Math.min(1, Math.max(0, told.share)) : null;
    const bar = this.holder.querySelector("progress") ?? this.frame();
    if (share === null) bar.removeAttribute("value");
    else /** @type {HTMLProgressElement} */ (bar).value = share;
    /** @type {HTMLElement} */ (this.holder.querySelector(".job-words")).textContent = progressText(told, share, this.about.running);
  }

  frame() {
    const bar = el("progress", { max: "1", "aria-label": this.about.running });
    const cancel = el("button", { type: "button", class: "job-cancel", text: "取消", onclick: () => this.stop() });
    this.put(bar, el("div", { class: "job-line" }, el("span", { class: "job-words", role: "status" }), cancel));
    return bar;
  }

  /** @param {string} text @param {boolean} again whether to offer another run */
  tell(text, again) {
    const close = el("button", { type: "button", class: "close", "aria-label": "关闭提示", text: "×", onclick: () => this.quiet() });
    const retry = again ? el("button", { type: "button", text: this.about.again, onclick: this.on.again }) : null;
    this.put(el("p", { class: "job-end", role: "alert" }, el("span", { text }), retry, close));
  }

  /** @param {...Node} nodes */
  put(...nodes) {
    this.holder.replaceChildren(...nodes);
    this.holder.hidden = false;
  }

  quiet() {
    this.holder.hidden = true;
    this.holder.replaceChildren();
  }
}
