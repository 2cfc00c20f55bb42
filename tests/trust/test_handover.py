"""A state's keys pass to others only by the word of those a client knows: the centre alone cannot swap them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from defa_id.codec import limits
from defa_id.trust import handover
from defa_id.trust.registry import Registry
from defa_id.trust.seen import Seen
from tests.support.world import Json
from tests.trust.repository import Repository, everything, key_entry, rejected, signature

OLD = ["SG-a", "SG-b", "SG-c"]
NEW = ["new-a", "new-b", "new-c"]
NEWER = ["newer-a", "newer-b", "newer-c"]


@pytest.fixture
def repository(golden: Repository) -> Repository:
    """The second publication: whoever knows the first one sees something new."""
    later = golden.copy()
    for role in ("snapshot", "timestamp"):
        later.roles[role]["version"] = 2
    return later


@pytest.fixture(scope="module")
def seen(golden: Repository) -> Seen:
    """What a client remembers of the first publication."""
    return golden.open().seen()


def held(repository: Repository, names: list[str], threshold: int = 2) -> Json:
    return {"keys": dict(key_entry(repository.world, name) for name in names), "threshold": threshold}


def appoint(repository: Repository, names: list[str], threshold: int = 2, *, signers: list[str] | None = None) -> None:
    """The centre names these keys for SG, and they sign its role."""
    delegations = repository.roles["targets"]["delegations"]
    role = next(one for one in delegations["roles"] if one["name"] == "SG")
    appointed = held(repository, names, threshold)
    delegations["keys"].update(appointed["keys"])
    role.update(keyids=list(appointed["keys"]), threshold=threshold)
    repository.signers["SG"] = signers or names[:threshold]


def hand_over(
    repository: Repository,
    before: list[str],
    after: list[str],
    signers: list[str],
    *,
    threshold: int = 2,
    **changes: object,
) -> None:
    """One more statement in SG's role: `before` to `after`, signed by these."""
    said = handover.statement(
        "test-world", "SG", held(repository, before, threshold), held(repository, after, threshold)
    )
    said.update(changes)
    signed = [signature(repository.world, name, said) for name in signers]
    about = repository.roles["SG"].setdefault("x-defa-id", {"handovers": []})
    about["handovers"].append({"signed": said, "signatures": signed})


def refused(registry: Registry) -> None:
    """SG is refused, in every path of it, and nobody else."""
    for ask in (registry.state_list, registry.denials):
        rejected("REG_HANDOVER", lambda ask=ask: ask("SG"))  # type: ignore[misc]
    for other in ("PH", "TH", "VN"):
        registry.state_list(other)
        registry.denials(other)


def test_keys_the_centre_swapped_are_refused_by_whoever_knew_the_others(repository: Repository, seen: Seen) -> None:
    appoint(repository, NEW)
    everything(repository.open())
    registry = repository.open(seen=seen)
    refused(registry)
    after = registry.seen(seen)
    assert after.holders == seen.holders
    refused(repository.open(seen=after))


def test_keys_the_old_ones_handed_over_to_are_taken(repository: Repository, seen: Seen) -> None:
    appoint(repository, NEW)
    hand_over(repository, OLD, NEW, ["SG-a", "SG-c"])
    registry = repository.open(seen=seen)
    everything(registry)
    after = registry.seen(seen)._replace(snapshot_sha256=None)
    assert after.holders["SG"] != seen.holders["SG"]
    assert {state: after.holders[state] for state in ("PH", "TH", "VN")} == {
        state: seen.holders[state] for state in ("PH", "TH", "VN")
    }
    del repository.roles["SG"]["x-defa-id"]
    everything(repository.open(seen=after))
    refused(repository.open(seen=seen))


def test_a_client_that_was_away_follows_every_step(repository: Repository, seen: Seen) -> None:
    appoint(repository, NEWER)
    hand_over(repository, OLD, NEW, ["SG-b", "SG-c"])
    hand_over(repository, NEW, NEWER, ["new-a", "new-b"])
    everything(repository.open(seen=seen))
    repository.roles["SG"]["x-defa-id"]["handovers"].pop(0)
    refused(repository.open(seen=seen))


def last_step_first(repository: Repository) -> None:
    hand_over(repository, NEWER, NEW, ["newer-a", "newer-b"])
    hand_over(repository, OLD, NEWER, ["SG-a", "SG-b"])


