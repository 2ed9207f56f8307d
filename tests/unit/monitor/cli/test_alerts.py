"""Alert channels from the terminal: kept, removed, tested, in words."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli.alerts import channels_of, send_tests, set_channel
from monitor.cli.commands import nightroom
from monitor.contract.record import ClockState
from monitor.night.alert_choices import Channel
from monitor.runtime.clock import VirtualClock
from monitor.runtime.errors import OperatorError
from tests.fakes.courier import ARRIVED, DOWN, REFUSED, FakeCourier

CLOCK = VirtualClock(start_ms=1_795_388_400_000)
PHONE = Channel(name="phone", url="ntfys://host/secret")
HOOK = Channel(name="hook", url="json://host/secret")


def test_a_channel_is_kept_replaced_and_removed(tmp_path: Path) -> None:
    clock = VirtualClock(start_ms=1000)
    set_channel(tmp_path, "phone", "ntfys://old", clock)
    set_channel(tmp_path, "hook", HOOK.url, clock)
    set_channel(tmp_path, "phone", PHONE.url, clock)
    assert channels_of(tmp_path, clock) == (HOOK, PHONE)

    set_channel(tmp_path, "hook", None, clock)

    assert channels_of(tmp_path, clock) == (PHONE,)


def test_a_machine_that_does_not_know_the_time_keeps_the_other_channels(tmp_path: Path) -> None:
    set_channel(tmp_path, "hook", HOOK.url, CLOCK)
    weeks_behind = VirtualClock(start_ms=1000, state=ClockState.UNSYNCED)
    set_channel(tmp_path, "phone", PHONE.url, weeks_behind)
    assert channels_of(tmp_path, weeks_behind) == (HOOK, PHONE)


@pytest.mark.parametrize(("name", "url"), [("My phone", "ntfys://secret"), ("phone", "")])
def test_a_channel_that_cannot_be_is_refused_without_its_url(
    tmp_path: Path, name: str, url: str
) -> None:
    with pytest.raises(OperatorError) as caught:
        set_channel(tmp_path, name, url, CLOCK)

    assert "secret" not in str(caught.value)
    assert channels_of(tmp_path, CLOCK) == ()


def test_removing_what_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no alert channel 'phone'"):
        set_channel(tmp_path, "phone", None, CLOCK)


def test_a_test_through_every_channel_is_told_in_words() -> None:
    told: list[str] = []
    courier = FakeCourier()

    send_tests((PHONE, HOOK), courier=courier, clock=CLOCK, tell=told.append)

    assert told == ["phone (ntfys://…): sent.", "hook (json://…): sent."]
    assert courier.titles == ["Test from nightroom"] * 2


@pytest.mark.parametrize(("answer", "fix"), [(DOWN, "later"), (REFUSED, "will not help")])
def test_a_test_that_fails_says_why_and_what_then(answer: object, fix: str) -> None:
    told: list[str] = []
    courier = FakeCourier(lambda letter: answer if letter.url == PHONE.url else ARRIVED)

    with pytest.raises(OperatorError, match="no test arrived through: phone"):
        send_tests((PHONE, HOOK), courier=courier, clock=CLOCK, tell=told.append)

    assert answer.words in told[0]
    assert fix in told[0]
    assert told[1] == "hook (json://…): sent."


def test_without_a_channel_it_says_how_to_add_one() -> None:
    with pytest.raises(OperatorError, match="nightroom alert-channel"):
        send_tests((), courier=FakeCourier(), clock=CLOCK, tell=print)


def test_the_command_reads_the_url_from_stdin(tmp_path: Path) -> None:
    arguments = ["alert-channel", "phone", "--data-dir", str(tmp_path)]

    done = CliRunner().invoke(nightroom, arguments, input=f"{PHONE.url}\n")
    assert done.exit_code == 0
    assert PHONE.url not in done.output
    assert channels_of(tmp_path, VirtualClock(start_ms=2**41)) == (PHONE,)

    done = CliRunner().invoke(nightroom, [*arguments, "--remove"])
    assert done.output == "phone: removed.\n"
