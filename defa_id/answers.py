"""One answer for each question of the corridor: values in, a `Found` out, or a `Fault`.

Nothing here knows in which order the questions are asked, or what they add up to.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from defa_id.codec import limits, times
from defa_id.codec.text import printable
from defa_id.credential import Credential, KeyBinding, KeyHint, Presentation, Window
from defa_id.errors import EvidenceValue, Fault, RegistryRejected, Unknowable
from defa_id.keys import DEFAULT_ALGORITHMS, PublicKey
from defa_id.parts import Parts
from defa_id.policy import LEVELS, Expected, Policy
from defa_id.trust import assurance, history, recognition
from defa_id.trust.assurance import Vector
from defa_id.trust.recognition import Relied
from defa_id.trust.records import ListedCertificate, ListedKey, SchemaReference, Service, covers, known
from defa_id.trust.registry import Registry
from defa_id.verdict import Found

_LEEWAY = timedelta(seconds=limits.LEEWAY_SECONDS)  # set against differences: a sum may leave the calendar
_UNTYPED = "VerifiableCredential"  # a credential of no type of its own must be listed as just that
_BINDING_AGE = timedelta(seconds=limits.KEY_BINDING_SECONDS)


Listings = list[tuple[Service, ListedKey]] | list[tuple[Service, ListedCertificate]]


class Signer(NamedTuple):
    """The key that has to have signed, and the authorisations that list it. `listed` is what is on record
    about it where this credential is authorised: the key itself or the certificates its chain leads to;
    nothing about a resolved key."""

    key: PublicKey
    services: tuple[Service, ...]
    listed: tuple[ListedKey | ListedCertificate, ...] = ()


def size(data: bytes) -> Found[None]:
    """limit.size"""
    if not data:
        raise Fault("INPUT_EMPTY")
    if len(data) > limits.INPUT_BYTES:
        raise Fault("LIMIT_INPUT_SIZE", f"more than {limits.INPUT_BYTES} bytes", limit=limits.INPUT_BYTES)
    return Found(None, f"{len(data)} bytes", {"bytes": len(data)})


def registry_current(registry: Registry, policy: Policy, states: Iterable[str]) -> Found[None]:
    """registry.current: by the wall clock handed in when the registry was opened, never by `at`."""
    fresh = registry.freshness_for(*states)
    days = policy.registry_age_days[policy.needed_level]
    evidence: dict[str, EvidenceValue | list[str]] = {
        "freshness": fresh.grade,
        "version": registry.version,
        "days_past": fresh.lag.days,
    }
    if not fresh.clock_trusted:
        raise Unknowable("TIME_CLOCK_UNTRUSTED")
    if fresh.grade == "expired":
        raise Unknowable("REG_EXPIRED", f"its time ran out {fresh.lag.days} days ago", **evidence)
    if fresh.lag > timedelta(days=days):
        raise Unknowable("REG_STALE", f"its time ran out {fresh.lag.days} days ago; {days} are allowed", **evidence)
    return Found(None, f"version {registry.version}, {fresh.grade}", evidence)


def issuer_listed(registry: Registry, credential: Credential, known_at: datetime | None) -> Found[tuple[Service, ...]]:
    """issuer.listed: by its identifier, byte for byte; by its certificate where it names none."""
    if credential.issuer is not None:
        services = registry.services(credential.issuer, known_at)
        if not services:
            raise Fault("SCOPE_ISSUER_UNKNOWN", issuer=printable(credential.issuer, 256))
    else:
        services = _by_certificate(registry, credential, known_at)
        if not services:
            raise Fault("SCOPE_ISSUER_UNKNOWN", "it names no issuer, and no listed certificate signed it")
    first = services[0]
    why = f"{printable(first.name, 96)} is listed by {first.state}"
    return Found(services, why, {"state": first.state, "entity_id": printable(first.entity_id, 256)})


def key_listed(
    registry: Registry, credential: Credential, services: tuple[Service, ...], at: datetime, known_at: datetime | None
) -> Found[Signer]:
    """key.listed: the header only chooses among this issuer's own keys."""
    hint = credential.proof.hint
    if hint.x5c:
        return _certified(credential, services, at, known_at)
    held = {
        listed.thumbprint: listed
        for service in services
        for listed in known(service.keys, known_at)
        if hint.kid is None or _names(hint.kid, listed, credential.issuer or "")
    }
    if not held and hint.kid is not None:
        elsewhere = registry.mentions(hint.kid) or (hint.kid.startswith("did:") and _did(hint.kid) != credential.issuer)
        raise Fault("SCOPE_ISSUER_KEY" if elsewhere else "JOSE_KEY_UNKNOWN", kid=printable(hint.kid))
    if len(held) != 1:
        raise Fault("JOSE_KEY_AMBIGUOUS", f"the entry holds {len(held)} keys that could be meant", keys=len(held))
    (listed,) = held.values()
    records = [
        (service, key)
        for service in services
        for key in known(service.keys, known_at)
        if key.thumbprint == listed.thumbprint
    ]
    return Found(
        _signer(registry.key(listed), credential, records),
        "the key is listed for this issuer",
        {"thumbprint": listed.thumbprint},
    )


