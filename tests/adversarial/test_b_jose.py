"""Area B, JOSE headers: algorithms, keys and extensions that a header proposes and nobody follows.

How a token is written stands in `test_b_bytes.py`, typ in `test_b_typ.py`, which key is meant in
`test_b_key_choice.py`, and what a key must be in `test_b_keys.py`.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from defa_id.codec import limits
from defa_id.policy import Expected
from tests.adversarial.rows import Row, Stage, accepted, refuse_each, refused, table, watching
from tests.support.world import PRESENTED, Json, Signer, b64, dumps

# Rows of area B, or parts of rows, that have nothing here to be tried on yet or are tried elsewhere.
NOT_HERE = {
    "B44, lane statuslist+jwt": "a status list is opened for a credential only: test_i_status, I16",
    "B01 to B44 in the registry": "the registry is signed in the manner of TUF, not with JWS: area J",
    "B51": "all Wycheproof JWS and JWK cases run in tests/keys/test_wycheproof.py",
}
WELLFORMED = "format.wellformed"
LANES: dict[str, tuple[str, Expected]] = {
    "vc+jwt": (WELLFORMED, Expected()),
    "dc+sd-jwt": (WELLFORMED, Expected()),
    "vc+sd-jwt": (WELLFORMED, Expected()),
    "vp+jwt": (WELLFORMED, PRESENTED),
    "kb+jwt": ("holder.presented", PRESENTED),
}
IN_EVERY_LANE = pytest.mark.parametrize("lane", LANES)


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


def token_of(stage: Stage, lane: str, header: Json) -> str:
    """The golden token of a lane with these header members, signed genuinely over them."""
    build = {
        "vc+jwt": stage.vc,
        "dc+sd-jwt": stage.sd,
        "vc+sd-jwt": stage.vc_sd,
        "vp+jwt": stage.vp,
        "kb+jwt": stage.kb,
    }
    return build[lane](header=header)


def signed(signer: Signer, header: Json, payload: Any, alg: str | None = None) -> str:
    """A token over exactly this header, null members included, signed with the algorithm named."""
    message = f"{b64(dumps(header))}.{b64(dumps(payload))}"
    return f"{message}.{b64(signer.raw(message.encode(), alg))}"


# -- header members: the same reason in every lane ------------------------------------------------------

ATTACKER = Signer.make(kid="attacker")
AWAY = "http://127.0.0.1:9/keys.json"
HEADERS: dict[str, tuple[Json, str]] = {
    **{
        f"B02-{alg!r}": ({"alg": alg}, "JOSE_ALG_FORBIDDEN")
        for alg in ("None", "nOnE", "NONE", " none", "none ", "none\0", "ＮＯＮＥ", "")
    },
    "B03-none": ({"alg": "none"}, "JOSE_ALG_FORBIDDEN"),
    "B04-alg-absent": ({"alg": None}, "JOSE_ALG_MISSING"),
    **{f"B05-{alg!r}": ({"alg": alg}, "JOSE_ALG_MISSING") for alg in (["ES256"], 7, True, {"alg": "ES256"})},
    **{
        f"B06-{alg}": ({"alg": alg}, "JOSE_ALG_FORBIDDEN")
        for alg in ("HS256", "HS384", "HS512", "RSA1_5", "RSA-OAEP", "dir", "A128KW", "ECDH-ES", "ES256K", "ES512")
    },
    "B06-es256-in-small-letters": ({"alg": "es256"}, "JOSE_ALG_FORBIDDEN"),
    "B13-jwk": ({"jwk": dict(ATTACKER.public.jwk)}, "JOSE_HEADER_FORBIDDEN"),
    "B13-jwk-null": ({"jwk": {}}, "JOSE_HEADER_FORBIDDEN"),
    "B14-jku": ({"jku": AWAY}, "JOSE_HEADER_FORBIDDEN"),
    "B14-x5u": ({"x5u": AWAY}, "JOSE_HEADER_FORBIDDEN"),
    "B14-jku-elsewhere": ({"jku": "https://attacker.example/keys.json"}, "JOSE_HEADER_FORBIDDEN"),
    "B14-jku-file": ({"jku": "file:///etc/passwd"}, "JOSE_HEADER_FORBIDDEN"),
    "B15-x5t": ({"x5t": "AAAA"}, "JOSE_HEADER_FORBIDDEN"),
    "B23-unknown": ({"crit": ["x"], "x": 1}, "JOSE_CRIT"),
    "B24-empty": ({"crit": []}, "JOSE_CRIT"),
    "B24-text": ({"crit": "x", "x": 1}, "JOSE_CRIT"),
    "B24-twice": ({"crit": ["x", "x"], "x": 1}, "JOSE_CRIT"),
    "B24-alg": ({"crit": ["alg"]}, "JOSE_CRIT"),
    "B24-absent": ({"crit": ["absent"]}, "JOSE_CRIT"),
    "B24-not-text": ({"crit": [7]}, "JOSE_CRIT"),
    "B24-exp": ({"crit": ["exp"], "exp": 1}, "JOSE_CRIT"),
    "B25-b64-false": ({"crit": ["b64"], "b64": False}, "JOSE_CRIT"),
    "B25-b64-true": ({"crit": ["b64"], "b64": True}, "JOSE_CRIT"),
    "B26-b64-false": ({"b64": False}, "JOSE_HEADER_FORBIDDEN"),
    "B26-b64-true": ({"b64": True}, "JOSE_HEADER_FORBIDDEN"),
    "B27-zip": ({"zip": "DEF"}, "JOSE_HEADER_FORBIDDEN"),
    "B27-enc": ({"enc": "A128GCM"}, "JOSE_HEADER_FORBIDDEN"),
    "B27-epk": ({"epk": dict(ATTACKER.public.jwk)}, "JOSE_HEADER_FORBIDDEN"),
    "B27-apu": ({"apu": "AA"}, "JOSE_HEADER_FORBIDDEN"),
    "B27-apv": ({"apv": "AA"}, "JOSE_HEADER_FORBIDDEN"),
    "B27-p2c": ({"p2c": 10**9}, "JOSE_HEADER_FORBIDDEN"),
    "B19-kid-not-a-text": ({"kid": ["key-1"]}, "JOSE_HEADER_FORBIDDEN"),
    "B19-kid-empty": ({"kid": ""}, "JOSE_HEADER_FORBIDDEN"),
    "B44-typ-not-a-text": ({"typ": 7}, "JOSE_HEADER_FORBIDDEN"),
    "B52-8-KiB-and-more": ({"x-pad": "p" * limits.HEADER_BYTES}, "LIMIT_HEADER"),
}


@IN_EVERY_LANE
@pytest.mark.parametrize("case", HEADERS)
def test_header(stage: Stage, case: str, lane: str) -> None:
    header, code = HEADERS[case]
    check, expected = LANES[lane]
    token = token_of(stage, lane, header)
    if lane.endswith("sd-jwt") and header.get("typ", lane) != lane:
        # without a typ that can be read it is nobody's SD-JWT but the plain one's
        check = WELLFORMED
    with watching() as seen:
        refused(stage.judge(token, expected=expected), check, code)
    assert seen == []


@IN_EVERY_LANE
@pytest.mark.parametrize("cty", ["JWT", "jwt", "application/jose", "json", "application/json"])
def test_b46_cty_that_does_not_go_with_the_lane(stage: Stage, lane: str, cty: str) -> None:
    check = {"vc+jwt": "format.model", "vp+jwt": "format.model", "kb+jwt": "holder.presented"}.get(lane, WELLFORMED)
    verdict = stage.judge(token_of(stage, lane, {"cty": cty}), expected=LANES[lane][1])
    refused(verdict, check, "JOSE_HEADER_FORBIDDEN")


@pytest.mark.parametrize("cty", ["JWT", "vc", "json"])
def test_b46_no_cty_goes_with_vcdm_1_1(stage: Stage, cty: str) -> None:
    refused(stage.judge(stage.old_vc(header={"cty": cty})), "format.model", "JOSE_HEADER_FORBIDDEN")


@pytest.mark.parametrize(("lane", "cty"), [("vc+jwt", "vc"), ("vp+jwt", "vp"), ("vc+sd-jwt", "vc")])
def test_b46_cty_that_does_go_with_it_is_accepted(stage: Stage, lane: str, cty: str) -> None:
    accepted(stage.judge(token_of(stage, lane, {"cty": cty}), expected=LANES[lane][1]))


@IN_EVERY_LANE
def test_b23_a_member_nobody_demands_is_passed_over(stage: Stage, lane: str) -> None:
    accepted(stage.judge(token_of(stage, lane, {"x": {"jwk": 1}, "jti": "a"}), expected=LANES[lane][1]))


# -- algorithms ---------------------------------------------------------------------------------------


def unsigned(stage: Stage, alg: str) -> str:
    return f"{b64(dumps({'alg': alg, 'typ': 'vc+jwt'}))}.{b64(dumps(stage.document()))}."


def hmac_with(stage: Stage, key: bytes, alg: str = "HS256") -> str:
    message = f"{b64(dumps({'alg': alg, 'typ': 'vc+jwt', 'kid': 'key-1'}))}.{b64(dumps(stage.document()))}"
    return f"{message}.{b64(hmac.digest(key, message.encode(), hashlib.sha256))}"


def pem(signer: Signer, encoding: Encoding = Encoding.PEM) -> bytes:
    found: bytes = signer.private.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    return found


@table(
    Row("B01-none-unsigned", lambda s: unsigned(s, "none"), WELLFORMED, "JOSE_ALG_FORBIDDEN"),
    Row("B01-None-unsigned", lambda s: unsigned(s, "None"), WELLFORMED, "JOSE_ALG_FORBIDDEN"),
    Row("B01-ES256-unsigned", lambda s: unsigned(s, "ES256"), WELLFORMED, "JOSE_SEGMENTS"),
    Row("B05-null", lambda s: signed(s.signer, {"alg": None}, s.document()), WELLFORMED, "JOSE_ALG_MISSING"),
    Row("B06-PEM", lambda s: hmac_with(s, pem(s.signer)), WELLFORMED, "JOSE_ALG_FORBIDDEN"),
    Row("B06-PEM-stripped", lambda s: hmac_with(s, pem(s.signer).strip()), WELLFORMED, "JOSE_ALG_FORBIDDEN"),
    Row("B06-DER", lambda s: hmac_with(s, pem(s.signer, Encoding.DER)), WELLFORMED, "JOSE_ALG_FORBIDDEN"),
    Row("B06-JWK", lambda s: hmac_with(s, dumps(s.signer.jwk)), WELLFORMED, "JOSE_ALG_FORBIDDEN"),
    Row("B08-empty-key", lambda s: hmac_with(s, b""), WELLFORMED, "JOSE_ALG_FORBIDDEN"),
    Row(
        "B08-HMAC-as-ES256", lambda s: hmac_with(s, pem(s.signer), "ES256"), "proof.signature", "JOSE_SIGNATURE_FORMAT"
    ),
)
def test_algorithm(stage: Stage, row: Row) -> None:
    refuse_each(stage, row)


def test_b09_an_algorithm_of_another_curve() -> None:
    stage = Stage.of(algorithms=[{"alg": "ES256"}, {"alg": "ES384"}, {"alg": "EdDSA"}])
    for alg in ("ES384", "EdDSA"):
        token = signed(stage.signer, {"alg": alg, "typ": "vc+jwt", "kid": "key-1"}, stage.document(), "ES384")
        refused(stage.judge(token), "key.algorithm", "JOSE_ALG_KEY_MISMATCH")


def rsa_stage(*algorithms: Json) -> Stage:
    return Stage.of(RSA_SIGNER, algorithms=list(algorithms))


RSA_SIGNER = Signer.make("RS256", "rsa-1")


@pytest.mark.parametrize(("written", "made"), [("RS256", "PS256"), ("PS256", "RS256")])
def test_b10_one_scheme_of_rsa_under_the_name_of_the_other(written: str, made: str) -> None:
    stage = rsa_stage({"alg": "RS256"}, {"alg": "PS256"})
    header = {"alg": written, "typ": "vc+jwt", "kid": "rsa-1"}
    accepted(stage.judge(signed(RSA_SIGNER, header, stage.document(), written)))
    refused(stage.judge(signed(RSA_SIGNER, header, stage.document(), made)), "proof.signature", "JOSE_SIGNATURE")


@pytest.mark.parametrize("alg", ["ES384", "EdDSA", "Ed25519", "RS256", "PS256"])
def test_b11_an_algorithm_of_our_table_that_the_entry_does_not_list(alg: str) -> None:
    other = RSA_SIGNER if alg in ("RS256", "PS256") else Signer.make(alg, "other")
    stage = Stage.of(Signer.make(kid="key-1"), other, algorithms=[{"alg": "ES256"}])
    token = signed(other, {"alg": alg, "typ": "vc+jwt", "kid": other.kid}, stage.document(), alg)
    refused(stage.judge(token), "key.algorithm", "JOSE_ALG_NOT_REGISTERED")


def test_b12_an_algorithm_ends_at_its_date() -> None:
    stage = rsa_stage({"alg": "RS256", "not_after": "2026-12-01T00:00:00Z"})
    accepted(stage.judge(stage.vc(), at=datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)))
    refused(stage.judge(stage.vc(), at=datetime(2026, 12, 1, tzinfo=UTC)), "key.algorithm", "JOSE_ALG_EXPIRED")


@pytest.mark.parametrize(("listed", "written"), [("EdDSA", "Ed25519"), ("Ed25519", "EdDSA")])
def test_b53_the_two_names_of_one_algorithm_are_two_names(listed: str, written: str) -> None:
    signer = Signer.make("EdDSA", "ed-1")
    one = Stage.of(Signer(signer.private, listed, "ed-1"), algorithms=[{"alg": listed}])
    refused(one.judge(one.vc(header={"alg": written})), "key.algorithm", "JOSE_ALG_NOT_REGISTERED")
    both = Stage.of(Signer(signer.private, listed, "ed-1"), algorithms=[{"alg": listed}, {"alg": written}])
    accepted(both.judge(both.vc(header={"alg": written})))


# -- sizes and serialisations ---------------------------------------------------------------------------


def wide_header(stage: Stage, size: int) -> str:
    """A golden credential whose decoded header has exactly this many bytes."""
    bare = len(dumps({"alg": "ES256", "typ": "vc+jwt", "kid": "key-1", "x-pad": ""}))
    return stage.vc(header={"x-pad": "p" * (size - bare)})


def test_b52_a_header_of_exactly_8_kib_is_accepted_and_one_byte_more_is_refused(stage: Stage) -> None:
    assert limits.HEADER_BYTES == 8 * 1024
    accepted(stage.judge(wide_header(stage, limits.HEADER_BYTES)))
    refused(stage.judge(wide_header(stage, limits.HEADER_BYTES + 1)), WELLFORMED, "LIMIT_HEADER")


def parts(stage: Stage) -> tuple[str, str, str]:
    head, body, signature = stage.vc().split(".")
    return head, body, signature


def general(stage: Stage, signatures: bool) -> bytes:
    head, body, signature = parts(stage)
    return dumps({"payload": body, "signatures": [{"protected": head, "signature": signature}] if signatures else []})


def flattened(stage: Stage, **more: Any) -> bytes:
    head, body, signature = parts(stage)
    return dumps({"payload": body, "protected": head, "signature": signature, **more})


def header_outside(stage: Stage) -> bytes:
    """Flattened, with alg and kid in the header that nobody signed."""
    body = b64(dumps(stage.document()))
    header = {"alg": "ES256", "kid": "key-1", "typ": "vc+jwt"}
    return dumps({"payload": body, "header": header, "signature": b64(stage.signer.raw(f".{body}".encode()))})


@table(
    Row("B29-general", lambda s: general(s, True), "format.recognised", "JOSE_NOT_COMPACT"),
    Row("B29-general-unsigned", lambda s: general(s, False), "format.recognised", "JOSE_NOT_COMPACT"),
    Row("B29-flattened", flattened, "format.recognised", "JOSE_NOT_COMPACT"),
    Row("B29-white-space-before", lambda s: b"\n " + flattened(s), "format.recognised", "JOSE_NOT_COMPACT"),
    Row("B31-alg-and-kid-outside", header_outside, "format.recognised", "JOSE_NOT_COMPACT"),
    Row("B31-kid-outside", lambda s: flattened(s, header={"kid": "key-1"}), "format.recognised", "JOSE_NOT_COMPACT"),
)
def test_serialisation(stage: Stage, row: Row) -> None:
    refuse_each(stage, row)
