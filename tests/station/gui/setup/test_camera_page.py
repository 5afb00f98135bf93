"""The newest picture is measured once; the best sharpness is kept while somebody focuses."""

from __future__ import annotations

import time

import msgspec
import pytest

from station.core.domain import Health
from station.gui.made_up import StillLink, good
from station.gui.news import Evidence, StationNews
from station.gui.setup.camera_page import CameraPage
from station.gui.setup.picture_quality import measure


@pytest.fixture
def page(shown, english):
    made = shown(CameraPage(StillLink(good())), 1150, 540)
    made.link = made._link
    made.show_news()
    return made


def values(page) -> dict[str, str]:
    return {a.text(): b.text() for a, b in zip(page.figures.names, page.figures.values, strict=True)}


def blurred(evidence: Evidence) -> Evidence:
    frame = evidence.frame
    grey = bytes([100]) * len(frame.pixels)
    return Evidence(evidence.showing, frame._replace(pixels=grey))


def test_figures_of_the_picture(page):
    quality, frame = page.quality, page.link.news.live.frame
    found = values(page)
    assert found["Picture"] == f"{frame.width} × {frame.height}"
    assert found["Mean grey"] == f"{quality.mean:.1f}"
    assert found["Sharpness"] == found["Best sharpness here"] == f"{quality.focus:.0f}"
    assert found["Camera state"] == "Good"


def test_the_best_sharpness_stays_until_somebody_comes_anew(page):
    best = page.quality.focus
    page.link.news.live = blurred(page.link.news.live)
    page.show_news()
    assert values(page)["Sharpness"] == "0"
    assert values(page)["Best sharpness here"] == f"{best:.0f}"
    page.entered()
    assert values(page)["Best sharpness here"] == "0"


def test_what_the_engine_says_of_the_light_is_shown(page):
    assert page.hint.text().startswith("Sharpness is measured in the middle (512 × 512 px)")
    worn = {"light": Health.MAINTENANCE, "light_detail": "20% darker than the golden parts"}
    page.link.news.status = msgspec.structs.replace(page.link.news.status, **worn)
    page.show_news()
    assert values(page)["Light, lens"] == "Maintenance"
    assert page.hint.text() == "20% darker than the golden parts"


def test_a_picture_is_measured_once(page, monkeypatch):
    monkeypatch.setattr("station.gui.setup.camera_page.measure", lambda _: pytest.fail("measured again"))
    page.show_news()


def test_without_a_picture_nothing_is_claimed(shown, english):
    made = shown(CameraPage(StillLink(StationNews())), 1150, 540)
    made.show_news()
    assert values(made)["Mean grey"] == "–"
    assert made.histogram.quality is None


def test_measuring_leaves_time_for_25_frames_a_second():
    frame = good().live.frame
    costs = []
    for _ in range(5):
        begin = time.thread_time()
        measure(frame)
        costs.append(time.thread_time() - begin)
    assert min(costs) < 0.020
