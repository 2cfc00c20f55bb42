"""The twelve attacks of the registry design, each refused by a code of its own, however the registry is brought.

An attacker here holds the network, a mirror or a stick, and besides whatever keys the attack names. The
machine has judged by the genuine registry before, except where a brand-new one is attacked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from defa_id import distribution, files
from defa_id.codec import limits
from tests.adversarial.machine import WAYS, Machine, machine_of, publication, struck
from tests.distribution.mirrors import LOOPBACK, Handler, serving
from tests.support.world import ISSUER, Signer, World, dumps
from tests.trust.repository import Repository, key_entry


@pytest.fixture(scope="module")
def made() -> tuple[World, Signer]:
    return World.make()


@pytest.fixture
def world(made: tuple[World, Signer]) -> World:
    return made[0]


@pytest.fixture
def machine(made: tuple[World, Signer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine that has seen version 2."""
    machine = machine_of(tmp_path, made[1], monkeypatch)
    machine.see(publication(made[0], 2).files())
    return machine


def refused(machine: Machine, way: str, brought: dict[str, bytes], code: str, exit: int = 4) -> None:
    """Refused by this code; and what the machine held it still holds, and still judges by it."""
    before = machine.kept()
    said = machine.bring(way, brought)
    assert (said.exit, said.code) == (exit, code), said.document["troubles"]
    assert machine.kept() == before
    if machine.seen:
        assert machine.bring("folder", machine.seen[-1]).exit == 0
        assert machine.verify(machine.cache).exit == 0


@pytest.mark.parametrize("way", WAYS)
def test_j07_attack_1_an_old_repository_is_played_back(machine: Machine, world: World, way: str) -> None:
    refused(machine, way, publication(world, 1).files(), "REG_ROLLBACK")


def rolled_back(world: World, role: str = "SG-ops") -> dict[str, bytes]:
    """Snapshot and timestamp are stolen: they go on, and name a role as it stood before."""

    def edit(repository: Repository) -> None:
        repository.roles[role]["version"] = 1

    return publication(world, 3, edit).files()


@pytest.mark.parametrize("role", ["targets", "SG", "SG-ops", "SG-deny"])
@pytest.mark.parametrize("way", WAYS)
def test_j07_attack_2_stolen_online_keys_name_an_older_role(
    machine: Machine, world: World, way: str, role: str
) -> None:
    refused(machine, way, rolled_back(world, role), "REG_ROLLBACK")


