"""PyPI `openvc-core`: it signs and we judge, we sign and it verifies, in VC-JWT, SD-JWT VC, Data Integrity and mdoc."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

import cbor2
import pytest
from cryptography import x509

from defa_id import contexts, issue
from defa_id.issue import SigningKey, data_integrity, present, signing
from tests.interop.material import (
    AUDIENCE,
    EXPIRES,
    ISSUED,
    NONCE,
    NOW,
    PERSON,
    VC_TYPE,
    VCT,
    Judged,
    Peer,
    sd_jwt_claims,
    vcdm,
)
from tests.support import mdocs, world

pytestmark = pytest.mark.peers


UNDEFINED = "https://www.w3.org/ns/credentials/undefined-terms/v2"
CONTEXTS = {UNDEFINED: json.loads(contexts.load(UNDEFINED) or b"{}")}
SUITES = {
    "eddsa-rdfc-2022": ("EdDSA", "data_integrity", "DataIntegrityProofSuite"),
    "eddsa-jcs-2022": ("EdDSA", "di_jcs", "EddsaJcsProofSuite"),
    "ecdsa-rdfc-2019": ("ES256", "di_ecdsa_rdfc", "EcdsaRdfcProofSuite"),
    "ecdsa-jcs-2019": ("ES256", "di_jcs", "EcdsaJcsProofSuite"),
}
ALGORITHMS = pytest.mark.parametrize("alg", ["ES256", "ES384", "EdDSA"])
Json = dict[str, Any]


def signer(key: SigningKey, alg: str, kid: str) -> Any:
    """The key as their software holds it."""
    from openvc.keys import Ed25519SigningKey, P256SigningKey, P384SigningKey

    kinds: Json = {"ES256": P256SigningKey, "ES384": P384SigningKey, "EdDSA": Ed25519SigningKey}
    return kinds[alg](key.native, kid=kid)


def secured_by(suite: str) -> tuple[Any, Json]:
    """Their suite, and the contexts it has to be given."""
    from importlib import import_module

    _, module, name = SUITES[suite]
    more = {} if "-jcs-" in suite else {"extra_contexts": CONTEXTS}
    return getattr(import_module(f"openvc.proof.{module}"), name)(), more


@ALGORITHMS
def test_vc_jwt(judged: Judged, alg: str) -> None:
    from openvc.errors import OpenvcError
    from openvc.proof.vc_jwt import VcJwtProofSuite

    peer = judged.peer("vc-jwt", alg)
    content = {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiableCredential", VC_TYPE],
        "issuer": peer.id,
        "credentialSubject": PERSON,
    }  # whatever it is given, it signs in the form of VCDM 1.1, with nbf for the date
    token = VcJwtProofSuite().sign(content, signing_key=signer(peer.key, alg, peer.key.public.thumbprint))
    verdict = judged.verdict(token)
    assert verdict, verdict.to_json(1)
    assert verdict.unwrap().claims == PERSON

    times = {"nbf": int(ISSUED.timestamp()), "exp": int(EXPIRES.timestamp())}
    header = {"typ": "JWT", "kid": peer.key.public.thumbprint}
    ours = signing.sign_compact(peer.key, header, {"iss": peer.id, **times, "vc": content}, alg)
    assert judged.verdict(ours), judged.verdict(ours).to_json(1)
    found = VcJwtProofSuite().verify(ours, public_key_jwk=peer.public, expected_types=[VC_TYPE])
    assert (found.issuer, found.subject) == (peer.id, None)
    with pytest.raises(OpenvcError):
        VcJwtProofSuite().verify(_flipped(ours), public_key_jwk=peer.public)
    newer = issue.issue(
        "vc-jwt", peer.key, issuer=peer.id, type=VC_TYPE, claims=PERSON, issued=ISSUED, expires=EXPIRES, alg=alg
    )
    with pytest.raises(OpenvcError, match="no embedded `vc`"):  # it does not read the form of VC-JOSE-COSE
        VcJwtProofSuite().verify(newer, public_key_jwk=peer.public)


@ALGORITHMS
def test_sd_jwt_vc(judged: Judged, holder: SigningKey, alg: str) -> None:
    from openvc.errors import OpenvcError
    from openvc.proof.sd_jwt import SdJwtVcProofSuite

    peer, suite = judged.peer("sd-jwt-vc", alg), SdJwtVcProofSuite()
    claims = {name: value for name, value in sd_jwt_claims(peer).items() if name != "vct"}
    made = suite.issue(
        claims,
        signing_key=signer(peer.key, alg, peer.key.public.thumbprint),
        disclosable=["name", "birth_date"],
        holder_jwk=dict(holder.public_jwk),
        vct=VCT,
        decoys=2,
    )
    wallet = signer(holder, "ES256", "holder")
    shown = suite.create_presentation(made, holder_key=wallet, audience=AUDIENCE, nonce=NONCE)
    verdict = judged.verdict(shown, presented=True)
    assert verdict, verdict.to_json(1)
    other = suite.create_presentation(made, holder_key=wallet, audience=AUDIENCE, nonce="x")
    assert "KB_NONCE" in {line.code for line in judged.verdict(other, presented=True).problems}

    ours = issue.issue(
        "sd-jwt-vc",
        peer.key,
        issuer=peer.id,
        type=VCT,
        claims=PERSON,
        issued=ISSUED,
        expires=EXPIRES,
        holder=holder.public_jwk,
        alg=alg,
    )
    answer = present.sd_jwt_presentation(ours, holder, NONCE, AUDIENCE, NOW)
    question: Json = {
        "public_key_jwk": peer.public,
        "audience": AUDIENCE,
        "require_key_binding": True,
        "expected_vct": VCT,
    }
    found = suite.verify(answer, nonce=NONCE, **question)
    assert found.key_bound is True
    assert found.claims["birth_date"] == PERSON["birth_date"]
    with pytest.raises(OpenvcError):
        suite.verify(answer, nonce="x", **question)


@pytest.mark.parametrize("suite", SUITES)
def test_data_integrity(judged: Judged, suite: str) -> None:
    from openvc.errors import OpenvcError

    alg = SUITES[suite][0]
    peer = judged.peer("data-integrity", alg)
    theirs, more = secured_by(suite)
    method = f"{peer.id}#{peer.id.removeprefix('did:key:')}"
    content = _content(peer)
    made = theirs.add_proof(
        content, signing_key=signer(peer.key, alg, method), verification_method=method, created=ISSUED, **more
    )
    if "-jcs-" in suite:  # it signs over the context and leaves it out of the proof, where §3.3.1 step 2 puts it
        assert "@context" not in made["proof"]
        made["proof"]["@context"] = made["@context"]
    verdict = judged.verdict(json.dumps(made))
    assert verdict, verdict.to_json(1)
    assert verdict.unwrap().claims == PERSON

    ours = data_integrity.secure(content, peer.key, method, ISSUED, cryptosuite=suite)
    theirs.verify(ours, public_key_jwk=peer.public, **more)
    changed = copy.deepcopy(ours)
    changed["credentialSubject"]["birth_date"] = "1991-05"
    with pytest.raises(OpenvcError):
        theirs.verify(changed, public_key_jwk=peer.public, **more)
    assert "DI_SIGNATURE" in {line.code for line in judged.verdict(json.dumps(changed)).problems}


def test_an_mdocs_response_of_ours_to_a_session() -> None:
    """It mints none."""
    from openvc.errors import OpenvcError
    from openvc.mdoc import verify_device_response

    session = cbor2.dumps(mdocs.transcript())
    anchors = [x509.load_der_x509_certificate(mdocs.IACA.der)]
    answer = mdocs.GOLDEN.answer()
    question: Json = {
        "trust_anchors": anchors,
        "now": world.NOW + timedelta(seconds=1),
        "expected_doc_type": mdocs.DOC_TYPE,
    }
    (found,) = verify_device_response(answer, session_transcript=session, **question)
    assert found.doc_type == mdocs.DOC_TYPE
    assert mdocs.world().verify(answer, expected=mdocs.EXPECTED)
    other = cbor2.dumps(mdocs.transcript(mdocs.EXPECTED._replace(nonce="n-2")))
    with pytest.raises(OpenvcError):
        verify_device_response(answer, session_transcript=other, **question)


def _content(peer: Peer) -> Json:
    plain = {name: value for name, value in vcdm(peer).items() if name not in ("iss", "iat", "exp")}
    return {**plain, "@context": [*plain["@context"], UNDEFINED]}


def _flipped(token: str) -> str:
    head, _, tail = token.rpartition(".")
    return f"{head}.{'B' if tail[0] == 'A' else 'A'}{tail[1:]}"
