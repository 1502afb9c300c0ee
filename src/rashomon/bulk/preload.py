"""What the process is made of that all others are copies of: model and tables, read once.

It is imported by that process alone, before it has any threads. Nothing here may start one: a copy has only
the thread that made it, and would wait for the others for ever. So the model runs on one thread, and what
is read with polars is read here and not again.
"""

from __future__ import annotations

import contextlib
import gc


def load() -> None:
    """Read model and tables, and one report with them. What cannot be read is told by the first that needs
    it."""
    from rashomon.bulk.options import LOOKING_READER, READER
    from rashomon.bulk.reading import reader_of
    from rashomon.model import Report
    from rashomon.reading.intake import check

    with contextlib.suppress(Exception):
        text = (  # a name for each table; that of office holders is read with polars
            "VRELO - Police arrested two men in Port Salema on Tuesday, President Juana Banda said. The "
            "African Union and 300 troops of the army of Kenya left Nairobi, Reuters reported; she denied it."
        )
        reader_of(LOOKING_READER)  # on top of the other
        reader_of(READER).read_checked(check(Report(text=text, published="2021-05-04", publisher="The Post")))
    gc.collect()
    gc.freeze()  # what is here now is here to stay: collecting would only copy its pages


load()
