"""The registry as it is asked: freshness, what a client remembers, deny lists, and one state's trouble.

Row numbers are those of area J (and I-28, I-07 of the invariants) of the adversarial catalogue.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defa_id.codec import times
from defa_id.errors import RegistryRejected
from defa_id.policy import Policy
from defa_id.trust import signed
from defa_id.trust.records import read_denials, read_list
from defa_id.trust.registry import Registry
from defa_id.trust.seen import Seen
from defa_id.trust.signed import Opened
from defa_id.verdict import Decision, Verdict
from defa_id.verifier import Verifier
from tests.support.world import (
    GRANT,
    ISSUER,
    NOW,
    PERSON,
    Json,
    Signer,
    World,
    dumps,
    entity,
    recognition,
    service,
    vc,
    vc_jwt,
)
from tests.trust.repository import Repository, opened, rejected

ENDS = times.parse("2027-11-01T00:00:00Z")
ISSUED = times.parse("2026-11-01T00:00:00Z")
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def short(verdict: Verdict) -> list[str | None]:
    return [line.code for line in verdict.problems if line.outcome != "skipped"]


def judged(registry: Registry, token: str, *, at: datetime = NOW, for_state: str = "TH", **policy: Any) -> Verdict:
    rules = Policy.from_document({"id": "test", **policy}).asking(for_state=for_state)
    return Verifier(registry, rules).verify(token, at=at)


# --- looking up ------------------------------------------------------------------------------------


def test_a_stranger_opens_no_list(monkeypatch: pytest.MonkeyPatch, repository: Repository) -> None:
    """What a look-up costs does not grow with the registry: one list for a name, none for a stranger."""
    asked: list[str] = []
    registry, entitled = repository.open(), signed.entitled_target

    def counting(opened: Opened, path: str) -> bytes | None:
        asked.append(path)
        return entitled(opened, path)

    monkeypatch.setattr(signed, "entitled_target", counting)
    for name in ("did:web:nobody.example", "", '"', ISSUER[:-1], ISSUER + "#key-1", "\ud800", "\x00"):
        assert registry.services(name) == ()
    assert not asked
    assert registry.services(ISSUER)
    assert asked == ["SG/list.json"]


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_a_look_up_finds_what_is_listed_however_it_is_laid_out(repository: Repository, indent: Any) -> None:
    listing = json.loads(repository.list_of("SG")[1])
    names = ['did:web:a"b.example', "did:web:a\\b.example", "did:web:\u0e01.example", "did:web:a\nb.example", "value"]
    for name in names:
        found = listing["entities"][0]["services"][0]["identifiers"]
        found.append({"kind": "did", "value": name, "valid_from": GRANT, "recorded": GRANT})
    repository.place("SG-ops", "SG/list.json", json.dumps(listing, ensure_ascii=False, indent=indent).encode())
    registry = repository.open()
    for name in (ISSUER, *names):
        assert [service.service_id for service in registry.services(name)] == [
            service.service_id
            for service in registry.state_list("SG").services
            if any(own.value == name for own in service.names)
        ], name
        assert registry.services(name)


def test_a_list_made_to_be_slow_is_not_slow(repository: Repository) -> None:
    for filling in (b'"value":"', b'"value":"\\', b'"value":', b'\\"value\\":\\"', b'"value":"x"'):
        repository.place("TH-ops", "TH/list.json", b"{" + filling * (4_000_000 // len(filling)))
        registry = repository.open()
        began = time.process_time()
        assert registry.services(ISSUER)
        assert time.process_time() - began < 5, filling


# --- J10, X14: expiry is a grade -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("past", "grade"),
    [
        (-400 * DAY, "fresh"),
        (-SECOND, "fresh"),
        (SECOND, "stale"),
        (30 * DAY, "stale"),
        (30 * DAY + SECOND, "expired"),
        (4000 * DAY, "expired"),
    ],
)
def test_j10_expiry_is_a_grade_by_the_wall_clock(repository: Repository, past: timedelta, grade: str) -> None:
    registry = repository.open(ENDS + past)
    assert registry.freshness == grade
    assert registry.freshness_for().lag == max(past, timedelta())


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets"])
def test_j10_the_first_top_role_to_expire_counts_for_all(repository: Repository, role: str) -> None:
    part = repository.root if role == "root" else repository.roles[role]
    part["expires"] = "2026-11-20T12:00:00Z"
    registry = repository.open()
    assert (registry.freshness, registry.freshness_for("TH").lag) == ("stale", 4 * DAY)


@pytest.mark.parametrize("role", ["SG", "SG-ops", "SG-deny"])
def test_j10_a_states_role_counts_for_that_state_only(repository: Repository, role: str) -> None:
    repository.roles[role]["expires"] = "2026-09-24T12:00:00Z"
    registry = repository.open()
    assert registry.freshness == "fresh"
    assert registry.freshness_for("SG").grade == "expired"
    assert registry.freshness_for("TH", "VN", "PH").grade == "fresh"
    assert registry.freshness_for("TH", "SG").grade == "expired"


@pytest.mark.parametrize(
    ("level", "days", "decision", "code"),
    [
        (None, 30, Decision.ACCEPTED, None),
        (None, 31, Decision.INDETERMINATE, "REG_EXPIRED"),
        ("low", 30, Decision.ACCEPTED, None),
        ("low", 31, Decision.INDETERMINATE, "REG_EXPIRED"),
        ("substantial", 7, Decision.ACCEPTED, None),
        ("substantial", 8, Decision.INDETERMINATE, "REG_STALE"),
        ("high", 0, Decision.ACCEPTED, None),
        ("high", 1, Decision.INDETERMINATE, "REG_STALE"),
    ],
)
def test_j10_how_old_it_may_be_depends_on_the_level_asked(
    level: str | None, days: int, decision: Decision, code: str | None
) -> None:
    world, signer = World.make()
    world.sg["assurance"][0]["level"] = "high"
    token = vc_jwt(signer, vc(credentialSubject={"id": "urn:x"}))
    # what the presentation reaches is none (a bearer document), so only freshness is looked at here
    verdict = world.verify(token, min_level=level, now=ENDS + days * DAY, at=NOW)
    line = next(line for line in verdict.checks if line.id == "registry.current")
    assert line.code == code
    assert (line.outcome == "passed") == (decision is Decision.ACCEPTED)
    if level is None:
        assert verdict.decision is decision


def test_j10_the_moment_asked_about_never_makes_a_registry_fresh_or_stale() -> None:
    world, signer = World.make()
    assert world.verify(vc_jwt(signer), at=times.parse("2029-01-01T00:00:00Z"))
    stale = world.verify(vc_jwt(signer), at=NOW, now=ENDS + 31 * DAY)
    assert (stale.decision, short(stale)) == (Decision.INDETERMINATE, ["REG_EXPIRED"])


@pytest.mark.parametrize(("early", "trusted"), [(60, True), (61, False), (10**9, False), (-1, True)])
def test_x20_a_clock_before_the_registry_was_signed_is_not_trusted(early: int, trusted: bool) -> None:
    world, signer = World.make()
    now = ISSUED - timedelta(seconds=early)
    verdict = world.verify(vc_jwt(signer), now=now)
    assert world.registry(now).freshness_for().clock_trusted is trusted
    assert short(verdict) == ([] if trusted else ["TIME_CLOCK_UNTRUSTED"])
    assert verdict.decision is (Decision.ACCEPTED if trusted else Decision.INDETERMINATE)


def test_i28_a_clock_that_went_back_revives_nothing(repository: Repository) -> None:
    later = repository.open(ENDS + 31 * DAY)
    assert later.freshness == "expired"
    seen = later.seen()
    assert seen.latest == ENDS + 31 * DAY
    back = repository.open(NOW, seen=seen)
    assert back.freshness == "expired"
    assert back.freshness_for("SG").lag == 31 * DAY
    assert back.seen().latest == seen.latest


def test_i28_a_clock_nobody_trusts_is_not_remembered(repository: Repository) -> None:
    assert repository.open(ISSUED - 365 * DAY).seen().latest == ISSUED
    assert repository.open(NOW).seen().latest == NOW


# --- J36, J37: deny lists --------------------------------------------------------------------------


def struck(id: str, effective: str = "2026-11-10T00:00:00Z", **changes: str) -> Json:
    return {"id": id, "effective": effective, "recorded": effective, "reason": "compromise", **changes}


@pytest.mark.parametrize("by", ["issuer", "key"])
def test_j36_a_struck_issuer_is_refused(by: str) -> None:
    world, signer = World.make()
    assert world.verify(vc_jwt(signer))
    world.denied["SG"] = [struck(ISSUER if by == "issuer" else signer.thumbprint)]
    verdict = world.verify(vc_jwt(signer))
    assert (verdict.decision, short(verdict)) == (Decision.REJECTED, ["SCOPE_ISSUER_DENIED"])
    world.denied["SG"] = [struck("did:web:other.example"), struck(signer.thumbprint[:-1]), struck(ISSUER.upper())]
    assert world.verify(vc_jwt(signer))


def test_j36_a_deny_list_holds_from_its_time_and_as_far_as_it_was_known() -> None:
    world, signer = World.make()
    world.denied["SG"] = [struck(ISSUER, "2026-11-10T00:00:00Z", recorded="2026-11-12T00:00:00Z")]
    for at, known_at, accepted in (
        ("2026-11-09T23:59:59Z", None, True),
        ("2026-11-10T00:00:00Z", None, False),
        ("2026-11-11T00:00:00Z", "2026-11-11T23:59:59Z", True),
        ("2026-11-11T00:00:00Z", "2026-11-12T00:00:00Z", False),
    ):
        known = times.parse(known_at) if known_at else None
        assert bool(world.verify(vc_jwt(signer), at=times.parse(at), known_at=known)) is accepted


def test_j36_another_state_strikes_nobody_elses_issuer() -> None:
    world, signer = World.make()
    world.denied["TH"] = world.denied["PH"] = [struck(ISSUER), struck(signer.thumbprint)]
    assert world.verify(vc_jwt(signer))


def test_j37_a_deny_entry_is_sticky_until_a_later_event_answers_it() -> None:
    world, signer = World.make()
    world.denied["SG"] = [struck(ISSUER)]
    seen = world.registry().seen()
    assert [(state, entry["id"]) for state, entry in seen.denied] == [("SG", ISSUER)]

    world.denied["SG"], world.version = [], 2
    forgetful = world.registry()
    assert judged(forgetful, vc_jwt(signer))
    remembering = world.registry(seen=seen)
    verdict = judged(remembering, vc_jwt(signer))
    assert (verdict.decision, short(verdict)) == (Decision.REJECTED, ["SCOPE_ISSUER_DENIED"])
    assert remembering.seen().denied == seen.denied

    event = {"status": "granted", "effective": "2026-11-11T00:00:00Z", "recorded": "2026-11-10T00:00:00Z"}
    world.sg["status_events"].append(event)
    world.version = 3
    assert not judged(world.registry(seen=seen), vc_jwt(signer)), "an event of the same time answers nothing"
    event["recorded"] = "2026-11-10T00:00:01Z"
    world.version = 4
    assert judged(world.registry(seen=seen), vc_jwt(signer))


def test_j37_once_answered_the_states_own_list_decides_though_the_entry_stays() -> None:
    world, signer = World.make()
    world.denied["SG"] = [struck(ISSUER)]
    assert short(world.verify(vc_jwt(signer))) == ["SCOPE_ISSUER_DENIED"]
    event = {"status": "suspended", "effective": "2026-11-10T00:00:00Z", "recorded": "2026-11-12T00:00:00Z"}
    world.sg["status_events"].append({**event, "reason": "investigation"})
    assert world.verify(vc_jwt(signer)).decision == Decision.INDETERMINATE, "issued before the suspension"
    before_the_answer = world.verify(vc_jwt(signer), known_at=times.parse("2026-11-11T00:00:00Z"))
    assert short(before_the_answer) == ["SCOPE_ISSUER_DENIED"], "an audit as known then gives the answer given then"
    world.sg["status_events"].append({**event, "status": "granted", "effective": "2026-11-13T00:00:00Z"})
    assert world.verify(vc_jwt(signer))
    world.denied["SG"].append(struck(ISSUER, "2026-11-14T00:00:00Z"))
    assert short(world.verify(vc_jwt(signer))) == ["SCOPE_ISSUER_DENIED"], "struck again, later than all answers"


def test_j37_a_struck_key_is_answered_by_the_service_that_lists_it() -> None:
    world, signer = World.make()
    world.denied["SG"] = [struck(signer.thumbprint)]
    seen = world.registry().seen()
    world.denied["SG"], world.version = [], 2
    assert not judged(world.registry(seen=seen), vc_jwt(signer))
    world.sg["status_events"].append({"status": "granted", "effective": GRANT, "recorded": "2026-11-10T00:00:01Z"})
    assert judged(world.registry(seen=seen), vc_jwt(signer))


def test_j37_what_is_remembered_of_two_openings_is_everything() -> None:
    world, _ = World.make()
    world.denied["SG"] = [struck("did:web:one.example")]
    first = world.registry().seen()
    world.denied["SG"], world.version = [struck("did:web:two.example")], 2
    second = world.registry(seen=first).seen()
    assert {entry["id"] for _, entry in second.denied} == {"did:web:one.example", "did:web:two.example"}
    assert {denial.id for denial in world.registry(seen=first).denials("SG")} == {
        "did:web:one.example",
        "did:web:two.example",
    }


def test_j37_an_unsigned_deny_list_is_neither_believed_nor_remembered_nor_in_the_way(repository: Repository) -> None:
    document = {"defa_id": "deny/1", "territory": "SG", "denied": [struck(ISSUER)]}
    repository.place("SG-deny", "SG/deny.json", dumps(document))
    assert [entry["id"] for _, entry in repository.open().seen().denied] == [ISSUER]
    repository.signers["SG-deny"] = ["SG-ops-a"]
    registry = repository.open()
    assert registry.seen().denied == ()
    assert registry.seen().versions["SG-deny"] == 1
    rejected("REG_SIGNATURE", lambda: registry.denials("SG"))
    assert registry.denials("TH") == ()


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"territory": "TH", "denied": [struck(ISSUER)]},
        {"territory": "SG", "denied": 7},
        {"territory": "SG", "denied": ["x"]},
        {"territory": "SG", "denied": [{"id": "x"}]},
        {"territory": "SG", "denied": [{**struck("x"), "id": ["x"]}]},
        {"territory": "SG", "denied": [{**struck("x"), "effective": "yesterday"}]},
    ],
)
def test_a_malformed_deny_list_is_that_states_trouble(repository: Repository, document: Json) -> None:
    repository.place("SG-deny", "SG/deny.json", dumps(document))
    registry = repository.open()
    assert registry.seen().denied == ()
    with pytest.raises(RegistryRejected) as caught:
        registry.denials("SG")
    assert caught.value.code in ("REG_FORMAT", "REG_SUBJECT")
    assert registry.denials("TH") == ()


# --- one state's trouble ---------------------------------------------------------------------------


def test_x18_a_state_whose_list_nobody_signed_breaks_no_other() -> None:
    world, signer = World.make()
    repository = Repository.of(world)
    for role in ("PH-ops", "PH", "VN-ops"):
        repository.signers[role] = ["stranger"]
    registry = repository.open()
    assert judged(registry, vc_jwt(signer))
    assert registry.states() == ("PH", "SG", "TH", "VN")
    rejected("REG_SIGNATURE", lambda: registry.state_list("PH"))


def test_x18_but_nothing_is_judged_by_it() -> None:
    world, signer = World.make()
    for spoilt in ("SG", "SG-ops", "SG-deny", "TH", "TH-ops"):
        repository = Repository.of(world)
        repository.signers[spoilt] = ["stranger"]
        registry = repository.open()
        with pytest.raises(RegistryRejected) as caught:
            judged(registry, vc_jwt(signer))
        assert caught.value.code == "REG_SIGNATURE"


def test_x18_a_state_with_stolen_keys_changes_no_verdict_but_its_own() -> None:
    """The attacker holds all of PH's keys and writes what it likes under every path."""
    world, signer = World.make()
    own = Signer.make(kid="thief-1")
    world.lists["PH"]["entities"].append(entity([service([own], [PERSON], ["vc-jwt"], issuer="did:web:ph.example")]))
    world.lists["TH"]["recognitions"].append(recognition("TH", "PH", [PERSON], id="TH-PH"))
    tokens = [vc_jwt(signer), vc_jwt(own, vc(ISSUER)), vc_jwt(signer, vc(ISSUER, exp=1))]

    def texts(registry: Registry) -> list[tuple[str, list[str | None]]]:
        verdicts = [judged(registry, token) for token in tokens]
        return [(str(verdict.decision), short(verdict)) for verdict in verdicts]

    before = texts(Repository.of(world).open())
    attack = Repository.of(world)
    for state in ("SG", "TH", "VN"):
        forged = {**world.lists["PH"], "territory": state}
        for role in ("PH", "PH-ops", "PH-deny"):
            attack.place(role, f"{state}/list.json", dumps(forged))
            attack.place(role, f"{state}/deny.json", dumps({"territory": state, "denied": [struck(ISSUER)]}))
    attack.roles["PH"]["delegations"]["roles"][0]["paths"] = ["*/list.json", "*/deny.json", "*/*"]
    assert texts(attack.open()) == before
    assert before[0] == ("accepted", [])


