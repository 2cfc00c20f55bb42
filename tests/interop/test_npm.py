"""npm `jose`, `@sd-jwt/core` and `@sd-jwt/sd-jwt-vc`: they mint and we judge, we mint and they judge."""

from __future__ import annotations

import time
from typing import Any

import pytest

from defa_id import issue
from defa_id.issue import SigningKey, present, signing
from defa_id.resolvers import did_jwk
from tests.interop.material import AUDIENCE, EXPIRES, ISSUED, NONCE, PERSON, VC_TYPE, VCT, Judged, sd_jwt_claims, vcdm
from tests.interop.peers import Refused, node

pytestmark = pytest.mark.peers

FRAME: dict[str, Any] = {"_sd": ["name", "birth_date", "document_number"], "nationality": {"_sd": [0]}, "_sd_decoy": 3}


def flip(token: str) -> str:
    """The token with one character of its signature changed."""
    head, _, tail = token.rpartition(".")
    return f"{head}.{'B' if tail[0] == 'A' else 'A'}{tail[1:]}"


@pytest.mark.parametrize("alg", ["ES256", "ES384", "EdDSA"])
def test_jose_mints_a_vc_jwt(judged: Judged, alg: str) -> None:
    peer = judged.peer("vc-jwt", alg)
    token = node("jose.sign", header={"alg": alg, "typ": "vc+jwt"}, payload=vcdm(peer), jwk=peer.private)["token"]
    verdict = judged.verdict(token)
    assert verdict, verdict.summary
    assert verdict.unwrap().claims == PERSON
    assert "JOSE_SIGNATURE" in {line.code for line in judged.verdict(flip(token)).problems}


def test_jose_mints_a_presentation(judged: Judged, holder: SigningKey) -> None:
    peer = judged.peer("vc-jwt", "ES256")
    bound = vcdm(peer, cnf={"jwk": holder.public.jwk})
    inner = node("jose.sign", header={"alg": "ES256", "typ": "vc+jwt"}, payload=bound, jwk=peer.private)["token"]
    did = did_jwk.encode(holder.public.jwk)
    context = "https://www.w3.org/ns/credentials/v2"
    enveloped = {"@context": context, "type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{inner}"}
    presentation = {
        "@context": [context],
        "type": ["VerifiablePresentation"],
        "holder": did,
        "verifiableCredential": [enveloped],
        "iss": did,
        "aud": AUDIENCE,
        "nonce": NONCE,
        "iat": int(time.time()),
    }
    header = {"alg": "ES256", "typ": "vp+jwt", "kid": f"{did}#0"}
    token = node("jose.sign", header=header, payload=presentation, jwk=signing.to_jwk(holder))["token"]
    verdict = judged.verdict(token, presented=True)
    assert verdict, verdict.summary
    other = node("jose.sign", header=header, payload={**presentation, "nonce": "x"}, jwk=signing.to_jwk(holder))[
        "token"
    ]
    assert "KB_NONCE" in {line.code for line in judged.verdict(other, presented=True).problems}


@pytest.mark.parametrize("alg", ["ES256", "ES384"])
def test_sd_jwt_mints_and_presents(judged: Judged, holder: SigningKey, alg: str) -> None:
    peer = judged.peer("sd-jwt-vc", alg)
    wallet = holder if alg == "ES256" else signing.generate("P-384")
    claims = sd_jwt_claims(peer, wallet.public.jwk)
    token = node("sd-jwt.issue", payload=claims, frame=FRAME, issuer=peer.private, alg=alg)["token"]
    whole = judged.verdict(token)
    assert whole, whole.summary
    assert {name: whole.unwrap().claims[name] for name in PERSON} == PERSON

    shown = {"birth_date": True, "nationality": {"0": True}}
    binding = {"aud": AUDIENCE, "nonce": NONCE, "iat": int(time.time())}
    presented = node("sd-jwt.present", token=token, frame=shown, kb=binding, holder=signing.to_jwk(wallet), alg=alg)[
        "token"
    ]
    verdict = judged.verdict(presented, presented=True)
    assert verdict, verdict.summary
    person = verdict.unwrap()
    assert person.claims["birth_date"] == PERSON["birth_date"]
    assert "name" not in person.claims
    assert person.level != "none"

    parts = presented.split("~")
    fewer = "~".join([parts[0], *parts[2:]])
    assert "KB_SD_HASH" in {line.code for line in judged.verdict(fewer, presented=True).problems}


