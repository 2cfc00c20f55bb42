"""What the issuer was authorised for when it issued, and whether that still stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from typing import Final

from defa_id.answers.listing import UNTYPED, Signer, Signers, relevant
from defa_id.codec import times
from defa_id.codec.text import printable
from defa_id.credential import Credential
from defa_id.errors import Fault
from defa_id.policy import Policy
from defa_id.trust import assurance, history
from defa_id.trust.assurance import Granted
from defa_id.trust.records import Service, known
from defa_id.trust.registry import Registry
from defa_id.verdict import Found

TERRITORY_CLAIMS: Final = ("issuing_jurisdiction", "issuingJurisdiction")
_SUBDIVISION: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")


def issuer_granted(
    registry: Registry,
    credential: Credential,
    signers: Signers,
    policy: Policy,
    at: datetime,
    known_at: datetime | None,
) -> Found[None]:
    """issuer.granted: for every signer and type, an authorisation that stands behind it."""
    found = [_granted(registry, credential, signer, policy, at, known_at) for signer in signers]
    return next((one for one in found if one.code), found[0])


def issuer_scope(registry: Registry, credential: Credential, signers: Signers) -> Found[tuple[Service, ...]]:
    """issuer.scope: every type besides VerifiableCredential, in this format, for this kind of subject."""
    found = [_within_scope(registry, credential, signer) for signer in signers]
    return found[0]


def _granted(
    registry: Registry,
    credential: Credential,
    signer: Signer,
    policy: Policy,
    at: datetime,
    known_at: datetime | None,
) -> Found[None]:
    _denied(registry, credential, signer, at, known_at)
    services = relevant(credential, signer.services)
    standings = [
        _best([service for service in services if type in service.types] or services, credential, policy, at, known_at)
        for type in credential.types or (UNTYPED,)
    ]
    noted = next((standing for standing in standings if standing.code), standings[0])
    ids = sorted({service.service_id for service in services})
    return Found(None, noted.why, {"services": ids}, noted.code)


def _within_scope(registry: Registry, credential: Credential, signer: Signer) -> Found[tuple[Service, ...]]:
    types = credential.types or (UNTYPED,)
    for type in types:
        having = [service for service in signer.services if type in service.types]
        if not having:
            raise Fault(
                "SCOPE_TYPE", f"{printable(type, 128)} is outside the issuer's scope", type=printable(type, 256)
            )
        if signer.kinds is not None and type not in signer.kinds:
            raise Fault("SCOPE_TYPE", "the signer's certificate is for another kind", type=printable(type, 256))
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
    services = relevant(credential, signer.services)
    _within_territory(credential, services or signer.services)
    return Found(
        services, ", ".join(printable(type, 96) for type in types), {"types": [printable(t, 256) for t in types]}
    )


def _within_territory(credential: Credential, services: Iterable[Service]) -> None:
    """A part of the state that it names (ISO 3166-2; ISO/IEC 18013-5 §7.2.1, issuing_jurisdiction) is one the
    issuer may speak for; one of another state never is. Naming none says nothing."""
    allowed = frozenset[str]().union(*(service.territories for service in services))
    states = {service.state for service in services}
    for name in TERRITORY_CLAIMS:
        stated = credential.subject.get(name)
        if stated is None:
            continue
        part = stated if isinstance(stated, str) else ""
        foreign = _SUBDIVISION.fullmatch(part) is not None and part[:2] not in states
        if foreign or (allowed and part not in allowed):
            raise Fault("SCOPE_TERRITORY", "the part of the state it names is not the issuer's")


def level_of(
    registry: Registry, credential: Credential, services: tuple[Service, ...], at: datetime, known_at: datetime | None
) -> Granted:
    """The level the home state grants: for each type the highest of the authorisations that stand behind
    it (if none does, of those that cover it), and of several types the lowest on every axis."""
    issued = credential.window.issued or at
    mappings = registry.vocabulary.get("mappings", ())
    levels = []
    for type in credential.types or (UNTYPED,):
        covering = [service for service in services if type in service.types]
        standing = [service for service in covering if _stands(service, credential, at, known_at)] or covering
        found = [assurance.granted(service.assurance, issued, at, known_at, mappings) for service in standing]
        levels.append(max(found, key=lambda one: one.vector, default=assurance.NOTHING))
    return reduce(Granted.least, levels)


def _stands(service: Service, credential: Credential, at: datetime, known_at: datetime | None) -> bool:
    try:
        history.judge(service.events, issued=credential.window.issued, moment=at, known_at=known_at)
    except Fault:
        return False
    return True


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
        if denial.effective <= at and denial.id in ids and denial.stands(known_at):
            raise Fault("SCOPE_ISSUER_DENIED", since=times.show(denial.effective), reason=printable(denial.reason))


def _subject_kind(registry: Registry, type: str) -> str | None:
    return next((entry.get("subject") for entry in registry.vocabulary.get("types", []) if entry["type"] == type), None)
