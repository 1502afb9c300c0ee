from __future__ import annotations

import sqlalchemy as sa
from store_builders import many

from rashomon.store.desk import Desk
from rashomon.store.schema import alert, alert_delivery, alert_watch
from rashomon.store.sizes import sizes_of


def test_reports_and_claims_are_counted(desk: Desk) -> None:
    desk.add(many(3))
    sizes = sizes_of(desk.store)
    assert (sizes.rows["reports"], sizes.rows["claims"]) == (3, sum(len(r.claims) for r in many(3)))
    assert sizes.size > 0 and sizes.added is not None
    assert not any(name.startswith("outbox") for name in sizes.rows)


def test_messages_of_alerts_are_counted_by_state(desk: Desk) -> None:
    def fill(table: sa.Table, **values: object) -> dict[str, object]:
        """A row of that table, with something in every column that needs it."""
        made = {
            column.name: 1 if isinstance(column.type, sa.Integer) else "{}"
            for column in table.columns
            if not column.nullable and column.default is None
        }
        return made | values

    def work(connection: sa.Connection) -> None:
        connection.execute(sa.insert(alert_watch).values(fill(alert_watch, num=1)))
        connection.execute(sa.insert(alert).values(fill(alert, num=1, watch=1)))
        for number, state in enumerate(("waiting", "sent", "sent"), 1):
            values = fill(alert_delivery, num=number, alert=1, watch=1, key=str(number), state=state)
            connection.execute(sa.insert(alert_delivery).values(values))

    desk.store.write(work)
    rows = sizes_of(desk.store).rows
    assert (rows["outbox_waiting"], rows["outbox_sent"]) == (1, 2)
