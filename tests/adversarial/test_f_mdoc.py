"""Area F of the adversarial catalogue: ISO mdoc, COSE and CBOR through the whole corridor.

Every row is signed again with the genuine keys, so that only the check it names can catch it. What the
catalogue calls by codes of mdoc alone and SD-JWT has too (no device proof, one by another key, one over
another session, a device key that cannot be used) bears the codes all formats share: KB_MISSING,
KB_SIGNATURE, KB_CNF. A proof over another session is the same as one by another key, to whoever checks it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

import cbor2
import pytest
from cbor2 import CBORTag
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from defa_id.codec import cbor, limits
from defa_id.policy import Expected, Policy
from defa_id.trust.registry import Registry
from defa_id.verdict import Verdict
from defa_id.verifier import Verifier
from tests.adversarial.rows import CANARIES, AskedOutside, accepted, refused, undecided
from tests.support.certificates import authority, p256, signer
from tests.support.mdocs import (
    DEVICE,
    DOC_TYPE,
    DS,
    EXPECTED,
    GOLDEN,
    IACA,
    SPACE,
    Recipe,
    cose_key,
    embedded,
    sign,
    tdate,
    transcript,
    world,
)
from tests.support.world import NOW, PERSON, Json

WELLFORMED, DISCLOSED, MODEL = "format.wellformed", "format.disclosures", "format.model"
PRESENTED, PROVED = "holder.presented", "holder.proof"


class Row(NamedTuple):
    """One way to break the golden document, and the one line that has to say so."""

    id: str
    build: Callable[[], bytes]
    check: str
    code: str


@dataclass(frozen=True)
class Stage:
    """A registry that lists the golden authority, and a verifier that asked for what the device answers."""

    registry: Registry
    verifier: Verifier

    @classmethod
    def of(cls, policy: Json | None = None, **listed: Any) -> Stage:
        registry = world(*listed.pop("anchors", ()), **listed).registry()
        rules = Policy.from_document({"id": "adversarial", **(policy or {})}).asking(for_state="TH")
        return cls(registry, Verifier(registry, rules))

    def judge(self, data: bytes | str, expected: Expected = EXPECTED, **how: Any) -> Verdict:
        """The verdict, asked for twice: the same bytes, no word about the subject, nobody asked outside."""
        outside = AskedOutside()
        how = {"at": NOW, "expected": expected, "source": outside, **how}
        verdicts = [self.verifier.verify(data, **how) for _ in range(2)]
        texts = [verdict.to_json() for verdict in verdicts]
        assert texts[0] == texts[1]
        assert [canary for canary in CANARIES if canary in texts[0]] == []
        assert outside.asked == []
        return verdicts[0]


@cache
def stage() -> Stage:
    found = Stage.of()
    for data in (GOLDEN.answer(), GOLDEN.make_document(), GOLDEN.answer(GOLDEN)):
        accepted(found.judge(data if isinstance(data, bytes) else cbor2.dumps(data)))
    accepted(found.judge(GOLDEN.bare(), Expected()))
    return found


def table(*rows: Row) -> pytest.MarkDecorator:
    assert len({row.id for row in rows}) == len(rows), "two rows bear one id"
    return pytest.mark.parametrize("row", rows, ids=[row.id for row in rows])


def item_of(number: int, change: Callable[[Json], Json]) -> Callable[[Json], Json]:
    """One item changed before its digest is made."""
    return lambda item: change(item) if item["digestID"] == number else item


def shown(number: int, change: Callable[[Json], Any]) -> Callable[[list[Any]], list[Any]]:
    """One item changed after its digest was made."""

    def hook(items: list[CBORTag]) -> list[CBORTag]:
        return [
            CBORTag(24, _dumped(change(cbor2.loads(item.value)))) if index == number else item
            for index, item in enumerate(items)
        ]

    return hook


def _dumped(value: Any) -> bytes:
    return value if isinstance(value, bytes) else cbor2.dumps(value)


def mso(**changes: Any) -> Callable[[Json], Json]:
    """Members of the security object; None removes one."""
    return lambda found: {name: value for name, value in {**found, **changes}.items() if value is not None}


def validity(**changes: Any) -> Callable[[Json], Json]:
    return lambda found: {**found, "validityInfo": {**found["validityInfo"], **changes}}


def part(number: int, value: Any) -> Callable[[list[Any]], list[Any]]:
    return lambda auth: [*auth[:number], value, *auth[number + 1 :]]


def of_other_space(items: list[Any]) -> Json:
    return {"org.example.other": items}


# Digests and items


@table(
    Row(
        "F02-two-swapped",
        lambda: GOLDEN.but(
            items=lambda items: [*shown(0, lambda i: {**i, "digestID": 1})(items)[:1], *items[2:]]
        ).answer(),
        DISCLOSED,
        "MDOC_DIGEST",
    ),
    Row(
        "F02-another-value",
        lambda: GOLDEN.but(items=shown(0, lambda i: {**i, "elementValue": "Mallory"})).answer(),
        DISCLOSED,
        "MDOC_DIGEST",
    ),
    Row(
        "F02-another-name",
        lambda: GOLDEN.but(items=shown(0, lambda i: {**i, "elementIdentifier": "age_over_18"})).answer(),
        DISCLOSED,
        "MDOC_DIGEST",
    ),
    Row(
        "F03-no-digest",
        lambda: GOLDEN.but(mso=mso(valueDigests={SPACE: {}})).answer(),
        DISCLOSED,
        "MDOC_DIGEST",
    ),
    Row(
        "F03-id-unknown",
        lambda: GOLDEN.but(items=shown(0, lambda i: {**i, "digestID": 77})).answer(),
        DISCLOSED,
        "MDOC_DIGEST",
    ),
    Row(
        "F03-another-space",
        lambda: GOLDEN.but(
            signed=lambda s: {**s, "nameSpaces": {"org.example.other": s["nameSpaces"][SPACE]}}
        ).answer(),
        DISCLOSED,
        "MDOC_DIGEST",
    ),
    Row(
        "F03-digest-of-another-space",
        lambda: GOLDEN.but(
            mso=lambda m: {**m, "valueDigests": {SPACE: {}, "org.example.other": m["valueDigests"][SPACE]}}
        ).answer(),
        DISCLOSED,
        "MDOC_DIGEST",
    ),
    Row("F04-item-twice", lambda: GOLDEN.but(items=lambda i: [*i, i[0]]).answer(), DISCLOSED, "MDOC_DUPLICATE"),
    Row(
        "F04-element-twice",
        lambda: GOLDEN.but(item=item_of(1, lambda i: {**i, "elementIdentifier": "given_name"})).answer(),
        DISCLOSED,
        "MDOC_DUPLICATE",
    ),
    Row(
        "F04-digest-id-twice",
        lambda: GOLDEN.but(item=item_of(1, lambda i: {**i, "digestID": 0})).answer(),
        DISCLOSED,
        "MDOC_DUPLICATE",
    ),
    Row(
        "F05-re-encoded",
        lambda: GOLDEN.but(
            items=shown(1, lambda i: cbor2.dumps(i).replace(b"\x68digestID\x01", b"\x68digestID\x18\x01"))
        ).answer(),
        DISCLOSED,
        "MDOC_DIGEST",
    ),
    Row(
        "F05-in-another-order",
        lambda: GOLDEN.but(items=shown(0, lambda i: dict(reversed(i.items())))).answer(),
        DISCLOSED,
        "MDOC_DIGEST",
    ),
    *(
        Row(
            f"F06-{alg}",
            lambda alg=alg: GOLDEN.but(mso=mso(digestAlgorithm=alg)).answer(),  # type: ignore[misc]
            DISCLOSED,
            "MDOC_DIGEST_ALG",
        )
        for alg in ("SHA-1", "sha-256", "MD5", "", 256, True)
    ),
    Row("F06-absent", lambda: GOLDEN.but(mso=mso(digestAlgorithm=None)).answer(), DISCLOSED, "MDOC_DIGEST_ALG"),
    Row(
        "F07-short",
        lambda: GOLDEN.but(item=item_of(0, lambda i: {**i, "random": bytes(15)})).answer(),
        DISCLOSED,
        "MDOC_ITEM",
    ),
    *(
        Row(
            f"F07-without-{name}",
            lambda name=name: GOLDEN.but(  # type: ignore[misc]
                item=item_of(0, lambda i: {key: value for key, value in i.items() if key != name})
            ).answer(),
            DISCLOSED,
            "MDOC_ITEM",
        )
        for name in ("random", "elementIdentifier", "elementValue")
    ),
    Row(
        "F07-not-embedded",
        lambda: GOLDEN.but(items=lambda items: [cbor2.loads(items[0].value), *items[1:]]).answer(),
        DISCLOSED,
        "MDOC_ITEM",
    ),
    Row(
        "F07-no-map",
        lambda: GOLDEN.but(item=lambda i: [i]).answer(),
        DISCLOSED,
        "MDOC_ITEM",
    ),
    Row(
        "F07-number-beyond-readers",
        lambda: GOLDEN.but(elements={"number": 2**53}).answer(),
        DISCLOSED,
        "MDOC_ITEM",
    ),
    Row(
        "F07-key-as-number-and-text",
        lambda: GOLDEN.but(elements={"map": {1: "a", "1": "b"}}).answer(),
        DISCLOSED,
        "MDOC_ITEM",
    ),
)
def test_digests_and_items(row: Row) -> None:
    refused(stage().judge(row.build()), row.check, row.code)


# Time


@table(
    Row(
        "F08-over",
        lambda: GOLDEN.but(ends=NOW - timedelta(minutes=2)).answer(),
        "time.window",
        "TIME_EXPIRED",
    ),
    Row(
        "F08-not-yet",
        lambda: GOLDEN.but(begins=NOW + timedelta(minutes=2)).answer(),
        "time.window",
        "TIME_NOT_YET",
    ),
    Row(
        "F08-signed-tomorrow",
        lambda: GOLDEN.but(
            signed_at=NOW + timedelta(minutes=2), mso=validity(validFrom=tdate(NOW + timedelta(minutes=2)))
        ).answer(),
        "time.issued",
        "TIME_ISSUED_IN_FUTURE",
    ),
    Row(
        "F09-signed-after-its-beginning",
        lambda: GOLDEN.but(begins=NOW - timedelta(days=11)).answer(),
        MODEL,
        "TIME_WINDOW_INVERTED",
    ),
    Row(
        "F09-ends-before-its-beginning",
        lambda: GOLDEN.but(ends=NOW - timedelta(days=11)).answer(),
        MODEL,
        "TIME_WINDOW_INVERTED",
    ),
    Row(
        "F09-update-before-signed",
        lambda: GOLDEN.but(mso=validity(expectedUpdate=tdate(NOW - timedelta(days=11)))).answer(),
        MODEL,
        "TIME_WINDOW_INVERTED",
    ),
    *(
        Row(
            f"F10-{name}-{how}",
            lambda name=name, value=value: GOLDEN.but(mso=validity(**{name: value})).answer(),  # type: ignore[misc]
            MODEL,
            "MDOC_DATE",
        )
        for name in ("signed", "validFrom", "validUntil", "expectedUpdate")
        for how, value in {
            "untagged": "2026-11-20T00:00:00Z",
            "fraction": CBORTag(0, "2026-11-20T00:00:00.5Z"),
            "offset": CBORTag(0, "2026-11-20T00:00:00+00:00"),
            "no-such-day": CBORTag(0, "2026-11-31T00:00:00Z"),
            "number": 1_800_000_000,
        }.items()
    ),
    Row("F10-none", lambda: GOLDEN.but(mso=mso(validityInfo={})).answer(), MODEL, "MDOC_DATE"),
    Row(
        "F10-in-an-element",
        lambda: GOLDEN.but(elements={"issue_date": CBORTag(1004, "2026-02-30")}).answer(),
        DISCLOSED,
        "MDOC_DATE",
    ),
    Row(
        "F10-time-in-an-element",
        lambda: GOLDEN.but(elements={"issue_date": CBORTag(0, "yesterday")}).answer(),
        DISCLOSED,
        "MDOC_DATE",
    ),
)
def test_time(row: Row) -> None:
    verdict = stage().judge(row.build())
    if row.id == "F08-signed-tomorrow":  # it is not valid yet either
        refused(verdict, row.check, row.code, "time.window", "TIME_NOT_YET")
    else:
        refused(verdict, row.check, row.code)


# What it is, and who answers for it


@table(
    Row(
        "F11-another-document-type",
        lambda: GOLDEN.but(document=lambda d: {**d, "docType": "org.iso.18013.5.1.mDL"}).answer(),
        WELLFORMED,
        "MDOC_DOCTYPE",
    ),
    Row(
        "F11-none",
        lambda: GOLDEN.but(document=lambda d: {**d, "docType": None}).answer(),
        WELLFORMED,
        "MDOC_SHAPE",
    ),
    Row("F13-version-2", lambda: GOLDEN.but(mso=mso(version="2.0")).answer(), WELLFORMED, "MDOC_VERSION"),
    Row("F13-version-number", lambda: GOLDEN.but(mso=mso(version=1.0)).answer(), WELLFORMED, "MDOC_VERSION"),
    Row("F13-no-version", lambda: GOLDEN.but(mso=mso(version=None)).answer(), WELLFORMED, "MDOC_VERSION"),
    Row(
        "F13-response-of-version-2",
        lambda: GOLDEN.but(response=lambda r: {**r, "version": "2.0"}).answer(),
        WELLFORMED,
        "MDOC_VERSION",
    ),
    Row(
        "F13-response-of-version-1.1",
        lambda: GOLDEN.but(response=lambda r: {**r, "version": "1.1"}).answer(),
        WELLFORMED,
        "MDOC_VERSION",
    ),
    Row("F14-no-chain", lambda: GOLDEN.but(unprotected=lambda _: {}).answer(), WELLFORMED, "X509_MISSING"),
    Row(
        "F14-in-the-wrong-header",
        lambda: GOLDEN.but(protected=lambda p: {**p, 33: DS.der}, unprotected=lambda _: {}).answer(),
        WELLFORMED,
        "X509_MISSING",
    ),
    Row("F14-empty", lambda: GOLDEN.but(unprotected=lambda _: {33: []}).answer(), WELLFORMED, "X509_PARSE"),
    Row("F14-a-text", lambda: GOLDEN.but(unprotected=lambda _: {33: "x"}).answer(), WELLFORMED, "X509_PARSE"),
    Row(
        "F15-stranger",
        lambda: GOLDEN.but(certificate=signer(p256(51), authority(p256(52), "Stranger"))).answer(),
        "issuer.listed",
        "SCOPE_ISSUER_UNKNOWN",
    ),
    Row(
        "F15-stranger-of-the-same-name",
        lambda: GOLDEN.but(certificate=signer(p256(51), authority(p256(52)))).answer(),
        "issuer.listed",
        "SCOPE_ISSUER_UNKNOWN",
    ),
    Row(
        "F15-stranger-with-ours-behind",
        lambda: GOLDEN.but(chain=(signer(p256(51), authority(p256(52))).der, IACA.der), key=p256(51)).answer(),
        "key.listed",
        "X509_CHAIN_ORDER",
    ),
    Row(
        "F17-the-authority-itself",
        lambda: GOLDEN.but(certificate=IACA).answer(),
        "key.listed",
        "X509_PROFILE",
    ),
    Row(
        "F19-signer-of-another-country",
        lambda: GOLDEN.but(certificate=signer(p256(12), IACA, country="TH")).answer(),
        "key.listed",
        "X509_COUNTRY",
    ),
    Row(
        "F20-signer-expired-since",
        lambda: GOLDEN.but(certificate=DS.with_(ends=NOW - timedelta(days=1))).answer(),
        "key.listed",
        "X509_TIME",
    ),
    Row(
        "F21-signed-before-the-signer",
        lambda: GOLDEN.but(certificate=DS.with_(begins=NOW - timedelta(days=1))).answer(),
        "key.listed",
        "X509_TIME",
    ),
)
def test_what_it_is_and_who_answers_for_it(row: Row) -> None:
    refused(stage().judge(row.build()), row.check, row.code)


def test_f12_a_type_outside_the_issuers_scope() -> None:
    refused(stage().judge(GOLDEN.but(doc_type="org.iso.18013.5.1.mDL").answer()), "issuer.scope", "SCOPE_TYPE")
    other = Stage.of(types=(PERSON,))
    refused(other.judge(GOLDEN.answer()), "issuer.scope", "SCOPE_TYPE")


def test_f13_what_a_later_edition_adds_is_passed_over_where_it_is_signed() -> None:
    later = GOLDEN.but(
        mso=lambda m: {**m, "version": "1.1", "later": {"x": 1}},
        item=lambda i: {**i, "later": 1},
        response=lambda r: {**r, "zkDocuments": []},
    )
    accepted(stage().judge(later.answer()))


def own_member(found: Json) -> Json:
    return {**found, "later": 1}


@pytest.mark.parametrize("where", ["signed", "document", "response"])
def test_f13_nobody_adds_around_the_signature(where: str) -> None:
    refused(stage().judge(GOLDEN.but(**{where: own_member}).answer()), WELLFORMED, "MDOC_SHAPE")


def test_f13_nobody_adds_beside_the_devices_proof() -> None:
    def beside(document: Json) -> Json:
        return {**document, "deviceSigned": own_member(document["deviceSigned"])}

    refused(stage().judge(GOLDEN.but(document=beside).answer()), WELLFORMED, "MDOC_SHAPE")


def test_f19_countries_all_along_the_chain() -> None:
    elsewhere = authority(p256(11), country="TH")
    both = GOLDEN.but(certificate=signer(p256(12), elsewhere, country="TH"))
    refused(Stage.of(anchors=(elsewhere,)).judge(both.answer()), "key.listed", "X509_COUNTRY")
    above = GOLDEN.but(certificate=signer(p256(12), elsewhere))
    refused(Stage.of(anchors=(elsewhere,)).judge(above.answer()), "key.listed", "X509_COUNTRY")
    leaf = signer(p256(12), elsewhere, country="TH")
    refused(
        Stage.of(anchors=(leaf,), use="leaf").judge(GOLDEN.but(certificate=leaf).answer()), "key.listed", "X509_COUNTRY"
    )
    accepted(Stage.of(anchors=(DS,), use="leaf").judge(GOLDEN.answer()))


# COSE


def no_signature(kind: str) -> Recipe:
    def hook(auth: list[Any]) -> list[Any]:
        covered = cbor2.dumps(["Signature1", auth[0], b"", auth[2]])
        r, s = int.from_bytes(auth[3][:32]), int.from_bytes(auth[3][32:])
        found = {
            "DER": encode_dss_signature(r, s),
            "63-bytes": auth[3][:-1],
            "65-bytes": auth[3] + b"\0",
            "zero": bytes(64),
            "empty": b"",
            "by-another": sign(p256(55), covered),
            "of-another-payload": sign(DS.key, covered + b"\0"),
        }[kind]
        return [*auth[:3], found]

    return GOLDEN.but(auth=hook)


@table(
    *(
        Row(
            f"F23-{alg}",
            lambda alg=alg: GOLDEN.but(protected=lambda _: {1: alg}).answer(),  # type: ignore[misc]
            WELLFORMED,
            "COSE_ALG",
        )
        for alg in (-257, 5, -47, 0, "ES256", None, True)
    ),
    Row("F23-absent", lambda: GOLDEN.but(protected=lambda _: {}).answer(), WELLFORMED, "COSE_ALG"),
    Row("F23-no-header", lambda: GOLDEN.but(protected=lambda _: b"").answer(), WELLFORMED, "COSE_ALG"),
    Row(
        "F23-unprotected-only",
        lambda: GOLDEN.but(protected=lambda _: {}, unprotected=lambda u: {**u, 1: -7}).answer(),
        WELLFORMED,
        "COSE_ALG",
    ),
    Row("F24-crit", lambda: GOLDEN.but(protected=lambda p: {**p, 2: [4]}).answer(), WELLFORMED, "COSE_CRIT"),
    Row("F24-crit-outside", lambda: GOLDEN.but(unprotected=lambda u: {**u, 2: [4]}).answer(), WELLFORMED, "COSE_CRIT"),
    Row("F25-detached", lambda: GOLDEN.but(auth=part(2, None)).answer(), WELLFORMED, "COSE_PAYLOAD"),
    Row("F25-a-text", lambda: GOLDEN.but(auth=part(2, "payload")).answer(), WELLFORMED, "COSE_PAYLOAD"),
    Row(
        "F28-label-twice",
        lambda: GOLDEN.but(protected=lambda _: bytes.fromhex("a201260126")).answer(),
        WELLFORMED,
        "CBOR_DUPLICATE_KEY",
    ),
    Row(
        "F29-two-algorithms",
        lambda: GOLDEN.but(unprotected=lambda u: {**u, 1: -35}).answer(),
        WELLFORMED,
        "COSE_ALG",
    ),
    *(
        Row(f"F27-{kind}", lambda kind=kind: no_signature(kind).answer(), "proof.signature", "COSE_SIGNATURE")  # type: ignore[misc]
        for kind in ("DER", "63-bytes", "65-bytes", "zero", "empty", "by-another", "of-another-payload")
    ),
    # The ways in which the COSE working group's examples of sign1-tests fail, on the issuer's own signature
    Row("F50-wrong-tag", lambda: GOLDEN.but(auth=lambda a: CBORTag(998, a)).answer(), WELLFORMED, "CBOR_TAG"),
    Row(
        "F50-another-payload",
        lambda: GOLDEN.but(auth=lambda a: [*a[:2], a[2].replace(b"1.0", b"1.1"), a[3]]).answer(),
        "proof.signature",
        "COSE_SIGNATURE",
    ),
    Row("F50-alg-999", lambda: GOLDEN.but(auth=part(0, cbor2.dumps({1: -999}))).answer(), WELLFORMED, "COSE_ALG"),
    Row(
        "F50-alg-unknown",
        lambda: GOLDEN.but(auth=part(0, cbor2.dumps({1: "unknown"}))).answer(),
        WELLFORMED,
        "COSE_ALG",
    ),
    Row(
        "F50-a-header-added",
        lambda: GOLDEN.but(auth=part(0, cbor2.dumps({1: -7, 3: 0}))).answer(),
        "proof.signature",
        "COSE_SIGNATURE",
    ),
    Row(
        "F50-a-header-removed",
        lambda: GOLDEN.but(protected=lambda p: {**p, 3: 0}, auth=part(0, cbor2.dumps({1: -7}))).answer(),
        "proof.signature",
        "COSE_SIGNATURE",
    ),
    Row("F27-three-parts", lambda: GOLDEN.but(auth=lambda a: a[:3]).answer(), WELLFORMED, "COSE_SHAPE"),
    Row("F27-mac", lambda: GOLDEN.but(auth=lambda a: CBORTag(17, a)).answer(), WELLFORMED, "COSE_SHAPE"),
)
def test_cose(row: Row) -> None:
    refused(stage().judge(row.build()), row.check, row.code)


def test_f25_a_payload_of_the_device_that_stands_inside() -> None:
    def inside(proof: Json) -> Json:
        auth = proof["deviceSignature"]
        return {"deviceSignature": [auth[0], auth[1], b"payload", auth[3]]}

    refused(stage().judge(GOLDEN.but(proof=inside).answer()), PRESENTED, "COSE_PAYLOAD")


def test_f23_an_algorithm_the_entry_does_not_list() -> None:
    key = ec.derive_private_key(12, ec.SECP384R1())
    recipe = GOLDEN.but(certificate=DS.with_(key=key), protected=lambda _: {1: -35})
    accepted(stage().judge(recipe.answer()))
    listed = world()
    listed.sg["algorithms"] = [{"alg": "ES256"}]
    only = Verifier(listed.registry(), Policy.from_document({"id": "x"}).asking(for_state="TH"))
    verdict = only.verify(recipe.answer(), at=NOW, expected=EXPECTED)
    refused(verdict, "key.algorithm", "JOSE_ALG_NOT_REGISTERED")


# The device


def with_mac(proof: Json) -> Json:
    return {**proof, "deviceMac": [cbor2.dumps({1: 5}), {}, None, bytes(32)]}


def of_session(**changes: Any) -> Recipe:
    return GOLDEN.but(session=transcript(EXPECTED._replace(**changes)))


SMALL_ORDER = {1: 1, -1: 6, -2: b"\1" + bytes(31)}
P521 = ec.derive_private_key(13, ec.SECP521R1())


@table(
    Row("F30-no-device", GOLDEN.bare, PRESENTED, "KB_MISSING"),
    Row(
        "F30-device-removed",
        lambda: GOLDEN.but(document=lambda d: {k: v for k, v in d.items() if k != "deviceSigned"}).answer(),
        PRESENTED,
        "KB_MISSING",
    ),
    Row("F30-neither", lambda: GOLDEN.but(proof=lambda _: {}).answer(), PRESENTED, "MDOC_DEVICE_AUTH"),
    Row("F30-both", lambda: GOLDEN.but(proof=with_mac).answer(), PRESENTED, "MDOC_DEVICE_AUTH"),
    Row("F31-another-key", lambda: GOLDEN.but(device_signs=p256(56)).answer(), PROVED, "KB_SIGNATURE"),
    Row("F31-the-issuers-key", lambda: GOLDEN.but(device_signs=DS.key).answer(), PROVED, "KB_SIGNATURE"),
    Row("F32-another-nonce", lambda: of_session(nonce="n-2").answer(), PROVED, "KB_SIGNATURE"),
    Row("F32-another-verifier", lambda: of_session(audience="x509_san_dns:mallory").answer(), PROVED, "KB_SIGNATURE"),
    Row("F32-another-address", lambda: of_session(response_uri="https://x.example").answer(), PROVED, "KB_SIGNATURE"),
    Row("F32-another-encryption", lambda: of_session(jwk_thumbprint=bytes(32)).answer(), PROVED, "KB_SIGNATURE"),
    Row("F32-of-nothing", lambda: GOLDEN.but(session=[None, None, None]).answer(), PROVED, "KB_SIGNATURE"),
    Row(
        "F32-of-another-type",
        lambda: GOLDEN.but(
            doc_type="org.example.other.1",
            mso=mso(docType=DOC_TYPE),
            document=lambda d: {**d, "docType": DOC_TYPE},
        ).answer(),
        PROVED,
        "KB_SIGNATURE",
    ),
    Row(
        "F33-not-authorised",
        lambda: GOLDEN.but(own_elements={SPACE: {"age_over_18": True}}).answer(),
        DISCLOSED,
        "MDOC_KEY_AUTH",
    ),
    Row(
        "F33-another-element",
        lambda: GOLDEN.but(
            own_elements={"org.example.device": {"seen": True, "more": True}},
            mso=lambda m: {**m, "deviceKeyInfo": {**m["deviceKeyInfo"], **authorised(single=["seen"])}},
        ).answer(),
        DISCLOSED,
        "MDOC_KEY_AUTH",
    ),
    Row(
        "F34-small-order",
        lambda: GOLDEN.but(mso=mso(deviceKeyInfo={"deviceKey": SMALL_ORDER})).answer(),
        PROVED,
        "KB_CNF",
    ),
    Row(
        "F34-P-521", lambda: GOLDEN.but(mso=mso(deviceKeyInfo={"deviceKey": cose_key(P521)})).answer(), PROVED, "KB_CNF"
    ),
    Row(
        "F34-off-the-curve",
        lambda: GOLDEN.but(mso=mso(deviceKeyInfo={"deviceKey": {**cose_key(DEVICE), -3: bytes(32)}})).answer(),
        PROVED,
        "KB_CNF",
    ),
    Row(
        "F34-private",
        lambda: GOLDEN.but(mso=mso(deviceKeyInfo={"deviceKey": {**cose_key(DEVICE), -4: bytes(32)}})).answer(),
        PROVED,
        "KB_CNF",
    ),
    Row("F34-none", lambda: GOLDEN.but(mso=mso(deviceKeyInfo=None)).answer(), MODEL, "MDOC_SHAPE"),
)
def test_the_device(row: Row) -> None:
    verdict = stage().judge(row.build())
    refused(verdict, row.check, row.code)


def authorised(whole: list[str] | None = None, single: list[str] | None = None) -> Json:
    found: Json = {}
    if whole:
        found["nameSpaces"] = whole
    if single:
        found["dataElements"] = {"org.example.device": single}
    return {"keyAuthorizations": found}


@pytest.mark.parametrize("how", [{"whole": ["org.example.device"]}, {"single": ["seen"]}])
def test_f33_what_the_issuer_authorised_the_device_for(how: Any) -> None:
    recipe = GOLDEN.but(
        own_elements={"org.example.device": {"seen": True}},
        mso=lambda m: {**m, "deviceKeyInfo": {**m["deviceKeyInfo"], **authorised(**how)}},
    )
    found = accepted(stage().judge(recipe.answer()))
    assert found.document["deviceNamespaces"] == {"org.example.device": {"seen": True}}
    assert "seen" not in found.claims  # the issuer never said it


def test_f33_changed_elements_of_the_device() -> None:
    recipe = GOLDEN.but(
        own_elements={"org.example.device": {"seen": True}},
        mso=lambda m: {**m, "deviceKeyInfo": {**m["deviceKeyInfo"], **authorised(whole=["org.example.device"])}},
        document=lambda d: {
            **d,
            "deviceSigned": {
                **d["deviceSigned"],
                "nameSpaces": embedded({"org.example.device": {"seen": False}}),
            },
        },
    )
    refused(stage().judge(recipe.answer()), PROVED, "KB_SIGNATURE")


def test_f34_kinds_of_device_keys() -> None:
    edwards = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    accepted(stage().judge(GOLDEN.but(device=edwards).answer()))


def test_f32_a_session_nobody_knows_is_unknown_and_never_passed() -> None:
    for expected in (
        Expected(),
        EXPECTED._replace(response_uri=None),
        EXPECTED._replace(nonce=None),
    ):
        undecided(stage().judge(GOLDEN.answer(), expected), PRESENTED, "MDOC_SESSION")


def test_f32_the_digital_credentials_api() -> None:
    expected = Expected.presentation(nonce="n-1", audience="origin:https://rp.example", jwk_thumbprint=bytes(32))
    info = cbor2.dumps(["https://rp.example", "n-1", bytes(32)])
    session = [None, None, ["OpenID4VPDCAPIHandover", hashlib.sha256(info).digest()]]
    accepted(stage().judge(GOLDEN.but(session=session).answer(), expected))
    other = expected._replace(audience="origin:https://mallory.example")
    refused(stage().judge(GOLDEN.but(session=session).answer(), other), PROVED, "KB_SIGNATURE")


# Responses


@table(
    Row("F35-status", lambda: GOLDEN.but(response=lambda r: {**r, "status": 10}).answer(), WELLFORMED, "MDOC_STATUS"),
    Row(
        "F35-status-true",
        lambda: GOLDEN.but(response=lambda r: {**r, "status": False}).answer(),
        WELLFORMED,
        "MDOC_STATUS",
    ),
    Row(
        "F35-document-errors",
        lambda: GOLDEN.but(response=lambda r: {**r, "documentErrors": [{"org.example.other": 0}]}).answer(),
        WELLFORMED,
        "MDOC_STATUS",
    ),
    Row(
        "F35-returned-and-not-returned",
        lambda: GOLDEN.but(document=lambda d: {**d, "errors": {SPACE: {"given_name": 0}}}).answer(),
        WELLFORMED,
        "MDOC_STATUS",
    ),
    Row(
        "F35-errors-of-no-shape",
        lambda: GOLDEN.but(document=lambda d: {**d, "errors": [0]}).answer(),
        WELLFORMED,
        "MDOC_SHAPE",
    ),
    Row(
        "F35-no-documents",
        lambda: GOLDEN.but(response=lambda r: {**r, "documents": []}).answer(),
        WELLFORMED,
        "MDOC_NO_DOCUMENT",
    ),
    Row(
        "F35-documents-missing",
        lambda: GOLDEN.but(response=lambda r: {"version": "1.0", "status": 0}).answer(),  # noqa: ARG005
        WELLFORMED,
        "MDOC_NO_DOCUMENT",
    ),
    Row(
        "F36-too-many",
        lambda: GOLDEN.answer(*[GOLDEN] * limits.PRESENTED_CREDENTIALS),
        WELLFORMED,
        "LIMIT_CREDENTIALS",
    ),
)
def test_responses(row: Row) -> None:
    refused(stage().judge(row.build()), row.check, row.code)


def test_f35_elements_a_device_did_not_return_are_no_failure() -> None:
    accepted(stage().judge(GOLDEN.but(document=lambda d: {**d, "errors": {SPACE: {"age": 0}}}).answer()))


def test_f36_one_bad_document_of_two_spoils_both() -> None:
    verdict = stage().judge(GOLDEN.answer(GOLDEN.but(device_signs=p256(56))))
    refused(verdict, PROVED, "KB_SIGNATURE")
    (line,) = [line for line in verdict.problems if line.code == "KB_SIGNATURE"]
    assert line.item == 2
    late = GOLDEN.answer(GOLDEN.but(ends=NOW - timedelta(days=1)))
    refused(stage().judge(late), "time.window", "TIME_EXPIRED")


def test_f36_documents_of_two_holders_are_not_linked() -> None:
    verdict = stage().judge(GOLDEN.answer(GOLDEN.but(device=p256(57))))
    undecided(verdict, "holder.linked", "HOLDER_NOT_LINKED")


def test_f37_elements_the_policy_asks_for() -> None:
    asking = Stage.of(policy={"required_claims": [["given_name"], ["namespaces", SPACE, "family_name"]]})
    accepted(asking.judge(GOLDEN.answer()))
    for number in (0, 1):
        stripped = GOLDEN.but(items=lambda items, n=number: [*items[:n], *items[n + 1 :]])
        refused(asking.judge(stripped.answer()), "policy.claims", "SCOPE_REQUIRED_CLAIM")
    bare = GOLDEN.but(signed=lambda s: {"issuerAuth": s["issuerAuth"]})
    refused(asking.judge(bare.answer()), "policy.claims", "SCOPE_REQUIRED_CLAIM")


def test_f38_the_country_it_states() -> None:
    accepted(stage().judge(GOLDEN.but(elements={"issuing_country": "SG"}).answer()))
    refused(stage().judge(GOLDEN.but(elements={"issuing_country": "TH"}).answer()), "issuer.scope", "SCOPE_STATE")


# CBOR


def whole(change: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    return lambda: change(GOLDEN.answer())


def value(raw: bytes) -> Callable[[], bytes]:
    """An element whose value is spelt like this, its digest genuine."""

    def build() -> bytes:
        item = {"digestID": 0, "random": bytes(16), "elementIdentifier": "x", "elementValue": "@"}
        embedded = CBORTag(24, cbor2.dumps(item).replace(b"\x61@", raw))
        digests = {0: hashlib.sha256(cbor2.dumps(embedded)).digest()}
        return GOLDEN.but(items=lambda _: [embedded], mso=mso(valueDigests={SPACE: digests})).answer()

    return build


def head_of(data: bytes) -> bytes:
    """The response's own map with one member more."""
    return bytes((data[0] + 1,)) + data[1:]


