"""Area J, every door asks the same registry: library, command line, one file or many, folder, bundle or cache."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import defa_id
from defa_id import files
from defa_id.cli import cli
from tests.adversarial.machine import Machine, machine_of, publication, struck
from tests.support.world import GRANT, ISSUER, NOW, Signer, World

# Rows of area J that are tried elsewhere, where each has many cases of its own.
ELSEWHERE = {
    "J41": ("tests/conformance/test_tuf.py", "def test_"),  # the framework's public conformance suite, told again
    "J42": ("tests/operator/interchange/test_import.py", "def test_j42_"),  # lists of other kinds, as JSON has them
}


@pytest.mark.parametrize("row", ELSEWHERE)
def test_rows_with_a_place_of_their_own(row: str, project: Path) -> None:
    path, named = ELSEWHERE[row]
    assert (project / path).read_text(encoding="utf-8").count(named) > 8


def nothing(_: World) -> None:
    """The registry as it is."""


def struck_by_break_glass(world: World) -> None:
    world.denied["SG"] = [struck(ISSUER)]


def suspended(world: World) -> None:
    event = {"status": "suspended", "effective": "2026-11-20T00:00:00Z", "recorded": "2026-11-20T00:00:00Z"}
    world.sg["status_events"].append({**event, "reason": "investigation"})


def not_recognised(world: World) -> None:
    world.lists["TH"]["recognitions"].clear()


def level_lowered(world: World) -> None:
    world.sg["assurance"][0]["level"] = "low"
    world.lists["TH"]["recognitions"][0]["min_level"] = "high"


def key_gone(world: World) -> None:
    world.sg["identifiers"][1]["valid_until"] = GRANT


CASES: tuple[Callable[[World], None], ...] = (
    nothing,
    struck_by_break_glass,
    suspended,
    not_recognised,
    level_lowered,
    key_gone,
)


@pytest.fixture
def made() -> tuple[World, Signer]:
    return World.make()


@pytest.fixture
def machine(made: tuple[World, Signer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return machine_of(tmp_path, made[1], monkeypatch)


def by_command(machine: Machine, place: Path, *form: str) -> dict[str, Any]:
    """The verdict as the command prints it, over one file or a folder of them."""
    folder = machine.home / "inbox"
    folder.mkdir(exist_ok=True)
    (folder / "token.txt").write_text(machine.token)
    source = folder if "--ndjson" in form else folder / "token.txt"
    asked = ["verify", str(source), "--for", "TH", "--registry", str(place), "--memory", "none", *form]
    done = CliRunner().invoke(cli, [*asked, "--at", "2026-11-24T12:00:00Z"])
    document = json.loads(done.stdout)
    document.pop("source", None)
    return dict(document)


@pytest.mark.parametrize("case", CASES, ids=[case.__name__ for case in CASES])
def test_j40_every_door_gives_the_same_verdict(
    machine: Machine, made: tuple[World, Signer], case: Callable[[World], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = made[0].copy()
    case(world)
    brought = publication(world, 3).files()
    folder, bundle = machine.put(brought), machine.pack(brought)
    assert machine.refresh(folder).exit == 0
    monkeypatch.setattr("defa_id.cli.options.now", lambda: NOW)
    verdicts = {}
    for place in (folder, bundle, machine.cache):
        registry = defa_id.open_registry(place, now=NOW)
        verifier = defa_id.Verifier(registry, defa_id.Policy.preset("baseline", for_state="TH"))
        verdicts[f"Verifier, {place.name}"] = verifier.verify(machine.token, at=NOW).to_dict()
        judged = defa_id.verify(machine.token, for_state="TH", registry=registry, at=NOW)
        verdicts[f"verify(), {place.name}"] = judged.to_dict()
        verdicts[f"command, {place.name}"] = by_command(machine, place, "--json")
        verdicts[f"command over a folder, {place.name}"] = by_command(machine, place, "--ndjson")
    one = verdicts.pop("Verifier, " + folder.name)
    assert (one["decision"] == "accepted") is (case is nothing)
    assert one["registry"]["version"] == 3
    for door, verdict in verdicts.items():
        assert verdict == one, door


def test_j40_what_the_memory_holds_counts_at_every_door(machine: Machine, made: tuple[World, Signer]) -> None:
    """A deny entry seen once refuses through the library and the command alike, from then on."""
    world = made[0].copy()
    struck_by_break_glass(world)
    memory = machine.home / "memory.json"
    files.open_registry(machine.put(publication(world, 3).files()), memory=memory, now=NOW)
    place = machine.put(publication(made[0], 4).files())
    registry = files.open_registry(place, memory=memory, now=NOW)
    verdict = defa_id.verify(machine.token, for_state="TH", registry=registry, at=NOW)
    assert [line.code for line in verdict.problems][:1] == ["SCOPE_ISSUER_DENIED"]
    assert machine.verify(place).code == "SCOPE_ISSUER_DENIED"
