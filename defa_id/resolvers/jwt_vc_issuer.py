"""JWT VC issuer metadata (draft-ietf-oauth-sd-jwt-vc §4): the keys of an issuer whose identifier is an https URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from defa_id import keys
from defa_id.codec import limits, strict_json, web
from defa_id.codec.text import printable
from defa_id.errors import Fault
from defa_id.keys import PublicKey
from defa_id.resolvers import document
from defa_id.sources import Lookup

_WELL_KNOWN: Final = "/.well-known/jwt-vc-issuer"


def resolve(url: str, lookup: Lookup) -> PublicKey:
    """The key an issuer's metadata holds: `url` is the issuer's identifier and, behind `#`, the kid as the
    token names it. Without one, the issuer's only key.

    Raises `Fault` NET_URL, JSON_*, LIMIT_DID, ISSUER_METADATA, JOSE_KEY_UNKNOWN, JOSE_KEY_AMBIGUOUS,
    KEY_*; `Unavailable` if a document cannot be had.
    """
    issuer, hash_, kid = url.partition("#")
    metadata = _read(metadata_url(issuer), lookup)
    if metadata.get("issuer") != issuer:
        raise Fault("ISSUER_METADATA", f"it is that of {printable(metadata.get('issuer'))}")
    if ("jwks" in metadata) == ("jwks_uri" in metadata):
        raise Fault("ISSUER_METADATA", "it has to give either jwks or jwks_uri")
    keyset = metadata["jwks"] if "jwks" in metadata else _read(_beside(metadata["jwks_uri"], issuer), lookup)
    return _selected(_listed(keyset), kid if hash_ else None)


def metadata_url(issuer: str) -> str:
    """Where an issuer's metadata lies: the well-known name stands between host and path.
    Raises `Fault` NET_URL."""
    where = web.parse(issuer)
    if where.query is not None:
        raise Fault("NET_URL", "an issuer's identifier has no query")
    port = "" if where.port == web.HTTPS else f":{where.port}"
    return f"https://{where.host}{port}{_WELL_KNOWN}{where.path.rstrip('/')}"


def _read(url: str, lookup: Lookup) -> Mapping[str, Any]:
    return strict_json.load_object(document.fetch(url, limits.DID_BYTES, lookup))


def _beside(uri: object, issuer: str) -> str:
    """A key set's address, if it lies with the issuer itself: whoever holds the keys is the issuer."""
    if not isinstance(uri, str):
        raise Fault("ISSUER_METADATA", "jwks_uri is not a text")
    where, own = web.parse(uri), web.parse(issuer)
    if (where.host, where.port) != (own.host, own.port):
        raise Fault("ISSUER_METADATA", f"its keys lie with another host, {printable(where.host)}")
    return uri


def _listed(keyset: object) -> list[Mapping[str, Any]]:
    listed = keyset.get("keys") if isinstance(keyset, Mapping) else None
    if not isinstance(listed, list) or not all(isinstance(jwk, dict) for jwk in listed):
        raise Fault("ISSUER_METADATA", "it holds no JWK set")
    if len(listed) > limits.DID_METHODS:
        raise Fault("LIMIT_DID", f"more than {limits.DID_METHODS} keys")
    return listed


def _selected(listed: list[Mapping[str, Any]], kid: str | None) -> PublicKey:
    meant = [jwk for jwk in listed if kid is None or jwk.get("kid") == kid] or [
        jwk for jwk in listed if _thumbprint(jwk) == kid
    ]
    if not meant and kid is not None:
        raise Fault("JOSE_KEY_UNKNOWN", "the issuer's metadata holds no such key", kid=printable(kid))
    if len(meant) != 1:
        raise Fault("JOSE_KEY_AMBIGUOUS", f"the issuer's metadata holds {len(meant)} keys that could be meant")
    return keys.from_jwk(meant[0])


def _thumbprint(jwk: Mapping[str, Any]) -> str | None:
    try:
        return keys.from_jwk(jwk).thumbprint
    except Fault:
        return None
