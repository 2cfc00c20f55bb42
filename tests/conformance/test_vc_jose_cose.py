"""W3C vc-jose-cose: every verify case in JOSE, SD-JWT and COSE, through the whole corridor and a registry
that lists the vectors' issuer with its keys."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from functools import cache
from typing import Any

import jwt
import pytest

from defa_id import keys
from defa_id.errors import Fault
from defa_id.formats import vcdm
from defa_id.verdict import Decision, Verdict
from tests.conformance import exceptions
from tests.support.vectors import require, require_json
from tests.support.world import GRANT, Json, Signer, World, entity, recognition, service

FOLDER = "w3c/vc-jose-cose"
HOLDER = "https://example.issuer/vc-jose-cose"
LISTED = ("vm-p256.json", "vm-p384.json", "vm-ed25519.json")
TYPES = ["ExampleAlumniCredential", "IdentityCredential", "EmploymentCredential"]

# How many there are: a corpus that shrinks passes everything.
SUCCESS, FAILURE, PLAIN = 8, 17, 12

# Cases that expect a failure: the code as they come, and the code once the ISO iat and the P-521
# signature are out of the way, so that what the title names is what is caught. Case 9 is titled after
# extensions, which are to be ignored; what fails it is that its signer is not the key the case gives.
CODES = {
    "9": ("JOSE_ALG_FORBIDDEN", ""),
    "10": ("DI_NO_PROOF", ""),
    "11": ("DI_NO_PROOF", ""),
    "12": ("JWT_CLAIM_TYPE", "JOSE_SIGNATURE"),
    "13": ("JOSE_TYP", "JOSE_TYP"),
    "14": ("JOSE_TYP", "JOSE_TYP"),
    "15": ("JWT_AMBIGUOUS_MODEL", "JWT_AMBIGUOUS_MODEL"),
    "16": ("MODEL_SHAPE", "MODEL_SHAPE"),
    "23": ("JWT_CLAIM_TYPE", "JOSE_SIGNATURE"),
    "24": ("JOSE_TYP", "JOSE_TYP"),
    "25": ("JOSE_TYP", "JOSE_TYP"),
    "26": ("JOSE_ALG_FORBIDDEN", "JOSE_TYP"),
    "30": ("INPUT_FORMAT_UNKNOWN", ""),
    "32": ("COSE_SIGNATURE", ""),
    "33": ("JOSE_TYP", ""),
    "34": ("JOSE_TYP", ""),
    "35": ("MODEL_SHAPE", ""),
}
EXCEPTIONS = exceptions.otherwise(FOLDER)
ELIDED = "31"  # a COSE presentation around a credential that is an abbreviation


@cache
def cases() -> dict[str, Json]:
    return {str(case["number"]): case for case in require_json(f"{FOLDER}/cases.json")}


def case_text(number: str) -> str:
    return require(f"{FOLDER}/{cases()[number]['input']}").read_text(encoding="utf-8")


@cache
def signer(name: str) -> Signer:
    """The vectors' own key, private: they publish it for this."""
    secret = require_json(f"{FOLDER}/{name}")["secretKeyJwk"]
    return Signer(jwt.PyJWK(secret).key, secret["alg"], secret["kid"])


@cache
def world() -> World:
    """SG lists the vectors' issuer since before its credentials were made; TH recognises SG."""
    made, _ = World.make()
    signers = [signer(name) for name in LISTED]
    listed = service(signers, TYPES, ["vc-jwt", "vc-sd-jwt", "vc-cose"], issuer=HOLDER, service_id="SG-0009")
    made.lists["SG"]["entities"].append(json.loads(json.dumps(entity([listed])).replace(GRANT, "2009-01-01T00:00:00Z")))
    made.lists["TH"]["recognitions"].append(recognition("TH", "SG", TYPES, id="TH-0009"))
    return made


def verdict_on(text: str) -> Verdict:
    return world().verify(text)


def decoded(segment: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))


def mended(text: str, *, keep_signature: bool = False) -> str:
    """The same content with `iat` as a NumericDate, credentials within included, signed again with the
    vectors' own key; with their P-384 key where theirs is P-521. What is in COSE stays, without a line feed."""
    token, tilde, rest = text.strip().partition("~")
    head, body, signature = token.split(".")
    header, payload = decoded(head), decoded(body)
    if isinstance(payload.get("iat"), str):
        payload["iat"] = int(datetime.fromisoformat(payload["iat"]).timestamp())
    if "verifiableCredential" in payload:
        payload["verifiableCredential"] = [
            {**held, "id": remade(held["id"].strip())} for held in payload["verifiableCredential"]
        ]
    by_kid = {signer(name).kid: signer(name) for name in LISTED}
    key = by_kid.get(header["kid"], signer("vm-p384.json"))
    remade_token = key.token({**header, "alg": key.alg, "kid": key.kid}, payload)
    if keep_signature:
        remade_token = f"{remade_token.rpartition('.')[0]}.{signature}"
    return remade_token + tilde + rest


