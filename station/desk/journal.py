"""`saiken journal` and `saiken timing`: the journal for a person at a terminal, or for a script."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import msgspec

from station.core.domain import Verdict
from station.core.messages import PartRecord
from station.desk.summary import STAGES_SHOWN
from station.recorder.reading import JournalReader

SHORT = {Verdict.PASS: "OK", Verdict.REJECT: "NG", Verdict.NOT_INSPECTED: "--"}


def show_parts(file: Path, pictures: Path, last: int, verdict: str | None, as_json: bool) -> int:
    """Print the newest `last` parts, the newest last."""
    with JournalReader(file, pictures) as journal:
        parts = journal.parts(verdict=Verdict(verdict) if verdict else None, limit=last)[::-1]
        if as_json:
            for part in parts:
                sys.stdout.write(msgspec.json.encode(part).decode() + "\n")
            return 0
        print(f"{'key':<22}{'time':<21}{'verdict':<9}{'reason':<18}{'score':>9}{'limit':>9}  picture")
        for part in parts:
            print(_line(journal, part))
        counts = journal.counts()
    print(f"{counts.parts} parts: {counts.passed} OK, {counts.rejected} NG, {counts.not_inspected} not inspected")
    return 0


def show_timing(file: Path, pictures: Path, as_json: bool) -> int:
    """Print percentiles of every stage; "capture" is the end of the exposure."""
    with JournalReader(file, pictures) as journal:
        stages = journal.latencies()
    if as_json:
        print(json.dumps({stage: times._asdict() for stage, times in stages.items()}, indent=2))
        return 0
    print(f"{'time in ms':<30}{'parts':>7}{'p50':>9}{'p95':>9}{'p99':>9}{'p99.9':>9}{'max':>9}")
    for stage, times in stages.items():
        numbers = "".join(f"{value:>9.1f}" for value in times[1:])
        print(f"{STAGES_SHOWN.get(stage, stage):<30}{times.parts:>7}{numbers}")
    return 0


def _line(journal: JournalReader, part: PartRecord) -> str:
    picture = journal.picture(part.frame) if part.frame else None
    where = "" if picture is None else "(deleted)" if picture.deleted else str(picture.path)
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(part.time))
    return (
        f"{part.key:<22}{moment:<21}{SHORT[part.verdict]:<9}{part.reason.value:<18}"
        f"{part.score:>9.3f}{part.limit:>9.3f}  {where}".rstrip()
    )