def key_resolved(parts: Parts, credential: Credential) -> Found[Signer]:
    """key.resolved: the key the issuer's own identifier names, where trust is not asked of the registry."""
    hint = credential.proof.hint
    if hint.x5c:
        from defa_id.resolvers import x5c

        key = x5c.signer(hint.x5c)
        return Found(
            Signer(key, ()), "the certificate's key; who answers for it was not asked", {"thumbprint": key.thumbprint}
        )
    if credential.issuer is None:
        raise Fault("JWT_CLAIM_MISSING", "it names no issuer")
    return Found(
        Signer(key := _resolve(parts, hint, credential.issuer), ()), "resolved", {"thumbprint": key.thumbprint}
    )


def key_algorithm(credential: Credential, signer: Signer, at: datetime) -> Found[None]:
    """key.algorithm"""
    alg = credential.proof.alg
    if signer.services:
        services = _relevant(credential, signer.services)
        allowed = [service.algorithms[alg] for service in services if alg in service.algorithms]
        if not allowed:
            raise Fault("JOSE_ALG_NOT_REGISTERED", alg=alg)
        if all(sunset is not None and at >= sunset for sunset in allowed):
            raise Fault("JOSE_ALG_EXPIRED", alg=alg)
    elif alg not in DEFAULT_ALGORITHMS:
        raise Fault("JOSE_ALG_NOT_REGISTERED", "not taken without a registry entry that lists it", alg=alg)
    if not signer.key.fits(alg):
        raise Fault("JOSE_ALG_KEY_MISMATCH", alg=alg)
    return Found(None, alg, {"alg": alg})


def key_current(
    credential: Credential, signer: Signer, policy: Policy, at: datetime, known_at: datetime | None
) -> Found[None]:
    """key.current: at issuance; a credential that does not say when it was issued is held to now."""
    issued = credential.window.issued or at
    names = [name for s in signer.services for name in known(s.names, known_at) if name.value == credential.issuer]
    if names and not any(covers(name.valid_from, name.valid_until, issued) for name in names):
        raise Fault("KEY_TIME", "the issuer did not use this identifier then")
    if not signer.listed:
        return Found(None, "the registry was not asked about it", {"issued": times.show(issued)})
    if not any(covers(record.valid_from, record.valid_until, issued) for record in signer.listed):
        raise Fault("KEY_TIME", issued=times.show(issued))
    since = min((record.compromised_since for record in signer.listed if record.compromised_since), default=None)
    if since is None:
        return Found(None, "valid when it was issued", {"issued": times.show(issued)})
    if issued >= since or credential.window.issued is None:
        raise Fault("KEY_COMPROMISED", since=times.show(since))
    if policy.needed_level == "high":
        raise Unknowable("KEY_COMPROMISED_LATER", since=times.show(since))
    evidence = {"issued": times.show(issued), "since": times.show(since)}
    return Found(None, "valid when it was issued; reported compromised later", evidence, "KEY_COMPROMISED_LATER")


