"""Area B, the key that is meant: kid and x5c choose among the issuer's own keys and lead nowhere else."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.adversarial.rows import Row, Stage, accepted, refuse_each, refused, table, watching
from tests.support import world as minting
from tests.support.world import GRANT, ISSUER, PERSON, PERSON_VCT, Json, Signer, World, b64, dumps

NEIGHBOUR = Signer.make(kid="vn-key")
NAMESAKE = Signer.make(kid="key-1")
VN_ISSUER = "did:web:vn-person.example"


def with_neighbours(world: World) -> None:
    """VN lists an issuer of its own, with a key of its own name and one that bears the name of SG's."""
    service = minting.service(
        [NEIGHBOUR, NAMESAKE], [PERSON, PERSON_VCT], ["vc-jwt"], issuer=VN_ISSUER, service_id="VN-0001"
    )
    world.lists["VN"]["entities"] = [minting.entity([service])]
    world.lists["TH"]["recognitions"].append(minting.recognition("TH", "VN", [PERSON, PERSON_VCT]))


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of(edit=with_neighbours)


# -- kid ------------------------------------------------------------------------------------------------

KIDS_OF_NO_ONE = {
    "B19-traversal": "../../etc/passwd",
    "B19-dev-null": "/dev/null",
    "B19-file-URL": "file:///etc/passwd",
    "B19-http-URL": "http://127.0.0.1:9/key",
    "B19-NUL": "key-1\0.pem",
    "B20-SQL": "' OR 1=1--",
    "B20-union": "x' UNION SELECT 'key-1",
    "B20-format": "%s%n%x",
    "B20-braces": "{0.__class__}",
    "B20-JNDI": "${jndi:ldap://127.0.0.1/a}",
    "B20-LDAP": "*)(uid=*",
    "B20-shell": "$(id)`id`|id",
    "B20-wildcard": "*",
    "B20-JSON": '{"kid":"key-1"}',
    "B22-case": "KEY-1",
    "B22-fragment-case": "#KEY-1",
    "B22-DID-URL-case": f"{ISSUER}#KEY-1",
    "B22-percent": f"{ISSUER}#key%2D1",
    "B22-percent-alone": "key%2D1",
    "B22-space": "key-1 ",
    "B22-prefix": "key-",
    "B22-longer": "key-11",
    "B22-full-width": "key-１",
    "B22-DID-alone": ISSUER + "#",
    "B22-twice": f"{ISSUER}#key-1#key-1",
    "B22-path": f"{ISSUER}/x#key-1",
    "B22-other-DID-without-method": "web:sg-person.example#key-1",
    "B22-long": "k" * 4000,
}


@pytest.mark.parametrize("case", KIDS_OF_NO_ONE)
def test_kid_of_no_one(stage: Stage, case: str) -> None:
    kid = KIDS_OF_NO_ONE[case]
    token = stage.vc(header={"kid": kid})
    with watching() as seen:
        verdict = stage.judge(token)
    assert seen == []
    code = "SCOPE_ISSUER_KEY" if kid.startswith(f"{ISSUER}/") else "JOSE_KEY_UNKNOWN"
    refused(verdict, "key.listed", code)
    assert all(len(str(value)) <= 64 for line in verdict.problems for value in line.evidence.values())


@pytest.mark.parametrize("kid", ["key-1", "#key-1", f"{ISSUER}#key-1", None])
def test_b22_the_spellings_of_a_kid_that_are_its_own(stage: Stage, kid: str | None) -> None:
    accepted(stage.judge(stage.vc(header={"kid": kid})))


def test_b22_a_thumbprint_is_a_name_of_a_key(stage: Stage) -> None:
    for kid in (stage.signer.thumbprint, f"{ISSUER}#{stage.signer.thumbprint}"):
        accepted(stage.judge(stage.vc(header={"kid": kid})))


def test_b21_the_neighbour_is_an_issuer_in_its_own_right(stage: Stage) -> None:
    accepted(stage.judge(stage.vc(by=NEIGHBOUR, issuer=VN_ISSUER, iss=VN_ISSUER)))


