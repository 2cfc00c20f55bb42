"""did:web: where the document lies, and that it is the right one."""

from __future__ import annotations

import json

import pytest

from defa_id.codec import limits
from defa_id.errors import Fault
from defa_id.resolvers import did_web, did_webvh
from defa_id.sources import Lookup, NoSource, Unavailable
from tests.resolvers.made import DID, URL, did_document, lookup, method
from tests.support.world import NOW, Signer

SCID = "QmaJp6pmb6RUk4oaDyWQcjeqYbvxsc3kvmHWPpz7B5JwDU"


@pytest.mark.parametrize(
    ("rest", "where"),
    [
        ("issuer.example", "issuer.example/.well-known/{0}"),
        ("ISSUER.example", "issuer.example/.well-known/{0}"),
        ("issuer.example:issuers:7", "issuer.example/issuers/7/{0}"),
        ("issuer.example%3A8443", "issuer.example:8443/.well-known/{0}"),
        ("issuer.example%3A8443:a", "issuer.example:8443/a/{0}"),
        ("issuer.example%3A443", "issuer.example:443/.well-known/{0}"),
        ("issuer.example:%C3%A9", "issuer.example/%C3%A9/{0}"),
    ],
)
def test_where_it_lies(rest: str, where: str) -> None:
    assert did_web.document_url(f"did:web:{rest}") == "https://" + where.format("did.json")
    assert did_webvh.log_url(f"did:webvh:{SCID}:{rest}") == "https://" + where.format("did.jsonl")


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        ("", "DID_SYNTAX"),
        (":a", "DID_SYNTAX"),
        ("issuer.example:", "DID_SYNTAX"),
        ("issuer.example::a", "DID_SYNTAX"),
        ("issuer.example/a", "DID_SYNTAX"),
        ("issuer.example?a", "DID_SYNTAX"),
        ("issuer.example:a;b", "DID_SYNTAX"),
        ("issuer.example:8443", None),
        ("issuer.example%3A22", "DID_SYNTAX"),
        ("issuer.example%3A", "DID_SYNTAX"),
        ("issuer.example%3Ax", "DID_SYNTAX"),
        ("issuer.example%3A65536", "DID_SYNTAX"),
        ("issuer.example%3a8443", "DID_SYNTAX"),
        ("issuer.example%3A8443%3A1", "DID_SYNTAX"),
        ("user%40issuer.example", "DID_SYNTAX"),
        ("issuer%2Eexample", "DID_SYNTAX"),
        ("issuer.example%2Fa", "DID_SYNTAX"),
        ("issuer.example:..", "DID_SYNTAX"),
        ("issuer.example:.:a", "DID_SYNTAX"),
        ("issuer.example:%2e%2e", "DID_SYNTAX"),
        ("issuer.example:a%2Fb", "DID_SYNTAX"),
        ("issuer.example:a%5Cb", "DID_SYNTAX"),
        ("issuer.example:a%0A", "DID_SYNTAX"),
        ("issuer.example:é", "DID_SYNTAX"),
        ("x" * 2048 + ".example", "DID_SYNTAX"),
        ("localhost", "DID_HOST"),
        ("127.0.0.1", "DID_HOST"),
        ("2130706433", "DID_HOST"),
        ("0x7f000001", "DID_HOST"),
        ("issuer.example.", "DID_HOST"),
        ("printer.local%3A8443", "DID_HOST"),
    ],
)
def test_what_lies_nowhere(rest: str, code: str | None) -> None:
    for locate, did in ((did_web.document_url, f"did:web:{rest}"), (did_webvh.log_url, f"did:webvh:{SCID}:{rest}")):
        if code is None:
            assert locate(did).startswith("https://issuer.example/8443/did.json")
            continue
        with pytest.raises(Fault) as fault:
            locate(did)
        assert fault.value.code == code


def test_a_key_by_its_url_and_purpose() -> None:
    signer = Signer.make()
    documents = {URL: did_document(method(signer))}
    for url in (f"{DID}#key-1", DID):
        assert did_web.resolve(url, lookup(documents)).thumbprint == signer.thumbprint
        assert did_web.resolve(url, lookup(documents, "authentication")).thumbprint == signer.thumbprint


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "JSON_SYNTAX"),
        (b"[]", "JSON_NOT_OBJECT"),
        (b'{"id":"did:web:issuer.example","id":"did:web:other.example"}', "JSON_DUPLICATE_MEMBER"),
        (b'\xef\xbb\xbf{"id":"did:web:issuer.example"}', "JSON_BOM"),
        (b'{"id":"did:web:other.example"}', "DID_ID_MISMATCH"),
        (b'{"id":"did:web:issuer.example"}', "DID_KEY_UNKNOWN"),
        (b" " * (limits.DID_BYTES + 1), "LIMIT_DID"),
        (b"<html>", "JSON_SYNTAX"),
    ],
)
def test_what_is_no_document(data: bytes, code: str) -> None:
    with pytest.raises(Fault) as fault:
        did_web.resolve(f"{DID}#key-1", lookup({URL: data}))
    assert fault.value.code == code


def test_just_as_large_as_allowed() -> None:
    signer = Signer.make()
    data = json.dumps(did_document(method(signer))).encode()
    padded = data + b" " * (limits.DID_BYTES - len(data))
    assert did_web.resolve(DID, lookup({URL: padded})).thumbprint == signer.thumbprint


def test_nothing_to_be_had_is_not_the_senders_doing() -> None:
    with pytest.raises(Unavailable) as unavailable:
        did_web.resolve(DID, Lookup("assertionMethod", NOW, NoSource()))
    assert (unavailable.value.code, unavailable.value.unknown) == ("NET_OFFLINE", True)
