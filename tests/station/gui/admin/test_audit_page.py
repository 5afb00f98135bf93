"""The audit trail at the window: entries, the proof, and an altered trail in words and with a mark."""

from __future__ import annotations

from station.core.asking import AskEvents, Events
from station.core.message import Event, Refusal
from station.gui.admin.audit_page import AuditPage
from station.gui.made_up import StillLink


def page_with(shown, reply) -> AuditPage:
    link = StillLink()
    link.replies[AskEvents] = (reply, b"")
    page = shown(AuditPage(link), 1100, 500)
    page.ask()
    return page


def test_entries_and_proof(shown, english):
    page = page_with(shown, Events(0, (Event("line", "command", "<b>start</b> by operator", 0.0, "hana"),)))
    assert page.table.cells.item(0, 1).text() == "hana"
    assert page.table.cells.item(0, 3).text() == "<b>start</b> by operator"
    assert page.proof.text().startswith("○ Complete and unaltered")


def test_an_altered_trail(shown, english):
    page = page_with(shown, Events(0, (), "the audit trail was changed by hand at its row 2"))
    assert page.proof.text() == "× Altered: the audit trail was changed by hand at its row 2"


def test_no_recorder(shown, english):
    assert page_with(shown, Refusal(0, "the recorder is not there")).proof.text() == "the recorder is not there"
