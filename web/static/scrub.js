// Reads the night's picture out: by finger, by mouse, by the arrow keys of a slider.
// Without this file the picture, its description and its tables say the same.
"use strict";
(() => {
  const figure = document.querySelector(".night-strip");
  const strip = figure.querySelector(".strip");
  const NAMES = [
    ["noise", "Noise", "quiet"],
    ["peak", "Peak", "quiet"],
    ["heard", "Sound", "quiet"],
    ["temperature", "Temperature", "cool"],
    ["humidity", "Humidity", "cool"],
    ["light", "Light", "dark"],
    ["lost", "Lost", "all"],
    ["marks", "Mark", "all"],
  ];
  const make = (name, kind, text = "") => {
    const made = document.createElement(name);
    made.className = kind;
    made.textContent = text;
    return made;
  };

  const slider = make("input", "scrub");
  slider.type = "range";
  slider.setAttribute("aria-label", "Minute of the night");
  const readout = make("dl", "readout");
  const clock = make("p", "readout-clock");
  const box = make("div", "scrubber");
  box.append(slider, clock, readout);
  const places = {};
  for (const [name, word, part] of NAMES) {
    const pair = make("div", `part-${part}`);
    places[name] = make("dd", "");
    pair.append(make("dt", "", word), places[name]);
    readout.append(pair);
  }

  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  line.setAttribute("class", "cursor");
  line.setAttribute("y1", "20");
  line.setAttribute("y2", String(strip.clientHeight - 26));

  let minutes = [];
  const show = (index) => {
    const at = Math.min(minutes.length - 1, Math.max(0, index));
    const minute = minutes[at];
    slider.value = at;
    const x = `${(100 * (at + 0.5)) / minutes.length}%`;
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    clock.textContent = minute.clock;
    const said = [minute.clock];
    for (const [name, word] of NAMES) {
      const text = minute[name] || "–";
      const optional = name === "heard" || name === "marks";
      places[name].textContent = text;
      places[name].parentNode.classList.toggle("none", !minute[name]);
      if (minute[name]) said.push(`${word} ${text}`);
      else if (!optional) said.push(`${word} not known`);
    }
    slider.setAttribute("aria-valuetext", said.join(", "));
  };

  // The line stands there only once somebody reads: until then it would hide what is below.
  const read = (index) => {
    strip.append(line);
    show(index);
  };

  // A place on the picture is a minute; the finger may leave the picture and come back.
  const follow = (event) => {
    const edge = strip.getBoundingClientRect();
    read(Math.floor(((event.clientX - edge.left) / edge.width) * minutes.length));
  };
  const begin = () => {
    slider.min = 0;
    slider.max = minutes.length - 1;
    strip.after(box);
    // Whoever moves something on the picture hears of a finger before this does.
    figure.dispatchEvent(new CustomEvent("minutes", { detail: minutes }));
    strip.addEventListener("pointerdown", (event) => {
      strip.setPointerCapture(event.pointerId);
      follow(event);
    });
    strip.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse" || event.buttons) follow(event);
    });
    slider.addEventListener("input", () => read(Number(slider.value)));
    for (const link of document.querySelectorAll("[data-minute]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        read(Number(link.dataset.minute));
        slider.focus();
        strip.scrollIntoView({ block: "nearest" });
      });
    }
    show(Number(figure.dataset.first));
  };

  fetch(figure.dataset.source)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
    .then((found) => {
      minutes = found.minutes;
      if (minutes.length) begin();
    })
    .catch(() => {
      // The picture and its tables stay; only reading it out minute by minute is not there.
    });
})();
