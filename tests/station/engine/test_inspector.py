"""The inspector: one verdict for each item, and none of them a PASS without proof."""

from __future__ import annotations

import math

import pytest

from station.core.domain import Reason, Verdict
from station.core.errors import CameraError, NotInspectedError, RuntimeFaultError
from station.core.messages import FrameKey
from station.engine.camera.protocol import Frame, LostFrame
from station.engine.inspector import FAULTS_IN_A_ROW, Inspector, with_picture

DEADLINE_MS = 200


@pytest.fixture
def inspector(detector, clock) -> Inspector:
    made = Inspector(
        detector, recipe="ring", bundle_sha256="ab", deadline_ms=DEADLINE_MS, clock_ns=clock, wall_s=lambda: 1e9
    )
    made.begin(session=5)
    return made


@pytest.fixture
def frame(picture, clock):
    def make(trigger: int, value: int = 10) -> Frame:
        return Frame(picture(value), trigger, clock.ns - 2, clock.ns)

    return make


@pytest.fixture
def claims(request, detector, answer) -> None:
    """The detector answers PASS with these numbers."""
    detector.answers = [answer(**request.param)]


def judged(outcome) -> tuple[Verdict, Reason]:
    assert (outcome.record.verdict, outcome.record.reason) == (outcome.verdict.verdict, outcome.verdict.reason)
    return outcome.verdict.verdict, outcome.verdict.reason


def test_a_good_and_a_bad_part_get_the_detectors_verdict(inspector, frame, bad):
    assert judged(inspector.inspect(frame(1))) == (Verdict.PASS, Reason.CLEAN)
    outcome = inspector.inspect(frame(2, bad))
    assert judged(outcome) == (Verdict.REJECT, Reason.FINDING)
    assert (outcome.verdict.score, outcome.verdict.limit) == (4.0, 1.0)
    assert len(outcome.record.findings) == 5
    assert inspector.inspected == 2


def test_a_pass_in_the_grey_band_is_a_border_case_and_nothing_else_is(inspector, frame, detector, answer):
    reject, late = Verdict.REJECT, Verdict.NOT_INSPECTED
    detector.answers = [answer(border=True), answer(), answer(reject, Reason.FINDING, border=True)]
    assert judged(inspector.inspect(frame(1))) == (Verdict.PASS, Reason.BORDER)
    assert judged(inspector.inspect(frame(2))) == (Verdict.PASS, Reason.CLEAN)
    assert judged(inspector.inspect(frame(3))) == (reject, Reason.FINDING)
    detector.raises = [NotInspectedError(Reason.NOT_REGISTERED, "no part")]
    assert judged(inspector.inspect(frame(4))) == (late, Reason.NOT_REGISTERED)


def test_a_border_case_that_comes_too_late_is_late(inspector, frame, clock, detector, answer):
    detector.answers = [answer(border=True)]
    detector.takes = lambda: clock.advance_ms(DEADLINE_MS + 1)
    assert judged(inspector.inspect(frame(1))) == (Verdict.NOT_INSPECTED, Reason.LATE)


def test_both_messages_carry_the_same_identity_and_the_whole_ledger(inspector, frame, clock):
    item = frame(1)
    clock.advance_ms(30)
    outcome = inspector.inspect(item)
    assert outcome.verdict.frame == outcome.record.frame == FrameKey(5, 1)
    assert outcome.verdict.ledger == outcome.record.ledger
    ledger = outcome.record.ledger
    assert (ledger.exposed_ns, ledger.frame_ns) == (item.exposed_ns, item.frame_ns)
    assert (ledger.screened_ns, ledger.verified_ns, ledger.decided_ns) == (11, 12, clock.ns)
    assert (outcome.record.recipe, outcome.record.bundle_sha256, outcome.record.time) == ("ring", "ab", 1e9)
    assert (outcome.record.picture, outcome.record.kept_as) == (None, "")


def test_a_lost_frame_is_not_inspected_and_keeps_its_place(inspector, frame, detector):
    assert judged(inspector.inspect(LostFrame(1, 7, "gone"))) == (Verdict.NOT_INSPECTED, Reason.FRAME_LOST)
    assert judged(inspector.inspect(LostFrame(2, 8, "other size", Reason.WRONG_FRAME)))[1] is Reason.WRONG_FRAME
    assert detector.calls == 0
    assert inspector.inspect(frame(3)).verdict.frame.trigger == 3


def test_a_frame_past_its_deadline_is_not_even_inspected(inspector, frame, clock, detector):
    item = frame(1)
    clock.advance_ms(DEADLINE_MS + 1)
    assert judged(inspector.inspect(item)) == (Verdict.NOT_INSPECTED, Reason.LATE)
    assert detector.calls == 0


