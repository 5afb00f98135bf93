"""`saiken-export`. Exit codes: 0 done, 1 refused, 2 wrong command line, 130 cancelled."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from export.bundle import export_run
from export.line_settings import load_line_settings
from station.core.bundle import generate_key, load_private_key
from station.core.errors import StationError
from training.fit import make_repeatable
from training.run import Run

_KEY = "saiken.key"
_EXAMPLES = """examples:
  saiken-export keygen --out keys              keys/saiken.key (keep it) and keys/saiken.pub (for the stations)
  saiken-export RUN --out BUNDLE --key keys/saiken.key
  saiken-export RUN --out BUNDLE               for a first try: makes a key beside BUNDLE if there is none

exit codes: 0 done, 1 refused (one sentence says why), 2 wrong command line, 130 cancelled
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; every refusal is one sentence on stderr."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words[:1] == ["keygen"]:
            _keygen(words[1:])
        else:
            _export(words)
    except StationError as error:
        print(f"saiken-export: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nsaiken-export: cancelled; nothing was written", file=sys.stderr)
        return 130
    return 0


def _keygen(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser("saiken-export keygen", description="Make a key that signs bundles.")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, metavar="DIR", help=f"directory for {_KEY} and its public key")
    where.add_argument("--key", type=Path, metavar="FILE", help="file of the private key; the public one beside it")
    arguments = parser.parse_args(words)
    key: Path = arguments.key or arguments.out / _KEY
    print(f"{key} (secret) and {key.with_suffix('.pub')}: key {generate_key(key)}")


def _export(words: Sequence[str]) -> None:
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("saiken-export", description=__doc__, epilog=_EXAMPLES, formatter_class=style)
    parser.add_argument("run", type=Path, metavar="RUN", help="a finished run of saiken-train fit")
    parser.add_argument("--out", type=Path, required=True, metavar="BUNDLE", help="directory to write")
    parser.add_argument("--key", type=Path, metavar="FILE", help=f"private key; default: {_KEY} beside BUNDLE")
    parser.add_argument("--line", type=Path, metavar="FILE", help="TOML: the recipe's [camera] and [supervision]")
    parser.add_argument("--replace", action="store_true", help="replace an older bundle there")
    arguments = parser.parse_args(words)
    make_repeatable(1)
    key: Path | None = arguments.key
    if key is None:
        key = arguments.out.resolve().parent / _KEY
        if not key.exists():
            print(f"{key}: new key {generate_key(key)}; stations must trust {key.with_suffix('.pub')}", file=sys.stderr)
    line = load_line_settings(arguments.line) if arguments.line else None
    bundle = export_run(Run(arguments.run), arguments.out, load_private_key(key), arguments.replace, line)
    size = sum(map(len, bundle.files.values())) / 1e6
    print(f"{arguments.out}: {size:.2f} MB, sha256 {bundle.sha256}, signed by {bundle.key_id}")
