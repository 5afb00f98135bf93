"""The evidence of one part."""

from __future__ import annotations

from PyQt6.QtCore import Qt

from station.gui import made_up
from station.gui.news import SeenPart
from station.gui.why.why_pane import WhyPane


def pane_for(shown, news, width=868, height=470) -> WhyPane:
    pane = WhyPane()
    pane.show_part(news.part(news.newest))
    return shown(pane, width, height)


def test_evidence_of_the_highest_score_first(shown, english):
    pane = pane_for(shown, made_up.bad())
    assert pane.why.finding.score == 6.1
    assert pane.title.text() == "Part 12,844 · NG"
    assert pane.subtitle.text() == "Finding confirmed"
    assert (pane.flagged.note, pane.screener.note, pane.verifier.note) == ("confirmed", "z = 16.5", "d = 1.89")
    assert (
        pane.facts.text()
        == "2 findings confirmed, 1 candidate cleared. Place x 750, y 180 px. Nearest golden part: 17."
    )
    assert all(view.image for view in (pane.flagged, pane.reconstruction, pane.screener, pane.golden, pane.verifier))


def test_the_scale_carries_all_findings_and_the_limit(shown):
    pane = pane_for(shown, made_up.bad())
    assert pane.score.limit == made_up.LIMIT
    assert [(mark.value, mark.confirmed, mark.picked) for mark in pane.score.marks] == [
        (6.1, True, True),
        (4.4, True, False),
        (1.9, False, False),
    ]
    assert [mark.picked for mark in pane.distance.marks] == [True, False, False]


def test_picking_another_finding(shown, qtbot, english):
    pane = pane_for(shown, made_up.bad())
    qtbot.mouseClick(pane.picker.buttons[2], Qt.MouseButton.LeftButton)
    assert pane.why.finding.score == 1.9
    assert pane.flagged.note == "cleared"
    assert pane.picker.buttons[2].isChecked()


def test_a_single_finding_needs_no_choice(shown):
    news = made_up.make_news(made_up.record(5), (made_up.finding(made_up.Blemish("dust", 400, 300), 1.0, False),))
    pane = pane_for(shown, news)
    assert not any(button.isVisible() for button in pane.picker.buttons)


def test_a_part_that_was_not_inspected(shown, english):
    pane = pane_for(shown, made_up.late())
    assert pane.facts.text() == "This part could not be inspected, so it is rejected."
    assert not pane.flagged.isVisible()
    assert pane.place.isVisible()
    assert pane.timing.timing is not None


def test_a_clean_part(shown, english):
    pane = pane_for(shown, made_up.make_news(made_up.record(5)))
    assert pane.facts.text() == "Nothing was flagged on this part."


def test_a_part_that_the_engine_never_showed(shown, english):
    pane = WhyPane()
    pane.show_part(SeenPart(made_up.record(5), None))
    shown(pane, 868, 470)
    assert pane.why is None
    assert pane.facts.text() == "The engine showed nothing of this part."
    assert not pane.grab().isNull()


def test_before_any_part_it_is_empty(shown):
    pane = shown(WhyPane(), 868, 470)
    pane.pick(0)
    assert pane.part is None
    assert pane.facts.text() == ""


def test_back_closes(shown, qtbot):
    pane = pane_for(shown, made_up.bad())
    with qtbot.waitSignal(pane.closed):
        qtbot.mouseClick(pane.back, Qt.MouseButton.LeftButton)


def test_words_follow_the_language(shown, english):
    pane = pane_for(shown, made_up.bad())
    english.switch("ja")
    pane.write_words()
    assert pane.back.text() == "戻る"
    assert pane.facts.text().startswith("異常2件を確定、候補1件を解除。")
