"""OpenID4VP 1.0 responses: every presentation in one is held against this verifier's own request."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from defa_id.parts import DEFAULT_PARTS
from defa_id.policy import Expected
from defa_id.verdict import Verdict
from tests.formats.test_data_integrity import world_of
from tests.support import integrity, mdocs
from tests.support.world import PRESENTED, Json, Signer, World, b64, key_binding, simple_sd_jwt, vc, vc_jwt, vp_jwt

NAME = {"name": "Siti Demo"}


def response(**queries: list[Any]) -> Json:
    return {"vp_token": queries}


def in_json(answer: Json) -> str:
    return json.dumps(answer)


def in_api(answer: Json) -> str:
    return json.dumps({"protocol": "openid4vp-v1-unsigned", "data": answer})


def in_form(answer: Json) -> str:
    return urlencode({"state": "s 1", "vp_token": json.dumps(answer["vp_token"])})


FORMS = [in_json, in_api, in_form]


def codes(verdict: Verdict) -> set[str | None]:
    return {line.code for line in verdict.problems if line.outcome in ("failed", "unknown")}


@pytest.fixture
def world() -> tuple[World, Signer, Signer]:
    world, issuer = World.make()
    return world, issuer, Signer.make()


def shown(issuer: Signer, holder: Signer, nonce: str = "n-1", audience: str = "https://rp.example") -> str:
    return key_binding(holder, simple_sd_jwt(issuer, NAME, holder=holder), nonce, audience)


class TestItIsJudged:
    @pytest.mark.parametrize("form", FORMS)
    def test_in_each_of_its_forms(self, world: tuple[World, Signer, Signer], form: Callable[[Json], str]) -> None:
        registry, issuer, holder = world
        answer = form(response(person=[shown(issuer, holder)]))
        verdict = registry.verify(answer, expected=PRESENTED)
        assert verdict, verdict.to_json(1)
        assert [held["format"] for held in verdict.credentials] == ["sd-jwt-vc"]
        assert (
            registry.verify(answer, expected=Expected.presentation(nonce="n-2", audience="https://rp.example")).decision
            == "rejected"
        )

    @pytest.mark.parametrize(
        ("wrong", "code"), [({"nonce": "n-2"}, "KB_NONCE"), ({"audience": "https://other.example"}, "KB_AUDIENCE")]
    )
    def test_every_presentation_answers_the_request(
        self, world: tuple[World, Signer, Signer], wrong: Json, code: str
    ) -> None:
        registry, issuer, holder = world
        good, bad = shown(issuer, holder), shown(issuer, holder, **wrong)
        for answer in (response(a=[good], b=[bad]), response(a=[bad, good])):
            verdict = registry.verify(in_json(answer), expected=PRESENTED)
            assert verdict.decision == "rejected"
            assert codes(verdict) == {code}

    def test_presentations_of_several_formats(self, world: tuple[World, Signer, Signer]) -> None:
        registry, issuer, holder = world
        token = vc_jwt(issuer, {**_bound(holder)})
        answer = response(a=[shown(issuer, holder)], b=[vp_jwt(holder, (token,), "n-1")])
        verdict = registry.verify(in_json(answer), expected=PRESENTED)
        assert verdict, verdict.to_json(1)
        assert {held["format"] for held in verdict.credentials} == {"sd-jwt-vc", "vc-jwt"}

    def test_a_presentation_that_is_an_object(self) -> None:
        issuer, holder = integrity.key_for("eddsa-jcs-2022"), Signer.make("EdDSA")
        subject = {**integrity.document()["credentialSubject"], "id": _did(holder)}
        credential = integrity.secured(issuer, "eddsa-jcs-2022", integrity.document(credentialSubject=subject))
        shown = json.loads(integrity.presented(holder, [credential], "eddsa-jcs-2022"))
        answer, world = in_json(response(a=[shown])), world_of(issuer)
        verdict = world.verify(answer, expected=PRESENTED)
        assert verdict, verdict.to_json(1)
        other = Expected.presentation(nonce="n-2", audience="https://rp.example")
        assert "KB_NONCE" in codes(world.verify(answer, expected=other))

    def test_an_iso_response_covers_where_it_was_sent(self) -> None:
        world = mdocs.world()
        answer = in_json(response(licence=[b64(mdocs.GOLDEN.answer())]))
        verdict = world.verify(answer, expected=mdocs.EXPECTED)
        assert verdict, verdict.to_json(1)
        elsewhere = mdocs.EXPECTED._replace(response_uri="https://rp.example/other")
        assert codes(world.verify(answer, expected=elsewhere)) == {"KB_SIGNATURE"}

    def test_a_bare_credential_is_no_presentation(self, world: tuple[World, Signer, Signer]) -> None:
        registry, issuer, _ = world
        verdict = registry.verify(in_json(response(a=[simple_sd_jwt(issuer, NAME)])), expected=PRESENTED)
        assert codes(verdict) == {"KB_MISSING"}


SHAPES: list[tuple[str, str, str]] = [
    ("no query", in_json({"vp_token": {}}), "OID4VP_NO_PRESENTATION"),
    ("a text, as in drafts", in_json({"vp_token": "eyJ"}), "OID4VP_SHAPE"),
    ("a list, as in drafts", in_json({"vp_token": ["eyJ"]}), "OID4VP_SHAPE"),
    ("not a list", in_json({"vp_token": {"a": "eyJ"}}), "OID4VP_SHAPE"),
    ("an empty list", in_json({"vp_token": {"a": []}}), "OID4VP_SHAPE"),
    ("a number", in_json({"vp_token": {"a": [1]}}), "OID4VP_SHAPE"),
    ("an empty text", in_json({"vp_token": {"a": [""]}}), "OID4VP_SHAPE"),
    ("an empty object", in_json({"vp_token": {"a": [{}]}}), "OID4VP_SHAPE"),
    ("not the id of a query", in_json({"vp_token": {"a b": ["eyJ"]}}), "OID4VP_SHAPE"),
    ("an error as well", in_json({"vp_token": {"a": ["eyJ"]}, "error": "access_denied"}), "OID4VP_SHAPE"),
    ("a query twice", '{"vp_token": {"a": ["eyJ"], "a": ["eyK"]}}', "JSON_DUPLICATE_MEMBER"),
    ("torn", '{"vp_token": {"a": ["eyJ"', "JSON_SYNTAX"),
    ("too many", in_json({"vp_token": {"a": ["eyJ"] * 9}}), "LIMIT_CREDENTIALS"),
    ("too many queries", in_json({"vp_token": {f"q{n}": ["eyJ"] for n in range(9)}}), "LIMIT_CREDENTIALS"),
    ("encrypted", in_json({"response": "eyJh.b.c.d.e"}), "OID4VP_ENCRYPTED"),
    ("encrypted, of the API", in_api({"response": "eyJh.b.c.d.e"}), "OID4VP_ENCRYPTED"),
    ("encrypted, as a form", "response=eyJh.b.c.d.e&state=1", "OID4VP_ENCRYPTED"),
    ("both", in_json({"response": "a.b.c.d.e", "vp_token": {"a": ["eyJ"]}}), "OID4VP_SHAPE"),
    ("a form with a field twice", "vp_token=%7B%7D&vp_token=%7B%7D", "OID4VP_SHAPE"),
    ("a form that is not UTF-8", "vp_token=%ff", "OID4VP_SHAPE"),
    ("a form with half an escape", "vp_token=%7B%7", "OID4VP_SHAPE"),
    ("a form with something else", "vp_token=eyJ", "JSON_SYNTAX"),
]


@pytest.mark.parametrize(("_", "text", "code"), SHAPES, ids=[name for name, *_ in SHAPES])
def test_what_is_not_of_its_shape_is_refused(world: tuple[World, Signer, Signer], _: str, text: str, code: str) -> None:
    registry, *_rest = world
    verdict = registry.verify(text, expected=PRESENTED)
    assert verdict.decision == "rejected"
    (line,) = [line for line in verdict.problems if line.outcome == "failed"]
    assert (line.id, line.code) == ("format.wellformed", code)


def test_an_answer_in_an_answer_is_refused(world: tuple[World, Signer, Signer]) -> None:
    registry, *_ = world
    inner = response(a=["eyJ"])
    assert codes(registry.verify(in_json(response(a=[inner])))) == {"MODEL_SHAPE"}


@pytest.mark.parametrize(
    "text",
    [
        '{"error": "access_denied"}',
        '{"response": "not encrypted"}',
        '{"protocol": "org-iso-mdoc", "data": {"response": "a"}}',
        "state=1&code=2",
        "vp_token",
        "response&vp_token=1",
        "a=1&" * 20 + "vp_token=1",
        '{"vp": "\\"vp_token\\""}',
    ],
)
def test_other_things_are_not_taken_for_one(text: str) -> None:
    assert [format.name for format in DEFAULT_PARTS.formats if format.recognises(text.encode())] == []


def test_a_linked_data_document_stays_one_whatever_it_holds() -> None:
    for text in ('{"@context": [], "vp_token": {}}', '{"@context": [], "vp_token": '):
        assert [f.name for f in DEFAULT_PARTS.formats if f.recognises(text.encode())] == ["data-integrity"]


def _did(holder: Signer) -> str:
    return "did:jwk:" + b64(json.dumps(dict(holder.public.jwk), separators=(",", ":"), sort_keys=True).encode())


def _bound(holder: Signer) -> Json:
    return vc(cnf={"jwk": dict(holder.public.jwk)})
