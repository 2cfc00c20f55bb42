"""Controlled identifier documents at https: the identifier is the document's address, and its only name."""

from __future__ import annotations

import pytest

from defa_id.errors import Fault
from defa_id.policy import Policy
from defa_id.resolvers import controller
from defa_id.sources import Source
from defa_id.verifier import Verifier
from tests.resolvers.made import did_document, lookup, method, recorded
from tests.support.world import NOW, Json, Signer, World, vc, vc_jwt

ISSUER = "https://issuer.example/issuers/7"
SIGNER = Signer.make()


def document(**changes: object) -> Json:
    return {**did_document(method(SIGNER, f"{ISSUER}#key-1", controller=ISSUER), id=ISSUER), **changes}


def test_a_method_of_the_document() -> None:
    found = controller.resolve(f"{ISSUER}#key-1", lookup({ISSUER: document()}))
    assert (found.thumbprint, found.kid) == (SIGNER.thumbprint, f"{ISSUER}#key-1")


@pytest.mark.parametrize(
    ("url", "given", "code"),
    [
        (f"{ISSUER}#key-2", {}, "DID_KEY_UNKNOWN"),
        (f"{ISSUER}#key-1", {"id": ISSUER + "/"}, "DID_ID_MISMATCH"),
        (f"{ISSUER}#key-1", {"assertionMethod": []}, "DID_PURPOSE"),
        ("http://issuer.example/issuers/7#key-1", {}, "NET_URL"),
        ("https://127.0.0.1/#key-1", {}, "NET_URL"),
        ("https://issuer.example/a/../issuers/7#key-1", {}, "NET_URL"),
    ],
)
def test_what_is_not_its(url: str, given: Json, code: str) -> None:
    with pytest.raises(Fault) as fault:
        controller.resolve(url, lookup({ISSUER: document(**given)}))
    assert fault.value.code == code


def told(kid: str | None, source: Source) -> list[str | None]:
    """How the key of a credential by this issuer is found out, where the registry is not asked."""
    verifier = Verifier(World.make()[0].registry(), Policy.preset("unsafe-any-issuer"))
    verdict = verifier.verify(vc_jwt(SIGNER, vc(ISSUER), kid=kid), at=NOW, source=source)
    return [line.code for line in verdict.checks if line.id == "key.resolved"]


def test_a_kid_that_is_a_url_asks_for_the_document_and_any_other_for_the_metadata() -> None:
    metadata = "https://issuer.example/.well-known/jwt-vc-issuer/issuers/7"
    keys = {"issuer": ISSUER, "jwks": {"keys": [{**SIGNER.jwk, "kid": "key-1"}]}}
    both = recorded({ISSUER: document(), metadata: keys})
    assert told(f"{ISSUER}#key-1", both) == [None]
    assert told("key-1", both) == [None]
    assert told(None, both) == [None]
    assert told(f"{ISSUER}#key-1", recorded({metadata: keys})) == ["NET_OFFLINE"]
    assert told("key-1", recorded({ISSUER: document()})) == ["NET_OFFLINE"]
    assert told("#key-1", both) == ["JOSE_KEY_UNKNOWN"]
    assert told("https://other.example/#key-1", both) == ["SCOPE_ISSUER_KEY"]
