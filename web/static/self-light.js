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

  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  const run = async () => {
    // A second click before the screen is black would run a second test into the first.
    start.disabled = true;
    phases = [];
    samples = new Map();
    verdict.textContent = "";
    page.querySelector(".shown-clock").textContent = page.dataset.clock;
    if (page.requestFullscreen) await page.requestFullscreen().catch(() => {});
    const asking = setInterval(() => listen().catch(() => {}), ASK_MS);
    for (let index = 0; index < PHASES; index += 1) {
      const kind = index % 2 ? "lit" : "black";
      page.dataset.phase = kind;
      const from = performance.now();
      phases.push({ kind, from, to: from + PHASE_MS });
      await wait(PHASE_MS);
    }
    clearInterval(asking);
    delete page.dataset.phase;
    if (document.fullscreenElement) await document.exitFullscreen().catch(() => {});
    try {
      const answer = await fetch(page.dataset.verdict, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Form-Token": page.dataset.token },
        body: JSON.stringify(sorted()),
      });
      verdict.textContent = (await answer.json()).text;
    } catch {
      verdict.textContent = "nightroom does not answer. Try again.";
    }
    start.disabled = false;
    start.focus();
  };

  start.hidden = false;
  start.addEventListener("click", run);
})();
