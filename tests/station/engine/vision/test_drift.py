"""The drift watch: against an obvious reference, its false alarms and its speed by simulation, and what is latched."""

from __future__ import annotations

import math
import tracemalloc
from typing import NamedTuple

import numpy as np
import pytest

from station.core.domain import DriftState
from station.core.errors import BundleError
from station.core.recipe import DecisionSpec, DriftSpec
from station.engine.vision.drift import FEWEST, SCORES, DriftWatch, open_watch

SPEC = DriftSpec()
PARTS = 10_000


class Accepted(NamedTuple):
    """Many lines side by side, each with its own calibration: ascending scores [r, m] below the limit, parts [r, t]."""

    reference: np.ndarray
    parts: np.ndarray


def accepted(n: int, lines: int, parts: int, shift: float, seed: int) -> Accepted:
    """Normal scores; the limit is the highest of n, and parts above it are rejected."""
    rng = np.random.default_rng(seed)
    calibration = np.sort(rng.standard_normal((lines, n)), axis=1)
    passed = np.empty((lines, parts))
    for line, limit in enumerate(calibration[:, -1]):
        drawn = np.empty(0)
        while len(drawn) < parts:
            more = rng.standard_normal(parts + 200) + shift
            drawn = np.concatenate([drawn, more[more <= limit]])
        passed[line] = drawn[:parts]
    return Accepted(calibration[:, :-1], passed)


def alarms(given: Accepted, watch: DriftWatch, every: int = 10) -> np.ndarray:
    """Part of the first alarm of each line, 0 = none: the watch's formulas for all lines at once.

    The KS statistic is looked at after each `every`-th part.
    """
    lines, m = given.reference.shape
    place = np.stack([np.searchsorted(*pair) for pair in zip(given.reference, given.parts, strict=True)])
    surprise = (0.5 - (m - place + 0.5) / (m + 1)) * math.sqrt(12)
    held = np.zeros((lines, m + 1), np.int32)
    expected = np.arange(1, m + 1, dtype=np.float32) / np.float32(m + 1)
    higher, lower, first, all_lines = np.zeros(lines), np.zeros(lines), np.zeros(lines, int), np.arange(lines)
    for part in range(place.shape[1]):
        higher = np.maximum(0, higher + surprise[:, part] - watch.slack)
        lower = np.maximum(0, lower - surprise[:, part] - watch.slack)
        alarm = np.maximum(higher, lower) > SPEC.cusum_level
        held[all_lines, place[:, part]] += 1
        if part >= SPEC.window:
            held[all_lines, place[:, part - SPEC.window]] -= 1
        if part + 1 >= SPEC.window and (part + 1) % every == 0:
            share = np.cumsum(held[:, :-1], axis=1, dtype=np.float32) / np.float32(SPEC.window)
            alarm |= np.abs(share - expected).max(axis=1) > watch.ks_limit
        first[alarm & (first == 0)] = part + 1
    return first


def watch_for(reference: np.ndarray) -> DriftWatch:
    return DriftWatch(SPEC, np.sort(reference).astype(np.float32))


@pytest.mark.parametrize("n", [60, 100, 400])
def test_a_steady_line_is_not_alarmed(n: int) -> None:
    """Fewer than 1 % of 500 lines, each with its own n calibration scores, over 10,000 accepted parts."""
    given = accepted(n, 500, PARTS, 0.0, seed=n)
    first = alarms(given, watch_for(given.reference[0]))
    assert (first > 0).mean() < 0.01


@pytest.mark.parametrize(("n", "median", "most"), [(100, 90, 200), (400, 60, 100)])
@pytest.mark.parametrize("shift", [1.0, -1.0])
def test_a_shift_by_one_standard_deviation_is_found_soon(n: int, median: int, most: int, shift: float) -> None:
    given = accepted(n, 500, 400, shift, seed=n)
    first = alarms(given, watch_for(given.reference[0]))
    found = np.where(first > 0, first, PARTS)
    assert np.median(found) <= median
    assert np.quantile(found, 0.98) <= most


@pytest.mark.parametrize("shift", [0.0, 0.8])
def test_the_watch_says_what_the_simulation_says(shift: float) -> None:
    """The formulas above are the watch's: the same lines part by part through the class itself."""
    given = accepted(100, 6, 600, shift, seed=5)
    given = Accepted(given.reference.astype(np.float32), given.parts.astype(np.float32))
    expected = alarms(given, watch_for(given.reference[0]), every=1)
    for line, first in enumerate(expected):
        watch = watch_for(given.reference[line])
        states = [watch.accept(float(score)) for score in given.parts[line]]
        assert (states.index(DriftState.DRIFTED) + 1 if DriftState.DRIFTED in states else 0) == first


def test_ks_and_cusum_against_an_obvious_reference() -> None:
    rng = np.random.default_rng(2)
    spec = DriftSpec(window=50, cusum_level=1e6, ks_alpha=1e-300)
    reference = np.sort(rng.normal(size=80)).astype(np.float32)
    parts = rng.normal(0.3, 1.0, size=300).astype(np.float32)
    watch = DriftWatch(spec, reference)
    higher = lower = 0.0
    for number, score in enumerate(parts, 1):
        assert watch.accept(float(score)) is DriftState.STEADY
        p = (sum(reference >= score) + 0.5) / 81
        assert watch.p_value(float(score)) == pytest.approx(p)
        higher = max(0.0, higher + (0.5 - p) * math.sqrt(12) - watch.slack)
        lower = max(0.0, lower + (p - 0.5) * math.sqrt(12) - watch.slack)
        assert (watch.higher, watch.lower) == (pytest.approx(higher), pytest.approx(lower))
        if number >= 50:
            newest = parts[number - 50 : number]
            gaps = [abs(np.mean(newest <= value) - (i + 1) / 81) for i, value in enumerate(reference)]
            assert watch.ks == pytest.approx(max(gaps))
        else:
            assert watch.ks == 0


