"""Which parts an exposure can belong to."""

from __future__ import annotations

import pytest

from station.line.timeline import Poll, Timeline


@pytest.fixture
def timeline():
    """Polls each 10 ns with answers 5 ns later; parts 1 and 2 counted at 100 and 200."""
    timeline = Timeline(early_ns=15, late_ns=60)
    for sent in range(0, 400, 10):
        timeline.add(Poll(7, sum(edge <= sent for edge in (100, 200)), sent, sent + 5))
    return timeline


@pytest.mark.parametrize("exposed", [90, 100, 102, 130, 160])
def test_exposure_near_one_edge_fits_that_part_only(timeline, exposed):
    assert timeline.fit(exposed).only == 1


def test_exposure_with_two_edges_in_reach_fits_both():
    timeline = Timeline(early_ns=15, late_ns=60)
    timeline.add(Poll(7, 0, 0, 5))
    timeline.add(Poll(7, 2, 300, 305))  # polls were lost in between
    fit = timeline.fit(150)
    assert (fit.first, fit.last, fit.only, fit.empty) == (1, 2, 0, False)
    assert 1 in fit
    assert 2 in fit
    assert 3 not in fit


def test_exposure_without_an_edge_fits_nothing(timeline):
    assert timeline.fit(330).empty
    assert 2 not in timeline.fit(330)


def test_before_the_first_poll_nobody_knows(timeline):
    assert timeline.fit(50) is None
    assert not timeline.between_boots(50)


def test_an_exposure_waits_for_a_poll_sent_after_it(timeline):
    assert timeline.ready_for(375)
    assert not timeline.ready_for(376)
    assert not Timeline(15, 60).ready_for(0)


def test_alone(timeline):
    assert timeline.alone(102, for_ns=97)
    assert timeline.alone(202, for_ns=90)
    assert not timeline.alone(202, for_ns=120)
    assert not timeline.alone(102, for_ns=1000)


def test_exposure_during_a_plc_restart():
    timeline = Timeline(early_ns=15, late_ns=60)
    timeline.add(Poll(7, 40, 100, 105))
    timeline.add(Poll(8, 1, 500, 505))
    assert timeline.fit(300) is None
    assert timeline.between_boots(300)
    assert not timeline.between_boots(90)
    timeline.add(Poll(8, 1, 600, 605))
    assert not timeline.between_boots(550)


@pytest.mark.parametrize(("exposed", "count"), [(50, 0), (100, 1), (150, 1), (210, 2), (500, 0)])
def test_counted_by_is_the_count_of_the_first_poll_that_saw_the_exposure(timeline, exposed, count):
    assert timeline.counted_by(exposed) == count


@pytest.mark.parametrize(("stood_ms", "count", "sure"), [(60, 3, True), (90, 3, False), (90, 2, True)])
def test_nothing_is_proved_until_the_plcs_program_has_run_since(stood_ms, count, sure):
    ms = 1_000_000
    timeline = Timeline(early_ns=15 * ms, late_ns=60 * ms)
    assert timeline.counted_nothing(100 * ms) is None
    for sent in range(0, 120 + stood_ms, 10):
        timeline.add(Poll(7, 2, sent * ms, (sent + 5) * ms, program_ns=min(sent, 90) * ms))
    assert timeline.counted_nothing(100 * ms) is None
    sent = 120 + stood_ms
    timeline.add(Poll(7, count, sent * ms, (sent + 5) * ms, program_ns=(sent - 10) * ms))
    assert timeline.counted_nothing(100 * ms) is sure