def proof_signature(parts: Parts, credential: Credential, signer: Signer) -> Found[None]:
    """proof.signature"""
    proof = credential.proof
    parts.suites[proof.suite](proof, signer.key)
    return Found(
        None, f"{proof.alg} by {signer.key.thumbprint[:12]}…", {"alg": proof.alg, "thumbprint": signer.key.thumbprint}
    )


def time_issued(window: Window, at: datetime) -> Found[None]:
    """time.issued"""
    if window.issued is None:
        return Found(None, "it states no date of issuance", {})
    if window.issued - at > _LEEWAY:
        raise Fault("TIME_ISSUED_IN_FUTURE", issued=times.show(window.issued))
    return Found(None, times.show(window.issued), {"issued": times.show(window.issued)})


def time_window(window: Window, policy: Policy, at: datetime) -> Found[None]:
    """time.window"""
    begins, ends = window.begins, window.ends
    if begins and ends and ends < begins:
        raise Fault("TIME_WINDOW_INVERTED")
    if ends and at - ends > _LEEWAY:
        raise Fault("TIME_EXPIRED", f"since {times.show(ends)}", ends=times.show(ends))
    if begins and begins - at > _LEEWAY:
        raise Fault("TIME_NOT_YET", f"not before {times.show(begins)}", begins=times.show(begins))
    if ends is None and policy.require_expiry:
        raise Fault("TIME_NO_EXPIRY")
    return Found(
        None, f"until {times.show(ends)}" if ends else "without an end", {"ends": times.show(ends) if ends else None}
    )


def issuer_granted(
    registry: Registry,
    credential: Credential,
    signer: Signer,
    policy: Policy,
    at: datetime,
    known_at: datetime | None,
) -> Found[None]:
    """issuer.granted: for every type, an authorisation that stands behind it."""
    _denied(registry, credential, signer, at, known_at)
    services = _relevant(credential, signer.services)
    standings = [
        _best([service for service in services if type in service.types] or services, credential, policy, at, known_at)
        for type in credential.types or (_UNTYPED,)
    ]
    noted = next((standing for standing in standings if standing.code), standings[0])
    ids = sorted({service.service_id for service in services})
    return Found(None, noted.why, {"services": ids}, noted.code)


def issuer_scope(registry: Registry, credential: Credential, signer: Signer) -> Found[tuple[Service, ...]]:
    """issuer.scope: every type besides VerifiableCredential, in this format, for this kind of subject."""
    types = credential.types or (_UNTYPED,)
    for type in types:
        having = [service for service in signer.services if type in service.types]
        if not having:
            raise Fault(
                "SCOPE_TYPE", f"{printable(type, 128)} is outside the issuer's scope", type=printable(type, 256)
            )
        if all(service.interface in ("none", "issuer-app-only") for service in having):
            raise Fault("SCOPE_INTERFACE", interface=having[0].interface)
        formatted = [service for service in having if credential.format in service.formats]
        if not formatted:
            raise Fault(
                "SCOPE_FORMAT", f"not as {credential.format}", format=credential.format, type=printable(type, 256)
            )
        kind = _subject_kind(registry, type)
        if kind is not None and not any(kind in service.subjects for service in formatted):
            raise Fault("SCOPE_SUBJECT", f"not for {kind} persons", subject=kind)
    for name in ("issuing_country", "issuingCountry"):
        stated = credential.subject.get(name)
        if stated is not None and stated != signer.services[0].state:
            raise Fault(
                "SCOPE_STATE", "the issuing country it states is not the issuer's", state=signer.services[0].state
            )
    services = _relevant(credential, signer.services)
    return Found(
        services, ", ".join(printable(type, 96) for type in types), {"types": [printable(t, 256) for t in types]}
    )


