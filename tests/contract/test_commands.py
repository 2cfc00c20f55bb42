"""The commands as others rely on them: options, answers, exit codes and members, from a sandbox to a verdict.

Nothing of this project is used but its command; credentials are made with PyJWT, as anybody would.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from defa_id.cli import cli

Run = Callable[..., Result]
ISSUER, TYPE = "did:web:issuer.example", "LibraryCardCredential"
SINCE = "2026-01-01T00:00:00Z"
AREAS = {
    *("format", "limit", "issuer", "key", "proof", "time", "holder", "status", "schema", "recognition", "assurance"),
    *("policy", "registry"),
}
REASONS = ("administrative", "ceased", "superseded", "investigation", "supervision", "fraud", "compromise")
STATES = ("BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN")


class Bench:
    """A sandbox with one more issuer, and that issuer's key."""

    def __init__(self, folder: Path, key: ec.EllipticCurvePrivateKey) -> None:
        self.folder, self.key = folder, key
        self.published = folder / "published"

    def token(self, *, by: ec.EllipticCurvePrivateKey | None = None, kid: str | None = None, **changes: Any) -> str:
        """A VC-JWT of VCDM 2.0, issued an hour ago; a change to None removes the member."""
        begun = datetime.now(UTC) - timedelta(hours=1)
        document = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiableCredential", TYPE],
            "issuer": ISSUER,
            "validFrom": begun.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "credentialSubject": {"id": "urn:x-test:1", "name": "canary-2c71"},
            **changes,
        }
        kept = {name: value for name, value in document.items() if value is not None}
        header = {"typ": "vc+jwt", **({"kid": kid} if kid else {})}
        return jwt.encode(kept, by or self.key, algorithm="ES256", headers=header)


def command(state: Path) -> Run:
    """The command, with a memory of its own."""

    def invoke(*arguments: object) -> Result:
        done = CliRunner().invoke(cli, [str(one) for one in arguments], env={"XDG_STATE_HOME": str(state)})
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return invoke


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return command(tmp_path / "state")


def succeeded(done: Result) -> Result:
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """`sandbox new`, `add-issuer`, `recognise`, `publish --demo-sign`."""
    folder = tmp_path_factory.mktemp("contract") / "sandbox"
    run = command(folder.parent / "state")
    succeeded(run("sandbox", "new", folder))
    key = ec.generate_private_key(ec.SECP256R1())
    public = folder.parent / "issuer.pem"
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    listed = ("--dir", folder, "--state", "SG", "--id", ISSUER, "--name", "Test library", "--type", TYPE)
    succeeded(
        run(
            "registry",
            "add-issuer",
            *listed,
            "--key",
            public,
            "--format",
            "vc-jwt",
            "--level",
            "substantial",
            "--from",
            SINCE,
        )
    )
    between = ("--dir", folder, "--by", "TH", "--of", "SG", "--type", TYPE, "--min-level", "substantial")
    succeeded(run("registry", "recognise", *between, "--environment", "demo", "--from", SINCE))
    succeeded(run("registry", "publish", "--dir", folder, "--demo-sign"))
    return Bench(folder, key)


@pytest.fixture
def own(bench: Bench, tmp_path: Path) -> Bench:
    """A copy of the bench, to be changed."""
    return Bench(Path(shutil.copytree(bench.folder, tmp_path / "sandbox")), bench.key)


@pytest.fixture
def verify(run: Run, bench: Bench, tmp_path: Path) -> Run:
    """`verify TOKEN` in TH by the bench's registry; the token is text."""

    def invoke(
        token: str, *more: object, registry: Path = bench.published, state: tuple[str, ...] = ("--for", "TH")
    ) -> Result:
        path = tmp_path / "credential"
        path.write_text(token, encoding="utf-8")
        return run("verify", path, *state, "--registry", registry, *more)

    return invoke


def failing(document: dict[str, Any]) -> list[str]:
    return [line["id"] for line in document["checks"] if line["outcome"] in ("failed", "unknown")]


# -- the verdict's JSON ----------------------------------------------------------------------------------------