def test_a_verdict_that_comes_too_late_is_no_pass_but_keeps_its_findings(inspector, frame, clock, detector, bad):
    detector.takes = lambda: clock.advance_ms(DEADLINE_MS + 1)
    assert judged(inspector.inspect(frame(1))) == (Verdict.NOT_INSPECTED, Reason.LATE)
    outcome = inspector.inspect(frame(2, bad))
    assert judged(outcome) == (Verdict.NOT_INSPECTED, Reason.LATE)
    assert len(outcome.record.findings) == 5
    assert not inspector.fatal


def test_a_verdict_exactly_at_the_deadline_counts(inspector, frame, clock, detector):
    detector.takes = lambda: clock.advance_ms(DEADLINE_MS)
    assert judged(inspector.inspect(frame(1)))[0] is Verdict.PASS


@pytest.mark.parametrize("reason", [Reason.WRONG_FRAME, Reason.NOT_REGISTERED])
def test_what_the_detector_cannot_inspect_keeps_its_reason_and_is_no_fault(inspector, frame, detector, reason):
    detector.raises = [NotInspectedError(reason, "no part in the picture")] * 5
    for trigger in range(1, 6):
        outcome = inspector.inspect(frame(trigger))
        assert judged(outcome) == (Verdict.NOT_INSPECTED, reason)
        assert outcome.detail == "no part in the picture"
    assert not inspector.fatal


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RuntimeFaultError("the network gave NaN"), Reason.NOT_FINITE),
        (NotInspectedError(Reason.NOT_FINITE, "NaN in a score"), Reason.NOT_FINITE),
        (KeyError("a bug"), Reason.FAULT),
    ],
)
def test_failures_of_the_engine_cost_one_part_each_and_are_fatal_in_a_row(inspector, frame, detector, error, reason):
    detector.raises = [error] * FAULTS_IN_A_ROW
    for trigger in range(1, FAULTS_IN_A_ROW + 1):
        assert not inspector.fatal
        assert judged(inspector.inspect(frame(trigger))) == (Verdict.NOT_INSPECTED, reason)
    assert "3 parts in a row" in inspector.fatal


def test_a_good_part_between_two_failures_starts_the_count_again(inspector, frame, detector):
    detector.raises = [RuntimeFaultError("x"), RuntimeFaultError("x"), None] * 3
    for trigger in range(1, 10):
        inspector.inspect(frame(trigger))
    assert not inspector.fatal


@pytest.mark.usefixtures("claims")
@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"score": math.nan}, Reason.NOT_FINITE),
        ({"score": -math.inf}, Reason.NOT_FINITE),
        ({"limit": math.inf}, Reason.NOT_FINITE),
        ({"score": 1.01, "limit": 1.0}, Reason.FAULT),
    ],
    indirect=["claims"],
)
def test_a_pass_that_is_not_proven_is_not_believed(inspector, frame, reason):
    outcome = inspector.inspect(frame(1))
    assert judged(outcome) == (Verdict.NOT_INSPECTED, reason)
    assert math.isfinite(outcome.verdict.score)
    assert math.isfinite(outcome.verdict.limit)


def test_a_finding_that_is_not_finite_spoils_the_whole_answer(inspector, frame, detector, answer, make_finding):
    detector.answers = [answer(findings=(make_finding(0.1), make_finding(math.nan)))]
    outcome = inspector.inspect(frame(1))
    assert judged(outcome) == (Verdict.NOT_INSPECTED, Reason.NOT_FINITE)
    assert outcome.record.findings == ()


@pytest.mark.parametrize("trigger", [0, 1, 3])
def test_only_the_next_trigger_is_accepted(inspector, frame, trigger, detector):
    inspector.inspect(frame(1))
    with pytest.raises(CameraError, match="came after 1"):
        inspector.inspect(frame(trigger))
    assert (inspector.inspected, detector.calls) == (1, 1)
    assert inspector.inspect(frame(2)).verdict.frame.trigger == 2


def test_a_new_arming_counts_from_one_under_its_own_session(inspector, frame):
    inspector.inspect(frame(1))
    inspector.begin(session=6)
    assert inspector.inspect(frame(1)).verdict.frame == FrameKey(6, 1)
    inspector.begin(session=0)
    with pytest.raises(CameraError):
        inspector.inspect(frame(1))


def test_with_picture_only_adds_the_picture(inspector, frame):
    record = inspector.inspect(frame(1)).record
    kept = with_picture(record, (12, 16), "ng")
    assert (kept.picture, kept.kept_as, kept.frame) == ((12, 16), "ng", record.frame)
