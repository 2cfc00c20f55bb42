"""Making claims selectively disclosable, RFC 9901 §4: salted disclosures out, their digests in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from defa_id.codec import base64url
from defa_id.errors import WrongUse
from defa_id.issue.signing import to_json

Path = tuple[str | int, ...]
Salts = Callable[[], bytes]

_RESERVED: Final = ("_sd", "...", "_sd_alg")


def random_salt() -> bytes:
    """128 random bits (RFC 9901 §9.3)."""
    return secrets.token_bytes(16)


def conceal(claims: Mapping[str, Any], paths: Iterable[Path], salts: Salts) -> tuple[dict[str, Any], list[str]]:
    """The claims with what stands at `paths` replaced by digests, and the disclosures.

    A path is names and list positions from the top: `("address", "street")`, `("nationalities", 0)`.
    Where a path lies inside another one, its disclosure lies inside the other's (§4.2.6). Raises
    `WrongUse` for a path that leads nowhere and for claims with a reserved name.
    """
    wanted = set(paths)
    disclosures: list[str] = []
    seen: set[Path] = set()

    def disclose(*content: Any) -> str:
        disclosure = base64url.encode(to_json([base64url.encode(salts()), *content]))
        disclosures.append(disclosure)
        return digest(disclosure)

    def walk(value: Any, here: Path) -> Any:
        if isinstance(value, Mapping):
            kept: dict[str, Any] = {}
            digests = []
            for name, member in value.items():
                if name in _RESERVED:
                    raise WrongUse(f"claim name {name} is reserved", hint="RFC 9901 §4.2.1 names the reserved ones.")
                inner = walk(member, (*here, name))
                if (*here, name) in wanted:
                    seen.add((*here, name))
                    digests.append(disclose(name, inner))
                else:
                    kept[name] = inner
            # Sorted, so that the order of the digests tells nothing (§4.2.4.1).
            return {**kept, "_sd": sorted(digests)} if digests else kept
        if isinstance(value, list):
            elements = []
            for position, element in enumerate(value):
                inner = walk(element, (*here, position))
                if (*here, position) in wanted:
                    seen.add((*here, position))
                    inner = {"...": disclose(inner)}
                elements.append(inner)
            return elements
        return value

    concealed = walk(claims, ())
    if lost := wanted - seen:
        missing = ".".join(str(step) for step in min(lost, key=str))
        raise WrongUse(f"there is no claim {missing} to disclose", hint="Paths start at the top of the claims.")
    return {**concealed, "_sd_alg": "sha-256"}, disclosures


def digest(disclosure: str) -> str:
    """The digest that stands for a disclosure (§4.2.3)."""
    return base64url.encode(hashlib.sha256(disclosure.encode("ascii")).digest())


def combine(token: str, disclosures: Iterable[str]) -> str:
    """The compact form without key binding (§4): a tilde ends every part."""
    return "~".join((token, *disclosures)) + "~"
