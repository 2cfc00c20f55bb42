"""The log of a did:webvh 1.0 (DIF): every version signed by a key that the one before allowed, and chained to it.

The clauses are those of the specification's section "DID Method Processes". One broken entry breaks the
whole log: a document is never taken from the part that still looks right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NoReturn

from defa_id.codec import digests, jcs, limits, multibase, strict_json, times
from defa_id.codec.text import printable
from defa_id.errors import Fault, Unknowable
from defa_id.resolvers import multikey
from defa_id.suites import Means, data_integrity
from defa_id.values import NamedTuple

_VERSION: Final = "did:webvh:1.0"
_SUITE: Final = "eddsa-jcs-2022"
_PLACEHOLDER: Final = "{SCID}"
_SCID: Final = re.compile(r"Qm[1-9A-HJ-NP-Za-km-z]{44}")  # base58btc of a SHA-256 multihash
_MULTIHASH_SHA256: Final = b"\x12\x20"
_MEMBERS: Final = frozenset({"versionId", "versionTime", "parameters", "state", "proof"})
_PARAMETERS: Final = frozenset(
    ("method", "scid", "updateKeys", "nextKeyHashes", "witness", "watchers", "portable", "deactivated", "ttl")
)
_PROOFS: Final = 4  # of one entry, and of one witness for one version


class Witnesses(NamedTuple):
    """Who has to witness: `threshold` of these did:key identifiers."""

    threshold: int
    ids: frozenset[str]


class Entry(NamedTuple):
    """One version of a DID: its document, and the parameters in force once it is published."""

    number: int
    version_id: str
    time: datetime
    state: Mapping[str, Any]
    scid: str
    update_keys: tuple[str, ...]
    next_hashes: tuple[str, ...]
    witnesses: Witnesses | None
    portable: bool
    deactivated: bool
    witnessed_by: Witnesses | None  # who had to witness this very entry


def read(data: bytes) -> tuple[Entry, ...]:
    """Every version, in their order, the log verified but for its witnesses.

    Raises `Fault` LIMIT_DID, JSON_*, DID_LOG, KEY_*; `Unknowable` DID_METHOD for another version of the method.
    """
    lines = data.removesuffix(b"\n").split(b"\n")
    if len(lines) > limits.DID_LOG_ENTRIES:
        raise Fault("LIMIT_DID", f"more than {limits.DID_LOG_ENTRIES} versions")
    entries: list[Entry] = []
    for line in lines:
        entries.append(_entry(strict_json.load_object(line), entries[-1] if entries else None))
    return tuple(entries)


def verify_proof(content: Mapping[str, Any], proof: object) -> str:
    """The did:key of whoever signed `content` (a Data Integrity proof, eddsa-jcs-2022, for assertionMethod).

    Raises `Fault` DID_LOG, KEY_*.
    """
    if not isinstance(proof, dict):
        _broken("a proof is not an object")
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    expected = {"type": "DataIntegrityProof", "cryptosuite": _SUITE, "proofPurpose": "assertionMethod"}
    if any(options.get(name) != value for name, value in expected.items()) or "@context" in options:
        _broken("a proof is not eddsa-jcs-2022 for assertionMethod")
    if "created" in options:
        times.parse(options["created"], "created", "DID_LOG")
    named, signature = options.get("verificationMethod"), proof.get("proofValue")
    if not isinstance(named, str) or not isinstance(signature, str):
        _broken("a proof lacks its method or its value")
    did, _, fragment = named.partition("#")
    if did != f"did:key:{fragment}":
        _broken("a proof is not made by a did:key")
    signed = data_integrity.message(_SUITE, "EdDSA", data_integrity.Secured(content, options), Means())
    try:
        multikey.decode(fragment).verify("EdDSA", multibase.decode_base58btc(signature), signed)
    except Fault as fault:
        raise Fault("DID_LOG", f"a proof does not verify: {fault.code}") from None
    return did


def _entry(line: Mapping[str, Any], before: Entry | None) -> Entry:
    if line.keys() != _MEMBERS:
        _broken("an entry has not exactly the five members it should")
    number = before.number + 1 if before else 1
    parameters, state = line["parameters"], line["state"]
    if not isinstance(parameters, dict) or not isinstance(state, dict):
        _broken("parameters or state is not an object", number)
    if before is not None and before.deactivated:
        _broken("the DID was deactivated before", number)
    time = times.parse(line["versionTime"], "versionTime", "DID_LOG")
    if not line["versionTime"].endswith("Z") or (before is not None and time <= before.time):
        _broken("versionTime is not in UTC, or not later than the one before", number)
    scid = before.scid if before else _scid(line, parameters)
    _require_chained(line, number, before.version_id if before else scid)
    entry = _parameters(parameters, before)._replace(
        number=number, version_id=line["versionId"], time=time, state=state, scid=scid
    )
    _require_rotation(entry, parameters, before)
    _require_signed(line, entry, before)
    _require_same_did(entry, before)
    return entry


def _scid(line: Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    """The self-certifying identifier: the hash of the first entry with a placeholder where it stands itself."""
    scid = parameters.get("scid")
    if not isinstance(scid, str) or not _SCID.fullmatch(scid):
        _broken("it has no SCID of a known form", 1)
    text = _canonical({**_unsigned(line), "versionId": _PLACEHOLDER}).replace(scid.encode(), _PLACEHOLDER.encode())
    if _hash(_canonical(strict_json.load_object(text))) != scid:
        _broken("the SCID is not that of the first entry", 1)
    return scid


def _require_chained(line: Mapping[str, Any], number: int, before: str) -> None:
    hashed = _hash(_canonical({**_unsigned(line), "versionId": before}))
    if line["versionId"] != f"{number}-{hashed}":
        _broken("versionId is not the number and hash of the entry", number)


def _require_rotation(entry: Entry, parameters: Mapping[str, Any], before: Entry | None) -> None:
    """Pre-rotation: what the entry before committed to, and nothing else, may sign from here."""
    if before is None or not before.next_hashes:
        return
    if not {"updateKeys", "nextKeyHashes"} <= parameters.keys() or not entry.update_keys:
        _broken("an entry after a commitment has to give updateKeys and nextKeyHashes", entry.number)
    if not {_hash(key.encode()) for key in entry.update_keys} <= set(before.next_hashes):
        _broken("a key nobody committed to", entry.number)


def _require_signed(line: Mapping[str, Any], entry: Entry, before: Entry | None) -> None:
    """Every proof by a key active for this entry: the first entry's own, the committed ones, else those before."""
    committed = before is None or bool(before.next_hashes)
    active = {f"did:key:{key}" for key in (entry if committed or before is None else before).update_keys}
    proofs = line["proof"] if isinstance(line["proof"], list) else [line["proof"]]
    if not 0 < len(proofs) <= _PROOFS:
        _broken(f"an entry has between 1 and {_PROOFS} proofs", entry.number)
    for proof in proofs:
        if verify_proof(_unsigned(line), proof) not in active:
            _broken("a proof by a key that may not update the DID", entry.number)


