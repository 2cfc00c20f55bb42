"""Whether the one who shows it is the one it was issued to, here and now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from defa_id.answers.listing import did_of, names, resolve
from defa_id.codec import limits, times
from defa_id.credential import Credential, KeyBinding, Presentation
from defa_id.errors import Fault, Unknowable
from defa_id.keys import HOLDER_ALGORITHMS, PublicKey
from defa_id.parts import Parts
from defa_id.policy import Expected
from defa_id.sources import Lookup
from defa_id.trust.registry import Registry
from defa_id.verdict import Found

_LEEWAY: Final = timedelta(seconds=limits.LEEWAY_SECONDS)
_BINDING_AGE: Final = timedelta(seconds=limits.KEY_BINDING_SECONDS)


def presented(presentation: Presentation) -> Found[None]:
    """holder.presented: a presentation may be empty by its data model (VCDM 2.0 §4.13), but then there
    is nothing to rely on."""
    count = len(presentation.credentials)
    if not count:
        raise Fault("JWT_NO_CREDENTIAL")
    return Found(None, f"a presentation of {count}", {"credentials": count})


def presenting_key(
    parts: Parts, registry: Registry, binding: KeyBinding, credential: Credential | None, lookup: Lookup
) -> Found[PublicKey]:
    """holder.proof: the holder's key, and that it signed. For an SD-JWT the key is the one in cnf; for a
    presentation, one that its holder's identifier names or that the registry lists for it."""
    if credential is not None:
        key = confirmed_key(credential)
        code = "KB_SIGNATURE"
    else:
        key = _holder_key(parts, registry, binding, lookup)
        code = "JOSE_SIGNATURE"
    proof = binding.proof
    if proof.alg not in HOLDER_ALGORITHMS:
        raise Fault("JOSE_ALG_FORBIDDEN", "not an algorithm for holders", alg=proof.alg)
    try:
        parts.suites[proof.suite](proof, key, parts.means)
    except Fault as fault:
        wrong = fault.code in ("JOSE_SIGNATURE", "COSE_SIGNATURE")
        raise Fault(code if wrong else fault.code, fault.why, **fault.evidence) from None
    return Found(key, f"{proof.alg} by the presenting key", {"alg": proof.alg})


def confirmed_key(credential: Credential) -> PublicKey:
    """The key in cnf (RFC 7800 §3.2), or the device key of an mdoc. Raises `Fault` KB_NO_CNF, KB_CNF."""
    from defa_id import keys

    confirmation = credential.holder.confirmation
    if confirmation is None:
        raise Fault("KB_NO_CNF")
    ((kind, key),) = confirmation.items() if len(confirmation) == 1 else (("", None),)
    if kind not in ("jwk", "cose_key") or not isinstance(key, dict):
        raise Fault("KB_CNF", "cnf holds something other than one jwk")
    try:
        return keys.from_jwk(key) if kind == "jwk" else keys.from_cose(key)
    except Fault as fault:
        raise Fault("KB_CNF", f"the key in cnf: {fault.why or fault.code}") from None


def key(parts: Parts, credential: Credential, key: PublicKey, lookup: Lookup) -> Found[None]:
    """holder.key: by cnf, or because the subject's own identifier is that key."""
    if credential.holder.confirmation is not None:
        if confirmed_key(credential).thumbprint != key.thumbprint:
            raise Fault("SCOPE_HOLDER_KEY", "cnf names another key")
        return Found(None, "bound by cnf", {"by": "cnf"})
    for subject in credential.holder.subjects:
        if subject.startswith("did:"):
            own = key.kid if key.kid is not None and did_of(key.kid) == subject else subject
            if parts.resolve(own, lookup).thumbprint != key.thumbprint:
                raise Fault("SCOPE_HOLDER_KEY", "the subject is somebody else")
            return Found(None, "bound by the subject's identifier", {"by": "subject"})
    raise Fault("KB_NO_CNF")


def sd_hash(binding: KeyBinding) -> Found[None]:
    """holder.hash"""
    if binding.sd_hash != binding.expected_sd_hash:
        raise Fault("KB_SD_HASH")
    return Found(None, "covers what was shown", {})


def nonce(binding: KeyBinding, expected: Expected) -> Found[None]:
    """holder.nonce"""
    if binding.covered:
        return Found(None, "covered by the holder's signature over the session", {})
    if expected.nonce is None:
        raise Unknowable("KB_NONCE", "no nonce was given to compare it with")
    if binding.nonce != expected.nonce:
        raise Fault("KB_NONCE")
    return Found(None, "answers this request", {})


def audience(binding: KeyBinding, expected: Expected) -> Found[None]:
    """holder.audience: one text (RFC 9901 §4.3); for a presentation also a list of just that (RFC 7519 §4.1.3)."""
    if binding.covered:
        return Found(None, "covered by the holder's signature over the session", {})
    if expected.audience is None:
        raise Unknowable("KB_AUDIENCE", "no audience was given to compare it with")
    alone = binding.expected_sd_hash is None and binding.audience == [expected.audience]
    if binding.audience != expected.audience and not alone:
        raise Fault("KB_AUDIENCE")
    return Found(None, "made for this verifier", {})


def time(binding: KeyBinding, at: datetime) -> Found[None]:
    """holder.time: made within 300 s, or not yet expired where it says so itself; a session is of now by itself."""
    if binding.covered:
        return Found(None, "made in this session", {})
    if binding.issued is None:
        raise Fault("KB_TIME", "it does not say when it was made")
    try:
        made = times.from_numeric_date(binding.issued, "iat")
    except Fault as fault:
        raise Fault("KB_TIME", fault.why) from None
    if not -_BINDING_AGE <= at - made <= _BINDING_AGE:
        raise Fault("KB_TIME", f"made at {times.show(made)}", made=times.show(made))
    if binding.ends is not None and at - binding.ends > _LEEWAY:
        raise Fault("KB_TIME", "the presentation has expired")
    if binding.begins is not None and binding.begins - at > _LEEWAY:
        raise Fault("KB_TIME", "the presentation is not valid yet")
    return Found(None, "made just now", {"made": times.show(made)})


def _holder_key(parts: Parts, registry: Registry, binding: KeyBinding, lookup: Lookup) -> PublicKey:
    hint = binding.proof.hint
    holder = binding.holder or (did_of(hint.kid) if hint.kid and hint.kid.startswith("did:") else None)
    if holder is None:
        raise Fault("KB_CNF", "the presentation does not say who its holder is")
    listed = {
        key.thumbprint: key
        for service in registry.services(holder)
        for key in service.keys
        if hint.kid is None or names(hint.kid, key, holder)
    }
    if len(listed) == 1:
        return registry.key(next(iter(listed.values())))
    if hint.kid is not None and hint.kid.startswith("did:") and did_of(hint.kid) != holder:
        raise Fault("SCOPE_HOLDER_KEY", "the key belongs to somebody other than the holder named")
    return resolve(parts, hint, holder, lookup)


def linked(holders: Sequence[tuple[PublicKey, tuple[str, ...]]]) -> Found[None]:
    """holder.linked: bound to one key, or issued to one subject identifier. Names and birth dates link nobody."""
    if len({key.thumbprint for key, _ in holders}) == 1:
        return Found(None, "all bound to one key", {"by": "key"})
    if set.intersection(*(set(subjects) for _, subjects in holders)):
        return Found(None, "all issued to one subject", {"by": "subject"})
    raise Unknowable("HOLDER_NOT_LINKED", keys=len({key.thumbprint for key, _ in holders}))
