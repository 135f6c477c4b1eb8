"""Warmups that take their length, or each step of it, from the optimizer or from the run.

Not here: how long to warm up a model that was tried out first; that is advice, not a schedule.
"""
