"""ecdsa-sd-2023 from both sides (W3C ECDSA Cryptosuites 1.0 §3.5): issuer's base proof, holder's derived one."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from defa_id.codec import base64url, cbor
from defa_id.codec.cbor import Tagged
from defa_id.credential import KeyHint
from defa_id.errors import Fault, WrongUse
from defa_id.issue import signing
from defa_id.issue.signing import SigningKey
from defa_id.linked import rdfc, selection
from defa_id.parts import DEFAULT_PARTS
from defa_id.suites import Means, data_integrity
from defa_id.suites import ecdsa_sd as suite
from defa_id.suites.data_integrity import Secured
from defa_id.suites.ecdsa_sd import Base

NAME: Final = suite.NAME
CURVE: Final = "P-256"


def base_value(key: SigningKey, secured: Secured, mandatory: tuple[str, ...], means: Means) -> str:
    """The proofValue of a base proof (§3.5.2), with a key of its own and a fresh HMAC key.

    Raises `WrongUse` for a key that is not P-256, and what canonicalization raises.
    """
    if key.public.crv != CURVE:
        raise WrongUse(f"{NAME} signs with {CURVE}", hint=f"Give a {CURVE} key.")
    own = signing.from_native(ec.generate_private_key(ec.SECP256R1()))
    point = own.native.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    parts = Base(b"", suite.P256_PREFIX + point, secrets.token_bytes(32), (), mandatory)
    shown, others = suite.statements(secured, parts, means)
    options = {**secured.options, "@context": secured.document["@context"]}
    covered = suite.base_message(data_integrity.rdfc(options, "sha256", means), parts.public_key, shown)
    signatures = [signing.sign_raw(own, statement.encode()) for statement in others]
    signed = [signing.sign_raw(key, covered), parts.public_key, parts.hmac_key, signatures, list(mandatory)]
    return _value(suite.BASE, signed)


def derive(credential: str, disclose: Sequence[str], means: Means = DEFAULT_PARTS.means) -> str:
    """A document that shows what the issuer demands and what these JSON pointers name (§3.5.7), as JSON text.

    Raises `WrongUse` for a document without one base proof, or a pointer to nothing.
    """
    document = json.loads(credential)
    proof = document.pop("proof", None)
    if not isinstance(proof, dict) or proof.get("cryptosuite") != NAME:
        raise WrongUse(f"the document has no {NAME} proof", hint="Give it as its issuer delivered it.")
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        parts = suite.read(proof["proofValue"], Secured(document, options), KeyHint()).content.parts
        if not isinstance(parts, Base):
            raise WrongUse("what was derived once is not derived again", hint="Give it as its issuer delivered it.")
        shown, value = _derived(document, parts, disclose, means)
    except Fault as fault:
        raise WrongUse(f"it cannot be derived: {fault.why or fault.code}", hint="Check the JSON pointers.") from None
    return json.dumps({**shown, "proof": {**options, "proofValue": value}}, ensure_ascii=False)


def _derived(
    document: Mapping[str, Any], parts: Base, disclose: Sequence[str], means: Means
) -> tuple[dict[str, Any], str]:
    combined = [*parts.mandatory, *disclose]
    groups = {"mandatory": parts.mandatory, "combined": combined}
    grouped = selection.group(document, means.documents, groups, lambda labels: suite.shuffled(labels, parts.hmac_key))
    mandatory, chosen = grouped.groups["mandatory"], grouped.groups["combined"]
    shown = selection.select(document, combined)
    if shown is None:
        raise WrongUse("nothing would be shown", hint="Name at least one JSON pointer.")
    by_statement = dict(zip(mandatory.others, parts.signatures, strict=True))
    signatures = [by_statement[number] for number in chosen.matching if number in by_statement]
    places = [place for place, number in enumerate(chosen.matching) if number in mandatory.matching]
    labels = {
        int(canonical.removeprefix("_:c14n")): base64url.decode(grouped.labels[given].removeprefix("_:u").encode())
        for given, canonical in rdfc.canonicalize(chosen.quads).labels.items()
    }
    return shown, _value(suite.DERIVED, [parts.signature, parts.public_key, signatures, labels, places])


def _value(tag: int, parts: list[Any]) -> str:
    return "u" + base64url.encode(cbor.encode(Tagged(tag, parts)))
