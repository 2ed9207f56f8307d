"""What can befall the card of a SpottedWorld; its choices are its own."""

from collections.abc import Callable, Sequence
from pathlib import Path

from firmware.dating import COPY_NAME, DATES_NAME
from firmware.journal_identity import META_NAME
from tests.fakes.card_ledger import segments_on
from tests.fakes.spotted_disk import Spot
from tests.fakes.spotted_world import SpottedWorld

# Minutes until a spot heals: less and more than the hour for which it is waited, or never.
HEALS_AFTER = (1, 2, 10, 40, 58, 61, 75, 200, None, None)
# Minutes without another accident, of which the journal keeps one in so many.
QUIET_MINUTES = range(20, 100)
KEPT_OF_QUIET = 0.12
FOUND_AT_A_START = 0.4


def a_finished_segment_cannot_be_read(world: SpottedWorld) -> None:
    finished = segments_on(world.card)[:-1]
    if finished:
        put_spots(world, [world.spot_rng.choice(finished)])


def several_segments_cannot_be_read(world: SpottedWorld) -> None:
    segments = segments_on(world.card)
    put_spots(world, [one for one in segments if world.spot_rng.random() < 0.5])


def the_written_segment_cannot_be_read(world: SpottedWorld) -> None:
    put_spots(world, segments_on(world.card)[-1:])


def the_written_segment_cannot_be_written(world: SpottedWorld) -> None:
    put_spots(world, segments_on(world.card)[-1:], is_unreadable=False, is_worn=True)


def the_written_segment_can_be_neither(world: SpottedWorld) -> None:
    put_spots(world, segments_on(world.card)[-1:], is_worn=True)


def the_identity_cannot_be_read(world: SpottedWorld) -> None:
    """Nor, half of the time, can anything take its place."""
    put_spots(world, [world.card / META_NAME], is_stuck=world.stuck_rng.random() < 0.5)


def nor_can_a_segment_beside_it(world: SpottedWorld) -> None:
    segments = segments_on(world.card)
    put_spots(
        world, [world.card / META_NAME, *world.spot_rng.sample(segments, min(1, len(segments)))]
    )


def the_dates_cannot_be_read(world: SpottedWorld) -> None:
    names = world.spot_rng.choice(((DATES_NAME,), (COPY_NAME,), (DATES_NAME, COPY_NAME)))
    put_spots(world, [world.card / name for name in names])


def the_time_is_found_and_its_dates_cannot_be_read(world: SpottedWorld) -> None:
    """By the next start, before all that is dated need have been sent."""
    if world.time is not None:
        world.time.find()
        world.tick()
    put_spots(world, [world.card / DATES_NAME, world.card / COPY_NAME])
    world.kill_the_sensor()


def the_card_heals(world: SpottedWorld) -> None:
    """From the next minute on."""
    for spot in world.card_disk.spots.values():
        spot.minutes_left = 1


def an_hour_passes(world: SpottedWorld) -> None:
    for _ in range(world.spot_rng.choice(QUIET_MINUTES)):
        world.live_a_minute(keeps=world.spot_rng.random() < KEPT_OF_QUIET)


def stop_the_sensor(world: SpottedWorld) -> None:
    world.stop_the_sensor()


def put_spots(
    world: SpottedWorld,
    paths: Sequence[Path],
    *,
    is_unreadable: bool = True,
    is_worn: bool = False,
    is_stuck: bool = False,
) -> None:
    """Put a spot under each file that is there; it is found at work, or at the next start."""
    if world.is_card_swapped:
        return  # of which nobody has taken stock yet
    for path in paths:
        if path.exists() and path not in world.card_disk.spots:
            world.card_disk.spots[path] = Spot(
                is_unreadable=is_unreadable,
                is_worn=is_worn,
                is_stuck=is_stuck,
                minutes_left=world.spot_rng.choice(HEALS_AFTER),
            )
    if world.spot_rng.random() < FOUND_AT_A_START:
        world.kill_the_sensor()


SPOT_ACCIDENTS: tuple[Callable[[SpottedWorld], None], ...] = (
    a_finished_segment_cannot_be_read,
    several_segments_cannot_be_read,
    the_written_segment_cannot_be_read,
    the_written_segment_cannot_be_written,
    the_written_segment_can_be_neither,
    the_identity_cannot_be_read,
    nor_can_a_segment_beside_it,
    the_dates_cannot_be_read,
    the_time_is_found_and_its_dates_cannot_be_read,
    the_card_heals,
    an_hour_passes,
    an_hour_passes,
    stop_the_sensor,
)
