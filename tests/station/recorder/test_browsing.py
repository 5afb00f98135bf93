"""Stored parts for the window: filters, pages, labels, pictures that are there and pictures that are gone."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from station.core.config import StationConfig
from station.core.domain import Reason, Verdict
from station.core.message import Command, Refusal
from station.core.messages import InspectionRecord, PartRecord
from station.core.reviewing import AskDefectModes, AskPart, AskParts, DefectModes, Parts, StoredPart
from station.recorder.browsing import answer_defect_modes, answer_part, answer_parts
from station.recorder.journal import JournalWriter
from station.recorder.labelling import label
from station.recorder.reading import JournalReader
from station.recorder.room import Room

NG = {"verdict": Verdict.REJECT, "reason": Reason.FINDING, "score": 3.0}
BORDER = {"reason": Reason.BORDER, "score": 0.95}


@pytest.fixture
def room(
    *,
    writer: JournalWriter,
    reader: JournalReader,
    config: StationConfig,
    part: Callable[..., PartRecord],
    inspection: Callable[..., InspectionRecord],
    tmp_path: Path,
) -> Room:
    """Ten parts: 3 and 7 are NG, 5 is border, 9 was not inspected; 7 has an inspection and a picture."""
    kinds = {3: NG, 5: BORDER, 7: NG, 9: {"verdict": Verdict.NOT_INSPECTED, "reason": Reason.LATE}}
    lots = {n: "A" if n < 6 else "B" for n in range(1, 11)}
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "x.png").write_bytes(b"PNG")
    picture = dict.fromkeys(("sha256", "kept_as"), "ng") | dict.fromkeys(("bytes", "height", "width", "time"), 3)
    writer.commit(
        [*(part(n, lot=lots[n], **kinds.get(n, {})) for n in range(1, 11)), inspection(7)],
        [picture | {"session": 7, "trigger": 7, "path": "x.png"}],
    )
    return Room(config, reader, writer, tmp_path / "pictures", b"", wall=lambda: 9.0)


def numbers(room: Room, **wanted: object) -> list[int]:
    reply, _ = answer_parts(room, AskParts(1, **wanted))  # type: ignore[arg-type]
    assert isinstance(reply, Parts)
    return [one.part for one in reply.parts]


def say(room: Room, key: str, value: str) -> None:
    assert label(room, Command("label", "ann", "operator", key, value)).done


def test_filters(room: Room) -> None:
    assert numbers(room) == [7, 5, 3]
    assert numbers(room, which="ng") == [7, 3]
    assert numbers(room, which="border") == [5]
    assert numbers(room, which="all") == list(range(10, 0, -1))
    assert numbers(room, which="all", part=9) == [9]
    assert numbers(room, lot="A") == [5, 3]
    assert numbers(room, since=1_700_000_006.0) == [7]


def test_pages(room: Room) -> None:
    reply, _ = answer_parts(room, AskParts(1, "all", limit=4))
    assert isinstance(reply, Parts)
    assert [one.part for one in reply.parts] == [10, 9, 8, 7]
    assert numbers(room, which="all", limit=4, before_id=reply.parts[-1].id) == [6, 5, 4, 3]


def test_nobody_gets_more_than_a_page_by_asking_for_less_than_none(room: Room) -> None:
    assert numbers(room, which="all", limit=-1) == []
    say(room, "0001-3", "true_reject:dent")
    assert answer_defect_modes(room, AskDefectModes(1, -1))[0] == DefectModes(1, ())


def test_what_is_labelled_leaves_the_queue_and_the_newest_label_counts(room: Room) -> None:
    say(room, "0001-7", "true_reject:scratch")
    say(room, "0001-7", "false_reject")
    reply, _ = answer_parts(room, AskParts(1))
    assert isinstance(reply, Parts)
    assert ([one.part for one in reply.parts], reply.waiting) == ([5, 3], 2)
    reply, _ = answer_parts(room, AskParts(1, unlabelled=False))
    assert isinstance(reply, Parts)
    assert [(one.part, one.label) for one in reply.parts] == [(7, "false_reject"), (5, ""), (3, "")]


def test_one_part_with_its_findings_and_picture(room: Room) -> None:
    reply, picture = answer_part(room, AskPart(1, "0001-7"))
    assert isinstance(reply, StoredPart)
    assert reply.line is not None
    assert (reply.line.part, len(reply.findings), reply.cleared, reply.kept) == (7, 2, 1, True)
    assert picture is not None
    assert os.pread(picture, 10, 0) == b"PNG"
    os.close(picture)
    assert reply.ledger.acknowledged_ns > 0


def test_a_picture_that_is_gone_is_none(room: Room) -> None:
    (room.pictures / "x.png").unlink()
    reply, picture = answer_part(room, AskPart(1, "0001-7"))
    assert isinstance(reply, StoredPart)
    assert (reply.kept, picture) == (False, None)
    reply, picture = answer_part(room, AskPart(1, "0001-9"))
    assert isinstance(reply, StoredPart)
    assert (reply.kept, picture, reply.findings) == (False, None, ())


def test_an_unknown_part_is_refused(room: Room) -> None:
    assert answer_part(room, AskPart(1, "x")) == (Refusal(1, "the journal knows no part 'x'"), None)


def test_defect_modes_by_how_often(room: Room) -> None:
    for key, mode in (("0001-3", "dent"), ("0001-5", "scratch"), ("0001-7", "scratch"), ("0001-9", "old")):
        say(room, key, f"true_reject:{mode}")
    say(room, "0001-9", "unsure")
    reply, _ = answer_defect_modes(room, AskDefectModes(1))
    assert reply == DefectModes(1, ("scratch", "dent"))
