"""Area A, data: what is data stays data, the corpus of others, and only what was signed is read."""

from __future__ import annotations

import json

import pytest

from defa_id.codec import limits, strict_json
from defa_id.errors import Fault
from tests.adversarial.places import in_disclosure, payload
from tests.adversarial.rows import (
    Stage,
    accepted,
    refused,
    short,
    watching,
)
from tests.codec.test_json_corpus import LEFT_OPEN
from tests.support import world as minting
from tests.support.vectors import require
from tests.support.world import Json, b64, dumps


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


WELLFORMED = "format.wellformed"
NAMES = ("__proto__", "constructor", "__class__", "__dict__", "toString", "hasOwnProperty", "$ref", "@value")


def test_a29_names_that_mean_something_elsewhere_are_data(stage: Stage) -> None:
    subject = {name: {"polluted": name} for name in NAMES}
    with watching() as seen:
        verdict = stage.judge(stage.vc(credentialSubject=subject))
    assert accepted(verdict).claims == subject
    made = [minting.disclosure(name, value) for name, value in subject.items()]
    token = minting.sd_jwt(stage.signer, minting.claims(_sd=[minting.digest(one) for one in made]), tuple(made))
    assert accepted(stage.judge(token)).claims == subject
    accepted(stage.judge(stage.vc(header={name: {"polluted": True} for name in NAMES})))
    assert seen == []


def test_a30_none_of_the_188_texts_is_a_payload(stage: Stage) -> None:
    files = sorted(require("crypto/json").glob("n_*.json"))
    assert len(files) == 188
    for file in files:
        text = file.read_bytes()
        with pytest.raises(Fault) as fault:
            strict_json.loads(text)
        assert fault.value.code.startswith(("JSON_", "LIMIT_"))
        if not text:
            continue
        verdict = stage.judge(stage.vc_of(text))
        if len(text) * 4 / 3 > limits.INPUT_BYTES:
            refused(verdict, "limit.size", "LIMIT_INPUT_SIZE")
        else:
            refused(verdict, WELLFORMED, fault.value.code)


def test_a30_none_of_the_188_texts_is_a_disclosure(stage: Stage) -> None:
    for file in sorted(require("crypto/json").glob("n_*.json")):
        text = file.read_bytes()
        verdict = stage.judge(in_disclosure(stage, lambda _, text=text: text))  # type: ignore[misc]
        assert not verdict, file.name
        assert short(verdict)[0][0] in ("limit.size", "format.wellformed", "format.disclosures"), file.name


@pytest.mark.parametrize("name", LEFT_OPEN)
def test_a31_what_the_rfc_leaves_open_is_decided(stage: Stage, name: str) -> None:
    text, code = LEFT_OPEN[name]
    refused(stage.judge(stage.vc_of(text)), WELLFORMED, code or "JSON_NOT_OBJECT")
    if not code:
        accepted(stage.judge(payload("x", text)(stage)))


def resigned(token: str, head: bytes | None = None, body: bytes | None = None) -> str:
    """The token with another spelling of its header or payload, under the signature it had."""
    old_head, old_body, signature = token.split(".")
    return f"{b64(head) if head else old_head}.{b64(body) if body else old_body}.{signature}"


def spellings(document: Json) -> list[bytes]:
    """The same JSON value in other bytes."""
    return [
        json.dumps(document).encode(),
        json.dumps(document, indent=1, ensure_ascii=False).encode(),
        dumps(dict(reversed(document.items()))),
        dumps(document).replace(b'"type"', rb'"\u0074ype"'),
        dumps(document).replace(b"/", rb"\/"),
        dumps(document) + b"\n",
        b" " + dumps(document),
    ]


def test_a32_another_spelling_of_what_was_signed_was_not_signed(stage: Stage) -> None:
    head, token = {"alg": "ES256", "typ": "vc+jwt", "kid": "key-1"}, stage.vc()
    accepted(stage.judge(token))
    changed = 0
    for text in spellings(stage.document()):
        if text != dumps(stage.document()):
            changed += 1
            refused(stage.judge(resigned(token, body=text)), "proof.signature", "JOSE_SIGNATURE")
    for text in spellings(head):
        if text != dumps(head):
            changed += 1
            refused(stage.judge(resigned(token, head=text)), "proof.signature", "JOSE_SIGNATURE")
    assert changed >= 12


def test_a32_every_spelling_is_accepted_where_it_is_what_was_signed(stage: Stage) -> None:
    for text in spellings(stage.document()):
        accepted(stage.judge(stage.vc_of(text)))
