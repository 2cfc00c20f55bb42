"""ecdsa-sd-2023 (W3C ECDSA Cryptosuites 1.0 §3.5): linked data disclosed selectively, base proofs and derived ones.

The issuer signs what must always be shown together with a key made for this one credential, and that
key signs every other statement on its own; who shows the credential leaves statements out, and with
them their signatures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from defa_id import keys
from defa_id.codec import base64url, cbor, digests, limits
from defa_id.codec.cbor import Tagged
from defa_id.credential import KeyHint, Proof
from defa_id.errors import Fault
from defa_id.keys import PublicKey
from defa_id.suites import Means, data_integrity
from defa_id.suites.data_integrity import Secured
from defa_id.values import NamedTuple

NAME: Final = "ecdsa-sd-2023"
BASE: Final = 0x5D00  # §3.5.2 and §3.5.7: the tags a proof value begins with
DERIVED: Final = 0x5D01
P256_PREFIX: Final = b"\x80\x24"  # multicodec p256-pub, as a varint


class Base(NamedTuple):
    """A base proof's parts (§3.5.3): what the issuer hands to the holder."""

    signature: bytes
    public_key: bytes
    hmac_key: bytes
    signatures: tuple[bytes, ...]
    mandatory: tuple[str, ...]


class Derived(NamedTuple):
    """A derived proof's parts (§3.5.8): what the holder shows. `labels`: number of a canonical blank node
    to the digest that names it; `mandatory`: which statements always have to be shown."""

    signature: bytes
    public_key: bytes
    signatures: tuple[bytes, ...]
    labels: Mapping[int, bytes]
    mandatory: frozenset[int]


class Content(NamedTuple):
    """What a proof is about, and its parts."""

    secured: Secured
    parts: Base | Derived


def read(value: Any, secured: Secured, hint: KeyHint) -> Proof:
    """The proof in a proofValue (§3.5.3, §3.5.8). Raises `Fault` DI_PROOF_SHAPE and what `cbor.decode` raises."""
    if not isinstance(value, str) or value[:1] != "u" or not value.isascii():
        raise _shape("proofValue is not base64url multibase")
    data = cbor.decode(base64url.decode(value[1:].encode(), "DI_PROOF_SHAPE", "proofValue"), tags=(BASE, DERIVED))
    if not isinstance(data, Tagged) or not isinstance(data.value, list) or len(data.value) != 5:
        raise _shape("proofValue is none of ecdsa-sd-2023")
    parts = _base(data.value) if data.tag == BASE else _derived(data.value)
    if len(parts.signatures) > limits.SD_SIGNATURES:
        raise Fault("LIMIT_PROOFS", f"more than {limits.SD_SIGNATURES} signatures in one proof")
    return Proof(NAME, "ES256", hint, b"", parts.signature, Content(secured, parts))


def verify(proof: Proof, key: PublicKey, means: Means) -> None:
    """Return if `key` made the proof, and the proof's own key every statement that is shown (§3.5.6).

    Raises `Fault` DI_SIGNATURE, DI_PROOF_SHAPE, SD_POINTER and what canonicalization raises.
    """
    secured, parts = proof.content
    mandatory, others = statements(secured, parts, means)
    if len(others) != len(parts.signatures):
        raise Fault("DI_SIGNATURE", "there is not one signature for each statement", suite=NAME)
    options = {**secured.options, "@context": secured.document["@context"]}
    covered = base_message(data_integrity.rdfc(options, "sha256", means), parts.public_key, mandatory)
    own = keys.from_ec_point("P-256", parts.public_key[len(P256_PREFIX) :])
    try:
        key.verify("ES256", parts.signature, covered)
        for signature, statement in zip(parts.signatures, others, strict=True):
            own.verify("ES256", signature, statement.encode())
    except Fault as fault:
        raise Fault("DI_SIGNATURE", fault.why, suite=NAME) from None


def base_message(options: bytes, public_key: bytes, mandatory: list[str]) -> bytes:
    """What the issuer signs (§3.4.18): the hash of the options, the proof's own key, the hash of what must be shown."""
    return digests.sha256(options) + public_key + digests.sha256("".join(mandatory).encode())


