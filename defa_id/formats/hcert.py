"""HCERT, the health certificate of the EU Digital COVID Certificate and of the states that took it over.

"Electronic Health Certificate Specification" 1.0.5 (2021), §3; JSON schema 1.3.0. One certificate states one
vaccination, one test or one recovery; which of them is its type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from defa_id.credential import Credential, KeyHint
from defa_id.errors import Fault
from defa_id.formats import cwt
from defa_id.suites import cose

MODEL: Final = "hcert"
TYPES: Final[Mapping[str, str]] = {"v": "hcert-v", "t": "hcert-t", "r": "hcert-r"}
_EU_DCC: Final = 1  # §3.3.1: the only member of the claim
_KID_BYTES: Final = 8  # §3.3.2: the first bytes of the SHA-256 of the signer's certificate


def model(read: cwt.Read) -> Credential:
    """The certificate in a token.

    Raises `Fault` HCERT_SHAPE, JWT_CLAIM_MISSING, COSE_HEADER and those of `cwt.build`.
    """
    cwt.require_times(read, cwt.EXP, cwt.IAT)
    claim = read.claims[cwt.HCERT]
    certificate = claim.get(_EU_DCC) if type(claim) is dict and len(claim) == 1 else None
    if type(certificate) is not dict:
        raise Fault("HCERT_SHAPE", "the claim does not hold one certificate")
    kind = _kind(certificate)
    document = cwt.plain(certificate)
    return cwt.build(read, model=MODEL, type=TYPES[kind], hint=_hint(read.message), claims=document, subject=document)


def _kind(certificate: Mapping[Any, Any]) -> str:
    """`v`, `t` or `r`: the schema takes one entry of one of them, and nothing beside it."""
    if type(certificate.get("ver")) is not str or type(certificate.get("nam")) is not dict:
        raise Fault("HCERT_SHAPE", "ver or nam is missing")
    held = [kind for kind in TYPES if certificate.get(kind)]
    if len(held) != 1:
        raise Fault("HCERT_SHAPE", "it is not one of vaccination, test and recovery")
    entries = certificate[held[0]]
    if type(entries) is not list or len(entries) != 1 or type(entries[0]) is not dict:
        raise Fault("HCERT_SHAPE", "it holds more than one entry")
    return held[0]


def _hint(message: cose.Message) -> KeyHint:
    """The signer's certificate, or the first bytes of its digest, which only select among those listed."""
    from defa_id.codec import digests

    chain, kid = cose.chain_of(message), message.kid
    if kid is not None and len(kid) != _KID_BYTES:
        raise Fault("COSE_HEADER", f"kid does not have {_KID_BYTES} bytes")
    if kid is None and not chain:
        raise Fault("COSE_HEADER", "no key identifier names the signer")
    if not chain:
        return KeyHint(fingerprint=kid or b"")
    if kid is not None and digests.sha256(chain[0])[:_KID_BYTES] != kid:
        raise Fault("COSE_HEADER", "kid is not that of the certificate that came along")
    return KeyHint(x5c=chain)
