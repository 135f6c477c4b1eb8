"""timm's schedulers, which compute the rate of a time that the caller passes.

`step(epoch)` writes where time counts epochs, `step_update(n)` where it counts updates; the other
one does nothing. The constructor writes `warmup_lr_init`, or the base rate. Noise is drawn by
torch's generator, so that rates with noise are not known.

Reference: timm 1.0.31, timm/scheduler/scheduler.py.
"""

from abc import abstractmethod
from collections.abc import Sequence

from rampup.checker.gather.script.peers.peer import (
    RAISED,
    Asked,
    NotKnownError,
    Optimizer,
    Peer,
    PeerError,
    count,
)

Noise = Sequence[float] | float | None


class Scheduler(Peer):
    """A scheduler of timm."""

    warmup_t: float = 0
    warmup_lr_init: float = 0.0
    warmup_prefix: bool = False

    def __init__(
        self,
        optimizer: Optimizer,
        noise_range_t: Noise,
        *,
        t_in_epochs: bool = True,
        initialize: bool = True,
    ) -> None:
        super().__init__(optimizer)
        if noise_range_t is not None:
            raise NotKnownError
        for index, group in enumerate(optimizer.groups):
            if initialize:
                group.setdefault("initial_lr", group["lr"])
            elif "initial_lr" not in group:
                raise KeyError(f"initial_lr missing from param_groups[{index}]")
        self.base_values = [group["initial_lr"] for group in optimizer.groups]
        self.t_in_epochs = t_in_epochs
        self.last_epoch = 0
        self.put(self.base_values)

    def warm(self, steps: float, first: float, *, prefix: bool) -> None:
        """Set the warmup, and write its first rate where there is one."""
        self.warmup_t = steps
        self.warmup_lr_init = first
        self.warmup_prefix = prefix
        if steps:
            self.warmup_steps = [(rate - first) / steps for rate in self.warmed()]
            self.put([first] * len(self.optimizer.groups))

    def warmed(self) -> Sequence[float]:
        """Return the rates that the warmup goes to."""
        return self.base_values

    def put(self, values: Sequence[float]) -> None:
        """Write the rates, each times the `lr_scale` of its group."""
        for group, value in zip(self.optimizer.groups, values, strict=False):
            group["lr"] = value * group["lr_scale"] if "lr_scale" in group else value
        self.last_lr = self.optimizer.rates

    def at(self, time: float) -> list[float]:
        """Return the rates of a time."""
        if time < self.warmup_t:
            return [self.warmup_lr_init + time * step for step in self.warmup_steps]
        return self.after(time - self.warmup_t if self.warmup_prefix else time)

    @abstractmethod
    def after(self, time: float) -> list[float]:
        """Return the rates of a time behind the warmup."""

    def advance(self, epoch: float, metric: float | None = None) -> None:
        """Write the rates of an epoch."""
        if self.t_in_epochs:
            self.write(epoch)

    def step_update(self, *values: float | None, **named: float | None) -> None:
        """Write the rates of an update.

        Raises:
            PeerError: timm raises.
        """
        try:
            self.update(*values, **named)  # type: ignore[arg-type]  # a None raises, as it does there
        except RAISED as error:
            raise PeerError(error) from None

    def update(self, num_updates: float, metric: float | None = None) -> None:
        """Do what `step_update` does."""
        if not self.t_in_epochs:
            self.write(num_updates)

    def write(self, time: float) -> None:
        """Write the rates of a time."""
        self.put(self.at(time))
        self.last_epoch = int(time)

    def lowest(self) -> float | None:
        """Return the last rate that the arguments name."""
        return None

    def length(self) -> float | None:
        """Return the time at which it is over."""
        return None

    def again(self) -> bool:
        """Return whether it goes up again on purpose."""
        return False

    def _asked(self) -> Asked:
        scales = [group.get("lr_scale", 1.0) for group in self.optimizer.groups]
        pairs = list(zip(self.base_values, scales, strict=False))
        low, length = self.lowest(), self.length()
        rise = count(self.warmup_t)
        return Asked(
            peak=tuple(base * scale for base, scale in pairs),
            floor=() if low is None else tuple(low * scale for _, scale in pairs),
            ends=None if length is None else count(length),
            warmup=rise,
            joins=(rise,) if rise else (),
            cyclic=self.again(),
        )
