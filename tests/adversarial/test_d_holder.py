"""Area D, who shows it and who signed it: key bindings over exactly what was shown, certificates of this issuer."""

from __future__ import annotations

import base64
import hmac
from typing import Any

import pytest

from defa_id.policy import Expected
from defa_id.verdict import Verdict
from tests.adversarial.rows import SUBJECT, Row, Stage, accepted, refuse_each, refused, short, table
from tests.support import mdocs
from tests.support import world as minting
from tests.support.certificates import Certificate, alternative_names, authority, p256, signer
from tests.support.world import ISSUER, PERSON_VCT, PRESENTED, Json, Signer, World, b64, dumps, key_binding, moment

PRESENTING, PROVED, KEY = "holder.presented", "holder.proof", "holder.key"
STRANGER = Signer.make()


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


def jwk(stage: Stage, **changes: Any) -> Json:
    return {**stage.holder.public.jwk, **changes}


def bound(stage: Stage, confirmation: Any) -> str:
    return key_binding(stage.holder, stage.sd(cnf=confirmation))


def coded(stage: Stage) -> str:
    """A key binding whose HS256 code is made with the holder's public key."""
    head, body, _ = stage.kb().rpartition("~")[2].split(".")
    header = b64(dumps({"alg": "HS256", "typ": "kb+jwt"}))
    code = hmac.digest(dumps(dict(stage.holder.public.jwk)), f"{header}.{body}".encode(), "sha256")
    assert head != header
    return f"{stage.sd()}{header}.{body}.{b64(code)}"


def unsigned(stage: Stage) -> str:
    body = stage.kb().rpartition("~")[2].split(".")[1]
    return f"{stage.sd()}{b64(dumps({'alg': 'none', 'typ': 'kb+jwt'}))}.{body}."


def without(stage: Stage, disclosures: int) -> str:
    """A presentation from which somebody took disclosures after the holder signed."""
    token, *shown, binding = stage.kb().split("~")
    return "~".join([token, *shown[disclosures:], binding])


def with_one_more(stage: Stage) -> str:
    """The holder signed fewer disclosures than are shown now."""
    token, *shown, _ = stage.sd().split("~")
    binding = key_binding(stage.holder, "~".join([token, *shown[1:], ""])).rpartition("~")[2]
    return stage.sd() + binding


def glued(stage: Stage) -> str:
    """The binding of one presentation behind another credential of the same holder."""
    other = stage.sd(jti="urn:x-demo:other")
    return other + stage.kb().rpartition("~")[2]


@table(
    Row("D20-no-binding", lambda s: s.sd(), PRESENTING, "KB_MISSING"),
    Row("D21-bound-to-nobody", lambda s: bound(s, None), PROVED, "KB_NO_CNF"),
    Row("D22-by-another", lambda s: key_binding(STRANGER, s.sd()), PROVED, "KB_SIGNATURE"),
    Row("D22-by-the-issuer", lambda s: key_binding(s.signer, s.sd()), PROVED, "KB_SIGNATURE"),
    Row("D23-another", lambda s: s.kb(audience="https://other.example"), "holder.audience", "KB_AUDIENCE"),
    Row("D23-list", lambda s: s.kb(audience=["https://rp.example"]), "holder.audience", "KB_AUDIENCE"),
    Row("D23-absent", lambda s: s.kb(audience=None), PRESENTING, "KB_CLAIM"),
    Row("D24-another", lambda s: s.kb(nonce="n-2"), "holder.nonce", "KB_NONCE"),
    Row("D24-number", lambda s: s.kb(nonce=1), "holder.nonce", "KB_NONCE"),
    Row("D24-absent", lambda s: s.kb(nonce=None), PRESENTING, "KB_CLAIM"),
    Row("D25-1970", lambda s: s.kb(iat=0), "holder.time", "KB_TIME"),
    Row("D25-too-old", lambda s: s.kb(iat=moment(-301)), "holder.time", "KB_TIME"),
    Row("D25-from-the-future", lambda s: s.kb(iat=moment(301)), "holder.time", "KB_TIME"),
    Row("D25-text", lambda s: s.kb(iat="2026-11-24T12:00:00Z"), "holder.time", "KB_TIME"),
    Row("D25-its-own-end-is-over", lambda s: s.kb(exp=moment(-61)), "holder.time", "KB_TIME"),
    Row("D25-its-own-beginning-is-ahead", lambda s: s.kb(nbf=moment(61)), "holder.time", "KB_TIME"),
    Row("D25-its-own-end-is-no-time", lambda s: s.kb(exp="x"), PRESENTING, "JWT_CLAIM_TYPE"),
    Row("D25-absent", lambda s: s.kb(iat=None), PRESENTING, "KB_CLAIM"),
    Row("D26-one-taken", lambda s: without(s, 1), "holder.hash", "KB_SD_HASH"),
    Row("D26-all-taken", lambda s: without(s, len(SUBJECT)), "holder.hash", "KB_SD_HASH"),
    Row("D26-one-added", with_one_more, "holder.hash", "KB_SD_HASH"),
    Row("D26-absent", lambda s: s.kb(sd_hash=None), PRESENTING, "KB_CLAIM"),
    Row("D27-absent", lambda s: s.kb(header={"typ": None}), PRESENTING, "JOSE_TYP"),
    Row("D27-JWT", lambda s: s.kb(header={"typ": "JWT"}), PRESENTING, "JOSE_TYP"),
    Row("D27-of-the-issuer", lambda s: s.kb(header={"typ": "dc+sd-jwt"}), PRESENTING, "JOSE_TYP"),
    Row("D28-none", unsigned, PRESENTING, "JOSE_ALG_FORBIDDEN"),
    Row("D28-HS256", coded, PRESENTING, "JOSE_ALG_FORBIDDEN"),
    Row("D29-jku", lambda s: bound(s, {"jku": "http://127.0.0.1:9/keys"}), PROVED, "KB_CNF"),
    Row("D29-kid", lambda s: bound(s, {"kid": "holder"}), PROVED, "KB_CNF"),
    Row("D29-x5c", lambda s: bound(s, {"x5c": ["AAAA"]}), PROVED, "KB_CNF"),
    Row("D29-two", lambda s: bound(s, {"jwk": jwk(s), "kid": "holder"}), PROVED, "KB_CNF"),
    Row("D29-empty", lambda s: bound(s, {}), PROVED, "KB_CNF"),
    Row("D29-private", lambda s: bound(s, {"jwk": jwk(s, d=b64(bytes(32)))}), PROVED, "KB_CNF"),
    Row("D29-symmetric", lambda s: bound(s, {"jwk": {"kty": "oct", "k": b64(bytes(32))}}), PROVED, "KB_CNF"),
    Row("D30-of-another-credential", glued, "holder.hash", "KB_SD_HASH"),
)
def test_row(stage: Stage, row: Row) -> None:
    refuse_each(stage, row, expected=PRESENTED)


