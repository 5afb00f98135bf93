"""`saiken user` on the command line: what is missing is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.cli import WRONG_INPUT, main


def test_a_name_is_needed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "station.toml"
    file.write_text("")
    assert main(["user", "add", "--config", str(file)]) == WRONG_INPUT
    assert "whose? Give the person's name" in capsys.readouterr().err


def test_unknown_roles_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["user", "add", "ann", "--role", "visitor"])
    assert "invalid choice: 'visitor'" in capsys.readouterr().err