def test_j30_an_issuer_listed_by_two_states_is_no_issuer() -> None:
    world, signer = World.make()
    world.lists["PH"]["entities"].append(entity([service([Signer.make()], [PERSON], ["vc-jwt"], service_id="PH-0001")]))
    with pytest.raises(RegistryRejected) as caught:
        world.verify(vc_jwt(signer))
    assert caught.value.code == "REG_ID_CONFLICT"


def test_an_issuer_is_found_by_every_byte_of_its_name() -> None:
    world, _ = World.make()
    registry = world.registry()
    assert len(registry.services(ISSUER)) == 1
    assert registry.services(ISSUER) == registry.services(ISSUER)
    spelled = (ISSUER[:-1], f"{ISSUER}/", ISSUER.upper(), f" {ISSUER}", f"{ISSUER}\ud800", "", '"', "\\", "x" * 10_000)
    for other in spelled:
        assert registry.services(other) == ()


def test_what_was_not_on_record_yet_is_not_known() -> None:
    world, _ = World.make()
    registry = world.registry()
    grant = times.parse(GRANT)
    assert registry.services(ISSUER, grant)
    assert registry.services(ISSUER, grant - SECOND) == ()
    world.sg["identifiers"][0]["recorded"] = "2026-02-01T00:00:00Z"
    assert world.registry().services(ISSUER, grant) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"jwk": {"kty": "oct", "k": "AA"}}, "REG_ENTRY"),
        ({"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}}, "REG_ENTRY"),
        ({"thumbprint": "A" * 43}, "REG_ENTRY"),
    ],
)
def test_j32_a_listed_key_that_cannot_be_used_is_the_registrys_trouble(change: Json, code: str) -> None:
    world, signer = World.make()
    world.sg["identifiers"][1].update(change)
    with pytest.raises(RegistryRejected) as caught:
        world.verify(vc_jwt(signer, kid=None))
    assert caught.value.code == code


