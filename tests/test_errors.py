"""The exception tree and the hints that messages are made of."""

import re

import pytest

from rampup import errors
from rampup.errors import RampupError, nearest, one_of

DRAWN = re.findall(r"(\w+Error) \((\w+)\)", errors.__doc__ or "")
TEN = [f"x{n}" for n in range(10)]
CLASSES = {
    name: cls
    for name, cls in vars(errors).items()
    if isinstance(cls, type) and issubclass(cls, RampupError)
}


@pytest.mark.parametrize(("name", "builtin"), DRAWN)
def test_each_error_is_also_the_builtin_that_is_drawn(name: str, builtin: str) -> None:
    drawn = getattr(__import__("builtins"), builtin)

    assert issubclass(CLASSES[name], RampupError)
    assert issubclass(CLASSES[name], drawn)


def test_every_class_is_drawn() -> None:
    assert {*CLASSES} == {name for name, _ in DRAWN} | {"ParseError"}
    assert issubclass(errors.ParseError, errors.ScheduleError)


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("cosin", ["linear", "cosine"], "did you mean 'cosine'?"),
        ("end", ["start", "ends", "end2"], "did you mean 'ends' or 'end2'?"),
        ("zzz", ["linear", "cosine"], "there are 'linear', 'cosine'"),
        ("zzz", TEN, f"there are {one_of(TEN)}"),
        ("zzz", [*TEN, "a", "b"], f"there are {one_of(TEN)} and 2 more"),
    ],
)  # fmt: skip
def test_the_nearest_names_are_offered(name: str, known: list[str], hint: str) -> None:
    assert hint == nearest(name, known)
