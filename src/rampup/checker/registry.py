"""All rules by code, in the order in which they are explained."""

from typing import Final

from rampup.checker.rule import Rule
from rampup.checker.rules import (
    accumulation_step,
    amp_skip,
    call_order,
    degenerate_schedule,
    factor_or_rate,
    horizon_mismatch,
    join_jump,
    last_epoch_argument,
    never_applied,
    not_saveable,
    param_groups,
    peak_not_reached,
    plateau_wiring,
    rank_rate,
    reported_rate,
    resume_config_drift,
    resume_continuity,
    resume_no_state,
    resume_order,
    stale_optimizer,
    step_multiplicity,
    step_unit,
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
        step_unit.RULE,
        accumulation_step.RULE,
        step_multiplicity.RULE,
        horizon_mismatch.RULE,
        # wiring
        never_applied.RULE,
        stale_optimizer.RULE,
        param_groups.RULE,
        two_writers.RULE,
        tensor_rate.RULE,
        rank_rate.RULE,
        plateau_wiring.RULE,
        # order of calls, and logs
        call_order.RULE,
        amp_skip.RULE,
        reported_rate.RULE,
        # resuming
        resume_no_state.RULE,
        resume_order.RULE,
        resume_continuity.RULE,
        resume_config_drift.RULE,
        last_epoch_argument.RULE,
        not_saveable.RULE,
    )
}
