"""The audit trail at the window: entries, the proof, one person's alone, and what became of the CSV."""

from __future__ import annotations

from PyQt6.QtCore import Qt

from station.core.asking import AskEvents, Events
from station.core.message import CommandResult, Event, Refusal
from station.gui.admin.audit_page import AuditPage
from station.gui.choice import Choice
from station.gui.made_up import StillLink

ENTRIES = tuple(Event("line", "command", f"entry {n}", 0.0, user) for n, user in enumerate(("sue", "hana", "sue")))


def page_with(shown, reply) -> AuditPage:
    link = StillLink()
    link.replies[AskEvents] = (reply, b"")
    page = shown(AuditPage(link), 1100, 500)
    page.link = link
    page.ask()
    return page


def entries(page) -> list[str]:
    return [page.table.cells.item(row, 3).text() for row in range(page.table.cells.rowCount())]


def test_entries_and_proof(shown, english):
    page = page_with(shown, Events(0, (Event("line", "command", "<b>start</b> by operator", 0.0, "hana"),)))
    assert page.table.cells.item(0, 1).text() == "hana"
    assert entries(page) == ["<b>start</b> by operator"]
    assert page.proof.text().startswith("○ Complete and unaltered")


def test_an_altered_trail_is_shown_and_said(shown, english):
    page = page_with(shown, Events(0, ENTRIES, "the audit trail was changed by hand at its row 2"))
    assert page.proof.text() == "× Altered: the audit trail was changed by hand at its row 2"
    assert len(entries(page)) == 3


def test_no_recorder(shown, english):
    assert page_with(shown, Refusal(0, "the recorder is not there")).proof.text() == "the recorder is not there"


def test_one_persons_entries_and_everybodys_again(shown, english, qtbot):
    page = page_with(shown, Events(0, ENTRIES))
    for place, word, left in ((2, "sue", ["entry 0", "entry 2"]), (0, "Everybody", ["entry 0", "entry 1", "entry 2"])):
        qtbot.mouseClick(page.who, Qt.MouseButton.LeftButton)
        choice = next(one for one in page.findChildren(Choice) if one.isVisible())
        assert [one.text() for one in choice.buttons] == ["Everybody", "hana", "sue"]
        qtbot.mouseClick(choice.buttons[place], Qt.MouseButton.LeftButton)
        assert (page.who.text(), entries(page)) == (word, left)


def test_the_recorder_writes_the_csv_and_says_where(shown, english, qtbot):
    page = page_with(shown, Events(0, ENTRIES))
    qtbot.mouseClick(page.export, Qt.MouseButton.LeftButton)
    assert page.link.sent == ["export-audit"]
    page._answered(CommandResult("export-audit", True, "/support/audit-1.csv (3 entries)"))
    assert page.said.text() == "/support/audit-1.csv (3 entries)"
    page._answered(CommandResult("export-audit", False, ""))
    assert page.said.text() == "The recorder does not answer."
