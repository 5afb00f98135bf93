"""Colours that can be read."""

from __future__ import annotations

import pytest
from PyQt6.QtGui import QColor

from station.core.domain import Health
from station.gui.style import HEALTH_COLOUR, INK, MUTED, PANEL, VERDICT_COLOUR, ink_on, sheet


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2 contrast ratio, 1 to 21."""

    def luminance(colour: QColor) -> float:
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.getRgbF()[:3]]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("fill", [*VERDICT_COLOUR.values(), *HEALTH_COLOUR.values()])
def test_large_words_on_every_fill_have_contrast(fill):
    assert contrast(QColor(fill), ink_on(fill)) >= 3.0


@pytest.mark.parametrize("ink", [INK, MUTED])
def test_small_words_on_the_panel_have_contrast(ink):
    assert contrast(QColor(PANEL), QColor(ink)) >= 4.5


def test_the_sheet_grows_and_colours_only_the_abnormal():
    assert "min-height: 72px" in sheet(1.0)
    assert "min-height: 108px" in sheet(1.5)
    assert f'health="{Health.GOOD.value}"' not in sheet(1.0)
