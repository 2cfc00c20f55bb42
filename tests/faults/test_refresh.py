"""X02, X04: a client dies or its disk fails at every call of a refresh, and of what it remembers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from defa_id import disk, distribution, files, places
from defa_id.errors import WrongUse
from defa_id.trust.registry import Registry
from tests.faults import actions
from tests.faults.conftest import Drive, edit

Found = dict[str, Any]
OLD, NEW = '1 {"SG": 1, "TH": 1}', '2 {"SG": 2, "TH": 1}'


def behind(work: Path) -> None:
    """The cache and the memory stand at the first publication, the publisher at the second."""
    actions.refresh(work)
    edit(work / "registry")
    actions.publish(work)


def sound(found: list[Found], old: str | None) -> None:
    """The cache holds the old until it holds the new; the memory never more than the cache; next time it works."""
    turned = False
    for one in found:
        assert one["cache"] in ((old, NEW, None) if not turned else (NEW,)), one
        turned = one["cache"] == NEW
        # what is published is newer than all that is remembered: the memory never stands in its way
        assert one["remembering"] in (NEW, None), one
        assert one["again"]["outcome"] in ("updated", "unchanged"), one
        assert one["cache_then"] == NEW, one
        assert one["leftovers_then"] == [], one
    assert turned


@pytest.mark.slow
@pytest.mark.parametrize("how", ["kill", "half"])
@pytest.mark.parametrize("first", [False, True], ids=["update", "first time"])
def test_x02_killed_at_every_call(work: Path, drive: Drive, first: bool, how: str) -> None:
    if not first:
        behind(work)
    else:
        edit(work / "registry")
        actions.publish(work)
    found = drive(action="refresh", how=how)
    assert {one["ended"] for one in found} == {"killed"}
    if how == "kill":
        assert {one["call"][0] for one in found} >= {"open", "write", "fsync", "replace"}
        sound(found, "REG_MISSING" if first else OLD)
    else:
        assert len(found) == 2, "the bundle and the memory"
        assert found[0]["cache"] == ("REG_MISSING" if first else OLD)
        sound(found, "REG_MISSING" if first else OLD)


@pytest.mark.slow
@pytest.mark.parametrize("error", ["ENOSPC", "EROFS", "EIO"])
def test_x04_x07_an_error_at_every_call(work: Path, drive: Drive, error: str) -> None:
    """What stands is kept, and said to be; or the memory cannot be written, and that is said."""
    behind(work)
    for one in drive(action="refresh", how=error, lasting=error == "EROFS"):
        said, call = one["said"], one["call"]
        assert one["cache"] in (OLD, NEW), one
        if "error" in said:
            assert said["error"] == "CFG_MEMORY", one
            assert "home" in call[1] or error == "EROFS", one
        elif said["outcome"] == "kept":
            assert (said["version"], said["troubles"]) == (1, ["CFG_CACHE"]), one
            assert one["cache"] == OLD or call[0] == "fsync", one
        else:
            assert said["outcome"] == "updated", one
        assert one["leftovers"] == [], one
        assert one["again"]["outcome"] in ("updated", "unchanged"), one
        assert (one["cache_then"], one["leftovers_then"]) == (NEW, []), one


@pytest.mark.slow
@pytest.mark.parametrize("how", ["kill", "half", "ENOSPC"])
def test_x04_what_a_verifier_remembers_is_the_old_or_the_new(work: Path, drive: Drive, how: str) -> None:
    actions.remember(work)
    edit(work / "registry")
    actions.publish(work)
    for one in drive(action="remember", how=how):
        assert one["remembering"] == NEW, one
        assert one["again"] == {"version": 2}, one
        assert one["leftovers"] == [] or how != "ENOSPC", one
        if how == "ENOSPC" and one["call"][0] != "mkdir":  # of the folder, which is there
            assert one["said"]["error"] == "CFG_MEMORY", one


def test_x04_a_full_disk_does_not_stop_a_verifier_that_did_not_ask_for_a_memory(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's own memory is kept where it can be; a file that was named must be."""
    monkeypatch.setattr(files, "default_memory_path", lambda: work / "home" / "own.json")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "write", full)
    published = work / "registry" / "published"
    assert files.open_registry(published, memory=None, now=actions.LATER).version == 1
    with pytest.raises(WrongUse, match="No space left"):
        files.open_registry(published, memory=work / "named.json", now=actions.LATER)


