"""ISO/IEC 18013-5 Annex D, and isomdl's IssuerSigned, through the whole corridor and a registry that lists
their signer. The vectors hold no certificate of the authority above it, so the signer itself is listed."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from defa_id import inspect
from defa_id.codec import cbor
from defa_id.errors import WrongUse
from defa_id.formats import mdoc
from defa_id.policy import Expected
from defa_id.suites import cose
from defa_id.verdict import Decision, Verdict
from tests.support.vectors import require, require_json
from tests.support.world import GRANT, World, entity, recognition, service

ANNEX_D = "iso/18013-5-annex-d.json"
ISOMDL = "iso/isomdl-issuer-signed.hex"
DOC_TYPE = "org.iso.18013.5.1.mDL"
SPACE = "org.iso.18013.5.1"
AT = datetime(2021, 9, 1, tzinfo=UTC)  # the certificates ended on 2021-10-01
EARLY = "2020-01-01T00:00:00Z"

# How many there are: a corpus that shrinks passes everything.
VECTORS = 22
ELEMENTS = ["document_number", "driving_privileges", "expiry_date", "family_name", "issue_date", "portrait"]


@cache
def vectors() -> dict[str, str]:
    found: dict[str, str] = require_json(ANNEX_D)["vectors"]
    return found


def vector(name: str) -> bytes:
    return bytes.fromhex(vectors()[name])


def isomdl() -> bytes:
    return bytes.fromhex(require(ISOMDL).read_text(encoding="ascii"))


def session() -> Expected:
    """The very session of the Annex, with the reader's own ephemeral key: the device answers with a code."""
    reader = ec.derive_private_key(int(vectors()["ephemeral_reader_key_d"], 16), ec.SECP256R1())
    return Expected.session(vector("session_transcript_bytes"), reader_key=reader)


@cache
def world() -> World:
    """Utopia of the Annex lies in the US; its list names the document signer, and TH recognises it."""
    made, _ = World.make(issued="2021-08-01T00:00:00Z", expires="2022-08-01T00:00:00Z")
    der = vector("ds_cert")
    pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()
    record = {"valid_from": EARLY, "recorded": EARLY}
    listed = service([], [DOC_TYPE], ["mdoc"], issuer="https://utopia.example", service_id="US-0001")
    listed["identifiers"].append({"kind": "x509", "use": "leaf", "sha256": x5c_fingerprint(der), "pem": pem, **record})
    listed["algorithms"] = [{"alg": "ES256"}]
    made.lists["US"] = {**made.lists["VN"], "territory": "US", "entities": [_since(entity([listed]))]}
    made.lists["TH"]["recognitions"].append(_since(recognition("TH", "US", [DOC_TYPE])))
    return made


def x5c_fingerprint(der: bytes) -> str:
    import hashlib

    return hashlib.sha256(der).hexdigest()


def _since(record: Any) -> Any:
    import json

    return json.loads(json.dumps(record).replace(GRANT, EARLY))


def judged(data: bytes | str, expected: Expected = Expected(), at: datetime = AT) -> Verdict:
    return world().verify(data, at=at, now=at, expected=expected)


def failing(verdict: Verdict) -> list[tuple[str, str | None]]:
    return [(line.id, line.code) for line in verdict.problems if line.code != "CHECK_NEEDS"]


def test_the_corpus_has_not_shrunk() -> None:
    assert len(vectors()) == VECTORS


def test_annex_d_device_response_is_accepted_with_its_code() -> None:
    verdict = judged(vector("device_response"), session())
    assert (verdict.decision, failing(verdict)) == (Decision.ACCEPTED, [])
    accepted = verdict.unwrap()
    assert sorted(accepted.claims) == ELEMENTS
    assert accepted.claims["family_name"] == "Doe"
    assert accepted.claims["issue_date"] == "2019-10-20"
    assert accepted.document["docType"] == DOC_TYPE
    assert sorted(accepted.document["namespaces"][SPACE]) == ELEMENTS
    lines = {line.id: line for line in verdict.checks}
    assert lines["holder.proof"].evidence["alg"] == "HMAC 256/256"
    assert lines["proof.signature"].evidence["alg"] == "ES256"


def test_the_portrait_is_the_one_of_the_annex() -> None:
    import base64

    portrait = judged(vector("device_response"), session()).unwrap().claims["portrait"]
    assert base64.urlsafe_b64decode(portrait + "==") == vector("device_response_portrait_data")


