"""Numbers by name and step, as other tools log them, turned into updates and epochs.

| names | become |
|---|---|
| `rate/used`, `used` and so on, as our writers write them | themselves |
| `lr/group0`, `lr/group1` …, beside `rate/used` | the rate of each group |
| `lr`, `learning_rate`, `train/learning_rate`, `lr-AdamW`, `lr-AdamW/pg1` … | the rate: see `lr` |
| `loss`, `train_loss`, `train/loss`, `Loss/train`, `train_loss_step` | the loss |
| `grad_norm`, `train/grad_norm`, `gradient_norm`, `grad_2.0_norm_total` | the gradient's norm |
| `eval_loss`, `val/acc`, `valid_f1`, `test_loss` …, or `Loss/val` | of held-out rows |
| `epoch`, `train/epoch` | the epoch of what is held out |
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rampup import __version__
from rampup.errors import TraceError, known_name, one_of
from rampup.trace.epochs import Tally, is_held_out
from rampup.trace.record import SCHEMA, Epoch, Event, Header, Update

LR: Final = ("reported", "used", "next")

FIELDS: Final = ("used", "planned", "reported", "loss", "grad_norm", "ratio")

_TRAIN: Final = r"(train(ing)?[/_ .-])?"
_ROLES: Final = {
    "lr": re.compile(r"^(.*[/_ .-])?(lr|learning[ _-]?rate)([/_ .-].*)?$"),
    "loss": re.compile(rf"^{_TRAIN}loss(_step)?$|^loss[/_ .-]train(ing)?$"),
    "grad_norm": re.compile(
        rf"^{_TRAIN}(total_)?grad(ient)?[ _-]?norm(_step)?$|^grad_2\.0_norm_total$"
    ),
    "epoch": re.compile(rf"^{_TRAIN}epoch$"),
}
_OURS: Final = re.compile(r"^(rate|update)/(used|planned|reported|loss|grad_norm|ratio)$")
_GROUP: Final = re.compile(r"^lr/group(\d+)$")
_EPOCH: Final = "epoch/"
_MEASURED: Final = "epoch/metrics/"

Steps = Mapping[int, Mapping[str, float]]


def role(name: str) -> str | None:
    """Return which field of an update a name stands for; "lr", "epoch", "held out" or None.

    Example:
        >>> [role(name) for name in ("rate/used", "lr-AdamW/pg1", "Loss/train", "eval/loss", "x")]
        ['used', 'lr', 'loss', 'held out', None]
    """
    ours = _OURS.match(name)
    if ours is not None:
        return ours[2]
    if name in FIELDS:
        return name
    if name.startswith(_EPOCH):
        return "epoch field"
    word = name.lower()
    for found, pattern in _ROLES.items():
        if pattern.match(word) and not (found == "lr" and is_held_out(word)):
            return found
    return "held out" if is_held_out(word) else None


@dataclass(slots=True, kw_only=True)
class Series:
    """What a source says, by step.

    Args:
        source: the file, for messages and for the header.
        form: what kind of file it is.
        steps: step → name → number.
        first: the step that is the first update.
        lr: `"reported"`, `"used"` or `"next"`: what a logged rate is.
        columns: field → name, where a name does not say it.
        started: UTC, ISO 8601, or "".
        config: what else the source says of the run.
        ends: steps at which an epoch ends, whatever was measured there.
        notes: to be kept in the header.
    """

    source: str
    form: str
    steps: Steps
    first: int = 0
    lr: str = "reported"
    columns: Mapping[str, str] = field(default_factory=dict)
    started: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    ends: frozenset[int] = frozenset()
    notes: list[str] = field(default_factory=list)

    def events(self) -> list[Event]:
        """Return a header, and the updates and the epochs in their order.

        Raises:
            TraceError: no name stands for anything that a trace holds.
        """
        known_name(f"lr {self.lr!r}", self.lr, LR, TraceError)
        roles = self._roles()
        updates = self._updates(roles)
        own = any(name.startswith(_EPOCH) for name in roles)
        epochs = self._own_epochs() if own else self._epochs(roles, updates)
        if not updates and not epochs:
            names = sorted({name for said in self.steps.values() for name in said})
            shown = one_of(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
            raise TraceError(
                f"{self.source} holds no rate, no loss and no evaluation, only "
                f"{shown or 'no numbers'}; name one with columns={{'loss': …}}"
            )
        placed: list[tuple[int, int, Event]] = [(u.k + 1, 0, u) for u in updates]
        placed += [(epoch.updates, 1, epoch) for epoch in epochs]
        placed.sort(key=lambda entry: entry[:2])
        return [self._header(), *(event for *_, event in placed)]

    def _roles(self) -> dict[str, str]:
        """Return what each name stands for: of several for one field, only the first."""
        names = list(dict.fromkeys(name for said in self.steps.values() for name in said))
        named = {name: what for what, name in self.columns.items()}
        missing = [name for name in named if name not in names]
        if missing:
            raise TraceError(f"{self.source} holds no {missing[0]!r}; it holds {one_of(names)}")
        unknown = [what for what in self.columns if what not in (*FIELDS, "lr", "epoch")]
        if unknown:
            known = one_of((*FIELDS, "lr", "epoch"))
            raise TraceError(f"columns names {unknown[0]!r}, which is none of {known}")
        taken: dict[str, str] = {what: name for name, what in named.items()}
        roles: dict[str, str] = {}
        ours = any(role(name) == "used" for name in names)
        for name in names:
            what = named.get(name) or role(name)
            if ours and _GROUP.match(name):
                what = "group"
            if what is None:
                continue
            if what in ("held out", "epoch field", "group") or taken.setdefault(what, name) == name:
                roles[name] = what
            else:
                self.notes.append(f"{name!r} is left out, {taken[what]!r} is the {what}")
        return roles

    def _updates(self, roles: Mapping[str, str]) -> list[Update]:
        made: dict[int, dict[str, float]] = {}
        for step, said in self.steps.items():
            k = step - self.first
            for name, value in said.items():
                what = roles.get(name)
                if what in FIELDS:
                    made.setdefault(k, {})[what] = value
                elif what == "lr" and self.lr == "next":
                    made.setdefault(k, {})
                    made.setdefault(k + 1, {}).setdefault("used", value)
                elif what == "lr":
                    made.setdefault(k, {}).setdefault(self.lr, value)
        if self.lr == "next" and made and made[last := max(made)].keys() == {"used"}:
            del made[last]  # nothing says that this update was made
        empty: dict[str, Any] = {**dict.fromkeys(FIELDS), "used": math.nan}
        groups = [name for name, what in roles.items() if what == "group"]
        groups.sort(key=lambda name: int(name.removeprefix("lr/group")))
        rates = {k: _apart(self.steps[k + self.first], groups) for k in made if groups}
        return [
            Update(k=k, **empty | made[k], rates=rates.get(k))
            for k in sorted(made)
            if k >= 0 and made[k]
        ]

    def _epochs(self, roles: Mapping[str, str], updates: list[Update]) -> list[Epoch]:
        """Return the epochs at whose ends something was measured, counted where nobody does."""
        tally, waiting, count = Tally(), list(reversed(updates)), 0
        epochs: list[Epoch] = []
        for step in sorted(self.steps):
            said = self.steps[step]
            found = {n: v for n, v in said.items() if roles.get(n) == "held out"}
            if not found and step not in self.ends:
                continue
            done = max(step - self.first + 1, 0)
            while waiting and waiting[-1].k < done:
                tally.see(waiting.pop())
            passes = next((v for n, v in said.items() if roles.get(n) == "epoch"), None)
            if passes is None or not math.isfinite(passes):
                passes = count + 1
            if passes == round(passes):
                count = round(passes)
                epochs.append(tally.epoch(count, updates=done, metrics=found))
            else:
                epochs.append(tally.evaluation(passes, updates=done, metrics=found))
        return epochs

    def _own_epochs(self) -> list[Epoch]:
        """Return the epochs that our own writers wrote."""
        epochs: list[Epoch] = []
        for step in sorted(self.steps):
            own = {n: v for n, v in self.steps[step].items() if n.startswith(_EPOCH)}
            if not own:
                continue
            metrics = {
                n.removeprefix(_MEASURED): v for n, v in own.items() if n.startswith(_MEASURED)
            }
            said = {n.removeprefix(_EPOCH): v for n, v in own.items()}
            epochs.append(
                Epoch(
                    epoch=int(said.get("epoch", len(epochs) + 1)),
                    updates=step,
                    rate_first=said.get("rate_first"),
                    rate_last=said.get("rate_last"),
                    train_loss=said.get("train_loss", math.nan),
                    train_accuracy=said.get("train_accuracy", math.nan),
                    held_out_loss=said.get("held_out_loss", math.nan),
                    held_out_accuracy=said.get("held_out_accuracy", math.nan),
                    held_out_rows=int(said.get("held_out_rows", 0)),
                    grad_norm=said.get("grad_norm"),
                    metrics=metrics,
                )
            )
        return epochs

    def _header(self) -> Header:
        return Header(
            schema=SCHEMA,
            rampup=__version__,
            started=self.started,
            config=self.config,
            environment={"source": self.source, "format": self.form, "notes": self.notes},
        )


def _apart(said: Mapping[str, float], groups: Iterable[str]) -> list[float] | None:
    """Return the rate of each group that has one, where they are not all alike."""
    rates = [said[name] for name in groups if name in said]
    return rates if len(set(rates)) > 1 else None


def joined(rows: Iterable[tuple[int, Mapping[str, float]]]) -> dict[int, dict[str, float]]:
    """Return rows by their step; of what is said twice, the later one holds."""
    steps: dict[int, dict[str, float]] = {}
    for step, said in rows:
        steps.setdefault(step, {}).update(said)
    return steps
