"""Parameters: permitted values, texts, and messages that name the parameter."""

from dataclasses import dataclass

import pytest

from qgis_hsi_anomaly.core.errors import ParameterError
from qgis_hsi_anomaly.core.parameters import (
    Parameters,
    choice,
    choices,
    flag,
    from_values,
    integer,
    number,
    parameters_of,
)


@dataclass(frozen=True)
class Example(Parameters):
    """One of each kind."""

    window: int = integer(5, "Window", "Side.", minimum=3, odd=True)
    weight: float = number(0.5, "Weight", "Share.", above=0, maximum=1)
    method: str = choice("a", ("a", "b"), "Method", "Which.")
    members: tuple = choices(("x",), ("x", "y"), "Members", "Which ones.")
    strict: bool = flag(False, "Strict", "Whether.")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Example()),
        ({"window": "7", "weight": "1e-3"}, Example(7, 0.001)),
        ({"window": 7.0, "members": "y, x,y"}, Example(window=7, members=("y", "x"))),
        ({"strict": "true", "method": "b"}, Example(strict=True, method="b")),
        ({"strict": "No"}, Example()),
    ],
)
def test_values_and_their_texts_are_read(values, expected):
    """The command line and QGIS give texts."""
    assert from_values(Example, values) == expected


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"window": 4}, r"Example: WINDOW must be an odd integer at least 3; got 4\."),
        ({"window": 1}, "WINDOW"),
        ({"window": "5.5"}, "WINDOW"),
        ({"window": True}, "WINDOW"),
        ({"window": None}, "WINDOW"),
        ({"weight": 0}, "WEIGHT must be a number above 0 and at most 1"),
        ({"weight": "nan"}, "WEIGHT"),
        ({"weight": "inf"}, "WEIGHT"),
        ({"method": "c"}, "METHOD must be one of a, b; got 'c'"),
        ({"members": ""}, "MEMBERS must be one or more of x, y"),
        ({"members": ["z"]}, "MEMBERS"),
        ({"strict": "perhaps"}, "STRICT must be true or false"),
        ({"width": 3}, "unknown parameter WIDTH"),
    ],
)
def test_what_is_not_permitted_is_refused_by_name(values, message):
    """One sentence with the name, the permitted values and what came."""
    with pytest.raises(ParameterError, match=message):
        from_values(Example, values)


def test_names_for_toolbox_and_command_line():
    """One description, two spellings."""
    method = parameters_of(Example)[2]

    assert (method.name, method.processing_name, method.option) == ("method", "METHOD", "--method")


def test_values_round_trip():
    """As JSON values."""
    example = Example(7, 0.25, "b", ("y",), True)

    assert example.values() == {"window": 7, "weight": 0.25, "method": "b", "members": ["y"], "strict": True}
    assert from_values(Example, example.values()) == example


def test_large_bounds_are_written_with_all_their_digits():
    """A seed's bound is not 2.14748e+09."""

    @dataclass(frozen=True)
    class Seeded(Parameters):
        seed: int = integer(0, "Seed", "Start.", minimum=0, maximum=2**31 - 1)

    with pytest.raises(ParameterError, match="at least 0 and at most 2147483647"):
        Seeded(seed=2**31)
