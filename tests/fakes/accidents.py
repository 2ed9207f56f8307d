"""What can go wrong between a sensor and a store; each is something done to a World."""

import shutil
from collections.abc import Callable

from monitor.contract.codec import encode
from monitor.contract.messages import Stored
from monitor.contract.record import instant
from tests.fakes.disk import Fault
from tests.fakes.ledger import DAY_MS
from tests.fakes.world import DEVICE, World

# A backup that is restored is younger than the 14 days a journal keeps what is acknowledged.
BACKUP_AGE_MS = 13 * DAY_MS
DAY_S = 86_400.0


def cut_the_sensor_off(world: World) -> None:
    world.cut_the_sensor_off()


def cut_the_sensor_off_for_days(world: World) -> None:
    world.cut_the_sensor_off()
    world.away_until_s = world.clock.monotonic_s() + world.rng.uniform(0.0, 5 * DAY_S)


def cut_the_monitor_off(world: World) -> None:
    world.monitor_online = False


def restart_the_broker(world: World) -> None:
    """Nothing in flight survives; what is retained goes back to some autosave."""
    world.up.clear()
    world.down.clear()
    del world.retained[world.rng.randrange(len(world.retained) + 1) :]
    world.cut_the_sensor_off()
    world.monitor_online = False


def kill_the_sensor(world: World) -> None:
    world.kill_the_sensor()


def cut_the_sensor_s_power(world: World) -> None:
    """The next append is the last call; none, a part or all of it is on the card."""
    world.disk.next_append = Fault(errno=None, written=world.rng.choice((0, 1, 100, 100_000)))


def fill_the_disk(world: World) -> None:
    world.disk.is_full = True


def free_the_disk(world: World) -> None:
    world.disk.is_full = False


def spoil_a_line(world: World) -> None:
    world.kill_the_sensor()
    segments = [path for path in sorted(world.card.glob("*.log")) if path.stat().st_size]
    if segments:
        path = world.rng.choice(segments)
        content = bytearray(path.read_bytes())
        content[world.rng.randrange(len(content))] ^= 1 << world.rng.randrange(8)
        path.write_bytes(content)
        world.damaged.add(path)


def spoil_the_identity(world: World) -> None:
    """Only once all is answered for: what nothing but the identity knew goes with it."""
    if world.journal is not None and not world.journal.holes and world.is_all_answered():
        world.kill_the_sensor()
        (world.card / "journal.json").write_bytes(b"{}")


def replace_the_card(world: World) -> None:
    world.kill_the_sensor()
    world.cards += 1
    if world.time is not None:
        world.time.take_fresh_card()
    world.open_journal(swapped=True)


def copy_the_card(world: World) -> None:
    if world.card.exists():
        copy = world.directory / f"copy-{world.new_id()}"
        shutil.copytree(world.card, copy)
        world.card_copies = [*world.card_copies, copy][-2:]
        if world.time is not None:
            world.time.remember_copy(copy)


def restore_the_card(world: World) -> None:
    if world.card_copies:
        world.kill_the_sensor()
        world.cards += 1
        copy = world.rng.choice(world.card_copies)
        shutil.copytree(copy, world.card)
        if world.time is not None:
            world.time.take_copy(copy)
        world.open_journal(swapped=True)
        if world.by_lot(0.5):
            # Before it is heard again it may overtake what its twin had sent.
            cut_the_sensor_off_for_days(world)


def kill_the_monitor(world: World) -> None:
    world.kill_the_monitor()


def kill_the_monitor_before_its_next_commit(world: World) -> None:
    world.crash_before_commit = True


def kill_the_monitor_after_its_next_commit(world: World) -> None:
    world.crash_after_commit = True


def back_up_the_store(world: World) -> None:
    world.backups.append((world.clock.now_ms(), world.store.snapshot()))


def restore_the_store(world: World) -> None:
    oldest_ms = world.clock.now_ms() - BACKUP_AGE_MS
    world.backups = [backup for backup in world.backups if backup[0] > oldest_ms]
    if world.backups:
        world.kill_the_monitor()
        _, backup = world.rng.choice(world.backups)
        before, world.store = world.store, backup.restored_over(world.store)
        world.ledger.roll_back_store(before, world.store)


def replace_the_store(world: World) -> None:
    world.kill_the_monitor()
    world.ledger.replace_store(world.store)
    world.store = world.store.successor(world.new_id())
    world.backups.clear()


def delete_some_time(world: World) -> None:
    after_ms = world.clock.now_ms() - world.rng.randrange(DAY_MS)
    world.store.delete(after_ms, after_ms + world.rng.randrange(DAY_MS // 4))


def forge_an_acknowledgement(world: World) -> None:
    if world.journal is None:
        return
    forged = Stored(
        v=1,
        at=instant(world.clock.now_ms()),
        sequence=1,
        store=world.rng.choice((world.store.store_id, world.new_id())),
        device=DEVICE,
        stream=world.journal.stream,
        stored_seq=world.rng.randrange(2 * world.journal.next_seq),
    )
    world.publish_down(encode(forged))


COMMON: tuple[Callable[[World], None], ...] = (
    cut_the_sensor_off,
    cut_the_sensor_off_for_days,
    cut_the_monitor_off,
    restart_the_broker,
    kill_the_sensor,
    cut_the_sensor_s_power,
    fill_the_disk,
    free_the_disk,
    spoil_a_line,
    copy_the_card,
    restore_the_card,
    kill_the_monitor,
    kill_the_monitor_before_its_next_commit,
    kill_the_monitor_after_its_next_commit,
    back_up_the_store,
    delete_some_time,
    forge_an_acknowledgement,
)
# These excuse what they destroy; a run full of them would prove little of the rest.
RARE: tuple[Callable[[World], None], ...] = (
    spoil_the_identity,
    replace_the_card,
    restore_the_store,
    replace_the_store,
)
ACCIDENTS = COMMON * 2 + RARE
