"""The store: reports, claims and incidents kept in one file, or in PostgreSQL, and found again.

`desk.Desk` is the way in; `schema` has the tables, `docs/store.md` tells the whole.
"""

from rashomon.errors import MissingExtra

try:
    import alembic as alembic
    import sqlalchemy as sqlalchemy
except ModuleNotFoundError as error:
    raise MissingExtra(
        f"the package {error.name} is needed to keep a store", hint="pip install 'rashomon[desk]'"
    ) from error
