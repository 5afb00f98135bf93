"""What is left of a stop after kill -9."""

from __future__ import annotations

import pytest

from station.core.errors import StorageError
from station.line.stop_memory import StopMemory
from station.line.supervision import Cause

CAUSE = Cause("the reject bin is full", "Empty the reject bin, then go on.", "stop", 1)


def test_a_stop_is_found_by_the_next_process_until_somebody_started(tmp_path):
    memory = StopMemory(tmp_path / "line.stop")
    assert memory.cause is None
    memory.keep(CAUSE)
    after = StopMemory(tmp_path / "line.stop")
    assert after.cause == CAUSE
    after.keep(None)
    assert StopMemory(tmp_path / "line.stop").cause is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left", [b"", b"{", b'{"text": 3}', b'{"text":"a","advice":"b","reaction":"go"}'])
def test_whatever_is_left_of_the_file_the_line_stays_stopped(tmp_path, left):
    (tmp_path / "line.stop").write_bytes(left)
    found = StopMemory(tmp_path / "line.stop").cause
    assert found is not None
    assert "supervisor" in found.advice


def test_what_cannot_be_written_now_is_written_later(tmp_path):
    memory = StopMemory(tmp_path / "run" / "line.stop")
    memory.keep(CAUSE)
    (tmp_path / "run").mkdir()
    memory.keep(CAUSE)
    assert StopMemory(tmp_path / "run" / "line.stop").cause == CAUSE


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / "line.stop").mkdir()
    with pytest.raises(StorageError, match=r"line\.stop: cannot be read"):
        StopMemory(tmp_path / "line.stop")
