"""The main job, one file per stage: data → preprocess → model → schedule → training → prediction.

Not here: drawing (`rampup.report`) and the command line (`rampup.cli`).
"""
