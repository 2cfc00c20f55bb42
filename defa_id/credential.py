"""What every format turns into: one shape for the rest of the corridor, whatever the bytes were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from defa_id.values import NamedTuple


class Reading(NamedTuple):
    """What a format may take that is not the rule: set by the policy, off by default."""

    legacy_sd_jwt_typ: bool = False


class KeyHint(NamedTuple):
    """How the sender names the signing key. `x5c`: certificates as DER, the signer's first.

    `fingerprint`: the first bytes of the SHA-256 of the signer's certificate, where that is all a format
    carries (EU Digital COVID Certificate, 8 bytes); it only selects candidates.
    """

    kid: str | None = None
    x5c: tuple[bytes, ...] = ()
    x5t_s256: str | None = None
    fingerprint: bytes = b""


class Proof(NamedTuple):
    """One signature. `suite` names the room that can verify it, `message` is what it covers, exact as received.

    `content` is what a suite makes the message from where it does not travel as bytes: for linked data
    the document and the proof's options. Its making is left to the suite, after the issuer is known.
    """

    suite: str
    alg: str
    hint: KeyHint
    message: bytes
    signature: bytes
    content: Any = None


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
    `holder` is the identifier the presentation names as its holder, if it names one. `covered`: the
    signature itself stands over this verifier's nonce and address (ISO 18013-5 §9.1.3, the session
    transcript), so that there is nothing left to compare.
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
    covered: bool = False


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
    `proofs` are all its signatures, and every one of them must hold;
    `typ` is the header's, `disclosures` counts what was disclosed, `model` names the data model;
    `shown` is a holder's proof that travels with it and that only its format can read;
    `territory` is the state it says it comes from, where its issuer is named by nothing else (CWT `iss`).
    """

    format: str
    model: str
    issuer: str | None
    types: tuple[str, ...]
    claims: Mapping[str, Any]
    subject: Mapping[str, Any]
    window: Window
    proofs: tuple[Proof, ...]
    status: tuple[StatusEntry, ...]
    holder: Holder
    digest: str
    typ: str | None = None
    disclosures: int | None = None
    shown: Any = None
    territory: str | None = None

    @property
    def proof(self) -> Proof:
        """The first signature; most formats have no other."""
        return self.proofs[0]


class Presentation(NamedTuple):
    """Credentials in a holder's envelope. Each of `credentials` is its format, if the envelope
    names one, and its bytes."""

    format: str
    binding: KeyBinding
    credentials: tuple[tuple[str | None, bytes], ...]
    digest: str


class Response(NamedTuple):
    """Several answers to one request (OpenID4VP vp_token, an ISO device response): each is judged on its
    own, with its own holder's proof. `held`: format, if it is named, and bytes."""

    format: str
    held: tuple[tuple[str | None, bytes], ...]
