"""A registry, or a state in it, that was begun and not finished: the next attempt needs no hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from defa_id.errors import WrongUse
from defa_id.operator import sandbox, storage
from defa_id.operator.tree import load
from tests.faults import actions
from tests.faults.conftest import Drive

WHOLE = ["changes", "keys", "published", "registry.json", "schemas", "vocabulary.json"]


@pytest.mark.slow
@pytest.mark.parametrize(("how", "every"), [("kill", 17), ("half", 7), ("ENOSPC", 23)])
def test_a_registry_is_begun_wholly_or_not_at_all(drive: Drive, how: str, every: int) -> None:
    found = drive(action="begin", how=how, every=every)
    assert len(found) > 5
    for one in found:
        if "registry.json" in one["begun"]:  # all was in its place; the rest was to be cleared away
            assert one["begun"] == WHOLE
            assert "is not empty" in one["again"]["message"]
        else:
            assert one["again"] == {"version": 1}, one
        assert how == "kill" or one["ended"] == "killed" or one["begun"] in ([], WHOLE), "an error clears up by itself"
        assert one["begun_then"] == "1 {}", one
        assert one["leftovers_then"] == [], one
    assert {tuple(one["begun"]) for one in found} >= {()}
    assert how != "kill" or any(one["begun"] == WHOLE for one in found)


def test_a_state_is_begun_wholly_or_not_at_all(drive: Drive) -> None:
    found = drive(action="begin_state", how="kill")
    assert {one["call"][0] for one in found} >= {"mkdir", "open", "write", "fsync", "replace"}
    for one in found:
        assert one["again"] == {} or "has sources already" in one["again"]["message"], one
        assert one["reader"] == one["then"] == '1 {"SG": 1, "TH": 1}'


def test_a_folder_of_a_state_with_nothing_in_it_is_no_state(work: Path) -> None:
    """What a command leaves that was killed before it wrote; with anything in it, a state has a list."""
    folder = work / "registry" / "states" / "XA"
    folder.mkdir()
    (folder / ".new-list.json.0a1b2c3d").write_bytes(b"{")
    assert sorted(load(work / "registry").states) == ["SG", "TH"]
    (folder / "schemas").mkdir()
    (folder / "schemas" / "x.json").write_bytes(b"{}")
    with pytest.raises(WrongUse, match=r"list\.json cannot be read"):
        load(work / "registry")


def test_what_somebody_else_put_there_is_never_cleared_away(tmp_path: Path) -> None:
    theirs = tmp_path / "new"
    theirs.mkdir()
    (theirs / "notes.txt").write_text("theirs")
    before = list(theirs.rglob("*"))
    with pytest.raises(WrongUse, match="is not empty"), storage.begun(theirs):
        pytest.fail("it is not free")
    assert list(theirs.rglob("*")) == before
    with pytest.raises(WrongUse, match="is not empty"), storage.begun(theirs / "notes.txt"):
        pytest.fail("it is a file")


def test_who_gives_up_leaves_nothing(tmp_path: Path) -> None:
    def begin() -> None:
        with storage.begun(tmp_path / "new") as place:
            (place / "keys").mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        begin()
    assert [path.name for path in (tmp_path / "new").iterdir()] == [".lock"]
    assert sandbox.new(tmp_path / "new", actions.MADE).path == tmp_path / "new" / "published"
    with pytest.raises(WrongUse, match="is not empty"):
        sandbox.new(tmp_path / "new", actions.MADE)
