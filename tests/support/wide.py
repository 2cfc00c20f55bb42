"""A sandbox registry with as many issuers as a test or a measurement asks for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from defa_id.issue import signing
from defa_id.operator import sandbox, storage
from defa_id.operator.tree import load

FROM = "2026-01-01T00:00:00Z"


def make(directory: Path, now: datetime, issuers: int) -> list[str]:
    """A published sandbox in which every state lists so many issuers, as real ones would be listed: each with a
    key of its own. Returns the identifiers of those that were added."""
    sandbox.new(directory, now)
    tree = load(directory)
    added = []
    for state, source in tree.states.items():
        own = [issuer(state, number) for number in range(issuers - len(source.listing["entities"]))]
        source.listing["entities"].extend(own)
        added += [one["entity_id"] for one in own]
        storage.write(directory / "states" / state / "list.json", storage.pretty(source.listing))
    sandbox.publish(directory, now)
    return added


def issuer(state: str, number: int) -> dict[str, Any]:
    """An entity with one service, as `registry add-issuer` writes it."""
    public = signing.generate("P-256").public
    name = f"did:web:agency-{number}.{state.lower()}.example"
    recorded = {"recorded": FROM}
    service = {
        "service_id": f"{state}-{number + 5000:04}",
        "type": "issuance",
        "interface": "offline",
        "identifiers": [
            {"kind": "did", "value": name, "valid_from": FROM, **recorded},
            {
                "kind": "jwk",
                "jwk": dict(public.jwk),
                "thumbprint": public.thumbprint,
                "valid_from": FROM,
                **recorded,
            },
        ],
        "formats": ["vc-jwt"],
        "credentials": [{"type": "PersonIdentityCredential"}],
        "algorithms": [{"alg": "ES256"}],
        "status_lists": [],
        "assurance": [
            {
                "framework": "defa-id-reference",
                "framework_version": "1",
                "level": "substantial",
                "basis": "self-declared",
                "status": "declared",
                "effective": FROM,
                **recorded,
            }
        ],
        "scope": {"subjects": ["natural"]},
        "status_events": [{"status": "granted", "effective": FROM, **recorded}],
        **recorded,
    }
    names = [{"lang": "en", "value": f"Agency {number} of {state} (synthetic)"}]
    return {"entity_id": name, "names": names, "kind": "government", "services": [service], **recorded}
