"""The bases: they do not travel themselves."""

from __future__ import annotations

import msgspec
import pytest

from station.core.message import Question, Refusal, Reply
from station.core.messages import AnyMessage


@pytest.mark.parametrize("base", [Question(1), Reply(1)])
def test_a_bare_question_or_reply_is_no_message(base: Question | Reply) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.msgpack.decode(msgspec.msgpack.encode(base), type=AnyMessage)


def test_a_refusal_is_a_reply() -> None:
    assert issubclass(Refusal, Reply)
