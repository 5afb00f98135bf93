"""The parser of every `saiken` command: layout, exit codes, checked numbers, and the options that commands share."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

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


def add(commands: Commands, name: str, help_text: str, examples: str) -> Parser:
    return commands.add_parser(
        name,
        help=help_text,
        description=help_text[0].upper() + help_text[1:] + ".",
        epilog=f"examples:\n{examples}\n\n{EXIT_CODES}",
    )


def add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=Path("/etc/saiken/station.toml"), metavar="FILE")


def add_journal_source(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("--journal", type=Path, metavar="FILE", help="instead of the one that --config names")


def journal_files(options: argparse.Namespace) -> tuple[Path, Path]:
    """The journal and the directory of its pictures."""
    from station.core.config import load_config

    if options.journal:
        return options.journal, options.journal.parent / "pictures"
    section = load_config(options.config).recorder
    return Path(section.journal), Path(section.pictures)


def positive(text: str) -> int:
    rule = "a whole number of at least 1"
    value = _within(text, 1, 10_000_000, rule)
    if value != int(value):
        raise argparse.ArgumentTypeError(f"'{text}' must be {rule}")
    return int(value)


def rate(text: str) -> float:
    return _within(text, 0.1, 100.0, "0.1 to 100 parts a second")


def share(text: str) -> float:
    return _within(text, 0.0, 1.0, "between 0 and 1")


def _within(text: str, low: float, high: float, rule: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"'{text}' must be {rule}")
    return value