def test_d20_where_a_policy_always_asks() -> None:
    always = Stage.of(policy={"holder_binding": "always"}, golden=False)
    refused(always.judge(always.sd()), PRESENTING, "KB_MISSING")
    accepted(always.judge(always.kb(), expected=PRESENTED))


def test_d22_unasked_it_has_to_hold_all_the_same(stage: Stage) -> None:
    refused(stage.judge(key_binding(STRANGER, stage.sd())), PROVED, "KB_SIGNATURE")
    refused(stage.judge(without(stage, 1)), "holder.hash", "KB_SD_HASH")


def test_d24_one_answer_serves_one_request(stage: Stage) -> None:
    """A nonce is the verifier's own: an answer to the last request is none to the next."""
    answer = stage.kb(nonce="n-1")
    accepted(stage.judge(answer, expected=PRESENTED))
    following = Expected.presentation(nonce="n-2", audience="https://rp.example")
    refused(stage.judge(answer, expected=following), "holder.nonce", "KB_NONCE")


# -- X.509: the certificate of this very issuer ---------------------------------------------------------------

ROOT = authority(p256(171), "Demo Root")
OTHER = "https://other.example"


def certified(named: str | None, iss: str | None, *, listed: str = "ca") -> Verdict:
    """The verdict on an SD-JWT VC under a certificate with this name, saying this issuer; SG lists the authority
    for two issuers (`ca`), or the certificate itself for the first (`leaf`)."""
    leaf: Certificate = signer(p256(172), ROOT)
    if named is not None:
        leaf = leaf.also(alternative_names((6, named.encode())))
    world, _ = World.make()
    own = Signer(leaf.key, "ES256")

    def service(issuer: str, number: int, certificate: Certificate, use: str) -> Json:
        made = minting.service([own], [PERSON_VCT], ["sd-jwt-vc"], issuer=issuer, service_id=f"SG-000{number}")
        made["identifiers"] = [made["identifiers"][0], mdocs.certified(certificate, use)]
        return minting.entity([made])

    first = service(ISSUER, 1, ROOT if listed == "ca" else leaf, listed)
    world.lists["SG"]["entities"] = [first, service(OTHER, 2, ROOT, "ca")] if listed == "ca" else [first]
    x5c = [base64.b64encode(leaf.der).decode()]
    payload = minting.claims(given_name="Contoh", iss=iss)
    return world.verify(minting.sd_jwt(own, payload, kid=None, x5c=x5c))


def test_d31_the_certificate_of_another_listed_issuer() -> None:
    assert certified(ISSUER, ISSUER)
    assert certified(OTHER, OTHER)
    refused(certified(OTHER, ISSUER), "key.listed", "SCOPE_ISSUER_KEY")
    refused(certified(ISSUER, OTHER), "key.listed", "SCOPE_ISSUER_KEY")
    refused(certified(None, ISSUER), "key.listed", "SCOPE_ISSUER_KEY")


def test_d32_an_issuer_that_only_its_certificate_names() -> None:
    for found in (certified(ISSUER, None), certified(None, None, listed="leaf")):
        assert found, short(found)
        assert found.unwrap().issuer == ISSUER  # as the registry names it
    refused(certified("https://third.example", None), "issuer.listed", "SCOPE_ISSUER_UNKNOWN")
    refused(certified(None, None), "issuer.listed", "SCOPE_ISSUER_UNKNOWN")


def test_d32_nor_named_nor_certified(stage: Stage) -> None:
    refused(stage.judge(stage.sd(iss=None)), "issuer.listed", "SCOPE_ISSUER_UNKNOWN")
