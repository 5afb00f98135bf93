"""Every label has a word, in the order of the keys."""

from __future__ import annotations

from station.core.reviewing import LABELS
from station.gui.review.words import LABEL_KEYS, label_word


def test_every_label_has_a_word_in_both_languages(english):
    assert tuple(LABELS) == LABEL_KEYS
    assert label_word("missed") == "Missed"
    english.switch("ja")
    assert [label_word(name).isascii() for name in LABELS] == [False] * 4
    assert label_word("future") == "future"
