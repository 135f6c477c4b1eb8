"""Two traces side by side, part by part: what was set, what each update did, what came out.

Not here: putting the parts together (`rampup.trace.diff`) and drawing them (`rampup.report`).
"""
