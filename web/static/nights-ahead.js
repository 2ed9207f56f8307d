// The nights to come, as the page beside the bed has them from the server: it must be dark in
// them also while nobody answers. What it does not know is dark.
"use strict";
/**
 * Return what a page knows: isDark(ms), endMs(ms) of the night, aheadMs(ms) of the room's clock
 * over UTC, renew(). All ms are of the server's clock.
 */
window.nightsAhead = (page) => {
  const RENEW_MS = 600000;
  const RETRY_MS = 60000;
  // As long as the server itself waits for somebody who sleeps on in a dark room.
  const LATE_S = 7200;
  let nights = [];
  let offsets = [];
  const learn = ({ dataset }) => {
    nights = JSON.parse(dataset.nights);
    offsets = JSON.parse(dataset.offsets);
  };

  const isDark = (ms) => {
    const at = ms / 1000;
    const isKnown = nights.length > 0 && at >= nights[0][0] && at < nights[nights.length - 1][1];
    return !isKnown || nights.some(([bed, wake]) => at >= bed && at < wake);
  };
  // A night that has begun early ends with the next usual one, one that goes on late soon.
  const endMs = (ms) => {
    const at = ms / 1000;
    const late = nights.find(([, wake]) => at >= wake && at < wake + LATE_S);
    const next = nights.find(([, wake]) => at < wake);
    if (late) return (late[1] + LATE_S) * 1000;
    return next ? next[1] * 1000 : Infinity;
  };
  const aheadMs = (ms) => {
    const last = offsets.filter(([from]) => from <= ms / 1000).pop() || offsets[0];
    return last ? last[1] * 1000 : 0;
  };

  // A page stays open for weeks, and bedtimes are changed: while the server answers, the page
  // reads a new copy of itself now and then.
  let askAt = performance.now() + RENEW_MS;
  const renew = async () => {
    if (performance.now() < askAt) return;
    askAt = performance.now() + RETRY_MS;
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(10000) });
      if (!answer.ok) return;
      const copy = new DOMParser().parseFromString(await answer.text(), "text/html");
      learn(copy.querySelector("main[data-nights]"));
      askAt = performance.now() + RENEW_MS;
    } catch {
      // Nobody answered, or with something else: what was known still holds.
    }
  };

  learn(page);
  return { isDark, endMs, aheadMs, renew };
};
