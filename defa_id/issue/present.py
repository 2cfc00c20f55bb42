"""The holder's side: presentations bound to one verifier's nonce and audience.

For sandboxes and tests. A wallet keeps its key in hardware and asks its user; nothing here does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from defa_id.codec import base64url
from defa_id.errors import Fault, WrongUse
from defa_id.issue import selective
from defa_id.issue.signing import SigningKey, sign_compact
from defa_id.resolvers import did_jwk

_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"


def sd_jwt_presentation(
    token: str,
    holder_key: SigningKey,
    nonce: str,
    audience: str,
    iat: datetime,
    disclose: Iterable[str | selective.Path] | None = None,
) -> str:
    """An SD-JWT with key binding (RFC 9901 §4.3), `typ` kb+jwt.

    `disclose` names claims or paths to show, each with all it holds and what it stands in; without
    it everything is shown. Raises `WrongUse` for what is no SD-JWT and for a claim it cannot disclose.
    """
    issued, *disclosures = token.split("~")
    if not disclosures:
        raise WrongUse("this is not an SD-JWT", hint="An SD-JWT holds at least one tilde.")
    disclosures = [part for part in disclosures[:-1] if part]
    shown = disclosures if disclose is None else _selected(issued, disclosures, disclose)
    presented = selective.combine(issued, shown)
    binding = {
        "iat": int(iat.timestamp()),
        "aud": audience,
        "nonce": nonce,
        "sd_hash": base64url.encode(hashlib.sha256(presented.encode("ascii")).digest()),
    }
    return presented + sign_compact(holder_key, {"typ": "kb+jwt"}, binding)


def vp_jwt(credentials: Sequence[str], holder_key: SigningKey, nonce: str, audience: str, iat: datetime) -> str:
    """A VCDM 2.0 presentation of enveloped credentials (VC-JOSE-COSE §3.1.2), `typ` vp+jwt.

    The holder is the did:jwk of the key. Each credential is a compact VC-JWT or SD-JWT.
    """
    holder = did_jwk.encode(holder_key.public.jwk)
    presentation = {
        "@context": [_CONTEXT],
        "type": ["VerifiablePresentation"],
        "holder": holder,
        "verifiableCredential": [
            {"@context": [_CONTEXT], "type": "EnvelopedVerifiableCredential", "id": f"data:{_media_type(one)},{one}"}
            for one in credentials
        ],
        "iss": holder,
        "aud": audience,
        "nonce": nonce,
        "iat": int(iat.timestamp()),
    }
    return sign_compact(holder_key, {"typ": "vp+jwt", "cty": "vp", "kid": f"{holder}#0"}, presentation)


def _media_type(credential: str) -> str:
    return f"application/{_part(credential, 0).get('typ', 'vc+jwt')}"


def _part(token: str, position: int) -> dict[str, Any]:
    try:
        value = json.loads(base64url.decode(token.partition("~")[0].split(".")[position].encode("ascii")))
    except (Fault, ValueError, IndexError):
        raise WrongUse("this is not a token that can be presented", hint="Give it as it was issued.") from None
    return value if isinstance(value, dict) else {}


def _selected(issued: str, disclosures: Sequence[str], disclose: Iterable[str | selective.Path]) -> list[str]:
    """The disclosures on the way to, at, and below what is to be shown."""
    wanted = {(one,) if isinstance(one, str) else one for one in disclose}
    by_digest = {selective.digest(one): one for one in disclosures}
    where: dict[str, selective.Path] = {}

    def walk(value: Any, here: selective.Path) -> None:
        if isinstance(value, Mapping):
            for digest in value.get("_sd", ()):
                if digest in by_digest:
                    _, name, inner = _content(by_digest[digest])
                    where[by_digest[digest]] = (*here, name)
                    walk(inner, (*here, name))
            for name, member in value.items():
                walk(member, (*here, name))
        elif isinstance(value, list):
            for position, element in enumerate(value):
                if isinstance(element, Mapping) and element.get("...") in by_digest:
                    disclosure = by_digest[element["..."]]
                    where[disclosure] = (*here, position)
                    walk(_content(disclosure)[1], (*here, position))
                else:
                    walk(element, (*here, position))

    walk(_part(issued, 1), ())
    places = set(where.values())
    for path in wanted:
        if not any(_on_one_way(path, place) for place in places):
            raise WrongUse(
                f"{'.'.join(str(step) for step in path)} is not a claim that can be disclosed",
                hint="It may stand in the clear, or not at all.",
            )
    return [one for one in disclosures if one in where and any(_on_one_way(path, where[one]) for path in wanted)]


def _content(disclosure: str) -> list[Any]:
    content: list[Any] = json.loads(base64url.decode(disclosure.encode("ascii")))
    return content


def _on_one_way(path: selective.Path, place: selective.Path) -> bool:
    """Whether one of the two leads through the other."""
    return all(a == b for a, b in zip(path, place, strict=False))
