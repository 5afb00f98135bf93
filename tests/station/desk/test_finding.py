"""Findings are shown with advice below them, and decide the exit code."""

from __future__ import annotations

import pytest

from station.core.domain import Health
from station.desk.finding import Finding, as_table, exit_code, show

FINE = Finding("disk", Health.GOOD, "writable")
NOTE = Finding("real time", Health.MAINTENANCE, "not asked for", "Set it.")
BROKEN = Finding("PLC port", Health.FAILURE, "there is no such port", "Plug it in.")


def test_one_line_each_and_advice_below(capsys: pytest.CaptureFixture[str]) -> None:
    show([FINE, NOTE, BROKEN])
    assert capsys.readouterr().out.splitlines() == [
        "ok    disk          writable",
        "note  real time     not asked for",
        "                    Set it.",
        "FAIL  PLC port      there is no such port",
        "                    Plug it in.",
    ]


def test_table_for_json() -> None:
    row = {"check": "disk", "health": Health.GOOD.value, "text": "writable", "advice": ""}
    assert as_table([FINE]) == [row]


def test_only_a_failure_fails() -> None:
    assert exit_code([FINE, NOTE]) == 0
    assert exit_code([FINE, BROKEN, NOTE]) == 1