@pytest.mark.parametrize("alg", ["ES256", "ES384", "EdDSA"])
def test_jose_reads_our_vc_jwt(judged: Judged, holder: SigningKey, alg: str) -> None:
    peer = judged.peer("vc-jwt", alg)
    token = issue.issue(
        *("vc-jwt", peer.key),
        issuer=peer.id,
        type=VC_TYPE,
        claims=PERSON,
        issued=ISSUED,
        expires=EXPIRES,
        holder=holder.public.jwk,
    )
    options = {"typ": "vc+jwt", "issuer": peer.id}
    read = node("jose.verify", token=token, jwk=peer.public, alg=alg, options=options)
    assert read["payload"]["credentialSubject"] == PERSON
    with pytest.raises(Refused):
        node("jose.verify", token=flip(token), jwk=peer.public, alg=alg, options=options)


def test_jose_reads_our_presentation(judged: Judged, holder: SigningKey) -> None:
    peer = judged.peer("vc-jwt", "ES256")
    token = issue.issue(
        *("vc-jwt", peer.key),
        issuer=peer.id,
        type=VC_TYPE,
        claims=PERSON,
        issued=ISSUED,
        expires=EXPIRES,
        holder=holder.public.jwk,
    )
    presented = present.vp_jwt([token], holder, NONCE, AUDIENCE, ISSUED)
    options = {"typ": "vp+jwt", "audience": AUDIENCE}
    read = node("jose.verify", token=presented, jwk=dict(holder.public.jwk), alg="ES256", options=options)
    assert read["payload"]["nonce"] == NONCE


def test_both_agree_on_thumbprints(judged: Judged) -> None:
    for alg in ("ES256", "ES384", "EdDSA"):
        peer = judged.peer("vc-jwt", alg)
        assert node("jose.thumbprint", jwk=peer.public)["thumbprint"] == peer.key.public.thumbprint


def test_sd_jwt_reads_what_we_mint_and_present(judged: Judged, holder: SigningKey) -> None:
    peer = judged.peer("sd-jwt-vc", "ES256")
    token = issue.issue(
        *("sd-jwt-vc", peer.key),
        issuer=peer.id,
        type=VCT,
        claims=PERSON,
        issued=ISSUED,
        expires=EXPIRES,
        holder=holder.public.jwk,
    )
    keys = {"verifyIssuer": peer.public, "verifyHolder": dict(holder.public.jwk)}
    presented = present.sd_jwt_presentation(token, holder, NONCE, AUDIENCE, ISSUED, ["birth_date"])
    read = node("sd-jwt.verify", token=presented, options={"keyBindingNonce": NONCE}, **keys)
    assert read["payload"]["birth_date"] == PERSON["birth_date"]
    assert "name" not in read["payload"]
    assert read["kb"]["payload"]["aud"] == AUDIENCE
    with pytest.raises(Refused):
        node("sd-jwt.verify", token=presented, options={"keyBindingNonce": "another"}, **keys)
    with pytest.raises(Refused):
        node("sd-jwt.verify", token=flip(presented), options={"keyBindingNonce": NONCE}, **keys)


def test_sd_jwt_presents_what_we_mint(judged: Judged, holder: SigningKey) -> None:
    peer = judged.peer("sd-jwt-vc", "ES256")
    token = issue.issue(
        *("sd-jwt-vc", peer.key),
        issuer=peer.id,
        type=VCT,
        claims=PERSON,
        issued=ISSUED,
        expires=EXPIRES,
        holder=holder.public.jwk,
    )
    binding = {"aud": AUDIENCE, "nonce": NONCE, "iat": int(time.time())}
    presented = node("sd-jwt.present", token=token, frame={"name": True}, kb=binding, holder=signing.to_jwk(holder))[
        "token"
    ]
    verdict = judged.verdict(presented, presented=True)
    assert verdict, verdict.summary
    assert verdict.unwrap().claims["name"] == PERSON["name"]
