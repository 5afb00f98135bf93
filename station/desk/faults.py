"""Faults by name: what to break, for how long, and how to mend it. `saiken demo --fault NAME[@PART][:SECONDS]`.

Each is done to the real processes, or to the simulated world, from outside; only "nan" and "late" are asked of the
engine (`Rehearse`). Whether a bad part passed meanwhile is read from the PLC's book, never from our own journal.
"""

from __future__ import annotations

import argparse
import difflib
import re
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from station.sim.control import PlantControl

_FORM = re.compile(r"(?P<name>[^@:]+)(@(?P<part>\d+))?(:(?P<seconds>\d+(\.\d+)?))?")
LONGEST_S = 30.0


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
    def bundle(self) -> Path: ...
    @property
    def rate(self) -> float: ...

    def rehearse(self, fault: str, seconds: float) -> bool:
        """Ask the engine to fail on purpose."""
        ...


@dataclass(frozen=True)
class FaultKind:
    """One row of the table; `end` is called after the seconds, if there is anything to mend."""

    text: str
    seconds: float
    begin: Callable[[Scene, float], object]
    end: Callable[[Scene], object] | None = None


def _killed(process: str, text: str) -> FaultKind:
    return FaultKind(text, 0.0, lambda scene, seconds: scene.processes.kill(process, seconds))


def _frozen(process: str, text: str) -> FaultKind:
    return FaultKind(
        text,
        1.5,
        lambda scene, _: scene.processes.send_signal(process, signal.SIGSTOP),
        lambda scene: scene.processes.send_signal(process, signal.SIGCONT),
    )


def _tamper(scene: Scene, seconds: float) -> None:
    flip_byte(scene.bundle / "tower.onnx")
    scene.processes.kill("engine")  # so that it must load the bundle again


def _restore(scene: Scene) -> None:
    flip_byte(scene.bundle / "tower.onnx")
    scene.processes.kill("engine")


def flip_byte(path: Path) -> None:
    """Invert the byte in the middle of a file; twice is as before."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        (value,) = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([value ^ 0xFF]))


FAULTS: dict[str, FaultKind] = {
    "serial-cut": FaultKind("the serial cable is cut", 2.0, lambda scene, seconds: scene.plant.cut(seconds)),
    "byte-noise": FaultKind(
        "0.2 % of the bytes are lost, 0.2 % get a flipped bit",
        4.0,
        lambda scene, seconds: scene.plant.noise(0.002, 0.002, seconds),
    ),
    "plc-restart": FaultKind(
        "the PLC loses its memory and is away", 0.5, lambda scene, seconds: scene.plant.restart_plc(seconds)
    ),
    "engine-killed": _killed("engine", "kill -9; SECONDS until it starts again"),
    "engine-frozen": _frozen("engine", "SIGSTOP, then SIGCONT"),
    "line-killed": _killed("line", "kill -9; SECONDS until it starts again"),
    "recorder-killed": _killed("recorder", "kill -9; SECONDS until it starts again"),
    "gui-killed": _killed("gui", "kill -9; SECONDS until it starts again"),
    "camera-frozen": _frozen("camera", "the camera gives no sign of life"),
    "frame-lost": FaultKind(
        "the camera loses one frame, or those of SECONDS",
        0.0,
        lambda scene, seconds: scene.plant.lose_frames(max(1, round(seconds * scene.rate))),
    ),
    "nan": FaultKind("the network answers NaN", 0.4, lambda scene, seconds: scene.rehearse("nan", seconds)),
    "late": FaultKind("inspection takes too long", 0.4, lambda scene, seconds: scene.rehearse("late", seconds)),
    "tampered-bundle": FaultKind(
        "one byte of the bundle is changed, the engine must load it again; then the old byte comes back",
        2.0,
        _tamper,
        _restore,
    ),
}


@dataclass(frozen=True)
class Fault:
    """A fault that somebody ordered. `part` None = spread evenly over the run."""

    name: str
    part: int | None
    seconds: float

    def __str__(self) -> str:
        at = "" if self.part is None else f"@{self.part}"
        return f"{self.name}{at}:{self.seconds:g}"


def parse_fault(text: str) -> Fault:
    """Read NAME[@PART][:SECONDS].

    Raises:
        argparse.ArgumentTypeError: unknown name (with the nearest one), or no such form.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form NAME[@PART][:SECONDS], e.g. serial-cut@20:2")
    name = match["name"]
    if name not in FAULTS:
        near = difflib.get_close_matches(name, FAULTS, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(FAULTS)}"
        raise argparse.ArgumentTypeError(f"unknown fault '{name}'; {hint}")
    seconds = float(match["seconds"]) if match["seconds"] else FAULTS[name].seconds
    if seconds > LONGEST_S:
        raise argparse.ArgumentTypeError(f"'{text}' lasts {seconds:g} s; at most {LONGEST_S:g} s")
    part = int(match["part"]) if match["part"] else None
    if part == 0:
        raise argparse.ArgumentTypeError(f"'{text}': parts are counted from 1")
    return Fault(name, part, seconds)


class FaultPlan:
    """Begins each fault when its part passes the photo-eye, and mends it after its seconds."""

    def __init__(
        self,
        faults: Sequence[Fault],
        parts: int,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Faults without a part are spread evenly over the `parts` of the run."""
        loose = [fault for fault in faults if fault.part is None]
        places = {id(fault): parts * (index + 1) // (len(loose) + 1) for index, fault in enumerate(loose)}
        self._waiting = sorted(((fault.part or places[id(fault)], fault) for fault in faults), key=lambda due: due[0])
        self._going: list[tuple[float, Fault]] = []
        self._begun = False
        self._say = say
        self._clock = clock

    @property
    def idle(self) -> bool:
        """Nothing is broken now, and nothing more will be."""
        return not self._waiting and not self._going

    @property
    def calm(self) -> bool:
        """Faults were ordered, at least one has been, and nothing is broken now."""
        return self._begun and not self._going

    def advance(self, produced: int, scene: Scene) -> None:
        """Begin and end what is due; `produced` parts have passed the photo-eye."""
        now = self._clock()
        while self._waiting and self._waiting[0][0] <= produced:
            _, fault = self._waiting.pop(0)
            self._say(f"fault {fault.name} at part {produced}: {FAULTS[fault.name].text}")
            FAULTS[fault.name].begin(scene, fault.seconds)
            self._going.append((now + fault.seconds, fault))
            self._begun = True
        for due in [due for due in self._going if due[0] <= now]:
            self._going.remove(due)
            end = FAULTS[due[1].name].end
            if end is not None:
                end(scene)
                self._say(f"fault {due[1].name} is mended")

    def mend_all(self, scene: Scene) -> None:
        """The run is over: mend at once what is still broken, so that everything can stop."""
        for _, fault in self._going:
            end = FAULTS[fault.name].end
            if end is not None:
                end(scene)
        self._going.clear()
        self._waiting.clear()
