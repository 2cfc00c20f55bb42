"""Area A, bounds: at the cap a credential is accepted, one beyond it is refused, and neither costs much."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from defa_id.codec import limits, strict_json
from defa_id.errors import Fault
from tests.adversarial.places import in_disclosure, in_header, member, payload
from tests.adversarial.rows import (
    PROJECT,
    Row,
    Stage,
    accepted,
    refuse_each,
    refused,
    table,
)
from tests.support import world as minting
from tests.support.world import Json, dumps, moment


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


def doubled(name: str, value: Any, *, first: bool) -> Callable[[Stage], str]:
    """The golden payload with a second `name`, before or behind the genuine one."""

    def build(stage: Stage) -> str:
        own = dumps({name: value})[1:-1]
        text = dumps(stage.document())
        return stage.vc_of(b"{" + own + b"," + text[1:] if first else text[:-1] + b"," + own + b"}")

    return build


def exactly(raw: bytes) -> Callable[[Stage], str]:
    return lambda stage: stage.vc_of(raw)


def flat(values: int) -> bytes:
    """An array and its elements, so many values together."""
    return b"[" + b",".join([b"0"] * (values - 1)) + b"]"


def members(count: int) -> bytes:
    return dumps({f"m{number}": number for number in range(count)})


def arrays(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def objects(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


WELLFORMED = "format.wellformed"


@table(
    Row("A05-iss-first", doubled("iss", "did:web:evil.example", first=True), WELLFORMED, "JSON_DUPLICATE_MEMBER"),
    Row("A05-iss-last", doubled("iss", "did:web:evil.example", first=False), WELLFORMED, "JSON_DUPLICATE_MEMBER"),
    Row("A05-exp", doubled("exp", moment(10**9), first=False), WELLFORMED, "JSON_DUPLICATE_MEMBER"),
    Row("A05-issuer", doubled("issuer", "did:web:evil.example", first=True), WELLFORMED, "JSON_DUPLICATE_MEMBER"),
    Row(
        "A05-alg",
        lambda s: in_header(s, lambda text: b'{"alg":"none",' + text[1:]),
        WELLFORMED,
        "JSON_DUPLICATE_MEMBER",
    ),
    Row(
        "A07-kid",
        lambda s: in_header(s, lambda text: text[:-1] + rb',"\u006bid":"other"}'),
        WELLFORMED,
        "JSON_DUPLICATE_MEMBER",
    ),
    Row("A12-4301-digits", payload("exp", b"9" * 4301), WELLFORMED, "JSON_NUMBER"),
    Row("A12-4000-digits", payload("exp", b"1" * 4000), WELLFORMED, "JSON_NUMBER"),
    Row("A12-4301-digits-of-fraction", payload("exp", b"1." + b"0" * 4301), WELLFORMED, "JSON_NUMBER"),
    Row("A12-header", lambda s: in_header(s, member(b'"x":' + b"9" * 4301)), WELLFORMED, "JSON_NUMBER"),
    Row(
        "A12-disclosure", lambda s: in_disclosure(s, member(b'"x":' + b"9" * 4301)), "format.disclosures", "JSON_NUMBER"
    ),
    # A whole number spelled with a point is taken as a NumericDate (RFC 7519 §2); issuers write it.
    Row("A13-exp-half-a-second", payload("exp", b"1939334400.5"), "format.model", "JWT_CLAIM_TYPE"),
    Row("A13-iat-15e-1", payload("iat", b"15e-1"), "format.model", "JWT_CLAIM_TYPE"),
    Row("A15-100000-arrays", exactly(b"[" * 100_000), WELLFORMED, "LIMIT_DEPTH"),
    Row("A15-90000-arrays-closed", exactly(arrays(90_000)), WELLFORMED, "LIMIT_DEPTH"),
    Row("A15-header", lambda s: in_header(s, lambda _: b"{" + b"[" * 100_000), WELLFORMED, "LIMIT_HEADER"),
    Row("A15-header-48-KiB", lambda s: in_header(s, member(b'"x":' + b"[" * 48_000)), WELLFORMED, "LIMIT_DEPTH"),
    Row(
        "A15-disclosure",
        lambda s: in_disclosure(s, member(b'"x":' + b"[" * 24_000)),
        "format.disclosures",
        "LIMIT_DEPTH",
    ),
    Row("A16-1200-objects", payload("x", b'{"a":' * 1199 + b"{}" + b"}" * 1199), WELLFORMED, "LIMIT_DEPTH"),
    Row("A16-1200-objects-open", exactly(b'{"a":' * 1200), WELLFORMED, "LIMIT_DEPTH"),
    Row("A16-one-too-deep", payload("x", objects(limits.JSON_DEPTH)), WELLFORMED, "LIMIT_DEPTH"),
    Row("A17-20001-values", payload("x", flat(20_001)), WELLFORMED, "LIMIT_NODES"),
    Row("A17-header", lambda s: in_header(s, member(b'"x":' + flat(20_001))), WELLFORMED, "LIMIT_NODES"),
    Row("A18-1025-members", payload("x", members(1025)), WELLFORMED, "LIMIT_MEMBERS"),
    Row(
        "A18-at-the-top",
        lambda s: s.vc_of(dumps({**s.document(), **{f"m{n}": n for n in range(1025)}})),
        WELLFORMED,
        "LIMIT_MEMBERS",
    ),
    Row(
        "A18-disclosure",
        lambda s: in_disclosure(s, member(b'"x":' + members(1025))),
        "format.disclosures",
        "LIMIT_MEMBERS",
    ),
    Row("A19-more-than-any-input-holds", payload("x", b'"' + b"a" * 2**19 + b'a"'), "limit.size", "LIMIT_INPUT_SIZE"),
)
def test_row_in_its_place(stage: Stage, row: Row) -> None:
    refuse_each(stage, row)


def values_of(document: Any) -> int:
    if isinstance(document, dict):
        return 1 + sum(values_of(value) for value in document.values())
    return 1 + sum(values_of(value) for value in document) if isinstance(document, list) else 1


def test_a17_exactly_as_many_values_as_allowed_are_accepted_and_one_more_is_refused(stage: Stage) -> None:
    rest = limits.JSON_NODES - values_of(stage.document())
    accepted(stage.judge(payload("x", flat(rest))(stage)))
    refused(stage.judge(payload("x", flat(rest + 1))(stage)), WELLFORMED, "LIMIT_NODES")


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("A12-largest-integer", b"9007199254740991"),
        ("A12-32-characters", b"0." + b"1" * 30),
        ("A16-as-deep-as-allowed", objects(limits.JSON_DEPTH - 1)),
        ("A15-as-deep-as-allowed", arrays(limits.JSON_DEPTH - 1)),
        ("A18-1024-members", members(1024)),
        ("A20-a-whole-pair", rb'"\ud83d\ude00"'),
    ],
)
def test_at_the_cap_it_is_accepted(stage: Stage, name: str, raw: bytes) -> None:
    accepted(stage.judge(payload("x", raw)(stage)))


def test_a19_a_text_of_512_kib_is_read_and_one_character_more_is_not() -> None:
    assert len(strict_json.loads(b'"' + b"a" * limits.JSON_STRING + b'"')) == 512 * 1024
    with pytest.raises(Fault) as fault:
        strict_json.loads(b'"' + b"a" * (limits.JSON_STRING + 1) + b'"')
    assert fault.value.code == "LIMIT_STRING"


def test_a16_disclosures_cannot_be_stacked_beyond_the_depth_of_one_text(stage: Stage) -> None:
    """Each disclosure keeps to the cap by itself; put together they must keep to it too."""
    value: Json = {"leaf": 1}
    made: list[str] = []
    for number in range(limits.DISCLOSURE_DEPTH - 1):
        for _ in range(limits.JSON_DEPTH - 6):
            value = {"a": value}
        made.append(minting.disclosure(f"n{number}", value))
        value = {"_sd": [minting.digest(made[-1])]}
    token = minting.sd_jwt(stage.signer, minting.claims(**value), tuple(made))
    refused(stage.judge(token), "format.disclosures", "LIMIT_DEPTH")


@pytest.mark.parametrize(("deeper", "fits"), [(0, True), (1, False)])
def test_a16_with_its_disclosures_a_credential_may_be_as_deep_as_one_text(
    stage: Stage, deeper: int, fits: bool
) -> None:
    inner: Json = {"leaf": 1}
    for _ in range(20 + deeper):
        inner = {"a": inner}
    made = minting.disclosure("n", inner)
    outer: Json = {"_sd": [minting.digest(made)]}
    for _ in range(limits.JSON_DEPTH - 21 - 1):
        outer = {"a": outer}
    verdict = stage.judge(minting.sd_jwt(stage.signer, minting.claims(**outer), (made,)))
    if fits:
        accepted(verdict)
    else:
        refused(verdict, "format.disclosures", "LIMIT_DEPTH")


MEASURED = """
import resource
from tests.adversarial.rows import Stage, refused
stage = Stage.of()
tokens = [stage.vc_of(text) for text in (b"[" * 100_000, b"[" * 90_000 + b"]" * 90_000, b'{"a":' * 30_000)]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for token in tokens:
    refused(stage.judge(token), "format.wellformed", "LIMIT_DEPTH")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a15_depth_costs_less_than_20_mib_of_memory() -> None:
    run = subprocess.run(
        [sys.executable, "-c", MEASURED],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) < 20 * 1024