def test_x02_a_memory_cut_short_is_an_error_and_not_a_blank(work: Path) -> None:
    """Somebody else's doing, for ours is written in one step: it is never taken for having seen nothing."""
    actions.remember(work)
    memory = work / "home" / "memory.json"
    whole = memory.read_bytes()
    for cut in range(0, len(whole), max(1, len(whole) // 16)):
        memory.write_bytes(whole[:cut])
        with pytest.raises(WrongUse) as refused:
            actions.remember(work)
        assert refused.value.code == "CFG_MEMORY"
    for flipped in (b"{}", b"[]", b'{"defa_id": "memory/2", "registries": {}}', b'{"defa_id": "memory/1"}', b"\0" * 99):
        memory.write_bytes(flipped)
        with pytest.raises(WrongUse):
            actions.remember(work)
    memory.write_bytes(whole)
    assert actions.remember(work) == {"version": 1}


def cached(work: Path) -> list[Path]:
    return places.generations(work / "cache")


@pytest.mark.parametrize("remembering", [False, True])
def test_x05_a_torn_or_flipped_generation_gives_way_to_the_one_before(work: Path, remembering: bool) -> None:
    """Without a memory the one before serves; a memory knows better, and then only a refresh helps."""
    behind(work)
    actions.refresh(work)
    newest = cached(work)[0]
    whole = newest.read_bytes()
    spoilt = [whole[: len(whole) * part // 16] for part in range(16)]
    spoilt += [whole[: len(whole) // 2] + b"\0" * (len(whole) // 2), whole + b"\0"]
    spoilt += [
        whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :] for at in range(11, len(whole), len(whole) // 23)
    ]
    memory = work / "home" / "memory.json" if remembering else files.NO_MEMORY
    for data in spoilt:
        newest.write_bytes(data)
        found = actions.read(work / "cache", memory)
        assert found in (("REG_FORMAT", "REG_DIGEST", "LIMIT_REGISTRY") if remembering else (OLD,))
    newest.write_bytes(spoilt[5])
    done = actions.refresh(work)
    assert (done["outcome"], done["version"]) == ("updated", 2)
    assert actions.read(work / "cache", memory) == NEW
    assert cached(work)[0] == newest


def test_x05_every_file_of_a_published_folder_torn_zeroed_or_flipped(work: Path) -> None:
    """Found by hash or signature, whichever file it is. A refresh keeps what stands, or needed nothing of it."""
    behind(work)
    published = work / "registry" / "published"
    read = read_by(published)
    for path in sorted(published.rglob("*.json")):
        whole, name = path.read_bytes(), str(path.relative_to(published))
        for data in torn(whole):
            path.write_bytes(data)
            found = actions.read(published)
            if name not in read:
                assert found == NEW, "no reader needs the files of the publication before"
                continue
            assert found in ("REG_DIGEST", "REG_FORMAT", "REG_SIGNATURE", "REG_MISSING"), (name, found)
            copy = Path(shutil.copytree(work / "cache", work / "copy"))
            done = distribution.refresh([str(published)], copy, now=actions.LATER)
            assert actions.read(copy) == (OLD if done.outcome == "kept" else NEW), (name, done)
            shutil.rmtree(copy)
        path.write_bytes(whole)
    assert actions.refresh(work)["version"] == 2


def torn(whole: bytes) -> list[bytes]:
    half = len(whole) // 2
    cut = [whole[: len(whole) * part // 16] for part in (0, 1, 8, 15)]
    flipped = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(3, len(whole), len(whole) // 4)]
    return [*cut, whole[:half] + b"\0" * (len(whole) - half), *flipped]


def read_by(published: Path) -> set[str]:
    """The files a reader reads."""
    asked: set[str] = set()
    get = places.folder(published)

    def asking(name: str, limit: int) -> bytes | None:
        asked.add(name)
        return get(name, limit)

    Registry.open(asking, (published / "root.json").read_bytes(), now=actions.LATER)
    return asked | {"root.json"}
