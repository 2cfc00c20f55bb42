"""One state's own statements: acceding to an arrangement, and suspending, resuming or ending what it said."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from defa_id import files
from defa_id.cli import cli
from defa_id.codec import times
from defa_id.errors import ChangeRefused, Fault
from defa_id.operator import sandbox, stating
from defa_id.operator.tree import Tree, load
from defa_id.trust import recognition
from defa_id.trust.recognition import Question

ID = "corridor-my-ph-sg-person-identity"
TERMS: dict[str, Any] = {
    "id": ID,
    "kind": "plurilateral",
    "title": "A corridor of three, made up",
    "parties": ["MY", "PH", "SG"],
    "environment": "sandbox",
    "types": ["PersonIdentityCredential"],
    "min_level": "low",
    "phases": [{"phase": "trial", "from": "2026-01-01T00:00:00Z", "until": "2030-01-01T00:00:00Z"}],
    "legal_basis": "none: synthetic",
}


@pytest.fixture
def now() -> datetime:
    return times.parse("2026-11-24T12:00:00Z")


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("stating") / "registry"
    sandbox.new(directory, times.parse("2026-11-24T12:00:00Z"))
    return directory


@pytest.fixture
def tree(pristine: Path) -> Tree:
    return load(pristine)


def text(**changes: Any) -> bytes:
    return json.dumps({**TERMS, **changes}).encode()


def acceded(tree: Tree, now: datetime, *states: str, **changes: Any) -> tuple[Tree, list[str]]:
    said = []
    for state in states:
        change = stating.accede(tree, state, text(**changes), now)
        said.append(change.summary)
        tree = tree.with_state(state, change.after)
    return tree, said


class TestAccession:
    def test_it_holds_between_those_that_have_signed_the_same(self, tree: Tree, now: datetime) -> None:
        after, said = acceded(tree, now, "SG", "MY", "PH")
        assert [one.rpartition("; ")[2] for one in said] == [
            "it holds with nobody yet",
            "it holds with SG",
            "it holds with MY, SG",
        ]
        assert [one["id"] for one in after.states["PH"].listing["arrangements"]] == [ID]

    def test_the_warnings_say_who_has_not_signed(self, tree: Tree, now: datetime) -> None:
        change = stating.accede(tree, "SG", text(), now)
        assert sum("has not signed it" in one for one in change.warnings) == 2

    def test_another_text_is_no_accession(self, tree: Tree, now: datetime) -> None:
        after, _ = acceded(tree, now, "SG")
        change = stating.accede(after, "MY", text(min_level="high"), now)
        assert change.summary.endswith("it holds with nobody yet")
        assert any("has signed another text" in one for one in change.warnings)

    @pytest.mark.parametrize(
        ("state", "data", "why"),
        [
            ("TH", text(), "TH is no party"),
            ("SG", b"[]", "cannot be read"),
            ("SG", b"{}", "no arrangement"),
            ("SG", text(id=7), "no arrangement"),
            ("SG", text(parties="SG"), "no arrangement"),
            ("SG", text(phases=[]), "phases|has less than"),
            ("SG", text(min_level="none"), "min_level|none"),
            ("SG", text(parties=["SG", "XX"]), "XX"),
            ("SG", text(types=[]), "types|less than"),
        ],
    )
    def test_what_is_refused(self, tree: Tree, now: datetime, state: str, data: bytes, why: str) -> None:
        with pytest.raises(ChangeRefused, match=why):
            stating.accede(tree, state, data, now)

    def test_twice_is_refused(self, tree: Tree, now: datetime) -> None:
        after, _ = acceded(tree, now, "SG")
        with pytest.raises(ChangeRefused, match="already"):
            stating.accede(after, "SG", text(min_level="high"), now)

    def test_what_a_party_keeps_for_itself_is_not_taken_over(self, tree: Tree, now: datetime) -> None:
        stop = {"status": "suspended", "effective": "2026-01-01T00:00:00Z", "recorded": "2026-01-01T00:00:00Z"}
        after, _ = acceded(tree, now, "SG", recorded="2020-01-01T00:00:00Z", events=[stop])
        (record,) = (one for one in after.states["SG"].listing["arrangements"] if one["id"] == ID)
        assert (record["recorded"], record.get("events")) == (times.show(now), None)


class TestMark:
    def test_suspended_resumed_and_ended(self, tree: Tree, now: datetime) -> None:
        for id in ("TH-0101", "corridor-sg-th-vn-person-identity"):
            after = tree
            for days, status in enumerate(("suspended", "in_force", "ended")):
                change = stating.mark(after, "TH", id, status, now + timedelta(days=days), "Case 7", now)
                assert f"{id}: {status} for TH" in change.summary
                after = after.with_state("TH", change.after)
            with pytest.raises(ChangeRefused, match="has ended"):
                stating.mark(after, "TH", id, "in_force", now + timedelta(days=9), "", now)

    @pytest.mark.parametrize(
        ("id", "status", "why"), [("TH-0101", "in_force", "already"), ("nothing", "ended", "no recognition")]
    )
    def test_what_is_refused(self, tree: Tree, now: datetime, id: str, status: str, why: str) -> None:
        with pytest.raises(ChangeRefused, match=why):
            stating.mark(tree, "TH", id, status, now, "", now)


def recognised(registry: Path, by: str, of: str, at: datetime) -> str:
    opened = files.open_registry(registry, now=at)
    question = Question("PersonIdentityCredential", "banking.account-opening", at, None)
    try:
        return recognition.decide(opened, by, of, question, "high").arrangement or ""
    except Fault as fault:
        return fault.code


def test_the_commands_from_an_accession_to_a_suspension_that_asks_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    Path("corridor.json").write_bytes(text(parties=["BN", "MY", "PH"], id="corridor-bn-my-ph"))

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(cli, ["registry", *words])
        assert done.exit_code == code, done.output
        return done.output

    CliRunner().invoke(cli, ["sandbox", "new", "registry"])
    for state in ("BN", "MY", "PH"):
        run("arrange", "corridor.json", "--dir", "registry", "--state", state)
    run("arrange", "corridor.json", "--dir", "registry", "--state", "TH", code=2)
    run("publish", "--dir", "registry", "--demo-sign")
    published, later = Path("registry/published"), datetime.now(now.tzinfo)
    assert recognised(published, "BN", "PH", later) == "corridor-bn-my-ph"
    assert recognised(published, "PH", "MY", later) == "corridor-bn-my-ph"

    stop = ("--id", "corridor-bn-my-ph", "--status", "suspended", "--effective", "2026-02-01T00:00:00Z")
    told = run("statement", "--dir", "registry", "--state", "BN", *stop, "--reason", "An incident (made up)")
    assert "suspended for BN from 2026-02-01T00:00:00Z (An incident (made up))" in told
    run("publish", "--dir", "registry", "--demo-sign")
    later = datetime.now(now.tzinfo)
    assert recognised(published, "BN", "PH", later) == "RECOGNITION_SUSPENDED"
    assert recognised(published, "PH", "BN", later) == "RECOGNITION_SUSPENDED"
    assert recognised(published, "PH", "MY", later) == "corridor-bn-my-ph"
