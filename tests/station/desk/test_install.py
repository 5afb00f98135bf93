"""`saiken install`: every step is told, a dry run does nothing, what belongs to people stays."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from station.core.config import load_config
from station.desk import install as module
from station.desk.install import OWN, RULES, UNITS, InstallError, install, see_visible, uninstall

ORDER = (
    "see that the services can run",
    "write /etc/systemd/system/saiken-line.service",
    "systemd-sysusers",
    "systemd-tmpfiles",
    "udevadm control",
    "udevadm trigger",
    "systemctl daemon-reload",
    "systemctl enable",
)


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
    assert files(tmp_path) == units | set(RULES.values()) | set(OWN.values())
    assert (tmp_path / "etc/saiken/keys").is_dir()
    assert load_config(tmp_path / "etc/saiken/station.toml").line.port == "/dev/station/plc"
    line = (tmp_path / "etc/systemd/system/saiken-line.service").read_text()
    assert f"ExecStart={sys.executable} -m station.line " in line


@pytest.mark.parametrize("own", OWN.values())
def test_twice_is_once_and_what_the_integrator_wrote_stays(tmp_path: Path, own: str) -> None:
    install(tmp_path, dry_run=False)
    (tmp_path / own).write_text("# mine\n")
    before = files(tmp_path)
    install(tmp_path, dry_run=False)
    assert files(tmp_path) == before
    assert (tmp_path / own).read_text() == "# mine\n"


def test_uninstall_leaves_what_belongs_to_people_unless_purged(tmp_path: Path) -> None:
    install(tmp_path, dry_run=False)
    journal = tmp_path / "var/lib/saiken/journal.sqlite"
    journal.parent.mkdir(parents=True)
    journal.write_text("")
    for _ in range(2):  # twice is once
        uninstall(tmp_path, dry_run=False, purge=False)
        assert files(tmp_path) == {*OWN.values(), "var/lib/saiken/journal.sqlite"}
    for _ in range(2):
        uninstall(tmp_path, dry_run=False, purge=True)
        assert files(tmp_path) == set()


def test_on_this_machine_the_commands_follow_the_files() -> None:
    texts = [step.text for step in module._install_steps(Path(__file__).parents[3] / "systemd", Path("/"))]
    order = [next(i for i, text in enumerate(texts) if text.startswith(start)) for start in ORDER]
    assert order == sorted(order)


def test_an_interpreter_that_the_services_cannot_see_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "opt/python3"
    link.parent.mkdir()
    link.symlink_to("/home/someone/.pyenv/bin/python3")
    with pytest.raises(InstallError, match=r"leads to .*see nothing below /.*make the environment below /opt"):
        see_visible(link)
    see_visible(Path("/opt/saiken/bin/python3"))


def test_a_step_that_fails_is_named(tmp_path: Path) -> None:
    (tmp_path / "etc").write_text("a file where a directory must be")
    with pytest.raises(InstallError, match=r"step 1 \(write .*saiken-line\.service"):
        install(tmp_path, dry_run=False)


def test_not_root_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(InstallError, match=r"run `sudo .* install`, or add --dry-run"):
        install(Path("/"), dry_run=False)
    assert install(Path("/"), dry_run=True) == 0
