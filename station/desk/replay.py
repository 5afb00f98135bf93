"""`saiken replay PART`: judge a recorded part again from its stored frame, and compare every number bit for bit."""

from __future__ import annotations

import struct
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from station.core.config import EngineSection, load_config
from station.core.domain import Finding, Reason, Verdict
from station.core.errors import ConfigError, NotInspectedError, StorageError
from station.core.messages import InspectionRecord, PartRecord
from station.engine.inspector import Detecting, reason_of
from station.engine.task import open_task
from station.recorder.reading import JournalReader, open_journal

# The detector's own answers; the others (late, lost ...) are the engine's, from circumstances that are gone.
JUDGED = frozenset(
    {
        Reason.CLEAN,
        Reason.BORDER,
        Reason.FINDING,
        Reason.LOGICAL,
        Reason.OVERFLOW,
        Reason.NOT_REGISTERED,
        Reason.WRONG_FRAME,
    }
)


@dataclass(frozen=True)
class Replay:
    """Then and now. `differences` names each number that is not bit-equal."""

    key: str
    bundle_then: str
    bundle_now: str
    lossless: bool  # sampled good parts are stored as JPEG: their scores cannot be bit-equal
    verdict_then: str
    verdict_now: str
    score_then: float
    score_now: float
    findings: int
    differences: tuple[str, ...]

    @property
    def bit_equal(self) -> bool:
        """Every score, distance and place is the same, and so is the verdict."""
        return not self.differences


def report(part: str, config_file: Path, bundle: Path | None, as_json: bool) -> int:
    """Print the comparison; 0 = every score is bit-equal, 1 = not.

    Raises:
        ConfigError: no such part, no stored frame, or nothing was scored then.
        BundleError: the bundle is refused.
        StorageError: journal or picture cannot be read.
    """
    config = load_config(config_file)
    section = msgspec.structs.replace(config.engine, bundle=str(bundle)) if bundle else config.engine
    with open_journal(config) as journal:
        replay = replay_part(journal, part, section)
    if as_json:
        print(msgspec.json.encode({**asdict(replay), "bit_equal": replay.bit_equal}).decode())
    else:
        _print(replay)
    return 0 if replay.bit_equal else 1


def replay_part(journal: JournalReader, part: str, section: EngineSection) -> Replay:
    """Judge the part's stored frame by the bundle of `section`. Raises: see `report`."""
    record = find_part(journal, part)
    then = journal.inspection(record.frame) if record.frame else None
    if then is None or record.frame is None:
        raise ConfigError(f"part {record.key}: the engine saw no frame of it (reason: {record.reason.value})")
    if then.reason not in JUDGED:
        raise ConfigError(f"part {record.key}: nothing was scored then (reason: {then.reason.value})")
    stored = journal.picture(record.frame)
    if stored is None or stored.deleted is not None:
        raise ConfigError(f"part {record.key}: its picture {'was deleted' if stored else 'was not kept'}; try another")
    task = open_task(section)
    now = _judge(task.detector, _read(stored.path), then)
    return Replay(
        key=record.key,
        bundle_then=then.bundle_sha256,
        bundle_now=task.bundle_sha256,
        lossless=stored.path.suffix == ".png",
        verdict_then=_verdict(then),
        verdict_now=_verdict(now),
        score_then=then.score,
        score_now=now.score,
        findings=len(then.findings),
        differences=tuple(differences(then, now)),
    )


def find_part(journal: JournalReader, part: str) -> PartRecord:
    """The part with this key, or the newest with this number.

    Raises:
        ConfigError: the journal has no such part.
    """
    record = journal.part_by_key(part)
    if record is None and part.isdigit():
        record = next(iter(journal.part(int(part))), None)
    if record is None:
        raise ConfigError(f"the journal has no part '{part}'; `saiken journal` lists keys and numbers")
    return record


def differences(then: InspectionRecord, now: InspectionRecord) -> list[str]:
    """Names of all that is not bit-equal."""
    found = [name for name in ("verdict", "reason", "cleared") if getattr(then, name) != getattr(now, name)]
    found += [name for name in ("score", "limit") if not _same_bits(getattr(then, name), getattr(now, name))]
    if len(then.findings) != len(now.findings):
        return [*found, f"number of findings ({len(then.findings)} then, {len(now.findings)} now)"]
    for index, (old, new) in enumerate(zip(then.findings, now.findings, strict=True), 1):
        found += [f"finding {index}: {name}" for name in _finding_differences(old, new)]
    return found


def _finding_differences(old: Finding, new: Finding) -> list[str]:
    found = [name for name in ("box", "confirmed", "golden") if getattr(old, name) != getattr(new, name)]
    return found + [
        name for name in ("z", "distance", "score") if not _same_bits(getattr(old, name), getattr(new, name))
    ]


def _judge(detector: Detecting, frame: NDArray[np.uint8], then: InspectionRecord) -> InspectionRecord:
    """What the detector says now, as the engine would have recorded it."""
    change = msgspec.structs.replace
    try:
        answer = detector.inspect(frame)
    except NotInspectedError as error:
        refused = Verdict.NOT_INSPECTED
        return change(then, verdict=refused, reason=error.reason, score=0.0, limit=0.0, findings=(), cleared=0)
    return change(
        then,
        verdict=answer.verdict,
        reason=reason_of(answer),
        score=answer.score,
        limit=answer.limit,
        findings=answer.findings,
        cleared=answer.cleared,
    )


def _read(path: Path) -> NDArray[np.uint8]:
    frame = cv2.imread(str(path), cv2.IMREAD_UNCHANGED) if path.is_file() else None
    if frame is None:
        raise StorageError(f"{path}: the stored picture is missing or damaged")
    return np.asarray(frame, np.uint8)


def _same_bits(old: float, new: float) -> bool:
    return struct.pack("<d", old) == struct.pack("<d", new)


def _verdict(record: InspectionRecord) -> str:
    return f"{record.verdict.name} ({record.reason.value})"


def _print(replay: Replay) -> None:
    print(f"part {replay.key}")
    print(f"  then: {replay.verdict_then}, score {replay.score_then!r}, bundle {replay.bundle_then[:12]}")
    print(f"  now:  {replay.verdict_now}, score {replay.score_now!r}, bundle {replay.bundle_now[:12]}")
    if replay.bit_equal:
        print(f"  every score of {replay.findings} candidates is bit-equal")
        return
    print(f"  NOT bit-equal: {', '.join(replay.differences)}")
    if not replay.lossless:
        print("  the picture of this good part was stored as JPEG, so this is no surprise")
