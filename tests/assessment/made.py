"""A live registry of four states that have come unevenly far, for the reports on where each of them stands."""

from __future__ import annotations

from functools import cache

from defa_id.policy import Policy
from defa_id.trust.registry import Registry
from tests.support.world import GRANT, NOW, PERSON, PERSON_VCT, Json, Signer, World, entity, recognition, service

COMPANY = "LegalEntityCredential"
TYPES: list[Json] = [
    {
        "type": PERSON,
        "format": "vc",
        "family": "person-identity",
        "names": [{"lang": "en", "value": "Person identity"}],
    },
    {
        "type": PERSON_VCT,
        "format": "sd-jwt-vc",
        "family": "person-identity",
        "names": [{"lang": "en", "value": "Person identity"}],
    },
    {"type": COMPANY, "format": "vc", "family": "legal-entity", "names": [{"lang": "en", "value": "Legal entity"}]},
]
SCHEMA: Json = {"uri": "urn:example:schema", "sha256": "ab" * 32}
AUDITED: Json = {
    "framework": "defa-id-reference",
    "framework_version": "1",
    "basis": "audited",
    "status": "assessed",
    "effective": GRANT,
    "recorded": GRANT,
}


def corridor(**changes: object) -> Json:
    """An arrangement of three states."""
    document: Json = {
        "id": "corridor",
        "kind": "plurilateral",
        "title": "A corridor",
        "parties": ["PH", "SG", "TH"],
        "environment": "pilot",
        "types": [PERSON],
        "purposes": ["banking.account-opening"],
        "min_level": "high",
        "phases": [{"phase": "trial", "from": GRANT, "until": "2027-01-10T00:00:00Z"}],
        "instrument": "treaty",
        "recorded": GRANT,
    }
    return {**document, **changes}


def made() -> World:
    """SG: all that one could ask, and short of a level. PH: a company register with everything missing.
    TH: relies on others, lists nobody of use. VN: an issuer on whom nobody relies."""
    world, _ = World.make(environment="live", name="example-registry")
    world.vocabulary["types"] = TYPES
    world.vocabulary["instruments"] = [
        {"id": "treaty", "title": "A treaty", "status": "in_force"},
        {"id": "draft", "title": "A draft", "status": "signed"},
    ]
    for state, listing in world.lists.items():
        listing["next_update"] = "2027-11-01T00:00:00Z"
        listing["state"] |= {
            "names": [{"lang": "en", "value": f"State {state}"}],
            "languages": ["en"],
            "scripts": ["Latn"],
            "schemes": [],
        }
    singapore = world.lists["SG"]
    singapore["state"] |= {
        "provenance": {"kind": "state-signed"},
        "legal_basis": [{"value": "An act"}],
        "contacts": [{"value": "list@sg.example"}],
    }
    world.sg["credentials"] = [{"type": PERSON, "schema": SCHEMA}, {"type": PERSON_VCT, "schema": SCHEMA}]
    world.sg["status_lists"] = [{"url": "https://status.example/"}]
    world.sg["assurance"] = [{**AUDITED, "level": "substantial"}]
    world.sg["identifiers"][1]["possession"] = "a.b.c"
    singapore["entities"][0]["incident_contact"] = "incident@sg.example"
    singapore["recognitions"] = [
        recognition("SG", "PH", [COMPANY], id="SG-1", environment="live", legal_basis="An act", instrument="treaty"),
    ]
    company = Signer.make("RS256")
    world.lists["PH"]["entities"] = [
        entity(
            [
                service(
                    [company],
                    [COMPANY],
                    ["vc-jwt"],
                    issuer="https://companies.ph.example",
                    service_id="PH-0001",
                    algorithms=[{"alg": "RS256", "not_after": "2027-06-01T00:00:00Z"}],
                )
            ],
            name="Companies",
        )
    ]
    closed = service([], [], [], issuer="did:web:th.example", service_id="TH-0001", interface="none", status_events=[])
    world.lists["TH"]["entities"] = [entity([{**closed, "algorithms": [], "assurance": []}])]
    world.lists["TH"]["recognitions"] = [
        recognition("TH", "SG", [PERSON, PERSON_VCT], id="TH-1", environment="live", min_level="high"),
        recognition("TH", "PH", [COMPANY], id="TH-2", environment="sandbox", instrument="draft"),
    ]
    world.lists["SG"]["arrangements"] = [corridor()]
    world.lists["PH"]["arrangements"] = [corridor()]
    world.lists["TH"]["arrangements"] = [corridor(title="Another text")]
    world.lists["PH"]["recognitions"] = [
        recognition("PH", "SG", [PERSON], id="PH-1", environment="live", until="2027-01-01T00:00:00Z"),
        recognition("PH", "TH", [PERSON], id="PH-2", environment="sandbox"),
    ]
    person = Signer.make()
    vietnam = service([person], [PERSON], ["vc-jwt"], issuer="did:web:vn.example", service_id="VN-0001")
    world.lists["VN"]["entities"] = [entity([vietnam], name="Persons")]
    world.lists["VN"]["recognitions"] = [recognition("VN", "SG", [PERSON], id="VN-1", environment="pilot")]
    return world


@cache
def registry() -> Registry:
    """That registry, as of NOW."""
    return made().registry(NOW)


def baseline() -> Policy:
    return Policy.from_document({"id": "baseline"})


def strict() -> Policy:
    return Policy.from_document({"id": "strict", "status": "always", "formats": ["mdoc"], "min_level": "substantial"})
