"""The shipped policies, and the schema of policies, which must say what `Policy.from_document` does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema_rs import Draft202012Validator

from defa_id.catalogue import CATALOGUE
from defa_id.errors import PolicyInvalid
from defa_id.policy import ENVIRONMENTS, UNWAIVABLE, Policy

PROJECT: Final = Path(__file__).resolve().parents[2]
PRESETS: Final = ("baseline", "strict", "unsafe-any-issuer")
SCHEMA: Final[dict[str, Any]] = json.loads((PROJECT / "schemas" / "policy.schema.json").read_text(encoding="utf-8"))
EACH_PRESET = pytest.mark.parametrize("name", PRESETS)


def document(name: str) -> dict[str, Any]:
    text = (PROJECT / "defa_id" / "policies" / f"{name}.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def test_the_presets_are_the_documented_ones() -> None:
    files = (PROJECT / "defa_id" / "policies").iterdir()
    assert sorted(path.name for path in files if path.suffix == ".json") == [f"{name}.json" for name in PRESETS]


@EACH_PRESET
def test_a_preset_loads_and_fits_the_schema(name: str) -> None:
    policy = Policy.from_document(document(name))
    assert policy.id == name
    assert policy.for_state is None
    Draft202012Validator(SCHEMA).validate(document(name))
    assert document(name)["$schema"] == SCHEMA["$id"]
    assert document(name)["description"]


def test_baseline_says_aloud_what_is_the_default_anyway() -> None:
    policy, default = Policy.from_document(document("baseline")), Policy.from_document({"id": "baseline"})
    for member in ("status", "holder_binding", "environments", "trust", "registry_age_days", "waive", "formats"):
        assert getattr(policy, member) == getattr(default, member)
    assert policy.environments == set(ENVIRONMENTS)


def test_strict_asks_always_and_takes_no_demonstration() -> None:
    policy = Policy.from_document(document("strict"))
    assert (policy.status, policy.holder_binding, policy.trust) == ("always", "always", "registry")
    assert policy.environments == {"sandbox", "pilot", "live"}
    assert not policy.waive


def test_the_unsafe_one_waives_what_concerns_trust_and_nothing_else() -> None:
    policy = Policy.from_document(document("unsafe-any-issuer"))
    assert not policy.safe
    concerned = {id for id in CATALOGUE.checks if id.startswith(("recognition.", "assurance."))}
    concerned |= {"registry.current", "issuer.listed", "issuer.granted", "issuer.scope", "key.current", "schema.valid"}
    assert policy.waive.keys() == concerned
    assert all(reason.endswith(".") for reason in policy.waive.values())


def test_the_schema_lets_everything_be_waived_that_may_be() -> None:
    may_be = {id for id in CATALOGUE.checks if not id.startswith(UNWAIVABLE)}
    listed = SCHEMA["properties"]["waive"]["propertyNames"]["enum"]
    assert listed == sorted(may_be), "schemas/policy.schema.json: waive must list these checks"


PHASE: Final = {
    "check": "policy.claims",
    "from": "2027-01-01T00:00:00Z",
    "required": "2027-07-01T00:00:00Z",
    "source": "a circular",
}
DAYS: Final = {"low": 30, "substantial": 7, "high": 0}
MEMBERS: Final[list[tuple[str, list[Any], list[Any]]]] = [
    ("id", ["a", "bank.sg/onboarding:2"], ["", "-a", "a b", "a" * 129, 1, None]),
    ("for_state", ["SG"], ["sg", "SGP", "", 1, None]),
    ("purpose", ["banking.account-opening", "x"], ["Banking", "a..b", "a.", "", 1, None]),
    ("min_level", ["low", "substantial", "high"], ["none", "medium", 1, None]),
    ("status", ["when-named", "always"], ["never", True, None]),
    ("holder_binding", ["when-asked", "always"], ["never", True, None]),
    ("trust", ["registry", "any-issuer"], ["none", None]),
    ("environments", [["demo"], ["live", "pilot"]], [[], ["test"], "demo", [1], None]),
    ("formats", [["vc-jwt"], ["anything"]], [[], [""], "vc-jwt", [1], None]),
    ("required_claims", [[["name", "full"]], [["a"], ["b"]]], [[], [[]], ["name"], [[""]], "name", None]),
    ("require_expiry", [True, False], [1, "true", None]),
    ("legacy_sd_jwt_typ", [True, False], [0, "false", None]),
    ("conditions", [[], ["a text"]], ["a text", [""], [1], None]),
    ("registry_age_days", [DAYS], [{}, {**DAYS, "none": 1}, {**DAYS, "low": -1}, {**DAYS, "low": 366}, 7, None]),
    ("registry_age_days", [{**DAYS, "high": 365}], [{**DAYS, "low": 1.5}, {**DAYS, "low": "7"}, {**DAYS, "low": True}]),
    ("status_age_days", [DAYS], [{}, {**DAYS, "none": 1}, {**DAYS, "low": -1}, {**DAYS, "low": 1.5}, 7, None]),
    ("purposes", [{}, {"a.b": {}}, {"a": {"min_level": "high"}}], [{"A": {}}, {"a": 1}, {"a": {"x": 1}}, [], None]),
    ("purposes", [{"a": {"holder_binding": "always"}}], [{"a": {"min_level": "none"}}, {"a": {"holder_binding": 1}}]),
    (
        "waive",
        [{}, {"schema.valid": "no schema yet"}],
        [{"schema.valid": "short"}, {"schema.valid": 12345678}, [], None],
    ),
    (
        "algorithms",
        [{"ES256": None}, {"RS256": "2027-01-01T00:00:00Z"}],
        [{}, {"ES256": "2027"}, {"ES256": 7}, [], None],
    ),
    ("ask", [[["name"]], [["a", "b"], ["c"]]], [[], [[]], ["name"], [[""]], None]),
    ("never_request", [{}, {"PH": [["psn"]]}, {"*": [["a"]]}], [{"ph": [["a"]]}, {"PH": []}, {"PH": ["a"]}, [], None]),
    (
        "transfer",
        [[{"rule": "allowed", "source": "a"}]],
        [[], [{"rule": "allowed"}], [{"rule": "yes", "source": "a"}], {}],
    ),
    (
        "transfer",
        [[{"rule": "in-place", "states": ["VN"], "claims": [["a"]], "source": "a"}]],
        [[{"rule": "in-place", "source": "a", "states": []}], [{"rule": "in-place", "source": "a", "x": 1}], None],
    ),
    (
        "predicates",
        [[], [{"name": "a", "claim": ["b"], "test": "present"}]],
        [
            [{"name": "a", "claim": ["b"], "test": "equals"}],
            [{"name": "", "claim": ["b"], "test": "present"}],
            {},
            None,
        ],
    ),
    (
        "predicates",
        [[{"name": "a", "claim": ["b"], "test": "age-at-least", "value": 18}]],
        [[{"name": "a", "claim": ["b"], "test": "age-at-least", "value": "18"}], [{"name": "a", "test": "present"}]],
    ),
    ("review", [{}, {"before_refusal": True, "states": ["PH"], "types": ["X"], "appeal": "a"}], [{"x": 1}, [], None]),
    ("review", [{"states": ["PH"]}], [{"states": []}, {"states": ["ph"]}, {"before_refusal": 1}, {"appeal": ""}]),
    ("relaxable", [[], ["status"]], [[1], [""], "status", None]),
    ("conditions", [[{"text": "a", "states": ["PH"]}]], [[{"states": ["PH"]}], [{"text": "a", "states": ["ph"]}]]),
    (
        "purposes",
        [{"a": {"vector": {"P": 3}, "types": ["X"], "ask": [["a"]], "conditions": ["b"]}}],
        [{"a": {"vector": {"P": 4}}}, {"a": {"vector": {"X": 1}}}, {"a": {"types": []}}, {"a": {"ask": [[]]}}],
    ),
    (
        "purposes",
        [{"a": {"links": [[{"type": "A", "path": ["x"]}, {"type": "B", "path": ["y"]}]]}}],
        [{"a": {"links": [[{"type": "A", "path": ["x"]}]]}}, {"a": {"links": [["A", "B"]]}}, {"a": {"links": {}}}],
    ),
    (
        "phase_in",
        [[], [PHASE], [{**PHASE, "states": ["LA"]}]],
        [{}, [{**PHASE, "check": "proof.signature"}], [{**PHASE, "from": "2027"}], [{**PHASE, "source": ""}]],
    ),
    (
        "external",
        [[], [{"check": "external.aml", "what": "a"}]],
        [{}, [{"check": "aml", "what": "a"}], [{"check": "external.aml"}], [{"check": "external.aml", "what": ""}]],
    ),
    ("base", [], [1, "", None]),
    ("waive", [{"issuer.scope": "for a test"}], [{"no.check": "a reason"}, {"proof.signature": "a reason"}]),
    ("title", ["A title", 1, None], []),
    ("$schema", ["urn:defa-id:schema:policy:1"], []),
    ("version", ["1"], []),
    ("source", ["a decision"], []),
    ("description", ["A text"], []),
    ("unknown", [], [1, "x", None]),
]


@pytest.mark.parametrize(
    ("member", "good", "bad"), MEMBERS, ids=[f"{one[0]}-{number}" for number, one in enumerate(MEMBERS)]
)
def test_the_schema_agrees_with_the_reader(member: str, good: list[Any], bad: list[Any]) -> None:
    schema = Draft202012Validator(SCHEMA)
    for value in good:
        taken = {"id": "a", member: value}
        Policy.from_document(taken)
        assert schema.is_valid(taken), value
    for value in bad:
        refused = {"id": "a", member: value}
        assert not schema.is_valid(refused), value
        with pytest.raises(PolicyInvalid):
            Policy.from_document(refused)


def test_every_member_is_tried() -> None:
    assert {member for member, _, _ in MEMBERS} - {"unknown"} == SCHEMA["properties"].keys()


@pytest.mark.parametrize("value", [{}, {"title": "nameless"}])
def test_a_policy_without_a_name_is_none(value: dict[str, Any]) -> None:
    assert not Draft202012Validator(SCHEMA).is_valid(value)
    with pytest.raises(PolicyInvalid):
        Policy.from_document(value)
