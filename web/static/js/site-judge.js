// Weights from paired judgements on Saaty's scale, in a dialog: one value for each pair; what follows from them, and whether they contradict each other, the service says.

import { el } from "./dom.js";
import { decimal, integer } from "./format.js";
import { byWeight, chosenFirst, flagged, judgementBody, reciprocal, SCALE, stepsOf } from "./site-pairs.js";

/** @typedef {import("./site-rank.js").Criterion} Criterion
 * @typedef {import("./site-rank.js").Weights} Weights
 * @typedef {object} JudgeActions
 * @property {(body: any) => Promise<any>} rank what the service makes of judgements
 * @property {(weights: Weights) => void} apply
 * @property {(name: string, body: any) => void} save */

const ASK_MS = 250; // after the last change
const DRAWS = 100; // the fewest that the service takes: the order is not what is asked for
const MEANING = "每格填：左边的指标比上面的重要几倍。1 同等，3 稍微，5 明显，7 强烈，9 极端重要，双数居中；1/3 表示上面的比左边的稍微重要。";

export class JudgeDialog {
  /** @param {JudgeActions} on */
  constructor(on) {
    this.on = on;
    /** @type {Criterion[]} */
    this.criteria = [];
    /** @type {string[]} criteria that are compared, in the order of the table */
    this.keys = [];
    /** @type {Map<string, string>} value of each pair as it is written */
    this.steps = new Map();
    /** @type {Weights|null} what follows, once the service has said so */
    this.weights = null;
    [this.asking, this.turn] = [0, 0];
    this.parts = this.build();
  }

  build() {
    const parts = {
      chips: el("div", { class: "judge-chips", role: "group", "aria-label": "比较哪些指标" }),
      box: el("div", { class: "judge-box" }),
      said: el("p", { class: "judge-said", role: "status" }),
      apply: el("button", { type: "button", class: "primary", id: "judge-apply", text: "用作权重", onclick: () => this.apply() }),
      name: /** @type {HTMLInputElement} */ (el("input", { type: "text", id: "judge-name", maxlength: "40", placeholder: "方案名称", "aria-label": "两两比较的方案名称" })),
      save: el("button", { type: "button", id: "judge-save", text: "保存为", onclick: () => this.keep() }),
      dialog: /** @type {HTMLDialogElement} */ (el("dialog", { id: "judge", class: "judge", "aria-labelledby": "judge-title" })),
    };
    const close = el("button", { type: "button", class: "close", "aria-label": "关闭", title: "关闭（Esc）", text: "×", onclick: () => parts.dialog.close() });
    parts.dialog.append(
      el("header", {}, el("h2", { id: "judge-title", text: "两两比较定权重（层次分析法）" }), close),
      el("p", { class: "hint", text: "勾选要比较的指标，没有勾选的不计权重。" }),
      parts.chips,
      el("div", { class: "judge-body" }, parts.box, parts.said),
      el("p", { class: "hint", text: MEANING }),
      el("div", { class: "form-foot" }, parts.apply, parts.name, parts.save),
    );
    parts.dialog.addEventListener("keydown", (event) => event.stopPropagation()); // Esc closes this, and not the card under it as well
    document.body.append(parts.dialog);
    return parts;
  }

  /** @param {import("./site-model.js").SiteView} view @param {boolean} writable @param {import("./site-rank.js").WeightSet|null} named the set that is shown, which may have judgements of its own */
  open(view, writable, named) {
    const known = named?.judgements?.length ? named.judgements : null;
    const all = view.criteria.map(({ key }) => key);
    if (known) this.steps = stepsOf(known, all);
    if (known || !this.keys.length || !this.keys.every((key) => all.includes(key))) this.keys = known ? all.filter((key) => known.some((pair) => pair.includes(key))) : chosenFirst(view.criteria, view.share);
    this.criteria = view.criteria;
    for (const node of [this.parts.name, this.parts.save]) node.hidden = !writable;
    this.drawChips();
    this.drawTable();
    this.parts.dialog.showModal();
    /** @type {HTMLElement|null} */ (this.parts.box.querySelector("select"))?.focus();
    this.ask(0);
  }

  drawChips() {
    const chip = (/** @type {Criterion} */ { key, label }) => el("label", {}, el("input", { type: "checkbox", name: key, checked: this.keys.includes(key), onchange: (/** @type {any} */ event) => this.choose(key, event.target.checked) }), label);
    this.parts.chips.replaceChildren(...this.criteria.map(chip));
  }

  /** @param {string} key @param {boolean} on */
  choose(key, on) {
    const chosen = new Set(this.keys);
    if (on) chosen.add(key);
    else chosen.delete(key);
    this.keys = this.criteria.map((one) => one.key).filter((one) => chosen.has(one));
    this.drawTable();
    this.ask(ASK_MS);
  }

