"""Public keys of roles as their holders hand them in: a JWK or PEM file, and how role metadata spells them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]

from defa_id.codec import base64url, strict_json
from defa_id.errors import ChangeRefused, Fault
from defa_id.keys import PublicKey
from defa_id.operator import admission, storage

MARK: Final = "x-defa-id"  # of a JWK that is for trials only
REHEARSAL: Final = "rehearsal"


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
    from cryptography.hazmat.primitives.asymmetric import ec

    if public.crv != "P-256":
        raise ChangeRefused(f"{name} is not a P-256 key", hint="Roles sign with ECDSA P-256.")
    point = b"\x04" + b"".join(base64url.decode(public.jwk[member].encode()) for member in ("x", "y"))
    native = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    return str(SSlibKey.from_crypto(native).keyval["public"])
