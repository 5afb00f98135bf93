"""What people say about parts, and the questions that bring stored parts to the window."""

from __future__ import annotations

from typing import Literal

import msgspec

from station.core.domain import Finding, Ledger, Reason, Verdict
from station.core.message import Question, Reply

LABELS: dict[str, str] = {
    "false_reject": "a good part that was rejected",
    "true_reject": "a bad part, rightly rejected",
    "missed": "a bad part that passed",
    "unsure": "a person cannot tell",
}
LONGEST_MODE = 64  # characters of a defect mode's name
MOST_PARTS = 100  # in one reply
MANY = 100  # waiting parts are counted up to here

Which = Literal["ng", "border", "queue", "all"]
"""ng: rejected for what was seen. border: passed close to the limit. queue: both. all: every part."""


class PartLine(msgspec.Struct, frozen=True):
    """One part in a list. `id` counts the parts of this journal and is what pages are turned by."""

    id: int
    key: str
    part: int
    time: float
    verdict: Verdict
    reason: Reason
    score: float
    limit: float
    recipe: str
    lot: str
    label: str = ""  # newest, "" = none
    defect_mode: str = ""


class AskParts(Question, frozen=True):
    """Parts, newest first; only those that came before `before_id`, if that is not 0."""

    which: Which = "queue"
    unlabelled: bool = True
    part: int = 0  # only this photo-eye count, 0 = any
    lot: str = ""  # only this lot, "" = any
    since: float = 0.0  # seconds since 1970
    before_id: int = 0
    limit: int = MOST_PARTS


class Parts(Reply, frozen=True):
    """`waiting`: how many parts of the queue nobody has labelled, counted up to MANY."""

    parts: tuple[PartLine, ...] = ()
    waiting: int = 0


class AskPart(Question, frozen=True):
    """One part by its key, with its picture if that is still there."""

    key: str = ""


class StoredPart(Reply, frozen=True):
    """All that the journal has. `findings` and `cleared` are empty for a part that nobody inspected."""

    line: PartLine | None = None
    ledger: Ledger = Ledger()
    findings: tuple[Finding, ...] = ()
    cleared: int = 0
    kept: bool = False  # a picture came with this reply


class AskDefectModes(Question, frozen=True):
    """Names of defect modes that people have given, the most frequent first."""

    limit: int = 8


class DefectModes(Reply, frozen=True):
    """See `AskDefectModes`."""

    names: tuple[str, ...] = ()


def label_value(label: str, defect_mode: str = "") -> str:
    """The value of command "label"."""
    return f"{label}:{defect_mode}" if defect_mode else label


def read_label(value: str) -> tuple[str, str, str]:
    """(label, defect mode, fault) of a value of command "label"; fault "" = fine."""
    label, _, mode = value.partition(":")
    if label not in LABELS:
        return "", "", f"label '{label}' is unknown; known: {', '.join(LABELS)}"
    if len(mode) > LONGEST_MODE or not mode.isprintable() or mode != mode.strip():
        return "", "", f"a defect mode's name has at most {LONGEST_MODE} printable characters, no blanks at its ends"
    return label, mode, ""
