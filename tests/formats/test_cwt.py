"""Credentials of a QR code through the corridor: HCERT, claim 169, the PhilSys layouts and a family in a CWT.

Minted by this project, or put together with bare CBOR where one place is to be wrong under a genuine signature.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id import inspect
from defa_id.codec import base45, base64url, cbor, limits
from defa_id.codec.cbor import Tagged
from defa_id.formats import cwt
from defa_id.issue import cwt as minting
from defa_id.issue import signing
from defa_id.issue.cose_signing import sign1
from defa_id.issue.signing import SigningKey
from defa_id.suites import cose
from defa_id.verdict import Decision, Verdict
from tests.support import certificates as x509
from tests.support.world import GRANT, NOW, Json, World, entity, moment, recognition, service

V, T, R, IDENTITY, PHILSYS = "hcert-v", "hcert-t", "hcert-r", "claim-169", "philsys-id"
PERSON = "urn:defa-id:cwt:person-identity:1"
TYPES = [V, T, R, IDENTITY, PHILSYS, PERSON]
ISSUER = "https://id.example"
BEGAN = NOW.replace(month=6)
ENDS = NOW.replace(year=2027)

VACCINATION = {
    "ver": "1.3.0",
    "nam": {"fn": "Contoh", "fnt": "CONTOH"},
    "dob": "1990-02-03",
    "v": [{"tg": "840539006", "ci": "URN:UVCI:01:SG:DEMO"}],
}
NUMBERED = {"1": "DEMO-1", "4": "Contoh", "8": "19900203", "9": 1}
FAMILY = {"name": {"full": [{"value": "Contoh", "lang": "id"}], "primary": "CONTOH"}, "birth_date": "1990-02-03"}
EPHILID = {"d": "2026-01-01", "i": "DEMO", "sb": {"fn": "CONTOH", "ln": "DEMO", "DOB": "1990-02-03", "PCN": "0000"}}
PHILID = {
    "DateIssued": "01 January 2026",
    "Issuer": "DEMO",
    "subject": {
        "Suffix": "",
        "lName": "PEÑA",
        "fName": "CONTOH",
        "mName": "",
        "sex": "Female",
        "BF": "[1,6]",
        "DOB": "February 3, 1990",
        "POB": "Demo City",
        "PCN": "0000-0000-0000-0000",
    },
}

CA_KEY, LEAF_KEY, BELOW_KEY = (signing.from_native(x509.p256(number)) for number in (71, 72, 73))
OWN_KEY = signing.from_native(x509.p256(74), "key-1")
PH_KEY = signing.generate("Ed25519")
CSCA = x509.authority(CA_KEY.native, "Demo CSCA")
LEAF = x509.signer(LEAF_KEY.native, x509.authority(x509.p256(75), "Unlisted CSCA")).without("2.5.29.37")
STRAY = x509.signer(BELOW_KEY.native, x509.authority(x509.p256(76), "Stray CSCA")).without("2.5.29.37")
BELOW = x509.signer(BELOW_KEY.native, CSCA).without("2.5.29.37")


def listed(certificate: x509.Certificate, use: str) -> Json:
    sha256 = hashlib.sha256(certificate.der).hexdigest()
    return {
        "kind": "x509",
        "use": use,
        "sha256": sha256,
        "pem": certificate.pem,
        "valid_from": GRANT,
        "recorded": GRANT,
    }


def certified(use: str, certificate: x509.Certificate, state: str = "SG") -> Json:
    made = service([], [V, T, R], ["cwt"], issuer=f"https://{use}.example", service_id=f"{state}-{use}")
    made["identifiers"].append(listed(certificate, use))
    made["algorithms"] = [{"alg": "ES256"}, {"alg": "PS256"}]
    return entity([made])


def keyed(issuer: str, key: SigningKey, types: list[str], formats: list[str], state: str) -> Json:
    made = service([], types, formats, issuer=issuer, service_id=f"{state}-keyed")
    record = {"valid_from": GRANT, "recorded": GRANT}
    jwk = key.public_jwk
    made["identifiers"].append({"kind": "jwk", "jwk": jwk, "thumbprint": key.public.thumbprint, **record})
    made["algorithms"] = [{"alg": key.algorithm}]
    return entity([made])


@cache
def world() -> World:
    return listing_signer(LEAF)


def listing_signer(leaf: x509.Certificate) -> World:
    made, _ = World.make()
    made.lists["SG"]["entities"] = [
        certified("leaf", leaf),
        certified("ca", CSCA),
        keyed(ISSUER, OWN_KEY, [IDENTITY, PERSON], ["cwt"], "SG"),
    ]
    made.lists["PH"]["entities"] = [keyed("https://philid.example", PH_KEY, [PHILSYS], ["cwt", "philsys"], "PH")]
    made.lists["TH"]["recognitions"] = [recognition("TH", "SG", TYPES), recognition("TH", "PH", TYPES)]
    return made


def judged(data: str | bytes, **question: Any) -> Verdict:
    return world().verify(data, **question)


def failing(verdict: Verdict) -> list[tuple[str, str | None]]:
    return [(line.id, line.code) for line in verdict.problems if line.outcome in ("failed", "unknown")]


def b64(certificate: x509.Certificate) -> str:
    return base64.b64encode(certificate.der).decode()


def minted(key: SigningKey, type: str, claims: Json, **more: Any) -> str:
    return minting.mint(key, issuer=ISSUER, type=type, claims=claims, issued=BEGAN, expires=ENDS, **more)


def hcert_token(**changes: Any) -> dict[int, Any]:
    labels = {"iss": 1, "exp": 4, "iat": 6, "hcert": -260}
    token = {1: "SG", 4: moment(86400), 6: moment(-86400), -260: {1: VACCINATION}}
    token |= {labels[name]: value for name, value in changes.items()}
    return {label: value for label, value in token.items() if value is not None}


def qr(raw: bytes, prefix: str = "HC1:", *, compress: bool = True) -> str:
    return prefix + base45.encode(zlib.compress(raw) if compress else raw)


def by_kid(token: dict[int, Any] | None = None, key: SigningKey = LEAF_KEY, cert: x509.Certificate = LEAF) -> bytes:
    """An HCERT as they are in the wild: named by its signer's digest, no certificate with it."""
    return minting.sign(key, token or hcert_token(), [cert.der], digest=True, travels=False)


