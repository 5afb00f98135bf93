"""Logged out at rest, by a clock that the test moves; any touch or key starts the time anew."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from station.gui.made_up import StillLink, good
from station.gui.rest import LogOutAtRest


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def link(qapp) -> StillLink:
    made = StillLink(good())
    made.news.user, made.news.role = "ann", "supervisor"
    return made


def test_who_has_gone_is_logged_out(link, clock):
    rest = LogOutAtRest(link, 600, clock)
    clock.now = 599.0
    rest.look()
    assert link.news.user == "ann"
    clock.now = 600.0
    rest.look()
    assert (link.news.user, link.news.role) == ("", "operator")


def test_a_key_starts_the_time_anew(link, clock, shown, qtbot):
    widget, rest = shown(QWidget()), LogOutAtRest(link, 600, clock)
    clock.now = 500.0
    qtbot.keyClick(widget, Qt.Key.Key_A)
    clock.now = 1099.0
    rest.look()
    assert link.news.user == "ann"
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
    clock.now = 1699.0
    rest.look()
    assert link.news.user == ""


def test_never_means_never(link, clock):
    rest = LogOutAtRest(link, 0, clock)
    clock.now = 1e9
    rest.look()
    assert link.news.user == "ann"


def test_how_long_is_left(link, clock):
    rest = LogOutAtRest(link, 600, clock)
    clock.now = 555.0
    assert rest.left_s == 45.0
    link.log_out()
    assert rest.left_s == float("inf")
