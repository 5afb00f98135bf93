"""Progress: quiet in a log, one line on a terminal, and the last step is always shown."""

from __future__ import annotations

import io

from training.progress import Progress


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_gets_the_end_of_a_stage_only() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    progress.stage("screener", 50)
    for step in range(1, 51):
        progress.step(step, 0.5)
    assert stream.getvalue().splitlines()[-1].startswith("screener")
    assert "100%" in stream.getvalue()
    assert "left 0:00" in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 1


def test_a_terminal_line_is_overwritten_and_sentences_stay() -> None:
    stream = _Terminal()
    progress = Progress(stream)
    progress.say("fixture none")
    progress.stage("bank", 2)
    progress.advance()
    progress.advance()
    assert "fixture none\n" in stream.getvalue()
    assert stream.getvalue().count("\r\033[K") == 2
