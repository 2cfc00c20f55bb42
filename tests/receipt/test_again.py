"""Asking a filed decision again agrees with verifying the credential again, and says when it cannot tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from defa_id import files, receipt
from defa_id.catalogue import CATALOGUE
from defa_id.codec import times
from defa_id.receipt.again import OPEN, OTHERWISE, STANDS, Rechecked
from defa_id.resolvers import did_jwk
from defa_id.verdict import Decision, Verdict
from defa_id.verifier import Verifier
from tests.properties.facts import Facts, facts, judge, registry_of
from tests.properties.material import CERTIFIED_ISSUER, certified
from tests.properties.minting import mint
from tests.receipt.made import OPENING, Filed, accepted, bank, file, policy, world
from tests.support.world import (
    GRANT,
    ISSUER,
    NOW,
    PERSON,
    Json,
    Signer,
    World,
    entity,
    moment,
    service,
    vc,
    vc_jwt,
    vp_jwt,
)

DAY = datetime(2026, 6, 1, tzinfo=UTC)
GRAVITY = [Decision.ACCEPTED, Decision.INDETERMINATE, Decision.REJECTED]


def later(change: Any, **about: Any) -> World:
    made = world()[0].copy()
    made.version = 2
    change(made, **about)
    return made


# -- the two properties ---------------------------------------------------------------------------------


@given(said=facts())
def test_by_the_same_registry_as_of_then_every_decision_stands(said: Facts) -> None:
    verdict = judge(said)
    document = receipt.record(verdict, mint(said), opening=OPENING, made=NOW)
    read = receipt.read(receipt.sign(document, bank()).encode())
    found = receipt.recheck(read, registry_of(said))
    assert (found.standing, found.changes) == (STANDS, ())


def hours(first: int, last: int) -> st.SearchStrategy[str]:
    """Moments on either side of the day of issuance, most of them within it."""
    within = st.integers(0, 24 * 3600)
    around = st.integers(first * 24 * 3600, last * 24 * 3600)
    return st.one_of(within, around).map(lambda second: times.show(DAY + timedelta(seconds=second)))


STATUSES = st.sampled_from(
    [
        *(("suspended", reason) for reason in ("administrative", "investigation", "supervision")),
        *(("withdrawn", reason) for reason in ("administrative", "investigation", "fraud", "compromise")),
        ("ceased", "ceased"),
        ("superseded", "superseded"),
        ("granted", None),
    ]
)


@st.composite
def events(draw: st.DrawFn) -> Json:
    status, reason = draw(STATUSES)
    record: Json = {"status": status, "effective": draw(hours(-30, 200)), "recorded": "2026-11-01T00:00:00Z"}
    if reason:
        record["reason"] = reason
    if reason == "compromise" and draw(st.booleans()):
        record["compromised_since"] = draw(hours(-30, 170))
    return record


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """The small world after one to three things happened to the issuer, its key, or the recognition."""
    made = world()[0].copy()
    made.version = 2
    listed = made.sg
    key = next(one for one in listed["identifiers"] if one["kind"] == "jwk")
    kinds = ["event", "key ends", "key begins", "compromise", "denial", "algorithm", "level", "type", "recognition"]
    for kind in draw(st.lists(st.sampled_from(["event", *kinds]), min_size=1, max_size=3)):
        event(kind)
        match kind:
            case "event":
                listed["status_events"].append(draw(events()))
            case "key ends":
                key["valid_until"] = draw(hours(-5, 5))
            case "key begins":
                key["valid_from"] = draw(hours(-5, 5))
            case "compromise":
                key["compromised_since"] = draw(hours(-5, 170))
            case "denial":
                struck = draw(st.sampled_from([ISSUER, world()[1].thumbprint, "did:web:other.example"]))
                about = {"id": struck, "effective": draw(hours(-5, 190)), "recorded": GRANT, "reason": "compromise"}
                made.denied.setdefault("SG", []).append(about)
            case "algorithm":
                listed["algorithms"] = [{"alg": "ES256", "not_after": draw(hours(-5, 190))}]
            case "level":
                level = draw(st.sampled_from(["low", "substantial", "high"]))
                effective = draw(hours(-5, 5))
                listed["assurance"].append({**listed["assurance"][0], "level": level, "effective": effective})
            case "type":
                listed["credentials"] = [{"type": "OtherCredential"}]
            case "recognition":
                (record,) = made.lists["TH"]["recognitions"]
                record.update(draw(st.sampled_from(RECOGNITIONS)))
    return made


RECOGNITIONS: list[Json] = [
    {"until": "2026-11-01T00:00:00Z"},
    {"from": "2027-06-01T00:00:00Z"},
    {"min_level": "high"},
    {"purposes": ["nothing.else"]},
    {"types": ["OtherCredential"]},
    {"environment": "live"},
    {"instrument": "unheard-of"},
    {"events": [{"status": "suspended", "effective": "2026-11-20T00:00:00Z", "recorded": "2026-11-20T00:00:00Z"}]},
]


def issued_within(second: int) -> str:
    at = DAY + timedelta(seconds=second)
    return vc_jwt(world()[1], vc(iat=moment(base=at), validFrom=None, nbf=None))


@given(
    made=worlds(), second=st.integers(0, 24 * 3600 - 1), level=st.sampled_from([None, "high"]), days=st.integers(0, 60)
)
def test_it_agrees_with_verifying_again(made: World, second: int, level: str | None, days: int) -> None:
    granted_high = world()[0].copy()
    granted_high.sg["assurance"][0]["level"] = "high"
    rules = policy({"id": "test", "waive": {"assurance.achieved": "a document reaches no level"}}, min_level=level)
    filed = file(granted_high.registry(), issued_within(second), rules)
    assert filed.verdict
    after, at = made.registry(), NOW + timedelta(days=days)
    again = Verifier(after, rules).verify(filed.data, at=at)
    found = receipt.recheck(filed.receipt, after, at=at)
    event(found.standing)
    assert_agrees(found, filed.verdict, again)


def assert_agrees(found: Rechecked, filed: Verdict, again: Verdict) -> None:
    """Whatever is said is so; where it cannot be told, that is said."""
    if not found.asked:  # nothing was proven: nobody relied on it, and more is not said
        assert filed.decision is not Decision.ACCEPTED
        return
    if found.standing == STANDS:
        assert again.decision is filed.decision
    if found.standing == OTHERWISE:
        assert GRAVITY.index(again.decision) > GRAVITY.index(filed.decision)
    if found.now is not None:
        assert again.decision is found.now
    before = {line.id: (str(line.outcome), line.code) for line in filed.checks}
    told = {(change.id, change.now) for change in found.changes}
    for line in again.checks:
        if line.id in found.asked:
            now = (str(line.outcome), line.code)
            assert (line.id, now) in told or now == before[line.id], line


@given(made=worlds(), second=st.integers(0, 24 * 3600 - 1), before=worlds())
def test_a_refusal_asked_again_is_never_said_to_be_an_acceptance(made: World, second: int, before: World) -> None:
    before.version = 1
    filed = file(before.registry(), issued_within(second))
    found = receipt.recheck(filed.receipt, made.registry(), at=NOW)
    again = Verifier(made.registry(), policy()).verify(filed.data, at=NOW)
    if filed.verdict.decision is not Decision.ACCEPTED:
        assert found.now is not Decision.ACCEPTED
    assert_agrees(found, filed.verdict, again)


# -- what is asked again --------------------------------------------------------------------------------

NOT_ASKED_AGAIN = {
    "key.resolved": "asked only where nothing is asked of a registry",
    "recognition.cap": "a use was counted when it was made, and is not made again",
}


def test_every_check_a_registry_can_answer_is_asked_again() -> None:
    areas = ("issuer.", "key.", "recognition.", "assurance.")
    asked = receipt.recheck(accepted().receipt, accepted().registry).asked
    assert {id for id in CATALOGUE.checks if id.startswith(areas)} == set(asked) - {"proof.signature"} | set(
        NOT_ASKED_AGAIN
    )


def test_a_credential_known_by_its_certificate() -> None:
    setting = certified()
    filed = file(setting.verifier.registry, setting.token())
    assert filed.verdict
    assert filed.receipt.document["credentials"][0]["certificates"]
    assert receipt.recheck(filed.receipt, filed.registry) == Rechecked(
        STANDS, Decision.ACCEPTED, Decision.ACCEPTED, "", (), receipt.recheck(filed.receipt, filed.registry).asked
    )


def certified_world(**record: Any) -> World:
    """The world of `certified`, its authority's record changed, as a later version."""
    document = certified().verifier.registry.state_list("SG").document
    made = World.make()[0]
    made.lists["SG"] = {**document, "entities": [dict(one) for one in document["entities"]]}
    made.version = 2
    listed = service([], [PERSON], ["vc-jwt"], issuer=CERTIFIED_ISSUER, algorithms=[{"alg": "ES256"}])
    (authority,) = [one for one in document["entities"][0]["services"][0]["identifiers"] if one["kind"] == "x509"]
    listed["identifiers"].append({**authority, **record})
    made.lists["SG"]["entities"] = [entity([listed])]
    return made


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"compromised_since": "2026-05-01T00:00:00Z"}, "KEY_COMPROMISED"),
        ({"valid_until": "2026-05-01T00:00:00Z"}, "KEY_TIME"),
        ({"sha256": "00" * 32}, "X509_CHAIN"),
    ],
)
def test_the_certificate_it_leads_to_is_asked_about(record: Json, code: str) -> None:
    setting = certified()
    filed = file(setting.verifier.registry, setting.token())
    found = receipt.recheck(filed.receipt, certified_world(**record).registry(), at=NOW)
    assert (found.standing, found.now) == (OTHERWISE, Decision.REJECTED)
    assert code in [change.now[1] for change in found.changes]