@pytest.mark.parametrize("member", ["entities", "recognitions", "issued", "environment"])
@pytest.mark.parametrize("wrong", [None, 7, "x", [7], ["x"], {"a": 1}])
def test_a_list_of_another_shape_is_refused(member: str, wrong: Any) -> None:
    world, _ = World.make()
    document: Json = {**world.lists["SG"], member: wrong}
    assert read_list(world.lists["SG"], "SG").territory == "SG"
    if member == "environment" or (wrong == {"a": 1} and member == "entities"):
        return  # a text is taken as it is; an object's names are no entities
    with pytest.raises(RegistryRejected) as caught:
        read_list(document, "SG")
    assert caught.value.code == "REG_FORMAT"


def test_a_list_of_another_kind_or_for_another_state_is_refused() -> None:
    world, _ = World.make()
    rejected("REG_FORMAT", lambda: read_list({**world.lists["SG"], "defa_id": "state-list/2"}, "SG"))
    world.lists["SG"]["entities"][0]["names"] = []
    rejected("REG_FORMAT", lambda: read_list(world.lists["SG"], "SG"))
    rejected("REG_SUBJECT", lambda: read_list(world.lists["SG"], "TH"))
    rejected("REG_SUBJECT", lambda: read_denials({"defa_id": "deny/1", "territory": "TH", "denied": []}, "SG"))
    for kind in ("deny/2", "state-list/1", None, 1):
        rejected("REG_FORMAT", lambda kind=kind: read_denials({"defa_id": kind, "territory": "SG", "denied": []}, "SG"))  # type: ignore[misc]


