"""X06: the power fails, and of what was not made durable any part may be lost, in any order.

A model of a disk: what was written is durable once its file was synced, a name once its folder was. At
every point of a publication every image that could be found after a power cut is built in memory, and
a reader has to find the old registry or the new one in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest

from defa_id import places
from defa_id.errors import DefaIdError
from defa_id.trust.registry import Registry
from tests.faults import actions
from tests.faults.conftest import Drive
from tests.faults.test_publish import SCENARIOS

Calls = list[tuple[str, str, str, str]]
Image = dict[str, bytes]
PUBLISHED = "registry/published/"


class Pending(NamedTuple):
    """A name that was given and is not durable yet: in which folder, and the content that stands behind it."""

    folder: str
    name: str
    content: bytes


def images(before: Image, calls: Calls) -> Iterator[tuple[int, Image]]:
    """Every image that may be found when the power fails after each call, with the number of the call."""
    durable, known = dict(before), {str(PurePosixPath(name).parent) for name in before}
    written: dict[str, bytes] = {}
    synced: dict[str, bytes] = {}
    pending: list[Pending] = []
    for number, (call, path, to, data) in enumerate(calls, 1):
        if call == "write":
            written[path] = written.get(path, b"") + bytes.fromhex(data)
        elif call == "fsync" and path in written:
            synced[path] = written[path]
        elif call == "fsync":
            kept = [one for one in pending if one.folder == path]
            durable.update((one.name, one.content) for one in kept)
            known |= {one.name for one in kept if not one.content and one.name.endswith("/")} | {path}
            pending = [one for one in pending if one.folder != path]
        elif call in ("replace", "link", "rename"):
            # content that was not synced before it got its name would be found torn
            content = synced.get(path, written.get(path, b"")[: len(written.get(path, b"")) // 2])
            pending.append(Pending(str(PurePosixPath(to).parent), to, content))
        yield number, durable
        for one in pending:
            yield number, {**durable, one.name: one.content}
        yield number, {**durable, **{one.name: one.content for one in pending}}


def found(image: Image) -> str:
    """What a reader finds in an image."""
    files = {name.removeprefix(PUBLISHED): data for name, data in image.items() if name.startswith(PUBLISHED)}
    if "root.json" not in files:
        return "REG_MISSING"
    try:
        registry = Registry.open(places.held(files), files["root.json"], now=actions.LATER)
        sequences = {state: registry.state_list(state).document["sequence"] for state in registry.states()}
    except DefaIdError as refused:
        return refused.code
    return f"{registry.version} {sequences}".replace("'", '"')


def held(work: Path) -> Image:
    """The published folder as it is before."""
    return {str(path.relative_to(work)): path.read_bytes() for path in (work / PUBLISHED).rglob("*") if path.is_file()}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_x06_after_a_power_cut_readers_find_the_old_or_the_new(work: Path, drive: Drive, scenario: str) -> None:
    prepare, _, old, new = SCENARIOS[scenario]
    prepare(work / "registry")
    before = held(work)
    calls = drive("recorded", action="publish")
    seen = [(number, found(image)) for number, image in images(before, calls)]
    assert len(seen) > 2 * len(calls)
    allowed = {old, new} | ({"REG_MISSING"} if scenario == "the first time" else set())
    assert {outcome for _, outcome in seen} == allowed
    assert seen[-1] == (len(calls), new), "published is durable"
    certain = next(
        number
        for number, (call, path, *_) in enumerate(calls, 1)
        if call == "fsync" and path == "registry/published/metadata" and _stamped(calls[:number])
    )
    assert {outcome for number, outcome in seen if number >= certain} == {new}


def _stamped(calls: Calls) -> bool:
    return any(call in ("replace", "link") and to.endswith("timestamp.json") for call, _, to, _ in calls)


def test_x06_the_model_tells_a_publisher_that_does_not_sync(work: Path, drive: Drive) -> None:
    """Without its syncs the same publication would be found torn: the model sees what it is there to see."""
    prepare, _, old, new = SCENARIOS["two lists edited"]
    prepare(work / "registry")
    before, calls = held(work), drive("recorded", action="publish")
    for lying in (
        [one for one in calls if one[0] != "fsync"],
        [one for one in calls if one[0] != "fsync" or "." in PurePosixPath(one[1]).name],
        [one for one in calls if one[0] != "fsync" or "." not in PurePosixPath(one[1]).name],
    ):
        assert {outcome for _, outcome in ((n, found(image)) for n, image in images(before, lying))} - {old, new}
