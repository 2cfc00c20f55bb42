"""A verdict is safe to file, and the same question gives the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.policy import Policy
from defa_id.verdict import Verdict
from defa_id.verifier import Verifier
from tests.properties.facts import Facts, facts, judge, registry_of
from tests.properties.material import accepted, material
from tests.properties.minting import mint
from tests.properties.test_asking_for_more import LEVEL, PURPOSES, policies
from tests.properties.test_hostile_input import bent, dumps_any
from tests.support.world import (
    NOW,
    PRESENTED,
    Json,
    World,
    claims,
    digest,
    disclosure,
    key_binding,
    sd_jwt,
    vc,
    vc_jwt,
)

CANARY = "canary-7f3a"
SUBJECT: Json = {
    "id": f"urn:{CANARY}:1",
    "name": {"full": [{"value": f"{CANARY} name", "lang": "id"}]},
    "birth_date": f"{CANARY} date",
    "issuing_country": f"{CANARY} country",
    "issuingCountry": f"{CANARY} land",
    "nationality": [f"{CANARY} nation", [CANARY]],
    "nested": {"type": f"{CANARY} type", "value": CANARY},
}


def told(verdict: Verdict) -> str:
    """Everything a verdict tells without being unwrapped, as text."""
    return "\n".join([verdict.to_json(), verdict.summary, repr(verdict.problems), repr(verdict.checks)])


def documents() -> dict[str, Json]:
    modern = vc(credentialSubject=SUBJECT, sub=SUBJECT["id"])
    old: Json = {
        "iss": modern["issuer"],
        "sub": SUBJECT["id"],
        "nbf": modern["iat"],
        "vc": {
            "@context": ["https://www.w3.org/2018/credentials/v1"],
            "type": modern["type"],
            "credentialSubject": SUBJECT,
        },
    }
    return {"VCDM 2.0": modern, "VCDM 1.1": old, "SD-JWT VC": claims(**SUBJECT, sub=SUBJECT["id"])}


@pytest.mark.parametrize("name", sorted(documents()))
@given(data=st.data())
def test_no_claim_value_is_in_a_verdict_however_the_document_is_bent(name: str, data: st.DataObject) -> None:
    document = documents()[name]
    signer = material().signers["ES256"]
    for payload in (document, data.draw(bent(document))):
        raw = dumps_any(payload)
        if name == "SD-JWT VC":
            token = sd_jwt(signer, raw)
        else:
            token = vc_jwt(signer, raw, typ="vc+jwt" if name == "VCDM 2.0" else "JWT")
        spoilt = token[: len(token) // 2] + "A" + token[len(token) // 2 :]
        for text in (token, spoilt, token.replace(".", "..", 1)):
            assert CANARY not in told(
                material().judge(text, data.draw(st.sampled_from([PRESENTED, type(PRESENTED)()])))
            )


@given(data=st.data())
def test_no_disclosed_value_is_in_a_verdict_however_a_disclosure_is_bent(data: st.DataObject) -> None:
    holder, signer = material().holder, material().signers["ES256"]
    parts = [[f"{CANARY} salt", name, value] for name, value in SUBJECT.items() if name != "id"]
    bent_parts = [data.draw(bent(part) | st.just(part)) for part in parts]
    texts = tuple(disclosure_of(part) for part in bent_parts)
    payload = claims(_sd=[digest(text) for text in texts], cnf={"jwk": dict(holder.public.jwk)})
    token = sd_jwt(signer, payload, texts)
    for text in (token, key_binding(holder, token), token + disclosure(CANARY, CANARY) + "~", token.rpartition("~")[0]):
        assert CANARY not in told(material().judge(text, PRESENTED))


def disclosure_of(part: Any) -> str:
    import base64

    return base64.urlsafe_b64encode(dumps_any(part)).rstrip(b"=").decode()


def schemas() -> Iterator[Json]:
    """Schemas that the canaries break, each by another keyword."""
    rule: Json
    for name in ("birth_date", "name", "nationality"):
        for rule in ({"type": "integer"}, {"const": 1}, {"enum": [1]}, {"not": {}}, {"maxLength": 1, "type": "string"}):
            yield {"properties": {"credentialSubject": {"properties": {name: rule}}}}
    yield {"properties": {"credentialSubject": {"additionalProperties": False}}}
    yield {"properties": {"credentialSubject": {"propertyNames": {"maxLength": 1}}}}
    yield {"properties": {"credentialSubject": {"required": ["absent"]}}}
    yield {"properties": {"credentialSubject": {"properties": {"nationality": {"items": {"pattern": "^x$"}}}}}}
    yield {"properties": {"credentialSubject": {"properties": {"birth_date": {"format": "date"}}}}}


def test_no_claim_value_is_in_what_a_schema_says() -> None:
    import hashlib

    for rules in schemas():
        world, signer = World.make()
        data = json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **rules}).encode()
        sha256 = hashlib.sha256(data).hexdigest()
        world.schemas = {"schemas/person.json": data}
        reference = {"uri": "https://schema.example/1", "sha256": sha256, "target": "schemas/person.json"}
        for entry in world.sg["credentials"]:
            entry["schema"] = reference
        subject = {name: value for name, value in SUBJECT.items() if not name.startswith("issuing")}
        verdict = world.verify(vc_jwt(signer, vc(credentialSubject=subject)))
        assert verdict.problems[0].code == "SCHEMA_INVALID", rules
        assert CANARY not in told(verdict), rules


@given(said=facts(), policy=policies(), purpose=PURPOSES, level=LEVEL)
def test_the_same_question_gives_the_same_bytes(
    said: Facts, policy: Json, purpose: str | None, level: str | None
) -> None:
    """Twice by one verifier, and by another made from the same things; whatever was judged in between."""
    token = str(mint(said))
    rules = Policy.from_document({"id": "test", **policy}).asking(for_state="TH", purpose=purpose, min_level=level)
    one, other = Verifier(registry_of(said), rules), Verifier(registry_of(said), rules)
    first = one.verify(token, at=NOW).to_json()
    judge(said)
    assert first == one.verify(token, at=NOW).to_json() == other.verify(token.encode(), at=NOW).to_json()


PROGRAM = """
import base64, json, sys
from datetime import datetime
from defa_id.policy import Policy
from defa_id.trust.registry import Registry
from defa_id.verifier import Verifier
given = json.load(sys.stdin)
files = {name: base64.b64decode(data) for name, data in given["files"].items()}
now = datetime.fromisoformat(given["now"])
registry = Registry.open(lambda name, limit: files.get(name), files["root.json"], now=now)
policy = Policy.from_document(given["policy"]).asking(for_state="TH")
print([Verifier(registry, policy).verify(token, at=now).to_json() for token in given["tokens"]])
"""


def test_another_process_with_other_hashes_gives_the_same_bytes(project: Path) -> None:
    import base64

    world, signer = World.make()
    files = world.files()
    policy = {"id": "test", "formats": ["vc-jwt", "sd-jwt-vc", "mdoc"], "waive": {"time.issued": "For this test."}}
    tokens = [vc_jwt(signer), sd_jwt(signer), vc_jwt(signer, vc(type=["VerifiableCredential", "B", "A"])), "x"]
    asked = {
        "files": {name: base64.b64encode(data).decode() for name, data in files.items()},
        "now": NOW.isoformat(),
        "policy": policy,
        "tokens": [*tokens, *(case.data.decode() for case in accepted().values())],
    }
    said = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            input=json.dumps(asked).encode(),
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(project), "TZ": zone},
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Bangkok"))
    }
    assert len(said) == 1
    assert said.pop().count(b'"decision"') == len(asked["tokens"])
