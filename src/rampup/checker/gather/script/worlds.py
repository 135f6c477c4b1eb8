"""The walks of a script, one for each world, put together."""

import ast
import re
from typing import Final

from rampup.checker.gather.script import calls, constants, entries, outcome
from rampup.checker.gather.script.guesses import EPOCHS, WORLDS, Guesses
from rampup.checker.gather.script.optimizers import Optimizer
from rampup.checker.gather.script.program import Program
from rampup.checker.gather.script.statements import block
from rampup.checker.gather.script.walk import Ids, Walk
from rampup.checker.script import Object, Script, World

SPEAKS: Final = re.compile(r"schedul|param_groups|lr\b|learning_rate|LR\b|warmup|\.optim\b")
"""A text without any of these is about something else."""

NOTHING: Final = World(guesses={}, acts=(), loops={}, curves={}, runs={}, complete=True)


def walk(path: str, text: str) -> Script:
    """Return what a script says, without running it.

    Args:
        path: what the script is called in places.
        text: its text.

    Returns:
        Its objects, and what it does with them in each of several worlds; one world without acts
        for a script that is about something else.

    Raises:
        SyntaxError: the text is no Python of today.

    Example:
        >>> script = walk("train.py", '''
        ... import torch
        ... optimizer = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=1.0)
        ... scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
        ... for step in range(3):
        ...     optimizer.step()
        ...     scheduler.step()
        ... ''')
        >>> [one.name for one in script.objects.values()]
        ['optimizer', 'scheduler']
        >>> script.worlds[0].runs[0].used.ravel().tolist()
        [1.0, 0.5, 0.25]
    """
    lines = tuple(text.splitlines())
    if SPEAKS.search(text) is None:
        return Script(path=path, lines=lines, objects={}, worlds=(NOTHING,))
    program = Program(path=path, tree=ast.parse(text), make=block)
    used = entries.used_names(program.tree)
    ids: Ids = {}
    worlds: list[World] = []
    objects: dict[int, Object] = {}
    long = 2 * constants.largest(program.tree) + 1
    batches = 0
    for number in range(WORLDS):
        one = Walk(program, Guesses(number, long, batches), ids, calls.run)
        entries.everything(one, used)
        objects = {**outcome.objects(one), **objects}
        worlds.append(outcome.world(one))
        if not one.guesses.numbers and not one.guesses.ways:
            break  # the text settles everything: the other worlds are the same
        if not number:
            batches = _batches(one, long)
    return Script(path=path, lines=lines, objects=objects, worlds=tuple(worlds))


def _batches(walk: Walk, long: int) -> int:
    """Return how many batches a loader needs for a run of `long` updates.

    Args:
        walk: the walk of the first world.
        long: updates.
    """
    loaders = [value for text, value in walk.guesses.numbers.items() if text.startswith("len(")]
    made = [len(one.used) for one in walk.objects if isinstance(one, Optimizer)]
    if not loaders or not any(made) or any(map(EPOCHS.search, walk.guesses.numbers)):
        return 0
    epochs = max(min(one for one in made if one) // int(max(loaders)), 1)
    return -(-long // epochs)
