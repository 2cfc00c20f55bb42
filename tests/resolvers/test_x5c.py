"""Certificate chains: what a profile takes, and every rule broken alone under a genuine signature."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

from defa_id.codec import limits
from defa_id.errors import Fault
from defa_id.resolvers import profiles, x5c
from defa_id.resolvers.profiles import HCERT, JOSE, MDOC, Profile
from tests.support import certificates as made
from tests.support.certificates import NOW, Certificate, authority, p256, signer

IACA = authority(p256(11))
DS = signer(p256(12), IACA)
SUB = signer(p256(13), IACA, "Demo Sub").with_(
    extensions=(made.basic_constraints(ca=True, path=0), made.key_usage(*made.CA_USAGE))
)
BELOW_SUB = signer(p256(14), SUB)
LONG = authority(p256(15), "Demo Long", path=2)
UNDER_LONG = SUB.with_(key=p256(16), issuer_key=LONG.key, issuer=LONG.subject)
LEAF_UNDER_LONG = signer(p256(17), UNDER_LONG)


def verify(
    *chain: Certificate | bytes,
    anchors: tuple[Certificate, ...] = (IACA,),
    leaves: tuple[Certificate, ...] = (),
    profile: Profile = MDOC,
    moment: Any = NOW,
    at: Any = None,
    state: str = "SG",
) -> str:
    ders = tuple(one if isinstance(one, bytes) else one.der for one in chain)
    listed = [x5c.fingerprint(leaf.der) for leaf in leaves]
    found = x5c.verify(ders, [anchor.der for anchor in anchors], listed, moment, profile, state=state, at=at)
    return found.thumbprint


def code_of(*chain: Certificate | bytes, **how: Any) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(Fault) as raised:
            verify(*chain, **how)
    assert not raised.value.unknown
    return raised.value.code


@pytest.mark.parametrize("profile", [MDOC, HCERT, JOSE], ids=lambda profile: profile.name)
def test_a_signer_below_a_listed_authority(profile: Profile) -> None:
    assert verify(DS, profile=profile) == verify(DS, IACA, profile=profile) == x5c.signer([DS.der]).thumbprint


@pytest.mark.parametrize("profile", [MDOC, HCERT, JOSE], ids=lambda profile: profile.name)
def test_a_signer_that_is_listed_itself(profile: Profile) -> None:
    stranger = signer(p256(18), authority(p256(19), "Nobody"))
    assert verify(stranger, leaves=(stranger,), anchors=(), profile=profile)
    assert code_of(stranger, anchors=(), profile=profile) == "X509_CHAIN"


@pytest.mark.parametrize(
    "key",
    [
        ec.derive_private_key(5, ec.SECP384R1()),
        ec.derive_private_key(5, ec.SECP521R1()),
        ec.derive_private_key(5, ec.BrainpoolP256R1()),
        ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["P-384", "P-521", "brainpoolP256r1", "Ed25519", "RSA-2048"],
)
def test_an_authority_may_have_other_keys_than_signers(key: Any) -> None:
    above = authority(key)
    assert verify(signer(p256(12), above), anchors=(above,))


def test_two_authorities_of_one_name_are_told_apart_by_their_keys() -> None:
    # A root rolled over: same name, another key (RFC 5280 §6.1: the name alone chooses nothing)
    successor = authority(p256(21))
    assert successor.subject == IACA.subject
    new = signer(p256(22), successor)
    for anchors in ((IACA, successor), (successor, IACA)):
        assert verify(DS, anchors=anchors)
        assert verify(new, anchors=anchors)
    assert code_of(new, anchors=(IACA,)) == "X509_CHAIN"


def test_g02_path_length() -> None:
    assert code_of(BELOW_SUB, SUB, profile=JOSE) == "X509_PATHLEN"  # the authority allows none below
    assert verify(LEAF_UNDER_LONG, UNDER_LONG, anchors=(LONG,), profile=JOSE)
    assert code_of(LEAF_UNDER_LONG, UNDER_LONG, anchors=(LONG,), profile=MDOC) == "X509_PATHLEN"  # the profile does not
    low = UNDER_LONG.with_(key=p256(23), issuer_key=UNDER_LONG.key, issuer=UNDER_LONG.subject)
    assert code_of(signer(p256(24), low), low, UNDER_LONG, anchors=(LONG,), profile=JOSE) == "X509_PATHLEN"


def test_g03_key_usage() -> None:
    no_certifying = authority(p256(11)).without("2.5.29.15").also(made.key_usage(6))
    for profile in (MDOC, HCERT, JOSE):
        assert code_of(DS, anchors=(no_certifying,), profile=profile) == "X509_KEY_USAGE"
        agreeing = DS.without("2.5.29.15").also(made.key_usage(4))
        assert code_of(agreeing, profile=profile) == "X509_KEY_USAGE"
    assert code_of(DS.without("2.5.29.15")) == "X509_KEY_USAGE"
    assert code_of(DS, anchors=(authority(p256(11)).without("2.5.29.15"),)) == "X509_KEY_USAGE"
    assert verify(DS.without("2.5.29.15"), profile=JOSE)


@pytest.mark.parametrize(
    ("usages", "jose"),
    [
        ((), True),
        (("2.5.29.37.0",), True),  # anyExtendedKeyUsage
        (("1.3.6.1.5.5.7.3.36",), True),  # document signing
        (("1.3.6.1.5.5.7.3.1",), False),  # TLS server
        (("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"), False),
        (("1.0.18013.5.1.6",), False),  # mdoc reader
    ],
)
def test_g04_extended_key_usage(usages: tuple[str, ...], jose: bool) -> None:
    other = DS.without("2.5.29.37")
    other = other.also(made.extended_usage(*usages)) if usages else other
    assert code_of(other) == code_of(other, leaves=(other,)) == "X509_EKU"
    if jose:
        assert verify(other, profile=JOSE)
    else:
        assert code_of(other, profile=JOSE) == "X509_EKU"
    assert verify(other, profile=HCERT)
    assert x5c.usages(other.der) == frozenset(usages)


@pytest.mark.parametrize("profile", [MDOC, HCERT, JOSE], ids=lambda profile: profile.name)
def test_g05_unknown_critical_extensions(profile: Profile) -> None:
    unknown = made.extension("1.2.3.4", b"\5\0", critical=True)
    assert code_of(DS.also(unknown), profile=profile) == "X509_CRITICAL"
    assert code_of(DS, anchors=(IACA.also(unknown),), profile=profile) == "X509_CRITICAL"
    assert verify(DS.also(made.extension("1.2.3.4", b"\5\0")), profile=profile)


def test_name_constraints_are_not_passed_over() -> None:
    permitted = made.tlv(0x30, made.tlv(0xA0, made.tlv(0x30, made.tlv(0x82, b"example"))))
    for critical in (True, False):
        constrained = IACA.also(made.extension("2.5.29.30", permitted, critical=critical))
        assert code_of(DS, anchors=(constrained,), profile=JOSE) == "X509_CRITICAL"


@pytest.mark.parametrize("profile", [MDOC, HCERT, JOSE], ids=lambda profile: profile.name)
def test_g06_time_at_each_position(profile: Profile) -> None:
    later, earlier = NOW + timedelta(days=1), NOW - timedelta(days=1)
    assert code_of(DS.with_(ends=earlier), profile=profile) == "X509_TIME"
    assert code_of(DS.with_(begins=later), profile=profile) == "X509_TIME"
    assert code_of(DS, anchors=(IACA.with_(ends=earlier),), profile=profile) == "X509_TIME"
    assert code_of(DS, anchors=(IACA.with_(begins=later),), profile=profile) == "X509_TIME"
    assert verify(DS.with_(begins=NOW), profile=profile)
    assert verify(DS.with_(ends=NOW), profile=profile)


def test_the_moment_that_counts() -> None:
    signed, expired = NOW, NOW + timedelta(days=201)
    for profile in (MDOC, HCERT):
        assert verify(DS, moment=signed, at=NOW, profile=profile)
        assert code_of(DS, moment=signed, at=expired, profile=profile) == "X509_TIME"
        assert code_of(DS, moment=DS.begins - timedelta(days=1), at=NOW, profile=profile) == "X509_TIME"
    assert verify(DS, moment=signed, at=expired, profile=JOSE)


def test_g07_a_certificate_that_calls_itself_the_authority() -> None:
    pretender = authority(p256(31)).with_(extensions=DS.extensions, begins=DS.begins, ends=DS.ends)
    assert pretender.subject == IACA.subject
    for profile in (MDOC, HCERT, JOSE):
        assert code_of(pretender, profile=profile) == "X509_CHAIN"
        assert code_of(signer(p256(32), pretender), profile=profile) == "X509_CHAIN"


def test_an_authority_does_not_sign_credentials_itself() -> None:
    for profile in (MDOC, HCERT, JOSE):
        assert code_of(IACA, profile=profile) == "X509_PROFILE"
        assert code_of(IACA, leaves=(IACA,), profile=profile) == "X509_PROFILE"
        plain = IACA.with_(extensions=DS.extensions)  # listed as an authority, and says it is none
        assert code_of(plain, anchors=(plain,), profile=profile) == "X509_PROFILE"


def test_a_signer_does_not_certify() -> None:
    assert code_of(signer(p256(33), DS), DS, profile=JOSE) == "X509_PROFILE"
    assert code_of(signer(p256(33), DS), anchors=(DS,)) == "X509_PROFILE"


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (rsa.generate_private_key(65537, 1024), "KEY_WEAK"),  # noqa: S505  (that is the point)
        (ec.generate_private_key(ec.SECP192R1()), "KEY_INVALID"),
        (ec.generate_private_key(ec.SECP224R1()), "KEY_INVALID"),
        (ec.generate_private_key(ec.SECP256K1()), "KEY_INVALID"),
        (ec.generate_private_key(ec.SECP521R1()), "KEY_INVALID"),
        (dsa.generate_private_key(2048), "KEY_INVALID"),
    ],
    ids=["RSA-1024", "P-192", "P-224", "secp256k1", "P-521", "DSA"],
)
def test_g10_keys_outside_the_profile(key: Any, code: str) -> None:
    for profile in (MDOC, HCERT, JOSE):
        assert code_of(DS.with_(key=key), profile=profile) == code
    if not (isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp521r1"):
        above = authority(key)
        assert code_of(signer(p256(12), above), anchors=(above,)) == "KEY_WEAK"


def test_a_certificate_signed_with_a_broken_hash() -> None:
    assert code_of(DS.with_(digest=hashes.SHA1())) == "X509_CHAIN"  # noqa: S303  (that is the point)


@pytest.mark.parametrize("number", [0, -1, -(2**64), 2**159, 2**165])
def test_g11_serial_numbers(number: int) -> None:
    assert code_of(DS.with_(serial=made.integer(number))) == "X509_SERIAL"
    assert verify(DS.with_(serial=made.integer(2**159 - 1)))


@pytest.mark.parametrize("version", [b"", made.tlv(0xA0, made.integer(1)), made.tlv(0xA0, made.integer(3))])
def test_g12_versions(version: bytes) -> None:
    assert code_of(DS.with_(version=version)) == "X509_VERSION"


def test_g15_order() -> None:
    stranger = authority(p256(34), "Stranger")
    for chain in (
        (DS, DS),
        (DS, IACA, IACA),
        (DS, stranger),
        (LEAF_UNDER_LONG, LONG, UNDER_LONG),
        (LEAF_UNDER_LONG, UNDER_LONG, stranger),
        (DS, stranger, IACA),
    ):
        assert code_of(*chain, anchors=(IACA, LONG), profile=JOSE) == "X509_CHAIN_ORDER"
    assert (
        code_of(UNDER_LONG, LEAF_UNDER_LONG, anchors=(LONG,), profile=JOSE) == "X509_PROFILE"
    )  # not the signer's first


def test_g16_sizes() -> None:
    assert code_of(DS, DS, DS, DS) == "LIMIT_X509"
    assert code_of(DS.also(made.extension("1.2.3.4", bytes(64 * 1024)))) == "LIMIT_X509"
    many = [(2, f"a{number}.example".encode()) for number in range(limits.X509_NAMES + 1)]
    assert code_of(DS.also(made.alternative_names(*many))) == "LIMIT_X509"
    assert verify(DS.also(made.alternative_names(*many[1:])))
    crowded = made.name(*((made.ORGANISATION, made.UTF8, b"x") for _ in range(limits.X509_NAMES + 1)))
    assert code_of(DS.with_(subject=crowded)) == "LIMIT_X509"


@pytest.mark.parametrize("countries", [(), ("SG", "SG"), ("SG", "TH"), ("sg",), ("XX",), ("SGP",), ("TH",), (" SG",)])
def test_g19_countries(countries: tuple[str, ...]) -> None:
    subject = made.plain_name("Demo DS", *countries)
    for profile in (MDOC, HCERT):
        assert code_of(DS.with_(subject=subject), profile=profile) == "X509_COUNTRY"
        above = IACA.with_(subject=made.plain_name("Demo IACA", *countries))
        assert code_of(signer(p256(12), above), anchors=(above,), profile=profile) == "X509_COUNTRY"
    assert verify(DS.with_(subject=subject), profile=JOSE)
    assert code_of(DS, state="TH") == "X509_COUNTRY"


@pytest.mark.parametrize(
    "subject",
    [
        made.plain_name("De\0mo", "SG"),
        made.plain_name("De\u202emo", "SG"),
        made.plain_name("De\u200bmo", "SG"),
        made.plain_name("x" * 4096, "SG"),
        made.plain_name("", "SG"),
        made.name((made.COUNTRY, made.PRINTABLE, b"SG"), (made.COMMON, made.BMP, "Dеmo".encode("utf-16-be"))),
        made.name((made.COUNTRY, made.PRINTABLE, b"SG"), (made.COMMON, made.UTF8, b"\xff")),
        made.name((made.COUNTRY, made.PRINTABLE, b"SG"), (made.COMMON, made.PRINTABLE, b"\xc3\xa9")),
    ],
    ids=["NUL", "right-to-left", "zero-width", "4 KiB", "empty", "BMPString", "no UTF-8", "no ASCII"],
)
def test_g20_names(subject: bytes) -> None:
    for profile in (MDOC, HCERT, JOSE):
        assert code_of(DS.with_(subject=subject), profile=profile) == "X509_NAME"


def test_g22_only_the_path_that_is_stated() -> None:
    # The root was removed; the same key and name, certified by another listed root, is not in the chain
    crossed = IACA.with_(issuer_key=LONG.key, issuer=LONG.subject)
    assert code_of(DS, anchors=(LONG,), profile=JOSE) == "X509_CHAIN"
    assert verify(DS, crossed, anchors=(LONG,), profile=JOSE)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda der: der + b"\0",
        lambda der: der[:-1],
        lambda der: der[:0],
        lambda der: b"\x30\x80" + der[4:] + b"\0\0",  # indefinite
        lambda der: b"\x30\x85\0\0\0" + der[2:4] + der[4:],  # a length longer than it need be
        lambda der: b"\x30\x84\xff\xff\xff\xff" + der[4:],
        lambda der: b"\x31" + der[1:],
        lambda der: b"\x30\x03\x02\x01" + der[:1],
    ],
)
def test_g23_no_der(spoil: Callable[[bytes], bytes]) -> None:
    assert code_of(spoil(DS.der)) in {"X509_PARSE", "X509_VERSION"}


def test_extensions_that_stand_twice() -> None:
    assert code_of(DS.also(made.key_usage(0))) == "X509_PARSE"


def test_g25_validity() -> None:
    assert verify(DS.with_(begins=NOW - timedelta(days=57), ends=NOW + timedelta(days=400)))
    assert code_of(DS.with_(begins=NOW - timedelta(days=58), ends=NOW + timedelta(days=400))) == "X509_PROFILE"
    old = IACA.with_(begins=NOW - timedelta(days=21 * 366))
    assert code_of(DS, anchors=(old,)) == "X509_PROFILE"
    assert verify(DS, anchors=(old,), profile=JOSE)


def test_nothing_at_all() -> None:
    with pytest.raises(Fault, match="X509_MISSING"):
        x5c.verify((), [IACA.der], [], NOW)


def test_every_byte_of_a_certificate_counts() -> None:
    genuine = DS.der
    for position in range(len(genuine)):
        changed = bytearray(genuine)
        changed[position] ^= 1
        assert code_of(bytes(changed)).startswith(("X509_", "KEY_"))


def test_a_profile_for_each_kind_of_credential() -> None:
    assert (profiles.of("mdoc"), profiles.of("hcert")) == (MDOC, HCERT)
    assert profiles.of("vc-jwt") is profiles.of("sd-jwt-vc") is JOSE


def test_names_of_an_issuer() -> None:
    named = DS.also(made.alternative_names((6, b"https://issuer.example"), (2, b"issuer.example")))
    assert x5c.names(named.der) == {"https://issuer.example", "issuer.example"}
    assert x5c.names(DS.der) == frozenset()
