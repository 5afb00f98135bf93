"""A stored picture: findings over it, words where there is none."""

from __future__ import annotations

from PyQt6.QtGui import QColor, QImage

from station.gui.made_up import bad
from station.gui.review.picture import StoredPicture
from station.gui.style import VERMILLION


def colours(widget) -> set[str]:
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(0, image.height(), 2)}


def test_findings_are_drawn_over_the_picture(shown):
    picture = shown(StoredPicture(), 500, 400)
    grey = QImage(1280, 1024, QImage.Format.Format_Grayscale8)
    grey.fill(QColor("#808080"))
    picture.show_picture(grey, bad().live.showing.findings, "")
    assert picture.shows
    assert VERMILLION in colours(picture)
    picture.show_picture(grey, (), "")
    assert VERMILLION not in colours(picture)


def test_words_where_there_is_none(shown):
    picture = shown(StoredPicture(), 500, 400)
    bare = picture.grab().toImage()
    picture.show_picture(QImage(), (), "No picture")
    assert not picture.shows
    assert picture.grab().toImage() != bare
