"""How long the recorder needs to answer the window's questions over a journal of a million parts.

    pytest -m long -s tests/benchmarks/test_journal_questions.py

A million parts within seven days, 3 % NG, 1 % border, 20,000 labels. Bar: three seconds each; a thread answers,
which holds no record up.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from station.core.config import StationConfig
from station.core.counting import AskStatistics
from station.core.reviewing import AskDefectModes, AskParts
from station.recorder.clerk import ANSWERS
from station.recorder.journal import JournalWriter
from station.recorder.reading import JournalReader
from station.recorder.room import Room
from station.recorder.rows import STAGES
from station.recorder.upgrading import prepare_journal

PARTS = 1_000_000
NOW = 1_790_000_000.0
WEEK = 604_800.0


def fill(path: Path) -> None:
    stages = ", ".join(STAGES)
    with sqlite3.connect(path) as database:
        database.execute(
            f"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {PARTS})
            INSERT INTO part (key, part, boot, session, trigger, verdict, reason, acknowledged, score, score_limit,
                              {stages}, time, recipe, lot, mode)
            SELECT '00a1-' || i, i, 1, 7, i, iif(i % 33 = 0, 'reject', 'pass'),
                   iif(i % 33 = 0, 'finding', iif(i % 100 = 1, 'border', 'clean')), 1, (i % 977) / 977.0, 1.0,
                   {", ".join(f"i * 1000 + {place} * 5000000" for place in range(len(STAGES)))},
                   {NOW - WEEK} + i * {WEEK / PARTS}, 'ring 1', 'lot ' || (i / 50000), 'production'
            FROM n
            """
        )
        database.execute(
            "INSERT INTO label (part_key, label, defect_mode, user, time) "
            "SELECT key, 'true_reject', 'mode ' || (part % 7), 'ann', time FROM part WHERE verdict = 'reject' "
            "LIMIT 20000"
        )
    database.close()


@pytest.mark.long
def test_a_million_parts(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    prepare_journal(path)
    fill(path)
    questions = [
        AskStatistics(period="shift"),
        AskStatistics(period="week"),
        AskStatistics(period="week", lot="lot 7"),
        AskParts(since=NOW - 86_400),
        AskParts(),
        AskParts(which="border", unlabelled=False),
        AskParts(which="all", part=4711, unlabelled=False),
        AskDefectModes(),
    ]
    slowest = 0.0
    with JournalWriter(path) as writer, JournalReader(path, tmp_path) as reader:
        room = Room(StationConfig(), reader, writer, tmp_path, b"", wall=lambda: NOW)
        for question in questions:
            begin = time.perf_counter()
            ANSWERS[type(question)](room, question)
            took = time.perf_counter() - begin
            slowest = max(slowest, took)
            print(f"{took * 1e3:8.1f} ms  {question}")
    assert slowest < 3.0
