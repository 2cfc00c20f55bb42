"""Area H, identity: documents that say who holds which key, and the keys that are identifiers themselves.

The catalogue's DID_KEY_INVALID is KEY_INVALID here, as everywhere a key is read; its SCOPE_ISSUER_KEY for a
registry that pins another key than the document serves is JOSE_SIGNATURE or JOSE_KEY_UNKNOWN: the document is
never asked for, so that nobody knows that it says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from defa_id.codec import limits
from defa_id.resolvers import did_jwk, did_key
from defa_id.sources import NoSource
from defa_id.verdict import Decision
from tests.adversarial.outside import PATH, RESOLVED, Abroad, abroad
from tests.adversarial.rows import Stage, accepted, refused, undecided
from tests.resolvers.made import DID, Log, base58, did_document, hashed, method, multikey, with_method
from tests.support import world as minting
from tests.support.loopback import HOST, response
from tests.support.world import PRESENTED, Json, Signer, b64, dumps


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Abroad]:
    with abroad(tmp_path) as made:
        yield made


@pytest.fixture
def listed(tmp_path: Path) -> Iterator[Abroad]:
    """The same under the baseline policy."""
    with abroad(tmp_path, safe=True) as made:
        yield made


# -- H19 to H22, H26, H27: the document -------------------------------------------------------------------


@pytest.mark.parametrize("id", ["did:web:other.example", DID + ".", DID.upper(), f"{DID}#key-1", None, [DID]])
def test_h19_the_document_of_another(id: Any, host: Abroad) -> None:
    refused(host.answered({**host.document(), "id": id}), RESOLVED, "DID_ID_MISMATCH")


def test_h20_two_methods_with_one_identifier(host: Abroad) -> None:
    one, other = method(host.signer), method(Signer.make())
    for second in (other, {**other, "id": "#key-1"}, dict(one)):
        refused(host.answered(did_document(one, second), source=host.source()), RESOLVED, "DID_AMBIGUOUS")
    embedded = did_document(one, purposes={"assertionMethod": [{**other, "id": "#key-1"}]})
    refused(host.answered(embedded, source=host.source()), RESOLVED, "DID_AMBIGUOUS")


def test_h20_a_token_that_names_no_method_of_several(host: Abroad) -> None:
    both = did_document(method(host.signer), method(Signer.make(), f"{DID}#key-2"))
    host.server.answers[PATH] = response(dumps(both))
    refused(host.judge(host.token(kid=None)), RESOLVED, "DID_AMBIGUOUS")


def test_h21_too_many_methods(host: Abroad) -> None:
    many = [method(host.signer, f"{DID}#key-{number + 1}") for number in range(limits.DID_METHODS + 1)]
    refused(host.answered(did_document(*many)), RESOLVED, "LIMIT_DID")
    accepted(host.answered(did_document(*many[:-1]), source=host.source()))


def test_h21_too_large_a_document(host: Abroad) -> None:
    data = dumps(host.document())
    padded = data + b" " * (limits.DID_BYTES - len(data))
    accepted(host.answered(response(padded)))
    refused(host.answered(response(padded + b" "), source=host.source()), RESOLVED, "LIMIT_DID")
    endless = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + bytes(10 * limits.DID_BYTES)
    refused(host.answered(endless, source=host.source()), RESOLVED, "LIMIT_DID")


@pytest.mark.parametrize("other", ["another key", "the same key"])
def test_h22_one_key_given_in_two_ways(other: str, host: Abroad) -> None:
    second = multikey(Signer.make() if other == "another key" else host.signer)
    content = did_document(method(host.signer, publicKeyMultibase=second))
    refused(host.answered(content), RESOLVED, "DID_KEY_AMBIGUOUS")


@pytest.mark.parametrize("value", [True, "true", 1])
def test_h26_deactivated(value: Any, host: Abroad) -> None:
    refused(host.answered({**host.document(), "deactivated": value}), RESOLVED, "DID_DEACTIVATED")


def test_h26_a_deactivated_history(host: Abroad) -> None:
    updater = Signer.make("EdDSA")
    log = Log().begin(updater, with_method(host.signer))
    with_log(host, log)
    accepted(host.judge(host.token(log.did, f"{log.did}#key-1"), source=host.source()))
    log.update(updater, deactivated=True, updateKeys=[])
    with_log(host, log)
    verdict = host.judge(host.token(log.did, f"{log.did}#key-1"), source=host.source())
    refused(verdict, RESOLVED, "DID_DEACTIVATED")


def with_log(host: Abroad, log: Log) -> None:
    host.server.answers["/.well-known/did.jsonl"] = response(log.data(), "text/jsonl")


def test_h27_a_method_is_found_by_its_exact_url(host: Abroad) -> None:
    """An embedded method and a referenced one, side by side."""
    other = Signer.make()
    embedded = method(other, f"{DID}#key-2")
    content = did_document(method(host.signer), purposes={"assertionMethod": [f"{DID}#key-1", embedded]})
    host.server.answers[PATH] = response(dumps(content))
    accepted(host.judge(host.token()))
    accepted(host.judge(host.token(kid=f"{DID}#key-2", by=other)))
    accepted(host.judge(host.token(kid="#key-2", by=other)))
    refused(host.judge(host.token(kid=f"{DID}#key-2")), "proof.signature", "JOSE_SIGNATURE")
    for kid in (f"{DID}#KEY-1", f"{DID}#key%2D1", f"{DID}#key-3", "key-3", "#key-3"):
        refused(host.judge(host.token(kid=kid)), RESOLVED, "DID_KEY_UNKNOWN")
    refused(host.judge(host.token(kid="did:web:other.example#key-1")), RESOLVED, "SCOPE_ISSUER_KEY")


def test_h27_a_method_for_another_purpose(host: Abroad) -> None:
    content = did_document(method(host.signer), purposes={"authentication": [f"{DID}#key-1"]})
    refused(host.answered(content), RESOLVED, "DID_PURPOSE")
    elsewhere = did_document(method(host.signer, controller="did:web:other.example"))
    refused(host.answered(elsewhere, source=host.source()), RESOLVED, "DID_CONTROLLER")


# -- H23 to H25: keys that are identifiers ----------------------------------------------------------------

P256 = Signer.make()
POINT = b"\x02" + bytes.fromhex(f"{P256.private.public_key().public_numbers().x:064x}")
KEYS = {
    "a byte short": b"\x80\x24" + POINT[:-1],
    "a byte long": b"\x80\x24" + POINT + b"\0",
    "Ed25519 with 33": b"\xed\x01" + bytes(33),
    "P-384 with 33": b"\x81\x24" + POINT,
    "P-256 as Ed25519": b"\xed\x01" + POINT,
    "varint not minimal": b"\xed\x81\x00" + bytes(32),
    "varint unfinished": b"\xed",
    "unknown codec": b"\xff\x7f" + POINT,
    "secp256k1": b"\xe7\x01" + POINT,
    "X25519": b"\xec\x01" + bytes(32),
    "no codec": POINT,
    "nothing": b"\0",
    "off the curve": b"\x80\x24\x02" + b"\xff" * 32,
}


@pytest.mark.parametrize("name", KEYS)
def test_h23_what_is_no_did_key(name: str, host: Abroad) -> None:
    did = "did:key:z" + base58(KEYS[name])
    refused(host.judge(host.token(did, None)), RESOLVED, "KEY_INVALID")
    assert host.untouched()


@pytest.mark.parametrize("base", ["m", "u", "f", "b", "k", "Z", ""])
def test_h24_another_base(base: str, host: Abroad) -> None:
    did = did_key.encode(host.signer.public)
    accepted(host.judge(host.token(did, None)))
    refused(host.judge(host.token(did.replace(":z", f":{base}"), None)), RESOLVED, "DID_SYNTAX")
    assert host.untouched()


JWK = dict(P256.public.jwk)
JWKS: dict[str, tuple[bytes, str, str]] = {
    "private": (dumps({**JWK, "d": "AA"}), "#0", "KEY_PRIVATE"),
    "a member twice": (dumps(JWK)[:-1] + b',"kty":"EC"}', "#0", "JSON_DUPLICATE_MEMBER"),
    "no object": (b"[]", "#0", "JSON_NOT_OBJECT"),
    "no JSON": (b"{", "#0", "JSON_SYNTAX"),
    "for encryption": (dumps({**JWK, "use": "enc"}), "#0", "KEY_USE"),
    "a secret": (dumps({"kty": "oct", "k": "AA"}), "#0", "KEY_PRIVATE"),
    "another method": (dumps(JWK), "#1", "DID_SYNTAX"),
    "another name": (dumps(JWK), "#key-1", "DID_SYNTAX"),
    "padding": (dumps(JWK), "=#0", "DID_SYNTAX"),
}


@pytest.mark.parametrize("name", JWKS)
def test_h25_what_is_no_did_jwk(name: str, host: Abroad) -> None:
    data, fragment, code = JWKS[name]
    did = "did:jwk:" + b64(data) + fragment.partition("#")[0]
    refused(host.judge(host.token(did, f"{did}#{fragment.partition('#')[2]}")), RESOLVED, code)
    genuine = did_jwk.encode(P256.public.jwk)
    accepted(host.judge(host.token(genuine, f"{genuine}#0", by=P256)))
    assert host.untouched()


# -- H30: the registry wins -------------------------------------------------------------------------------


def test_h30_the_registrys_key_and_not_the_documents(listed: Abroad) -> None:
    """The issuer's own document serves another key, under the listed key's name and under one of its own."""
    registered, served = listed.stage.signer, Signer.make()
    issuer = minting.ISSUER
    content = did_document(
        method(served, f"{issuer}#key-1", controller=issuer),
        method(served, f"{issuer}#key-2", controller=issuer),
        id=issuer,
    )
    listed.outside.hosts = {"sg-person.example": ("93.184.215.14",)}
    listed.server.answers[PATH] = response(dumps(content))
    document = listed.stage.document()
    for kid, check, code in (
        ("key-1", "proof.signature", "JOSE_SIGNATURE"),
        (f"{issuer}#key-1", "proof.signature", "JOSE_SIGNATURE"),
        (None, "proof.signature", "JOSE_SIGNATURE"),
        (f"{issuer}#key-2", "key.listed", "JOSE_KEY_UNKNOWN"),
        (served.thumbprint, "key.listed", "JOSE_KEY_UNKNOWN"),
    ):
        refused(listed.judge(minting.vc_jwt(served, document, kid=kid)), check, code)
    accepted(listed.judge(minting.vc_jwt(registered, document)))
    assert listed.untouched()


# -- a holder's own document ------------------------------------------------------------------------------


def presented(stage: Stage, holder: Signer, *, subject: str = DID, **changes: Any) -> str:
    """A presentation by the holder `issuer.example`, of a credential about `subject`."""
    own = Stage(stage.world, stage.signer, holder, stage.registry, stage.verifier)
    bound = own.vc(credentialSubject={"id": subject, "given_name": "x"})
    return own.vp(bound, **{"holder": DID, "iss": DID, "header": {"kid": f"{DID}#key-1"}, **changes})


def test_h27_a_holders_key_is_one_for_authentication(listed: Abroad) -> None:
    token = presented(listed.stage, listed.signer)
    verdict = listed.stage.judge(token, expected=PRESENTED, source=listed.source())
    assert accepted(verdict)
    assert (listed.server.asked, [one["url"] for one in verdict.documents]) == ([PATH], [f"https://{HOST}{PATH}"])
    assertion = did_document(method(listed.signer), purposes={"assertionMethod": [f"{DID}#key-1"]})
    listed.server.answers[PATH] = response(dumps(assertion))
    refused(listed.judge(token, expected=PRESENTED), "holder.proof", "DID_PURPOSE")


def test_h27_a_subject_that_is_somebody_else(listed: Abroad) -> None:
    other = did_jwk.encode(Signer.make().public.jwk)
    token = presented(listed.stage, listed.signer, subject=other)
    refused(listed.judge(token, expected=PRESENTED), "holder.key", "SCOPE_HOLDER_KEY")


def test_h02_a_holders_document_that_is_not_at_hand_decides_nothing(listed: Abroad) -> None:
    token = presented(listed.stage, listed.signer)
    undecided(listed.judge(token, expected=PRESENTED, source=NoSource()), "holder.proof", "NET_OFFLINE")
    assert listed.untouched()


# -- did:webvh and issuer metadata ------------------------------------------------------------------------


def test_h19_a_history_that_does_not_hold(host: Abroad) -> None:
    updater = Signer.make("EdDSA")
    log = Log().begin(updater, with_method(host.signer)).update(updater)
    token = host.token(log.did, f"{log.did}#key-1")
    with_log(host, log)
    accepted(host.judge(token))
    log.entries[1]["state"] = {**log.entries[1]["state"], "x": 1}
    with_log(host, log)
    refused(host.judge(token), RESOLVED, "DID_LOG")
    other = Log().begin(updater, with_method(host.signer), nextKeyHashes=[hashed(b"x")])
    with_log(host, other)
    refused(host.judge(token), RESOLVED, "DID_ID_MISMATCH")


def test_h19_the_metadata_of_another(tmp_path: Path) -> None:
    issuer = f"https://{HOST}/tenant"
    with abroad(tmp_path, issuers=[issuer]) as host:
        metadata: Json = {"issuer": issuer, "jwks": {"keys": [{**host.signer.jwk, "kid": "k"}]}}
        where = "/.well-known/jwt-vc-issuer/tenant"
        host.server.answers[where] = response(dumps(metadata))
        token = host.token(issuer, "k")
        assert accepted(host.judge(token)).issuer == issuer
        sd_jwt = host.stage.sd(iss=issuer, header={"kid": "k"})
        refused(host.judge(sd_jwt), "proof.signature", "JOSE_SIGNATURE")
        host.server.answers[where] = response(dumps({**metadata, "issuer": issuer + "/"}))
        refused(host.judge(token), RESOLVED, "ISSUER_METADATA")
        refused(host.judge(host.token(issuer, f"{DID}#key-1")), RESOLVED, "SCOPE_ISSUER_KEY")


def test_h27_every_verdict_says_what_it_was_told_and_when(host: Abroad) -> None:
    verdict = host.judge(host.token())
    assert verdict.decision is Decision.ACCEPTED
    (told,) = json.loads(verdict.to_json())["documents"]
    assert sorted(told) == ["retrieved", "sha256", "url"]
