# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A new PIN or password is typed twice, because nobody sees what was typed."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtWidgets import QWidget

from station.core.people import check_secret
from station.gui.keypad import ask_secret
from station.gui.language import filled, translate


def ask_new_secret(
    role: str, name: str, accept: Callable[[str], None], complain: Callable[[str], None], parent: QWidget
) -> None:
    """`accept` gets the secret when both are the same and it keeps the rules; otherwise `complain` gets a sentence."""

    def repeat(first: str) -> None:
        if fault := check_secret(first, role):
            complain(fault)
            return

        def compare(second: str) -> None:
            if first == second:
                accept(first)
            else:
                complain(translate("People", "The two were not the same; nothing was changed."))

        ask_secret(role, filled(_again(role), name), compare, parent)

    ask_secret(role, filled(_title(role), name), repeat, parent)


def _title(role: str) -> str:
    if role == "operator":
        return translate("People", "New PIN of %1: at least 4 digits")
    return translate("People", "New password of %1: at least 8 characters")


def _again(role: str) -> str:
    return (
        translate("People", "The PIN of %1 again")
        if role == "operator"
        else translate("People", "The password of %1 again")
    )
