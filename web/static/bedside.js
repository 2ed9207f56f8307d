// The page beside the bed: the clock ticks here, a touch shows the values, buttons mark. Values
// themselves are now.js's; marks are kept and sent by outbox.js; nights-ahead.js knows the nights.
"use strict";
(() => {
  const page = document.getElementById("now");
  const SHOWN_MS = 10000;
  const DARK_AFTER_MS = 5000;
  const STYLE_MS = 10000;
  const nights = window.nightsAhead(page);
  const say = (text) => {
    page.querySelector(".noted").textContent = text;
  };

  // The clock: the server's, carried on by this browser between two answers.
  let base = null;
  const heard = (at, clock) => {
    const time = new Date(at);
    const [hours, minutes] = clock.split(":").map(Number);
    const ahead = hours * 60 + minutes - (time.getUTCHours() * 60 + time.getUTCMinutes());
    const ms = time.getTime();
    base = { ms, ahead: ahead * 60000, since: performance.now(), date: Date.now() };
  };
  const serverNow = () => base.ms + performance.now() - base.since;
  const byDate = () => base.ms + Date.now() - base.date;
  const tick = () => {
    if (base) {
      const ms = serverNow();
      const now = new Date(ms + base.ahead + nights.aheadMs(ms) - nights.aheadMs(base.ms));
      const clock = page.querySelector(".clock");
      const text = now.toISOString().slice(11, 16);
      if (clock.textContent !== text) clock.textContent = text;
      look();
    }
    setTimeout(tick, 1000);
  };

  const recording = (yes) => {
    const dot = page.querySelector(".dot");
    dot.dataset.recording = yes;
    dot.setAttribute("aria-label", yes ? "recording" : "not recording");
  };

  let pressed = null;
  page.addEventListener("heard", ({ detail: now }) => {
    heard(now.at, now.clock);
    if (!pressed || performance.now() - pressed > SHOWN_MS) page.dataset.display = now.display;
    hold();
    recording(now.is_recording);
    outbox.sendOn();
    nights.renew();
    // Without its stylesheet the page is black. The server answers now: it may come this time.
    if (!page.getClientRects().length && performance.now() > STYLE_MS) location.reload();
  });
  // Nobody answers: the page goes dark at the usual bedtime by itself, and light at the usual
  // wake time. A night that has begun before is over no sooner. The page's own clock stands
  // still while a phone sleeps, the browser's may be corrected: it is light where both say so.
  let heldUntil = -Infinity;
  let heldBefore = -Infinity;
  const hold = () => {
    const isNight = page.dataset.display === "night";
    heldUntil = isNight ? nights.endMs(serverNow()) : -Infinity;
  };
  const isNightAt = (ms) => ms < heldUntil || nights.isDark(ms);
  page.addEventListener("silent", ({ detail: seconds }) => {
    if (seconds > 30) recording(false);
  });
  const look = () => {
    const clocks = [serverNow(), byDate()];
    if (Math.max(...clocks) - base.ms <= DARK_AFTER_MS) return;
    page.dataset.display = clocks.some(isNightAt) ? "night" : "evening";
  };
  document.addEventListener("visibilitychange", look);

  // A touch shows the values for ten seconds; the touch that wakes the page marks nothing.
  const undo = page.querySelector(".undo");
  const offer = (yes) => {
    undo.hidden = !yes;
    page.classList.toggle("marked", yes);
  };
  let hide = 0;
  const hideSoon = () => {
    clearTimeout(hide);
    hide = setTimeout(() => {
      page.classList.remove("shown");
      offer(false);
      if (outbox.isEmpty()) say("");
    }, SHOWN_MS);
  };
  const reveal = () => {
    page.classList.add("shown");
    hideSoon();
  };
  // The buttons come up under the finger that woke the page, and its click lands on one of
  // them; Enter and space find the button that was pressed last. Neither is let through.
  const marks = page.querySelector(".marks");
  let woken = "";
  const wake = (by) => {
    woken = marks.getClientRects().length ? "" : by;
    reveal();
  };
  document.addEventListener("pointerdown", ({ isPrimary }) => {
    if (isPrimary) wake("pointer");
    else reveal();
  });
  document.addEventListener("keydown", ({ key, repeat }) => {
    if (["Enter", " "].includes(key) && !repeat) wake("key");
    else reveal();
  });
  document.addEventListener("click", (event) => {
    // A click has a count of clicks, unless a key made it.
    if (woken !== (event.detail ? "pointer" : "key")) return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
  // A page that was opened with its values shown hides them again as after a touch.
  if (page.classList.contains("shown")) reveal();

  const outbox = window.outbox({
    token: page.dataset.token,
    clock: { now: serverNow, byDate },
    say,
    settled: () => {
      if (!page.classList.contains("shown")) hideSoon();
    },
  });
  let last = null;
  marks.addEventListener("submit", (event) => {
    event.preventDefault();
    const { value: kind, textContent } = event.submitter;
    const words = `${textContent.toLowerCase()}, ${page.querySelector(".clock").textContent}`;
    last = outbox.add(kind, page.dataset.room, words);
    if (kind === "lights_out") {
      pressed = performance.now();
      heldBefore = heldUntil;
      page.dataset.display = "night";
      hold();
    }
    offer(true);
    reveal();
  });
  undo.addEventListener("submit", (event) => {
    // A mark made by the plain form of the page before is taken back by this one.
    if (!last) return;
    event.preventDefault();
    offer(false);
    pressed = null;
    if (last.kind === "lights_out") heldUntil = heldBefore;
    outbox.takeBack(last);
  });

  heard(page.dataset.at, page.querySelector(".clock").textContent);
  hold();
  tick();
  outbox.sendOn();
})();
