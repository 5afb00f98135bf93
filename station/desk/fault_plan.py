"""When each fault of a run begins and ends, and what was noted about it: the plan runs beside the belt."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from station.desk.faults import FAULTS, Fault
from station.desk.sabotage import Mend, Scene
from station.sim.control import PlantStatus

RECOVERY_S = 6.0  # left to the line between two faults that nobody gave a place


@dataclass
class Mark:
    """One fault that has begun, by the plant's clock."""

    fault: Fault
    part: int  # parts that had passed the photo-eye
    began_ns: int
    mended_ns: int | None = None


@dataclass(frozen=True)
class _Going:
    """A fault that is not mended yet."""

    until: float
    mark: Mark
    mend: Mend | None


class FaultPlan:
    """Begins each fault when its part passes the photo-eye, and mends it after its seconds. Owns the `marks`."""

    def __init__(
        self,
        faults: Sequence[Fault],
        parts: int,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Faults without a part are spread over the `parts` of the run: longer ones get more room."""
        self._waiting = sorted(_places(faults, parts), key=lambda place: place[0])
        self._going: list[_Going] = []
        self._say = say
        self._clock = clock
        self.marks: list[Mark] = []

    @property
    def idle(self) -> bool:
        """Nothing is broken now, and nothing more will be."""
        return not self._waiting and not self._going

    @property
    def calm(self) -> bool:
        """Faults were ordered, at least one has been, and nothing is broken now."""
        return bool(self.marks) and not self._going

    def advance(self, status: PlantStatus, scene: Scene) -> None:
        """Begin and end what is due at this status of the plant."""
        now = self._clock()
        while self._waiting and self._waiting[0][0] <= status.produced:
            _, fault = self._waiting.pop(0)
            self._say(f"fault {fault.name} at part {status.produced}: {FAULTS[fault.name].text}")
            mark = Mark(fault, status.produced, status.now_ns)
            self.marks.append(mark)
            self._going.append(_Going(now + fault.seconds, mark, FAULTS[fault.name].begin(scene, fault.seconds)))
        for going in [going for going in self._going if going.until <= now]:
            self._going.remove(going)
            going.mark.mended_ns = status.now_ns
            if going.mend is not None:
                going.mend()
                self._say(f"fault {going.mark.fault.name} is mended")

    def mend_all(self) -> None:
        """The run is over: mend at once what is still broken, so that everything can stop."""
        for going in self._going:
            if going.mend is not None:
                going.mend()
        self._going.clear()
        self._waiting.clear()


def parts_needed(faults: Sequence[Fault], rate: float) -> int:
    """So many parts that the line can recover from each of these faults before the next one and the end."""
    loose_s = RECOVERY_S + sum(_room_s(fault) for fault in faults if fault.part is None)
    placed = [fault.part + math.ceil(_room_s(fault) * rate) for fault in faults if fault.part is not None]
    return max(math.ceil(loose_s * rate), *placed, 0)


def _places(faults: Sequence[Fault], parts: int) -> list[tuple[int, Fault]]:
    """Each fault and the part that it begins at."""
    loose = [fault for fault in faults if fault.part is None]
    whole_s = RECOVERY_S + sum(map(_room_s, loose))
    placed = [(fault.part, fault) for fault in faults if fault.part is not None]
    at_s = RECOVERY_S
    for fault in loose:
        placed.append((max(1, round(parts * at_s / whole_s)), fault))
        at_s += _room_s(fault)
    return placed


def _room_s(fault: Fault) -> float:
    return fault.seconds + RECOVERY_S
