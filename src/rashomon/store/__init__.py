"""The store: reports, claims and incidents kept in one file, or in PostgreSQL, and found again.

`desk.Desk` is the way in; `schema` has the tables, `docs/store.md` tells the whole.
"""