def test_the_verdict_has_its_members(verify: Run, bench: Bench) -> None:
    token = bench.token()
    found = json.loads(succeeded(verify(token, "--json")).stdout)
    members = {
        "": "decision summary checks credential recognition registry policy at known_at library",
        "credential": "format types digest issuer",
        "credential.issuer": "id state name entity_id",
        "recognition": "relying_state home_state purpose arrangement environment level conditions",
        "recognition.level": "label granted vector capped_by",
        "recognition.level.vector": "P A F G",
        "registry": "version sha256 freshness environment",
        "policy": "id sha256",
    }
    for path, names in members.items():
        part = found
        for step in filter(None, path.split(".")):
            part = part[step]
        assert set(names.split()) <= set(part), path
    for line in found["checks"]:
        assert {"id", "item", "outcome", "code", "why", "clause", "evidence"} <= set(line)
        assert line["outcome"] in ("passed", "failed", "unknown", "skipped")
        assert line["id"].split(".")[0] in AREAS
        assert isinstance(line["evidence"], dict)
    assert (found["decision"], found["known_at"]) == ("accepted", None)
    assert found["credential"]["format"] == "vc-jwt"
    assert found["credential"]["issuer"] == {
        "id": ISSUER, "state": "SG", "name": "Test library", "entity_id": ISSUER
    }  # fmt: skip
    assert found["recognition"]["environment"] == "demo"
    assert found["recognition"]["level"]["label"] == "none"
    assert found["recognition"]["level"]["granted"] == "substantial"
    assert "bearer" in found["recognition"]["level"]["capped_by"]
    assert found["registry"]["freshness"] == "fresh"
    assert re.fullmatch(r"[0-9a-f]{64}", found["registry"]["sha256"])
    at = ("--json", "--at", found["at"])
    assert verify(token, *at).stdout_bytes == verify(token, *at).stdout_bytes
    assert "canary-2c71" not in verify(token, "--json").stdout + verify(token, "--explain").stdout


