# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words for the labels, and which stand on the buttons in which order."""

from __future__ import annotations

from PyQt6.QtCore import QT_TRANSLATE_NOOP

from station.gui.language import translate

_LABELS = {
    "false_reject": QT_TRANSLATE_NOOP("Label", "False reject"),
    "true_reject": QT_TRANSLATE_NOOP("Label", "True reject"),
    "missed": QT_TRANSLATE_NOOP("Label", "Missed"),
    "unsure": QT_TRANSLATE_NOOP("Label", "Unsure"),
}
LABEL_KEYS = tuple(_LABELS)  # keys 1 to 4


def label_word(label: str) -> str:
    """What a label is called; one that nobody knows is called as it says."""
    return translate("Label", _LABELS[label]) if label in _LABELS else label
