"""What is generated is what the definitions say, byte for byte."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from defa_id import files
from defa_id.codec import canonical
from defa_id.errors import WrongUse
from defa_id.types import generating, shipped


def test_what_lies_here_is_what_the_definitions_give(project: Path) -> None:
    made = generating.outputs(project)
    assert made == generating.outputs(project)
    # and pins, CWT tables, page, vocabulary, and five types of others whose documents are whole
    assert len(made) == 7 * len(shipped.load(project).families) + 4 + 5
    differing = [name for name, data in made.items() if (project / name).read_bytes() != data]
    assert not differing, "run: python3 run.py types"
    assert not generating.stale(project), "run: python3 run.py types"


@pytest.fixture
def checkout(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sources of a checkout, with nothing generated in it."""
    shutil.copytree(project / "schemas" / "types", tmp_path / "schemas" / "types")
    (tmp_path / "trust_registry").mkdir()
    (tmp_path / "pyproject.toml").touch()
    shutil.copy(project / generating.VOCABULARY, tmp_path / generating.VOCABULARY)
    monkeypatch.setattr(files, "data_root", lambda: tmp_path)
    return tmp_path


def test_the_command_writes_and_checks(project: Path, checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generating.main(["--check"]) == 1
    assert "differs: schemas/credentials/person-identity.vc.schema.json" in capsys.readouterr().out
    assert not (checkout / "schemas" / "mdoc").exists()
    assert generating.main([]) == 0
    assert generating.main(["--check"]) == 0
    assert (checkout / generating.VOCABULARY).read_bytes() == (project / generating.VOCABULARY).read_bytes()
    left = checkout / "schemas" / "mdoc" / "gone.json"
    left.write_text("{}", encoding="utf-8")
    assert generating.main(["--check"]) == 1
    assert generating.main([]) == 0
    assert not left.exists()


def test_the_command_says_what_is_wrong(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generating.main(["--all"]) == 2
    (checkout / "pyproject.toml").unlink()
    assert generating.main([]) == 2
    assert "nothing is generated into an installed package" in capsys.readouterr().err
    (checkout / "pyproject.toml").touch()
    path = checkout / "schemas" / "types" / "person-identity.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"is": "place"', '"is": "spot"'), encoding="utf-8")
    assert generating.main([]) == 2
    assert "no shape is called spot" in capsys.readouterr().err


def test_the_rest_of_the_vocabulary_stays_as_people_wrote_it(project: Path) -> None:
    text = (project / generating.VOCABULARY).read_text(encoding="utf-8")
    made = generating.with_types(text, [{"type": "A"}])
    document = json.loads(made)
    assert document.pop("types") == [{"type": "A"}]
    assert document == {name: value for name, value in json.loads(text).items() if name != "types"}
    with pytest.raises(ValueError, match="lines of their own"):
        generating.with_types(json.dumps(json.loads(text)), [])


def test_every_type_of_the_vocabulary_is_defined(project: Path) -> None:
    vocabulary = json.loads((project / generating.VOCABULARY).read_text(encoding="utf-8"))
    assert len({entry["type"] for entry in vocabulary["types"]}) == len(vocabulary["types"])
    for entry in vocabulary["types"]:
        if "uri" not in entry:
            continue
        one = shipped.family(entry["type"])
        assert (entry["family"], entry["uri"], entry["subject"]) == (one.name, one.uri, one.subject)
        if "schema" in entry:
            lies = project / "schemas" / "credentials" / Path(entry["schema"]["target"]).name
            assert canonical.digest(json.loads(lies.read_text(encoding="utf-8"))) == entry["schema"]["sha256"]


def test_types_of_other_standards_belong_to_a_family_and_bear_no_name_of_ours(project: Path) -> None:
    vocabulary = json.loads((project / generating.VOCABULARY).read_text(encoding="utf-8"))
    foreign = {entry["type"]: entry for entry in vocabulary["types"] if "uri" not in entry}
    assert {(name, entry["format"], entry["family"]) for name, entry in foreign.items()} == {
        ("PassportCredential", "vc", "person-identity"),
        ("urn:eudi:pid:1", "sd-jwt-vc", "person-identity"),
        ("eu.europa.ec.eudi.pid.1", "mdoc", "person-identity"),
        ("claim-169", "cwt", "person-identity"),
        ("philsys-id", "philsys", "person-identity"),
        ("hcert-v", "cwt", "health-certificate"),
        ("hcert-t", "cwt", "health-certificate"),
        ("hcert-r", "cwt", "health-certificate"),
        ("OpenBadgeCredential", "vc", "education"),
        ("AchievementCredential", "vc", "education"),
        ("eu.europa.ec.av.1", "mdoc", "age-over"),
        ("eu.europa.ec.eudi.msisdn.1", "mdoc", "sim-registration"),
    }
    assert all(entry["subject"] == "natural" for entry in foreign.values())
    whole = {"claim-169", "philsys-id", "hcert-v", "hcert-t", "hcert-r"}
    assert {name for name, entry in foreign.items() if "schema" in entry} == whole


def test_a_standard_names_a_family_that_is_there(checkout: Path) -> None:
    path = checkout / "schemas" / "types" / "standards" / "hcert.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**document, "family": "health"}), encoding="utf-8")
    with pytest.raises(WrongUse, match="no family is called health"):
        generating.outputs(checkout)


def test_what_fits_stands_on_one_line() -> None:
    assert generating.pretty({"a": [1, 2], "b": {}}) == b'{"a": [1, 2], "b": {}}\n'
    assert generating.pretty({"long": ["x" * 110, {"y": "z"}]}).decode().splitlines() == [
        "{",
        '  "long": [',
        f'    "{"x" * 110}",',
        '    {"y": "z"}',
        "  ]",
        "}",
    ]
