"""What every command's parser shares: one sentence for a wrong word, numbers in range, where the journal is."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from station.cli.parser import Parser, add_journal_source, journal_files, positive, rate, share


def test_wrong_word_gets_one_sentence_and_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        Parser(prog="saiken").parse_args(["--wrong"])
    assert leaving.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(("check", "good", "bad"), [(positive, "3", "0"), (rate, "0.5", "101"), (share, "1", "nan")])
def test_numbers_stay_in_their_range(check, good: str, bad: str) -> None:
    assert check(good) == float(good)
    with pytest.raises(argparse.ArgumentTypeError, match=f"'{bad}' must be"):
        check(bad)


def test_journal_of_the_configuration_or_the_named_one(tmp_path: Path) -> None:
    config = tmp_path / "station.toml"
    config.write_text('[recorder]\njournal = "/a/j.sqlite"\npictures = "/b"\n')
    parser = Parser()
    add_journal_source(parser)
    assert journal_files(parser.parse_args(["--config", str(config)])) == (Path("/a/j.sqlite"), Path("/b"))
    named = parser.parse_args(["--journal", "/c/j.sqlite"])
    assert journal_files(named) == (Path("/c/j.sqlite"), Path("/c/pictures"))
