"""The canary: known pictures get their known verdicts, or somebody hears of it."""

from __future__ import annotations

from station.core.domain import Verdict
from station.core.errors import RuntimeFaultError
from station.engine.canary import Canary, KnownPicture


def test_pictures_take_turns(task, detector):
    canary = Canary(detector, task.known)
    assert len(canary) == 2
    assert [canary.check() for _ in range(4)] == [""] * 4
    assert detector.calls == 4


def test_a_wrong_verdict_is_told_with_the_picture(detector, picture, bad):
    canary = Canary(detector, [KnownPicture(picture(), Verdict.PASS), KnownPicture(picture(bad), Verdict.PASS)])
    assert canary.check() == ""
    assert "golden picture 1 is REJECT, it must be PASS" in canary.check()


def test_a_failing_network_is_told(task, detector):
    detector.raises = [RuntimeFaultError("no answer")]
    assert "no answer" in Canary(detector, task.known).check()
