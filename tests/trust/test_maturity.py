"""A type of credential that is still tried out never carries more than a trial, whatever two states say."""

from __future__ import annotations

import pytest

from defa_id.trust import recognition
from tests.support.world import NOW, PERSON, PERSON_VCT, Signer, World, vc, vc_jwt
from tests.support.world import recognition as statement

STRICT = {"environments": ["pilot", "live"]}


def live(maturity: str | None) -> tuple[World, Signer]:
    """A live registry in which TH recognises SG live, for a type as ripe as that."""
    world, signer = World.make(environment="live")
    world.lists["TH"]["recognitions"] = [statement("TH", "SG", [PERSON, PERSON_VCT], environment="live")]
    entry = {"type": PERSON, "format": "vc", "family": "person-identity", "names": [{"lang": "en", "value": "Person"}]}
    world.vocabulary["types"] = [{**entry, "maturity": maturity} if maturity else entry]
    return world, signer


@pytest.mark.parametrize(
    ("maturity", "environment"),
    [
        ("experimental", "sandbox"),
        ("developing", "pilot"),
        ("established", "live"),
        (None, "live"),
        ("unheard of", "sandbox"),
    ],
)
def test_the_environment_is_capped_by_the_maturity_of_the_type(maturity: str | None, environment: str) -> None:
    world, signer = live(maturity)
    for state in ("TH", "SG"):  # a state's own credentials no less
        verdict = world.verify(vc_jwt(signer), for_state=state)
        assert verdict
        assert verdict.recognitions[0] is not None
        assert verdict.recognitions[0]["environment"] == environment
    rows = recognition.matrix(world.registry(), at=NOW, type=PERSON)
    assert {row["environment"] for row in rows if row["decision"] == "recognised"} == {environment}


def test_experimental_never_satisfies_live() -> None:
    world, signer = live("experimental")
    verdict = world.verify(vc_jwt(signer), policy=STRICT)
    assert [line.code for line in verdict.problems] == ["RECOGNITION_ENVIRONMENT"]
    ripe, key = live("established")
    assert ripe.verify(vc_jwt(key), policy=STRICT)


def test_one_type_on_trial_leaves_the_others_as_they_are() -> None:
    world, signer = live("experimental")
    assert recognition.ceiling(world.registry(), PERSON_VCT) == "live"
    both = vc_jwt(signer, vc(type=["VerifiableCredential", PERSON, PERSON_VCT]))
    verdict = world.verify(both)
    assert verdict.recognitions[0] is not None
    assert verdict.recognitions[0]["environment"] == "sandbox"
