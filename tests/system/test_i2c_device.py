"""The daemon as shipped on /dev/i2c-1, which a shim presents; the chips are register models."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware.simulation.i2c_bus import BusFault
from firmware.simulation.wiring import RoomWiring
from monitor.contract.messages import ClimateState, LightState, State
from monitor.contract.record import Flag
from monitor.runtime.clock import RealClock
from monitor.store.live import LIVE_FOLDER, LiveFiles
from tests.fakes.broker import wait_until
from tests.fakes.i2c_server import I2cServer, preloaded
from tests.fakes.product import ROOM, Product
from tests.fakes.rooms import PlainRoom

HEALS_WITHIN_S = 60.0


class Machine:
    """The product on a machine whose /dev/i2c-1 has a BME280 and a TSL2591."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        bus = RoomWiring(PlainRoom(), RealClock(), noise_seed=1).bus
        self.server = I2cServer(folder, bus)
        self.product = Product(folder)
        sections = self.product.sections
        del sections["simulation"]
        sections["microphone"] = {"fitted": False}
        sections["climate"] = {"interval_s": 1.0}
        sections["light"] = {"interval_s": 1.0}
        self.product.write_config()
        self._monkeypatch = monkeypatch

    def start(self) -> subprocess.Popen[bytes]:
        with self._monkeypatch.context() as environment:
            for name, value in self.server.environment.items():
                environment.setenv(name, value)
            return self.product.start("sensors")

    def state(self) -> State | None:
        live = LiveFiles(self.product.root / "run" / LIVE_FOLDER).read(ROOM)
        return None if live is None else live.state

    def wait_for(self, condition: Callable[[State], bool], what: str) -> None:
        def holds() -> bool:
            state = self.state()
            return state is not None and condition(state)

        wait_until(holds, what, HEALS_WITHIN_S)


def temperature_c(state: State) -> float | None:
    return state.climate.temperature_c if isinstance(state.climate, ClimateState) else None


def illuminance_lx(state: State) -> float | None:
    return state.light.illuminance_lx if isinstance(state.light, LightState) else None


def both_well(state: State) -> bool:
    # The climate part's noise is 0.005 °C.
    is_warm = abs((temperature_c(state) or 0) - 18.5) < 0.05
    return is_warm and abs((illuminance_lx(state) or 0) - 12.0) < 0.2


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    made = Machine(tmp_path, monkeypatch)
    with made.server, made.product:
        made.product.start("broker")
        made.product.start("monitor")
        yield made


@pytest.fixture
def server(tmp_path: Path) -> Iterator[I2cServer]:
    with I2cServer(tmp_path, RoomWiring(PlainRoom(), RealClock()).bus) as made:
        yield made


def i2ctransfer(server: I2cServer, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/usr/sbin/i2ctransfer", "-y", "1", *words],
        env=preloaded(server),
        capture_output=True,
        text=True,
        check=False,
    )


def test_i2ctransfer_reads_the_chip_ids(server: I2cServer) -> None:
    assert i2ctransfer(server, "w1@0x76", "0xd0", "r1").stdout.strip() == "0x60"
    assert i2ctransfer(server, "w1@0x29", "0xb2", "r1").stdout.strip() == "0x50"
    nobody = i2ctransfer(server, "w1@0x77", "0xd0", "r1")
    assert nobody.returncode != 0
    assert "Remote I/O error" in nobody.stderr


def test_the_check_as_shipped_finds_the_parts_on_the_device(
    server: I2cServer, tmp_path: Path
) -> None:
    config = tmp_path / "nightroom.toml"
    config.write_text("[microphone]\nfitted = false\n")
    command = (sys.executable, "-m", "firmware", "--check", "--config", str(config))
    done = subprocess.run(
        command, env=preloaded(server), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "answering: 0x29, 0x76" in done.stdout
    assert "BME280: at 0x76, chip id 0x60" in done.stdout
    assert "18.5 °C, 50 %RH, 1013 hPa" in done.stdout


def test_the_daemon_reads_the_device_and_survives_unplugging(machine: Machine) -> None:
    machine.start()
    machine.wait_for(both_well, "both parts are read")
    bus = machine.server.bus
    chips = dict(bus._chips)

    bus.detach(0x76)
    machine.wait_for(lambda state: temperature_c(state) is None, "the lost part is flagged")
    state = machine.state()
    assert state is not None
    assert state.climate.flags == (Flag.NO_REPLY,)
    assert illuminance_lx(state) is not None
    bus.attach(0x76, chips[0x76])
    machine.wait_for(both_well, "the part is back")

    for fault in (BusFault.ARBITRATION, BusFault.IO_ERROR, BusFault.STUCK_HIGH):
        bus.inject(fault)
        machine.wait_for(lambda state: temperature_c(state) is None, f"{fault} is flagged")
        bus.heal()
        machine.wait_for(both_well, f"after {fault} both are back")


def test_an_adapter_that_is_unplugged_and_plugged_in_again_is_opened_anew(
    machine: Machine, tmp_path: Path
) -> None:
    machine.start()
    machine.wait_for(both_well, "both parts are read")
    machine.server.close()
    machine.wait_for(lambda state: temperature_c(state) is None, "the lost bus is flagged")
    with I2cServer(tmp_path, RoomWiring(PlainRoom(), RealClock(), noise_seed=1).bus) as plugged_in:
        machine.wait_for(both_well, "both parts are read again")
        assert plugged_in.opened == 1


def test_a_daemon_killed_within_a_transfer_leaves_the_bus_to_the_next(machine: Machine) -> None:
    machine.start()
    machine.wait_for(both_well, "both parts are read")
    for _ in range(3):
        machine.server.hold()
        assert machine.server.held.wait(10), "no transfer came"
        machine.product.kill("sensors")
        machine.server.go_on()
        before = machine.server.transfers
        machine.start()
        wait_until(lambda: machine.server.transfers > before + 20, "the next one reads", 30)  # noqa: B023 - asked at once
    machine.wait_for(both_well, "both parts are read again")


def test_a_transfer_that_never_ends_is_cut_and_the_bus_comes_back(machine: Machine) -> None:
    machine.start()
    machine.wait_for(both_well, "both parts are read")
    machine.server.hold()
    machine.wait_for(
        lambda state: (
            isinstance(state.climate, ClimateState) and state.climate.flags == (Flag.BUS_STUCK,)
        ),
        "the hung transfer is flagged",
    )
    machine.server.go_on()
    machine.wait_for(both_well, "both parts are read again")
