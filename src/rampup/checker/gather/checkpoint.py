"""`facts`: what a checkpoint holds, and what the code makes of it, as facts of a resume."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Final, get_args

from torch.optim import Optimizer

from rampup.checker.facts import Meant, Resume, Snapshot
from rampup.checker.finding import Place
from rampup.checker.gather import snapshot
from rampup.checker.gather.saved import read
from rampup.checker.gather.twin import unwrapped
from rampup.errors import CheckError, one_of

MEANT: Final[tuple[str, ...]] = get_args(Meant)


def facts(before: Any, after: Any = None, meant: Collection[str] = ()) -> list[Resume]:
    """Return the facts of a checkpoint, or of a resume.

    Args:
        before: the checkpoint: a file, a folder, or a dict of state dicts.
        after: what goes on: a live scheduler or optimizer after everything was loaded; or the
            new code's side, as a checkpoint, a dict of state dicts or a configuration (.toml).
            None where only the checkpoint is at hand.
        meant: what changes on purpose: `"schedule"` for a fresh one, `"rate"` for another rate,
            `"settings"` for another length, warmup or base rate.

    Raises:
        CheckError: something cannot be read, reading it would run code, or `meant` is unknown.
    """
    for one in meant:
        if one not in MEANT:
            raise CheckError(f"meant names {one!r}, which is unknown; use one of {one_of(MEANT)}")
    held = _held(before, "before")
    old = snapshot.saved(held, _place(before))
    if old.curve is not None and old.index is not None:
        old = replace(old, ahead=old.curve[old.index :])
    if after is None:
        return [Resume(saved=old, meant=frozenset(meant))]  # type: ignore[arg-type]
    new = _now(after)
    scheduler = unwrapped(after)
    if _is_live(scheduler) and not isinstance(scheduler, Optimizer):
        optimizer, state = snapshot.parts(held)
        if optimizer is not None and state is not None and not hasattr(scheduler, "lr_at"):
            ahead = snapshot.ahead(scheduler, optimizer=optimizer, state=state)
            old = replace(old, ahead=ahead)
    return [Resume(saved=old, now=new, meant=frozenset(meant))]  # type: ignore[arg-type]


def _now(after: Any) -> Snapshot:
    if _is_live(unwrapped(after)):
        if isinstance(after, Optimizer):
            return snapshot.live(None, after)
        return snapshot.live(after)
    new = snapshot.saved(_held(after, "after"), _place(after))
    if new.curve is not None and new.index is not None:
        return replace(new, ahead=new.curve[new.index :])
    return new


def _is_live(one: Any) -> bool:
    return isinstance(one, Optimizer) or (
        hasattr(one, "state_dict") and isinstance(getattr(one, "optimizer", None), Optimizer)
    )


def _held(source: Any, name: str) -> Mapping[str, Any]:
    if isinstance(source, Mapping):
        return source
    if isinstance(source, str | PathLike):
        return read(Path(source))
    raise CheckError(
        f"{name} is a {type(source).__name__}, which is no checkpoint; give a path, a dict of "
        "state dicts, or for what goes on a scheduler"
    )


def _place(source: Any) -> Place:
    return (
        Place(path=str(source)) if isinstance(source, str | PathLike) else Place(key="checkpoint")
    )
