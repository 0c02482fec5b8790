// Makes the questions that Python wrote into a page answer. No network; nothing is stored here:
// each first answer is announced by an event `gq-review`, which whoever keeps progress listens to.
(() => {
  "use strict";

  const make = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };
  const copies = (item) => [...item.querySelector(".gq-because").childNodes].map((node) => node.cloneNode(true));
  const NUMBER = String.raw`[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?`;
  const FRACTION = new RegExp(`^(${NUMBER})(?:/(${NUMBER}))?$`, "i");
  const GRADES = ["Missed it", "Hard", "Good", "Easy"];

  /** The number that a reader wrote: comma or point, any minus sign, a fraction, or NaN. */
  function readNumber(text, unit = "") {
    let bare = text.replace(/[−–]/g, "-").replace(/\s/g, "");
    const ending = unit.replace(/\s/g, "");
    if (ending && bare.endsWith(ending)) bare = bare.slice(0, -ending.length);
    const [, top, bottom = "1"] = FRACTION.exec(bare) ?? [null, "NaN"];
    const value = Number(top.replace(",", ".")) / Number(bottom.replace(",", "."));
    return Number.isFinite(value) ? value : NaN;
  }

  // Judges: each looks at the fields and gives { missing } or { right, said }. -----------------

  function judgeChoices({ fields, key }) {
    const chosen = new Set([...fields.querySelectorAll("input:checked")].map((input) => input.value));
    if (!chosen.size) return { missing: "Choose an answer first." };
    const items = [...key.querySelectorAll("[data-choice]")];
    const fits = (item) => item.hasAttribute("data-right") === chosen.has(item.dataset.choice);
    const right = items.every(fits);
    const taken = items.filter((item) => chosen.has(item.dataset.choice));
    const said = taken.filter((item) => right || !fits(item)).flatMap(copies);
    const missed = items.filter((item) => !fits(item) && !taken.includes(item)).length;
    const several = fields.querySelector("input[type=checkbox]");
    if (several && missed) said.push(make("p", {}, `${missed} more to choose.`));
    return { right, said };
  }

  function judgeNumber({ fields, key }) {
    const input = fields.querySelector("input");
    const value = readNumber(input.value, fields.querySelector(".gq-unit").textContent);
    input.toggleAttribute("aria-invalid", Number.isNaN(value));
    if (!input.value.trim()) return { missing: "Write a number first." };
    if (Number.isNaN(value)) {
      return { missing: `Expected one number, such as −1.5, 1,5 or 1/3; got “${input.value.trim()}”.` };
    }
    const tolerance = Number(key.dataset.tolerance);
    const near = (other) => Math.abs(value - other) <= tolerance + 1e-9 * Math.abs(other);
    const answer = Number(key.dataset.answer);
    if (near(answer)) return { right: true, said: [] };
    const trap = [...key.querySelectorAll("[data-value]")].find((item) => near(Number(item.dataset.value)));
    if (trap) return { right: false, said: copies(trap) };
    const said = near(-answer) && answer ? "The size is right, the sign is not." : "That is not the number.";
    return { right: false, said: [make("p", {}, said)] };
  }

  function judgeOrder({ fields, key }) {
    const steps = (place) => [...place.querySelectorAll("[data-step]")].map((item) => item.dataset.step);
    const [now, wanted] = [steps(fields), steps(key)];
    const wrong = now.findIndex((step, i) => step !== wanted[i]);
    if (wrong < 0) return { right: true, said: [] };
    const said = wrong ? `The first ${wrong} stand right; step ${wrong + 1} does not.` : "Another step comes first.";
    return { right: false, said: [make("p", {}, said)] };
  }

  const JUDGES = {
    single: judgeChoices, many: judgeChoices, refute: judgeChoices, numeric: judgeNumber, order: judgeOrder,
  };

  // Fields that a script has to add -----------------------------------------------------------

  /** Gives each step two buttons that move it. The neighbour moves, so that the focus stays. */
  function makeMovable(fields, say) {
    const list = fields.querySelector(".gq-steps");
    const refresh = () => {
      for (const item of list.children) {
        const [up, down] = item.querySelectorAll("button");
        up.setAttribute("aria-disabled", !item.previousElementSibling);
        down.setAttribute("aria-disabled", !item.nextElementSibling);
      }
    };
    const move = (item, by) => {
      const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
      if (!other) return;
      if (by < 0) item.after(other);
      else item.before(other);
      refresh();
      say(`Now step ${[...list.children].indexOf(item) + 1} of ${list.children.length}.`);
    };
    for (const item of list.children) {
      const words = item.textContent.trim().slice(0, 80);
      const button = (sign, name, by) => {
        const made = make("button", { type: "button", "aria-label": `${name}: ${words}` }, sign);
        made.addEventListener("click", () => move(item, by));
        return made;
      };
      item.append(make("span", { class: "gq-moves" }, button("↑", "Move up", -1), button("↓", "Move down", 1)));
    }
    refresh();
  }

  /** Turns the rubric into boxes to tick and asks for a grade from 1 to 4. */
  function makeRatable(key, rate) {
    const points = [...key.querySelectorAll(".gq-rubric > li")].map((item) => {
      const box = make("input", { type: "checkbox" });
      item.replaceChildren(make("label", {}, box, " ", make("span", { class: "gq-text" }, ...item.childNodes)));
      return box;
    });
    const count = make("p", { class: "gq-count", role: "status" });
    const tell = () => {
      const said = points.filter((box) => box.checked).length;
      count.textContent = `Tick what you said: ${said} of ${points.length} points.`;
    };
    key.querySelector(".gq-rubric").addEventListener("change", tell);
    tell();
    const buttons = GRADES.map((name, i) => {
      const button = make("button", { type: "button", "aria-pressed": "false" }, `${i + 1} ${name}`);
      button.addEventListener("click", () => {
        for (const other of buttons) other.setAttribute("aria-pressed", other === button);
        rate(i + 1);
      });
      return button;
    });
    const group = make("fieldset", { class: "gq-grades" }, make("legend", {}, "How well did you say it?"), ...buttons);
    key.append(count, group);
  }

  /**
   * Brings one question to life.
   *
   * @param {HTMLElement} section what `question_html` wrote.
   * @param {{where?: string, variant?: number, since?: number}} options where it is asked, which
   *   variant, and since when the reader has it (else from the first touch).
   */
  function start(section, { where = "page", variant = 0, since = 0 } = {}) {
    if (section.classList.contains("is-live")) return;
    section.classList.add("is-live");
    if (variant) {
      const other = section.querySelectorAll("template")[variant - 1].content.cloneNode(true);
      section.querySelector(".gq-key").replaceWith(other.querySelector(".gq-key"));
      section.querySelector("fieldset").replaceWith(other.querySelector("fieldset"));
    }
    const fields = section.querySelector("fieldset");
    const key = section.querySelector(".gq-key");
    const [hint, answer] = [section.querySelector(".gq-hint"), section.querySelector(".gq-answer")];
    const { question, rev, kind } = section.dataset;
    const recall = kind === "recall";
    const said = make("div", { class: "gq-said", role: "status", "aria-live": "polite" });
    const submit = make("button", { type: "button", class: "gq-submit" }, recall ? "Show the answer" : "Submit");
    let hinted = false;
    let reviewed = false;

    const say = (...children) => said.replaceChildren(...children);
    const mark = (verdict = "") => {
      fields.classList.toggle("is-right", verdict === "right");
      fields.classList.toggle("is-wrong", verdict === "wrong");
    };
    const review = (grade, correct) => {
      if (reviewed) return;
      reviewed = true;
      const seconds = since ? Math.min(3600, Math.max(1, Math.round((Date.now() - since) / 1000))) : 1;
      const detail = {
        question, rev: Number(rev), variant, at: new Date().toISOString(), grade, correct, seconds, where,
      };
      section.dispatchEvent(new CustomEvent("gq-review", { bubbles: true, detail }));
    };
    const judge = () => {
      const { missing, right, said: why } = JUDGES[kind]({ fields, key });
      if (missing) {
        mark();
        say(make("p", {}, missing));
        return;
      }
      mark(right ? "right" : "wrong");
      const more = right ? [] : [make("p", { class: "gq-note" }, "Change it and submit again, or open the answer.")];
      say(make("p", { class: "gq-verdict" }, right ? "Right." : "Not yet."), ...why, ...more);
      review(right ? (hinted ? 2 : 3) : 1, right);
      if (right) answer.open = true;
    };

    for (const event of ["focusin", "pointerdown"]) {
      section.addEventListener(event, () => (since ||= Date.now()));
    }
    fields.addEventListener("input", () => mark());
    fields.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
      event.preventDefault();
      submit.click();
    });
    hint.addEventListener("toggle", () => (hinted ||= hint.open));
    answer.addEventListener("toggle", () => {
      if (!answer.open || reviewed || recall) return;
      review(1, false); // who looks first did not know
      say(make("p", {}, "Looked up: it will come back."));
    });
    if (kind === "order") makeMovable(fields, (text) => say(make("p", {}, text)));
    if (recall) {
      makeRatable(key, (grade) => {
        review(grade, grade > 2);
        say(make("p", {}, `Noted: ${GRADES[grade - 1].toLowerCase()}.`));
      });
      submit.addEventListener("click", () => {
        answer.open = true;
        answer.querySelector("summary").focus();
      });
    } else {
      submit.addEventListener("click", judge);
    }
    fields.after(make("div", { class: "gq-actions" }, submit), said);
  }

  globalThis.gentutor = { ...globalThis.gentutor, make, readNumber, start };
})();
