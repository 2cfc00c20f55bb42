"""Keys of roles in files: public ones as their holders hand them in, private ones as their holders keep them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

from defa_id.codec import base64url, strict_json
from defa_id.errors import ChangeRefused, Fault, WrongUse
from defa_id.issue import signing
from defa_id.issue.signing import SigningKey
from defa_id.keys import PublicKey
from defa_id.operator import admission, storage

MARK: Final = "x-defa-id"  # of a JWK that is for trials only
REHEARSAL: Final = "rehearsal"
PASSPHRASE_CHARS: Final = 12  # the least [own; NIST SP 800-63B §3.1.1.1 asks for 8 of a memorised secret online]


def public_pem(path: Path) -> str:
    """The P-256 key in a file, spelled as role metadata holds it (SubjectPublicKeyInfo in PEM).

    Raises `WrongUse` if it cannot be read, `ChangeRefused` for a private, weak or other key, and for one
    that was made in a rehearsal.
    """
    data = storage.read_bytes(path)
    try:
        marked = data.lstrip()[:1] == b"{" and strict_json.load_object(data).get(MARK) == REHEARSAL
    except Fault:
        marked = False  # the reader of keys says what is wrong
    if marked:
        raise ChangeRefused(f"{path.name} was made in a rehearsal", hint="Make the keys in a ceremony in earnest.")
    return pem_of(admission.read_key(data).public, path.name)


def pem_of(public: PublicKey, name: str) -> str:
    """A public key as role metadata spells it. Raises `ChangeRefused` for other than P-256."""
    if public.crv != "P-256":
        raise ChangeRefused(f"{name} is not a P-256 key", hint="Roles sign with ECDSA P-256.")
    point = b"\x04" + b"".join(base64url.decode(public.jwk[member].encode()) for member in ("x", "y"))
    native = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    return str(SSlibKey.from_crypto(native).keyval["public"])


def sealed(key: SigningKey, passphrase: str) -> bytes:
    """A private key as PEM (PKCS #8, RFC 5958) under a passphrase. Raises `WrongUse` for a short one."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    if len(passphrase) < PASSPHRASE_CHARS:
        raise WrongUse(
            f"a passphrase has at least {PASSPHRASE_CHARS} characters", hint="Take several words that nobody knows."
        )
    return key.native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase.encode()))


def private(path: Path, ask: Callable[[], str]) -> SigningKey:
    """The private key in a file: JWK, or PEM, whose passphrase `ask` gets where it has one. Raises `WrongUse`."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    data = storage.read_bytes(path)
    if b"ENCRYPTED PRIVATE KEY" not in data:
        return signing.read(data)
    try:
        native = load_pem_private_key(data, ask().encode())
    except ValueError:
        raise WrongUse(f"{path.name}: this is not its passphrase", hint="Mind the keyboard's layout.") from None
    if not isinstance(native, ec.EllipticCurvePrivateKey):
        raise WrongUse(f"{path.name} is not a P-256 key", hint="Roles sign with ECDSA P-256.")
    return signing.from_native(native)