def thirty_deep() -> bytes:
    nested: Any = 0
    for _ in range(30):
        nested = CBORTag(24, cbor2.dumps(nested))
    return cbor2.dumps(nested)


COLLIDING = cbor.head(5, 30_000) + b"".join(cbor.head(0, number) + b"\xf6" for number in range(30_000))


@table(
    Row("F39-map", whole(lambda d: b"\xbf" + d[1:] + b"\xff"), WELLFORMED, "CBOR_INDEFINITE"),
    Row("F39-in-an-element", value(b"\x9f\x01\xff"), WELLFORMED, "CBOR_INDEFINITE"),
    Row("F39-text", value(b"\x7f\x61a\xff"), WELLFORMED, "CBOR_INDEFINITE"),
    Row("F40-top", whole(lambda d: head_of(d) + cbor2.dumps("status") + b"\0"), WELLFORMED, "CBOR_DUPLICATE_KEY"),
    Row("F40-in-an-element", value(b"\xa2\x61a\x01\x61a\x02"), WELLFORMED, "CBOR_DUPLICATE_KEY"),
    Row(
        "F40-in-the-security-object",
        lambda: GOLDEN.but(
            payload=lambda p: cbor2.dumps(
                CBORTag(24, head_of(cbor2.loads(p).value) + cbor2.dumps("docType") + cbor2.dumps(DOC_TYPE))
            )
        ).answer(),
        WELLFORMED,
        "CBOR_DUPLICATE_KEY",
    ),
    Row("F41-float", value(b"\xa1\xf9\x3c\x00\x01"), WELLFORMED, "CBOR_KEY_TYPE"),
    Row("F41-true", value(b"\xa2\x01\x01\xf5\x02"), WELLFORMED, "CBOR_KEY_TYPE"),
    Row("F41-NaN", value(b"\xa1\xf9\x7e\x00\x01"), WELLFORMED, "CBOR_NUMBER"),
    Row("F42-arrays", value(b"\x81" * 25 + b"\x01"), WELLFORMED, "LIMIT_DEPTH"),
    Row(
        "F42-a-hundred-thousand", whole(lambda d: head_of(d) + b"\x61x" + b"\x81" * 100_000), WELLFORMED, "LIMIT_DEPTH"
    ),
    Row("F42-tags", whole(lambda d: head_of(d) + b"\x61x" + b"\xc0" * 100_000), WELLFORMED, "LIMIT_DEPTH"),
    Row("F43-array", whole(lambda d: head_of(d) + b"\x61x\x9b\0\0\1\0\0\0\0\0" + bytes(10)), WELLFORMED, "CBOR_EOF"),
    Row("F43-bytes", whole(lambda d: head_of(d) + b"\x61x\x5b\0\0\1\0\0\0\0\0" + bytes(10)), WELLFORMED, "CBOR_EOF"),
    Row("F43-cut-off", whole(lambda d: d[:-1]), WELLFORMED, "CBOR_EOF"),
    Row("F44-trailing", whole(lambda d: d + b"\0"), WELLFORMED, "CBOR_TRAILING"),
    Row("F44-twice", whole(lambda d: d + d), WELLFORMED, "CBOR_TRAILING"),
    Row(
        "F44-behind-the-payload", lambda: GOLDEN.but(payload=lambda p: p + b"\0").answer(), WELLFORMED, "CBOR_TRAILING"
    ),
    *(
        Row(f"F45-tag-{tag}", value(cbor.head(6, tag) + b"\x61x"), WELLFORMED, "CBOR_TAG")
        for tag in (1, 2, 3, 4, 5, 28, 29, 30, 35, 36, 258, 55799)
    ),
    Row("F45-cose-in-an-element", value(cbor.head(6, 18) + b"\x80"), DISCLOSED, "MDOC_ITEM"),
    Row(
        "F46-no-cbor",
        lambda: GOLDEN.but(items=lambda i: [CBORTag(24, b"\xff"), *i]).answer(),
        WELLFORMED,
        "CBOR_EMBEDDED",
    ),
    Row(
        "F46-two-items",
        lambda: GOLDEN.but(items=lambda i: [CBORTag(24, b"\0\0"), *i]).answer(),
        WELLFORMED,
        "CBOR_EMBEDDED",
    ),
    Row("F46-a-text", lambda: GOLDEN.but(items=lambda i: [CBORTag(24, "x"), *i]).answer(), WELLFORMED, "CBOR_EMBEDDED"),
    Row("F46-thirty-deep", value(thirty_deep()), WELLFORMED, "LIMIT_DEPTH"),
    Row("F47-no-utf-8", value(b"\x61\xff"), WELLFORMED, "CBOR_EMBEDDED"),
    Row("F47-simple", value(b"\xf8\x18"), WELLFORMED, "CBOR_EMBEDDED"),
    Row("F47-undefined", value(b"\xf7"), WELLFORMED, "CBOR_EMBEDDED"),
    Row("F47-outside", whole(lambda d: head_of(d) + b"\x61x\xff"), WELLFORMED, "CBOR_SYNTAX"),
    Row("F48-keys-made-to-collide", whole(lambda d: head_of(d) + b"\x61x" + COLLIDING), WELLFORMED, "LIMIT_NODES"),
)
def test_cbor(row: Row) -> None:
    refused(stage().judge(row.build()), row.check, row.code)


