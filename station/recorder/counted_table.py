"""How production went as a table: what the Statistics screen shows, as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import get_args

from station.core.authority import NOBODY
from station.core.counting import AskStatistics, Period, Statistics
from station.core.message import Command, CommandResult
from station.recorder.counting import answer_statistics
from station.recorder.room import Room, told
from station.recorder.support import support_folder
from station.recorder.table_file import Cell, write_table

KEPT = 20  # tables on the station; what they say stays in the journal
_HEADERS = (
    "from",
    "to",
    "parts",
    "passed",
    "rejected",
    "not_inspected",
    "mean_score_of_passed",
    "capture_to_plc_p50_ms",
    "capture_to_plc_p99_ms",
)


def export_statistics(room: Room, command: Command) -> CommandResult:
    """Write `statistics-<period>-<time>.csv` beside the support bundles: stretches of time, then defects.

    `command.what` is the period, `command.value` the lot, "" = all.

    Raises:
        StorageError: the disk refuses, or the journal cannot be read.
    """
    if command.user == NOBODY:
        return CommandResult(command.action, False, "log in first")
    periods: tuple[Period, ...] = get_args(Period)
    period = next((one for one in periods if one == command.what), None)
    if period is None:
        return CommandResult(command.action, False, f"{command.what!r} is no period; use {', '.join(periods)}")
    reply, _ = answer_statistics(room, AskStatistics(period=period, lot=command.value))
    if not isinstance(reply, Statistics) or not reply.buckets:
        return CommandResult(command.action, False, "no parts in this time; nothing was written")
    moment = datetime.fromtimestamp(reply.until, timezone.utc)
    path = support_folder(room.config) / f"statistics-{period}-{moment:%Y%m%dT%H%M%SZ}.csv"
    write_table(path, _rows(reply), KEPT, f"statistics-{period}-*.csv")
    told(room, "command", f"statistics written to {path.name}", command.user)
    return CommandResult(command.action, True, str(path))


def _rows(reply: Statistics) -> Iterator[Sequence[Cell]]:
    yield _HEADERS
    for one in reply.buckets:
        end = min(one.time + reply.bucket_s, reply.until)
        counts = (one.parts, one.passed, one.rejected, one.parts - one.inspected)
        score = round(one.score, 6) if one.passed else ""
        times = (round(one.p50_ms, 3), round(one.p99_ms, 3)) if one.p50_ms else ("", "")
        yield (_clock(one.time), _clock(end), *counts, score, *times)
    yield ()
    yield "defect", "parts"
    yield from reply.pareto
    yield ()
    yield "cleared_over_detections_of_all_lots", reply.cleared


def _clock(seconds: float) -> str:
    """Local time with its offset from UTC."""
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")
