"""The light sensor: a TSL2591 through Adafruit's driver, with ranges chosen by itself.

After a brown-out the part stops measuring and its driver reports exactly 0 lx for ever,
a perfect darkness; so ENABLE and CONTROL are compared on every sample.
"""

from contextlib import suppress
from typing import Final, Protocol, cast

from firmware.sensors.base import Fault, LightReading
from firmware.sensors.bus import (
    DRIVER_ERRORS,
    BoundedBus,
    I2cBus,
    fault_of,
    is_stuck,
    read_registers,
    stuck_fault,
)
from firmware.sensors.light_range import (
    FIRST_RANGE,
    LOOKING_RANGE,
    RANGES,
    SPANS,
    illuminance_lx,
    least_illuminance_lx,
    next_range,
    range_to_look_in,
)
from monitor.contract.record import Flag
from monitor.runtime.clock import Clock

# Source: TSL2591 data sheet (v1-04), I2C address and register overview; a command byte is
# 0xA0 with the register's number.
ADDRESS: Final = 0x29
ENABLE: Final = 0xA0
DEVICE_ID: Final = 0xB2
STATUS: Final = 0xB3
DATA_VALID: Final = 0x01
ID_VALUE: Final = 0x50
MEASURING: Final = 0x03
ENABLE_MASK: Final = 0x03
CONTROL_MASK: Final = 0x37

# Judgement: after a change the part shows old counts; its own clock may be
# slow by some per cent, and powering up takes a moment.
SETTLE_INTEGRATIONS: Final = 1.2
SETTLE_S: Final = 0.02

# Judgement: a light switched on reads full, spoilt, full and full again at the worst.
MAX_READS: Final = 4

# Source: TSL2591 data sheet (v1-04), ALS characteristics: up to 25 counts in the dark at the
# highest gain; fewer than this on channel 1 say nothing about infrared.
DARK_COUNTS: Final = 25

# Judgement: counts that stand still for so long are looked at in another range, where no
# light reads the same. Nothing tells a part that is frozen at 0 from a dark room.
FROZEN_AFTER_S: Final = 45.0

PART: Final = "light sensor (TSL2591)"


class _Driver(Protocol):
    """What we use of adafruit_tsl2591.TSL2591, which ships no types."""

    gain: int
    integration_time: int

    @property
    def raw_luminosity(self) -> tuple[int, int]: ...
    def enable(self) -> None: ...
    def disable(self) -> None: ...


