"""What may enter a registry: identifiers, types and keys, held to rules before they are listed.

A key is read twice, by this project's own strict reader and by PyJWT, because a key that peers
cannot read is an issuer whose credentials nobody can verify.
"""

from __future__ import annotations

import base64
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from defa_id import keys
from defa_id.catalogue import CATALOGUE
from defa_id.codec import base64url, limits, strict_json, times
from defa_id.codec.text import printable, require_visible
from defa_id.errors import ChangeRefused, Fault
from defa_id.formats import hcert
from defa_id.issue.possession import TYP
from defa_id.keys import PublicKey
from defa_id.resolvers import profiles, x5c
from defa_id.values import NamedTuple

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

Object = dict[str, Any]

_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
FORMATS: Final = ("vc-jwt", "vc-sd-jwt", "sd-jwt-vc", "data-integrity", "mdoc", "cwt", "philsys", "vc-cose")
_DID: Final = re.compile(
    r"did:[a-z0-9]+:(?:[A-Za-z0-9._:-]|%[0-9A-F]{2})*(?:[A-Za-z0-9._-]|%[0-9A-F]{2})"
)  # DID 1.0 §3.1
_TYPE: Final = re.compile(r"[A-Za-z][A-Za-z0-9._:/#~+%@=&?;,-]{0,199}")
_PATTERN: Final = re.compile(
    r"\*|\.[+?]|[\[\](){}|^$\\]"
)  # a name that reads as a pattern would grant more than it says
_FIELD: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _FIELD) % _FIELD  # edwards25519 [RFC 8032 §5.1]
_KEPT: Final = ("kid", "alg")  # of a JWK, besides the key itself
_PROOF_AGE: Final = timedelta(days=7)  # a proof of possession travels by mail at times, not by years [own]


class Admitted(NamedTuple):
    """A key fit to be listed: the identifier record without its times, the key, and from when until
    when its certificate holds, if it came as one."""

    identifier: Object
    public: PublicKey
    not_before: datetime | None = None
    not_after: datetime | None = None


def certified(format: str, type: str) -> bool:
    """Whether signers of this are named by a certificate and nothing else."""
    return format == "mdoc" or type in hcert.TYPES.values()


def identifier_kind(value: str) -> str:
    """`did` or `issuer_url`. Raises `ChangeRefused` for what is neither, or holds what nobody can see."""
    try:
        require_visible(value, "the issuer's identifier")
    except Fault as fault:
        raise ChangeRefused(fault.why, hint="Type the identifier anew instead of pasting it.") from None
    if len(value) > limits.DID_CHARS:
        raise ChangeRefused(f"the issuer's identifier is longer than {limits.DID_CHARS} characters")
    if _DID.fullmatch(value):
        return "did"
    if value.isascii() and " " not in value and value.startswith("https://"):
        try:
            parts = urlsplit(value)
            if parts.hostname and not parts.username and not parts.fragment and parts.port != 0:
                return "issuer_url"
        except ValueError:
            pass
    raise ChangeRefused(
        f"{printable(value)!r} is no issuer identifier",
        hint="Give a DID (did:…) or an https URL without user name or fragment, all ASCII.",
    )


def require_type(type: str) -> str:
    """A credential type as it stands on the wire. Raises `ChangeRefused` for a wildcard, pattern or base type."""
    if _PATTERN.search(type) or type == "VerifiableCredential":
        raise ChangeRefused(f"{printable(type)!r} would cover every credential", hint="Grant each type by its name.")
    if not _TYPE.fullmatch(type):
        raise ChangeRefused(f"{printable(type)!r} is no credential type", hint="Use the VC type, vct or docType.")
    return type


