"""Of a night that was deleted for good no byte is left in the file, its judgement included."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from monitor.store.deletion import Deletion
from tests.fakes.folder import Folder, data_folder
from tests.fakes.stored import DEVICE, EVENING_MS, MINUTE_MS, STREAM, record, score

HEADLINE = "a night of sobbing"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with data_folder(tmp_path) as opened:
        yield opened


def test_the_judgement_of_a_night_goes_with_its_minutes_bytes_and_all(folder: Folder) -> None:
    night = score()
    deletion = Deletion(
        made_ms=1, room="bedroom", start_ms=EVENING_MS, end_ms=EVENING_MS + 99 * MINUTE_MS
    )
    with closing(folder.nights_writer()) as writer:
        writer.store_batch(
            room="bedroom", device=DEVICE, stream=STREAM,
            records=[record(seq) for seq in range(1, 61)], gaps=(), stored_seq=60,
        )  # fmt: skip
        told = msgspec.structs.replace(night, headline=HEADLINE)
        writer.save_night("bedroom", told, inputs_hash="0" * 32, computed_ms=5)
    assert HEADLINE.encode() in (folder.path / "nights.db").read_bytes()

    with closing(folder.nights_writer()) as writer:
        deleted = writer.deleted()
        deleted.take_over((deletion,))
        while deleted.hide(deletion):
            pass
        writer.drop_night("bedroom", night.window.night)
        while deleted.purge(deletion):
            pass
        deleted.purged(deletion, now_ms=2)

    assert HEADLINE.encode() not in (folder.path / "nights.db").read_bytes()
    assert not (folder.path / "nights.db-wal").exists()
