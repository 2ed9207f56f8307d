"""A closed night as it is stored: with all that was said of it, and the same when judged anew."""

import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from monitor.night.household import Household, Place
from monitor.night.window import Source, span_of
from monitor.nightly import Nightly
from monitor.runtime.clock import VirtualClock
from monitor.runtime.sampled import SampledLog
from monitor.score.model import SCORE_MODEL_VERSION
from monitor.score.rating import score_night
from monitor.score.running import RunningNight
from monitor.store.nights_reader import StoredNight
from monitor.store.nights_writer import NightsWriter
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import DEVICE, MINUTE_MS, STREAM, event, minute, record

NIGHT = date(2026, 11, 22)
ROOM = "bedroom"
# The default zone is UTC: local noon to local noon, bedtime at 23:00.
NOON_MS, NEXT_NOON_MS = span_of(NIGHT, Household())
LAMP_UNTIL = 11 * 60 + 20


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def an_eventful_night(writer: NightsWriter) -> None:
    """Store a lamp until 23:20, a warm night with sounds, a gap and a light at three."""
    records = [
        record(
            index + 1,
            minute=minute(
                NOON_MS + (index + 1) * MINUTE_MS,
                temperature_c=round(26.5 - index / 400, 2),
                illuminance_lx=25.0 if index < LAMP_UNTIL or 900 <= index < 905 else 0.02,
                laeq_db=29.0 + index % 5,
                events=(event(),) if index % 97 == 0 else (),
            ),
        )
        for index in range(20 * 60)
        if not 800 <= index < 860
    ]
    writer.store_batch(
        room=ROOM, device=DEVICE, stream=STREAM, records=records, gaps=(), stored_seq=len(records)
    )


def closed(folder: Folder) -> StoredNight:
    """Let a monitor that starts at noon judge the night."""
    writer = folder.nights_writer()
    an_eventful_night(writer)
    nightly = Nightly(
        writer=writer,
        reader=folder.nights_reader(),
        household=folder.household_reader(),
        score=score_night,
        follow=RunningNight,
        score_model_version=SCORE_MODEL_VERSION,
        sampled=SampledLog(logging.getLogger("test"), VirtualClock(start_ms=0)),
    )
    for second in range(12):
        nightly.step(now_ms=NEXT_NOON_MS, now_s=second * 1.1, knows_time=True)
    stored = folder.nights_reader().night(ROOM, NIGHT.isoformat())
    assert stored is not None
    return stored


def test_a_closed_night_keeps_its_range_reasons_coverage_version_and_inputs(
    folder: Folder,
) -> None:
    stored = closed(folder)
    score = stored.score
    assert score.rating is not None
    assert score.low is not None
    assert score.high is not None
    assert score.low < score.rating < score.high
    assert score.window.lights_out_source is Source.LIGHT
    assert score.sentences
    assert score.spans
    assert all(0.8 < part.coverage < 1 for part in score.parts)
    assert score.score_model_version == 1
    assert len(stored.inputs_hash) >= 16


def test_judged_anew_from_the_store_it_is_the_same_to_the_last_digit(folder: Folder) -> None:
    stored = closed(folder)
    minutes = folder.nights_reader().minutes(ROOM, NOON_MS, NEXT_NOON_MS)
    assert score_night(minutes, stored.score.window, Household()) == stored.score
    running = RunningNight(stored.score.window.start_ms, Household())
    for one in minutes:
        running.add(one)
    assert running.score(stored.score.window) == stored.score
    elsewhere = Household(place=Place(latitude_deg=-33.9, longitude_deg=151.2), lamp="candle")
    assert score_night(minutes, stored.score.window, elsewhere) != stored.score
