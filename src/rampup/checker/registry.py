"""All rules by code, in the order in which they are explained."""

from typing import Final

from rampup.checker.rule import Rule
from rampup.checker.rules import (
    degenerate_schedule,
    factor_or_rate,
    horizon_mismatch,
    join_jump,
    never_applied,
    param_groups,
    peak_not_reached,
    plateau_wiring,
    stale_optimizer,
    tensor_rate,
    two_writers,
    zero_first_rate,
)

RULES: Final[dict[str, Rule]] = {
    rule.code: rule
    for rule in (
        # values of the curve
        zero_first_rate.RULE,
        peak_not_reached.RULE,
        degenerate_schedule.RULE,
        join_jump.RULE,
        factor_or_rate.RULE,
        # counting and units
        horizon_mismatch.RULE,
        # wiring
        never_applied.RULE,
        stale_optimizer.RULE,
        param_groups.RULE,
        two_writers.RULE,
        tensor_rate.RULE,
        plateau_wiring.RULE,
    )
}
