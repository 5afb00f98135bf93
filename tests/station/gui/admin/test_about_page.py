"""About: versions and what the line says it runs on."""

from __future__ import annotations

from station.gui.admin.about_page import AboutPage
from station.gui.made_up import good
from station.gui.news import StationNews


def test_values_with_and_without_a_line(shown, english):
    page = shown(AboutPage(), 900, 500)
    page.show_news(good())
    texts = [value.text() for value in page._values]
    assert texts[0].startswith("Saiken ")
    assert texts[1:4] == ["flange-SK204", "onnxruntime", "SCHED_FIFO 50, memory locked"]
    page.show_news(StationNews())
    assert [value.text() for value in page._values][1:4] == ["–"] * 3
