// Study plan: each step of a list can be ticked off; the browser remembers it, if it may.
(() => {
  "use strict";

  const { progress } = globalThis.gentutor;

  /** Minutes that a step says it takes: "… · 25 min". */
  const minutes = (step) => Number(/(\d+) min\s*$/.exec(step.textContent.trim())?.[1] ?? 0);
  const hours = (count) => (count < 60 ? `${count} min` : `${Math.floor(count / 60)} h ${count % 60} min`);

  for (const plan of document.querySelectorAll("[data-plan]")) {
    const setting = `plan-${plan.dataset.plan}`;
    const steps = [...plan.querySelectorAll(":scope > ol > li")];
    const names = steps.map((step) => step.textContent.trim().replace(/\s+/g, " "));
    const times = steps.map(minutes);
    const sum = document.createElement("p");
    sum.className = "gt-sum";
    sum.setAttribute("role", "status");
    const boxes = steps.map((step, i) => {
      const box = document.createElement("input");
      box.type = "checkbox";
      box.setAttribute("aria-label", `Done: ${names[i]}`);
      const body = step.querySelector(":scope > p") ?? step;
      body.prepend(box, " ");
      const last = body.lastChild; // the minutes stay with the word before them
      last.textContent = last.textContent.replace(/ · (\d+) min\s*$/, "\u00a0·\u00a0$1\u00a0min");
      return box;
    });
    const tell = () => {
      const left = times.reduce((total, time, i) => total + (boxes[i].checked ? 0 : time), 0);
      const all = times.reduce((total, time) => total + time, 0);
      const done = boxes.filter((box) => box.checked).length;
      sum.textContent = done === boxes.length
        ? `All ${done} steps done.`
        : `${done} of ${boxes.length} steps done, ${hours(left)} of ${hours(all)} left.`;
      steps.forEach((step, i) => step.classList.toggle("is-done", boxes[i].checked));
    };
    const recall = () => {
      const kept = progress.setting(setting, []);
      boxes.forEach((box, i) => (box.checked = Array.isArray(kept) && kept.includes(names[i])));
      tell();
    };
    plan.addEventListener("change", () => {
      progress.set(setting, boxes.flatMap((box, i) => (box.checked ? [names[i]] : [])));
      tell();
    });
    addEventListener("storage", recall); // another tab has ticked
    plan.classList.add("is-live");
    plan.append(sum);
    recall();
  }
})();