def test_the_transcript_may_come_with_or_without_its_wrapping() -> None:
    wrapped = vector("session_transcript_bytes")
    bare = cbor.decode(wrapped, tags=(24,)).content
    assert Expected.session(wrapped).transcript == Expected.session(bare).transcript == bare


def test_another_session() -> None:
    bare = cbor.decode(vector("session_transcript_bytes"), tags=(24,)).content
    other = bytearray(bare)
    other[-1] ^= 1
    verdict = judged(vector("device_response"), Expected.session(bytes(other), reader_key=session().reader_key))
    assert verdict.decision is Decision.REJECTED
    assert failing(verdict) == [("holder.proof", "KB_SIGNATURE")]


def test_another_readers_key() -> None:
    stranger = ec.derive_private_key(5, ec.SECP256R1())
    verdict = judged(
        vector("device_response"), Expected.session(vector("session_transcript_bytes"), reader_key=stranger)
    )
    assert failing(verdict) == [("holder.proof", "KB_SIGNATURE")]


@pytest.mark.parametrize("expected", [Expected(), Expected.presentation(nonce="n", audience="https://rp.example")])
def test_a_session_that_is_not_known(expected: Expected) -> None:
    verdict = judged(vector("device_response"), expected)
    assert verdict.decision is Decision.INDETERMINATE
    assert failing(verdict) == [("holder.presented", "MDOC_SESSION")]


def test_a_code_without_the_readers_key() -> None:
    verdict = judged(vector("device_response"), Expected.session(vector("session_transcript_bytes")))
    assert verdict.decision is Decision.INDETERMINATE
    assert failing(verdict) == [("holder.presented", "MDOC_SESSION")]


@pytest.mark.parametrize("transcript", [b"", b"\x80", b"\xa0", b"\x83\xf6", b"no CBOR", b"\xd8\x18\x41\x80"])
def test_what_is_no_transcript(transcript: bytes) -> None:
    with pytest.raises(WrongUse):
        Expected.session(transcript)


def test_after_the_certificate_ended() -> None:
    later = datetime(2021, 10, 2, tzinfo=UTC)
    verdict = judged(vector("device_response"), session(), at=later)
    assert ("time.window", "TIME_EXPIRED") in failing(verdict)
    assert ("key.listed", "X509_TIME") in failing(verdict)


def test_isomdl_issuer_signed_is_accepted_as_a_document_without_a_holder() -> None:
    verdict = judged(isomdl())
    assert (verdict.decision, failing(verdict)) == (Decision.ACCEPTED, [])
    assert verdict.unwrap().level == "none"  # nobody showed to hold it
    asked = judged(isomdl(), session())
    assert failing(asked) == [("holder.presented", "KB_MISSING")]


def test_every_digest_of_the_annex() -> None:
    for data in (vector("device_response"), isomdl()):
        read = mdoc.read(data, None)  # type: ignore[arg-type]
        assert isinstance(read, mdoc.Read)
        disclosed = mdoc.disclose(read)
        assert isinstance(disclosed, mdoc.Disclosed)
        assert disclosed.disclosures == len(ELEMENTS)
        assert sum(len(listed) for listed in read.mso["valueDigests"].values()) == 17


def test_reader_authentication_of_the_annex_is_cose_as_we_read_it() -> None:
    # Not asked of an answer; but its signature is one more COSE_Sign1 of others
    from defa_id import keys
    from defa_id.credential import KeyHint
    from defa_id.suites import Means

    request = cbor.decode(vector("device_request"), tags=(24,))
    (document,) = request["docRequests"]
    covered = cbor.embed(
        [
            "ReaderAuthentication",
            cbor.decode(vector("session_transcript_bytes"), tags=(24,)).value,
            document["itemsRequest"],
        ]
    )
    message = cose.read_sign1(document["readerAuth"], covered.encoded)
    certificate = x509.load_der_x509_certificate(cose.x5chain(message.unprotected)[0])
    cose.verify(message.proof(KeyHint()), keys.from_native(certificate.public_key()), Means())


def test_looking_inside() -> None:
    seen = inspect(vector("device_response")).to_dict()
    assert seen["unverified"] is True
    assert (seen["format"], seen["problem"]) == ("mdoc", None)
    assert seen["types"] == [DOC_TYPE]
    assert seen["key_binding"] == {"unread": "MDOC_SESSION"}
