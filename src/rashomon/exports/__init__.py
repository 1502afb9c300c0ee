"""Ways out: `jsonl` (the form of the output), `table` (a terminal), `page` (HTML), `frames` (polars, pandas).

Nothing is imported here: each way out brings libraries of its own, and most runs take one of them.
"""
