"""`saiken labels`: what people said about parts, and their pictures as a data set that `saiken-train` reads.

    DIR/train/good/KEY.png      false rejects: good parts that looked bad to the station
    DIR/test/MODE/KEY.png       true rejects and missed parts, by the defect's name ("unnamed" without one)
    DIR/labels.csv              file, part, label, defect mode, user, time, SHA-256 of the stored picture

Parts that a person was unsure of are left out. The stored pictures are copied as they are: good parts' pictures that
the station sampled are JPEG.
"""

from __future__ import annotations

import csv
import re
import shutil
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

from station.core.errors import ConfigError, StorageError
from station.core.reviewing import LABELS
from station.recorder.reading import JournalReader

_NEWEST = """
SELECT label.part_key, label.label, label.defect_mode, label.user, label.time, picture.path, picture.sha256
FROM label JOIN part ON part.key = label.part_key
LEFT JOIN picture ON picture.session = part.session AND picture.trigger = part.trigger AND picture.deleted IS NULL
WHERE label.id IN (SELECT max(id) FROM label GROUP BY part_key) AND label.label <> '' ORDER BY label.id
"""
_UNFIT = re.compile(r"[^\w.-]+")  # for a file's name


def list_labels(file: Path, pictures: Path) -> int:
    """Print how many parts have which label, and by defect."""
    with JournalReader(file, pictures) as journal:
        rows = journal.select(_NEWEST)
    labels = Counter(row["label"] for row in rows)
    modes = Counter(row["defect_mode"] or "unnamed" for row in rows if row["label"] in {"true_reject", "missed"})
    for name, meaning in LABELS.items():
        print(f"{name:<14}{labels[name]:>7}  {meaning}")
    for name, count in modes.most_common():
        print(f"  {name:<32}{count:>7}")
    return 0


def export_labels(file: Path, pictures: Path, out: Path) -> int:
    """Copy the labelled parts' pictures into the data set `out`, and say what was left out and why.

    Raises:
        ConfigError: `out` holds something already.
        StorageError: the journal cannot be read, or the disk refuses.
    """
    if out.exists() and any(out.iterdir()):
        raise ConfigError(f"{out}: is not empty; name a new directory, so that old and new labels do not mix")
    with JournalReader(file, pictures) as journal:
        rows = journal.select(_NEWEST)
    left_out: Counter[str] = Counter()
    listed: list[tuple[str, ...]] = []
    try:
        for row in rows:
            folder = _folder(row["label"], row["defect_mode"])
            source = pictures / row["path"] if row["path"] else None
            if folder is None or source is None or not source.is_file():
                left_out["unsure" if folder is None else "no picture is kept"] += 1
                continue
            target = Path(folder) / f"{_UNFIT.sub('_', row['part_key'])}{source.suffix}"
            (out / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, out / target)
            moment = datetime.fromtimestamp(row["time"]).astimezone().isoformat(timespec="seconds")
            said = (row["label"], row["defect_mode"], row["user"], moment, row["sha256"])
            listed.append((str(target), row["part_key"], *said))
        _write_list(out, listed)
    except OSError as error:
        raise StorageError(f"{out}: cannot be written: {error.strerror or error}") from error
    print(f"{len(listed)} pictures in {out}")
    for why, count in left_out.items():
        print(f"  {count} left out: {why}", file=sys.stderr)
    return 0


def _folder(label: str, mode: str) -> str | None:
    """Where in the data set a part with this label stands; None = nowhere."""
    if label == "false_reject":
        return "train/good"
    if label in {"true_reject", "missed"}:
        name = _UNFIT.sub("_", mode).strip("._") or "unnamed"
        return f"test/{name if name != 'good' else 'good_'}"
    return None


def _write_list(out: Path, listed: list[tuple[str, ...]]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with (out / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "part", "label", "defect_mode", "user", "time", "sha256"))
        writer.writerows(listed)
