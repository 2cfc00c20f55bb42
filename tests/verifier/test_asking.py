"""The call itself: times, states and formats that make no question, and what a verdict says was asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from defa_id.errors import NotAccepted, WrongUse
from defa_id.policy import Expected, Policy
from defa_id.verdict import Decision
from defa_id.verifier import Verifier
from tests.support.world import GRANT, NOW, World, vc, vc_jwt


def test_without_a_relying_state_there_is_no_question() -> None:
    world, _ = World.make()
    with pytest.raises(WrongUse, match="no relying state") as raised:
        Verifier(world.registry(), Policy.from_document({"id": "test"}))
    assert "--for" in raised.value.hint


NAIVE = NOW.replace(tzinfo=None)


@pytest.mark.parametrize(("at", "known_at"), [(NAIVE, None), (NOW, NAIVE)])
def test_a_time_without_a_zone_is_no_time(at: datetime, known_at: datetime | None) -> None:
    world, signer = World.make()
    with pytest.raises(WrongUse, match="without a zone"):
        world.verify(vc_jwt(signer), at=at, known_at=known_at)


def test_the_zone_of_a_moment_is_no_matter() -> None:
    world, signer = World.make()
    verifier = Verifier(world.registry(), Policy.from_document({"id": "test"}).asking(for_state="TH"))
    there = NOW.astimezone(timezone(timedelta(hours=7)))
    token = vc_jwt(signer)
    assert verifier.verify(token, at=there).to_json() == verifier.verify(token, at=NOW).to_json()


@pytest.mark.parametrize("name", ["mdl", "VC-JWT", "", "vc-jwt "])
def test_a_format_nobody_knows_is_wrong_use(name: str) -> None:
    world, signer = World.make()
    with pytest.raises(WrongUse, match="no format"):
        world.verify(vc_jwt(signer), format=name)


def test_a_forced_format_is_held_to() -> None:
    world, signer = World.make()
    assert world.verify(vc_jwt(signer), format="vc-jwt")
    assert world.verify(vc_jwt(signer), format="sd-jwt-vc").problems[0].code == "INPUT_FORMAT_MISMATCH"


@pytest.mark.parametrize(("nonce", "audience"), [("", "https://rp.example"), ("n-1", "")])
def test_a_presentation_is_expected_with_both_or_not_at_all(nonce: str, audience: str) -> None:
    with pytest.raises(WrongUse, match="both"):
        Expected.presentation(nonce=nonce, audience=audience)


def test_what_was_known_is_null_unless_it_was_asked() -> None:
    world, signer = World.make()
    token = vc_jwt(signer)
    assert json.loads(world.verify(token).to_json())["known_at"] is None
    asked = world.verify(token, known_at=datetime(2026, 11, 1, 7, tzinfo=timezone(timedelta(hours=7))))
    assert json.loads(asked.to_json())["known_at"] == "2026-11-01T00:00:00Z"
    before = world.verify(token, known_at=datetime.fromisoformat(GRANT) - timedelta(seconds=1))
    assert before.problems[0].code == "SCOPE_ISSUER_UNKNOWN"


def test_bytes_and_text_and_the_space_around_them_are_one_credential() -> None:
    world, signer = World.make()
    token = vc_jwt(signer)
    verifier = Verifier(world.registry(), Policy.from_document({"id": "test"}).asking(for_state="TH"))
    said = {verifier.verify(data, at=NOW).credentials[0]["digest"] for data in (token, token.encode(), f" {token}\r\n")}
    assert len(said) == 1


def test_claims_come_out_of_an_accepted_verdict_only() -> None:
    world, signer = World.make()
    accepted = world.verify(vc_jwt(signer))
    assert accepted.unwrap().claims["nationality"] == ["ID"]
    refused = world.verify(vc_jwt(signer), for_state="VN")
    assert refused.decision is Decision.REJECTED
    with pytest.raises(NotAccepted) as raised:
        refused.unwrap()
    assert raised.value.verdict is refused


def test_the_states_own_credential_needs_no_recognition() -> None:
    world, signer = World.make()
    verdict = world.verify(vc_jwt(signer), for_state="SG")
    assert verdict
    relied = verdict.recognitions[0]
    assert relied is not None
    assert (relied["arrangement"], relied["home_state"], relied["relying_state"]) == (None, "SG", "SG")


def test_a_moment_at_either_end_of_time_is_an_answer() -> None:
    """Leeways are never added to what leaves no room for them."""
    world, signer = World.make()
    for moment in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        assert world.verify(vc_jwt(signer), at=moment).decision is Decision.REJECTED
    edges = vc(validFrom="0001-01-01T00:00:00Z", validUntil="9999-12-31T23:59:59Z", exp=None)
    assert world.verify(vc_jwt(signer, edges))


def test_a_moment_that_does_not_exist_in_utc_is_wrong_use() -> None:
    world, signer = World.make()
    with pytest.raises(WrongUse, match="does not exist"):
        world.verify(vc_jwt(signer), at=datetime.min.replace(tzinfo=timezone(timedelta(hours=14))))
