"""SUITE.toml: which data sets, seeds and towers `saiken-train benchmark` runs over. Typed; a wrong key is an error.

[suite]
seeds = [0, 1, 2]
peers = ["patchcore"]               # optional: methods whose DIR/<set>/<peer>/seed<k>/result.json another command wrote

[[set]]                             # any number; MVTec layout
name = "tiles"
data = "../data/tiles"              # relative to this file
fit = { frame = [256, 256] }        # any key of `FitSettings` but name and seed
apart = ["uneven"]                  # optional: kinds without which the figures are given a second time
towers = ["generic"]                # optional: only these; likewise seeds

[[tower]]                           # any number; its keys win over those of the set
name = "generic"
fit = { tower = "generic" }

[[sequence]]                        # any number; sequence.csv and frames/
name = "spindle"
data = "../data/spindle"
learn = 30                          # frames of each position to learn from
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from station.core.config import Section, parse_table
from station.core.errors import ConfigError
from training.settings import FitSettings

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]  # also names a folder
_Seed = Annotated[int, msgspec.Meta(ge=0)]
_GIVEN = ("name", "seed")  # settings that the benchmark itself gives
_ARRAYS = ("set", "tower", "sequence")


class SuiteSection(Section, frozen=True):
    """[suite]"""

    seeds: Annotated[tuple[_Seed, ...], msgspec.Meta(min_length=1)] = (0,)
    peers: tuple[_Name, ...] = ()


class TowerSection(Section, frozen=True):
    """[[tower]]"""

    name: _Name
    fit: dict[str, Any] = msgspec.field(default_factory=dict)


class DataSection(Section, frozen=True):
    """What a set and a sequence have in common."""

    name: _Name
    data: str
    fit: dict[str, Any] = msgspec.field(default_factory=dict)
    towers: tuple[str, ...] = ()  # empty: all
    seeds: tuple[_Seed, ...] = ()  # empty: those of [suite]


class SetSection(DataSection, frozen=True):
    """[[set]]"""

    apart: tuple[str, ...] = ()


class SequenceSection(DataSection, frozen=True):
    """[[sequence]]"""

    learn: Annotated[int, msgspec.Meta(ge=1)] = 30


@dataclass(frozen=True)
class Trial:
    """One fit of the suite: a set or sequence, a tower, a seed."""

    of: DataSection
    tower: str
    seed: int
    data: Path
    settings: FitSettings
    asked: dict[str, Any]  # what decides the result, as the suite says it; stands in the result
    first: bool  # of the seeds of its set and tower

    @property
    def folder(self) -> str:
        """Below the benchmark's directory."""
        return f"{self.of.name}/{self.tower}/seed{self.seed}"


@dataclass(frozen=True)
class Suite:
    """A checked suite."""

    name: str
    seeds: tuple[int, ...]
    peers: tuple[str, ...]
    sets: tuple[SetSection, ...]
    trials: tuple[Trial, ...]  # set by set, tower by tower, seed by seed; then the sequences


def read_suite(path: Path) -> Suite:
    """Read and check a suite; every setting of every trial is checked before the first one runs.

    Raises:
        ConfigError: names file, table, key and the nearest known key.
    """
    table = _read_toml(path)
    for key in table:
        if key not in ("suite", *_ARRAYS):
            raise ConfigError(f"{path}: unknown table '{key}'; known here: [suite], [[set]], [[tower]], [[sequence]]")
    head: SuiteSection = parse_table(SuiteSection, table.get("suite", {}), f"{path}: [suite]")
    sets: list[SetSection] = _parse_all(SetSection, table, "set", path)
    towers: list[TowerSection] = _parse_all(TowerSection, table, "tower", path)
    sequences: list[SequenceSection] = _parse_all(SequenceSection, table, "sequence", path)
    if not towers or not (sets or sequences):
        raise ConfigError(f"{path}: nothing to run; give at least one [[tower]] and one [[set]] or [[sequence]]")
    parts: list[DataSection] = [*sets, *sequences]
    _refuse_twice(path, "set or sequence", [one.name for one in parts])
    _refuse_twice(path, "tower or peer", [*(one.name for one in towers), *head.peers])
    trials = [trial for one in parts for trial in _trials(path, head, one, towers)]
    return Suite(path.stem, head.seeds, head.peers, tuple(sets), tuple(trials))


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}; give a suite (see training/suite.py)") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is no valid TOML: {error}") from error


def _parse_all(kind: type[msgspec.Struct], table: dict[str, Any], name: str, path: Path) -> list[Any]:
    entries = table.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{path}: {name}: must be written as [[{name}]], once for each")
    return [parse_table(kind, entry, f"{path}: [[{name}]] {number}") for number, entry in enumerate(entries, 1)]


def _refuse_twice(path: Path, what: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"{path}: two are named {name!r}; give each {what} a name of its own")


def _trials(path: Path, head: SuiteSection, of: DataSection, towers: list[TowerSection]) -> Iterator[Trial]:
    known = [tower.name for tower in towers]
    for name in of.towers:
        if name not in known:
            raise ConfigError(f"{path}: {of.name}: towers: unknown tower {name!r}; known here: {', '.join(known)}")
    for tower in towers:
        if of.towers and tower.name not in of.towers:
            continue
        seeds = of.seeds or head.seeds
        for seed in seeds:
            yield _trial(path, of, tower, seed, first=seed == seeds[0])


def _trial(path: Path, of: DataSection, tower: TowerSection, seed: int, *, first: bool) -> Trial:
    where = f"{path}: fit of {of.name} with {tower.name}"
    fit = {**of.fit, **tower.fit}
    for key in _GIVEN:
        if key in fit:
            raise ConfigError(f"{where}: {key} = {fit[key]!r}: is given by the benchmark; remove it")
    backbone = fit.get("backbone")
    if isinstance(backbone, str) and (path.parent / backbone).is_file():
        fit["backbone"] = str(path.parent / backbone)
    settings: FitSettings = parse_table(FitSettings, {**fit, "name": of.name, "seed": seed}, where)
    asked: dict[str, Any] = {"fit": {**of.fit, **tower.fit}, "seed": seed}
    if isinstance(of, SetSection):
        asked["apart"] = list(of.apart)
    if isinstance(of, SequenceSection):
        asked["learn"] = of.learn
    return Trial(of, tower.name, seed, path.parent / of.data, settings, asked, first)
