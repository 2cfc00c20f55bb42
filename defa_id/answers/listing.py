"""Who issued it, and with which key: one look-up binds issuer, key, type and moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from defa_id.codec import times
from defa_id.codec.text import printable
from defa_id.credential import Credential, KeyHint, Proof
from defa_id.errors import Evidence, Fault, RegistryRejected, Unknowable
from defa_id.keys import DEFAULT_ALGORITHMS, PublicKey
from defa_id.parts import CONTROLLER, Parts
from defa_id.policy import Policy
from defa_id.sources import Lookup
from defa_id.trust.records import ListedCertificate, ListedKey, Name, Service, covers, known
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple
from defa_id.verdict import Found

UNTYPED: Final = "VerifiableCredential"  # a credential of no type of its own must be listed as just that

Listings = list[tuple[Service, ListedKey]] | list[tuple[Service, ListedCertificate]]


class Signer(NamedTuple):
    """The key that has to have signed, and the authorisations that list it. `listed` is what is on record
    about it where this credential is authorised: the key itself or the certificates its chain leads to;
    nothing about a resolved key. `kinds`: the types its certificate restricts it to, None for any."""

    key: PublicKey
    services: tuple[Service, ...]
    listed: tuple[ListedKey | ListedCertificate, ...] = ()
    kinds: frozenset[str] | None = None


Signers = tuple[Signer, ...]  # one for each proof of a credential, in their order


def issuer_listed(registry: Registry, credential: Credential, known_at: datetime | None) -> Found[tuple[Service, ...]]:
    """issuer.listed: by its identifier, byte for byte; by its certificate where it names none."""
    if credential.issuer is not None:
        services = registry.services(credential.issuer, known_at)
        if not services:
            raise Fault("SCOPE_ISSUER_UNKNOWN", issuer=printable(credential.issuer, 256))
    elif credential.proof.hint.x5c or credential.proof.hint.fingerprint:
        services = _by_certificate(registry, credential, known_at)
        if not services:
            raise Fault("SCOPE_ISSUER_UNKNOWN", "it names no issuer, and no listed certificate signed it")
    else:
        services = _by_territory(registry, credential, known_at)
        if not services:
            raise Fault("SCOPE_ISSUER_UNKNOWN", "it names no issuer that is listed")
    first = services[0]
    why = f"{printable(first.name, 96)} is listed by {first.state}"
    return Found(services, why, {"state": first.state, "entity_id": printable(first.entity_id, 256)})


def key_listed(
    registry: Registry, credential: Credential, services: tuple[Service, ...], at: datetime, known_at: datetime | None
) -> Found[Signers]:
    """key.listed: a proof's header only chooses among this issuer's own keys."""
    found = tuple(signer_of(registry, credential, proof, services, at, known_at) for proof in credential.proofs)
    hint = credential.proof.hint
    why = "the certificate is this issuer's" if hint.x5c or hint.fingerprint else "the key is listed for this issuer"
    if hint.x5c:
        from defa_id.resolvers import x5c

        return Found(found, why, {"certificate": x5c.fingerprint(hint.x5c[0]), "listed": _certificates(found)})
    if hint.fingerprint:
        certificates = _certificates(found)
        return Found(found, why, {"certificate": certificates[0], "listed": certificates})
    return Found(found, why, _thumbprints(found))


def key_resolved(parts: Parts, credential: Credential, lookup: Lookup) -> Found[Signers]:
    """key.resolved: the key the issuer's own identifier names, where trust is not asked of the registry."""
    found = tuple(Signer(_resolved(parts, credential, proof, lookup), ()) for proof in credential.proofs)
    certified = bool(credential.proof.hint.x5c)
    why = "the certificate's key; who answers for it was not asked" if certified else "resolved"
    return Found(found, why, _thumbprints(found))


def key_algorithm(credential: Credential, signers: Signers, at: datetime) -> Found[None]:
    """key.algorithm"""
    for proof, signer in zip(credential.proofs, signers, strict=True):
        _allowed(credential, proof, signer, at)
    alg = ", ".join(dict.fromkeys(proof.alg for proof in credential.proofs))
    return Found(None, alg, {"alg": alg})


def key_current(
    credential: Credential, signers: Signers, policy: Policy, at: datetime, known_at: datetime | None
) -> Found[None]:
    """key.current: at issuance; a credential that does not say when it was issued is held to now."""
    found = [_current(credential, signer, policy, at, known_at) for signer in signers]
    return next((one for one in found if one.code), found[0])


