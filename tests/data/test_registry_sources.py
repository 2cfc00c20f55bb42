"""The sources of the demonstration registry: complete, honest about what they know, and usable."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema_rs import Draft202012Validator

from defa_id import issue, schema
from defa_id.codec import canonical, times
from defa_id.operator.interchange import lote
from defa_id.trust import records

PROJECT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = PROJECT / "trust_registry"
STATES: Final = ("BN", "ID", "KH", "LA", "MM", "MY", "PH", "SG", "TH", "TL", "VN")
START: Final = "2026-01-01T00:00:00Z"
PUBLISHED: Final = "2026-11-01T00:00:00Z"
CLOSED: Final = {"none", "issuer-app-only"}
RDF_SUITES: Final = {"ecdsa-rdfc-2019", "eddsa-rdfc-2022"}  # what a reader knows least

Object = dict[str, Any]


def load(path: str) -> Any:
    return json.loads((PROJECT / path).read_text(encoding="utf-8"))


LISTS: Final[dict[str, Object]] = {state: load(f"trust_registry/states/{state}/list.json") for state in STATES}
VOCABULARY: Final[Object] = load("trust_registry/vocabulary.json")
EXAMPLES: Final[list[Object]] = load("trust_registry/demo_credentials.json")
TYPES: Final = {entry["type"]: entry for entry in VOCABULARY["types"]}
PURPOSES: Final = {entry["id"] for entry in VOCABULARY["purposes"]}
EACH_STATE = pytest.mark.parametrize("state", STATES)
EACH_EXAMPLE = pytest.mark.parametrize("example", EXAMPLES, ids=[example["file"] for example in EXAMPLES])


def services() -> Iterator[tuple[str, Object, Object]]:
    for state, listing in LISTS.items():
        for entity in listing["entities"]:
            for service in entity["services"]:
                yield state, entity, service


def recognitions() -> Iterator[tuple[str, Object]]:
    for state, listing in LISTS.items():
        for record in listing["recognitions"]:
            yield state, record


def service(service_id: str) -> Object:
    return next(found for _, _, found in services() if found["service_id"] == service_id)


def recognition(id: str) -> Object:
    return next(found for _, found in recognitions() if found["id"] == id)


def usable(found: Object) -> bool:
    return found["interface"] not in CLOSED and found["status_events"][-1]["status"] == "granted"


def compiled(state: str) -> Object:
    """A source with what publication adds, and a stand-in for each demo key."""
    listing = copy.deepcopy(LISTS[state])
    header = {"defa_id": "state-list/1", "environment": "demo", "sequence": 1, "issued": PUBLISHED}
    listing |= {**header, "next_update": "2036-11-01T00:00:00Z"}
    for entity in listing["entities"]:
        entity.setdefault("recorded", START)
    parties = (*listing.get("relying_parties", ()), *listing.get("wallet_providers", ()))
    for found in (*(one for entity in listing["entities"] for one in entity["services"]), *parties):
        found.setdefault("recorded", START)
        found.setdefault("status_events", [{"status": "granted"}])
        for identifier in found["identifiers"]:
            if identifier.pop("demo_key", None):
                identifier.update(stand_in(identifier["kind"], identifier.pop("demo_key_type", "P-256")))
            identifier.setdefault("valid_from", START)
            identifier.setdefault("recorded", START)
        for dated in (*found.get("assurance", ()), *found["status_events"]):
            dated.setdefault("effective", START)
            dated.setdefault("recorded", START)
    for record in (*listing["recognitions"], *listing["arrangements"]):
        record.setdefault("recorded", START)
    return listing


def stand_in(kind: str, curve: str) -> Object:
    """What is listed of a demo key, in form."""
    if kind == "x509":
        return {
            "use": "ca",
            "sha256": "0" * 64,
            "pem": "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
        }
    return {"jwk": {"kty": "OKP" if curve == "Ed25519" else "EC", "crv": curve, "x": "AA"}, "thumbprint": "A" * 43}


def facts(value: Any) -> Iterator[Object]:
    if isinstance(value, dict):
        if "statement" in value or "confidence" in value:
            yield value
        for member in value.values():
            yield from facts(member)
    elif isinstance(value, list):
        for element in value:
            yield from facts(element)


def test_there_are_eleven_states() -> None:
    assert sorted(path.name for path in (SOURCES / "states").iterdir()) == list(STATES)


@EACH_STATE
def test_a_source_fits_its_schema(state: str) -> None:
    Draft202012Validator(load("schemas/state-source.schema.json")).validate(LISTS[state])
    assert LISTS[state]["territory"] == state
    assert not {"issued", "next_update", "sequence"} & LISTS[state].keys()


@EACH_STATE
def test_a_source_made_whole_fits_the_schema_of_published_lists(state: str) -> None:
    Draft202012Validator(load("schemas/state-list.schema.json")).validate(compiled(state))


@EACH_STATE
def test_a_source_made_whole_is_read_by_the_verifier(state: str) -> None:
    read = records.read_list(compiled(state), state)
    assert len(read.services) == sum(one == state for one, _, _ in services())
    assert len(read.recognitions) == len(LISTS[state]["recognitions"])


@pytest.mark.parametrize("name", ["vocabulary", "registry"])
def test_the_other_sources_fit_their_schemas(name: str) -> None:
    Draft202012Validator(load(f"schemas/{name}.schema.json")).validate(load(f"trust_registry/{name}.json"))


@pytest.mark.parametrize("document", [*LISTS.values(), VOCABULARY, EXAMPLES], ids=[*STATES, "vocabulary", "examples"])
def test_every_source_has_a_canonical_form(document: Any) -> None:
    assert canonical.encode(document)


@EACH_STATE
def test_every_fact_says_where_it_was_read_and_how_sure_it_is(state: str) -> None:
    schemes = LISTS[state]["state"]["schemes"]
    assert schemes
    for fact in facts(schemes):
        assert fact["source"]
        assert fact["confidence"] in {"V", "V2", "G", "U"}
        assert fact["as_of"] == "2026-11"


def test_every_instrument_says_where_it_was_read_and_how_sure_it_is() -> None:
    assert all(fact["source"] and fact["confidence"] for fact in facts(VOCABULARY["instruments"]))
    defa = next(one for one in VOCABULARY["instruments"] if one["id"] == "defa")
    assert defa["status"] == "concluded"
    assert "in_force" not in defa["dates"]
    assert not [record["id"] for _, record in recognitions() if "instrument" in record]


def test_there_are_enough_issuers_of_every_kind() -> None:
    open_to_verifiers = [found for _, _, found in services() if usable(found)]
    assert len(open_to_verifiers) >= 15
    families = Counter(TYPES[entry["type"]]["family"] for found in open_to_verifiers for entry in found["credentials"])
    people = {"person-identity", "professional-registration", "health-certificate"}
    assert set(families) == {*people, "legal-entity", "mandate"}
    assert {record["level"] for found in open_to_verifiers for record in found["assurance"]} == {
        "low",
        "substantial",
        "high",
    }
    assert {alg["alg"] for found in open_to_verifiers for alg in found["algorithms"]} == {"ES256", "ES384", "EdDSA"}


def test_there_are_enough_recognitions_and_gaps_between_them() -> None:
    pairs = {(by, record["of"]) for by, record in recognitions()}
    assert sum(1 for _ in recognitions()) >= 15
    assert len(pairs) < 110
    assert ("PH", "SG") in pairs
    assert recognition("PH-0101")["purposes"] != recognition("SG-0103")["purposes"]
    assert ("TL", "SG") in pairs
    assert ("SG", "TL") not in pairs
    assert not any("MM" in pair for pair in pairs)


def test_numbers_and_names_stand_once() -> None:
    ids = [found["service_id"] for _, _, found in services()] + [record["id"] for _, record in recognitions()]
    owners = [state for state, _, _ in services()] + [state for state, _ in recognitions()]
    assert len(set(ids)) == len(ids)
    assert all(id.startswith(f"{owner}-") for id, owner in zip(ids, owners, strict=True))
    identifiers = [identifier for _, _, found in services() for identifier in found["identifiers"]]
    values = [identifier["value"] for identifier in identifiers if "value" in identifier]
    demo_keys = [identifier["demo_key"] for identifier in identifiers if "demo_key" in identifier]
    assert len(set(values)) == len(values)
    assert len(set(demo_keys)) == len(demo_keys)
    files = [example["file"] for example in EXAMPLES]
    assert len(set(files)) == len(files)


def test_everything_that_can_be_relied_on_is_plainly_synthetic() -> None:
    for _, entity, found in services():
        assert entity["names"][0]["lang"] == "en"
        assert "Demo" in entity["names"][0]["value"]
        assert "(synthetic)" in entity["names"][0]["value"]
        names = [entity["entity_id"], *(one["value"] for one in found["identifiers"] if "value" in one)]
        assert all(name.endswith(".demo.example") for name in names)
        assert all((one["basis"], one["status"]) == ("self-declared", "proposed") for one in found["assurance"])
    for listing in LISTS.values():
        for record in (*listing["recognitions"], *listing["arrangements"]):
            assert record["legal_basis"] == "none: synthetic demonstration"
            assert record["environment"] in {"demo", "sandbox"}


def test_every_word_of_the_vocabulary_has_a_label_and_a_uri_of_its_own() -> None:
    vocabulary = load("trust_registry/vocabulary.json")
    uris = []
    for member, kind in (
        ("purposes", "purpose"),
        ("reasons", "reason"),
        ("statuses", "service-status"),
        ("environments", "environment"),
        ("axes", "axis"),
        ("levels", "level"),
        ("instruments", "instrument"),
    ):
        assert vocabulary[member]
        for entry in vocabulary[member]:
            assert entry["uri"] == f"urn:defa-id:{kind}:{entry.get('id', entry.get('label'))}"
            assert entry.get("names") or entry["title"]
            uris.append(entry["uri"])
    assert len(set(uris)) == len(uris)
    assert lote.STATUS == "urn:defa-id:service-status:", "what an export calls a status is what it is called here"


def test_there_is_who_may_ask_and_who_provides_wallets() -> None:
    whole = compiled("SG")
    (party,), (provider,) = whole["relying_parties"], whole["wallet_providers"]
    assert party["requests"][0]["claims"]
    assert [one["kind"] for one in provider["identifiers"]] == ["did", "jwk"]
    assert {event["status"] for one in (party, provider) for event in one["status_events"]} == {"granted"}


def test_types_go_with_formats_and_algorithms_with_keys() -> None:
    documents = {"vc-jwt", "vc-sd-jwt", "vc-cose", "data-integrity"}
    algorithms = {"P-256": "ES256", "P-384": "ES384", "Ed25519": "EdDSA"}
    for _, _, found in services():
        if found["interface"] in CLOSED:
            continue
        listed = {entry["type"] for entry in found["credentials"]}
        forms = {"vc" if name in documents else name for name in found["formats"]}
        assert {TYPES[name]["format"] for name in listed} == forms
        keys = [one for one in found["identifiers"] if "demo_key" in one]
        assert {algorithms[key.get("demo_key_type", "P-256")] for key in keys} == {
            alg["alg"] for alg in found["algorithms"]
        }
        assert keys[0]["demo_key"] == f"issuer-{found['service_id']}"


def test_statements_name_what_exists() -> None:
    for state, record in recognitions():
        assert record["of"] in STATES
        assert record["of"] != state
    for listing in LISTS.values():
        for record in (*listing["recognitions"], *listing["arrangements"]):
            assert set(record["types"]) <= TYPES.keys()
            assert set(record["purposes"]) <= PURPOSES


@pytest.mark.parametrize(
    ("state", "interface"),
    [("LA", "none"), ("MM", "none"), ("TL", "none"), ("BN", "issuer-app-only"), ("ID", "issuer-app-only")],
)
def test_a_state_without_a_way_in_lists_no_usable_issuer(state: str, interface: str) -> None:
    own = [found for one, _, found in services() if one == state]
    assert own
    assert all(found["interface"] == interface and not found["formats"] for found in own)
    assert interface in {scheme["interface"] for scheme in LISTS[state]["state"]["schemes"]}


def test_only_the_disputed_authority_is_contested() -> None:
    contested = {
        state for state, listing in LISTS.items() for scheme in listing["state"]["schemes"] if scheme["contested"]
    }
    assert contested == {"MM"}


def test_the_corridor_is_one_object_in_three_lists() -> None:
    objects = {
        state: canonical.encode(listing["arrangements"]) for state, listing in LISTS.items() if listing["arrangements"]
    }
    assert set(objects) == {"SG", "TH", "VN"}
    assert len(set(objects.values())) == 1
    (corridor,) = LISTS["SG"]["arrangements"]
    assert corridor["parties"] == ["SG", "TH", "VN"]
    assert corridor["environment"] == "sandbox"
    assert corridor["conditions"]
    assert corridor["phases"][-1]["until"] > "2036"


def test_the_corridor_is_the_only_way_between_some_of_its_parties() -> None:
    (corridor,) = LISTS["SG"]["arrangements"]
    direct = {(by, record["of"]) for by, record in recognitions() if set(record["types"]) & set(corridor["types"])}
    assert not {("SG", "VN"), ("VN", "SG"), ("TH", "VN"), ("VN", "TH")} & direct


def test_the_entries_made_for_examples_are_there() -> None:
    suspended, withdrawn = service("PH-0003")["status_events"][-1], service("KH-0002")["status_events"][-1]
    assert (suspended["status"], suspended["reason"]) == ("suspended", "investigation")
    assert (withdrawn["status"], withdrawn["reason"]) == ("withdrawn", "administrative")
    successor, first = [one for one in service("VN-0003")["identifiers"] if one["kind"] == "jwk"]
    assert successor["valid_from"] < first["valid_until"] < PUBLISHED
    assert [alg.get("not_after") for alg in service("MY-0002")["algorithms"]] == [None, "2027-07-01T00:00:00Z"]
    assert recognition("TH-0104")["from"] == "2027-07-01T00:00:00Z"
    assert recognition("PH-0103")["events"][-1]["status"] == "ended"
    assert recognition("SG-0106")["events"][-1]["status"] == "suspended"


def test_nothing_ordinary_ends_before_the_registry_does() -> None:
    ends = [record["until"] for _, record in recognitions() if "until" in record]
    ends += [
        one["valid_until"]
        for _, _, found in services()
        if found["service_id"] != "VN-0003"
        for one in found["identifiers"]
        if "valid_until" in one
    ]
    ends += [one["until"] for _, _, found in services() for one in found["assurance"] if "until" in one]
    assert all(end >= "2036" for end in ends)


@EACH_EXAMPLE
def test_an_example_is_what_its_issuer_may_issue(example: Object) -> None:
    found = service(example["service_id"])
    assert example["service_id"].startswith(example["state"])
    assert found["interface"] not in CLOSED
    assert example["format"] in found["formats"]
    assert example["type"] in {entry["type"] for entry in found["credentials"]}
    issued, expires = times.parse(example["issued"]), times.parse(example["expires"])
    assert times.parse(START) <= issued < expires
    assert issued <= times.parse(PUBLISHED)
    assert isinstance(example["holder"], bool)


@EACH_EXAMPLE
def test_an_example_fits_its_schema(example: Object) -> None:
    named = TYPES[example["type"]]["schema"]
    data = canonical.encode(load(f"schemas/credentials/{Path(named['target']).name}"))
    claims = example["claims"]
    document = {
        "vc": {"type": ["VerifiableCredential", example["type"]], "credentialSubject": claims},
        "sd-jwt-vc": {"vct": example["type"], **claims},
        "mdoc": {"docType": example["type"], "namespaces": {example["type"]: claims}},
        "cwt": claims,
    }[TYPES[example["type"]]["format"]]
    schema.validate(document, data, named["sha256"])


def test_the_examples_cover_what_is_to_be_shown() -> None:
    by_file = {example["file"]: example for example in EXAMPLES}
    assert {"sg-person.vc.jwt", "th-person.sd-jwt", "ph-nurse.sd-jwt", "vn-company.vc.jwt"} <= by_file.keys()
    assert {example["format"] for example in EXAMPLES} == set(issue.FORMATS) - {"philsys"}
    assert {example["cryptosuite"] for example in EXAMPLES if "cryptosuite" in example} == RDF_SUITES
    assert sum("status" in example for example in EXAMPLES) == 1
    assert sum(example["expires"] < PUBLISHED for example in EXAMPLES) == 1
    assert any(example["holder"] for example in EXAMPLES)
    suspended = service("PH-0003")["status_events"][-1]["effective"]
    issued = sorted(example["issued"] for example in EXAMPLES if example["service_id"] == "PH-0003")
    assert issued[0] < suspended < issued[1]
    scripts = {one["script"] for example in EXAMPLES for one in example["claims"].get("name", {}).get("full", ())}
    assert {"Latn", "Thai", "Khmr", "Hans"} <= scripts
    mononyms = [example for example in EXAMPLES if example["claims"].get("name", {}).get("structure") == "mononym"]
    assert mononyms
    assert all("secondary" not in example["claims"]["name"] for example in mononyms)
