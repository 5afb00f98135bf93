"""`saiken doctor`, `replay`, `journal`, `timing`, `bundle`, `draw`: they look, and change nothing on a line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from station.cli.parser import FINE, add, add_config, add_journal_source, journal_files, positive

if TYPE_CHECKING:
    from station.cli.parser import Commands


def add_doctor(commands: Commands) -> None:
    parser = add(
        commands,
        "doctor",
        "check configuration, bundle, serial port, camera, disk and real-time permission; or measure the PLC",
        "  saiken doctor --config station.toml\n  saiken doctor plc --config station.toml",
    )
    parser.add_argument("what", nargs="?", choices=("plc",), help="plc: measure its times, propose quiet_ms")
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="for a script")
    parser.set_defaults(run=_doctor)


def add_replay(commands: Commands) -> None:
    parser = add(
        commands,
        "replay",
        "judge a recorded part again from its stored frame and say whether every score is bit-equal",
        "  saiken replay 17 --config station.toml\n  saiken replay 00a1-17 --config demo/station.toml --json",
    )
    parser.add_argument("part", help="part number (the newest with it) or its key, as `saiken journal` shows them")
    add_config(parser)
    parser.add_argument("--bundle", type=Path, help="judge by another bundle: what would have been?")
    parser.add_argument("--json", action="store_true", help="for a script")
    parser.set_defaults(run=_replay)


def add_journal(commands: Commands) -> None:
    parser = add(
        commands,
        "journal",
        "list recorded parts, the newest last",
        "  saiken journal --config station.toml --last 20\n"
        "  saiken journal --journal demo/journal.sqlite --verdict reject --json",
    )
    add_journal_source(parser)
    parser.add_argument("--last", type=positive, default=20, metavar="N", help="how many (20)")
    parser.add_argument("--verdict", choices=("pass", "reject", "not_inspected"), help="only these")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=_journal)


def add_labels(commands: Commands) -> None:
    parser = add(
        commands,
        "labels",
        "what people said about parts at the window; their pictures as a data set for saiken-train",
        "  saiken labels --config station.toml\n"
        "  saiken labels export DIR --config station.toml        DIR/train/good, DIR/test/<defect>, DIR/labels.csv",
    )
    parser.add_argument("what", nargs="?", choices=("export",), help="copy the labelled pictures into DIR")
    parser.add_argument("out", nargs="?", type=Path, metavar="DIR", help="a new or empty directory")
    add_journal_source(parser)
    parser.set_defaults(run=_labels)


def add_timing(commands: Commands) -> None:
    parser = add(
        commands,
        "timing",
        "percentiles of each stage from exposure to acknowledge, from a journal",
        "  saiken timing --journal demo/journal.sqlite",
    )
    add_journal_source(parser)
    parser.add_argument("--json", action="store_true", help="for a script")
    parser.set_defaults(run=_timing)


def add_bundle(commands: Commands) -> None:
    parser = add(
        commands, "bundle", "look at a recipe bundle", "  saiken bundle show /var/lib/saiken/recipe --trust keys"
    )
    actions = parser.add_subparsers(dest="action", metavar="show", required=True)
    show = add(
        actions,
        "show",
        "verify a bundle as the engine does and print its card",
        "  saiken bundle show /var/lib/saiken/recipe --trust /etc/saiken/keys\n  saiken bundle show recipe --json",
    )
    show.add_argument("bundle", type=Path, nargs="?", help="directory of the bundle (the demo's)")
    show.add_argument("--trust", type=Path, metavar="DIR", help="directory of *.pub files (the demo's)")
    show.add_argument("--json", action="store_true", help="for a script")
    show.set_defaults(run=_bundle_show)


def add_draw(commands: Commands) -> None:
    parser = add(
        commands,
        "draw",
        "draw simulated parts into a folder in the MVTec layout, for training",
        "  saiken draw parts --train 200 --test 60 --seed 1\n  saiken-train fit parts --out run",
    )
    parser.add_argument("out", type=Path, help="folder to make")
    parser.add_argument("--train", type=positive, default=200, help="good parts in train/good (200)")
    parser.add_argument("--test", type=positive, default=60, help="parts in test, half of them bad (60)")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same pictures (1)")
    parser.set_defaults(run=_draw)


def _doctor(options: argparse.Namespace) -> int:
    if options.what == "plc":
        from station.desk import doctor_plc

        return doctor_plc.report(options.config, as_json=options.json)
    from station.desk import doctor

    return doctor.report(options.config, as_json=options.json)


def _replay(options: argparse.Namespace) -> int:
    from station.desk.replay import report

    return report(options.part, options.config, bundle=options.bundle, as_json=options.json)


def _labels(options: argparse.Namespace) -> int:
    from station.core.errors import ConfigError
    from station.desk.labels import export_labels, list_labels

    file, pictures = journal_files(options)
    if not options.what:
        return list_labels(file, pictures)
    if options.out is None:
        raise ConfigError("saiken labels export: where to? Give a directory")
    return export_labels(file, pictures, options.out)


def _journal(options: argparse.Namespace) -> int:
    from station.desk.journal import show_parts

    return show_parts(*journal_files(options), options.last, options.verdict, options.json)


def _timing(options: argparse.Namespace) -> int:
    from station.desk.journal import show_timing

    return show_timing(*journal_files(options), options.json)


def _bundle_show(options: argparse.Namespace) -> int:
    from station.desk.bundle import show

    return show(options.bundle, options.trust, as_json=options.json)


def _draw(options: argparse.Namespace) -> int:
    from station.sim.dataset import write_dataset

    for folder, count in sorted(write_dataset(options.out, options.train, options.test, options.seed).items()):
        print(f"{count:>6} {options.out / folder}")
    return FINE
