"""F20: the machine runs out of memory again and again, and the kernel ends what is ours."""

import signal
from pathlib import Path

import pytest

from tests.fakes.broker import wait_until
from tests.fakes.machine import FROM_MS, HOUR_MS
from tests.fakes.memory_group import MemoryGroup
from tests.fakes.product import Product

pytestmark = pytest.mark.root
OURS = ("monitor", "sensors")
GROUP_BYTES = 192 * 2**20
STRIKES = 4


class Pressed:
    """Sensor daemon and monitor in one group of little memory, started again when ended."""

    def __init__(self, product: Product, group: MemoryGroup) -> None:
        self.product = product
        self.group = group
        self.ended: list[str] = []
        product.prefixes = dict.fromkeys(OURS, group.prefix)
        product.start_broker()
        product.start("monitor")
        self.live_on()

    def live_on(self) -> None:
        """Start the daemon behind what its journal holds."""
        records = self.product.journalled()
        from_ms = records[-1].minute.end_ms if records else FROM_MS
        self.product.run_virtual(from_ms, from_ms + 48 * HOUR_MS)

    def gone(self) -> list[str]:
        return [name for name in OURS if not self.product.is_running(name)]

    def press(self) -> None:
        """Have another process take all the memory until one of ours is ended for it."""
        eater = self.group.eat_up()
        try:
            wait_until(lambda: bool(self.gone()), "the kernel ends one of ours", 30)
        finally:
            eater.kill()
            eater.wait()
        for name in self.gone():
            assert self.product.kill(name) == -signal.SIGKILL, self.product.log(name)
            self.ended.append(name)
            if name == "monitor":
                self.product.start(name)
            else:
                self.live_on()


def test_what_the_kernel_ends_for_want_of_memory_loses_nothing(tmp_path: Path) -> None:
    with MemoryGroup(GROUP_BYTES) as group, Product(tmp_path) as product:
        pressed = Pressed(product, group)
        for _ in range(STRIKES):
            product.wait_for_stored(len(product.stored()) + 60)
            pressed.press()
        product.kill("sensors")
        newest_ms = product.journalled()[-1].minute.end_ms
        product.run_virtual(newest_ms, newest_ms + 60_000)
        assert product.wait("sensors") == 0, product.log("sensors")
        journalled, stored = product.journalled(), product.stored()
        for name in ("monitor", "broker"):
            product.stop(name)
    assert len(pressed.ended) >= STRIKES
    assert sorted((one.seq, one.crc) for one in stored) == [
        (one.seq, one.crc) for one in journalled
    ]
    assert len({one.minute.end_ms for one in stored}) == len(stored)
