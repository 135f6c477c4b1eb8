"""Facts of a training script, read without running it."""

from rampup.checker.gather.script.worlds import walk as walk
