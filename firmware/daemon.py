"""SHELL: the loop. Parts -> minutes -> journal -> store, and the room's live state.

Two clocks: parts and minutes live on `clock`, everything about the network on
`network_clock`. On the machine both are one; on a virtual clock the parts run as fast
as they go, and wait when the store falls a day behind.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from firmware.courier import Courier
from firmware.sampling import Ended, Sampler
from firmware.uplink import Uplink
from monitor.contract.errors import PayloadError
from monitor.contract.messages import SCHEMA_VERSION, State
from monitor.contract.record import instant
from monitor.runtime.clock import Clock
from monitor.runtime.logging import line

log = logging.getLogger(__name__)

# Judgement: a day of minutes may be unacknowledged, then a virtual clock waits.
MAX_BACKLOG: Final = 1_440
# Judgement: one durable write an hour of virtual time; a cut loses nothing but a rerun.
VIRTUAL_SYNC_MINUTES: Final = 60
# Judgement: the watchdog is 30 s, a press of the button should be heard soon.
LONGEST_WAIT_S: Final = 1.0
# Judgement: what the network does takes milliseconds; this is a pause, not a poll.
PAUSE_S: Final = 0.05
PROGRESS_S: Final = 1.0
# Judgement: a store that took nothing for a minute is not there.
GIVE_UP_S: Final = 60.0
# Judgement: well below the 30 days at which a journal gives up what is older than its newest.
LONG_OFF_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a virtual run is."""

    now_ms: int
    backlog: int


def _began_before(until_ms: int | None, ended: Ended) -> bool:
    """Return whether a minute began before the end of a virtual run.

    What is asked at the very end takes its time on the parts' clock, too: a range that
    changes, a retry. The minute that has only just begun then belongs to no run.
    """
    if until_ms is None:
        return True
    minute = ended.minute
    return minute.end_ms - round(minute.duration_s * 1000) + 1 < until_ms


def _nothing(_progress: Progress) -> None:
    return


