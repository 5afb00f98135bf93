"""The register map between station and PLC: one truth for the line process, the PLC simulator and the manual.

Holding registers, 16 bits, 32-bit values low word first.

    PLC -> station (STATUS_BASE ..)          station -> PLC (CONTROL_BASE ..)
     0  ORDER      0x1234 proves byte order    100  ORDER      0x1234
     1  BOOT       changes at PLC start        101  HEARTBEAT  counts while inspection lives
     2  COUNT      photo-eye count, 32 bit     102  STATE      station state word
     4  ENCODER    encoder count, 32 bit       103  RECIPE     recipe id, 32 bit
     6  HEARTBEAT                              105  REQUEST    bit 0: stop the belt
     7  ACK_PART   newest accepted part, 32 bit 106  GATE      PASS = open now; for a PLC that cannot track parts
     9  ACK_MASK   bit k: part ACK_PART - k is accepted
    10  CONFIRMED  reject-confirm count, 32 bit 107  SLOTS     16 slots {part low, part high, verdict word}
    12  INPUTS     bit 0 bin full, bit 1 air low, bit 2 gate fault, bit 3 belt at speed
    13  WANTED     recipe id that the PLC asks for, 32 bit, 0 = any

A part passes only if slot[part % 16] holds its full number and the word PASS, the heartbeat is fresh and the state is
ContinuousExecution. PASS and REJECT differ in all 16 bits, and the byte swap of one is 8 bits from the other.

BORDER is a pass within the recipe's grey band: a person decides. The PLC turns the part out to that person; a program
that does not know the word rejects the part, as it does for every word but PASS.
"""

from __future__ import annotations

from enum import IntEnum

from station.core.domain import Reason, Verdict

BYTE_ORDER = 0x1234

STATUS_BASE = 0
STATUS_SIZE = 15
ORDER, BOOT, COUNT, ENCODER, HEARTBEAT, ACK_PART, ACK_MASK, CONFIRMED, INPUTS, WANTED = 0, 1, 2, 4, 6, 7, 9, 10, 12, 13

CONTROL_BASE = 100
CONTROL_SIZE = 7  # the header; the slots follow
CONTROL_ORDER, CONTROL_HEARTBEAT, CONTROL_STATE = 100, 101, 102
CONTROL_RECIPE, CONTROL_REQUEST, CONTROL_GATE = 103, 105, 106
SLOT_BASE = 107
SLOT_SIZE = 3
SLOTS = 16

BIN_FULL, AIR_LOW, GATE_FAULT, AT_SPEED = 1, 2, 4, 8  # bits of INPUTS
STOP_BELT = 1  # bit of REQUEST
_INPUT_NAMES = {BIN_FULL: "bin full", AIR_LOW: "air low", GATE_FAULT: "gate fault", AT_SPEED: "belt at speed"}


class Word(IntEnum):
    """What the PLC is told about a part: any two of them, and any byte swap of one, are 8 bits or more apart."""

    PASS = 0x3CA5
    BORDER = 0x6996
    REJECT = 0xC35A
    NOT_INSPECTED = 0x0FF0

    @property
    def verdict(self) -> Verdict:
        """What it says; BORDER is a pass."""
        return Verdict.PASS if self is Word.BORDER else Verdict[self.name]


Slot = tuple[int, Word]
"""One part's number and its word."""


def word_of(verdict: Verdict, reason: Reason) -> Word:
    """The word for a verdict: BORDER for a pass that a person should look at."""
    return Word.BORDER if verdict is Verdict.PASS and reason is Reason.BORDER else Word[verdict.name]


def input_names(inputs: int) -> str:
    """What the INPUTS bits say, for people."""
    return ", ".join(name for bit, name in _INPUT_NAMES.items() if inputs & bit) or "all clear"


def split32(value: int) -> tuple[int, int]:
    """Low and high word of an unsigned 32-bit value (taken modulo 2**32)."""
    return value & 0xFFFF, (value >> 16) & 0xFFFF


def join32(low: int, high: int) -> int:
    """Unsigned 32-bit value of two words."""
    return low | high << 16


def slot_register(part: int) -> int:
    """First register of the slot that belongs to `part`."""
    return SLOT_BASE + SLOT_SIZE * (part % SLOTS)


def slot_words(part: int, word: Word) -> tuple[int, int, int]:
    """The three registers that carry one verdict."""
    return *split32(part), word
