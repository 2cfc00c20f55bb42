"""The operator's commands from the command line, up to the verdicts they change."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from defa_id import files
from defa_id.codec import base64url
from defa_id.issue import signing
from defa_id.issue.possession import prove
from defa_id.operator import storage
from defa_id.operator.tree import load
from tests.operator.conftest import LATER, Run
from tests.operator.made import ISSUER, TYPE, VCT, certificate, days, jwk, private_pem, public_pem

CLAIMS = {
    "name": {
        "full": [{"value": "Contoh", "lang": "id", "script": "Latn", "kind": "official"}],
        "primary": "CONTOH",
    },
    "birth_date": "1988",
}


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    path = tmp_path / "claims.json"
    path.write_text(json.dumps(CLAIMS))
    return path


def snapshot(directory: Path) -> dict[str, bytes]:
    """Every file of the sources."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def add(*more: Any) -> list[Any]:
    return ["registry", "add-issuer", "--state", "SG", "--id", ISSUER, "--name", "Test", "--type", TYPE, *more]


def test_a_sandbox_of_ones_own(run: Run, tmp_path: Path) -> None:
    said = run("sandbox", "new", tmp_path / "new")
    assert said.exit_code == 0, said.output
    assert "2027-11-24T13:00:00Z" in said.stdout
    again = run("sandbox", "new", tmp_path / "new")
    assert again.exit_code == 2
    assert "is not empty" in again.stderr
    assert "hint:" in again.stderr
    made = json.loads(run("sandbox", "new", tmp_path / "json", "--json").stdout)
    assert made["version"] == 1
    assert Path(made["published"]).is_dir()


def test_from_an_unknown_issuer_to_an_accepted_credential_and_back(
    run: Run, directory: Path, claims: Path, tmp_path: Path
) -> None:
    token, published = tmp_path / "one.jwt", directory / "published"
    added = run(
        *add(
            "--dir",
            directory,
            "--new-key",
            "--format",
            "vc-jwt",
            "--level",
            "substantial",
            "--from",
            "2026-02-01T00:00:00Z",
        )
    )
    assert added.exit_code == 0, added.output
    assert added.stdout.startswith(f"SG-0010: {ISSUER} may issue {TYPE}")
    assert "registry publish" in added.stderr
    issued = run(
        "issue", "--dir", directory, "--state", "SG", "--type", TYPE, "--format", "vc-jwt", "--claims", claims,
        "--id", ISSUER, "--issued", "2026-06-01T00:00:00Z", "--out", token,
    )  # fmt: skip
    assert issued.exit_code == 0, issued.output
    assert issued.stdout == ""
    assert stat.S_IMODE(token.stat().st_mode) == 0o600

    def judged(*more: str) -> tuple[int, dict[str, Any]]:
        said = run("verify", token, "--for", "TH", "--registry", published, "--memory", "none", "--json", *more)
        return said.exit_code, json.loads(said.stdout)

    assert judged()[1]["decision"] == "rejected"
    assert run("registry", "publish", "--dir", directory, "--demo-sign").exit_code == 0
    assert judged()[0] == 0
    suspend = run(
        "registry", "suspend", "--dir", directory, "--state", "SG", "--id", ISSUER,
        "--effective", "2026-10-01T00:00:00Z", "--reason", "investigation",
    )  # fmt: skip
    assert suspend.exit_code == 0, suspend.output
    assert judged()[0] == 0, "a change counts once it is published"
    assert run("registry", "publish", "--dir", directory, "--demo-sign").exit_code == 0
    assert judged()[0] == 3
    assert judged("--at", "2026-09-30T23:59:59Z")[0] == 0
    assert judged("--known-at", "2026-11-24T12:30:00Z")[0] == 1, "it was not listed then"
    reinstate = ["registry", "reinstate", "--dir", directory, "--state", "SG", "--id", ISSUER]
    assert run(*reinstate, "--effective", "2026-11-01T00:00:00Z", "--reason", "administrative").exit_code == 0
    assert run(*reinstate, "--effective", "2026-11-02T00:00:00Z").exit_code == 2
    assert run("registry", "publish", "--dir", directory, "--demo-sign").exit_code == 0
    assert judged()[0] == 0
    withdraw = run(
        "registry", "withdraw", "--dir", directory, "--state", "SG", "--id", ISSUER, "--service", "SG-0010",
        "--effective", "2026-11-10T00:00:00Z", "--reason", "compromise", "--compromised-since", "2026-05-01T00:00:00Z",
        "--json",
    )  # fmt: skip
    assert json.loads(withdraw.stdout)["change"].endswith("withdrawn from 2026-11-10T00:00:00Z, compromise")
    published_as = json.loads(run("registry", "publish", "--dir", directory, "--demo-sign", "--json").stdout)
    assert published_as["changed"] == ["SG-ops"]
    assert judged()[0] == 1


