"""Facts of a training script, read without running it."""
