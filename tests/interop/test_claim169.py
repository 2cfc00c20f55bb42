"""`claim169`, MOSIP's own kind of QR code in Rust: it makes codes and we judge, we make codes and it reads."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from defa_id.issue import SigningKey, issue, signing
from defa_id.verdict import Verdict
from tests.support.world import ISSUER, NOW, World, entity, recognition, service

pytestmark = pytest.mark.peers

KINDS = {"EdDSA": "Ed25519", "ES256": "P-256"}
CLAIMS = {"1": "DEMO-1", "4": "Contoh", "8": "19900517", "9": 2, "13": "ID"}


def judged(key: SigningKey, text: str) -> Verdict:
    """The verdict of TH, where SG lists this key for claim 169."""
    world, signer = World.make()
    listed = service([signer], ["claim-169"], ["cwt"])
    listed["identifiers"][1] |= {"jwk": key.public_jwk, "thumbprint": key.public.thumbprint}
    listed["algorithms"] = [{"alg": alg} for alg in KINDS]
    world.lists["SG"]["entities"] = [entity([listed])]
    world.lists["TH"]["recognitions"] = [recognition("TH", "SG", ["claim-169"])]
    return world.verify(text)


def secret(key: SigningKey) -> bytes:
    """The 32 bytes both kinds of key come down to there."""
    if key.public.crv == "Ed25519":
        return key.native.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return key.native.private_numbers().private_value.to_bytes(32)  # type: ignore[union-attr]


def public(key: SigningKey) -> bytes:
    native = key.native.public_key()
    if key.public.crv == "Ed25519":
        return native.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return native.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def told(alg: str, issuer: str = ISSUER) -> tuple[SigningKey, str]:
    """A code of theirs and the key it is signed with."""
    import claim169

    key = signing.generate(KINDS[alg])
    claims = claim169.Claim169Input(id="DEMO-1", full_name="Contoh")
    claims.date_of_birth, claims.gender, claims.nationality = "19900517", 2, "ID"
    meta = claim169.CwtMetaInput(issuer, int(NOW.timestamp()) + 86_400)
    meta.issued_at = int(NOW.timestamp()) - 86_400
    encode = claim169.encode_with_ed25519 if alg == "EdDSA" else claim169.encode_with_ecdsa_p256
    return key, encode(claims, meta, secret(key))


def _refusal() -> type[Exception]:
    import claim169

    found: type[Exception] = claim169.Claim169Exception
    return found


def read(key: SigningKey, text: str) -> Any:
    import claim169

    if key.public.crv == "Ed25519":
        return claim169.decode(text, verify_with_ed25519=public(key), validate_timestamps=False)
    return claim169.decode(text, verify_with_ecdsa_p256=public(key), validate_timestamps=False)


@pytest.mark.parametrize("alg", KINDS)
def test_it_makes_a_code_and_we_judge(alg: str) -> None:
    key, text = told(alg)
    verdict = judged(key, text)
    assert verdict, verdict.to_json(1)
    assert verdict.unwrap().claims == CLAIMS
    stranger = judged(signing.generate(KINDS[alg]), text)
    assert ("proof.signature", "COSE_SIGNATURE") in [(line.id, line.code) for line in stranger.problems]


def test_of_an_issuer_that_nobody_lists() -> None:
    first, *_ = judged(*told("EdDSA", "https://other.example")).problems
    assert first.code == "SCOPE_ISSUER_UNKNOWN"


@pytest.mark.parametrize("alg", KINDS)
def test_we_make_a_code_and_it_reads(alg: str) -> None:
    key = signing.generate(KINDS[alg])
    text = issue(
        *("cwt", key),
        issuer=ISSUER,
        type="claim-169",
        claims=CLAIMS,
        issued=NOW,
        expires=NOW.replace(year=2027),
    )
    found = read(key, text)
    assert (found.claim169.id, found.claim169.full_name) == ("DEMO-1", "Contoh")
    assert found.cwt_meta.issuer == ISSUER
    assert judged(key, text)
    with pytest.raises(_refusal()):
        read(signing.generate(KINDS[alg]), text)
