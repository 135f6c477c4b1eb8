"""The lesson: ten modes as content files, questions whose keys are computed, programs that run.

Not here: a terminal, a page or a server; `rampup.cli` and `rampup.web` are the faces that show
what lives here.
"""
