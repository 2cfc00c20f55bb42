"""pymdoccbor (PyPI) and @auth0/mdl (npm): they issue and answer and we judge, we do and they judge."""

from __future__ import annotations

import base64
import logging
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from defa_id import keys
from defa_id.codec import base64url, cbor
from defa_id.formats import mdoc_session
from defa_id.issue import mdoc, signing
from defa_id.policy import Expected
from defa_id.verdict import Verdict
from tests.interop.peers import Refused, node
from tests.support import mdocs
from tests.support.mdocs import DOC_TYPE, DS, EXPECTED, IACA, SPACE
from tests.support.world import World

DEVICE, SIGNER = signing.from_native(mdocs.DEVICE), signing.from_native(DS.key)
ELEMENTS: dict[str, Any] = {"family_name": "Contoh", "given_name": "Bunga", "age": 36}
MOMENT = datetime.now(UTC).replace(microsecond=0)  # pymdoccbor signs as of its own clock
TRANSCRIPT = mdoc_session.transcript(EXPECTED)
READER = ec.derive_private_key(77, ec.SECP256R1())


@pytest.fixture(scope="module")
def world() -> World:
    return mdocs.world()


def judged(world: World, data: bytes, expected: Expected = Expected()) -> Verdict:
    return world.verify(data, expected=expected, at=datetime.now(UTC) + timedelta(seconds=30), now=MOMENT)


def ours() -> bytes:
    return mdoc.mint(
        SIGNER,
        chain=[DS.der],
        doc_type=DOC_TYPE,
        namespaces={SPACE: ELEMENTS},
        signed=MOMENT - timedelta(hours=1),
        ends=MOMENT + timedelta(days=100),
        device=DEVICE.public_jwk,
    )


def damaged(response: bytes) -> bytes:
    """One element changed, everything else as it was."""
    return response.replace(b"Contoh", b"Malory")


class TestPymdoccbor:
    @pytest.fixture(autouse=True)
    def quiet(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.CRITICAL)

    def verify(self, data: bytes) -> bool:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import cryptography.x509  # noqa: F401  (it forgets to)
            from pymdoccbor.mdoc.verifier import MdocCbor

            peer = MdocCbor()
            peer.loads(data)
            return bool(peer.verify())

    def issued(self) -> bytes:
        coordinates = {name: base64url.decode(DEVICE.public_jwk[name].encode()) for name in ("x", "y")}
        secret = DS.key.private_numbers().private_value.to_bytes(32)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pymdoccbor.mdoc.issuer import MdocCborIssuer

            peer = MdocCborIssuer(
                private_key={"KTY": "EC2", "CURVE": "P_256", "ALG": "ES256", "D": secret}, alg="ES256"
            )
            peer.new(
                doctype=DOC_TYPE,
                data={SPACE: ELEMENTS},
                validity={
                    "issuance_date": f"{MOMENT - timedelta(days=1):%Y-%m-%d}",
                    "expiry_date": f"{MOMENT + timedelta(days=9):%Y-%m-%d}",
                },
                devicekeyinfo={"KTY": "EC2", "CURVE": "P_256", "X": coordinates["x"], "Y": coordinates["y"]},
                x509_chain=[DS.der],
            )
            found: bytes = peer.dump()
            return found

    def test_it_issues_and_we_judge(self, world: World) -> None:
        verdict = judged(world, self.issued())
        assert verdict, verdict.summary
        assert dict(verdict.unwrap().claims) == ELEMENTS

    def test_it_issues_we_answer_and_we_judge(self, world: World) -> None:
        issuer_signed = cbor2.dumps(cbor2.loads(self.issued())["documents"][0]["issuerSigned"])
        answer = mdoc.respond([(issuer_signed, DEVICE)], TRANSCRIPT, disclose=["age"])
        verdict = judged(world, answer, EXPECTED)
        assert verdict, verdict.summary
        assert dict(verdict.unwrap().claims) == {"age": 36}

    def test_we_issue_and_answer_and_it_judges(self) -> None:
        answer = mdoc.respond([(ours(), DEVICE)], TRANSCRIPT, disclose=["family_name"])
        assert self.verify(answer)
        assert not self.verify(damaged(answer))


