"""The inspector: one item of the camera in, exactly one verdict and one record out. No sockets, no waiting.

Here "no PASS without proof" is enforced: whatever the detector answers, a part passes only when the answer is a PASS,
its score is finite and not above the limit, and the part's deadline has not gone by.

    Frame ──► late already? ──► detector ──► late now? finite? ──► PartVerdict, InspectionRecord
    LostFrame ─────────────────────────────────────────────────► NOT_INSPECTED
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from station.core.domain import Finding, Ledger, Reason, Verdict
from station.core.errors import CameraError, NotInspectedError, RuntimeFaultError
from station.core.messages import FrameKey, InspectionRecord, PartVerdict
from station.engine.camera.protocol import Clock, Frame, Item, LostFrame

FAULTS_IN_A_ROW = 3  # so many parts that the engine itself failed on are no accident: a person must look
_ENGINE_FAILED = frozenset({Reason.NOT_FINITE, Reason.FAULT})  # no fault of the part or the frame

_log = logging.getLogger(__name__)


class Answer(Protocol):
    """What a detector says about one frame."""

    @property
    def verdict(self) -> Verdict: ...
    @property
    def reason(self) -> Reason: ...
    @property
    def border(self) -> bool: ...
    @property
    def score(self) -> float: ...
    @property
    def limit(self) -> float: ...
    @property
    def findings(self) -> tuple[Finding, ...]: ...
    @property
    def cleared(self) -> int: ...
    @property
    def screened_ns(self) -> int: ...
    @property
    def verified_ns(self) -> int: ...


class Detecting(Protocol):
    """What the inspector needs of a detector."""

    def inspect(self, frame: NDArray[np.uint8]) -> Answer:
        """Judge a frame [H, W].

        Raises:
            NotInspectedError: this frame cannot be inspected; carries the reason.
            RuntimeFaultError: a network failed or gave NaN.
        """
        ...


class Outcome(NamedTuple):
    """All that came of one item. `answer` is None when the detector gave none."""

    verdict: PartVerdict
    record: InspectionRecord  # `picture` and `kept_as` are still empty
    answer: Answer | None
    detail: str  # why it was not inspected, for the log; "" otherwise


class _Judgement(NamedTuple):
    verdict: Verdict
    reason: Reason
    detail: str = ""
    answer: Answer | None = None


class Inspector:
    """Owned by one thread. `fatal` becomes a sentence when the engine itself failed on several parts in a row."""

    def __init__(
        self,
        detector: Detecting,
        *,
        recipe: str,
        bundle_sha256: str,
        deadline_ms: int,
        clock_ns: Clock = time.monotonic_ns,
        wall_s: Callable[[], float] = time.time,
    ) -> None:
        self._detector = detector
        self._recipe = recipe
        self._bundle_sha256 = bundle_sha256
        self._deadline_ms = deadline_ms
        self._clock_ns = clock_ns
        self._wall_s = wall_s
        self._session = 0
        self._trigger = 0
        self._faults = 0
        self.inspected = 0
        self.fatal = ""

    def begin(self, session: int) -> None:
        """The camera was armed: its triggers count from 1 again."""
        self._session, self._trigger = session, 0

    def inspect(self, item: Item) -> Outcome:
        """Take one item from trigger to verdict.

        Raises:
            CameraError: the item's trigger is not the next one of this arming. Nothing was judged: the camera must be
                armed again, or a verdict would go to another part.
        """
        if not self._session or item.trigger != self._trigger + 1:
            raise CameraError(f"trigger {item.trigger} came after {self._trigger} in session {self._session}")
        self._trigger = item.trigger
        self.inspected += 1
        judgement = self._judge_frame(item) if isinstance(item, Frame) else _judge_lost(item)
        return self._close(item, judgement)

    def _judge_frame(self, frame: Frame) -> _Judgement:
        """Ask the detector, unless it is too late for that."""
        if self._late(frame):
            return _Judgement(Verdict.NOT_INSPECTED, Reason.LATE, "its deadline went by before its turn came")
        try:
            answer = self._detector.inspect(frame.image)
        except NotInspectedError as error:
            if error.reason in _ENGINE_FAILED:
                return self._fault(error.reason, str(error))
            self._faults = 0
            return _Judgement(Verdict.NOT_INSPECTED, error.reason, str(error))
        except RuntimeFaultError as error:
            return self._fault(Reason.NOT_FINITE, str(error))
        except Exception as error:  # noqa: BLE001 - a bug met on one part must cost this part only
            _log.exception("the detector failed")
            return self._fault(Reason.FAULT, f"{type(error).__name__}: {error}")
        return self._weigh(answer, frame)

    def _weigh(self, answer: Answer, frame: Frame) -> _Judgement:
        """Believe an answer only if it is finite, agrees with itself and is in time."""
        numbers = [answer.score, answer.limit, *(finding.score for finding in answer.findings)]
        if not all(map(math.isfinite, numbers)):
            return self._fault(Reason.NOT_FINITE, f"score, limit and findings' scores are {numbers}")
        if answer.verdict is Verdict.PASS and answer.score > answer.limit:
            return self._fault(Reason.FAULT, f"a PASS with score {answer.score} above the limit {answer.limit}")
        self._faults = 0
        if self._late(frame):
            detail = f"its verdict took longer than {self._deadline_ms} ms"
            return _Judgement(Verdict.NOT_INSPECTED, Reason.LATE, detail, answer)
        return _Judgement(answer.verdict, reason_of(answer), "", answer)

    def _late(self, frame: Frame) -> bool:
        return self._clock_ns() - frame.frame_ns > self._deadline_ms * 1_000_000

    def _fault(self, reason: Reason, detail: str) -> _Judgement:
        self._faults += 1
        if self._faults >= FAULTS_IN_A_ROW and not self.fatal:
            self.fatal = f"The engine failed on {self._faults} parts in a row; the last time: {detail}"
        return _Judgement(Verdict.NOT_INSPECTED, reason, detail)

    def _close(self, item: Item, judgement: _Judgement) -> Outcome:
        """Write the judgement into both messages. Where nothing was scored, score and limit are 0."""
        key = FrameKey(self._session, item.trigger)
        verdict, reason, detail, answer = judgement
        score, limit = (answer.score, answer.limit) if answer else (0.0, 0.0)
        ledger = Ledger(
            exposed_ns=item.exposed_ns if isinstance(item, Frame) else 0,
            frame_ns=item.frame_ns,
            screened_ns=answer.screened_ns if answer else 0,
            verified_ns=answer.verified_ns if answer else 0,
            decided_ns=self._clock_ns(),
        )
        record = InspectionRecord(
            frame=key,
            verdict=verdict,
            reason=reason,
            score=score,
            limit=limit,
            findings=answer.findings if answer else (),
            cleared=answer.cleared if answer else 0,
            ledger=ledger,
            recipe=self._recipe,
            bundle_sha256=self._bundle_sha256,
            picture=None,
            kept_as="",
            time=self._wall_s(),
        )
        return Outcome(PartVerdict(key, verdict, reason, score, limit, ledger), record, answer, detail)


def reason_of(answer: Answer) -> Reason:
    """The answer's reason; a pass within the grey band is told from the others."""
    return Reason.BORDER if answer.border and answer.verdict is Verdict.PASS else answer.reason


def _judge_lost(item: LostFrame) -> _Judgement:
    return _Judgement(Verdict.NOT_INSPECTED, item.reason, item.detail)


def with_picture(record: InspectionRecord, size: tuple[int, int], kept_as: str) -> InspectionRecord:
    """The record that goes with a stored picture of `size` (height, width)."""
    return msgspec.structs.replace(record, picture=size, kept_as=kept_as)
