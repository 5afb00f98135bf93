"""`saiken`: the station's commands. This file parses and reports; the work is done in `station.desk`.

Everything heavy is imported by the command that needs it, so that `saiken --help` answers at once.
"""

from __future__ import annotations

import argparse
import difflib
import math
import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from station.core.errors import BundleError, ConfigError, StationError
from station.desk.supervisor import Interrupted

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["Parser"]

FINE, FINDING, WRONG_INPUT, FAULT, INTERRUPTED = 0, 1, 2, 3, 130

EXIT_CODES = """\
exit codes:
  0    done, nothing to complain about
  1    the command's finding: a bad part passed, a record is missing, a score is not bit-equal, a check failed
  2    wrong input: command line, station.toml, bundle; the message names file, key and value
  3    a fault: PLC, camera, disk, or another process
  130  interrupted by Ctrl-C or SIGTERM
"""


class Parser(argparse.ArgumentParser):
    """argparse that keeps our examples' layout and knows the nearest command."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(*args, **kwargs)

    def error(self, message: str) -> NoReturn:
        """One sentence instead of the whole usage; exit code 2."""
        self.exit(WRONG_INPUT, f"{self.prog}: {message}; `{self.prog} --help` shows what there is\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (see `EXIT_CODES`)."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = build_parser()
    _refuse_unknown_command(parser, words)
    options = parser.parse_args(words)
    try:
        code: int = options.run(options)
    except (ConfigError, BundleError) as error:
        return _complain(error, WRONG_INPUT)
    except StationError as error:
        return _complain(error, FAULT)
    except (Interrupted, KeyboardInterrupt):
        print("interrupted; everything is stopped", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `saiken journal | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    return code


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = Parser(
        prog="saiken",
        description="The inspection station: a VAE screens, a Siamese network re-examines, the PLC rejects by default.",
        epilog=f"examples:\n  saiken demo --headless --parts 60\n  saiken run --config station.toml\n\n{EXIT_CODES}",
    )
    parser.add_argument("--version", action="version", version=f"saiken {_version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in (
        _add_demo,
        _add_run,
        _add_gui,
        _add_doctor,
        _add_replay,
        _add_journal,
        _add_timing,
        _add_bundle,
        _add_draw,
    ):
        add(commands)
    return parser


def _add(commands: Commands, name: str, help_text: str, examples: str) -> Parser:
    return commands.add_parser(
        name,
        help=help_text,
        description=help_text[0].upper() + help_text[1:] + ".",
        epilog=f"examples:\n{examples}\n\n{EXIT_CODES}",
    )


def _add_demo(commands: Commands) -> None:
    from station.desk.faults import FAULTS, parse_fault

    faults = "\n".join(f"  {name:<16} {kind.text}" for name, kind in FAULTS.items())
    parser = _add(
        commands,
        "demo",
        "run the whole line with simulated conveyor, camera and PLC",
        "  saiken demo                                        window if there is a display\n"
        "  saiken demo --headless --parts 500 --rate 10       table of latencies\n"
        "  saiken demo --headless --fault serial-cut@20:2 --fault engine-killed\n"
        "  saiken demo --virtual --parts 2000 --seed 1        virtual clock, random faults\n\n"
        f"faults, NAME[@PART][:SECONDS]:\n{faults}",
    )
    parser.add_argument("--headless", action="store_true", help="no window, also where there is a display")
    parser.add_argument("--parts", type=_positive, metavar="N", help="parts (60; with a window 600)")
    parser.add_argument("--rate", type=_rate, default=5.0, metavar="HZ", help="parts a second (5)")
    parser.add_argument("--seed", type=int, default=1, help="of the drawn parts and of random faults (1)")
    parser.add_argument("--bad-share", type=_share, default=0.2, metavar="F", help="share of bad parts, 0..1 (0.2)")
    parser.add_argument("--fault", type=parse_fault, action="append", default=[], dest="faults", metavar="FAULT")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the summary there too")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep journal, pictures and log there")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="another recipe bundle than the shipped one")
    parser.add_argument("--trust", type=Path, metavar="DIR", help="public keys that may sign --bundle")
    parser.add_argument("--language", choices=("en", "ja"), default="en", help="of the window")
    parser.add_argument(
        "--virtual", action="store_true", help="all in one process under a virtual clock, random faults"
    )
    parser.set_defaults(run=_demo)


def _add_run(commands: Commands) -> None:
    parser = _add(
        commands,
        "run",
        "run a real station without systemd: line, engine, recorder, and the window if there is a display",
        "  saiken run --config /etc/saiken/station.toml",
    )
    _add_config(parser)
    parser.add_argument("--headless", action="store_true", help="no window")
    parser.set_defaults(run=_run)


def _add_gui(commands: Commands) -> None:
    parser = _add(commands, "gui", "open the window of a running station", "  saiken gui --config station.toml")
    _add_config(parser)
    parser.set_defaults(run=_gui)


def _add_doctor(commands: Commands) -> None:
    parser = _add(
        commands,
        "doctor",
        "check configuration, bundle, serial port, camera, disk and real-time permission",
        "  saiken doctor --config station.toml",
    )
    _add_config(parser)
    parser.add_argument("--json", action="store_true", help="for a script")
    parser.set_defaults(run=_doctor)


def _add_replay(commands: Commands) -> None:
    parser = _add(
        commands,
        "replay",
        "judge a recorded part again from its stored frame and say whether every score is bit-equal",
        "  saiken replay 17 --config station.toml\n  saiken replay 00a1-17 --config demo/station.toml --json",
    )
    parser.add_argument("part", help="part number (the newest with it) or its key, as `saiken journal` shows them")
    _add_config(parser)
    parser.add_argument("--bundle", type=Path, help="judge by another bundle: what would have been?")
    parser.add_argument("--json", action="store_true", help="for a script")
    parser.set_defaults(run=_replay)


def _add_journal(commands: Commands) -> None:
    parser = _add(
        commands,
        "journal",
        "list recorded parts, the newest last",
        "  saiken journal --config station.toml --last 20\n"
        "  saiken journal --journal demo/journal.sqlite --verdict reject --json",
    )
    _add_journal_source(parser)
    parser.add_argument("--last", type=_positive, default=20, metavar="N", help="how many (20)")
    parser.add_argument("--verdict", choices=("pass", "reject", "not_inspected"), help="only these")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=_journal)


def _add_timing(commands: Commands) -> None:
    parser = _add(
        commands,
        "timing",
        "percentiles of each stage from exposure to acknowledge, from a journal",
        "  saiken timing --journal demo/journal.sqlite",
    )
    _add_journal_source(parser)
    parser.add_argument("--json", action="store_true", help="for a script")
    parser.set_defaults(run=_timing)


def _add_bundle(commands: Commands) -> None:
    parser = _add(
        commands, "bundle", "look at a recipe bundle", "  saiken bundle show /var/lib/saiken/recipe --trust keys"
    )
    actions = parser.add_subparsers(dest="action", metavar="show", required=True)
    show = _add(
        actions,
        "show",
        "verify a bundle as the engine does and print its card",
        "  saiken bundle show /var/lib/saiken/recipe --trust /etc/saiken/keys\n  saiken bundle show recipe --json",
    )
    show.add_argument("bundle", type=Path, nargs="?", help="directory of the bundle (the demo's)")
    show.add_argument("--trust", type=Path, metavar="DIR", help="directory of *.pub files (the demo's)")
    show.add_argument("--json", action="store_true", help="for a script")
    show.set_defaults(run=_bundle_show)


def _add_draw(commands: Commands) -> None:
    parser = _add(
        commands,
        "draw",
        "draw simulated parts into a folder in the MVTec layout, for training",
        "  saiken draw parts --train 200 --test 60 --seed 1\n  saiken-train fit parts --out run",
    )
    parser.add_argument("out", type=Path, help="folder to make")
    parser.add_argument("--train", type=_positive, default=200, help="good parts in train/good (200)")
    parser.add_argument("--test", type=_positive, default=60, help="parts in test, half of them bad (60)")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same pictures (1)")
    parser.set_defaults(run=_draw)


def _add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=Path("/etc/saiken/station.toml"), metavar="FILE")


def _add_journal_source(parser: argparse.ArgumentParser) -> None:
    _add_config(parser)
    parser.add_argument("--journal", type=Path, metavar="FILE", help="instead of the one that --config names")


def _demo(options: argparse.Namespace) -> int:
    if options.virtual:
        from station.desk import virtual

        wishes = virtual.VirtualWishes(options.parts or 2000, options.rate, options.seed, options.bad_share)
        return virtual.run(wishes, options.json)
    from station.desk import demo
    from station.desk.stage import Wishes

    window = not options.headless and has_display()
    stage_wishes = Wishes(
        parts=options.parts or (600 if window else 60),
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


def _doctor(options: argparse.Namespace) -> int:
    from station.desk.doctor import report

    return report(options.config, as_json=options.json)


def _replay(options: argparse.Namespace) -> int:
    from station.desk.replay import report

    return report(options.part, options.config, bundle=options.bundle, as_json=options.json)


def _journal(options: argparse.Namespace) -> int:
    from station.desk.journal import show_parts

    return show_parts(*_journal_files(options), options.last, options.verdict, options.json)


def _timing(options: argparse.Namespace) -> int:
    from station.desk.journal import show_timing

    return show_timing(*_journal_files(options), options.json)


def _bundle_show(options: argparse.Namespace) -> int:
    from station.desk.bundle import show

    return show(options.bundle, options.trust, as_json=options.json)


def _draw(options: argparse.Namespace) -> int:
    from station.sim.dataset import write_dataset

    for folder, count in sorted(write_dataset(options.out, options.train, options.test, options.seed).items()):
        print(f"{count:>6} {options.out / folder}")
    return FINE


def has_display() -> bool:
    """True where a window can open."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _journal_files(options: argparse.Namespace) -> tuple[Path, Path]:
    """The journal and the directory of its pictures."""
    from station.core.config import load_config

    if options.journal:
        return options.journal, options.journal.parent / "pictures"
    section = load_config(options.config).recorder
    return Path(section.journal), Path(section.pictures)


