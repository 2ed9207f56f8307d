"""The loudness index over gpiozero's own MCP3008 and a model of the chip on mock pins."""

from math import pi, sin

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockSPIDevice

from firmware.sensors.base import Fault, LoudnessReading
from firmware.sensors.loudness import LAST_CODE, LoudnessSensor, loudness
from monitor.contract.record import Flag

# gpiozero looks for a hardware SPI before it takes the mock's.
pytestmark = pytest.mark.filterwarnings("ignore:failed to initialize hardware SPI")


class Mcp3008(MockSPIDevice):
    """Answers with the next code of a list, the channel asked last at hand.

    Source: MCP3008 data sheet DS21295, figure 5-1: start bit, single-ended, three bits of
    channel; then a bit of sampling, a null bit and ten bits, the highest first.
    """

    def __init__(self, pins: MockFactory, codes: list[int]) -> None:
        super().__init__(11, 10, 9, 8, pin_factory=pins)
        self.codes = codes
        self.channels: list[int] = []

    def on_start(self) -> None:
        super().on_start()
        self.heard: list[int] = []

    def on_bit(self) -> None:
        super().on_bit()
        self.heard.append(self.rx_buf[-1])
        if 1 in self.heard and len(self.heard) - self.heard.index(1) == 5:
            start = self.heard.index(1)
            self.channels.append(int("".join(str(int(b)) for b in self.heard[start + 2 :]), 2))
            code = self.codes[len(self.channels) % len(self.codes)]
            self.tx_word(code, 12)


def tone(amplitude: float, count: int = 64, rest: float = LAST_CODE / 2) -> list[int]:
    return [round(rest + amplitude * sin(2 * pi * index * 7 / count)) for index in range(count)]


@pytest.fixture
def pins(monkeypatch: pytest.MonkeyPatch) -> MockFactory:
    """Mock pins that are gpiozero's default too: its software SPI asks for the default."""
    made = MockFactory()
    monkeypatch.setattr(Device, "pin_factory", made)
    return made


def sampled(
    pins: MockFactory, codes: list[int], channel: int = 3
) -> tuple[LoudnessReading | Fault, list[int]]:
    chip = Mcp3008(pins, codes)
    sensor = LoudnessSensor(channel, factory=lambda: pins, burst=64)
    try:
        return sensor.sample(), chip.channels
    finally:
        sensor.close()


def test_the_real_driver_asks_the_channel_and_the_index_is_the_tones(pins: MockFactory) -> None:
    reading, channels = sampled(pins, tone(LAST_CODE / 4))
    assert isinstance(reading, LoudnessReading)
    assert reading.loudness_pct == pytest.approx(50.0, abs=0.2)
    assert channels == [3] * 64


def test_twice_the_pressure_is_twice_the_index() -> None:
    soft, loud = loudness(tone(100)), loudness(tone(200))
    assert isinstance(soft, LoudnessReading)
    assert isinstance(loud, LoudnessReading)
    assert loud.loudness_pct == pytest.approx(2 * soft.loudness_pct, rel=0.01)


def test_where_the_microphone_rests_does_not_matter() -> None:
    assert loudness(tone(100, rest=400)) == loudness(tone(100, rest=600))


def test_silence_is_zero_and_a_full_sine_is_a_hundred() -> None:
    assert loudness([512] * 64) == LoudnessReading(loudness_pct=0.0)
    full = loudness(tone(LAST_CODE / 2))
    assert isinstance(full, LoudnessReading)
    assert full.loudness_pct == pytest.approx(100.0, abs=0.2)
    assert full.flags == (Flag.OVERLOAD,)


@pytest.mark.parametrize("code", [0, LAST_CODE])
def test_an_open_wire_is_no_silence(pins: MockFactory, code: int) -> None:
    fault, _ = sampled(pins, [code])
    assert isinstance(fault, Fault)
    assert fault.flag is Flag.SILENT
    assert "expected half" in fault.message


def test_pins_that_cannot_be_opened_are_a_fault_that_heals(pins: MockFactory) -> None:
    Mcp3008(pins, [500, 524])
    answers = iter((RuntimeError("GPIO busy"), pins))

    def factory() -> MockFactory:
        answer = next(answers)
        if isinstance(answer, RuntimeError):
            raise answer
        return answer

    sensor = LoudnessSensor(0, factory=factory, burst=8)
    fault = sensor.sample()
    assert isinstance(fault, Fault)
    assert "GPIO busy" in fault.message
    assert "dtparam=spi=on" in fault.message
    assert isinstance(sensor.sample(), LoudnessReading)
    sensor.close()
