"""`saiken install`, `saiken uninstall`: the station's units and rules on this machine, each step in one line.

    systemd/*.service, *.target -> /etc/systemd/system       sysusers, tmpfiles, udev, sysctl -> their directories
    systemd/station.toml, plc-port.rules -> /etc, only where none is: what the integrator wrote there stays

With `root` (another directory than /) files are put below it and no command runs: for images, and to look first.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from station.core.errors import StationError

UNITS = (
    "saiken-line.service",
    "saiken-engine.service",
    "saiken-recorder.service",
    "saiken-gui.service",
    "saiken.target",
)
RULES = {
    "sysusers.conf": "etc/sysusers.d/saiken.conf",
    "tmpfiles.conf": "etc/tmpfiles.d/saiken.conf",
    "udev.rules": "etc/udev/rules.d/70-saiken.rules",
    "sysctl.conf": "etc/sysctl.d/70-saiken.conf",
}
OWN = {  # the integrator's: written once, then never touched
    "station.toml": "etc/saiken/station.toml",
    "plc-port.rules": "etc/udev/rules.d/71-saiken-plc-port.rules",
}
_PYTHON = "/opt/saiken/bin/python"  # as the unit files name it
_UNIT_DIR = "etc/systemd/system"
_TRIGGERED = " ".join(f"--subsystem-match={name}" for name in ("tty", "usb", "usb-serial", "video4linux"))
_HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # from the units, by ProtectHome= and PrivateTmp=


class InstallError(StationError):
    """A step of the installation failed."""

    advice = "What was done before it stands; mend the cause and run the same command again."


@dataclass(frozen=True)
class Step:
    """One thing to do, and how it is told."""

    text: str
    do: Callable[[], None]


def install(root: Path, dry_run: bool) -> int:
    """Put everything in place; a second run changes nothing more.

    Raises:
        InstallError: not root, or a step failed.
    """
    _refuse_if_not_allowed(root, dry_run, "install")
    return _perform(list(_install_steps(_sources(), root)), dry_run)


def uninstall(root: Path, dry_run: bool, purge: bool) -> int:
    """Remove what `install` put there. Configuration, journal and pictures stay, unless `purge`: then those go too.

    Raises:
        InstallError: not root, or a step failed.
    """
    _refuse_if_not_allowed(root, dry_run, "uninstall")
    return _perform(list(_uninstall_steps(root, purge)), dry_run)


def _install_steps(sources: Path, root: Path) -> Iterator[Step]:
    if root == Path("/"):
        yield Step(f"see that the services can run {sys.executable}", partial(see_visible, Path(sys.executable)))
    for name in UNITS:
        text = (sources / name).read_text(encoding="utf-8").replace(_PYTHON, sys.executable)
        yield _write(root / _UNIT_DIR / name, text, "unit")
    for name, target in RULES.items():
        yield _write(root / target, (sources / name).read_text(encoding="utf-8"), name.partition(".")[0])
    yield Step(f"directory {root / 'etc/saiken/keys'}: who may sign a recipe", lambda: _keys(root))
    for name, target in OWN.items():
        if (root / target).exists():
            yield Step(f"{root / target} is there and stays as it is", lambda: None)
        else:
            yield _write(root / target, (sources / name).read_text(encoding="utf-8"), "example, to be adapted")
    if root == Path("/"):
        yield _command("systemd-sysusers", "make users saiken and saiken-gui")
        yield _command("systemd-tmpfiles --create saiken.conf", "make /run/saiken and /var/lib/saiken")
        yield _command("udevadm control --reload", "read the udev rules")
        yield _command(f"udevadm trigger --action=change {_TRIGGERED}", "apply them to what is plugged in")
        yield _command("sysctl -q -p /etc/sysctl.d/70-saiken.conf", "larger receive buffers for GigE cameras")
        yield _command("systemctl daemon-reload", "read the units")
        yield _command("systemctl enable saiken-line saiken-engine saiken-recorder saiken.target", "start at power-on")


def _uninstall_steps(root: Path, purge: bool) -> Iterator[Step]:
    here = root == Path("/")
    there = [name for name in UNITS if (root / _UNIT_DIR / name).exists()]
    if here and there:
        yield _command(f"systemctl disable --now {' '.join(there)}", "stop the station; the PLC rejects all parts")
    for target in [*(f"{_UNIT_DIR}/{name}" for name in UNITS), *RULES.values()]:
        yield _remove(root / target)
    if here:
        yield _command("systemctl daemon-reload", "forget the units")
        yield _command("udevadm control --reload", "forget the udev rules")
    for kept in filter(Path.exists, (root / "etc/saiken", root / OWN["plc-port.rules"], root / "var/lib/saiken")):
        if purge:
            yield Step(f"remove {kept} with all that is in it", partial(_purge, kept))
        else:
            yield Step(f"{kept} stays (--purge removes it)", lambda: None)


def _perform(steps: list[Step], dry_run: bool) -> int:
    for number, step in enumerate(steps, 1):
        print(f"{'would: ' if dry_run else ''}{number:>2}/{len(steps)} {step.text}")
        if not dry_run:
            try:
                step.do()
            except (OSError, subprocess.CalledProcessError) as error:
                raise InstallError(f"step {number} ({step.text}): {error}") from error
    return 0


def _write(path: Path, text: str, what: str) -> Step:
    def do() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.part")
        temporary.write_text(text, encoding="utf-8")
        temporary.chmod(0o644)
        temporary.replace(path)

    return Step(f"write {path} ({what})", do)


def _remove(path: Path) -> Step:
    return Step(f"remove {path}", lambda: path.unlink(missing_ok=True))


def _command(line: str, why: str) -> Step:
    def do() -> None:
        subprocess.run(shlex.split(line), check=True)

    return Step(f"{line}: {why}", do)


def _purge(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def see_visible(python: Path) -> None:
    """The units run the interpreter as another user who sees no home directory.

    Raises:
        InstallError: it, or what its links lead to, is where the units cannot see it.
    """
    for place in (python.absolute(), python.resolve()):
        if hidden := [folder for folder in _HIDDEN if place.is_relative_to(folder)]:
            raise InstallError(
                f"{python} leads to {place}, and services see nothing below {hidden[0]}: "
                "make the environment below /opt (python3 -m venv /opt/saiken) and run its `saiken install`"
            )


def _keys(root: Path) -> None:
    (root / "etc/saiken/keys").mkdir(parents=True, exist_ok=True, mode=0o755)


def _sources() -> Path:
    """The folder with the unit files: of the checkout, or where the wheel put it."""
    places = (Path(__file__).parents[2] / "systemd", Path(sys.prefix) / "share/saiken/systemd")
    for place in places:
        if (place / UNITS[0]).exists():
            return place
    raise InstallError(f"the unit files are neither in {places[0]} nor in {places[1]}: install saiken again")


def _refuse_if_not_allowed(root: Path, dry_run: bool, command: str) -> None:
    if not dry_run and root == Path("/") and os.geteuid() != 0:
        raise InstallError(f"saiken {command} writes below /etc: run `sudo {sys.argv[0]} {command}`, or add --dry-run")
