"""A waived check is printed with its reason, requires nothing, and never lends itself to anything else."""

from __future__ import annotations

import json

import pytest

from defa_id.catalogue import CATALOGUE
from defa_id.errors import PolicyInvalid
from defa_id.policy import UNWAIVABLE, Policy
from defa_id.verdict import Decision, Outcome
from tests.support.world import World, moment, vc, vc_jwt

REASON = "The pilot's own register is asked instead."
FREE = sorted(id for id in CATALOGUE.checks if not id.startswith(UNWAIVABLE))


def test_a_waiver_is_a_line_with_its_reason() -> None:
    world, signer = World.make()
    expired = vc_jwt(signer, vc(exp=moment(-3600)))
    assert world.verify(expired).problems[0].code == "TIME_EXPIRED"
    verdict = world.verify(expired, policy={"waive": {"time.window": REASON}})
    assert verdict.decision is Decision.ACCEPTED
    (line,) = (line for line in verdict.checks if line.id == "time.window")
    assert (line.outcome, line.code, line.why) == (Outcome.SKIPPED, "POLICY_WAIVED", REASON)
    told = json.loads(verdict.to_json())
    assert "time.window" not in told["required"]
    assert REASON in [check["why"] for check in told["checks"]]


def test_a_waiver_covers_every_credential_and_nothing_but_its_check() -> None:
    world, signer = World.make()
    waived = {"waive": {"time.window": REASON}}
    verdict = world.verify(vc_jwt(signer, vc(exp=moment(-3600), iat=moment(3600))), policy=waived)
    assert [line.code for line in verdict.problems] == ["TIME_ISSUED_IN_FUTURE"]


@pytest.mark.parametrize("id", sorted(set(CATALOGUE.checks) - set(FREE)))
def test_what_holds_a_credential_together_is_never_waived(id: str) -> None:
    with pytest.raises(PolicyInvalid, match="can never be waived"):
        Policy.from_document({"id": "test", "waive": {id: REASON}})


@pytest.mark.parametrize("id", FREE)
def test_no_single_waiver_lets_a_strangers_signature_in(id: str) -> None:
    world, _ = World.make()
    _, stranger = World.make()
    assert not world.verify(vc_jwt(stranger), policy={"waive": {id: REASON}})


@pytest.mark.parametrize("id", ["issuer.listed", "key.listed", "issuer.scope", "recognition.in_force"])
def test_what_others_build_on_leaves_them_without_an_answer(id: str) -> None:
    """Waiving the foundation does not answer the questions above it: still no acceptance."""
    world, signer = World.make()
    verdict = world.verify(vc_jwt(signer), policy={"waive": {id: REASON}})
    assert verdict.decision is not Decision.ACCEPTED


def test_even_everything_that_can_be_waived_leaves_the_signature() -> None:
    world, signer = World.make()
    everything = {"waive": dict.fromkeys(FREE, REASON)}
    assert not world.verify(vc_jwt(signer), policy=everything)
    assert not world.verify(b"", policy=everything)


@pytest.mark.parametrize("reason", ["", "short", "       x       ", 7, None])
def test_a_waiver_without_a_reason_is_no_policy(reason: object) -> None:
    with pytest.raises(PolicyInvalid, match="must give a reason"):
        Policy.from_document({"id": "test", "waive": {"time.window": reason}})
