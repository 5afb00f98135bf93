"""`saiken user`, `support`: who may log in at the window; what an engineer far away must know."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from station.cli.parser import add, add_config
from station.core.authority import ROLES

if TYPE_CHECKING:
    from station.cli.parser import Commands


def add_user(commands: Commands) -> None:
    parser = add(
        commands,
        "user",
        "list, add and change the people who may log in at the window; how the first integrator is made",
        "  saiken user list --config station.toml\n"
        "  saiken user add hana --role operator --config station.toml     asks for a PIN\n"
        "  saiken user secret hana --config station.toml                  a new one; ends a lock\n"
        "  saiken user forbid hana --config station.toml                  may not log in any more",
    )
    parser.add_argument("what", choices=("list", "add", "role", "secret", "allow", "forbid"))
    parser.add_argument("name", nargs="?", default="", help="the person's name")
    parser.add_argument("--role", choices=ROLES, default="operator", help="add, role: operator is usual")
    add_config(parser)
    parser.set_defaults(run=_user)


def add_support(commands: Commands) -> None:
    parser = add(
        commands,
        "support",
        "write one small file for an engineer far away: versions, configuration, events; no pictures, no secrets",
        "  saiken support --config station.toml --out /media/usb",
    )
    add_config(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to (the station's own folder of bundles)")
    parser.set_defaults(run=_support)


def _support(options: argparse.Namespace) -> int:
    from station.desk.support import write

    return write(options.config, options.out)


def _user(options: argparse.Namespace) -> int:
    from station.core.errors import ConfigError
    from station.desk import users

    if options.what == "list":
        return users.list_people(options.config)
    if not options.name:
        raise ConfigError(f"saiken user {options.what}: whose? Give the person's name")
    return users.change(options.config, options.what, options.name, options.role)
