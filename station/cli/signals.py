"""`saiken io`: signals between station and PLC, and outputs held by hand."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from station.cli.parser import add, add_config

if TYPE_CHECKING:
    from station.cli.parser import Commands


def add_io(commands: Commands) -> None:
    parser = add(
        commands,
        "io",
        "show every signal between station and PLC, live; hold an output by hand to try the wiring",
        "  saiken io --config station.toml\n"
        "  saiken io --once --json --config station.toml\n"
        "  saiken io --force gate --seconds 5 --role integrator --config station.toml\n"
        "  saiken io --force gate --seconds 0 --role integrator    let go now",
    )
    add_config(parser)
    parser.add_argument("--once", action="store_true", help="print the signals once and end")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--force", metavar="OUTPUT", help="gate or stop-belt; only while nothing is produced; audited")
    parser.add_argument("--seconds", type=float, default=5.0, metavar="S", help="hold it for so long, at most 30 (5)")
    parser.add_argument("--role", default="operator", help="outputs are forced by an integrator only")
    parser.set_defaults(run=_io)


def _io(options: argparse.Namespace) -> int:
    from station.desk import io

    if options.force:
        return io.force(options.config, options.force, options.seconds, options.role)
    return io.show(options.config, options.once, options.json)
