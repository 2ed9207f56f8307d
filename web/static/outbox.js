// The marks of the page beside the bed: kept in this browser until the server has them, and how
// old they are by then. What is pressed and what is said of it is bedside.js's.
"use strict";
/**
 * Return the outbox of a page: add, takeBack, sendOn, isEmpty.
 * token: of the page's forms; clock: the server's, now() and byDate(), in ms;
 * say(text): tells what becomes of a mark; settled(): the server has answered to one.
 */
window.outbox = ({ token, clock, say, settled }) => {
  const QUEUE = "nightroom-marks";
  const RETRY_MS = 5000;
  const RELOADED = "nightroom-reloaded";
  const RELOAD_MS = 60000;
  const REFUSED = [401, 403];
  // What will never be taken must not keep what is behind it here: too old, of a night that has
  // as many as a kiosk may make, or, taken back, not there.
  const TOO_MANY = 429;
  const NEVER = [400, 413, TOO_MANY];
  // To a mark: its room is not known. A store that is new knows it once its sensors speak. Such a
  // mark waits, and is told of once (roomless), until it is too old; others go past it, but none
  // of its room.
  const NOT_THERE = 404;
  // The server has failed on a mark so often in a row that it may be that mark's own fault: it
  // waits on, until it is too old, and others go past it. They are tried right after it, not
  // before it: where nothing could be stored, all still arrive in their order.
  const PATIENCE = 5;

  // Marks, and marks taken back (back): kept in this browser, sent as soon as the server answers,
  // forgotten when it has them. Where no more can be stored, what is stored is of before: they
  // live in memory alone, as long as this page does.
  let memory = [];
  let isStored = true;
  const waiting = () => {
    if (!isStored) return memory;
    try {
      return JSON.parse(localStorage.getItem(QUEUE)) || [];
    } catch {
      return memory;
    }
  };
  const keep = (entries) => {
    memory = entries;
    try {
      localStorage.setItem(QUEUE, JSON.stringify(entries));
      isStored = true;
    } catch {
      isStored = false;
    }
  };
  // What waits for its room alone has been told, and is nothing that a page goes on saying.
  const isEmpty = () => waiting().every(({ roomless }) => roomless);
  const isSame = (one) => (other) => one.id === other.id && !one.back === !other.back;
  const newId = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };

  // How old a kept mark is. Three clocks counted meanwhile: the page's own, which no correction
  // moves but which may stand still while a phone sleeps; the browser's, which may be corrected
  // by hours; the server's, carried on from its last answer before the mark. Wherever one alone
  // is wrong the other two agree: the middle one counts. A page that did not make the mark has no
  // clock of its own for it; there the third is the server's, carried on by the browser's clock
  // up to the mark: right where the page slept until it was touched.
  // Not told from a sleep: the browser's and the server's corrected alike while a mark waits.
  const ageMs = ({ made, own, page: maker, server, serverByDate }) => {
    const byDate = Date.now() - made;
    const by = (since) => (since === undefined ? byDate : clock.now() - since);
    const third = maker === performance.timeOrigin ? performance.now() - own : by(serverByDate);
    return Math.max(0, [byDate, by(server), third].sort((one, other) => one - other)[1]);
  };

  // Signed out, or the page's form token is of before: a new page has both. Once a minute,
  // or a page that is refused again would blink; never, if it would not know what waits here.
  const askAnew = () => {
    if (!isStored) return;
    try {
      const last = Number(sessionStorage.getItem(RELOADED)) || 0;
      if (Math.abs(Date.now() - last) < RELOAD_MS) return;
      sessionStorage.setItem(RELOADED, Date.now());
    } catch {
      // Nothing remembers the last time; it is no longer ago than this page is old.
      if (performance.now() < RELOAD_MS) return;
    }
    location.reload();
  };

  const request = (entry) => {
    const { id, kind, room, back } = entry;
    const headers = { "X-Form-Token": token };
    const signal = AbortSignal.timeout(5000);
    if (back) return fetch(`/api/v1/marks/${id}`, { method: "DELETE", headers, signal });
    return fetch("/api/v1/marks", {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify({ id, kind, room, age_s: ageMs(entry) / 1000 }),
      signal,
    });
  };

  let sending = false;
  let underWay = Promise.resolve();
  let restUntil = 0;
  // Until when nothing of a room is sent, which the server does not know.
  const rests = new Map();
  // How often in a row the server could not store a mark, and which ones were gone past since the
  // oldest was tried last; both by what it is.
  const keyOf = ({ id, back }) => `${id}${back ? " back" : ""}`;
  const failures = new Map();
  let passed = new Set();
  // The oldest, in the order in which people made them.
  const next = () =>
    waiting().find(
      (one) => !passed.has(keyOf(one)) && (one.back || !(rests.get(one.room) > performance.now())),
    );
  const begin = () => {
    if (!sending) passed = new Set();
    send(next());
  };
  const send = (entry) => {
    if (!entry || sending) return;
    sending = true;
    underWay = deliver(entry)
      .finally(() => {
        sending = false;
      })
      .then((goesOn) => {
        if (goesOn) send(next());
      });
  };
  // What waited goes on right after the server has said what time it is.
  const sendOn = () => {
    if (performance.now() >= restUntil) begin();
  };

  // The marks that the server may have: it took them, or its answer was lost.
  const sent = new Set();
  // What was pressed last on this page: that is told of, whatever it waits behind.
  let latest = null;
  // The more are gone past in a row, the longer the pause: a server in need is asked no oftener.
  const pause = () => {
    restUntil = performance.now() + RETRY_MS * Math.max(1, passed.size);
  };
  const later = (entry, when) => {
    pause();
    tellOf(entry, when);
  };
  const tellOf = (entry, when, isMeant = () => true) => {
    const left = waiting();
    // A mark that was taken back while it was on its way is not kept.
    if (entry.roomless || !left.some(isSame(entry))) return;
    const { back, words } = left.find((one) => latest && isSame(latest)(one) && isMeant(one)) || entry;
    say(back ? `Taken back once ${when}: ${words}` : `Kept: ${words}. Sent once ${when}.`);
  };
  const settle = (entry, isTaken, why) => {
    const { back, words } = entry;
    const left = waiting();
    const others = left.filter((other) => !isSame(entry)(other));
    keep(others);
    failures.delete(keyOf(entry));
    settled();
    if (back) say(`Taken back: ${words}`);
    else if (others.length === left.length) return;
    else if (!isTaken) say(`Not taken${why}: ${words}`);
    else if (others.every((one) => one.roomless || passed.has(keyOf(one)))) say(`Noted: ${words}`);
  };
  const KNOWS = "nightroom knows its room";
  const rest = (entry) => {
    rests.set(entry.room, performance.now() + RETRY_MS);
    const isOfIt = ({ back, room }) => !back && room === entry.room;
    tellOf(entry, KNOWS, isOfIt);
    keep(waiting().map((one) => (isOfIt(one) ? { ...one, roomless: true } : one)));
  };
  // Not stored: return whether the next may go past it.
  const isPast = (entry) => {
    const key = keyOf(entry);
    failures.set(key, (failures.get(key) || 0) + 1);
    if (failures.get(key) >= PATIENCE) {
      passed.add(key);
      pause();
      if (next()) return true;
    }
    later(entry, "nightroom can store it");
    return false;
  };
  // Send one; return whether the next may follow at once.
  const deliver = async (entry) => {
    const wasSent = sent.has(entry.id);
    sent.add(entry.id);
    let answer;
    try {
      answer = await request(entry);
    } catch {
      later(entry, "nightroom answers");
      return false;
    }
    const { ok, status } = answer;
    if (ok || NEVER.includes(status) || (entry.back && status === NOT_THERE)) {
      settle(entry, ok, status === TOO_MANY ? ", too many this night" : "");
      return true;
    }
    // It says itself that it has not taken the mark.
    if (!wasSent && (status < 500 || status === 503)) sent.delete(entry.id);
    if (status === NOT_THERE) {
      rest(entry);
      return true;
    }
    if (!REFUSED.includes(status)) {
      return isPast(entry);
    }
    later(entry, "you are signed in");
    askAnew();
    return false;
  };

  const add = (kind, room, words) => {
    const mark = {
      id: newId(),
      kind,
      made: Date.now(),
      own: performance.now(),
      page: performance.timeOrigin,
      server: clock.now(),
      serverByDate: clock.byDate(),
      words,
    };
    if (room) mark.room = room;
    const before = waiting();
    if (before.some((one) => one.roomless && one.room === mark.room)) {
      mark.roomless = true;
      say(`Kept: ${words}. Sent once ${KNOWS}.`);
    }
    keep([...before, mark]);
    latest = mark;
    begin();
    return mark;
  };

  // A mark is taken back here if the server cannot have it, else as a mark is sent.
  const takeBack = async ({ id, words }) => {
    const others = waiting().filter((entry) => entry.id !== id);
    if (!sent.has(id)) {
      keep(others);
      say(`Taken back: ${words}`);
      return;
    }
    const back = { id, words, back: true };
    keep([back, ...others]);
    latest = back;
    if (sending) say(`Taken back once nightroom answers: ${words}`);
    await underWay;
    begin();
  };

  return { add, takeBack, sendOn, isEmpty };
};
