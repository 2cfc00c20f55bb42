"""linked: the canonical forms that W3C publishes for its Data Integrity cryptosuites."""

from __future__ import annotations

import pytest

from defa_id import contexts, linked
from tests.support.vectors import require, require_json

EDDSA, ECDSA = "w3c/vc-di-eddsa", "w3c/vc-di-ecdsa"
CASES = [
    (f"{EDDSA}/unsigned.json", f"{EDDSA}/eddsa-rdfc-2022/canonDocDataInt.txt"),
    (f"{EDDSA}/eddsa-rdfc-2022/proofConfigDataInt.json", f"{EDDSA}/eddsa-rdfc-2022/proofCanonDataInt.txt"),
    (f"{EDDSA}/employmentAuth.json", f"{EDDSA}/eddsa-rdfc-2022/employ/canonDocDataInt.txt"),
    (
        f"{EDDSA}/eddsa-rdfc-2022/employ/proofConfigDataInt.json",
        f"{EDDSA}/eddsa-rdfc-2022/employ/proofCanonDataInt.txt",
    ),
    (f"{EDDSA}/unsigned.json", f"{EDDSA}/Ed25519Signature2020/canonDocEdSig.txt"),
    (f"{EDDSA}/Ed25519Signature2020/proofConfigEdSig.json", f"{EDDSA}/Ed25519Signature2020/proofCanonEdSig.txt"),
    *(
        (f"{ECDSA}/{document}", f"{ECDSA}/ecdsa-rdfc-2019-{curve}/{folder}canonDocECDSA{curve.upper()}.txt")
        for curve in ("p256", "p384")
        for document, folder in (("unsigned.json", ""), ("employmentAuth.json", "employ/"))
    ),
    *(
        (
            f"{ECDSA}/ecdsa-rdfc-2019-{curve}/{folder}proofConfigECDSA{curve.upper()}.json",
            f"{ECDSA}/ecdsa-rdfc-2019-{curve}/{folder}proofCanonECDSA{curve.upper()}.txt",
        )
        for curve in ("p256", "p384")
        for folder in ("", "employ/")
    ),
]


@pytest.mark.parametrize(("document", "expected"), CASES)
def test_the_canonical_form_is_the_published_one(document: str, expected: str) -> None:
    hash = "sha384" if "p384" in expected else "sha256"
    canonical = linked.canonicalize(require_json(document), contexts.load, hash=hash)
    assert canonical.data == require(expected).read_bytes()
