"""Findings as text that other tools read: one format a file.

Not here: the form for people (`rampup.cli.check`).
"""
