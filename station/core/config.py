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

if sys.version_info >= (3, 11):
    import tomllib
else:  # JetPack 6 has Python 3.10
    import tomli as tomllib

_Positive = Annotated[int, msgspec.Meta(ge=1)]
_Natural = Annotated[int, msgspec.Meta(ge=0)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all tables in station.toml."""


class StationSection(Section, frozen=True):
    """[station]"""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] = "station-1"
    run_dir: str = "/run/saiken"  # sockets and the line's memory
    rehearsal: bool = False  # allow injected faults (demo, commissioning)
    autostart: bool = False  # go from Ready to ContinuousExecution without a person


class LineSection(Section, frozen=True):
    """[line]: the serial link and its times."""

    port: str = "/dev/station/plc"
    dialect: Literal["modbus-rtu"] = "modbus-rtu"
    baud: Annotated[int, msgspec.Meta(ge=1200, le=4_000_000)] = 115200
    parity: Literal["N", "E", "O"] = "N"
    unit: Annotated[int, msgspec.Meta(ge=1, le=247)] = 1
    response_ms: Annotated[int, msgspec.Meta(ge=5, le=2000)] = 60  # no complete answer by then = failed
    quiet_ms: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 30  # silence after a failure; >= slave's byte time-out
    poll_ms: Annotated[int, msgspec.Meta(ge=2, le=1000)] = 10  # between two reads of the photo-eye count
    heartbeat_limit_ms: Annotated[int, msgspec.Meta(ge=50, le=5000)] = 300  # both sides
    deadline_ms: Annotated[int, msgspec.Meta(ge=10, le=60_000)] = 250  # photo-eye to verdict in the PLC
    pairing_ms: Annotated[int, msgspec.Meta(ge=5, le=5000)] = 60  # frame and count of a part lie this close; < pitch
    realtime_priority: Annotated[int, msgspec.Meta(ge=0, le=99)] = 50  # SCHED_FIFO, 0 = do not ask


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


class GuiSection(Section, frozen=True):
    """[gui]"""

    language: Literal["en", "ja"] = "en"


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
        """Meeting point of `process`: "line", "engine" or "recorder"."""
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
    _check_times(config, path)
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


def _check_times(config: StationConfig, path: Path) -> None:
    """A heartbeat limit that one lost byte can break rejects good parts; refuse it at the start."""
    line = config.line
    needed = line.quiet_ms + line.response_ms + 2 * line.poll_ms
    if line.heartbeat_limit_ms <= needed:
        raise ConfigError(
            f"{path}: line.heartbeat_limit_ms = {line.heartbeat_limit_ms}: must exceed response_ms + quiet_ms + "
            f"2 poll_ms = {needed}, or one lost byte is a heartbeat fault; shorten the PLC's byte time-out and quiet_ms"
        )
    if config.engine.deadline_ms >= line.deadline_ms:
        raise ConfigError(
            f"{path}: engine.deadline_ms = {config.engine.deadline_ms}: must be below line.deadline_ms = "
            f"{line.deadline_ms}, or a verdict in time for the engine is too late for the PLC"
        )
