"""Whether the device answers this very session: transcripts of ISO/IEC 18013-5 §9.1.5.1 and OpenID4VP 1.0
§B.2.6, and the device's signature or code over them (§9.1.3)."""

from __future__ import annotations

from typing import Any, Final

from defa_id.codec import cbor, digests
from defa_id.credential import Credential, KeyBinding, KeyHint
from defa_id.errors import Fault, Unknowable
from defa_id.formats.mdoc import DeviceSigned
from defa_id.policy import Expected
from defa_id.suites import cose

_ORIGIN: Final = "origin:"  # how OpenID4VP 1.0 §A.4 writes the audience of the Digital Credentials API


def binding(credential: Credential, expected: Expected) -> KeyBinding:
    """The device's proof on a document, over the transcript of the session that is expected.

    Raises `Fault` KB_MISSING, MDOC_DEVICE_AUTH, COSE_*; `Unknowable` MDOC_SESSION where the session it
    would have to cover is not known here.
    """
    device: DeviceSigned | None = credential.shown
    if device is None:
        raise Fault("KB_MISSING")
    if len(device.auth.keys() & {"deviceSignature", "deviceMac"}) != 1:
        raise Fault("MDOC_DEVICE_AUTH", "there must be a signature or a code, exactly one")
    session = transcript(expected)
    covered = device_authentication(session, device.doc_type, device.namespaces.encoded)
    if "deviceSignature" in device.auth:
        proof = cose.read_sign1(device.auth["deviceSignature"], covered).proof(KeyHint())
    else:
        message = cose.read_mac0(device.auth["deviceMac"], covered)
        if expected.reader_key is None:
            raise Unknowable("MDOC_SESSION", "a code needs the reader's own ephemeral private key")
        proof = cose.agreed_proof(message, expected.reader_key, salt(session))
    return KeyBinding(proof, covered=True)


def transcript(expected: Expected) -> bytes:
    """The SessionTranscript, CBOR. Raises `Unknowable` MDOC_SESSION if what is expected does not make one."""
    if expected.transcript is not None:
        return expected.transcript
    if expected.nonce is None or expected.audience is None:
        raise Unknowable("MDOC_SESSION")
    if expected.audience.startswith(_ORIGIN):
        origin = expected.audience.removeprefix(_ORIGIN)
        return _handover("OpenID4VPDCAPIHandover", [origin, expected.nonce, expected.jwk_thumbprint])
    if expected.response_uri is None:
        raise Unknowable("MDOC_SESSION", "the address the answer was sent to is not given")
    info = [expected.audience, expected.nonce, expected.jwk_thumbprint, expected.response_uri]
    return _handover("OpenID4VPHandover", info)


def device_authentication(session: bytes, doc_type: str, namespaces: bytes) -> bytes:
    """DeviceAuthenticationBytes (§9.1.3.4): the transcript and the device's name spaces as received."""
    content = b"\x84" + cbor.encode("DeviceAuthentication") + session + cbor.encode(doc_type) + namespaces
    return _embedded(content)


def salt(session: bytes) -> bytes:
    """The salt of the code's key (§9.1.3.5): the SHA-256 of SessionTranscriptBytes."""
    return digests.sha256(_embedded(session))


def _handover(name: str, info: list[Any]) -> bytes:
    """SessionTranscript of OpenID4VP (§B.2.6): no engagement, no reader key, and the digest of the request."""
    return cbor.encode([None, None, [name, digests.sha256(cbor.encode(info))]])


def _embedded(content: bytes) -> bytes:
    return cbor.head(6, cbor.EMBEDDED) + cbor.head(2, len(content)) + content
