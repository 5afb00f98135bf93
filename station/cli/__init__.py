"""`saiken`: the station's commands. These files parse and report; the work is done in `station.desk`.

Everything heavy is imported by the command that needs it, so that `saiken --help` answers at once.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from station.cli import installing, looking, people, running, signals
from station.cli.parser import EXIT_CODES, FAULT, FINE, INTERRUPTED, WRONG_INPUT, Parser
from station.core.errors import BundleError, ConfigError, StationError
from station.desk.supervisor import Interrupted

__all__ = ["FAULT", "FINE", "INTERRUPTED", "WRONG_INPUT", "build_parser", "main"]


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
        running.add_demo,
        running.add_run,
        running.add_gui,
        looking.add_doctor,
        signals.add_io,
        people.add_user,
        people.add_support,
        installing.add_install,
        installing.add_uninstall,
        looking.add_replay,
        looking.add_journal,
        looking.add_labels,
        looking.add_timing,
        looking.add_bundle,
        looking.add_draw,
    ):
        add(commands)
    return parser


def _refuse_unknown_command(parser: argparse.ArgumentParser, words: Sequence[str]) -> None:
    """argparse lists every command for a typo; people want the one that they meant."""
    known = next(a.choices for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    if not words or words[0].startswith("-") or words[0] in known:
        return
    near = difflib.get_close_matches(words[0], list(known), n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known)}"
    parser.error(f"unknown command '{words[0]}'; {hint}")


def _complain(error: StationError, code: int) -> int:
    print(f"saiken: {error}\n  {error.advice}", file=sys.stderr)
    return code


def _version() -> str:
    try:
        return version("saiken")
    except PackageNotFoundError:  # run from a checkout that nobody installed
        return "of an uninstalled checkout"
