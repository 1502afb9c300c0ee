"""The gold sets, and how this build does on them: `rashomon evaluate` (`cli.py`).

`sets.SETS` lists them; each has a room that reads its files and one function that measures. `accounts` is the
main one; `floors` holds a build to what an earlier one reached. All of it is for development: PyYAML and
SciPy are the `evaluate` extra.
"""
