"""Switching, plurals, and the translations themselves: complete, finished, nothing empty, nothing obsolete."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from PyQt6.lupdate import lupdate

import station.gui
from station.gui.language import TRANSLATIONS, Language, TsTranslator, filled, read_ts, translate

SOURCES = sorted(str(file) for file in Path(station.gui.__file__).parent.rglob("*.py"))


@pytest.fixture(scope="module")
def in_source(tmp_path_factory) -> dict[tuple[str, str], bool]:
    """(context, text) -> whether it has plurals, for every string that PyQt6's own tool finds in the sources."""
    file = tmp_path_factory.mktemp("ts") / "found.ts"
    lupdate(SOURCES, [str(file)], no_summary=True)
    return {
        (context.findtext("name"), message.findtext("source")): message.get("numerus") == "yes"
        for context in ElementTree.parse(file).getroot().iter("context")
        for message in context.iter("message")
    }


def messages(code: str) -> dict[tuple[str, str], ElementTree.Element]:
    return {
        (context.findtext("name"), message.findtext("source")): message
        for file in sorted((TRANSLATIONS / code).glob("*.ts"))
        for context in ElementTree.parse(file).getroot().iter("context")
        for message in context.iter("message")
    }


def test_every_string_of_the_source_is_in_the_japanese_file_and_no_other(in_source):
    assert len(in_source) > 100
    assert set(messages("ja")) == set(in_source)


def test_the_english_file_holds_exactly_the_plurals(in_source):
    assert set(messages("en")) == {key for key, plural in in_source.items() if plural}


@pytest.mark.parametrize(("code", "plurals"), [("ja", 1), ("en", 2)])
def test_nothing_is_unfinished_or_empty(in_source, code, plurals):
    for key, message in messages(code).items():
        translation = message.find("translation")
        assert translation.get("type") is None, f"{key} is unfinished"
        forms = list(translation.iter("numerusform"))
        assert len(forms) == (plurals if in_source[key] else 0), f"{key} has the wrong number of plurals"
        for element in forms or [translation]:
            assert (element.text or "").strip(), f"{key} is empty"


@pytest.mark.parametrize("code", ["ja", "en"])
def test_placeholders_survive(code):
    for file in (TRANSLATIONS / code).glob("*.ts"):
        for (_, source), forms in read_ts(file).items():
            for mark in ("%1", "%2", "%3", "%n", "F4"):
                for form in forms:
                    assert (mark in source) == (mark in form), f"{source!r} and {form!r} differ in {mark}"


@pytest.mark.parametrize("code", ["ja", "en"])
def test_a_text_stands_in_one_file_only(code):
    seen = {}
    for file in (TRANSLATIONS / code).glob("*.ts"):
        for key in read_ts(file):
            assert key not in seen, f"{key} stands in {seen[key]} and {file.name}"
            seen[key] = file.name


def test_an_empty_or_unfinished_translation_falls_back(tmp_path):
    file = tmp_path / "x.ts"
    file.write_text(
        '<TS><context><name>A</name><message><source>a</source><translation type="unfinished">x</translation></message>'
        "<message numerus='yes'><source>b</source><translation><numerusform/></translation></message>"
        "<message><source>c</source></message></context></TS>"
    )
    assert read_ts(file) == {}


def test_switching_back_and_forth(english: Language):
    assert translate("Why", "Back") == "Back"
    assert english.other == "ja"
    english.switch("ja")
    assert translate("Why", "Back") == "戻る"
    english.switch("ja")
    english.switch("en")
    assert translate("Why", "Back") == "Back"


def test_plurals(english: Language):
    assert translate("Why", "%n candidate(s) cleared", "", 1) == "1 candidate cleared"
    assert translate("Why", "%n candidate(s) cleared", "", 0) == "0 candidates cleared"
    english.switch("ja")
    assert translate("Why", "%n candidate(s) cleared", "", 3) == "候補3件を解除"


def test_unknown_text_is_shown_as_it_is(english: Language):
    english.switch("ja")
    assert translate("Advice", "Something new.") == "Something new."
    assert TsTranslator("ja").isEmpty() is False


def test_values_go_where_the_language_wants_them():
    assert filled("%1 of %2", 3, "ten") == "3 of ten"
    assert filled("%2 中 %1", 3, "ten") == "ten 中 3"