def test_what_the_corridor_did_not_reach_is_null(verify: Run) -> None:
    done = verify("this is nothing", "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["decision"]) == (1, "rejected")
    assert (found["credential"], found["recognition"]) == (None, None)


# -- whose fault, and under which heading ----------------------------------------------------------------------


def test_each_refusal_under_its_heading(verify: Run, bench: Bench) -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())
    past = (datetime.now(UTC) - timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows: tuple[tuple[str, tuple[str, ...], str], ...] = (
        (bench.token(issuer="did:web:stranger.example", by=stranger), (), "issuer.listed"),
        (bench.token(by=stranger), (), "proof."),
        (bench.token(type=["VerifiableCredential", TYPE, "OtherCredential"]), (), "issuer.scope"),
        (bench.token(validUntil=past), (), "time."),
        (bench.token(), ("--for", "VN"), "recognition."),
        (bench.token(), ("--min-level", "low"), "assurance."),
        (bench.token(), ("--nonce", "n", "--audience", "https://rp.example"), "holder."),
        (bench.token(), ("--policy", "strict"), "holder."),
    )
    for token, more, heading in rows:
        state = () if "--for" in more else ("--for", "TH")
        done = verify(token, "--json", *more, state=state)
        found = json.loads(done.stdout)
        assert (done.exit_code, found["decision"]) == (1, "rejected"), more
        assert any(line.startswith(heading) for line in failing(found)), (heading, failing(found))


def test_a_status_that_is_not_at_hand_is_indeterminate(verify: Run, bench: Bench) -> None:
    entry = {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "3",
        "statusListCredential": "https://status.example/1",
    }
    done = verify(bench.token(credentialStatus=entry), "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["decision"]) == (3, "indeterminate")
    assert all(line.startswith("status.") for line in failing(found))


@pytest.mark.parametrize("kid", ["thumbprint", "did-url", None])
def test_how_a_key_is_named(verify: Run, bench: Bench, kid: str | None) -> None:
    import hashlib
    from base64 import urlsafe_b64encode

    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(bench.key.public_key()))
    canonical = json.dumps({name: public[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    thumbprint = urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).decode().rstrip("=")
    named = {"thumbprint": thumbprint, "did-url": f"{ISSUER}#{thumbprint}", None: None}[kid]
    succeeded(verify(bench.token(kid=named)))
    assert verify(bench.token(kid="another")).exit_code == 1


# -- wrong use, and a registry not to be trusted ---------------------------------------------------------------


def test_errors_are_one_object(verify: Run, run: Run, bench: Bench, tmp_path: Path) -> None:
    spoilt = Path(shutil.copytree(bench.published, tmp_path / "spoilt"))
    stamp = spoilt / "metadata" / "timestamp.json"
    stamp.write_bytes(stamp.read_bytes().replace(b"1", b"2", 1))
    token = bench.token()
    rows = (
        (2, verify(token, "--json", state=())),
        (2, verify(token, "--json", "--at", "yesterday")),
        (2, verify(token, "--json", "--policy", "no-such-policy")),
        (2, verify(token, "--json", "--no-such-option")),
        (2, verify(token, "--json", "--min-level", "extreme")),
        (2, verify(token, "--json", "--format", "no-such-format")),
        (2, run("verify", tmp_path / "absent", "--for", "TH", "--json")),
        (4, verify(token, "--json", registry=spoilt)),
        (4, verify(token, "--json", registry=tmp_path / "nowhere")),
        (4, verify(token, "--json", "--root", spoilt / "metadata" / "timestamp.json")),
    )
    for code, done in rows:
        assert done.exit_code == code, done.output
        error = json.loads(done.stdout)
        assert set(error) == {"error"}
        assert set(error["error"]) == {"code", "message", "hint"}
        assert all(isinstance(text, str) and text for text in error["error"].values())


def test_unsafe_any_issuer_needs_no_relying_state(verify: Run, bench: Bench) -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(stranger.public_key()))
    from base64 import urlsafe_b64encode

    did = "did:jwk:" + urlsafe_b64encode(json.dumps(public).encode()).decode().rstrip("=")
    token = bench.token(by=stranger, issuer=did, kid=f"{did}#0")
    found = json.loads(succeeded(verify(token, "--json", "--policy", "unsafe-any-issuer", state=())).stdout)
    waived = [line for line in found["checks"] if line["code"] == "POLICY_WAIVED"]
    assert all(line["why"] for line in waived)
    assert found["recognition"]["environment"] == "none"


def test_a_lower_registry_than_remembered_is_exit_4(verify: Run, own: Bench, run: Run, tmp_path: Path) -> None:
    before = Path(shutil.copytree(own.published, tmp_path / "before"))
    succeeded(run("registry", "publish", "--dir", own.folder, "--demo-sign"))
    memory = ("--memory", tmp_path / "memory.json")
    token = own.token()
    succeeded(verify(token, *memory, registry=own.published))
    assert verify(token, *memory, registry=before).exit_code == 4
    succeeded(verify(token, "--memory", "none", registry=before))


# -- several sources -------------------------------------------------------------------------------------------


def test_several_sources(run: Run, bench: Bench, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    entry = {"type": "Unheard", "statusListCredential": "https://status.example/1", "statusListIndex": "1"}
    held = {"a": bench.token(), "b": bench.token(credentialStatus=entry), "c": "nothing", "d": ""}
    for name, text in held.items():
        (inbox / name).write_text(text, encoding="utf-8")
    asked = ("--for", "TH", "--registry", bench.published)

    def ask(*names: str) -> Result:
        return run("verify", *(inbox / name for name in names), *asked, "--json")

    for names, code in (("aa", 0), ("ab", 3), ("bc", 1), ("cx", 2), ("bx", 2)):  # x is not there
        assert ask(*names).exit_code == code, names
    rows = json.loads(run("verify", inbox, *asked, "--json").stdout)
    assert [row["decision"] for row in rows] == ["accepted", "indeterminate", "rejected", "rejected"]
    lines = run("verify", inbox, *asked, "--ndjson").stdout.splitlines()
    assert [json.loads(line)["decision"] for line in lines] == [row["decision"] for row in rows]
    assert len(run("verify", inbox / "a", *asked, "--ndjson").stdout.splitlines()) == 1
    assert isinstance(json.loads(run("verify", inbox / "a", *asked, "--json").stdout), dict)


# -- inspect, explain, matrix ----------------------------------------------------------------------------------


def test_inspect_says_unverified_first(run: Run, bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(bench.token(by=ec.generate_private_key(ec.SECP256R1())), encoding="utf-8")
    shown = succeeded(run("inspect", path)).stdout
    assert "UNVERIFIED" in shown.splitlines()[0]
    assert "canary-2c71" in shown


@pytest.mark.parametrize("name", ["issuer.listed", "holder.nonce", "SCOPE_ISSUER_UNKNOWN", "TIME_EXPIRED"])
def test_explain_a_check_or_a_code(run: Run, name: str) -> None:
    assert name in succeeded(run("explain", name)).stdout
    assert run("explain", name + "x").exit_code == 2


def test_matrix(run: Run, bench: Bench) -> None:
    at = ("--registry", bench.published, "--json", "--type", TYPE)
    rows = json.loads(succeeded(run("matrix", *at)).stdout)
    assert len(rows) == 110
    assert {(row["by"], row["of"]) for row in rows} == {(by, of) for by in STATES for of in STATES if by != of}
    assert [(row["by"], row["of"]) for row in rows] == sorted((row["by"], row["of"]) for row in rows)
    members = {"by", "of", "type", "purpose", "level", "environment", "arrangement", "decision"}
    assert all(set(row) == members for row in rows)
    (found,) = [row for row in rows if row["decision"] == "recognised"]
    assert (found["by"], found["of"], found["level"], found["environment"]) == ("TH", "SG", "substantial", "demo")
    early = json.loads(succeeded(run("matrix", *at, "--at", "2025-06-01T00:00:00Z")).stdout)
    assert {row["decision"] for row in early} == {"not_yet", "not_recognised"}
    unknown = json.loads(succeeded(run("matrix", *at, "--known-at", "2025-06-01T00:00:00Z")).stdout)
    assert {row["decision"] for row in unknown} == {"not_recognised"}
    assert json.loads(succeeded(run("matrix", "--json")).stdout)  # the demo registry inside the package


# -- the operator's day ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("verb", ["suspend", "withdraw"])
def test_every_reason_of_the_vocabulary(run: Run, own: Bench, verb: str, reason: str) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    ended = ("--dir", own.folder, "--state", "SG", "--id", ISSUER, "--effective", now, "--reason", reason)
    succeeded(run("registry", verb, *ended))
    assert run("registry", verb, *ended[:-1], "whim").exit_code == 2


def test_suspended_reinstated_withdrawn(run: Run, own: Bench, verify: Run) -> None:
    """Issued before and checked during a suspension: not decided. Fraud reaches back."""
    token = own.token()
    decided = []
    for verb, reason in (("suspend", "investigation"), ("reinstate", "administrative"), ("withdraw", "fraud")):
        effective = (datetime.now(UTC) - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
        changed = ("--dir", own.folder, "--state", "SG", "--id", ISSUER, "--effective", effective, "--reason", reason)
        if verb == "reinstate":
            changed = (*changed[:7], datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), *changed[8:])
        succeeded(run("registry", verb, *changed))
        succeeded(run("registry", "publish", "--dir", own.folder, "--demo-sign"))
        decided.append(
            json.loads(verify(token, "--json", "--memory", "none", registry=own.published).stdout)["decision"]
        )
    assert decided == ["indeterminate", "accepted", "rejected"]


def test_issue_and_verify(run: Run, own: Bench, tmp_path: Path) -> None:
    claims, holder, out = tmp_path / "claims.json", tmp_path / "holder.pem", tmp_path / "out"
    claims.write_text('{"name": "canary-2c71"}', encoding="utf-8")
    key = ec.generate_private_key(ec.SECP256R1())
    holder.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    here, kind = ("--dir", own.folder), ("--type", "urn:x-test:two:1")
    named = ("--state", "SG", "--id", "https://two.example", "--name", "Test", "--new-key")
    granted = ("--format", "sd-jwt-vc", "--level", "low", "--from", SINCE)
    succeeded(run("registry", "add-issuer", *here, *named, *kind, *granted))
    stated = ("--by", "TH", "--of", "SG", "--min-level", "low", "--environment", "demo", "--from", SINCE)
    succeeded(run("registry", "recognise", *here, *kind, *stated))
    succeeded(run("registry", "publish", *here, "--demo-sign"))
    made = (*here, "--state", "SG", *kind, "--format", "sd-jwt-vc", "--claims", claims)
    succeeded(run("issue", *made, "--holder-key", holder, "--out", out))
    assert out.read_text(encoding="utf-8").strip().endswith("~")
    asked = ("--for", "TH", "--registry", own.published, "--json")
    assert json.loads(succeeded(run("verify", out, *asked)).stdout)["credential"]["format"] == "sd-jwt-vc"
    assert run("verify", out, *asked, "--format", "vc-jwt").exit_code == 1
    assert "~" in succeeded(run("issue", *made)).stdout


@pytest.mark.parametrize("name", ["lint", "diff", "status", "show", "doctor"])
def test_looking_at_a_registry(run: Run, bench: Bench, name: str) -> None:
    assert succeeded(run("registry", name, "--dir", bench.folder)).stdout


def test_what_is_published_is_a_tuf_repository(bench: Bench) -> None:
    assert {path.name for path in bench.published.iterdir()} >= {"metadata", "targets", "root.json"}
    metadata = {path.name for path in (bench.published / "metadata").iterdir()}
    assert {"timestamp.json", "1.root.json"} <= metadata
    stamp = json.loads((bench.published / "metadata" / "timestamp.json").read_bytes())["signed"]
    version = stamp["meta"]["snapshot.json"]["version"]
    assert f"{version}.snapshot.json" in metadata
    assert json.loads((bench.published / "root.json").read_bytes())["signed"]["consistent_snapshot"] is True
