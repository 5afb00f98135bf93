"""Every alarm of the catalogue has a name, a cause, a consequence and an action, in both languages."""

from __future__ import annotations

import pytest

from station.core.alarms import CATALOGUE, AlarmState
from station.gui.alarms.words import MARKS, state_word, words_of


@pytest.mark.parametrize("code", ["en", "ja"])
def test_words_for_the_whole_catalogue(english, code):
    english.switch(code)
    for alarm in CATALOGUE:
        words = words_of(alarm)
        assert all(words), alarm
        assert all(word.isascii() for word in words) == (code == "en"), alarm
    assert len({words_of(alarm).name for alarm in CATALOGUE}) == len(CATALOGUE)


def test_a_stop_that_needs_a_supervisor_says_so(english):
    assert words_of("stop-rejects").action.endswith("Then a supervisor presses Start.")
    assert "supervisor" not in words_of("stop-bin_full").action


def test_every_state_has_a_shape_and_a_word_of_its_own(english):
    assert len(set(MARKS.values())) == len({state_word(state) for state in AlarmState}) == len(AlarmState)
