"""`saiken journal` and `saiken timing`: the journal for a person at a terminal, or for a script."""

from __future__ import annotations

import json
import math
import sys
import time
from collections import Counter
from pathlib import Path

import msgspec

from station.core.domain import Verdict
from station.core.messages import PartRecord
from station.desk.summary import STAGES_SHOWN
from station.recorder.reading import JournalReader, Margins

SHORT = {Verdict.PASS: "OK", Verdict.REJECT: "NG", Verdict.NOT_INSPECTED: "--"}
_WIDTHS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 10_000.0)  # ms, of a bin


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
    """Print percentiles of every stage and the margin before the deadline; "capture" is the end of the exposure."""
    with JournalReader(file, pictures) as journal:
        stages, margins = journal.latencies(), journal.margins()
    if as_json:
        times = {stage: found._asdict() for stage, found in stages.items()}
        margin = {"bins": _bins(margins.left_ms), "unacknowledged": margins.unacknowledged}
        print(json.dumps({"stages_ms": times, "margin_ms": margin}, indent=2))
        return 0
    print(f"{'time in ms':<30}{'parts':>7}{'p50':>9}{'p95':>9}{'p99':>9}{'p99.9':>9}{'max':>9}")
    for stage, found in stages.items():
        numbers = "".join(f"{value:>9.1f}" for value in found[1:])
        print(f"{STAGES_SHOWN.get(stage, stage):<30}{found.parts:>7}{numbers}")
    _show_margins(margins)
    return 0


def _show_margins(margins: Margins) -> None:
    """A bar for each bin; the longest is 40 signs."""
    print("\nleft before the deadline when the PLC acknowledged, ms")
    bins = _bins(margins.left_ms)
    most = max((count for _, _, count in bins), default=1)
    for low, high, count in bins:
        print(f"{low:>8.0f} ..{high:>6.0f}{count:>8}  {'█' * math.ceil(40 * count / most)}")
    if margins.unacknowledged:
        print(f"{'never acknowledged':<18}{margins.unacknowledged:>6}  the PLC rejected these by itself")


def _bins(left_ms: list[float]) -> list[tuple[float, float, int]]:
    """(from, to, count) of ascending values: about ten bins of a round width; 0 is always an edge, empty ones stay."""
    if not left_ms:
        return []
    span = max(left_ms[-1] - left_ms[0], 1.0)
    width = next(width for width in _WIDTHS if span / width <= 12 or width == _WIDTHS[-1])
    counts = Counter(math.floor(value / width) for value in left_ms)
    return [(n * width, (n + 1) * width, counts[n]) for n in range(min(counts), max(counts) + 1)]


def _line(journal: JournalReader, part: PartRecord) -> str:
    picture = journal.picture(part.frame) if part.frame else None
    where = "" if picture is None else "(deleted)" if picture.deleted else str(picture.path)
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(part.time))
    return (
        f"{part.key:<22}{moment:<21}{SHORT[part.verdict]:<9}{part.reason.value:<18}"
        f"{part.score:>9.3f}{part.limit:>9.3f}  {where}".rstrip()
    )
