"""The offline page: traces → one HTML file that needs nothing else to be read.

`source` reads, `parts`, `figures` and `compare` choose what to show, `render` puts it into the
templates, which escape everything they are given.
"""
