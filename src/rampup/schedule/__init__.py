"""Update index → factor, as a pure value. numpy only; no torch, no optimizer, no run.

Not here: rates (a factor times a base rate is the scheduler's business) and anything that
remembers how far a run has come.
"""
