"""What every format turns into: one shape for the rest of the corridor, whatever the bytes were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple


class Reading(NamedTuple):
    """What a format may take that is not the rule: set by the policy, off by default."""

    legacy_sd_jwt_typ: bool = False


class KeyHint(NamedTuple):
    """How the sender names the signing key. `x5c`: certificates as DER, the signer's first."""

    kid: str | None = None
    x5c: tuple[bytes, ...] = ()
    x5t_s256: str | None = None


class Proof(NamedTuple):
    """One signature over exact bytes as received. `suite` names the room that can verify it."""

    suite: str
    alg: str
    hint: KeyHint
    message: bytes
    signature: bytes


class Window(NamedTuple):
    """When it was issued (iat, else nbf, else validFrom), and from when until when it is valid."""

    issued: datetime | None = None
    begins: datetime | None = None
    ends: datetime | None = None


class StatusEntry(NamedTuple):
    """One status mechanism the credential names, as it names it."""

    type: str
    entry: Mapping[str, Any]


class Holder(NamedTuple):
    """To whom the issuer bound it: a confirmation key (RFC 7800) and the subjects' identifiers."""

    confirmation: Mapping[str, Any] | None = None
    subjects: tuple[str, ...] = ()


class KeyBinding(NamedTuple):
    """A holder's own signature on a presentation, as far as it was made.

    `sd_hash` and `expected_sd_hash` belong to SD-JWT (RFC 9901 §4.3.1) and are None elsewhere;
    `holder` is the identifier the presentation names as its holder, if it names one.
    """

    proof: Proof
    nonce: Any = None
    audience: Any = None
    issued: Any = None
    begins: datetime | None = None
    ends: datetime | None = None
    sd_hash: Any = None
    expected_sd_hash: str | None = None
    holder: str | None = None


class Shown(NamedTuple):
    """What a holder sent along with an SD-JWT: the key binding token, unread, the exact bytes it has
    to cover (RFC 9901 §4.3.1), and the digest algorithm."""

    token: bytes
    covers: bytes
    sd_alg: str


class Credential(NamedTuple):
    """A credential read and not yet believed.

    `types` leaves out VerifiableCredential; `claims` is the whole processed document and
    `subject` what it says about its subject; `digest` is the SHA-256 of what was signed;
    `typ` is the header's, `disclosures` counts what was disclosed, `model` names the data model;
    `shown` is a holder's proof that travels with it (SD-JWT+KB).
    """

    format: str
    model: str
    issuer: str | None
    types: tuple[str, ...]
    claims: Mapping[str, Any]
    subject: Mapping[str, Any]
    window: Window
    proof: Proof
    status: tuple[StatusEntry, ...]
    holder: Holder
    digest: str
    typ: str | None = None
    disclosures: int | None = None
    shown: Shown | None = None


class Presentation(NamedTuple):
    """Credentials in a holder's envelope. Each of `credentials` is its format, if the envelope
    names one, and its bytes."""

    format: str
    binding: KeyBinding
    credentials: tuple[tuple[str | None, bytes], ...]
    digest: str
