"""Which names a lot may have."""

from __future__ import annotations

from station.line.series import LONGEST_LOT, check_lot


def test_names_of_lots() -> None:
    assert check_lot("2026-11 花") == check_lot("") == check_lot("x" * LONGEST_LOT) == ""
    assert "at most 64" in check_lot("x" * 65)
    assert "cannot be printed" in check_lot("a\nb")
