"""Pages instead of scrolling, rows to choose, a choice that stays when the rows change."""

from __future__ import annotations

from PyQt6.QtCore import Qt

from station.gui.style import TOUCH_PX
from station.gui.table import Table


def rows(count: int) -> list[tuple[str, ...]]:
    return [(str(number), f"row {number}") for number in range(count)]


def texts(table: Table) -> list[str]:
    return [table.cells.item(place, 0).text() for place in range(table.cells.rowCount())]


def test_whole_pages_up_and_down(shown, qtbot):
    table = shown(Table(2, 1), 500, 300)
    table.show_headers(["No.", "What"])
    table.show_rows(rows(20))
    size = table.page_rows
    assert 2 < size < 20
    assert texts(table) == [str(n) for n in range(size)]
    assert not table.up.isEnabled()
    qtbot.mouseClick(table.down, Qt.MouseButton.LeftButton)
    assert texts(table)[0] == str(size)
    while table.down.isEnabled():
        qtbot.mouseClick(table.down, Qt.MouseButton.LeftButton)
    assert texts(table)[-1] == "19"
    table.turn(-99)
    assert texts(table)[0] == "0"


def test_rows_to_choose_are_as_high_as_a_finger_and_say_who_they_are(shown, qtbot):
    table = shown(Table(2, 1, choose=True), 500, 400)
    table.show_rows(rows(10))
    assert table.cells.rowHeight(0) >= TOUCH_PX
    table.turn(1)
    first = int(texts(table)[0])
    with qtbot.waitSignal(table.chosen) as chosen:
        place = table.cells.visualItemRect(table.cells.item(1, 0)).center()
        qtbot.mouseClick(table.cells.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [first + 1]
    assert table.picked == first + 1


def test_arrow_keys_choose(shown, qtbot):
    table = shown(Table(2, 1, choose=True), 500, 400)
    table.show_rows(rows(3))
    table.pick(0)
    table.cells.setFocus()
    qtbot.keyClick(table.cells, Qt.Key.Key_Down)
    assert table.picked == 1


def test_the_choice_stays_until_its_row_is_gone(shown):
    table = shown(Table(2, 1, choose=True), 500, 400)
    table.show_rows(rows(10))
    table.pick(7)
    assert "7" in texts(table)
    table.show_rows(rows(9))
    assert table.picked == 7
    table.show_rows(rows(2))
    assert table.picked == -1
    table.pick(99)
    assert table.picked == -1


def test_nothing_is_an_empty_page(shown):
    table = shown(Table(2, 1), 500, 300)
    table.show_rows([])
    assert (table.place.text(), table.up.isEnabled(), table.down.isEnabled()) == ("", False, False)
