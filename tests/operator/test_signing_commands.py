"""Proposing, signing and publishing from the command line: four eyes, and nothing signed that was not derived here."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from defa_id import files
from defa_id.cli import registry_changes, terminal
from defa_id.errors import ChangeRefused, RegistryRejected
from defa_id.operator import changeset, compiling, demands, placing, publishing, sandbox, standing, storage
from defa_id.operator.events import Event
from defa_id.operator.keyring import FileKeyring
from defa_id.operator.making import Work
from defa_id.operator.published import Published
from defa_id.operator.roles import RoleSigner
from defa_id.operator.tree import load
from tests.operator.conftest import LATER, Run
from tests.operator.made import days

ISSUER = "did:web:sg-identity.demo.example"


def key(directory: Path, name: str) -> tuple[Any, ...]:
    return ("--key", directory / "keys" / f"{name}.jwk.json")


def edit(directory: Path, state: str = "SG", issuer: str = ISSUER) -> None:
    done = standing.suspend(load(directory), state, issuer, LATER, "investigation", LATER)
    sandbox.save_state(directory, state, done.after)


@pytest.fixture(scope="module")
def prepared(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sandbox in which one issuer's suspension is edited, and not proposed yet."""
    directory = tmp_path_factory.mktemp("prepared") / "registry"
    shutil.copytree(pristine, directory)
    edit(directory)
    return directory


@pytest.fixture
def directory(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "registry"))


@pytest.fixture
def proposed(run: Run, directory: Path) -> Path:
    """The same, proposed by SG-ops-a."""
    said = run(
        "registry", "propose", "--dir", directory, "--state", "SG", *key(directory, "SG-ops-a"), "--note", "Case 1"
    )
    assert said.exit_code == 0, said.output
    return directory


def sign(run: Run, directory: Path, name: str, *more: Any) -> Any:
    return run("registry", "sign", "SG-0001", "--dir", directory, *key(directory, name), *more)


def test_from_what_was_edited_to_what_is_published(run: Run, directory: Path) -> None:
    named = ("--dir", directory)
    assert (
        "SG · SG-0001 · Person identity · suspended from 2026-11-24T13:00:00Z" in run("registry", "diff", *named).stdout
    )
    said = run("registry", "propose", *named, "--state", "SG", *key(directory, "SG-ops-a"), "--note", "Case 1")
    assert "SG-ops: 0/2 signed; 2 more of SG-ops-b, SG-ops-c, SG-ops-d" in said.stdout
    assert "registry sign SG-0001" in said.stderr
    first = sign(run, directory, "SG-ops-b")
    assert first.stdout.startswith("SG-0001 by SG-ops-a: Case 1\n")
    assert "SG-ops: 1/2 signed by SG-ops-b; 1 more of SG-ops-c, SG-ops-d" in first.stdout, "how many, and whose"
    assert "the others sign" in first.stderr
    status = json.loads(run("registry", "status", *named, "--json").stdout)["changes"][0]
    assert (status["id"], status["status"], status["author"]) == ("SG-0001", "pending", "SG-ops-a")
    assert status["counts"][0]["missing"] == ["SG-ops-c", "SG-ops-d"]
    refused = run("registry", "publish", *named)
    assert refused.exit_code == 2
    assert "SG-0001 has SG-ops: 1/2 signed by SG-ops-b; 1 more of SG-ops-c, SG-ops-d" in refused.stderr
    second = json.loads(sign(run, directory, "SG-ops-d", "--json").stdout)
    assert second["counts"][0]["complete"] is True
    assert "Change sets\n  SG-0001 ready by SG-ops-a: Case 1" in run("registry", "status", *named).stdout
    done = json.loads(run("registry", "publish", *named, "--json").stdout)
    assert (done["changed"], done["changes"][0]["status"]) == (["SG-ops"], "published")
    assert run("registry", "diff", *named).stdout == "nothing differs from what is published\n"


def test_nobody_approves_their_own_change(run: Run, proposed: Path) -> None:
    said = sign(run, proposed, "SG-ops-a")
    assert said.exit_code == 2
    assert "SG-ops-a has proposed SG-0001, and nobody approves their own change" in said.stderr
    assert not list((proposed / "changes").glob("*.sig.json"))


def test_a_strangers_key_does_not_sign(run: Run, proposed: Path) -> None:
    said = sign(run, proposed, "TH-ops-a")
    assert said.exit_code == 2
    assert "this key does not sign SG-0001" in said.stderr
    assert "Still to sign: SG-ops-b, SG-ops-c, SG-ops-d." in said.stderr


