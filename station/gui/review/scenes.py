# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures to take of the Review screen."""

from __future__ import annotations

from PyQt6.QtCore import QBuffer, QIODevice

from station.core.message import Refusal
from station.core.reviewing import AskDefectModes, AskPart, AskParts, DefectModes, PartLine, Parts, StoredPart
from station.gui.made_up import Replies, Scene, bad, border, good
from station.gui.news import StationNews
from station.gui.run.live_picture import grey_image


def scenes() -> tuple[Scene, ...]:
    """A reject, a border part, one whose picture is gone, none, no recorder."""
    gone = _replies(bad(), "")
    gone[AskPart] = (StoredPart(0, _line(bad(), "")), b"")
    empty: Replies = {AskParts: (Parts(0, (), 0), b"")}
    refused: Replies = {AskParts: (Refusal(0, "the recorder is not there"), b"")}
    return (
        Scene("review-ng", good(), "review", _replies(bad(), "")),
        Scene("review-border-labelled", good(), "review", _replies(border(), "unsure")),
        Scene("review-picture-gone", good(), "review", gone),
        Scene("review-empty", good(), "review", empty),
        Scene("review-no-recorder", good(), "review", refused),
    )


def _replies(news: StationNews, label: str) -> Replies:
    line, live = _line(news, label), news.live
    assert live is not None
    assert live.frame is not None
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    grey_image(live.frame).save(buffer, "PNG")
    stored = StoredPart(0, line, live.showing.ledger, live.showing.findings, live.showing.cleared, True)
    names = DefectModes(0, ("scratch", "dent", "burr", "stain"))
    return {
        AskParts: (Parts(0, (line,) * 7, 37), b""),
        AskPart: (stored, bytes(buffer.data().data())),
        AskDefectModes: (names, b""),
    }


def _line(news: StationNews, label: str) -> PartLine:
    record = news.newest
    assert record is not None
    return PartLine(
        id=record.part,
        key=record.key,
        part=record.part,
        time=record.time,
        verdict=record.verdict,
        reason=record.reason,
        score=record.score,
        limit=record.limit,
        recipe="flange-SK204 3",
        lot="B-2291",
        label=label,
    )