def presented(presentation: Presentation) -> Found[None]:
    """holder.presented: a presentation may be empty by its data model (VCDM 2.0 §4.13), but then there
    is nothing to rely on."""
    count = len(presentation.credentials)
    if not count:
        raise Fault("JWT_NO_CREDENTIAL")
    return Found(None, f"a presentation of {count}", {"credentials": count})


def presenting_key(
    parts: Parts, registry: Registry, binding: KeyBinding, credential: Credential | None
) -> Found[PublicKey]:
    """holder.proof: the holder's key, and that it signed. For an SD-JWT the key is the one in cnf; for a
    presentation, one that its holder's identifier names or that the registry lists for it."""
    if credential is not None:
        key = confirmed_key(credential)
        code = "KB_SIGNATURE"
    else:
        key = _holder_key(parts, registry, binding)
        code = "JOSE_SIGNATURE"
    proof = binding.proof
    if proof.alg not in DEFAULT_ALGORITHMS:
        raise Fault("JOSE_ALG_FORBIDDEN", "not an algorithm for holders", alg=proof.alg)
    try:
        parts.suites[proof.suite](proof, key)
    except Fault as fault:
        raise Fault(code if fault.code == "JOSE_SIGNATURE" else fault.code, fault.why, **fault.evidence) from None
    return Found(key, f"{proof.alg} by the presenting key", {"alg": proof.alg})


def confirmed_key(credential: Credential) -> PublicKey:
    """The key in cnf (RFC 7800 §3.2). Raises `Fault` KB_NO_CNF, KB_CNF."""
    from defa_id import keys

    confirmation = credential.holder.confirmation
    if confirmation is None:
        raise Fault("KB_NO_CNF")
    jwk = confirmation.get("jwk")
    if set(confirmation) != {"jwk"} or not isinstance(jwk, dict):
        raise Fault("KB_CNF", "cnf holds something other than one jwk")
    try:
        return keys.from_jwk(jwk)
    except Fault as fault:
        raise Fault("KB_CNF", f"the key in cnf: {fault.why or fault.code}") from None


def holder_key(parts: Parts, credential: Credential, key: PublicKey) -> Found[None]:
    """holder.key: by cnf, or because the subject's own identifier is that key."""
    if credential.holder.confirmation is not None:
        if confirmed_key(credential).thumbprint != key.thumbprint:
            raise Fault("SCOPE_HOLDER_KEY", "cnf names another key")
        return Found(None, "bound by cnf", {"by": "cnf"})
    for subject in credential.holder.subjects:
        if subject.startswith("did:"):
            if parts.resolve(subject).thumbprint != key.thumbprint:
                raise Fault("SCOPE_HOLDER_KEY", "the subject is somebody else")
            return Found(None, "bound by the subject's identifier", {"by": "subject"})
    raise Fault("KB_NO_CNF")


def holder_hash(binding: KeyBinding) -> Found[None]:
    """holder.hash"""
    if binding.sd_hash != binding.expected_sd_hash:
        raise Fault("KB_SD_HASH")
    return Found(None, "covers what was shown", {})


def holder_nonce(binding: KeyBinding, expected: Expected) -> Found[None]:
    """holder.nonce"""
    if expected.nonce is None:
        raise Unknowable("KB_NONCE", "no nonce was given to compare it with")
    if binding.nonce != expected.nonce:
        raise Fault("KB_NONCE")
    return Found(None, "answers this request", {})


def holder_audience(binding: KeyBinding, expected: Expected) -> Found[None]:
    """holder.audience: one text (RFC 9901 §4.3); for a presentation also a list of just that (RFC 7519 §4.1.3)."""
    if expected.audience is None:
        raise Unknowable("KB_AUDIENCE", "no audience was given to compare it with")
    alone = binding.expected_sd_hash is None and binding.audience == [expected.audience]
    if binding.audience != expected.audience and not alone:
        raise Fault("KB_AUDIENCE")
    return Found(None, "made for this verifier", {})


