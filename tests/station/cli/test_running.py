"""`saiken demo`: what the command line becomes; the window opens only where there is a display."""

from __future__ import annotations

import pytest

from station import cli
from station.cli import running
from station.desk import demo
from station.desk.stage import Wishes


@pytest.fixture
def wishes(monkeypatch: pytest.MonkeyPatch) -> list[Wishes]:
    asked: list[Wishes] = []
    monkeypatch.setattr(demo, "run", lambda wish: asked.append(wish) or 0)
    return asked


@pytest.mark.parametrize(("display", "words", "parts"), [("", [], 60), (":0", [], 600), (":0", ["--headless"], 60)])
def test_demo_has_more_parts_with_a_window(
    wishes: list[Wishes], monkeypatch: pytest.MonkeyPatch, display: str, words: list[str], parts: int
) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", display)
    assert running.has_display() is bool(display)
    assert cli.main(["demo", *words]) == 0
    assert (wishes[0].parts, wishes[0].window) == (parts, parts == 600)


def test_demo_speaks_the_dialect_that_is_asked_for(wishes: list[Wishes], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "--headless", "--dialect", "host-link"]) == 0
    assert wishes[0].dialect == "host-link"
    with pytest.raises(SystemExit):
        cli.main(["demo", "--dialect", "fins"])
    assert "'modbus-rtu', 'ascii-line', 'host-link', 'mc-1c', 'mc-3c'" in capsys.readouterr().err
