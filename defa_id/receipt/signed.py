"""A receipt as it travels: its canonical JSON (RFC 8785) in a compact JWS (RFC 7515) of the relying party.

A receipt has one spelling only, so that no byte of the file can be changed unnoticed: strict base64url,
canonical content, nothing around it but one newline at the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, Final

from defa_id import files, keys, schema
from defa_id.codec import canonical, limits, strict_json, times
from defa_id.errors import Fault, WrongUse
from defa_id.issue.signing import SigningKey, sign_compact
from defa_id.keys import DEFAULT_ALGORITHMS, PublicKey
from defa_id.suites import jws
from defa_id.values import NamedTuple
from defa_id.verdict import Check, Decision, Outcome

Object = dict[str, Any]

TYP: Final = "defa-id-receipt+jws"


class Receipt(NamedTuple):
    """A receipt read and not yet believed. `id` is the SHA-256 of the token, `kid` its claimed signer."""

    id: str
    kid: str
    document: Object
    token: jws.Token

    @property
    def decision(self) -> Decision:
        """The decision it records."""
        return Decision(self.document["decision"])

    def moment(self, name: str) -> datetime | None:
        """The moment under `made`, `at` or `known_at`."""
        text = self.document[name]
        return times.parse(text) if text is not None else None

    @property
    def checks(self) -> tuple[Check, ...]:
        """The lines it records; a receipt keeps no sentences."""
        return tuple(
            Check(line["id"], Outcome(line["outcome"]), line["code"], "", line["evidence"], line["item"])
            for line in self.document["checks"]
        )


def sign(document: Object, key: SigningKey) -> str:
    """The receipt, signed: one line of text without a newline. Raises `WrongUse` for an RSA key."""
    require_suitable(key)
    return sign_compact(key, {"kid": key.public.thumbprint, "typ": TYP}, canonical.encode(document))


def require_suitable(key: SigningKey) -> None:
    """Return if receipts can be signed with it. Raises `WrongUse` for an RSA key."""
    if key.algorithm not in DEFAULT_ALGORITHMS:
        raise WrongUse("receipts are signed with ES256, ES384 or EdDSA", hint="Use a P-256, P-384 or Ed25519 key.")


def identity(token: bytes) -> str:
    """What tells one receipt from all others: the SHA-256 of its token."""
    return hashlib.sha256(token).hexdigest()


def read(data: bytes) -> Receipt:
    """The receipt in a file. Raises `Fault` RECEIPT_FORM for anything that is not exactly one."""
    line = data.removesuffix(b"\n")
    if len(line) > limits.RECEIPT_BYTES:
        raise Fault("RECEIPT_FORM", f"more than {limits.RECEIPT_BYTES} bytes")
    try:
        token = jws.read(line)
        document = strict_json.load_object(token.payload)
    except Fault as fault:
        raise Fault("RECEIPT_FORM", fault.why or fault.code, reason=fault.code) from None
    kid = token.header.hint.kid
    if token.header.typ != TYP or kid is None:
        raise Fault("RECEIPT_FORM", f"its header is not that of a receipt (typ {TYP}, kid)")
    _require_shape(document)
    _require_canonical(document, token.payload)
    return Receipt(identity(line), kid, document, token)


def verify(receipt: Receipt, trusted: Iterable[PublicKey]) -> PublicKey:
    """The key that signed it, of those trusted. Raises `Fault` RECEIPT_SIGNATURE."""
    key = next((key for key in trusted if key.thumbprint == receipt.kid), None)
    if key is None:
        raise Fault("RECEIPT_SIGNATURE", "it names another key", thumbprint=receipt.kid[:64])
    try:
        key.verify(receipt.token.header.alg, receipt.token.proof.signature, receipt.token.signed)
    except Fault as fault:
        raise Fault("RECEIPT_SIGNATURE", fault.why, thumbprint=key.thumbprint) from None
    return key


def public_keys(data: bytes) -> tuple[PublicKey, ...]:
    """The public keys in a file: a JWK, a JWK set (RFC 7517 §5), a PEM public key or certificate.

    Raises `WrongUse`, also for a private key: who checks must not hold it.
    """
    hint = "Give the relying party's public key: a JWK, a JWK set, or PEM."
    try:
        if data.lstrip()[:1] == b"{":
            document = strict_json.load_object(data)
            held = document["keys"] if isinstance(document.get("keys"), list) else [document]
            found = tuple(keys.from_jwk(jwk) for jwk in held if isinstance(jwk, dict))
        else:
            found = (keys.from_native(_from_pem(data)),)
    except Fault as fault:
        raise WrongUse(f"the key cannot be used: {fault.why or fault.code}", hint=hint, code=fault.code) from None
    if not found:
        raise WrongUse("there is no key in this set", hint=hint)
    return found


def _from_pem(data: bytes) -> Any:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if b"PRIVATE KEY-----" in data:
        raise Fault("KEY_PRIVATE", "it is a private key")
    try:
        if b"-----BEGIN CERTIFICATE-----" in data:
            return x509.load_pem_x509_certificate(data).public_key()
        return load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise Fault("KEY_INVALID", "neither a JWK nor PEM") from None


def _require_shape(document: Object) -> None:
    """Return if it fits the schema and every time in it exists. Raises `Fault` RECEIPT_FORM."""
    try:
        schema.validate(document, *_schema())
        for name in ("made", "at", "known_at"):
            if document[name] is not None:
                times.parse(document[name], name)
        for credential in document["credentials"]:
            if credential["issued"] is not None:
                times.parse(f"{credential['issued']}T00:00:00Z", "issued")
    except Fault as fault:
        raise Fault("RECEIPT_FORM", fault.why or fault.code) from None


def _require_canonical(document: Object, payload: bytes) -> None:
    try:
        same = canonical.encode(document) == payload
    except ValueError:
        same = False
    if not same:
        raise Fault("RECEIPT_FORM", "its content is not in canonical form (RFC 8785)")


@cache
def _schema() -> tuple[bytes, str]:
    data = files.read_input(files.data_root() / "schemas" / "receipt.schema.json", limits.DOCUMENT_BYTES)
    return data, hashlib.sha256(data).hexdigest()
