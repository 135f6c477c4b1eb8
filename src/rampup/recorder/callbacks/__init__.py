"""Callbacks for trainers that others wrote; each imports its trainer only when it is asked for.

Not here: writers of other formats, which are listeners of any watch (`rampup.trace`).
"""
