"""`saiken io` shows what the line sends, asks it to hold an output, and says when there is no line."""

from __future__ import annotations

import getpass
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.core.channel import Channel, Listener
from station.core.message import Command, CommandResult
from station.core.messages import Signals
from station.core.plc_map import Word
from station.desk import io

SLOTS = ((16, 0), (17, int(Word.PASS)), (18, int(Word.REJECT)), *[(0, 0)] * 13)
SIGNALS = Signals(3.5, 7, 18, 9000, 12, 17, 0b11, 5, 3, 0x4711, 88, 8, 0x4711, 1, 0, SLOTS, ("stop-belt",))


class Line(threading.Thread):
    """A line process that sends its signals, and refuses or does what is asked."""

    def __init__(self, path: Path) -> None:
        super().__init__(name="line", daemon=True)
        self._listener = Listener(path)
        self._over = threading.Event()
        self.asked: list[Command] = []

    def run(self) -> None:
        channels: list[Channel] = []
        while not self._over.wait(0.02):
            while (channel := self._listener.accept()) is not None:
                channels.append(channel)
            for channel in channels:
                channel.send(SIGNALS)
                if isinstance(message := channel.receive(), Command):
                    self.asked.append(message)
                    done = message.role == "integrator"
                    channel.send(CommandResult("force", done, "gate held for 5 s" if done else "not by you"))
        for channel in channels:
            channel.close()
        self._listener.close()

    def end(self) -> None:
        self._over.set()
        self.join()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "station.toml"
    file.write_text(f'[station]\nrun_dir = "{tmp_path}"\n')
    return file


@pytest.fixture
def line(config: Path) -> Iterator[Line]:
    line = Line(config.parent / "line.sock")
    line.start()
    yield line
    line.end()


def test_shows_both_directions_in_words(line: Line, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert io.show(config, once=True, as_json=False) == 0
    text = capsys.readouterr().out
    for words in ("COUNT             18", "bin full, air low", "8 CONTINUOUS_EXECUTION", "stop the belt", "00004711"):
        assert words in text
    assert "SLOT  1           part 17: PASS" in text
    assert "SLOT  2           part 18: REJECT" in text
    assert text.rstrip().endswith("HELD BY HAND: stop-belt")


def test_before_the_first_answer_nothing_is_made_up() -> None:
    nothing = Signals(-1.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, ((0, 0),) * 16, ())
    text = io.board(nothing)
    assert "no answer since the link came up" in text
    assert "COUNT" not in text


def test_json_for_a_script(line: Line, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    io.show(config, once=True, as_json=True)
    assert json.loads(capsys.readouterr().out)["ack_part"] == 17


def test_asks_the_line_to_hold_an_output(line: Line, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert io.force(config, "gate", 5.0, "integrator") == 0
    assert line.asked == [Command("force", getpass.getuser(), "integrator", "gate", seconds=5.0)]
    assert capsys.readouterr().out == "gate held for 5 s\n"


def test_a_refusal_is_told_and_is_a_finding(line: Line, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert io.force(config, "gate", 5.0, "operator") == 1
    assert capsys.readouterr().err == "not by you\n"


def test_no_line_is_a_clear_sentence(config: Path) -> None:
    with pytest.raises(io.LineSilentError, match=r"line\.sock"):
        io.show(config, once=True, as_json=False)
