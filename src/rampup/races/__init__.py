"""Races: one model under many schedules, rates and seeds at once; `rampup.race` is the way in.

Every member of a race learns exactly what it would learn alone, with the same seed and batches.
"""