GOLDEN: dict[str, Callable[[], str]] = {
    "hcert, signer listed": lambda: qr(by_kid()),
    "hcert, signer listed and along": lambda: minted(LEAF_KEY, V, VACCINATION, x5c=[b64(LEAF)], state="SG"),
    "hcert, below a listed authority": lambda: minted(BELOW_KEY, V, VACCINATION, x5c=[b64(BELOW)], state="SG"),
    "claim 169": lambda: minted(OWN_KEY, IDENTITY, NUMBERED),
    "family": lambda: minted(OWN_KEY, PERSON, FAMILY),
}
SAID = {V: VACCINATION, IDENTITY: NUMBERED, PERSON: FAMILY}


@pytest.mark.parametrize("name", GOLDEN)
def test_what_is_genuine_is_accepted_as_what_anybody_could_show(name: str) -> None:
    verdict = judged(GOLDEN[name]())
    assert (verdict.decision, failing(verdict)) == (Decision.ACCEPTED, [])
    (credential,) = verdict.credentials
    assert credential["format"] == "cwt"
    assert credential["issuer"]["state"] == "SG"
    accepted = verdict.unwrap()
    assert accepted.claims == SAID[credential["types"][0]]
    assert accepted.level == "none"
    (recognised,) = verdict.recognitions
    assert recognised is not None
    assert recognised["level"]["capped_by"] == ["bearer"]
    asked = judged(GOLDEN[name](), min_level="low")
    assert failing(asked) == [("assurance.achieved", "LOA_NOT_ACHIEVED")]


