"""`saiken-train`. Exit codes: 0 done, 1 refused, 2 wrong command line, 130 cancelled."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import torch

from station.core.config import parse_table
from station.core.errors import StationError
from training.dataset import open_dataset
from training.evaluate import evaluate
from training.fit import fit, make_repeatable
from training.generic import GenericSettings, train_generic
from training.progress import Progress
from training.run import write_whole
from training.sequence import replay_sequences
from training.settings import FitSettings
from training.tower import tower_bytes

_EXAMPLES = """examples:
  saiken-train fit DATA --out RUN                       learn a recipe from DATA/train/good
  saiken-export RUN --out BUNDLE                        make a signed bundle of it
  saiken-train evaluate BUNDLE DATA --json result.json  judge DATA/test with the exported bundle
  saiken-train fit DATA --out RUN --quick               a first recipe from 20 good parts, nothing searched
  saiken-train benchmark SUITE.toml --out DIR           fit, export and evaluate over data sets, towers and seeds
  saiken-train sequence DATA --json result.json         DATA/sequence.csv: learn early frames, replay the rest
  saiken-train generic --steps 1500 --seed 0 --out generic.safetensors

exit codes: 0 done, 1 refused (one sentence says why), 2 wrong command line, 130 cancelled
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; every refusal is one sentence on stderr."""
    arguments = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], None] = arguments.command
    try:
        command(arguments)
    except StationError as error:
        print(f"saiken-train: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nsaiken-train: cancelled; the same command continues behind the last finished stage", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    style = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("saiken-train", description=__doc__, epilog=_EXAMPLES, formatter_class=style)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_fit(commands.add_parser("fit", help="learn a recipe from pictures of good parts"))
    judge = commands.add_parser("evaluate", help="judge a test set with an exported bundle")
    judge.add_argument("bundle", type=Path, metavar="BUNDLE")
    judge.add_argument("data", type=Path, metavar="DATA")
    judge.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there")
    judge.add_argument("--trust", type=Path, metavar="DIR", help="trusted public keys; default: beside BUNDLE")
    judge.add_argument("--threads", type=int, default=1)
    judge.set_defaults(command=_evaluate)
    sequence = commands.add_parser("sequence", help="replay sequences with a known onset of damage")
    sequence.add_argument("data", type=Path, metavar="DATA", help="folder with sequence.csv and frames/")
    sequence.add_argument("--learn", type=int, default=30, metavar="N", help="frames of each position to learn from")
    sequence.add_argument("--positions", nargs="*", default=[], metavar="NAME", help="only these")
    sequence.add_argument("--work", type=Path, metavar="DIR", help="runs are kept there; default: beside FILE")
    sequence.add_argument("--json", type=Path, required=True, metavar="FILE")
    _add_settings(sequence)
    sequence.set_defaults(command=_sequence)
    suite = commands.add_parser("benchmark", help="fit, export and evaluate over data sets, towers and seeds")
    suite.add_argument("suite", type=Path, metavar="SUITE.toml")
    suite.add_argument("--out", type=Path, required=True, metavar="DIR", help="finished trials there are kept")
    suite.set_defaults(command=_benchmark)
    generic = commands.add_parser("generic", help="train the generic tower on drawn pictures")
    generic.add_argument("--steps", type=int, default=1500)
    generic.add_argument("--seed", type=int, default=0)
    generic.add_argument("--out", type=Path, required=True, metavar="FILE")
    generic.set_defaults(command=_generic)
    return parser


def _add_fit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, metavar="DATA", help="MVTec layout, or a folder of good pictures")
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="directory of the run; resumes it")
    parser.add_argument("--parts", metavar="PATTERN", help="regular expression: its group is the physical part")
    parser.add_argument("--parts-file", metavar="FILE", help="table file,part; default: parts.csv beside the pictures")
    parser.add_argument("--quick", action="store_const", const=True, help="nothing is searched: a first recipe")
    _add_settings(parser)
    parser.set_defaults(command=_fit)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    """The options whose defaults stand in `FitSettings`."""
    parser.add_argument("--name", help="of the recipe and product")
    parser.add_argument("--version", help="of the recipe")
    parser.add_argument("--fixture", choices=("auto", "none", "shift", "silhouette"))
    parser.add_argument("--normalisation", choices=("auto", "none", "median_range", "local_contrast"))
    parser.add_argument("--frame", type=_size, metavar="HxW", help="scale pictures of differing sizes to this one")
    parser.add_argument(
        "--tower",
        choices=("generic", "scratch", "tuned", "imagenet"),
        help="tuned: generic, then on your parts; imagenet needs --backbone",
    )
    parser.add_argument("--backbone", metavar="FILE", help="weights to start from; imagenet: file or name")
    parser.add_argument("--levels", type=_names, metavar="A,B", help="levels of the tower that are joined")
    parser.add_argument("--metric", choices=("auto", "within", "total"))
    parser.add_argument("--bank", choices=("auto", "place", "global"))
    parser.add_argument("--cells", type=int, help="whose mean distance is the part's; 0 = found")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--budget", dest="budget_min", type=float, metavar="MIN", help="counted, not timed: repeatable")
    parser.add_argument("--scale", type=float, help="frame pixels per picture pixel; 0 = chosen")
    parser.add_argument("--screen-scale", type=int, choices=(0, 1, 2, 4))
    parser.add_argument("--dims", type=int, help="numbers per descriptor")
    parser.add_argument("--bank-size", type=int, help="golden descriptors per place")
    parser.add_argument("--global-size", type=int, help="golden descriptors of a global bank")
    parser.add_argument("--max-golden", type=int, help="golden parts in bank and gallery")
    parser.add_argument("--candidates", type=int, help="places verified per part; 0 = found")
    parser.add_argument("--rank", type=int, help="the limit is the rank-th largest calibration score; 0 = by the bound")
    parser.add_argument("--bound", type=float, help="false-reject bound (95 %%) that must be promised, e.g. 0.05")
    parser.add_argument("--grey", type=float, help="share of good parts just below the limit that a person looks at")
    parser.add_argument("--threads", type=int)


def _size(text: str) -> tuple[int, int]:
    """256x320 -> (256, 320)."""
    height, _, width = text.partition("x")
    if not (height.isdecimal() and width.isdecimal() and int(height) and int(width)):
        raise argparse.ArgumentTypeError(f"{text!r}: must be HEIGHTxWIDTH in pixels, for example 256x320")
    return int(height), int(width)


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _settings(arguments: argparse.Namespace) -> FitSettings:
    given = {key: value for key, value in vars(arguments).items() if key in FitSettings.__struct_fields__}
    settings: FitSettings = parse_table(
        FitSettings, {key: value for key, value in given.items() if value is not None}, "command line"
    )
    return settings


def _fit(arguments: argparse.Namespace) -> None:
    paths = open_dataset(arguments.data).train
    fit(paths, arguments.out, _settings(arguments), Progress())


def _evaluate(arguments: argparse.Namespace) -> None:
    trust = arguments.trust or arguments.bundle.resolve().parent
    result = evaluate(arguments.bundle, trust, open_dataset(arguments.data), arguments.threads, Progress())
    if arguments.json:
        write_whole(arguments.json, msgspec.json.format(msgspec.json.encode(result.facts())) + b"\n")
    print(result.table())


def _sequence(arguments: argparse.Namespace) -> None:
    work = arguments.work or arguments.json.with_suffix(".runs")
    settings, few = _settings(arguments), arguments.positions
    facts = replay_sequences(arguments.data, work, settings, Progress(), learn=arguments.learn, only=few)
    write_whole(arguments.json, msgspec.json.format(msgspec.json.encode(facts)) + b"\n")


def _benchmark(arguments: argparse.Namespace) -> None:
    from training.benchmark import run_benchmark  # brings Matplotlib with it

    run_benchmark(arguments.suite, arguments.out, Progress())


def _generic(arguments: argparse.Namespace) -> None:
    make_repeatable(1)
    progress = Progress()
    progress.stage("generic tower", arguments.steps)
    tower = train_generic(GenericSettings(steps=arguments.steps, seed=arguments.seed), progress.step)
    write_whole(arguments.out, tower_bytes(tower))
    weights = sum(parameter.numel() for parameter in tower.parameters())
    progress.say(f"{arguments.out}: {weights} weights, torch {torch.__version__}")
