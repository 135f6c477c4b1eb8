"""torch meets trace: measure a run without changing it.

Not here: rules about what is measured (`rampup.trace.observe`) and drawing (`rampup.report`).
"""
