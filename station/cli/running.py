"""`saiken demo`, `run`, `gui`: commands that run a line."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from station.cli.parser import add, add_config, positive, rate, share
from station.core.errors import ConfigError

if TYPE_CHECKING:
    from station.cli.parser import Commands


def add_demo(commands: Commands) -> None:
    from station.desk.faults import FAULTS, parse_faults
    from station.sim.slaves import DIALECTS

    faults = "\n".join(f"  {name:<21}{kind.text}" for name, kind in FAULTS.items())
    parser = add(
        commands,
        "demo",
        "run the whole line with simulated conveyor, camera and PLC",
        "  saiken demo                                        window if there is a display\n"
        "  saiken demo --headless --parts 500 --rate 10       table of latencies\n"
        "  saiken demo --headless --fault serial-cut@20:2 --fault engine-killed\n"
        "  saiken demo --headless --fault all                 every fault, one after another\n"
        "  saiken demo --virtual --parts 2000 --seed 1        virtual clock, random faults\n\n"
        f"faults, NAME[@PART][:SECONDS] or all:\n{faults}",
    )
    parser.add_argument("--headless", action="store_true", help="no window, also where there is a display")
    parser.add_argument("--parts", type=positive, metavar="N", help="parts (60; window: 600; or what the faults need)")
    parser.add_argument("--rate", type=rate, default=5.0, metavar="HZ", help="parts a second (5)")
    parser.add_argument("--seed", type=int, default=1, help="of the drawn parts and of random faults (1)")
    parser.add_argument("--bad-share", type=share, default=0.2, metavar="F", help="share of bad parts, 0..1 (0.2)")
    parser.add_argument("--fault", type=parse_faults, action="extend", default=[], dest="faults", metavar="FAULT")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the summary there too")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep journal, pictures and log there")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="another recipe bundle than the shipped one")
    parser.add_argument("--trust", type=Path, metavar="DIR", help="public keys that may sign --bundle")
    parser.add_argument("--dialect", choices=DIALECTS, default="modbus-rtu", help="what the PLC speaks (modbus-rtu)")
    parser.add_argument(
        "--tracking", choices=("plc", "encoder"), default="plc", help="who tracks the parts; encoder: the line (plc)"
    )
    parser.add_argument(
        "--camera",
        choices=("drawn", "gige"),
        default="drawn",
        help="gige: GigE Vision over UDP, at most 4 parts a second",
    )
    parser.add_argument("--language", choices=("en", "ja"), default="en", help="of the window")
    parser.add_argument(
        "--virtual", action="store_true", help="all in one process under a virtual clock, random faults"
    )
    parser.set_defaults(run=_demo)


def add_run(commands: Commands) -> None:
    parser = add(
        commands,
        "run",
        "run a real station without systemd: line, engine, recorder, and the window if there is a display",
        "  saiken run --config /etc/saiken/station.toml",
    )
    add_config(parser)
    parser.add_argument("--headless", action="store_true", help="no window")
    parser.set_defaults(run=_run)


def add_gui(commands: Commands) -> None:
    parser = add(commands, "gui", "open the window of a running station", "  saiken gui --config station.toml")
    add_config(parser)
    parser.set_defaults(run=_gui)


def _demo(options: argparse.Namespace) -> int:
    if options.virtual:
        from station.desk import virtual

        wishes = virtual.VirtualWishes(
            options.parts or 2000,
            options.rate,
            options.seed,
            options.bad_share,
            dialect=options.dialect,
            tracking=options.tracking,
        )
        return virtual.run(wishes, options.json)
    from station.desk import demo
    from station.desk.fault_plan import parts_needed
    from station.desk.stage import Wishes

    window = not options.headless and has_display()
    stage_wishes = Wishes(
        parts=options.parts or max(600 if window else 60, parts_needed(options.faults, options.rate)),
        rate=options.rate,
        seed=options.seed,
        bad_share=options.bad_share,
        faults=tuple(options.faults),
        window=window,
        language=options.language,
        keep=options.keep,
        json=options.json,
        bundle=options.bundle,
        trust=options.trust,
        dialect=options.dialect,
        tracking=options.tracking,
        camera=options.camera,
    )
    return demo.run(stage_wishes)


def _run(options: argparse.Namespace) -> int:
    from station.desk.run import run_station

    return run_station(options.config, window=not options.headless and has_display())


def _gui(options: argparse.Namespace) -> int:
    from station.core.config import load_config
    from station.desk.supervisor import python_module

    load_config(options.config)
    if not has_display():
        raise ConfigError("there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set; log in at the screen")
    command = python_module("station.gui", "--config", str(options.config))
    os.execv(command[0], command)


def has_display() -> bool:
    """True where a window can open."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
