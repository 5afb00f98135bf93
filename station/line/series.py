"""What the parts that come now belong to: recipe, lot and mode. Each part carries it from its count to its record."""

from __future__ import annotations

from typing import NamedTuple

from station.core.messages import Mode

LONGEST_LOT = 64  # characters


class Series(NamedTuple):
    """Set by the controller; read when a part is counted."""

    recipe: str = ""
    lot: str = ""
    mode: Mode = "production"


def check_lot(text: str) -> str:
    """Why this cannot be the name of a lot; "" if it can. An empty one means that the lot is not known."""
    if len(text) > LONGEST_LOT:
        return f"the lot's name has {len(text)} characters, at most {LONGEST_LOT} are kept"
    if not text.isprintable():
        return "the lot's name has characters that cannot be printed"
    return ""
