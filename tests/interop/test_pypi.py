"""joserfc, the `sd-jwt` package and PyJWT: they mint and we judge, we mint and they judge."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey, OKPKey
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from defa_id import issue
from defa_id.issue import SigningKey, present, signing
from tests.interop.material import (
    AUDIENCE,
    EXPIRES,
    ISSUED,
    NONCE,
    PERSON,
    VC_TYPE,
    VCT,
    Judged,
    Peer,
    sd_jwt_claims,
    vcdm,
)


def joserfc_key(alg: str, jwk: dict[str, str]) -> ECKey | OKPKey:
    members: dict[str, str | list[str]] = {**jwk}
    return OKPKey.import_key(members) if alg == "EdDSA" else ECKey.import_key(members)


def ours(peer: Peer, format: str, type: str, holder: SigningKey) -> str:
    return issue.issue(
        *(format, peer.key),
        issuer=peer.id,
        type=type,
        claims=PERSON,
        issued=ISSUED,
        expires=EXPIRES,
        holder=holder.public.jwk,
    )


@pytest.mark.parametrize("alg", ["ES256", "ES384", "EdDSA"])
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_joserfc_mints_a_vc_jwt(judged: Judged, alg: str) -> None:
    peer = judged.peer("vc-jwt", alg)
    key = joserfc_key(alg, peer.private)
    header = {"alg": alg, "typ": "vc+jwt", "kid": peer.key.public.thumbprint}
    token = jws.serialize_compact(header, json.dumps(vcdm(peer)), key, algorithms=[alg])
    verdict = judged.verdict(token)
    assert verdict, verdict.summary


@pytest.mark.parametrize("alg", ["ES256", "ES384", "EdDSA"])
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_joserfc_and_pyjwt_read_our_vc_jwt(judged: Judged, holder: SigningKey, alg: str) -> None:
    peer = judged.peer("vc-jwt", alg)
    token = ours(peer, "vc-jwt", VC_TYPE, holder)
    read = jws.deserialize_compact(token, joserfc_key(alg, peer.public), algorithms=[alg])
    assert json.loads(read.payload)["credentialSubject"] == PERSON
    assert jwt.decode(token, jwt.PyJWK(peer.public), algorithms=[alg])["iss"] == peer.id
    stranger = signing.generate({"ES256": "P-256", "ES384": "P-384", "EdDSA": "Ed25519"}[alg])
    with pytest.raises(BadSignatureError):
        jws.deserialize_compact(token, joserfc_key(alg, stranger.public_jwk), algorithms=[alg])


@pytest.mark.parametrize("alg", ["ES256", "ES384", "EdDSA"])
def test_pyjwt_mints_a_vc_jwt(judged: Judged, alg: str) -> None:
    peer = judged.peer("vc-jwt", alg)
    token = jwt.encode(vcdm(peer), jwt.PyJWK(peer.private, algorithm=alg), alg, headers={"typ": "vc+jwt"})
    verdict = judged.verdict(token)
    assert verdict, verdict.summary


def disclosable(claims: dict[str, Any], names: set[str]) -> dict[Any, Any]:
    return {SDObj(name) if name in names else name: value for name, value in claims.items()}


@pytest.mark.parametrize("alg", ["ES256", "ES384", "EdDSA"])
@pytest.mark.parametrize("decoys", [False, True])
def test_sd_jwt_mints_and_presents(judged: Judged, holder: SigningKey, alg: str, decoys: bool) -> None:
    peer = judged.peer("sd-jwt-vc", alg)
    claims = disclosable(sd_jwt_claims(peer), set(PERSON) - {"nationality"})
    claims["nationality"] = [SDObj("BN")]
    issued = SDJWTIssuer(
        user_claims=claims,
        issuer_key=JWK(**peer.private),
        holder_key=JWK(**holder.public.jwk),
        sign_alg=alg,
        add_decoy_claims=decoys,
        extra_header_parameters={"typ": "dc+sd-jwt"},
    )
    whole = judged.verdict(issued.sd_jwt_issuance)
    assert whole, whole.summary
    assert {name: whole.unwrap().claims[name] for name in PERSON} == PERSON

    wallet = SDJWTHolder(issued.sd_jwt_issuance)
    binding = (NONCE, AUDIENCE, JWK(**signing.to_jwk(holder)), "ES256")
    wallet.create_presentation({"birth_date": True, "nationality": [True]}, *binding)
    verdict = judged.verdict(wallet.sd_jwt_presentation, presented=True)
    assert verdict, verdict.summary
    shown = verdict.unwrap().claims
    assert shown["nationality"] == ["BN"]
    assert "name" not in shown


def test_sd_jwt_reads_what_we_mint_and_present(judged: Judged, holder: SigningKey) -> None:
    peer = judged.peer("sd-jwt-vc", "ES256")
    token = ours(peer, "sd-jwt-vc", VCT, holder)
    presented = present.sd_jwt_presentation(token, holder, NONCE, AUDIENCE, ISSUED, ["name", "birth_date"])

    def key_of(issuer: str, header: dict[str, Any]) -> JWK:
        assert issuer == peer.id
        assert header["kid"] == peer.key.kid
        return JWK(**peer.public)

    read = SDJWTVerifier(presented, key_of, AUDIENCE, NONCE).get_verified_payload()
    assert read["name"] == PERSON["name"]
    assert "document_number" not in read


def test_sd_jwt_presents_what_we_mint(judged: Judged, holder: SigningKey) -> None:
    peer = judged.peer("sd-jwt-vc", "ES256")
    wallet = SDJWTHolder(ours(peer, "sd-jwt-vc", VCT, holder))
    wallet.create_presentation({"name": True}, NONCE, AUDIENCE, JWK(**signing.to_jwk(holder)), "ES256")
    verdict = judged.verdict(wallet.sd_jwt_presentation, presented=True)
    assert verdict, verdict.summary
    assert verdict.unwrap().claims["name"] == PERSON["name"]
