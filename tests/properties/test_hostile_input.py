"""Whatever comes in, a verdict comes out: nothing raises, and nothing is accepted by accident."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from defa_id.verdict import Decision
from tests.properties.material import FORMATS, accepted, material, nested_sd_jwt
from tests.support.world import (
    NOW,
    PRESENTED,
    Json,
    b64,
    claims,
    digest,
    disclosure,
    dumps,
    key_binding,
    moment,
    sd_jwt,
    vc,
    vc_jwt,
    vp_jwt,
)

# Names that mean something to a reader somewhere, so that random objects reach the branches behind them.
NAMES = (
    *("@context", "type", "id", "issuer", "credentialSubject", "credentialStatus", "credentialSchema", "evidence"),
    *(
        "validFrom",
        "validUntil",
        "issuanceDate",
        "expirationDate",
        "verifiableCredential",
        "holder",
        "proof",
        "vc",
        "vp",
    ),
    *("termsOfUse", "refreshService", "relatedResource", "renderMethod", "digestSRI", "name", "description"),
    *(
        "@value",
        "@language",
        "@vocab",
        "@protected",
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "nonce",
        "sd_hash",
    ),
    *("cnf", "jwk", "kid", "kty", "crv", "x", "y", "d", "alg", "typ", "cty", "crit", "b64", "x5c", "jku", "x5t#S256"),
    *("vct", "vct#integrity", "status", "status_list", "idx", "uri", "_sd", "_sd_alg", "...", "issuing_country"),
    *("__class__", "__proto__"),
)
VALUES = (
    *("https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1", "did:web:sg-person.example"),
    *("VerifiableCredential", "EnvelopedVerifiableCredential", "data:application/vc+jwt,a.b.c", "did:key:z6Mk", "did:"),
    *("2026-06-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "ES256", "none", "sha-256"),
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.integers(min_value=2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(VALUES)
    | st.text(max_size=12)
)
WORDS = st.sampled_from(NAMES) | st.text(max_size=6)
ANY_JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=12,
)
FORMAT = st.none() | st.sampled_from(FORMATS)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path]
    if isinstance(value, dict):
        for name, inner in value.items():
            found += paths(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            found += paths(inner, (*path, number))
    return found


@st.composite
def bent(draw: st.DrawFn, document: Any) -> Any:
    """The document with some of its parts replaced, removed or added."""
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        inside = [path for path in paths(document) if path]
        if not inside:
            break
        *way, last = draw(st.sampled_from(inside))
        parent: Any = document
        for step in way:
            parent = parent[step]
        match draw(st.sampled_from(["replace", "remove", "add", "wrap"])):
            case "remove":
                del parent[last]
            case "wrap":
                parent[last] = [parent[last]]
            case "add" if isinstance(parent, dict):
                parent[draw(WORDS)] = draw(ANY_JSON)
            case _:
                parent[last] = draw(ANY_JSON)
    return document


def never_accepted(data: bytes | str, format: str | None = None) -> None:
    verdict = material().judge(data, format=format)
    assert verdict.decision is not Decision.ACCEPTED
    json.loads(verdict.to_json())
    assert verdict.summary


@given(st.binary(max_size=400), FORMAT)
@example(b"", None)
@example(b"\xef\xbb\xbf{}", None)
@example(b"~", "sd-jwt-vc")
@example(b"..", "vc-jwt")
@example(b"ey", None)
@example(b"e30.e30.e30~~", "vc-sd-jwt")
def test_any_bytes(data: bytes, format: str | None) -> None:
    never_accepted(data, format)


@given(st.text(max_size=200) | st.text(alphabet="eyJ0.~-_ \n{}\"'", max_size=60), FORMAT)
@example("\ud800", None)
@example("ey\u0130.\u2028", None)
def test_any_text(text: str, format: str | None) -> None:
    never_accepted(text, format)


@given(ANY_JSON, FORMAT)
def test_any_json(value: Any, format: str | None) -> None:
    never_accepted(dumps(value) if not has_surrogate(value) else json.dumps(value), format)


@given(ANY_JSON, ANY_JSON, st.binary(max_size=70), st.sampled_from(["", "~", "~e30~", "~a.b.c"]))
def test_any_token(header: Any, payload: Any, signature: bytes, tail: str) -> None:
    segments = (json.dumps(header).encode(), json.dumps(payload).encode(), signature)
    never_accepted(".".join(b64(segment) for segment in segments) + tail)


@given(ANY_JSON, st.sampled_from(["vc+jwt", "vp+jwt", "JWT", "vc+sd-jwt", "vp+sd-jwt", "dc+sd-jwt"]))
def test_any_payload_under_the_genuine_key(payload: Any, typ: str) -> None:
    signer = material().signers["ES256"]
    token = signer.token({"alg": "ES256", "typ": typ, "kid": signer.kid}, json.dumps(payload).encode())
    never_accepted(token + "~" * typ.endswith("sd-jwt"))


@given(bent({"alg": "ES256", "typ": "vc+jwt", "kid": "key-ES256", "cty": "vc", "x5c": ["MIIB"]}))
def test_any_header_under_the_genuine_key(header: Json) -> None:
    material().judge(material().signers["ES256"].token(json.dumps(header).encode(), vc()))


BASES: dict[str, Json] = {
    "vc": vc(
        id="https://sg-person.example/1",
        nbf=moment(-1000),
        cnf={"jwk": {"kty": "EC"}},
        evidence=[{"type": "Evidence"}],
        credentialSchema={"id": "https://schema.example/1", "type": "JsonSchema"},
        relatedResource=[{"id": "https://a.example/1", "digestSRI": "sha256-x"}],
        name=[{"@value": "Contoh", "@language": "id"}],
    ),
    "vc 1.1": {
        "iss": "did:web:sg-person.example",
        "nbf": moment(-1000),
        "vc": {
            "@context": ["https://www.w3.org/2018/credentials/v1", {"term": "https://term.example/"}],
            "type": ["VerifiableCredential", "PersonIdentityCredential"],
            "credentialSubject": {"name": "x"},
            "issuanceDate": "2026-06-01T00:00:00Z",
        },
    },
    "status": vc(credentialStatus={"id": "https://s.example/1", "type": "BitstringStatusListEntry"}),
}


@pytest.mark.parametrize("name", sorted(BASES))
@given(data=st.data())
def test_a_bent_document_under_the_genuine_key_gives_a_verdict(name: str, data: st.DataObject) -> None:
    """It may still be accepted: not every bend breaks it. It may not raise, and its JSON has to stand."""
    document = data.draw(bent(BASES[name]))
    signer = material().signers["ES256"]
    verdict = material().judge(vc_jwt(signer, json.dumps(document).encode(), typ=None if "1.1" in name else "vc+jwt"))
    json.loads(verdict.to_json())


@given(data=st.data())
def test_a_bent_presentation_gives_a_verdict(data: st.DataObject) -> None:
    holder = material().holder
    inner = vc_jwt(material().signers["ES256"], vc(cnf={"jwk": dict(holder.public.jwk)}))
    _, body, _ = vp_jwt(holder, (inner, nested_sd_jwt(material().signers["ES256"], holder))).split(".")
    import base64

    document = json.loads(base64.urlsafe_b64decode(body + "=="))
    bent_document = data.draw(bent(document))
    token = holder.token({"alg": "ES256", "typ": "vp+jwt", "kid": document["holder"] + "#0"}, dumps_any(bent_document))
    material().judge(token, data.draw(st.sampled_from([PRESENTED, type(PRESENTED)()])))


@given(data=st.data())
def test_bent_sd_jwts_disclosures_and_key_bindings_give_a_verdict(data: st.DataObject) -> None:
    signer, holder = material().signers["ES256"], material().holder
    parts = [data.draw(bent(part) | st.just(part)) for part in (["salt", "city", {"a": [1]}], ["salt", "BN"])]
    texts = tuple(b64(dumps_any(part)) for part in parts)
    payload = claims(
        _sd=[digest(texts[0]), digest("decoy")],
        _sd_alg="sha-256",
        nationality=[{"...": digest(texts[1])}],
        cnf={"jwk": dict(holder.public.jwk)},
    )
    payload = data.draw(bent(payload) | st.just(payload))
    token = sd_jwt(signer, dumps_any(payload), texts)
    binding = data.draw(bent({"iat": moment(), "aud": "https://rp.example", "nonce": "n-1", "sd_hash": digest(token)}))
    kb = holder.token({"alg": "ES256", "typ": "kb+jwt"}, dumps_any(binding))
    for text in (token, token + kb, key_binding(holder, token)):
        for expected in (PRESENTED, type(PRESENTED)()):
            json.loads(material().judge(text, expected).to_json())


@given(st.integers(1, 2000), st.sampled_from(['{"a":', "[", '{"_sd":[{"...":']))
def test_any_depth(depth: int, opening: str) -> None:
    signer = material().signers["ES256"]
    for typ, tail in (("vc+jwt", ""), ("dc+sd-jwt", "~")):
        header = {"alg": "ES256", "typ": typ, "kid": signer.kid}
        never_accepted(signer.token(header, (opening * depth).encode()) + tail)
        closing = "".join({"{": "}", "[": "]"}.get(character, "") for character in reversed(opening * depth))
        never_accepted(signer.token(header, (opening * depth + "0" + closing).encode()) + tail)


def test_disclosures_within_disclosures_stop_at_a_limit() -> None:
    signer = material().signers["ES256"]
    inner, chain = disclosure("end", 1), []
    for number in range(200):
        chain.append(inner)
        inner = disclosure(f"level-{number}", {"_sd": [digest(inner)]})
    token = sd_jwt(signer, claims(_sd=[digest(inner)]), (*chain, inner))
    verdict = material().judge(token)
    assert verdict.problems[0].code == "LIMIT_DEPTH"


@given(st.binary(max_size=200))
def test_any_bytes_between_genuine_parts(noise: bytes) -> None:
    for case in accepted().values():
        head, dot, rest = case.data.partition(b".")
        if noise:
            assert not material().judge(head + noise + dot + rest, case.expected), NOW


# With a day to spare at either end: a zone must not leave the calendar.
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
SECONDS = int((LAST - FIRST).total_seconds())
ANY_MOMENT = st.builds(
    lambda seconds, hours: (FIRST + timedelta(seconds=seconds)).astimezone(timezone(timedelta(hours=hours))),
    st.integers(86_400, SECONDS - 86_400) | st.integers(63_000_000_000, 64_000_000_000),
    st.integers(-12, 14),
)


@given(ANY_MOMENT, st.none() | ANY_MOMENT)
@example(FIRST, LAST)
@example(LAST, None)
def test_any_moment(at: datetime, known_at: datetime | None) -> None:
    for case in accepted().values():
        verdict = material().verifier.verify(case.data, at=at, known_at=known_at, expected=case.expected)
        json.loads(verdict.to_json())


@given(ANY_MOMENT, ANY_MOMENT)
def test_any_dates_in_a_credential(begins: datetime, ends: datetime) -> None:
    dates = vc(validFrom=begins.isoformat(), validUntil=ends.isoformat(), iat=None, exp=None)
    for moment_asked in (NOW, FIRST, LAST):
        token = vc_jwt(material().signers["ES256"], dates)
        json.loads(material().verifier.verify(token, at=moment_asked).to_json())


def has_surrogate(value: Any) -> bool:
    try:
        dumps(value)
    except UnicodeEncodeError:
        return True
    return False


def dumps_any(value: Any) -> bytes:
    """As JSON, also what UTF-8 cannot spell."""
    return json.dumps(value).encode()
