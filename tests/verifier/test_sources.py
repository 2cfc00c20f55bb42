"""The one door to the outside: opened late, by digest, and not at all once something has failed."""

from __future__ import annotations

import hashlib
import json

import pytest

from defa_id.codec import limits
from defa_id.policy import Expected
from defa_id.sources import Document, NoSource, RecordedSource, Unavailable
from defa_id.verdict import Decision, Verdict
from tests.support.world import (
    PERSON,
    PERSON_VCT,
    PRESENTED,
    Json,
    Signer,
    World,
    claims,
    key_binding,
    moment,
    recognition,
    sd_jwt,
    simple_sd_jwt,
    vc,
    vc_jwt,
    vp_jwt,
)

URI = "https://schema.example/person/1"
FITS = json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}).encode()
NARROW = json.dumps({"required": ["vct"], "properties": {"vct": {"const": PERSON_VCT}}}).encode()


class Spy:
    """A source that has the schema, and remembers who asked."""

    def __init__(self, data: bytes = FITS) -> None:
        self.asked: list[tuple[str, int]] = []
        self._data = data

    def get(self, url: str, limit: int) -> Document:
        self.asked.append((url, limit))
        return Document(self._data, "2026-11-20T08:00:00Z")


def with_schema(schema: bytes = FITS, target: str | None = None) -> tuple[World, Signer]:
    world, signer = World.make()
    reference = {"uri": URI, "sha256": hashlib.sha256(schema).hexdigest(), **({"target": target} if target else {})}
    world.sg["credentials"] = [{"type": PERSON, "schema": reference}, {"type": PERSON_VCT, "schema": reference}]
    return world, signer


def schema_line(verdict: Verdict) -> tuple[str, str | None]:
    return next((str(line.outcome), line.code) for line in verdict.checks if line.id == "schema.valid")


def test_a_schema_by_digest() -> None:
    world, signer = with_schema()
    spy = Spy()
    verdict = world.verify(vc_jwt(signer), source=spy)
    assert verdict, verdict.to_json(1)
    assert spy.asked == [(URI, limits.DOCUMENT_BYTES)]
    assert verdict.documents == (
        {"url": URI, "sha256": hashlib.sha256(FITS).hexdigest(), "retrieved": "2026-11-20T08:00:00Z"},
    )


def test_recorded_another_or_not_at_hand() -> None:
    world, signer = with_schema(NARROW)
    token = sd_jwt(signer, claims())
    recorded = RecordedSource({URI: Document(NARROW)})
    assert world.verify(token, source=recorded)
    other = world.verify(token, source=RecordedSource({URI: Document(NARROW + b" ")}))
    assert (other.decision, schema_line(other)) == (Decision.REJECTED, ("failed", "SCHEMA_DIGEST"))
    for source in (NoSource(), RecordedSource({}), RecordedSource({URI: Document(b" " * (limits.DOCUMENT_BYTES + 1))})):
        absent = world.verify(token, source=source)
        assert (absent.decision, schema_line(absent)) == (Decision.INDETERMINATE, ("unknown", "SCHEMA_UNAVAILABLE"))
        assert absent.documents == ()
    broken = world.verify(vc_jwt(signer), source=recorded)
    assert (broken.decision, schema_line(broken)) == (Decision.REJECTED, ("failed", "SCHEMA_INVALID"))


@pytest.mark.parametrize(
    "schema",
    [
        b"{",
        b"[]",
        b'{"type": 7}',
        b'{"$schema": "http://json-schema.org/draft-07/schema#"}',
        b'{"$ref": "https://elsewhere.example/schema"}',
        b'{"pattern": "("}',
    ],
)
def test_a_schema_that_cannot_be_used_decides_nothing(schema: bytes) -> None:
    """The registry names it, so it is the registry's trouble and not the sender's."""
    world, signer = with_schema(schema)
    verdict = world.verify(vc_jwt(signer), source=Spy(schema))
    assert (verdict.decision, schema_line(verdict)) == (Decision.INDETERMINATE, ("unknown", "SCHEMA_UNUSABLE"))


def test_a_schema_the_registry_carries_needs_no_source() -> None:
    world, signer = with_schema(target="schemas/person.json")
    world.schemas["schemas/person.json"] = FITS
    spy = Spy()
    verdict = world.verify(vc_jwt(signer), source=spy)
    assert verdict
    assert spy.asked == []
    world.schemas.clear()
    gone = world.verify(vc_jwt(signer), source=spy)
    assert schema_line(gone) == ("unknown", "SCHEMA_UNAVAILABLE")
    world.schemas["schemas/person.json"] = NARROW
    assert schema_line(world.verify(vc_jwt(signer), source=spy)) == ("failed", "SCHEMA_DIGEST")
    assert spy.asked == []