@pytest.mark.parametrize("name", GOLDEN)
def test_the_same_token_in_every_way_it_travels(name: str) -> None:
    text = GOLDEN[name]()
    prefix, body = ("HC1:", text[4:]) if text.startswith("HC1:") else ("", text)
    raw = cwt.inflate(base45.decode(body.encode()))
    token = b"\xd8\x3d" + raw
    for data in (raw, token, base64url.encode(raw), base64url.encode(token), qr(raw, prefix, compress=False)):
        verdict = judged(data)
        assert (verdict.decision, failing(verdict)) == (Decision.ACCEPTED, [])
        assert verdict.unwrap().claims == judged(text).unwrap().claims
    assert inspect(text).to_dict()["types"] == list(judged(text).credentials[0]["types"])


@pytest.mark.parametrize("name", GOLDEN)
@given(data=st.data())
def test_no_byte_of_it_can_be_changed(name: str, data: st.DataObject) -> None:
    raw = bytearray(cwt.inflate(base45.decode(GOLDEN[name]().removeprefix("HC1:").encode())))
    position, bit = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 7))
    protected, unprotected, *_ = cbor.decode(bytes(raw), tags=(18,)).value
    begin = len(b"\xd2\x84" + cbor.encode(protected))
    raw[position] ^= 1 << bit
    verdict = judged(bytes(raw))
    # A header outside the signature can lose its name, and then says nothing (RFC 9052 §3).
    nothing_said = position in range(begin, begin + len(cbor.encode(unprotected)))
    assert not verdict or (nothing_said and verdict.unwrap().claims == SAID[verdict.credentials[0]["types"][0]])


@pytest.mark.parametrize("name", GOLDEN)
@given(data=st.data())
def test_no_character_of_the_text_can_be_changed(name: str, data: st.DataObject) -> None:
    text = GOLDEN[name]()
    position = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(base45.ALPHABET.decode()).filter(lambda one: one != text[position]))
    assert not judged(text[:position] + other + text[position + 1 :])


def test_an_ephilid_is_genuine_and_its_status_is_not_known() -> None:
    text = minted(PH_KEY, PHILSYS, EPHILID, state="PH")
    verdict = judged(text)
    assert verdict.decision is Decision.INDETERMINATE
    assert failing(verdict) == [("status.list", "STATUS_ONLINE_ONLY")]
    assert verdict.credentials[0]["issuer"]["state"] == "PH"


def test_a_philid_is_genuine_and_its_status_is_not_known() -> None:
    text = minting.philid(PH_KEY, PHILID)
    verdict = judged(text)
    assert (verdict.decision, failing(verdict)) == (
        Decision.INDETERMINATE,
        [("status.list", "STATUS_ONLINE_ONLY")],
    )
    assert verdict.credentials[0]["format"] == "philsys"
    assert inspect(text).content["claims"]["subject"]["lName"] == "PE?A"  # what the signature covers


def philid(**changes: Any) -> str:
    """A signed document, changed behind its signature's back."""
    document = json.loads(minting.philid(PH_KEY, PHILID))
    document["subject"] = {**document["subject"], **changes.pop("subject", {})}
    return json.dumps({**document, **changes}, ensure_ascii=False)


