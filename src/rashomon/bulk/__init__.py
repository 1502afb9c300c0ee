"""Bulk reading: a whole archive into Parquet, in shards, over the processes of one machine or over Ray.

`plan` finds the files and cuts them into shards, `scanning` says what each shard holds and which texts are
copies, `reading` reads one shard, `running` sees all shards through an engine (`pool`, `ray_engine`), and
`assembly` makes the tables and the manifest.
"""

from rashomon.bulk.options import Options
from rashomon.bulk.running import Summary, run

__all__ = ["Options", "Summary", "run"]
