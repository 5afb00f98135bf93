"""The demo's stage: a directory with configuration, recipe and journal, and the processes that play in it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from station.core.config import DialectName, StationConfig, load_config
from station.core.errors import BundleError, ConfigError, StorageError
from station.desk.faults import Fault
from station.desk.small_disk import SmallDisk
from station.desk.supervisor import Program, python_module
from station.sim.camera import CAMERA_SOCKET
from station.sim.control import EYE_SOCKET, PLANT_SOCKET, PLC_LINK
from station.sim.conveyor import PITCH_JITTER
from station.sim.remote_io import BELT_MM_S, COUNTS_PER_MM
from station.sim.virtual import PlantSettings

_SIM = Path(__file__).parent.parent / "sim"
DEMO_BUNDLE = _SIM / "recipe" / "demo"
DEMO_TRUST = _SIM / "recipe" / "keys"
GATE_DELAY_MS = 1200  # photo-eye to gate: 0.6 m at 0.5 m/s
DEADLINE_MS = 900  # photo-eye to verdict in the PLC; a desk with two busy cores needs patience
ENGINE_DEADLINE_MS = 700
WORLD = 3  # so many of the programs are there before the line
WORLD_FILES = (PLC_LINK, PLANT_SOCKET, EYE_SOCKET, "recorder.sock")  # made by them in the run directory
GIGE_ADDRESS = "127.0.0.1"
GIGE_RATE_HZ = 4.0  # the simulated GigE camera looks for its trigger now and then: pictures come up to 180 ms later


@dataclass(frozen=True)
class Wishes:
    """What the person asked for (`saiken demo --help`)."""

    parts: int = 60
    rate: float = 5.0
    seed: int = 1
    bad_share: float = 0.2
    faults: tuple[Fault, ...] = ()
    window: bool = False
    language: str = "en"
    keep: Path | None = None
    json: Path | None = None
    bundle: Path | None = None
    trust: Path | None = None
    dialect: DialectName = "modbus-rtu"
    tracking: Literal["plc", "encoder"] = "plc"
    camera: Literal["drawn", "gige"] = "drawn"


class Stage:
    """Everything on disk for one run. Sockets lie in a short temporary directory: a socket's path has 107 bytes."""

    def __init__(self, wishes: Wishes) -> None:
        """Make the directories and write station.toml.

        Raises:
            ConfigError: --keep is not empty, a fault lies after the last part, or the line cannot track so many parts.
            BundleError: there is no recipe bundle.
            StorageError: the disk refuses, or a small one that a fault needs cannot be mounted.
        """
        _check(wishes)
        self.wishes = wishes
        self.disk: SmallDisk | None = None
        try:
            self.directory = _new_directory(wishes.keep)
            if any(fault.name == "disk-full" for fault in wishes.faults):
                self.disk = SmallDisk(self.directory)
            self.run_dir = Path(tempfile.mkdtemp(prefix="saiken-run-"))
            self.bundle = self.directory / "recipe"
            shutil.copytree(wishes.bundle or DEMO_BUNDLE, self.bundle)  # a copy: one of the faults changes it
            self.config_file = self.directory / "station.toml"
            self.config_file.write_text(self._station_toml(), encoding="utf-8")
        except OSError as error:
            raise StorageError(f"the run's directory cannot be made: {error}") from error
        try:
            self.config: StationConfig = load_config(self.config_file)
        except ConfigError:
            self.close()
            raise

    def close(self) -> None:
        """Remove the sockets; journal and pictures stay."""
        if self.disk:
            self.disk.close()
            self.disk = None
        shutil.rmtree(self.run_dir, ignore_errors=True)

    def programs(self) -> list[Program]:
        """The processes in the order of their start."""
        wishes, config = self.wishes, ("--config", str(self.config_file))
        plant = (
            *("--run-dir", str(self.run_dir), "--parts", str(wishes.parts), "--rate", str(wishes.rate)),
            *("--seed", str(wishes.seed), "--bad-share", str(wishes.bad_share)),
            *("--gate-delay-ms", str(GATE_DELAY_MS), "--dialect", wishes.dialect),
            *(("--remote-io",) if wishes.tracking == "encoder" else ()),
        )
        programs = [
            Program("plant", python_module("station.sim.plant", *plant), once=True),
            Program("recorder", python_module("station.recorder", *config)),
            Program("camera", python_module(self._camera, "--run-dir", str(self.run_dir))),
            Program("line", python_module("station.line", *config)),
            Program("engine", python_module("station.engine", *config)),
        ]
        if wishes.window:
            programs.append(Program("gui", python_module("station.gui", *config), needed=False))
        elif self.window_unseen:
            unseen = ["env", "QT_QPA_PLATFORM=offscreen", *python_module("station.gui", *config)]
            programs.append(Program("gui", unseen, needed=False))
        return programs

    @property
    def window_unseen(self) -> bool:
        """A fault of the window is asked for where there is no display: it runs without a screen."""
        asked = any(fault.name.startswith("gui-") for fault in self.wishes.faults)
        return asked and not self.wishes.window and find_spec("PyQt6") is not None

    @property
    def _camera(self) -> str:
        return "station.sim.gige_camera" if self.wishes.camera == "gige" else "station.sim.camera"

    def _camera_keys(self) -> dict[str, str | int | float | bool]:
        if self.wishes.camera == "gige":
            return {"backend": "aravis", "source": GIGE_ADDRESS}
        return {"backend": "drawn", "source": str(self.run_dir / CAMERA_SOCKET)}

    def _station_toml(self) -> str:
        gige = self.wishes.camera == "gige"
        tables: dict[str, dict[str, str | int | float | bool]] = {
            "station": {"name": "demo", "run_dir": str(self.run_dir), "rehearsal": True, "autostart": True},
            "line": {
                "port": str(self.run_dir / PLC_LINK),
                "dialect": self.wishes.dialect,
                "deadline_ms": DEADLINE_MS,
                "parity": "N",  # a pseudo-terminal knows 8N1 only
                "data_bits": 8,
                "stop_bits": 1,
                **({"pairing_ms": 200} if gige else {}),
                **(tracked_belt(GATE_DELAY_MS, self.wishes.rate) if self.wishes.tracking == "encoder" else {}),
            },
            "camera": self._camera_keys(),
            "engine": {
                "bundle": str(self.bundle),
                "trust": str((self.wishes.trust or DEMO_TRUST).absolute()),
                "deadline_ms": ENGINE_DEADLINE_MS,
            },
            "recorder": {
                "journal": str(self.directory / "journal.sqlite"),
                "pictures": str(self.directory / "pictures"),
                "keep_ok_every": 10,
                **({"min_free_mib": 1} if self.disk else {}),
            },
            "gui": {"language": self.wishes.language},
        }
        lines = [f"# written by `saiken demo`; try `saiken journal --config {self.config_file}`"]
        for table, keys in tables.items():
            lines += ["", f"[{table}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]
        return "\n".join(lines) + "\n"


def tracked_belt(gate_delay_ms: int, rate: float) -> dict[str, str | int | float]:
    """The [line] keys of a station that tracks the parts of the simulated belt itself."""
    return {
        "tracking": "encoder",
        "gate_distance_mm": gate_delay_ms * BELT_MM_S / 1000,
        "pitch_mm": (1 - 2 * PITCH_JITTER) * BELT_MM_S / rate,
        "belt_mm_s": BELT_MM_S,
        "mm_per_count": 1 / COUNTS_PER_MM,
        "io_watchdog_ms": PlantSettings.io_watchdog_ms,
    }


def _check(wishes: Wishes) -> None:
    if wishes.camera == "gige" and wishes.rate > GIGE_RATE_HZ:
        raise ConfigError(
            f"--camera gige: the simulated GigE camera follows {GIGE_RATE_HZ:g} parts a second; add --rate 4"
        )
    for fault in wishes.faults:
        if fault.part is not None and fault.part > wishes.parts:
            raise ConfigError(f"--fault {fault}: the run has only {wishes.parts} parts")
    bundle = wishes.bundle or DEMO_BUNDLE
    if not (bundle / "manifest.json").is_file():
        hint = "name another --bundle" if wishes.bundle else "make it with `make demo-recipe`"
        raise BundleError(f"{bundle}: there is no recipe bundle; {hint}")


def _new_directory(keep: Path | None) -> Path:
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="saiken-demo-"))
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise ConfigError(f"--keep {keep}: must be a new or an empty directory, so that no other journal is mixed in")
    keep.mkdir(parents=True, exist_ok=True)
    if not os.access(keep, os.W_OK):
        raise StorageError(f"--keep {keep}: is not writable")
    return keep.absolute()
