"""Alert channels from the terminal: name one, take it back, send a test through all."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from monitor.alerts.channels import Answer, Courier, Letter, Outcome
from monitor.alerts.states import Urgency
from monitor.alerts.turn import TEST_BODY, TEST_TITLE
from monitor.night.alert_choices import AlertChoices, Channel, masked
from monitor.runtime.clock import Clock
from monitor.runtime.errors import OperatorError
from monitor.store.household_db import HOUSEHOLD_FILE
from monitor.store.household_reader import HouseholdReader, in_force_ms
from monitor.store.household_writer import HouseholdWriter

LOOK_S: Final = 0.05
NO_CHANNEL: Final = "there is no alert channel yet: add one with `nightroom alert-channel NAME`"
FIXES: Final = {
    Outcome.WRONG_URL: "Set it again.",
    Outcome.PERMANENT: "Trying again will not help.",
    Outcome.RETRYABLE: "It may work later; the monitor tries again by itself.",
}


def channels_of(data_dir: Path, clock: Clock) -> tuple[Channel, ...]:
    """Return the channels in force.

    Raises:
        StoreError: household.db cannot be read.
    """
    reader = HouseholdReader(data_dir / HOUSEHOLD_FILE)
    try:
        return reader.alert_choices(in_force_ms(clock, reader)).alert_channels
    finally:
        reader.close()


def send_tests(
    channels: tuple[Channel, ...], *, courier: Courier, clock: Clock, tell: Callable[[str], None]
) -> None:
    """Send a test through each channel and tell what happened.

    Raises:
        OperatorError: there is no channel, or not every test was sent.
    """
    if not channels:
        raise OperatorError(NO_CHANNEL)
    failed = [channel.name for channel in channels if not _test(channel, courier, clock, tell)]
    if failed:
        raise OperatorError(f"no test arrived through: {', '.join(failed)}")


def set_channel(data_dir: Path, name: str, url: str | None, clock: Clock) -> None:
    """Add or replace a channel, or remove it where url is None.

    Raises:
        OperatorError: not a name or url that can be; or no such channel to remove.
        StoreError: household.db cannot be written; the text names the unit to stop.
    """
    others = [channel for channel in channels_of(data_dir, clock) if channel.name != name]
    channels = tuple(others)
    if url is not None:
        channels = (*channels, _channel(name, url))
    elif len(others) == len(channels_of(data_dir, clock)):
        raise OperatorError(f"there is no alert channel {name!r}")
    writer = HouseholdWriter.open(data_dir / HOUSEHOLD_FILE, clock=clock)
    try:
        writer.set_value("alert_channels", channels, valid_from_ms=clock.now_ms())
    finally:
        writer.close()


def _channel(name: str, url: str) -> Channel:
    try:
        found = msgspec.convert({"alert_channels": [{"name": name, "url": url}]}, AlertChoices)
    except msgspec.ValidationError as error:
        raise OperatorError(f"channel {name!r} cannot be: {error}") from error
    return found.alert_channels[0]


def _test(channel: Channel, courier: Courier, clock: Clock, tell: Callable[[str], None]) -> bool:
    letter = Letter(url=channel.url, title=TEST_TITLE, body=TEST_BODY, urgency=Urgency.ASKED.value)
    flight = courier.send(letter)
    answer: Answer | None = None
    while answer is None:
        clock.wait(LOOK_S)
        answer = flight.answer()
    shown = f"{channel.name} ({masked(channel.url)})"
    if answer.outcome is Outcome.SENT:
        tell(f"{shown}: sent.")
        return True
    tell(f"{shown}: not sent: {answer.words}. {FIXES[answer.outcome]}")
    return False
