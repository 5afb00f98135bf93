"""Exit codes and sentences of `python -m station.gui`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from station.gui import __main__ as program
from station.gui import screenshots
from station.gui.made_up import Scene, good


def test_a_wrong_configuration_is_one_sentence_and_exit_code_2(tmp_path, capsys):
    file = tmp_path / "station.toml"
    file.write_text('[gui]\nlanguag = "ja"\n')
    assert program.main(["--config", str(file)]) == 2
    said = capsys.readouterr().err
    assert "did you mean 'gui.language'" in said
    assert said.count("\n") == 1


def test_no_display_is_one_sentence_and_exit_code_2(monkeypatch, capsys):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert program.main([]) == 2
    assert "there is no display" in capsys.readouterr().err


def test_screenshots_name_their_files(qapp, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(screenshots, "all_scenes", lambda: (Scene("run-ok", good()),))
    assert program.main(["--screenshots", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(tmp_path, number):
    file = tmp_path / "station.toml"
    file.write_text(f'[station]\nrun_dir = "{tmp_path}"\n')
    ready = f"""
import sys
from station.gui import __main__ as program
program.notify = lambda state: print(state, flush=True)
sys.exit(program.main(["--config", {str(file)!r}]))
"""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen([sys.executable, "-c", ready], stdout=subprocess.PIPE, env=environment, text=True) as window:
        assert window.stdout.readline() == "READY=1\n"
        window.send_signal(number)
        assert window.wait(20) == 0
