"""The board shows what the PLC said last, and forgets it with the link."""

from __future__ import annotations

from station.core import plc_map
from station.core.config import LineSection
from station.core.plc_map import Word
from station.line.link import PlcLink, PlcStatus, Written
from station.line.signals import SignalBoard

MS = 1_000_000
STATUS = PlcStatus(10 * MS, 12 * MS, 7, 41, 3, 40, 1, plc_map.AIR_LOW, encoder=900, confirmed=5, wanted=6)


def test_everything_the_plc_says_and_holds_is_on_the_board() -> None:
    board, link = SignalBoard(), PlcLink(LineSection())
    link.state_word, link.recipe_id, link.request = 8, 4711, plc_map.STOP_BELT
    board.polled(STATUS)
    board.written(Written(((40, Word.PASS), (41, Word.REJECT)), 13 * MS))
    shown = board.signals(link, ("stop-belt",), 15 * MS)
    assert (shown.answer_age_ms, shown.boot, shown.count, shown.encoder) == (3.0, 7, 41, 900)
    assert (shown.ack_part, shown.ack_mask, shown.confirmed, shown.inputs, shown.wanted) == (40, 1, 5, 2, 6)
    assert (shown.state, shown.recipe_id, shown.request, shown.forced) == (8, 4711, 1, ("stop-belt",))
    assert shown.slots[40 % 16] == (40, Word.PASS)
    assert shown.slots[41 % 16] == (41, Word.REJECT)


def test_nothing_stale_stays_after_the_link_is_lost() -> None:
    board, link = SignalBoard(), PlcLink(LineSection())
    board.polled(STATUS)
    board.written(Written(((40, Word.PASS),), 13 * MS))
    board.clear()
    shown = board.signals(link, (), 15 * MS)
    assert (shown.answer_age_ms, shown.count) == (-1.0, 0)
    assert set(shown.slots) == {(0, 0)}
