"""`saiken install`: every step is told, a dry run does nothing, what belongs to people stays."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from station.core.config import load_config
from station.desk.install import RULES, UNITS, InstallError, install, uninstall


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_dry_run_explains_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert install(tmp_path, dry_run=True) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("would: ") for line in lines)
    assert any("saiken-line.service" in line for line in lines)
    assert files(tmp_path) == set()


def test_puts_everything_in_place(tmp_path: Path) -> None:
    install(tmp_path, dry_run=False)
    units = {f"etc/systemd/system/{name}" for name in UNITS}
    assert files(tmp_path) == units | set(RULES.values()) | {"etc/saiken/station.toml"}
    assert (tmp_path / "etc/saiken/keys").is_dir()
    assert load_config(tmp_path / "etc/saiken/station.toml").line.port == "/dev/station/plc"
    line = (tmp_path / "etc/systemd/system/saiken-line.service").read_text()
    assert f"ExecStart={sys.executable} -m station.line " in line


def test_twice_is_once_and_the_configuration_belongs_to_the_integrator(tmp_path: Path) -> None:
    install(tmp_path, dry_run=False)
    config = tmp_path / "etc/saiken/station.toml"
    config.write_text("# mine\n")
    before = files(tmp_path)
    install(tmp_path, dry_run=False)
    assert files(tmp_path) == before
    assert config.read_text() == "# mine\n"


def test_uninstall_leaves_configuration_and_journal_unless_purged(tmp_path: Path) -> None:
    install(tmp_path, dry_run=False)
    journal = tmp_path / "var/lib/saiken/journal.sqlite"
    journal.parent.mkdir(parents=True)
    journal.write_text("")
    uninstall(tmp_path, dry_run=False, purge=False)
    assert files(tmp_path) == {"etc/saiken/station.toml", "var/lib/saiken/journal.sqlite"}
    uninstall(tmp_path, dry_run=False, purge=True)
    assert files(tmp_path) == set()


def test_a_step_that_fails_is_named(tmp_path: Path) -> None:
    (tmp_path / "etc").write_text("a file where a directory must be")
    with pytest.raises(InstallError, match=r"step 1 \(write .*saiken-line\.service"):
        install(tmp_path, dry_run=False)


def test_not_root_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(InstallError, match=r"run `sudo .* install`, or add --dry-run"):
        install(Path("/"), dry_run=False)
    assert install(Path("/"), dry_run=True) == 0
