"""The corpus: correct scripts and scripts with one mistake, and what each of them claims.

A script says in its first comment block what its updates really use, in TOML:

    # /// claims
    # updates = 60
    # first = 0.01
    # peak = 0.1
    # peak_at = 9
    # last = 0.0
    # ///

See `Claims` for what else it may say.
"""

import re
import tomllib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from tests.checker.oracle import cells

SCRIPTS: Final = Path(__file__).parent / "scripts"
CORRECT: Final = sorted(
    path for path in (SCRIPTS / "correct").iterdir() if path.suffix in (".py", ".ipynb")
)
PATTERNS: Final = sorted((SCRIPTS / "patterns").glob("*.py"))

_BLOCK: Final = re.compile(r"^# /// claims$\n(?P<toml>(?:^#.*$\n)+?)^# ///$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """What one group of one optimizer uses, in order; None is not said.

    Args:
        optimizer: its number, in the order of first updates.
        group: number of the group.
        updates: updates made.
        rates: all of the rates, or the first ones, such as "0.1 x5, 0.01 x5".
        first: rate of the first update.
        peak: highest rate.
        peak_at: first update that uses it.
        last: rate of the last update.
    """

    optimizer: int = 0
    group: int = 0
    updates: int | None = None
    rates: str | None = None
    first: float | None = None
    peak: float | None = None
    peak_at: int | None = None
    last: float | None = None

    def listed(self) -> list[float]:
        """Return `rates` as numbers."""
        values: list[float] = []
        for part in (self.rates or "").split(","):
            value, _, times = part.strip().partition(" x")
            values += [float(value)] * int(times or 1) if value else []
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a script says of itself.

    Args:
        curves: what its optimizers use; none where it trains nothing.
        argv: arguments it is run with.
        resume: arguments of runs that, one after the other in one folder, must use the same rates
            as the run with `argv`.
        torchrun: it is started by torchrun.
        needs: modules it imports that the tests alone do not bring.
        not_run: why it cannot be run here.
        raises: class of the error it ends with, or classes where it depends on the Python.
        prints: what it prints among other things.
    """

    curves: tuple[Curve, ...] = ()
    argv: tuple[str, ...] = ()
    resume: tuple[tuple[str, ...], ...] = ()
    torchrun: bool = False
    needs: tuple[str, ...] = ()
    not_run: str = ""
    raises: tuple[str, ...] = ()
    prints: tuple[str, ...] = ()

    @property
    def missing(self) -> str:
        """Why it cannot be run here; empty where it can."""
        absent = [name for name in self.needs if find_spec(name) is None]
        return self.not_run or (f"{', '.join(absent)} is not installed" if absent else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must be found in a script with a mistake.

    Args:
        words: classes of mistakes that must be reported, each at one of the lines `at`.
        at: texts of the lines.
        allowed: classes that may be reported too; of no other may there be an error or warning.
        missed: why it is not found today; empty where it is.
    """

    words: tuple[str, ...]
    at: tuple[str, ...]
    allowed: tuple[str, ...] = ()
    missed: str = ""


def claims(script: Path) -> Claims:
    """Return what a script says of itself."""
    block = _BLOCK.search(source(script))
    if block is None:
        raise ValueError(f"{script.name} has no claims; begin it with '# /// claims'")
    table = tomllib.loads(re.sub(r"^# ?", "", block["toml"], flags=re.MULTILINE))
    own = {name: table.pop(name) for name in tuple(table) if name in Curve.__dataclass_fields__}
    more = table.pop("more", [])
    curves = tuple(Curve(**one) for one in ([own] if own else []) + more)
    if isinstance(table.get("raises"), str):
        table["raises"] = [table["raises"]]
    return Claims(curves=curves, **{name: _frozen(value) for name, value in table.items()})


def expected() -> dict[str, Expected]:
    """Return what must be found, by the name of the script in `patterns/`."""
    table = tomllib.loads((SCRIPTS / "expected.toml").read_text(encoding="utf-8"))
    return {
        name: Expected(**{key: _frozen(value) for key, value in one.items()})
        for name, one in table.items()
    }


def source(script: Path) -> str:
    """Return the text of a script; of a notebook, its code cells."""
    if script.suffix == ".ipynb":
        return "\n".join(cells(script))
    return script.read_text(encoding="utf-8")


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
