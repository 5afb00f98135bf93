"""How many flipped bits, in the right places, give a part the PASS that was not meant for it: counted over all slots.

A damaged request is only dangerous where it is another valid request. Frames of equal length are compared bit by bit:
the smallest distance is what the docstrings of the dialects say.
"""

from __future__ import annotations

import itertools

import pytest

from station.core import plc_map
from station.core.config import LineSection
from station.core.plc_map import Word
from station.line.dialects import dialect_of
from station.sim.slaves import DIALECTS

PARTS = range(96, 112)  # one round of the ring


def verdict(name: str, part: int, word: Word) -> int:
    """The request that writes one verdict, as a number; each from a fresh dialect, so that sequence numbers agree."""
    dialect = dialect_of(LineSection(dialect=name))
    request = dialect.write(plc_map.slot_register(part), plc_map.slot_words(part, word))[0].request
    return int.from_bytes(request, "big")


def distance(one: int, other: int) -> int:
    return (one ^ other).bit_count()


@pytest.mark.parametrize("name", DIALECTS)
def test_a_pass_does_not_come_to_another_part_by_fewer_than_four_flipped_bits(name):
    frames = [verdict(name, part, Word.PASS) for part in PARTS]
    nearest = min(distance(one, other) for one, other in itertools.combinations(frames, 2))
    assert nearest >= 4


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("word", [Word.REJECT, Word.NOT_INSPECTED, Word.BORDER])
def test_no_other_word_becomes_a_pass_by_fewer_than_nine_flipped_bits(name, word):
    assert min(distance(verdict(name, part, word), verdict(name, part, Word.PASS)) for part in PARTS) >= 9
