"""What a recipe says to the line: when production must stop."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from station.core.config import Section

Reaction = Literal["note", "stop", "error"]
"""note: an event, nothing else. stop: production stops until a person starts it again. error: state Error."""


class Limit(Section, frozen=True):
    """`parts` of the newest `among` parts are too many; `parts` = `among` means in a row, 0 that nobody counts."""

    parts: Annotated[int, msgspec.Meta(ge=0, le=1000)]
    among: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    reaction: Reaction = "stop"


class SupervisionSpec(Section, frozen=True):
    """What the line does when parts go wrong one after the other, or when the PLC reports trouble.

    With the defaults two seconds of lost frames or late verdicts, at 10 parts a second, are got over without a person.
    A line without a sensor behind the gate never confirms a reject: `unconfirmed` sleeps until the first one is.
    """

    rejects: Limit = Limit(12, 12)  # REJECT; with 20 % bad parts in no order, one such row in 200 million parts
    wrong_parts: Limit = Limit(10, 10)  # not this product, turned, incomplete, or not found in the picture
    no_image: Limit = Limit(25, 25)  # frame lost, or none came
    late: Limit = Limit(30, 30)  # verdict past its deadline, or not taken by the PLC in time
    mismatches: Limit = Limit(5, 200, "error")  # PLC and camera counted differently
    unconfirmed: Limit = Limit(3, 20)  # of the rejected parts: not seen behind the gate
    confirm_parts: Annotated[int, msgspec.Meta(ge=1, le=64)] = 16  # photo-eye counts from a reject to its confirmation:
    # a little more than there are parts between photo-eye and gate
    bin_full: Reaction = "stop"
    air_low: Reaction = "stop"

    @property
    def limits(self) -> dict[str, Limit]:
        """All limits by their names."""
        return {name: value for name in self.__struct_fields__ if isinstance(value := getattr(self, name), Limit)}
