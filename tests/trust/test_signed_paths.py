"""Delegations: a state's path is written by that state's roles, whatever others put under it (J18 to J20)."""

from __future__ import annotations

import json

import pytest

from defa_id.codec import limits
from defa_id.trust import signed
from tests.support.world import dumps
from tests.trust.repository import Repository, everything, rejected


@pytest.mark.parametrize("thief", ["PH-ops", "PH", "PH-deny", "TH-ops", "VN-ops", "SG-deny"])
@pytest.mark.parametrize("last", [False, True], ids=["first", "last"])
def test_j19_another_role_writes_a_states_list(repository: Repository, thief: str, last: bool) -> None:
    """Whatever another role says under this path, and wherever it stands among the roles."""
    _, genuine = repository.list_of("SG")
    forged = json.loads(genuine)
    forged["entities"][0]["services"][0]["identifiers"][0]["value"] = "did:web:thief.example"
    repository.place(thief, "SG/list.json", dumps(forged))
    meta = repository.roles["snapshot"]["meta"]
    thiefs_file = f"{thief}.json"
    order = sorted(meta, key=lambda file: (file == thiefs_file) is last)
    repository.roles["snapshot"]["meta"] = {file: meta[file] for file in order}
    registry = repository.open()
    assert registry.state_list("SG").document == json.loads(genuine)
    assert registry.services("did:web:thief.example") == ()
    assert len(registry.services("did:web:sg-person.example")) == 1


def test_j19_another_role_writes_a_deny_list_or_a_schema(repository: Repository) -> None:
    denied = {"territory": "SG", "denied": [{"id": "x", "effective": "2026-01-01T00:00:00Z", "reason": "fraud"}]}
    repository.place("PH-deny", "SG/deny.json", dumps(denied))
    repository.place("PH-ops", "SG/schemas/a.json", b"{}")
    repository.place("PH-ops", "schemas/a.json", b"{}")
    repository.place("PH-ops", "vocabulary.json", b'{"types": [{"type": "x"}]}')
    registry = repository.open()
    assert registry.denials("SG") == ()
    assert registry.seen().denied == ()
    assert registry.target("SG/schemas/a.json") is None
    assert registry.target("schemas/a.json") is None
    assert registry.vocabulary["types"] == []


def test_j19_a_state_hands_its_keys_the_path_of_another(repository: Repository) -> None:
    _, genuine = repository.list_of("SG")
    repository.roles["PH"]["delegations"]["roles"][0]["paths"] = ["SG/list.json", "PH/list.json", "*/list.json"]
    repository.place("PH-ops", "SG/list.json", dumps({"territory": "SG"}))
    assert repository.open().state_list("SG").document == json.loads(genuine)


def test_j19_the_centre_writes_a_states_list_itself(repository: Repository) -> None:
    """The top role may delegate a state's paths and not fill them, whatever TUF would let it do."""
    _, genuine = repository.list_of("SG")
    repository.place("targets", "SG/list.json", dumps({**json.loads(genuine), "sequence": 9}))
    repository.place("targets", "SG/deny.json", dumps({"defa_id": "deny/1", "territory": "SG", "denied": []}))
    registry = repository.open()
    assert registry.state_list("SG").document == json.loads(genuine)
    assert registry.denials("SG") == ()
    delegations = repository.roles["targets"]["delegations"]
    delegations["roles"] = [role for role in delegations["roles"] if role["name"] != "SG"]
    registry = repository.open()
    rejected("REG_SIGNATURE", lambda: registry.state_list("SG"))
    rejected("REG_SIGNATURE", lambda: registry.denials("SG"))


def test_j19_a_list_that_speaks_for_another_state(repository: Repository) -> None:
    _, foreign = repository.list_of("SG")
    repository.place("PH-ops", "PH/list.json", foreign)
    registry = repository.open()
    rejected("REG_SUBJECT", lambda: registry.state_list("PH"))
    assert registry.state_list("SG").territory == "SG"


def test_j19_a_state_nobody_delegated_to(repository: Repository) -> None:
    _, listing = repository.list_of("SG")
    repository.roles["ZZ-ops"] = {**repository.roles["SG-ops"], "targets": {}}
    repository.place("ZZ-ops", "ZZ/list.json", dumps({**json.loads(listing), "territory": "ZZ"}))
    repository.signers["ZZ-ops"] = ["stranger"]
    registry = repository.open()
    rejected("REG_SIGNATURE", lambda: registry.state_list("ZZ"))
    assert registry.state_list("SG").territory == "SG"


def test_j19_a_delegation_taken_away(repository: Repository) -> None:
    delegations = repository.roles["targets"]["delegations"]
    delegations["roles"] = [role for role in delegations["roles"] if role["name"] != "SG"]
    registry = repository.open()
    rejected("REG_SIGNATURE", lambda: registry.state_list("SG"))
    assert registry.state_list("TH").territory == "TH"


def test_j20_a_circle_of_delegations_ends(repository: Repository) -> None:
    for role in repository.roles["SG"]["delegations"]["roles"]:
        role["name"] = "SG"
    registry = repository.open()
    rejected("REG_SIGNATURE", lambda: registry.state_list("SG"))


def test_j20_a_delegation_to_a_role_that_is_not_there(repository: Repository) -> None:
    repository.roles["SG"]["delegations"]["roles"][0]["name"] = "SG-new"
    registry = repository.open()
    rejected("REG_MISSING", lambda: registry.state_list("SG"))
    assert registry.state_list("TH").territory == "TH"


def test_j20_thirty_two_delegations_and_not_one_more(repository: Repository) -> None:
    roles = repository.roles["targets"]["delegations"]["roles"]
    spare = {**roles[0], "name": "XX", "paths": ["XX/*"]}
    roles.extend(spare for _ in range(limits.REGISTRY_DELEGATIONS - len(roles)))
    everything(repository.open())
    roles.append(spare)
    registry = repository.open()
    rejected("LIMIT_REGISTRY", lambda: registry.state_list("SG"))


@pytest.mark.parametrize("spoil", ["keys", "roles", "paths", "keyids", "threshold", "targets"])
def test_a_states_malformed_role_is_that_states_trouble(repository: Repository, spoil: str) -> None:
    part = repository.roles["SG"]
    if spoil in ("keys", "roles"):
        part["delegations"][spoil] = 7
    elif spoil == "targets":
        part["targets"] = {}
        part["delegations"] = []
    else:
        del part["delegations"]["roles"][0][spoil]
    registry = repository.open()
    rejected("REG_FORMAT", lambda: registry.state_list("SG"))
    assert registry.state_list("TH").territory == "TH"


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("SG/list.json", "SG/*", True),
        ("SG/list.json", "SG/list.json", True),
        ("SG/list.json", "*/list.json", True),
        ("SG/schemas/a.json", "SG/*", False),
        ("SG/schemas/a.json", "SG/schemas/*", True),
        ("SG/list.json", "*", False),
        ("list.json", "*", True),
        ("SG/list.json", "SG/list.jso?", False),
        ("SGX/list.json", "SG/*", False),
        ("SG/../TH/list.json", "SG/*", False),
        ("SG/list.json", "", False),
    ],
)
def test_j18_patterns_never_cross_a_slash(path: str, pattern: str, expected: bool) -> None:
    assert signed.matches(path, pattern) is expected
