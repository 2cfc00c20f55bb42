"""Issuers of QR codes and of COSE envelopes at the command line: listed, issuing, judged elsewhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from defa_id.issue import signing
from tests.support.sandbox import Sandbox, defa_id

BEGINS = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
NAME = {"primary": "CONTOH", "full": [{"value": "Contoh", "lang": "id", "script": "Latn", "kind": "official"}]}
PERSON = {"name": NAME, "birth_date": "1990-05-17", "issue_date": "2026-01-01", "issuing_country": "SG"}
HEALTH = {
    "ver": "1.3.0",
    "nam": {"fn": "Contoh", "fnt": "CONTOH"},
    "dob": "1990-05-17",
    "v": [
        {
            "tg": "840539006",
            "vp": "1119349007",
            "mp": "EU/1/20/1528",
            "ma": "ORG-100030215",
            "dn": 2,
            "sd": 2,
            "dt": "2021-06-11",
            "co": "SG",
            "is": "DEMO",
            "ci": "URN:UVCI:01:SG:DEMO",
        }
    ],
}
PHILID = {
    "DateIssued": "01 January 2026",
    "Issuer": "DEMO",
    "subject": dict.fromkeys(("Suffix", "lName", "fName", "mName", "sex", "BF", "DOB", "POB", "PCN"), "Contoh"),
}
# Type, format, claims, exit code of the judgement: the status of a PhilSys document only its issuer tells.
KINDS: list[tuple[str, str, dict[str, Any], int]] = [
    ("hcert-v", "cwt", HEALTH, 0),
    ("urn:defa-id:cwt:person-identity:1", "cwt", PERSON, 0),
    ("claim-169", "cwt", {"4": "Contoh", "8": "19900517"}, 0),
    ("philsys-id", "philsys", PHILID, 3),
    ("PersonIdentityCredential", "vc-cose", PERSON, 0),
]


@pytest.mark.slow
def test_issued_by_one_state_and_judged_in_another(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "registry")
    ed25519 = tmp_path / "ed25519.jwk"
    ed25519.write_bytes(signing.to_json(signing.to_jwk(signing.generate("Ed25519"))))
    public = tmp_path / "ed25519.public.jwk"
    public.write_bytes(signing.to_json(signing.read(ed25519.read_bytes()).public_jwk))
    for number, (type, format, _, _) in enumerate(KINDS):
        state = "PH" if format == "philsys" else "SG"
        key = ("--key", public) if format == "philsys" else ("--new-key",)
        sandbox.registry(
            "add-issuer",
            *("--state", state, "--id", f"https://i{number}.example", "--name", "Example issuer", *key),
            *("--type", type, "--format", format, "--level", "substantial", "--from", BEGINS.isoformat()),
        )
        sandbox.recognise("TH", state, type)
    sandbox.publish()
    for number, (type, format, claims, code) in enumerate(KINDS):
        state = "PH" if format == "philsys" else "SG"
        (tmp_path / "claims.json").write_text(json.dumps(claims))
        out = tmp_path / f"{number}.txt"
        own = ("--key", ed25519) if format == "philsys" else ()
        done = defa_id(
            *("issue", "--dir", sandbox.folder, "--state", state, "--id", f"https://i{number}.example", *own),
            *("--type", type, "--format", format, "--claims", tmp_path / "claims.json", "--out", out),
        )
        assert done.code == 0, done.err
        judged = defa_id("verify", out, "--for", "TH", "--registry", sandbox.published, "--memory", "none", "--json")
        verdict = json.loads(judged.out)
        assert judged.code == code, judged.out
        assert verdict["credential"]["format"] == format
        assert verdict["recognition"]["level"]["capped_by"][0] == "bearer"
