"""Whether the issuer has taken it back: the list it points at, who signed the list, and what stands there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from defa_id.answers import listing
from defa_id.codec import limits, times
from defa_id.codec.text import printable, trimmed
from defa_id.credential import Credential, Reading, StatusEntry
from defa_id.errors import Fault, Unknowable
from defa_id.parts import Parts
from defa_id.policy import Policy
from defa_id.sources import Lookup
from defa_id.status import Mechanism, Reference, judge
from defa_id.status.bitstring import REVOCATION
from defa_id.trust.records import Service
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple
from defa_id.verdict import Found

_LEEWAY: Final = timedelta(seconds=limits.LEEWAY_SECONDS)
_NOT_ITS_SIGNER: Final = ("SCOPE_ISSUER_KEY", "SCOPE_ISSUER_UNKNOWN", "JOSE_KEY_UNKNOWN", "JOSE_HEADER_FORBIDDEN")


class Pointer(NamedTuple):
    """What an entry points at: read by its mechanism, and permitted by the issuer's registry entry.
    `signer`: who signs that list, by the entry; None: the issuer itself."""

    mechanism: Mechanism
    reference: Reference
    signer: str | None


class Opened(NamedTuple):
    """A status list read, of this time, and not yet known to be the issuer's."""

    pointer: Pointer
    held: Credential
    sha256: str


def pointer(parts: Parts, entry: StatusEntry, covered: tuple[Service, ...]) -> Pointer:
    """Where to look. Raises `Unknowable` STATUS_TYPE; `Fault` STATUS_SHAPE, STATUS_INDEX, STATUS_URI for an
    entry that is none, or points outside the lists the registry entry names."""
    mechanism = parts.statuses.get(entry.type)
    if mechanism is None:
        raise Unknowable("STATUS_TYPE", f"{printable(entry.type)} cannot be judged", type=printable(entry.type))
    reference = mechanism.refer(entry.entry)
    named = {url: signer for service in covered for url, signer in service.status_lists.items()}
    below = [url for url in named if reference.url == url or (url.endswith("/") and reference.url.startswith(url))]
    if named and not below:
        raise Fault("STATUS_URI", "the issuer's entry names other lists", url=printable(reference.url, 256))
    return Pointer(mechanism, reference, named[max(below, key=len)] if below else None)


def require_revocable(entries: tuple[StatusEntry, ...]) -> None:
    """Return if, where a status is demanded, one of the entries can say `revoked`. Raises `Fault` STATUS_MISSING,
    STATUS_PURPOSE."""
    if not entries:
        raise Fault("STATUS_MISSING")
    if all(entry.entry.get("statusPurpose", REVOCATION) != REVOCATION for entry in entries):
        raise Fault("STATUS_PURPOSE", "none of its entries is about revocation")


def read(parts: Parts, data: bytes) -> Credential:
    """The list as the credential it is, not yet believed; a function of the bytes.

    Raises `Fault` of its format; STATUS_SHAPE for something else, STATUS_SIGNATURE for a list nobody signed,
    STATUS_RECURSION for one with a status of its own.
    """
    data = trimmed(data)
    format = next((format for format in parts.lists if format.recognises(data)), None)
    value: Any = data
    try:
        format = format or parts.detect(data, None)
        for position, (_, step) in enumerate(format.steps):
            value = step(value, Reading()) if position == 0 else step(value)
    except Fault as fault:
        if fault.code not in ("DI_NO_PROOF", "INPUT_FORMAT_UNKNOWN"):
            raise
        raise Fault("STATUS_SIGNATURE", "the list is none that somebody signed") from None
    if not isinstance(value, Credential):
        raise Fault("STATUS_SHAPE", "the list is a presentation")
    if value.status:
        raise Fault("STATUS_RECURSION")
    return value


def require_in_its_place(held: Credential, pointer: Pointer) -> None:
    """Return if the list names the address it was looked for at, or none. Raises `Fault` STATUS_URI."""
    url, own = pointer.reference.url, held.claims.get("id")
    if own is not None and str(own).partition("#")[0] != url:
        raise Fault("STATUS_URI", "the list says that it stands elsewhere", url=printable(url, 256))


