"""A real optimizer and plain groups with the same rates, and the same schedulers on both."""

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import torch
from tests.checkpoints import through_a_file

from rampup.checker.gather.script import peers

TORCH = "torch.optim.lr_scheduler."


@dataclass(frozen=True)
class Recipe:
    """A scheduler to build.

    Args:
        kind: its dotted name, or the name of a class in torch.optim.lr_scheduler.
        arguments: what it is called with, besides optimizer and parts.
        parts: schedulers that it is made of, built first.
    """

    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple["Recipe", ...] = ()

    @property
    def name(self) -> str:
        return self.kind if "." in self.kind else TORCH + self.kind


class BothRaisedError(Exception):
    """Both sides raised, and the same."""


def said(error: Exception) -> str:
    text = str(error) if type(error) is not KeyError else repr(error.args[0])
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def same(mine: Any, theirs: Any) -> bool:
    """Return whether two rates are the same number; NaN is."""
    return bool(mine == theirs) or (mine != mine and theirs != theirs)


class Sides:
    """An optimizer of torch and its emulation.

    Args:
        rates: rate of each group.
        adam: it has betas, and no momentum.
        entries: what each group has besides.
    """

    def __init__(self, *rates: float, adam: bool = False, **entries: Any) -> None:
        groups = [
            {"params": [torch.nn.Parameter(torch.zeros(1))], "lr": rate, **entries}
            for rate in rates
        ]
        self.optimizer: torch.optim.Optimizer = (
            torch.optim.Adam(groups, lr=rates[0])
            if adam
            else torch.optim.SGD(groups, lr=rates[0], momentum=0.9)
        )
        self.optimizer.step()  # so that no order is warned about
        self.groups = peers.save_groups(self.optimizer.param_groups)
        self.defaults = dict(self.optimizer.defaults)
        self.pairs: list[tuple[Any, peers.Peer]] = []

    def both(self, theirs: Callable[[], Any], mine: Callable[[], Any]) -> tuple[Any, Any]:
        """Do the same on both sides; where one raises, the other one must too.

        Raises:
            BothRaisedError: both did.
        """
        raised, mine_raised, found, mine_found = None, None, None, None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what torch says of epochs, orders and schedules
                found = theirs()
        except Exception as error:
            raised = said(error)
        try:
            mine_found = mine()
        except peers.PeerError as error:
            mine_raised = str(error)
        assert mine_raised == raised
        if raised is not None:
            raise BothRaisedError(raised)
        return found, mine_found

    def build(self, recipe: Recipe, *, defaults: bool = True) -> tuple[Any, peers.Peer]:
        """Build a scheduler on both sides."""
        parts = [self.build(part) for part in recipe.parts]
        module, _, name = recipe.name.rpartition(".")
        real = getattr(import_module(module), name)
        schedulers = {"schedulers": [theirs for theirs, _ in parts]} if parts else {}
        theirs, mine = self.both(
            lambda: real(optimizer=self.optimizer, **schedulers, **recipe.arguments),
            lambda: peers.build(
                recipe.name,
                self.groups,
                recipe.arguments,
                [mine for _, mine in parts],
                defaults=self.defaults if defaults else None,
            ),
        )
        assert mine is not None
        self.pairs.append((theirs, mine))
        self.check()
        return theirs, mine

    def step(self, index: int = 0, **named: float) -> None:
        """Step a scheduler on both sides."""
        theirs, mine = self.pairs[index]
        try:
            self.both(lambda: theirs.step(**named), lambda: mine.step(**named))
        finally:
            self.check()

    def add(self, rate: float) -> None:
        """Add a parameter group."""
        group = {"params": [torch.nn.Parameter(torch.zeros(1))], "lr": rate}
        self.optimizer.add_param_group(group)
        entries = self.optimizer.param_groups[-1].items()
        self.groups.append({name: value for name, value in entries if name != "params"})

    def save(self) -> tuple[Any, Any]:
        """Return what both optimizers and all schedulers save."""
        theirs = {
            "optimizer": self.optimizer.state_dict(),
            "schedulers": [theirs.state_dict() for theirs, _ in self.pairs],
        }
        mine = (peers.save_groups(self.groups), [mine.state() for _, mine in self.pairs])
        return through_a_file(theirs), mine

    def load_optimizer(self, saved: tuple[Any, Any]) -> None:
        """Load the rates."""
        self.optimizer.load_state_dict(saved[0]["optimizer"])
        peers.load_groups(self.groups, saved[1][0])
        self.check()

    def load_scheduler(self, saved: tuple[Any, Any], index: int = 0) -> None:
        """Load a scheduler; neither writes a rate."""
        theirs, mine = self.pairs[index]
        self.both(
            lambda: theirs.load_state_dict(saved[0]["schedulers"][index]),
            lambda: mine.load(saved[1][1][index]),
        )
        self.check()

    def check(self) -> None:
        """Assert that the groups are the same, the momentum included, to the last bit."""
        for theirs, mine in zip(self.optimizer.param_groups, self.groups, strict=True):
            for name in theirs.keys() - {"params"}:
                found, expected = mine[name], theirs[name]
                if isinstance(expected, tuple):
                    assert all(map(same, found, expected)), (name, found, expected)
                else:
                    assert same(found, expected), (name, found, expected)
            assert mine.keys() == theirs.keys() - {"params"}

    def check_reports(self) -> None:
        """Assert that both sides report the same rates and indices."""
        for theirs, mine in self.pairs:
            assert all(map(same, mine.last_lr, theirs.get_last_lr()))
            if mine.kind != "ChainedScheduler":  # the real one has no index
                assert same(mine.last_epoch, theirs.last_epoch)

    @property
    def rate(self) -> float:
        """The first group's rate."""
        rate: float = self.groups[0]["lr"]
        assert math.isclose(rate, self.optimizer.param_groups[0]["lr"]) or math.isnan(rate)
        return rate