def holder_time(binding: KeyBinding, at: datetime) -> Found[None]:
    """holder.time: made within 300 s, or not yet expired where it says so itself."""
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


def recognised(
    registry: Registry,
    policy: Policy,
    home: str,
    credential: Credential,
    level: Vector,
    at: datetime,
    known_at: datetime | None,
) -> Found[Relied]:
    """recognition.in_force: for every type; of several types the weakest recognition stands."""
    relying = policy.for_state or ""
    found = [
        recognition.decide(
            registry, relying, home, recognition.Question(type, policy.purpose, at, known_at), level.label()
        )
        for type in credential.types or (_UNTYPED,)
    ]
    relied = max(found, key=lambda one: (LEVELS.index(one.min_level), one.environment != "demo"))
    cited = [one.instrument for one in found if one.instrument is not None]
    relied = relied._replace(
        instrument=next((id for id in cited if _instrument_status(registry, id) != "in_force"), relied.instrument),
        environment=recognition.weakest(*(one.environment for one in found)),
        conditions=tuple(dict.fromkeys(text for one in found for text in one.conditions)),
    )
    if relied.arrangement is None:
        return Found(relied, f"{home} relies on its own credential", {"relying": relying, "home": home})
    why = f"{relying} recognises {home} under {printable(relied.arrangement)}"
    return Found(relied, why, {"relying": relying, "home": home, "arrangement": printable(relied.arrangement, 128)})


def instrument(registry: Registry, relied: Relied) -> Found[None]:
    """recognition.instrument: one not in force carries a trial at most."""
    if relied.instrument is None:
        return Found(None, "no instrument is cited", {})
    status = _instrument_status(registry, relied.instrument)
    evidence = {"instrument": printable(relied.instrument), "status": printable(status)}
    if status != "in_force" and relied.environment in ("pilot", "live"):
        raise Fault("RECOGNITION_INSTRUMENT", **evidence)
    return Found(
        None, f"{printable(relied.instrument)} is {printable(status)}; enough for {relied.environment}", evidence
    )


def environment(policy: Policy, relied: Relied) -> Found[None]:
    """recognition.environment"""
    evidence = {"environment": relied.environment}
    if relied.environment not in policy.environments:
        raise Fault("RECOGNITION_ENVIRONMENT", f"it is {relied.environment}", **evidence)
    return Found(None, relied.environment, evidence)


def level_granted(level: Vector, relied: Relied) -> Found[None]:
    """assurance.granted"""
    label = level.label()
    evidence = {"granted": label, "minimum": relied.min_level}
    if not assurance.meets(label, relied.min_level):
        code = "LOA_UNKNOWN" if label == "none" else "LOA_INSUFFICIENT"
        raise Fault(code, f"granted {label}, {relied.min_level} is asked for", **evidence)
    return Found(None, f"granted {label}; the recognition asks for {relied.min_level}", evidence)


def level_achieved(reached: Vector, capped_by: tuple[str, ...], policy: Policy) -> Found[None]:
    """assurance.achieved"""
    label = reached.label()
    evidence: dict[str, EvidenceValue | list[str]] = {
        "achieved": label,
        "needed": policy.needed_level,
        "capped_by": list(capped_by),
    }
    if not assurance.meets(label, policy.needed_level):
        capped = f", capped by {' and '.join(capped_by)}" if capped_by else ""
        raise Fault("LOA_NOT_ACHIEVED", f"{label}{capped}; {policy.needed_level} is asked for", **evidence)
    return Found(
        None, label if policy.needed_level == "none" else f"{label}; {policy.needed_level} is asked for", evidence
    )


def format_taken(policy: Policy, credential: Credential) -> Found[None]:
    """policy.format"""
    if policy.formats is not None and credential.format not in policy.formats:
        raise Fault("POLICY_FORMAT", format=credential.format)
    return Found(None, credential.format, {"format": credential.format})