REORDERED = json.loads(minting.philid(PH_KEY, PHILID))
REORDERED["subject"] = dict(reversed(REORDERED["subject"].items()))
WRONG_PHILIDS: dict[str, tuple[str, tuple[str, str]]] = {
    "another birth date": (philid(subject={"DOB": "February 3, 1991"}), ("proof.signature", "JOSE_SIGNATURE")),
    "an n for the ñ": (philid(subject={"lName": "PENA"}), ("proof.signature", "JOSE_SIGNATURE")),
    "another order": (json.dumps(REORDERED, ensure_ascii=False), ("format.wellformed", "PHILSYS_SHAPE")),
    "a quote that moves the border between two members": (
        philid(subject={"lName": 'PEÑA",\n    "fName": "X'}),
        ("format.wellformed", "PHILSYS_SHAPE"),
    ),
    "a line feed": (philid(subject={"POB": "Demo\nCity"}), ("format.wellformed", "PHILSYS_SHAPE")),
    "beyond ISO 8859-1": (philid(subject={"POB": "デモ"}), ("format.model", "PHILSYS_SHAPE")),
    "a member more": (philid(more="x"), ("format.wellformed", "PHILSYS_SHAPE")),
    "no text": (philid(DateIssued=1), ("format.wellformed", "PHILSYS_SHAPE")),
    "another alg": (philid(alg="RS256"), ("format.wellformed", "PHILSYS_SHAPE")),
    "a short signature": (philid(signature="AAAA"), ("proof.signature", "JOSE_SIGNATURE_FORMAT")),
    "no signature": (philid(signature=""), ("format.wellformed", "PHILSYS_SHAPE")),
    "spare bits in the signature": (philid(signature="AB=="), ("format.wellformed", "PHILSYS_SHAPE")),
}


@pytest.mark.parametrize("name", WRONG_PHILIDS)
def test_what_is_no_genuine_philid(name: str) -> None:
    text, line = WRONG_PHILIDS[name]
    verdict = judged(text)
    assert verdict.decision is Decision.REJECTED
    assert failing(verdict)[0] == line


@pytest.mark.parametrize("letter", ["Ñ", "ñ", "?"])
def test_three_letters_that_are_one_to_the_signature_are_shown_as_one(letter: str) -> None:
    shown = inspect(philid(subject={"lName": f"PE{letter}A"})).content
    assert shown["claims"]["subject"]["lName"] == "PE?A"


def signed(token: Any, key: SigningKey = OWN_KEY) -> bytes:
    return minting.sign(key, token)


def own_token(**changes: Any) -> dict[int, Any]:
    labels = {"iss": 1, "sub": 2, "exp": 4, "nbf": 5, "iat": 6, "identity": 169, "family": -71001, "hcert": -260}
    token: dict[int, Any] = {1: ISSUER, 4: moment(86400), 6: moment(-86400), 169: {4: "Contoh"}}
    token |= {labels[name]: value for name, value in changes.items()}
    return {label: value for label, value in token.items() if value is not None}


def plain(**changes: Any) -> str:
    return qr(signed(own_token(**changes)), "")


def pair(**changes: Any) -> str:
    return qr(by_kid(hcert_token(**changes)))


def ephilid(prefix: str = "PH1:", iss: str = "PH", claim: Any = None) -> str:
    return qr(signed({1: iss, 6: moment(-60), 169: claim or EPHILID}, PH_KEY), prefix)


def bomb() -> str:
    return "HC1:" + base45.encode(zlib.compress(bytes(limits.CWT_BYTES + 1)))


def kid_of(digest: bytes) -> str:
    """The genuine signer's signature under another's name."""
    payload = cbor.encode(hcert_token())
    message = sign1(LEAF_KEY, payload, {cose.KID: digest}, {})
    return qr(cbor.encode(Tagged(cose.SIGN1, message)))


