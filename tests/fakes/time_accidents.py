"""What can befall the sensor's time; each is something done to a World that has one."""

from collections.abc import Callable

from firmware.dating import COPY_NAME, DATES_NAME
from monitor.contract.record import ClockState
from tests.fakes.disk import Fault
from tests.fakes.sensor_time import WRONG_S, SensorTime
from tests.fakes.world import World


def time_of(world: World) -> SensorTime:
    assert world.time is not None
    return world.time


def boot_without_time(world: World) -> None:
    world.kill_the_sensor()
    time = time_of(world)
    time.boot(ClockState.UNSYNCED)
    time.lose(behind_s=time.rng.choice(WRONG_S))


def find_the_time(world: World) -> None:
    time_of(world).find()


def find_the_time_and_lose_it(world: World) -> None:
    """Between two minutes, with or without a daemon that sees it."""
    time = time_of(world)
    if not time.is_known:
        time.find()
        world.tick()
        time.lose()


def lose_the_source(world: World) -> None:
    time_of(world).lose()


def step_the_wall(world: World) -> None:
    time = time_of(world)
    if not time.is_known:
        time.lose(behind_s=time.rng.choice(WRONG_S))


def cut_the_power_as_the_time_is_found(world: World) -> None:
    """The next write is the last call: of the dates, if any minute lacks one."""
    find_the_time(world)
    world.disk.next_append = Fault(errno=None)
    world.tick()


def spoil_the_dates(world: World) -> None:
    """With the copy gone, too, what a minute behind it tells is learnt, and no more than that."""
    world.kill_the_sensor()
    path = world.card / DATES_NAME
    if path.exists():
        content = bytearray(path.read_bytes())
        content[time_of(world).rng.randrange(len(content))] ^= 1 << time_of(world).rng.randrange(8)
        path.write_bytes(content)
        (world.card / COPY_NAME).unlink(missing_ok=True)
        time_of(world).dated_up_to_s.clear()


TIME_ACCIDENTS: tuple[Callable[[World], None], ...] = (
    boot_without_time,
    boot_without_time,
    find_the_time,
    find_the_time,
    find_the_time_and_lose_it,
    lose_the_source,
    step_the_wall,
    cut_the_power_as_the_time_is_found,
    spoil_the_dates,
)
