"""One turn of the watch: what it comes to until it is kept, and whom the watch asks."""

from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec

from monitor.alerts.states import AlertState, Decision, Fate, Urgency, What
from monitor.night.alert_choices import AlertChoices
from monitor.night.household import Household
from monitor.score.result import NightScore
from monitor.score.units import TemperatureUnit
from monitor.store.alerts_db import DecisionRow, NewMessage
from monitor.store.household_reader import Request

HOUSE: Final = ""
TEST_TITLE: Final = "Test from nightroom"
TEST_BODY: Final = "This is how an alert arrives. Nothing is the matter."


class Nights(Protocol):
    """What is known of each room's nights and settings; see monitor.nightly.Nightly."""

    def settings(self, room: str, at_ms: int) -> Household:
        """Return the settings in force."""
        ...

    def running(self, room: str) -> NightScore | None:
        """Return the running night so far."""
        ...

    def last_night(self, room: str) -> NightScore | None:
        """Return the newest closed night."""
        ...


class Findings(Protocol):
    """Where people see what is wrong; see monitor.store.live_board.LiveBoard."""

    def find(self, code: str, text: str) -> None:
        """Show a finding until it is cleared."""
        ...

    def clear(self, code: str) -> None:
        """Take a finding back."""
        ...


@dataclass(slots=True, kw_only=True)
class Turn:
    """States and decisions of all rooms at one moment, kept together or not at all.

    in_force_ms: by which instant to ask what people chose; see household_reader.in_force_ms.
    is_quiet: somebody sleeps in one of the rooms. zone and unit: of times and temperatures in
    messages.
    """

    now_s: float
    now_ms: int
    in_force_ms: int
    choices: AlertChoices
    requests: tuple[Request, ...]
    states: dict[str, AlertState] = field(default_factory=dict)
    decisions: list[tuple[str, Decision]] = field(default_factory=list)
    is_quiet: bool = False
    zone: str = "UTC"
    unit: TemperatureUnit = TemperatureUnit.CELSIUS

    def ask_for_test(self) -> None:
        """Decide to send a test."""
        decision = Decision(
            at_ms=self.now_ms,
            night="",
            kind=What.TEST,
            what=What.TEST,
            fate=Fate.NOW,
            why="asked for",
            title=TEST_TITLE,
            body=TEST_BODY,
            urgency=Urgency.ASKED,
        )
        self.decisions.append((HOUSE, decision))

    def kept_states(self) -> dict[str, str]:
        """Return the state of each room as JSON."""
        return {room: msgspec.json.encode(state).decode() for room, state in self.states.items()}

    def rows(self) -> list[DecisionRow]:
        """Return the decisions as the store keeps them."""
        return [
            DecisionRow(
                room=room,
                at_ms=decision.at_ms,
                night=decision.night,
                kind=decision.kind,
                what=decision.what,
                fate=decision.fate,
                why=decision.why,
                title=decision.title,
                body=decision.body,
                rise_from_ms=decision.rise_from_ms,
                rise_to_ms=decision.rise_to_ms,
            )
            for room, decision in self.decisions
        ]

    def messages(self) -> list[NewMessage]:
        """Return a message for each decision to be told now and each channel."""
        return [
            NewMessage(decision=number, channel=channel.name, urgency=decision.urgency)
            for number, (_, decision) in enumerate(self.decisions)
            if decision.fate is Fate.NOW
            for channel in self.choices.alert_channels
        ]
