from __future__ import annotations

import time
from pathlib import Path

import pytest

from rashomon import _terminal
from rashomon._terminal import ProgressBar, output, printable


def test_printable_is_one_harmless_line() -> None:
    assert printable("a\x1b[0m\n\u2066b\ud800č") == "a\ufffd[0m\ufffd\ufffdb\ufffdč"


def test_the_bar_shows_after_patience_and_hides_for_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_terminal, "_PATIENCE_SECONDS", 0.05)
    with ProgressBar(2, enabled=True) as bar:
        bar.file("a.txt")
        bar.report()
        assert bar._bar is None
        deadline = time.monotonic() + 10
        while bar._bar is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert bar._bar is not None
        bar.file("b.txt")
        bar.hide()
        assert bar._bar is None
    time.sleep(0.1)
    assert bar._bar is None


def test_no_bar_where_nobody_looks_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_terminal, "_PATIENCE_SECONDS", 0.0)
    with ProgressBar(2, enabled=_terminal.at_terminal()) as bar:
        time.sleep(0.05)
        assert bar._bar is None


def test_output_to_a_device_is_written_as_it_comes() -> None:
    with output(Path("/dev/null")) as sink:
        sink.write(b"words")
    assert Path("/dev/null").exists() and not Path("/dev/null").is_file()


def test_output_is_whole_or_not_there(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), output(tmp_path / "a") as sink:
        sink.write(b"half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    with output(tmp_path / "a") as sink:
        sink.write(b"whole")
        assert not (tmp_path / "a").exists()
    assert (tmp_path / "a").read_bytes() == b"whole"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
