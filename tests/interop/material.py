"""One person both sides speak about, the issuers that vouch, and the question put to our corridor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import defa_id
from defa_id.issue import SigningKey, signing

VC_TYPE = "PersonIdentityCredential"
VCT = "urn:defa-id:person-identity:1"
RELYING, HOME = "MY", "BN"
NOW = datetime.now(UTC).replace(microsecond=0)
ISSUED, EXPIRES = NOW - timedelta(hours=1), NOW + timedelta(days=365)
NONCE, AUDIENCE = "n-0S6_WzA2Mj", "https://rp.example"

PERSON: dict[str, Any] = {
    "name": {
        "full": [{"value": "Bunga Contoh", "lang": "ms", "script": "Latn", "kind": "official"}],
        "primary": "Bunga Contoh",
        "structure": "mononym",
    },
    "birth_date": "1990-05",
    "nationality": ["BN"],
    "document_number": "DEMO-0042",
}


class Peer(NamedTuple):
    """An issuer of the registry whose private key the test holds and hands to other software."""

    id: str
    alg: str
    key: SigningKey

    @property
    def private(self) -> dict[str, str]:
        """The private JWK, as other software reads it."""
        return signing.to_jwk(self.key)

    @property
    def public(self) -> dict[str, str]:
        """The public JWK."""
        return self.key.public_jwk


class Judged:
    """The registry, opened once, and the question the tests put."""

    def __init__(self, registry: defa_id.Registry, peers: Mapping[tuple[str, str], Peer]) -> None:
        self._verifier = defa_id.Verifier(registry, defa_id.Policy.preset("baseline", for_state=RELYING))
        self._peers = peers

    def peer(self, format: str, alg: str) -> Peer:
        """The listed issuer of this format that signs with this algorithm."""
        return self._peers[format, alg]

    def verdict(self, token: str, *, presented: bool = False) -> defa_id.Verdict:
        """What our corridor says now; `presented`: as an answer to NONCE by AUDIENCE."""
        expected = defa_id.Expected.presentation(nonce=NONCE, audience=AUDIENCE) if presented else defa_id.Expected()
        return self._verifier.verify(token, at=datetime.now(UTC), expected=expected)


def vcdm(peer: Peer, **more: Any) -> dict[str, Any]:
    """The person as a VCDM 2.0 credential of that issuer, with the JWT claims that repeat it."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential", VC_TYPE],
        "issuer": peer.id,
        "validFrom": ISSUED.isoformat().replace("+00:00", "Z"),
        "validUntil": EXPIRES.isoformat().replace("+00:00", "Z"),
        "credentialSubject": PERSON,
        "iss": peer.id,
        "iat": int(ISSUED.timestamp()),
        "exp": int(EXPIRES.timestamp()),
        **more,
    }


def sd_jwt_claims(peer: Peer, holder_jwk: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The person as the claims of an SD-JWT VC of that issuer."""
    bound = {"cnf": {"jwk": dict(holder_jwk)}} if holder_jwk else {}
    return {
        "iss": peer.id,
        "iat": int(ISSUED.timestamp()),
        "exp": int(EXPIRES.timestamp()),
        "vct": VCT,
        **bound,
        **PERSON,
    }
