"""Area J: a registry that must not be believed, as a folder, a bundle and a refresh bring it.

Rows about the loader alone are in tests/trust; here the whole command has to refuse, by one code, and the
machine has to be afterwards what it was before. The twelve attacks of the design stand beside this file.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from defa_id.codec import limits
from tests.adversarial.machine import WAYS, Files, Machine, machine_of, publication
from tests.adversarial.spoiling import (
    Spoil,
    delegation_renamed,
    delegations_crowded,
    delegations_in_a_circle,
    deny_list_not_delegated,
    edited,
    expired,
    gone,
    handed_over,
    list_edited,
    lowered,
    more_roots,
    next_root,
    one_key_twice,
    online_keys_replaced,
    replaced,
    role_gone,
    role_named,
    root_skipped,
    signed_by,
    target_named,
)
from tests.support.world import ISSUER, Signer, World, dumps, entity, service, vc, vc_jwt
from tests.trust.repository import Repository

TOP = ("timestamp", "snapshot", "targets")
STATE = ("SG", "SG-ops", "SG-deny")


@pytest.fixture(scope="module")
def made() -> tuple[World, Signer]:
    return World.make()


@pytest.fixture
def machine(made: tuple[World, Signer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine that has seen version 2."""
    machine = machine_of(tmp_path, made[1], monkeypatch)
    machine.see(publication(made[0], 2).files())
    return machine


class Row(NamedTuple):
    """A registry that is refused as a whole: how version 3 is spoilt, and the code."""

    id: str
    spoil: Spoil
    code: str


