"""`defa-id types`: list, show, convert and check, as somebody meets them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from defa_id.cli import cli

CLAIMS: Final = Path(__file__).resolve().parents[2] / "examples" / "claims"
Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    return lambda *arguments: CliRunner().invoke(cli, ["types", *map(str, arguments)])


def test_the_list_names_types_and_standards(run: Run) -> None:
    done = run()
    assert done.exit_code == 0
    assert "person-identity" in done.stdout
    assert "open-badges-3" in done.stdout
    listed = json.loads(run("list", "--json").stdout)
    assert len(listed) == 12
    assert {one["name"] for one in listed} == {path.stem for path in CLAIMS.glob("*.json")}
    assert listed[0]["uri"] == "urn:defa-id:type:age-over:1"


@pytest.mark.parametrize("name", ["driving-licence", "org.iso.18013.5.1.mDL", "DrivingLicenceCredential"])
def test_a_type_is_shown_by_any_of_its_names(run: Run, name: str) -> None:
    done = run("show", name)
    assert done.exit_code == 0
    assert "driving_privileges" in done.stdout
    assert "sensitive: biometric" in done.stdout
    assert json.loads(run("show", name, "--json").stdout)["types"]["mdoc"] == "org.iso.18013.5.1.mDL"


def test_claims_go_to_a_standard_and_back(run: Run, tmp_path: Path) -> None:
    there = run("convert", CLAIMS / "driving-licence.json", "--from", "driving-licence", "--to", "mdl")
    assert there.exit_code == 0
    assert json.loads(there.stdout)["docType"] == "org.iso.18013.5.1.mDL"
    assert "lost: name.full[0].value: no place for it there" in there.stderr
    file = tmp_path / "mdl.json"
    file.write_text(there.stdout, encoding="utf-8")
    back = run("convert", file, "--from", "mdl", "--to", "driving-licence", "--json")
    made = json.loads(back.stdout)
    assert made["claims"]["name"]["primary"] == "KOMRU"
    assert made["lost"] == []
    assert made["notes"]


def test_claims_can_be_written_to_a_file(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "pid.json"
    done = run("convert", CLAIMS / "person-identity.json", "--from", "person-identity", "--to", "eu-pid", "--out", out)
    assert (done.exit_code, done.stdout) == (0, "")
    assert json.loads(out.read_text(encoding="utf-8"))["vct"] == "urn:eudi:pid:1"
    assert "missing: family_name" in done.stderr


def test_claims_that_fit_and_claims_that_do_not(run: Run, tmp_path: Path) -> None:
    good = run("check", CLAIMS / "person-identity.json", "--type", "person-identity")
    assert (good.exit_code, good.stdout) == (0, "They fit.\n")
    said = json.loads((CLAIMS / "person-identity.json").read_text(encoding="utf-8")) | {"birth_date": "2531"}
    file = tmp_path / "claims.json"
    file.write_text(json.dumps(said), encoding="utf-8")
    bad = run("check", file, "--type", "PersonIdentityCredential")
    assert bad.exit_code == 1
    assert "refused  birth_date: a year of the Buddhist era is refused and never converted" in bad.stdout
    assert (
        json.loads(run("check", file, "--type", "person-identity", "--json").stdout)[0]["code"] == "DATE_BUDDHIST_ERA"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "passport"), "no credential type 'passport'"),
        (("check", "nothing.json", "--type", "age-over"), "nothing.json"),
        (("convert", CLAIMS / "age-over.json", "--from", "age-over", "--to", "eu-pid"), "no way between"),
    ],
)
def test_wrong_use_is_told(run: Run, arguments: tuple[str, ...], told: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert told in done.stderr


def test_claims_that_are_no_object(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    file.write_text("[1]", encoding="utf-8")
    done = run("check", file, "--type", "age-over")
    assert done.exit_code == 2
    assert "the claims cannot be read" in done.stderr
