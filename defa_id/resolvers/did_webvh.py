"""did:webvh 1.0 (DIF): a did:web whose every version is signed and chained to the one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from defa_id.codec import limits, strict_json
from defa_id.errors import Fault
from defa_id.keys import PublicKey
from defa_id.resolvers import did_web, document, webvh_log
from defa_id.resolvers.webvh_log import Entry
from defa_id.sources import Lookup

METHOD: Final = "webvh"
_LOG: Final = "did.jsonl"
_WITNESS: Final = "did-witness.json"
_LEEWAY: Final = timedelta(seconds=limits.LEEWAY_SECONDS)


def resolve(url: str, lookup: Lookup) -> PublicKey:
    """The key of a did:webvh's verification method, as of the moment asked about.

    Raises `Fault` and `Unknowable` as `document_of` and `document.key_of` do.
    """
    return document.key_of(document_of(url.partition("#")[0], lookup), url, lookup.purpose, lookup.at)


def document_of(did: str, lookup: Lookup) -> Mapping[str, Any]:
    """The document of a did:webvh as it stood at the moment asked about.

    Raises `Fault` DID_SYNTAX, DID_HOST, LIMIT_DID, JSON_*, DID_LOG, DID_WITNESS, DID_DEACTIVATED,
    DID_ID_MISMATCH, KEY_TIME; `Unknowable` DID_METHOD, `Unavailable`.
    """
    where = log_url(did)
    entries = webvh_log.read(document.fetch(where, limits.DID_LOG_BYTES, lookup))
    if entries[0].scid != did_web.parts_of(did, METHOD)[0]:
        raise Fault("DID_ID_MISMATCH", "the log is that of another DID")
    if any(entry.witnessed_by for entry in entries):
        witnessed = document.fetch(where.removesuffix(_LOG) + _WITNESS, limits.DID_LOG_BYTES, lookup)
        _require_witnessed(entries, witnessed)
    entry = _standing(entries, lookup.at)
    if entry.deactivated:
        raise Fault("DID_DEACTIVATED")
    return document.require(entry.state, did)


def log_url(did: str) -> str:
    """Where the log of a did:webvh lies (section "The DID to HTTPS Transformation").
    Raises `Fault` DID_SYNTAX, DID_HOST."""
    _, *parts = did_web.parts_of(did, METHOD)
    if not parts:
        raise Fault("DID_SYNTAX", "not a did:webvh")
    return did_web.place(parts) + ("/" if len(parts) > 1 else "/.well-known/") + _LOG


def _standing(entries: Sequence[Entry], at: datetime) -> Entry:
    """The version that stood at a moment; what came later says nothing about it."""
    then = [entry for entry in entries if entry.time <= at + _LEEWAY]
    if not then:
        raise Fault("KEY_TIME", "the identifier did not exist then")
    return then[-1]


def _require_witnessed(entries: Sequence[Entry], data: bytes) -> None:
    """For every entry that had to be witnessed, enough of its witnesses signed it or a later published one
    (section "Verifying Witness Proofs During Resolution"). Raises `Fault` DID_WITNESS, LIMIT_DID, JSON_*."""
    numbers = {entry.version_id: entry.number for entry in entries}
    known = frozenset[str]().union(*(entry.witnessed_by.ids for entry in entries if entry.witnessed_by))
    latest: dict[str, int] = {}
    for content, proof in _witness_proofs(data):
        number = numbers.get(content["versionId"], 0)  # of a version not yet published it says nothing
        method = proof.get("verificationMethod")
        witness = method.partition("#")[0] if isinstance(method, str) else ""
        if witness in known and number > latest.get(witness, 0) and _holds(content, proof):
            latest[witness] = number
    for entry in entries:
        rule = entry.witnessed_by
        if rule is not None and sum(latest.get(id, 0) >= entry.number for id in rule.ids) < rule.threshold:
            raise Fault("DID_WITNESS", f"version {entry.number} has not the {rule.threshold} witnesses it needs")


def _witness_proofs(data: bytes) -> Iterator[tuple[dict[str, Any], Mapping[str, Any]]]:
    """What each proof covers, and the proof."""
    records = strict_json.loads(data)
    if not isinstance(records, list):
        raise Fault("DID_WITNESS", "the witnesses' proofs are not a list")
    count = 0
    for record in records:
        if not isinstance(record, dict) or not isinstance(record.get("versionId"), str):
            raise Fault("DID_WITNESS", "a record of the witnesses names no version")
        proofs = record.get("proof", [])
        for proof in proofs if isinstance(proofs, list) else [proofs]:
            count += 1
            if count > limits.DID_LOG_ENTRIES:
                raise Fault("LIMIT_DID", f"more than {limits.DID_LOG_ENTRIES} proofs of witnesses")
            if not isinstance(proof, dict):
                raise Fault("DID_WITNESS", "a proof of a witness is not an object")
            yield {"versionId": record["versionId"]}, proof


def _holds(content: Mapping[str, Any], proof: Mapping[str, Any]) -> bool:
    try:
        webvh_log.verify_proof(content, proof)
    except Fault:
        return False
    return True
