"""How the recorder fares: journal, pictures, disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.core.domain import Health
from station.recorder.health import health
from station.recorder.pictures import PictureStore

MIB = 1 << 20
_BELOW = "below 500 MiB pictures are shed (recorder.min_free_mib)"


@pytest.mark.parametrize(
    ("trouble", "fault", "free", "wanted"),
    [
        ("", "", 2000, (Health.GOOD, "2000 MiB free")),
        ("the disk is full", "slow", 0, (Health.FAILURE, "the disk is full")),
        ("", "no room", 2000, (Health.MAINTENANCE, "no room")),
        (
            "",
            "",
            999,
            (Health.MAINTENANCE, f"999 MiB are free; {_BELOW}"),
        ),
    ],
)
def test_the_worst_counts(tmp_path: Path, trouble: str, fault: str, free: int, wanted: tuple[Health, str]) -> None:
    store = PictureStore(tmp_path / "not" / "yet", MIB, 500 * MIB, lambda _: free * MIB)
    store.fault = fault
    assert health(trouble, store) == wanted
    store.close()