@pytest.mark.peers
class TestAuth0:
    def issued(self) -> bytes:
        return decoded(
            node(
                "mdl.issue",
                docType=DOC_TYPE,
                namespace=SPACE,
                elements=ELEMENTS,
                signed=(MOMENT - timedelta(hours=1)).isoformat(),
                validUntil=(MOMENT + timedelta(days=9)).isoformat(),
                device=DEVICE.public_jwk,
                issuer={**signing.to_jwk(SIGNER), "kid": "signer"},
                certificate=DS.pem,
            )
        )

    def answered(self, mdoc: bytes, reader: bytes | None = None) -> bytes:
        return decoded(
            node(
                "mdl.respond",
                mdoc=encoded(mdoc),
                docType=DOC_TYPE,
                namespace=SPACE,
                elements=["family_name", "age"],
                transcript=encoded(TRANSCRIPT_BYTES),
                device={**signing.to_jwk(DEVICE), "kid": "device"},
                reader=encoded(reader) if reader else None,
            )
        )

    def verify(self, data: bytes, reader: bytes | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = node(
            "mdl.verify",
            mdoc=encoded(data),
            transcript=encoded(TRANSCRIPT_BYTES),
            reader=encoded(reader) if reader else None,
            roots=[IACA.pem],
        )["elements"]
        return found

    def test_it_issues_and_we_judge(self, world: World) -> None:
        verdict = judged(world, self.issued())
        assert verdict, verdict.summary
        assert dict(verdict.unwrap().claims) == ELEMENTS

    @pytest.mark.parametrize("by", ["signature", "code"])
    def test_it_issues_and_answers_and_we_judge(self, world: World, by: str) -> None:
        expected = Expected.session(TRANSCRIPT, reader_key=READER)
        verdict = judged(world, self.answered(self.issued(), public(READER) if by == "code" else None), expected)
        assert verdict, verdict.summary
        assert dict(verdict.unwrap().claims) == {"family_name": "Contoh", "age": 36}
        (proof,) = [line for line in verdict.checks if line.id == "holder.proof"]
        assert proof.evidence["alg"] == ("ES256" if by == "signature" else "HMAC 256/256")

    def test_we_issue_it_answers_and_we_judge(self, world: World) -> None:
        whole = mdoc.respond([(ours(), DEVICE)], TRANSCRIPT)
        verdict = judged(world, self.answered(whole), EXPECTED)
        assert verdict, verdict.summary

    @pytest.mark.parametrize("by", ["signature", "code"])
    def test_we_issue_and_answer_and_it_judges(self, by: str) -> None:
        reader = keys.from_native(READER.public_key()) if by == "code" else None
        secret = private(READER) if by == "code" else None
        answer = mdoc.respond([(ours(), DEVICE)], TRANSCRIPT, disclose=["family_name"], reader=reader)
        assert self.verify(answer, secret) == [{"family_name": "Contoh"}]
        with pytest.raises(Refused):
            self.verify(damaged(answer), secret)
        other = mdoc.respond([(ours(), DEVICE)], cbor.encode([None, None, None]), reader=reader)
        with pytest.raises(Refused):
            self.verify(other, secret)


TRANSCRIPT_BYTES = cbor.head(6, 24) + cbor.head(2, len(TRANSCRIPT)) + TRANSCRIPT


def public(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A COSE_Key as bytes, which is how @auth0/mdl takes the reader's."""
    return cbor.encode(mdocs.cose_key(key))


def private(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The same with its private part (RFC 9053 §7.1.1)."""
    return cbor.encode({**mdocs.cose_key(key), -4: key.private_numbers().private_value.to_bytes(32)})


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def decoded(answer: dict[str, Any]) -> bytes:
    return base64.b64decode(answer["mdoc"])
