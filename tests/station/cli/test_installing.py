"""`saiken install` and `uninstall` from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from station import cli


def test_installs_below_a_directory_and_removes_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(tmp_path)
    assert cli.main(["install", "--root", root, "--dry-run"]) == 0
    assert not list(tmp_path.iterdir())
    assert cli.main(["install", "--root", root]) == 0
    assert (tmp_path / "etc/systemd/system/saiken.target").exists()
    assert cli.main(["uninstall", "--root", root, "--purge"]) == 0
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert "1/12 write" in capsys.readouterr().out
