"""Lengths with a unit, and the run they are measured against.

A `Length` says how long something lasts in the unit that its author thinks in; a `Horizon` is
the run as numbers and converts a length to updates, once. No schedule and no torch lives here.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np

from rampup.errors import UnitError, known_name

UNITS: Final[dict[str, str]] = {
    "up": "updates",
    "ep": "epochs",
    "%": "percent of the run",
    "sp": "samples",
    "tok": "tokens",
}

MOST_UPDATES: Final = 2**53
"""Largest update index that a float64 counts exactly."""

_TEXT: Final = re.compile(r"(?P<value>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?P<unit>[A-Za-z%]*)")


@dataclass(frozen=True, slots=True)
class Length:
    """How long something lasts: a value and its unit.

    Args:
        value: finite and not negative; whole for updates, samples and tokens.
        unit: `"up"` updates, `"ep"` epochs, `"%"` of the run, `"sp"` samples, `"tok"` tokens.

    Raises:
        UnitError: the unit is unknown, or the value cannot be a length in it.

    Example:
        >>> Length.of("5ep")
        Length(value=5, unit='ep')
        >>> str(Length.of(500)), str(Length.of("2e9tok"))
        ('500up', '2000000000tok')
        >>> Length.of("5ep") + Length.of("0.5ep")
        Length(value=5.5, unit='ep')
    """

    value: int | float
    unit: str = "up"

    def __post_init__(self) -> None:
        known_name(f"unit {self.unit!r}", self.unit, UNITS, UnitError)
        value = plain(self.value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UnitError(f"a length needs a number of {UNITS[self.unit]}, not {value!r}")
        if not math.isfinite(value) or value < 0:
            raise UnitError(
                f"a length of {value!r} {UNITS[self.unit]} cannot be meant; use a number ≥ 0"
            )
        if value > MOST_UPDATES:
            raise UnitError(
                f"a length of {value!r} {UNITS[self.unit]} is more than 2^53, "
                "beyond which updates cannot be counted exactly"
            )
        if value != int(value) and self.unit in ("up", "sp", "tok"):
            raise UnitError(f"a length in {UNITS[self.unit]} must be whole, not {value!r}")
        # plain numbers, so that repr writes what the text form and `Fraction` can read
        object.__setattr__(self, "value", int(value) if value == int(value) else float(value))
        if self.unit == "%" and value > 100:
            raise UnitError(f"a length of {value:g}% is longer than the run; use at most 100%")

    @classmethod
    def of(cls, length: "int | str | Length") -> "Length":
        """Return the length that `length` says.

        Args:
            length: a number of updates, a text such as `"500"`, `"500up"`, `"5ep"`, `"3%"`,
                `"64000sp"`, `"2e9tok"`, or a `Length`.

        Raises:
            UnitError: it says no length.
        """
        if isinstance(length, Length):
            return length
        number = plain(length)
        if isinstance(number, str):
            match = _TEXT.fullmatch(number.strip())
            if match is None:
                raise UnitError(
                    f"{number!r} is no length; write a number and a unit, such as "
                    "'500up', '5ep', '3%', '64000sp' or '2e9tok'"
                )
            return cls(float(match["value"]), match["unit"] or "up")
        if isinstance(number, float) and math.isfinite(number) and number >= 0:
            percent = f", '{100 * number:g}%'" if number <= 1 else ""
            raise UnitError(
                f"the bare number {number!r} is no length; write '{number:g}ep'{percent} "
                "or a whole number of updates"
            )
        return cls(number)

    def __str__(self) -> str:
        return f"{self.value!r}{self.unit}"

    def __add__(self, other: "Length") -> "Length":
        if self.unit != other.unit:
            raise UnitError(
                f"{self} and {other} cannot be added: {UNITS[self.unit]} are not "
                f"{UNITS[other.unit]}; convert both with a Horizon first"
            )
        return Length(self.value + other.value, self.unit)


PerUpdate = int | tuple[tuple[int, int], ...]
"""What one update consumes: a number, or `((update, number), …)`, each from that update on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The run as numbers, against which lengths become updates.

    Args:
        updates: updates in the whole run, ≥ 1.
        updates_per_epoch: updates in one epoch, ≥ 1; needed for lengths in epochs.
        samples_per_update: samples that one update consumes, ≥ 1; needed for samples. A batch
            size that changes is a plan of it: `((0, 256), (1000, 512))` is 256 samples per
            update, and 512 from update 1000 on.
        tokens_per_update: tokens that one update consumes, likewise; needed for tokens.
        stretch: what every length is multiplied by; `Schedule.stretched` uses it.

    Raises:
        UnitError: a number is missing, not whole or below 1.

    Example:
        >>> Horizon(updates=250, updates_per_epoch=25).updates_in(Length.of("5ep"))
        125
        >>> Horizon(updates=250).updates_in(Length.of("3%"))  # 7.5 rounds half up
        8
        >>> ramp = Horizon(updates=250, samples_per_update=((0, 32), (10, 64)))
        >>> ramp.updates_in(Length.of("960sp"))  # 10 updates of 32, then 10 of 64
        20
    """

    updates: int
    updates_per_epoch: int | None = None
    samples_per_update: PerUpdate | None = None
    tokens_per_update: PerUpdate | None = None
    stretch: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        for name in ("updates", "updates_per_epoch"):
            if getattr(self, name) is not None or name == "updates":
                object.__setattr__(self, name, _count(name, getattr(self, name)))
        for name in ("samples_per_update", "tokens_per_update"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, per_update(name, value))

    def updates_in(self, length: Length, at: int = 0, *, backward: bool = False) -> int:
        """Return how many updates `length` lasts on this run, rounding half up.

        Args:
            length: what to convert.
            at: the update where it starts, or, if `backward`, where it ends; it matters only
                where what an update consumes changes during the run.
            backward: measure back from `at`.

        Raises:
            UnitError: the number that converts the unit is missing, or a length above zero
                rounds to no update.
        """
        # repr gives the decimal that the author wrote, so 0.1 means exactly one tenth
        value = Fraction(repr(length.value)) * self.stretch
        match length.unit:
            case "up":
                exact = value
            case "ep":
                exact = value * self._needed("updates_per_epoch", length)
            case "%":
                exact = value * self.updates / 100
            case unit:
                name = "samples_per_update" if unit == "sp" else "tokens_per_update"
                exact = _consume(self._needed(name, length), value, at, backward=backward)
        updates = math.floor(exact + Fraction(1, 2))
        if updates == 0 and value > 0:
            raise UnitError(
                f"{length} is {float(exact):.3g} of an update on a run of {self.updates} updates "
                "and rounds to none; make it longer, or write 0"
            )
        if updates > MOST_UPDATES:
            raise UnitError(f"{length} is {updates} updates, more than 2^53; make it shorter")
        return updates

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers of the run as plain JSON data."""
        plan = {name: getattr(self, name) for name in self.__slots__ if name != "stretch"}
        return {k: [list(s) for s in v] if isinstance(v, tuple) else v for k, v in plan.items()}

    def _needed(self, name: str, length: Length) -> Any:
        value = getattr(self, name)
        if value is None:
            raise UnitError(
                f"{length} cannot be converted to updates without {name}; pass {name}=…"
            )
        return value


