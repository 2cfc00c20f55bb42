"""Minting W3C Data Integrity: proofs on VCDM documents, and presentations with challenge and domain."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from defa_id.codec import multibase, times
from defa_id.codec.text import printable
from defa_id.errors import Fault, WrongUse
from defa_id.issue import ecdsa_sd, vc_jwt
from defa_id.issue.signing import SigningKey, sign_raw
from defa_id.parts import DEFAULT_PARTS
from defa_id.resolvers import did_jwk
from defa_id.suites import Means, data_integrity
from defa_id.suites.data_integrity import SUITES, Secured

BY_KEY: Final = {"OKP": "eddsa-jcs-2022", "EC": "ecdsa-jcs-2019"}  # where no suite is named
NAMES: Final = (*SUITES, ecdsa_sd.NAME)
_BASE_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
Document = Mapping[str, Any]


def goes_with(cryptosuite: str, key: SigningKey) -> bool:
    """Whether a key of this kind makes proofs of this suite. Raises `WrongUse` for a suite that is not known."""
    if cryptosuite not in NAMES:
        raise WrongUse(f"no cryptosuite {printable(cryptosuite)!r}", hint=f"There are {', '.join(NAMES)}.")
    if cryptosuite == ecdsa_sd.NAME:
        return key.public.crv == ecdsa_sd.CURVE
    return any(key.public.fits(alg) for alg, _ in SUITES[cryptosuite].algorithms.values())


def mint(
    key: SigningKey,
    *,
    issuer: str,
    type: str,
    claims: Document,
    issued: datetime,
    expires: datetime,
    holder: Mapping[str, Any] | None = None,
    subject_id: str | None = None,
    alg: str | None = None,  # noqa: ARG001  (the suite and the key decide)
    x5c: Sequence[str] = (),
    cryptosuite: str | None = None,
    mandatory: Sequence[str] = ("/issuer", "/validUntil"),
) -> str:
    """A VCDM 2.0 document with one proof, as JSON text.

    `claims` as in `vc_jwt.mint`; `holder` makes the subject's id the did:jwk of that key. `mandatory`: JSON
    pointers that a holder must always show (ecdsa-sd-2023). Raises `WrongUse` for content that contradicts
    the arguments, has no meaning in its contexts, or does not go with the key.
    """
    if x5c:
        raise WrongUse("Data Integrity proofs name no certificates", hint="List the issuer's key as a JWK.")
    if holder is not None and subject_id is not None:
        raise WrongUse("a document binds its holder by the subject's id alone", hint="Give a holder key or an id.")
    bound = subject_id if holder is None else did_jwk.encode(holder)
    document = vc_jwt.document(issuer, type, claims, issued, expires, bound)
    method = f"{issuer}#{key.kid}" if "#" not in key.kid else key.kid
    return json.dumps(
        secure(document, key, method, issued, cryptosuite=cryptosuite, mandatory=mandatory), ensure_ascii=False
    )


def secure(
    document: Document,
    key: SigningKey,
    method: str,
    created: datetime,
    *,
    purpose: str = "assertionMethod",
    cryptosuite: str | None = None,
    previous: Sequence[str] = (),
    mandatory: Sequence[str] = (),
    means: Means = DEFAULT_PARTS.means,
    **options: Any,
) -> dict[str, Any]:
    """The document with one proof more. `method` names the key, `previous` earlier proofs by their ids,
    `options` further members of the proof (id, expires, challenge, domain).

    Raises `WrongUse` for a suite that does not go with the key, or content that cannot be secured with it.
    """
    name = cryptosuite or BY_KEY.get(key.public.kty, "")
    proof: dict[str, Any] = {
        "type": "DataIntegrityProof",
        "cryptosuite": name,
        "created": times.show(created),
        "verificationMethod": method,
        "proofPurpose": purpose,
        **options,
    }
    if len(previous):
        proof["previousProof"] = list(previous) if len(previous) > 1 else previous[0]
    standing = document.get("proof", [])
    proofs = standing if isinstance(standing, list) else [standing]
    plain = {member: value for member, value in document.items() if member != "proof"}
    if "-jcs-" in name:
        proof = {"@context": document["@context"], **proof}  # EdDSA Cryptosuites §3.3.1
    secured = Secured(plain, proof, tuple(one for one in proofs if one.get("id") in previous))
    try:
        value = _value(name, key, secured, mandatory, means)
    except Fault as fault:
        raise WrongUse(
            f"{name} cannot secure this: {fault.why or fault.code}",
            hint="Define every term in a context that is shipped, or use a jcs suite.",
        ) from None
    proofs = [*proofs, {**proof, "proofValue": value}]
    return {**plain, "proof": proofs if len(proofs) > 1 else proofs[0]}


def present(
    credentials: Sequence[str],
    holder_key: SigningKey,
    nonce: str,
    audience: str,
    created: datetime,
    cryptosuite: str | None = None,
) -> str:
    """A presentation of these documents by the did:jwk of the key (VCDM 2.0 §4.13), as JSON text."""
    holder = did_jwk.encode(holder_key.public.jwk)
    document = {
        "@context": [_BASE_CONTEXT],
        "type": ["VerifiablePresentation"],
        "holder": holder,
        "verifiableCredential": [json.loads(one) for one in credentials],
    }
    secured = secure(
        document,
        holder_key,
        f"{holder}#0",
        created,
        purpose="authentication",
        cryptosuite=cryptosuite,
        challenge=nonce,
        domain=audience,
    )
    return json.dumps(secured, ensure_ascii=False)


def _value(name: str, key: SigningKey, secured: Secured, mandatory: Sequence[str], means: Means) -> str:
    if name == ecdsa_sd.NAME:
        return ecdsa_sd.base_value(key, secured, tuple(mandatory), means)
    suite = SUITES.get(name)
    fitting = [alg for alg, _ in suite.algorithms.values() if key.public.fits(alg)] if suite else []
    if not fitting:
        raise WrongUse(f"{name or 'no cryptosuite'} does not go with this key", hint=f"There are {', '.join(NAMES)}.")
    return multibase.encode_base58btc(sign_raw(key, data_integrity.message(name, fitting[0], secured, means)))
