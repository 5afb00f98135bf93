# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window's language, switchable at run time; reads Qt Linguist's .ts files directly, so nothing is compiled.

One file for each language and screen: translations/CODE/SCREEN.ts. English is the language of the sources; its files
hold only plurals.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from PyQt6.QtCore import QCoreApplication, QTranslator

TRANSLATIONS = Path(__file__).parent / "translations"
LANGUAGES = {"en": "English", "ja": "日本語"}  # each in its own words


def translate(context: str, text: str, disambiguation: str = "", n: int = -1) -> str:
    """`text` in the window's language; `%n` becomes `n` in the right plural form."""
    return QCoreApplication.translate(context, text, disambiguation, n)


def filled(words: str, *values: object) -> str:
    """`words` with the values in the places of %1, %2 ..."""
    for place, value in enumerate(values, start=1):
        words = words.replace(f"%{place}", f"{value}")
    return words


def read_ts(file: Path) -> dict[tuple[str, str], tuple[str, ...]]:
    """Translations by (context, source text): one form, or one for each plural. Unfinished ones are left out."""
    forms: dict[tuple[str, str], tuple[str, ...]] = {}
    # The file is part of this package, not foreign input.
    for context in ElementTree.parse(file).getroot().iter("context"):
        name = context.findtext("name", "")
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is None or translation.get("type"):
                continue
            plurals = tuple(form.text or "" for form in translation.iter("numerusform"))
            texts = plurals or (translation.text or "",)
            if all(texts):
                forms[name, message.findtext("source", "")] = texts
    return forms


class TsTranslator(QTranslator):
    """Answers Qt's questions from the .ts files of one language."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self._forms = {
            key: forms for file in sorted((TRANSLATIONS / code).glob("*.ts")) for key, forms in read_ts(file).items()
        }

    def isEmpty(self) -> bool:
        """Qt does not install an empty translator."""
        return not self._forms

    def translate(  # type: ignore[override]  # None is Qt's "I do not know this text"
        self, context: str | None, text: str | None, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """The translation, or None: then Qt shows the source text. First form: one; last form: many."""
        forms = self._forms.get((context or "", text or ""))
        if forms is None:
            return None
        return forms[0] if n == 1 else forms[-1]


class Language:
    """Holds the installed translator; Qt tells every widget of a switch (QEvent.LanguageChange)."""

    def __init__(self, code: str = "en") -> None:
        self.code = ""
        self._translator: TsTranslator | None = None
        self.switch(code)

    def switch(self, code: str) -> None:
        """Show everything in "en" or "ja" from now on."""
        if code == self.code:
            return
        if self._translator:
            QCoreApplication.removeTranslator(self._translator)
        self._translator = TsTranslator(code)
        QCoreApplication.installTranslator(self._translator)
        self.code = code

    @property
    def other(self) -> str:
        """The code that a press on the language button leads to."""
        codes = list(LANGUAGES)
        return codes[(codes.index(self.code) + 1) % len(codes)]
