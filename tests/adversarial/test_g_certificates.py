"""Area G of the adversarial catalogue: X.509 chains of document signers and of JOSE signers, judged whole.

Every certificate is signed by the genuine authority, and the credential by the certificate's key, so that
only the rule the row names can refuse it. tests/resolvers/test_x5c.py tries the same rules in each profile.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from defa_id.codec import limits
from defa_id.errors import ChangeRefused
from defa_id.operator import admission
from defa_id.verdict import Verdict
from tests.adversarial.rows import AskedOutside, accepted, refused, watching
from tests.adversarial.test_f_mdoc import Stage, stage
from tests.support import certificates as made
from tests.support import mdocs
from tests.support import world as minting
from tests.support.certificates import Certificate, authority, p256, signer
from tests.support.mdocs import DOC_TYPE, DS, ENTITY, GOLDEN, IACA
from tests.support.world import ISSUER, NOW, PERSON, World

NOT_HERE = {
    "G26": "the cases of x509-limbo are not among the vectors: tests/resolvers/test_x5c.py breaks each rule alone",
    "G27": "a corpus: tests/conformance/test_pkits.py, among the peers",
}
LISTED = "key.listed"
NAMED = made.alternative_names((6, ISSUER.encode()))


class Row(NamedTuple):
    """A document signer that is wrong in one place."""

    id: str
    signer: Callable[[], Certificate]
    code: str


def table(*rows: Row) -> pytest.MarkDecorator:
    assert len({row.id for row in rows}) == len(rows), "two rows bear one id"
    return pytest.mark.parametrize("row", rows, ids=[row.id for row in rows])


def extensions(certificate: Certificate, *but: str, also: tuple[bytes, ...] = ()) -> Certificate:
    for kind in but:
        certificate = certificate.without(kind)
    return certificate.also(*also)


def subject(*countries: str, common: str = "Demo DS") -> Certificate:
    return DS.with_(subject=made.plain_name(common, *countries))


UNKNOWN = made.extension("1.2.3.4", b"\5\0", critical=True)
KEY_USAGE, EXTENDED = "2.5.29.15", "2.5.29.37"


@table(
    Row("G03-no-digital-signature", lambda: extensions(DS, KEY_USAGE, also=(made.key_usage(4),)), "X509_KEY_USAGE"),
    Row("G03-not-stated", lambda: extensions(DS, KEY_USAGE), "X509_KEY_USAGE"),
    Row("G04-none", lambda: extensions(DS, EXTENDED), "X509_EKU"),
    Row("G04-any", lambda: extensions(DS, EXTENDED, also=(made.extended_usage("2.5.29.37.0"),)), "X509_EKU"),
    Row("G04-tls", lambda: extensions(DS, EXTENDED, also=(made.extended_usage("1.3.6.1.5.5.7.3.1"),)), "X509_EKU"),
    Row("G04-reader", lambda: extensions(DS, EXTENDED, also=(made.extended_usage("1.0.18013.5.1.6"),)), "X509_EKU"),
    Row("G05-critical", lambda: DS.also(UNKNOWN), "X509_CRITICAL"),
    Row("G06-over", lambda: DS.with_(ends=NOW - timedelta(seconds=1)), "X509_TIME"),
    Row("G06-not-yet", lambda: DS.with_(begins=NOW + timedelta(seconds=1)), "X509_TIME"),
    Row("G11-zero", lambda: DS.with_(serial=made.integer(0)), "X509_SERIAL"),
    Row("G11-negative", lambda: DS.with_(serial=made.integer(-7)), "X509_SERIAL"),
    Row("G11-21-bytes", lambda: DS.with_(serial=made.integer(2**161)), "X509_SERIAL"),
    Row("G12-version-1", lambda: DS.with_(version=b""), "X509_VERSION"),
    Row("G12-version-2", lambda: DS.with_(version=made.tlv(0xA0, made.integer(1))), "X509_VERSION"),
    Row(
        "G16-names",
        lambda: DS.also(made.alternative_names(*((2, f"a{n}.example".encode()) for n in range(65)))),
        "LIMIT_X509",
    ),
    Row("G19-none", subject, "X509_COUNTRY"),
    Row("G19-two", lambda: subject("SG", "TH"), "X509_COUNTRY"),
    Row("G19-twice", lambda: subject("SG", "SG"), "X509_COUNTRY"),
    Row("G19-lower-case", lambda: subject("sg"), "X509_COUNTRY"),
    Row("G19-XX", lambda: subject("XX"), "X509_COUNTRY"),
    Row("G20-NUL", lambda: subject("SG", common="De\0mo"), "X509_NAME"),
    Row("G20-right-to-left", lambda: subject("SG", common="De\u202emo"), "X509_NAME"),
    Row("G20-4-KiB", lambda: subject("SG", common="x" * 4096), "X509_NAME"),
    Row(
        "G20-BMPString",
        lambda: DS.with_(
            subject=made.name(
                (made.COUNTRY, made.PRINTABLE, b"SG"), (made.COMMON, made.BMP, "Dеmo".encode("utf-16-be"))
            )
        ),
        "X509_NAME",
    ),
    Row(
        "G25-458-days",
        lambda: DS.with_(begins=NOW - timedelta(days=58), ends=NOW + timedelta(days=400)),
        "X509_PROFILE",
    ),
)
def test_signers(row: Row) -> None:
    verdict = stage().judge(GOLDEN.but(certificate=row.signer()).answer())
    # what cannot be read at all leads nowhere, and says so before anybody's list is asked
    early = row.code in ("X509_SERIAL", "X509_VERSION", "X509_NAME", "LIMIT_X509")
    refused(verdict, "issuer.listed" if early else LISTED, row.code)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda a: a.without(KEY_USAGE).also(made.key_usage(6)), "X509_KEY_USAGE"),
        (lambda a: a.without(KEY_USAGE), "X509_KEY_USAGE"),
        (lambda a: a.also(UNKNOWN), "X509_CRITICAL"),
        (lambda a: a.with_(ends=NOW - timedelta(days=1)), "X509_TIME"),
        (lambda a: a.with_(begins=NOW + timedelta(days=1)), "X509_TIME"),
        (lambda a: a.with_(begins=NOW - timedelta(days=21 * 366)), "X509_PROFILE"),
        (lambda a: a.without("2.5.29.19"), "X509_PROFILE"),
        (lambda a: a.without("2.5.29.19").also(made.basic_constraints(ca=False)), "X509_PROFILE"),
    ],
    ids=["g03-usage", "g03-none", "g05", "g06-over", "g06-not-yet", "g25", "no-constraints", "no-authority"],
)
def test_g03_g05_g06_g25_authorities(change: Callable[[Certificate], Certificate], code: str) -> None:
    refused(Stage.of(anchors=(change(IACA),)).judge(GOLDEN.answer()), LISTED, code)


def test_g07_a_signer_under_the_authoritys_own_name() -> None:
    pretender = authority(p256(61)).with_(extensions=DS.extensions, begins=DS.begins, ends=DS.ends)
    assert pretender.subject == IACA.subject
    verdict = stage().judge(GOLDEN.but(certificate=pretender).answer())
    refused(verdict, "issuer.listed", "SCOPE_ISSUER_UNKNOWN")


KEYS: dict[str, Any] = {
    "RSA-1024": rsa.generate_private_key(65537, 1024),  # noqa: S505  (that is the point)
    "P-192": ec.derive_private_key(7, ec.SECP192R1()),
    "P-224": ec.derive_private_key(7, ec.SECP224R1()),
    "secp256k1": ec.derive_private_key(7, ec.SECP256K1()),
    "DSA": dsa.generate_private_key(2048),
}


@pytest.mark.parametrize("kind", KEYS)
def test_g10_keys(kind: str) -> None:
    below = GOLDEN.but(certificate=DS.with_(key=KEYS[kind]), key=DS.key)
    refused(stage().judge(below.answer()), LISTED, "KEY_WEAK" if kind == "RSA-1024" else "KEY_INVALID")
    above = authority(KEYS[kind])
    weak = Stage.of(anchors=(above,))
    refused(weak.judge(GOLDEN.but(certificate=signer(p256(12), above)).answer()), LISTED, "KEY_WEAK")


def test_g11_one_serial_number_twice_is_two_certificates() -> None:
    # The identity is the whole certificate: two of one number share neither a listing nor a verdict
    one, other = DS, DS.with_(key=p256(62))
    assert one.serial == other.serial
    both = Stage.of(anchors=(one,), use="leaf")
    accepted(both.judge(GOLDEN.answer()))
    refused(both.judge(GOLDEN.but(certificate=other).answer()), "issuer.listed", "SCOPE_ISSUER_UNKNOWN")


# Chains of JOSE signers, which may have authorities between


def jose(*chain: Certificate, anchors: tuple[Certificate, ...]) -> Verdict:
    """The verdict on a VC-JWT signed by the first certificate's key, of an issuer that lists these anchors."""
    world, _ = World.make()
    leaf = minting.Signer(chain[0].key, "ES256")
    listed = minting.service([leaf], [PERSON], ["vc-jwt"])
    listed["identifiers"] = [listed["identifiers"][0], *(mdocs.certified(anchor, "ca") for anchor in anchors)]
    world.lists["SG"]["entities"] = [minting.entity([listed])]
    x5c = [base64.b64encode(one.der).decode() for one in chain]
    return world.verify(minting.vc_jwt(leaf, kid=None, x5c=x5c))