SHAPE, MODEL, LISTED, ISSUER_LISTED = "format.wellformed", "format.model", "key.listed", "issuer.listed"
WRONG: dict[str, tuple[Callable[[], str | bytes], str, str]] = {
    "decompresses without end": (bomb, SHAPE, "LIMIT_CWT"),
    "torn": (lambda: "HC1:" + base45.encode(zlib.compress(by_kid())[:-1]), SHAPE, "CWT_COMPRESSION"),
    "with something behind it": (
        lambda: "HC1:" + base45.encode(zlib.compress(by_kid()) + b"x"),
        SHAPE,
        "CWT_COMPRESSION",
    ),
    "claims that are no map": (
        lambda: qr(cbor.encode(Tagged(18, sign1(OWN_KEY, cbor.encode([1]), {}, {}))), ""),
        SHAPE,
        "CWT_SHAPE",
    ),
    "another prefix": (lambda: qr(by_kid(), "HC2:"), MODEL, "CWT_CONTENT"),
    "no prefix": (lambda: qr(by_kid(), ""), MODEL, "CWT_CONTENT"),
    "a prefix before a family": (lambda: qr(signed(own_token()), "ABC:"), MODEL, "CWT_CONTENT"),
    "HC1 before claim 169": (lambda: qr(signed(own_token())), MODEL, "CWT_CONTENT"),
    "no credential in it": (lambda: plain(identity=None), MODEL, "CWT_CONTENT"),
    "two in it": (lambda: plain(family={2: "1990-02-03"}), MODEL, "CWT_CONTENT"),
    "hcert without an end": (lambda: pair(exp=None), MODEL, "JWT_CLAIM_MISSING"),
    "hcert without a date": (lambda: pair(iat=None), MODEL, "JWT_CLAIM_MISSING"),
    "hcert of two kinds": (lambda: pair(hcert={1: {**VACCINATION, "t": [{}]}}), MODEL, "HCERT_SHAPE"),
    "hcert of no kind": (lambda: pair(hcert={1: {**VACCINATION, "v": []}}), MODEL, "HCERT_SHAPE"),
    "hcert of two entries": (lambda: pair(hcert={1: {**VACCINATION, "v": [{}, {}]}}), MODEL, "HCERT_SHAPE"),
    "hcert without a name": (lambda: pair(hcert={1: {"ver": "1", "v": [{}]}}), MODEL, "HCERT_SHAPE"),
    "two certificates": (lambda: pair(hcert={1: VACCINATION, 2: {}}), MODEL, "HCERT_SHAPE"),
    "issued later": (lambda: pair(iat=moment(3600)), "time.issued", "TIME_ISSUED_IN_FUTURE"),
    "expired": (lambda: pair(exp=moment(-3600)), "time.window", "TIME_EXPIRED"),
    "ended before it began": (lambda: pair(exp=moment(-90000)), MODEL, "TIME_WINDOW_INVERTED"),
    "a date that is a text": (lambda: plain(iat="2026"), MODEL, "JWT_CLAIM_TYPE"),
    "another state's name": (lambda: pair(iss="VN"), ISSUER_LISTED, "SCOPE_STATE"),
    "a kid of nobody": (lambda: kid_of(bytes(8)), ISSUER_LISTED, "SCOPE_ISSUER_UNKNOWN"),
    "a kid cut short": (lambda: kid_of(hashlib.sha256(LEAF.der).digest()[:7]), MODEL, "COSE_HEADER"),
    "a kid that begins right": (
        lambda: kid_of(hashlib.sha256(LEAF.der).digest()[:7] + b"x"),
        ISSUER_LISTED,
        "SCOPE_ISSUER_UNKNOWN",
    ),
    "signed by another than its kid says": (
        lambda: qr(cbor.encode(Tagged(18, other_signature()))),
        "proof.signature",
        "COSE_SIGNATURE",
    ),
    "below an authority nobody lists": (
        lambda: minted(BELOW_KEY, V, VACCINATION, x5c=[b64(STRAY)], state="SG"),
        ISSUER_LISTED,
        "SCOPE_ISSUER_UNKNOWN",
    ),
    "claim 169 that is no map": (lambda: plain(identity=[1]), MODEL, "CWT_SHAPE"),
    "claim 169 with mixed members": (lambda: plain(identity={1: "x", "a": "y"}), MODEL, "CWT_SHAPE"),
    "a birth date that does not exist": (lambda: plain(identity={8: "19900231"}), MODEL, "CWT_SHAPE"),
    "a birth date of another form": (lambda: plain(identity={8: "1990-02-3"}), MODEL, "CWT_SHAPE"),
    "a gender that means nothing": (lambda: plain(identity={9: 4}), MODEL, "CWT_SHAPE"),
    "a name that is no text": (lambda: plain(identity={4: 1}), MODEL, "CWT_SHAPE"),
    "another issuer": (lambda: plain(iss="https://other.example"), ISSUER_LISTED, "SCOPE_ISSUER_UNKNOWN"),
    "no issuer": (lambda: plain(iss=None), ISSUER_LISTED, "SCOPE_ISSUER_UNKNOWN"),
    "a number the family does not have": (lambda: plain(identity=None, family={99: 1}), MODEL, "CWT_SHAPE"),
    "a family's object that is none": (lambda: plain(identity=None, family={1: "x"}), MODEL, "CWT_SHAPE"),
    "an ePhilID of another state": (lambda: ephilid(iss="SG"), MODEL, "PHILSYS_SHAPE"),
    "an ePhilID of other members": (lambda: ephilid(claim={"sb": {"x": "y"}}), MODEL, "PHILSYS_SHAPE"),
    "an ePhilID whose value is no text": (lambda: ephilid(claim={"sb": {"fn": 1}}), MODEL, "PHILSYS_SHAPE"),
}