def _refuse_unknown_command(parser: argparse.ArgumentParser, words: Sequence[str]) -> None:
    """argparse lists every command for a typo; people want the one that they meant."""
    known = next(a.choices for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    if not words or words[0].startswith("-") or words[0] in known:
        return
    near = difflib.get_close_matches(words[0], list(known), n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known)}"
    parser.error(f"unknown command '{words[0]}'; {hint}")


def _positive(text: str) -> int:
    rule = "a whole number of at least 1"
    value = _within(text, 1, 10_000_000, rule)
    if value != int(value):
        raise argparse.ArgumentTypeError(f"'{text}' must be {rule}")
    return int(value)


def _rate(text: str) -> float:
    return _within(text, 0.1, 100.0, "0.1 to 100 parts a second")


def _share(text: str) -> float:
    return _within(text, 0.0, 1.0, "between 0 and 1")


def _within(text: str, low: float, high: float, rule: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"'{text}' must be {rule}")
    return value


def _complain(error: StationError, code: int) -> int:
    print(f"saiken: {error}\n  {error.advice}", file=sys.stderr)
    return code


def _version() -> str:
    try:
        return version("saiken")
    except PackageNotFoundError:  # run from a checkout that nobody installed
        return "of an uninstalled checkout"


if __name__ == "__main__":
    sys.exit(main())
