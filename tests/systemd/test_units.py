"""The units as they are installed: systemd itself finds nothing to complain about, and they are shut in well."""

from __future__ import annotations

import configparser
import re
import shutil
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
def test_users_and_directories_are_understood(tmp_path: Path) -> None:
    install(tmp_path, dry_run=False)
    command = ["systemd-sysusers", "--dry-run", f"--root={tmp_path}", str(tmp_path / RULES["sysusers.conf"])]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    made = [line.split()[0] for line in (SYSTEMD / "tmpfiles.conf").read_text().splitlines() if line[:1].isalpha()]
    assert set(made) == {"d"}


def test_every_user_and_group_of_the_units_is_made() -> None:
    users = set(re.findall(r"^u (\S+)", (SYSTEMD / "sysusers.conf").read_text(), re.MULTILINE))
    wanted = {unit(name)["Service"]["User"] for name in UNITS if name.endswith(".service")}
    assert wanted <= users
