"""Find wrong warmup before, during and after the run.

Sources are turned into facts (`gather/`), rules read facts and nothing else (`rules/`), and what
they find is the same kind of finding wherever it comes from (`finding.py`).

Not here: printing findings (`rampup.cli.check`), judging how a run went (`rampup.trace.rules`).
"""