def signer_of(
    registry: Registry,
    credential: Credential,
    proof: Proof,
    services: tuple[Service, ...],
    at: datetime,
    known_at: datetime | None,
) -> Signer:
    """The key among those `services` list that a proof names, and which of them list it.

    Raises `Fault` SCOPE_ISSUER_KEY, JOSE_KEY_UNKNOWN, JOSE_KEY_AMBIGUOUS, JOSE_HEADER_FORBIDDEN, X509_*.
    """
    hint = proof.hint
    if hint.x5c:
        return _certified(credential, hint.x5c, services, at, known_at)
    if hint.fingerprint:
        return _certified(credential, _selected(hint.fingerprint, services, known_at), services, at, known_at)
    held = {
        listed.thumbprint: listed
        for service in services
        for listed in known(service.keys, known_at)
        if hint.kid is None or names(hint.kid, listed, credential.issuer or "")
    }
    if not held and hint.kid is not None:
        of_another = hint.kid.startswith("did:") and did_of(hint.kid) != credential.issuer
        code = "SCOPE_ISSUER_KEY" if of_another or registry.mentions(hint.kid) else "JOSE_KEY_UNKNOWN"
        raise Fault(code, kid=printable(hint.kid))
    if len(held) != 1:
        raise Fault("JOSE_KEY_AMBIGUOUS", f"the entry holds {len(held)} keys that could be meant", keys=len(held))
    (listed,) = held.values()
    records = [
        (service, key)
        for service in services
        for key in known(service.keys, known_at)
        if key.thumbprint == listed.thumbprint
    ]
    return signer_by(registry.key(listed), credential, records)


def _resolved(parts: Parts, credential: Credential, proof: Proof, lookup: Lookup) -> PublicKey:
    if proof.hint.x5c:
        from defa_id.resolvers import x5c

        return x5c.signer(proof.hint.x5c)
    if credential.issuer is None:
        raise Fault("JWT_CLAIM_MISSING", "it names no issuer")
    return resolve(parts, proof.hint, credential.issuer, lookup)


def _allowed(credential: Credential, proof: Proof, signer: Signer, at: datetime) -> None:
    alg = proof.alg
    if signer.services:
        services = relevant(credential, signer.services)
        # Cryptosuites name no JOSE algorithm: either name of Ed25519 in an entry allows theirs (RFC 9864 §2.2).
        spelled = {alg, "Ed25519"} if alg == "EdDSA" and proof.content is not None else {alg}
        allowed = [service.algorithms[name] for service in services for name in spelled & service.algorithms.keys()]
        if not allowed:
            raise Fault("JOSE_ALG_NOT_REGISTERED", alg=alg)
        if all(sunset is not None and at >= sunset for sunset in allowed):
            raise Fault("JOSE_ALG_EXPIRED", alg=alg)
    elif alg not in DEFAULT_ALGORITHMS:
        raise Fault("JOSE_ALG_NOT_REGISTERED", "not taken without a registry entry that lists it", alg=alg)
    if not signer.key.fits(alg):
        raise Fault("JOSE_ALG_KEY_MISMATCH", alg=alg)


def _current(
    credential: Credential, signer: Signer, policy: Policy, at: datetime, known_at: datetime | None
) -> Found[None]:
    issued = credential.window.issued or at
    shown = times.show(issued)
    names = [name for s in signer.services for name in known(s.names, known_at) if name.value == credential.issuer]
    if names and not _of_its_time(names, issued):
        raise Fault("KEY_TIME", "the issuer did not use this identifier then")
    if not signer.listed:
        return Found(None, "the registry was not asked about it", {"issued": shown})
    if not _of_its_time(signer.listed, issued):
        raise Fault("KEY_TIME", issued=shown)
    struck = [record.compromised_since for record in signer.listed if record.compromised_since]
    if not struck:
        return Found(None, "valid when it was issued", {"issued": shown})
    since = min(struck)
    if issued >= since or credential.window.issued is None:
        raise Fault("KEY_COMPROMISED", since=times.show(since))
    if policy.needed_level == "high":
        raise Unknowable("KEY_COMPROMISED_LATER", since=times.show(since))
    evidence = {"issued": shown, "since": times.show(since)}
    return Found(None, "valid when it was issued; reported compromised later", evidence, "KEY_COMPROMISED_LATER")


