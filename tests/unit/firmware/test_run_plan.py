"""What a command line and a configuration make the daemon do."""

from pathlib import Path

import pytest

from firmware.run_plan import Plan, make_plan, parse_arguments
from firmware.simulation.bedroom import Bedroom
from firmware.simulation.errors import ReplayError
from firmware.simulation.replay import Replay
from monitor.contract.record import epoch_ms, instant
from monitor.runtime.errors import ConfigError
from monitor.runtime.settings import Settings, SimulationSettings

NOW_MS = 1_750_000_000_000
PARSED = parse_arguments(["--config", "nightroom.toml"])
VIRTUAL = ("--virtual-from", "2025-03-19T12:00:00+01:00", "--virtual-until", "2025-03-20T11:00:00Z")


def plan(*arguments: str, scenario: str = "", zone: str = "UTC") -> Plan:
    parsed = parse_arguments(["--config", "nightroom.toml", *arguments])
    settings = Settings(simulation=SimulationSettings(scenario=scenario, zone=zone))
    return make_plan(parsed, settings, now_ms=NOW_MS)


def series(tmp_path: Path) -> str:
    path = tmp_path / "room.csv"
    path.write_text(
        "time,temperature_c,sound_v\n2016-01-11T17:00:00,18,1\n2016-01-11T17:10:00,19,1\n"
    )
    return str(path)


def test_without_a_scenario_the_run_is_of_the_hardware_until_stopped() -> None:
    assert plan() == Plan()


@pytest.mark.parametrize("scenario", ["demo", "ordinary"])
def test_a_scenario_is_a_bedroom_in_real_time(scenario: str) -> None:
    made = plan(scenario=scenario, zone="Europe/Berlin")
    assert isinstance(made.room, Bedroom)
    assert made.span_ms is None


def test_a_virtual_run_has_a_span() -> None:
    made = plan(*VIRTUAL, scenario="demo")
    assert [instant(at_ms).isoformat() for at_ms in made.span_ms] == [
        "2025-03-19T11:00:00+00:00",
        "2025-03-20T11:00:00+00:00",
    ]


def test_the_nights_of_a_virtual_demo_count_back_from_its_end() -> None:
    made = plan(*VIRTUAL, scenario="demo")
    lamp_ms = made.span_ms[1] - 24 * 3_600_000 - 8 * 3_600_000 + 10 * 60_000  # 03:10 the day before
    assert made.room.at(lamp_ms).illuminance_lx > 10


@pytest.mark.parametrize(
    ("arguments", "scenario", "zone", "words"),
    [
        (VIRTUAL, "", "UTC", "scenario"),
        (VIRTUAL[:2], "demo", "UTC", "expected both"),
        (("--virtual-from", VIRTUAL[3], "--virtual-until", VIRTUAL[1]), "demo", "UTC", "order"),
        ((), "haunted", "UTC", "demo or ordinary"),
        ((), "demo", "Mars/Base", "IANA"),
        ((), "demo", "Factory", "no place"),
    ],
)
def test_what_does_not_fit_is_a_configuration_error(
    arguments: tuple[str, ...], scenario: str, zone: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        plan(*arguments, scenario=scenario, zone=zone)


@pytest.mark.parametrize("text", ["2025-03-19T12:00:00", "noon"])
def test_a_time_without_an_offset_is_refused(text: str) -> None:
    with pytest.raises(SystemExit) as ended:
        plan("--virtual-from", text)
    assert ended.value.code == 2


def test_a_replay_spans_its_series_and_notes_what_it_ignores(tmp_path: Path) -> None:
    made = plan("--replay", series(tmp_path), "--utc-offset", "+01:00")
    assert isinstance(made.room, Replay)
    assert [instant(at_ms).strftime("%H:%M") for at_ms in made.span_ms] == ["15:50", "16:10"]
    assert made.notes == ("column sound_v ignored: volts, not decibels",)


def test_a_replay_can_be_cut_and_read_in_a_civil_zone(tmp_path: Path) -> None:
    cut = ("--from", "2016-01-11T15:55:00Z", "--until", "2016-01-11T23:00:00Z")
    made = plan("--replay", series(tmp_path), "--zone", "Europe/Brussels", *cut)
    assert made.span_ms == (epoch_ms(instant(1_452_527_700_000)), made.room.end_ms)


def test_a_replay_without_rows_in_the_cut_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="no row between"):
        plan("--replay", series(tmp_path), "--from", "2020-01-01T00:00:00Z")


def test_faults_of_the_configuration_are_planned() -> None:
    settings = Settings(
        simulation=SimulationSettings(scenario="demo", faults=("bme280 absent @5s", "bus stuck-00"))
    )
    planned = make_plan(PARSED, settings, now_ms=NOW_MS).faults
    assert [(fault.part, fault.name, fault.start_ms) for fault in planned] == [
        ("bme280", "absent", 5_000),
        ("bus", "stuck-00", 0),
    ]


@pytest.mark.parametrize(
    ("simulation", "words"),
    [
        (SimulationSettings(faults=("bme280 absent",)), "need a simulated room"),
        (SimulationSettings(scenario="demo", faults=("bme280 lost",)), "no fault 'lost'"),
    ],
)
def test_faults_that_cannot_be_played_are_refused(
    simulation: SimulationSettings, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        make_plan(PARSED, Settings(simulation=simulation), now_ms=NOW_MS)
