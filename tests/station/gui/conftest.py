"""Fixtures of the window's tests: Qt without a screen, a fake line and a fake engine on real sockets."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication, QWidget

from station.core.channel import Channel, Listener
from station.core.messages import AnyMessage, Ring
from station.core.ring import FrameRing
from station.gui.language import Language
from station.gui.link import StationLink
from station.gui.style import sheet


class FakeProcess:
    """The other end of one of the link's connections."""

    def __init__(self, meeting_point: Path) -> None:
        self._path = meeting_point
        self._listener: Listener | None = None
        self._channel: Channel | None = None
        self.start()

    def start(self) -> None:
        self._listener = Listener(self._path)

    def meet(self) -> Channel:
        """The connection of the window, which must have polled before."""
        if self._channel is None:
            assert self._listener is not None
            self._channel = self._listener.accept()
        assert self._channel is not None, "the window has not connected"
        return self._channel

    def say(self, *messages: AnyMessage) -> None:
        for message in messages:
            assert self.meet().send(message)

    def die(self) -> None:
        for end in (self._channel, self._listener):
            if end:
                end.close()
        self._channel = self._listener = None


class FakeEngine(FakeProcess):
    """Hands its ring over when it meets the window."""

    def __init__(self, meeting_point: Path) -> None:
        super().__init__(meeting_point)
        self.ring = FrameRing.create(4, 64 * 48)

    def hand_over_ring(self) -> None:
        assert self.meet().send(Ring(48, 64), self.ring.descriptor)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[FakeProcess]:
    process = FakeProcess(tmp_path / "line.sock")
    yield process
    process.die()


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[FakeProcess]:
    process = FakeProcess(tmp_path / "journal.sock")
    yield process
    process.die()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[FakeEngine]:
    process = FakeEngine(tmp_path / "engine.sock")
    yield process
    process.die()
    process.ring.close()


@pytest.fixture
def link(tmp_path: Path) -> Iterator[StationLink]:
    made = StationLink(tmp_path / "line.sock", tmp_path / "engine.sock", tmp_path / "journal.sock", "hana")
    yield made
    made.close()


@pytest.fixture
def english(qapp: QApplication) -> Iterator[Language]:
    """The window's language; English again afterwards."""
    language = Language("en")
    yield language
    language.switch("en")


@pytest.fixture
def shown(qtbot, english: Language) -> Callable[..., QWidget]:
    """Show a widget at a size, with the window's style."""

    def show(widget: QWidget, width: int = 400, height: int = 240) -> QWidget:
        qtbot.addWidget(widget)
        widget.setStyleSheet(sheet(1.0))
        widget.resize(width, height)
        widget.show()
        QApplication.processEvents()
        return widget

    return show