def _require_same_did(entry: Entry, before: Entry | None) -> None:
    did = entry.state.get("id")
    if not isinstance(did, str) or not did.startswith(f"did:webvh:{entry.scid}:"):
        _broken("the document's id does not hold the SCID", entry.number)
    if before is None or before.state["id"] == did:
        return
    known_as = entry.state.get("alsoKnownAs")
    if not before.portable or not isinstance(known_as, list) or before.state["id"] not in known_as:
        _broken("the DID has another name, and may not, or does not say which it had", entry.number)


def _parameters(given: Mapping[str, Any], before: Entry | None) -> Entry:
    """The parameters from here on (section "DID Method Parameters"), as an entry otherwise empty."""
    number = before.number + 1 if before else 1
    unknown = given.keys() - _PARAMETERS
    if unknown:
        _broken(f"unknown parameter {printable(min(unknown))}", number)
    if "method" in given and given["method"] != _VERSION:
        raise Unknowable("DID_METHOD", f"{printable(given['method'])} is not read here")
    if (before is None) != ("scid" in given) or (before is None and not {"method", "updateKeys"} <= given.keys()):
        _broken("scid, method and updateKeys belong into the first entry, scid there alone", number)
    update_keys = _texts(given, "updateKeys", before.update_keys if before else (), number)
    portable = _flag(given, "portable", before.portable if before else False, number)
    if before is not None and portable and not before.portable:
        _broken("portable may only be set in the first entry", number)
    witnesses = _witnesses(given, before, number)
    _texts(given, "watchers", (), number)
    ttl = given.get("ttl", 0)
    if ttl is not None and (type(ttl) is not int or not 0 <= ttl <= 2**31):
        _broken("ttl is not a number of seconds", number)
    return Entry(
        number=0,
        version_id="",
        time=times.parse("0001-01-01T00:00:00Z"),
        state={},
        scid="",
        update_keys=update_keys,
        next_hashes=_texts(given, "nextKeyHashes", before.next_hashes if before else (), number),
        witnesses=witnesses,
        portable=portable,
        deactivated=_flag(given, "deactivated", False, number),
        # A new list counts once it is published, but the first one counts at once.
        witnessed_by=before.witnesses if before and before.witnesses else witnesses,
    )


