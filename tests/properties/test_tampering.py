"""An accepted credential with anything at all changed is never accepted, and never raises."""

from __future__ import annotations

from collections import Counter

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from defa_id.verdict import Decision
from tests.properties.material import Accepted, accepted, certified, material
from tests.support.world import NOW

NAMES = [
    *(f"vc-jwt {alg}" for alg in ("ES256", "ES384", "EdDSA", "PS256")),
    "sd-jwt-vc",
    "sd-jwt-vc, key binding unasked",
    "sd-jwt-vc, key binding asked",
    "vp-jwt, unasked",
    "vp-jwt, asked",
]
BY_NAME = pytest.mark.parametrize("name", NAMES)
ODD_SERIAL = pytest.mark.filterwarnings("ignore:Parsed a serial number")  # cryptography's, and rightly so
SPACE = b" \t\r\n"  # around the whole, it belongs to the file and not to the credential


def refused(case: Accepted, changed: bytes) -> bool:
    return material().judge(changed, case.expected).decision is not Decision.ACCEPTED


def is_another(case: Accepted, changed: bytes) -> bool:
    """Whether `changed` is something other than what was signed and may be shown."""
    changed = changed.strip(SPACE)
    if changed == case.data:
        return False
    if not case.loose:
        return True
    (token, *shown), (other, *others) = case.data.split(b"~"), changed.split(b"~")
    withheld = others and others[-1] == b"" and not Counter(others[:-1]) - Counter(shown[:-1])
    return token != other or not withheld


def test_every_kind_is_accepted_unchanged() -> None:
    assert sorted(accepted()) == sorted(NAMES)
    for name, case in accepted().items():
        verdict = material().judge(case.data, case.expected)
        assert verdict, (name, verdict.to_json(1))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "vp-jwt, unasked"])  # the same bytes as asked
def test_one_bit_of_every_byte(name: str) -> None:
    """Every byte once, the bit going round."""
    case = accepted()[name]
    for position in range(len(case.data)):
        changed = bytearray(case.data)
        changed[position] ^= 1 << position % 8
        assert refused(case, bytes(changed)), position


@BY_NAME
@given(data=st.data())
def test_any_byte_for_any_other(name: str, data: st.DataObject) -> None:
    case = accepted()[name]
    changed = bytearray(case.data)
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    assert refused(case, bytes(changed))


@BY_NAME
@given(data=st.data())
def test_inserting(name: str, data: st.DataObject) -> None:
    case = accepted()[name]
    at = data.draw(st.integers(0, len(case.data)))
    likely = st.sampled_from([b"=", b".", b"~", b"~~", b"A", b"\0", b"\n", b" ", b"%", b'"', "é".encode()])
    changed = case.data[:at] + data.draw(likely | st.binary(min_size=1, max_size=4)) + case.data[at:]
    assert not is_another(case, changed) or refused(case, changed)


@BY_NAME
@given(data=st.data())
def test_deleting_and_duplicating_a_stretch(name: str, data: st.DataObject) -> None:
    case = accepted()[name]
    begin = data.draw(st.integers(0, len(case.data) - 1))
    end = begin + data.draw(st.integers(1, 8) | st.integers(1, len(case.data) - begin))
    for changed in (case.data[:begin] + case.data[end:], case.data[:end] + case.data[begin:]):
        assert not is_another(case, changed) or refused(case, changed)


@BY_NAME
@given(data=st.data())
def test_parts_deleted_doubled_swapped_or_moved(name: str, data: st.DataObject) -> None:
    case = accepted()[name]
    separator = data.draw(st.sampled_from([b".", b"~"]))
    parts = case.data.split(separator)
    one, other = (data.draw(st.integers(0, len(parts) - 1)) for _ in range(2))
    swapped = list(parts)
    swapped[one], swapped[other] = parts[other], parts[one]
    moved = parts[:one] + parts[one + 1 :]
    moved.insert(other, parts[one])
    doubled = [*parts[: one + 1], *parts[one:]]
    for changed in (parts[:one] + parts[one + 1 :], doubled, swapped, moved):
        joined = separator.join(changed)
        assert not is_another(case, joined) or refused(case, joined)


@given(data=st.data())
def test_parts_of_one_credential_in_another(data: st.DataObject) -> None:
    """A header, payload or signature from elsewhere, also of the same key."""
    one, other = (accepted()[data.draw(st.sampled_from(NAMES))] for _ in range(2))
    mine, theirs = one.data.split(b"."), other.data.split(b".")
    at = data.draw(st.integers(0, min(len(mine), len(theirs)) - 1))
    changed = b".".join([*mine[:at], theirs[at], *mine[at + 1 :]])
    assert changed in (one.data, other.data) or not is_another(one, changed) or refused(one, changed)


def test_disclosures_withheld_or_in_another_order_are_the_same_credential() -> None:
    """What the property leaves out: it shows less, and is as genuine."""
    case = accepted()["sd-jwt-vc"]
    token, *shown, last = case.data.split(b"~")
    backwards = material().judge(b"~".join([token, *reversed(shown), last]))
    assert backwards.unwrap().claims == material().judge(case.data).unwrap().claims
    assert material().judge(token + b"~").unwrap().claims == {"nationality": []}


@ODD_SERIAL
def test_one_bit_of_every_byte_of_a_token_with_its_certificate() -> None:
    token = certified().token().encode()
    assert certified().verifier.verify(token, at=NOW)
    for position in range(len(token)):
        changed = bytearray(token)
        changed[position] ^= 1 << position % 8
        assert not certified().verifier.verify(bytes(changed), at=NOW), position


def signed_part(certificate: bytes) -> range:
    """Where the bytes stand that its issuer signed. The signature behind them may be spelled in more ways
    than one, for ECDSA as for its padding; what it covers may not."""
    signed = x509.load_der_x509_certificate(certificate).tbs_certificate_bytes
    begins = certificate.index(signed)
    return range(begins, begins + len(signed))


@ODD_SERIAL
@given(data=st.data())
def test_any_bytes_of_a_certificate_under_the_signers_own_key(data: st.DataObject) -> None:
    """The signer signs whatever certificate it shows: a bent one is refused and never raises."""
    setting = certified()
    certificates = [setting.leaf, setting.authority]
    bent = data.draw(st.sampled_from([0, 1]))
    changed = bytearray(certificates[bent])
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    verdict = setting.verifier.verify(
        setting.token((bytes(changed),) if bent == 0 else (setting.leaf, bytes(changed))), at=NOW
    )
    if any(changed[position] != certificates[bent][position] for position in signed_part(certificates[bent])):
        assert not verdict


@ODD_SERIAL
def test_every_signed_byte_of_a_certificate_under_the_signers_own_key() -> None:
    setting = certified()
    assert setting.verifier.verify(setting.token((setting.leaf, setting.authority)), at=NOW)
    for position in range(len(setting.leaf)):
        changed = bytearray(setting.leaf)
        changed[position] ^= 1 << position % 8
        verdict = setting.verifier.verify(setting.token((bytes(changed),)), at=NOW)
        assert not verdict or position not in signed_part(setting.leaf), position
