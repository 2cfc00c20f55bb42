"""disk: what stands at a name before something is put there is replaced whole, and only if it is a file."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from defa_id import disk


def test_a_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_bytes(b"old")
    before = path.stat().st_ino
    disk.write(path, b"new")
    assert (path.read_bytes(), path.stat().st_ino != before) == (b"new", True)
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_leads_to_what_is_replaced(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "link").symlink_to(elsewhere / "file")
    for content in (b"first", b"second"):
        disk.write(tmp_path / "link", content)
        assert (tmp_path / "link").is_symlink()
        assert (elsewhere / "file").read_bytes() == content


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    told: list[bytes] = []
    reader = threading.Thread(target=lambda: told.append(pipe.read_bytes()))
    reader.start()
    disk.write(pipe, b"all of it")
    reader.join()
    assert told == [b"all of it"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_device_is_written_to() -> None:
    """A terminal stands in: nobody should try whether the machine's own null can be replaced."""
    ours, theirs = os.openpty()
    try:
        device = Path(os.ttyname(theirs))
        disk.write(device, b"said")
        assert os.read(ours, 16) == b"said"
        assert stat.S_ISCHR(device.stat().st_mode)
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        disk.write(tmp_path, b"x")
    assert list(tmp_path.iterdir()) == []
