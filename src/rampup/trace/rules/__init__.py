"""The rules, one family a file; an epoch's are asked in this order.

Not here: following a trace (`rampup.trace.observe`).
"""

from typing import Final

from rampup.trace.rules.chance import CHANCE
from rampup.trace.rules.claims import CLAIMS
from rampup.trace.rules.layers import LAYERS
from rampup.trace.rules.losses import LOSSES
from rampup.trace.rules.rates import RATES
from rampup.trace.rules.rule import Rule
from rampup.trace.rules.stages import STAGES

_SPOKEN_FIRST: Final = ("initial-loss", "initial-loss-high", "rate")
"""An epoch begins with where it stands."""

RULES: Final[dict[str, Rule]] = {
    rule.id: rule
    for rule in sorted(
        (*STAGES, *LOSSES, *CHANCE, *RATES, *LAYERS, *CLAIMS),
        key=lambda rule: rule.id not in _SPOKEN_FIRST,
    )
}

WHOLE_RUN: Final = frozenset(rule.id for rule in RULES.values() if rule.at in ("baseline", "end"))
"""Those that speak of the run as a whole."""
