"""`saiken-train benchmark SUITE.toml --out DIR`: fit, export and evaluate over data sets, seeds and towers; one table.

DIR/saiken.key, saiken.pub             sign and trust the bundles; made once
DIR/<set>/<tower>/seed<k>/run          of the fit; a cancelled one resumes
                         /bundle       as it would go to a station
                         /result.json  every picture's scores and all figures: with it the trial is finished
                         /scores.png   histogram with the limit
                         /worst.png    first seed: pictures and maps of the worst errors
                         /failed.txt   where a failed trial failed; it is tried again by the next call
DIR/<set>/roc.png
DIR/table.md, table.csv, table.json

The same command continues behind the last finished trial. A trial that fails stands in the table with its sentence.
"""

from __future__ import annotations

import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from station.core.bundle import generate_key
from station.core.errors import BundleError, ConfigError, StationError, StorageError
from training.dataset import DataSet, open_dataset
from training.evaluate import evaluate
from training.fit import fit
from training.judged import Result
from training.plots import Curve, roc_plot, score_plot
from training.progress import Progress
from training.results_page import benchmark_csv, benchmark_markdown
from training.run import write_whole
from training.sequence import replay_sequences
from training.sheet import worst_sheet
from training.suite import SequenceSection, SetSection, Suite, Trial, read_suite
from training.tables import Facts, Outcome, build_table, scored

_RESULT, _FAILED = "result.json", "failed.txt"
_EXPORT = "import sys; from export.cli import main; sys.exit(main())"


def run_benchmark(suite_path: Path, out: Path, progress: Progress) -> None:
    """Run all trials of a suite that are not finished yet, then write the table and the plots.

    Raises:
        ConfigError: the suite is wrong; found before anything runs.
        StorageError: the disk refuses.
    """
    suite = read_suite(suite_path)
    key = _signing_key(out)
    outcomes: list[Outcome] = []
    for number, trial in enumerate(suite.trials, 1):
        progress.say(f"trial {number} of {len(suite.trials)}: {trial.folder}")
        outcomes.append(_outcome(trial, out / trial.folder, key, progress))
    outcomes = _in_order(suite, [*outcomes, *_peers(suite, out)])
    table = build_table(suite.name, outcomes)
    write_whole(out / "table.json", _json(table))
    write_whole(out / "table.csv", benchmark_csv(table).encode())
    write_whole(out / "table.md", benchmark_markdown(table).encode())
    _draw_roc(outcomes, out)
    failed = f"; {len(table['failed'])} failed" if table["failed"] else ""
    progress.say(f"{out / 'table.md'}: {len(table['rows'])} rows of {len(suite.trials)} trials{failed}")


def _signing_key(out: Path) -> Path:
    key = out / "saiken.key"
    if not key.exists():
        generate_key(key)
    return key


def _outcome(trial: Trial, folder: Path, key: Path, progress: Progress) -> Outcome:
    """The finished trial, kept or made now; or why it failed: no single trial ends the benchmark."""
    name, tower, seed = trial.of.name, trial.tower, trial.seed
    try:
        facts = _kept(trial, folder) or _run(trial, folder, key, progress)
        (folder / _FAILED).unlink(missing_ok=True)
        return Outcome(name, tower, seed, facts)
    except StorageError:  # the next trial would meet the same disk
        raise
    except Exception as error:  # noqa: BLE001 - a night's work must not end with one trial
        sentence = str(error) if isinstance(error, StationError) else f"{type(error).__name__}: {error}"
        progress.say(f"{trial.folder} failed: {sentence}")
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / _FAILED, traceback.format_exc().encode())
        return Outcome(name, tower, seed, sentence=sentence)


def _kept(trial: Trial, folder: Path) -> Facts | None:
    """The result of a finished trial; None when it is not finished."""
    path = folder / _RESULT
    if not path.exists():
        return None
    facts = _read(path)
    if facts.get("asked") != msgspec.to_builtins(trial.asked):
        raise ConfigError(
            f"{path}: was made with other settings than the suite's; remove {folder} or choose another out"
        )
    return facts


