"""What a receipt says of a verdict: all that it rests on, and nothing that tells of the person.

Only what stands in the tables here is taken over. What the sender alone says (an issuer nobody lists, a
type nobody signed) is left out, because anybody could put anything there; of what is left, nothing is
finer than it must be for asking again: the day of issuance, not the second.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from defa_id.codec import times
from defa_id.codec.text import trimmed
from defa_id.errors import Evidence
from defa_id.keys import ALGORITHMS
from defa_id.verdict import Check, Outcome, Verdict

Object = dict[str, Any]

KIND: Final = "receipt/1"
OPENING_BYTES: Final = 32  # as long as the hash: NIST SP 800-107 rev. 1 §5.3.4 asks for no more

# By the area of the check, the evidence a receipt may hold: from the registry, the policy or our own
# tables. Not here: moments, sizes, digests, indices and addresses, each of which can single out a person.
KEPT: Final[Mapping[str, frozenset[str]]] = {
    "registry": frozenset({"freshness", "version", "days_past"}),
    "limit": frozenset({"limit"}),
    "format": frozenset({"format", "model"}),
    "issuer": frozenset({"state", "entity_id", "services", "since", "reason"}),
    "key": frozenset({"thumbprint", "certificate", "listed", "alg", "since"}),
    "proof": frozenset({"thumbprint", "alg"}),
    "holder": frozenset({"by", "alg"}),
    "schema": frozenset({"sha256"}),
    "recognition": frozenset({"relying", "home", "arrangement", "instrument", "status", "environment"}),
    "assurance": frozenset({"granted", "minimum", "achieved", "needed", "capped_by"}),
    "policy": frozenset({"asked", "format"}),
}
_ALGS: Final = frozenset(ALGORITHMS)
_ASKED: Final = ("relying_state", "purpose", "min_level", "holder_binding", "environments")
_RECOGNITION: Final = ("relying_state", "home_state", "purpose", "arrangement", "environment", "conditions")
_REGISTRY: Final = ("name", "version", "sha256", "freshness", "environment", "anchor")


def record(verdict: Verdict, data: bytes | str, *, opening: bytes, made: datetime) -> Object:
    """The content of a receipt (`schemas/receipt.schema.json`) about the verdict on `data`, made at `made`.

    `opening` is 32 random bytes that nobody else knows. Raises `ValueError` for another length.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    items = [line.item for line in verdict.checks if line.id == "issuer.listed"]
    registry, policy = verdict.registry or {}, verdict.policy or {}
    return {
        "defa_id": KIND,
        "made": times.show(made),
        "decision": str(verdict.decision),
        "question": {name: verdict.asked.get(name) for name in _ASKED},
        "required": sorted(verdict.required),
        "checks": [_line(line) for line in verdict.checks],
        "input": commitment(opening, "input", input_digest(raw)),
        "credentials": [
            _credential(verdict, item, credential, recognition, opening)
            for item, credential, recognition in zip(items, verdict.credentials, verdict.recognitions, strict=True)
        ],
        "documents": sorted({str(document["sha256"]) for document in verdict.documents}),
        "registry": {name: registry.get(name) for name in _REGISTRY},
        "policy": {"id": policy.get("id"), "sha256": policy.get("sha256")},
        "at": verdict.at,
        "known_at": verdict.known_at,
        "library": verdict.library,
    }


def commitment(opening: bytes, what: str, digest: str) -> str:
    """HMAC-SHA-256 (RFC 2104) of a digest under the opening: it binds, and tells nothing without the
    opening, however few credentials could be meant. `what` keeps an input and a credential apart."""
    if len(opening) != OPENING_BYTES:
        raise ValueError(f"an opening has {OPENING_BYTES} bytes")
    return hmac.new(opening, f"{what}:{digest}".encode("ascii"), hashlib.sha256).hexdigest()


def input_digest(data: bytes) -> str:
    """SHA-256 of the input, without the white space around it that belongs to the file."""
    return hashlib.sha256(trimmed(data)).hexdigest()


def kept(line: Check) -> Object:
    """The evidence of a line that a receipt holds."""
    names = KEPT.get(line.id.partition(".")[0], frozenset())
    return {name: value for name, value in _known(line.evidence) if name in names}


def _known(evidence: Evidence) -> Iterator[tuple[str, Any]]:
    """The evidence, without an algorithm that is none: a header can name anything."""
    return ((name, value) for name, value in sorted(evidence.items()) if name != "alg" or set(_list(value)) <= _ALGS)


def _list(value: Any) -> list[Any]:
    """One value, or several of a kind."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _line(line: Check) -> Object:
    return {
        "id": line.id,
        "item": line.item,
        "outcome": str(line.outcome),
        "code": line.code,
        "evidence": kept(line),
    }


def _credential(
    verdict: Verdict, item: int, credential: Mapping[str, Any], recognition: Mapping[str, Any] | None, opening: bytes
) -> Object:
    """One credential. Who issued it, what and when, only where a listed issuer's signature says so."""
    lines = {line.id: line for line in verdict.checks if line.item == item}
    proof = lines.get("proof.signature")
    listed = credential["issuer"]["state"] is not None
    proven = proof is not None and proof.outcome is Outcome.PASSED and listed
    issuer = credential["issuer"]
    evidence = proof.evidence if proven and proof is not None else {}
    return {
        "item": item,
        "commitment": commitment(opening, "credential", str(credential["digest"])),
        "format": credential["format"],
        "model": _evidence(lines, "format.model").get("model"),
        "types": list(credential["types"]) if proven else [],
        "issuer": {name: issuer[name] for name in ("id", "state", "entity_id")} if proven else None,
        "keys": [
            {"alg": alg, "thumbprint": thumbprint}
            for alg, thumbprint in zip(_list(evidence["alg"]), _list(evidence["thumbprint"]), strict=True)
        ]
        if proven
        else [],
        "certificates": _evidence(lines, "key.listed").get("listed", []) if proven else [],
        "issued": _day(_evidence(lines, "time.issued").get("issued")) if proven else None,
        "recognition": _recognition(recognition) if recognition is not None and proven else None,
    }


def _recognition(recognition: Mapping[str, Any]) -> Object:
    level = recognition["level"]
    return {
        **{name: recognition[name] for name in _RECOGNITION},
        "level": {name: level[name] for name in ("label", "granted", "vector", "capped_by")},
    }


def _evidence(lines: Mapping[str, Check], id: str) -> Evidence:
    return lines[id].evidence if id in lines else {}


def _day(moment: object) -> str | None:
    return moment[:10] if isinstance(moment, str) else None