def read_key(data: bytes) -> Admitted:
    """A key file as peers produce it: public JWK, PEM certificate (X.509), or PEM public key.

    Raises `ChangeRefused` for private, weak or unreadable keys.
    """
    if b"PRIVATE KEY-----" in data:
        raise refused_key(Fault("KEY_PRIVATE"))
    try:
        if data.lstrip()[:1] == b"{":
            return from_jwk(strict_json.load_object(data))
        if b"-----BEGIN CERTIFICATE-----" in data:
            return from_certificate(data)
        if b"-----BEGIN PUBLIC KEY-----" in data:
            return _from_public_pem(data)
    except Fault as fault:
        raise refused_key(fault) from None
    raise ChangeRefused("the key file is neither JWK nor PEM", hint="Give a public JWK, a certificate or a public key.")


def from_jwk(jwk: Object) -> Admitted:
    """A public JWK as it is listed. Raises `Fault` KEY_*."""
    public = keys.from_jwk(jwk)
    if public.kid is not None:
        require_visible(public.kid, "its kid")
    _require_on_curve(public)
    listed: Object = {**public.jwk, **{name: jwk[name] for name in _KEPT if name in jwk}}
    _second_opinion(listed)
    return Admitted({"kind": "jwk", "jwk": listed, "thumbprint": public.thumbprint}, public)


