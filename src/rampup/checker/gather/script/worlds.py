"""The walks of a script, one for each world, put together."""

import ast
import re
import sys
import warnings
from typing import Final

from rampup.checker.gather.script import calls, constants, entries, outcome
from rampup.checker.gather.script.expressions import expression
from rampup.checker.gather.script.guesses import EPOCHS, WORLDS, Guesses
from rampup.checker.gather.script.optimizers import Optimizer
from rampup.checker.gather.script.program import Program
from rampup.checker.gather.script.relevance import Relevance
from rampup.checker.gather.script.statements import block
from rampup.checker.gather.script.syntax import names_read
from rampup.checker.gather.script.walking import FEW, STEPS, Ids, Walk
from rampup.checker.script import Object, Script, World
from rampup.errors import CheckError

SPEAKS: Final = re.compile(
    r"\b(\w*Adam\w*|A?SGD|RMSprop|Adagrad|Adadelta|Rprop|LBFGS|\w*Lion|Adafactor|LAMB|Lamb|LARS|Lars|"
    r"Muon|Prodigy|Sophia|Ranger|Yogi|NovoGrad|Shampoo|M[Aa][Dd][Gg][Rr][Aa][Dd]|create_optimizer\w*|"
    r"get_\w*schedule\w*)\b|[A-Za-z0-9]LR\(|LRScheduler|Scheduler\w*\(|Warmup\w*\(|\bOptimizer\)"
)
"""A text without any of these builds neither an optimizer nor a scheduler."""

NOTHING: Final = World(guesses={}, acts=(), loops={}, curves={}, runs={}, complete=True)


def walk(path: str, text: str, *, whole: bool = False) -> Script:
    """Return what a script says, without running it.

    Args:
        path: what the script is called in places.
        text: its text.
        whole: walk statements too that matter to no rate; that is slower and changes nothing.

    Returns:
        Its objects, and what it does with them in each of several worlds; one world without acts
        for a script that is about something else.

    Raises:
        CheckError: the text cannot be parsed.

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
    lines = tuple(text.removesuffix("\n").split("\n"))  # a form feed ends none
    if SPEAKS.search(text) is None:
        return Script(path=path, lines=lines, objects={}, worlds=(NOTHING,))
    tree = _parsed(path, text)
    kept = Relevance(tree).kept if not whole else None
    program = Program(path=path, lines=lines, tree=tree, make=block, express=expression, kept=kept)
    used = names_read(program.tree)
    ids: Ids = {}
    worlds: list[World] = []
    objects: dict[int, Object] = {}
    long = 2 * constants.largest(program.tree) + 1
    batches, steps = 0, STEPS
    for number in range(WORLDS):
        one = Walk(program, Guesses(number, long, batches), ids, calls.run, steps)
        entries.everything(one, used)
        objects = {**outcome.objects(one), **objects}
        worlds.append(outcome.world(one))
        if number == 1 and not objects:
            break  # neither with every condition nor with none
        if not one.guesses.numbers and not one.guesses.ways:
            break  # the text settles everything: the other worlds are the same
        if not number:
            batches = _batches(one, long)
            steps = FEW if one.unfinished else STEPS
    return Script(path=path, lines=lines, objects=objects, worlds=tuple(worlds))


def _parsed(path: str, text: str) -> ast.Module:
    try:
        with warnings.catch_warnings(action="ignore"):  # of the script's own making
            return ast.parse(text)
    except SyntaxError as error:
        reason = f"line {error.lineno}: {error.msg}"
    except (RecursionError, MemoryError):
        reason = "it is nested too deeply"
    except ValueError as error:
        reason = str(error)
    raise CheckError(
        f"{path} cannot be parsed as Python {'.'.join(map(str, sys.version_info[:2]))}: {reason}; "
        "mend it, or exclude the file"
    )


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
