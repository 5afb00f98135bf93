"""The error tree: drawn as it is, each error also what Python calls it, each with advice."""

from __future__ import annotations

import re

import pytest

from station.core import errors, states
from station.core.domain import Reason
from station.core.errors import StationError


def tree(kind: type[StationError]) -> list[type[StationError]]:
    return [kind, *(one for child in kind.__subclasses__() for one in tree(child))]


ALL = [kind for kind in tree(StationError) if kind.__module__ in {errors.__name__, states.__name__}]


def test_the_drawing_names_every_class() -> None:
    assert errors.__doc__ is not None
    drawn = set(re.findall(r"\b[A-Z]\w+Error\b", errors.__doc__))
    assert drawn == {kind.__name__ for kind in ALL if kind.__module__ == errors.__name__}


@pytest.mark.parametrize("kind", ALL)
def test_advice_is_one_sentence(kind: type[StationError]) -> None:
    assert re.fullmatch(r"[A-Z][^.]+\.", kind.advice)


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.ConfigError, ValueError),
        (errors.BundleError, ValueError),
        (errors.CameraError, OSError),
        (errors.CameraTimeoutError, TimeoutError),
        (errors.RuntimeFaultError, ArithmeticError),
        (errors.PlcError, OSError),
        (errors.PlcTimeoutError, TimeoutError),
        (errors.ChannelError, ConnectionError),
        (errors.StorageError, OSError),
    ],
)
def test_each_is_also_what_python_calls_it(kind: type[Exception], builtin: type[Exception]) -> None:
    assert issubclass(kind, builtin)


def test_specific_errors_are_caught_with_their_family() -> None:
    assert issubclass(errors.MessageTooLongError, errors.ChannelError)
    assert issubclass(errors.PlcFrameError, errors.PlcError)
    assert issubclass(errors.PortError, errors.PlcError)


def test_not_inspected_carries_its_reason() -> None:
    error = errors.NotInspectedError(Reason.LATE, "40 ms too late")
    assert (error.reason, str(error)) == (Reason.LATE, "40 ms too late")
