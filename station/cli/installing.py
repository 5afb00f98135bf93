"""`saiken install`, `uninstall`: the station's services on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from station.cli.parser import add

if TYPE_CHECKING:
    from station.cli.parser import Commands, Parser


def add_install(commands: Commands) -> None:
    parser = add(
        commands,
        "install",
        "put the systemd units, users, udev rules and an example configuration in place, explaining each step",
        "  saiken install --dry-run\n  sudo saiken install\n  saiken install --root image/",
    )
    _add_where(parser)
    parser.set_defaults(run=_install)


def add_uninstall(commands: Commands) -> None:
    parser = add(
        commands,
        "uninstall",
        "stop the station and remove what install put there; configuration, journal and pictures stay",
        "  saiken uninstall --dry-run\n  sudo saiken uninstall",
    )
    _add_where(parser)
    parser.add_argument("--purge", action="store_true", help="remove configuration, journal and pictures too")
    parser.set_defaults(run=_uninstall)


def _add_where(parser: Parser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    parser.add_argument("--root", type=Path, default=Path("/"), metavar="DIR", help="below this directory (/)")


def _install(options: argparse.Namespace) -> int:
    from station.desk.install import install

    return install(options.root, options.dry_run)


def _uninstall(options: argparse.Namespace) -> int:
    from station.desk.install import uninstall

    return uninstall(options.root, options.dry_run, options.purge)
