"""Verdicts: only a proven PASS does not reject."""

from __future__ import annotations

import pytest

from station.core.domain import Finding, Ledger, Reason, Verdict


def test_everything_but_pass_rejects() -> None:
    assert {verdict: verdict.rejects for verdict in Verdict} == {
        Verdict.PASS: False,
        Verdict.REJECT: True,
        Verdict.NOT_INSPECTED: True,
    }


def test_words_are_unique_and_lower_case() -> None:
    for words in ([one.value for one in Verdict], [one.value for one in Reason]):
        assert len(set(words)) == len(words)
        assert all(word == word.lower() for word in words)


def test_nothing_was_reached_yet() -> None:
    assert {getattr(Ledger(), name) for name in Ledger.__struct_fields__} == {0}


def test_findings_cannot_be_changed() -> None:
    finding = Finding((0, 0, 8, 8), (), z=1.0, distance=1.0, score=1.0, confirmed=True, golden=0)
    with pytest.raises(AttributeError):
        finding.confirmed = False  # type: ignore[misc]
