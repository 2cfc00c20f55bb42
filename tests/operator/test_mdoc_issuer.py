"""An mdoc issuer's day at the command line: listed by its authority or by its signer, issuing, judged elsewhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from defa_id.issue import SigningKey, certificates, signing
from tests.support.sandbox import Sandbox, defa_id

TYPE = "defa-id.person-identity.1"
NAME = {"primary": "CONTOH", "full": [{"value": "Contoh", "lang": "id", "script": "Latn", "kind": "official"}]}
CLAIMS = {"name": NAME, "birth_date": "1990-05-17", "issue_date": "2026-01-01", "issuing_country": "SG"}
BEGINS = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)


def listed(sandbox: Sandbox, id: str, *key: str | Path) -> None:
    sandbox.registry(
        "add-issuer",
        *("--state", "SG", "--id", id, "--name", "Example issuer", *key),
        *("--type", TYPE, "--format", "mdoc", "--level", "substantial", "--from", BEGINS.isoformat()),
    )


def pem(key: SigningKey) -> bytes:
    return key.native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.slow
def test_an_mdoc_issuer_listed_in_each_way(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "registry")
    holder, ca, below, other, alone = (signing.generate() for _ in range(5))
    root = certificates.authority(ca, "SG", "Example IACA", BEGINS)
    unlisted = certificates.authority(other, "SG", "Example IACA that nobody lists", BEGINS)
    files = {
        "holder.jwk": signing.to_json(signing.to_jwk(holder)),
        "claims.json": json.dumps(CLAIMS).encode(),
        "iaca.pem": certificates.to_pem(root),
        "below.pem": certificates.to_pem(certificates.signer(below, root, ca, "Example DS", BEGINS)),
        "below.key": pem(below),
        "alone.pem": certificates.to_pem(certificates.signer(alone, unlisted, other, "Example DS", BEGINS)),
        "alone.key": pem(alone),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    listed(sandbox, "https://new.example", "--new-key")
    listed(sandbox, "https://iaca.example", "--key", tmp_path / "iaca.pem")
    listed(sandbox, "https://leaf.example", "--key", tmp_path / "alone.pem")
    sandbox.recognise("TH", "SG", TYPE)
    sandbox.publish()

    ways = {
        "new": (),
        "iaca": ("--key", tmp_path / "below.key", "--certificate", tmp_path / "below.pem"),
        "leaf": ("--key", tmp_path / "alone.key"),
    }
    for name, way in ways.items():
        out = tmp_path / f"{name}.mdoc"
        done = defa_id(
            *("issue", "--dir", sandbox.folder, "--state", "SG", "--id", f"https://{name}.example"),
            *("--type", TYPE, "--format", "mdoc", "--claims", tmp_path / "claims.json"),
            *("--holder-key", tmp_path / "holder.jwk", "--out", out, *way),
        )
        assert done.code == 0, done.err
        judged = defa_id("verify", out, "--for", "TH", "--registry", sandbox.published, "--memory", "none", "--json")
        verdict = json.loads(judged.out)
        assert (judged.code, verdict["decision"]) == (0, "accepted"), judged.out
        assert verdict["credential"]["issuer"] == {
            "id": None,
            "state": "SG",
            "name": "Example issuer",
            "entity_id": f"https://{name}.example",
        }


@pytest.mark.slow
def test_what_an_mdoc_cannot_be_issued_without(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "registry")
    (tmp_path / "claims.json").write_text(json.dumps(CLAIMS), encoding="utf-8")
    (tmp_path / "wrong.json").write_text(json.dumps({**CLAIMS, "birth_date": "17 May"}), encoding="utf-8")
    (tmp_path / "holder.jwk").write_bytes(signing.to_json(signing.to_jwk(signing.generate())))
    listed(sandbox, "https://new.example", "--new-key")
    asked = ("issue", "--dir", sandbox.folder, "--state", "SG", "--type", TYPE, "--format", "mdoc")
    holder = ("--holder-key", tmp_path / "holder.jwk")
    for arguments, said in (
        (("--claims", tmp_path / "claims.json"), "bound to its holder's device"),
        (("--claims", tmp_path / "wrong.json", *holder), "do not fit the schema"),
        (
            ("--claims", tmp_path / "claims.json", *holder, "--key", tmp_path / "holder.jwk"),
            "the private key of",
        ),
    ):
        done = defa_id(*asked, *arguments)
        assert done.code == 2
        assert said in done.err
