"""Colour and words of the banner."""

from __future__ import annotations

import pytest
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QApplication

from station.core.domain import Health
from station.gui.situation import Matter, Situation
from station.gui.state_banner import StateBanner
from station.gui.style import HEALTH_COLOUR, PANEL


@pytest.mark.parametrize("health", [Health.FAILURE, Health.CHECK, Health.MAINTENANCE])
def test_the_banner_has_colour_only_for_the_abnormal(shown, health):
    banner = shown(StateBanner(), 1000, 70)
    banner.show_situation(Situation(Matter.PRODUCING, Health.GOOD))
    assert banner.grab().toImage().pixelColor(990, 35) == QColor(PANEL)
    banner.show_situation(Situation(Matter.ERROR, health, "why", "Call the integrator."))
    assert banner.grab().toImage().pixelColor(990, 35) == QColor(HEALTH_COLOUR[health])
    assert banner.headline.text() == "Error – all parts rejected"
    assert banner.advice.text() == "why — Call the integrator."


def test_the_banner_follows_the_language(shown, english):
    banner = shown(StateBanner(), 1000, 70)
    banner.show_situation(Situation(Matter.READY, Health.CHECK))
    english.switch("ja")
    QApplication.processEvents()
    assert banner.headline.text() == "準備完了(生産停止中)"
