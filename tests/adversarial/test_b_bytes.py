"""Area B, the bytes of a token: segments, base64url, the form of signatures, and every bit of all three."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from defa_id.codec import base64url
from tests.adversarial.rows import Row, Stage, accepted, refuse_each, refused, short, table
from tests.support import edwards25519 as curve
from tests.support.world import PRESENTED, Signer, b64

WELLFORMED = "format.wellformed"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (FIPS 186-5, SP 800-186 §3.2.1.3)
SEGMENTS = ("header", "payload", "signature")


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


# -- segments -------------------------------------------------------------------------------------------


def parts(stage: Stage) -> list[str]:
    return stage.vc().split(".")


def with_parts(pattern: str) -> Callable[[Stage], str]:
    """The golden credential's segments h, p and s in another pattern."""
    return lambda stage: pattern.format(**dict(zip("hps", parts(stage), strict=True)))


@table(
    Row("B32-one", with_parts("{h}"), WELLFORMED, "JOSE_SEGMENTS"),
    Row("B32-two", with_parts("{h}.{p}"), WELLFORMED, "JOSE_SEGMENTS"),
    Row("B32-four", with_parts("{h}.{p}.{s}.{s}"), WELLFORMED, "JOSE_SEGMENTS"),
    Row("B32-five-like-JWE", with_parts("{h}.{p}.{s}.{s}.{s}"), WELLFORMED, "JOSE_SEGMENTS"),
    Row("B32-six", with_parts("{h}.{p}.{s}.{h}.{p}.{s}"), WELLFORMED, "JOSE_SEGMENTS"),
    Row("B32-dot-behind", with_parts("{h}.{p}.{s}."), WELLFORMED, "JOSE_SEGMENTS"),
    Row("B32-no-payload", with_parts("{h}..{s}"), WELLFORMED, "JOSE_SEGMENTS"),
    Row("B32-no-signature", with_parts("{h}.{p}."), WELLFORMED, "JOSE_SEGMENTS"),
    Row("B32-header-alone", with_parts("{h}.."), WELLFORMED, "JOSE_SEGMENTS"),
    # Nothing here begins like a header any more: no format claims it (the catalogue says JOSE_SEGMENTS).
    Row("B32-no-header", with_parts(".{p}.{s}"), "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("B32-dot-before", with_parts(".{h}.{p}.{s}"), "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("B32-dots", lambda _: "..", "format.recognised", "INPUT_FORMAT_UNKNOWN"),
    Row("B32-two-in-SD-JWT", lambda s: s.sd().replace(".", "", 1), WELLFORMED, "JOSE_SEGMENTS"),
)
def test_segments(stage: Stage, row: Row) -> None:
    refuse_each(stage, row)


# -- base64url ------------------------------------------------------------------------------------------

FOREIGN = ["=", "==", "+", "/", " ", "\n", "\r\n", "\t", "\u00a0", "\0", "%3D", "é", "\u200b", "Ａ"]


def put(token: str, segment: int, text: str, where: str) -> str:
    """The token with `text` inside or behind one segment."""
    pieces = token.split(".")
    middle = len(pieces[segment]) // 2
    piece = pieces[segment]
    pieces[segment] = piece + text if where == "behind" else piece[:middle] + text + piece[middle:]
    return ".".join(pieces)


@pytest.mark.parametrize("where", ["inside", "behind"])
@pytest.mark.parametrize("text", FOREIGN, ids=ascii)
@pytest.mark.parametrize("segment", range(3), ids=SEGMENTS)
def test_b33_b34_characters_outside_the_alphabet(stage: Stage, segment: int, text: str, where: str) -> None:
    token = put(stage.vc(), segment, text, where)
    if token.strip(" \r\n\t") == token:
        refused(stage.judge(token), WELLFORMED, "JOSE_BASE64")
    else:
        accepted(stage.judge(token))  # white space around the whole is no part of it


def padded(segment: str) -> str:
    return segment + "=" * (-len(segment) % 4)


def of_length(stage: Stage, segment: int, tail: int, *, holding: str = "") -> str:
    """A golden credential in which one segment leaves `tail` characters over and holds these ones."""
    for size in range(400):
        token = stage.vc(header={"x-pad": "p" * (size % 5) + ">>>???"}, padding="a" * (size % 7) + ">>>???")
        piece = token.split(".")[segment]
        if len(piece) % 4 == tail and all(character in piece for character in holding):
            return token
    raise AssertionError("no such credential")


@pytest.mark.parametrize("segment", [0, 1, 2], ids=SEGMENTS)
def test_b33_the_padding_that_belongs_to_other_base64(stage: Stage, segment: int) -> None:
    pieces = of_length(stage, segment, 2).split(".")
    accepted(stage.judge(".".join(pieces)))
    pieces[segment] = padded(pieces[segment])
    assert pieces[segment].endswith("==")
    refused(stage.judge(".".join(pieces)), WELLFORMED, "JOSE_BASE64")


@pytest.mark.parametrize(("url", "standard"), [("-", "+"), ("_", "/")])
@pytest.mark.parametrize("segment", [0, 1, 2], ids=SEGMENTS)
def test_b34_the_same_bytes_in_the_standard_alphabet(stage: Stage, segment: int, url: str, standard: str) -> None:
    pieces = of_length(stage, segment, 2, holding=url).split(".")
    accepted(stage.judge(".".join(pieces)))
    pieces[segment] = pieces[segment].replace(url, standard)
    refused(stage.judge(".".join(pieces)), WELLFORMED, "JOSE_BASE64")


def spare_bits(segment: str) -> Iterator[str]:
    """Every other spelling of the same bytes: the bits behind the last byte set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    bits = {2: 4, 3: 2}[len(segment) % 4]
    value = alphabet.index(segment[-1])
    assert value % (1 << bits) == 0
    for spare in range(1, 1 << bits):
        yield segment[:-1] + alphabet[value + spare]


@pytest.mark.parametrize(("segment", "tail"), [(0, 2), (0, 3), (1, 2), (1, 3), (2, 2)])
def test_b35_bits_behind_the_last_byte(stage: Stage, segment: int, tail: int) -> None:
    pieces = of_length(stage, segment, tail).split(".")
    genuine = pieces[segment]
    accepted(stage.judge(".".join(pieces)))
    for other in spare_bits(genuine):
        assert base64.urlsafe_b64decode(padded(other)) == base64.urlsafe_b64decode(padded(genuine))
        pieces[segment] = other
        refused(stage.judge(".".join(pieces)), WELLFORMED, "JOSE_BASE64")


@pytest.mark.parametrize("segment", range(3), ids=SEGMENTS)
def test_b35_a_length_no_bytes_have(stage: Stage, segment: int) -> None:
    pieces = parts(stage)
    pieces[segment] = pieces[segment][: len(pieces[segment]) // 4 * 4] + "A"
    refused(stage.judge(".".join(pieces)), WELLFORMED, "JOSE_BASE64")


# -- the form of a signature ------------------------------------------------------------------------------


def resigned(token: str, signature: bytes) -> str:
    head, body, _ = token.split(".")
    return f"{head}.{body}.{b64(signature)}"


def signature_of(token: str) -> tuple[int, int, bytes]:
    raw = base64url.decode(token.rpartition(".")[2].encode())
    return int.from_bytes(raw[:32]), int.from_bytes(raw[32:]), raw


def raw_signature(r: int, s: int) -> bytes:
    return r.to_bytes(32) + s.to_bytes(32)


def test_b36_a_signature_in_der(stage: Stage) -> None:
    token = stage.vc()
    r, s, _ = signature_of(token)
    verdict = stage.judge(resigned(token, encode_dss_signature(r, s)))
    refused(verdict, "proof.signature", "JOSE_SIGNATURE_FORMAT")


def test_b37_a_signature_of_another_length(stage: Stage) -> None:
    token = stage.vc()
    raw = signature_of(token)[2]
    others = [raw[:63], raw[1:], raw + b"\0", b"\0" + raw, raw[:32] + b"\0" + raw[32:], raw * 2, raw[:32], b"\0"]
    others += [b"\0" * 64 + raw, b"\0" * 16 + raw[:32] + b"\0" * 16 + raw[32:]]  # the length of ES384
    for other in others:
        refused(stage.judge(resigned(token, other)), "proof.signature", "JOSE_SIGNATURE_FORMAT")


OUT_OF_RANGE = {"0": 0, "n": ORDER, "n+1": ORDER + 1, "2^256-1": 2**256 - 1}


def test_b38_24_pairs_outside_the_range_of_the_group(stage: Stage) -> None:
    token = stage.vc()
    r, s, _ = signature_of(token)
    pairs = [(one, other) for one in OUT_OF_RANGE.values() for other in OUT_OF_RANGE.values()]
    pairs += [(value, s) for value in OUT_OF_RANGE.values()] + [(r, value) for value in OUT_OF_RANGE.values()]
    assert len(pairs) == 24
    for pair in pairs:
        refused(stage.judge(resigned(token, raw_signature(*pair))), "proof.signature", "JOSE_SIGNATURE")


def test_b38_other_halves_of_a_genuine_signature(stage: Stage) -> None:
    token = stage.vc()
    r, s, _ = signature_of(token)
    for pair in ((s, r), (r, r), (s, s), (1, 1), (ORDER - r, s), (r, s ^ 1)):
        refused(stage.judge(resigned(token, raw_signature(*pair))), "proof.signature", "JOSE_SIGNATURE")


def test_b39_both_spellings_of_a_signature_are_one_credential(stage: Stage) -> None:
    """s and n - s both verify; what lists of replays or denials go by must not tell them apart."""
    token = stage.vc()
    r, s, _ = signature_of(token)
    twin = resigned(token, raw_signature(r, ORDER - s))
    assert twin != token
    one, other = stage.judge(token), stage.judge(twin)
    accepted(one)
    accepted(other)
    assert one.credentials[0]["digest"] == other.credentials[0]["digest"]


def test_b42_a_signature_of_another_token_of_the_same_key(stage: Stage) -> None:
    token, other = stage.vc(), stage.vc(exp=stage.document()["exp"] - 1)
    accepted(stage.judge(other))
    refused(stage.judge(resigned(token, signature_of(other)[2])), "proof.signature", "JOSE_SIGNATURE")
    head, _, signature = token.split(".")
    refused(stage.judge(f"{head}.{other.split('.')[1]}.{signature}"), "proof.signature", "JOSE_SIGNATURE")


def test_b42_a_signature_of_another_lane_of_the_same_key(stage: Stage) -> None:
    sd_jwt = stage.sd().partition("~")[0]
    refused(stage.judge(resigned(stage.vc(), signature_of(sd_jwt)[2])), "proof.signature", "JOSE_SIGNATURE")


# -- Ed25519 ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def edwards() -> Stage:
    return Stage.of(Signer.make("EdDSA", "ed-1"))


def ed25519_signature(stage: Stage, message: bytes, r_bytes: bytes, r: int) -> bytes:
    """R as written, and the S that satisfies the equation with it (RFC 8032 §5.1.6)."""
    seed = stage.signer.private.private_bytes_raw()
    public = stage.signer.private.public_key().public_bytes_raw()
    s = (r + curve.challenge(r_bytes, public, message) * curve.secret_scalar(seed)) % curve.ORDER
    return r_bytes + s.to_bytes(32, "little")


def test_b41_s_is_less_than_the_order(edwards: Stage) -> None:
    token = edwards.vc()
    raw = base64url.decode(token.rpartition(".")[2].encode())
    s = int.from_bytes(raw[32:], "little")
    accepted(edwards.judge(token))
    for multiple in range(1, 15):
        other = raw[:32] + (s + multiple * curve.ORDER).to_bytes(32, "little")
        refused(edwards.judge(resigned(token, other)), "proof.signature", "JOSE_SIGNATURE")
    for top in (0x80, 0x40, 0x20):
        other = raw[:63] + bytes([raw[63] | top])
        refused(edwards.judge(resigned(token, other)), "proof.signature", "JOSE_SIGNATURE")


def test_b41_r_has_one_spelling(edwards: Stage) -> None:
    """Our own arithmetic makes signatures that verify; with R spelled otherwise they do not."""
    token = edwards.vc()
    message = token.rpartition(".")[0].encode()
    scalar = 2**200 + 7
    point = curve.times(scalar, curve.base())
    accepted(edwards.judge(resigned(token, ed25519_signature(edwards, message, curve.encode(point), scalar))))
    canonical = curve.encode(curve.IDENTITY)
    for spelling in sorted(curve.spellings(curve.IDENTITY) - {canonical}):
        other = ed25519_signature(edwards, message, spelling, 0)
        refused(edwards.judge(resigned(token, other)), "proof.signature", "JOSE_SIGNATURE")


def test_b41_nothing_and_noise(edwards: Stage) -> None:
    token = edwards.vc()
    raw = base64url.decode(token.rpartition(".")[2].encode())
    for other in (bytes(64), b"\xff" * 64, raw[:32] + bytes(32), bytes(32) + raw[32:], b"\1" + bytes(63)):
        refused(edwards.judge(resigned(token, other)), "proof.signature", "JOSE_SIGNATURE")
    for other in (raw[:63], raw + b"\0", b""):
        verdict = edwards.judge(resigned(token, other))
        assert not verdict
        assert short(verdict) in (
            [("proof.signature", "JOSE_SIGNATURE_FORMAT")],
            [(WELLFORMED, "JOSE_SEGMENTS")],
        )


# -- every bit ------------------------------------------------------------------------------------------------


def flips(data: bytes, count: int, source: random.Random) -> Iterator[bytes]:
    for _ in range(count):
        position, bit = source.randrange(len(data)), source.randrange(8)
        yield data[:position] + bytes([data[position] ^ 1 << bit]) + data[position + 1 :]


@pytest.mark.parametrize("lane", ["vc", "sd", "vc_sd", "vp", "kb"])
@pytest.mark.parametrize("segment", range(3), ids=SEGMENTS)
def test_b43_one_bit_of_the_decoded_segment(stage: Stage, lane: str, segment: int) -> None:
    """256 sampled bits a lane and segment: no token is accepted, none raises, none is merely undecided."""
    token: str = getattr(stage, lane)()
    first, tilde, rest = token.rpartition("~") if lane == "kb" else ("", "", token)
    signed, own, tail = (rest, "", "") if lane in ("vc", "vp", "kb") else rest.partition("~")
    pieces = signed.split(".")
    genuine = base64url.decode(pieces[segment].encode())
    for flipped in flips(genuine, 256, random.Random(43 + segment)):
        pieces[segment] = b64(flipped)
        verdict = stage.judge(f"{first}{tilde}{'.'.join(pieces)}{own}{tail}", expected=PRESENTED)
        assert not verdict
        assert verdict.decision.value == "rejected"


@pytest.mark.parametrize("lane", ["vc", "sd", "vc_sd", "vp", "kb"])
def test_b43_one_bit_of_the_token_as_it_is_sent(stage: Stage, lane: str) -> None:
    token: str = getattr(stage, lane)()
    for flipped in flips(token.encode(), 256, random.Random(43)):
        assert stage.judge(flipped, expected=PRESENTED).decision.value == "rejected"
