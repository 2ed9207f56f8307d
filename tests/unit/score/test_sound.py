import math

import pytest

from monitor.contract.record import EventKind, Flag, Minute, SoundEvent
from monitor.score.quiet_night import QuietNight
from monitor.score.sound import night_la90_db
from tests.fakes.nights import bare_sound, event, night, quiet_of, record, sound, window_of


def quiet(minutes: list[Minute], length: int = 480, *, provisional: bool = False) -> QuietNight:
    window = window_of(length, provisional=provisional)
    return quiet_of(minutes, window)


def with_events(*events: SoundEvent, minute: int = 100, length: int = 480) -> QuietNight:
    return quiet(night(length, events={minute: events}), length)


def test_a_steady_night_scores_its_level() -> None:
    assert quiet(night(laeq_db=35.0)).score() == pytest.approx(75.0)


def test_the_level_is_that_of_the_event_free_seconds() -> None:
    minutes = [record(60 * i, sound=sound(60.0, quiet_db=30.0, quiet_s=20)) for i in range(480)]
    assert quiet(minutes).score() == pytest.approx(90.0)


def test_levels_within_a_minute_average_by_energy() -> None:
    halves = [record(0, 30, sound=sound(30.0, n=30, due=30, quiet_s=30)),
              record(30, 30, sound=sound(40.0, n=30, due=30, quiet_s=30))]  # fmt: skip
    (level,) = quiet(halves, 1).levels
    assert level is not None
    assert level.level_db == pytest.approx(10 * math.log10((10**3 + 10**4) / 2))


def test_a_minute_with_fewer_than_10_event_free_seconds_is_covered_but_left_out() -> None:
    minutes = night(laeq_db=35.0)
    for index in range(100):
        minutes[index] = record(60 * index, sound=sound(60.0, quiet_db=55.0, quiet_s=9))
    found = quiet(minutes)
    assert found.coverage == 1.0
    assert found.score() == pytest.approx(75.0)


def test_a_minute_without_an_event_free_second_is_covered() -> None:
    minutes = [*night(400), record(400 * 60, sound=sound(60.0, quiet_db=None, quiet_s=0))]
    assert quiet(minutes, 401).coverage == 1.0


def test_with_fewer_than_60_usable_minutes_la90_of_the_night_stands_in() -> None:
    few = night(59, laeq_db=60.0)
    rest = [record(60 * i, sound=sound(50.0, quiet_db=None, quiet_s=0)) for i in range(59, 480)]
    # la90 of the builder is 1 dB below its level
    assert quiet(few + rest).score() == pytest.approx(30.0 + 3.0)


def test_with_60_usable_minutes_they_count() -> None:
    usable = night(60, laeq_db=60.0)
    rest = [record(60 * i, sound=sound(50.0, quiet_db=None, quiet_s=0)) for i in range(60, 480)]
    assert quiet(usable + rest).score() == pytest.approx(8.0)


def test_an_imported_series_without_events_is_steady_throughout() -> None:
    minutes = [record(60 * i, sound=bare_sound(35.0)) for i in range(480)]
    assert quiet(minutes).score() == pytest.approx(75.0)


def test_la90_of_the_night_is_the_level_exceeded_in_90_percent_of_it() -> None:
    assert night_la90_db([sound(30.0)] * 4 + [sound(50.0)] * 6) == 29.0
    assert night_la90_db([sound(30.0)] * 2 + [sound(50.0)] * 8) == 30.0
    assert night_la90_db([sound(30.0)] * 1 + [sound(50.0)] * 99) == 49.0


def test_la90_of_the_night_can_do_without_percentiles() -> None:
    assert night_la90_db([bare_sound(40.0)]) == 40.0
    assert night_la90_db([bare_sound(40.0), bare_sound(30.0)]) == 30.0


