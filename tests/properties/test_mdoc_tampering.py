"""An accepted mdoc: whatever byte of it is changed, removed or added, it is never accepted."""

from __future__ import annotations

import base64

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.policy import Expected, Policy
from defa_id.verdict import Decision
from defa_id.verifier import Verifier
from tests.support.certificates import NOW, p256
from tests.support.mdocs import DS, EXPECTED, GOLDEN, IACA, world

VERIFIER = Verifier(world().registry(), Policy.from_document({"id": "test"}).asking(for_state="TH"))
KINDS = {
    "bare": (GOLDEN.bare(), Expected()),
    "response": (GOLDEN.answer(), EXPECTED),
    "two documents": (GOLDEN.answer(GOLDEN.but(elements={"age_over_18": True})), EXPECTED),
    "with its authority": (GOLDEN.but(chain=(DS.der, IACA.der), key=DS.key).answer(), EXPECTED),
    "text": (base64.urlsafe_b64encode(GOLDEN.answer()).rstrip(b"="), EXPECTED),
}
EACH = pytest.mark.parametrize("kind", KINDS)


def decided(data: bytes, expected: Expected) -> Decision:
    return VERIFIER.verify(data, at=NOW, expected=expected).decision


@EACH
def test_as_it_came(kind: str) -> None:
    assert decided(*KINDS[kind]) is Decision.ACCEPTED


@EACH
def test_every_byte_counts(kind: str) -> None:
    data, expected = KINDS[kind]
    taken = []
    for position in range(len(data)):
        changed = bytearray(data)
        changed[position] ^= 1 << position % 8
        if decided(bytes(changed), expected) is Decision.ACCEPTED:
            taken.append(position)
    assert taken == []


@EACH
@given(how=st.data())
def test_any_change_of_a_byte(kind: str, how: st.DataObject) -> None:
    data, expected = KINDS[kind]
    position = how.draw(st.integers(0, len(data) - 1))
    changed = bytearray(data)
    changed[position] = how.draw(st.integers(0, 255).filter(lambda byte: byte != data[position]))
    assert decided(bytes(changed), expected) is not Decision.ACCEPTED


@EACH
@given(how=st.data())
def test_bytes_removed_or_added(kind: str, how: st.DataObject) -> None:
    data, expected = KINDS[kind]
    begin = how.draw(st.integers(0, len(data)))
    end = how.draw(st.integers(begin, min(len(data), begin + 40)))
    more = how.draw(st.binary(max_size=20).filter(lambda added: added != data[begin:end]))
    changed = data[:begin] + more + data[end:]
    if changed != data and changed.strip() != data.strip():
        assert decided(changed, expected) is not Decision.ACCEPTED


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=9) | st.binary(max_size=9),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
        max_leaves=20,
    ).map(cbor2.dumps)
)
def test_any_bytes_come_to_a_verdict(data: bytes) -> None:
    for expected in (Expected(), EXPECTED):
        assert decided(data, expected) is not Decision.ACCEPTED


@given(st.data())
def test_any_part_replaced_comes_to_a_verdict(how: st.DataObject) -> None:
    document = cbor2.loads(GOLDEN.answer())
    here = document
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        key = how.draw(st.sampled_from(keys))
        inner = here[key]
        if not isinstance(inner, dict | list) or not inner or how.draw(st.booleans()):
            break
        here = inner
    here[key] = how.draw(
        st.sampled_from(
            [None, True, -1, 0, 2**64 - 1, 1.5, "", "x", b"", b"\xa0", [], [[]], {}, {"": 0}, {1: 2}]
        ).filter(lambda value: value != inner)
    )
    assert decided(cbor2.dumps(document), EXPECTED) is not Decision.ACCEPTED


def test_the_device_of_another_does_not_carry_over() -> None:
    mine, theirs = cbor2.loads(GOLDEN.answer()), cbor2.loads(GOLDEN.but(device=p256(91)).answer())
    mine["documents"][0]["deviceSigned"] = theirs["documents"][0]["deviceSigned"]
    assert decided(cbor2.dumps(mine), EXPECTED) is Decision.REJECTED