def _run(trial: Trial, folder: Path, key: Path, progress: Progress) -> Facts:
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(trial.of, SetSection):
        facts = _run_set(trial, trial.of, folder, key, progress)
    elif isinstance(trial.of, SequenceSection):
        facts = replay_sequences(trial.data, folder / "run", trial.settings, progress, learn=trial.of.learn)
    write_whole(folder / _RESULT, _json({"asked": trial.asked, **facts}))
    return _read(folder / _RESULT)


def _run_set(trial: Trial, of: SetSection, folder: Path, key: Path, progress: Progress) -> Facts:
    data, bundle, began = open_dataset(trial.data), folder / "bundle", time.monotonic()
    # Trials of one set and seed could share a screener here: only the tower differs between them.
    fit(data.train, folder / "run", trial.settings, progress)
    fitted = time.monotonic()
    export(folder / "run", bundle, key)
    exported = time.monotonic()
    result = evaluate(bundle, key.parent, data, trial.settings.threads, progress, apart=of.apart)
    seconds = {"fit": fitted - began, "export": exported - fitted, "evaluate": time.monotonic() - exported}
    _draw(trial, folder, key, data, result)
    return {"seconds": seconds, **result.facts()}


def export(run: Path, bundle: Path, key: Path) -> None:
    """Make the bundle by the command that an engineer would use: `export` stands above `training`, in its own process.

    Raises:
        BundleError: the command refused; with its sentence.
    """
    command = [sys.executable, "-c", _EXPORT, str(run), "--out", str(bundle), "--key", str(key), "--replace"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        refused = [line for line in said if line.startswith("saiken-export: ")]
        sentence = refused[-1] if refused else f"saiken-export: broke: {said[-1]}"
        raise BundleError(sentence) from RuntimeError(done.stderr)  # all of it stands in failed.txt


def _draw(trial: Trial, folder: Path, key: Path, data: DataSet, result: Result) -> None:
    scores, bad = [one.scores["cascade"] for one in result.judged], [one.bad for one in result.judged]
    write_whole(folder / "scores.png", score_plot(trial.folder, scores, bad, result.limit))
    if trial.first:
        write_whole(folder / "worst.png", worst_sheet(folder / "bundle", key.parent, data, result, trial.folder))


def _draw_roc(outcomes: Sequence[Outcome], out: Path) -> None:
    for name in dict.fromkeys(one.set for one in outcomes):
        if curves := [curve for one in outcomes if one.set == name for curve in _curves(one)]:
            write_whole(out / name / "roc.png", roc_plot(name, curves))


def _curves(one: Outcome) -> Iterator[Curve]:
    """The cascade, and the raw VAE that it starts from; of a peer all that it has."""
    if one.facts is None or "pictures" not in one.facts:
        return
    found = scored(one.facts)
    for method, scores in found.scores.items():
        if method in ("cascade", "vae_raw") or "cascade" not in found.scores:
            yield Curve(f"{one.tower}, {method}", scores, found.bad, dashed=method == "vae_raw")


def _peers(suite: Suite, out: Path) -> Iterator[Outcome]:
    """Results that another command left: {"pictures": [{"file", "kind", "scores": {method: score}}], ...}."""
    for of in suite.sets:
        for peer in suite.peers:
            for seed in of.seeds or suite.seeds:
                path = out / of.name / peer / f"seed{seed}" / _RESULT
                try:
                    yield Outcome(of.name, peer, seed, _read(path))
                except ConfigError as error:
                    yield Outcome(of.name, peer, seed, sentence=str(error))


def _in_order(suite: Suite, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Set by set, as in the suite."""
    names = list(dict.fromkeys(trial.of.name for trial in suite.trials))
    return sorted(outcomes, key=lambda one: names.index(one.set))


def _read(path: Path) -> Facts:
    try:
        return dict(msgspec.json.decode(path.read_bytes(), type=dict[str, Any]))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}; run what writes it, then this command") from error
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path}: is damaged: {error}; remove it and run the same command again") from error


def _json(facts: Facts) -> bytes:
    return msgspec.json.format(msgspec.json.encode(facts)) + b"\n"
