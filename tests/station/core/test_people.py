"""Names and secrets, and who manages whom."""

from __future__ import annotations

import pytest

from station.core.authority import NOBODY, ROLES
from station.core.people import LONGEST_NAME, LONGEST_SECRET, MANAGES, check_name, check_secret


@pytest.mark.parametrize("name", ["", " ann", "ann ", "a\nb", "x" * (LONGEST_NAME + 1)])
def test_bad_names(name: str) -> None:
    assert "1 to 32 printable characters" in check_name(name)


def test_good_names() -> None:
    assert check_name("花子") == check_name("Ann B.") == ""


@pytest.mark.parametrize(
    ("secret", "role", "fault"),
    [
        ("1234", "operator", ""),
        ("123", "operator", "at least 4 digits"),
        ("１２３４", "operator", "at least 8 characters"),  # digits of another script are no PIN
        ("abcd", "operator", "at least 8 characters"),
        ("1234", "supervisor", "at least 8 characters"),
        ("correct horse", "integrator", ""),
        ("x" * (LONGEST_SECRET + 1), "engineer", "at most 128"),
    ],
)
def test_secrets(secret: str, role: str, fault: str) -> None:
    assert fault in check_secret(secret, role) if fault else check_secret(secret, role) == ""


def test_an_integrator_manages_everybody_and_nobody_manages_above() -> None:
    assert MANAGES["integrator"] == set(ROLES)
    assert MANAGES["supervisor"] == {"operator"}


def test_nobody_is_no_name() -> None:
    assert check_name(NOBODY) == "'not logged in' is nobody's name"
