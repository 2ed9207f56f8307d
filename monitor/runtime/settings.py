"""What the machine is, as frozen values: one struct a section of nightroom.toml.

Each part of a process gets its own section only. What people choose (bedtimes, lamp,
units) is not here: it is in household.db, and no key is in both.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from monitor.contract.record import DeviceId, Slug

Port = Annotated[int, Meta(ge=1, le=65_535)]
# Source: RFC 1035, 2.3.4 (a label of a name has 1 to 63 characters); or an address, with a
# zone as in fe80::1%eth0. What is neither makes the libraries below raise, not say why.
_LABEL: Final = r"[0-9A-Za-z_-]{1,63}"
Host = Annotated[
    str, Meta(pattern=rf"^({_LABEL}(\.{_LABEL})*\.?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%{_LABEL})?)\Z")
]
# Source: MQTT 5, 4.7: no wildcard and no $ at its start; an empty level is allowed there, but
# looks like a mistake to everyone.
TopicPrefix = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_.-]+(/[0-9A-Za-z_.-]+)*\Z")]
# A minute has one value at least.
Interval = Annotated[float, Meta(ge=0.5, le=60)]
# A room is live for 30 s: if told less often its sensors would be called down in between.
StateInterval = Annotated[float, Meta(ge=0.5, le=10)]


class BrokerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[broker]: where the MQTT broker listens."""

    host: Host = "127.0.0.1"
    port: Port = 1884
    prefix: TopicPrefix = "nightroom"
    keepalive_s: Annotated[int, Meta(ge=5, le=600)] = 10


class RoomSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[room]: which room this machine's sensors stand in; one device a room."""

    slug: Slug = "bedroom"
    device: DeviceId = "nightroom-bedroom"


class SensorsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[sensors]: the daemon itself. An empty username means an anonymous login."""

    journal_dir: Path = Path("/var/lib/nightroom-sensors/journal")
    username: str = ""
    password_file: Path | None = None
    state_interval_s: StateInterval = 5.0


class ClimateSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[climate]: the BME280 on I2C bus `bus`.

    A pressure below lowest_pressure_hpa is taken for a fault; a house above some 1,300 m
    needs a lower limit.
    """

    fitted: bool = True
    bus: Annotated[int, Meta(ge=0, le=255)] = 1
    interval_s: Interval = 10.0
    lowest_pressure_hpa: Annotated[float, Meta(ge=300, le=850)] = 850.0


class LightSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[light]: the TSL2591 on I2C bus `bus`."""

    fitted: bool = True
    bus: Annotated[int, Meta(ge=0, le=255)] = 1
    interval_s: Interval = 1.0


class MicrophoneSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[microphone]: an ALSA capture device.

    encoding, rate_hz and channels are what the device itself delivers: nothing converts.
    sensitivity_dbfs is the digital peak level of a 94 dB, 1 kHz tone (data sheet);
    floor_db the self-noise, A-weighted. response_file is what the maker measured: lines of
    frequency in Hz and response in dB; its tilt is taken out of every level.
    """

    fitted: bool = True
    device: str = "hw:CARD=sndrpigooglevoi"
    encoding: Literal["S16_LE", "S24_3LE", "S24_LE", "S32_LE"] = "S32_LE"
    rate_hz: Literal[44_100, 48_000] = 48_000
    channels: Literal[1, 2] = 2
    sensitivity_dbfs: Annotated[float, Meta(ge=-80, le=0)] = -26.0
    floor_db: Annotated[float, Meta(ge=0, le=80)] = 29.0
    calibrated: bool = False
    response_file: Path | None = None


class LoudnessSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[loudness]: an analogue microphone at an MCP3008, where there is no [microphone]."""

    fitted: bool = False
    channel: Annotated[int, Meta(ge=0, le=7)] = 0


class PanelSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[panel]: a push button to ground and an LED, by GPIO number; 0 = none."""

    fitted: bool = False
    button_pin: Annotated[int, Meta(ge=0, le=27)] = 17
    led_pin: Annotated[int, Meta(ge=0, le=27)] = 27


class MonitorSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[monitor]: where minutes, nights and live values are kept."""

    data_dir: Path = Path("/var/lib/nightroom")
    runtime_dir: Path = Path("/run/nightroom")
    username: str = ""
    password_file: Path | None = None


class LoginRule(StrEnum):
    """Whether the pages ask for a login; AUTO: always, except for simulated sensors at home."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class WebSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[web]: where the dashboard listens, the names it answers to besides its own, the login.

    https: a TLS proxy stands in front, so cookies travel encrypted only.
    """

    host: Host = "127.0.0.1"
    port: Port = 8080
    hosts: tuple[str, ...] = ()
    login: LoginRule = LoginRule.AUTO
    https: bool = False


class SimulationSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[simulation]: only in demo and tests; a scenario name stands for the hardware.

    zone is where the simulated evenings and mornings are; faults are played from the
    start of the daemon on (monitor.runtime.faults).
    """

    scenario: str = ""
    seed: Annotated[int, Meta(ge=0)] = 0
    zone: str = "UTC"
    faults: tuple[str, ...] = ()


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    broker: BrokerSettings = BrokerSettings()
    room: RoomSettings = RoomSettings()
    sensors: SensorsSettings = SensorsSettings()
    climate: ClimateSettings = ClimateSettings()
    light: LightSettings = LightSettings()
    microphone: MicrophoneSettings = MicrophoneSettings()
    loudness: LoudnessSettings = LoudnessSettings()
    panel: PanelSettings = PanelSettings()
    monitor: MonitorSettings = MonitorSettings()
    web: WebSettings = WebSettings()
    simulation: SimulationSettings = SimulationSettings()
