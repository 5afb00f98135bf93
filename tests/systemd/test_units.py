"""The units as they are installed: systemd itself finds nothing to complain about, and they are shut in well."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from station.desk.install import RULES, UNITS, install

SYSTEMD = Path(__file__).parents[2] / "systemd"
# systemd runs on no CI machine; what can be asked without it is asked of its own tools.
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as `saiken install` writes them; cage stands for itself where it is not installed."""
    install(tmp_path, dry_run=False)
    folder = tmp_path / "etc/systemd/system"
    kiosk = folder / "saiken-gui.service"
    kiosk.write_text(kiosk.read_text().replace("/usr/bin/cage", shutil.which("cage") or "/bin/true"))
    return folder


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(SYSTEMD / name)
    return parser


def entries(file: Path) -> dict[str, list[str]]:
    """Lines of /etc/passwd or /etc/group by their first field."""
    return {line.split(":")[0]: line.split(":") for line in file.read_text().splitlines()}


@needs_systemd
def test_systemd_finds_nothing_wrong(units: Path) -> None:
    files = [str(units / name) for name in UNITS]
    result = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize(("name", "most"), [("line", 1.0), ("engine", 2.0), ("recorder", 2.0)])
def test_exposure_stays_low(units: Path, name: str, most: float) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(units / f"saiken-{name}.service")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", result.stdout)
    assert found, result.stdout + result.stderr
    assert float(found[1]) <= most


@pytest.mark.parametrize(("name", "seconds"), [("line", "1s"), ("engine", "5s")])
def test_watchdogs_are_those_of_the_plan(name: str, seconds: str) -> None:
    service = unit(f"saiken-{name}.service")["Service"]
    assert (service["Type"], service["WatchdogSec"], service["Restart"], service["RestartSec"]) == (
        "notify",
        seconds,
        "always",
        "200ms",
    )


@pytest.mark.parametrize("name", ["line", "engine", "recorder"])
def test_a_station_never_gives_up_and_uses_one_thread_a_library(name: str) -> None:
    parser = unit(f"saiken-{name}.service")
    assert parser["Unit"]["StartLimitIntervalSec"] == "0"
    assert {"OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1"} <= set(parser["Service"]["Environment"].split())


def test_only_the_line_is_real_time() -> None:
    line = unit("saiken-line.service")["Service"]
    assert (line["CPUSchedulingPolicy"], line["CPUSchedulingPriority"], line["LimitMEMLOCK"]) == (
        "fifo",
        "50",
        "infinity",
    )
    assert "RestrictRealtime" not in line
    for name in ("engine", "recorder"):
        assert unit(f"saiken-{name}.service")["Service"]["RestrictRealtime"] == "yes"


def test_the_line_has_no_network_and_writes_no_code() -> None:
    line = unit("saiken-line.service")["Service"]
    assert (line["PrivateNetwork"], line["RestrictAddressFamilies"]) == ("yes", "AF_UNIX")
    assert line["MemoryDenyWriteExecute"] == "yes"


@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="systemd-sysusers is not installed")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give directories to users")
def test_users_and_directories_are_made(tmp_path: Path) -> None:
    install(tmp_path, dry_run=False)
    subprocess.run(["systemd-sysusers", f"--root={tmp_path}", str(tmp_path / RULES["sysusers.conf"])], check=True)
    subprocess.run(["systemd-tmpfiles", "--create", f"--root={tmp_path}", "saiken.conf"], check=True)
    users, groups = entries(tmp_path / "etc/passwd"), entries(tmp_path / "etc/group")
    line, window, shared = int(users["saiken"][2]), int(users["saiken-gui"][2]), int(groups["saiken"][2])
    assert "saiken-gui" in groups["saiken"][3].split(",")
    for name, mode, owner in (
        ("run/saiken", 0o770, line),
        ("var/lib/saiken", 0o750, line),
        ("etc/saiken/keys", 0o755, 0),
    ):
        made = (tmp_path / name).stat()
        assert (stat.S_IMODE(made.st_mode), made.st_uid) == (mode, owner)
    assert (tmp_path / "run/saiken").stat().st_gid == shared
    assert (tmp_path / "run/saiken-gui").stat().st_uid == window


def test_every_group_of_the_units_is_made() -> None:
    members = set(re.findall(r"^m saiken +(\S+)", (SYSTEMD / "sysusers.conf").read_text(), re.MULTILINE))
    for name in ("line", "engine"):  # a unit with an unknown group does not start
        assert set(unit(f"saiken-{name}.service")["Service"]["SupplementaryGroups"].split()) <= members


def test_every_user_of_the_units_is_made() -> None:
    users = set(re.findall(r"^u (\S+)", (SYSTEMD / "sysusers.conf").read_text(), re.MULTILINE))
    wanted = {unit(name)["Service"]["User"] for name in UNITS if name.endswith(".service")}
    assert wanted <= users