def _of_its_time(records: Iterable[Name | ListedKey | ListedCertificate], issued: datetime) -> bool:
    """Whether one of them was valid when it was issued."""
    return any(covers(record.valid_from, record.valid_until, issued) for record in records)


def _thumbprints(signers: Signers) -> Evidence:
    """One key as one text, as most credentials have it."""
    found = [signer.key.thumbprint for signer in signers]
    return {"thumbprint": found[0]} if len(found) == 1 else {"thumbprint": found}


def _certificates(signers: Signers) -> list[str]:
    """The listed certificates that the signers' own lead to."""
    held = (record for signer in signers for record in signer.listed)
    return sorted({record.sha256 for record in held if isinstance(record, ListedCertificate)})


def signer_by(key: PublicKey, credential: Credential, records: Listings) -> Signer:
    """The signer, with what the authorisations for this credential have on record about its key."""
    services = {id(service): service for service, _ in records}
    speaking = {id(service) for service in relevant(credential, tuple(services.values()))}
    return Signer(
        key, tuple(services.values()), tuple(record for service, record in records if id(service) in speaking)
    )


def relevant(credential: Credential, services: tuple[Service, ...]) -> tuple[Service, ...]:
    """The authorisations that speak of this type in this format; of several answers only theirs count."""
    types = set(credential.types or (UNTYPED,))
    typed = tuple(service for service in services if types & service.types.keys())
    return tuple(service for service in typed if credential.format in service.formats) or typed or services


def names(kid: str, listed: ListedKey, issuer: str) -> bool:
    """Whether a header's kid means this listed key of this issuer (interface design: by the JWK's kid, its
    RFC 7638 thumbprint, or the key's DID URL)."""
    own = listed.jwk.get("kid")
    if kid in (own, listed.thumbprint):
        return True
    did, hash_, fragment = kid.partition("#")
    if not hash_ or did not in (issuer, ""):
        return False
    if fragment in (own, listed.thumbprint):
        return True
    return issuer.startswith(("did:key:", "did:jwk:")) and _self_named(issuer, fragment, listed)


def _self_named(issuer: str, fragment: str, listed: ListedKey) -> bool:
    from defa_id.resolvers import did_jwk, did_key

    resolve = did_key.resolve if issuer.startswith("did:key:") else did_jwk.resolve
    try:
        return resolve(f"{issuer}#{fragment}").thumbprint == listed.thumbprint
    except Fault:
        return False


def did_of(url: str) -> str:
    """The identifier a DID URL belongs to (DID Core §3.2)."""
    return url.partition("#")[0]


def resolve(parts: Parts, hint: KeyHint, identifier: str, lookup: Lookup) -> PublicKey:
    """The key an identifier names itself; a kid must be one of its own (Controlled Identifiers §3.3)."""
    kid = hint.kid or ""
    at_https = kid.startswith("https://") and "#" in kid
    if kid.startswith("did:") or at_https:
        if did_of(kid) != identifier:
            raise Fault("SCOPE_ISSUER_KEY", "the key belongs to another identifier", kid=printable(kid))
        return parts.resolve(kid, lookup, CONTROLLER if at_https else None)
    if identifier.startswith("did:"):
        kid = kid.removeprefix("#")
    return parts.resolve(f"{identifier}#{kid}" if kid else identifier, lookup)


def _certified(
    credential: Credential,
    chain: tuple[bytes, ...],
    services: tuple[Service, ...],
    at: datetime,
    known_at: datetime | None,
) -> Signer:
    """A chain to a certificate that the entry lists. Below a listed authority the signer's certificate
    must itself name the issuer; a listed signer is named by its listing."""
    from defa_id.resolvers import profiles, x5c

    issuer = credential.issuer
    listed = [(service, record) for service in services for record in known(service.certificates, known_at)]
    if not listed:
        raise Fault("JOSE_HEADER_FORBIDDEN", "the issuer's entry lists no certificates", parameter="x5c")
    records = [(service, record) for service, record in listed if _leads(chain, record)]
    leaves = {record.sha256 for _, record in records if record.use == "leaf"}
    authorities = {x5c.from_pem(record.pem) for _, record in records if record.use == "ca"}
    profile, state = profiles.of(credential.format, credential.model), services[0].state
    key = x5c.verify(chain, authorities, leaves, credential.window.issued or at, profile, state=state, at=at)
    if not leaves and issuer is not None and not _is_named(issuer, x5c.names(chain[0])):
        raise Fault("SCOPE_ISSUER_KEY", "the certificate is not issued for this issuer")
    return signer_by(key, credential, records)._replace(kinds=x5c.kinds(chain[0], profile))


