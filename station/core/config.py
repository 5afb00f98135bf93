"""station.toml: what makes this station equal to others. Typed; a wrong key or value is an error that says so.

Everything about the *product* (networks, limits, region) is in the recipe bundle, not here.
"""

from __future__ import annotations

import difflib
import re
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

from station.core.errors import ConfigError
from station.core.shifts import check_shifts

if sys.version_info >= (3, 11):
    import tomllib
else:  # JetPack 6 has Python 3.10
    import tomli as tomllib

DialectName = Literal["modbus-rtu", "ascii-line", "host-link", "mc-1c", "mc-3c"]
_USUAL_CHARACTERS = {  # Host Link as Omron delivers it; MC has no usual one, so: with parity
    "modbus-rtu": ("8", "N", "1"),
    "ascii-line": ("8", "N", "1"),
    "host-link": ("7", "E", "2"),
    "mc-1c": ("8", "E", "1"),
    "mc-3c": ("8", "E", "1"),
}

_Positive = Annotated[int, msgspec.Meta(ge=1)]
_Natural = Annotated[int, msgspec.Meta(ge=0)]
_Millimetres = Annotated[float, msgspec.Meta(ge=1, le=100_000)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all tables in station.toml."""


class StationSection(Section, frozen=True):
    """[station]"""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] = "station-1"
    run_dir: str = "/run/saiken"  # sockets and the line's memory
    rehearsal: bool = False  # allow injected faults (demo, commissioning)
    autostart: bool = False  # go from Ready to ContinuousExecution without a person
    login_required: bool = False  # without a log-in nothing is done but stop and halt
    shifts: tuple[str, ...] = ("06:00", "14:00", "22:00")  # when they begin, local time


class LineSection(Section, frozen=True):
    """[line]: the serial link and its times."""

    port: str = "/dev/station/plc"
    dialect: DialectName = "modbus-rtu"
    baud: Annotated[int, msgspec.Meta(ge=1200, le=4_000_000)] = 115200
    parity: Literal["usual", "N", "E", "O"] = "usual"  # usual: see _USUAL_CHARACTERS
    data_bits: Literal[0, 7, 8] = 0  # 0: usual
    stop_bits: Literal[0, 1, 2] = 0  # 0: usual
    unit: Annotated[int, msgspec.Meta(ge=0, le=247)] = 1  # Modbus unit 1..247, Host Link node or MC station 0..31
    response_ms: Annotated[int, msgspec.Meta(ge=5, le=2000)] = 60  # no complete answer by then = failed
    quiet_ms: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 30  # silence after a failure; >= slave's byte time-out
    poll_ms: Annotated[int, msgspec.Meta(ge=2, le=1000)] = 10  # between two reads of the photo-eye count
    heartbeat_limit_ms: Annotated[int, msgspec.Meta(ge=50, le=5000)] = 300  # both sides
    deadline_ms: Annotated[int, msgspec.Meta(ge=10, le=60_000)] = 250  # photo-eye to verdict in the PLC
    pairing_ms: Annotated[int, msgspec.Meta(ge=5, le=5000)] = 60  # frame and count of a part lie this close; < pitch
    realtime_priority: Annotated[int, msgspec.Meta(ge=0, le=99)] = 50  # SCHED_FIFO, 0 = do not ask
    tracking: Literal["plc", "encoder", "time"] = "plc"  # who knows where a part is: the PLC, or we. Below: only for us
    gate_distance_mm: _Millimetres = 400.0  # photo-eye to gate
    gate_zone_mm: _Millimetres = 15.0  # from so far before the gate to so far behind it a part needs it open
    pitch_mm: _Millimetres = 150.0  # least distance between the front edges of two parts
    belt_mm_s: _Millimetres = 500.0  # time: the belt's constant speed; encoder: its highest
    mm_per_count: Annotated[float, msgspec.Meta(ge=0.0001, le=100)] = 0.1  # of the encoder
    io_watchdog_ms: Annotated[int, msgspec.Meta(ge=5, le=2000)] = 50  # the I/O shuts the gate without a request so long
    gate_ms: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 10  # the I/O's cycle, in and out, and the gate's travel

    @property
    def characters(self) -> str:
        """Data bits, parity, stop bits as the port is set: "8N1", "7E2" ..."""
        data_bits, parity, stop_bits = _USUAL_CHARACTERS[self.dialect]
        given = parity if self.parity == "usual" else self.parity
        return f"{self.data_bits or data_bits}{given}{self.stop_bits or stop_bits}"

    @property
    def bits(self) -> int:
        """Bits on the wire for one character, start bit included."""
        characters = self.characters
        return 1 + int(characters[0]) + (characters[1] != "N") + int(characters[2])

    @property
    def heartbeat_needs_ms(self) -> int:
        """What one lost byte costs: a failed exchange, the silence after it, a poll on either side."""
        return self.response_ms + self.quiet_ms + 2 * self.poll_ms


class CameraSection(Section, frozen=True):
    """[camera]"""

    backend: Literal["drawn", "folder", "aravis", "genicam", "basler", "opencv", "gstreamer"] = "drawn"
    source: str = ""  # which camera; what it names depends on the back end (systemd/station.toml)
    watchdog_ms: Annotated[int, msgspec.Meta(ge=50, le=10_000)] = 300  # no sign of life = camera lost
    folder_rate_hz: Annotated[float, msgspec.Meta(gt=0, le=1000)] = 10.0  # folder: pictures a second


class EngineSection(Section, frozen=True):
    """[engine]"""

    bundle: str = "/var/lib/saiken/recipe"
    trust: str = "/etc/saiken/keys"  # directory of *.pub files (Ed25519); root-owned
    runtime: Literal["onnxruntime"] = "onnxruntime"
    threads: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1
    deadline_ms: Annotated[int, msgspec.Meta(ge=5, le=60_000)] = 200  # frame complete to verdict; past it: no PASS
    canary_ms: Annotated[int, msgspec.Meta(ge=20, le=200)] = 100  # idle self-test; keeps the heartbeat honest


class RecorderSection(Section, frozen=True):
    """[recorder]"""

    journal: str = "/var/lib/saiken/journal.sqlite"
    pictures: str = "/var/lib/saiken/pictures"
    keep_ok_every: _Natural = 50  # store every n-th good part, 0 = none
    queue_mib: _Positive = 256  # pictures waiting for the disk; then OK pictures are shed first
    min_free_mib: _Positive = 500  # below it pictures are shed, results are kept
    support: str = ""  # folder of the support bundles; "" = beside the journal


class GuiSection(Section, frozen=True):
    """[gui]"""

    language: Literal["en", "ja"] = "en"
    auto_logout_s: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 600  # nobody touches anything for so long; 0 = never


class StationConfig(Section, frozen=True):
    """The whole file."""

    station: StationSection = StationSection()
    line: LineSection = LineSection()
    camera: CameraSection = CameraSection()
    engine: EngineSection = EngineSection()
    recorder: RecorderSection = RecorderSection()
    gui: GuiSection = GuiSection()

    @property
    def run_dir(self) -> Path:
        """Directory of the sockets."""
        return Path(self.station.run_dir)

    def socket(self, process: str) -> Path:
        """Meeting point: "line", "engine", "recorder" (records) or "journal" (questions to it)."""
        return self.run_dir / f"{process}.sock"


def load_config(path: Path) -> StationConfig:
    """Read and check station.toml.

    Raises:
        ConfigError: names file, key, value and what to do.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: there is no such file; write one after systemd/station.toml") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is no valid TOML: {error}") from error
    config: StationConfig = parse_table(StationConfig, table, str(path))
    if fault := check_shifts(config.station.shifts):
        raise ConfigError(f"{path}: station.shifts = {list(config.station.shifts)}: {fault}")
    _check_line(config.line, path)
    _check_times(config, path)
    check_tracking(config.line, str(path))
    return config