def between(key: int, above: Certificate, path: int | None = None) -> Certificate:
    """An authority below another one."""
    return signer(p256(key), above, f"Demo Sub {key}").with_(
        extensions=(made.basic_constraints(ca=True, path=path), made.key_usage(*made.CA_USAGE))
    )


ROOT = authority(p256(71), "Demo Root", path=1)
MIDDLE = between(72, ROOT, path=0)
LEAF = signer(p256(73), MIDDLE).also(NAMED)
STRANGER = authority(p256(74), "Stranger")


def test_g02_path_length() -> None:
    accepted(jose(LEAF, MIDDLE, anchors=(ROOT,)))
    accepted(jose(LEAF, MIDDLE, ROOT, anchors=(ROOT,)))
    closed = authority(p256(71), "Demo Root", path=0)
    refused(jose(LEAF, MIDDLE, anchors=(closed,)), LISTED, "X509_PATHLEN")
    lower = between(75, MIDDLE)
    refused(jose(signer(p256(76), lower).also(NAMED), lower, MIDDLE, anchors=(ROOT,)), LISTED, "X509_PATHLEN")
    mdoc = GOLDEN.but(chain=(LEAF.der, MIDDLE.der), key=LEAF.key)
    refused(Stage.of(anchors=(ROOT,)).judge(mdoc.answer()), LISTED, "X509_PATHLEN")  # directly below, or not at all


