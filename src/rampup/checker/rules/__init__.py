"""The rules, one mistake a file: what it is, why it matters, examples, and how it is seen.

Codes: RU1xx values of the curve, RU2xx counting and units, RU3xx wiring, RU4xx order of calls
and logs, RU5xx resuming.
"""