@table(
    Row("B21-kid", lambda s: s.vc(by=NEIGHBOUR), "key.listed", "SCOPE_ISSUER_KEY"),
    Row(
        "B21-thumbprint",
        lambda s: s.vc(by=NEIGHBOUR, header={"kid": NEIGHBOUR.thumbprint}),
        "key.listed",
        "SCOPE_ISSUER_KEY",
    ),
    Row(
        "B21-DID-URL",
        lambda s: s.vc(by=NEIGHBOUR, header={"kid": f"{VN_ISSUER}#vn-key"}),
        "key.listed",
        "SCOPE_ISSUER_KEY",
    ),
    Row(
        "B21-DID-URL-of-our-kid",
        lambda s: s.vc(by=NEIGHBOUR, header={"kid": f"{VN_ISSUER}#key-1"}),
        "key.listed",
        "SCOPE_ISSUER_KEY",
    ),
    Row("B21-same-kid", lambda s: s.vc(by=NAMESAKE), "proof.signature", "JOSE_SIGNATURE"),
    Row("B21-no-kid", lambda s: s.vc(by=NEIGHBOUR, header={"kid": None}), "proof.signature", "JOSE_SIGNATURE"),
    Row(
        "B21-neighbour's-name-our-key",
        lambda s: s.vc(issuer=VN_ISSUER, iss=VN_ISSUER, header={"kid": s.signer.thumbprint}),
        "key.listed",
        "SCOPE_ISSUER_KEY",
    ),
)
def test_key_of_another(stage: Stage, row: Row) -> None:
    refuse_each(stage, row)


def test_b18_without_a_kid_two_keys_are_one_too_many() -> None:
    stage = Stage.of(Signer.make(kid="key-1"), Signer.make(kid="key-2"))
    refused(stage.judge(stage.vc(header={"kid": None})), "key.listed", "JOSE_KEY_AMBIGUOUS")


def test_b18_one_name_for_two_keys_names_neither() -> None:
    first = Signer.make(kid="key-1")
    stage = Stage.of(first, Signer.make(kid="key-1"), golden=False)
    refused(stage.judge(stage.vc()), "key.listed", "JOSE_KEY_AMBIGUOUS")
    accepted(stage.judge(stage.vc(header={"kid": first.thumbprint})))


# -- x5c --------------------------------------------------------------------------------------------------


