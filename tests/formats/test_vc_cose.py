"""The COSE envelope of VC-JOSE-COSE: minted, shown by its holder, and wrong in one place under a genuine signature."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id import inspect
from defa_id.codec import base64url, cbor
from defa_id.codec.cbor import Tagged
from defa_id.issue import issue, signing, vc_cose
from defa_id.issue.cose_signing import sign1
from defa_id.resolvers import did_jwk
from defa_id.verdict import Decision, Verdict
from tests.support.world import ISSUER, NOW, PERSON, PRESENTED, Json, World, entity, moment, recognition, service, vc

KEY = signing.generate("P-256", "key-1")
HOLDER = signing.generate("Ed25519")
DID = did_jwk.encode(HOLDER.public.jwk)
SUBJECT = {"id": DID, "name": {"full": [{"value": "Contoh", "lang": "id"}]}}
DOCUMENT = {name: value for name, value in vc().items() if name not in ("iss", "iat", "exp")} | {
    "credentialSubject": SUBJECT
}
V2 = DOCUMENT["@context"]


@cache
def world() -> World:
    made, signer = World.make()
    listed = service([signer], [PERSON], ["vc-cose"])
    listed["identifiers"][1] |= {"jwk": KEY.public_jwk, "thumbprint": KEY.public.thumbprint}
    made.lists["SG"]["entities"] = [entity([listed])]
    made.lists["TH"]["recognitions"] = [recognition("TH", "SG", [PERSON])]
    return made


def judged(data: str | bytes, **question: Any) -> Verdict:
    return world().verify(data, **question)


def failing(verdict: Verdict) -> list[tuple[str, str | None]]:
    return [(line.id, line.code) for line in verdict.problems if line.outcome in ("failed", "unknown")]


def minted(holder: bool = True) -> str:
    return issue(
        "vc-cose",
        KEY,
        issuer=ISSUER,
        type=PERSON,
        claims={"name": SUBJECT["name"]},
        issued=NOW.replace(month=6),
        expires=NOW.replace(year=2027),
        holder=HOLDER.public_jwk if holder else None,
    )


def enveloped(**changes: Any) -> bytes:
    """A document, changed, under a genuine signature; a change to None removes the member."""
    document = {name: value for name, value in {**DOCUMENT, **changes}.items() if value is not None}
    return vc_cose.envelope(KEY, signing.to_json(document), "vc", {})


def with_header(header: dict[Any, Any], unprotected: dict[Any, Any] | None = None) -> bytes:
    full = {3: "application/vc", 4: b"key-1", 16: "application/vc+cose", **header}
    protected = {label: value for label, value in full.items() if value is not None}
    message = sign1(KEY, signing.to_json(DOCUMENT), protected, unprotected or {})
    return cbor.encode(Tagged(18, message))


def presented(*credentials: str, nonce: Any = "n-1", audience: Any = "https://rp.example", **header: Any) -> bytes:
    held = [
        {
            "@context": V2,
            "type": "EnvelopedVerifiableCredential",
            "id": f"data:application/vc+cose;base64,{base64.b64encode(base64url.decode(one.encode())).decode()}",
        }
        for one in credentials
    ]
    document = {"@context": V2, "type": ["VerifiablePresentation"], "holder": DID, "verifiableCredential": held}
    registered = {1: DID, 3: audience, 6: moment(), 10: nonce, **header.get("registered", {})}
    return vc_cose.envelope(HOLDER, signing.to_json(document), "vp", registered, kid=f"{DID}#0")


def test_a_credential_as_bytes_and_as_text() -> None:
    text = minted()
    raw = base64url.decode(text.encode())
    for data in (text, raw, base64.b64encode(raw).rstrip(b"=")):
        verdict = judged(data)
        assert (verdict.decision, failing(verdict)) == (Decision.ACCEPTED, [])
        assert verdict.credentials[0]["format"] == "vc-cose"
        assert verdict.unwrap().claims == {"name": SUBJECT["name"]}
    assert inspect(text).to_dict()["format"] == "vc-cose"
    assert judged(enveloped())


def test_its_holder_shows_it() -> None:
    verdict = judged(presented(minted()), expected=PRESENTED)
    assert (verdict.decision, failing(verdict)) == (Decision.ACCEPTED, [])
    assert verdict.unwrap().level == "substantial"
    by_subject = base64url.encode(enveloped())
    assert judged(presented(by_subject), expected=PRESENTED)


@pytest.mark.parametrize(
    ("build", "line"),
    [
        (lambda: presented(minted(), nonce="n-2"), ("holder.nonce", "KB_NONCE")),
        (lambda: presented(minted(), audience="https://other.example"), ("holder.audience", "KB_AUDIENCE")),
        (lambda: presented(minted(), registered={6: moment(-3600)}), ("holder.time", "KB_TIME")),
        (lambda: presented(minted(), registered={1: "did:web:x.example"}), ("format.model", "JWT_ENVELOPE_MISMATCH")),
        (lambda: presented(minted(), registered={4: 1, 5: 2}), ("format.model", "TIME_WINDOW_INVERTED")),
        (lambda: presented(*[minted()] * 9), ("format.model", "LIMIT_CREDENTIALS")),
    ],
)
def test_a_presentation_for_somebody_else(build: Callable[[], bytes], line: tuple[str, str]) -> None:
    assert line in failing(judged(build(), expected=PRESENTED))


WRONG: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "no typ": (lambda: with_header({16: None}), "format.wellformed", "JOSE_TYP"),
    "another typ": (lambda: with_header({16: "application/vc+jwt"}), "format.wellformed", "JOSE_TYP"),
    "an unprotected typ": (
        lambda: with_header({16: None}, {16: "application/vc+cose"}),
        "format.wellformed",
        "JOSE_TYP",
    ),
    "a content type of a presentation": (
        lambda: with_header({3: "application/vp"}),
        "format.wellformed",
        "COSE_HEADER",
    ),
    "unprotected claims": (lambda: with_header({}, {15: {1: ISSUER}}), "format.wellformed", "COSE_HEADER"),
    "claims that are no map": (lambda: with_header({15: 1}), "format.wellformed", "COSE_HEADER"),
    "another issuer in the header": (
        lambda: with_header({15: {1: "did:web:x.example"}}),
        "format.model",
        "JWT_ENVELOPE_MISMATCH",
    ),
    "another subject in the header": (lambda: with_header({15: {2: "x"}}), "format.model", "JWT_ENVELOPE_MISMATCH"),
    "another beginning in the header": (lambda: with_header({15: {5: 1}}), "format.model", "JWT_ENVELOPE_MISMATCH"),
    "a date that is a text": (lambda: with_header({15: {6: "2026"}}), "format.model", "JWT_CLAIM_TYPE"),
    "a holder's key that is none": (lambda: with_header({15: {8: 1}}), "format.model", "JWT_CLAIM_TYPE"),
    "a kid of nobody": (lambda: with_header({4: b"key-2"}), "key.listed", "JOSE_KEY_UNKNOWN"),
    "a vc claim": (lambda: enveloped(vc={}), "format.model", "JWT_AMBIGUOUS_MODEL"),
    "the older model": (
        lambda: enveloped(**{"@context": ["https://www.w3.org/2018/credentials/v1"]}),
        "format.model",
        "JWT_AMBIGUOUS_MODEL",
    ),
    "no subject": (lambda: enveloped(credentialSubject=None), "format.model", "MODEL_SHAPE"),
    "another issuer": (lambda: enveloped(issuer="did:web:x.example"), "issuer.listed", "SCOPE_ISSUER_UNKNOWN"),
    "expired": (lambda: enveloped(validUntil="2026-10-01T00:00:00Z"), "time.window", "TIME_EXPIRED"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_one_place(name: str) -> None:
    build, check, code = WRONG[name]
    verdict = judged(build())
    assert verdict.decision is Decision.REJECTED
    assert failing(verdict)[0] == (check, code)


@given(st.data())
def test_no_byte_of_it_can_be_changed(data: st.DataObject) -> None:
    raw = bytearray(enveloped())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert not judged(bytes(raw))


def test_two_alphabets_in_one_text_are_none() -> None:
    for number in range(200):
        text = base64url.encode(enveloped(id=f"urn:x-demo:{number}"))
        if "-" in text and "_" in text:
            assert failing(judged(text.replace("-", "+"))) == [("format.recognised", "INPUT_FORMAT_UNKNOWN")]
            return
    pytest.fail("none of the texts holds both")


def test_what_the_envelope_holds_is_the_document_as_signed() -> None:
    message = cbor.decode(base64url.decode(minted(holder=False).encode()), tags=(18,)).value
    document: Json = json.loads(message[2])
    assert judged(minted(holder=False)).unwrap().document == document