def _selected(fingerprint: bytes, services: tuple[Service, ...], known_at: datetime | None) -> tuple[bytes, ...]:
    """The one listed signer's certificate whose digest begins so. Raises `Fault` JOSE_KEY_UNKNOWN,
    JOSE_KEY_AMBIGUOUS."""
    from defa_id.resolvers import x5c

    found = {
        record.sha256: record.pem
        for service in services
        for record in known(service.certificates, known_at)
        if _begins(record, fingerprint)
    }
    if len(found) != 1:
        code = "JOSE_KEY_AMBIGUOUS" if found else "JOSE_KEY_UNKNOWN"
        raise Fault(code, f"{len(found)} listed certificates have this digest's first bytes", keys=len(found))
    return tuple(x5c.from_pem(pem) for pem in found.values())


def _begins(record: ListedCertificate, fingerprint: bytes) -> bool:
    return record.use == "leaf" and record.sha256.startswith(fingerprint.hex())


def _leads(chain: tuple[bytes, ...], listed: ListedCertificate) -> bool:
    """Whether a chain ends at a listed certificate; at an authority's only by its own word, until verified."""
    from defa_id.resolvers import x5c

    if listed.use == "leaf":
        return listed.sha256 == x5c.fingerprint(chain[0])
    try:
        authority = x5c.from_pem(listed.pem)
        x5c.load(authority)
    except Fault:
        return False  # nothing leads to a certificate nobody can read: its state's trouble, not the sender's
    return x5c.leads_to(chain, authority)


def _is_named(issuer: str, names: frozenset[str]) -> bool:
    host = issuer.removeprefix("https://").partition("/")[0] if issuer.startswith("https://") else None
    return issuer in names or (host is not None and host in names)


def _by_certificate(registry: Registry, credential: Credential, known_at: datetime | None) -> tuple[Service, ...]:
    """The authorisations whose certificate the chain leads to, of one issuer. An authority of a profile of
    its own stands for its issuer; below any other, the signer's certificate must name the issuer. Where only
    a digest's first bytes came, they select among the signers listed; a state that is named must be the issuer's.

    Raises `Fault` SCOPE_STATE, JOSE_KEY_AMBIGUOUS.
    """
    from defa_id.resolvers import profiles

    hint, dedicated = credential.proof.hint, profiles.of(credential.format, credential.model).dedicated
    found = registry.of_certificate(
        (hint.x5c, hint.fingerprint, dedicated, known_at), lambda: _leading(registry, hint, dedicated, known_at)
    )
    territory = credential.territory
    own = tuple(service for service in found if territory in (None, service.state))
    if found and not own:
        raise Fault("SCOPE_STATE", "its signer is not one of the state it names", state=printable(territory))
    if len({(service.state, service.entity_id) for service in own}) > 1:
        raise Fault("JOSE_KEY_AMBIGUOUS", "its certificate is listed for more than one issuer")
    return own


def _by_territory(registry: Registry, credential: Credential, known_at: datetime | None) -> tuple[Service, ...]:
    """The authorisations of the one issuer that the state it names lists for what it is. Raises `Fault`
    JOSE_KEY_AMBIGUOUS."""
    if credential.territory not in registry.states():
        return ()
    found = tuple(
        service
        for service in known(registry.state_list(credential.territory or "").services, known_at)
        if credential.format in service.formats and set(credential.types) & service.types.keys()
    )
    if len({service.entity_id for service in found}) > 1:
        raise Fault("JOSE_KEY_AMBIGUOUS", "it names no issuer, and its state lists more than one for it")
    return found


def _leading(registry: Registry, hint: KeyHint, dedicated: bool, known_at: datetime | None) -> tuple[Service, ...]:
    from defa_id.resolvers import x5c

    chain = hint.x5c
    named = x5c.names(chain[0]) if chain else frozenset()
    found: list[Service] = []
    try:
        for service in registry.certified(known_at):
            own = dedicated or any(_is_named(name.value, named) for name in known(service.names, known_at))
            records = known(service.certificates, known_at)
            if not chain:
                leads = any(_begins(record, hint.fingerprint) for record in records)
            else:
                leads = any((own or record.use == "leaf") and _leads(chain, record) for record in records)
            if leads:
                found.append(service)
    except RegistryRejected:
        if not found:
            raise
    return tuple(found)
