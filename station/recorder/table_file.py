"""A table as a CSV file that a spreadsheet reads as it was meant."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from station.core.errors import StorageError
from station.recorder.whole_file import keep_last, whole_file

Cell = str | int | float
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would calculate


def write_table(path: Path, rows: Iterable[Sequence[Cell]], keep: int, kin: str) -> None:
    """Write `rows`, the headers first; whole or not at all, UTF-8 with a mark, so that a spreadsheet shows Japanese.

    Of the files beside it that match `kin`, only the `keep` last by name stay.

    Raises:
        StorageError: the folder or the file cannot be written.
    """
    try:
        with whole_file(path) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([_harmless(cell) for cell in row] for row in rows)
        keep_last(path.parent, kin, keep)
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror or error}") from error


def _harmless(cell: Cell) -> Cell:
    """Text that a spreadsheet takes for text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
