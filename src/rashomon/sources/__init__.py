"""Sources: files, folders and streams of text, web pages and JSON, as reports.

`arrivals` is the one way in; it gives a stream of reports and of refusals, and raises nothing about its
input.
"""

from rashomon.sources.files import Arrival, arrivals
from rashomon.sources.text import Defaults, complete, report_from_text
from rashomon.sources.wire import Header, find_header, parse_published

__all__ = [
    "Arrival",
    "Defaults",
    "Header",
    "arrivals",
    "complete",
    "find_header",
    "parse_published",
    "report_from_text",
]
