"""`Peer`: what a scheduler of another library does to parameter groups, without that library.

A group is a plain dict, as in `optimizer.param_groups`; a peer writes to it what the real
scheduler would write, in the same order and with the same arithmetic, so that several peers on
one list of groups disturb each other as the real ones do.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar

Group = dict[str, Any]
Factor = Callable[[int], float]
"""A factor of the base rate, by index."""

RAISED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What the program would meet; other errors of a factor's function are the caller's own."""


class PeerError(Exception):
    """What the real scheduler raises; its text is the last line of the traceback."""

    def __init__(self, error: Exception) -> None:
        """Say what `error` says."""
        text = str(error).replace(".advance()", ".step()")  # the name that the real method has
        super().__init__(f"{type(error).__name__}: {text}" if text else type(error).__name__)


class NotKnownError(Exception):
    """The arguments do not settle the rates."""


@dataclass(frozen=True, slots=True)
class Optimizer:
    """What a scheduler sees of its optimizer.

    Args:
        groups: its `param_groups`.
        defaults: its `defaults`; None where they are not known.
    """

    groups: list[Group]
    defaults: Mapping[str, Any] | None = None

    @property
    def rates(self) -> list[float]:
        """The rate of each group."""
        return [group["lr"] for group in self.groups]

    @property
    def base_rates(self) -> list[float]:
        """The rate that each group was given, before any scheduler changed it."""
        return [group["initial_lr" if "initial_lr" in group else "lr"] for group in self.groups]

    def write(self, values: Sequence[float]) -> None:
        """Set the rate of each group; one too many or too few raises behind the last that fits."""
        for group, value in zip(self.groups, values, strict=True):
            group["lr"] = value

    def default_rate(self) -> float:
        """Return the rate of groups that name none.

        Raises:
            NotKnownError: the defaults are not known, and the groups differ.
        """
        if self.defaults is not None and "lr" in self.defaults:
            return float(self.defaults["lr"])
        given = set(self.base_rates)
        if len(given) != 1:
            raise NotKnownError
        return float(given.pop())

    def spread(self, name: str, value: float | Sequence[float]) -> list[float]:
        """Return `value` for each group, as torch lays it out."""
        if not isinstance(value, Sequence):
            return [value] * len(self.groups)
        if len(value) != len(self.groups):
            raise ValueError(
                f"{name} must have the same length as optimizer.param_groups. {name} has "
                f"{len(value)} values, param_groups has {len(self.groups)}."
            )
        return list(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a scheduler's arguments ask for, counted in its own steps.

    Args:
        peak: highest rate in each group.
        floor: last rate in each group, where the arguments name it.
        ends: steps after which a fall or a cycle is over; None where the last rate is held or
            there is no end.
        warmup: steps of the rise that it begins with.
        joins: steps at which one part hands over to the next.
        parts: what its parts are called.
        cyclic: it goes up again on purpose.
    """

    peak: tuple[float, ...] = ()
    floor: tuple[float, ...] = ()
    ends: int | None = None
    warmup: int | None = None
    joins: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    cyclic: bool = False


class Peer(ABC):
    """A scheduler of another library.

    Attributes are named as in the real class, because a state of one class may be loaded into
    another.
    """

    CODE: ClassVar[frozenset[str]] = frozenset({"optimizer", "given", "largest", "functions"})
    """Attributes that come from the code and that no state holds."""

    last_epoch: int
    last_lr: list[float]
    functions: tuple[Factor, ...] = ()
    largest: float | None = None

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.given: tuple[float, ...] = tuple(optimizer.base_rates)
        """Rate that each group was given, before any scheduler changed it."""
        self.last_lr = optimizer.rates

    @abstractmethod
    def advance(self, *values: Any, **named: Any) -> None:
        """Do what the real `step` does."""

    @abstractmethod
    def _asked(self) -> Asked:
        """Return what its arguments ask for."""

    @property
    def asked(self) -> Asked:
        """What its arguments ask for."""
        return self._asked()

    @property
    def kind(self) -> str:
        """Name of the real class."""
        return type(self).__name__

    @property
    def factor(self) -> float | None:
        """The largest factor that its functions have given; None where it has none."""
        return self.largest

    def step(self, *values: float | None, **named: float | None) -> None:
        """Make one step; the arguments are those of the real call, `metric` is any metric.

        Raises:
            PeerError: the real scheduler raises.
        """
        meant = {name: value for name, value in named.items() if value is not None}
        try:
            self.advance(*values, **meant)
        except RAISED as error:
            raise PeerError(error) from None

    def step_update(self, *values: float | None, **named: float | None) -> None:
        """Make one step of a timm scheduler that counts updates.

        Raises:
            PeerError: the real scheduler raises, or has no such method.
        """
        raise PeerError(AttributeError(f"'{self.kind}' object has no attribute 'step_update'"))

    def state(self) -> dict[str, Any]:
        """Return what the real `state_dict` would save."""
        return {name: copy(value) for name, value in vars(self).items() if name not in self.CODE}

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over a saved state; no rate is written, as with the real one.

        Raises:
            PeerError: the real scheduler raises.
        """
        try:
            self.take(state)
        except RAISED as error:
            raise PeerError(error) from None

    def take(self, state: Mapping[str, Any]) -> None:
        """Do what the real `load_state_dict` does."""
        vars(self).update({name: copy(value) for name, value in state.items()})

    # what the checker asks for, one by one

    @property
    def ends(self) -> int | None:
        """Steps after which it is over."""
        return self.asked.ends

    @property
    def warmup(self) -> int | None:
        """Steps of its warmup."""
        return self.asked.warmup

    @property
    def joins(self) -> tuple[int, ...]:
        """Steps at which one part hands over to the next."""
        return self.asked.joins

    @property
    def peak(self) -> tuple[float, ...]:
        """Highest rate asked for in each group."""
        return self.asked.peak

    @property
    def floor(self) -> tuple[float, ...]:
        """Last rate asked for in each group."""
        return self.asked.floor

    @property
    def cyclic(self) -> bool:
        """Whether it goes up again on purpose."""
        return self.asked.cyclic


def count(steps: float) -> int | None:
    """Return `steps` as a whole number, rounded up; None where it is no number of steps.

    Example:
        >>> count(10), count(7.5), count(-1), count(float("nan"))
        (10, 8, None, None)
    """
    return -int(-steps // 1) if 0 <= steps < 2**53 else None
