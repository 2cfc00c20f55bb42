"""Whom the network may be asked for: the hosts that the signed registry names, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defa_id.codec import web
from defa_id.codec.web import Url
from defa_id.errors import Fault, RegistryRejected
from defa_id.resolvers import did_web, did_webvh
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple


class Allowed(NamedTuple):
    """Hosts with their ports, and the addresses that the registry spells out.

    A query can carry an identifier of the one credential being judged, to tell its issuer where it is
    shown; so an address with a query has to stand in the registry as it is.
    """

    hosts: frozenset[tuple[str, int]]
    spelled: frozenset[str] = frozenset()

    def covers(self, text: str, url: Url) -> bool:
        """Whether this may be asked for."""
        return (url.host, url.port) in self.hosts and (url.query is None or text in self.spelled)


def by(registry: Registry) -> Allowed:
    """The hosts of every issuer identifier, status list and schema that the states' lists name. A list
    that cannot be believed names none."""
    hosts, spelled = set(), set()
    for territory in registry.states():
        try:
            document = registry.state_list(territory).document
        except RegistryRejected:
            continue
        for text in _addresses(document):
            try:
                url = web.parse(text if text.startswith("https://") else _of_did(text))
            except Fault:
                continue
            hosts.add((url.host, url.port))
            spelled.add(text)
    return Allowed(frozenset(hosts), frozenset(spelled))


def _addresses(document: Any) -> Iterator[str]:
    for entity in document["entities"]:
        for service in entity["services"]:
            for identifier in service["identifiers"]:
                if identifier["kind"] in ("did", "issuer_url"):
                    yield identifier["value"]
            for listed in service.get("status_lists", ()):
                yield listed["url"]
            for credential in service["credentials"]:
                if "schema" in credential:
                    yield credential["schema"]["uri"]


def _of_did(did: str) -> str:
    """Where the document behind an identifier lies. Raises `Fault` for DIDs that lie nowhere."""
    if did.startswith("did:webvh:"):
        return did_webvh.log_url(did)
    return did_web.document_url(did)
