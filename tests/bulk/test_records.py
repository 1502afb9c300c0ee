"""What is in a shard, in each form: every record once, whatever the cut, and what is no report refused."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import zipfile
from pathlib import Path

import pytest
import zstandard
from bulk_fakes import Reports, reports, write_lines

from rashomon.bulk.options import Options
from rashomon.bulk.plan import form_of, plan
from rashomon.bulk.records import records
from rashomon.bulk.scanning import load, scan
from rashomon.errors import InputError
from rashomon.sources.files import Arrival

OPTIONS = Options(max_chars=10_000)


def everything(*paths: Path | str, shard_bytes: int = 700, options: Options = OPTIONS) -> list[Arrival]:
    shards, errors = plan([str(path) for path in paths], shard_bytes)
    assert not errors
    return [arrival for shard in shards for arrival, done in records(shard, options) if not done]


def texts(arrivals: list[Arrival]) -> list[str | None]:
    return [arrival.report.text if arrival.report else None for arrival in arrivals]


@pytest.mark.parametrize("shard_bytes", [1, 200, 701, 5000, 1 << 30])
def test_lines_are_cut_between_records(tmp_path: Path, shard_bytes: int) -> None:
    given = reports(25)
    given[3]["text"] = "é" * 300 + " arrested.\n" * 40
    path = write_lines(tmp_path / "a.jsonl", given)
    assert texts(everything(path, shard_bytes=shard_bytes)) == [report["text"] for report in given]


def test_blank_lines_at_a_cut_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = write_lines(path, reports(12)).read_text(encoding="utf-8").splitlines()
    path.write_text("".join(line + "\n" * 300 for line in lines), encoding="utf-8")
    shards, _ = plan([str(path)], 500)
    assert len(shards) > 5
    before, found = 0, []
    for number, shard in enumerate(shards):
        scan(shard, OPTIONS, tmp_path / f"{number}.npz")
        found += [before + int(each.where) for each, done in records(shard, OPTIONS) if not done]
        before += load(tmp_path / f"{number}.npz").lines
    assert found == [1 + 300 * number for number in range(12)]


def test_a_file_that_grew_keeps_its_first_shards(tmp_path: Path) -> None:
    before, _ = plan([str(write_lines(tmp_path / "a.jsonl", reports(20)))], 900)
    after, _ = plan([str(write_lines(tmp_path / "a.jsonl", reports(40)))], 900)
    assert [(s.start, s.end) for s in before][:-1] == [(s.start, s.end) for s in after][: len(before) - 1]


def as_csv(given: Reports, mark: str = ",") -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(given[0]), delimiter=mark)
    writer.writeheader()
    writer.writerows(given)
    return file.getvalue()


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("shard_bytes", [1, 400, 1 << 30])
def test_csv_is_cut_between_records(tmp_path: Path, mark: str, shard_bytes: int) -> None:
    given = reports(12)
    given[4]["text"] = 'He said "they were arrested",\nand left; then\r\n"they were freed".'
    path = tmp_path / "a.csv"
    path.write_text(as_csv(given, mark), encoding="utf-8-sig", newline="")
    found = everything(path, shard_bytes=shard_bytes)
    assert texts(found) == [report["text"] for report in given]
    assert [a.report.published for a in found if a.report] == [report["published"] for report in given]


def test_columns_of_other_names_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("body,source,when\nPolice arrested a man in Vrelo.,Harbour Post,2021-04-02\n,,\n")
    fields = {"text": "body", "publisher": "source", "published": "when"}
    found = everything(path, options=Options(max_chars=10_000, fields=fields))
    assert found[0].report is not None
    assert (found[0].report.publisher, found[0].report.published) == ("Harbour Post", "2021-04-02")
    assert texts(found)[1] == ""  # refused where it would be read
    plain = everything(path)[0]
    assert plain.error is not None
    assert "--field text=COLUMN" in str(plain.error)
    with pytest.raises(InputError, match="no field 'body'"):
        Options(max_chars=10_000, fields={"body": "text"})


def test_parquet_is_cut_at_row_groups_and_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    monkeypatch.setattr("rashomon.bulk.plan.ROWS", 7)
    given = reports(30)
    table = pa.Table.from_pylist([report | {"more": 1} for report in given])
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=20)
    shards, _ = plan([str(tmp_path / "a.parquet")], 1)
    assert [(s.group, s.start, s.end) for s in shards] == [
        (0, 0, 7), (0, 7, 14), (0, 14, 20), (1, 0, 7), (1, 7, 10)
    ]  # fmt: skip
    found = everything(tmp_path / "a.parquet")
    assert texts(found) == [report["text"] for report in given]
    assert [each.where for each in found] == [str(number) for number in range(1, len(given) + 1)]


def warc(pages: list[tuple[str, str, str]], packed: bool = True) -> bytes:
    """A web archive: (address, status line and type, body) a record."""
    out = io.BytesIO()
    for url, head, body in pages:
        http = f"HTTP/1.1 {head}\r\n\r\n{body}".encode()
        record = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n"
            "WARC-Date: 2021-05-04T08:00:00Z\r\n"
            f"WARC-Record-ID: <urn:uuid:{len(url):032d}>\r\n"
            "Content-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(http)}\r\n\r\n"
        ).encode() + http + b"\r\n\r\n"  # fmt: skip
        out.write(gzip.compress(record, mtime=0) if packed else record)
    return out.getvalue()


def page(n: int) -> str:
    body = f"Police arrested {n + 2} men near the mill of Vrelo on Sunday, the mayor of the town said. "
    article = f"<article><p>{body * 4}</p></article>"
    return f"<html><head><title>Arrests {n}</title></head><body>{article}</body></html>"


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("shard_bytes", [200, 1 << 30])
def test_web_archives_give_their_pages(tmp_path: Path, packed: bool, shard_bytes: int) -> None:
    ok = "200 OK\r\nContent-Type: text/html"
    pages = [(f"http://post.example/{n}", ok, page(n)) for n in range(6)]
    pages.insert(2, ("http://post.example/gone", "404 Not Found\r\nContent-Type: text/html", page(99)))
    pages.insert(4, ("http://post.example/x.png", "200 OK\r\nContent-Type: image/png", "PNG"))
    path = tmp_path / ("a.warc.gz" if packed else "a.warc")
    path.write_bytes(warc(pages, packed))
    found = everything(path, shard_bytes=shard_bytes)
    read = [arrival.report for arrival in found if arrival.report is not None]
    assert [report.url for report in read] == [f"http://post.example/{n}" for n in range(6)]
    assert all("Police arrested" in report.text for report in read)
    if shard_bytes == 200:
        assert len(plan([str(path)], shard_bytes)[0]) > 2


def test_a_damaged_archive_gives_what_it_has(tmp_path: Path) -> None:
    ok = "200 OK\r\nContent-Type: text/html"
    data = warc([(f"http://post.example/{n}", ok, page(n)) for n in range(4)])
    (tmp_path / "a.warc.gz").write_bytes(data[: len(data) - 60])
    found = everything(tmp_path / "a.warc.gz", shard_bytes=1 << 30)
    assert [arrival.report is not None for arrival in found] == [True, True, True, False]
    assert "cut short" in str(found[-1].error)


PACK = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda data: zstandard.ZstdCompressor(write_checksum=True).compress(data),
}


@pytest.mark.parametrize("ending", PACK)
def test_packed_files_are_read_and_damaged_ones_end_with_a_refusal(tmp_path: Path, ending: str) -> None:
    given = reports(40)
    lines = write_lines(tmp_path / "a.jsonl", given).read_bytes()
    path, pack = tmp_path / f"b.jsonl{ending}", PACK[ending]
    half = lines.index(b"\n", len(lines) // 2) + 1
    path.write_bytes(pack(lines[:half]) + pack(lines[half:]))  # as tools that work side by side leave them
    assert texts(everything(path)) == [report["text"] for report in given]
    path.write_bytes(pack(lines)[:-200])
    assert "damaged" in str(everything(path)[-1].error) or "cut short" in str(everything(path)[-1].error)
    path.write_bytes(pack(lines)[:60] + bytes(40) + pack(lines)[100:])
    assert "damaged" in str(everything(path)[-1].error)
    path.write_bytes(b"text\nNo packing at all.\n")
    assert "damaged" in str(everything(path)[-1].error)


@pytest.mark.parametrize("ending", PACK)
def test_packed_tables_are_read_by_their_columns(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"a.csv{ending}").write_bytes(PACK[ending](b"id;text\n1;Police arrested a man.\n"))
    assert texts(everything(tmp_path / f"a.csv{ending}")) == ["Police arrested a man."]


def test_a_packed_file_gets_no_memory_without_end(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}]
    huge = lzma.compress(b'{"text": "x"}\n', filters=filters)
    (tmp_path / "a.jsonl.xz").write_bytes(huge)
    [refused] = everything(tmp_path / "a.jsonl.xz")
    assert "damaged" in str(refused.error)


def test_addresses_of_object_stores_are_read(tmp_path: Path) -> None:
    import fsspec

    system = fsspec.filesystem("memory")
    lines = write_lines(tmp_path / "a.jsonl", reports(10)).read_bytes()
    system.pipe("/bucket/one/a.jsonl", lines)
    system.pipe("/bucket/two/b.jsonl", lines.replace(b"Vrelo", b"Orbec"))
    try:
        assert len(everything("memory://bucket/*/*.jsonl")) == 20
        assert len(everything("memory://bucket")) == 20
    finally:
        system.rm("/bucket", recursive=True)


def test_hostile_lines_come_through_or_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        b'{"text": "ok \\u0000 arrested"}\n\xff\xfe\x00broken\n{"text": "\\ud800 arrested"}\n'
        b'{"text": "' + b"x" * 200_000 + b'"}\n[1, 2]\n\n{"text": "last one arrested"}\n'
    )
    found = everything(path, shard_bytes=1 << 30)
    assert [arrival.report is not None for arrival in found] == [True, False, True, False, False, True]
    assert found[-1].where == "7"


def test_files_within_an_archive_have_addresses_of_their_own(tmp_path: Path) -> None:
    given = reports(10)
    path = tmp_path / "dump.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in (("in/a.jsonl", given[:5]), ("in/b.jsonl", given[5:]), ("in/read.me", [])):
            archive.writestr(name, write_lines(tmp_path / "part", part).read_bytes())
    for address in (f"zip://in::{path}", f"zip://in/*.jsonl::{path}", f"zip://::file://{path}"):
        assert texts(everything(address)) == [report["text"] for report in given]
    shards, _ = plan([f"zip://in/a.jsonl::{path}"], 1 << 30)
    assert [shard.url for shard in shards] == [f"zip://in/a.jsonl::{path}"]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("in/a.jsonl", write_lines(tmp_path / "part", given[1:6]).read_bytes())
    assert plan([f"zip://in/a.jsonl::{path}"], 1 << 30)[0][0].stamp != shards[0].stamp
    _, errors = plan([str(path), f"zip://in::{tmp_path / 'part'}"], 1 << 30)
    assert f"zip://::{path}" in str(errors[0])
    assert "not a zip file" in str(errors[1])


def test_the_form_is_told_by_the_name_and_not_by_what_follows_it() -> None:
    assert form_of("https://example.org/a/Dump.JSONL.gz?token=a.csv") == "lines"
    assert form_of("zip://in/a.csv::/data/dump.parquet") == "csv"
    assert form_of("/data/what?.csv") == "csv"


def test_a_table_without_a_text_is_refused_as_a_whole(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    (tmp_path / "a.csv").write_text("headline,body\nArrests,Police arrested a man in Vrelo.\n")
    pq.write_table(pa.table({"headline": ["Arrests"], "body": ["Police"]}), tmp_path / "b.parquet")
    (tmp_path / "c.csv").write_bytes("body\nPolice arrested a man.\n".encode("utf-16"))  # told row by row
    (tmp_path / "d.csv").write_text("title\nArrests\n")  # a headline alone is refused by its row
    shards, errors = plan([str(tmp_path)], 1 << 30, {})
    assert [Path(shard.url).name for shard in shards] == ["c.csv", "d.csv"]
    assert len(errors) == 2
    assert all("no column 'text'; the columns are headline, body" in str(error) for error in errors)
    assert plan([str(tmp_path / "a.csv")], 1 << 30, {"text": "body"})[1] == []


def test_fields_of_json_lines_may_have_other_names(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"body": "Police arrested a man in Vrelo.", "meta": {"day": "2021-04-02"}}\n'
        '{"text": "Police arrested a woman in Vrelo.", "published": "2021-04-03"}\n'
        '{"words": "Police"}\n'
    )
    options = Options(max_chars=10_000, fields={"text": "body", "published": "meta.day"})
    first, second, third = everything(path, options=options)
    assert first.report is not None
    assert (first.report.text, first.report.published) == ("Police arrested a man in Vrelo.", "2021-04-02")
    assert second.report is not None  # one file in an archive may have our names
    assert second.report.published == "2021-04-03"
    assert "--field text=NAME" in str(third.error)


def test_bytes_in_parquet_are_words(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = "Police arrested José \xff in Vrelo."
    pq.write_table(pa.table({"text": [text.encode(), b"Police \xff"]}), tmp_path / "a.parquet")
    assert texts(everything(tmp_path / "a.parquet")) == [text, "Police \ufffd"]