@pytest.mark.parametrize(
    "chain",
    [(LEAF, ROOT, MIDDLE), (LEAF, MIDDLE, MIDDLE), (LEAF, LEAF), (LEAF, STRANGER, MIDDLE), (LEAF, MIDDLE, STRANGER)],
    ids=["shuffled", "twice", "signer twice", "a stranger between", "a stranger behind"],
)
def test_g15_order(chain: tuple[Certificate, ...]) -> None:
    refused(jose(*chain, anchors=(ROOT,)), LISTED, "X509_CHAIN_ORDER")


def test_g15_an_authority_first() -> None:
    refused(jose(MIDDLE, LEAF, anchors=(ROOT,)), LISTED, "X509_PROFILE")


def test_g16_sizes() -> None:
    long = GOLDEN.but(chain=(DS.der,) * (limits.X509_CHAIN + 1))
    refused(stage().judge(long.answer()), "format.wellformed", "LIMIT_X509")
    large = GOLDEN.but(certificate=DS.also(made.extension("1.2.3.4", bytes(64 * 1024))))
    refused(stage().judge(large.answer()), "format.wellformed", "LIMIT_X509")


def test_g17_addresses_in_a_certificate_are_never_followed() -> None:
    issuer_at = made.extension(
        "1.3.6.1.5.5.7.1.1",
        made.tlv(0x30, made.tlv(0x30, made.oid("1.3.6.1.5.5.7.48.2"), made.tlv(0x86, b"http://127.0.0.1:9/ca"))),
    )
    pointing = GOLDEN.but(certificate=DS.also(made.crl_point("http://127.0.0.1:9/crl"), issuer_at))
    data, outside = pointing.answer(), AskedOutside()
    accepted(stage().judge(data))  # whatever is loaded once is loaded now
    with watching() as seen:
        verdict = stage().verifier.verify(data, at=NOW, expected=mdocs.EXPECTED, source=outside)
    assert (verdict.decision, seen, outside.asked) == ("accepted", [], [])