def left_of_status() -> dict[str, tuple[Json, Expected]]:
    """Each phase left of status, failing alone: what to do to the credential and what to expect."""
    nothing = Expected()
    return {
        "empty": ({"text": ""}, nothing),
        "format": ({"text": "{}"}, nothing),
        "wellformed": ({"text": "e30.e30.e30"}, nothing),
        "model": ({"document": vc(credentialSubject={})}, nothing),
        "issuer": ({"document": vc("did:web:nobody.example")}, nothing),
        "key": ({"header": {"kid": "another"}}, nothing),
        "algorithm": ({"algorithms": [{"alg": "ES384"}]}, nothing),
        "signature": ({"signer": Signer.make(kid="key-1")}, nothing),
        "issued": ({"document": vc(iat=moment(120))}, nothing),
        "window": ({"document": vc(exp=moment(-120))}, nothing),
        "grant": ({"events": "suspended"}, nothing),
        "scope": ({"document": vc(type=["VerifiableCredential", "OtherCredential"])}, nothing),
        "holder": ({}, PRESENTED),
        "status": ({"status_required": True}, nothing),
    }


@pytest.mark.parametrize("name", sorted(left_of_status()))
def test_nobody_is_asked_once_something_has_failed(name: str) -> None:
    change, expected = left_of_status()[name]
    world, signer = with_schema()
    for field in ("algorithms", "status_required"):
        if field in change:
            world.sg[field] = change[field]
    if "events" in change:
        suspended = {"status": "suspended", "effective": "2026-02-01T00:00:00Z", "recorded": "2026-02-01T00:00:00Z"}
        world.sg["status_events"].append({**suspended, "reason": "supervision"})
    text = change.get("text", vc_jwt(change.get("signer", signer), change.get("document"), **change.get("header", {})))
    spy = Spy()
    verdict = world.verify(text, source=spy, expected=expected)
    assert verdict.decision is Decision.REJECTED
    assert spy.asked == []


def test_a_key_binding_that_fails_closes_the_door() -> None:
    world, signer = with_schema()
    holder = Signer.make()
    token = simple_sd_jwt(signer, {"name": "x"}, holder)
    for text in (key_binding(holder, token, "n-2"), key_binding(Signer.make(), token)):
        spy = Spy()
        assert world.verify(text, source=spy, expected=PRESENTED).decision is Decision.REJECTED
        assert spy.asked == []


def test_one_credential_that_fails_closes_the_door_for_those_after_it() -> None:
    world, signer = with_schema()
    holder = Signer.make()
    bad, good = vc_jwt(signer, vc(exp=moment(-120))), vc_jwt(signer)
    spy = Spy()
    assert world.verify(vp_jwt(holder, (bad, good)), source=spy).decision is Decision.REJECTED
    assert spy.asked == []


def test_what_is_only_unknown_leaves_it_open() -> None:
    """Not knowing one thing is no reason not to find out another."""
    world, signer = with_schema()
    spy = Spy()
    status = {"id": "https://status.example/1#7", "type": "NewStatus2030"}
    verdict = world.verify(vc_jwt(signer, vc(credentialStatus=status)), source=spy)
    assert verdict.decision is Decision.INDETERMINATE
    assert [url for url, _ in spy.asked] == [URI]


def test_nothing_but_schemas_is_ever_asked_for() -> None:
    """Whatever else an accepted credential names stays a name."""
    world, signer = with_schema()
    world.lists["TH"]["recognitions"] = [recognition("TH", "SG", [PERSON], legal_basis="https://law.example/1")]
    context: Json = {"@context": ["https://www.w3.org/ns/credentials/v2", "https://context.example/1"]}
    document = vc(
        **context,
        id="https://issuer.example/credentials/1",
        credentialSchema={"id": "https://other.example/schema", "type": "JsonSchema"},
        refreshService={"id": "https://refresh.example/1", "type": "VerifiableCredentialRefreshService"},
        relatedResource={"id": "https://related.example/1", "digestSRI": "sha256-x"},
        termsOfUse={"id": "https://terms.example/1", "type": "Terms"},
    )
    spy = Spy()
    assert world.verify(vc_jwt(signer, document), source=spy)
    assert [url for url, _ in spy.asked] == [URI]


def test_a_source_of_ones_own_may_not_know() -> None:
    class Gone:
        def get(self, url: str, limit: int) -> Document:
            assert limit == limits.DOCUMENT_BYTES
            raise Unavailable(url)

    world, signer = with_schema()
    assert schema_line(world.verify(vc_jwt(signer), source=Gone())) == ("unknown", "SCHEMA_UNAVAILABLE")