def claims_present(policy: Policy, credential: Credential) -> Found[None]:
    """policy.claims: each path in what the credential says about its subject, or in the document."""
    for path in policy.required_claims:
        if not _present(credential.subject, path) and not _present(credential.claims, path):
            raise Fault("SCOPE_REQUIRED_CLAIM", f"{'.'.join(path)} is not disclosed", claim=".".join(path))
    count = len(policy.required_claims)
    return Found(None, f"{count} asked for, all there" if count else "none asked for", {"asked": count})


def schema_of(services: tuple[Service, ...], types: Iterable[str]) -> tuple[SchemaReference, ...]:
    """The schemas that the issuer's entry names for these types, each once."""
    found = {
        reference.sha256: reference
        for service in services
        for type in types
        if (reference := service.types.get(type)) is not None
    }
    return tuple(found[sha256] for sha256 in sorted(found))


def level_of(credential: Credential, services: tuple[Service, ...], at: datetime, known_at: datetime | None) -> Vector:
    """The level the home state grants: for each type the highest of the authorisations that stand behind
    it (if none does, of those that cover it), and of several types the lowest on every axis."""
    issued = credential.window.issued or at
    levels = []
    for type in credential.types or (_UNTYPED,):
        covering = [service for service in services if type in service.types]
        standing = [service for service in covering if _stands(service, credential, at, known_at)] or covering
        granted = (assurance.granted(service.assurance, issued, at, known_at) for service in standing)
        levels.append(max(granted, default=assurance.LADDER["none"]))
    return Vector(*(min(axis) for axis in zip(*levels, strict=True)))


def _stands(service: Service, credential: Credential, at: datetime, known_at: datetime | None) -> bool:
    try:
        history.judge(service.events, issued=credential.window.issued, moment=at, known_at=known_at)
    except Fault:
        return False
    return True


def _instrument_status(registry: Registry, id: str) -> str:
    found = (entry["status"] for entry in registry.vocabulary.get("instruments", []) if entry.get("id") == id)
    return str(next(found, "unknown"))


def _signer(key: PublicKey, credential: Credential, records: Listings) -> Signer:
    """The signer, with what the authorisations for this credential have on record about its key."""
    services = {id(service): service for service, _ in records}
    relevant = {id(service) for service in _relevant(credential, tuple(services.values()))}
    return Signer(
        key, tuple(services.values()), tuple(record for service, record in records if id(service) in relevant)
    )


def _relevant(credential: Credential, services: tuple[Service, ...]) -> tuple[Service, ...]:
    """The authorisations that speak of this type in this format; of several answers only theirs count."""
    types = set(credential.types or (_UNTYPED,))
    typed = tuple(service for service in services if types & service.types.keys())
    return tuple(service for service in typed if credential.format in service.formats) or typed or services


def _best(
    services: Iterable[Service], credential: Credential, policy: Policy, at: datetime, known_at: datetime | None
) -> history.Standing:
    faults: list[Fault] = []
    for service in services:
        try:
            return history.judge(
                service.events,
                issued=credential.window.issued,
                moment=at,
                known_at=known_at,
                high=policy.needed_level == "high",
            )
        except Fault as fault:
            faults.append(fault)
    raise next((fault for fault in faults if fault.unknown), faults[0])


def _denied(
    registry: Registry, credential: Credential, signer: Signer, at: datetime, known_at: datetime | None
) -> None:
    ids = {signer.key.thumbprint, credential.issuer}
    if credential.issuer is None:
        ids.update(name.value for service in signer.services for name in service.names)
    for denial in known(registry.denials(signer.services[0].state), known_at):
        if denial.effective <= at and denial.id in ids:
            raise Fault("SCOPE_ISSUER_DENIED", since=times.show(denial.effective), reason=printable(denial.reason))