  /** @param {string} key */
  labelOf(key) {
    return this.criteria.find((one) => one.key === key)?.label ?? key;
  }

  drawTable() {
    const { keys } = this;
    const head = ["", ...keys.map((key) => this.labelOf(key)), "权重"].map((text) => el("th", { scope: "col", text }));
    const rows = keys.map((left, row) => el("tr", { "data-criterion": left }, el("th", { scope: "row", text: this.labelOf(left) }), ...keys.map((right, column) => this.cell(left, right, column - row)), el("td", { class: "number" }, el("output", { text: "—" }))));
    this.parts.box.replaceChildren(el("table", { class: "judge-table" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows)));
  }

  /** Above the diagonal a choice, below it what follows. @param {string} left @param {string} right @param {number} side */
  cell(left, right, side) {
    if (side === 0) return el("td", { class: "same", text: "1" });
    if (side < 0) return el("td", { class: "mirror", "data-mirror": `${right}|${left}`, text: reciprocal(this.stepOf(right, left)) });
    const options = SCALE.map((step) => el("option", { value: step, text: step, selected: step === this.stepOf(left, right) }));
    const label = `${this.labelOf(left)}比${this.labelOf(right)}重要几倍`;
    return el("td", {}, el("select", { "data-pair": `${left}|${right}`, "aria-label": label, title: label, onchange: (/** @type {any} */ event) => this.judge(left, right, event.target.value) }, ...options));
  }

  /** @param {string} left @param {string} right */
  stepOf(left, right) {
    return this.steps.get(`${left}|${right}`) ?? "1";
  }

  /** @param {string} left @param {string} right @param {string} step */
  judge(left, right, step) {
    this.steps.set(`${left}|${right}`, step);
    const mirror = this.parts.box.querySelector(`[data-mirror="${CSS.escape(`${left}|${right}`)}"]`);
    if (mirror) mirror.textContent = reciprocal(step);
    this.ask(ASK_MS);
  }

  /** Ask what follows, once the planner has stopped changing. @param {number} wait */
  ask(wait) {
    clearTimeout(this.asking);
    this.turn += 1;
    this.told(null, this.keys.length < 2 ? "至少勾选两项指标。" : `${integer((this.keys.length * (this.keys.length - 1)) / 2)} 对判断，正在核算…`, "asking");
    if (this.keys.length > 1) this.asking = setTimeout(() => this.send(this.turn), wait);
  }

  /** @param {number} turn an answer to an older question is not heard */
  async send(turn) {
    const heard = (/** @type {() => void} */ then) => (turn === this.turn ? then() : undefined);
    try {
      const answer = await this.on.rank({ ...this.body(), draws: DRAWS });
      heard(() => this.told(answer.weights, consistencyText(answer.consistency), "ok"));
    } catch (error) {
      heard(() => this.told(null, /** @type {Error} */ (error).message, "refused"));
    }
  }

  body() {
    return judgementBody(this.keys, (left, right) => this.stepOf(left, right));
  }

  /** @param {Weights|null} weights @param {string} text @param {"asking"|"ok"|"refused"} state */
  told(weights, text, state) {
    const { said, box, apply, save } = this.parts;
    this.weights = weights;
    said.textContent = text;
    said.dataset.state = state;
    for (const button of [apply, save]) button.toggleAttribute("disabled", !weights);
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("tr[data-criterion]"))) {
      const weight = weights?.[row.dataset.criterion ?? ""];
      if (state !== "asking") /** @type {HTMLElement} */ (row.querySelector("output")).textContent = weight === undefined ? "—" : `${decimal(weight * 100)}%`;
    }
    for (const select of /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("select"))) {
      const [left, right] = (select.dataset.pair ?? "").split("|").map((key) => this.labelOf(key));
      select.classList.toggle("doubtful", state === "refused" && flagged(text, left, right));
    }
  }

  apply() {
    if (!this.weights) return;
    this.on.apply(byWeight(this.criteria, this.weights));
    this.parts.dialog.close();
  }

  keep() {
    const { name, dialog } = this.parts;
    const text = name.value.trim();
    if (!text) return name.focus();
    if (!this.weights) return undefined;
    name.value = "";
    this.on.apply(byWeight(this.criteria, this.weights));
    dialog.close();
    return this.on.save(text, this.body());
  }
}

/** @param {{cr: number, lambda_max: number}|null} consistency @returns {string} */
const consistencyText = (consistency) => (consistency ? `一致性比率 CR = ${decimal(consistency.cr, 3)}，λmax = ${decimal(consistency.lambda_max, 2)}。判断前后一致，可以采用。` : "可以采用。");
