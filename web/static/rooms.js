// Keeps the rooms' cards fresh; the server says everything in words.
"use strict";
(() => {
  const cards = document.querySelector(".cards");
  if (!cards) return;
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
      const silent = Math.floor((performance.now() - heardAt) / 1000);
      for (const card of cards.children) {
        const age = silent < 90 ? `${silent} s` : `${Math.floor(silent / 60)} min`;
        put(card, { note: `No answer from nightroom for ${age}.` }, ["note"]);
        if (silent > 30) put(card, { clock: "–" }, ["clock"]);
        if (silent > 600) put(card, { word: "No recent values" }, ["word"]);
        for (const part of silent > 30 ? card.querySelectorAll("[data-part]") : []) {
          part.dataset.condition = silent > 600 ? "lost" : "stale";
          if (silent > 600) put(part, { bound: "", value: "–", unit: "" }, ["bound", "value", "unit"]);
        }
      }
    }
    setTimeout(ask, document.hidden ? 10000 : 1000);
  };
  ask();
})();