def from_certificate(data: bytes) -> Admitted:
    """One X.509 certificate as it is listed: an authority by its basicConstraints (RFC 5280 §4.2.1.9),
    else a signer itself. Raises `Fault` X509_PARSE, X509_PROFILE or KEY_*, `ChangeRefused` for more than one."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    certificate = _certificate(data)
    try:
        authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        authority = False
    public = keys.from_native(certificate.public_key())
    _require_on_curve(public)
    der = certificate.public_bytes(Encoding.DER)
    identifier: Object = {
        "kind": "x509",
        "use": "ca" if authority else "leaf",
        "sha256": x5c.fingerprint(der),
        "pem": certificate.public_bytes(Encoding.PEM).decode("ascii"),
    }
    return Admitted(identifier, public, certificate.not_valid_before_utc, certificate.not_valid_after_utc)


def pem(der: bytes) -> str:
    """A certificate as it is listed (RFC 7468 §5)."""
    body = base64.b64encode(der).decode("ascii")
    lines = "\n".join(body[start : start + 64] for start in range(0, len(body), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def require_certificate(format: str, state: str, admitted: Admitted) -> None:
    """Return if credentials of this format can be signed under what is to be listed: an mdoc names its signer
    by a certificate alone, and its profile is held to at once. Raises `ChangeRefused`."""
    profile = profiles.of(format)
    if profile is not profiles.MDOC:
        return
    identifier = admitted.identifier
    if identifier["kind"] != "x509":
        raise ChangeRefused(
            f"credentials in {format} name their signer by a certificate",
            hint="Give PEM: the issuing authority's certificate, or the document signer's own.",
        )
    try:
        x5c.require_listable(x5c.from_pem(identifier["pem"]), identifier["use"], profile, state)
    except Fault as fault:
        why = fault.why or CATALOGUE.reasons[fault.code].message
        raise ChangeRefused(
            f"the certificate does not fit: {why}", hint=f"It must be that of a {profile.name} or above it."
        ) from None


def listed_key(identifier: Object) -> Admitted | None:
    """The key of a listed identifier, held to the same rules; None if it lists no key.

    Raises `Fault` KEY_* or X509_*, also if the key is not the one its digest names.
    """
    if identifier["kind"] == "jwk":
        admitted = from_jwk(identifier["jwk"])
    elif identifier["kind"] == "x509":
        admitted = from_certificate(identifier["pem"].encode())
    else:
        return None
    for member in ("thumbprint", "sha256", "use"):
        if member in admitted.identifier and admitted.identifier[member] != identifier.get(member):
            raise Fault("KEY_INVALID", f"its {member} is not {printable(identifier.get(member))}")
    return admitted


def require_possession(proof: bytes, public: PublicKey, issuer: str, registry: str, now: datetime) -> None:
    """Return if `proof` shows that whoever asks holds the private key.

    A compact JWS (RFC 7515) by that key, `typ` defa-id-pop+jwt, claims exactly iss (the issuer's
    identifier), aud (the registry's name) and iat (at most seven days ago). Raises `ChangeRefused`.
    """
    from defa_id.suites import jws

    def refuse(why: str) -> ChangeRefused:
        return ChangeRefused(
            f"the proof of possession is not accepted: {why}",
            hint=f"Sign iss={printable(issuer)}, aud={registry} and iat=now as a JWS with typ {TYP}.",
        )

    try:
        token = jws.read(proof.strip())
        if token.header.typ != TYP:
            raise refuse(f"its typ is not {TYP}")
        public.verify(token.header.alg, token.proof.signature, token.signed)
        claims = strict_json.load_object(token.payload)
        issued = times.from_numeric_date(claims.get("iat"), "iat")
    except Fault as fault:
        raise refuse(fault.why or CATALOGUE.reasons[fault.code].message) from None
    if set(claims) != {"iss", "aud", "iat"}:
        raise refuse("its claims are not exactly iss, aud and iat")
    if claims["iss"] != issuer:
        raise refuse("iss is another identifier")
    if claims["aud"] != registry:
        raise refuse("aud is another registry")
    if issued > now + timedelta(seconds=limits.LEEWAY_SECONDS):
        raise refuse("it is from the future")
    if now - issued > _PROOF_AGE:
        raise refuse(f"it is older than {_PROOF_AGE.days} days")


def refused_key(fault: Fault) -> ChangeRefused:
    """A key's fault as the refusal an operator sees."""
    why = fault.why or CATALOGUE.reasons[fault.code].message
    hint = {
        "KEY_PRIVATE": "Give the public half only, and treat this private key as seen by others.",
        "KEY_WEAK": "Ask the issuer for a P-256, P-384, Ed25519 or RSA key of at least 2048 bits.",
    }.get(fault.code, "Ask the issuer for its public key as JWK or PEM.")
    return ChangeRefused(f"the key is refused: {why}", hint=hint)


def _from_public_pem(data: bytes) -> Admitted:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        native = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise Fault("KEY_INVALID", "the PEM public key cannot be read") from None
    return from_jwk(dict(keys.from_native(native).jwk))


def _certificate(data: bytes) -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    if any(b":" in body for body in _PEM.findall(data)):
        raise Fault("X509_PARSE", "the PEM has headers, which RFC 7468 §2 does not know")
    try:
        found = x509.load_pem_x509_certificates(data)
    except ValueError:
        raise Fault("X509_PARSE") from None
    if len(found) != 1:
        raise ChangeRefused(
            f"the file holds {len(found)} certificates", hint="Give the one to be listed; each is listed by itself."
        )
    return x5c.load(found[0].public_bytes(Encoding.DER))


def _require_on_curve(public: PublicKey) -> None:
    """Refuse 32 bytes that no Ed25519 point is spelled by: nothing would ever verify, and OpenSSL takes them.

    On -x² + y² = 1 + d x² y² (RFC 8032 §5.1) x² is (y²-1)/(d y²+1), which must be a square (Euler's criterion).
    """
    if public.crv != "Ed25519":
        return
    y = int.from_bytes(base64url.decode(public.jwk["x"].encode()), "little") & (2**255 - 1)
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _FIELD) % _FIELD
    if pow(square, (_FIELD - 1) // 2, _FIELD) != 1:
        raise Fault("KEY_WEAK", "the Ed25519 point is not on its curve")


def _second_opinion(jwk: Object) -> None:
    from jwt import PyJWK
    from jwt.exceptions import PyJWTError

    try:
        PyJWK({name: value for name, value in jwk.items() if name != "alg"})
    except (PyJWTError, ValueError):
        raise Fault("KEY_INVALID", "PyJWT cannot read it") from None
