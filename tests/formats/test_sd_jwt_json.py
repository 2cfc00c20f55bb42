"""An SD-JWT in JSON serialisation (RFC 9901 §8) is judged as its compact form is, and is nothing else beside."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from defa_id.formats import sd_jwt
from defa_id.verdict import Decision, Verdict
from tests.support.world import PRESENTED, Json, Signer, World, key_binding, simple_sd_jwt

SUBJECT = {"name": {"full": [{"value": "Suharto Demo"}]}, "birth_date": "1990-02-03"}


@pytest.fixture(scope="module")
def made() -> tuple[World, Signer, Signer]:
    world, signer = World.make()
    return world, signer, Signer.make()


def flattened(presented: str) -> Json:
    token, *disclosures, binding = presented.split("~")
    protected, payload, signature = token.split(".")
    header = {"disclosures": disclosures, **({"kb_jwt": binding} if binding else {})}
    return {"payload": payload, "protected": protected, "signature": signature, "header": header}


def general(presented: str) -> Json:
    one = flattened(presented)
    return {"payload": one.pop("payload"), "signatures": [one]}


def outcome(verdict: Verdict) -> tuple[Decision, list[tuple[str, str | None]], str]:
    digest = verdict.credentials[0]["digest"] if verdict.credentials else ""
    return verdict.decision, [(line.id, line.code) for line in verdict.problems], digest


@pytest.mark.parametrize("form", [flattened, general])
@pytest.mark.parametrize("bound", [True, False])
def test_one_credential_has_one_verdict(
    made: tuple[World, Signer, Signer], form: Callable[[str], Json], bound: bool
) -> None:
    world, signer, holder = made
    text = simple_sd_jwt(signer, SUBJECT, holder)
    text = key_binding(holder, text) if bound else text
    asked: Json = {"expected": PRESENTED} if bound else {}
    plain, found = world.verify(text, **asked), world.verify(json.dumps(form(text)), **asked)
    assert outcome(found) == outcome(plain)
    assert found.unwrap().claims == plain.unwrap().claims == SUBJECT
    assert sd_jwt.compact(json.dumps(form(text)).encode()) == text.encode()
    assert sd_jwt.compact(text.encode()) == text.encode()


def test_the_holders_signature_covers_the_compact_form(made: tuple[World, Signer, Signer]) -> None:
    world, signer, holder = made
    text = key_binding(holder, simple_sd_jwt(signer, SUBJECT, holder))
    document = flattened(text)
    document["header"]["disclosures"].pop()
    verdict = world.verify(json.dumps(document), expected=PRESENTED)
    assert ("holder.hash", "KB_SD_HASH") in [(line.id, line.code) for line in verdict.problems]


def changed(document: Json, **changes: Any) -> Json:
    return {name: value for name, value in {**document, **changes}.items() if value is not None}


def rest(document: Json) -> Json:
    return {name: value for name, value in document.items() if name != "payload"}


def joined(document: Json) -> Json:
    return {**document, "header": {"disclosures": ["~".join(document["header"]["disclosures"])]}}


WRONG: list[tuple[str, Callable[[Json], Json], str]] = [
    ("a second signature", lambda d: {"payload": d["payload"], "signatures": [rest(d), rest(d)]}, "SDJWT_SYNTAX"),
    ("both forms", lambda d: {**d, "signatures": [rest(d)]}, "SDJWT_SYNTAX"),
    ("a member of no meaning", lambda d: {**d, "more": 1}, "SDJWT_SYNTAX"),
    ("no protected header", lambda d: changed(d, protected=None), "SDJWT_SYNTAX"),
    ("disclosures as a text", lambda d: {**d, "header": {"disclosures": "x"}}, "SDJWT_SYNTAX"),
    ("a disclosure that holds two", joined, "SDJWT_SYNTAX"),
    ("a payload that holds a dot", lambda d: {**d, "payload": d["payload"] + ".x"}, "SDJWT_SYNTAX"),
    ("a key binding that is no text", lambda d: {**d, "header": {**d["header"], "kb_jwt": 1}}, "SDJWT_SYNTAX"),
    ("a key binding cut short", lambda d: {**d, "header": {**d["header"], "kb_jwt": "a.b"}}, "SDJWT_SYNTAX"),
    ("an unsigned kid", lambda d: {**d, "header": {**d["header"], "kid": "key-1"}}, "JOSE_HEADER_FORBIDDEN"),
    ("an unsigned alg", lambda d: {**d, "header": {**d["header"], "alg": "none"}}, "JOSE_HEADER_FORBIDDEN"),
]


@pytest.mark.parametrize(("what", "spoil", "code"), WRONG, ids=[what for what, _, _ in WRONG])
def test_what_is_not_one_signature_over_one_payload(
    made: tuple[World, Signer, Signer], what: str, spoil: Callable[[Json], Json], code: str
) -> None:
    world, signer, _ = made
    verdict = world.verify(json.dumps(spoil(flattened(simple_sd_jwt(signer, SUBJECT)))))
    assert verdict.decision is Decision.REJECTED, what
    assert [(line.id, line.code) for line in verdict.problems if line.outcome == "failed"] == [
        ("format.wellformed", code)
    ]


def test_a_token_in_json_without_disclosures_is_still_none(made: tuple[World, Signer, Signer]) -> None:
    world, signer, _ = made
    verdict = world.verify(json.dumps(changed(flattened(simple_sd_jwt(signer, SUBJECT)), header=None)))
    assert [line.code for line in verdict.problems if line.outcome == "failed"] == ["JOSE_NOT_COMPACT"]
