"""What a presentation has to answer, as the command line takes it: an mdoc's session in every way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from defa_id import keys
from defa_id.cli import cli, options
from defa_id.codec import base64url, cbor
from defa_id.formats import mdoc_session
from defa_id.issue import mdoc, signing
from defa_id.policy import Expected
from tests.support import mdocs
from tests.support.mdocs import DOC_TYPE, DS, SPACE
from tests.support.world import NOW

DEVICE, SIGNER, READER = signing.from_native(mdocs.DEVICE), signing.from_native(DS.key), signing.generate()
ENCRYPTION = signing.generate()
AUDIENCE, RESPONSE = "x509_san_dns:rp.example", "https://rp.example/answer"


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(options, "now", lambda: NOW)
    folder = tmp_path / "published"
    for name, data in mdocs.world().files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def answer(path: Path, expected: Expected, reader: keys.PublicKey | None = None) -> Path:
    issued = mdoc.mint(
        SIGNER,
        chain=[DS.der],
        doc_type=DOC_TYPE,
        namespaces={SPACE: {"given_name": "Contoh"}},
        signed=NOW,
        ends=NOW.replace(year=2027),
        device=DEVICE.public_jwk,
    )
    path.write_bytes(mdoc.respond([(issued, DEVICE)], mdoc_session.transcript(expected), reader=reader))
    return path


def run(registry: Path, *arguments: object) -> Result:
    asked = ("verify", "--registry", registry, "--memory", "none", "--for", "TH", "--json", *arguments)
    return CliRunner().invoke(cli, [str(one) for one in asked])


def code(result: Result) -> Any:
    return json.loads(result.stdout)["error"]["code"]


@pytest.mark.parametrize("encrypted", [False, True])
def test_an_answer_by_openid4vp(registry: Path, tmp_path: Path, encrypted: bool) -> None:
    thumbprint = base64url.decode(ENCRYPTION.public.thumbprint.encode()) if encrypted else None
    expected = Expected.presentation(nonce="n-1", audience=AUDIENCE, response_uri=RESPONSE, jwk_thumbprint=thumbprint)
    file, key = answer(tmp_path / "answer.cbor", expected), tmp_path / "encryption.jwk"
    key.write_bytes(signing.to_json({**ENCRYPTION.public_jwk, "use": "enc", "alg": "ECDH-ES"}))
    asked = ["--nonce", "n-1", "--audience", AUDIENCE, "--response-uri", RESPONSE]
    with_key = [*asked, "--encrypted-to", key]
    assert run(registry, file, *(with_key if encrypted else asked)).exit_code == 0
    assert run(registry, file, *(asked if encrypted else with_key)).exit_code == 1
    assert run(registry, file, *asked[:4]).exit_code == 3  # the address is not given: unknown


def test_an_answer_in_a_browser(registry: Path, tmp_path: Path) -> None:
    expected = Expected.presentation(nonce="n-1", audience="origin:https://rp.example")
    file = answer(tmp_path / "answer.cbor", expected)
    assert run(registry, file, "--nonce", "n-1", "--audience", "origin:https://rp.example").exit_code == 0
    assert run(registry, file, "--nonce", "n-1", "--audience", "origin:https://else.example").exit_code == 1


@pytest.mark.parametrize("by", ["signature", "code"])
def test_an_answer_in_person(registry: Path, tmp_path: Path, by: str) -> None:
    transcript = tmp_path / "session.cbor"
    transcript.write_bytes(cbor.encode([cbor.embed({0: "1.0"}), cbor.embed(mdocs.cose_key(READER.native)), None]))
    session = Expected.session(transcript.read_bytes())
    file = answer(tmp_path / "answer.cbor", session, READER.public if by == "code" else None)
    key = tmp_path / "reader.jwk"
    key.write_bytes(signing.to_json(signing.to_jwk(READER)))
    assert run(registry, file, "--session-transcript", transcript, "--reader-key", key).exit_code == 0
    assert run(registry, file, "--session-transcript", transcript).exit_code == (0 if by == "signature" else 3)


def test_what_does_not_go_together(registry: Path, tmp_path: Path) -> None:
    file = answer(tmp_path / "answer.cbor", mdocs.EXPECTED)
    session, key, junk = tmp_path / "session.cbor", tmp_path / "key.jwk", tmp_path / "junk"
    session.write_bytes(cbor.encode([None, None, None]))
    key.write_bytes(signing.to_json(signing.to_jwk(READER)))
    junk.write_bytes(b"junk")
    strange = [tmp_path / f"strange-{number}" for number in range(4)]
    for path, kty in zip(strange, ('["EC"]', "{}", "1.5", '"oct"'), strict=True):
        path.write_text(f'{{"kty":{kty},"crv":"P-256","x":1.5,"y":"AA"}}', encoding="utf-8")
    for asked in (
        ["--session-transcript", session, "--nonce", "n"],
        ["--session-transcript", session, "--response-uri", RESPONSE],
        ["--session-transcript", junk],
        ["--session-transcript", tmp_path / "missing"],
        ["--session-transcript", session, "--reader-key", junk],
        ["--reader-key", key],
        ["--response-uri", RESPONSE],
        ["--encrypted-to", key],
        ["--nonce", "n", "--audience", AUDIENCE, "--encrypted-to", junk],
        ["--nonce", "n", "--audience", AUDIENCE, "--encrypted-to", strange[0]],
        ["--nonce", "n", "--audience", AUDIENCE, "--encrypted-to", strange[1]],
        ["--nonce", "n", "--audience", AUDIENCE, "--encrypted-to", strange[2]],
        ["--nonce", "n", "--audience", AUDIENCE, "--encrypted-to", strange[3]],
        ["--nonce", "n", "--audience", AUDIENCE, "--encrypted-to", tmp_path / "missing"],
    ):
        result = run(registry, file, *asked)
        assert (result.exit_code, code(result)) == (2, "CFG_USE"), asked
