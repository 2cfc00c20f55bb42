"""JWT VC issuer metadata: an issuer's own keys, at its own host."""

from __future__ import annotations

from typing import Any

import pytest

from defa_id.codec import limits
from defa_id.errors import Fault
from defa_id.resolvers import jwt_vc_issuer
from tests.resolvers.made import lookup
from tests.support.world import Json, Signer

ISSUER = "https://issuer.example/tenant/7"
URL = "https://issuer.example/.well-known/jwt-vc-issuer/tenant/7"
JWKS = "https://issuer.example/keys.json"
ONE, TWO = Signer.make(kid="one"), Signer.make("EdDSA", kid="two")
KEYS = {"keys": [ONE.jwk, TWO.jwk]}


def resolve(url: str = f"{ISSUER}#one", *, keys: Any = KEYS, **changes: Any) -> str:
    metadata = {"issuer": ISSUER, "jwks": KEYS, **changes}
    documents = {URL: {name: value for name, value in metadata.items() if value is not None}, JWKS: keys}
    return jwt_vc_issuer.resolve(url, lookup(documents)).thumbprint


def refused(url: str = f"{ISSUER}#one", **changes: Any) -> str:
    with pytest.raises(Fault) as fault:
        resolve(url, **changes)
    return fault.value.code


@pytest.mark.parametrize(
    ("issuer", "where"),
    [
        ("https://issuer.example", "https://issuer.example/.well-known/jwt-vc-issuer"),
        ("https://issuer.example/", "https://issuer.example/.well-known/jwt-vc-issuer"),
        ("https://issuer.example/a/b", "https://issuer.example/.well-known/jwt-vc-issuer/a/b"),
        ("https://issuer.example:8443/a", "https://issuer.example:8443/.well-known/jwt-vc-issuer/a"),
    ],
)
def test_the_well_known_name_stands_between_host_and_path(issuer: str, where: str) -> None:
    assert jwt_vc_issuer.metadata_url(issuer) == where


@pytest.mark.parametrize("issuer", ["https://issuer.example/a?b", "http://issuer.example", "https://127.0.0.1/", "x"])
def test_where_no_metadata_lie(issuer: str) -> None:
    with pytest.raises(Fault) as fault:
        jwt_vc_issuer.metadata_url(issuer)
    assert fault.value.code == "NET_URL"


def test_a_key_by_its_kid_or_thumbprint() -> None:
    assert resolve() == ONE.thumbprint
    assert resolve(f"{ISSUER}#two") == TWO.thumbprint
    assert resolve(f"{ISSUER}#{TWO.thumbprint}") == TWO.thumbprint
    assert resolve(jwks=None, jwks_uri=JWKS) == ONE.thumbprint
    assert resolve(ISSUER, jwks={"keys": [TWO.jwk]}) == TWO.thumbprint
    assert resolve(f"{ISSUER}#a#b", jwks={"keys": [{**ONE.jwk, "kid": "a#b"}]}) == ONE.thumbprint


def test_a_key_that_is_not_read_here_hides_no_other() -> None:
    strange: Json = {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA", "kid": "three"}
    keys = {"keys": [strange, ONE.jwk]}
    assert resolve(jwks=keys) == ONE.thumbprint
    assert resolve(f"{ISSUER}#{ONE.thumbprint}", jwks=keys) == ONE.thumbprint
    assert refused(f"{ISSUER}#three", jwks=keys) == "KEY_INVALID"


@pytest.mark.parametrize("issuer", ["https://issuer.example/tenant/8", ISSUER + "/", None, [ISSUER], ISSUER.upper()])
def test_the_metadata_of_another(issuer: Any) -> None:
    assert refused(issuer=issuer) == "ISSUER_METADATA"


@pytest.mark.parametrize(
    "given",
    [
        {"jwks": None},
        {"jwks_uri": JWKS},
        {"jwks": []},
        {"jwks": {"keys": {}}},
        {"jwks": {"keys": ["x"]}},
        {"jwks": {}},
        {"jwks": None, "jwks_uri": 7},
        {"jwks": None, "jwks_uri": "https://other.example/keys.json"},
        {"jwks": None, "jwks_uri": "https://issuer.example:8443/keys.json"},
    ],
)
def test_keys_in_one_place_at_its_own_host(given: Json) -> None:
    assert refused(**given) == "ISSUER_METADATA"


@pytest.mark.parametrize(
    "uri", ["http://issuer.example/keys.json", "https://issuer.example@evil.example/", "keys.json"]
)
def test_a_key_set_at_no_address(uri: str) -> None:
    assert refused(jwks=None, jwks_uri=uri) == "NET_URL"


def test_no_key_or_several() -> None:
    assert refused(f"{ISSUER}#three") == "JOSE_KEY_UNKNOWN"
    assert refused(ISSUER) == "JOSE_KEY_AMBIGUOUS"
    assert refused(jwks={"keys": [ONE.jwk, {**TWO.jwk, "kid": "one"}]}) == "JOSE_KEY_AMBIGUOUS"
    assert refused(ISSUER, jwks={"keys": []}) == "JOSE_KEY_AMBIGUOUS"
    assert refused(jwks={"keys": [{**ONE.jwk, "d": "x"}]}) == "KEY_PRIVATE"
    assert refused(jwks={"keys": [ONE.jwk] * (limits.DID_METHODS + 1)}) == "LIMIT_DID"
    assert refused(jwks=None, jwks_uri=JWKS, keys=b'{"keys":[],"keys":[]}') == "JSON_DUPLICATE_MEMBER"