def remade(envelope: str) -> str:
    media_type, comma, held = envelope.partition(",")
    return f"{media_type},{mended(held)}" if comma and held.startswith("eyJ") else envelope


def short_lines(verdict: Verdict) -> set[tuple[int, str, str | None]]:
    """Lines that failed or are unknown: item, check and code."""
    return {(line.item, line.id, line.code) for line in verdict.problems if line.outcome != "skipped"}


def of_outcome(outcome: str) -> list[str]:
    return [number for number, case in cases().items() if case["expected"] == outcome]


def test_every_case_is_counted() -> None:
    assert (len(of_outcome("success")), len(of_outcome("failure"))) == (SUCCESS, FAILURE)
    assert len(cases()) == SUCCESS + FAILURE
    assert set(of_outcome("failure")) == set(CODES)
    assert set(EXCEPTIONS) <= set(of_outcome("success"))
    assert exceptions.not_run(FOLDER) == {}


def test_success() -> None:
    """Accepted, or the exact lines the list of exceptions names and no others."""
    for number in of_outcome("success"):
        verdict = verdict_on(case_text(number))
        expected = {line[:3] for line in EXCEPTIONS.get(number, ())}
        assert short_lines(verdict) == expected, (number, verdict.to_json())
        assert (verdict.decision is Decision.ACCEPTED) is (not expected), number


@pytest.mark.parametrize("number", sorted(EXCEPTIONS.keys() - {ELIDED}))
def test_what_is_an_exception_is_accepted_once_mended(number: str) -> None:
    text = mended(case_text(number))
    verdict = verdict_on(text)
    assert verdict, verdict.to_json(1)
    assert verdict.unwrap().issuer == HOLDER


@pytest.mark.parametrize("number", list(CODES))
def test_failure(number: str) -> None:
    verdict = verdict_on(case_text(number))
    assert verdict.decision is Decision.REJECTED
    assert verdict.problems[0].code == CODES[number][0]


@pytest.mark.parametrize("number", [number for number, (_, named) in CODES.items() if named])
def test_what_fails_fails_for_what_its_title_names(number: str) -> None:
    title = cases()[number]["title"]
    verdict = verdict_on(mended(case_text(number), keep_signature="Invalid Signature" in title))
    assert verdict.decision is Decision.REJECTED
    assert [line.code for line in verdict.problems if line.outcome == "failed"] == [CODES[number][1]]


def test_extensions_that_are_not_understood_are_ignored() -> None:
    """VC-JOSE-COSE §3: the content that case 9 is named after, which its token does not carry."""
    document = require_json(f"{FOLDER}/credential-unknown-extensions.json")
    assert "badExtension" in document
    key = signer("vm-p256.json")
    verdict = verdict_on(key.token({"alg": key.alg, "typ": "vc+jwt", "cty": "vc", "kid": key.kid}, document))
    assert verdict, verdict.summary


def test_p521_cannot_be_listed() -> None:
    """Why P-521 is an exception at all."""
    with pytest.raises(Fault) as raised:
        keys.from_jwk(require_json(f"{FOLDER}/vm-p521.json")["publicKeyJwk"])
    assert raised.value.code == "KEY_INVALID"


def test_every_exception_gives_a_reason_that_is_written_down() -> None:
    assert exceptions.reasons_used() == set(exceptions.REASONS)
    assert all(len(reason) > 40 for reason in exceptions.REASONS.values())
    allowed = {"iso-iat", "p-521", "elided", "line-feed"}
    assert {line.reason for lines in EXCEPTIONS.values() for line in lines} <= allowed


def test_what_lies_inside_the_envelopes_follows_its_model() -> None:
    """The documents before they were secured; in the selective ones a colon begins what is to be disclosed."""
    seen = 0
    for path in sorted(require(FOLDER).glob("*.json")):
        document = require_json(f"{FOLDER}/{path.name}")
        if path.name.startswith("credential-"):
            assert vcdm.read_credential(document, "vcdm-2.0").types
        elif path.name.startswith("presentation-"):
            vcdm.check_presentation(document)
        elif path.name.startswith("vm-") and "p521" not in path.name:
            assert keys.from_jwk(document["publicKeyJwk"]).thumbprint
        else:
            continue
        seen += 1
    assert seen == PLAIN
