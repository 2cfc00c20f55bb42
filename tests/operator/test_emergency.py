"""Break-glass: one deny key stops an issuer at once, and only two of operations undo it."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from defa_id import files
from defa_id.codec import times
from defa_id.operator import changeset, denials, sandbox, standing, storage
from defa_id.operator.published import Published
from defa_id.operator.tree import load
from tests.operator.conftest import LATER, Run

ISSUER = "did:web:sg-identity.demo.example"
HTTPS = "https://identity.sg.demo.example"


def strike(directory: Path, *more: Any, id: str = ISSUER, key: str = "SG-deny-a", reason: str = "fraud") -> list[Any]:
    return [
        *("registry", "suspend", "--emergency", "--dir", directory, "--state", "SG", "--id", id),
        *("--reason", reason, "--key", directory / "keys" / f"{key}.jwk.json"),
        *more,
    ]


def struck(directory: Path) -> list[str]:
    registry = files.open_registry(directory / "published", now=LATER)
    return [denial.id for denial in registry.denials("SG") if denial.stands()]


def test_one_key_strikes_an_issuer_at_once(run: Run, directory: Path) -> None:
    said = run(*strike(directory, "--note", "Case 7"))
    assert said.exit_code == 0, said.output
    assert said.stdout == (
        f"SG: {ISSUER} is struck from 2026-11-24T13:00:00Z, fraud\n"
        f"SG: {HTTPS} is struck from 2026-11-24T13:00:00Z, fraud\n"
        "SG-0001: version 2\n"
    )
    assert "two of SG-ops suspend, withdraw or reinstate it by 2026-11-27T13:00:00Z" in said.stderr
    assert struck(directory) == [ISSUER, HTTPS]
    status = run("registry", "status", "--dir", directory)
    assert f"Struck         SG {ISSUER}, since 2026-11-24T13:00:00Z" in status.stdout
    told = json.loads(run("registry", "status", "--dir", directory, "--json").stdout)["struck"]
    assert [one["id"] for one in told] == [ISSUER, HTTPS]
    change = changeset.read(directory / "changes" / "SG-0001.json")
    assert (change.author.key, change.note) == ("SG-deny-a", "Case 7")
    assert list(denials.unanswered(load(directory).states["SG"])) == [ISSUER, HTTPS], "the working sources hold it too"
    assert run("registry", "publish", "--dir", directory, "--demo-sign").exit_code == 0
    assert struck(directory) == [ISSUER, HTTPS]


def test_one_identifier_or_one_key_is_struck_alone(run: Run, directory: Path) -> None:
    service = load(directory).states["SG"].listing["entities"][0]["services"][0]
    thumbprint = next(one["thumbprint"] for one in service["identifiers"] if "thumbprint" in one)
    said = run(*strike(directory, "--json", id=thumbprint, reason="compromise"))
    assert said.exit_code == 0, said.output
    told = json.loads(said.stdout)
    assert [entry["id"] for entry in told["struck"]] == [thumbprint]
    assert (told["published"], told["version"], told["answer_until"]) == (True, 2, "2026-11-27T13:00:00Z")
    assert run(*strike(directory, id=HTTPS)).exit_code == 0
    assert struck(directory) == [thumbprint, HTTPS]


@pytest.mark.parametrize(
    ("more", "changes", "why"),
    [
        ((), {"key": "SG-ops-a"}, "this key is no break-glass key of SG"),
        ((), {"key": "TH-deny-a"}, "this key is no break-glass key of SG"),
        ((), {"key": "SG-a"}, "this key is no break-glass key of SG"),
        ((), {"id": "did:web:th-identity.demo.example"}, "SG lists no issuer or key"),
        ((), {"reason": "mood"}, "unknown reason 'mood'"),
        (("--effective", "2026-11-25T00:00:00Z"), {}, "takes effect at once"),
        (("--service", "SG-0001"), {}, "as a whole"),
        (("--pkcs11", "lib.so"), {}, "two keys are named"),
        (("--note", "a\u202eb"), {}, "note"),
    ],
)
def test_what_is_not_struck(
    run: Run, directory: Path, more: tuple[str, ...], changes: dict[str, str], why: str
) -> None:
    said = run(*strike(directory, *more, **changes))
    assert said.exit_code == 2
    assert why in said.stderr
    assert struck(directory) == []
    assert not list((directory / "changes").glob("*"))


def test_without_a_key_nothing_is_signed_and_with_one_an_ordinary_suspension_is_not(run: Run, directory: Path) -> None:
    named = ("registry", "suspend", "--dir", directory, "--state", "SG", "--id", ISSUER, "--reason", "fraud")
    assert "say whose key signs" in run(*named, "--emergency").stderr
    assert "only --emergency signs at once" in run(*named, "--key", "x", "--effective", "2026-11-24T00:00:00Z").stderr
    assert "--effective is missing" in run(*named).stderr


def test_struck_twice_is_said(run: Run, directory: Path) -> None:
    assert run(*strike(directory)).exit_code == 0
    said = run(*strike(directory, key="SG-deny-b"))
    assert said.exit_code == 2
    assert "is struck since 2026-11-24T13:00:00Z already" in said.stderr


def test_without_the_online_keys_it_is_signed_and_waits_for_them(run: Run, directory: Path) -> None:
    for name in ("snapshot", "timestamp-a", "timestamp-b"):
        shutil.move(directory / "keys" / f"{name}.jwk.json", directory / f"{name}.jwk.json")
    said = run(*strike(directory))
    assert said.exit_code == 3
    assert "SG-0001: signed, and not published" in said.stdout
    assert "role snapshot needs 1 signatures and 0 of its keys are here" in said.stderr
    assert "registry publish --dir" in said.stderr
    for name in ("snapshot", "timestamp-a"):
        shutil.move(directory / f"{name}.jwk.json", directory / "keys" / f"{name}.jwk.json")
    assert run("registry", "publish", "--dir", directory, "--change", "SG-0001").exit_code == 0
    assert struck(directory) == [ISSUER, HTTPS]


def test_an_error_elsewhere_does_not_hold_an_emergency_up(
    run: Run, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = directory / "states" / "TH" / "list.json"
    listing = json.loads(path.read_text())
    listing["recognitions"][0]["of"] = "TH"
    path.write_bytes(storage.pretty(listing))
    published = Published.read(directory / "published")
    assert published is not None
    standing = changeset.tree_of(published)
    broken = standing.with_state("TH", standing.states["TH"]._replace(listing=listing))
    monkeypatch.setattr(changeset, "tree_of", lambda _: broken)
    said = run(*strike(directory))
    assert said.exit_code == 0, said.output
    assert struck(directory) == [ISSUER, HTTPS]


@pytest.mark.parametrize("name", ["SG/list.json", "SG/deny.json", "TH/list.json"])
def test_a_half_edited_source_does_not_hold_an_emergency_up(run: Run, directory: Path, name: str) -> None:
    (directory / "states" / name).write_text('{"territory": "S')
    said = run(*strike(directory))
    assert struck(directory) == [ISSUER, HTTPS]
    assert said.exit_code == 0, said.output
    assert ("the entry is not in the sources: deny.json" in said.stderr) is (name == "SG/deny.json")


def test_two_of_operations_answer_it_and_then_the_list_decides(run: Run, directory: Path) -> None:
    assert run(*strike(directory)).exit_code == 0
    assert run("registry", "doctor", "--dir", directory, "--at", "2026-11-27T12:00:00Z").stdout.count("waiting") == 1
    overdue = run("registry", "doctor", "--dir", directory, "--at", "2026-11-28T12:00:00Z", "--json")
    assert overdue.exit_code == 1
    assert [one["kind"] for one in json.loads(overdue.stdout)["problems"]] == ["denial", "denial"]
    first = files.open_registry(directory / "published", now=LATER, memory=directory / "memory.json")
    assert {entry["id"] for _, entry in first.seen().denied} == {ISSUER, HTTPS}
    again = run(
        *("registry", "add-issuer", "--dir", directory, "--state", "SG", "--id", ISSUER, "--name", "x", "--new-key"),
        *("--type", "OtherCredential", "--format", "vc-jwt", "--level", "low"),
    )
    assert again.exit_code == 2
    assert "is struck by break-glass since 2026-11-24T13:00:00Z" in again.stderr

    later = LATER + timedelta(hours=1)
    tree = load(directory)
    done = standing.suspend(tree, "SG", ISSUER, later, "investigation", later)
    sandbox.save_state(directory, "SG", done.after)
    assert denials.unanswered(done.after) == {}
    sandbox.publish(directory, later)
    registry = files.open_registry(directory / "published", now=later, memory=directory / "memory.json")
    assert [(one.stands(), times.show(one.answered)) for one in registry.denials("SG") if one.answered] == [
        (False, "2026-11-24T14:00:00Z"),
        (False, "2026-11-24T14:00:00Z"),
    ]
