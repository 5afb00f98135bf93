"""Every code that another process can send has words."""

from __future__ import annotations

import pytest

from station.core import errors
from station.core.domain import Health, Reason, Verdict
from station.gui import wording
from station.gui.situation import Matter
from station.gui.why.timing import STAGES
from station.line import operation, status, stop_memory, supervision


def error_classes(base: type[errors.StationError]) -> list[type[errors.StationError]]:
    here = [kind for kind in base.__subclasses__() if kind.__module__ == errors.__name__]
    return [base, *(below for kind in here for below in error_classes(kind))]


def test_the_advice_of_every_error_and_cause_is_known():
    of_errors = {kind.advice for kind in error_classes(errors.StationError)}
    of_the_line = {*supervision.ADVICE, *operation.ADVICE, *status.ADVICE, *stop_memory.ADVICE}
    assert of_errors | of_the_line == set(wording.KNOWN_ADVICE)


@pytest.mark.parametrize("code", ["en", "ja"])
def test_every_code_has_its_own_words(english, code):
    english.switch(code)
    for words in (
        [*(wording.verdict_word(verdict) for verdict in Verdict), wording.verdict_word(Verdict.PASS, border=True)],
        [wording.reason_words(reason) for reason in Reason],
        [wording.health_word(health) for health in Health],
        [wording.headline(matter) for matter in Matter],
        [wording.stage_word(name) for name, _ in STAGES],
    ):
        assert all(words)
        assert len(set(words)) == len(words)
    assert all(wording.advice(matter) for matter in Matter)


def test_no_verdict_is_a_dash(english):
    assert wording.verdict_word(None) == "–"


def test_advice_of_the_process_wins_and_is_translated(english):
    english.switch("ja")
    assert wording.advice(Matter.ERROR, "Call the integrator.") == "設備担当者に連絡してください。"
    assert wording.advice(Matter.ERROR) == "原因を取り除き、「確認」を押してください。"


def test_outcome_names_the_button(english):
    assert wording.outcome_words("start", "refused") == "Start: refused"
