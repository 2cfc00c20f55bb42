"""A credential of every family in every format it is described for: listed, issued and judged by the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from defa_id import types
from defa_id.cli import cli
from defa_id.issue import signing

CLAIMS: Final = Path(__file__).resolve().parents[2] / "examples" / "claims"
RELYING: Final = "MY"
FROM: Final = "2026-01-01T00:00:00Z"
FORMATS: Final = {
    "vc": ("vc-jwt", "vc-sd-jwt", "vc-cose", "data-integrity"),
    "sd-jwt-vc": ("sd-jwt-vc",),
    "mdoc": ("mdoc",),
    "cwt": ("cwt",),
}
# Whose register each example is from.
STATES: Final = {
    "age-over": "LA",
    "certificate-of-origin": "ID",
    "data-protection-certification": "SG",
    "driving-licence": "KH",
    "education": "TH",
    "health-certificate": "SG",
    "legal-entity": "VN",
    "mandate": "VN",
    "person-identity": "ID",
    "professional-registration": "PH",
    "residence-permit": "TH",
    "sim-registration": "TH",
}
Object = dict[str, Any]


def run(*arguments: object) -> str:
    done = CliRunner().invoke(cli, list(map(str, arguments)))
    assert done.exit_code == 0, f"{arguments}\n{done.stdout}{done.stderr}"
    return done.stdout


def offered() -> Iterator[tuple[types.Definition, str, str]]:
    """Every family with its types and the formats they are issued in here."""
    for family in types.families().values():
        for kind, identifier in family.types():
            for format in FORMATS.get(kind, ()):
                yield family, identifier, format


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sandbox in which one state issues each type, and another recognises it."""
    directory = tmp_path_factory.mktemp("types") / "registry"
    run("sandbox", "new", directory)
    for family, identifier, format in offered():
        state, issuer = STATES[family.name], f"https://{family.name}.{format}.demo.example"
        run(
            *("registry", "add-issuer", "--dir", directory, "--state", state, "--id", issuer, "--new-key"),
            *("--name", "Demo issuer (synthetic)", "--type", identifier, "--format", format),
            *("--level", "substantial", "--from", FROM),
        )
        run(
            *("registry", "recognise", "--dir", directory, "--by", RELYING, "--of", state, "--type", identifier),
            *("--min-level", "low", "--environment", "demo", "--from", FROM),
        )
    run("registry", "publish", "--dir", directory, "--demo-sign")
    return directory


@pytest.fixture
def holder(tmp_path: Path) -> Path:
    path = tmp_path / "holder.jwk.json"
    path.write_text(json.dumps(signing.generate("P-256").public_jwk), encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("name", list(types.families()))
def test_a_credential_of_every_family_is_accepted(
    name: str, registry: Path, holder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for family, identifier, format in offered():
        if family.name != name:
            continue
        token = tmp_path / f"{format}.txt"
        run(
            *("issue", "--dir", registry, "--state", STATES[name], "--type", identifier, "--format", format),
            *("--id", f"https://{name}.{format}.demo.example", "--claims", CLAIMS / f"{name}.json"),
            *("--out", token, *(("--holder-key", holder) if format != "cwt" else ())),
        )
        verdict: Object = json.loads(
            run("verify", token, "--for", RELYING, "--registry", registry / "published", "--json")
        )
        assert verdict["decision"] == "accepted"
        assert verdict["credential"]["types"] == [identifier]
        outcomes = {line["id"]: line["outcome"] for line in verdict["checks"]}
        assert (outcomes["schema.valid"], outcomes["issuer.scope"]) == ("passed", "passed")


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong",
    [
        {"birth_date": "2531"},
        {"nationality": 2531},
        {"name": "2531"},
        {"birth_place": [2531]},
        {"portrait": "2531"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_claims_that_do_not_fit_their_type_are_not_issued(
    wrong: Object, registry: Path, holder: Path, tmp_path: Path
) -> None:
    said = json.loads((CLAIMS / "person-identity.json").read_text(encoding="utf-8")) | wrong
    file = tmp_path / "claims.json"
    file.write_text(json.dumps(said), encoding="utf-8")
    for family, identifier, format in offered():
        if family.name != "person-identity":
            continue
        done = CliRunner().invoke(
            cli,
            [
                *("issue", "--dir", str(registry), "--state", "ID", "--type", identifier, "--format", format),
                *("--id", f"https://person-identity.{format}.demo.example", "--claims", str(file)),
                *("--holder-key", str(holder)),
            ],
        )
        assert done.exit_code == 2
        assert "do not fit the schema" in done.stderr or "an image is not a data: URL" in done.stderr
        assert "2531" not in done.stderr
