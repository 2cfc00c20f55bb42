"""`unsafe-any-issuer`: a bare proof, by keys that name themselves; nothing about who that is."""

from __future__ import annotations

import pytest

from defa_id.policy import Expected, Policy
from defa_id.resolvers import did_jwk, did_key
from defa_id.verdict import Decision, Outcome, Verdict
from defa_id.verifier import Verifier
from tests.properties.material import CERTIFIED_ISSUER, certified
from tests.support.world import (
    NOW,
    PRESENTED,
    Signer,
    World,
    claims,
    key_binding,
    moment,
    sd_jwt,
    vc,
    vc_jwt,
    vp_jwt,
)


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    world, _ = World.make()
    return Verifier(world.registry(), Policy.preset("unsafe-any-issuer"))


def judge(verifier: Verifier, token: str, expected: Expected = Expected()) -> Verdict:
    return verifier.verify(token, at=NOW, expected=expected)


def codes(verdict: Verdict) -> list[tuple[str, str | None]]:
    return [(line.id, line.code) for line in verdict.problems if line.outcome is not Outcome.SKIPPED]


def did_of(signer: Signer, method: str) -> str:
    return did_key.encode(signer.public) if method == "key" else did_jwk.encode(signer.public.jwk)


def kid_of(did: str) -> str:
    return f"{did}#0" if did.startswith("did:jwk:") else f"{did}#{did.removeprefix('did:key:')}"


@pytest.mark.parametrize("alg", ["ES256", "ES384", "EdDSA"])
@pytest.mark.parametrize("method", ["key", "jwk"])
@pytest.mark.parametrize("named", ["by kid", "by fragment", "not at all"])
def test_an_issuer_that_is_its_own_key(verifier: Verifier, alg: str, method: str, named: str) -> None:
    signer = Signer.make(alg)
    did = did_of(signer, method)
    kid = {"by kid": kid_of(did), "by fragment": "#" + kid_of(did).partition("#")[2], "not at all": None}[named]
    token = signer.token(
        {"alg": alg, "typ": "vc+jwt", **({"kid": kid} if kid else {})},
        vc(did),
    )
    verdict = judge(verifier, token)
    assert verdict, verdict.to_json(1)
    recognition = verdict.recognitions[0]
    assert recognition is not None
    assert (recognition["environment"], recognition["arrangement"], recognition["home_state"]) == ("none", None, None)
    assert recognition["level"]["label"] == "none"
    assert "not asked" in verdict.summary
    assert verdict.unwrap().issuer == did


def test_every_waiver_is_printed_with_its_reason(verifier: Verifier) -> None:
    signer = Signer.make()
    verdict = judge(verifier, vc_jwt(signer, vc(did_of(signer, "key")), kid=None))
    told = {line.id: line.why for line in verdict.checks if line.code == "POLICY_WAIVED"}
    assert set(told) == set(verifier.policy.waive) - {
        "schema.valid",
        "recognition.cap",
    }  # no schema and no arrangement is named
    assert all(told[id] == verifier.policy.waive[id] for id in told)
    assert "key.listed" not in {line.id for line in verdict.checks}
    assert {"key.resolved", "key.algorithm", "proof.signature", "time.window"} <= verdict.required


@pytest.mark.parametrize("format", ["sd-jwt-vc", "vc-sd-jwt", "vp-jwt"])
def test_the_other_formats_and_presentations(verifier: Verifier, format: str) -> None:
    signer, holder = Signer.make(), Signer.make()
    did = did_of(signer, "jwk")
    cnf = {"cnf": {"jwk": dict(holder.public.jwk)}}
    if format == "vp-jwt":
        token = vp_jwt(holder, (vc_jwt(signer, vc(did, **cnf), kid=None),))
    elif format == "sd-jwt-vc":
        token = key_binding(holder, sd_jwt(signer, claims(did, **cnf), kid=None))
    else:
        token = key_binding(holder, sd_jwt(signer, vc(did, **cnf), typ="vc+sd-jwt", kid=None))
    verdict = judge(verifier, token, PRESENTED)
    assert verdict, verdict.to_json(1)
    assert verdict.credentials[0]["format"] == format.replace("vp-", "vc-")


def test_a_certificates_own_key() -> None:
    made = certified()
    verifier = Verifier(made.verifier.registry, Policy.preset("unsafe-any-issuer"))
    verdict = judge(verifier, made.token())
    assert verdict, verdict.to_json(1)
    assert verdict.unwrap().issuer == CERTIFIED_ISSUER
    swapped = judge(verifier, made.token((made.authority,)))
    assert codes(swapped) == [("proof.signature", "JOSE_SIGNATURE")]


def test_the_key_of_somebody_else(verifier: Verifier) -> None:
    mallory, victim = Signer.make(), Signer.make()
    theirs, own = did_of(victim, "key"), did_of(mallory, "key")
    assert codes(judge(verifier, vc_jwt(mallory, vc(theirs), kid=kid_of(own)))) == [
        ("key.resolved", "SCOPE_ISSUER_KEY")
    ]
    assert codes(judge(verifier, vc_jwt(mallory, vc(theirs), kid=kid_of(theirs)))) == [
        ("proof.signature", "JOSE_SIGNATURE")
    ]


@pytest.mark.parametrize(
    ("issuer", "code"),
    [
        ("https://issuer.example", "NET_OFFLINE"),
        ("did:web:issuer.example", "NET_OFFLINE"),
        (f"did:webvh:Qm{'a' * 44}:issuer.example", "NET_OFFLINE"),
        ("did:example:1", "DID_METHOD"),
    ],
)
def test_who_names_no_key_is_not_decided(verifier: Verifier, issuer: str, code: str) -> None:
    verdict = judge(verifier, vc_jwt(Signer.make(), vc(issuer), kid=None))
    assert verdict.decision is Decision.INDETERMINATE
    assert codes(verdict) == [("key.resolved", code)]


@pytest.mark.parametrize("alg", ["RS256", "PS256"])
def test_rsa_needs_an_entry_that_lists_it(verifier: Verifier, alg: str) -> None:
    signer = Signer.make(alg)
    verdict = judge(verifier, vc_jwt(signer, vc(did_jwk.encode(signer.public.jwk)), kid=None))
    assert codes(verdict) == [("key.algorithm", "JOSE_ALG_NOT_REGISTERED")]


def test_time_and_model_are_asked_as_ever(verifier: Verifier) -> None:
    signer = Signer.make()
    did = did_of(signer, "key")
    assert codes(judge(verifier, vc_jwt(signer, vc(did, exp=moment(-61)), kid=None))) == [
        ("time.window", "TIME_EXPIRED")
    ]
    assert codes(judge(verifier, vc_jwt(signer, vc(did, credentialSubject={}), kid=None))) == [
        ("format.model", "MODEL_SHAPE")
    ]


def test_it_is_never_a_default_and_needs_no_state() -> None:
    policy = Policy.preset("unsafe-any-issuer")
    assert policy.for_state is None
    assert not policy.safe
    assert Policy.from_document({"id": "test"}).safe