def forged(directory: Path, alter: Any) -> None:
    """A change set its author altered and signed again."""
    path = directory / "changes" / "SG-0001.json"
    change = alter(changeset.read(path))
    signer = RoleSigner("SG-ops-a", FileKeyring(directory / "keys").get("SG-ops-a"))  # type: ignore[arg-type]
    made = signer.sign(change.payload()).signature
    path.write_bytes(storage.pretty(change._replace(author=change.author._replace(sig=made)).to_dict()))


def test_bytes_that_were_not_derived_here_are_not_signed(run: Run, proposed: Path) -> None:
    forged(proposed, lambda change: change._replace(result={"SG-ops": "0" * 64}))
    said = sign(run, proposed, "SG-ops-b")
    assert said.exit_code == 2
    assert "SG-0001 asks to sign bytes that do not follow from it" in said.stderr
    assert not list((proposed / "changes").glob("*.sig.json"))


def test_what_breaks_a_rule_is_not_signed(run: Run, proposed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_error(change: changeset.ChangeSet) -> changeset.ChangeSet:
        recognition = {
            **load(proposed).states["SG"].listing["recognitions"][0],
            "id": "SG-0900",
            "of": "SG",
        }
        event = Event("recognition_added", recognition)
        made = change._replace(events=(*change.events, event))
        published = Published.read(proposed / "published")
        assert published is not None
        derived = changeset.derive(made, published)
        return made._replace(result={role.role: role.sha256 for role in derived.roles})

    forged(proposed, with_error)
    said = sign(run, proposed, "SG-ops-b")
    assert said.exit_code == 2
    assert "SG recognises itself" in said.stderr
    assert "registry lint" in said.stderr
    assert not list((proposed / "changes").glob("*.sig.json"))


def test_an_edited_error_is_not_even_proposed(run: Run, directory: Path) -> None:
    path = directory / "states" / "SG" / "list.json"
    path.write_text(path.read_text().replace('"substantial"', '"excellent"', 1))
    said = run("registry", "propose", "--dir", directory, "--state", "SG", *key(directory, "SG-ops-a"))
    assert said.exit_code == 2
    assert not (directory / "changes").exists()


def test_whose_verdict_flips_is_told_before_anybody_signs(run: Run, proposed: Path, tmp_path: Path) -> None:
    claims = tmp_path / "claims.json"
    full = [{"value": "Contoh", "lang": "id", "script": "Latn", "kind": "official"}]
    claims.write_text(json.dumps({"name": {"full": full, "primary": "CONTOH"}}))
    issued = run(
        *("issue", "--dir", proposed, "--state", "SG", "--type", "PersonIdentityCredential", "--format", "vc-jwt"),
        *("--claims", claims, "--issued", "2026-10-01T00:00:00Z", "--out", tmp_path / "sample.jwt"),
    )
    assert issued.exit_code == 0, issued.output
    simulate = ("registry", "simulate", "SG-0001", "--dir", proposed, "--credentials", tmp_path / "sample.jwt")
    said = run(*simulate, "--for", "TH", "--for", "KH")
    assert said.exit_code == 0, said.output
    assert said.stdout.startswith("1 of 2 verdicts change\n")
    assert "for TH at 2026-11-24T13:00:00Z: accepted → indeterminate (" in said.stdout
    told = json.loads(run(*simulate[:2], *simulate[3:], "--for", "TH", "--json").stdout)
    assert (told["compared"], [flip["by"] for flip in told["flips"]]) == (1, ["TH"])
    assert run(*simulate, "--for", "XX").exit_code == 2


def test_long_work_is_told_on_a_terminal(
    run: Run, proposed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "verifying the published registry" not in sign(run, proposed, "SG-ops-b").stderr
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    terminal.progress("verifying the published registry")
    count = registry_changes._counter()
    assert count is not None
    count(1, 2)
    count(2, 2)
    told = capsys.readouterr().err
    assert "verifying the published registry …" in told
    assert "\r1 of 2 judged\r2 of 2 judged\n" in told


def test_a_note_that_hides_something(run: Run, directory: Path) -> None:
    said = run(
        *("registry", "propose", "--dir", directory, "--state", "SG", "--note", "a\u202eb"), *key(directory, "SG-ops-a")
    )
    assert said.exit_code == 2
    assert "the note" in said.stderr


def test_a_key_others_can_read_is_told(run: Run, proposed: Path) -> None:
    path = proposed / "keys" / "SG-ops-b.jwk.json"
    path.chmod(0o644)
    assert "others on this machine can read" in sign(run, proposed, "SG-ops-b").stderr
    assert "others on this machine" not in sign(run, proposed, "SG-ops-c").stderr


def test_no_key_and_two_keys(run: Run, proposed: Path) -> None:
    said = run("registry", "sign", "SG-0001", "--dir", proposed)
    assert (said.exit_code, "say whose key signs" in said.stderr) == (2, True)
    assert (
        "no change SG-0009" in run("registry", "sign", "SG-0009", "--dir", proposed, *key(proposed, "SG-ops-b")).stderr
    )


def approved(directory: Path, *signers: str) -> compiling.Compiled:
    """The next version of SG's list, signed by these."""
    published = Published.read(directory / "published")
    assert published is not None
    listing = compiling.state_list(load(directory).states["SG"], 2, LATER, LATER + days(90))
    role = compiling.compiled("SG-ops", 2, LATER + days(90), compiling.listing_targets("SG", listing, {}))
    ring = FileKeyring(directory / "keys")
    for name in signers:
        found = ring.get(name)
        assert found is not None
        role.metadata.sign(RoleSigner(name, found), append=True)
    return role


@pytest.mark.parametrize("signers", [(), ("SG-ops-a",), ("SG-ops-a", "TH-ops-a"), ("SG-a", "SG-b")])
def test_online_keys_do_not_sign_for_a_role_that_does_not_verify(directory: Path, signers: tuple[str, ...]) -> None:
    before = {path: path.read_bytes() for path in (directory / "published").rglob("*") if path.is_file()}
    tree, ring, place = load(directory), FileKeyring(directory / "keys"), directory / "published"
    with pytest.raises(ChangeRefused, match=r"would not be accepted: SG-ops was signed by [01]/2 keys"):
        publishing.publish_approved(tree, [approved(directory, *signers)], ring, place, LATER)
    assert {path: path.read_bytes() for path in (directory / "published").rglob("*") if path.is_file()} == before
    publishing.publish_approved(tree, [approved(directory, "SG-ops-a", "SG-ops-b")], ring, place, LATER)


def poisoned(directory: Path) -> None:
    """Somebody with a stolen online key put a version of TH's list into the snapshot that one key signed."""
    tree, ring, place = load(directory), FileKeyring(directory / "keys"), directory / "published"
    listing = compiling.state_list(tree.states["TH"], 2, LATER, LATER + days(90))
    role = compiling.compiled("TH-ops", 2, LATER + days(90), compiling.listing_targets("TH", listing, {}))
    found = ring.get("TH-ops-a")
    assert found is not None
    role.metadata.sign(RoleSigner("TH-ops-a", found), append=True)
    work = Work(tree, ring, place, LATER)
    work.adopt([role], None)
    placing.place(place, work.files, placing.standing(place))


def test_a_poisoned_snapshot_is_not_signed_on_and_does_not_hold_an_emergency_up(run: Run, directory: Path) -> None:
    poisoned(directory)
    said = run("registry", "stamp", "--dir", directory)
    assert said.exit_code == 2, said.output
    assert "TH-ops was signed by 1/2 keys" in said.stderr
    struck = run(
        *("registry", "suspend", "--emergency", "--dir", directory, "--state", "SG", "--id", ISSUER),
        *("--reason", "fraud", *key(directory, "SG-deny-a")),
    )
    assert struck.exit_code == 0, struck.output
    registry = files.open_registry(directory / "published", now=LATER)
    assert ISSUER in {denial.id for denial in registry.denials("SG")}
    with pytest.raises(RegistryRejected, match="role TH-ops has 1 of 2 signatures it needs"):
        registry.state_list("TH")
    healed = run("registry", "publish", "--dir", directory, "--demo-sign")
    assert "TH-ops" in healed.stdout, "those entitled sign it anew"
    assert run("registry", "stamp", "--dir", directory).exit_code == 0


def test_signatures_are_counted_by_key_and_not_by_file() -> None:
    count = demands.Count("SG-ops", ("SG-ops-b",), 2, ("SG-ops-c",))
    assert not count.complete
    assert count._replace(signed=("SG-ops-b", "SG-ops-c")).complete
    assert not count._replace(signed=("SG-ops-b", "SG-ops-c"), must=("SG-ops-d",)).complete
    assert str(demands.Count("SG", (), 2, ())) == "SG: 0/2 signed; 2 more of nobody"
