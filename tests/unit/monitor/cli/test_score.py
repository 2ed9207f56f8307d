"""`nightroom score`: files in, nights out, and what is said of a bad row."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.commands import nightroom
from monitor.runtime.errors import OperatorError
from tests.fakes.nights import EVENING_MS
from tests.fakes.series import csv_text

COLUMNS = {
    "temperature_c": lambda s: 18.0 + 8.0 * (s > 4 * 3600),
    "humidity_pct": lambda _: 50.0,
    "light_lux": lambda _: 0.0,
}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(
        nightroom, ["score", *map(str, arguments)], catch_exceptions=True, standalone_mode=False
    )


def write(folder: Path, text: str, name: str = "room.csv") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def a_night(step_s: float = 600, **options: object) -> str:
    return csv_text(COLUMNS, step_s=step_s, rows=round(36_000 / step_s), **options)  # type: ignore[arg-type]  # as asked


def test_a_night_is_a_line_of_the_table(tmp_path: Path) -> None:
    found = run(write(tmp_path, a_night()))
    header, line = found.stdout.splitlines()
    assert header.split() == ["night", "rating", "quiet", "cool", "dark", "why"]
    assert "2026-11-22 Sun 22 → Mon 23" in line
    assert "warmth from 02:00 to 07:00" in line
    assert "noise not measured" in line


def test_commas_semicolons_and_gzip_give_the_same_nights(tmp_path: Path) -> None:
    plain = run(write(tmp_path, a_night()), "--json")
    semicolons = run(write(tmp_path, a_night(separator=";"), "s.csv"), "--json")
    zipped = run(write(tmp_path, a_night(), "z.csv.gz"), "--json")
    assert plain.stdout == semicolons.stdout == zipped.stdout
    (night,) = json.loads(plain.stdout)
    assert {"parts", "low", "high", "sentences", "spans", "minute_costs", "window"} <= night.keys()
    assert {"coverage", "points_lost", "low", "high"} <= night["parts"][1].keys()


def test_explain_says_window_parts_ranges_points_and_words(tmp_path: Path) -> None:
    text = run(write(tmp_path, a_night()), "--explain", "--profile", "older_adult").stdout
    for words in ("lights-out 23:00 by the schedule", "Quiet not measured", "Change one thing",
                  "Cool  ", "5-95 % range", "older_adult", "of 5 stars", "Warm from"):  # fmt: skip
        assert words in text, words


def test_a_bad_row_is_refused_with_its_line(tmp_path: Path) -> None:
    text = a_night().replace("26.0", "hot", 1)
    line = next(i for i, row in enumerate(text.splitlines(), 1) if "hot" in row)
    found = run(write(tmp_path, text))
    assert isinstance(found.exception, OperatorError)
    assert f"line {line}" in str(found.exception)
    assert "hot" in str(found.exception)
    assert found.stdout == ""


def test_what_is_not_used_is_said(tmp_path: Path) -> None:
    text = "time,temperature_c,co2_ppm\n2026-11-22T14:00:00,18,400\n2026-11-22T14:10:00,18,400\n"
    found = run(write(tmp_path, text))
    assert "co2_ppm is not used" in found.stderr
    assert "no row between lights-out and get-up" in found.stderr
    assert "--bedtime" in found.stdout


@pytest.mark.slow
def test_files_of_different_steps_make_one_night(tmp_path: Path) -> None:
    levels = csv_text({"laeq_db": lambda s: 62.0 if 7200 < s < 7220 else 26.0}, step_s=1, rows=3600)
    later = csv_text({"laeq_db": lambda _: 26.0}, step_s=1, rows=35_000)
    both = run(write(tmp_path, a_night()), write(tmp_path, later, "sound.csv"), "--json")
    (night,) = json.loads(both.stdout)
    assert [part["status"] for part in night["parts"]] == ["full"] * 3
    assert levels != later


def test_two_files_may_not_tell_of_the_same_quantity_at_the_same_time(tmp_path: Path) -> None:
    path = write(tmp_path, a_night())
    found = run(path, path)
    assert isinstance(found.exception, OperatorError)
    for words in ("room.csv and room.csv", "temperature_c", "2026-11-22T22:10"):
        assert words in str(found.exception)


def test_files_of_one_quantity_may_follow_each_other_and_fill_each_others_gaps(
    tmp_path: Path,
) -> None:
    first, second, third = (a_night(start_ms=EVENING_MS + day * 86_400_000) for day in (0, 1, 2))
    outer = write(tmp_path, first + third.partition("\n")[2], "outer.csv")
    inner = write(tmp_path, second, "inner.csv")
    for files in ((outer, inner), (inner, outer)):
        assert len(json.loads(run(*files, "--json").stdout)) == 3


def test_events_of_another_instrument_cost_points(tmp_path: Path) -> None:
    levels = write(tmp_path, csv_text({"laeq_db": lambda _: 26.0}, step_s=60, rows=600))
    rows = [f"2026-11-23T0{hour}:10:00,12,61,26" for hour in range(7)]
    text = "\n".join(["time,duration_s,lasmax_db,background_db", *rows])
    events = write(tmp_path, text, "events.csv")
    (without,) = json.loads(run(levels, "--json").stdout)
    (with_events,) = json.loads(run(levels, "--json", "--events", events).stdout)
    assert with_events["rating"] < without["rating"] - 20
    assert not with_events["parts"][0]["at_most"]


def test_events_need_levels_to_belong_to(tmp_path: Path) -> None:
    events = write(tmp_path, "time,duration_s,lasmax_db,background_db\n", "events.csv")
    found = run(write(tmp_path, a_night()), "--events", events)
    assert "laeq_db" in str(found.exception)


def test_times_are_read_by_the_offset_and_lived_in_the_zone(tmp_path: Path) -> None:
    path = write(tmp_path, a_night())
    (night,) = json.loads(
        run(path, "--json", "--utc-offset", "+01:00", "--zone", "Europe/London").stdout
    )
    assert night["window"]["zone"] == "Europe/London"
    (naive,) = json.loads(run(path, "--json").stdout)
    assert night["window"]["lights_out_ms"] == naive["window"]["lights_out_ms"]


def test_schedule_profile_offset_lamp_and_place_reach_the_score(tmp_path: Path) -> None:
    path = write(tmp_path, a_night())
    options = ("--bedtime", "00:30", "--wake-time", ",".join(["06:30"] * 7), "--offset-k", "2",
               "--lamp", "candle", "--place", "50.85,4.35", "--calibrated")  # fmt: skip
    (night,) = json.loads(run(path, "--json", *options).stdout)
    length_ms = night["window"]["get_up_ms"] - night["window"]["lights_out_ms"]
    assert length_ms == 6 * 3_600_000
    assert night["offset_k"] == 2.0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--bedtime", "25:00"), "HH:MM"),
        (("--bedtime", "23:00,23:30"), "seven"),
        (("--wake-time", "noon"), "--wake-time"),
        (("--offset-k", "3"), "offset"),
        (("--place", "here"), "LATITUDE"),
        (("--place", "95,0"), "LATITUDE"),
        (("--zone", "Mars/Base"), "Mars/Base"),
        (("--utc-offset", "five"), "five"),
    ],
)
def test_an_option_that_cannot_be_understood_is_said(
    tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    found = run(write(tmp_path, a_night()), *options)
    assert isinstance(found.exception, OperatorError)
    assert words in str(found.exception)


@pytest.mark.slow
def test_a_long_file_shows_how_far_it_is(tmp_path: Path) -> None:
    path = write(tmp_path, csv_text({"laeq_db": lambda _: 26.0}, step_s=1, rows=45_000))
    found = run(path)
    assert "reading room.csv" in found.stderr
    assert "100% done" in found.stderr
    assert "reading" not in run(write(tmp_path, a_night(), "short.csv")).stderr