def test_events_lower_quiet_by_the_awakenings_they_would_add() -> None:
    ten = quiet(night(events={minute: [event(45.0)] for minute in range(10, 110, 10)}))
    assert ten.expected_awakenings == pytest.approx(0.231, abs=0.002)
    assert ten.score() == pytest.approx(100 * 2 ** (-0.2315 / 0.667), abs=0.1)


def test_an_event_that_hardly_stands_out_counts_less() -> None:
    clear, masked = with_events(event(50.0)), with_events(event(50.0, background_db=41.0))
    assert masked.expected_awakenings == pytest.approx(clear.expected_awakenings / 2)


def test_brief_near_sounds_are_listed_not_counted() -> None:
    found = with_events(event(50.0, kind=EventKind.BRIEF_NEAR))
    assert found.score() == 100.0
    assert [one.why_listed for one in found.listed] == ["brief"]


def test_a_long_sound_counts_once() -> None:
    long = with_events(event(50.0, kind=EventKind.LONG))
    assert long.expected_awakenings == with_events(event(50.0)).expected_awakenings


def test_the_alarm_clock_is_listed_not_counted() -> None:
    found = with_events(event(70.0, start_offset_s=-59.0), minute=475)
    assert [one.why_listed for one in found.listed] == ["alarm_clock"]
    assert with_events(event(70.0, start_offset_s=-61.0), minute=475).listed == []


def test_the_running_night_has_no_alarm_clock_yet() -> None:
    minutes = night(events={478: [event(70.0)]})
    assert quiet(minutes, provisional=True).awakenings


def test_an_event_belongs_to_the_night_it_starts_in() -> None:
    late = record(480 * 60, sound=sound(events=[event(60.0, start_offset_s=-500.0)]))
    assert len(quiet([*night(), late]).awakenings) == 1
    early = record(0, sound=sound(events=[event(60.0, start_offset_s=-61.0)]))
    assert len(quiet([early, *night()[1:]]).awakenings) == 0


def test_events_that_a_record_has_no_room_for_count_as_its_mean() -> None:
    minutes = night()
    minutes[9] = record(540, sound=sound(events=[event(50.0)] * 2, events_more=2))
    four = with_events(*[event(50.0)] * 4)
    assert quiet(minutes).expected_awakenings == pytest.approx(four.expected_awakenings)


def test_awakenings_are_scaled_up_by_coverage() -> None:
    minutes = night(events={10: [event(50.0)]})
    whole, part = quiet(minutes), quiet(minutes[:360])
    assert part.expected_awakenings == pytest.approx(whole.expected_awakenings / 0.75)


def test_an_event_outside_the_studied_levels_is_flagged() -> None:
    assert with_events(event(80.0)).awakenings[0].event.extrapolated
    for inside_db in (32.7, 60.0, 73.0):
        assert not with_events(event(inside_db)).awakenings[0].event.extrapolated
    assert with_events(event(73.1)).awakenings[0].event.extrapolated
    assert with_events(event(32.6)).awakenings[0].event.extrapolated


def test_the_floor_is_taken_out_of_the_levels() -> None:
    found = quiet(night(laeq_db=38.0103, floor_db=35.0))
    assert found.score() == pytest.approx(75.0, abs=0.01)
    assert not found.at_least


def test_below_the_floor_the_night_is_at_least_what_the_floor_scores() -> None:
    found = quiet(night(laeq_db=30.0, floor_db=30.0))
    assert found.at_least
    assert found.score() == pytest.approx(95.0)
    assert found.sure_score() == pytest.approx(90.0)
    assert found.low(0.0) == pytest.approx(90.0)
    assert found.high(0.0) == pytest.approx(100.0)
    assert found.floor_db() == 30.0


def test_below_a_floor_of_more_than_35_db_minutes_are_missing() -> None:
    assert quiet(night(laeq_db=36.0, floor_db=36.0)).coverage == 0.0
    assert quiet(night(laeq_db=36.0, floor_db=35.0)).coverage == 1.0
    assert quiet(night(laeq_db=46.0, floor_db=36.0)).coverage == 1.0


