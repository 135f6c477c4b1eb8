"""`check`: findings in a schedule, live objects, a run, a checkpoint or a script.

Not here: knowing one of these (`gather/`); what is wrong with it (`rules/`).
"""

import re
from collections.abc import Collection, Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rampup.checker.engine import Fact, findings as found_in
from rampup.checker.finding import Finding
from rampup.checker.settings import Settings
from rampup.checker.sources import Checked, examine, exists
from rampup.errors import CheckError, ParseError
from rampup.schedule.plan import Plan
from rampup.schedule.schedule import Schedule

_PATH: Final = re.compile(r"[/\\]|\.[A-Za-z]\w*$")
"""What a text is meant as a path by, once it is no schedule."""

if TYPE_CHECKING:
    from rampup.checker.gather.listening import Live


def check(
    subject: Any,
    *,
    updates: int | None = None,
    updates_per_epoch: int | None = None,
    optimizer: Any = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> list[Finding]:
    """Return what is wrong with a schedule, live objects, a run, a checkpoint or a script.

    Nothing of the subject is changed, and no code of a script or a checkpoint runs.

    Args:
        subject: one of

            * a `Schedule`, a `Plan`, or the text of a schedule;
            * a scheduler, ours or one of torch, transformers, timm, accelerate or pytorch_warmup;
              or a list of those that are stepped together;
            * a trace: what `rampup.watch` gave, a run folder, a journal or a trainer's log; or a
              list of what `rampup.watch` gave on each process of one run;
            * a checkpoint file or folder;
            * a script or a notebook, or a folder of them.

            A text that names an existing file or folder is that; any other is a schedule.
        updates: updates in the whole run, ≥ 1; for schedules and schedulers.
        updates_per_epoch: the same of one epoch, ≥ 1.
        optimizer: the one that trains; for schedulers. None is the scheduler's own.
        select: codes or names of the rules to ask, or beginnings of codes; empty is all.
        ignore: those of them to leave out.

    Returns:
        The findings, in the order of their places.

    Raises:
        CheckError: it could not be checked; says why.
        ConfigError: no rule is called so.

    Example:
        >>> import rampup
        >>> rampup.check("warmup 10up >> decay cosine", updates=100)
        []
    """
    settings = Settings(select=tuple(select), ignore=tuple(ignore))
    if isinstance(subject, PathLike) or (isinstance(subject, str) and exists(subject)):
        checked = Checked()
        examine(Path(subject), settings, checked)
        if checked.failed:
            raise CheckError("; ".join(checked.failed))
        return checked.findings
    facts = _facts(subject, updates, updates_per_epoch, optimizer)
    return found_in(facts, settings.rules())


def check_resume(before: Any, after: Any = None, *, meant: Collection[str] = ()) -> list[Finding]:
    """Return what goes wrong when a run is resumed from a checkpoint.

    Args:
        before: the checkpoint: a file, a folder, or a dict of state dicts.
        after: what goes on: a live scheduler or optimizer after everything was loaded; or the new
            code's side, as a checkpoint, a dict of state dicts or a configuration (.toml). None
            for what the checkpoint shows alone.
        meant: what changes on purpose: `"schedule"` for a fresh one, `"rate"` for another rate,
            `"settings"` for another length, warmup or base rate.

    Returns:
        The findings; none where the next update uses the rate it would have used.

    Raises:
        CheckError: it could not be read, or holds code, of which nothing is run; or `meant` is
            unknown.

    Example:
        >>> import torch, rampup
        >>> def build():
        ...     optimizer = torch.optim.Adam([torch.ones(1, requires_grad=True)], lr=1.0)
        ...     return optimizer, torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=10)
        >>> optimizer, scheduler = build()
        >>> for _ in range(8):
        ...     optimizer.param_groups[0]["params"][0].grad = torch.ones(1)
        ...     optimizer.step()
        ...     scheduler.step()
        >>> checkpoint = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
        >>> optimizer, scheduler = build()
        >>> optimizer.load_state_dict(checkpoint["optimizer"])
        >>> [finding.name for finding in rampup.check_resume(checkpoint, scheduler)]
        ['resume-no-state']
        >>> scheduler.load_state_dict(checkpoint["scheduler"])
        >>> rampup.check_resume(checkpoint, scheduler)
        []
    """
    from rampup.checker.gather import checkpoint

    return found_in(checkpoint.facts(before, after, meant))


def live(trace: Any, **asked: Any) -> "Live":
    """Attach the rules to a running `rampup.watch`; see `rampup.checker.gather.listening.live`."""
    from rampup.checker.gather import listening

    return listening.live(trace, **asked)


def _facts(
    subject: Any, updates: int | None, updates_per_epoch: int | None, optimizer: Any
) -> Iterable[Fact]:
    if isinstance(subject, str):
        from rampup.checker.gather import schedule

        try:
            return schedule.facts(subject, updates=updates, updates_per_epoch=updates_per_epoch)
        except ParseError as error:
            if _PATH.search(subject):
                raise CheckError(
                    f"{subject} does not exist; name a script, a folder, a run, a checkpoint or a "
                    "schedule"
                ) from None
            raise CheckError(
                f"{subject!r} is no file or folder, and no schedule: {error}"
            ) from None
    if isinstance(subject, Schedule | Plan):
        from rampup.checker.gather import schedule

        return schedule.facts(subject, updates=updates, updates_per_epoch=updates_per_epoch)
    several = subject if isinstance(subject, list | tuple) else [subject]
    if several and all(hasattr(one, "events") for one in several):
        from rampup.checker.gather import trace

        return trace.facts(subject)
    from rampup.checker.gather import live as wired

    return wired.facts(subject, optimizer, updates, updates_per_epoch)
