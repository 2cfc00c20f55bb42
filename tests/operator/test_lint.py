"""Every rule of the sources has a case that breaks it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from defa_id.errors import ChangeRefused
from defa_id.issue import signing
from defa_id.operator import append_only, changeset, events, lint
from defa_id.operator.tree import State, Tree
from tests.operator.made import certificate, days

Object = dict[str, Any]
Break = Callable[[Object], object]


def with_list(tree: Tree, change: Break, state: str = "SG") -> Tree:
    listing = copy.deepcopy(tree.states[state].listing)
    change(listing)
    return tree.with_state(state, tree.states[state]._replace(listing=listing))


def first(listing: Object) -> Object:
    service: Object = listing["entities"][0]["services"][0]
    return service


def said(tree: Tree, level: str = lint.ERROR) -> str:
    return "\n".join(f"{one.where}: {one.message}" for one in lint.lint(tree) if one.level == level)


def test_the_sandbox_is_clean(tree: Tree) -> None:
    assert lint.lint(tree) == []


BROKEN: dict[str, tuple[Break, str]] = {
    "a member missing": (lambda sg: first(sg).pop("formats"), "'formats' is a required property"),
    "a level of its own": (lambda sg: first(sg)["assurance"][0].update(level="gold"), "'gold' is not one of"),
    "a private key": (lambda sg: first(sg)["identifiers"][1]["jwk"].update(d="AAAA"), "identifiers/1"),
    "a time without a zone": (lambda sg: first(sg).update(recorded="2026-01-01"), "SG-0001: recorded: "),
    "another thumbprint": (
        lambda sg: first(sg)["identifiers"][1].update(thumbprint="A" * 43),
        "SG-0001: the key is refused: its thumbprint is not",
    ),
    "a key that is none": (lambda sg: first(sg)["identifiers"][1]["jwk"].update(x="AAAA"), "the key is refused"),
    "an identifier that is none": (
        lambda sg: first(sg)["identifiers"][0].update(value="sg issuer"),
        "is no issuer identifier",
    ),
    "an identifier of another kind": (
        lambda sg: first(sg)["identifiers"][0].update(kind="issuer_url"),
        "is not a issuer_url",
    ),
    "an identifier in two states": (
        lambda sg: first(sg)["identifiers"][0].update(value="did:web:th-identity.demo.example"),
        "SG-0001: did:web:th-identity.demo.example belongs to did:web:th-identity.demo.example of TH",
    ),
    "a window turned round": (
        lambda sg: first(sg)["identifiers"][1].update(valid_until="2025-01-01T00:00:00Z"),
        "a jwk ends before it begins",
    ),
    "a level turned round": (
        lambda sg: first(sg)["assurance"][0].update(until="2025-01-01T00:00:00Z"),
        "a level ends before it begins",
    ),
    "a wildcard": (lambda sg: first(sg)["credentials"][0].update(type="*"), "would cover every credential"),
    "a service twice": (
        lambda sg: sg["entities"][1]["services"][0].update(service_id="SG-0001"),
        "service SG-0001 stands twice",
    ),
    "an entity twice": (
        lambda sg: sg["entities"].append({**sg["entities"][0], "services": []}),
        "entity did:web:sg-identity.demo.example stands twice",
    ),
    "a service of another state": (lambda sg: first(sg).update(service_id="TH-0001"), "a service of SG is called SG-"),
    "no key": (lambda sg: first(sg)["identifiers"].pop(), "lists no key"),
    "never granted": (lambda sg: first(sg)["status_events"].clear(), "SG-0001: status_events: is empty"),
    "RSA without an end": (lambda sg: first(sg)["algorithms"].append({"alg": "PS256"}), "'not_after' is a required"),
    "granted after a withdrawal": (
        lambda sg: first(sg)["status_events"].extend(
            [
                {
                    "status": "withdrawn",
                    "effective": "2026-05-01T00:00:00Z",
                    "recorded": "2026-05-01T00:00:00Z",
                    "reason": "ceased",
                },
                {"status": "granted", "effective": "2026-06-01T00:00:00Z", "recorded": "2026-06-01T00:00:00Z"},
            ]
        ),
        "stands again from 2026-06-01T00:00:00Z",
    ),
    "a schema that is not there": (
        lambda sg: first(sg)["credentials"][0]["schema"].update(target="SG/schemas/none.json"),
        "the schema SG/schemas/none.json of PersonIdentityCredential is not here",
    ),
    "a schema that changed": (
        lambda sg: first(sg)["credentials"][0]["schema"].update(sha256="0" * 64),
        "its digest differs",
    ),
    "recognising itself": (lambda sg: sg["recognitions"][0].update(of="SG"), "SG recognises itself"),
    "recognising nowhere": (lambda sg: sg["recognitions"][0].update(of="XX"), "XX is not a state of this registry"),
    "a recognition twice": (
        lambda sg: sg["recognitions"].append(sg["recognitions"][0]),
        "recognition SG-0101 stands twice",
    ),
    "a recognition turned round": (
        lambda sg: sg["recognitions"][0].update(until="2025-01-01T00:00:00Z"),
        "a recognition ends before it begins",
    ),
    "an arrangement of others": (
        lambda sg: sg["arrangements"][0].update(parties=["TH", "VN"]),
        "SG is not a party",
    ),
    "an arrangement with nowhere": (
        lambda sg: sg["arrangements"][0]["parties"].append("XX"),
        "XX is not a state of this registry",
    ),
    "a phase turned round": (
        lambda sg: sg["arrangements"][0]["phases"][0].update(until="2025-01-01T00:00:00Z"),
        "a phase ends before it begins",
    ),
    "a fraction": (lambda sg: sg["state"].update(weight=0.5), "float has no canonical form"),
}


@pytest.mark.parametrize(("change", "why"), BROKEN.values(), ids=BROKEN.keys())
def test_what_may_not_be_published(tree: Tree, change: Break, why: str) -> None:
    broken = with_list(tree, change)
    assert why in said(broken)
    with pytest.raises(ChangeRefused) as refused:
        lint.require_clean(broken)
    assert "registry lint" in refused.value.hint


DOUBTFUL: dict[str, tuple[Break, str]] = {
    "an algorithm without a key": (
        lambda sg: first(sg)["algorithms"].append({"alg": "ES384"}),
        "no listed key signs with ES384",
    ),
    "an unknown type": (
        lambda sg: first(sg)["credentials"].append({"type": "TestCredential"}),
        "type TestCredential is not in the vocabulary",
    ),
    "an unknown purpose": (
        lambda sg: sg["recognitions"][0].update(purposes=["testing"]),
        "purpose testing is not in the vocabulary",
    ),
    "another text": (
        lambda sg: sg["arrangements"][0].update(min_level="high"),
        "TH has signed another text: it does not hold between them",
    ),
    "unsigned by one": (lambda sg: sg["arrangements"].clear(), "SG has not signed it"),
}


@pytest.mark.parametrize(("change", "why"), DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_what_is_doubtful_may_be_published(tree: Tree, change: Break, why: str) -> None:
    doubtful = with_list(tree, change)
    assert why in said(doubtful, lint.WARNING)
    lint.require_clean(doubtful)


def test_the_other_documents(tree: Tree) -> None:
    assert "valid_days" in said(tree._replace(registry={**tree.registry, "valid_days": 0}))
    assert "moon" in said(tree._replace(registry={**tree.registry, "environment": "moon"}))
    types = tree.vocabulary["types"]
    assert "stands twice" in said(tree._replace(vocabulary={**tree.vocabulary, "types": [*types, types[0]]}))
    assert "required" in said(tree._replace(vocabulary={}))
    assert "has changed" in said(tree._replace(schemas={**tree.schemas, "person-identity.vc.schema.json": b"{}"}))
    state: State = tree.states["SG"]._replace(deny={"defa_id": "deny/1", "territory": "TH", "denied": [{}]})
    assert "SG deny.json" in said(tree.with_state("SG", state))


def test_one_key_of_two_issuers_and_one_name_of_two_keys(tree: Tree, now: datetime) -> None:
    listed = tree.states["TH"].listing["entities"][0]["services"][0]["identifiers"]
    key = next(identifier for identifier in listed if identifier["kind"] == "jwk")
    shared = with_list(tree, lambda sg: first(sg)["identifiers"].append(key))
    assert "belongs to" in said(shared)
    members = {name: key[name] for name in ("kind", "valid_from", "recorded")}

    def named_twice(sg: Object) -> None:
        for _ in range(2):
            public = signing.generate(kid="k").public
            jwk = {**public.jwk, "kid": "k"}
            first(sg)["identifiers"].append({**members, "jwk": jwk, "thumbprint": public.thumbprint})

    assert "two keys of one issuer are called k" in said(with_list(tree, named_twice))

    def leaf(sg: Object) -> None:
        pem = certificate(signing.generate(), now, now + days(1)).decode()
        first(sg)["identifiers"].append({**members, "kind": "x509", "use": "leaf", "sha256": "0" * 64, "pem": pem})

    assert "its sha256 is not" in said(with_list(tree, leaf))


GONE: dict[str, tuple[Break, str]] = {
    "a service": (lambda sg: sg["entities"][0]["services"].pop(0), "service SG-0001 is gone"),
    "a service given to another": (
        lambda sg: sg["entities"][0].update(entity_id="did:web:x.example"),
        "entity did:web:sg-identity",
    ),
    "a key": (lambda sg: first(sg)["identifiers"].pop(), "published identifier jwk .* is gone"),
    "a grant": (lambda sg: first(sg)["status_events"].pop(), "published status event .* is gone"),
    "a grant's time": (
        lambda sg: first(sg)["status_events"][0].update(effective="2026-02-01T00:00:00Z"),
        "published status event .* is gone",
    ),
    "a level": (lambda sg: first(sg)["assurance"][0].update(level="high"), "published level .* is gone"),
    "a recognition": (lambda sg: sg["recognitions"].pop(0), "recognition SG-0101 is gone"),
    "a recognition's terms": (
        lambda sg: sg["recognitions"][0].update(min_level="low"),
        "SG-0101 is altered: min_level",
    ),
    "an arrangement": (lambda sg: sg["arrangements"].clear(), "arrangement corridor-.* is gone"),
    "a recognition's event": (lambda sg: sg["recognitions"][5]["events"].clear(), "published event .* is gone"),
}


@pytest.mark.parametrize(("change", "what"), GONE.values(), ids=GONE.keys())
def test_what_was_published_stays(tree: Tree, change: Break, what: str) -> None:
    with pytest.raises(ChangeRefused, match=what):
        events.derive(tree.states["SG"], with_list(tree, change).states["SG"])


def test_what_may_be_added_to_what_was_published(tree: Tree) -> None:
    def grow(sg: Object) -> None:
        first(sg)["identifiers"][1].update(valid_until="2027-01-01T00:00:00Z")
        first(sg)["assurance"][0].update(until="2027-01-01T00:00:00Z")
        first(sg)["status_events"].append({"status": "suspended"})
        sg["state"]["schemes"].clear()

    grown = changeset.completed(with_list(tree, grow), tree, datetime(2026, 12, 1, tzinfo=UTC))
    kinds = {event.kind for event in events.derive(tree.states["SG"], grown.states["SG"])}
    assert kinds == {"identifier_ended", "assurance_ended", "status_recorded", "state_described"}


def test_a_deny_list_only_grows(tree: Tree) -> None:
    entry = {"id": "x", "effective": "2026-01-01T00:00:00Z", "recorded": "2026-01-01T00:00:00Z", "reason": "fraud"}

    def struck(*denied: Object) -> State:
        return tree.states["SG"]._replace(deny={**tree.states["SG"].deny, "denied": list(denied)})

    assert [event.kind for event in events.derive(struck(entry), struck(entry, {**entry, "id": "y"}))] == ["denied"]
    with pytest.raises(ChangeRefused, match="published deny entry x is gone"):
        events.derive(struck(entry), struck())


def test_a_published_type_is_retired_and_never_taken_away(tree: Tree) -> None:
    """Retired ids keep resolving: the entry stays, whatever became of the type."""
    before = tree.vocabulary
    retired = {**before, "types": [{**entry, "status": "retired"} for entry in before["types"]]}
    append_only.require_types_kept(before, retired)
    append_only.require_types_kept({}, before)
    for changed in (before["types"][1:], [{**before["types"][0], "family": "other"}, *before["types"][1:]]):
        with pytest.raises(ChangeRefused, match=r"the published type .* is gone from the vocabulary"):
            append_only.require_types_kept(before, {**before, "types": changed})