def _witnesses(given: Mapping[str, Any], before: Entry | None, number: int) -> Witnesses | None:
    if "witness" not in given:
        return before.witnesses if before else None
    rule = given["witness"]
    if rule is None or rule == {}:
        return None
    if not isinstance(rule, dict) or rule.keys() != {"threshold", "witnesses"}:
        _broken("witness is not a threshold and its witnesses", number)
    threshold, listed = rule["threshold"], rule["witnesses"]
    if not isinstance(listed, list) or not all(isinstance(one, dict) and one.keys() == {"id"} for one in listed):
        _broken("witnesses are not objects with an id", number)
    ids = [one["id"] for one in listed]
    if not all(isinstance(id, str) and id.startswith("did:key:") for id in ids) or len(set(ids)) != len(ids):
        _broken("a witness is not a did:key, or stands twice", number)
    if len(ids) > limits.DID_WITNESSES:
        raise Fault("LIMIT_DID", f"more than {limits.DID_WITNESSES} witnesses")
    if type(threshold) is not int or not 1 <= threshold <= len(ids):
        _broken("a threshold of no or of more witnesses than there are", number)
    return Witnesses(threshold, frozenset(ids))


def _texts(given: Mapping[str, Any], name: str, before: tuple[str, ...], number: int) -> tuple[str, ...]:
    if name not in given:
        return before
    value: Sequence[Any] | None = given[name]  # early logs write null where the specification has an empty list
    if value is not None and not (isinstance(value, list) and all(isinstance(text, str) for text in value)):
        _broken(f"{name} is not a list of texts", number)
    return tuple(value or ())


def _flag(given: Mapping[str, Any], name: str, before: bool, number: int) -> bool:
    value = given.get(name, before)
    if type(value) is not bool:
        _broken(f"{name} is neither true nor false", number)
    return value


def _unsigned(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != "proof"}


def _canonical(value: Any) -> bytes:
    return jcs.canonicalize(value)


def _hash(data: bytes) -> str:
    """base58btc without multibase's letter, of a SHA-256 multihash."""
    return multibase.encode_base58btc(_MULTIHASH_SHA256 + digests.sha256(data))[1:]


def _broken(why: str, number: int | None = None) -> NoReturn:
    raise Fault("DID_LOG", why if number is None else f"version {number}: {why}")
