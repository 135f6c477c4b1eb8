"""All rules by code, in the order in which they are explained."""

from typing import Final

from rampup.checker.rule import Rule
from rampup.checker.rules import zero_first_rate

RULES: Final[dict[str, Rule]] = {
    rule.code: rule
    for rule in (
        # values of the curve
        zero_first_rate.RULE,
    )
}