def test_what_peers_hand_in(run: Run, directory: Path, tmp_path: Path) -> None:
    key = signing.generate("P-384")
    for name, data in {
        "key.jwk": jwk(signing.generate()),
        "cert.pem": certificate(signing.generate(), LATER - days(1), LATER + days(1)),
        "public.pem": public_pem(key),
    }.items():
        (tmp_path / name).write_bytes(data)
        said = run(
            "registry", "add-issuer", "--dir", directory, "--state", "TH", "--id", f"https://{name}.example",
            "--name", name, "--key", tmp_path / name, "--type", VCT, "--format", "sd-jwt-vc", "--level", "low",
        )  # fmt: skip
        assert said.exit_code == 0, said.output
    assert run("registry", "publish", "--dir", directory, "--demo-sign").exit_code == 0
    registry = files.open_registry(directory / "published", now=LATER)
    assert registry.services("https://public.pem.example")[0].algorithms.keys() == {"ES384"}


def test_a_proof_and_a_schema_from_files(run: Run, directory: Path, tmp_path: Path) -> None:
    key, name = signing.generate(), load(directory).name
    (tmp_path / "key").write_bytes(jwk(key))
    (tmp_path / "proof").write_text(prove(key, ISSUER, name, LATER))
    (tmp_path / "schema").write_text('{"$id": "urn:test", "required": ["credentialSubject"]}')
    said = run(*add("--dir", directory, "--key", tmp_path / "key", "--proof", tmp_path / "proof",
                    "--schema", tmp_path / "schema", "--format", "vc-jwt", "--level", "low",
                    "--until", "2027-01-01T00:00:00Z"))  # fmt: skip
    assert said.exit_code == 0, said.output
    assert "warning" not in said.stderr
    assert run("registry", "publish", "--dir", directory, "--demo-sign").exit_code == 0
    registry = files.open_registry(directory / "published", now=LATER)
    reference = registry.services(ISSUER)[0].types[TYPE]
    assert reference is not None
    assert registry.target(reference.target or "") is not None


REFUSED = {
    "no key": (["--format", "vc-jwt", "--level", "low"], "--key FILE or --new-key"),
    "two keys": (
        ["--new-key", "--key", "claims.json", "--format", "vc-jwt", "--level", "low"],
        "--key FILE or --new-key",
    ),
    "no such file": (["--key", "none", "--format", "vc-jwt", "--level", "low"], "cannot be read"),
    "no level": (["--new-key", "--format", "vc-jwt", "--level", "gold"], "gold"),
    "no format": (["--new-key", "--format", "pdf", "--level", "low"], "unknown format"),
    "no time": (["--new-key", "--format", "vc-jwt", "--level", "low", "--from", "yesterday"], "RFC 3339"),
    "turned round": (["--new-key", "--format", "vc-jwt", "--level", "low", "--until", "2020-01-01T00:00:00Z"], "end"),
}


