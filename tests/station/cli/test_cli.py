"""`saiken`: help, exit codes, and one clear sentence for every wrong input."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from station import cli
from station.cli import looking
from station.core.errors import PortError, StationError
from station.desk.supervisor import Interrupted


def run(*words: str) -> int:
    """The command's exit code, also where argparse leaves by itself."""
    try:
        return cli.main(words)
    except SystemExit as leaving:
        return int(leaving.code or 0)


@pytest.fixture
def error_text(capsys: pytest.CaptureFixture[str]) -> object:
    return lambda: capsys.readouterr().err


def commands() -> list[str]:
    (choices,) = [action.choices for action in cli.build_parser()._actions if action.choices]
    return list(choices)


def test_has_the_commands_of_the_plan() -> None:
    at_the_line = {"demo", "run", "gui", "doctor", "io", "user", "support", "labels", "install", "uninstall"}
    assert at_the_line | {"replay", "journal", "timing", "bundle", "draw"} == set(commands())


@pytest.mark.parametrize("command", ["", *commands()])
def test_help_has_examples_and_exit_codes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*command.split(), "--help") == 0
    text = capsys.readouterr().out
    assert "examples:\n" in text
    assert "130  interrupted" in text


def test_demo_help_explains_every_fault(capsys: pytest.CaptureFixture[str]) -> None:
    run("demo", "--help")
    text = capsys.readouterr().out
    assert "serial-cut " in text
    assert "tampered-bundle" in text


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out.startswith("saiken ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["dmeo"], "unknown command 'dmeo'; did you mean 'demo'?"),
        (["xyzzy"], "unknown command 'xyzzy'; known: demo, run"),
        ([], "required: COMMAND"),
        (["demo", "--parts", "0"], "'0' must be a whole number of at least 1"),
        (["demo", "--parts", "many"], "'many' must be a whole number of at least 1"),
        (["demo", "--parts", "1.5"], "'1.5' must be a whole number of at least 1"),
        (["demo", "--rate", "1000"], "'1000' must be 0.1 to 100 parts a second"),
        (["demo", "--bad-share", "nan"], "'nan' must be between 0 and 1"),
        (["demo", "--fault", "serial-cuts"], "unknown fault 'serial-cuts'; did you mean 'serial-cut'?"),
        (["demo", "--parts", "5", "--fault", "nan@6", "--headless"], "the run has only 5 parts"),
        (["demo", "--headless", "--bundle", "/nowhere"], "/nowhere: there is no recipe bundle"),
        (["journal", "--config", "/nowhere.toml"], "/nowhere.toml: there is no such file"),
        (["doctor", "--config", "/nowhere.toml"], "/nowhere.toml: there is no such file"),
        (["replay", "1", "--config", "/nowhere.toml"], "/nowhere.toml: there is no such file"),
        (["run", "--config", "/nowhere.toml"], "/nowhere.toml: there is no such file"),
        (["gui", "--config", "/nowhere.toml"], "/nowhere.toml: there is no such file"),
        (["bundle", "show", "/nowhere"], "/nowhere: is no bundle directory"),
        (["draw", "/"], "/: exists already"),
    ],
)
def test_wrong_input_gets_one_sentence_and_code_2(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == cli.WRONG_INPUT
    text = capsys.readouterr().err
    assert sentence in text
    assert "Traceback" not in text
    assert len(text.splitlines()) <= 2


def test_wrong_key_names_file_key_value_and_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "station.toml"
    file.write_text("[line]\nbuad = 9600\n")
    assert run("doctor", "--config", str(file)) == cli.WRONG_INPUT
    assert f"{file}: unknown key 'line.buad' (value 9600); did you mean 'line.baud'?" in capsys.readouterr().err


def test_window_without_a_display(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "station.toml"
    file.write_text("")
    assert run("gui", "--config", str(file)) == cli.WRONG_INPUT


def test_missing_journal_is_a_fault_of_the_disk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("journal", "--journal", str(tmp_path / "none.sqlite")) == cli.FAULT
    assert "there is no journal" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [(PortError("/dev/plc: in use"), cli.FAULT), (StationError("x"), cli.FAULT), (Interrupted("SIGINT"), 130)],
)
def test_what_a_command_raises_becomes_its_exit_code(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_: object) -> int:
        raise error

    monkeypatch.setattr(looking, "_timing", fails)
    assert run("timing") == code
    text = capsys.readouterr().err
    assert str(error) in text or code == cli.INTERRUPTED
    assert getattr(error, "advice", "") in text


def test_reader_that_goes_away_is_no_error(journal: Path) -> None:
    """`saiken journal | head -1`"""
    command = [sys.executable, "-m", "station.cli", "journal", "--journal", str(journal)]
    reading, writing = os.pipe()
    os.close(reading)
    result = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=30)
    os.close(writing)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """An empty one."""
    from station.recorder.upgrading import prepare_journal

    prepare_journal(tmp_path / "journal.sqlite")
    return tmp_path / "journal.sqlite"
