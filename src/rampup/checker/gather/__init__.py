"""Facts from each source: schedules, live objects, runs, checkpoints, scripts.

Only here may the checker import torch. Nothing is judged here; that is what rules do.
"""