class LightSensor:
    """Sensor[LightReading]: one integration a sample, in the range the light calls for.

    A sample waits on the clock only for a change of range: 0.26 s, 1.5 s into the finest
    one; at most 2 s when a lamp is switched off or on. Counts that stand still cost one
    change there and back every FROZEN_AFTER_S.

    Args:
        bus: the I2C bus; this object does not close it.
        clock: on which settling is waited for.
        frozen_after_s: how long the counts of a bright room may stand still.
    """

    def __init__(
        self,
        bus: I2cBus,
        clock: Clock,
        *,
        frozen_after_s: float = FROZEN_AFTER_S,
    ) -> None:
        self._bus = BoundedBus(bus)
        self._clock = clock
        self._driver: _Driver | None = None
        self._index = FIRST_RANGE
        self._settled_at_s: float | None = None
        self._frozen_after_s = frozen_after_s
        self._still: tuple[int, tuple[int, int], float] | None = None

    def sample(self) -> LightReading | Fault:
        """Return the light of the last integration, or why there is none."""
        try:
            driver = self._driver or self._set_up()
            if isinstance(driver, Fault):
                return driver
            self._driver = driver
            return self._measure(driver)
        except DRIVER_ERRORS as error:
            # The driver is kept: what the part forgot meanwhile shows in its registers.
            return fault_of(error, PART)

    def close(self) -> None:
        """Let go of the part and have it sleep, if it still answers."""
        if self._driver is None:
            return
        with suppress(*DRIVER_ERRORS):
            self._driver.disable()
        self._driver = None

    def _set_up(self) -> _Driver | Fault:
        chip_id = read_registers(self._bus, ADDRESS, DEVICE_ID, 1)
        if is_stuck(chip_id):
            return stuck_fault(PART)
        if chip_id[0] != ID_VALUE:
            message = f"{PART}: chip id 0x{chip_id[0]:02x} is not a TSL2591: fit another part"
            return Fault(flag=Flag.FAULT, message=message)
        driver = _create_driver(self._bus)
        self._change_range(driver, FIRST_RANGE)
        return driver

    def _measure(self, driver: _Driver) -> LightReading | Fault:
        """Read; where the range cannot tell the light, measure again in the next one."""
        if self._index == LOOKING_RANGE:  # a look was cut off by the bus
            self._change_range(driver, FIRST_RANGE)
        for _ in RANGES:
            counts = self._settle(driver) or self._counts(driver)
            if isinstance(counts, Fault):
                self._driver = None
                return counts
            index = self._index
            fault = self._still_fault(driver, counts)
            if fault is not None:
                return fault
            reading = self._reading(*counts)
            wanted = next_range(index, *counts)
            if wanted != index:
                self._change_range(driver, wanted)
            if wanted == index or RANGES[index].tells(*counts):
                # A change begun here settles until the next sample is due.
                break
        return reading

    def _counts(self, driver: _Driver) -> tuple[int, int] | Fault:
        """Read both channels, then the settings: as they are now they were for the counts.

        An empty or full channel is what a line held for a moment reads too. It is believed
        when it is read again, beyond the settings that such a moment would have spoilt.
        """
        span = SPANS[self._index]
        before: tuple[bool, bool, bool] | None = None
        for _ in range(MAX_READS):
            channel_0, channel_1 = driver.raw_luminosity
            fault = self._register_fault()
            if fault is not None:
                return fault
            ends = (channel_0 == 0, channel_1 == 0, span.saturated(channel_0, channel_1))
            if max(channel_0, channel_1) <= span.limit_counts and (not any(ends) or ends == before):
                return channel_0, channel_1
            before = ends
        return Fault(
            flag=Flag.IMPLAUSIBLE,
            message=f"{PART}: {channel_0} and {channel_1} counts, which it does not repeat or "
            "cannot reach: shorten the lead",
        )

    def _still_fault(self, driver: _Driver, counts: tuple[int, int]) -> Fault | None:
        """Find out whether counts that have stood still for long are a part that is frozen."""
        now_s = self._clock.monotonic_s()
        may_stand = SPANS[self._index].saturated(*counts) or counts[0] == 0
        if may_stand or self._still is None or self._still[1] != counts:
            self._still = (self._index, counts, now_s)
            return None
        index, _, since_s = self._still
        still_s = now_s - since_s
        if index == self._index and still_s < self._frozen_after_s:
            return None
        look = range_to_look_in(self._index, counts[0])
        elsewhere = self._counted_in(driver, look)
        if isinstance(elsewhere, Fault):
            return elsewhere
        if elsewhere != counts:
            # Should it freeze right now, these are the counts that will stand in this range.
            self._still = (look, elsewhere, self._clock.monotonic_s())
            return None
        return Fault(
            flag=Flag.FROZEN,
            message=f"{PART}: its counts have not moved for {still_s:.0f} s: "
            "cut its power for ten seconds",
        )

    def _counted_in(self, driver: _Driver, look: int) -> tuple[int, int] | Fault:
        """Count once in another range, and come back."""
        index = self._index
        self._change_range(driver, look)
        counts = self._settle(driver) or self._counts(driver)
        if isinstance(counts, Fault):
            self._driver = None
        else:
            self._change_range(driver, index)
        return counts

    def _reading(self, channel_0: int, channel_1: int) -> LightReading:
        span = SPANS[self._index]
        flags: tuple[Flag, ...] = ()
        if span.saturated(channel_0, channel_1):
            flags = (Flag.SATURATED,)
            value_lx = least_illuminance_lx(channel_0, channel_1, span)
        else:
            value_lx = illuminance_lx(channel_0, channel_1, span)
            if value_lx < 0.0:
                value_lx = 0.0
                if channel_1 > DARK_COUNTS:
                    flags = (Flag.IR_DOMINATED,)
        return LightReading(
            illuminance_lx=value_lx,
            visible_ir_counts=channel_0 / span.units,
            ir_counts=channel_1 / span.units,
            flags=flags,
        )

    def _register_fault(self) -> Fault | None:
        """Compare ENABLE and CONTROL, after the counts: what they show now they had then."""
        enable, control = read_registers(self._bus, ADDRESS, ENABLE, 2)
        wanted = SPANS[self._index].control
        if enable & ENABLE_MASK == MEASURING and control & CONTROL_MASK == wanted:
            return None
        if is_stuck(read_registers(self._bus, ADDRESS, DEVICE_ID, 1)):
            return stuck_fault(PART)
        return Fault(
            flag=Flag.RESET,
            message=f"{PART}: it lost its settings (ENABLE 0x{enable:02x}, CONTROL "
            f"0x{control:02x}) and is set up again; check the 3.3 V wire and its contacts",
        )

    def _change_range(self, driver: _Driver, index: int) -> None:
        span = SPANS[index]
        # Noted first: should the bus fail half-way, the registers will not match.
        self._index = index
        driver.disable()
        driver.gain = span.gain_code
        driver.integration_time = span.time_code
        driver.enable()
        settling_s = SETTLE_INTEGRATIONS * span.integration_s + SETTLE_S
        self._settled_at_s = self._clock.monotonic_s() + settling_s

    def _settle(self, driver: _Driver) -> Fault | None:
        """Wait out a change of range, discard its first integration, see that one ended."""
        if self._settled_at_s is None:
            return None
        self._clock.wait(max(0.0, self._settled_at_s - self._clock.monotonic_s()))
        _ = driver.raw_luminosity
        self._clock.wait(SETTLE_INTEGRATIONS * SPANS[self._index].integration_s)
        fault = self._register_fault()
        status = read_registers(self._bus, ADDRESS, STATUS, 1)[0]
        if fault is None and not status & DATA_VALID:
            fault = Fault(
                flag=Flag.FAULT,
                message=f"{PART}: it does not measure: cut its power for ten seconds",
            )
        self._settled_at_s = None
        return fault


def _create_driver(bus: BoundedBus) -> _Driver:
    # Imported here: it looks for the board it runs on and may fail (gpiod is missing);
    # that is then this part's fault and nobody else's.
    import adafruit_tsl2591  # noqa: PLC0415 - see above

    return cast(_Driver, adafruit_tsl2591.TSL2591(bus, ADDRESS))
