"""Geometry of the overlay, and what is said when there is no picture."""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QColor

from station.core.ring import RingFrame
from station.gui import made_up
from station.gui.news import Evidence
from station.gui.run.live_picture import FrameFit, LivePicture, grey_image
from station.gui.style import DARK, VERMILLION

GREY = RingFrame(1, 100, 200, 1, 0, bytes([90]) * 20_000)


def evidence(*findings, frame=GREY, slot_sequence=1) -> Evidence:
    showing = made_up.good().live.showing
    return Evidence(msgspec.structs.replace(showing, findings=findings, slot_sequence=slot_sequence), frame)


def box(x, y, width, height, confirmed=True):
    outline = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    made = made_up.finding(made_up.Blemish("dent", 0, 0), 5.0, confirmed)
    return msgspec.structs.replace(made, outline=tuple((float(a), float(b)) for a, b in outline))


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        (QRectF(0, 0, 400, 200), FrameFit(2.0, 0.0, 0.0)),
        (QRectF(0, 0, 400, 400), FrameFit(2.0, 0.0, 100.0)),
        (QRectF(0, 0, 600, 100), FrameFit(1.0, 200.0, 0.0)),
    ],
)
def test_the_frame_fits_evenly_and_lies_in_the_middle(area, expected):
    assert FrameFit.of(200, 100, area) == expected


def test_corners_go_from_frame_to_widget():
    polygon = FrameFit(2.0, 10.0, 100.0).place([(0, 0), (50, 25)])
    assert [polygon.at(0), polygon.at(1)] == [QPointF(10, 100), QPointF(110, 150)]


def test_rows_that_are_no_multiple_of_four_are_not_slanted():
    image = grey_image(RingFrame(1, 2, 3, 0, 0, bytes([1, 2, 3, 4, 5, 6])))
    assert [[image.pixelColor(x, y).red() for x in range(3)] for y in range(2)] == [[1, 2, 3], [4, 5, 6]]


def test_a_confirmed_outline_is_drawn_where_the_finding_is(shown):
    picture = shown(LivePicture(legend=False), 400, 200)
    picture.show_evidence(evidence(box(50, 25, 50, 50)))
    image = picture.grab().toImage()
    edge = image.pixelColor(100, 100)  # smoothed, so nearly vermillion
    assert edge.red() - edge.blue() > 120
    assert image.pixelColor(150, 100) == QColor(90, 90, 90)  # untouched inside
    assert image.pixelColor(300, 100) == QColor(90, 90, 90)


def test_a_cleared_outline_is_not_vermillion(shown):
    picture = shown(LivePicture(legend=False), 400, 200)
    picture.show_evidence(evidence(box(50, 25, 50, 50, confirmed=False)))
    image = picture.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(95, 106) for y in range(50, 150)}
    assert QColor(VERMILLION).name() not in colours
    assert len(colours) > 1  # yet something is drawn


def test_a_lost_frame_shows_no_older_picture(shown):
    picture = shown(LivePicture(legend=False), 400, 200)
    picture.show_evidence(evidence())
    picture.show_evidence(evidence(frame=None, slot_sequence=0))
    assert picture.grab().toImage().pixelColor(5, 5) == QColor(DARK)


def test_an_overwritten_frame_keeps_the_older_picture_without_foreign_outlines(shown):
    picture = shown(LivePicture(legend=False), 400, 200)
    picture.show_evidence(evidence())
    picture.show_evidence(evidence(box(50, 25, 50, 50), frame=None))
    image = picture.grab().toImage()
    assert image.pixelColor(100, 100) == image.pixelColor(300, 100) == QColor(90, 90, 90)


def test_without_the_engine_the_picture_is_dimmed(shown):
    picture = shown(LivePicture(), 400, 200)
    one = evidence()
    picture.show_evidence(one)
    before = picture.grab().toImage().pixelColor(300, 20).lightness()
    picture.show_evidence(one, connected=False)
    assert picture.grab().toImage().pixelColor(300, 20).lightness() < before
    picture.show_evidence(one, connected=True)
    assert picture.grab().toImage().pixelColor(300, 20).lightness() == before
