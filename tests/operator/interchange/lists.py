"""Lists to be exported, and signers of lists: certificates and keys made for the test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import strategies as st

from defa_id.codec import times
from defa_id.issue import signing
from defa_id.issue.signing import SigningKey
from defa_id.operator import admission

Object = dict[str, Any]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
RETRIEVED = times.show(NOW)


def moment(day: int) -> str:
    """Days before (negative) or after NOW."""
    return times.show(NOW + day * DAY)


def certificate(
    key: SigningKey,
    *,
    by: SigningKey | None = None,
    authority: bool = False,
    name: str = "Test",
    organisation: str | None = None,
) -> bytes:
    """A certificate (DER) of the key, self-signed or issued by another named `Authority`; valid around NOW."""
    signer = (by or key).native
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    own = [] if organisation is None else [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)]
    subject = x509.Name([*_name(name), *own])
    issuer = subject if by is None else _name("Authority")
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.native.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - 30 * DAY)
        .not_valid_after(NOW + 300 * DAY)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(_usage(authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.native.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    return builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.DER)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "SG"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


@cache
def made_keys() -> tuple[SigningKey, ...]:
    """Keys of every kind a list may hold."""
    return tuple(signing.generate(kind) for kind in ("P-256", "P-256", "P-384", "Ed25519", "Ed25519"))


@cache
def made_certificates() -> tuple[Object, ...]:
    """Identifiers of certificates, as admission lists them."""
    p256 = [key for key in made_keys() if key.public.crv == "P-256"]
    found = [
        certificate(p256[0], authority=True, name="Authority"),
        certificate(p256[1], name="Signer"),
    ]
    return tuple(admission.from_certificate(admission.pem(der).encode()).identifier for der in found)


def jwk(key: SigningKey) -> Object:
    return admission.from_jwk(dict(key.public_jwk)).identifier


def listing(entities: list[Object], **changes: Any) -> Object:
    """A state's list as published."""
    return {
        "defa_id": "state-list/1",
        "territory": "SG",
        "environment": "demo",
        "sequence": 3,
        "issued": moment(-1),
        "next_update": moment(90),
        "state": {
            "authority_id": "did:web:authority.sg.example",
            "names": [{"lang": "en", "value": "Singapore"}, {"lang": "zh-Hans", "script": "Hans", "value": "新加坡"}],
        },
        "entities": entities,
        "recognitions": [],
        "arrangements": [],
        **changes,
    }


days = st.integers(-400, 400)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u202e"), min_size=1, max_size=12)


@st.composite
def identifiers(draw: st.DrawFn, number: int) -> list[Object]:
    """Some of every kind, each with a time of its own; each thing once."""
    things: list[Object] = [
        {"kind": "did", "value": f"did:web:issuer-{number}.example"},
        {"kind": "issuer_url", "value": f"https://issuer-{number}.example/path"},
        *(jwk(key) for key in made_keys()),
        *made_certificates(),
    ]
    chosen = draw(st.lists(st.sampled_from(range(len(things))), min_size=1, max_size=6, unique=True))
    found = []
    for index in chosen:
        begins = draw(days)
        record = {**things[index], "valid_from": moment(begins), "recorded": RETRIEVED}
        if draw(st.booleans()):
            record["valid_until"] = moment(begins + 1 + draw(st.integers(0, 400)))
        if "value" not in record and draw(st.integers(0, 4)) == 0:
            record["compromised_since"] = moment(draw(days))
        if draw(st.integers(0, 4)) == 0:
            record["x-note"] = {"a": [1, None]}
        found.append(record)
    return found


@st.composite
def events(draw: st.DrawFn) -> list[Object]:
    found = []
    for day in sorted(draw(st.sets(days, max_size=4))):
        status = draw(st.sampled_from(["granted", "suspended", "withdrawn", "ceased", "superseded", "proposed"]))
        event = {"status": status, "effective": moment(day), "recorded": RETRIEVED}
        if status not in ("granted", "proposed"):
            event["reason"] = draw(st.sampled_from(["administrative", "fraud", "compromise"]))
        if draw(st.booleans()):
            event["decision_ref"] = draw(texts)
        found.append(event)
    return found


@st.composite
def services(draw: st.DrawFn, number: int) -> Object:
    offline = draw(st.booleans())
    return {
        "service_id": f"SG-{number:04}",
        "type": draw(st.sampled_from(["issuance", "status"])),
        "interface": "offline" if offline else "none",
        "recorded": RETRIEVED,
        "identifiers": draw(identifiers(number)),
        "formats": ["vc-jwt", "mdoc"] if offline else [],
        "credentials": [{"type": "PersonIdentityCredential"}] if offline else [],
        "algorithms": [{"alg": "ES256"}, {"alg": "RS256", "not_after": moment(9)}] if offline else [],
        "status_lists": [],
        "status_required": draw(st.booleans()),
        "assurance": [
            {
                "framework": "defa-id-reference",
                "framework_version": "1",
                "level": "substantial",
                "basis": "self-declared",
                "status": "proposed",
                "effective": moment(draw(days)),
                "recorded": RETRIEVED,
            }
        ],
        "scope": {"subjects": ["natural"], "purposes": [], "sectors": []},
        "status_events": draw(events()),
    }


@st.composite
def entities(draw: st.DrawFn) -> list[Object]:
    found = []
    for number in range(draw(st.integers(0, 3))):
        labels = [{"lang": "en", "value": draw(texts)}]
        if draw(st.booleans()):
            labels.append({"lang": "th", "script": "Thai", "value": "ผู้ออก", "status": "draft"})
        entity: Object = {
            "entity_id": f"did:web:entity-{number}.example",
            "names": labels,
            "kind": "government",
            "recorded": RETRIEVED,
            "services": [draw(services(10 * number + n)) for n in range(draw(st.integers(1, 2)))],
        }
        if draw(st.booleans()):
            entity["legal_ids"] = [{"scheme": "UEN", "value": "T00DEMO00X"}]
            entity["incident_contact"] = draw(st.sampled_from(["mailto:a@b.example", "room 5"]))
            entity["supervisory_body"] = draw(texts)
        found.append(entity)
    return found
