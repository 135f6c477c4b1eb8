"""Every exception that rampup raises on purpose.

Each is also the builtin that a caller would expect, so `except ValueError` keeps working::

    RampupError (Exception)
    ├── UnitError (ValueError)        a length or horizon that cannot be meant or converted
    ├── ScheduleError (ValueError)    a schedule or plan that cannot be meant
    │   └── ParseError                schedule text that does not parse; points at the column
    ├── ConfigError (ValueError)      a configuration key, value or type
    ├── DataError (ValueError)        rows, columns or labels that cannot be trained or predicted on
    ├── RunFolderError (ValueError)   a run folder that is missing, taken or damaged
    ├── TraceError (ValueError)       a trace that cannot be read
    ├── CheckError (ValueError)       what could not be checked
    ├── StateError (ValueError)       a scheduler state that disagrees with the code
    └── DivergedError (ArithmeticError)  training stopped at a non-finite loss

The command line prints the message of a `RampupError` as one sentence and exits with code 2
(1 for `DivergedError`); anything else is a bug of ours and keeps its traceback.
"""

from collections.abc import Collection, Container, Iterable


class RampupError(Exception):
    """Root of all errors below; its text names the thing, the value and the remedy."""


class UnitError(RampupError, ValueError):
    """A length or a horizon that cannot be meant, or that lacks a number to be converted."""


class ScheduleError(RampupError, ValueError):
    """A schedule that cannot be meant, alone or on the given run."""


class ParseError(ScheduleError):
    """Schedule text that does not parse."""


class ConfigError(RampupError, ValueError):
    """A configuration with an unknown key, a wrong type or a value out of range."""


class DataError(RampupError, ValueError):
    """Input rows, columns or labels that cannot be used."""


class RunFolderError(RampupError, ValueError):
    """A run folder that is missing, taken or damaged."""


class TraceError(RampupError, ValueError):
    """A trace file that cannot be read."""


class CheckError(RampupError, ValueError):
    """Something that could not be checked, so that silence would say too much."""


class StateError(RampupError, ValueError):
    """A scheduler state that disagrees with the scheduler it is loaded into."""


class DivergedError(RampupError, ArithmeticError):
    """Training met a non-finite loss and stopped."""


def one_of(allowed: Iterable[str]) -> str:
    """Return the names of `allowed` as a readable list for a message.

    Example:
        >>> one_of(["start", "end"])
        "'start', 'end'"
    """
    return ", ".join(repr(name) for name in allowed)


def among(name: object, known: Container[str]) -> bool:
    """Return whether `name` is one of the names; what is no text is none of them.

    Example:
        >>> among("linear", {"linear": 1}), among(["linear"], {"linear": 1})
        (True, False)
    """
    return isinstance(name, str) and name in known


def known_name(
    said: str,
    name: object,
    known: Collection[str],
    error: type[RampupError] = ScheduleError,
) -> str:
    """Return `name`, one of those there are, or refuse it.

    Args:
        said: how the message begins, such as `"clock 'hours'"`.
        name: what was given.
        known: the names there are.
        error: what is raised.

    Raises:
        RampupError: of that kind.

    Example:
        >>> known_name("clock 'updates'", "updates", ("updates", "calls"))
        'updates'
        >>> known_name("clock 'hours'", "hours", ("updates", "calls"))
        Traceback (most recent call last):
        ...
        rampup.errors.ScheduleError: clock 'hours' is unknown; use one of 'updates', 'calls'
    """
    if not isinstance(name, str) or name not in known:
        raise error(f"{said} is unknown; use one of {one_of(known)}")
    return name


def nearest(name: object, known: list[str]) -> str:
    """Return a hint with the names closest to `name`, or all of them where none is close.

    Example:
        >>> nearest("lable", ["label", "x1"])
        "did you mean 'label'?"
        >>> nearest("qqq", ["label", "x1"])
        "there are 'label', 'x1'"
    """
    from difflib import get_close_matches  # no run that goes well needs it

    spelled = {word.casefold(): word for word in known}
    text = name.casefold() if isinstance(name, str) else ""  # what is no text is close to none
    close = get_close_matches(text, spelled, n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(repr(spelled[word]) for word in close)}?"
    shown = one_of(known[:10]) + (f" and {len(known) - 10} more" if len(known) > 10 else "")
    return f"there are {shown}"