# --- I-07: versions never go down ------------------------------------------------------------------


@pytest.fixture(scope="module")
def publications() -> list[dict[str, bytes]]:
    """Five publications of one registry, and a second content under each version."""
    world, _ = World.make()
    made = []
    for version in range(1, 6):
        world.version = version
        for note in ("genuine", "other"):
            repository = Repository.of(world)
            repository.roles["snapshot"]["x-note"] = note
            made.append(repository.files())
    return made


@settings(max_examples=60)
@given(data=st.data())
def test_i07_versions_never_go_down_over_any_sequence_of_openings(
    publications: list[dict[str, bytes]], data: st.DataObject
) -> None:
    seen = Seen()
    accepted: list[int] = []
    for choice in data.draw(st.lists(st.integers(0, len(publications) - 1), max_size=12)):
        version = choice // 2 + 1
        days = data.draw(st.integers(-30, 400))
        highest = accepted[-1] if accepted else -1
        try:
            registry = opened(publications[choice], NOW + days * DAY, seen=seen)
        except RegistryRejected as refusal:
            assert highest >= 0
            same = choice // 2 == highest // 2
            assert refusal.code == ("REG_EQUIVOCATION" if same else "REG_ROLLBACK")
            assert choice != highest
            assert choice // 2 <= highest // 2
            continue
        assert registry.version == version
        assert choice // 2 > highest // 2 or choice == highest
        accepted.append(choice)
        before, seen = seen, registry.seen().merge(seen)
        assert all(seen.versions[name] >= old for name, old in before.versions.items())
        assert before.latest is None or (seen.latest is not None and seen.latest >= before.latest)
    assert accepted == sorted(accepted)


