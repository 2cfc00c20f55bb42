"""Area A, input: sizes, sniffing, one input with one format, and verdicts that depend on nothing else.

The rows about JSON itself (A05 to A32) stand in `test_a_json.py`.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.codec import limits
from defa_id.parts import DEFAULT_PARTS
from defa_id.trust.registry import Registry
from defa_id.verifier import Verifier
from tests.adversarial import rows
from tests.adversarial.rows import Row, Stage, accepted, refuse_each, refused, table
from tests.support.world import NOW, b64, dumps

# Rows of area A, or parts of rows, that have nothing here to be tried on yet.
NOT_BUILT = {
    "A05 to A27 in request bodies": "the HTTP service is not built",
}


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


def padded(stage: Stage, size: int) -> str:
    """A golden credential of exactly `size` bytes; the header grows where base64url cannot hit the size."""
    for more in range(4):
        header = {"x-pad": "p" * more}
        short = len(stage.vc(header=header, padding=""))
        for room in range((size - short) * 3 // 4 - 3, (size - short) * 3 // 4 + 4):
            token = stage.vc(header=header, padding="a" * room)
            if len(token) == size:
                return token
    raise AssertionError(f"no credential of {size} bytes")


def test_a04_a_credential_of_exactly_the_cap_is_accepted(stage: Stage) -> None:
    token = padded(stage, limits.INPUT_BYTES)
    assert len(token) == 256 * 1024
    accepted(stage.judge(token))


def test_a03_one_byte_beyond_the_cap_is_refused(stage: Stage) -> None:
    refused(stage.judge(padded(stage, limits.INPUT_BYTES + 1)), "limit.size", "LIMIT_INPUT_SIZE")


def test_a03_nothing_is_read_of_what_is_too_large(stage: Stage) -> None:
    verdict = stage.judge(padded(stage, limits.INPUT_BYTES + 1))
    assert [line.id for line in verdict.checks if line.outcome.value == "passed"] == []


def test_a04_white_space_around_a_credential_is_no_part_of_it(stage: Stage) -> None:
    token = padded(stage, limits.INPUT_BYTES)
    verdict = stage.judge(f"\r\n\t {token} \n")
    accepted(verdict)
    assert verdict.to_json() == stage.judge(token).to_json()


SNIFFED = table(
    Row("A01-empty", lambda _: b"", "limit.size", "INPUT_EMPTY"),
    Row("A01-empty-text", lambda _: "", "limit.size", "INPUT_EMPTY"),
    Row("A02-white-space-and-NUL", lambda _: b"\n\t\0", "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("A02-white-space", lambda _: b"\n\t \r", "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("A02-NUL", lambda _: b"\0", "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("A02-NUL-before-a-credential", lambda s: "\0" + s.vc(), "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("A02-no-break-space-before", lambda s: "\u00a0" + s.vc(), "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("A02-BOM-before", lambda s: "\ufeff" + s.vc(), "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("A02-half-a-character", lambda _: "\ud800", "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("A02-UTF-16", lambda s: s.vc().encode("utf-16"), "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("A34-JSON-of-JWS-characters", lambda _: '{"a":"b.c.d"}', "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("A34-JSON-with-tildes", lambda _: '{"a":"b.c.d~e~"}', "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("A34-JSON-around-a-credential", lambda s: dumps({"vc": s.vc()}), "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("A34-JSON-text-of-it", lambda s: dumps(s.vc()), "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("A34-list-of-it", lambda s: dumps([s.vc()]), "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("A34-data-URL", lambda s: f"data:application/vc+jwt,{s.vc()}", "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("A34-HTML", lambda _: "<html></html>", "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("A34-HC1", lambda _: "HC1:NCFOXN", "format.wellformed", "CWT_COMPRESSION"),
    Row("A34-CBOR", lambda _: bytes.fromhex("d28443a10126a0"), "format.wellformed", "CBOR_EOF"),
    Row("A33-tilde-behind-a-VC-JWT", lambda s: s.vc() + "~", "format.wellformed", "JOSE_TYP"),
    Row("A33-SD-JWT-without-tilde", lambda s: s.sd().partition("~")[0], "format.model", "JOSE_TYP"),
)


@SNIFFED
def test_row(stage: Stage, row: Row) -> None:
    refuse_each(stage, row)


LANES = ("vc-jwt", "sd-jwt-vc", "vc-sd-jwt")


def of_lane(stage: Stage, lane: str) -> str:
    return {"vc-jwt": stage.vc, "sd-jwt-vc": stage.sd, "vc-sd-jwt": stage.vc_sd}[lane]()


@pytest.mark.parametrize("asked", LANES)
@pytest.mark.parametrize("given_lane", LANES)
def test_a33_a_format_asked_for_is_the_only_one_taken(stage: Stage, asked: str, given_lane: str) -> None:
    verdict = stage.judge(of_lane(stage, given_lane), format=asked)
    if asked == given_lane:
        accepted(verdict)
    else:
        refused(verdict, "format.recognised", "INPUT_FORMAT_MISMATCH")


@pytest.mark.parametrize("asked", LANES)
def test_a33_nothing_readable_is_not_the_format_asked_for(stage: Stage, asked: str) -> None:
    refused(stage.judge('{"a":"b.c.d"}', format=asked), "format.recognised", "INPUT_FORMAT_MISMATCH")


HEADS = st.sampled_from([b64(b'{"alg":"ES256","typ":"%s"}' % typ) for typ in (b"vc+jwt", b"dc+sd-jwt", b"vc+sd-jwt")])
PIECES = st.one_of(HEADS, st.sampled_from([".", "~", "{", "}", '"', "ey", " ", "\n", "\0", "=", "HC1:"]), st.text())


@given(st.lists(PIECES, max_size=8))
def test_a34_no_input_is_of_two_formats(pieces: list[str]) -> None:
    data = "".join(pieces).encode("utf-8", "surrogatepass")
    assert len([format.name for format in DEFAULT_PARTS.formats if format.recognises(data)]) <= 1


@given(data=st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=8).map("".join)))
def test_i12_any_input_is_a_verdict_and_never_an_exception(stage: Stage, data: bytes | str) -> None:
    verdict = stage.judge(data)
    assert not verdict
    assert rows.short(verdict)


def test_i14_what_was_judged_before_changes_no_verdict(stage: Stage) -> None:
    """One verifier, hostile inputs in between: the golden credentials' verdicts keep every byte."""
    golden = stage.golden()
    before = [stage.judge(token, expected=expected).to_json() for token, expected in golden]
    hostile = [
        "",
        "x" * 300_000,
        stage.vc()[:-2] + "AA",
        stage.vc(iss="did:web:evil.example", issuer="did:web:evil.example"),
        stage.vc_of(b"[" * 100_000),
        stage.vc(header={"kid": "../../etc/passwd"}),
        stage.vc(exp=253_402_300_799),
        stage.sd(cnf="none"),
        stage.vp(stage.vc(exp=1)),
    ]
    for number, (token, expected) in enumerate(golden):
        for data in hostile:
            stage.judge(data)
        assert stage.judge(token, expected=expected).to_json() == before[number]


def test_i15_bytes_and_text_are_the_same_input(stage: Stage) -> None:
    for token, expected in stage.golden():
        verdicts = [stage.judge(data, expected=expected).to_json() for data in (token, token.encode())]
        assert verdicts[0] == verdicts[1]


def test_i15_two_verifiers_with_the_same_inputs_answer_in_the_same_bytes(stage: Stage) -> None:
    files = stage.world.files()
    twins = [
        Verifier(Registry.open(lambda name, _: files.get(name), files["root.json"], now=NOW), stage.verifier.policy)
        for _ in range(2)
    ]
    for token, expected in stage.golden():
        one, other = (twin.verify(token, at=NOW, expected=expected) for twin in twins)
        assert one
        assert one.to_json() == other.to_json()
