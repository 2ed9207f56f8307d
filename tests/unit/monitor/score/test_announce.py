import msgspec
from msgspec import UNSET

from monitor.contract.messages import LiveScore, NightSummary
from monitor.contract.record import epoch_ms, instant
from monitor.score.announce import live_message, night_message
from monitor.score.result import Live, PartScore, Status
from tests.fakes.stored import EVENING_MS, score


def test_a_night_travels_with_its_reasons() -> None:
    sent = night_message(score(), at_ms=EVENING_MS, sequence=4)

    assert epoch_ms(sent.at) == EVENING_MS
    assert (sent.night, sent.rating, sent.word) == ("2026-11-22", 81.25, "Good")
    assert sent.reasons == ("Warm until 01:00: 6 points.",)


def test_a_part_that_is_not_fitted_is_absent_and_one_without_a_number_is_none() -> None:
    live = Live(
        score_model_version=1,
        parts=(
            PartScore(part="quiet", status=Status.MISSING, score=None),
            PartScore(part="cool", status=Status.FULL, score=90.0),
            PartScore(part="dark", status=Status.NOT_FITTED, score=None),
        ),
        rating=None,
        word=None,
    )

    sent = live_message(live, at_ms=EVENING_MS, sequence=1)

    assert (sent.quiet, sent.cool, sent.dark) == (None, 90.0, UNSET)
    assert b"dark" not in msgspec.json.encode(sent)


def test_a_night_travels_whole() -> None:
    night = msgspec.structs.replace(
        score(),
        parts=(
            PartScore(part="quiet", status=Status.FULL, score=71.5),
            PartScore(part="cool", status=Status.PARTIAL, score=62.5),
            PartScore(part="dark", status=Status.MISSING, score=None),
        ),
        stars=3,
        headline="Fair. Warm.",
    )

    bright = msgspec.structs.replace(night.parts[2], status=Status.FULL, score=48.5)
    lit = msgspec.structs.replace(night, parts=(*night.parts[:2], bright))
    assert night_message(lit, at_ms=EVENING_MS, sequence=9).dark == 48.5
    assert night_message(night, at_ms=EVENING_MS, sequence=9) == NightSummary(
        v=1,
        at=instant(EVENING_MS),
        sequence=9,
        night="2026-11-22",
        score_model_version=1,
        rating=81.25,
        word="Good",
        stars=3,
        quiet=71.5,
        cool=62.5,
        dark=None,
        headline="Fair. Warm.",
        reasons=("Warm until 01:00: 6 points.",),
    )


def test_the_room_now_travels_whole() -> None:
    live = Live(
        score_model_version=3,
        parts=(
            PartScore(part="quiet", status=Status.FULL, score=71.5),
            PartScore(part="cool", status=Status.FULL, score=62.5),
            PartScore(part="dark", status=Status.FULL, score=53.5),
        ),
        rating=60.5,
        word="Fair",
    )

    assert live_message(live, at_ms=EVENING_MS, sequence=5) == LiveScore(
        v=1,
        at=instant(EVENING_MS),
        sequence=5,
        score_model_version=3,
        rating=60.5,
        quiet=71.5,
        cool=62.5,
        dark=53.5,
    )


def test_a_number_that_is_a_bound_says_so_and_is_the_one_of_the_pages() -> None:
    quiet = PartScore(part="quiet", status=Status.FULL, score=87.75, sure_score=86.1, at_least=True)
    night = msgspec.structs.replace(
        score(), rating=94.76, sure_rating=93.9, at_least=True, parts=(quiet,)
    )
    live = Live(
        score_model_version=1,
        parts=(quiet, PartScore(part="dark", status=Status.MISSING, score=None)),
        rating=92.69,
        high=98.2,
        at_least=True,
        at_most=True,
        word=None,
    )

    sent = night_message(night, at_ms=EVENING_MS, sequence=1)
    now = live_message(live, at_ms=EVENING_MS, sequence=1)

    assert (sent.rating, sent.rating_bound) == (93.9, "at least")
    assert (sent.quiet, sent.quiet_bound, sent.dark_bound) == (86.1, "at least", UNSET)
    assert (now.rating, now.rating_bound) == (98.2, "at most")