@pytest.mark.parametrize(("arguments", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_changes_nothing(
    run: Run, directory: Path, claims: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], why: str
) -> None:
    monkeypatch.chdir(claims.parent)
    before = snapshot(directory)
    said = run(*add("--dir", directory, *arguments))
    assert said.exit_code == 2
    assert why in said.stderr
    assert snapshot(directory) == before


def test_a_refusal_for_machines(run: Run, directory: Path) -> None:
    said = run("registry", "suspend", "--dir", directory, "--state", "SG", "--id", "did:web:x.example",
               "--effective", "2026-11-01T00:00:00Z", "--reason", "fraud", "--json")  # fmt: skip
    assert said.exit_code == 2
    assert json.loads(said.stdout)["error"]["code"] == "REG_CHANGE"
    said = run("registry", "reinstate", "--dir", directory, "--state", "SG", "--id", "did:web:x.example",
               "--effective", "2026-11-01T00:00:00Z", "--reason", "mood")  # fmt: skip
    assert "unknown reason 'mood'" in said.stderr


def test_recognition_shows_in_the_matrix(run: Run, directory: Path) -> None:
    said = run("registry", "recognise", "--dir", directory, "--by", "TL", "--of", "PH", "--type", TYPE,
               "--min-level", "low", "--purpose", "remittance.transfer", "--environment", "sandbox",
               "--from", "2026-11-01T00:00:00Z")  # fmt: skip
    assert said.exit_code == 0, said.output
    assert run("registry", "publish", "--dir", directory, "--demo-sign").exit_code == 0
    rows = json.loads(run("matrix", "--registry", directory / "published", "--type", TYPE, "--json").stdout)
    row = next(row for row in rows if (row["by"], row["of"]) == ("TL", "PH"))
    assert (row["decision"], row["level"], row["purpose"]) == ("recognised", "low", "remittance.transfer")


def test_without_signatures_nothing_is_published_and_demo_keys_sign_trials_only(run: Run, directory: Path) -> None:
    said = run("registry", "publish", "--dir", directory)
    assert said.exit_code == 2
    assert "no change set has the signatures it needs" in said.stderr
    path = directory / "registry.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "environment": "live"}))
    said = run("registry", "publish", "--dir", directory, "--demo-sign")
    assert said.exit_code == 2
    assert "demo keys do not sign a live registry" in said.stderr


def test_show(run: Run, directory: Path) -> None:
    assert "SG-0001" in run("registry", "show", "SG", "--dir", directory).stdout
    published = run("registry", "show", "SG", "--registry", directory / "published", "--json")
    assert json.loads(published.stdout)["sequence"] == 1
    everything = json.loads(run("registry", "show", "--json").stdout)
    assert len(everything) == 11
    assert "Viet Nam" in run("registry", "show").stdout
    past = run("registry", "show", "PH", "--dir", directory, "--at", "2026-11-01T00:00:00Z", "--known-at",
               "2026-08-15T00:00:00Z")  # fmt: skip
    assert "as known at 2026-08-15T00:00:00Z" in " ".join(past.stdout.split())
    assert run("registry", "show", "XX", "--dir", directory).exit_code == 2
    assert run("registry", "show", "--dir", directory, "--registry", directory / "published").exit_code == 2
    assert run("registry", "show", "--registry", directory).exit_code == 4


def test_lint_and_status(run: Run, directory: Path) -> None:
    assert run("registry", "lint", "--dir", directory).stdout == "errors: 0, warnings: 0\n"
    assert run("registry", "status", "--dir", directory).exit_code == 0
    path = directory / "states" / "SG" / "list.json"
    listing = json.loads(path.read_text())
    listing["entities"][0]["services"][0]["credentials"][0]["type"] = "*"
    storage.write(path, storage.pretty(listing))
    found = run("registry", "lint", "--dir", directory)
    assert found.exit_code == 2
    assert "error: SG-0001" in found.stdout
    assert json.loads(run("registry", "lint", "--dir", directory, "--json").stdout)[0]["level"] == "error"
    standing = json.loads(run("registry", "status", "--dir", directory, "--json").stdout)
    assert standing["unpublished"] == ["states/SG/list.json"]
    assert standing["errors"] >= 1


def issue(
    directory: Path, claims: Path, *more: Any, state: str = "SG", type: str = VCT, format: str = "sd-jwt-vc"
) -> list[Any]:
    return [
        "issue",
        "--dir",
        directory,
        "--state",
        state,
        "--type",
        type,
        "--format",
        format,
        "--claims",
        claims,
        *more,
    ]


def test_issuing_says_who_issued(run: Run, directory: Path, claims: Path) -> None:
    said = run(*issue(directory, claims))
    assert said.exit_code == 0, said.output
    assert said.stdout.endswith("~\n")
    assert "issued by https://identity.sg.demo.example (SG-0002) with EdDSA" in said.stderr
    assert "also able: https://hardware-identity.sg.demo.example" in said.stderr
    chosen = run(*issue(directory, claims, "--id", "https://hardware-identity.sg.demo.example"))
    assert "(SG-0003) with ES384" in chosen.stderr
    assert "also able" not in chosen.stderr


def test_what_a_verifier_will_object_to_is_said(run: Run, directory: Path, claims: Path, tmp_path: Path) -> None:
    registration = tmp_path / "engineer.json"
    demo = json.loads((files.sources_path() / "demo_credentials.json").read_text())
    record = next(one for one in demo if one["service_id"] == "PH-0003")
    registration.write_text(json.dumps(record["claims"]))
    said = run(
        *issue(
            directory,
            registration,
            "--id",
            "did:web:ph-engineers.demo.example",
            state="PH",
            type=record["type"],
            format=record["format"],
        )
    )
    assert said.exit_code == 0, said.output
    assert "PH-0003 is suspended at" in said.stderr
    early = run(*issue(directory, claims, "--issued", "2025-01-01T00:00:00Z"))
    assert "its key is not listed" in early.stderr
    assert "not yet granted" in early.stderr


def test_a_key_the_sandbox_does_not_hold(run: Run, directory: Path, claims: Path, tmp_path: Path) -> None:
    key = signing.generate()
    (tmp_path / "key").write_bytes(jwk(key, kid="key-1"))
    (tmp_path / "private").write_bytes(private_pem(key))
    assert (
        run(*add("--dir", directory, "--key", tmp_path / "key", "--format", "vc-jwt", "--level", "low")).exit_code == 0
    )
    arguments = issue(directory, claims, "--id", ISSUER, type=TYPE, format="vc-jwt")
    missing = run(*arguments)
    assert missing.exit_code == 2
    assert "the private key of SG-0010 is not here" in missing.stderr
    said = run(*arguments, "--key", tmp_path / "private")
    assert said.exit_code == 0, said.output
    header = json.loads(base64url.decode(said.stdout.split(".")[0].encode()))
    assert header == {"alg": "ES256", "cty": "vc", "kid": "key-1", "typ": "vc+jwt"}
    other = tmp_path / "other"
    other.write_bytes(private_pem(signing.generate()))
    assert run(*arguments, "--key", other).exit_code == 2


@pytest.mark.parametrize(("type", "format"), [(VCT, "sd-jwt-vc"), (TYPE, "vc-jwt")])
def test_an_issuer_with_a_certificate(
    run: Run, directory: Path, claims: Path, tmp_path: Path, type: str, format: str
) -> None:
    key, identifier = signing.generate(), "https://certified.example"
    (tmp_path / "cert").write_bytes(certificate(key, LATER - days(1), LATER + days(1)))
    (tmp_path / "private").write_bytes(private_pem(key))
    added = run("registry", "add-issuer", "--dir", directory, "--state", "SG", "--id", identifier, "--name", "Test",
                "--key", tmp_path / "cert", "--type", type, "--format", format, "--level", "substantial")  # fmt: skip
    assert added.exit_code == 0, added.output
    assert run("registry", "publish", "--dir", directory, "--demo-sign").exit_code == 0
    said = run(*issue(directory, claims, "--id", identifier, "--key", tmp_path / "private", "--out", tmp_path / "c",
                      type=type, format=format))  # fmt: skip
    assert said.exit_code == 0, said.output
    verdict = run("verify", tmp_path / "c", "--for", "TH", "--registry", directory / "published", "--memory", "none")
    assert verdict.exit_code == 0, verdict.output


def test_an_algorithm_that_has_ended_is_said(run: Run, directory: Path, claims: Path, tmp_path: Path) -> None:
    path = directory / "states" / "SG" / "list.json"
    listing = json.loads(path.read_text())
    listing["entities"][0]["services"][0]["algorithms"] = [{"alg": "ES256", "not_after": "2026-03-01T00:00:00Z"}]
    storage.write(path, storage.pretty(listing))
    said = run(*issue(directory, claims, type=TYPE, format="vc-jwt"))
    assert said.exit_code == 0, said.output
    assert "none of the algorithms allowed goes with its key" in said.stderr
    listing["entities"][0]["services"][0]["identifiers"][1]["jwk"]["x"] = "AAAA"
    storage.write(path, storage.pretty(listing))
    assert "is not here" in run(*issue(directory, claims, type=TYPE, format="vc-jwt")).stderr


def test_a_holder_is_bound_by_either_half_of_the_key(run: Run, directory: Path, claims: Path, tmp_path: Path) -> None:
    key = signing.generate()
    halves = {
        "public.jwk": jwk(key),
        "private.jwk": signing.to_json(signing.to_jwk(key)),
        "public.pem": public_pem(key),
        "private.pem": private_pem(key),
    }
    for name, data in halves.items():
        (tmp_path / name).write_bytes(data)
        said = run(*issue(directory, claims, "--holder-key", tmp_path / name, type=TYPE, format="vc-jwt"))
        assert said.exit_code == 0, said.output
        payload = said.stdout.split(".")[1]
        assert json.loads(base64url.decode(payload.encode()))["cnf"] == {"jwk": dict(key.public.jwk)}


UNISSUED = {
    "no such state": ({"state": "XX"}, [], "no state 'XX'"),
    "no such type": ({"type": "TestCredential"}, [], "no issuer of SG is listed for TestCredential"),
    "no such format": ({"format": "mdoc"}, [], "does not issue"),
    "no such issuer": ({}, ["--id", "did:web:x.example"], "is not listed for"),
    "expired at birth": ({}, ["--expires", "2020-01-01T00:00:00Z"], "expire before it is issued"),
}


@pytest.mark.parametrize(("where", "more", "why"), UNISSUED.values(), ids=UNISSUED.keys())
def test_what_is_not_issued(
    run: Run, directory: Path, claims: Path, where: dict[str, str], more: list[str], why: str
) -> None:
    said = run(*issue(directory, claims, *more, **where))
    assert said.exit_code == 2
    assert why in said.stderr
    assert said.stdout == ""


@pytest.mark.parametrize(
    "content", ["[]", "{", '{"a": 1, "a": 2}', "{}", '{"birth_date": "3012-secret"}', '{"iss": "x"}']
)
def test_claims_that_do_not_fit(run: Run, directory: Path, tmp_path: Path, content: str) -> None:
    path = tmp_path / "claims.json"
    path.write_text(content)
    said = run(*issue(directory, path))
    assert said.exit_code == 2
    assert "secret" not in said.output


def test_the_last_moment_of_the_calendar(run: Run, directory: Path, claims: Path) -> None:
    said = run(*issue(directory, claims, "--issued", "9999-12-31T00:00:00Z"))
    assert said.exit_code == 2
    assert "too late" in said.stderr


@pytest.mark.parametrize(
    "command",
    [
        "sandbox",
        "registry",
        "issue",
        *(
            f"registry {name}"
            for name in (
                "add-issuer",
                "recognise",
                "suspend",
                "withdraw",
                "reinstate",
                "publish",
                "show",
                "lint",
                "status",
            )
        ),
    ],
)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    said = run(*command.split(), "--help")
    assert said.exit_code == 0
    assert "Usage: " in said.stdout


def test_a_credential_is_handed_over_as_a_picture(run: Run, directory: Path, claims: Path, tmp_path: Path) -> None:
    from defa_id import intake

    for name in ("code.png", "CODE.PNG"):
        said = run(*issue(directory, claims, "--qr", tmp_path / name, "--out", tmp_path / "text"))
        assert said.exit_code == 0, said.output
        (piece,) = intake.pieces((tmp_path / name).read_bytes())
        assert piece.data + b"\n" == (tmp_path / "text").read_bytes()
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    assert run(*issue(directory, claims, "--qr", tmp_path / "code.svg")).exit_code == 0
    assert b"<svg " in (tmp_path / "code.svg").read_bytes()


def test_what_does_not_fit_into_a_code_is_said_before_anything_is_written(
    run: Run, directory: Path, claims: Path, tmp_path: Path
) -> None:
    content = json.loads(claims.read_text())
    content["name"]["full"] = [{**content["name"]["full"][0], "value": "A" * 280} for _ in range(10)]
    claims.write_text(json.dumps(content))
    said = run(*issue(directory, claims, "--qr", tmp_path / "code.png", "--out", tmp_path / "text"))
    assert said.exit_code == 2
    assert "do not fit into one QR code, which holds 2953" in said.stderr
    assert not list(tmp_path.glob("code*"))
    assert not (tmp_path / "text").exists()
    said = run(*issue(directory, claims, "--qr", tmp_path / "code.gif"))
    assert "neither a .png nor an .svg" in said.stderr


def test_an_mdoc_goes_into_a_code_as_bytes() -> None:
    from defa_id.cli.issue import _shortest
    from defa_id.issue import qr

    data = bytes(range(256)) * 8
    assert _shortest(base64url.encode(data), "mdoc") == _shortest(base64url.encode(data), "vc-cose") == data
    assert _shortest("HC1:6BF", "cwt") == "HC1:6BF"
    from defa_id import intake

    assert intake.pieces(qr.picture(data, "png"))[0].data == data


def test_without_the_extra_no_code_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    from defa_id.errors import ExtraMissing
    from defa_id.issue import qr

    monkeypatch.setattr(qr, "find_spec", lambda _: None)
    with pytest.raises(ExtraMissing, match="segno"):
        qr.picture("x", "png")


def test_a_cwt_goes_from_the_issuer_over_paper_to_a_verdict(
    run: Run, directory: Path, claims: Path, tmp_path: Path
) -> None:
    kind, identifier = "urn:defa-id:cwt:person-identity:1", "https://paper.example"
    for command in (
        ["add-issuer", "--dir", directory, "--state", "SG", "--id", identifier, "--name", "Paper", "--new-key",
         "--type", kind, "--format", "cwt", "--level", "substantial"],
        ["recognise", "--dir", directory, "--by", "TH", "--of", "SG", "--type", kind, "--min-level", "low",
         "--environment", "demo"],
        ["publish", "--dir", directory, "--demo-sign"],
    ):  # fmt: skip
        assert run("registry", *command).exit_code == 0, command
    picture = tmp_path / "code.png"
    said = run(*issue(directory, claims, "--id", identifier, "--qr", picture, type=kind, format="cwt"))
    assert said.exit_code == 0, said.output
    done = run("verify", picture, "--for", "TH", "--registry", directory / "published", "--memory", "none", "--json")
    verdict = json.loads(done.stdout)
    assert (verdict["decision"], verdict["credential"]["format"]) == ("accepted", "cwt")
    assert verdict["recognition"]["level"]["label"] == "none"


@pytest.mark.parametrize("hidden", ["\x1b[31m", "\N{RIGHT-TO-LEFT OVERRIDE}", "\udcff"], ids=ascii)
def test_a_text_that_hides_something_is_not_written_into_the_sources(run: Run, directory: Path, hidden: str) -> None:
    before = snapshot(directory)
    listing = add("--dir", directory, "--new-key", "--format", "vc-jwt", "--level", "low", "--kind", f"a{hidden}")
    stating = ["registry", "recognise", "--dir", directory, "--by", "TH", "--of", "SG", "--type", TYPE]
    stating += ["--min-level", "low", "--environment", "demo", "--legal-basis", f"a{hidden}"]
    for words in (listing, stating):
        done = run(*words)
        assert done.exit_code == 2
        assert "holds a character that cannot be seen" in done.stderr
        assert snapshot(directory) == before


def test_a_sample_without_a_byte_is_refused_like_any_other(run: Run, directory: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    done = run(
        "registry", "conformance", "SG", "--registry", directory / "published", "--credentials", tmp_path / "empty"
    )
    assert done.exit_code == 1
    assert "samples.accepted" in done.stdout


@pytest.mark.parametrize("spoil", ['"entities": [{"services": [{}]}]', '"environment": 7', '"recognitions": [[]]'])
def test_a_list_without_its_shape_stops_its_own_state_and_no_other(
    run: Run, directory: Path, claims: Path, spoil: str
) -> None:
    source = directory / "states" / "TL" / "list.json"
    document = {**json.loads(source.read_bytes()), **json.loads(f"{{{spoil}}}")}
    source.write_text(json.dumps(document), encoding="utf-8")
    ended = ("--effective", LATER.isoformat(), "--reason", "fraud")
    stated = ("--min-level", "low", "--environment", "demo")
    for words in (
        ("registry", "show"),
        ("registry", "show", "TL"),
        ("registry", "suspend", "--state", "TL", "--id", ISSUER, *ended),
        ("registry", "recognise", "--by", "TL", "--of", "SG", "--type", TYPE, *stated),
        ("issue", "--state", "TL", "--type", TYPE, "--format", "vc-jwt", "--claims", claims),
    ):
        done = run(*words, "--dir", directory)
        assert done.exit_code == 2, words
        assert "registry lint --dir" in done.stderr
        assert "TL" in done.stderr
    done = run(*add("--dir", directory, "--new-key", "--format", "vc-jwt", "--level", "low"))
    assert done.exit_code == 0, done.output
    assert run("registry", "show", "SG", "--dir", directory).exit_code == 0


@pytest.mark.parametrize(
    "settings",
    [{"valid_days": [1]}, {"valid_days": 10**12}, {"lifetimes": []}, {"region": {"keys": 7}}, {"region": []}],
)
def test_settings_that_are_none_are_named(run: Run, directory: Path, settings: dict[str, Any]) -> None:
    path = directory / "registry.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **settings}), encoding="utf-8")
    done = run("registry", "doctor", "--dir", directory)
    assert done.exit_code == 3, done.output  # nothing can be said
    assert "registry.json" in done.stderr
    assert run("registry", "lint", "--dir", directory).exit_code == 2
    assert run("registry", "status", "--dir", directory).exit_code in (0, 2)


def test_the_last_moment_there_is_is_a_moment(run: Run, directory: Path) -> None:
    """Whatever is counted from it ends there, and nothing runs over."""
    last = "9999-12-31T23:59:59Z"
    assert run(*add("--dir", directory, "--new-key", "--format", "vc-jwt", "--level", "low")).exit_code == 0
    rotated = run(
        "registry", "rotate", "--dir", directory, "--state", "SG", "--id", ISSUER, "--new-key", "--from", last
    )
    assert rotated.exit_code == 0, rotated.output
    assert run("registry", "doctor", "--dir", directory, "--at", last).exit_code == 1