def test_f49_a_large_portrait() -> None:
    """In CBOR itself; as base64url the whole is text, and keeps to the bound of texts."""
    largest = GOLDEN.but(elements={"portrait": bytes(limits.CBOR_STRING)}).answer()
    accepted(stage().judge(largest))
    accepted(stage().judge(GOLDEN.but(elements={"portrait": bytes(limits.CBOR_STRING - 1)}).answer()))
    larger = GOLDEN.but(elements={"portrait": bytes(limits.CBOR_STRING + 1)}).answer()
    refused(stage().judge(larger), WELLFORMED, "LIMIT_STRING")
    text = base64.urlsafe_b64encode(largest).rstrip(b"=")
    refused(stage().judge(text), "limit.size", "LIMIT_INPUT_SIZE")


def test_f49_as_long_as_cbor_may_be_and_a_byte_longer() -> None:
    def with_portraits(last: int) -> bytes:
        return GOLDEN.but(elements={"portrait": bytes(limits.CBOR_STRING), "signature": bytes(last)}).answer()

    rest = limits.INPUT_CBOR_BYTES - len(with_portraits(limits.CBOR_STRING // 2))
    longest = with_portraits(limits.CBOR_STRING // 2 + rest)
    assert len(longest) == limits.INPUT_CBOR_BYTES
    accepted(stage().judge(longest))
    refused(stage().judge(with_portraits(limits.CBOR_STRING // 2 + rest + 1)), "limit.size", "LIMIT_INPUT_SIZE")


def test_f51_text_as_openid4vp_carries_it() -> None:
    text = base64.urlsafe_b64encode(GOLDEN.answer()).decode()
    accepted(stage().judge(text.rstrip("=")))
    padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4 or 4)
    refused(stage().judge(padded), WELLFORMED, "INPUT_BASE64")
    standard = base64.b64encode(GOLDEN.but(elements={"x": b"\xfb\xff" * 9}).answer()).decode().rstrip("=")
    refused(stage().judge(standard), "format.recognised", "INPUT_FORMAT_UNKNOWN")


def test_f52_a_status_outside_the_lists_the_entry_names() -> None:
    lists = [{"url": "https://issuer.example/status/"}]
    for url, code in (
        ("https://mallory.example/status/1", "STATUS_URI"),
        ("http://issuer.example/status/1", "STATUS_URI"),
    ):
        recipe = GOLDEN.but(mso=lambda m, u=url: {**m, "status": {"status_list": {"idx": 1, "uri": u}}})
        refused(Stage.of(status_lists=lists).judge(recipe.answer()), "status.list", code)
    shapes: list[Any] = [{}, [], {"status_list": 1}]
    for shape in shapes:
        recipe = GOLDEN.but(mso=lambda m, s=shape: {**m, "status": s})
        refused(stage().judge(recipe.answer()), MODEL, "STATUS_SHAPE")


def test_f17_an_authority_listed_as_a_signer() -> None:
    refused(
        Stage.of(anchors=(IACA,), use="leaf").judge(GOLDEN.but(certificate=IACA).answer()), "key.listed", "X509_PROFILE"
    )


def test_f20_an_expired_authority() -> None:
    over = IACA.with_(ends=NOW - timedelta(days=1))
    refused(Stage.of(anchors=(over,)).judge(GOLDEN.answer()), "key.listed", "X509_TIME")
