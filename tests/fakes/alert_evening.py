"""A room's evening for the alert rules: values over time in, decisions out."""

from dataclasses import replace
from typing import Final

import msgspec

from monitor.alerts.facts import Facts, Readings
from monitor.alerts.phase import Phase
from monitor.alerts.rules import step
from monitor.alerts.states import AlertState, Decision
from monitor.night.alert_choices import AlertChoices

BEDTIME_MS: Final = 1_795_388_400_000  # 2026-11-22T23:00:00Z
MINUTE_S: Final = 60.0
GOOD: Final = Readings(
    quiet=95.0,
    cool=95.0,
    dark=95.0,
    temperature_c=24.0,
    best_c=18.0,
    humidity_pct=45.0,
    climate_fault=False,
    light_fault=False,
    microphone_fault=False,
    silence_s=10.0,
    free_bytes=1e12,
    advice={"cool": "24.0 °C: open the window", "dark": "60 lx: dim the lamp"},
)


class Evening:
    """Steps the rules every few seconds; the state travels through JSON between steps."""

    def __init__(
        self, choices: AlertChoices | None = None, *, phase: Phase = Phase.EVENING
    ) -> None:
        self.choices = choices or AlertChoices()
        self.state = AlertState()
        self.phase = phase
        self.night = "2026-11-22"
        self.knows_time = True
        self.boot_began_s = 0.0
        self.now_s = 1000.0
        self.now_ms = BEDTIME_MS - 2 * 3_600_000
        self.decisions: list[Decision] = []

    def facts(self, **values: object) -> Facts:
        return Facts(
            title="Bedroom",
            now_s=self.now_s,
            now_ms=self.now_ms,
            night=self.night,
            knows_time=self.knows_time,
            boot_began_s=self.boot_began_s,
            phase=self.phase,
            bedtime_ms=BEDTIME_MS,
            readings=replace(GOOD, **values),
        )

    def lasts(self, minutes: float, every_s: float = 5.0, **values: object) -> list[Decision]:
        """Let values stand for so long; return what was decided in that time."""
        before = len(self.decisions)
        for _ in range(round(minutes * MINUTE_S / every_s)):
            self.once(every_s, **values)
        return self.decisions[before:]

    def once(self, after_s: float, **values: object) -> tuple[Decision, ...]:
        self.now_s += after_s
        self.now_ms += round(after_s * 1000)
        self.state, decisions = step(self.state, self.facts(**values), self.choices)
        self.state = msgspec.json.decode(msgspec.json.encode(self.state), type=AlertState)
        self.decisions += decisions
        return decisions
