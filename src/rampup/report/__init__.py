"""Pure: events of a trace → text for people. No torch, no training.

Not here: measuring (`rampup.recorder`) and deciding what to say (`rampup.trace.observe`).
"""
