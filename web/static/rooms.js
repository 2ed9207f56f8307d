// Keeps the rooms' cards fresh; the server says everything in words.
"use strict";
(() => {
  const cards = document.querySelector(".cards");
  if (!cards) return;
  const STALE_S = 30;
  const LOST_S = 600;
  const put = (place, words, names) => {
    for (const name of names) {
      const found = place.querySelector(`[data-text="${name}"]`);
      if (found && found.textContent !== words[name]) found.textContent = words[name];
    }
  };
  const show = (room) => {
    const card = cards.querySelector(`[data-room="${CSS.escape(room.room)}"]`);
    if (!card) return;
    card.dataset.condition = room.condition;
    put(card, room, ["word", "note", "clock"]);
    for (const part of room.parts) {
      const place = card.querySelector(`[data-part="${part.part}"]`);
      place.dataset.condition = part.condition;
      put(place, part, ["bound", "value", "unit"]);
      const note = card.querySelector(`[data-note-of="${part.part}"]`);
      note.dataset.condition = part.condition;
      note.dataset.age = part.age_s === null ? "" : part.age_s;
      put(note, part, ["age", "note"]);
    }
  };
  const inWords = (seconds) =>
    seconds < 90 ? `${Math.floor(seconds)} s` : `${Math.floor(seconds / 60)} min`;
  // Nobody answers: each value grows old from the age it was last heard with.
  const grow = (card, silent) => {
    put(card, { note: `No answer from nightroom for ${inWords(silent)}.` }, ["note"]);
    if (silent > STALE_S) put(card, { clock: "–" }, ["clock"]);
    if (silent > LOST_S) put(card, { word: "No recent values" }, ["word"]);
    for (const note of card.querySelectorAll("[data-note-of]")) {
      const age = Number(note.dataset.age) + silent;
      if (note.dataset.age === "" || age <= STALE_S) continue;
      const part = card.querySelector(`[data-part="${note.dataset.noteOf}"]`);
      part.dataset.condition = age > LOST_S ? "lost" : "stale";
      note.dataset.condition = part.dataset.condition;
      // A dash stays one: a sensor without a value has no age of one.
      const dash = note.querySelector('[data-text="age"]').textContent === "–";
      if (!dash) put(note, { age: `${inWords(age)} ago` }, ["age"]);
      if (age > LOST_S) put(part, { bound: "", value: "–", unit: "" }, ["bound", "value", "unit"]);
    }
  };
  let heardAt = performance.now();
  const ask = async () => {
    try {
      const answer = await fetch(cards.dataset.source, { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (answer.status === 401) location.reload();
      if (!answer.ok) throw new Error(answer.statusText);
      (await answer.json()).rooms.forEach(show);
      heardAt = performance.now();
    } catch {
      const silent = (performance.now() - heardAt) / 1000;
      for (const card of cards.children) grow(card, silent);
    }
    setTimeout(ask, document.hidden ? 10000 : 1000);
  };
  ask();
})();
