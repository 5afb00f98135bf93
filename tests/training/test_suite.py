"""Suites: what runs follows from the tables; what is wrong is named before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from station.core.errors import ConfigError
from training.suite import SequenceSection, SetSection, read_suite

GOOD = """
[suite]
seeds = [0, 1]
peers = ["patchcore"]

[[set]]
name = "tiles"
data = "data/tiles"
fit = { fixture = "none", dims = 16, tower = "tuned" }
apart = ["uneven"]

[[set]]
name = "screws"
data = "/data/screws"
towers = ["own"]
seeds = [7]

[[tower]]
name = "generic"
fit = { tower = "generic" }

[[tower]]
name = "own"
fit = { tower = "scratch", dims = 8 }

[[sequence]]
name = "spindle"
data = "spindle"
learn = 12
towers = ["own"]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "suite.toml"
    path.write_text(text)
    return path


def test_every_set_meets_every_tower_and_seed_unless_it_says_which(tmp_path: Path) -> None:
    suite = read_suite(write(tmp_path, GOOD))
    assert [trial.folder for trial in suite.trials] == [
        "tiles/generic/seed0",
        "tiles/generic/seed1",
        "tiles/own/seed0",
        "tiles/own/seed1",
        "screws/own/seed7",
        "spindle/own/seed0",
        "spindle/own/seed1",
    ]
    assert [trial.first for trial in suite.trials] == [True, False, True, False, True, True, False]
    assert (suite.name, suite.peers) == ("suite", ("patchcore",))


def test_the_tower_wins_over_the_set_and_paths_are_beside_the_suite(tmp_path: Path) -> None:
    tiles, _, own, _, screws, spindle, _ = read_suite(write(tmp_path, GOOD)).trials
    assert (tiles.settings.tower, tiles.settings.dims, tiles.settings.fixture) == ("generic", 16, "none")
    assert (own.settings.tower, own.settings.dims, own.settings.name, own.settings.seed) == ("scratch", 8, "tiles", 0)
    assert (tiles.data, screws.data) == (tmp_path / "data" / "tiles", Path("/data/screws"))
    assert isinstance(tiles.of, SetSection) and isinstance(spindle.of, SequenceSection)
    assert own.asked == {
        "fit": {"fixture": "none", "dims": 8, "tower": "scratch"},
        "seed": 0,
        "apart": ["uneven"],
    }
    assert spindle.asked["learn"] == 12


def test_a_backbone_beside_the_suite_is_found(tmp_path: Path) -> None:
    (tmp_path / "tower.safetensors").write_bytes(b"")
    text = GOOD.replace('{ tower = "generic" }', '{ backbone = "tower.safetensors" }')
    assert read_suite(write(tmp_path, text)).trials[0].settings.backbone == str(tmp_path / "tower.safetensors")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("seeds = [0, 1]", "seed = [0, 1]", r"\[suite\]: unknown key 'seed' .* did you mean 'seeds'"),
        ("seeds = [0, 1]", "seeds = []", r"\[suite\]: seeds"),
        ("apart =", "appart =", r"\[\[set\]\] 1: unknown key 'appart' .* did you mean 'apart'"),
        ("dims = 16", "dimms = 16", r"fit of tiles with generic: unknown key 'dimms' .* did you mean 'dims'"),
        ("dims = 16", "dims = 1", r"fit of tiles with generic: dims = 1: "),
        ("dims = 16", "seed = 1", r"seed = 1: is given by the benchmark"),
        ('towers = ["own"]', 'towers = ["mine"]', r"screws: towers: unknown tower 'mine'; known here: generic, own"),
        ('name = "own"', 'name = "generic"', r"two are named 'generic'"),
        ('name = "own"', 'name = "patchcore"', r"two are named 'patchcore'"),
        ('name = "screws"', 'name = "../up"', r"\[\[set\]\] 2: name = '../up'"),
        ("[[sequence]]", "[[sequences]]", r"unknown table 'sequences'; known here: .*\[\[sequence\]\]"),
        ("[[sequence]]", "[sequence]", r"sequence: must be written as \[\[sequence\]\]"),
        ("[suite]", "[suite", r"is no valid TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        read_suite(write(tmp_path, GOOD.replace(old, new, 1)))


def test_nothing_to_run_and_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="nothing to run"):
        read_suite(write(tmp_path, "[suite]\n"))
    with pytest.raises(ConfigError, match="cannot be read"):
        read_suite(tmp_path / "none.toml")
