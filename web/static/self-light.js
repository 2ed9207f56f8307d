// Black and night display in turn, ten seconds each, for a minute; the server says what the
// light sensor saw.
"use strict";
(() => {
  const page = document.getElementById("self-light");
  const start = page.querySelector("button");
  const verdict = page.querySelector(".verdict");
  const PHASE_MS = 10000;
  const PHASES = 6;
  const SETTLE_MS = 1500;
  const ASK_MS = 500;
  let phases = [];
  let samples = new Map();

  // A sample belongs to the phase in which it was taken, not in which it was heard of.
  const listen = async () => {
    const answer = await fetch(page.dataset.source, { cache: "no-store" });
    const now = await answer.json();
    const dark = now.parts.find((part) => part.part === "dark");
    const lux = now.values.illuminance_lx;
    if (!dark || dark.age_s === null || dark.condition !== "live" || lux === undefined) return;
    const taken = performance.now() - dark.age_s * 1000;
    samples.set(Math.round(taken / 500), { taken, lux });
  };

  const sorted = () => {
    const found = { black: [], lit: [] };
    for (const { taken, lux } of samples.values()) {
      const phase = phases.find(({ from, to }) => taken >= from + SETTLE_MS && taken < to);
      if (phase) found[phase.kind].push(lux);
    }
    return found;
  };

  // Whoever wants light has it at once: Escape, a touch, or the way out of the full screen,
  // which is all that a browser tells of Escape there.
  let stop = null;
  const isOver = (ms) => new Promise((done) => {
    const timer = setTimeout(() => done(true), ms);
    stop = () => {
      clearTimeout(timer);
      done(false);
    };
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") stop?.();
  });
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement) stop?.();
  });
  // Not of the document: iOS tells that of no touch on what has no listener itself.
  page.addEventListener("click", () => {
    // The click that starts it, or the second one of a double click, stops nothing.
    if (phases.length && performance.now() - phases[0].from >= SETTLE_MS) stop?.();
  });

  // Tell whether all phases were shown.
  const show = async () => {
    for (let index = 0; index < PHASES; index += 1) {
      const kind = index % 2 ? "lit" : "black";
      page.dataset.phase = kind;
      const from = performance.now();
      phases.push({ kind, from, to: from + PHASE_MS });
      if (!(await isOver(PHASE_MS))) return false;
    }
    return true;
  };

  const ask = async () => {
    try {
      const answer = await fetch(page.dataset.verdict, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Form-Token": page.dataset.token },
        body: JSON.stringify(sorted()),
      });
      return (await answer.json()).text;
    } catch {
      return "nightroom does not answer. Try again.";
    }
  };

  const run = async () => {
    // A second click before the screen is black would run a second test into the first.
    start.disabled = true;
    phases = [];
    samples = new Map();
    verdict.textContent = "";
    page.querySelector(".shown-clock").textContent = page.dataset.clock;
    if (page.requestFullscreen) await page.requestFullscreen().catch(() => {});
    const asking = setInterval(() => listen().catch(() => {}), ASK_MS);
    const isWhole = await show();
    stop = null;
    clearInterval(asking);
    delete page.dataset.phase;
    if (document.fullscreenElement) await document.exitFullscreen().catch(() => {});
    verdict.textContent = isWhole ? await ask() : "Stopped before its end: nothing was measured.";
    start.disabled = false;
    start.focus();
  };

  start.hidden = false;
  start.addEventListener("click", run);
})();