def parse_table(kind: type[msgspec.Struct], table: dict[str, Any], file: str) -> Any:
    """Convert a decoded TOML or JSON table to the struct `kind`, with errors for people.

    Raises:
        ConfigError: unknown key (with the nearest known one), wrong type, or value out of range.
    """
    _refuse_unknown_keys(kind, table, file, "")
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        text, _, where = str(error).partition(" - at `$.")
        key = where.rstrip("`")
        if not key:
            raise ConfigError(f"{file}: {text}") from error
        raise ConfigError(f"{file}: {key} = {_value_at(table, key)!r}: {text[0].lower()}{text[1:]}") from error


def _refuse_unknown_keys(kind: type[msgspec.Struct], table: dict[str, Any], file: str, prefix: str) -> None:
    known = get_type_hints(kind)
    for key, value in table.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean '{prefix}{near[0]}'?" if near else f"known here: {', '.join(sorted(known))}"
            raise ConfigError(f"{file}: unknown key '{prefix}{key}' (value {value!r}); {hint}")
        inner = known[key]
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct) and isinstance(value, dict):
            _refuse_unknown_keys(inner, value, file, f"{prefix}{key}.")


def _value_at(table: Any, key: str) -> Any:
    for name in re.findall(r"[^.\[\]]+", key):
        if isinstance(table, dict):
            table = table.get(name)
        elif isinstance(table, list) and name.isdigit():
            table = table[int(name)]
    return table


