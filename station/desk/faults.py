"""Faults by name, as somebody orders them: `saiken demo --fault NAME[@PART][:SECONDS]`, or `--fault all`.

What each does stands in `station.desk.sabotage`. Whether a bad part passed meanwhile is read from the PLC's book, never
from our own journal.
"""

from __future__ import annotations

import argparse
import difflib
import re
from dataclasses import dataclass

from station.core.plc_map import AIR_LOW, BIN_FULL
from station.desk import sabotage
from station.desk.sabotage import Begin
from station.desk.small_disk import can_mount

_FORM = re.compile(r"(?P<name>[^@:]+)(@(?P<part>\d+))?(:(?P<seconds>\d+(\.\d+)?))?")
ALL = "all"
LONGEST_S = 30.0
_DOWN = "kill -9; SECONDS until it starts again"
_STOPPED = "SIGSTOP, then SIGCONT"


@dataclass(frozen=True)
class FaultKind:
    """One row of the table: what happens, for how long unless somebody says otherwise, and who does it."""

    text: str
    seconds: float
    begin: Begin


FAULTS: dict[str, FaultKind] = {
    "disk-full": FaultKind("the disk with journal and pictures has no block left", 3.0, sabotage.fill_disk),
    "database-locked": FaultKind("another program holds the journal", 3.0, sabotage.lock_journal),
    "clock-jump": FaultKind("the wall clock jumps an hour forward, and back", 2.0, sabotage.jump_clock),
    "serial-cut": FaultKind("the serial cable is cut", 2.0, sabotage.cut_cable),
    "byte-noise": FaultKind("0.2 % of the bytes are lost, 0.2 % get a flipped bit", 4.0, sabotage.make_noise),
    "usb-unplugged": FaultKind(
        "the serial adapter vanishes and comes back as another one", 2.0, sabotage.unplug_adapter
    ),
    "plc-restart": FaultKind("the PLC loses its memory and is away", 0.5, sabotage.restart_plc),
    "plc-silent": FaultKind("the PLC answers nothing; its program runs on", 2.0, sabotage.silence_plc),
    "plc-stopped": FaultKind("the PLC's program stands still; it answers with old values", 2.0, sabotage.halt_program),
    "engine-killed": FaultKind(_DOWN, 0.0, sabotage.killed("engine")),
    "engine-frozen": FaultKind(_STOPPED, 1.5, sabotage.frozen("engine")),
    "line-killed": FaultKind(_DOWN, 0.0, sabotage.killed("line")),
    "line-frozen": FaultKind(_STOPPED, 1.5, sabotage.frozen("line")),
    "recorder-killed": FaultKind(_DOWN, 0.0, sabotage.killed("recorder")),
    "recorder-frozen": FaultKind(_STOPPED, 1.5, sabotage.frozen("recorder")),
    "gui-killed": FaultKind(_DOWN, 0.0, sabotage.killed("gui")),
    "gui-frozen": FaultKind(_STOPPED, 1.5, sabotage.frozen("gui")),
    "camera-killed": FaultKind("the camera is gone; SECONDS until it starts again", 0.0, sabotage.killed("camera")),
    "camera-frozen": FaultKind("the camera gives no sign of life", 1.5, sabotage.frozen("camera")),
    "camera-lossy": FaultKind("the camera loses 30 % of its frames", 3.0, sabotage.lose_share),
    "frame-lost": FaultKind("the camera loses one frame, or those of SECONDS", 0.0, sabotage.lose_frames),
    "count-mismatch": FaultKind(
        "the camera is triggered without a part, and SECONDS later misses a part", 2.0, sabotage.miscount
    ),
    "nan": FaultKind("the network answers NaN", 0.4, sabotage.rehearsed("nan")),
    "late": FaultKind("inspection takes too long", 0.4, sabotage.rehearsed("late")),
    "tampered-bundle": FaultKind(
        "one byte of the bundle is changed, the engine must load it again; then the old byte comes back",
        2.0,
        sabotage.tamper,
    ),
    "wrong-product": FaultKind("parts of another product come", 4.0, sabotage.feed_other_product),
    "rejects-in-row": FaultKind("nothing but bad parts comes", 5.0, sabotage.feed_bad_parts),
    "bin-full": FaultKind("the reject bin is full", 2.0, sabotage.input_on(BIN_FULL)),
    "air-low": FaultKind("the reject gate's air pressure is low", 2.0, sabotage.input_on(AIR_LOW)),
    "reject-not-confirmed": FaultKind(
        "the sensor behind the gate sees no rejected part", 8.0, sabotage.blind_confirmation
    ),
}


@dataclass(frozen=True)
class Fault:
    """A fault that somebody ordered. `part` None = the plan finds a place for it."""

    name: str
    part: int | None
    seconds: float

    def __str__(self) -> str:
        at = "" if self.part is None else f"@{self.part}"
        return f"{self.name}{at}:{self.seconds:g}"


def parse_faults(text: str) -> list[Fault]:
    """Read NAME[@PART][:SECONDS], or "all": every fault of the table (disk-full only where a disk can be mounted).

    Raises:
        argparse.ArgumentTypeError: unknown name (with the nearest one), or no such form.
    """
    if text == ALL:
        names = [name for name in FAULTS if name != "disk-full" or can_mount()]
        return [Fault(name, None, FAULTS[name].seconds) for name in names]
    return [parse_fault(text)]


def parse_fault(text: str) -> Fault:
    """Read NAME[@PART][:SECONDS]; errors as in `parse_faults`."""
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
