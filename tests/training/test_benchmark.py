"""A benchmark from suite to table: what is finished is kept, what fails stands in the table, the others go on."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import msgspec
import pytest

from station.core.errors import BundleError, ConfigError, StorageError
from training import benchmark
from training.benchmark import run_benchmark
from training.progress import Progress
from training.suite import Trial

SUITE = """
[suite]
seeds = [0, 1]

[[set]]
name = "discs"
data = "discs"

[[tower]]
name = "own"

[[tower]]
name = "other"
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Two towers, two seeds."""
    path = tmp_path / "suite.toml"
    path.write_text(SUITE)
    return path


class Trials:
    """Stands in for fit, export and evaluate; notes which trials really ran."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.fails: dict[str, BaseException] = {}

    def __call__(self, trial: Trial, *_: Any) -> dict[str, Any]:
        if trial.folder in self.fails:
            raise self.fails[trial.folder]
        self.ran.append(trial.folder)
        pictures = [
            {"file": kind, "kind": kind, "verdict": verdict, "scores": {"vae_raw": 1.0, "cascade": score}}
            for kind, verdict, score in (("good", "PASS", 1.0), ("dent", "REJECT", 2.0 + trial.seed))
        ]
        return {"pictures": pictures, "cascade": {"bound_95": 0.1}, "runtime": "here"}


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> Trials:
    found = Trials()
    monkeypatch.setattr(benchmark, "_run_set", found)
    return found


def run(suite: Path, out: Path) -> dict[str, Any]:
    run_benchmark(suite, out, Progress(io.StringIO()))
    return dict(msgspec.json.decode((out / "table.json").read_bytes()))


ALL = ["discs/own/seed0", "discs/own/seed1", "discs/other/seed0", "discs/other/seed1"]


def test_a_cancelled_benchmark_continues_behind_the_last_finished_trial(
    suite: Path, tmp_path: Path, trials: Trials
) -> None:
    trials.fails = {ALL[2]: KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        run(suite, tmp_path / "out")
    trials.fails = {}
    first = run(suite, tmp_path / "out")
    assert trials.ran == ALL
    key = (tmp_path / "out" / "saiken.key").read_bytes()
    assert run(suite, tmp_path / "out") == first
    assert trials.ran == ALL, "nothing ran again"
    assert (tmp_path / "out" / "saiken.key").read_bytes() == key
    assert [(row["tower"], row["method"], row["seeds"]) for row in first["rows"]] == [
        ("own", "vae_raw", [0, 1]),
        ("own", "cascade", [0, 1]),
        ("other", "vae_raw", [0, 1]),
        ("other", "cascade", [0, 1]),
    ]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (BundleError("tower.onnx disagrees"), "tower.onnx disagrees"),
        (ZeroDivisionError("a bug"), "ZeroDivisionError: a bug"),
    ],
)
def test_a_failed_trial_is_reported_and_tried_again(
    suite: Path, tmp_path: Path, trials: Trials, error: Exception, sentence: str
) -> None:
    trials.fails = {ALL[1]: error}
    table = run(suite, tmp_path / "out")
    assert trials.ran == [ALL[0], *ALL[2:]]
    assert table["failed"] == [{"set": "discs", "tower": "own", "seed": 1, "sentence": sentence}]
    assert f"- discs, own, seed 1: {sentence}" in (tmp_path / "out" / "table.md").read_text()
    assert type(error).__name__ in (tmp_path / "out" / ALL[1] / "failed.txt").read_text()
    trials.fails = {}
    assert run(suite, tmp_path / "out")["failed"] == []
    assert trials.ran[3:] == [ALL[1]]
    assert not (tmp_path / "out" / ALL[1] / "failed.txt").exists()


def test_a_full_disk_ends_the_benchmark(suite: Path, tmp_path: Path, trials: Trials) -> None:
    trials.fails = {ALL[0]: StorageError("disk full")}
    with pytest.raises(StorageError, match="disk full"):
        run(suite, tmp_path / "out")


def test_results_of_another_suite_or_damaged_ones_are_not_taken_for_ours(
    suite: Path, tmp_path: Path, trials: Trials
) -> None:
    run(suite, tmp_path / "out")
    suite.write_text(SUITE.replace('name = "own"', 'name = "own"\nfit = { dims = 8 }'))
    (tmp_path / "out" / ALL[3] / "result.json").write_bytes(b"{")
    failed = run(suite, tmp_path / "out")["failed"]
    assert [(one["tower"], one["seed"]) for one in failed] == [("own", 0), ("own", 1), ("other", 1)]
    assert "was made with other settings" in failed[0]["sentence"]
    assert "is damaged" in failed[2]["sentence"]


