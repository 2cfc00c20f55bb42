"""did:webvh: a history that holds from its first entry to its last, or no history at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from defa_id.codec import limits
from defa_id.errors import Fault
from defa_id.keys import PublicKey
from defa_id.resolvers import did_webvh
from defa_id.sources import Unavailable
from tests.resolvers.made import Log, did_document, hashed, lookup, method, multikey, proof, with_method
from tests.support.world import NOW, Json, Signer

ONE, TWO, THREE = (Signer.make("EdDSA") for _ in range(3))
WITNESSES = [Signer.make("EdDSA") for _ in range(3)]
KEY, LATER = Signer.make(), Signer.make("ES384")
WITNESS_URL = "https://issuer.example/.well-known/did-witness.json"


def resolve(
    log: Log,
    *,
    did: str | None = None,
    at: datetime = NOW,
    witnessed: Any = None,
    documents: Mapping[str, bytes] | None = None,
) -> PublicKey:
    found: dict[str, Any] = dict(documents or {log.url: log.data()})
    if witnessed is not None:
        found[WITNESS_URL] = witnessed
    return did_webvh.resolve(f"{did or log.did}#key-1", lookup(found, at=at))


def refused(log: Log, **how: Any) -> str:
    with pytest.raises(Fault) as fault:
        resolve(log, **how)
    assert not fault.value.unknown
    return fault.value.code


def begun(**parameters: Any) -> Log:
    return Log().begin(ONE, with_method(KEY), **parameters)


def rule(threshold: int, *witnesses: Signer) -> Json:
    return {"threshold": threshold, "witnesses": [{"id": f"did:key:{multikey(one)}"} for one in witnesses]}


def rotated(log: Log) -> Json:
    """The document with another key."""
    did = log.did
    return {**did_document(method(LATER, f"{did}#key-1", controller=did)), "id": did}


def resealed(log: Log, entry: Json, *by: Signer) -> Log:
    """The last entry replaced by this one, hashed and signed genuinely."""
    before = log.entries[-2]["versionId"] if len(log.entries) > 1 else entry["parameters"]["scid"]
    content = {name: value for name, value in entry.items() if name != "proof"}
    content["versionId"] = f"{len(log.entries)}-{hashed({**content, 'versionId': before})}"
    log.entries[-1] = {**content, "proof": [proof(signer, content) for signer in by]}
    return log


# -- what holds -----------------------------------------------------------------------------------------


def test_one_entry() -> None:
    log = begun()
    assert resolve(log).thumbprint == KEY.thumbprint
    assert resolve(log).kid == f"{log.did}#key-1"


def test_several_entries_and_the_last_one_counts() -> None:
    log = begun()
    log.update(ONE, state=rotated(log)).update(ONE)
    assert resolve(log).thumbprint == LATER.thumbprint


def test_as_of_a_moment_what_stood_then() -> None:
    log = begun()
    log.update(ONE, state=rotated(log))
    assert resolve(log, at=datetime(2026, 1, 2, 12, tzinfo=UTC)).thumbprint == KEY.thumbprint
    assert resolve(log, at=datetime(2026, 1, 3, tzinfo=UTC)).thumbprint == LATER.thumbprint
    assert refused(log, at=datetime(2026, 1, 1, tzinfo=UTC)) == "KEY_TIME"


def test_keys_are_handed_on() -> None:
    log = begun().update(ONE, updateKeys=[multikey(TWO)])
    log.update(TWO, state=rotated(log))
    assert resolve(log).thumbprint == LATER.thumbprint
    assert refused(begun().update(ONE, updateKeys=[multikey(TWO)]).update(ONE)) == "DID_LOG"
    assert refused(begun().update(TWO, updateKeys=[multikey(TWO)])) == "DID_LOG"


def test_several_proofs_each_by_a_key_that_may() -> None:
    both = [multikey(ONE), multikey(TWO)]
    log = Log().begin(ONE, with_method(KEY), updateKeys=both, by=(ONE, TWO)).update(TWO)
    assert resolve(log).thumbprint == KEY.thumbprint
    assert refused(begun().update(ONE, TWO)) == "DID_LOG"
    assert refused(begun().update()) == "DID_LOG"
    assert refused(begun().update(*[ONE] * 5)) == "DID_LOG"


def test_one_proof_need_not_be_a_list() -> None:
    log = begun()
    log.entries[0]["proof"] = log.entries[0]["proof"][0]
    assert resolve(log).thumbprint == KEY.thumbprint


def test_pre_rotation() -> None:
    commit = [hashed(multikey(TWO).encode()), hashed(multikey(THREE).encode())]
    log = begun(nextKeyHashes=commit)
    log.update(TWO, updateKeys=[multikey(TWO)], nextKeyHashes=[hashed(multikey(THREE).encode())])
    assert resolve(log).thumbprint == KEY.thumbprint
    off = log.update(THREE, updateKeys=[multikey(THREE)], nextKeyHashes=[]).update(THREE)
    assert resolve(off).thumbprint == KEY.thumbprint


@pytest.mark.parametrize(
    "update",
    [
        lambda log: log.update(ONE),
        lambda log: log.update(ONE, updateKeys=[multikey(ONE)], nextKeyHashes=[]),
        lambda log: log.update(TWO, updateKeys=[multikey(TWO)]),
        lambda log: log.update(TWO, nextKeyHashes=[]),
        lambda log: log.update(TWO, updateKeys=[multikey(TWO), multikey(THREE)], nextKeyHashes=[]),
        lambda log: log.update(ONE, updateKeys=[multikey(TWO)], nextKeyHashes=[]),
        lambda log: log.update(ONE, updateKeys=[], nextKeyHashes=[]),
    ],
)
def test_a_commitment_binds(update: Callable[[Log], Log]) -> None:
    assert refused(update(begun(nextKeyHashes=[hashed(multikey(TWO).encode())]))) == "DID_LOG"


def test_deactivated() -> None:
    log = begun().update(ONE, deactivated=True, updateKeys=[])
    assert refused(log) == "DID_DEACTIVATED"
    assert resolve(log, at=datetime(2026, 1, 2, 12, tzinfo=UTC)).thumbprint == KEY.thumbprint
    assert refused(log.update(ONE)) == "DID_LOG"
    assert refused(begun().update(ONE, deactivated=True).update(ONE, deactivated=False)) == "DID_LOG"


def test_portable() -> None:
    def moved(log: Log, **changes: Any) -> Log:
        old = log.did
        new = old.replace("issuer.example", "new.example")
        held = did_document(method(KEY, f"{new}#key-1", controller=new), alsoKnownAs=[old])
        log.place = "new.example"
        return log.update(ONE, state={**held, "id": new, **changes})

    log = moved(begun(portable=True))
    assert resolve(log).thumbprint == KEY.thumbprint
    assert log.did.endswith(":new.example")
    assert refused(moved(begun())) == "DID_LOG"
    assert refused(moved(begun(portable=True), alsoKnownAs=["did:web:issuer.example"])) == "DID_LOG"
    assert refused(moved(begun(portable=True), alsoKnownAs=None)) == "DID_LOG"
    assert refused(begun().update(ONE, portable=True)) == "DID_LOG"
    assert refused(begun(portable=True).update(ONE, portable=False).update(ONE, portable=True)) == "DID_LOG"
    log.place = "issuer.example"
    first: str = log.entries[0]["state"]["id"]
    assert refused(log, did=first) == "DID_ID_MISMATCH"  # byte for byte: the registry has to list the new name


def test_parameters_of_early_logs_may_be_null() -> None:
    log = begun(nextKeyHashes=None, witness=None, watchers=None, ttl=None)
    assert resolve(log).thumbprint == KEY.thumbprint


def test_parameters_that_change_nothing_here() -> None:
    log = begun(ttl=0, watchers=["https://watcher.example"], nextKeyHashes=[], witness={}).update(ONE, ttl=86400)
    assert resolve(log.update(ONE, method="did:webvh:1.0")).thumbprint == KEY.thumbprint


# -- witnesses ------------------------------------------------------------------------------------------


def test_enough_witnesses() -> None:
    log = begun(witness=rule(2, *WITNESSES))
    for records in (
        [log.witnessed(*WITNESSES[:2])],
        [log.witnessed(WITNESSES[0]), log.witnessed(WITNESSES[2])],
        [log.witnessed(*WITNESSES), log.witnessed(THREE)],
    ):
        assert resolve(log, witnessed=records).thumbprint == KEY.thumbprint
    for too_few in (
        [],
        [log.witnessed(WITNESSES[0])],
        [log.witnessed(WITNESSES[0]), log.witnessed(WITNESSES[0])],
        [log.witnessed(WITNESSES[0], WITNESSES[0])],
        [log.witnessed(WITNESSES[0], ONE)],
        [{"versionId": "1-other", "proof": log.witnessed(*WITNESSES)["proof"]}],
        [{"versionId": log.entries[0]["versionId"]}],
    ):
        assert refused(log, witnessed=too_few) == "DID_WITNESS"


def test_a_later_proof_covers_what_came_before() -> None:
    log = begun(witness=rule(2, *WITNESSES)).update(ONE).update(ONE)
    assert resolve(log, witnessed=[log.witnessed(*WITNESSES[:2])]).thumbprint == KEY.thumbprint
    old = [log.witnessed(*WITNESSES, version=2)]
    assert refused(log, witnessed=old) == "DID_WITNESS"
    assert resolve(log, witnessed=[*old, log.witnessed(*WITNESSES[1:])]).thumbprint == KEY.thumbprint


def test_who_watches_over_a_change_of_the_witnesses() -> None:
    """The first list counts at once, a new one after the entry that brings it."""
    log = begun().update(ONE, witness=rule(1, WITNESSES[0]))
    assert refused(log, witnessed=[]) == "DID_WITNESS"
    assert resolve(log, witnessed=[log.witnessed(WITNESSES[0])]).thumbprint == KEY.thumbprint
    log.update(ONE, witness=rule(1, WITNESSES[1]))
    assert refused(log, witnessed=[log.witnessed(WITNESSES[1])]) == "DID_WITNESS"
    assert resolve(log, witnessed=[log.witnessed(WITNESSES[0])]).thumbprint == KEY.thumbprint
    log.update(ONE, witness={})
    records = [log.witnessed(WITNESSES[0], version=3), log.witnessed(WITNESSES[1])]
    assert resolve(log, witnessed=records).thumbprint == KEY.thumbprint
    assert refused(log, witnessed=records[:1]) == "DID_WITNESS"
    assert resolve(log.update(ONE), witnessed=records).thumbprint == KEY.thumbprint


def test_a_proof_that_does_not_hold_is_none() -> None:
    log = begun(witness=rule(1, WITNESSES[0]))
    good = log.witnessed(WITNESSES[0])
    content = {"versionId": good["versionId"]}
    for bad in (
        {**good["proof"][0], "proofPurpose": "authentication"},
        {**good["proof"][0], "cryptosuite": "ecdsa-jcs-2019"},
        {**good["proof"][0], "created": "2026-01-02T00:00:00Z"},
        {**good["proof"][0], "verificationMethod": f"did:key:{multikey(WITNESSES[0])}#{multikey(ONE)}"},
        proof(ONE, content, verificationMethod=good["proof"][0]["verificationMethod"]),
        {},
    ):
        assert refused(log, witnessed=[{**content, "proof": [bad]}]) == "DID_WITNESS"
        assert resolve(log, witnessed=[{**content, "proof": [bad, good["proof"][0]]}]).thumbprint == KEY.thumbprint


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ({}, "DID_WITNESS"),
        ([7], "DID_WITNESS"),
        ([{}], "DID_WITNESS"),
        ([{"versionId": 7}], "DID_WITNESS"),
        ([{"versionId": "1-x", "proof": [7]}], "DID_WITNESS"),
        ([{"versionId": "1-x", "proof": "x"}], "DID_WITNESS"),
        ([{"versionId": "1-x", "proof": [{}] * 300}], "LIMIT_DID"),
        (b"[", "JSON_SYNTAX"),
        (b" " * (limits.DID_LOG_BYTES + 1), "LIMIT_DID"),
    ],
)
def test_what_is_no_file_of_witnesses(records: Any, code: str) -> None:
    assert refused(begun(witness=rule(1, WITNESSES[0])), witnessed=records) == code


def test_witnesses_that_cannot_be_had_are_not_its_doing() -> None:
    with pytest.raises(Unavailable):
        resolve(begun(witness=rule(1, WITNESSES[0])))
    log = begun()
    assert resolve(log).thumbprint == KEY.thumbprint  # nobody has to witness it: the file is not asked for


# -- what does not hold ---------------------------------------------------------------------------------

CHANGES: dict[str, Callable[[Json], Json]] = {
    "the document": lambda entry: {**entry, "state": {**entry["state"], "x": 1}},
    "the time": lambda entry: {**entry, "versionTime": "2026-01-02T00:00:01Z"},
    "a parameter": lambda entry: {**entry, "parameters": {**entry["parameters"], "ttl": 7}},
    "the number": lambda entry: {**entry, "versionId": "9" + entry["versionId"][1:]},
    "the hash": lambda entry: {**entry, "versionId": entry["versionId"][:-1] + "x"},
    "no dash": lambda entry: {**entry, "versionId": entry["versionId"].replace("-", "")},
    "a proof's time": lambda entry: {**entry, "proof": [{**entry["proof"][0], "created": "2026-01-01T00:00:01Z"}]},
    "no proof": lambda entry: {**entry, "proof": []},
    "another member": lambda entry: {**entry, "x": 1},
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("number", [0, 1])
def test_one_change_in_one_entry(change: str, number: int) -> None:
    log = begun()
    log.update(ONE, state=rotated(log)).update(ONE)
    log.entries[number] = CHANGES[change](log.entries[number])
    assert refused(log) == "DID_LOG"


@pytest.mark.parametrize("member", ["versionId", "versionTime", "parameters", "state", "proof"])
def test_a_member_that_is_missing_or_of_another_kind(member: str) -> None:
    for value in ("absent", None, 7, "x"):
        log = begun()
        did = log.did
        if value == "absent":
            del log.entries[0][member]
        else:
            log.entries[0][member] = value
        assert refused(log, did=did) == "DID_LOG"


PROOFS: dict[str, Json] = {
    "purpose": {"proofPurpose": "authentication"},
    "no purpose": {"proofPurpose": None},
    "suite": {"cryptosuite": "eddsa-rdfc-2022"},
    "type": {"type": "Ed25519Signature2020"},
    "context": {"@context": ["https://www.w3.org/ns/did/v1"]},
    "created": {"created": "yesterday"},
    "a web method": {"verificationMethod": "did:web:issuer.example#key-1"},
    "no method": {"verificationMethod": None},
    "a number": {"verificationMethod": 7},
}


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_made_otherwise(name: str) -> None:
    """Signed genuinely, over what it says."""
    log = begun()
    content = {member: value for member, value in log.entries[0].items() if member != "proof"}
    log.entries[0]["proof"] = [proof(ONE, content, **PROOFS[name])]
    assert refused(log) == "DID_LOG"


def test_a_proof_by_a_key_of_another_kind() -> None:
    log = begun()
    log.entries[0]["proof"][0]["proofValue"] = "z"
    assert refused(log) == "DID_LOG"
    log.entries[0]["proof"][0]["proofValue"] = "u" + "A" * 86
    assert refused(log) == "DID_LOG"
    log.entries[0]["proof"][0] = 7
    assert refused(log) == "DID_LOG"


def test_an_entry_left_out_or_exchanged() -> None:
    def four() -> Log:
        return begun().update(ONE).update(ONE).update(ONE)

    other = begun().entries[0]
    for order in ([1, 2, 3], [0, 2, 3], [0, 2, 1, 3], [0, 1, 2, 3, 3], [0, 0, 1, 2, 3]):
        log = four()
        log.entries = [log.entries[number] for number in order]
        assert refused(log) == "DID_LOG"
    log = four()
    log.entries.insert(0, other)
    assert refused(log) == "DID_LOG"


def test_time_runs_forward() -> None:
    for later in ("2026-01-02T00:00:00Z", "2026-01-01T23:59:59Z"):
        log = begun().update(ONE)
        resealed(log, {**log.entries[-1], "versionTime": later}, ONE)
        assert refused(log) == "DID_LOG"
    for other in ("2026-01-03T00:00:00+00:00", "2026-01-03T07:00:00+07:00", "2026-01-03", 7):
        log = begun().update(ONE)
        resealed(log, {**log.entries[-1], "versionTime": other}, ONE)
        assert refused(log) == "DID_LOG"


def test_a_version_of_tomorrow_does_not_count_today() -> None:
    log = begun()
    log.update(ONE, state=rotated(log))
    resealed(log, {**log.entries[-1], "versionTime": "2026-11-24T12:01:01Z"}, ONE)
    assert resolve(log).thumbprint == KEY.thumbprint
    resealed(log, {**log.entries[-1], "versionTime": "2026-11-24T12:01:00Z"}, ONE)
    assert resolve(log).thumbprint == LATER.thumbprint


def test_the_scid_is_that_of_the_first_entry_and_of_the_did() -> None:
    log, other = begun(), Log().begin(TWO, with_method(KEY))
    assert refused(log, did=other.did) == "DID_ID_MISMATCH"
    assert refused(log, did=log.did.replace(log.scid, log.scid[:-1] + "x")) == "DID_ID_MISMATCH"
    ended = begun().update(ONE, deactivated=True, updateKeys=[])
    assert refused(ended, did=other.did) == "DID_ID_MISMATCH"
    forged = begun()
    text = json.dumps(forged.entries[0]).replace(forged.scid, other.scid)
    forged.entries = [json.loads(text)]
    resealed(forged, forged.entries[0], ONE)
    assert refused(forged, did=other.did) == "DID_LOG"
    path = Log().begin(ONE, with_method(KEY, "issuer.example:{SCID}"))
    where = f"https://issuer.example/{path.scid}/did.jsonl"
    assert resolve(path, documents={where: path.data()}).thumbprint == KEY.thumbprint


@pytest.mark.parametrize("scid", ["", "x", "Qm" + "a" * 43, "zQm" + "a" * 44, "Qm" + "0" * 44, 7, None])
def test_what_is_no_scid(scid: Any) -> None:
    log = begun()
    entry = {**log.entries[0], "parameters": {**log.entries[0]["parameters"], "scid": scid}}
    log.entries[0] = entry
    assert refused(log) == "DID_LOG"


BAD: dict[str, Json] = {
    "unknown": {"prerotation": True},
    "updateKeys no list": {"updateKeys": multikey(ONE)},
    "updateKeys of numbers": {"updateKeys": [7]},
    "nextKeyHashes no list": {"nextKeyHashes": "x"},
    "portable no flag": {"portable": "true"},
    "portable null": {"portable": None},
    "deactivated no flag": {"deactivated": 1},
    "ttl negative": {"ttl": -1},
    "ttl true": {"ttl": True},
    "ttl too long": {"ttl": 2**31 + 1},
    "watchers no list": {"watchers": {}},
    "witness no rule": {"witness": []},
    "witness threshold 0": {"witness": {**rule(1, WITNESSES[0]), "threshold": 0}},
    "witness threshold above": {"witness": rule(2, WITNESSES[0])},
    "witness threshold true": {"witness": {**rule(1, WITNESSES[0]), "threshold": True}},
    "witness twice": {"witness": rule(1, WITNESSES[0], WITNESSES[0])},
    "witness of the web": {"witness": {"threshold": 1, "witnesses": [{"id": "did:web:witness.example"}]}},
    "witness with a weight": {"witness": {"threshold": 1, "witnesses": [{"id": "did:key:z6Mk", "weight": 1}]}},
    "witness a number": {"witness": {"threshold": 1, "witnesses": [{"id": 7}]}},
    "witness none": {"witness": {"threshold": 1, "witnesses": []}},
    "witness more": {"witness": {**rule(1, WITNESSES[0]), "x": 1}},
    "no method": {"method": "absent"},
    "no keys": {"updateKeys": "absent"},
}


@pytest.mark.parametrize("name", BAD)
def test_parameters_that_are_not_allowed(name: str) -> None:
    assert refused(begun(**BAD[name])) == "DID_LOG"
    later = {parameter: value for parameter, value in BAD[name].items() if value != "absent"}
    if later:
        assert refused(begun().update(ONE, **later)) == "DID_LOG"


def test_the_scid_belongs_into_the_first_entry_alone() -> None:
    log = begun()
    assert refused(log.update(ONE, scid=log.scid)) == "DID_LOG"


@pytest.mark.parametrize("version", ["did:webvh:0.5", "did:webvh:1.1", "did:tdw:0.4", 7])
def test_another_version_of_the_method_is_not_known(version: Any) -> None:
    with pytest.raises(Fault) as fault:
        resolve(begun(method=version))
    assert (fault.value.code, fault.value.unknown) == ("DID_METHOD", True)


def test_a_document_of_another_did() -> None:
    log = begun()
    log.update(ONE, state={**rotated(log), "id": "did:webvh:" + "Qm" + "a" * 44 + ":issuer.example"})
    assert refused(log) == "DID_LOG"
    log = begun()
    did = log.did
    for id in (None, 7, "did:web:issuer.example"):
        assert refused(begun().update(ONE, state={**rotated(log), "id": id}), did=did) == "DID_LOG"
    elsewhere = Log(place="issuer.example").begin(ONE, with_method(KEY, "other.example"))
    assert refused(elsewhere, did=f"did:webvh:{elsewhere.scid}:issuer.example") == "DID_ID_MISMATCH"


def test_bounds() -> None:
    log = begun()
    assert refused(log, documents={log.url: log.data() * 257}) == "LIMIT_DID"
    assert refused(log, documents={log.url: log.data() + b" " * limits.DID_LOG_BYTES}) == "LIMIT_DID"
    many = [Signer.make("EdDSA") for _ in range(limits.DID_WITNESSES + 1)]
    assert refused(begun(witness=rule(1, *many))) == "LIMIT_DID"
    for data, code in (
        (b"", "JSON_SYNTAX"),
        (b"\n\n", "JSON_SYNTAX"),
        (log.data() + b"\n", "JSON_SYNTAX"),
        (b"[]", None),
    ):
        assert refused(log, documents={log.url: data}) == (code or "JSON_NOT_OBJECT")
    twice = log.data().replace(b'"parameters"', b'"versionTime": "2026-01-01T00:00:00Z", "parameters"')
    assert refused(log, documents={log.url: twice}) == "JSON_DUPLICATE_MEMBER"
    assert resolve(log, documents={log.url: log.data().rstrip(b"\n")}).thumbprint == KEY.thumbprint
    assert resolve(log, documents={log.url: log.data().replace(b"\n", b"\r\n")}).thumbprint == KEY.thumbprint
