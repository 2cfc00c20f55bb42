"""What is minted, our own strict readers take; and what is disclosed is what was asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sd_jwt.verifier import SDJWTVerifier

from defa_id import issue
from defa_id.codec import base64url
from defa_id.credential import Credential, Presentation, Reading
from defa_id.errors import WrongUse
from defa_id.formats import sd_jwt_vc, vc_jwt, vc_sd_jwt
from defa_id.issue import present, selective, signing
from defa_id.issue import sd_jwt_vc as minting
from defa_id.issue import vc_sd_jwt as enveloping

KEY, HOLDER = signing.generate(), signing.generate("Ed25519")
ISSUER = "did:web:issuer.example"
ISSUED = datetime(2026, 6, 1, tzinfo=UTC)
EXPIRES = ISSUED + timedelta(days=365)
CLAIMS: dict[str, Any] = {
    "name": "Contoh",
    "address": {"street": "Jalan 1", "city": "Jakarta", "lines": ["a", "b"]},
    "nationalities": ["ID", "SG"],
    "sex": 2,
}


COMPACT = ("vc-jwt", "sd-jwt-vc", "vc-sd-jwt")


def mint(format: str, claims: dict[str, Any] = CLAIMS, **members: Any) -> str:
    named: dict[str, Any] = {"type": "TestCredential", "issuer": ISSUER, "issued": ISSUED, "expires": EXPIRES}
    return issue.issue(format, KEY, claims=claims, **{**named, **members})


def credential(format: str, token: str) -> Credential:
    """What our own reader makes of it."""
    data = token.encode()
    if format == "vc-jwt":
        found = vc_jwt.model(vc_jwt.read(data, Reading()))
    elif format == "sd-jwt-vc":
        found = sd_jwt_vc.model(sd_jwt_vc.disclose(sd_jwt_vc.read(data, Reading())))
    else:
        found = vc_sd_jwt.model(vc_sd_jwt.disclose(vc_sd_jwt.read(data, Reading())))
    assert isinstance(found, Credential)
    KEY.public.verify(found.proof.alg, found.proof.signature, found.proof.message)
    return found


def payload(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64url.decode(token.partition("~")[0].split(".")[1].encode()))
    return found


@pytest.mark.parametrize("format", COMPACT)
def test_every_format_says_the_same(format: str) -> None:
    read = credential(format, mint(format, holder=HOLDER.public.jwk, subject_id="did:example:holder"))
    assert read.format == format
    assert read.issuer == ISSUER
    assert read.types == ("TestCredential",)
    assert {name: read.subject[name] for name in CLAIMS} == CLAIMS
    assert (read.window.issued, read.window.ends) == (ISSUED, EXPIRES)
    assert read.holder.confirmation == {"jwk": dict(HOLDER.public.jwk)}
    assert read.holder.subjects == ("did:example:holder",)
    assert read.proof.hint.kid == KEY.public.thumbprint


def test_a_whole_document_keeps_what_it_says() -> None:
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://issuer.example/context"],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "TestCredential"],
        "issuer": {"id": ISSUER, "name": "Issuer"},
        "validUntil": "2026-12-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:holder", "name": "Contoh"},
        "credentialStatus": {"type": "BitstringStatusListEntry"},
    }
    token = mint("vc-jwt", document)
    read = credential("vc-jwt", token)
    assert {name: read.claims[name] for name in document} == document
    assert (payload(token)["jti"], payload(token)["sub"]) == ("urn:uuid:1", "did:example:holder")
    assert read.window.ends == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "document",
    [
        {"credentialSubject": {"a": 1}, "type": ["VerifiableCredential"]},
        {"credentialSubject": {"a": 1}, "type": "TestCredential"},
        {"credentialSubject": {"a": 1}, "issuer": "did:web:other.example"},
        {"credentialSubject": {"a": 1}, "exp": 1},
        {"credentialSubject": {"a": 1}, "validUntil": "tomorrow"},
    ],
)
def test_a_document_that_contradicts(document: dict[str, Any]) -> None:
    for format in ("vc-jwt", "vc-sd-jwt"):
        with pytest.raises(WrongUse):
            mint(format, document)


def test_a_subject_has_one_identifier() -> None:
    assert mint("vc-jwt", {"id": "did:example:a", "n": 1}, subject_id="did:example:a")
    with pytest.raises(WrongUse, match="another id"):
        mint("vc-jwt", {"id": "did:example:b", "n": 1}, subject_id="did:example:a")


@pytest.mark.parametrize("name", ["iss", "iat", "exp", "cnf", "vct"])
def test_the_envelope_is_not_for_claims(name: str) -> None:
    with pytest.raises(WrongUse, match=f"{name} is set by the envelope"):
        mint("sd-jwt-vc", {name: "x", "n": 1})
    assert mint("sd-jwt-vc", {"vct": "TestCredential", "n": 1})


def test_what_is_not_minted() -> None:
    with pytest.raises(WrongUse, match="are not minted here"):
        mint("mdl")
    with pytest.raises(WrongUse, match="before it is issued"):
        mint("vc-jwt", expires=ISSUED)
    with pytest.raises(WrongUse, match="nothing to say"):
        mint("vc-jwt", {})


def test_by_default_every_claim_is_disclosable_and_none_is_in_the_clear() -> None:
    token = mint("sd-jwt-vc", {**CLAIMS, "status": {"status_list": {"idx": 1, "uri": "https://x.example"}}})
    assert payload(token).keys() == {"vct", "iss", "iat", "exp", "status", "_sd", "_sd_alg"}
    assert len(payload(token)["_sd"]) == len(CLAIMS)
    inside = payload(mint("vc-sd-jwt", {"id": "did:example:a", **CLAIMS}))["credentialSubject"]
    assert inside.keys() == {"id", "_sd"}


def test_disclosures_inside_disclosures() -> None:
    paths: list[selective.Path] = [
        ("address",),
        ("address", "street"),
        ("address", "lines", 1),
        ("nationalities", 0),
    ]
    named: dict[str, Any] = {"type": "t", "issuer": ISSUER, "issued": ISSUED, "expires": EXPIRES}
    token = minting.mint(KEY, claims=CLAIMS, disclosable=paths, **named)
    assert credential("sd-jwt-vc", token).subject == CLAIMS
    assert payload(token)["name"] == "Contoh"
    assert len(token.split("~")) == 2 + len(paths)
    with pytest.raises(WrongUse, match=r"no claim address\.zip"):
        minting.mint(KEY, claims=CLAIMS, disclosable=[("address", "zip")], **named)
    document = enveloping.mint(KEY, claims=CLAIMS, disclosable=[("credentialSubject", "nationalities", 1)], **named)
    assert credential("vc-sd-jwt", document).subject == CLAIMS


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
def test_reserved_names(name: str) -> None:
    with pytest.raises(WrongUse, match="reserved"):
        mint("sd-jwt-vc", {"a": {name: 1}})


def test_salts_are_random_and_long() -> None:
    token = mint("sd-jwt-vc")
    salts = [json.loads(base64url.decode(part.encode()))[0] for part in token.split("~")[1:-1]]
    assert len(set(salts)) == len(CLAIMS)
    assert all(len(base64url.decode(salt.encode())) == 16 for salt in salts)
    assert mint("sd-jwt-vc") != token


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@given(claims=st.dictionaries(st.sampled_from(["a", "b", "ก", "名"]) | NAMES, VALUES, min_size=1, max_size=5))
def test_what_goes_in_comes_out(claims: dict[str, Any]) -> None:
    reserved = {"_sd", "...", "_sd_alg"}

    def clean(value: Any) -> bool:
        if isinstance(value, dict):
            return not reserved & value.keys() and all(map(clean, value.values()))
        return all(map(clean, value)) if isinstance(value, list) else True

    if (
        clean(claims)
        and not {"iss", "iat", "exp", "nbf", "vct", "cnf", "aud", "nonce", "status", "sub", "jti"} & claims.keys()
    ):
        assert dict(credential("sd-jwt-vc", mint("sd-jwt-vc", claims)).subject) == claims


def test_the_reference_library_reads_it_too() -> None:
    from jwcrypto.jwk import JWK

    token = mint("sd-jwt-vc", holder=signing.generate().public.jwk)
    verified = SDJWTVerifier(token, lambda *_: JWK(**KEY.public.jwk)).get_verified_payload()
    assert {name: verified[name] for name in CLAIMS} == CLAIMS


def test_a_presentation_shows_what_is_asked_and_nothing_else() -> None:
    token = mint("sd-jwt-vc", holder=HOLDER.public.jwk)
    shown = present.sd_jwt_presentation(token, HOLDER, "n", "https://rp.example", ISSUED, ["name"])
    read = sd_jwt_vc.model(sd_jwt_vc.disclose(sd_jwt_vc.read(shown.encode(), Reading())))
    assert read.subject == {"name": "Contoh"}
    assert read.shown is not None
    everything = present.sd_jwt_presentation(token, HOLDER, "n", "https://rp.example", ISSUED)
    assert credential("sd-jwt-vc", everything).subject == CLAIMS
    nothing = present.sd_jwt_presentation(token, HOLDER, "n", "https://rp.example", ISSUED, [])
    assert nothing.count("~") == 1
    header, body = (json.loads(base64url.decode(part.encode())) for part in shown.rpartition("~")[2].split(".")[:2])
    assert header == {"typ": "kb+jwt", "alg": "EdDSA"}
    assert body.keys() == {"iat", "aud", "nonce", "sd_hash"}


def test_a_path_takes_what_it_stands_in_and_what_it_holds() -> None:
    named: dict[str, Any] = {"type": "t", "issuer": ISSUER, "issued": ISSUED, "expires": EXPIRES}
    paths: list[selective.Path] = [("address",), ("address", "street"), ("address", "city"), ("nationalities", 0)]
    token = minting.mint(KEY, claims=CLAIMS, disclosable=paths, holder=HOLDER.public.jwk, **named)

    def shown(*wanted: str | selective.Path) -> Any:
        presented = present.sd_jwt_presentation(token, HOLDER, "n", "a", ISSUED, wanted)
        return sd_jwt_vc.model(sd_jwt_vc.disclose(sd_jwt_vc.read(presented.encode(), Reading()))).subject

    assert shown(("address", "city"))["address"] == {"city": "Jakarta", "lines": ["a", "b"]}
    assert shown("address")["address"] == CLAIMS["address"]
    assert "address" not in shown("nationalities")
    assert shown("nationalities")["nationalities"] == ["ID", "SG"]
    with pytest.raises(WrongUse, match="zip is not a claim"):
        shown("zip")


def test_what_is_no_sd_jwt() -> None:
    for token in ("a.b.c", mint("vc-jwt")):
        with pytest.raises(WrongUse, match="not an SD-JWT"):
            present.sd_jwt_presentation(token, HOLDER, "n", "a", ISSUED)
    with pytest.raises(WrongUse, match="not a token that can be presented"):
        present.sd_jwt_presentation("a.b~", HOLDER, "n", "a", ISSUED, ["x"])


def test_a_presentation_of_several() -> None:
    held = [mint(format, holder=HOLDER.public.jwk) for format in COMPACT]
    token = present.vp_jwt(held, HOLDER, "n", "https://rp.example", ISSUED)
    read = vc_jwt.model(vc_jwt.read(token.encode(), Reading()))
    assert isinstance(read, Presentation)
    assert [(format, data.decode()) for format, data in read.credentials] == list(zip(COMPACT, held, strict=True))
    assert (read.binding.nonce, read.binding.audience) == ("n", "https://rp.example")
    HOLDER.public.verify("EdDSA", read.binding.proof.signature, read.binding.proof.message)
    with pytest.raises(WrongUse):
        present.vp_jwt(["nonsense"], HOLDER, "n", "a", ISSUED)
