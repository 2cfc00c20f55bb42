"""The `did-webvh` package of the method's own working group: it writes and we resolve, we write and it resolves,
and both refuse the same histories."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from defa_id.errors import Fault
from defa_id.resolvers import did_webvh as ours
from tests.resolvers.made import Log, did_document, hashed, lookup, method, multikey, with_method
from tests.support.world import NOW, Json, Signer

pytestmark = pytest.mark.peers

ONE, TWO = Signer.make("EdDSA"), Signer.make("EdDSA")
WITNESSES = [Signer.make("EdDSA") for _ in range(3)]
KEY, LATER = Signer.make(), Signer.make("ES384")
PLACE = "https://issuer.example/.well-known/"


def theirs(log: bytes, did: str, folder: Path, witnesses: Any = None) -> Json:
    """What their resolver makes of a log: its document, or its error."""
    from did_webvh.core.resolver import DidResolver, HistoryVerifier, LocalHistoryResolver

    (folder / "did.jsonl").write_bytes(log)
    (folder / "did-witness.json").write_text(json.dumps(witnesses))
    resolver = DidResolver(HistoryVerifier(verify_proofs=True, enforce_future_skew=False))
    source = LocalHistoryResolver(folder / "did.jsonl", folder / "did-witness.json" if witnesses is not None else None)
    found: Json = asyncio.run(resolver.resolve(did, source)).serialize()
    return found


def we(log: bytes, did: str, witnesses: Any = None) -> str:
    """The thumbprint of the key we resolve to, or the reason why not."""
    documents = {PLACE + "did.jsonl": log} | ({} if witnesses is None else {PLACE + "did-witness.json": witnesses})
    try:
        return ours.resolve(f"{did}#key-1", lookup(documents)).thumbprint
    except Fault as fault:
        return fault.code


def rule(threshold: int, *witnesses: Signer) -> Json:
    return {"threshold": threshold, "witnesses": [{"id": f"did:key:{multikey(one)}"} for one in witnesses]}


# -- they write -----------------------------------------------------------------------------------------


def their_log(*updates: dict[str, Any], **parameters: Any) -> tuple[bytes, str]:
    """A log written and signed by their library with our key `ONE`."""
    from did_webvh.askar import AskarSigningKey
    from did_webvh.core.state import DocumentState

    raw = ONE.private.private_bytes_raw()
    key = AskarSigningKey.from_secret_bytes("ed25519", raw)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    state = DocumentState.initial(
        {"updateKeys": [key.multikey], **parameters}, with_method(KEY), timestamp=moment.isoformat()
    )
    state.sign(key, timestamp=moment)
    lines = [state.history_json()]
    for number, update in enumerate(updates, 1):
        later = moment + timedelta(days=number)
        state = state.create_next(update.get("document"), update.get("parameters"), timestamp=later.isoformat())
        state.sign(key, timestamp=later)
        lines.append(state.history_json())
    return "".join(line + "\n" for line in lines).encode(), state.document_id


def test_they_write_and_we_resolve() -> None:
    several: Sequence[Json] = ({"parameters": {"ttl": 60}}, {}, {"parameters": {"watchers": []}})
    for updates in ([], [{}], several):
        log, did = their_log(*updates)
        assert we(log, did) == KEY.thumbprint
    log, did = their_log({"parameters": {"deactivated": True}})
    assert we(log, did) == "DID_DEACTIVATED"


def test_they_change_the_document_and_we_follow() -> None:
    did = their_log()[1]
    document = {**did_document(method(LATER, f"{did}#key-1", controller=did)), "id": did}
    log, did = their_log({"document": document})
    assert we(log, did) == LATER.thumbprint


def test_they_commit_to_the_next_key() -> None:
    commitment = [hashed(multikey(ONE).encode())]
    committed = {"updateKeys": [multikey(ONE)], "nextKeyHashes": commitment}
    log, did = their_log({"parameters": committed}, {"parameters": committed}, nextKeyHashes=commitment)
    assert we(log, did) == KEY.thumbprint


# -- we write -------------------------------------------------------------------------------------------


def begun(**parameters: Any) -> Log:
    return Log().begin(ONE, with_method(KEY), **parameters)


GOOD: dict[str, Callable[[], Log]] = {
    "one entry": begun,
    "several": lambda: begun().update(ONE).update(ONE, ttl=60),
    "keys handed on": lambda: begun().update(ONE, updateKeys=[multikey(TWO)]).update(TWO),
    "pre-rotation": lambda: begun(nextKeyHashes=[hashed(multikey(TWO).encode())]).update(
        TWO, updateKeys=[multikey(TWO)], nextKeyHashes=[]
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_we_write_and_they_resolve(name: str, tmp_path: Path) -> None:
    log = GOOD[name]()
    assert we(log.data(), log.did) == KEY.thumbprint
    found = theirs(log.data(), log.did, tmp_path)
    assert found["didDocument"] == log.entries[-1]["state"], found
    assert found["didDocumentMetadata"]["versionId"] == log.entries[-1]["versionId"]


def test_both_count_witnesses_alike(tmp_path: Path) -> None:
    log = begun(witness=rule(2, *WITNESSES)).update(ONE)
    enough = [log.witnessed(*WITNESSES[:2])]
    early = [log.witnessed(*WITNESSES, version=1)]
    cases: Sequence[tuple[Any, bool]] = [
        (enough, True),
        (early + enough, True),
        ([log.witnessed(WITNESSES[0]), log.witnessed(WITNESSES[2])], True),
        ([log.witnessed(WITNESSES[0])], False),
        ([log.witnessed(WITNESSES[0], ONE)], False),
        (early, False),
        ([], False),
    ]
    for records, holds in cases:
        assert (we(log.data(), log.did, records) == KEY.thumbprint) is holds
        assert (theirs(log.data(), log.did, tmp_path, records)["didDocument"] is not None) is holds, records


# -- neither takes --------------------------------------------------------------------------------------


def changed(log: Log, number: int, **members: Any) -> Log:
    log.entries[number] = {**log.entries[number], **members}
    return log


def without(log: Log, number: int) -> Log:
    del log.entries[number]
    return log


BAD: dict[str, Callable[[], Log]] = {
    "by another key": lambda: begun().update(TWO),
    "by a key that was": lambda: begun().update(ONE, updateKeys=[multikey(TWO)]).update(ONE),
    "unsigned": lambda: begun().update(),
    "not committed": lambda: begun(nextKeyHashes=[hashed(multikey(TWO).encode())]).update(
        ONE, updateKeys=[multikey(ONE)], nextKeyHashes=[]
    ),
    "an entry left out": lambda: without(begun().update(ONE).update(ONE), 1),
    "another time": lambda: changed(begun().update(ONE), 1, versionTime="2026-01-05T00:00:00Z"),
    "another document": lambda: changed(begun().update(ONE), 1, state={"id": begun().did, "x": 1}),
    "another hash": lambda: changed(begun(), 0, versionId="1-Qm" + "a" * 44),
    "unknown parameter": lambda: begun(prerotation=True),
    "portable too late": lambda: begun().update(ONE, portable=True),
    "a threshold too high": lambda: begun(witness=rule(2, WITNESSES[0])),
}


@pytest.mark.parametrize("name", BAD)
def test_neither_takes_it(name: str, tmp_path: Path) -> None:
    log = BAD[name]()
    assert we(log.data(), log.did) == "DID_LOG"
    assert theirs(log.data(), log.did, tmp_path)["didDocument"] is None


def test_where_we_are_stricter(tmp_path: Path) -> None:
    """A document at a moment to come, and an entry behind a deactivation."""
    ahead = begun()
    ahead.moment = NOW + timedelta(days=1)
    ahead.update(ONE, state={**did_document(), "id": ahead.did})
    assert we(ahead.data(), ahead.did) == KEY.thumbprint, "what comes later says nothing about now"
    assert theirs(ahead.data(), ahead.did, tmp_path)["didDocument"]["verificationMethod"] == []
    ended = begun().update(ONE, deactivated=True).update(ONE)
    assert we(ended.data(), ended.did) == "DID_LOG"