moments = st.integers(-10_000, 10_000).map(lambda hours: NOW + timedelta(hours=hours))


def remembered() -> st.SearchStrategy[Seen]:
    entries = st.tuples(st.sampled_from(["SG", "TH"]), st.sampled_from("abc").map(struck))
    return st.builds(
        Seen,
        st.dictionaries(st.sampled_from(["root", "timestamp", "snapshot", "SG"]), st.integers(1, 9)),
        st.none() | st.sampled_from(["aa", "bb"]),
        st.none() | moments,
        st.lists(entries, max_size=4, unique_by=lambda item: (item[0], item[1]["id"])).map(tuple),
        st.dictionaries(st.sampled_from(["timestamp", "snapshot"]), st.frozensets(st.sampled_from("pqr"), min_size=1)),
        st.dictionaries(st.sampled_from(["SG", "TH"]), st.sampled_from(["h1", "h2"])),
        st.dictionaries(st.sampled_from(["timestamp", "snapshot", "SG"]), st.integers(1, 9)),
        st.none() | st.sampled_from(["r1", "r2"]),
    )


@given(remembered(), remembered(), remembered())
def test_i07_merging_memories_keeps_the_stricter_of_both(one: Seen, two: Seen, three: Seen) -> None:
    merged = one.merge(two)
    for name in one.versions.keys() | two.versions.keys():
        assert merged.versions[name] == max(one.versions.get(name, 0), two.versions.get(name, 0))
    assert merged.latest == max((moment for moment in (one.latest, two.latest) if moment), default=None)
    assert all(entry in merged.denied for entry in one.denied + two.denied)
    assert len(merged.denied) <= len(one.denied) + len(two.denied)
    again = merged.merge(three).merge(one).merge(two)
    assert again.versions == two.merge(three).merge(one).versions
    assert all(merged.least[name] >= version for seen in (one, two) for name, version in seen.least.items())
    assert merged.holders.keys() == one.holders.keys() | two.holders.keys()
    assert merged.signers.keys() == one.signers.keys() | two.signers.keys()
    assert one.merge(Seen()) == one
    assert Seen().merge(one)._replace(snapshot_sha256=None) == one._replace(snapshot_sha256=None)


def test_nothing_is_remembered_of_what_was_refused(publications: list[dict[str, bytes]]) -> None:
    seen = opened(publications[4]).seen()
    for older in publications[:4]:
        rejected("REG_ROLLBACK", lambda older=older: opened(older, seen=seen))  # type: ignore[misc]
    assert opened(publications[4], seen=seen).version == 3


def test_a_snapshot_is_a_value(golden: Repository) -> None:
    registry = golden.open()

    def everything() -> Iterator[str]:
        for state in registry.states():
            yield json.dumps(registry.state_list(state).document, sort_keys=True)
            yield repr(registry.denials(state))
        yield repr(registry.freshness_for(*registry.states()))
        yield registry.sha256

    before = list(everything())
    _, signer = World.make()
    for token in (vc_jwt(signer), "x", vc_jwt(Signer.make())):
        judged(registry, token)
    assert list(everything()) == before
