// The page beside the bed: the clock ticks here, a touch shows the values, buttons mark. Values
// themselves are now.js's; marks are kept and sent by outbox.js.
"use strict";
(() => {
  const page = document.getElementById("now");
  const SHOWN_MS = 10000;
  const DARK_AFTER_S = 5;
  const openedAt = performance.now();
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
  const tick = () => {
    if (base) {
      const now = new Date(serverNow() + base.ahead);
      const clock = page.querySelector(".clock");
      const text = now.toISOString().slice(11, 16);
      if (clock.textContent !== text) clock.textContent = text;
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
    recording(now.is_recording);
    outbox.sendOn();
  });
  page.addEventListener("silent", ({ detail: seconds }) => {
    if (seconds > 30) recording(false);
    // Nobody answers: at the usual bedtime the page goes dark by itself, and stays so.
    const open = (performance.now() - openedAt) / 1000;
    const asleep = open >= Number(page.dataset.sleep) && open < Number(page.dataset.wake);
    if (seconds > DARK_AFTER_S && asleep) page.dataset.display = "night";
  });

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
    clock: { now: serverNow, byDate: () => base.ms + Date.now() - base.date },
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
      page.dataset.display = "night";
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
    outbox.takeBack(last);
  });

  heard(page.dataset.at, page.querySelector(".clock").textContent);
  tick();
  outbox.sendOn();
})();
