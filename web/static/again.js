// An error beside the bed goes by itself: a screen there may have nobody who touches it. First it
// is asked whether the page is there; a server that is away would leave the browser's white page.
"use strict";
(() => {
  const EVERY_MS = 30000;
  const wanted = document.querySelector("main").dataset.again || location.href;
  const look = async () => {
    try {
      const answer = await fetch(wanted, { cache: "no-store", signal: AbortSignal.timeout(10000) });
      if (answer.ok) {
        location.replace(wanted);
        return;
      }
    } catch {
      // Nobody answers: later.
    }
    setTimeout(look, EVERY_MS);
  };
  setTimeout(look, EVERY_MS);
})();