def statements(secured: Secured, parts: Base | Derived, means: Means) -> tuple[list[str], list[str]]:
    """The document's statements: those that must be shown, and the others, each in their order."""
    from defa_id.linked import selection, to_quads

    if isinstance(parts, Derived):
        quads = to_quads(secured.document, means.documents, means.workers.get("quads"))
        lines, _ = selection.relabelled(quads, lambda labels: _digests(labels, parts.labels))
        if any(number >= len(lines) for number in parts.mandatory):
            raise _shape("a mandatory statement is not shown")
        mandatory = [line for number, line in enumerate(lines) if number in parts.mandatory]
        return mandatory, [line for number, line in enumerate(lines) if number not in parts.mandatory]
    pointers = {"mandatory": parts.mandatory}
    grouped = selection.group(
        secured.document, means.documents, pointers, lambda found: shuffled(found, parts.hmac_key)
    )
    group = grouped.groups["mandatory"]
    return list(group.matching.values()), list(group.others.values())


def shuffled(labels: Mapping[str, str], hmac_key: bytes) -> dict[str, str]:
    """Blank nodes named by a keyed digest (§3.4.5), so that their order tells nothing about what is left out."""
    return {given: f"_:{hmac_label(canonical, hmac_key)}" for given, canonical in labels.items()}


def hmac_label(canonical: str, hmac_key: bytes) -> str:
    """The name a canonical label (`_:c14n0`) gets under this key."""
    import hmac

    return "u" + base64url.encode(hmac.digest(hmac_key, canonical.removeprefix("_:").encode(), "sha256"))


def _digests(labels: Mapping[str, str], named: Mapping[int, bytes]) -> dict[str, str]:
    """The names a derived proof brings for the canonical labels of what is shown (§3.5.5)."""
    numbers = {given: int(canonical.removeprefix("_:c14n")) for given, canonical in labels.items()}
    if set(numbers.values()) != set(named):
        raise _shape("the proof does not name the nodes of this document")
    return {given: f"_:u{base64url.encode(named[number])}" for given, number in numbers.items()}


def _base(parts: list[Any]) -> Base:
    signature, public_key, hmac_key, signatures, mandatory = parts
    if not isinstance(hmac_key, bytes) or len(hmac_key) != 32:
        raise _shape("the proof's HMAC key has not 32 bytes")
    if not isinstance(mandatory, list) or not all(isinstance(pointer, str) for pointer in mandatory):
        raise _shape("mandatory pointers are not texts")
    return Base(_signature(signature), _key(public_key), hmac_key, _signatures(signatures), tuple(mandatory))


def _derived(parts: list[Any]) -> Derived:
    signature, public_key, signatures, labels, mandatory = parts
    whole = isinstance(labels, dict) and all(
        type(number) is int and number >= 0 and isinstance(digest, bytes) and len(digest) == 32
        for number, digest in labels.items()
    )
    if not whole:
        raise _shape("the proof's label map is not one")
    if not isinstance(mandatory, list) or not all(type(number) is int and number >= 0 for number in mandatory):
        raise _shape("mandatory indexes are not whole numbers")
    if len(set(mandatory)) != len(mandatory):
        raise _shape("a mandatory index stands twice")
    return Derived(_signature(signature), _key(public_key), _signatures(signatures), labels, frozenset(mandatory))


def _signature(value: Any) -> bytes:
    if not isinstance(value, bytes) or len(value) != 64:
        raise _shape("a signature has not 64 bytes")
    return value


def _signatures(values: Any) -> tuple[bytes, ...]:
    if not isinstance(values, list):
        raise _shape("signatures are not a list")
    return tuple(_signature(value) for value in values)


def _key(value: Any) -> bytes:
    if not isinstance(value, bytes) or len(value) != 35 or not value.startswith(P256_PREFIX):
        raise _shape("the proof's own key is not a P-256 key")
    return value


def _shape(why: str) -> Fault:
    return Fault("DI_PROOF_SHAPE", why)
