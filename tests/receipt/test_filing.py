"""Receipts on the disk: 0600, whole or not at all, never written over, the opening kept apart."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from defa_id import disk, receipt
from defa_id.errors import WrongUse
from defa_id.issue import signing
from defa_id.receipt import AtHand, filing, signed
from tests.receipt.made import Filed, accepted, bank
from tests.support.world import NOW

POSIX = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")


def cabinet(where: Path, *, several: bool = False, shared: Path | None = None) -> filing.Cabinet:
    return filing.Cabinet(where, bank(), several=several, shared=shared)


def put(box: filing.Cabinet, filed: Filed | None = None, made: datetime = NOW) -> Path:
    filed = filed or accepted()
    return box.file(filed.verdict, filed.data, made)


def holds(path: Path, opening: Path | None = None) -> bool:
    found = receipt.check(
        path.read_bytes(),
        [bank().public],
        AtHand(data=accepted().data, opening=filing.read_opening(opening or filing.opening_path(path))),
    )
    return found.decision == "accepted"


@POSIX
def test_one_receipt_in_a_file_of_its_owner_with_its_opening_beside_it(tmp_path: Path) -> None:
    path = put(cabinet(tmp_path / "new" / "a.receipt"))
    assert path == tmp_path / "new" / "a.receipt"
    assert sorted(one.name for one in path.parent.iterdir()) == ["a.receipt", "a.receipt.opening"]
    assert {stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert holds(path)


def test_every_receipt_has_an_opening_of_its_own(tmp_path: Path) -> None:
    one, other = (put(cabinet(tmp_path / name)) for name in ("a", "b"))
    openings = [filing.read_opening(filing.opening_path(path)) for path in (one, other)]
    assert openings[0] != openings[1]
    documents = [receipt.read(path.read_bytes()).document for path in (one, other)]
    assert documents[0]["input"] != documents[1]["input"]


def test_several_go_into_a_folder_by_when_they_were_made(tmp_path: Path) -> None:
    box = cabinet(tmp_path / "box", several=True)
    paths = [put(box), put(box), put(box, made=datetime(2026, 11, 25, tzinfo=UTC))]
    assert len({*paths}) == 3
    assert all(holds(path) for path in paths)
    assert paths[0].name.startswith("20261124T120000Z-")
    assert sorted(paths)[2] == paths[2]
    assert cabinet(tmp_path / "box").file(accepted().verdict, accepted().data, NOW).parent == tmp_path / "box"


def test_a_day_may_share_an_opening_and_then_forget_it(tmp_path: Path) -> None:
    day = tmp_path / "today.opening"
    paths = [put(cabinet(tmp_path / name, shared=day)) for name in ("a", "b")]
    assert not [one for one in tmp_path.iterdir() if one.name.endswith("a.opening")]
    assert all(holds(path, day) for path in paths)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    day.unlink()
    put(cabinet(tmp_path / "c", shared=day))
    assert not holds(paths[0], day)


def test_one_decision_filed_twice_in_one_second_under_one_opening_is_one_receipt(tmp_path: Path) -> None:
    box = cabinet(tmp_path / "box", several=True, shared=tmp_path / "day")
    assert put(box) == put(box)


def test_nothing_is_ever_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.receipt"
    box = cabinet(path)
    path.write_text("somebody else's", encoding="utf-8")
    for attempt in (lambda: put(box), lambda: cabinet(path)):
        with pytest.raises(WrongUse, match="there already"):
            attempt()
    assert path.read_text(encoding="utf-8") == "somebody else's"


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
def test_a_disk_that_fails_leaves_no_receipt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def fail(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    path = tmp_path / "box" / "a.receipt"
    path.parent.mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(os, call, fail)
        with pytest.raises(OSError, match="No space"):
            put(cabinet(path))
    assert not path.exists()
    assert not [one for one in path.parent.iterdir() if one.name.startswith(".new-")]
    assert holds(put(cabinet(tmp_path / "again")))


def test_an_opening_is_exactly_one(tmp_path: Path) -> None:
    path = tmp_path / "opening"
    for content in ("", "short", "A" * 42, "A" * 44, "A" * 42 + "!", "A" * 43 + "A" * 43):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(WrongUse, match="not an opening"):
            filing.read_opening(path)
        with pytest.raises(WrongUse, match="not an opening"):
            cabinet(tmp_path / "x", shared=path)


@POSIX
def test_a_new_key_and_its_public_half(tmp_path: Path) -> None:
    made = filing.new_key(tmp_path / "key", "Ed25519")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert filing.read_key(tmp_path / "key").public.thumbprint == made.public.thumbprint
    (public,) = signed.public_keys((tmp_path / "key.pub").read_bytes())
    assert public.thumbprint == made.public.thumbprint
    assert '"d"' not in (tmp_path / "key.pub").read_text(encoding="utf-8")
    with pytest.raises(WrongUse, match="there already"):
        filing.new_key(tmp_path / "key")


@POSIX
def test_a_key_others_may_read_signs_nothing(tmp_path: Path) -> None:
    filing.new_key(tmp_path / "key")
    for mode in (0o640, 0o604, 0o660):
        (tmp_path / "key").chmod(mode)
        with pytest.raises(WrongUse, match="read by others"):
            filing.read_key(tmp_path / "key")


def _rsa(path: Path) -> None:
    disk.write(path, signing.to_json(signing.to_jwk(signing.generate("RSA"))), 0o600)


def _no_key(path: Path) -> None:
    disk.write(path, b"no key", 0o600)


def _nothing(path: Path) -> None:
    assert not path.exists()


@pytest.mark.parametrize("make", [_rsa, _no_key, _nothing])
def test_a_key_that_cannot_sign_receipts(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "key")
    with pytest.raises(WrongUse):
        filing.read_key(tmp_path / "key")
