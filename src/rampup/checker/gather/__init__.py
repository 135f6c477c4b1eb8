"""Sources into facts: schedules, live objects, runs, checkpoints and scripts.

This is the one place of the checker that knows torch, or how a script is written.
"""