# -- what cannot be told ----------------------------------------------------------------------------------


def compromised(made: World, since: str) -> None:
    next(one for one in made.sg["identifiers"] if one["kind"] == "jwk")["compromised_since"] = since


def test_a_compromise_within_the_day_of_issuance_cannot_be_told_from_a_receipt() -> None:
    filed = file(world()[0].registry(), issued_within(12 * 3600))
    for since, standing in (
        ("2026-06-01T00:00:00Z", OTHERWISE),
        ("2026-06-01T06:00:00Z", OPEN),
        ("2026-06-01T23:59:59Z", OPEN),
        ("2026-06-02T00:00:00Z", STANDS),
    ):
        found = receipt.recheck(filed.receipt, later(compromised, since=since).registry(), at=NOW)
        assert found.standing == standing
        assert (found.now is None) == (standing == OPEN)


def test_a_decision_that_is_otherwise_either_way_is_so_whatever_the_hour() -> None:
    def mixed(made: World) -> None:
        suspension = {"status": "suspended", "reason": "supervision", "effective": "2026-06-01T12:00:00Z"}
        made.sg["status_events"].append({**suspension, "recorded": "2026-11-20T00:00:00Z"})

    filed = file(world()[0].registry(), issued_within(3600))
    found = receipt.recheck(filed.receipt, later(mixed).registry(), at=NOW)
    assert (found.standing, found.now) == (OTHERWISE, None)  # indeterminate before noon, rejected after it


