"""Results as text: what stands in a line, what a section replaces, and a log that only grows."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from training.results_page import (
    add_to_log,
    benchmark_csv,
    benchmark_markdown,
    log_markdown,
    read_log,
    replace_section,
    summary_markdown,
)

ROOT = Path(__file__).parent.parent.parent
ENTRY = {
    "date": "2026-01-02",
    "what": "mean | of 10 cells",
    "set": "tiles",
    "figures": "AUROC 0.91, before 0.90",
    "command": "saiken-train fit",
    "verdict": "kept",
}


def spread(mean: float, **more: Any) -> dict[str, Any]:
    return {"mean": mean, "min": mean - 0.01, "max": mean + 0.01, **more}


def row(method: str, **more: Any) -> dict[str, Any]:
    figures = {name: spread(0.9, ci95=[0.85, 0.95]) for name in ("auroc", "tpr_at_fpr_1", "tpr_at_fpr_5")}
    head = {"set": "tiles", "tower": "own", "method": method, "without": [], "seeds": [0, 1], "n_good": 4, "n_bad": 3}
    return {**head, **figures, "aupro": None, "cpu_ms": spread(9.26), "bundle_bytes": spread(2e6), **more}


@pytest.fixture
def table() -> dict[str, Any]:
    over = {"vae_raw": 4, "cascade": 1, "cleared_share": 0.75}
    lost = {"n_good": 4, "n_bad": 3, "bound_95": 0.25, "over_detections": over}
    lost |= {"false_reject_ci95": [0.01, 0.8], "miss_ci95": [0.0, 0.7]}
    decisions = [
        {"seed": 0, "false_rejects": 1, "inside": True, "misses": 0, **lost},
        {"seed": 1, "false_rejects": 2, "inside": False, "misses": 1, **lost},
    ]
    at = {"onset": 4, "alarm": None, "delay_frames": None, "false_alarms_before": 0, "frames_before": 2}
    return {
        "suite": "suite",
        "runtimes": ["here"],
        "rows": [
            row("vae_raw", auroc=spread(0.6, ci95=[0.5, 0.7]), aupro=spread(0.5)),
            row("cascade", decisions=decisions),
            row("cascade", decisions=decisions, without=["shade"]),
        ],
        "sequences": [{"set": "spindle", "tower": "own", "seed": 0, "learnt_frames": 12, "positions": {"p1": at}}],
        "failed": [{"set": "tiles", "tower": "own", "seed": 2, "sentence": "no such folder"}],
    }


def test_markdown_has_every_figure_decision_sequence_and_failure(table: dict[str, Any]) -> None:
    text = benchmark_markdown(table)
    lines = text.splitlines()
    assert lines[0] == "### tiles"
    assert (
        "| own | vae_raw | 0 1 | 0.600 (0.590–0.610) [0.500, 0.700] | 0.900 (0.890–0.910) [0.850, 0.950] | "
        "0.900 (0.890–0.910) [0.850, 0.950] | 0.500 (0.490–0.510) | 9.3 |" in lines
    )
    assert any(line.startswith("| own | cascade, without shade | 0 1 | 0.900 ") for line in lines)
    assert "| own | 0 | 1 of 4 [1.0%, 80.0%] | 25.0% | yes | 0 of 3 [0.0%, 70.0%] | 4, 1 | 75% | 2.00 |" in lines
    assert "| own | 1 | 2 of 4 [1.0%, 80.0%] | 25.0% | **no** | 1 of 3 [0.0%, 70.0%] | 4, 1 | 75% | 2.00 |" in lines
    assert "| spindle | own | 0 | p1 | 4 | none | none | 0 of 2 |" in lines
    assert "- tiles, own, seed 2: no such folder" in lines
    assert lines[-1] == "CPU ms: median of one part; here."
    assert text.endswith("\n")


def test_the_summary_has_one_line_per_set_and_tower(table: dict[str, Any]) -> None:
    _, _, *lines = summary_markdown(table).splitlines()
    assert lines[0] == (
        "| tiles | own | **0.900** [0.850, 0.950] | 0.900 | - | 0.600 | - | 3 of 8 / 1 of 6 | 1 of 2 seeds | 9.3 |"
    )
    assert lines[1].startswith("| tiles without shade | own | **0.900** ")
    assert len(lines) == 2


def test_what_is_not_known_is_a_dash(table: dict[str, Any]) -> None:
    table["rows"][0]["auroc"] = {"mean": None, "min": None, "max": None, "ci95": [None, None]}
    assert "| own | vae_raw | 0 1 | - | 0.900 " in benchmark_markdown(table)
    assert "| - | 3 of 8 / 1 of 6 |" in summary_markdown(table)


def test_csv_reads_back(table: dict[str, Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(benchmark_csv(table))))
    assert [(one["method"], one["without"], one["seeds"]) for one in rows] == [
        ("vae_raw", "", "0 1"),
        ("cascade", "", "0 1"),
        ("cascade", "shade", "0 1"),
    ]
    assert (float(rows[0]["auroc_mean"]), float(rows[0]["auroc_ci95_high"])) == (0.6, 0.7)
    assert (rows[1]["false_rejects"], rows[1]["inside"], rows[1]["aupro_mean"]) == ("1 2", "True False", "")


def test_an_empty_table_is_no_error() -> None:
    nothing: dict[str, Any] = {"suite": "s", "runtimes": [], "rows": [], "sequences": [], "failed": []}
    assert benchmark_markdown(nothing) == "\n"
    assert len(benchmark_csv(nothing).splitlines()) == 1


def test_the_log_only_grows_and_is_checked_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    assert read_log(path) == []
    add_to_log(path, ENTRY)
    before = path.read_bytes()
    add_to_log(path, {**ENTRY, "verdict": "did not help"})
    assert path.read_bytes().startswith(before)
    assert [entry["verdict"] for entry in read_log(path)] == ["kept", "did not help"]
    for wrong in ({**ENTRY, "verdict": " "}, {key: ENTRY[key] for key in list(ENTRY)[1:]}, {**ENTRY, "more": "x"}):
        with pytest.raises(ValueError, match="needs the keys date, what, set, figures, command, verdict"):
            add_to_log(path, wrong)
    path.write_bytes(before + b'{"what": "x"}\n')
    with pytest.raises(ValueError, match="line 2: needs the keys"):
        read_log(path)
    path.write_bytes(before + b"not json\n")
    with pytest.raises(ValueError, match="line 2: is no JSON"):
        read_log(path)


def test_the_log_is_a_table_whose_cells_cannot_break_it() -> None:
    assert log_markdown([]) == "Nothing yet.\n"
    head, _, line = log_markdown([ENTRY]).splitlines()
    assert head == "| date | what | set | figures | command | verdict |"
    assert line == (
        "| 2026-01-02 | mean \\| of 10 cells | tiles | AUROC 0.91, before 0.90 | `saiken-train fit` | kept |"
    )


def test_a_section_is_replaced_and_nothing_else() -> None:
    page = "# Page\n<!-- log: written by scripts/results -->\nold\n<!-- end of log -->\nrest\n"
    new = replace_section(page, "log", "new\n")
    assert new == "# Page\n<!-- log: written by scripts/results -->\n\nnew\n\n<!-- end of log -->\nrest\n"
    assert replace_section(new, "log", "new") == new
    with pytest.raises(ValueError, match="no section between <!-- other"):
        replace_section(page, "other", "")


def test_the_command_writes_both_pages_from_the_files_and_adds_to_the_log(
    tmp_path: Path, table: dict[str, Any]
) -> None:
    for file in ("scripts/results", "README.md", "training/RESULTS.md", "training/results_page.py"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    (tmp_path / "docs" / "results").mkdir(parents=True)

    def results(*words: str) -> int:
        command = [sys.executable, str(tmp_path / "scripts" / "results"), *words]
        return subprocess.run(command, capture_output=True, check=False).returncode

    (tmp_path / "docs" / "results" / "benchmark.json").write_text(json.dumps(table))
    assert results("--check") == 1
    tried = {key: ENTRY[key] for key in ("set", "figures", "command", "verdict")}
    assert results("--tried", ENTRY["what"], *(word for key in tried for word in (f"--{key}", tried[key]))) == 0
    assert results("--check") == 0
    page, readme = (tmp_path / "training" / "RESULTS.md").read_text(), (tmp_path / "README.md").read_text()
    assert benchmark_markdown(table).strip() in page
    assert "| mean \\| of 10 cells | tiles |" in page
    assert summary_markdown(table).strip() in readme
    assert [entry["what"] for entry in read_log(tmp_path / "docs" / "results" / "log.jsonl")] == [ENTRY["what"]]
    assert results("--tried", "something", "--set", "tiles") != 0, "an entry without figures is refused"
