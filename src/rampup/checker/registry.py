"""All rules by code, in the order in which they are explained."""

from typing import Final

from rampup.checker.rule import Rule
from rampup.checker.rules import (
    accumulation_step,
    amp_skip,
    call_order,
    last_epoch_argument,
    not_saveable,
    rank_rate,
    reported_rate,
    resume_config_drift,
    resume_continuity,
    resume_no_state,
    resume_order,
    step_multiplicity,
    step_unit,
    zero_first_rate,
)

RULES: Final[dict[str, Rule]] = {
    rule.code: rule
    for rule in (
        # values of the curve
        zero_first_rate.RULE,
        # counting and units
        step_unit.RULE,
        accumulation_step.RULE,
        step_multiplicity.RULE,
        # wiring
        rank_rate.RULE,
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
