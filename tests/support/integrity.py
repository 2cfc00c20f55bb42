"""Documents with Data Integrity proofs for tests, signed genuinely over whatever they are given."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from defa_id.issue import data_integrity
from defa_id.issue.signing import SigningKey
from tests.support.world import ISSUER, NOW, Json, Signer, vc

SUITES = ("eddsa-jcs-2022", "eddsa-rdfc-2022", "ecdsa-jcs-2019", "ecdsa-rdfc-2019", "ecdsa-sd-2023")
# An unnamed context defines whatever the test says about its subject; RDFC suites need a meaning for every term.
UNDEFINED = "https://www.w3.org/ns/credentials/undefined-terms/v2"


def key_for(suite: str, kid: str = "key-1") -> Signer:
    """A key that goes with a suite."""
    return Signer.make("EdDSA" if suite.startswith("eddsa") else "ES256", kid=kid)


def signing(signer: Signer) -> SigningKey:
    """The same key as the issuing side holds it."""
    return SigningKey(signer.private, signer.public)


def document(issuer: str = ISSUER, **changes: Any) -> Json:
    """A VCDM 2.0 document of the world's issuer, without JWT claims; a change to None removes the member."""
    plain = {name: value for name, value in vc(issuer).items() if name not in ("iss", "iat", "exp")}
    made: Json = {
        **plain,
        "@context": ["https://www.w3.org/ns/credentials/v2", UNDEFINED],
        "validUntil": "2031-06-01T00:00:00Z",
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}


def secured(
    signer: Signer, suite: str, content: Json | None = None, *, method: str | None = None, **options: Any
) -> Json:
    """The document with a proof of this suite; `options` as in `issue.data_integrity.secure`."""
    content = document() if content is None else content
    issuer = content.get("issuer", ISSUER)
    issuer = issuer["id"] if isinstance(issuer, dict) else issuer
    return data_integrity.secure(
        content,
        signing(signer),
        method or f"{issuer}#{signer.kid or signer.thumbprint}",
        options.pop("created", NOW),
        cryptosuite=suite,
        **options,
    )


def text(content: Mapping[str, Any]) -> str:
    """The document as it is handed in."""
    return json.dumps(content, ensure_ascii=False)


def presented(holder: Signer, credentials: Sequence[Json], suite: str, **changes: Any) -> str:
    """A presentation by the did:jwk of the holder."""
    made = json.loads(
        data_integrity.present(
            [text(one) for one in credentials],
            signing(holder),
            changes.pop("nonce", "n-1"),
            changes.pop("audience", "https://rp.example"),
            changes.pop("created", NOW),
            suite,
        )
    )
    return text({**made, **changes})
