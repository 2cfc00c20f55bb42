"""What a verifier reads of another standard's credential is what its description takes, members and all."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from defa_id.credential import Reading
from defa_id.formats import cwt, philsys
from defa_id.issue import certificates, signing
from defa_id.issue import cwt as minting
from defa_id.types.conversion import convert

NOW: Final = datetime(2026, 11, 24, tzinfo=UTC)
Object = dict[str, Any]


def in_a_token(type: str, claims: Object) -> Object:
    """The claims of a token as a verifier has them."""
    key = signing.generate()
    signer = certificates.authority(key, "PH", "Demo signer", NOW)
    token = minting.mint(
        key,
        issuer="https://issuer.example",
        type=type,
        claims=claims,
        issued=NOW,
        expires=NOW + timedelta(days=1),
        x5c=[base64.b64encode(signer).decode()] if type == "hcert-v" else [],
        state="PH",
    )
    return dict(cwt.model(cwt.read(token.encode(), Reading())).claims)


def on_a_card(claims: Object) -> Object:
    text = minting.philid(signing.generate("Ed25519"), claims)
    return dict(philsys.model(philsys.read(text.encode(), Reading())).claims)


NAMES: Final = {"given": "CONTOH", "family": "PAGSUBOK"}
CARD: Final = {"Suffix": "", "lName": "PAGSUBOK", "fName": "CONTOH", "mName": "PEÑA", "sex": "Female", "BF": "[1,6]"}


@pytest.mark.parametrize(
    ("standard", "read", "expected"),
    [
        (
            "claim-169",
            lambda: in_a_token("claim-169", {"4": "Contoh", "8": "19900203", "9": 2, "13": "PH"}),
            {
                "name": {"full": [{"value": "Contoh", "lang": "und", "script": "Latn", "kind": "official"}]},
                "birth_date": "1990-02-03",
                "sex": 2,
                "nationality": ["PH"],
            },
        ),
        (
            "philsys-3",
            lambda: in_a_token(
                "philsys-id",
                {
                    "d": "2026-01-01",
                    "i": "DEMO",
                    "img": b"demo",
                    "sb": {
                        "fn": "CONTOH",
                        "ln": "PAGSUBOK",
                        "s": "Female",
                        "DOB": "1990-02-03",
                        "PCN": "0000",
                        "POB": "Demo",
                    },
                },
            ),
            {
                "name": {"parts": NAMES},
                "birth_date": "1990-02-03",
                "birth_place": {"text": "Demo"},
                "sex": 2,
                "document_number": "0000",
                "issuing_authority": "DEMO",
                "issue_date": "2026-01-01",
            },
        ),
        (
            "philsys-1",
            lambda: on_a_card(
                {
                    "DateIssued": "01 January 2026",
                    "Issuer": "DEMO",
                    "subject": {**CARD, "DOB": "03 February 1990", "POB": "Demo", "PCN": "0000"},
                }
            ),
            {
                "name": {"parts": NAMES},
                "birth_place": {"text": "Demo"},
                "sex": 2,
                "document_number": "0000",
                "issuing_authority": "DEMO",
            },
        ),
    ],
    ids=["claim-169", "philsys-3", "philsys-1"],
)
def test_a_person_of_a_qr_code(standard: str, read: Any, expected: Object) -> None:
    here = convert(read(), source=standard, target="person-identity")
    assert here.claims == expected
    assert "name.primary" in here.missing


def test_a_vaccination_of_a_qr_code() -> None:
    certificate = {
        "ver": "1.3.0",
        "nam": {"fn": "Contoh", "fnt": "CONTOH"},
        "dob": "1990",
        "v": [{"tg": "840539006", "ci": "URN:UVCI:01:SG:DEMO"}],
    }
    here = convert(in_a_token("hcert-v", certificate), source="hcert", target="health-certificate")
    assert here.claims["birth_date"] == "1990"
    assert here.claims["name"]["primary"] == "CONTOH"
    assert convert(here.claims, source="health-certificate", target="hcert").claims == certificate
