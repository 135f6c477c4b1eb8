"""Find wrong warmup before, during and after the run.

Sources are turned into facts (`gather/`), rules read facts and nothing else (`rules/`), and what
they find is the same kind of finding wherever it comes from (`finding.py`).

Not here: printing findings (`rampup.cli.check`), judging how a run went (`rampup.trace.rules`).
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rampup.checker.check import live as live


def __getattr__(name: str) -> Any:
    if name != "live":
        raise AttributeError(f"module 'rampup.checker' has no attribute {name!r}")
    # `check` brings the rules, which a mere import of the package need not pay for
    from rampup.checker.check import live

    return live
