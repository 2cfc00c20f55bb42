"""Revocation lists: revoked is said by the authority alone, and what it does not say is not known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from defa_id.codec import limits
from defa_id.errors import Fault, Unknowable
from defa_id.resolvers import crl
from tests.support import certificates as made
from tests.support.certificates import NOW, authority, p256, revocations, signer

IACA = authority(p256(11))
DS = signer(p256(12), IACA)
NUMBER = 0x1234567890


def check(data: bytes, at: Any = NOW, above: made.Certificate = IACA) -> Any:
    return crl.check(data, DS.der, above.der, at)


def test_a_list_that_does_not_hold_it() -> None:
    due = NOW + timedelta(days=6)
    assert check(revocations(IACA)) == due
    assert check(revocations(IACA, [NUMBER + 1, 5])) == due
    numbered = made.extension("2.5.29.20", made.integer(7))
    assert check(revocations(IACA, extensions=(numbered,))) == due


def test_a_list_that_holds_it() -> None:
    with pytest.raises(Fault) as raised:
        check(revocations(IACA, [5, NUMBER]))
    assert (raised.value.code, raised.value.unknown) == ("X509_REVOKED", False)


def test_a_revocation_that_came_later_than_the_moment_asked_about() -> None:
    listed = revocations(IACA, [NUMBER], issued=NOW - timedelta(days=3))
    assert check(listed, NOW - timedelta(days=2, hours=1))
    with pytest.raises(Fault, match="X509_REVOKED"):
        check(listed, NOW)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no list",
        DS.der,
        revocations(IACA, key=p256(99)),
        revocations(authority(p256(98), "Another")),
        revocations(IACA, issued=NOW + timedelta(days=1)),
        revocations(IACA, following=NOW - timedelta(seconds=1)),
        revocations(IACA, following=None),
        revocations(IACA, extensions=(made.extension("1.2.3.4", b"\5\0", critical=True),)),
        revocations(IACA, extensions=(made.extension("2.5.29.27", made.integer(1), critical=True),)),  # a delta
        revocations(IACA, extensions=(made.extension("2.5.29.28", b"\x30\x03\x81\x01\xff", critical=True),)),
        bytes(limits.CRL_BYTES + 1),
    ],
)
def test_a_list_that_cannot_be_used(data: bytes) -> None:
    with pytest.raises(Unknowable) as raised:
        check(data)
    assert raised.value.code == "X509_CRL"


def test_an_authority_whose_key_is_not_for_lists() -> None:
    other = IACA.without("2.5.29.15").also(made.key_usage(5))
    with pytest.raises(Unknowable, match="X509_CRL"):
        check(revocations(other), above=other)


def test_where_a_certificate_says_its_list_is() -> None:
    assert crl.points(DS.der) == ()
    assert crl.points(DS.also(made.crl_point("http://127.0.0.1/list.crl")).der) == ("http://127.0.0.1/list.crl",)
