# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours and sizes: grey and quiet, colour only for what is abnormal (ISA-101), Okabe-Ito's palette for colour.

Sizes are pixels at 1280 x 800 and grow with the window. Signal colours never stand alone: shape and word go along.
"""

from __future__ import annotations

from PyQt6.QtGui import QColor

from station.core.domain import Health, Verdict

TOUCH_PX = 72  # 15 mm at 120 dpi: the smallest target for a gloved finger
TEXT_PX = 17  # ordinary text
BASE_WIDTH, BASE_HEIGHT = 1280, 800

GREEN, SKY, BLUE = "#009E73", "#56B4E9", "#0072B2"
VERMILLION, ORANGE, YELLOW = "#D55E00", "#E69F00", "#F0E442"
BACK, PANEL, EDGE, GHOST = "#DDE1E4", "#EEF0F2", "#B4BCC3", "#CDD3D8"
INK, MUTED, DARK, WHITE = "#1B2329", "#535E68", "#202326", "#FFFFFF"

VERDICT_COLOUR = {Verdict.PASS: GREEN, Verdict.REJECT: VERMILLION, Verdict.NOT_INSPECTED: YELLOW}
HEALTH_COLOUR = {  # NE 107: failure red, check orange, out of specification yellow, maintenance blue
    Health.GOOD: MUTED,
    Health.MAINTENANCE: BLUE,
    Health.OUT_OF_SPECIFICATION: YELLOW,
    Health.CHECK: ORANGE,
    Health.FAILURE: VERMILLION,
}
_DARK_FILLS = {GREEN, BLUE, VERMILLION, MUTED}


def ink_on(fill: str) -> QColor:
    """White or black, whichever is read better on `fill`."""
    return QColor(WHITE if fill in _DARK_FILLS else INK)


def scale_for(width: int, height: int) -> float:
    """How much larger than at 1280 x 800 everything is drawn, in steps of 0.05."""
    fit = min(width / BASE_WIDTH, height / BASE_HEIGHT)
    return max(1.0, int(fit * 20) / 20)


def sheet(scale: float) -> str:
    """The window's style sheet."""

    def px(size: float) -> str:
        return f"{round(size * scale)}px"

    fills = "".join(
        f'StateBanner[health="{health.value}"] {{ background: {fill}; border-color: {fill}; }}'
        f'StateBanner[health="{health.value}"] QLabel {{ color: {ink_on(fill).name()}; }}'
        for health, fill in HEALTH_COLOUR.items()
        if health is not Health.GOOD
    )
    return f"""
    QWidget {{ font-family: "Noto Sans CJK JP", "Noto Sans", "DejaVu Sans"; font-size: {px(TEXT_PX)}; color: {INK}; }}
    StationWindow, Screen {{ background: {BACK}; }}
    QLabel {{ background: transparent; }}
    QLabel[role="brand"] {{ font-size: {px(22)}; font-weight: bold; }}
    QLabel[role="muted"] {{ color: {MUTED}; }}
    QLabel[role="title"] {{ font-size: {px(24)}; font-weight: bold; }}
    QLabel[role="caption"] {{ font-weight: bold; }}
    QLabel[role="headline"] {{ font-size: {px(34)}; font-weight: bold; }}
    QLabel[role="advice"] {{ font-size: {px(19)}; }}
    QLabel[role="count"] {{ font-size: {px(28)}; font-weight: bold; }}
    StateBanner, Panel {{ background: {PANEL}; border: 1px solid {EDGE}; border-radius: {px(6)}; }}
    StateBanner {{ min-height: {px(62)}; }}
    {fills}
    QPushButton {{ background: {PANEL}; border: 2px solid {EDGE}; border-radius: {px(6)}; padding: 0px {px(10)};
        min-height: {px(TOUCH_PX)}; min-width: {px(TOUCH_PX)}; font-size: {px(22)}; font-weight: bold; }}
    QPushButton:pressed, QPushButton:checked {{ background: {GHOST}; border-color: {INK}; }}
    QPushButton:disabled {{ color: #98A2AA; border-color: {GHOST}; background: {BACK}; }}
    QPushButton:focus {{ border: 3px solid {BLUE}; }}
    QPushButton[wanted="true"] {{ border-color: {INK}; background: {WHITE}; }}
    QPushButton[plain="true"] {{ font-size: {px(TEXT_PX)}; min-width: {px(96)}; }}
    QPushButton[tile="true"] {{ min-width: {px(200)}; min-height: {px(96)}; }}
    QPushButton[rail="true"] {{ font-size: {px(16)}; padding: 0px {px(2)}; }}
    QPushButton[rail="true"]:checked {{ background: {WHITE}; border-color: {INK}; border-left-width: {px(8)}; }}
    #rail {{ min-width: {px(96)}; max-width: {px(96)}; background: transparent; }}
    QTableWidget {{ background: {PANEL}; alternate-background-color: #E5E9EC; border: 1px solid {EDGE};
        selection-background-color: {WHITE}; selection-color: {INK}; }}
    QTableWidget::item {{ padding: 0px 8px; }}
    QTableWidget::item:selected {{ border-top: 2px solid {INK}; border-bottom: 2px solid {INK}; }}
    QHeaderView::section {{ background: {BACK}; color: {MUTED}; border: none; padding: 4px 8px; font-weight: bold; }}
    QLineEdit {{ background: {WHITE}; border: 2px solid {EDGE}; border-radius: {px(6)}; min-height: {px(56)};
        padding: 0px {px(10)}; font-size: {px(26)}; }}
    QLineEdit:focus {{ border: 3px solid {BLUE}; }}
    #beside {{ min-width: {px(410)}; max-width: {px(410)}; }}
    #side {{ min-width: {px(376)}; max-width: {px(376)}; }}
    """