def test_the_ks_limit_knows_both_sample_sizes() -> None:
    watch = DriftWatch(DriftSpec(window=200, ks_alpha=0.05), np.arange(100, dtype=np.float32))
    assert watch.ks_limit == pytest.approx(1.358 * math.sqrt(300 / (100 * 200)), rel=1e-3)  # 1.36: any table of it


def test_the_mean_p_value_of_scores_among_the_calibration_scores_is_a_half() -> None:
    watch = watch_for(np.arange(20.0))
    between = [watch.p_value(score - 0.5) for score in range(21)]
    assert np.mean(between) == pytest.approx(0.5)
    assert between == sorted(between, reverse=True)
    assert (between[0], between[-1]) == (pytest.approx(20.5 / 21), pytest.approx(0.5 / 21))


def test_a_tie_counts_half_and_ties_alone_are_no_drift() -> None:
    """Scores that take a few values only: the parts' shares are compared at these values, where they are equal."""
    reference = np.repeat(np.arange(5.0), 40)
    watch = watch_for(reference)
    assert watch.p_value(2.0) == pytest.approx(0.5)
    assert {watch.accept(float(n % 5)) for n in range(2000)} == {DriftState.STEADY}
    assert watch.ks < 0.01


def test_only_scores_below_the_limit_are_compared_with() -> None:
    """Accepted parts end at the limit; the calibration scores at and above it are not among those they come from."""
    scores = np.arange(100, dtype=np.float32)
    watch = DriftWatch(SPEC, scores, limit=49.0)
    assert watch.p_value(48.5) == pytest.approx(0.5 / 50)
    assert watch.p_value(-1.0) == pytest.approx(49.5 / 50)


def test_drift_is_latched_until_reset_and_says_its_numbers() -> None:
    watch = watch_for(np.arange(200.0))
    calm, high = [7.0 + 20 * (n % 10) for n in range(400)], [190.0] * 100
    assert {watch.accept(score) for score in calm} == {DriftState.STEADY}
    assert watch.accept(0.0) is DriftState.STEADY
    assert [watch.accept(score) for score in high][-1] is DriftState.DRIFTED
    assert watch.detail.startswith("scores run higher: CUSUM 31.1 > 30.0")
    assert {watch.accept(score) for score in calm} == {DriftState.DRIFTED}
    watch.reset()
    assert (watch.state, watch.detail, watch.accepted) == (DriftState.STEADY, "", 0)
    assert {watch.accept(score) for score in calm} == {DriftState.STEADY}


def test_a_change_of_shape_alone_is_found_by_ks() -> None:
    """The mean stays: only the spread grows."""
    watch = watch_for(np.linspace(-1, 1, 200))
    states = [watch.accept(2.0 * (-1) ** n) for n in range(200)]
    assert states[198:] == [DriftState.STEADY, DriftState.DRIFTED]  # with the first full window
    assert watch.detail.startswith("KS 0.")
    assert watch.detail.endswith("over 200")


def test_parts_that_score_lower_have_drifted_too() -> None:
    watch = watch_for(np.arange(200.0))
    assert [watch.accept(5.0) for _ in range(60)][-1] is DriftState.DRIFTED
    assert watch.detail.startswith("scores run lower: CUSUM")


def test_a_steady_watch_allocates_nothing_that_stays() -> None:
    watch = watch_for(np.linspace(0, 1, 100))
    scores = [n * 37 % 97 / 97 for n in range(1000)]
    for score in scores:
        watch.accept(score)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for score in scores:
        watch.accept(score)
    grown = tracemalloc.get_traced_memory()[0] - before
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert watch.state is DriftState.STEADY
    assert grown < 1000
    assert peak < 5000  # no copy of the window or of the scores


@pytest.mark.parametrize(
    "scores", [np.array([2.0, 1.0] * 10), np.array([*range(20), math.nan]), np.zeros((20, 2)), np.array(1.0)]
)
def test_scores_that_are_no_ascending_row_of_numbers_are_refused(scores: np.ndarray) -> None:
    with pytest.raises(BundleError, match=r"decision\.scores must be a row of finite scores, ascending"):
        DriftWatch(SPEC, scores.astype(np.float32))


def test_a_bundle_without_enough_scores_has_no_watch(recipe_with) -> None:
    recipe = recipe_with(decision=DecisionSpec(limit=50.0))
    scores = np.arange(50 - FEWEST, 60, dtype=np.float32)
    assert open_watch(recipe, {}) is None
    assert open_watch(recipe, {SCORES: scores[1:]}) is None
    watch = open_watch(recipe, {SCORES: scores})
    assert watch is not None
    assert watch.p_value(49.5) == pytest.approx(0.5 / (FEWEST + 1))
    with pytest.raises(BundleError, match="9 below the limit; 10 needed"):
        DriftWatch(SPEC, scores[1:], 50.0)
