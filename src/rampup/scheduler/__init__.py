"""torch meets schedule: a scheduler whose clock is the optimizer.

Not here: curves (`rampup.schedule`) and anything that records a run (`rampup.recorder`).
"""
