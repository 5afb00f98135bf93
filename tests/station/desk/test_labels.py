"""Labels become a data set that training reads: who stands where, what is left out, nothing is mixed."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from station.core.config import StationConfig
from station.core.domain import Ledger, Reason, Verdict
from station.core.errors import ConfigError
from station.core.message import Command
from station.core.messages import FrameKey, PartRecord
from station.desk.labels import export_labels, list_labels
from station.recorder.journal import JournalWriter
from station.recorder.labelling import label
from station.recorder.reading import JournalReader
from station.recorder.room import Room
from station.recorder.upgrading import prepare_journal
from training.dataset import open_dataset

SAID = {
    1: "false_reject",
    2: "true_reject:deep scratch/キズ",
    3: "missed",
    4: "unsure",
    5: "true_reject:good",
    6: "false_reject",  # its picture is gone
}


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    file, pictures = tmp_path / "journal.sqlite", tmp_path / "pictures"
    pictures.mkdir()
    prepare_journal(file)
    with JournalWriter(file) as writer, JournalReader(file, pictures) as reader:
        for number, value in SAID.items():
            verdict = Verdict.PASS if number == 3 else Verdict.REJECT
            part = PartRecord(
                f"00a1-{number}", number, 1, FrameKey(7, number), verdict, Reason.FINDING, True, 1.0, 1.0, Ledger(), 5.0
            )
            row = dict.fromkeys(("bytes", "height", "width", "time"), 16) | {"session": 7, "trigger": number}
            row |= {"path": f"{number}.png", "sha256": "ab", "kept_as": "ng"}
            writer.commit([part], [row])
            if number != 6:
                cv2.imwrite(str(pictures / f"{number}.png"), np.full((16, 16), number, np.uint8))
            room = Room(StationConfig(), reader, writer, pictures, b"")
            assert label(room, Command("label", "ann", "operator", part.key, value)).done
    return file


def test_a_data_set_that_training_reads(journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "set"
    assert export_labels(journal, tmp_path / "pictures", out) == 0
    said = capsys.readouterr()
    assert f"4 pictures in {out}" in said.out
    assert "1 left out: unsure" in said.err
    assert "1 left out: no picture is kept" in said.err
    data = open_dataset(out)
    assert [path.name for path in data.train] == ["00a1-1.png"]
    assert {example.kind for example in data.test} == {"deep_scratch_キズ", "unnamed", "good_"}
    with (out / "labels.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["file"], row["label"], row["user"]) for row in rows][:1] == [
        ("train/good/00a1-1.png", "false_reject", "ann")
    ]
    assert all((out / row["file"]).is_file() for row in rows)


def test_old_and_new_never_mix(journal: Path, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "x").write_text("")
    with pytest.raises(ConfigError, match="is not empty"):
        export_labels(journal, tmp_path / "pictures", tmp_path / "set")


def test_the_list_counts_labels_and_defects(journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert list_labels(journal, tmp_path / "pictures") == 0
    out = capsys.readouterr().out
    assert "false_reject        2" in out
    assert "deep scratch/キズ" in out
