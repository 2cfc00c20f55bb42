"""What may be listed and what may not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwt.exceptions import InvalidKeyError

from defa_id.errors import ChangeRefused
from defa_id.issue import certificates, signing
from defa_id.issue.possession import prove
from defa_id.issue.signing import SigningKey, sign_compact
from defa_id.operator import admission
from tests.operator.made import ISSUER, certificate, days, jwk, private_pem, public_pem


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("did:web:issuer.example", "did"),
        ("did:web:issuer.example%3A8443:path", "did"),
        ("did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169", "did"),
        ("https://issuer.example", "issuer_url"),
        ("https://issuer.example:8443/one?two=3", "issuer_url"),
    ],
)
def test_identifiers(value: str, kind: str) -> None:
    assert admission.identifier_kind(value) == kind


@pytest.mark.parametrize(
    "value",
    [
        "",
        "issuer.example",
        "http://issuer.example",
        "https://",
        "https:///path",
        "https://user@issuer.example",
        "https://issuer.example#key",
        "https://issuer.example/with space",
        "https://issuer.example:99999",
        "https://bücher.example",
        "did:",
        "did:web:",
        "did:WEB:issuer.example",
        "did:web:issuer.example#key-1",
        "did:web:issuer.example/path",
        "did:web:issuer.example:",
        "did:web:" + "a" * 3000,
    ],
)
def test_what_is_no_identifier(value: str) -> None:
    with pytest.raises(ChangeRefused):
        admission.identifier_kind(value)


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\ufeff", "\u00ad", "\x00", "\n"])
def test_what_nobody_can_see_is_refused(hidden: str) -> None:
    with pytest.raises(ChangeRefused, match="cannot be seen"):
        admission.identifier_kind(f"did:web:issuer{hidden}.example")


@pytest.mark.parametrize("type", ["*", "Person*", "VerifiableCredential", "", " ", "Person Identity", "Persön"])
def test_what_is_no_type(type: str) -> None:
    with pytest.raises(ChangeRefused):
        admission.require_type(type)


@pytest.mark.parametrize("type", ["A", "urn:defa-id:x:1", "https://x.example/vct?v=1#a", "org.iso.18013.5.1.mDL"])
def test_types(type: str) -> None:
    assert admission.require_type(type) == type


@pytest.mark.parametrize("kind", ["P-256", "P-384", "Ed25519"])
def test_a_key_is_one_key_in_whichever_file(kind: str, now: datetime) -> None:
    key = signing.generate(kind)
    read = [admission.read_key(jwk(key)), admission.read_key(public_pem(key))]
    if kind != "Ed25519":
        read.append(admission.read_key(certificate(key, now - days(1), now + days(1))))
    assert {one.public.thumbprint for one in read} == {key.public.thumbprint}
    assert read[0].identifier == {"kind": "jwk", "jwk": dict(key.public.jwk), "thumbprint": key.public.thumbprint}


def test_a_jwk_keeps_its_kid_and_alg_and_nothing_else() -> None:
    read = admission.read_key(jwk(signing.generate(), kid="key-1", alg="ES256", use="sig", x5u="https://x.example"))
    assert read.identifier["jwk"].keys() == {"kty", "crv", "x", "y", "kid", "alg"}


@pytest.mark.parametrize(("authority", "use"), [(True, "ca"), (False, "leaf"), (None, "leaf")])
def test_a_certificate_says_what_it_is(authority: bool | None, use: str, now: datetime) -> None:
    read = admission.read_key(certificate(signing.generate(), now, now + days(9), authority=authority))
    assert read.identifier["use"] == use
    assert (read.not_before, read.not_after) == (now, now + days(9))


def test_a_key_peers_cannot_read_does_not_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(_: object) -> None:
        raise InvalidKeyError

    monkeypatch.setattr("jwt.PyJWK", unreadable)
    with pytest.raises(ChangeRefused, match="PyJWT cannot read it"):
        admission.read_key(jwk(signing.generate()))


def test_private_keys_never_enter() -> None:
    key = signing.generate()
    for data in (signing.to_json(signing.to_jwk(key)), private_pem(key), public_pem(key) + private_pem(key)):
        with pytest.raises(ChangeRefused, match=r"private") as refused:
            admission.read_key(data)
        assert "seen by others" in refused.value.hint


WEAK = {
    "small order": b'{"kty":"OKP","crv":"Ed25519","x":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}',
    "short RSA": b'{"kty":"RSA","e":"AQAB","n":"' + b"q" * 170 + b'"}',
}


@pytest.mark.parametrize("data", WEAK.values(), ids=WEAK.keys())
def test_weak_keys_never_enter(data: bytes) -> None:
    with pytest.raises(ChangeRefused, match="the key is refused"):
        admission.read_key(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"{",
        b'{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}',
        b'{"kty":"oct","k":"AAAA"}',
        b'{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}',
        b'{"kty":"EC","kty":"EC"}',
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        b"ssh-ed25519 AAAA",
        b"\x30\x82\x01\x0a",
    ],
)
def test_what_is_no_key(data: bytes) -> None:
    with pytest.raises(ChangeRefused):
        admission.read_key(data)


@given(st.binary(max_size=400))
def test_no_file_breaks_the_reader(data: bytes) -> None:
    with pytest.raises(ChangeRefused):
        admission.read_key(data)


def test_two_certificates_are_not_one(now: datetime) -> None:
    two = certificate(signing.generate(), now, now + days(1)) * 2
    with pytest.raises(ChangeRefused, match="2 certificates"):
        admission.read_key(two)


def test_possession_is_shown_by_the_key_itself(now: datetime) -> None:
    for kind in ("P-256", "P-384", "Ed25519"):
        key = signing.generate(kind)
        admission.require_possession(prove(key, ISSUER, "name", now).encode() + b"\n", key.public, ISSUER, "name", now)


def _claims(now: datetime, **members: object) -> dict[str, object]:
    return {"iss": ISSUER, "aud": "name", "iat": int(now.timestamp()), **members}


def test_what_shows_no_possession(now: datetime) -> None:
    key, other = signing.generate(), signing.generate()

    def refused(proof: str, why: str) -> None:
        with pytest.raises(ChangeRefused, match=why):
            admission.require_possession(proof.encode(), key.public, ISSUER, "name", now)

    def signed(signer: SigningKey = key, typ: str = "defa-id-pop+jwt", **members: object) -> str:
        return sign_compact(signer, {"typ": typ}, _claims(now, **members))

    refused(signed(other), "not")
    refused(signed(typ="JWT"), "typ")
    refused(signed(iss="did:web:another.example"), "iss")
    refused(signed(aud="another"), "aud")
    refused(signed(aud=["name"]), "aud")
    refused(signed(exp=1), "exactly")
    refused(signed(iat="now"), "iat")
    refused(signed(iat=int((now + timedelta(minutes=2)).timestamp())), "future")
    refused(signed(iat=int((now - days(8)).timestamp())), "older")
    refused("", "part")
    refused("a.b.c", ".")
    refused(signed()[:-4] + "AAAA", "not")


class TestCertifiedFormats:
    """An mdoc names its signer by a certificate: one that could sign nothing is not listed in the first place."""

    @staticmethod
    def refused(data: bytes, state: str = "SG") -> str:
        with pytest.raises(ChangeRefused) as raised:
            admission.require_certificate("mdoc", state, admission.read_key(data))
        assert raised.value.hint
        return raised.value.message

    def test_an_authority_and_a_signer(self, now: datetime) -> None:
        key, below = signing.generate(), signing.generate()
        root = certificates.authority(key, "SG", "Test", now)
        for der in (root, certificates.signer(below, root, key, "Test DS", now)):
            admission.require_certificate("mdoc", "SG", admission.read_key(certificates.to_pem(der)))

    def test_what_could_sign_nothing(self, now: datetime) -> None:
        key = signing.generate()
        root = certificates.to_pem(certificates.authority(key, "SG", "Test", now))
        assert "name their signer by a certificate" in self.refused(jwk(key))
        assert "the registry TH" in self.refused(root, "TH")
        assert "not the key usage" in self.refused(without_usage(now))
        long = certificates.to_pem(certificates.authority(key, "SG", "Test", now, 21 * 366))
        assert "valid for more than" in self.refused(long)
        admission.require_certificate("sd-jwt-vc", "TH", admission.read_key(long))  # no profile of its own


def without_usage(now: datetime) -> bytes:
    from tests.support import certificates as made

    plain = made.signer(made.p256(5), made.authority(made.p256(6))).without("2.5.29.37")
    return plain.with_(begins=now).pem.encode()
