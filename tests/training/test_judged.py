"""The numbers of an evaluation, from parts whose scores are known."""

from __future__ import annotations

import math
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from station.core.domain import Verdict
from station.engine.vision.ablation import ROWS
from training.judged import Judged, Result, over_detections


def _judged(kind: str, score: float, flagged: int = 4, cleared: int = 4) -> Judged:
    verdict = Verdict.REJECT if score > 2 else Verdict.PASS
    return Judged(kind, verdict, dict.fromkeys(ROWS, score), flagged, cleared, file=f"test/{kind}/{score}.png")


@pytest.fixture
def result() -> Result:
    """Four good parts, one of them rejected; five bad ones, one of them missed; the limit is 2."""
    good = [_judged("good", score) for score in (0.0, 0.5, 1.0)] + [_judged("good", 2.5, 4, 3)]
    dents = [_judged("dent", score, 4, 1) for score in (3.0, 4.0, 1.5)]
    scratches = [_judged("scratch", 5.0, 4, 2), _judged("scratch", 6.0, 4, 2)]
    return Result("ab" * 32, "torch", 2.0, 0.1, tuple(good + dents + scratches))


def test_both_errors_are_counted_with_their_intervals(result: Result) -> None:
    cascade = result.facts()["cascade"]
    assert (cascade["false_rejects"], cascade["n_good"]) == (1, 4)
    assert (cascade["misses"], cascade["n_bad"]) == (1, 5)
    low, high = cascade["false_reject_ci95"]
    assert low < 1 / 4 < high
    low, high = cascade["miss_ci95"]
    assert low < 1 / 5 < high
    assert cascade["not_inspected"] == 0
    assert (cascade["limit"], cascade["bound_95"]) == (2.0, 0.1)


def test_kinds_stand_alone_against_all_good_parts(result: Result) -> None:
    kinds = result.facts()["cascade"]["per_kind"]
    assert kinds["dent"] == {"n": 3, "misses": 1, "auroc": pytest.approx(11 / 12)}
    assert kinds["scratch"] == {"n": 2, "misses": 0, "auroc": 1.0}


def test_over_detections_are_counted_on_good_and_bad_parts(result: Result) -> None:
    candidates = result.facts()["cascade"]["candidates"]
    assert candidates["good"] == {"flagged": 16, "cleared": 15, "confirmed": 1}
    assert candidates["bad"] == {"flagged": 20, "cleared": 7, "confirmed": 13}


def test_every_method_has_its_row_and_aupro_needs_masks(result: Result) -> None:
    facts = result.facts()
    for row in ROWS:
        assert facts[row]["auroc"] == pytest.approx(19 / 20)
        assert facts[row]["tpr_at_fpr_5"] == pytest.approx(4 / 5)
        assert "aupro" not in facts[row]
    assert "false_rejects" not in facts["vae_raw"]
    table = result.table()
    assert all(row in table for row in ROWS)
    assert "false rejects 1 of 4 (promised below 10.0%), misses 1 of 5" in table


def test_aupro_where_masks_exist() -> None:
    mask = np.zeros((16, 16), bool)
    mask[4:8, 4:8] = True
    seen = {row: mask.astype(np.float32) for row in ROWS}
    blank = {row: np.zeros((16, 16), np.float32) for row in ROWS}
    judged = (
        Judged("good", Verdict.PASS, dict.fromkeys(ROWS, 0.0), 1, 1, blank, np.zeros((16, 16), bool)),
        Judged("dent", Verdict.REJECT, dict.fromkeys(ROWS, 9.0), 1, 0, seen, mask),
        Judged("dent", Verdict.REJECT, dict.fromkeys(ROWS, 9.0), 1, 0),  # nobody drew its mask
    )
    assert Result("", "", 2.0, 0.1, judged).facts()["cascade"]["aupro"] == pytest.approx(1, abs=0.02)


def test_what_is_not_inspected_counts_as_the_worst_score() -> None:
    lost = Judged("dent", Verdict.NOT_INSPECTED, dict.fromkeys(ROWS, math.inf), 0, 0)
    facts = Result("", "", 2.0, 0.1, (_judged("good", 9.0), lost)).facts()["cascade"]
    assert (facts["auroc"], facts["misses"], facts["not_inspected"]) == (1.0, 0, 1)


def test_every_picture_stands_in_the_json_with_its_scores(result: Result) -> None:
    lost = Judged("dent", Verdict.NOT_INSPECTED, dict.fromkeys(ROWS, math.inf), 0, 0, file="test/dent/lost.png")
    facts = msgspec.json.decode(msgspec.json.encode(replace(result, judged=(*result.judged, lost)).facts()))
    first, *_, last = facts["pictures"]
    assert first == {
        "file": "test/good/0.0.png",
        "kind": "good",
        "verdict": "PASS",
        "score": 0.0,
        "scores": dict.fromkeys(ROWS, 0.0),
    }
    assert (last["verdict"], last["score"]) == ("NOT_INSPECTED", None)
    assert len(facts["pictures"]) == 10


def test_figures_are_given_again_without_the_kinds_that_stand_apart(result: Result) -> None:
    """Without the dents, of which one is missed, the two scratches stand above all good parts."""
    apart = replace(result, apart=("dent",))
    facts = apart.facts()
    assert facts["cascade"] == result.facts()["cascade"]
    without = facts["without"]
    assert without["kinds"] == ["dent"]
    assert (without["cascade"]["auroc"], without["cascade"]["n_bad"], without["cascade"]["misses"]) == (1.0, 2, 0)
    assert list(without["cascade"]["per_kind"]) == ["scratch"]
    assert "without" not in result.facts()
    assert "without dent:" in apart.table()


def test_true_positive_rates_have_intervals(result: Result) -> None:
    cascade = result.facts()["cascade"]
    for name in ("tpr_at_fpr_1", "tpr_at_fpr_5"):
        low, high = cascade[f"{name}_ci95"]
        assert low <= cascade[name] <= high
        assert low < high


def test_over_detections_at_equal_recall() -> None:
    """To catch two of the three bad parts the raw VAE must reject all four good ones, the cascade one of them."""
    bad = [False] * 4 + [True] * 3
    raw, cascade = [5, 6, 7, 8, 9, 4, 3], [0, 1, 2, 5, 9, 5, 1]
    assert over_detections(raw, cascade, bad, 2) == {"vae_raw": 4, "cascade": 1, "cleared_share": 0.75}
    assert over_detections(cascade, raw, bad, 1) == {"vae_raw": 0, "cascade": 0, "cleared_share": None}


def test_cost_stands_in_facts_and_table(result: Result) -> None:
    told = replace(result, bundle_bytes=2_500_000, cpu_ms={"cascade": 9.04})
    assert (told.facts()["bundle_bytes"], told.facts()["cpu_ms"]) == (2_500_000, {"cascade": 9.04})
    assert "CPU ms of one part, median: cascade 9.0; bundle 2.50 MB" in told.table()
