"""`saiken draw` and the others that look: the command does its work and says where the result is."""

from __future__ import annotations

from pathlib import Path

import pytest

from station import cli


def test_draw_says_how_many_pictures_stand_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["draw", str(tmp_path / "parts"), "--train", "2", "--test", "2"]) == 0
    assert f"     2 {tmp_path / 'parts' / 'train' / 'good'}" in capsys.readouterr().out