STAMP = "metadata/timestamp.json"
REGION = ("region-a", "region-b")
ROWS = (
    *(Row(f"J05 {role} by others", signed_by(role, "stranger-a", "stranger-b"), "REG_SIGNATURE") for role in TOP),
    Row("J05 root by others", next_root("stranger-a", "stranger-b"), "REG_SIGNATURE"),
    Row("J06 targets by one key", signed_by("targets", "region-c"), "REG_SIGNATURE"),
    Row("J06 targets by one key, twice", signed_by("targets", "region-c", "region-c"), "REG_SIGNATURE"),
    Row("J06 one key under two ids", one_key_twice, "REG_SIGNATURE"),
    *(
        Row(f"J07 {role} lower", lowered(role), "REG_ROLLBACK")
        for role in ("timestamp", "snapshot", "targets", "SG", "SG-ops", "TH-deny")
    ),
    Row("J07 a role gone", role_gone, "REG_ROLLBACK"),
    Row(
        "J08 same snapshot, other content",
        lambda r: r.roles["snapshot"].update({"version": 2, "x-note": 1}),
        "REG_EQUIVOCATION",
    ),
    Row("J12 a role", edited("metadata/3.SG-ops.json", b'"SG/list.json"', b'"SG/lisT.json"'), "REG_DIGEST"),
    Row(
        "J12 another length",
        lambda r: r.roles["SG-ops"]["targets"]["SG/list.json"].update(length=7),
        "REG_DIGEST",
    ),
    Row("J14 root by the new keys only", handed_over("next-a", "next-b"), "REG_SIGNATURE"),
    Row("J14 root by the old keys only", handed_over(*REGION), "REG_SIGNATURE"),
    Row("J14 root N+2", root_skipped, "REG_ROOT"),
    Row("J14 sixty-five rotations", more_roots(limits.REGISTRY_ROOT_HOPS + 1), "LIMIT_REGISTRY"),
    *(
        Row(f"J16 no {name}", gone(f"metadata/{name}.json"), "REG_MISSING")
        for name in ("timestamp", "3.snapshot", "3.targets", "3.SG", "3.SG-deny")
    ),
    *(
        Row(f"J16 a page instead of {name}", replaced(f"metadata/{name}.json", b"<html>404</html>"), code)
        for name, code in (("2.root", "REG_FORMAT"), ("timestamp", "REG_FORMAT"), ("3.snapshot", "REG_DIGEST"))
    ),
    *(
        Row(f"J18 path {path!r}", target_named(path), "REG_FORMAT")
        for path in ("../../x", "C:\\x", "a/../b", "/etc/passwd", "x\0y", "a//b", "./a", "SG\\..\\TH")
    ),
    *(
        Row(f"J18 role {name!r}", role_named(name), "REG_FORMAT")
        for name in ("a\0", "root", "timestamp", "C:x", "a/../b")
    ),
    # A role's file begins with its version, so these lead nowhere, and there they are looked for in vain.
    *(Row(f"J18 role {name!r}", role_named(name), "REG_MISSING") for name in ("../x", "..", "%2e%2e/x", "x" * 300)),
    Row("J23 a later TUF", lambda r: r.roles["timestamp"].update(spec_version="2.0.0"), "REG_FORMAT"),
    Row("J23 no version of TUF", next_root(*REGION, edit=lambda root: root.pop("spec_version")), "REG_FORMAT"),
    Row("J23 a role of another type", lambda r: r.roles["SG-ops"].update(_type="critical"), "REG_FORMAT"),
    Row(
        "J24 a member twice",
        edited("metadata/timestamp.json", b'"version":3', b'"version":3,"version":3'),
        "REG_FORMAT",
    ),
    *(
        Row(
            f"J03 a trial becomes {environment}",
            next_root(*REGION, edit=lambda root, to=environment: root["x-defa-id"].update(environment=to)),  # type: ignore[misc]
            "REG_ENVIRONMENT",
        )
        for environment in ("live", "sandbox", "production")
    ),
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_refused_as_a_whole(machine: Machine, made: tuple[World, Signer], row: Row, way: str) -> None:
    """Exit 4 by this code; what the machine held it still holds, and the newer genuine registry is taken."""
    before = machine.kept()
    said = machine.bring(way, publication(made[0], 3, row.spoil).files())
    assert (said.exit, said.code) == (4, row.code), said.document
    assert machine.kept() == before
    assert machine.bring(way, publication(made[0], 3).files()).exit == 0


def doubted(machine: Machine, way: str, files: Files) -> tuple[int, str | None]:
    """What SG's credential comes to; a refresh has told the doubt before."""
    said = machine.bring(way, files)
    if way != "refresh":
        return said.exit, said.code
    told = [(doubt["state"], doubt["code"]) for doubt in said.document["doubts"]]
    assert said.exit == 0
    judged = machine.verify(machine.cache)
    assert told == [("SG", judged.code)]
    return judged.exit, judged.code


STATES = (
    *(Row(f"J05 {role} by others", signed_by(role, "stranger-a", "stranger-b"), "REG_SIGNATURE") for role in STATE),
    *(Row(f"J19 {role} by TH", signed_by(role, "TH-ops-a", "TH-ops-b"), "REG_SIGNATURE") for role in STATE),
    Row("J20 a circle", delegations_in_a_circle, "REG_SIGNATURE"),
    Row("J20 thirty-four delegations", delegations_crowded, "LIMIT_REGISTRY"),
    Row("J20 a role that is not there", delegation_renamed, "REG_MISSING"),
    Row("J21 the list of another", list_edited(b'"territory":"SG"', b'"territory":"TH"'), "REG_SUBJECT"),
    Row("J23 a list of a later kind", list_edited(b"state-list/1", b"state-list/2"), "REG_FORMAT"),
    Row("J24 a member twice in a list", list_edited(b'"sequence":3', b'"sequence":3,"sequence":3'), "REG_FORMAT"),
    Row("J37 a deny list nobody delegates to", deny_list_not_delegated, "REG_SIGNATURE"),
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("row", STATES, ids=[row.id for row in STATES])
def test_one_states_trouble(machine: Machine, made: tuple[World, Signer], row: Row, way: str) -> None:
    """The state is not judged by (exit 4), the others are as they were."""
    files = publication(made[0], 3, row.spoil).files()
    assert doubted(machine, way, files) == (4, row.code)
    said = machine.run("registry", "show", "PH", "--registry", machine.standing(way))
    assert said.exit == 0


@pytest.mark.parametrize("way", WAYS)
def test_j01_no_registry(machine: Machine, way: str) -> None:
    machine.forget()
    said = machine.bring(way, {"readme.txt": b""})
    assert (said.exit, said.code) == (4, "REG_MISSING")
    nowhere = machine.home / "nowhere"
    said = machine.refresh(nowhere) if way == "refresh" else machine.verify(nowhere)
    assert (said.exit, said.code) == (4, "REG_UNREACHABLE" if way == "refresh" else "REG_MISSING")


def test_j01_a_registry_that_lists_nobody(machine: Machine, made: tuple[World, Signer]) -> None:
    def empty(repository: Repository) -> None:
        listing = json.loads(repository.list_of("SG")[1])
        repository.place("SG-ops", "SG/list.json", dumps({**listing, "entities": []}))

    place = machine.put(publication(made[0], 3, empty).files())
    said = machine.verify(place)
    assert (said.exit, said.code) == (1, "SCOPE_ISSUER_UNKNOWN")
    told = machine.run("registry", "doctor", "--registry", place)
    assert told.exit == 1
    assert "empty" in {problem["kind"] for problem in told.document["problems"]}


def test_j01_none_configured_is_the_packaged_trial_and_says_so(machine: Machine) -> None:
    token = machine.home / "token.txt"
    token.write_text(machine.token)
    said = machine.run("verify", token, "--for", "TH")
    assert (said.exit, said.code) == (1, "SCOPE_ISSUER_UNKNOWN")
    assert (said.document["registry"]["environment"], said.document["registry"]["anchor"]) == ("demo", "packaged")


def others(world: World) -> World:
    """A world of other keys: everybody has the same name and title, and nobody is the same."""
    from cryptography.hazmat.primitives.asymmetric import ec

    class Keys(dict[str, ec.EllipticCurvePrivateKey]):
        def __contains__(self, name: object) -> bool:
            if not super().__contains__(name):
                self[str(name)] = ec.generate_private_key(ec.SECP256R1())
            return True

    forged = world.copy()
    forged.role_keys = Keys()
    return forged


@pytest.mark.parametrize("way", WAYS)
def test_j02_another_root_with_the_right_names(machine: Machine, made: tuple[World, Signer], way: str) -> None:
    """Against a pinned root, against what the machine has seen, and against nothing at all."""
    genuine, forged = publication(made[0], 3).files(), publication(others(made[0]), 9).files()
    pinned = machine.home / "root.json"
    pinned.write_bytes(genuine["root.json"])
    said = machine.bring(way, forged, "--root", pinned)
    assert (said.exit, said.code) == (4, "REG_SIGNATURE")
    said = machine.bring(way, forged)
    assert (said.exit, said.code) == (4, "REG_SIGNATURE" if way == "refresh" else "REG_ROOT")
    machine.forget()
    said = machine.bring(way, forged, "--root", pinned)
    assert (said.exit, said.code) == (4, "REG_SIGNATURE")
    # with nothing pinned and nothing seen it is what it says it is, and every verdict says whose word that is
    said = machine.bring(way, forged)
    assert said.exit == 0
    assert (said.document.get("registry") or said.document)["anchor"] == "beside the registry"


@pytest.mark.parametrize("way", WAYS)
def test_j03_a_trial_is_not_taken_by_a_policy_for_more(machine: Machine, made: tuple[World, Signer], way: str) -> None:
    machine.bring(way, publication(made[0], 3).files())
    said = machine.verify(machine.standing(way), "--policy", "strict")
    assert said.exit == 1
    lines = {line["id"]: line for line in said.document["checks"]}
    assert lines["recognition.environment"]["code"] == "RECOGNITION_ENVIRONMENT"
    assert said.document["registry"]["environment"] == "demo"


@pytest.mark.parametrize("way", WAYS)
def test_j03_and_a_live_registry_not_by_a_policy_for_trials(
    machine: Machine, made: tuple[World, Signer], way: str
) -> None:
    live = made[0].copy()
    live.name, live.environment = "live-world", "live"
    for listing in live.lists.values():
        listing["environment"] = "live"
        for record in listing["recognitions"]:
            record["environment"] = "live"
    rules = machine.home / "trials.json"
    rules.write_bytes(dumps({"id": "trials", "environments": ["demo", "sandbox"]}))
    machine.forget()
    assert machine.bring(way, publication(live, 1).files()).exit == 0
    assert machine.verify(machine.standing(way)).exit == 0
    said = machine.verify(machine.standing(way), "--policy", rules)
    lines = {line["id"]: line for line in said.document["checks"]}
    assert (said.exit, lines["recognition.environment"]["code"]) == (1, "RECOGNITION_ENVIRONMENT")


@pytest.mark.parametrize("name", ["test-worId", "test-world\u200b", "TEST-WORLD", "tеst-world"])
def test_j04_a_name_that_looks_alike_is_another_registry(
    machine: Machine, made: tuple[World, Signer], name: str
) -> None:
    """Only the root's bytes say which registry it is; a name is shown and never compared by eye."""
    alike = others(made[0])
    alike.name = name
    files = publication(alike, 2).files()
    pinned = machine.home / "root.json"
    pinned.write_bytes(publication(made[0], 2).files()["root.json"])
    said = machine.verify(machine.put(files), "--root", pinned)
    assert (said.exit, said.code) == (4, "REG_SIGNATURE")
    said = machine.refresh(machine.put(files))
    assert said.exit == 4
    judged = machine.verify(machine.put(files))
    assert judged.document["registry"]["anchor"] == "beside the registry"
    assert judged.document["registry"]["name"] == name


@pytest.mark.parametrize(
    ("days", "level", "code"),
    [(0, "high", None), (1, "high", "REG_STALE"), (8, "substantial", "REG_STALE"), (31, "low", "REG_EXPIRED")],
)
@pytest.mark.parametrize("role", ["root", *TOP, "SG-ops"])
def test_j10_expired(
    machine: Machine, made: tuple[World, Signer], role: str, days: int, level: str, code: str | None
) -> None:
    """It is told, the verdict is never an acceptance of a level it is too old for, and nothing extends it."""
    place = machine.put(publication(made[0], 3, expired(role, "2026-11-24T12:00:00Z")).files())
    machine.forget()
    machine.now += timedelta(days=days)
    said = machine.verify(place, "--min-level", level)
    lines = {line["id"]: line for line in said.document["checks"]}
    assert lines["registry.current"]["code"] == code
    assert (said.document["decision"] == "accepted") is (code is None and level != "high")
    machine.now -= timedelta(days=days)
    if code is not None:
        said = machine.verify(place, "--min-level", level)
        again = {line["id"]: line for line in said.document["checks"]}
        assert again["registry.current"]["code"] == code, "a clock that goes back revives nothing"


@pytest.mark.parametrize("way", WAYS)
def test_j13_a_version_near_the_end_of_all_numbers_is_taken_back(
    machine: Machine, made: tuple[World, Signer], way: str
) -> None:
    """Whoever stole the online keys drove their versions up; a new root with other online keys undoes it."""

    def driven(repository: Repository) -> None:
        for role in ("timestamp", "snapshot"):
            repository.roles[role]["version"] = 2**31

    assert machine.bring(way, publication(made[0], 3, driven).files()).exit == 0
    said = machine.bring(way, publication(made[0], 4).files())
    assert (said.exit, said.code) == (4, "REG_ROLLBACK")
    assert machine.bring(way, publication(made[0], 4, online_keys_replaced).files()).exit == 0
    assert machine.verify(machine.standing(way)).exit == 0
    said = machine.bring(way, publication(made[0], 3, driven).files())
    # a cache has the second root, by which the stolen keys sign nothing any more
    assert (said.exit, said.code) == (4, "REG_SIGNATURE" if way == "refresh" else "REG_ROLLBACK")


def test_j21_a_look_up_never_answers_for_another(machine: Machine, made: tuple[World, Signer]) -> None:
    """Two issuers of two states: neither's key speaks for the other, whoever is asked first."""
    other, world = Signer.make(kid="key-2"), made[0].copy()
    theirs = service(
        [other], ["PersonIdentityCredential"], ["vc-jwt"], issuer="did:web:ph.example", service_id="PH-0001"
    )
    world.lists["PH"]["entities"] = [entity([theirs])]
    place = machine.put(publication(world, 3).files())
    for signer, issuer in ((made[1], "did:web:ph.example"), (other, ISSUER)):
        token = machine.home / "crossed.txt"
        token.write_text(vc_jwt(signer, vc(issuer=issuer, iss=issuer)))
        said = machine.run("verify", token, "--for", "TH", "--registry", place, "--memory", "none")
        assert (said.exit, said.code) == (1, "SCOPE_ISSUER_KEY")