def _check_line(line: LineSection, path: Path) -> None:
    """Each dialect counts its stations differently; 7 bits cannot carry Modbus RTU."""
    first, last = (1, 247) if line.dialect == "modbus-rtu" else (0, 247) if line.dialect == "ascii-line" else (0, 31)
    if not first <= line.unit <= last:
        raise ConfigError(f"{path}: line.unit = {line.unit}: {line.dialect} knows {first}..{last}; set the PLC's own")
    if line.dialect == "modbus-rtu" and line.characters.startswith("7"):
        raise ConfigError(f"{path}: line.data_bits = 7: modbus-rtu needs 8; set 8, here and in the PLC")


def _check_times(config: StationConfig, path: Path) -> None:
    """A heartbeat limit that one lost byte can break rejects good parts; refuse it at the start."""
    line = config.line
    if line.heartbeat_limit_ms <= line.heartbeat_needs_ms:
        raise ConfigError(
            f"{path}: line.heartbeat_limit_ms = {line.heartbeat_limit_ms}: must exceed response_ms + quiet_ms + "
            f"2 poll_ms = {line.heartbeat_needs_ms}, or one lost byte is a heartbeat fault; shorten the PLC's byte "
            "time-out and quiet_ms"
        )
    if config.engine.deadline_ms >= line.deadline_ms:
        raise ConfigError(
            f"{path}: engine.deadline_ms = {config.engine.deadline_ms}: must be below line.deadline_ms = "
            f"{line.deadline_ms}, or a verdict in time for the engine is too late for the PLC"
        )


def check_tracking(line: LineSection, path: str) -> None:
    """When the line tracks the parts itself: what cannot work at this speed is refused at the start.

    Raises:
        ConfigError: names the key, and explains what it must exceed.
    """
    if line.tracking == "plc":
        return
    if line.dialect != "modbus-rtu":
        raise ConfigError(
            f"{path}: line.tracking = '{line.tracking}': needs dialect = \"modbus-rtu\", where one request writes GATE "
            f"and reads the counts; with {line.dialect} let the PLC track the parts"
        )
    if line.io_watchdog_ms <= 2 * line.poll_ms:
        raise ConfigError(
            f"{path}: line.io_watchdog_ms = {line.io_watchdog_ms}: must exceed 2 poll_ms = {2 * line.poll_ms}, or the "
            "gate falls shut between two polls; set a longer one, here and in the I/O, or poll more often"
        )
    speed = line.belt_mm_s / 1000
    shut_ms = line.io_watchdog_ms + line.response_ms + line.gate_ms
    needed = 2 * line.gate_zone_mm + speed * (shut_ms + 6 * line.poll_ms)
    if line.pitch_mm <= needed:
        raise ConfigError(
            f"{path}: line.pitch_mm = {line.pitch_mm:g}: must exceed the window 2 gate_zone_mm + what the belt runs at "
            f"belt_mm_s in 6 poll_ms (the edges lie between two polls) and in io_watchdog_ms + response_ms + gate_ms "
            f"(a gate whose request to shut is lost) = {needed:g} mm, or a good part's gate is not proved shut before "
            "the next part; shorten io_watchdog_ms, response_ms or poll_ms, slow the belt or space the parts"
        )
    needed = line.gate_zone_mm + speed * (line.deadline_ms + shut_ms)
    if line.gate_distance_mm <= needed:
        raise ConfigError(
            f"{path}: line.gate_distance_mm = {line.gate_distance_mm:g}: must exceed gate_zone_mm + what the belt runs "
            f"at belt_mm_s in deadline_ms + io_watchdog_ms + response_ms + gate_ms = {needed:g} mm, or a verdict comes "
            "when the part is at the gate; shorten deadline_ms, slow the belt or move the gate"
        )
