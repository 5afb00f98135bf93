"""When was which part counted? The answers of past polls, and which parts an exposure can belong to.

    edge of part n                 exposure x
    ----|----------------------------|---------->  time
      poll: n-1   ...   poll: n          poll: n

A poll's count was true somewhere between its sending and its answer. An exposure at x belongs to an edge between
x - late and x + early (the PLC may see the photo-eye a scan later than the camera).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

KEPT = 1024  # polls; ten seconds at 10 ms
_STOOD_NS = 100_000_000  # between two changes of the PLC's heartbeat: longer, and its program stood


@dataclass(frozen=True, slots=True)
class Poll:
    """One answered poll: the PLC had counted `count` parts at some time in sent_ns..answer_ns."""

    boot: int
    count: int
    sent_ns: int
    answer_ns: int
    program_ns: int = 1 << 62  # the PLC's program has surely run since then: what was counted before is in `count`


@dataclass(frozen=True, slots=True)
class Fit:
    """Parts first..last (none if last < first) of PLC start `boot` can belong to an exposure."""

    boot: int
    first: int
    last: int

    @property
    def only(self) -> int:
        """The part, if it can be one only, else 0."""
        return self.first if self.first == self.last else 0

    def __contains__(self, part: int) -> bool:
        return self.first <= part <= self.last

    @property
    def empty(self) -> bool:
        """True: the PLC counted nothing then."""
        return self.last < self.first


class Timeline:
    """The last polls, oldest first."""

    def __init__(self, early_ns: int, late_ns: int) -> None:
        self._early_ns = early_ns
        self._late_ns = late_ns
        self._polls: deque[Poll] = deque(maxlen=KEPT)

    def add(self, poll: Poll) -> None:
        """Append; times only go forward."""
        self._polls.append(poll)

    def ready_for(self, x_ns: int) -> bool:
        """True once a poll says all about an exposure at `x_ns`; until then wait."""
        return bool(self._polls) and self._polls[-1].sent_ns >= x_ns + self._early_ns

    def counted_nothing(self, x_ns: int) -> bool | None:
        """Whether an empty fit of an exposure at `x_ns` can be believed: a PLC whose program stands gives old counts.

        None = not known before its program has run again; False = it stood, and has counted parts since.
        """
        after = self._after(x_ns + self._early_ns)
        if after is None:
            return None
        late = (one for one in self._polls if one.sent_ns >= after.sent_ns)
        run = next((one for one in late if one.program_ns >= x_ns + self._early_ns), None)
        if run is None:
            return None
        return run.count == after.count or run.sent_ns - after.program_ns < _STOOD_NS

    def fit(self, x_ns: int) -> Fit | None:
        """Parts that an exposure at `x_ns` can belong to; None = nobody can say (before our time, or a PLC restart)."""
        before = self._before(x_ns - self._late_ns)
        after = self._after(x_ns + self._early_ns)
        if before is None or after is None or before.boot != after.boot:
            return None
        return Fit(after.boot, before.count + 1, after.count)

    def between_boots(self, x_ns: int) -> bool:
        """True for an exposure between the last poll of one PLC start and the first poll of the next."""
        before, after = self._before(x_ns), self._after(x_ns + self._early_ns)
        return before is not None and after is not None and before.boot != after.boot

    def counted_by(self, x_ns: int) -> int:
        """The PLC's count once it had seen an exposure at `x_ns`; 0 before such a poll."""
        after = self._after(x_ns + self._early_ns)
        return after.count if after else 0

    def alone(self, x_ns: int, for_ns: int) -> bool:
        """True when at most one part was counted in the time from `for_ns` before `x_ns` until `x_ns`."""
        before, after = self._before(x_ns - for_ns), self._after(x_ns + self._early_ns)
        return (
            before is not None and after is not None and before.boot == after.boot and after.count - before.count <= 1
        )

    def _before(self, time_ns: int) -> Poll | None:
        """The newest poll answered by then."""
        return next((poll for poll in reversed(self._polls) if poll.answer_ns <= time_ns), None)

    def _after(self, time_ns: int) -> Poll | None:
        """The oldest poll sent since then."""
        found = None
        for poll in reversed(self._polls):
            if poll.sent_ns < time_ns:
                break
            found = poll
        return found