def test_g20_names_are_shown_escaped() -> None:
    verdict = stage().judge(GOLDEN.but(certificate=subject("SG", common="De\u202emo\n")).answer())
    assert "\u202e" not in verdict.to_json()


def test_g21_one_authority_of_two_states() -> None:
    # Admission refuses it (area J, J28); a registry that has it all the same answers for neither
    world = mdocs.world()
    other = minting.service([], [DOC_TYPE], ["mdoc"], issuer="https://issuer.example.th", service_id="TH-0077")
    other["identifiers"].append(mdocs.certified(IACA, "ca"))
    world.lists["TH"]["entities"] = [minting.entity([other])]
    verdict = world.verify(GOLDEN.answer(), expected=mdocs.EXPECTED)
    refused(verdict, "issuer.listed", "JOSE_KEY_AMBIGUOUS")


def test_g22_no_other_path_than_the_one_stated() -> None:
    # ROOT is no longer listed; STRANGER is, and has certified ROOT's key too
    crossed = ROOT.with_(issuer_key=STRANGER.key, issuer=STRANGER.subject)
    wide = STRANGER.without("2.5.29.19").also(made.basic_constraints(ca=True))
    refused(jose(LEAF, MIDDLE, anchors=(wide,)), LISTED, "X509_CHAIN")
    accepted(jose(LEAF, MIDDLE, crossed, anchors=(wide,)))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda der: der + b"\0",
        lambda der: b"\x30\x80" + der[4:] + b"\0\0",
        lambda der: b"\x30\x84\xff\xff\xff\xff" + der[4:],
        lambda der: der[:-1],
    ],
    ids=["trailing", "indefinite", "negative", "cut off"],
)
def test_g23_no_der(spoil: Callable[[bytes], bytes]) -> None:
    verdict = stage().judge(GOLDEN.but(chain=(spoil(DS.der),)).answer())
    refused(verdict, "issuer.listed", "X509_PARSE")


def test_g24_pem_files_an_operator_is_given() -> None:
    secret = DS.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with_headers = DS.pem.replace("CERTIFICATE-----\n", "CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n\n", 1)
    for data, said in (
        (secret, "private"),
        (DS.pem.encode() + secret, "private"),
        ((DS.pem + IACA.pem).encode(), "2 certificates"),
        (with_headers.encode(), "has headers"),
        (DS.pem.replace("M", "?", 1).encode(), "cannot be read"),
    ):
        with pytest.raises(ChangeRefused, match=said):
            admission.read_key(data)
    assert admission.read_key(DS.pem.encode()).identifier["use"] == "leaf"
    assert admission.read_key(IACA.pem.encode()).identifier["use"] == "ca"


def test_g28_work_is_bounded_by_what_is_read() -> None:
    subtree = made.tlv(0x30, made.tlv(0x82, b"a.example"))
    constraints = made.extension("2.5.29.30", made.tlv(0x30, made.tlv(0xA0, *[subtree] * 500)), critical=True)
    constrained = Stage.of(anchors=(IACA.also(constraints),))
    before = time.process_time()
    refused(constrained.judge(GOLDEN.answer()), LISTED, "X509_CRITICAL")
    many = Stage.of(anchors=(IACA, *(authority(p256(100 + number)) for number in range(60))))
    accepted(many.judge(GOLDEN.answer()))  # sixty authorities of one name: each is tried, none twice
    assert time.process_time() - before < 20  # a limit that kills, not a measurement


def test_an_authority_named_in_the_certificate_of_an_issuer() -> None:
    elsewhere = signer(p256(73), MIDDLE).also(made.alternative_names((6, ENTITY.encode())))
    refused(jose(elsewhere, MIDDLE, anchors=(ROOT,)), LISTED, "SCOPE_ISSUER_KEY")
