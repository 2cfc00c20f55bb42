"""What was published when, told from the versions that a folder keeps."""

from __future__ import annotations

import json
from pathlib import Path

from defa_id.operator import chronicle, sandbox
from defa_id.operator.published import Published
from defa_id.operator.tree import load
from tests.operator.conftest import LATER, MADE, Run
from tests.operator.made import days

ISSUER = "did:web:sg-nursing.demo.example"


def test_every_publication_says_what_it_changed(run: Run, directory: Path) -> None:
    common = ("--dir", directory, "--state", "SG", "--id", ISSUER)
    assert (
        run("registry", "suspend", *common, "--effective", "2026-12-01T00:00:00Z", "--reason", "fraud").exit_code == 0
    )
    sandbox.publish(directory, LATER)
    path = directory / "states" / "SG" / "list.json"
    listing = json.loads(path.read_text())
    (nursing,) = [one for one in listing["entities"] if one["entity_id"] == ISSUER]
    nursing["services"][0]["formats"].append("mdoc")
    path.write_text(json.dumps(listing))
    sandbox.publish(directory, LATER + days(1))
    said = run("registry", "log", "SG", "--dir", directory, "--json")
    assert said.exit_code == 0, said.output
    found = json.loads(said.stdout)
    listed = [one for one in found if one["role"] == "SG-ops"]
    assert [one["version"] for one in listed] == [1, 2, 3]
    assert [one["issued"] for one in listed] == ["2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z", "2026-11-25T13:00:00Z"]
    assert all(one["whole"] for one in found)
    assert len(listed[0]["said"]) >= len(listing["entities"]) + len(listing["recognitions"])
    assert [one["text"] for one in listed[1]["said"]] == ["suspended from 2026-12-01, fraud"]
    assert [one["text"] for one in listed[2]["said"]] == ["also as mdoc"]
    assert [one["said"] for one in found if one["role"] == "SG-deny"] == [[]]
    text = " ".join(run("registry", "log", "SG", "--dir", directory).stdout.split())
    assert text.index("SG-ops version 1") < text.index("suspended from") < text.index("also as mdoc")
    other = run("registry", "log", "TH", "--dir", directory, "--json")
    assert [one["version"] for one in json.loads(other.stdout)] == [1, 1], "nothing of another state"


def test_what_is_not_kept_is_not_known(directory: Path) -> None:
    for version in (1, 2):
        path = directory / "states" / "SG" / "list.json"
        listing = json.loads(path.read_text())
        listing["state"]["legal_basis"] = [f"Act {version}"]
        path.write_text(json.dumps(listing))
        sandbox.publish(directory, MADE + days(version))
    metadata = directory / "published" / "metadata"
    (metadata / "2.SG-ops.json").unlink()
    published = Published.read(directory / "published")
    assert published is not None
    found = [one for one in chronicle.entries(published, "SG") if one.role == "SG-ops"]
    assert [(one.version, one.whole, bool(one.said)) for one in found] == [(1, True, True), (3, False, False)]
    assert "is not kept here" in chronicle.text(found)
    assert load(directory).states["SG"].listing["state"]["legal_basis"] == ["Act 2"]


def test_a_state_that_published_nothing(run: Run, directory: Path) -> None:
    said = run("registry", "log", "XX", "--dir", directory)
    assert said.exit_code == 2
    assert "XX has published nothing" in said.stderr