def other_signature() -> list[Any]:
    payload, digest = cbor.encode(hcert_token()), hashlib.sha256(LEAF.der).digest()[:8]
    return sign1(BELOW_KEY, payload, {cose.KID: digest}, {})


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_one_place(name: str) -> None:
    build, check, code = WRONG[name]
    verdict = judged(build())
    assert verdict.decision is Decision.REJECTED
    assert (check, code) in failing(verdict)


def test_the_protected_kid_wins() -> None:
    digest = hashlib.sha256(LEAF.der).digest()[:8]
    for protected, unprotected, accepted in ((digest, bytes(8), True), (bytes(8), digest, False)):
        message = sign1(LEAF_KEY, cbor.encode(hcert_token()), {cose.KID: protected}, {cose.KID: unprotected})
        assert bool(judged(qr(cbor.encode(Tagged(18, message))))) is accepted


def test_two_listed_signers_of_one_beginning_are_nobodys_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    from defa_id.answers import listing

    monkeypatch.setattr(listing, "_begins", lambda record, _: record.use == "leaf")
    both = world().copy()
    identifiers = both.lists["SG"]["entities"][0]["services"][0]["identifiers"]
    identifiers.append(listed(BELOW, "leaf"))
    assert failing(both.verify(qr(by_kid())))[0] == ("key.listed", "JOSE_KEY_AMBIGUOUS")


OIDS = {"hcert-t": 1, "hcert-v": 2, "hcert-r": 3}


@pytest.mark.parametrize("arc", ["1.3.6.1.4.1.1847.2021.1", "1.3.6.1.4.1.0.1847.2021.1"])
@pytest.mark.parametrize("allowed", OIDS)
def test_key_usage_bounds_the_kind(arc: str, allowed: str) -> None:
    restricted = LEAF.also(x509.extended_usage(f"{arc}.{OIDS[allowed]}", critical=False))
    there = listing_signer(restricted)
    for kind in (V, T, R):
        certificate = {name: value for name, value in VACCINATION.items() if name != "v"} | {kind[-1]: [{"tg": "x"}]}
        raw = by_kid(hcert_token(hcert={1: certificate}), cert=restricted)
        expected = [] if kind == allowed else [("issuer.scope", "SCOPE_TYPE")]
        assert failing(there.verify(qr(raw))) == expected


@pytest.mark.parametrize(("country", "accepted"), [("SG", True), ("", True), ("VN", False)])
def test_a_listed_signer_may_leave_out_its_state_and_not_name_another(country: str, accepted: bool) -> None:
    subject = x509.plain_name("Demo DS", country) if country else x509.plain_name("Demo DS")
    certificate = LEAF.with_(subject=subject)
    verdict = listing_signer(certificate).verify(qr(by_kid(cert=certificate)))
    assert failing(verdict) == ([] if accepted else [("key.listed", "X509_COUNTRY")])


def test_rsa_with_pss() -> None:
    key = signing.generate("RSA")
    certificate = LEAF.with_(key=key.native)
    verdict = listing_signer(certificate).verify(qr(by_kid(key=key, cert=certificate)))
    assert (verdict.decision, failing(verdict)) == (Decision.ACCEPTED, [])
