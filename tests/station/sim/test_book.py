from __future__ import annotations

from pathlib import Path

import pytest

from station.sim.book import Book, GateReason, PartFate, Totals, load_book


def fate(index: int, bad: bool, passed: bool) -> PartFate:
    why = GateReason.PASSED if passed else GateReason.REJECT_WORD
    return PartFate(index, "scratch" if bad else "good", bad, index, 77, passed, why, index * 10, index * 10 + 5)


def test_totals_count_both_kinds_of_mistake() -> None:
    book = Book()
    for index, (bad, passed) in enumerate([(False, True), (False, False), (True, False), (True, True), (True, False)]):
        book.enter(fate(index + 1, bad, passed))
    assert book.totals() == Totals(parts=5, passed=2, rejected=3, bad_total=3, bad_passed=1, good_rejected=1)


def test_an_empty_book() -> None:
    assert Book().totals() == Totals()


def test_no_part_reaches_the_gate_twice() -> None:
    book = Book()
    book.enter(fate(1, False, True))
    with pytest.raises(ValueError, match="part 1"):
        book.enter(fate(1, False, True))


def test_what_is_saved_is_read_back_and_nothing_else_is_left(tmp_path: Path) -> None:
    book = Book()
    book.enter(fate(1, True, False))
    book.save(tmp_path / "book.json")
    book.enter(fate(2, False, True))
    book.save(tmp_path / "book.json")
    assert load_book(tmp_path / "book.json") == book.pages()
    assert [path.name for path in tmp_path.iterdir()] == ["book.json"]