def test_results_that_a_peer_left_stand_in_the_same_table(suite: Path, tmp_path: Path, trials: Trials) -> None:
    suite.write_text(SUITE.replace("seeds = [0, 1]", 'seeds = [0]\npeers = ["patchcore", "padim"]'))
    folder = tmp_path / "out" / "discs" / "patchcore" / "seed0"
    folder.mkdir(parents=True)
    pictures = [{"file": kind, "kind": kind, "scores": {"patchcore": len(kind)}} for kind in ("good", "dented")]
    (folder / "result.json").write_bytes(msgspec.json.encode({"pictures": pictures}))
    table = run(suite, tmp_path / "out")
    assert table["rows"][-1]["method"] == "patchcore"
    assert table["rows"][-1]["auroc"]["mean"] == 1.0
    (failed,) = table["failed"]
    assert failed["tower"] == "padim" and "cannot be read" in failed["sentence"]


def test_an_export_that_is_refused_says_why(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"saiken-export: .*recipe\.json is missing"):
        (tmp_path / "saiken.key").write_text("00" * 32 + "\n")
        benchmark.export(tmp_path / "run", tmp_path / "bundle", tmp_path / "saiken.key")


def test_a_wrong_suite_is_refused_before_anything_is_written(suite: Path, tmp_path: Path) -> None:
    suite.write_text(SUITE.replace("seeds", "seed"))
    with pytest.raises(ConfigError, match="did you mean 'seeds'"):
        run(suite, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_fit_export_evaluate_and_plots_of_real_trials(drawn_set: Path, tmp_path: Path) -> None:
    fit = (
        '{ fixture = "none", normalisation = "none", scale = 1.0, levels = ["middle", "coarse"], metric = "within", '
        'bank = "place", cells = 1, candidates = 4, screen_scale = 2, budget_min = 0.02, dims = 8, bank_size = 8, '
        "max_golden = 12, patch_cells = 2 }"
    )
    suite = tmp_path / "real.toml"
    suite.write_text(
        f'[[set]]\nname = "discs"\ndata = "{drawn_set}"\nfit = {fit}\napart = ["scratch"]\n'
        '[[tower]]\nname = "generic"\n[[tower]]\nname = "broken"\nfit = { backbone = "/none.safetensors" }\n'
    )
    out = tmp_path / "out"
    table = run(suite, out)
    (failed,) = table["failed"]
    assert failed["tower"] == "broken" and "/none.safetensors" in failed["sentence"]
    cascade = next(row for row in table["rows"] if row["method"] == "cascade")
    assert (cascade["n_good"], cascade["n_bad"]) == (6, 6)
    assert cascade["auroc"]["mean"] > 0.9
    assert cascade["cpu_ms"]["mean"] > 0 and cascade["bundle_bytes"]["mean"] > 1e4
    assert cascade["aupro"] is not None
    assert any(row["without"] == ["scratch"] for row in table["rows"])
    trial = out / "discs" / "generic" / "seed0"
    for picture in (trial / "scores.png", trial / "worst.png", out / "discs" / "roc.png"):
        assert picture.read_bytes().startswith(b"\x89PNG")
    result = msgspec.json.decode((trial / "result.json").read_bytes())
    assert result["pictures"][0]["file"] == "test/good/000.png"
    assert set(result["seconds"]) == {"fit", "export", "evaluate"}
    rows = list(csv.DictReader(io.StringIO((out / "table.csv").read_text())))
    assert len(rows) == len(table["rows"])
    assert run(suite, out)["rows"] == table["rows"]


def test_sequences_stand_in_the_table(suite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = {"onset": 4, "alarm": 5, "delay_frames": 1, "false_alarms_before": 0, "frames_before": 2, "scores": {}}
    asked: list[tuple[Path, Path, int]] = []

    def replay(data: Path, work: Path, *_: Any, learn: int) -> dict[str, Any]:
        asked.append((data, work, learn))
        return {"learnt_frames": learn, "positions": {"p1": at}}

    monkeypatch.setattr(benchmark, "replay_sequences", replay)
    suite.write_text('[[tower]]\nname = "own"\n[[sequence]]\nname = "spindle"\ndata = "spindle"\nlearn = 12\n')
    (found,) = run(suite, tmp_path / "out")["sequences"]
    assert asked == [(tmp_path / "spindle", tmp_path / "out" / "spindle" / "own" / "seed0" / "run", 12)]
    assert found["positions"]["p1"]["alarm"] == 5
