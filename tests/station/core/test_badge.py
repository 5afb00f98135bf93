"""Badges: issued and read back; forged, altered, foreign and expired ones are nothing; one key for all processes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.core.badge import KEY_BYTES, VOID_FILE, Badge, badge_key, issue, read_badge, void_badges, void_until
from station.core.errors import StorageError

KEY, HANA = b"k" * KEY_BYTES, Badge("花子", "supervisor", 1_000)


def test_a_badge_is_read_back_until_it_is_over() -> None:
    text = issue(KEY, HANA)
    assert read_badge(KEY, text, 999) == HANA
    assert read_badge(KEY, text, 1_000) is None


def test_another_boot_has_another_key() -> None:
    assert read_badge(b"x" * KEY_BYTES, issue(KEY, HANA), 0) is None


@given(st.text())
def test_no_text_is_a_badge(text: str) -> None:
    assert read_badge(KEY, text, 0) is None


def test_no_altered_badge_is_one() -> None:
    text = issue(KEY, HANA)
    for place in range(len(text)):
        altered = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        assert read_badge(KEY, altered, 0) in {None, HANA}  # spare bits of base64 may differ; what is said does not
    assert read_badge(KEY, text[:-4], 0) is None


def test_the_first_process_makes_the_key_and_all_have_the_same(tmp_path: Path) -> None:
    key = badge_key(tmp_path / "run")
    assert badge_key(tmp_path / "run") == key
    assert len(key) == KEY_BYTES
    assert stat.S_IMODE((tmp_path / "run" / "badge.key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["badge.key"]


def test_a_damaged_key_file_and_a_directory_that_cannot_be_are_said(tmp_path: Path) -> None:
    (tmp_path / "badge.key").write_bytes(b"short")
    with pytest.raises(StorageError, match=r"badge\.key: is no key"):
        badge_key(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"badge\.key: cannot be used"):
        badge_key(tmp_path / "file")


def test_badges_are_void_until_then_for_each_person_apart(tmp_path: Path) -> None:
    assert void_until(tmp_path, "hana") == 0
    void_badges(tmp_path, "hana", 500)
    void_badges(tmp_path, "花子", 700)
    assert [void_until(tmp_path, name) for name in ("hana", "花子", "sue")] == [500, 700, 0]
    assert stat.S_IMODE((tmp_path / VOID_FILE).stat().st_mode) == 0o600
    with pytest.raises(StorageError, match=r"badge\.void: cannot be written"):
        void_badges(tmp_path / "nowhere", "hana", 1)
