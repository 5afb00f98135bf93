"""What a check of `saiken doctor` found, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from station.core.domain import Health

_MARKS = {Health.GOOD: "ok", Health.MAINTENANCE: "note", Health.FAILURE: "FAIL"}


class Finding(NamedTuple):
    """What one check found."""

    check: str
    health: Health
    text: str
    advice: str = ""


def show(findings: Iterable[Finding]) -> None:
    """One line per check, with advice below it."""
    for found in findings:
        print(f"{_MARKS[found.health]:<6}{found.check:<14}{found.text}")
        if found.advice:
            print(f"{'':<20}{found.advice}")


def as_table(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """For JSON."""
    return [{**found._asdict(), "health": found.health.value} for found in findings]


def exit_code(findings: Iterable[Finding]) -> int:
    """0 = nothing failed, 1 = something did."""
    return 1 if any(found.health is Health.FAILURE for found in findings) else 0
