"""Drift: an issuer's own document that names other keys than its state lists for it.

Verifiers go by the list alone. But a key that its owner no longer names may be one that was stolen, and one
that nobody listed signs credentials that are refused: both are better heard of before somebody stands at a
counter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from defa_id.codec.text import printable
from defa_id.errors import Fault, RegistryRejected, Unknowable
from defa_id.operator.doctor import Problem
from defa_id.resolvers import did_web, did_webvh, document
from defa_id.sources import ASSERTION, Lookup, Source
from defa_id.trust import history
from defa_id.trust.records import ListedKey, Service, covers
from defa_id.trust.registry import Registry, valid_key

DRIFT: Final = "drift"
UNASKED: Final = "unasked"
_METHODS: Final = {"did:web:": did_web.document_of, "did:webvh:": did_webvh.document_of}
_SHOWN: Final = 12  # characters of a thumbprint


def found(registry: Registry, source: Source, at: datetime) -> Iterator[Problem]:
    """What differs, and whose document could not be had, for every did:web and did:webvh that a granted service
    with listed keys goes by. A state whose part is not believed has no list to compare."""
    lookup = Lookup(ASSERTION, at, source)
    for state in registry.states():
        try:
            services = registry.state_list(state).services
        except RegistryRejected:
            continue
        for did, named in _by_name(services, at).items():
            own = _own(did, lookup)
            yield from (own,) if isinstance(own, Problem) else _differences(state, did, named, own, at)


def _by_name(services: Iterable[Service], at: datetime) -> dict[str, list[Service]]:
    found: dict[str, list[Service]] = {}
    for service in services:
        standing = history.at(service.events, at)
        if service.keys and standing is not None and standing.status == history.GRANTED:
            for did in _names(service, at):
                found.setdefault(did, []).append(service)
    return found


def _names(service: Service, at: datetime) -> list[str]:
    current = {name.value for name in service.names if covers(name.valid_from, name.valid_until, at)}
    return sorted(name for name in current if name.startswith(tuple(_METHODS)))


def _own(did: str, lookup: Lookup) -> frozenset[str] | Problem:
    """The thumbprints of the keys that a document names for assertions and a verifier would take."""
    where = printable(did, 256)
    try:
        own = next(read for method, read in _METHODS.items() if did.startswith(method))(did, lookup)
        return frozenset(_thumbprints(own, did, lookup))
    except Unknowable as unknown:
        remedy = "Ask again with --online, or with recorded documents (--sources)."
        return Problem(UNASKED, where, f"{where}: its document could not be had ({unknown.code})", remedy)
    except Fault as fault:
        remedy = "Ask the issuer to mend its document; verifiers go by the list meanwhile."
        return Problem(DRIFT, where, f"{where}: its document is refused ({fault.code})", remedy)


def _thumbprints(own: Mapping[str, Any], did: str, lookup: Lookup) -> Iterator[str]:
    for method in document.methods(own, did):
        if lookup.purpose in method.purposes:
            try:
                yield document.key_of(own, method.id, lookup.purpose, lookup.at).thumbprint
            except Fault:
                continue


def _differences(
    state: str, did: str, services: Iterable[Service], own: frozenset[str], at: datetime
) -> Iterator[Problem]:
    shown = printable(did, 256)
    for thumbprint in sorted(own - {key.thumbprint for service in services for key in service.keys}):
        yield Problem(
            DRIFT,
            f"{state} {shown}",
            f"{shown} names the key {thumbprint[:_SHOWN]}…, which is not listed",
            "What it signs is refused. Ask the issuer, and list it with defa-id registry rotate.",
        )
    for service in services:
        where = f"{state} {service.service_id}"
        for key in service.keys:
            said = f"the listed key {key.thumbprint[:_SHOWN]}… of {where}"
            if _compromised(key, at):
                if key.thumbprint in own:
                    remedy = "Ask the issuer to take it out of its document."
                    yield Problem(DRIFT, where, f"{shown} still names {said}, reported compromised", remedy)
            elif valid_key(key, at) and key.thumbprint not in own:
                remedy = "Ask the issuer since when it is out of use; end it with defa-id registry rotate."
                yield Problem(DRIFT, where, f"{shown} does not name {said}", remedy)


def _compromised(key: ListedKey, at: datetime) -> bool:
    return key.compromised_since is not None and key.compromised_since <= at