def test_an_la90_below_such_a_floor_is_missing_too() -> None:
    noisy = [
        record(60 * i, sound=sound(36.0, quiet_db=None, quiet_s=0, floor_db=36.0))
        for i in range(480)
    ]
    assert quiet(noisy).coverage == 0.0


def test_a_silent_microphone_gives_no_values() -> None:
    minutes = [record(60 * i, sound=sound(0.0, flags=(Flag.SILENT,))) for i in range(480)]
    assert quiet(minutes).coverage == 0.0


def test_noise_gaps_are_never_filled() -> None:
    minutes = night()
    del minutes[100]
    assert quiet(minutes).gaps == [100]


def test_the_loss_is_split_by_the_logarithms_of_steady_sound_and_events() -> None:
    costs = quiet(night(laeq_db=35.0, events={10: [event(55.0), event(45.0)]})).costs()
    steady = sum(costs.causes["background"].values())
    events = sum(cost for _, cost in costs.events)
    assert steady == pytest.approx(-math.log(0.75))
    assert events == pytest.approx(0.0692 / 0.667 * math.log(2), abs=0.0003)
    assert costs.events[0][1] / costs.events[1][1] == pytest.approx(4.6 / 2.3, abs=0.02)


def test_a_perfectly_quiet_night_costs_nothing() -> None:
    assert quiet(night()).costs().total() == 0.0


def test_steady_sound_is_told_from_background_at_35_db() -> None:
    found = quiet(night(laeq_db=lambda i: 45.0 if i < 100 else 30.0))
    assert found.evidence("steady", 0, 479)["laeq_db"] == pytest.approx(45.0)
    assert found.evidence("background", 0, 479)["laeq_db"] == pytest.approx(30.0)
    assert found.evidence("steady", 200, 300) == {}


def test_what_quiet_would_be_without_each_cause() -> None:
    found = quiet(night(laeq_db=lambda i: 45.0 if i < 100 else 25.0, events={200: [event(60.0)]}))
    assert found.without("steady") > found.score()
    assert found.without("event") > found.score()
    assert found.without("background") == pytest.approx(found.score())


def test_louder_microphones_shift_events_too() -> None:
    found = with_events(event(50.0))
    assert found.low(3.0) < found.score() < found.high(3.0)


def test_la90_of_the_night_weighs_records_by_their_seconds() -> None:
    long = sound(50.0, n=600, due=600)  # its percentiles are 49, 50 and 51 dB
    # Shorter ones are at 29, 30 and 31 dB; the tenth of all seconds falls on the last of them.
    assert night_la90_db([long, sound(30.0, n=60, due=60)]) == 49.0
    assert night_la90_db([long, sound(30.0, n=70, due=70)]) == 31.0
    assert night_la90_db([sound(30.0)] * 5 + [long]) == 30.0
    assert night_la90_db([sound(30.0)] * 6 + [long]) == 29.0
    assert night_la90_db([bare_sound(33.0)] * 3) == 33.0


def test_the_self_noise_is_taken_out_of_an_events_level() -> None:
    minutes = night(floor_db=40.0, laeq_db=46.0, events={100: [event(50.0, background_db=30.0)]})
    (counted,) = quiet(minutes).awakenings
    assert counted.level_db == pytest.approx(10 * math.log10(10**5 - 10**4))
    assert counted.event.lasmax_db == 50.0
    assert counted.event.why_listed == ""
    assert counted.event.awakenings == pytest.approx(counted.expected())
    p = 0.001894 * counted.level_db**2 + 0.04008 * counted.level_db - 3.3243
    assert counted.expected() == pytest.approx(p / 100)


def test_without_60_usable_minutes_gaps_stay_gaps() -> None:
    busy = [record(60 * i, sound=sound(50.0, quiet_db=None, quiet_s=0)) for i in range(400)]
    found = quiet(busy)
    assert len(found.gaps) == 80
    assert found.levels[399] is not None
    assert found.levels[400] is None
