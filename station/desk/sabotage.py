"""What each fault does to the running line: mostly from outside, to real processes, files and the simulated world.

A function that breaks something for good returns how to mend it; what mends itself after its seconds (a cable cut in
the simulated plant) returns None.
"""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from station.core.config import StationConfig
from station.core.errors import StorageError
from station.core.wall import put_wrong
from station.desk.small_disk import SmallDisk
from station.sim.control import PlantControl
from station.sim.conveyor import BAD_KINDS, OTHER_PRODUCT

Mend = Callable[[], object]
_JUMP_S = 3600.0
_LOCK_WAIT_S = 5.0  # the recorder holds the journal for milliseconds only


class Processes(Protocol):
    """What a fault needs of the supervisor."""

    def kill(self, name: str, down_s: float = 0.0) -> bool: ...
    def send_signal(self, name: str, number: int) -> bool: ...


class Scene(Protocol):
    """The running line, as far as a fault may touch it."""

    @property
    def processes(self) -> Processes: ...
    @property
    def plant(self) -> PlantControl: ...
    @property
    def config(self) -> StationConfig: ...
    @property
    def disk(self) -> SmallDisk | None: ...
    @property
    def rate(self) -> float: ...

    def rehearse(self, fault: str, seconds: float) -> bool:
        """Ask the engine to fail on purpose."""
        ...


Begin = Callable[[Scene, float], Mend | None]


def killed(process: str) -> Begin:
    """As a crash: `kill -9`, and SECONDS until it starts again."""

    def begin(scene: Scene, seconds: float) -> None:
        scene.processes.kill(process, seconds)

    return begin


def frozen(process: str) -> Begin:
    """SIGSTOP, then SIGCONT."""

    def begin(scene: Scene, seconds: float) -> Mend:
        scene.processes.send_signal(process, signal.SIGSTOP)
        return lambda: scene.processes.send_signal(process, signal.SIGCONT)

    return begin


def rehearsed(fault: str) -> Begin:
    """The engine fails by itself for so long."""

    def begin(scene: Scene, seconds: float) -> None:
        scene.rehearse(fault, seconds)

    return begin


def input_on(bit: int) -> Begin:
    """One of the PLC's inputs is on for so long."""

    def begin(scene: Scene, seconds: float) -> Mend:
        scene.plant.set_inputs(scene.plant.status().inputs | bit)
        return lambda: scene.plant.set_inputs(scene.plant.status().inputs & ~bit)

    return begin


def cut_cable(scene: Scene, seconds: float) -> None:
    """No byte gets through."""
    scene.plant.cut(seconds)


def make_noise(scene: Scene, seconds: float) -> None:
    """Bytes are lost and flipped."""
    scene.plant.noise(0.002, 0.002, seconds)


def unplug_adapter(scene: Scene, seconds: float) -> None:
    """The serial port vanishes; another terminal comes back under its name."""
    scene.plant.unplug(seconds)


def restart_plc(scene: Scene, seconds: float) -> None:
    """The PLC forgets everything."""
    scene.plant.restart_plc(seconds)


def silence_plc(scene: Scene, seconds: float) -> None:
    """The PLC answers nothing."""
    scene.plant.silence_plc(seconds)


def halt_program(scene: Scene, seconds: float) -> None:
    """The PLC answers, with old values."""
    scene.plant.halt_program(seconds)


def miscount(scene: Scene, seconds: float) -> Mend:
    """The camera is triggered once too often now, and once too seldom at the end."""
    scene.plant.false_trigger()
    return lambda: scene.plant.miss_edges(1)


def lose_frames(scene: Scene, seconds: float) -> None:
    """One frame, or those of SECONDS."""
    scene.plant.lose_frames(max(1, round(seconds * scene.rate)))


def lose_share(scene: Scene, seconds: float) -> None:
    """A bad network cable: frames are lost now and then."""
    scene.plant.lose_share(0.3, seconds)


def feed_other_product(scene: Scene, seconds: float) -> None:
    """Somebody forgot to change the recipe."""
    scene.plant.feed((OTHER_PRODUCT,), seconds)


def feed_bad_parts(scene: Scene, seconds: float) -> None:
    """A tool broke upstream."""
    scene.plant.feed(BAD_KINDS, seconds)


def blind_confirmation(scene: Scene, seconds: float) -> Mend:
    """The sensor behind the gate sees no rejected part."""
    scene.plant.set_confirming(False)
    return lambda: scene.plant.set_confirming(True)


def fill_disk(scene: Scene, seconds: float) -> Mend:
    """The disk with journal and pictures really has no block left."""
    if scene.disk is None:
        raise StorageError("the run has no small disk that could be filled")
    scene.disk.fill()
    return scene.disk.make_room


def lock_journal(scene: Scene, seconds: float) -> Mend:
    """Another program holds the journal: nobody else can write it."""
    database = sqlite3.connect(scene.config.recorder.journal, timeout=_LOCK_WAIT_S, isolation_level=None)
    try:
        database.execute("BEGIN EXCLUSIVE")
    except sqlite3.DatabaseError as error:
        database.close()
        raise StorageError(f"{scene.config.recorder.journal}: cannot be locked on purpose: {error}") from error
    return database.close


def jump_clock(scene: Scene, seconds: float) -> Mend:
    """The wall clock of all processes jumps forward, and back."""
    put_wrong(scene.config.run_dir, _JUMP_S)
    return lambda: put_wrong(scene.config.run_dir, 0.0)


def tamper(scene: Scene, seconds: float) -> Mend:
    """One byte of the bundle is changed, and the engine must load it anew."""
    network = Path(scene.config.engine.bundle) / "tower.onnx"

    def flip() -> None:
        flip_byte(network)
        scene.processes.kill("engine")

    flip()
    return flip


def flip_byte(path: Path) -> None:
    """Invert the byte in the middle of a file; twice is as before."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        (value,) = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([value ^ 0xFF]))
