"""The made-up news are such as the processes could send."""

from __future__ import annotations

from station.core.channel import MAX_MESSAGE, _encoder
from station.core.domain import Verdict
from station.gui import made_up


def test_scene_names_are_unique_and_cover_the_states():
    names = [scene.name for scene in made_up.run_scenes()]
    assert len(set(names)) == len(names)
    assert {
        "run-ok",
        "run-border",
        "promise-void",
        "run-ng",
        "why-ng",
        "run-not-inspected",
        "engine-gone",
        "plc-lost",
        "error",
    } <= set(names)


def test_a_showing_fits_a_datagram():
    assert len(_encoder.encode(made_up.bad().live.showing)) < MAX_MESSAGE


def test_verdict_score_and_findings_agree():
    for news in (made_up.good(), made_up.bad()):
        showing = news.live.showing
        assert (showing.score > showing.limit) == (showing.verdict is Verdict.REJECT)
        assert all(one.confirmed == (one.score > showing.limit) for one in showing.findings)


def test_the_ledger_is_in_order():
    ledger = made_up.ledger()
    times = [getattr(ledger, name) for name in ledger.__struct_fields__]
    assert times == sorted(times)