SPOILT: dict[str, Callable[[Repository], object]] = {
    "by one of them": lambda r: hand_over(r, OLD, NEW, ["SG-a"]),
    "by one of them, twice": lambda r: hand_over(r, OLD, NEW, ["SG-a", "SG-a"]),
    "by nobody": lambda r: hand_over(r, OLD, NEW, []),
    "by the new ones": lambda r: hand_over(r, OLD, NEW, ["new-a", "new-b"]),
    "by the centre": lambda r: hand_over(r, OLD, NEW, ["region-a", "region-b"]),
    "from others": lambda r: hand_over(r, ["TH-a", "TH-b", "TH-c"], NEW, ["TH-a", "TH-b"]),
    "to others": lambda r: hand_over(r, OLD, NEWER, ["SG-a", "SG-b"]),
    "at a lower threshold": lambda r: hand_over(r, OLD, NEW, ["SG-a"], threshold=1),
    "for another state": lambda r: hand_over(r, OLD, NEW, ["SG-a", "SG-b"], state="TH"),
    "in another registry": lambda r: hand_over(r, OLD, NEW, ["SG-a", "SG-b"], registry="another"),
    "of another kind": lambda r: hand_over(r, OLD, NEW, ["SG-a", "SG-b"], _type="targets"),
    "in the wrong order": last_step_first,
}


@pytest.mark.parametrize("way", SPOILT)
def test_a_statement_that_hands_nothing_over(repository: Repository, seen: Seen, way: str) -> None:
    appoint(repository, NEW)
    SPOILT[way](repository)
    everything(repository.open())
    refused(repository.open(seen=seen))


def test_a_signature_over_another_statement_hands_nothing_over(repository: Repository, seen: Seen) -> None:
    appoint(repository, NEW)
    hand_over(repository, OLD, NEWER, ["SG-a", "SG-b"])
    (one,) = repository.roles["SG"]["x-defa-id"]["handovers"]
    one["signed"]["to"] = held(repository, NEW)
    refused(repository.open(seen=seen))


def test_the_same_keys_in_another_order_and_under_other_names_are_the_same(repository: Repository, seen: Seen) -> None:
    delegations = repository.roles["targets"]["delegations"]
    role = next(one for one in delegations["roles"] if one["name"] == "SG")
    delegations["keys"]["aa" * 32] = delegations["keys"][role["keyids"][0]]
    role["keyids"] = [*reversed(role["keyids"][1:]), "aa" * 32]
    repository.signers["SG"] = ["SG-b", "SG-c"]
    everything(repository.open(seen=seen))


def test_a_lower_threshold_is_another_holder(repository: Repository, seen: Seen) -> None:
    appoint(repository, OLD, 1)
    refused(repository.open(seen=seen))


def test_a_delegation_of_one_path_to_others_is_refused_for_that_path(repository: Repository, seen: Seen) -> None:
    """The centre leaves SG its list and takes its deny list away."""
    delegations = repository.roles["targets"]["delegations"]
    stolen = held(repository, NEW)
    delegations["keys"].update(stolen["keys"])
    delegations["roles"].insert(
        0,
        {
            "name": "XX",
            "keyids": list(stolen["keys"]),
            "threshold": 2,
            "terminating": True,
            "paths": ["SG/deny.json"],
        },
    )
    part = {**repository.roles["SG-deny"], "targets": {}}
    repository.roles["XX"] = part
    repository.signers["XX"] = NEW[:2]
    repository.place("XX", "SG/deny.json", json.dumps({"territory": "SG", "denied": []}).encode())
    registry = repository.open(seen=seen)
    registry.state_list("SG")
    rejected("REG_HANDOVER", lambda: registry.denials("SG"))


def test_a_deny_list_nobody_delegates_to_is_not_an_empty_one(repository: Repository) -> None:
    delegations = repository.roles["SG"]["delegations"]
    delegations["roles"] = [role for role in delegations["roles"] if role["name"] != "SG-deny"]
    registry = repository.open()
    registry.state_list("SG")
    rejected("REG_SIGNATURE", lambda: registry.denials("SG"))


def test_so_many_statements_and_not_one_more(repository: Repository, seen: Seen) -> None:
    appoint(repository, NEW)
    for _ in range(limits.REGISTRY_HANDOVERS - 1):
        hand_over(repository, NEW, NEWER, [])
    hand_over(repository, OLD, NEW, ["SG-a", "SG-b"])
    everything(repository.open(seen=seen))
    hand_over(repository, NEW, NEWER, [])
    registry = repository.open(seen=seen)
    rejected("LIMIT_REGISTRY", lambda: registry.state_list("SG"))


@pytest.mark.parametrize("statements", [7, None, [7], [{}], [{"signed": {}}], [None], {"a": 1}])
def test_statements_of_another_shape(repository: Repository, seen: Seen, statements: object) -> None:
    appoint(repository, NEW)
    repository.roles["SG"]["x-defa-id"] = {"handovers": statements}
    registry = repository.open(seen=seen)
    rejected("REG_FORMAT", lambda: registry.state_list("SG"))
    assert registry.seen(seen).holders == seen.holders
    registry.state_list("TH")
