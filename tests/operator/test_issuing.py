"""What a credential issued from a registry's sources says of its words."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from defa_id import contexts, linked
from defa_id.codec import base64url
from defa_id.operator import issuing, sandbox
from defa_id.operator.keyring import FileKeyring
from defa_id.operator.tree import Tree
from tests.operator.made import days

TYPE = "PersonIdentityCredential"
BASE = "https://www.w3.org/ns/credentials/v2"
OWN = "urn:defa-id:context:person-identity:1"
NAME = {"full": [{"value": "Contoh", "lang": "id", "script": "Latn", "kind": "official"}], "primary": "CONTOH"}
CLAIMS = {"name": NAME, "birth_date": "1988"}
Object = dict[str, Any]


def issued(pristine: Path, tree: Tree, now: datetime, claims: Object, type: str = TYPE) -> Object:
    """The W3C document in a VC-JWT of SG-0001."""
    key = FileKeyring(pristine / sandbox.KEYS).get("issuer-SG-0001")
    assert key is not None
    (service,) = [one for one in issuing.services_for(tree, "SG", TYPE, "vc-jwt") if one["service_id"] == "SG-0001"]
    listed = {**service, "credentials": [*service["credentials"], {"type": "OtherCredential"}]}
    token = issuing.mint(
        tree,
        issuing.choose("SG", [listed], {key.public.thumbprint: key}, now)[0],
        type=type,
        format="vc-jwt",
        claims=claims,
        issued=now,
        expires=now + days(30),
    )
    document: Object = json.loads(base64url.decode(token.encode().split(b".")[1]))
    return document


@pytest.mark.parametrize(
    "claims",
    [CLAIMS, {"credentialSubject": CLAIMS}, {"name": "A card", "credentialSubject": CLAIMS}],
    ids=["claims", "document", "document of its own name"],
)
def test_a_type_of_ours_names_the_context_of_its_words(
    claims: Object, pristine: Path, tree: Tree, now: datetime
) -> None:
    document = issued(pristine, tree, now, claims)
    assert document["@context"] == [BASE, OWN]
    assert document["credentialSubject"] == CLAIMS
    assert list(document)[:2] == ["@context", "type"]
    meant = {name: document[name] for name in ("@context", "type", "issuer", "credentialSubject")}
    statements = linked.canonicalize(meant, contexts.load).lines
    assert any("<urn:defa-id:vocabulary:birth_date>" in statement for statement in statements)


def test_a_document_keeps_the_contexts_it_names(pristine: Path, tree: Tree, now: datetime) -> None:
    named = [BASE, "https://www.w3.org/ns/credentials/undefined-terms/v2"]
    assert issued(pristine, tree, now, {"@context": named, "credentialSubject": CLAIMS})["@context"] == named


def test_a_type_nobody_defined_here_has_no_context_of_ours(pristine: Path, tree: Tree, now: datetime) -> None:
    assert issued(pristine, tree, now, {"colour": "blue"}, type="OtherCredential")["@context"] == [BASE]
