"""Whom the registry lets the network be asked for."""

from __future__ import annotations

import pytest

from defa_id.codec import web
from defa_id.net import allowed
from defa_id.net.allowed import Allowed
from tests.support.world import GRANT, PERSON, Json, World, entity, service


def listed(world: World) -> Allowed:
    return allowed.by(world.registry())


def with_issuers(*identifiers: str) -> World:
    world, signer = World.make()
    world.lists["SG"]["entities"] = [
        entity([service([signer] if number == 0 else [], [PERSON], ["vc-jwt"], issuer=identifier, algorithms=[])])
        for number, identifier in enumerate(identifiers)
    ]
    return world


def test_identifiers_status_lists_and_schemas() -> None:
    world = with_issuers(
        "did:web:web.example",
        "did:web:port.example%3A8443:issuers:7",
        "did:webvh:QmaJp6pmb6RUk4oaDyWQcjeqYbvxsc3kvmHWPpz7B5JwDU:log.example:a",
        "https://url.example/tenant/1",
        "did:key:zDnaeWfPmsXzAyaWpwmMXCQTFEFJw1MJCP8ZUK7CzvtWBJ6ae",
        "urn:x-demo:issuer",
    )
    world.sg["status_lists"] = [{"url": "https://status.example/lists/1?purpose=revocation"}]
    world.sg["credentials"][0]["schema"] = {"uri": "https://schema.example/person/1", "sha256": "0" * 64}
    found = listed(world)
    assert sorted(found.hosts) == [
        ("log.example", 443),
        ("port.example", 8443),
        ("schema.example", 443),
        ("status.example", 443),
        ("url.example", 443),
        ("web.example", 443),
    ]


@pytest.mark.parametrize(
    "identifier",
    [
        "did:web:127.0.0.1",
        "did:web:localhost%3A8443",
        "https://10.0.0.1/",
        "https://user@url.example/",
        "http://url.example/",
        "did:web:",
        "did:webvh:scid",
    ],
)
def test_what_is_not_fetched_is_not_allowed_either(identifier: str) -> None:
    assert listed(with_issuers("did:web:web.example", identifier)).hosts == {("web.example", 443)}


@pytest.mark.parametrize(
    ("url", "covered"),
    [
        ("https://status.example/lists/1?purpose=revocation", True),
        ("https://status.example/lists/2", True),
        ("https://status.example/lists/1?purpose=revocation&subject=7", False),
        ("https://status.example/lists/2?purpose=revocation", False),
        ("https://status.example:8443/lists/1", False),
        ("https://sub.status.example/lists/1", False),
        ("https://status.example.evil.example/", False),
        ("https://elsewhere.example/", False),
    ],
)
def test_hosts_with_their_port_and_queries_as_spelled(url: str, covered: bool) -> None:
    given = Allowed(
        frozenset({("status.example", 443)}), frozenset({"https://status.example/lists/1?purpose=revocation"})
    )
    assert given.covers(url, web.parse(url)) is covered


def test_a_list_that_cannot_be_believed_names_nobody() -> None:
    world = with_issuers("did:web:web.example")
    other = Json(identifiers=[{"kind": "did", "value": "did:web:th.example", "valid_from": GRANT, "recorded": GRANT}])
    world.lists["TH"]["entities"] = [entity([{**world.sg, **other}])]
    assert sorted(host for host, _ in listed(world).hosts) == ["th.example", "web.example"]
    world.lists["TH"]["territory"] = "XX"
    assert sorted(host for host, _ in listed(world).hosts) == ["web.example"]
