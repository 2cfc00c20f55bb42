"""The crosswalks that ship: every reading sourced, dated and nobody's law; and how they are shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from defa_id import files
from defa_id.cli import cli
from defa_id.report.crosswalk import crosswalk_text, select, vector_text
from defa_id.trust.assurance import Vector, granted
from defa_id.trust.records import Assurance
from tests.support.world import NOW, World

READINGS: list[dict[str, Any]] = json.loads((files.sources_path() / "vocabulary.json").read_text("utf-8"))["mappings"]
KEYS = ("framework", "framework_version", "native_level", "direction")
LADDERS = {
    ("eidas", "2015/1502"): ["low", "substantial", "high"],
    ("iso-iec-29115", "2013"): ["LoA1", "LoA2", "LoA3", "LoA4"],
    ("nist-sp-800-63", "4"): ["IAL1", "IAL2", "IAL3", "AAL1", "AAL2", "AAL3"],
    ("nist-sp-800-63", "3"): ["IAL1", "IAL2", "IAL3", "AAL1", "AAL2", "AAL3"],
    ("uk-gpg-45", "2024-11-14"): ["low", "medium", "high", "very-high"],
    ("th-etda", "3.0"): [
        *("IAL1.1", "IAL1.2", "IAL1.3", "IAL2.1", "IAL2.2", "IAL2.3", "IAL3"),
        *("AAL1", "AAL2.1", "AAL2.2", "AAL3"),
    ],
    ("vn-decree-69", "69/2024"): ["1", "2"],
}


def of(framework: str, version: str, level: str) -> dict[str, Any]:
    return next(one for one in READINGS if [one[key] for key in KEYS[:3]] == [framework, version, level])


def test_the_ladders_are_whole() -> None:
    found: dict[tuple[str, str], list[str]] = {}
    for one in READINGS:
        found.setdefault((one["framework"], one["framework_version"]), []).append(one["native_level"])
    assert found == LADDERS


@pytest.mark.parametrize("one", READINGS, ids=lambda one: "-".join(one[key] for key in KEYS[:3]))
def test_each_says_whose_it_is_and_on_what_it_rests(one: dict[str, Any]) -> None:
    assert one["assessor"] == "defa-id project"
    assert one["status"] in ("proposed", "unknown")  # nothing here was agreed or declared by anybody
    assert one["direction"] == "to-reference"
    assert one["source"] and one["basis"] and one["confidence"] in ("V", "V2", "G", "U")
    assert one["as_of"] < one["review_by"][:7]


def test_what_is_not_known_is_no_proofing() -> None:
    unknown = [one for one in READINGS if one["status"] == "unknown"]
    assert {vector_text(one["vector"]) for one in unknown} == {"P0 A0 F0 G0"}
    assert {one["confidence"] for one in unknown} == {"U"}


def test_the_revisions_are_kept_apart() -> None:
    earlier, later = (of("nist-sp-800-63", version, "IAL1") for version in ("3", "4"))
    assert (earlier["vector"]["P"], later["vector"]["P"]) == (0, 1)
    assert of("eidas", "2015/1502", "low")["vector"]["P"] > earlier["vector"]["P"]


@pytest.mark.parametrize(("framework", "version"), LADDERS)
def test_a_higher_level_is_never_read_lower(framework: str, version: str) -> None:
    before: dict[str, Vector] = {}
    for level in LADDERS[framework, version]:
        one = of(framework, version, level)
        if one["status"] == "unknown":
            continue
        vector = Vector(**one["vector"])
        family = level.rstrip("0123456789.") if level.startswith(("IAL", "AAL", "LoA")) else ""
        assert all(a >= b for a, b in zip(vector, before.get(family, Vector(0, 0, 0, 0)), strict=True))
        before[family] = vector


def test_no_ladder_but_eidas_reaches_a_label_by_a_level_alone() -> None:
    """The others measure one axis or two, and a label is the highest row met on every axis."""
    labels = {(one["framework"], one["native_level"]): Vector(**one["vector"]).label() for one in READINGS}
    reached = {key: label for key, label in labels.items() if label != "none"}
    assert reached == {
        ("eidas", "low"): "low",
        ("eidas", "substantial"): "substantial",
        ("eidas", "high"): "substantial",
        ("vn-decree-69", "1"): "low",
        ("vn-decree-69", "2"): "low",
    }


def test_a_level_is_read_by_its_own_version_only() -> None:
    def read(version: str) -> tuple[Vector, str]:
        record = Assurance("IAL1", NOW, None, NOW, "audit", "declared", "nist-sp-800-63", version)
        found = granted((record,), NOW, NOW, None, READINGS)
        return found.vector, found.status

    assert read("3") == (Vector(0, 0, 0, 0), "proposed")
    assert read("4") == (Vector(1, 0, 0, 0), "proposed")
    assert read("5") == (Vector(0, 0, 0, 0), "unknown")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["crosswalk", *arguments])


def test_the_command_from_everything_to_one_level() -> None:
    assert len(json.loads(run("--json").stdout)) == len(READINGS)
    assert len(json.loads(run("nist-sp-800-63", "--json").stdout)) == 12
    assert len(json.loads(run("NIST-SP-800-63", "3", "--json").stdout)) == 6
    assert json.loads(run("nist-sp-800-63", "3", "ial1", "--json").stdout) == [of("nist-sp-800-63", "3", "IAL1")]
    text = run("nist-sp-800-63", "3", "IAL1").stdout
    assert "P0 A0 F0 G0" in text
    assert "defa-id project" in text
    assert "proposed" in text
    assert "Not the IAL1 of revision 4" in " ".join(text.split())


def test_what_there_is_not_is_wrong_use_and_says_what_there_is() -> None:
    done = run("nist-sp-800-63", "2")
    assert done.exit_code == 2
    assert "There are 4, 3." in done.stderr


def test_a_registry_without_readings() -> None:
    made, _ = World.make()
    assert select(made.registry().vocabulary.get("mappings", ()), ()) == []
    assert crosswalk_text([]).endswith("There is none.\n")