@pytest.fixture
def released(machine: Machine, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A new machine, whose package was released with version 2."""
    packaged = machine.put(publication(world, 2).files())
    monkeypatch.setattr(files, "demo_registry_path", lambda: packaged)
    machine.forget()
    machine.seen.clear()
    yield
    files._released.cache_clear()


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("role", ["", "targets", "SG", "SG-ops", "SG-deny"])
@pytest.mark.parametrize("way", WAYS)
def test_j07_attack_3_the_same_against_a_client_that_has_seen_nothing(
    machine: Machine, world: World, way: str, role: str
) -> None:
    """What the package was released with is the floor, role by role."""
    refused(machine, way, rolled_back(world, role) if role else publication(world, 1).files(), "REG_ROLLBACK")
    assert machine.bring(way, publication(world, 3).files()).exit == 0


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("way", WAYS)
def test_j08_attack_3_another_content_under_the_version_released(machine: Machine, world: World, way: str) -> None:
    other = publication(world, 2, lambda r: r.roles["SG-ops"].update({"x-note": "another"}))
    refused(machine, way, other.files(), "REG_EQUIVOCATION")


@pytest.mark.parametrize("way", WAYS)
def test_j10_attack_4_the_timestamp_is_frozen(machine: Machine, world: World, way: str) -> None:
    """Nothing is refused that was genuine; it is told how old it is, and carries no level it is too old for."""
    frozen = publication(world, 2, lambda r: r.roles["timestamp"].update(expires="2026-11-20T00:00:00Z"))
    machine.forget()
    said = machine.bring(way, frozen.files())
    if way == "refresh":
        assert (said.exit, said.document["freshness"]) == (3, "stale")
        said = machine.verify(machine.cache, "--min-level", "high")
    else:
        said = machine.verify(machine.put(frozen.files()), "--min-level", "high")
    codes = {line["code"] for line in said.document["checks"] if line["id"] == "registry.current"}
    assert codes == {"REG_STALE"}
    assert said.document["decision"] != "accepted"


@pytest.mark.parametrize("way", WAYS)
def test_j11_attack_5_files_of_two_publications_are_mixed(machine: Machine, world: World, way: str) -> None:
    old, new = publication(world, 2).files(), publication(world, 3).files()
    for role in ("snapshot", "targets", "SG", "SG-ops"):
        refused(machine, way, {**new, f"metadata/3.{role}.json": old[f"metadata/2.{role}.json"]}, "REG_DIGEST")


ENDLESS = {
    "metadata/2.root.json": limits.REGISTRY_ROOT_BYTES,
    "metadata/timestamp.json": limits.REGISTRY_TIMESTAMP_BYTES,
    "metadata/3.snapshot.json": limits.REGISTRY_SNAPSHOT_BYTES,
    "metadata/3.SG-ops.json": limits.REGISTRY_ROLE_BYTES,
}


@pytest.mark.parametrize("file", ENDLESS)
@pytest.mark.parametrize("way", WAYS)
def test_j15_attack_6_endless_data(machine: Machine, world: World, way: str, file: str) -> None:
    endless = {**publication(world, 3).files(), file: b" " * (ENDLESS[file] + 1)}
    refused(machine, way, endless, "LIMIT_REGISTRY")


@pytest.mark.parametrize("file", ENDLESS)
def test_j15_attack_6_a_server_that_never_ends(
    machine: Machine, world: World, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent without a length, for as long as anybody listens: the client stops at the bound of the file."""

    def pour(handler: Handler, _: bytes | None) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        while True:
            handler.wfile.write(b" " * 8192)

    monkeypatch.setitem(distribution.refresh.__kwdefaults__ or {}, "network", LOOPBACK)
    with serving(publication(world, 3).files()) as mirror:
        mirror.answers[file] = pour
        before = machine.kept()
        said = machine.refresh(mirror.address)
    assert (said.exit, said.code) == (4, "LIMIT_REGISTRY"), said.document["troubles"]
    assert machine.kept() == before
    assert said.document["bytes"] <= ENDLESS[file] + 2 * 64 * 1024 + sum(map(len, mirror.files.values()))


@pytest.mark.parametrize("way", WAYS)
def test_j12_attack_7_a_list_is_tampered_with(machine: Machine, world: World, way: str) -> None:
    repository = publication(world, 3)
    name, genuine = repository.list_of("SG")
    forged = genuine.replace(b'"substantial"', b'"high"', 1)
    assert forged != genuine
    refused(machine, way, {**repository.files(), name: forged}, "REG_DIGEST")


def stolen_path(thief: str) -> Callable[[Repository], object]:
    """A state puts a list of its own under another state's path."""

    def edit(repository: Repository) -> None:
        _, genuine = repository.list_of("SG")
        forged = json.loads(genuine)
        forged["entities"][0]["services"][0]["identifiers"][0]["value"] = "did:web:thief.example"
        repository.place(thief, "SG/list.json", dumps(forged))

    return edit


@pytest.mark.parametrize("thief", ["PH-ops", "PH", "TH-ops", "SG-deny"])
@pytest.mark.parametrize("way", WAYS)
def test_j19_attack_8_a_state_writes_another_states_path(machine: Machine, world: World, way: str, thief: str) -> None:
    """It changes nothing: the issuer of SG is who it was, and the thief's is nobody's."""
    said = machine.bring(way, publication(world, 3, stolen_path(thief)).files())
    assert said.exit == 0
    registry = files.open_registry(machine.standing(way), now=machine.now)
    assert registry.services("did:web:thief.example") == ()
    assert len(registry.services(ISSUER)) == 1


@pytest.mark.parametrize("way", WAYS)
def test_j19_attack_8_a_states_list_that_speaks_for_another(machine: Machine, world: World, way: str) -> None:
    def edit(repository: Repository) -> None:
        repository.place("SG-ops", "SG/list.json", repository.list_of("PH")[1])

    said = machine.bring(way, publication(world, 3, edit).files())
    if way == "refresh":
        assert [(doubt["state"], doubt["code"]) for doubt in said.document["doubts"]] == [("SG", "REG_SUBJECT")]
        said = machine.verify(machine.cache)
    # SG's issuer is listed by nobody now: the credential is refused, and no other state is touched
    assert said.exit in (1, 4)
    assert said.document.get("decision") != "accepted"


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets"])
@pytest.mark.parametrize("way", WAYS)
def test_j06_attack_9_below_the_threshold(machine: Machine, world: World, way: str, role: str) -> None:
    signers = {"targets": ["region-a"], "timestamp": [], "snapshot": []}[role]
    brought = publication(world, 3, lambda r: r.signers.update({role: signers})).files()
    refused(machine, way, brought, "REG_SIGNATURE")


@pytest.mark.parametrize("role", ["SG", "SG-ops", "SG-deny"])
@pytest.mark.parametrize("way", WAYS)
def test_j06_attack_9_below_a_states_threshold(machine: Machine, world: World, way: str, role: str) -> None:
    signers = [] if role.endswith("deny") else [f"{role}-a"]
    said = machine.bring(way, publication(world, 3, lambda r: r.signers.update({role: signers})).files())
    if way == "refresh":
        assert [(doubt["state"], doubt["code"]) for doubt in said.document["doubts"]] == [("SG", "REG_SIGNATURE")]
        said = machine.verify(machine.cache)
    assert (said.exit, said.code) == (4, "REG_SIGNATURE")


@pytest.mark.parametrize("packed", [(False, False), (True, False), (False, True), (True, True)])
def test_j17_attack_10_two_mirrors_tell_two_stories(machine: Machine, world: World, packed: tuple[bool, bool]) -> None:
    """One client notices by what it saw before; two who never met, by holding their mirrors side by side."""
    genuine = publication(world, 3)
    other = publication(world, 3, lambda r: r.roles["SG-ops"].update({"x-note": "another"}))
    shown = [
        machine.pack(told.files()) if as_bundle else machine.put(told.files())
        for told, as_bundle in zip((genuine, other), packed, strict=True)
    ]
    said = machine.run("registry", "compare", *shown)
    assert (said.exit, said.document["code"], said.document["equivocation"]) == (4, "REG_EQUIVOCATION", True)
    assert said.document["contradictions"] == ["snapshot", "SG-ops"]
    same = machine.run("registry", "compare", shown[0], shown[0])
    assert (same.exit, same.document["same"], same.document["code"]) == (0, True, None)


@pytest.mark.parametrize("way", WAYS)
def test_j08_attack_10_one_client_is_told_two_stories(machine: Machine, world: World, way: str) -> None:
    other = publication(world, 2, lambda r: r.roles["SG-ops"].update({"x-note": "another"}))
    refused(machine, way, other.files(), "REG_EQUIVOCATION")


def swapped(repository: Repository) -> None:
    """The centre names keys of its own for SG, and signs with them as SG."""
    delegations = repository.roles["targets"]["delegations"]
    role = next(one for one in delegations["roles"] if one["name"] == "SG")
    own = dict(key_entry(repository.world, f"centre-{letter}") for letter in "abc")
    delegations["keys"].update(own)
    role["keyids"] = list(own)
    repository.signers["SG"] = ["centre-a", "centre-b"]


@pytest.mark.parametrize("way", WAYS)
def test_attack_11_the_centre_swaps_a_states_keys(machine: Machine, world: World, way: str) -> None:
    said = machine.bring(way, publication(world, 3, swapped).files())
    if way == "refresh":
        assert [(doubt["state"], doubt["code"]) for doubt in said.document["doubts"]] == [("SG", "REG_HANDOVER")]
        said = machine.verify(machine.cache)
    assert (said.exit, said.code) == (4, "REG_HANDOVER")
    again = machine.verify(machine.put(publication(world, 4, swapped).files()))
    assert (again.exit, again.code) == (4, "REG_HANDOVER"), "and it does not wear off"


@pytest.mark.usefixtures("released")
@pytest.mark.parametrize("way", ["folder", "bundle"])
def test_attack_11_against_a_client_that_has_seen_nothing(machine: Machine, world: World, way: str) -> None:
    said = machine.bring(way, publication(world, 3, swapped).files())
    assert (said.exit, said.code) == (4, "REG_HANDOVER")


@pytest.mark.parametrize("way", WAYS)
def test_j37_attack_12_a_deny_entry_is_taken_out_again(machine: Machine, world: World, way: str) -> None:
    """By whoever holds the break-glass key, which alone may subtract: what was struck stays struck."""
    with_entry = world.copy()
    with_entry.denied["SG"] = [struck(ISSUER)]
    for place in (machine.put(publication(with_entry, 3).files()), machine.cache):
        if place == machine.cache:
            assert machine.refresh(machine.put(publication(with_entry, 3).files())).exit == 0
        said = machine.verify(place)
        assert (said.exit, said.code) == (1, "SCOPE_ISSUER_DENIED")
    said = machine.bring(way, publication(world, 4).files())
    if way == "refresh":
        assert said.exit == 0
        said = machine.verify(machine.cache)
    assert (said.exit, said.code) == (1, "SCOPE_ISSUER_DENIED")
