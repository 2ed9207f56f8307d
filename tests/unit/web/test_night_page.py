import msgspec

from monitor.night.window import Source
from monitor.score.result import Sentence, Span, Status
from monitor.score.words import check
from tests.fakes.bedroom import LIGHTS_OUT_MS, MINUTE_MS, a_night, a_part, a_window, parts
from web.night_page import night_text


def span(cause: str, points: float, *, part: str = "quiet", start_min: int = 60) -> Span:
    start_ms = LIGHTS_OUT_MS + start_min * MINUTE_MS
    return Span(part=part, cause=cause, start_ms=start_ms, end_ms=start_ms + 20_000, points=points)


def test_a_night_has_number_word_stars_and_range() -> None:
    text = night_text(a_night())
    assert (text.number, text.bound, text.range, text.recorded) == ("78", "", "72 to 83", "")
    assert text.band is not None
    assert (text.band.word, text.band.star_text) == ("Good", "★★★★☆")


def test_a_missing_part_has_no_number_and_says_why() -> None:
    of = parts(
        a_part("quiet"),
        a_part("cool", None, status=Status.MISSING, coverage=0.418),
        a_part("dark", None, status=Status.MISSING, coverage=0.0),
    )
    _, cool, dark = night_text(a_night(of=of)).parts
    assert (cool.number, cool.points, cool.range, cool.band) == ("", "", "", None)
    assert cool.reason == "No number: only 42 % of the night was recorded."
    assert dark.reason == "No number: nothing was recorded."


def test_of_a_night_of_which_something_was_deleted_nothing_says_that_a_sensor_failed() -> None:
    of = parts(
        a_part("quiet", status=Status.PARTIAL, coverage=0.83),
        a_part("cool", None, status=Status.MISSING, coverage=0.418),
        a_part("dark", None, status=Status.MISSING, coverage=0.0),
    )
    text = night_text(a_night(of=of, sentences=(check(["dark"]),)), deleted="It was deleted.")
    assert text.deleted == "It was deleted."
    assert text.changes == ()
    assert text.recorded == "83 % left."
    assert [part.reason for part in text.parts] == [
        "83 % left; the gap is never counted as good.",
        "No number: only 42 % of the night is left.",
        "No number: nothing is left.",
    ]
    assert night_text(a_night(of=of, sentences=(check(["dark"]),))).changes != ()


def test_a_part_that_is_not_fitted_is_told_from_a_missing_one() -> None:
    of = parts(
        a_part("quiet", None, status=Status.NOT_FITTED, coverage=0.0),
        a_part("cool"),
        a_part("dark"),
    )
    quiet = night_text(a_night(of=of, label="of 2 parts, noise not measured")).parts[0]
    assert quiet.reason == "Not measured: no sensor is fitted."
    assert quiet.coverage == ""


def test_a_partial_part_keeps_its_number_beside_its_coverage() -> None:
    of = parts(
        a_part("quiet", status=Status.PARTIAL, coverage=0.83), a_part("cool"), a_part("dark")
    )
    text = night_text(a_night(of=of))
    quiet = text.parts[0]
    assert (quiet.number, text.recorded) == ("80", "83 % recorded.")
    assert quiet.reason == "83 % recorded; the gap is never counted as good."


def test_a_night_of_which_nothing_is_known_has_no_number() -> None:
    text = night_text(a_night(rating=None, word=None, stars=None, at_most=True))
    assert (text.number, text.bound, text.range, text.band) == ("", "", "", None)


def test_bounds_are_said_in_words() -> None:
    of = parts(
        a_part("quiet", at_least=True, sure_score=74.2),
        a_part("cool"),
        a_part("dark", at_most=True),
    )
    text = night_text(a_night(of=of, at_most=True, word=None, stars=None))
    assert text.bound == "at most"
    assert [part.bound for part in text.parts] == ["at least", "", "at most"]
    assert text.parts[0].number == "74"


def test_many_sounds_are_one_cause_with_their_count_and_sum() -> None:
    spans = (span("event", 1.5), span("event", 2.0, start_min=200), span("steady", 0.4))
    quiet = night_text(a_night(spans=spans)).parts[0]
    assert [(cause.cause, cause.points) for cause in quiet.causes] == [
        ("Two sounds", "3.5 points"),
        ("Steady sound", "0.4 points"),
    ]
    assert quiet.causes[0].time == "00:04–02:24"


def test_one_sound_is_one_sound_at_one_time() -> None:
    (cause,) = night_text(a_night(spans=(span("event", 1.0),))).parts[0].causes
    assert (cause.cause, cause.time, cause.points) == ("One sound", "00:04", "1.0 point")


def test_what_cost_nothing_is_no_cause() -> None:
    spans = (span("brief", 0.0), span("event", 0.0), span("steady", 0.01))
    assert night_text(a_night(spans=spans)).parts[0].causes == ()


def test_sentences_go_to_their_places() -> None:
    sentences = tuple(
        Sentence(kind=kind, text=kind.upper()) for kind in ("cost", "good", "change", "note")
    )
    text = night_text(a_night(sentences=sentences))
    assert (text.costs, text.goods, text.changes, text.notes) == (
        ("COST",),
        ("GOOD",),
        (("Tonight", "CHANGE"),),
        ("NOTE",),
    )


def test_the_one_change_has_its_beginning_as_its_title() -> None:
    change = Sentence(kind="change", text="Change one thing tonight: close the window.")
    text = night_text(a_night(sentences=(change,)))
    assert text.changes == (("Change one thing tonight", "Close the window."),)


def test_why_a_night_is_provisional_is_a_sentence() -> None:
    text = night_text(a_night(provisional="only 54 min of the night"))
    assert text.provisional == "Only 54 min of the night."


def test_the_night_says_who_said_when_it_began() -> None:
    text = night_text(a_night(window=a_window(source=Source.SCHEDULE)))
    assert text.lights_out == "23:04, from the usual times"


def test_profile_and_offset_are_said() -> None:
    night = msgspec.structs.replace(a_night(), profile="older_adult", offset_k=-0.5)
    assert night_text(night).judged == "for an older adult, shifted by −0.5 K"
