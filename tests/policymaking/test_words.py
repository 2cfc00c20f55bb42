"""Policies in words, two of them compared, and samples judged under both."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from defa_id import files
from defa_id.cli import cli
from defa_id.errors import PolicyInvalid, WrongUse
from defa_id.policy import Policy
from defa_id.policymaking import difference, draft, explanation, trial, words
from defa_id.policymaking.difference import FIRST, NEITHER, SECOND
from defa_id.policymaking.draft import Draft
from tests.policymaking.golden_files import hold
from tests.support.house import PROJECT
from tests.support.world import NOW, Json, Signer, World, vc, vc_jwt

PHASE: Final = {
    "check": "policy.claims",
    "from": "2027-01-01T00:00:00Z",
    "required": "2027-07-01T00:00:00Z",
    "source": "a circular",
}
POLICIES: Final = Path(__file__).parent / "policies"
HOUSE, NATIONAL = (files.load_policy(POLICIES / name) for name in ("house.json", "national.json"))
SAMPLES: Final = PROJECT / "examples" / "credentials"


def policy(**document: Any) -> Policy:
    return Policy.from_document({"id": "tried", **document})


def read(name: str) -> Draft:
    return draft.read(str(POLICIES / f"{name}.json"))


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["policy", *arguments])


class TestExplain:
    def test_every_member_word_for_word(self) -> None:
        hold("explain-national.txt", explanation.explanation_text(read("national")))
        hold("explain-house.txt", explanation.explanation_text(read("house")))
        hold("explain-house.json", json.dumps(explanation.to_dict(read("house")), indent=1, ensure_ascii=False) + "\n")

    def test_every_member_that_decides_is_told(self) -> None:
        undecided = {"id", "sha256", "amount", "relaxable", "provenance"}
        assert set(words.sentences(HOUSE)) == set(Policy._fields) - undecided == set(words.TITLES)

    def test_which_document_set_it_and_what_may_be_relaxed(self) -> None:
        found = {one.member: one for one in explanation.explain(read("house"))}
        assert found["min_level"].set_by == "house"
        assert found["formats"].set_by == "national"
        assert found["trust"].set_by == "baseline"
        assert found["require_expiry"].set_by is None
        told = {one.text: one.set_by for one in explanation.explain(read("house")) if one.member == "conditions"}
        assert told == {
            "A person reads it.": "national",
            "Where it is from SG: A copy is kept for a year.": "house",
        }
        assert [one.member for one in explanation.explain(read("house")) if one.relaxable] == ["status_age_days"]

    def test_the_command(self) -> None:
        assert run("explain", "baseline").stdout == explanation.explanation_text(draft.read("baseline"))
        document = json.loads(run("explain", str(POLICIES / "house.json"), "--json").stdout)
        assert document["policy"] == {"id": "house", "sha256": HOUSE.sha256, "over": ["national", "baseline"]}
        assert run("explain", "nowhere").exit_code == 2


# Two policies that differ in one member, and which is the tighter.
PAIRS: Final[list[tuple[str, Json, Json, str]]] = [
    ("min_level", {"min_level": "high"}, {"min_level": "low"}, FIRST),
    ("min_level", {}, {"min_level": "low"}, SECOND),
    ("status", {}, {"status": "always"}, SECOND),
    ("holder_binding", {"holder_binding": "always"}, {}, FIRST),
    ("trust", {}, {"trust": "any-issuer"}, FIRST),
    ("environments", {"environments": ["live"]}, {"environments": ["live", "demo"]}, FIRST),
    ("environments", {"environments": ["live"]}, {"environments": ["demo"]}, NEITHER),
    ("formats", {}, {"formats": ["mdoc"]}, SECOND),
    ("algorithms", {"algorithms": {"ES256": None}}, {"algorithms": {"ES256": "2030-01-01T00:00:00Z"}}, SECOND),
    ("algorithms", {"algorithms": {"ES256": None}}, {"algorithms": {"EdDSA": None}}, NEITHER),
    ("required_claims", {"required_claims": [["a"], ["b"]]}, {"required_claims": [["b"]]}, FIRST),
    ("never_request", {"never_request": {"*": [["a"]]}}, {"never_request": {"*": [["b"], ["a"]]}}, SECOND),
    ("transfer", {"transfer": [{"rule": "forbidden", "source": "x"}]}, {}, FIRST),
    ("require_expiry", {}, {"require_expiry": True}, SECOND),
    ("legacy_sd_jwt_typ", {}, {"legacy_sd_jwt_typ": True}, FIRST),
    (
        "status_age_days",
        {"status_age_days": {"low": 9, "substantial": 1, "high": 0}},
        {"status_age_days": {"low": 8, "substantial": 2, "high": 0}},
        NEITHER,
    ),
    ("purposes", {"purposes": {"x": {"vector": {"P": 3}}}}, {"purposes": {"x": {"vector": {"P": 2}}}}, FIRST),
    ("conditions", {"conditions": ["a"]}, {"conditions": ["a", "b"]}, SECOND),
    ("review", {"review": {"before_refusal": True}}, {}, FIRST),
    ("waive", {"waive": {"schema.valid": "for a trial run"}}, {}, SECOND),
    ("ask", {"ask": [["a"]]}, {}, FIRST),
    ("ask", {"ask": [["a"]]}, {"ask": [["a", "b"]]}, SECOND),
    ("ask", {"ask": [["a"]]}, {"ask": [["b"]]}, NEITHER),
    ("phase_in", {}, {"phase_in": [PHASE]}, NEITHER),
    ("for_state", {"for_state": "TH"}, {"for_state": "SG"}, NEITHER),
]


class TestDiff:
    @pytest.mark.parametrize(("member", "first", "second", "tighter"), PAIRS)
    def test_which_is_the_tighter(self, member: str, first: Json, second: Json, tighter: str) -> None:
        (found,) = difference.differences(policy(**first), policy(**second))
        assert (found.member, found.tighter) == (member, tighter)
        (turned,) = difference.differences(policy(**second), policy(**first))
        assert turned.tighter == {FIRST: SECOND, SECOND: FIRST, NEITHER: NEITHER}[tighter]
        assert (turned.first, turned.second) == (found.second, found.first)

    def test_order_is_no_difference(self) -> None:
        one, other = ([["a"], ["b"]], [["b"], ["a"]])
        assert difference.differences(policy(conditions=["x", "y"]), policy(conditions=["y", "x"])) == ()
        assert overlay_says_the_same(policy(required_claims=one), policy(required_claims=other))

    def test_word_for_word(self) -> None:
        hold("diff.txt", difference.difference_text(NATIONAL, HOUSE))
        hold("diff.json", json.dumps(difference.to_dict(NATIONAL, HOUSE), indent=1, ensure_ascii=False) + "\n")

    def test_the_same_twice(self) -> None:
        assert difference.difference_text(HOUSE, HOUSE) == "THE SAME  house and house: 0 members differ\n"

    def test_the_command(self) -> None:
        done = run("diff", "baseline", "strict")
        assert "Tighter: baseline in 0, strict in 4." in done.stdout
        found = json.loads(run("diff", "baseline", "strict", "--json").stdout)
        told = {one["member"]: one["tighter"] for one in found["differences"]}
        assert told == {"environments": SECOND, "holder_binding": SECOND, "status": SECOND, "review": SECOND}


def overlay_says_the_same(one: Policy, other: Policy) -> bool:
    from defa_id.policy import overlay

    return overlay.tighter(one, other, "required_claims") is None


class TestSimulate:
    def test_who_flips_and_why(self) -> None:
        world, signer = World.make()
        samples = {
            "lasting": vc_jwt(signer, vc(exp=None)).encode(),
            "ending": vc_jwt(signer).encode(),
            "forged": vc_jwt(Signer.make(kid="key-1")).encode(),
        }
        pair = (policy(), policy(require_expiry=True))
        found = trial.simulate(world.registry(), pair, samples, [NOW], by=["TH", "VN"])
        assert found.compared == 6
        assert [(one.credential, one.by, one.before, one.after) for one in found.flips] == [
            ("lasting", "TH", "accepted", "rejected")
        ]
        assert found.flips[0].codes

    def test_each_policy_for_its_own_state_or_the_one_asked(self) -> None:
        world, _ = World.make()
        registry = world.registry()
        assert trial.simulate(registry, (policy(for_state="TH"), policy(for_state="TH")), {}, [NOW]).compared == 0
        for pair in ((policy(), policy()), (policy(for_state="TH"), policy(for_state="SG")), (policy(), NATIONAL)):
            with pytest.raises(WrongUse, match="no one relying state"):
                trial.simulate(registry, pair, {}, [NOW])

    def test_the_command_over_a_folder(self) -> None:
        bank = str(PROJECT / "examples" / "policies" / "bank-th.json")
        question = ["--for", "TH", "--purpose", "banking.account-opening", "--at", "2026-11-24T00:00:00Z"]
        done = run("simulate", "baseline", bank, str(SAMPLES), *question, "--json")
        found = json.loads(done.stdout)
        assert found["compared"] == len(list(SAMPLES.iterdir()))
        flips = {Path(one["credential"]).name: (one["after"], one["codes"]) for one in found["flips"]}
        assert flips["sg-person.vc.jwt"] == ("rejected", ["LOA_NOT_ACHIEVED"])
        text = run("simulate", "baseline", bank, str(SAMPLES), *question).stdout
        assert text.startswith(f"{len(flips)} of {found['compared']} verdicts change\n")
        assert run("simulate", "baseline", "baseline", str(SAMPLES)).exit_code == 2

    def test_two_moments_on_either_side_of_a_sunset(self) -> None:
        world, signer = World.make()
        pair = (policy(), policy(algorithms={"ES256": "2026-12-01T00:00:00Z"}))
        moments = [datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)]
        found = trial.simulate(world.registry(), pair, {"one": vc_jwt(signer).encode()}, moments, by=["TH"])
        assert [(one.at, one.codes) for one in found.flips] == [("2026-12-01T00:00:00Z", ("POLICY_ALGORITHM",))]


def test_the_shipped_baseline_lets_age_be_relaxed_and_nothing_that_holds() -> None:
    base = {"id": "patient", "base": "baseline"}
    ages = {"low": 90, "substantial": 30, "high": 7}
    baseline = files.load_policy("baseline")
    assert Policy.from_document({**base, "registry_age_days": ages}, baseline).registry_age_days["high"] == 7
    with pytest.raises(PolicyInvalid, match="relaxes waive"):
        Policy.from_document({**base, "waive": {"schema.valid": "for a trial run"}}, baseline)
    with pytest.raises(PolicyInvalid, match="relaxes trust"):
        Policy.from_document({**base, "trust": "any-issuer"}, baseline)
