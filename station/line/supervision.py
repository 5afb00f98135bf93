"""Supervision: what the closed records and the PLC's polls say about the line as a whole, against the recipe's limits.

    part(record), mismatch(), polled(status)  ->  causes  ->  note | stop | error      (the controller does it)

A cause is told once; its parts are counted anew after that, and all of them when production begins. Supervision has no
way to a verdict: it can only stop what runs.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from station.core import plc_map
from station.core.domain import Reason, Verdict
from station.core.messages import PartRecord
from station.core.recipe_line import Limit, Reaction, SupervisionSpec
from station.line.link import PlcStatus

_WRONG = frozenset({Reason.LOGICAL, Reason.NOT_REGISTERED})
_NO_IMAGE = frozenset({Reason.FRAME_LOST, Reason.NO_IMAGE})
_LATE = frozenset({Reason.LATE, Reason.NOT_ACKNOWLEDGED})
_LOOKED_AT = frozenset({Reason.CLEAN, Reason.BORDER, Reason.FINDING, Reason.OVERFLOW}) | _WRONG
# What happened, and what to check. {} = "10 parts in a row" or "3 of the last 20 parts".
_TEXTS = {
    "rejects": ("{} were rejected", "Look at the parts, the light and the lens; then a supervisor goes on."),
    "wrong_parts": (
        "Part does not match recipe: {} were another product, turned or not found",
        "Compare the product with the recipe; then a supervisor goes on.",
    ),
    "no_image": ("{} gave no picture", "Check the camera's trigger, cable and network; then a supervisor goes on."),
    "late": ("{} got their verdict too late", "Check the computer's load and the belt's speed; a supervisor goes on."),
    "mismatches": (
        "PLC and camera counted differently at {}",
        "Check the photo-eye and the trigger's wiring; then a supervisor goes on.",
    ),
    "unconfirmed": (
        "{} were not seen behind the gate",
        "Search the good parts for rejected ones; check gate and sensor; then a supervisor goes on.",
    ),
}
_INPUTS = {
    plc_map.BIN_FULL: ("bin_full", "the reject bin is full", "Empty the reject bin, then go on."),
    plc_map.AIR_LOW: ("air_low", "the reject gate's air pressure is low", "Check the compressed air, then go on."),
}
ADVICE = (*(advice for _, advice in _TEXTS.values()), *(advice for _, _, advice in _INPUTS.values()))


@dataclass(frozen=True, slots=True)
class Cause:
    """Why the line should not go on as it does."""

    text: str
    advice: str  # what to check
    reaction: Reaction
    input: int = 0  # bit of the PLC input it comes from: then an operator may go on, once the input is clear
    name: str = ""  # of the recipe's limit or reaction


class Supervision:
    """Of one recipe; used by one thread. Parts are told while the line produces, polls always."""

    def __init__(self, spec: SupervisionSpec) -> None:
        self.spec = spec
        self._causes: list[Cause] = []
        self.restart()

    def restart(self) -> None:
        """Production begins, or the PLC link is new: count anew, and take no old parts for unconfirmed ones."""
        self._tallies = {name: _Tally(name, limit) for name, limit in self.spec.limits.items()}
        self._inputs = 0
        self._confirmed: int | None = None  # the PLC's count of rejects seen behind the gate
        self._owed: deque[int] = deque()  # rejected parts that are not confirmed
        self._early: deque[int] = deque()  # photo-eye counts at confirmations of parts that are not closed yet

    def part(self, record: PartRecord) -> None:
        """One part is closed. Parts that nobody looked at say nothing about the product, and break no row of it."""
        if not record.part:
            return
        verdict, reason = record.verdict, record.reason
        if verdict is not Verdict.NOT_INSPECTED:
            self._add("rejects", verdict is Verdict.REJECT)
        if reason in _LOOKED_AT:
            self._add("wrong_parts", reason in _WRONG)
        if reason in _LOOKED_AT | _NO_IMAGE:
            self._add("no_image", reason in _NO_IMAGE)
        if reason in _LOOKED_AT | _LATE:
            self._add("late", reason in _LATE)
        self._add("mismatches", False)
        if record.acknowledged and verdict.rejects:
            self._owe(record.part)

    def mismatch(self) -> None:
        """PLC and camera counted differently."""
        self._add("mismatches", True)

    def polled(self, status: PlcStatus) -> None:
        """The PLC's inputs, and how many rejects were seen behind its gate."""
        for bit, (name, text, advice) in _INPUTS.items():
            if status.inputs & bit and not self._inputs & bit:
                self._causes.append(Cause(text, advice, getattr(self.spec, name), bit, name))
        self._inputs = status.inputs
        seen = 0 if self._confirmed is None else (status.confirmed - self._confirmed) & 0xFFFFFFFF
        self._confirmed = status.confirmed
        for _ in range(min(seen, plc_map.SLOTS)):  # more is no count of this PLC start
            self._confirm(status.count)
        oldest = status.count - self.spec.confirm_parts
        while self._early and self._early[0] < oldest:
            self._early.popleft()
        while self._owed and self._owed[0] < oldest:
            self._owed.popleft()
            if status.confirmed:
                self._add("unconfirmed", True)

    def take_causes(self) -> list[Cause]:
        """Causes since the last call, in their order."""
        causes, self._causes = self._causes, []
        return causes

    def _owe(self, part: int) -> None:
        """The PLC will reject this part, so its sensor must see it; a slow poll may tell that first."""
        if self._early:
            self._early.popleft()
            self._add("unconfirmed", False)
        else:
            self._owed.append(part)

    def _confirm(self, count: int) -> None:
        if self._owed:
            self._owed.popleft()
            self._add("unconfirmed", False)
        else:
            self._early.append(count)

    def _add(self, name: str, hit: bool) -> None:
        if cause := self._tallies[name].add(hit):
            self._causes.append(cause)


class _Tally:
    """Hits among the newest entries of one limit."""

    def __init__(self, name: str, limit: Limit) -> None:
        self._name = name
        self._limit = limit
        self._newest: deque[bool] = deque(maxlen=limit.among)
        text, self._advice = _TEXTS[name]
        parts = "rejected parts" if name == "unconfirmed" else "parts"
        in_row = limit.parts == limit.among
        found = f"{limit.parts} {parts} in a row" if in_row else f"{limit.parts} of the last {limit.among} {parts}"
        self._text = text.format(found)

    def add(self, hit: bool) -> Cause | None:
        """One more; the cause, when these are too many now."""
        self._newest.append(hit)
        if not hit or not self._limit.parts or sum(self._newest) < self._limit.parts:
            return None
        self._newest.clear()
        return Cause(self._text, self._advice, self._limit.reaction, name=self._name)