class Daemon:
    """The sensor daemon of one room.

    Args:
        sampler: the parts and their minutes, on `clock`.
        courier: journal and transfer, on `network_clock`.
        uplink: the link and what is said on it.
        clock: the time of the room.
        network_clock: the real time; the same object unless the room's time is virtual.
        state_interval_s: how often the live state is published.
        heartbeat: called once a turn, for the watchdog.
        progress: told once a second how far a virtual run is.
        off_until: of a virtual run: until when this machine is without power at an
            instant, None while it has it.
    """

    def __init__(  # noqa: PLR0913 - one parameter a part it is put together from
        self,
        *,
        sampler: Sampler,
        courier: Courier,
        uplink: Uplink,
        clock: Clock,
        network_clock: Clock,
        state_interval_s: float = 5.0,
        heartbeat: Callable[[], None] = lambda: None,
        progress: Callable[[Progress], None] = _nothing,
        off_until: Callable[[int], int | None] = lambda _: None,
    ) -> None:
        self._sampler = sampler
        self._courier = courier
        self._uplink = uplink
        self._clock = clock
        self._network_clock = network_clock
        self._is_virtual = clock is not network_clock
        self._state_interval_s = state_interval_s
        self._heartbeat = heartbeat
        self._progress = progress
        self._off_until = off_until
        self._state_due_s = network_clock.monotonic_s()
        self._progress_due_s = self._state_due_s
        self._unsynced = 0

    def run(self, stop: threading.Event, *, until_ms: int | None = None) -> bool:
        """Run until stop is set or the room's time is up; then stop in order.

        Args:
            stop: set it together with the link's wake event.
            until_ms: end of a virtual run, which also waits for the store; None for ever.

        Returns:
            Whether nothing is left unacknowledged that was to be waited for.
        """
        self._uplink.start()
        self._sampler.start()
        try:
            while not stop.is_set() and not self._is_over(until_ms):
                self._attend()
                if self._courier.sender.backlog > MAX_BACKLOG and self._is_virtual:
                    self._network_clock.wait(PAUSE_S, self._uplink.wake)
                else:
                    self._keep(self._sampler.take_due())
                    self._wait(until_ms)
                    if self._is_virtual:
                        self._lie_without_power(stop)
            if self._is_over(until_ms):
                self._keep(self._sampler.take_due())  # what is due at the very end
            self._keep([one for one in self._sampler.cut() if _began_before(until_ms, one)])
            self._courier.close()
            return until_ms is None or self._delivered(stop)
        finally:
            self._sampler.close()
            self._uplink.stop()

    def _lie_without_power(self, stop: threading.Event) -> None:
        """Pass over the time in which a simulated machine is switched off."""
        now_ms = self._clock.now_ms()
        until_ms = self._off_until(now_ms)
        if until_ms is not None:
            self._keep(self._sampler.cut())
            if until_ms - now_ms > LONG_OFF_MS:
                # To the journal what waits would be weeks old at once, and be given up.
                self._courier.sync()
                self._delivered(stop)
            self._clock.wait((until_ms - now_ms) / 1000)
            self._sampler.switch_on()

    def _is_over(self, until_ms: int | None) -> bool:
        return until_ms is not None and self._clock.now_ms() >= until_ms

    def _attend(self) -> None:
        """Do all that the network and the watchdog want now."""
        self._heartbeat()
        if self._uplink.receive(self._sampler.calibrate):
            self._state_due_s = self._network_clock.monotonic_s()
        self._courier.tick()
        now_s = self._network_clock.monotonic_s()
        if self._is_virtual:
            if now_s >= self._progress_due_s:
                self._progress_due_s = now_s + PROGRESS_S
                backlog = self._courier.sender.backlog
                self._progress(Progress(now_ms=self._clock.now_ms(), backlog=backlog))
        elif now_s >= self._state_due_s:
            self._state_due_s = max(self._state_due_s + self._state_interval_s, now_s)
            self._uplink.publish_state(self._state())

    def _wait(self, until_ms: int | None) -> None:
        """Wait for the next thing to do; on a virtual clock that is only the parts'."""
        wait_s = self._sampler.next_s() - self._clock.monotonic_s()
        if until_ms is not None:
            wait_s = min(wait_s, (until_ms - self._clock.now_ms()) / 1000)
        if not self._is_virtual:
            now_s = self._network_clock.monotonic_s()
            sender_s = self._courier.sender.wake_at_s
            wait_s = min(
                wait_s,
                LONGEST_WAIT_S,
                self._state_due_s - now_s,
                LONGEST_WAIT_S if sender_s is None else sender_s - now_s,
            )
        self._clock.wait(max(0.0, wait_s), self._uplink.wake)

    def _keep(self, ended: list[Ended]) -> None:
        for one in ended:
            try:
                self._courier.keep(
                    one.minute,
                    boot=self._clock.boot_id(),
                    boottime_s=one.boottime_s,
                    clock=one.clock,
                    sync=not self._is_virtual,
                )
            except PayloadError:
                # A defect of ours that the receiver would refuse; the next minute may be well.
                log.exception(line("minute refused", end_ms=one.minute.end_ms))
            self._unsynced += 1
        if self._is_virtual and self._unsynced >= VIRTUAL_SYNC_MINUTES:
            self._unsynced = 0
            self._courier.sync()

    def _delivered(self, stop: threading.Event) -> bool:
        """Wait until the store has everything, as long as it takes something."""
        least = self._courier.sender.backlog
        since_s = self._network_clock.monotonic_s()
        while self._courier.sender.backlog > 0 and not stop.is_set():
            self._attend()
            now_s = self._network_clock.monotonic_s()
            if self._courier.sender.backlog < least:
                least, since_s = self._courier.sender.backlog, now_s
            elif now_s - since_s > GIVE_UP_S:
                break
            self._network_clock.wait(PAUSE_S, self._uplink.wake)
        return self._courier.sender.backlog == 0

    def _state(self) -> State:
        live, now_ms = self._sampler.live, self._clock.now_ms()
        parts = live.told(self._sampler.sound_setup, now_s=self._clock.monotonic_s(), now_ms=now_ms)
        return State(
            v=SCHEMA_VERSION,
            at=instant(now_ms),
            sequence=self._uplink.next_sequence(),
            device=self._uplink.identity.device,
            session=self._uplink.identity.session,
            clock=self._clock.state(),
            backlog=self._courier.sender.unstored,
            climate=parts.climate,
            light=parts.light,
            sound=parts.sound,
            loudness=parts.loudness,
            marks=live.take_marks(),
            unwritten=self._courier.unwritten,
            troubles=self._courier.troubles,
        )