def require_of_its_time(held: Credential, policy: Policy, at: datetime, retrieved: str | None) -> None:
    """Return if the list speaks of `at`. Raises `Unknowable` STATUS_TIME for one made or valid only later,
    STATUS_STALE for one that has expired or is too old for the level needed."""
    issued, begins, ends = held.window
    for since in (issued, begins):
        if since is not None and since - at > _LEEWAY:
            raise Unknowable("STATUS_TIME", f"the list is of {times.show(since)}", issued=times.show(since))
    if ends is not None:
        if at - ends > _LEEWAY:
            raise Unknowable("STATUS_STALE", f"the list expired at {times.show(ends)}", ends=times.show(ends))
    elif issued is not None and at - issued > timedelta(days=policy.status_age_days[policy.needed_level]):
        raise Unknowable("STATUS_STALE", f"the list is of {times.show(issued)}", issued=times.show(issued))
    lasts = _lasts(held)
    fetched = times.parse(retrieved) if retrieved else issued
    if policy.needed_level == "high" and lasts is not None and fetched is not None and at - fetched > lasts:
        raise Unknowable("STATUS_STALE", "the list asks to be fetched more often", fetched=times.show(fetched))


def signed_for(
    parts: Parts,
    registry: Registry,
    credential: Credential,
    services: tuple[Service, ...],
    opened: Opened,
    policy: Policy,
    at: datetime,
    known_at: datetime | None,
    lookup: Lookup,
) -> Found[None]:
    """status.signer: the issuer itself, or whom its registry entry names for this list; by a key listed for it.

    Raises `Fault` STATUS_ISSUER, STATUS_SIGNATURE, and those of keys and algorithms.
    """
    held, who = opened.held, opened.pointer.signer
    try:
        if policy.safe:
            speakers = services if who in (None, credential.issuer) else _speakers(registry, who or "", services)
            _require_named(held, credential, who, speakers)
            signers = tuple(listing.signer_of(registry, held, proof, speakers, at, known_at) for proof in held.proofs)
        else:
            _require_named(held, credential, None, ())
            asked = held if held.issuer is not None else held._replace(issuer=credential.issuer)
            signers = listing.key_resolved(parts, asked, lookup).value
        listing.key_algorithm(held, signers, at)
        listing.key_current(held, signers, policy, at, known_at)
    except Fault as fault:
        if fault.code in _NOT_ITS_SIGNER:
            raise Fault("STATUS_ISSUER", url=printable(opened.pointer.reference.url, 256)) from None
        raise
    for proof, signer in zip(held.proofs, signers, strict=True):
        try:
            parts.suites[proof.suite](proof, signer.key, parts.means)
        except Fault as fault:
            if fault.unknown:
                raise
            raise Fault("STATUS_SIGNATURE", fault.why) from None
    return Found(None, "signed for this issuer", {"thumbprint": signers[0].key.thumbprint})


def current(opened: Opened) -> Found[None]:
    """status.current"""
    reference = opened.pointer.reference
    value = opened.pointer.mechanism.look(opened.held.claims, reference)
    note = judge(value, reference)
    purpose = reference.purpose or "status"
    code = "STATUS_NOTED" if note else None
    return Found(None, note or f"{purpose}: nothing against it", {"purpose": purpose}, code)


def _lasts(held: Credential) -> timedelta | None:
    """How long the list asks to be kept at most: seconds in a token, milliseconds in a Bitstring list."""
    subject = held.claims.get("credentialSubject")
    milliseconds = subject.get("ttl") if isinstance(subject, dict) else None
    seconds = milliseconds // 1000 if type(milliseconds) is int else held.claims.get("ttl_seconds")
    if type(seconds) is not int:
        return None
    return timedelta(seconds=min(max(seconds, limits.STATUS_TTL_LEAST_SECONDS), limits.STATUS_TTL_MOST_SECONDS))


def _speakers(registry: Registry, who: str, services: tuple[Service, ...]) -> tuple[Service, ...]:
    """The authorisations of another signer of the same state: by its identifier, or by its key or certificate."""
    state = services[0].state
    found = tuple(service for service in registry.services(who) if service.state == state)
    return found or tuple(
        service
        for service in registry.state_list(state).services
        if any(key.thumbprint == who for key in service.keys)
        or any(certificate.sha256 == who for certificate in service.certificates)
    )


def _require_named(held: Credential, credential: Credential, who: str | None, speakers: tuple[Service, ...]) -> None:
    """A list that names its issuer names the one meant. Raises `Fault` SCOPE_ISSUER_KEY."""
    if held.issuer is None:
        return
    names = {name.value for service in speakers for name in service.names}
    meant = {credential.issuer} if who is None else {who, *names}
    if held.issuer not in meant:
        raise Fault("SCOPE_ISSUER_KEY", "the list is another issuer's")
