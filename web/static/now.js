// Keeps the page for now live: by server-sent events, by asking twice a second without them.
// The server says everything in words; this file only puts them in place, and ages
// what it last heard when the server falls silent.
"use strict";
(() => {
  const page = document.getElementById("now");
  const EVERY_MS = 500;
  const QUIET_MS = 1500;
  const RETRY_MS = 30000;
  const STALE_S = 30;
  const LOST_S = 600;
  const LOST = "No recent values";
  let heardAt = performance.now();

  const put = (element, name, text) => {
    const place = element.querySelector(`[data-text="${name}"]`);
    if (place && place.textContent !== text) place.textContent = text;
  };

  // Of several rooms the title says which one: two tabs, two screens.
  const of = page.dataset.of ? ` · ${page.dataset.of}` : "";
  const entitle = (word) => {
    document.title = `${word}${of} · nightroom`;
  };

  const stars = (element, count) => {
    for (const place of element.querySelectorAll("[data-stars]")) {
      place.dataset.stars = count;
    }
  };

  const show = (now) => {
    page.dataset.condition = now.condition;
    put(page, "trouble", now.trouble);
    const lead = page.querySelector(".lead");
    for (const name of ["word", "note", "clock", "zone_note", "label", "score_bound", "shown", "band"]) {
      put(lead, name, now[name]);
    }
    stars(lead, now.stars);
    entitle(now.word);
    for (const part of now.parts) {
      const section = page.querySelector(`[data-part="${part.part}"]`);
      section.dataset.condition = part.condition;
      section.dataset.age = part.age_s === null ? "" : part.age_s;
      for (const name of [
        "bound", "value", "unit", "detail", "score_bound", "shown", "band", "note", "age",
      ]) {
        put(section, name, part[name]);
      }
      stars(section, part.stars);
    }
  };

  const inWords = (seconds) =>
    seconds < 90 ? `${Math.floor(seconds)} s` : `${Math.floor(seconds / 60)} min`;

  // The server is silent: what is on the page grows old by this browser's own clock.
  const grow = () => {
    const silent = (performance.now() - heardAt) / 1000;
    put(page, "note", `No answer from nightroom for ${inWords(silent)}.`);
    if (silent > STALE_S) page.dataset.condition = silent > LOST_S ? "lost" : "stale";
    // The largest words of the page grow old as well; the clock beside the bed ticks by itself.
    if (silent > LOST_S) {
      put(page, "word", LOST);
      entitle(LOST);
    }
    if (silent > STALE_S && page.classList.contains("now")) {
      put(page, "clock", "–");
      const other = page.querySelector('[data-text="zone_note"]');
      put(page, "zone_note", other.textContent.replace(/\d\d:\d\d$/, "–"));
    }
    for (const section of page.querySelectorAll("[data-part]")) {
      if (section.dataset.age === "") continue;
      const age = Number(section.dataset.age) + silent;
      // A dash stays one: a sensor without a value has no age of one.
      if (section.querySelector('[data-text="age"]')?.textContent !== "–") put(section, "age", `${inWords(age)} ago`);
      if (age > STALE_S) section.dataset.condition = "stale";
      if (age > LOST_S) {
        section.dataset.condition = "lost";
        for (const name of ["value", "shown"]) put(section, name, "–");
        for (const name of ["bound", "unit", "detail", "score_bound", "band", "note"]) put(section, name, "");
        stars(section, 0);
      }
    }
  };

  const hear = (now) => {
    heardAt = performance.now();
    show(now);
    page.dispatchEvent(new CustomEvent("heard", { detail: now }));
  };

  // Events while the server sends them; a page that nobody looks at gives its place away.
  let events = null;
  let triedAt = -Infinity;
  const follow = () => {
    if (!window.EventSource || document.hidden || performance.now() - triedAt < RETRY_MS) return;
    triedAt = performance.now();
    events = new EventSource(page.dataset.events);
    events.addEventListener("message", ({ data }) => hear(JSON.parse(data)));
    events.addEventListener("error", () => {
      if (events && events.readyState === EventSource.CLOSED) events = null;
    });
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && events) {
      events.close();
      events = null;
    }
    triedAt = -Infinity;
  });

  // Asking, whenever no event has come for a while: refused, broken off, or not known here.
  const ask = async () => {
    if (!events) follow();
    if (!events || performance.now() - heardAt > QUIET_MS) {
      try {
        const answer = await fetch(page.dataset.source, {
          cache: "no-store",
          signal: AbortSignal.timeout(5000),
        });
        // Signed out meanwhile: the address itself leads to the login.
        if (answer.status === 401) location.reload();
        if (!answer.ok) throw new Error(answer.statusText);
        hear(await answer.json());
      } catch {
        grow();
        const silent = (performance.now() - heardAt) / 1000;
        page.dispatchEvent(new CustomEvent("silent", { detail: silent }));
      }
    }
    setTimeout(ask, EVERY_MS);
  };

  ask();
})();