def per_update(name: str, value: Any) -> PerUpdate:
    """Return what one update consumes as plain numbers.

    Args:
        name: how a message calls it.
        value: a whole number ≥ 1, or a plan of them: `((update, number), …)`, updates ascending
            from 0.

    Raises:
        UnitError: it is neither.

    Example:
        >>> per_update("batch_sizes", [[0, 256], [1000, 512]])
        ((0, 256), (1000, 512))
    """
    return _steps(name, value) if isinstance(value, list | tuple) else _count(name, value)


def _count(name: str, value: Any) -> int:
    """Return `value` as a plain whole number ≥ 1, or refuse it."""
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise UnitError(f"{name} must be a whole number ≥ 1, not {value!r}")
    if value > MOST_UPDATES:
        raise UnitError(f"{name} = {value!r} is more than 2^53, too many to count exactly")
    return value


def _steps(name: str, value: Sequence[Any]) -> tuple[tuple[int, int], ...]:
    """Return a plan of what updates consume as plain pairs, or refuse it."""
    try:
        steps = tuple((plain(at), _count(name, number)) for at, number in value)
    except (TypeError, ValueError) as error:
        if isinstance(error, UnitError):
            raise
        raise UnitError(f"{name} = {value!r} is no plan; write ((0, 256), (1000, 512))") from None
    updates = [at for at, _ in steps]
    whole = all(isinstance(at, int) and not isinstance(at, bool) for at in updates)
    if not whole or not updates or updates[0] != 0 or updates != sorted(set(updates)):
        raise UnitError(
            f"{name} = {value!r}: the updates of a plan must be whole and ascend from 0; "
            "write ((0, 256), (1000, 512))"
        )
    return steps


def _consume(per_update: PerUpdate, amount: Fraction, at: int, *, backward: bool) -> Fraction:
    """Return how many updates from `at` on (or back from it) consume `amount`."""
    if isinstance(per_update, int):
        return amount / per_update
    starts = [start for start, _ in per_update]
    spans = zip(starts, [*starts[1:], None], per_update, strict=True)
    pieces: list[tuple[float, int]] = []
    for start, end, (_, number) in spans:
        if backward and start < at:
            pieces.insert(0, (min(at, at if end is None else end) - start, number))
        elif not backward and (end is None or end > at):
            pieces.append((math.inf if end is None else end - max(start, at), number))
    updates = Fraction(0)
    for length, number in pieces:
        if amount <= length * number:
            return updates + amount / number
        amount -= Fraction(length) * number
        updates += Fraction(length)
    # only backward: more than the run holds, told apart by the caller from the sum
    return updates + amount / (pieces[-1][1] if pieces else per_update[0][1])


def plain(value: Any) -> Any:
    """Return a numpy number as a plain one, and anything else as it is.

    Example:
        >>> plain(np.float32(0.5)), plain(np.int64(5)), plain("5")
        (0.5, 5, '5')
    """
    if isinstance(value, np.floating):  # of a longdouble, item() returns itself
        return float(value)
    times = np.datetime64 | np.timedelta64  # which are no numbers
    return value.item() if isinstance(value, np.generic) and not isinstance(value, times) else value