def _names(kid: str, listed: ListedKey, issuer: str) -> bool:
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


def _did(url: str) -> str:
    return url.partition("#")[0]


def _resolve(parts: Parts, hint: KeyHint, identifier: str) -> PublicKey:
    """The key an identifier names itself; a kid must be one of its own (Controlled Identifiers §3.3)."""
    url = hint.kid if hint.kid is not None and hint.kid.startswith("did:") else None
    if url is None:
        fragment = (hint.kid or "").removeprefix("#")
        url = f"{identifier}#{fragment}" if fragment and identifier.startswith("did:") else identifier
    elif _did(url) != identifier:
        raise Fault("SCOPE_ISSUER_KEY", "the key belongs to another identifier", kid=printable(url))
    return parts.resolve(url)


def _holder_key(parts: Parts, registry: Registry, binding: KeyBinding) -> PublicKey:
    hint = binding.proof.hint
    holder = binding.holder or (_did(hint.kid) if hint.kid and hint.kid.startswith("did:") else None)
    if holder is None:
        raise Fault("KB_CNF", "the presentation does not say who its holder is")
    listed = {
        key.thumbprint: key
        for service in registry.services(holder)
        for key in service.keys
        if hint.kid is None or _names(hint.kid, key, holder)
    }
    if len(listed) == 1:
        return registry.key(next(iter(listed.values())))
    if hint.kid is not None and hint.kid.startswith("did:") and _did(hint.kid) != holder:
        raise Fault("SCOPE_HOLDER_KEY", "the key belongs to somebody other than the holder named")
    return _resolve(parts, hint, holder)


def _certified(
    credential: Credential, services: tuple[Service, ...], at: datetime, known_at: datetime | None
) -> Found[Signer]:
    """A chain to a certificate that the entry lists. Below a listed authority the signer's certificate
    must itself name the issuer; a listed signer is named by its listing."""
    from defa_id.resolvers import x5c

    chain, issuer = credential.proof.hint.x5c, credential.issuer
    listed = [(service, record) for service in services for record in known(service.certificates, known_at)]
    if not listed:
        raise Fault("JOSE_HEADER_FORBIDDEN", "the issuer's entry lists no certificates", parameter="x5c")
    records = [(service, record) for service, record in listed if _leads(chain, record)]
    leaves = {record.sha256 for _, record in records if record.use == "leaf"}
    authorities = {x5c.from_pem(record.pem) for _, record in records if record.use == "ca"}
    key = x5c.verify(chain, authorities, leaves, credential.window.issued or at)
    if not leaves and issuer is not None and not _is_named(issuer, x5c.names(chain[0])):
        raise Fault("SCOPE_ISSUER_KEY", "the certificate is not issued for this issuer")
    evidence = {"certificate": x5c.fingerprint(chain[0])}
    return Found(_signer(key, credential, records), "the certificate is this issuer's", evidence)


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
    from defa_id.resolvers import x5c

    chain = credential.proof.hint.x5c
    if not chain:
        return ()
    named = x5c.names(chain[0])
    found: list[Service] = []
    try:
        for service in registry.certified(known_at):
            its_own = any(_is_named(name.value, named) for name in known(service.names, known_at))
            records = known(service.certificates, known_at)
            if any((its_own or record.use == "leaf") and _leads(chain, record) for record in records):
                found.append(service)
    except RegistryRejected:
        if not found:
            raise
    if len({(service.state, service.entity_id) for service in found}) > 1:
        raise Fault("JOSE_KEY_AMBIGUOUS", "its certificate is listed for more than one issuer")
    return tuple(found)


def _subject_kind(registry: Registry, type: str) -> str | None:
    return next((entry.get("subject") for entry in registry.vocabulary.get("types", []) if entry["type"] == type), None)


def _present(claims: Any, path: tuple[str, ...]) -> bool:
    for step in path:
        if not isinstance(claims, dict) or step not in claims:
            return False
        claims = claims[step]
    return True
