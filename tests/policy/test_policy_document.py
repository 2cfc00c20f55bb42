"""The policy document: each member is honoured, and whatever cannot be followed is refused by name."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.catalogue import CATALOGUE
from defa_id.codec import canonical
from defa_id.errors import PolicyInvalid
from defa_id.policy import (
    ENVIRONMENTS,
    LEVELS,
    UNWAIVABLE,
    Condition,
    External,
    Link,
    PhaseIn,
    Policy,
    Predicate,
    Review,
    Rule,
    Transfer,
)
from tests.support.house import PROJECT

REASON = "a closed trial of three issuers"
SUNSET = datetime(2027, 1, 1, tzinfo=UTC)
# What no document sets: where it comes from, and what one question asks.
NOT_A_MEMBER = {"sha256", "provenance", "amount"}
LEAST: dict[str, Any] = {"id": "bank/1"}

# member, what a document says, the attribute, what the policy then holds
HONOURED: tuple[tuple[str, Any, str, Any], ...] = (
    ("id", "acme.bank/onboarding:1_a-b", "id", "acme.bank/onboarding:1_a-b"),
    ("for_state", "TH", "for_state", "TH"),
    ("purpose", "banking.account-opening", "purpose", "banking.account-opening"),
    ("min_level", "substantial", "min_level", "substantial"),
    ("status", "always", "status", "always"),
    ("holder_binding", "always", "holder_binding", "always"),
    ("trust", "any-issuer", "trust", "any-issuer"),
    ("environments", ["pilot", "live"], "environments", frozenset({"pilot", "live"})),
    ("formats", ["vc-jwt", "sd-jwt-vc"], "formats", frozenset({"vc-jwt", "sd-jwt-vc"})),
    ("required_claims", [["name"], ["address", "country"]], "required_claims", (("name",), ("address", "country"))),
    ("require_expiry", True, "require_expiry", True),
    ("legacy_sd_jwt_typ", True, "legacy_sd_jwt_typ", True),
    (
        "conditions",
        ["certified translation", {"text": "a person looks", "states": ["PH"], "types": ["Nurse"]}],
        "conditions",
        (
            Condition("certified translation"),
            Condition("a person looks", frozenset({"PH"}), frozenset({"Nurse"})),
        ),
    ),
    ("algorithms", {"ES256": None, "RS256": "2027-01-01T00:00:00Z"}, "algorithms", {"ES256": None, "RS256": SUNSET}),
    ("ask", [["name"], ["birth_date"]], "ask", (("name",), ("birth_date",))),
    (
        "never_request",
        {"PH": [["psn"]], "*": [["religion"]]},
        "never_request",
        {"PH": (("psn",),), "*": (("religion",),)},
    ),
    (
        "transfer",
        [{"rule": "in-place", "states": ["VN"], "claims": [["address"]], "source": "a law"}],
        "transfer",
        (Transfer("in-place", frozenset({"VN"}), frozenset({("address",)}), "a law"),),
    ),
    (
        "predicates",
        [
            {"name": "adult", "claim": ["birth_date"], "test": "age-at-least", "value": 18},
            {"name": "named", "claim": ["name"], "test": "present", "required": True, "types": ["X"]},
        ],
        "predicates",
        (
            Predicate("adult", ("birth_date",), "age-at-least", 18),
            Predicate("named", ("name",), "present", None, True, frozenset({"X"})),
        ),
    ),
    (
        "phase_in",
        [
            {
                "check": "policy.claims",
                "from": "2026-01-01T00:00:00Z",
                "required": "2027-01-01T00:00:00Z",
                "states": ["LA"],
                "source": "a circular",
            }
        ],
        "phase_in",
        (PhaseIn("policy.claims", datetime(2026, 1, 1, tzinfo=UTC), SUNSET, frozenset({"LA"}), "a circular"),),
    ),
    (
        "external",
        [{"check": "external.sanctions", "what": "Screening for sanctions"}],
        "external",
        (External("external.sanctions", "Screening for sanctions"),),
    ),
    (
        "review",
        {"before_refusal": True, "states": ["LA"], "types": ["X"], "appeal": "the ombudsman"},
        "review",
        Review(True, frozenset({"LA"}), frozenset({"X"}), "the ombudsman"),
    ),
    ("relaxable", ["status"], "relaxable", frozenset({"status"})),
    (
        "status_age_days",
        {"low": 5, "substantial": 2, "high": 1},
        "status_age_days",
        {"none": 5, "low": 5, "substantial": 2, "high": 1},
    ),
    (
        "registry_age_days",
        {"low": 5, "substantial": 2, "high": 1},
        "registry_age_days",
        {"none": 5, "low": 5, "substantial": 2, "high": 1},
    ),
    (
        "purposes",
        {
            "banking.account-opening": {
                "min_level": "high",
                "holder_binding": "always",
                "vector": {"P": 3},
                "types": ["Passport"],
                "conditions": ["face to face"],
                "ask": [["name"]],
                "links": [[{"type": "A", "path": ["id"]}, {"type": "B", "path": ["of", "id"]}]],
            }
        },
        "purposes",
        {
            "banking.account-opening": Rule(
                "high",
                "always",
                {"P": 3},
                frozenset({"Passport"}),
                ("face to face",),
                (("name",),),
                (Link(("A", ("id",)), ("B", ("of", "id"))),),
            )
        },
    ),
    ("waive", {"issuer.listed": REASON}, "waive", {"issuer.listed": REASON}),
)
DESCRIPTIVE = {
    "$schema": "urn:x",
    "title": "Bank",
    "description": "…",
    "source": "https://bank.example",
    "version": "3",
}


@pytest.mark.parametrize(("member", "value", "attribute", "held"), HONOURED, ids=[row[0] for row in HONOURED])
def test_each_member_is_honoured(member: str, value: Any, attribute: str, held: Any) -> None:
    plain, policy = Policy.from_document(LEAST), Policy.from_document({**LEAST, member: value})
    assert getattr(policy, attribute) == held
    assert getattr(plain, attribute) != held
    others = set(Policy._fields) - {attribute, *NOT_A_MEMBER}
    assert {name: getattr(policy, name) for name in others} == {name: getattr(plain, name) for name in others}


def test_the_table_leaves_no_member_out() -> None:
    assert {row[2] for row in HONOURED} == set(Policy._fields) - NOT_A_MEMBER


def test_all_members_together() -> None:
    document = {row[0]: row[1] for row in HONOURED} | DESCRIPTIVE
    policy = Policy.from_document(document)
    assert {row[2]: getattr(policy, row[2]) for row in HONOURED} == {row[2]: row[3] for row in HONOURED}


def test_what_the_least_document_means() -> None:
    policy = Policy.from_document(LEAST)
    assert (policy.for_state, policy.purpose, policy.min_level, policy.formats) == (None, None, None, None)
    assert (policy.status, policy.holder_binding, policy.trust) == ("when-named", "when-asked", "registry")
    assert policy.environments == set(ENVIRONMENTS)
    assert not policy.waive
    assert policy.safe
    assert policy.registry_age_days["high"] == 0


@pytest.mark.parametrize("member", DESCRIPTIVE)
def test_what_is_for_readers_changes_nothing_but_the_digest(member: str) -> None:
    plain, policy = Policy.from_document(LEAST), Policy.from_document({**LEAST, member: DESCRIPTIVE[member]})
    names = set(Policy._fields) - NOT_A_MEMBER
    assert {name: getattr(policy, name) for name in names} == {name: getattr(plain, name) for name in names}
    assert policy.sha256 != plain.sha256


def test_the_digest_is_of_the_canonical_document() -> None:
    document = {row[0]: row[1] for row in HONOURED} | DESCRIPTIVE
    policy = Policy.from_document(document)
    assert policy.sha256 == canonical.digest(document)
    assert Policy.from_document(dict(reversed(document.items()))).sha256 == policy.sha256


# -- refusals -----------------------------------------------------------------------------------------

PHASE = {
    "check": "policy.claims",
    "from": "2026-01-01T00:00:00Z",
    "required": "2027-01-01T00:00:00Z",
    "source": "a circular",
}
AGES = {"low": 30, "substantial": 7, "high": 0}
# what is wrong, the document's member, its value, what the message must name
REFUSED: tuple[tuple[str, str, Any, str], ...] = (
    ("id is empty", "id", "", "'id'"),
    ("phases are no list", "phase_in", {}, "'phase_in'"),
    ("a phase of a check that is not the policy's own", "phase_in", [{**PHASE, "check": "key.listed"}], "check"),
    ("a phase without its end", "phase_in", [{k: v for k, v in PHASE.items() if k != "required"}], "required"),
    ("a phase with an end before its beginning", "phase_in", [{**PHASE, "from": "2028-01-01T00:00:00Z"}], "before"),
    ("a phase without a source", "phase_in", [{k: v for k, v in PHASE.items() if k != "source"}], "source"),
    ("a phase for a state in lower case", "phase_in", [{**PHASE, "states": ["la"]}], "phase_in.0"),
    ("a phase with more in it", "phase_in", [{**PHASE, "until": "x"}], "phase_in.0"),
    ("externals are no list", "external", {"check": "external.x"}, "'external'"),
    ("an external of another name", "external", [{"check": "policy.x", "what": "x"}], "external.sanctions"),
    ("an external without words", "external", [{"check": "external.x"}], "external.0.what"),
    ("one external twice", "external", [{"check": "external.x", "what": "x"}] * 2, "twice"),
    (
        "a predicate required by a word",
        "predicates",
        [{"name": "a", "claim": ["x"], "test": "present", "required": "yes"}],
        "predicates.0.required",
    ),
    ("id is no text", "id", 7, "'id'"),
    ("id is null", "id", None, "'id'"),
    ("id has a space", "id", "a bank", "'id'"),
    ("id begins with a dot", "id", ".bank", "'id'"),
    ("id is too long", "id", "a" * 129, "'id'"),
    ("id has a line break", "id", "bank\n", "'id'"),
    ("id is not ASCII", "id", "ธนาคาร", "'id'"),
    ("state in lower case", "for_state", "th", "'for_state'"),
    ("state of three letters", "for_state", "THA", "'for_state'"),
    ("state is empty", "for_state", "", "'for_state'"),
    ("state has a line break", "for_state", "TH\n", "'for_state'"),
    ("state is no text", "for_state", ["TH"], "'for_state'"),
    ("state is false, as YAML makes of NO", "for_state", False, "'for_state'"),
    ("state is null", "for_state", None, "'for_state'"),
    ("purpose in capitals", "purpose", "Banking", "'purpose'"),
    ("purpose is empty", "purpose", "", "'purpose'"),
    ("purpose ends with a dot", "purpose", "banking.", "'purpose'"),
    ("purpose with an underscore", "purpose", "account_opening", "'purpose'"),
    ("purpose is no text", "purpose", 1, "'purpose'"),
    ("level none", "min_level", "none", "'min_level'"),
    ("level unknown", "min_level", "medium", "'min_level'"),
    ("level is a number", "min_level", 2, "'min_level'"),
    ("level is null", "min_level", None, "'min_level'"),
    ("level is a list", "min_level", ["low"], "'min_level'"),
    ("status never", "status", "never", "'status'"),
    ("status is true", "status", True, "'status'"),
    ("holder binding never", "holder_binding", "never", "'holder_binding'"),
    ("holder binding is true", "holder_binding", True, "'holder_binding'"),
    ("trust in everybody", "trust", "any", "'trust'"),
    ("trust is null", "trust", None, "'trust'"),
    ("no environment", "environments", [], "'environments'"),
    ("environment unknown", "environments", ["live", "production"], "'environments'"),
    ("environments as a text", "environments", "live", "'environments'"),
    ("environment is no text", "environments", [1], "'environments'"),
    ("environment is empty", "environments", [""], "'environments'"),
    ("environments as an object", "environments", {"live": True}, "'environments'"),
    ("no format", "formats", [], "'formats'"),
    ("formats as a text", "formats", "vc-jwt", "'formats'"),
    ("format is no text", "formats", [None], "'formats'"),
    ("formats are null", "formats", None, "'formats'"),
    ("no required claims", "required_claims", [], "'required_claims'"),
    ("claims as texts", "required_claims", ["name"], "'required_claims'"),
    ("a claim's path is empty", "required_claims", [["name"], []], "'required_claims'"),
    ("a claim's step is empty", "required_claims", [["name", ""]], "'required_claims'"),
    ("a claim's step is a number", "required_claims", [["name", 0]], "'required_claims'"),
    ("claims are a text", "required_claims", "name", "'required_claims'"),
    ("expiry as a text", "require_expiry", "true", "'require_expiry'"),
    ("expiry as a number", "require_expiry", 1, "'require_expiry'"),
    ("expiry is null", "require_expiry", None, "'require_expiry'"),
    ("legacy typ as a number", "legacy_sd_jwt_typ", 0, "'legacy_sd_jwt_typ'"),
    ("conditions as a text", "conditions", "translation", "'conditions'"),
    ("a condition is empty", "conditions", [""], "'conditions'"),
    ("ages without high", "registry_age_days", {"low": 30, "substantial": 7}, "'registry_age_days'"),
    ("ages with none", "registry_age_days", {**AGES, "none": 1}, "'registry_age_days'"),
    ("an age below zero", "registry_age_days", {**AGES, "high": -1}, "'registry_age_days'"),
    ("an age over a year", "registry_age_days", {**AGES, "low": 366}, "'registry_age_days'"),
    ("an age in fractions", "registry_age_days", {**AGES, "low": 1.5}, "'registry_age_days'"),
    ("an age as 7.0", "registry_age_days", {**AGES, "low": 7.0}, "'registry_age_days'"),
    ("an age is true", "registry_age_days", {**AGES, "low": True}, "'registry_age_days'"),
    ("an age as a text", "registry_age_days", {**AGES, "low": "30"}, "'registry_age_days'"),
    ("ages as one number", "registry_age_days", 7, "'registry_age_days'"),
    ("purposes as a list", "purposes", ["banking"], "'purposes'"),
    ("a purpose's name in capitals", "purposes", {"Banking": {}}, "'purposes'"),
    ("a purpose's rule is no object", "purposes", {"banking": "high"}, "'purposes.banking'"),
    ("a purpose's rule is not known", "purposes", {"banking": {"status": "always"}}, "'purposes.banking'"),
    ("a purpose's level", "purposes", {"banking": {"min_level": "none"}}, "'purposes.banking.min_level'"),
    ("a purpose's binding", "purposes", {"banking": {"holder_binding": "no"}}, "'purposes.banking.holder_binding'"),
    ("waive as a list", "waive", ["issuer.listed"], "'waive'"),
    ("waive without a reason", "waive", {"issuer.listed": ""}, "'waive.issuer.listed'"),
    ("waive with a word for a reason", "waive", {"issuer.listed": "because"}, "'waive.issuer.listed'"),
    ("waive with blanks for a reason", "waive", {"issuer.listed": " " * 40}, "'waive.issuer.listed'"),
    ("waive with true for a reason", "waive", {"issuer.listed": True}, "'waive.issuer.listed'"),
    ("waive what is no check", "waive", {"issuer.trusted": REASON}, "issuer.trusted"),
    ("waive a prefix", "waive", {"issuer.": REASON}, "issuer."),
    ("a member nobody knows", "skip_status", True, "skip_status"),
    ("a member misspelt", "min-level", "high", "min-level"),
    ("a member in capitals", "Status", "always", "Status"),
    ("the digest given", "sha256", "0" * 64, "sha256"),
    ("an empty member", "", 1, "''"),
    ("a version that is a fraction", "version", 1.5, "policy"),
    ("a title that is half a character", "title", "\ud800", "policy"),
    ("a source with names outside ASCII", "source", {"é": 1}, "policy"),
)


@pytest.mark.parametrize(("member", "value", "named"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_be_followed_is_refused_by_name(member: str, value: Any, named: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        Policy.from_document({**LEAST, member: value})
    assert named in refused.value.message
    assert refused.value.hint
    assert refused.value.code == "CFG_POLICY"


def test_a_policy_needs_a_name() -> None:
    for document in ({}, {"for_state": "TH"}):
        with pytest.raises(PolicyInvalid, match="'id': is missing"):
            Policy.from_document(document)


def test_a_hostile_member_is_echoed_short_and_visible() -> None:
    hostile = "\x1b[31m\u202e" + "x" * 500
    for document in ({**LEAST, hostile: 1}, {**LEAST, "waive": {hostile: REASON}}):
        with pytest.raises(PolicyInvalid) as refused:
            Policy.from_document(document)
        assert len(refused.value.message) < 120
        assert "\x1b" not in refused.value.message
        assert "\u202e" not in refused.value.message


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
LIKELY = st.sampled_from([*(row[1] for row in HONOURED), *(row[2] for row in REFUSED)])
MEMBERS = st.sampled_from([*(row[0] for row in HONOURED), *DESCRIPTIVE]) | st.text(max_size=5)


@given(st.dictionaries(MEMBERS, LIKELY | JSON, max_size=4))
def test_any_object_is_a_policy_or_invalid(members: dict[str, Any]) -> None:
    document = {**LEAST, **members}
    before = copy.deepcopy(document)
    try:
        policy = Policy.from_document(document)
    except PolicyInvalid:
        pass
    else:
        assert policy.sha256 == canonical.digest(document)
        assert policy.needed_level in LEVELS
        assert not [check for check in policy.waive if check.startswith(UNWAIVABLE)]
    assert repr(document) == repr(before)


# -- waivers ------------------------------------------------------------------------------------------

NEVER_WAIVED = {
    *("limit.size", "format.recognised", "format.wellformed", "format.disclosures", "format.model"),
    *("key.algorithm", "key.resolved", "proof.signature", "holder.proof", "holder.hash"),
}


@pytest.mark.parametrize("check", CATALOGUE.checks)
def test_what_holds_a_credential_together_can_never_be_waived(check: str) -> None:
    document = {**LEAST, "waive": {check: REASON}}
    if check in NEVER_WAIVED:
        with pytest.raises(PolicyInvalid, match=f"{check} can never be waived"):
            Policy.from_document(document)
    else:
        assert Policy.from_document(document).waive == {check: REASON}


def test_no_rule_against_waiving_is_about_nothing() -> None:
    assert CATALOGUE.checks.keys() >= NEVER_WAIVED
    assert [rule for rule in UNWAIVABLE if not any(check.startswith(rule) for check in CATALOGUE.checks)] == []


def test_one_waiver_that_stands_does_not_carry_one_that_cannot() -> None:
    with pytest.raises(PolicyInvalid, match=r"proof\.signature can never be waived"):
        Policy.from_document({**LEAST, "waive": {"issuer.listed": REASON, "proof.signature": REASON}})


# -- the schema that describes the document -----------------------------------------------------------

# Refused by the library and let through by the schema, which cannot say it or says it elsewhere.
BEYOND_THE_SCHEMA = {
    "one external twice",
    "a phase with an end before its beginning",
    "an age as 7.0",  # JSON Schema takes 7.0 for an integer
    "waive with blanks for a reason",
    "a version that is a fraction",  # without a canonical form: the document has no digest
    "a title that is half a character",
    "a source with names outside ASCII",
    "id has a line break",  # a `$` that also stands before the last line break
    "state has a line break",
}


def test_the_schema_and_the_library_agree() -> None:
    schema = json.loads((PROJECT / "schemas" / "policy.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    accepted = [{row[0]: row[1]} for row in HONOURED] + [{name: value} for name, value in DESCRIPTIVE.items()]
    assert [document for document in accepted if not validator.is_valid({**LEAST, **document})] == []
    through = {what for what, member, value, _ in REFUSED if validator.is_valid({**LEAST, member: value})}
    assert through == BEYOND_THE_SCHEMA
    assert not validator.is_valid({})
    waivable = {check for check in CATALOGUE.checks if validator.is_valid({**LEAST, "waive": {check: REASON}})}
    assert waivable == CATALOGUE.checks.keys() - NEVER_WAIVED
