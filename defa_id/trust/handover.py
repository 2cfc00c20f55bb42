"""How a state's keys pass to their successors: by a statement of the old ones, whatever the centre says.

The top role names each state's keys, so whoever holds the centre could name keys of its own. A client
that knew a state's keys therefore takes others only if enough of the known ones signed them over, one
step after the other (registry design, continuity). The statements stand in the state's own role, or
beside its signatures, where the old and the new keys sign at the same time:

{"signed": {"_type": "x-defa-id-handover", "registry", "state", "from": HOLDERS, "to": HOLDERS},
 "signatures": [{"keyid", "sig"}]}          HOLDERS: {"keys": {keyid: key}, "threshold"}, as in TUF
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from defa_id.codec import digests, limits
from defa_id.errors import RegistryRejected
from defa_id.trust.signatures import canonical_bytes, entitled, verify

Document = Mapping[str, Any]
KIND: Final = "x-defa-id-handover"


def holders(role: Document, keys: Document) -> str:
    """SHA-256 over who may sign and how many must: the same for every spelling and order of the same keys.

    Raises `KeyError`, `TypeError` for a delegation that is none.
    """
    held = entitled(role, keys)
    return digests.sha256(canonical_bytes({"keys": sorted(held.keys), "threshold": held.threshold})).hex()


def statement(registry: str, state: str, before: Document, after: Document) -> dict[str, Any]:
    """What the keys of `before` sign so that those of `after` follow them."""
    return {"_type": KIND, "registry": registry, "state": state, "from": before, "to": after}


def reaches(statements: Sequence[Document], registry: str, state: str, known: str, now: str) -> bool:
    """Whether statements lead from the holders `known` to the holders `now`, each signed by those it comes from.

    Raises `RegistryRejected` LIMIT_REGISTRY, `KeyError`, `TypeError` for what has not their shape.
    """
    if len(statements) > limits.REGISTRY_HANDOVERS:
        raise RegistryRejected(f"{state} names too many handovers", code="LIMIT_REGISTRY")
    at = known
    for envelope in statements:
        said = envelope["signed"]
        if (said["_type"], said["registry"], said["state"]) != (KIND, registry, state) or _holders(said["from"]) != at:
            continue
        if signed_over(envelope):
            at = _holders(said["to"])
    return at == now


def _holders(held: Document) -> str:
    return holders({"keyids": list(held["keys"]), "threshold": held["threshold"]}, held["keys"])


def signed_over(envelope: Document) -> bool:
    """Whether enough of the holders a statement comes from signed it. Raises `KeyError`, `TypeError`."""
    held = envelope["signed"]["from"]
    try:
        verify(envelope, {"keyids": list(held["keys"]), "threshold": held["threshold"]}, held["keys"], "handover")
    except RegistryRejected:
        return False
    return True