def test_a_later_suspension_is_known_only_to_who_may_know_of_it() -> None:
    def suspended(made: World) -> None:
        event = {"status": "suspended", "reason": "supervision", "effective": "2026-11-20T00:00:00Z"}
        made.sg["status_events"].append({**event, "recorded": "2026-11-22T00:00:00Z"})

    registry = later(suspended).registry()
    filed = accepted()
    assert receipt.recheck(filed.receipt, registry, at=NOW).now is Decision.INDETERMINATE
    assert (
        receipt.recheck(filed.receipt, registry, at=NOW, known_at=datetime(2026, 11, 21, tzinfo=UTC)).standing == STANDS
    )


def test_another_registry_or_an_older_one_tells_nothing() -> None:
    made = world()[0].copy()
    made.name = "another"
    found = receipt.recheck(accepted().receipt, made.registry())
    assert (found.standing, found.now, found.changes) == (OPEN, None, ())
    newer = file(later(lambda _: None).registry(), accepted().data)
    assert receipt.recheck(newer.receipt, accepted().registry).standing == OPEN


def test_a_refusal_that_the_registry_no_longer_speaks_for_is_not_an_acceptance() -> None:
    unlisted = world()[0].copy()
    unlisted.sg["credentials"] = [{"type": "OtherCredential"}]
    filed = file(unlisted.registry(), accepted().data)
    assert filed.verdict.decision is Decision.REJECTED
    found = receipt.recheck(filed.receipt, later(lambda _: None).registry(), at=NOW)
    assert (found.standing, found.now) == (OPEN, None)
    assert "judge the credential again" in found.why


def test_what_nobody_asked_of_a_registry_stands() -> None:
    signer = Signer.make()
    did = did_jwk.encode(signer.public.jwk)
    rules = files.load_policy("unsafe-any-issuer")
    filed = file(world()[0].registry(), vc_jwt(signer, vc(did), kid=f"{did}#0"), rules)
    assert filed.verdict
    assert did not in str(filed.receipt.document)
    found = receipt.recheck(filed.receipt, later(lambda _: None).registry())
    assert (found.standing, found.asked) == (STANDS, ())


def test_a_claim_that_spoke_against_it_is_not_forgotten() -> None:
    filed = file(world()[0].registry(), vc_jwt(world()[1], vc(credentialSubject={"issuing_country": "TH"})))
    assert [line.code for line in filed.verdict.problems][:1] == ["SCOPE_STATE"]
    found = receipt.recheck(filed.receipt, later(lambda _: None).registry(), at=NOW)
    assert (found.standing, found.now, found.changes) == (STANDS, Decision.REJECTED, ())


def test_of_several_credentials_each_is_asked_about() -> None:
    made, signer = world()
    two = World.make()[0]
    second, other = Signer.make(), "did:web:sg-second.example"
    two.lists = {**made.copy().lists}
    listed = service([second], [PERSON], ["vc-jwt"], issuer=other, service_id="SG-0002")
    two.lists["SG"]["entities"] = [*two.lists["SG"]["entities"], entity([listed])]
    data = vp_jwt(Signer.make(), (vc_jwt(signer), vc_jwt(second, vc(other))))
    filed: Filed = file(two.registry(), data)
    assert filed.verdict
    after = two.copy()
    after.version = 2
    fraud = {"status": "withdrawn", "reason": "fraud", "effective": "2026-11-20T00:00:00Z"}
    after.lists["SG"]["entities"][1]["services"][0]["status_events"].append({**fraud, "recorded": GRANT})
    found = receipt.recheck(filed.receipt, after.registry(), at=NOW)
    assert found.now is Decision.REJECTED
    assert {change.item for change in found.changes} == {2}
