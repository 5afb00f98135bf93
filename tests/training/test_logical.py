"""The logical score learnt on drawn flanges: wrong parts stand far off, light does not, and it is off where useless."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from station.core.recipe import NormalisationSpec, PictureSpec, ScreenSpec, vae_spec
from station.engine.vision.logical import LogicalScore, Overview, fuse_logical
from station.engine.vision.session import Session
from station.sim.parts import draw_part
from training.folding import folded
from training.logical import (
    LIGHTS,
    Judged,
    choose_logical,
    describe,
    fit_logical,
    held_out_distances,
    learn_logical,
    lights_of,
    logical_faults,
)
from training.metrics import auroc
from training.sessions import TorchSession
from training.vae_training import VaeSettings, train_vae

Pictures = NDArray[np.float32]
SIDE = 64
VAE = vae_spec(PictureSpec(SIDE, SIDE), ScreenSpec(scale=2), latent=True)
BELT = 30 / 255


class BlurSession:
    """Stands in for a VAE: it reconstructs the blurred picture, and its latent is the picture at 1/16."""

    info = "NumPy"
    spec = VAE

    def run(self, feeds: Mapping[str, Pictures]) -> dict[str, Pictures]:
        batch = feeds["picture"]
        cells = batch.reshape(len(batch), 1, 2, 16, 2, 16).mean(axis=(3, 5))
        blurred = np.stack([cv2.blur(item[0], (7, 7))[None] for item in batch])
        return {"reconstruction": blurred, "latent": np.repeat(cells, 16, axis=1)}

    def warmup(self, runs: int = 3) -> None: ...

    def close(self) -> None: ...


def flanges(first: int, count: int) -> Pictures:
    """Good parts in 0..1; some with dust or glare."""
    kinds = ("good", "good", "dust", "good", "glare")
    drawn = [draw_part(seed, kinds[seed % 5]) for seed in range(first, first + count)]
    small = [cv2.resize(one, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for one in drawn]
    return np.stack(small).astype(np.float32) / 255


def _belt(picture: Pictures) -> Pictures:
    noise = np.random.default_rng(int(1e6 * picture.mean())).normal(0, 0.01, picture.shape)
    return (BELT + noise).astype(np.float32)


def _plate(picture: Pictures) -> Pictures:
    """Another product: a square plate with one bore."""
    plate = _belt(picture)
    plate[8:-8, 8:-8] += 0.5
    return np.asarray(cv2.circle(plate, (SIDE // 2, SIDE // 2), 9, BELT, -1), np.float32)


def _broken(picture: Pictures) -> Pictures:
    """The upper left quarter has broken off."""
    broken = picture.copy()
    broken[: SIDE // 2, : SIDE // 2] = _belt(picture)[: SIDE // 2, : SIDE // 2]
    return broken


def _exchanged(picture: Pictures) -> Pictures:
    """What lies at the top and at the bottom has changed places."""
    changed = picture.copy()
    changed[6:22, 24:40], changed[42:58, 24:40] = picture[42:58, 24:40], picture[6:22, 24:40]
    return changed


WRONG = {
    "part missing": _belt,
    "large piece missing": _broken,
    "other product": _plate,
    "turned by 180 degrees": lambda picture: picture[::-1, ::-1],
    "mirrored": lambda picture: picture[:, ::-1],
    "pieces exchanged": _exchanged,
    "moved by a tenth": partial(np.roll, shift=SIDE // 10, axis=1),
}


@pytest.fixture(scope="module")
def session() -> Session:
    """A screener trained for some seconds on 40 flanges."""
    small = flanges(0, 40).reshape(40, SIDE // 2, 2, SIDE // 2, 2).mean(axis=(2, 4))
    settings = VaeSettings(steps=150, batch=8)
    vae = train_vae(small[:34], small[34:], settings, lambda step, loss: None).vae
    return TorchSession(folded(vae), VAE)


@pytest.mark.parametrize("parts", [16, 40])
def test_wrong_parts_stand_off_and_light_does_not(session: Session, parts: int) -> None:
    views = describe(session, flanges(0, parts))
    score = LogicalScore(VAE, fit_logical(VAE, views))
    held_out = held_out_distances(VAE, views)
    mean, std = held_out[:, 0].mean(), held_out[:, 0].std()
    good = describe(session, flanges(500, 60), (0.9, 0.95, 1.0, 1.05, 1.1))
    good_scores = np.array([score.distance(view) for view in good.reshape(-1, good.shape[2])])
    highest = (held_out.max() - mean) / std
    assert ((good_scores - mean) / std).max() < highest + 3
    for kind, make in WRONG.items():
        wrong = np.stack([make(picture) for picture in flanges(600, 12)])
        scores = np.array([score.distance(view) for view in describe(session, wrong, (1.0,))[:, 0]])
        labels = [False] * len(good_scores) + [True] * len(scores)
        value = auroc([*good_scores, *scores], labels)
        print(f"{parts} parts, {kind}: AUROC {value:.3f}, {np.median(scores - mean) / std:.0f} standard deviations")
        assert value > 0.99, kind


def test_views_are_those_of_the_line_in_each_light() -> None:
    pictures, session = flanges(0, 3), BlurSession()
    views = describe(session, pictures)
    assert views.shape == (3, len(LIGHTS), Overview(VAE).length)
    for number, gain in enumerate(LIGHTS):
        screen = cv2.resize(np.clip(pictures[1] * np.float32(gain), 0, 1), (32, 32), interpolation=cv2.INTER_AREA)
        answer = session.run({"picture": screen[None, None]})
        wanted = Overview(VAE).describe(answer["latent"][0], screen, answer["reconstruction"][0, 0])
        assert np.allclose(views[1, number], wanted, atol=1e-6)


@pytest.mark.parametrize(("kind", "lights"), [("none", 3), ("median_range", 1), ("local_contrast", 1)])
def test_light_that_normalisation_takes_out_is_not_added_again(kind: str, lights: int) -> None:
    assert len(lights_of(NormalisationSpec(kind=kind))) == lights  # type: ignore[arg-type]
    assert lights_of(NormalisationSpec())[0] == 1.0


def test_directions_and_spreads_are_those_of_the_good_parts() -> None:
    """Parts that differ in two directions of known spread, and a little in all."""
    rng = np.random.default_rng(0)
    length = Overview(VAE).length
    axes, _ = np.linalg.qr(rng.normal(size=(length, 2)))
    views = 5 + rng.normal(size=(400, 2)) * (3, 2) @ axes.T + rng.normal(0, 0.05, (400, length))
    tensors = fit_logical(VAE, views[:, None].astype(np.float32))
    basis, spread = (tensors[f"logical.{name}"].astype(np.float64) for name in ("basis", "spread"))
    assert basis.shape == (16, length)
    assert np.abs(basis @ basis.T - np.eye(16)).max() < 2e-3
    assert (np.diff(spread) <= 0).all() and spread[1] > 10 * spread[2]
    score = LogicalScore(VAE, tensors)
    squares = [score.distance(view) ** 2 for view in views.astype(np.float32)]
    assert np.mean(squares) == pytest.approx(length, rel=0.1)


def test_few_parts_give_few_directions() -> None:
    views = describe(BlurSession(), flanges(0, 9))
    assert fit_logical(VAE, views)["logical.basis"].shape[0] == 4


def test_parts_are_judged_by_a_score_that_saw_neither_them_nor_their_neighbours() -> None:
    views = describe(BlurSession(), flanges(0, 16))
    views[4:8] += 0.2  # four pictures of one odd part: one fold
    distances = held_out_distances(VAE, views)
    seen = LogicalScore(VAE, fit_logical(VAE, views))
    inside = [seen.distance(view) for view in views[4:8, 0]]
    assert distances.shape == (16, 3)
    assert distances[4:8, 0].min() > 3 * max(inside)


def test_faults_are_of_all_kinds_repeat_and_leave_the_pictures_alone() -> None:
    pictures = flanges(0, 16)
    before = pictures.copy()
    faults = logical_faults(pictures, np.random.default_rng(3), count=36)
    again = logical_faults(pictures, np.random.default_rng(3), count=36)
    assert np.array_equal(pictures, before)
    assert all(np.array_equal(a.picture, b.picture) and a.kind == b.kind for a, b in zip(faults, again, strict=True))
    assert {fault.kind for fault in faults} == {
        "piece missing",
        "piece covered",
        "turned",
        "mirrored",
        "halves swapped",
        "shifted",
    }
    for fault in faults:
        assert fault.picture.shape == (SIDE, SIDE) and fault.picture.dtype == np.float32
        assert fault.picture.min() >= 0 and fault.picture.max() <= 1
        assert min(np.abs(fault.picture - picture).mean() for picture in pictures) > 0.01


def test_what_looks_like_a_good_part_is_no_fault() -> None:
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    disc = np.where(np.hypot(rows, columns) < 24, 0.6, 0.2).astype(np.float32)
    discs = disc + rng.normal(0, 0.01, (8, SIDE, SIDE)).astype(np.float32)
    assert {fault.kind for fault in logical_faults(discs, rng)}.isdisjoint({"turned", "mirrored"})
    texture = rng.random((8, SIDE, SIDE)).astype(np.float32)
    assert logical_faults(texture, rng) == []


def good_distances(parts: int) -> NDArray[np.float64]:
    """Distances [n, 1] with mean 20 and standard deviation 2."""
    return 20 + 2 * np.random.default_rng(5).normal(size=(parts, 1))


MISSED = [Judged("turned", 1.0, 60.0)] * 6
FOUND = [Judged("piece missing", 9.0, 60.0)] * 6
UNSEEN = [Judged("mirrored", 1.0, 20.0)] * 3


@pytest.mark.parametrize("parts", [8, 16, 200])
def test_it_is_on_where_it_finds_what_the_local_score_misses(parts: int) -> None:
    local, logical = [-1.0, 0.5, 2.5], good_distances(parts)
    spec, evidence = choose_logical(local, logical, [*MISSED, *FOUND, *UNSEEN])
    assert spec is not None
    assert evidence["logical"] == "on"
    assert evidence["logical faults found by the local score"] == pytest.approx(0.4)
    assert evidence["logical faults found by both"] == pytest.approx(0.8)
    assert evidence["logical faults found by both, turned"] == 1
    assert evidence["logical faults found by both, mirrored"] == 0
    assert fuse_logical(-99.0, float(logical.max()), spec) == pytest.approx(2.5 - 3)
    assert fuse_logical(1.0, 60.0, spec) > 2.5


def test_good_parts_in_other_light_are_heeded_too() -> None:
    local, logical = [2.5], good_distances(20)
    spec, _ = choose_logical(local, np.hstack([logical, logical + 10]), MISSED)
    assert spec is not None
    assert spec.mean == pytest.approx(logical.mean())
    assert fuse_logical(-99.0, float(logical.max()) + 10, spec) == pytest.approx(2.5 - 3)


def test_it_is_off_where_the_local_score_finds_the_same() -> None:
    spec, evidence = choose_logical([2.5], good_distances(30), [*FOUND, *UNSEEN])
    assert spec is None
    assert evidence["logical"] == "off: the local score finds the same faults"


@pytest.mark.parametrize(("parts", "off"), [(30, True), (49, True), (120, False)])
def test_it_is_off_where_it_would_cost_more_than_one_good_part_in_fifty(parts: int, off: bool) -> None:
    """One good part lies far outside: unforeseen, it would have been rejected."""
    logical = good_distances(parts)
    logical[3] = 60.0
    spec, evidence = choose_logical([2.5], logical, [Judged("turned", 1.0, 200.0)] * 5)
    assert evidence["good parts raised by the logical score"] == pytest.approx(1 / parts, abs=1e-3)
    assert (spec is None) is off


def test_without_faults_it_is_off() -> None:
    assert choose_logical([2.5], good_distances(30), [])[0] is None


def test_learnt_in_one_go() -> None:
    pictures = flanges(0, 24)
    faults = [(fault, 0.0) for fault in logical_faults(pictures[:6], np.random.default_rng(0))]
    learnt = learn_logical(BlurSession(), pictures, [1.0, 2.0], faults, NormalisationSpec())
    assert learnt.spec is not None
    assert learnt.evidence["logical faults found by both"] == 1
    score = LogicalScore(VAE, learnt.tensors)
    good = describe(BlurSession(), flanges(500, 30))
    values = [fuse_logical(0.0, score.distance(view), learnt.spec) for view in good.reshape(-1, good.shape[2])]
    assert max(values) < 2.0
    useless = learn_logical(BlurSession(), pictures, [1.0], [(fault, 9.0) for fault, _ in faults], NormalisationSpec())
    assert (useless.spec, useless.tensors) == (None, {})
