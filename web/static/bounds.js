// Moves lights-out and get-up on the night's picture: by finger, by mouse, by arrow keys. What
// is chosen is sent in the form of the page for correcting them, which does it without this file.
"use strict";
(() => {
  const figure = document.querySelector(".night-strip");
  const strip = figure.querySelector(".strip");
  const SHORTEST = 30;
  const NEAR_PX = 14;
  const KNOB_PX = 44;
  const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -15, PageUp: 15 };
  let minutes = [];
  let clocks = [];

  const make = (name, kind, text = "") => {
    const made = document.createElement(name);
    made.className = kind;
    made.textContent = text;
    return made;
  };
  const rail = make("div", "rail");
  const note = make("p", "rail-note", "Move the ends to correct them");
  rail.append(note);
  const moved = make("div", "moved");
  const told = make("p", "");
  told.setAttribute("role", "status");
  const save = make("button", "", "Save these times");
  const leave = make("button", "", "Leave as it was");
  const buttons = make("p", "buttons");
  save.type = leave.type = "button";
  save.hidden = leave.hidden = true;
  buttons.append(save, leave);
  moved.append(told, buttons);

  // One of the two: where it was, where it is, what it takes along on the picture.
  const bound = (field, word, clock, veil) => {
    const knob = make("div", "knob");
    knob.tabIndex = 0;
    knob.setAttribute("role", "slider");
    knob.setAttribute("aria-label", `Correct ${word}`);
    const drawn = strip.querySelector(`[data-bound="${field}"]`);
    return { field, word, clock, knob, drawn, veil, was: -1, at: -1 };
  };
  const out = bound("lights_out", "lights out", figure.dataset.lightsOut, 0);
  const up = bound("get_up", "get up", figure.dataset.getUp, 1);
  const both = [out, up];
  const present = () => both.filter((one) => one.was >= 0);
  const said = (one) => (one.at === one.was ? one.clock : minutes[one.at].clock);
  const range = (one) =>
    one === out
      ? [0, (up.at < 0 ? minutes.length : up.at) - SHORTEST]
      : [out.at + SHORTEST, minutes.length - 1];

  // In the middle of the widest stretch that no knob stands in, where that is wide enough.
  const placeNote = () => {
    const ends = [0, ...present().map((one) => one.at), minutes.length];
    const widths = ends.slice(1).map((end, index) => end - ends[index]);
    const widest = widths.indexOf(Math.max(...widths));
    const middle = ends[widest] + widths[widest] / 2;
    note.style.left = `${(100 * middle) / minutes.length}%`;
    note.hidden = false; // what is hidden has no width
    const room = (rail.clientWidth * widths[widest]) / minutes.length;
    const isMoved = present().some((one) => one.at !== one.was);
    note.hidden = isMoved || room < note.offsetWidth + KNOB_PX;
  };
  const veilsOf = (one) => [...strip.querySelectorAll(".outside")].filter((it, index) => index % 2 === one.veil);
  const place = (one) => {
    placeNote();
    const share = `${(100 * one.at) / minutes.length}%`;
    one.knob.style.left = share;
    one.knob.setAttribute("aria-valuenow", one.at);
    one.knob.setAttribute("aria-valuetext", said(one));
    if (one.at === one.was) {
      one.asDrawn();
      return;
    }
    for (const line of one.drawn.querySelectorAll("line")) {
      line.setAttribute("x1", share);
      line.setAttribute("x2", share);
    }
    const label = one.drawn.querySelector("text");
    label.setAttribute("x", share);
    label.textContent = `${one.word} ${said(one)}`;
    for (const veil of veilsOf(one)) {
      if (one === up) veil.setAttribute("x", share);
      veil.setAttribute("width", one === up ? `${100 - (100 * one.at) / minutes.length}%` : share);
    }
  };

  const tell = () => {
    const changed = present().filter((one) => one.at !== one.was);
    save.hidden = leave.hidden = !changed.length;
    told.textContent = changed.length
      ? `Corrected: ${changed.map((one) => `${one.word} ${said(one)}`).join(", ")}. Not saved yet.`
      : "";
    for (const one of present()) {
      const [least, most] = range(one);
      one.knob.setAttribute("aria-valuemin", least);
      one.knob.setAttribute("aria-valuemax", most);
    }
  };
  const move = (one, to) => {
    const [least, most] = range(one);
    if (most < least) return;
    one.at = Math.min(most, Math.max(least, to));
    place(one);
    tell();
  };

  const takeBack = (ends) => {
    for (const one of ends) {
      one.at = one.was;
      place(one);
    }
    tell();
  };

  // The picture as it was drawn is kept, so that an end that is back where it was leaves no trace.
  const keep = (one) => {
    const drawn = one.drawn.innerHTML;
    const veils = veilsOf(one).map((it) => [it, it.getAttribute("x"), it.getAttribute("width")]);
    one.asDrawn = () => {
      one.drawn.innerHTML = drawn;
      for (const [it, x, width] of veils) {
        it.setAttribute("x", x);
        it.setAttribute("width", width);
      }
    };
  };

  const minuteAt = (event) => {
    const edge = strip.getBoundingClientRect();
    return Math.round(((event.clientX - edge.left) / edge.width) * minutes.length);
  };
  const near = (event) => {
    const width = strip.getBoundingClientRect().width;
    return present().find(
      (one) => Math.abs(minuteAt(event) - one.at) * (width / minutes.length) <= NEAR_PX,
    );
  };
  let dragged = null;
  const follow = (element) => {
    element.addEventListener("pointermove", (event) => {
      if (!dragged) return;
      event.stopImmediatePropagation();
      move(dragged, minuteAt(event));
    });
    for (const end of ["pointerup", "pointercancel"]) {
      element.addEventListener(end, () => {
        dragged = null;
      });
    }
  };
  const take = (one, element, event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    dragged = one;
    element.setPointerCapture(event.pointerId);
    one.knob.focus({ preventScroll: true });
  };

  const send = async () => {
    save.disabled = true;
    try {
      const answer = await fetch(figure.dataset.times, { cache: "no-store" });
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      const form = found.querySelector("form.times");
      if (!form) {
        window.location.assign(figure.dataset.times);
        return;
      }
      for (const one of present()) {
        if (one.at === one.was) continue;
        form.elements[one.field].value = said(one);
        // As the clocks go back, an hour of them comes twice; the form has one tick for both ends.
        const second = make("input", "");
        second.type = "hidden";
        second.name = `second_${one.field}`;
        second.value = minutes[one.at].second ? "yes" : "no";
        form.append(second);
      }
      form.hidden = true;
      document.body.append(document.adoptNode(form));
      form.requestSubmit(form.querySelector('[value="save"]'));
    } catch {
      told.textContent = "nightroom does not answer. Nothing is saved; try again.";
      save.disabled = false;
    }
  };

  figure.addEventListener("minutes", ({ detail }) => {
    minutes = detail;
    clocks = minutes.map((minute) => minute.clock);
    for (const one of both) {
      const isLater = (figure.dataset.second ?? "").split(" ").includes(one.field);
      one.at = one.was = isLater ? clocks.lastIndexOf(one.clock) : clocks.indexOf(one.clock);
    }
    if (!present().length) return;
    if (present().length === 1) note.textContent = `Move it to correct ${present()[0].word}`;
    strip.after(rail, moved);
    for (const one of present()) {
      rail.append(one.knob);
      keep(one);
      place(one);
      one.knob.addEventListener("pointerdown", (event) => take(one, one.knob, event));
      follow(one.knob);
      one.knob.addEventListener("keydown", (event) => {
        const [least, most] = range(one);
        const places = { Home: least, End: most, Escape: one.was };
        const to = places[event.key] ?? one.at + (STEPS[event.key] ?? NaN);
        if (Number.isNaN(to)) return;
        event.preventDefault();
        // Where it was may be nearer to the other than either can be moved.
        const isAlone = both.every((it) => it === one || it.at === it.was);
        if (event.key === "Escape" && isAlone) takeBack([one]);
        else move(one, to);
      });
    }
    new ResizeObserver(placeNote).observe(rail);
    strip.addEventListener("pointerdown", (event) => {
      const one = near(event);
      if (one) take(one, strip, event);
    });
    strip.addEventListener("pointermove", (event) => {
      strip.classList.toggle("movable", Boolean(dragged || near(event)));
    });
    follow(strip);
    save.addEventListener("click", send);
    leave.addEventListener("click", () => {
      takeBack(present());
      present()[0].knob.focus();
    });
    tell();
  });
})();