def certificate(signer: Signer, name: str = ISSUER, **changes: Any) -> bytes:
    """A certificate for this key, by itself, as DER."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "demo signer")])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(signer.private.public_key())
        .serial_number(changes.get("serial", 7))
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2031, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(name)]), critical=False)
    )
    return built.sign(signer.private, hashes.SHA256()).public_bytes(Encoding.DER)


def x5c(*chain: bytes) -> Json:
    """The header members that name a key by certificates alone."""
    return {"kid": None, "x5c": [base64.b64encode(der).decode() for der in chain]}


def thumbprint(der: bytes) -> str:
    return b64(hashlib.sha256(der).digest())


LISTED = Signer.make(kid="key-1")
LISTED_DER = certificate(LISTED)
STRANGER = Signer.make(kid="stranger")
STRANGER_DER = certificate(STRANGER)


def with_certificate(world: World) -> None:
    pem = f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(LISTED_DER).decode()}\n-----END CERTIFICATE-----\n"
    world.sg["identifiers"].append(
        {
            "kind": "x509",
            "use": "leaf",
            "sha256": hashlib.sha256(LISTED_DER).hexdigest(),
            "pem": pem,
            "valid_from": GRANT,
            "recorded": GRANT,
        }
    )


@pytest.fixture(scope="module")
def certified() -> Stage:
    """An issuer whose certificate is listed beside its key; a credential signed under either is accepted."""
    stage = Stage.of(LISTED, edit=with_certificate)
    accepted(stage.judge(stage.vc(header=x5c(LISTED_DER))))
    accepted(stage.judge(stage.vc(header={**x5c(LISTED_DER), "x5t#S256": thumbprint(LISTED_DER)})))
    return stage


def test_b15_a_certificate_where_the_entry_lists_none(stage: Stage) -> None:
    token = stage.vc(by=STRANGER, header=x5c(STRANGER_DER))
    with watching() as seen:
        refused(stage.judge(token), "key.listed", "JOSE_HEADER_FORBIDDEN")
    assert seen == []


def test_b15_the_issuers_own_key_in_a_certificate_nobody_listed(stage: Stage) -> None:
    token = stage.vc(header=x5c(certificate(stage.signer)))
    refused(stage.judge(token), "key.listed", "JOSE_HEADER_FORBIDDEN")


WELLFORMED = "format.wellformed"


@table(
    Row("B15-strangers", lambda s: s.vc(by=STRANGER, header=x5c(STRANGER_DER)), "key.listed", "X509_CHAIN"),
    Row(
        "B15-strangers-with-ours-behind",
        lambda s: s.vc(by=STRANGER, header=x5c(STRANGER_DER, LISTED_DER)),
        "key.listed",
        "X509_CHAIN_ORDER",
    ),
    Row(
        "B15-ours-over-a-strangers-signature",
        lambda s: s.vc(by=STRANGER, header=x5c(LISTED_DER)),
        "proof.signature",
        "JOSE_SIGNATURE",
    ),
    Row("B15-none-at-all", lambda s: s.vc(header={"kid": None, "x5c": []}), WELLFORMED, "X509_PARSE"),
    Row("B15-a-text", lambda s: s.vc(header={"kid": None, "x5c": "AAAA"}), WELLFORMED, "X509_PARSE"),
    Row("B15-base64url", lambda s: s.vc(header={"kid": None, "x5c": ["-_-_"]}), WELLFORMED, "X509_PARSE"),
    Row("B15-numbers", lambda s: s.vc(header={"kid": None, "x5c": [7]}), WELLFORMED, "X509_PARSE"),
    Row("B15-letters-elsewhere", lambda s: s.vc(header={"kid": None, "x5c": ["ＡＡＡＡ"]}), WELLFORMED, "X509_PARSE"),
    Row("B15-not-DER", lambda s: s.vc(header={"kid": None, "x5c": ["AAAA"]}), "key.listed", "X509_PARSE"),
    Row(
        "B16-of-another-certificate",
        lambda s: s.vc(header={**x5c(LISTED_DER), "x5t#S256": thumbprint(STRANGER_DER)}),
        WELLFORMED,
        "X509_THUMBPRINT",
    ),
    Row(
        "B16-in-hexadecimal",
        lambda s: s.vc(header={**x5c(LISTED_DER), "x5t#S256": hashlib.sha256(LISTED_DER).hexdigest()}),
        WELLFORMED,
        "X509_THUMBPRINT",
    ),
    Row(
        "B16-not-a-text",
        lambda s: s.vc(header={**x5c(LISTED_DER), "x5t#S256": 7}),
        WELLFORMED,
        "JOSE_HEADER_FORBIDDEN",
    ),
    Row(
        "B17-kid-and-x5c", lambda s: s.vc(header={**x5c(LISTED_DER), "kid": "key-1"}), WELLFORMED, "JOSE_KEY_AMBIGUOUS"
    ),
    Row("B52-four-certificates", lambda s: s.vc(header=x5c(*[LISTED_DER] * 4)), WELLFORMED, "LIMIT_X509"),
    Row("B52-fifty-certificates", lambda s: s.vc(header=x5c(*[LISTED_DER] * 50)), WELLFORMED, "LIMIT_X509"),
    Row("B52-fifty-large-ones", lambda s: s.vc(header=x5c(*[LISTED_DER * 4] * 50)), WELLFORMED, "LIMIT_HEADER"),
    Row("B52-one-large-one", lambda s: s.vc(header=x5c(b"\x30" * 8193)), WELLFORMED, "LIMIT_X509"),
)
def test_certificate(certified: Stage, row: Row) -> None:
    refuse_each(certified, row)


def test_b15_no_certificate_speaks_for_a_key_binding(stage: Stage) -> None:
    """The holder's key is the one the issuer wrote down, whatever the holder's header brings along."""
    shown = stage.sd()
    payload = {"iat": minting.moment(), "aud": "https://rp.example", "nonce": "n-1", "sd_hash": minting.digest(shown)}
    header = {"alg": "ES256", "typ": "kb+jwt", "x5c": x5c(STRANGER_DER)["x5c"]}
    token = shown + STRANGER.token(dumps(header), payload)
    verdict = stage.judge(token, expected=minting.PRESENTED)
    refused(verdict, "holder.proof", "KB_SIGNATURE")
