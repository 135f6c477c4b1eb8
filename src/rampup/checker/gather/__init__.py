"""Where facts come from: one file for each source.

Not here: what facts are (`facts.py`), judging them (`rules/`).
"""
