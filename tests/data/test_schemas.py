"""The schemas: valid 2020-12, complete in themselves, named by digest, and no stricter than they say."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
from jsonschema_rs import Draft202012Validator

from defa_id.catalogue import CATALOGUE
from defa_id.codec import canonical, limits
from defa_id.verdict import Check, Outcome, Verdict

PROJECT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = PROJECT / "schemas"
FILES: Final = sorted(FOLDER.rglob("*.schema.json"))
FAMILIES: Final = tuple(path.name.removesuffix(".vc.schema.json") for path in FILES if ".vc.schema." in path.name)
FORMATS: Final = ("vc", "sd-jwt-vc", "mdoc", "cwt")
OTHERS = {"claim-169", "philsys-id", "hcert-v", "hcert-t", "hcert-r"}  # of other standards, whole documents

Object = dict[str, Any]
EACH_FILE = pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
EACH_FAMILY = pytest.mark.parametrize("family", FAMILIES)


def load(path: Path) -> Object:
    document: Object = json.loads(path.read_text(encoding="utf-8"))
    return document


def credential(family: str, form: str) -> Object:
    return load(FOLDER / "credentials" / f"{family}.{form}.schema.json")


def accepts(schema: Object, document: Any) -> bool:
    return Draft202012Validator(schema, validate_formats=True).is_valid(document)


def members(value: Any, name: str) -> Iterator[Any]:
    """Every value a keyword has in a schema, at any depth."""
    if isinstance(value, dict):
        if name in value:
            yield value[name]
        for below in value.values():
            yield from members(below, name)
    elif isinstance(value, list):
        for below in value:
            yield from members(below, name)


def person(name: Object, **claims: Any) -> Object:
    return {
        "type": ["VerifiableCredential", "PersonIdentityCredential"],
        "credentialSubject": {"name": name, **claims},
    }


def form(value: str, lang: str = "id", script: str = "Latn") -> Object:
    return {"value": value, "lang": lang, "script": script, "kind": "official"}


MONONYM: Final[Object] = {"full": [form("Contoh")], "primary": "CONTOH"}


def test_all_schemas_are_here() -> None:
    assert {"person-identity", "professional-registration", "legal-entity"} <= set(FAMILIES)
    assert len(FILES) == 14 + len(FORMATS) * len(FAMILIES) + len(OTHERS)


@EACH_FILE
def test_a_schema_is_valid_and_says_which_dialect_and_version_it_is(path: Path) -> None:
    schema = load(path)
    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:defa-id:schema:{path.name.removesuffix('.schema.json')}:1"
    assert schema["title"]
    assert schema["description"]


@EACH_FILE
def test_a_schema_is_complete_in_itself(path: Path) -> None:
    schema = load(path)
    for reference in members(schema, "$ref"):
        assert reference.startswith("#/$defs/")
        assert reference.removeprefix("#/$defs/") in schema["$defs"]
    for name in schema.get("$defs", {}):
        assert f"#/$defs/{name}" in set(members(schema, "$ref")), f"{name} is never used"
    assert len(canonical.encode(schema)) < limits.DOCUMENT_BYTES


@EACH_FILE
def test_patterns_are_ones_every_engine_reads_alike(path: Path) -> None:
    for pattern in members(load(path), "pattern"):
        if isinstance(pattern, str):
            re.compile(pattern)
            assert pattern.startswith("^")
            assert not re.search(r"\\[dwsbDWSB]|\(\?|\\[1-9]", pattern)


def test_the_vocabulary_names_the_schemas_by_their_digests() -> None:
    vocabulary = load(PROJECT / "trust_registry" / "vocabulary.json")
    named_schemas = [entry for entry in vocabulary["types"] if "schema" in entry]
    assert len(named_schemas) == len(FORMATS) * len(FAMILIES) + len(OTHERS)
    assert {entry["type"] for entry in named_schemas if "uri" not in entry} == OTHERS
    for entry in named_schemas:
        named = entry["schema"]
        schema = load(FOLDER / "credentials" / named["target"].removeprefix("schemas/"))
        assert named["uri"] == schema["$id"]
        assert named["sha256"] == canonical.digest(schema)
        name = f"{entry['family']}.{entry['format']}" if "uri" in entry else entry["type"]
        assert named["target"] == f"schemas/{name}.schema.json"


@EACH_FAMILY
def test_both_forms_of_a_family_know_the_same_properties(family: str) -> None:
    document, payload = credential(family, "vc"), credential(family, "sd-jwt-vc")
    envelope = {"vct", "iss", "iat", "nbf", "exp", "cnf", "status", "sub"}
    subject = document["$defs"]["subject"]["properties"].keys() - {"id"}
    assert subject == payload["properties"].keys() - envelope
    assert document["$defs"].keys() - {"subject"} == payload["$defs"].keys()


@EACH_FAMILY
def test_nothing_a_holder_may_withhold_is_required(family: str) -> None:
    schema = credential(family, "sd-jwt-vc")
    assert list(members(schema, "required")) == [["vct"]]
    assert not list(members(schema, "minItems"))
    assert accepts(schema, {"vct": f"urn:defa-id:{family}:1"})
    assert not accepts(schema, {"vct": f"urn:defa-id:{family}:2"})
    assert accepts(schema, {"vct": f"urn:defa-id:{family}:1", "name": {"full": []}, "cnf": {"jwk": {}}})


@EACH_FAMILY
def test_a_document_keeps_its_envelope(family: str) -> None:
    schema = credential(family, "vc")
    assert "additionalProperties" not in schema
    assert schema["required"] == ["type", "credentialSubject"]
    example = load(PROJECT / "examples" / "claims" / f"{family}.json")
    name = schema["properties"]["type"]["contains"]["const"]
    jwt = {"iss": "did:example:a", "exp": 1, "nbf": 1, "iat": 1, "sub": "did:example:b", "jti": "urn:x", "cnf": {}}
    document = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential", name], **jwt}
    assert accepts(schema, {**document, "credentialSubject": example})
    assert accepts(schema, {**document, "credentialSubject": [{"id": "did:example:b", **example}, example]})
    assert not accepts(schema, {**document, "credentialSubject": []})
    assert not accepts(schema, {**document, "credentialSubject": {"id": "did:example:b"}})
    assert not accepts(schema, {**document, "type": ["VerifiableCredential"], "credentialSubject": example})


@EACH_FAMILY
def test_a_family_name_is_never_required(family: str) -> None:
    asked = [
        name
        for form in ("vc", "sd-jwt-vc")
        for names in members(credential(family, form), "required")
        for name in names
    ]
    assert not {"family_name", "given_name", "family", "given", "secondary", "birth_date"} & set(asked)


@pytest.mark.parametrize(
    "name",
    [
        MONONYM,
        {"full": [form("ဒေါ်နမူနာ", "my", "Mymr")], "primary": "DAW NAMUNA"},
        {"full": [form("Siti binti Misalan", "ms")], "primary": "SITI BINTI MISALAN", "structure": "patronymic"},
        {
            "full": [form("สมมติ ตัวอย่าง", "th", "Thai"), {**form("Sommut", "th-Latn"), "kind": "transliteration"}],
            "primary": "TUAYANG",
            "secondary": "SOMMUT",
        },
    ],
    ids=["mononym", "burmese", "patronymic", "thai"],
)
def test_names_of_the_region_fit(name: Object) -> None:
    assert accepts(credential("person-identity", "vc"), person(name))


@pytest.mark.parametrize(
    "name",
    [
        {"full": [], "primary": "CONTOH"},
        {"full": [form("Contoh")]},
        {"primary": "CONTOH"},
        {"full": [{"value": "Contoh"}], "primary": "CONTOH"},
        {"full": [form("Contoh", script="latin")], "primary": "CONTOH"},
        {"full": [{**form("Contoh"), "kind": "guessed"}], "primary": "CONTOH"},
        "Contoh",
    ],
)
def test_a_name_without_its_form_does_not_fit(name: Any) -> None:
    assert not accepts(credential("person-identity", "vc"), person(name))


@pytest.mark.parametrize("date", ["1988", "1988-11", "1988-11-30", "2026-01-01"])
def test_a_birth_date_may_be_partial(date: str) -> None:
    assert accepts(credential("person-identity", "vc"), person(MONONYM, birth_date=date))


@pytest.mark.parametrize(
    "date",
    ["2026-02-30", "1900-02-29", "2531", "2531-11-30", "88", "1988-13", "1988-11-32", "30/11/1988", "19881130", 1988],
)
def test_a_birth_date_is_never_guessed_at(date: Any) -> None:
    assert not accepts(credential("person-identity", "vc"), person(MONONYM, birth_date=date))


def test_the_source_schema_is_the_published_one_with_less_required() -> None:
    published, source = load(FOLDER / "state-list.schema.json"), load(FOLDER / "state-source.schema.json")
    added = {"defa_id", "environment", "sequence", "issued", "next_update"}
    added |= {"recorded", "valid_from", "effective", "thumbprint"}

    def relaxed(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: [one for one in below if one not in added]
                if name == "required" and isinstance(below, list)
                else relaxed(below)
                for name, below in value.items()
            }
        return [relaxed(below) for below in value] if isinstance(value, list) else value

    del source["$defs"]["demoKey"]
    source["$defs"]["identifier"]["oneOf"].remove({"$ref": "#/$defs/demoKey"})
    for described in ("$id", "title", "description"):
        source[described] = published[described]
    assert source == relaxed(published)


LISTING: Final[Object] = {
    "defa_id": "state-list/1",
    "territory": "SG",
    "environment": "demo",
    "sequence": 1,
    "issued": "2026-11-01T00:00:00Z",
    "next_update": "2036-11-01T00:00:00Z",
    "state": {
        "authority_id": "did:web:sg-authority.demo.example",
        "names": [{"lang": "en", "value": "Singapore"}],
        "languages": ["en"],
        "scripts": ["Latn"],
        "provenance": {"kind": "project-curated"},
        "schemes": [
            {
                "name": "A scheme",
                "authority": "An authority",
                "interface": "none",
                "contested": False,
                "source": "a source",
                "confidence": "G",
                "as_of": "2026-11",
            }
        ],
    },
    "entities": [
        {
            "entity_id": "did:web:sg.demo.example",
            "names": [{"lang": "en", "value": "Demo issuer (synthetic)"}],
            "kind": "government",
            "recorded": "2026-01-01T00:00:00Z",
            "services": [
                {
                    "service_id": "SG-0001",
                    "type": "issuance",
                    "interface": "offline",
                    "recorded": "2026-01-01T00:00:00Z",
                    "identifiers": [
                        {
                            "kind": "jwk",
                            "jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
                            "thumbprint": "A" * 43,
                            "valid_from": "2026-01-01T00:00:00Z",
                            "recorded": "2026-01-01T00:00:00Z",
                        }
                    ],
                    "formats": ["vc-jwt"],
                    "credentials": [{"type": "PersonIdentityCredential"}],
                    "algorithms": [{"alg": "EdDSA"}],
                    "status_events": [
                        {
                            "status": "granted",
                            "effective": "2026-01-01T00:00:00Z",
                            "recorded": "2026-01-01T00:00:00Z",
                        }
                    ],
                }
            ],
        }
    ],
    "recognitions": [],
    "arrangements": [],
}


def changed(path: str, value: Any) -> Object:
    """The listing with one member at a slash-separated path set, or removed for a value of None."""
    document: Any = copy.deepcopy(LISTING)
    here = document
    *above, last = path.split("/")
    for step in above:
        here = here[int(step) if step.isdigit() else step]
    if value is None:
        del here[last]
    else:
        here[last] = value
    return document


SERVICE: Final = "entities/0/services/0"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("territory", "Singapore"),
        ("sequence", 0),
        ("issued", "2026-11-01T00:00:00+08:00"),
        ("state/schemes/0/source", None),
        ("state/schemes/0/confidence", "sure"),
        ("state/schemes/0/interface", "web"),
        (f"{SERVICE}/service_id", "1"),
        (f"{SERVICE}/formats", []),
        (f"{SERVICE}/formats", ["jwt"]),
        (f"{SERVICE}/interface", "none"),
        (f"{SERVICE}/algorithms", [{"alg": "none"}]),
        (f"{SERVICE}/algorithms", [{"alg": "RS256"}]),
        (f"{SERVICE}/identifiers/0/jwk/d", "AA"),
        (f"{SERVICE}/identifiers/0/thumbprint", None),
        (f"{SERVICE}/identifiers/0/kid", "short"),
        (f"{SERVICE}/status_events", []),
        (f"{SERVICE}/status_events/0/status", "suspended"),
        (f"{SERVICE}/status_events/0/recorded", None),
        ("recognitions", [{"of": "TH"}]),
        ("arrangements", [{"parties": ["SG"]}]),
        ("unknown", "member"),
    ],
)
def test_a_list_that_breaks_a_rule_does_not_fit(path: str, value: Any) -> None:
    schema = load(FOLDER / "state-list.schema.json")
    assert accepts(schema, LISTING)
    assert not accepts(schema, changed(path, value))


def test_a_deny_list_may_only_subtract() -> None:
    schema = load(FOLDER / "deny.schema.json")
    now = "2026-11-01T00:00:00Z"
    entry = {"id": "did:web:sg.demo.example", "effective": now, "recorded": now, "reason": "compromise"}
    document = {"defa_id": "deny/1", "territory": "SG", "issued": now, "denied": [entry]}
    assert accepts(schema, document)
    assert accepts(schema, {**document, "denied": []})
    assert not accepts(schema, {**document, "allowed": [entry]})
    assert not accepts(schema, {**document, "denied": [{**entry, "reason": "because"}]})


VERDICT: Final = Verdict(
    checks=(
        Check("limit.size", Outcome.PASSED, None, "it is small", {"bytes": 10}),
        Check(
            "issuer.listed", Outcome.FAILED, "SCOPE_ISSUER_UNKNOWN", "nobody lists it", {"kids": ["a"], "state": None}
        ),
        Check("key.listed", Outcome.SKIPPED, "CHECK_NEEDS", "needs issuer.listed", {}),
    ),
    required=CATALOGUE.required(()),
    asked={"for_state": "TH", "purpose": None},
    credentials=(
        {
            "format": "vc-jwt",
            "types": ["PersonIdentityCredential"],
            "digest": "0" * 64,
            "issuer": {"id": "did:example:a", "state": None, "name": None, "entity_id": None},
        },
    ),
    recognitions=(
        {
            "relying_state": "TH",
            "home_state": "SG",
            "purpose": None,
            "arrangement": "TH-0101",
            "environment": "demo",
            "level": {
                "label": "none",
                "granted": "substantial",
                "vector": {"P": 2, "A": 0, "F": 1, "G": 2},
                "capped_by": ["bearer"],
            },
            "conditions": [],
        },
    ),
    registry={"version": 1, "sha256": "1" * 64, "freshness": "fresh", "environment": "demo"},
    policy={"id": "baseline", "sha256": "2" * 64},
    at="2026-11-02T00:00:00Z",
    library="defa-id",
)


@pytest.mark.parametrize(
    "verdict",
    [VERDICT, Verdict((), frozenset()), Verdict(VERDICT.checks, VERDICT.required)],
    ids=["whole", "empty", "early"],
)
def test_a_verdict_fits_its_schema(verdict: Verdict) -> None:
    Draft202012Validator(load(FOLDER / "verdict.schema.json")).validate(json.loads(verdict.to_json()))


@pytest.mark.parametrize("decision", ["accepted", "rejected", "indeterminate", "maybe", True])
def test_a_verdict_is_one_of_three(decision: Any) -> None:
    schema = load(FOLDER / "verdict.schema.json")
    assert accepts(schema, {**VERDICT.to_dict(), "decision": decision}) == (
        decision in {"accepted", "rejected", "indeterminate"}
    )


def test_every_check_and_reason_can_stand_in_a_verdict() -> None:
    schema = Draft202012Validator(load(FOLDER / "verdict.schema.json"))
    document = VERDICT.to_dict()
    line = document["checks"][0]
    for id in CATALOGUE.checks:
        schema.validate({**document, "checks": [{**line, "id": id}]})
    for code in CATALOGUE.reasons:
        schema.validate({**document, "checks": [{**line, "code": code}]})
