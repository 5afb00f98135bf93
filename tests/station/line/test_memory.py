"""What survives kill -9, and which part is the newest with all before it stored."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from station.core.domain import Ledger, Reason, Verdict
from station.core.errors import StorageError
from station.core.messages import PartRecord
from station.line.memory import LineMemory, StoredParts

RECORD = PartRecord("", 1, 7, None, Verdict.PASS, Reason.CLEAN, True, 0.0, 1.0, Ledger(), 0.0)


@pytest.fixture
def path(tmp_path):
    """The memory's file."""
    return tmp_path / "run" / "line.memory"


def test_first_start_knows_nothing(path):
    with LineMemory(path) as memory:
        assert memory.recalled is None


def test_newest_is_recalled(path):
    with LineMemory(path) as memory:
        for part in range(1, 6):
            memory.store(7, part)
    with LineMemory(path) as memory:
        assert memory.recalled == (7, 5)
        memory.store(7, 6)
    with LineMemory(path) as memory:
        assert memory.recalled == (7, 6)


@pytest.mark.parametrize("at", range(18))
def test_torn_copy_costs_one_step_never_a_wrong_number(path, at):
    with LineMemory(path) as memory:
        memory.store(7, 1000)
        memory.store(7, 1001)  # its copy stands first
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)
    with LineMemory(path) as memory:
        assert memory.recalled == (7, 1000)


def test_read_only_directory_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be mapped"):
        LineMemory(tmp_path / "file" / "line.memory")


def recalled(path):
    with LineMemory(path) as memory:
        return memory.recalled


def offer(stored, *parts, boot=7):
    for number, part in parts:
        stored.offered(number, replace(RECORD, part=part, boot=boot))


def test_parts_before_the_first_link_are_none_of_ours(path):
    with LineMemory(path) as memory:
        StoredParts(memory).begin(7, 5000)
    assert recalled(path) == (7, 5000)


def test_only_what_has_no_gap_before_it_counts(path):
    with LineMemory(path) as memory:
        stored = StoredParts(memory)
        stored.begin(7, 10)
        offer(stored, (1, 12), (2, 13), (3, 0), (4, 11), (5, 14))
        stored.stored(3)
        assert recalled(path) == (7, 10)
        stored.stored(4)
        assert recalled(path) == (7, 13)
        stored.stored(5)
    assert recalled(path) == (7, 14)


def test_new_plc_start_counts_from_one(path):
    with LineMemory(path) as memory:
        stored = StoredParts(memory)
        stored.begin(7, 10)
        offer(stored, (1, 11))
        offer(stored, (2, 1), (3, 2), boot=8)
        stored.stored(3)
    assert recalled(path) == (8, 2)


def test_memory_wins_over_the_plc(path):
    with LineMemory(path) as memory:
        memory.store(7, 20)
    with LineMemory(path) as memory:
        stored = StoredParts(memory)
        stored.begin(7, 25)
        assert recalled(path) == (7, 20)
        offer(stored, (1, 21))
        stored.stored(1)
    assert recalled(path) == (7, 21)
