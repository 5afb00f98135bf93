"""The table's arithmetic against figures counted by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from station.core.errors import ConfigError
from training.tables import Outcome, build_table, scored

GOOD, DENT, SHADE = "good", "dent", "shade"
# file, kind, raw VAE, cascade: the limit is 5, so one good part is rejected and one bad part missed
PICTURES = [
    ("g0", GOOD, 3.0, 1.0),
    ("g1", GOOD, 4.0, 2.0),
    ("g2", GOOD, 5.0, 3.0),
    ("g3", GOOD, 6.0, 6.0),
    ("d0", DENT, 5.5, 7.0),
    ("d1", DENT, 2.0, 8.0),
    ("s0", SHADE, 1.0, 4.0),
]


def facts(shift: float = 0.0, **more: Any) -> dict[str, Any]:
    """A result.json as it is read; `shift` is added to the cascade's scores of bad parts."""
    pictures = []
    for file, kind, raw, score in PICTURES:
        value = score + shift * (kind != GOOD)
        verdict = "PASS" if value <= 5 else "REJECT"
        scores = {"vae_raw": raw, "cascade": value}
        pictures.append({"file": file, "kind": kind, "verdict": verdict, "score": value, "scores": scores})
    cascade = {"bound_95": 0.25, "limit": 5.0, "aupro": 0.8 + shift / 10}
    return {"pictures": pictures, "cascade": cascade, "runtime": "here", "bundle_bytes": 1000, **more}


def rows_of(*outcomes: Outcome) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["method"], " ".join(row["without"])): row for row in build_table("suite", outcomes)["rows"]}


def test_figures_are_means_over_the_seeds_with_their_ends() -> None:
    """Cascade: good 1 2 3 6; bad 7 8 4 wins 4 + 4 + 3 of 12 pairs; three higher, 7 10 11 wins all."""
    rows = rows_of(Outcome("tiles", "own", 0, facts()), Outcome("tiles", "own", 1, facts(shift=3.0)))
    cascade, raw = rows["cascade", ""], rows["vae_raw", ""]
    assert (cascade["n_good"], cascade["n_bad"], cascade["seeds"]) == (4, 3, [0, 1])
    assert cascade["auroc"]["mean"] == pytest.approx((11 / 12 + 1) / 2)
    assert (cascade["auroc"]["min"], cascade["auroc"]["max"]) == (pytest.approx(11 / 12), 1.0)
    low, high = cascade["auroc"]["ci95"]
    assert low < cascade["auroc"]["mean"] <= high == 1.0
    assert cascade["tpr_at_fpr_5"]["mean"] == pytest.approx((2 / 3 + 1) / 2)
    assert cascade["aupro"] == {"mean": pytest.approx(0.95), "min": 0.8, "max": 1.1}
    assert raw["auroc"]["mean"] == pytest.approx(3 / 12)
    assert raw["aupro"] is None
    assert "decisions" not in raw


def test_decisions_are_held_against_the_promise_of_their_own_seed() -> None:
    """One of four good parts is rejected: just inside a bound of 25 %."""
    tight = facts()
    tight["cascade"] = {"bound_95": 0.24}
    row = rows_of(Outcome("tiles", "own", 0, facts()), Outcome("tiles", "own", 1, tight))["cascade", ""]
    first, second = row["decisions"]
    assert (first["false_rejects"], first["n_good"], first["inside"]) == (1, 4, True)
    assert (second["bound_95"], second["inside"]) == (0.24, False)
    assert (first["misses"], first["n_bad"]) == (1, 3)
    # To catch two bad parts the raw VAE's limit is 2: it rejects all four good ones; the cascade's is 7: none.
    assert first["over_detections"] == {"vae_raw": 4, "cascade": 0, "cleared_share": 1.0}
    assert row["aupro"] is None, "one seed lacks it"


def test_kinds_that_stand_apart_give_rows_of_their_own() -> None:
    without = {"kinds": [SHADE], "cascade": {"aupro": 0.9}}
    rows = rows_of(Outcome("tiles", "own", 0, facts(without=without)), Outcome("tiles", "peer", 0, facts()))
    row = rows["cascade", SHADE]
    assert (row["n_bad"], row["auroc"]["mean"], row["decisions"][0]["misses"]) == (2, 1.0, 0)
    table = build_table(
        "suite", [Outcome("tiles", "own", 0, facts(without=without)), Outcome("tiles", "peer", 0, facts())]
    )
    assert [(one["tower"], one["without"]) for one in table["rows"] if one["method"] == "cascade"] == [
        ("own", []),
        ("own", [SHADE]),
        ("peer", []),
        ("peer", [SHADE]),
    ]


def test_a_part_without_a_score_is_worse_than_all_others() -> None:
    lost = facts()
    lost["pictures"][4] |= {"verdict": "NOT_INSPECTED", "scores": {"vae_raw": None, "cascade": None}}
    run = scored(lost)
    assert np.isposinf(run.scores["cascade"][4]) and run.rejected[4]
    assert rows_of(Outcome("tiles", "own", 0, lost))["cascade", ""]["auroc"]["mean"] == pytest.approx(11 / 12)


def test_a_peer_needs_nothing_but_scores() -> None:
    peer = {"pictures": [{"file": "a", "kind": "good", "scores": {"patchcore": 1.0}}]}
    peer["pictures"].append({"file": "b", "kind": "dent", "scores": {"patchcore": 2.0}})
    table = build_table("suite", [Outcome("tiles", "patchcore", 0, peer)])
    (row,) = table["rows"]
    assert (row["method"], row["auroc"]["mean"], row["cpu_ms"], row["bundle_bytes"]) == ("patchcore", 1.0, None, None)
    assert table["runtimes"] == []


def test_failures_and_sequences_stand_beside_the_rows() -> None:
    at = {"onset": 4, "alarm": 5, "delay_frames": 1, "false_alarms_before": 0, "frames_before": 2, "scores": {"3": 1.0}}
    outcomes = [
        Outcome("tiles", "own", 2, sentence="no such folder"),
        Outcome("spindle", "own", 0, {"learnt_frames": 12, "positions": {"p1": at}}),
    ]
    table = build_table("suite", outcomes)
    assert table["rows"] == []
    assert table["failed"] == [{"set": "tiles", "tower": "own", "seed": 2, "sentence": "no such folder"}]
    assert table["sequences"][0]["positions"]["p1"] == {key: at[key] for key in at if key != "scores"}


def test_seeds_must_have_judged_the_same_pictures() -> None:
    other = facts()
    other["pictures"][0]["file"] = "elsewhere"
    with pytest.raises(ConfigError, match="tiles/own: seed 1 was judged by other pictures than seed 0"):
        rows_of(Outcome("tiles", "own", 0, facts()), Outcome("tiles", "own", 1, other))


def test_what_is_not_a_number_becomes_none() -> None:
    only_good = {**facts(), "pictures": facts()["pictures"][:4]}
    row = rows_of(Outcome("tiles", "own", 0, only_good))["cascade", ""]
    assert row["auroc"]["mean"] is None
    assert row["decisions"][0]["over_detections"]["cleared_share"] is None
