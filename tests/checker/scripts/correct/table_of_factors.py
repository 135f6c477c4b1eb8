# /// claims
# prints = ["step  factor", "100"]
# ///
"""Evaluates a schedule's function for a table, as one does before a long run."""

import math


def warmup_cosine(step, warmup=100, total=1000, floor=0.1):
    if step < warmup:
        return (step + 1) / warmup
    progress = min(1.0, (step - warmup) / (total - warmup))
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress))


print("step  factor")
for step in [0, 49, 99, 100, 400, 700, 999, 1000, 1200]:
    print(f"{step:>4}  {warmup_cosine(step):.4f}")
