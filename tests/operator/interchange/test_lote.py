"""ETSI TS 119 602 JSON: what is written, what comes back, and what no other reader may take for trusted."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defa_id.codec import times
from defa_id.errors import RegistryRejected
from defa_id.operator import timeline
from defa_id.operator.interchange import losses, lote, lote_reading
from tests.operator.interchange import lists
from tests.operator.interchange.lists import NOW, RETRIEVED, Object, moment


def plain_service(*identifiers: Object, **changes: Any) -> Object:
    """A service granted a year ago, with these identifiers."""
    dated = [{"valid_from": moment(-300), "recorded": RETRIEVED, **one} for one in identifiers]
    return {
        "service_id": "SG-0001",
        "type": "issuance",
        "interface": "offline",
        "recorded": RETRIEVED,
        "identifiers": dated,
        "formats": ["vc-jwt"],
        "credentials": [{"type": "T"}],
        "algorithms": [{"alg": "ES256"}],
        "status_events": [{"status": "granted", "effective": moment(-300), "recorded": RETRIEVED}],
        **changes,
    }


def plain_list(*services: Object) -> Object:
    entity = {
        "entity_id": "did:web:issuer.example",
        "names": [{"lang": "en", "value": "Issuer"}],
        "kind": "company",
        "recorded": RETRIEVED,
        "services": list(services),
    }
    return lists.listing([entity])


def exported(listing: Object, **more: Any) -> Object:
    return lote.exported(listing, "test", NOW, **more)


def first(document: Object) -> Object:
    """The first service of a LoTE document."""
    found: Object = document["LoTE"]["TrustedEntitiesList"][0]["TrustedEntityServices"][0]
    return found


@settings(max_examples=150)
@given(lists.entities())
def test_what_was_exported_comes_back(entities: list[Object]) -> None:
    """All that the table does not give to nobody, for a reader of the extension; through JSON text."""
    document = json.loads(json.dumps(exported(lists.listing(entities))))
    read = lote_reading.read(document, RETRIEVED)
    assert read.entities == entities
    assert (read.territory, read.sequence, read.operators) == ("SG", 3, ["Singapore", "新加坡"])
    assert (times.show(read.issued), times.show(read.next_update)) == (moment(-1), moment(90))
    assert read.about == {
        "registry": "test",
        "environment": "demo",
        "authority_id": "did:web:authority.sg.example",
        "names": lists.listing([])["state"]["names"],
    }
    assert read.unreadable == 0


@settings(max_examples=150)
@given(lists.entities(), st.integers(-30, 200))
def test_other_readers_find_only_what_stands(entities: list[Object], day: int) -> None:
    """A reader that takes every certificate and key it finds takes none that is not to be relied on now."""
    at = NOW + day * lists.DAY
    document = lote.exported(lists.listing(entities), "test", at)
    by_service = {service["service_id"]: service for entity in entities for service in entity["services"]}
    for entity in document["LoTE"].get("TrustedEntitiesList", ()):
        for one in entity["TrustedEntityServices"]:
            identity = one["ServiceInformation"]["ServiceDigitalIdentity"]
            service = by_service[identity["OtherIds"][0].removeprefix(lote.SERVICE)]
            found = [json.dumps(jwk, sort_keys=True) for jwk in identity.get("PublicKeyValues", ())]
            found += [held["val"] for held in identity.get("X509Certificates", ())]
            expected = []
            if timeline.status_at(service["status_events"], at) == "granted":
                for identifier in service["identifiers"]:
                    given_up = identifier.get("compromised_since")
                    if not timeline.holds(identifier, at) or (given_up and times.parse(given_up) <= at):
                        continue
                    if identifier["kind"] == "jwk" and identifier["jwk"]["kty"] == "EC":
                        expected.append(json.dumps(identifier["jwk"], sort_keys=True))
                    if identifier["kind"] == "x509":
                        expected.append("".join(identifier["pem"].split("\n")[1:-2]))
            assert found.count("") == 0
            assert sorted(found) == sorted(expected)
            for past in one.get("ServiceHistory", ()):
                assert past["ServiceDigitalIdentity"].keys() == {"OtherIds"}


def test_the_members_are_those_of_the_standard() -> None:
    """Names and nesting as in the JSON binding of TS 119 602 V1.1.1; empty arrays are left out, as it demands."""
    key, other = lists.made_keys()[0], lists.made_keys()[3]
    ended = {"status": "suspended", "effective": moment(-100), "recorded": RETRIEVED, "reason": "administrative"}
    again = {"status": "granted", "effective": moment(-50), "recorded": RETRIEVED}
    service = plain_service(
        {"kind": "did", "value": "did:web:issuer.example"},
        lists.jwk(key),
        lists.jwk(other),
        lists.made_certificates()[0],
    )
    service["status_events"] += [ended, again]
    document = exported(plain_list(service))
    body = document["LoTE"]
    assert body["ListAndSchemeInformation"] == {
        "LoTEVersionIdentifier": 1,
        "LoTESequenceNumber": 3,
        "LoTEType": "urn:defa-id:lote-type:issuers",
        "SchemeOperatorName": [{"lang": "en", "value": "Singapore"}, {"lang": "zh-Hans", "value": "新加坡"}],
        "SchemeTerritory": "SG",
        "ListIssueDateTime": moment(-1),
        "NextUpdate": moment(90),
        "SchemeExtensions": body["ListAndSchemeInformation"]["SchemeExtensions"],
    }
    information = body["TrustedEntitiesList"][0]["TrustedEntityInformation"]
    assert information["TEName"] == [{"lang": "en", "value": "Issuer"}]
    assert information["TEAddress"] == {
        "TEPostalAddress": [{"lang": "en", "StreetAddress": "not stated", "Country": "SG"}],
        "TEElectronicAddress": [{"lang": "en", "uriValue": "did:web:issuer.example"}],
    }
    assert information["TEInformationURI"] == [{"lang": "en", "uriValue": "did:web:issuer.example"}]
    shown = first(document)["ServiceInformation"]
    assert shown["ServiceStatus"] == "urn:defa-id:service-status:granted"
    assert shown["StatusStartingTime"] == moment(-50)
    identity = shown["ServiceDigitalIdentity"]
    assert identity["OtherIds"] == ["urn:defa-id:service:SG-0001", "did:web:issuer.example"]
    assert identity["PublicKeyValues"] == [key.public_jwk]
    assert base64.b64decode(identity["X509Certificates"][0]["val"])
    history = first(document)["ServiceHistory"]
    assert [(one["ServiceStatus"].rpartition(":")[2], one["StatusStartingTime"]) for one in history] == [
        ("suspended", moment(-100)),
        ("granted", moment(-300)),
    ]
    assert "TrustedEntitiesList" not in exported(lists.listing([]))["LoTE"]
    assert set(first(exported(plain_list(plain_service(lists.jwk(key)))))) == {"ServiceInformation"}


def test_what_break_glass_struck_is_shown_to_nobody() -> None:
    key = lists.jwk(lists.made_keys()[0])
    entry = {"id": key["thumbprint"], "effective": moment(-2), "reason": "compromise"}
    document = exported(plain_list(plain_service(key)), denied={key["thumbprint"]: entry})
    shown = first(document)["ServiceInformation"]
    assert shown["ServiceStatus"].endswith(":suspended")
    assert shown["ServiceDigitalIdentity"] == {"OtherIds": ["urn:defa-id:service:SG-0001"]}
    read = lote_reading.read(document, RETRIEVED)
    assert "struck by break-glass at its source" in " ".join(read.notes)


def test_what_has_no_place_is_said() -> None:
    full = plain_list(plain_service(lists.jwk(lists.made_keys()[0])))
    full["entities"].append({"entity_id": "did:web:empty.example", "names": [], "services": []})
    full |= {"recognitions": [{}, {}], "wallet_providers": [{}]}
    assert lote.left_out(full) == [
        "entity did:web:empty.example: it has no service",
        "2 recognitions",
        "1 wallet providers",
    ]


# --- what contradicts itself -----------------------------------------------------------------------------------


def golden() -> Object:
    key, certificate = lists.jwk(lists.made_keys()[0]), lists.made_certificates()[0]
    return exported(plain_list(plain_service({"kind": "did", "value": "did:web:issuer.example"}, key, certificate)))


def extension(document: Object) -> Object:
    found: Object = first(document)["ServiceInformation"]["ServiceInformationExtensions"][0]["x-defa-id"]
    return found


def identity(document: Object) -> Object:
    found: Object = first(document)["ServiceInformation"]["ServiceDigitalIdentity"]
    return found


def scheme(document: Object) -> Object:
    found: Object = document["LoTE"]["ListAndSchemeInformation"]
    return found


def entity_of(document: Object) -> Object:
    found: Object = document["LoTE"]["TrustedEntitiesList"][0]["TrustedEntityInformation"]
    return found


def service_of(document: Object) -> Object:
    found: Object = document["LoTE"]["TrustedEntitiesList"][0]["TrustedEntityServices"][0]["ServiceInformation"]
    return found


CONTRADICTIONS: dict[str, tuple[Callable[[Object], object], str]] = {
    "a key that only the standard shows": (
        lambda d: extension(d)["identifiers"].pop(1),
        "in one form and not the other",
    ),
    "a key that only the extension names": (lambda d: identity(d).pop("PublicKeyValues"), "is nowhere"),
    "a certificate that only the extension names": (lambda d: identity(d).pop("X509Certificates"), "is nowhere"),
    "an identifier that only the standard shows": (
        lambda d: identity(d)["OtherIds"].append("did:web:another.example"),
        "did:web:another.example is in one form",
    ),
    "another key under its name": (
        lambda d: extension(d)["identifiers"][1].update(jwk=lists.made_keys()[1].public_jwk),
        "KEY_INVALID",
    ),
    "another status": (
        lambda d: first(d)["ServiceInformation"].update(ServiceStatus="urn:defa-id:service-status:withdrawn"),
        "its status is another",
    ),
    "granted since another time": (
        lambda d: first(d)["ServiceInformation"].update(StatusStartingTime=moment(-5)),
        "its status is another",
    ),
    "another name": (
        lambda d: d["LoTE"]["TrustedEntitiesList"][0]["TrustedEntityInformation"]["TEInformationExtensions"][0][
            "x-defa-id"
        ].update(names=[{"lang": "en", "value": "Somebody", "script": "Latn"}]),
        "named otherwise",
    ),
    "another entity": (
        lambda d: d["LoTE"]["TrustedEntitiesList"][0]["TrustedEntityInformation"]["TEInformationExtensions"][0][
            "x-defa-id"
        ].update(entity_id="did:web:somebody.example"),
        "called otherwise",
    ),
    "no sequence": (lambda d: scheme(d).pop("LoTESequenceNumber"), "LoTESequenceNumber"),
    "sequence 0": (lambda d: scheme(d).update(LoTESequenceNumber=0), "no sequence number"),
    "sequence true": (lambda d: scheme(d).update(LoTESequenceNumber=True), "no sequence number"),
    "a later version": (lambda d: scheme(d).update(LoTEVersionIdentifier=2), "another version"),
    "no territory": (lambda d: scheme(d).pop("SchemeTerritory"), "no territory"),
    "a territory in words": (lambda d: scheme(d).update(SchemeTerritory="Singapore"), "no territory"),
    "no end": (lambda d: scheme(d).pop("NextUpdate"), "NextUpdate"),
    "a critical extension of the list": (
        lambda d: scheme(d)["SchemeExtensions"].append({"critical": True, "TakenOverBy": {}}),
        "must be understood, and is not: in the list",
    ),
    "a critical extension of an entity": (
        lambda d: entity_of(d)["TEInformationExtensions"].append({"Other": {"Critical": True}}),
        "must be understood",
    ),
    "a critical extension beside ours": (
        lambda d: entity_of(d)["TEInformationExtensions"][0].update(Other=[{"Critical": True}]),
        "must be understood",
    ),
    "a critical extension of a service": (
        lambda d: service_of(d)["ServiceInformationExtensions"].append({"Critical": True, "Value": 1}),
        "must be understood",
    ),
    "no time of issue": (lambda d: scheme(d).update(ListIssueDateTime="yesterday"), "TIME_FORMAT"),
    "no operator": (lambda d: scheme(d).update(SchemeOperatorName=[]), "a name"),
    "no list": (lambda d: d.pop("LoTE"), "ListAndSchemeInformation"),
    "entities as an object": (lambda d: d["LoTE"].update(TrustedEntitiesList={"a": 1}), "not a list"),
    "a service that is a text": (
        lambda d: d["LoTE"]["TrustedEntitiesList"][0].update(TrustedEntityServices=["x"]),
        "not a list",
    ),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_a_list_that_contradicts_itself_or_is_none(case: str) -> None:
    spoil, why = CONTRADICTIONS[case]
    document = copy.deepcopy(golden())
    lote_reading.read(document, RETRIEVED)
    spoil(document)
    with pytest.raises(RegistryRejected) as refused:
        lote_reading.read(document, RETRIEVED)
    assert refused.value.code == "REG_FORMAT"
    assert why in refused.value.message


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_no_content_is_a_traceback(data: st.DataObject) -> None:
    """Anything in place of any member: read, or refused by one sentence."""
    document = copy.deepcopy(golden())
    places: list[tuple[Any, Any]] = []

    def walk(value: Any) -> None:
        for name in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
            places.append((value, name))
            walk(value[name])

    walk(document)
    holder, name = data.draw(st.sampled_from(places))
    holder[name] = data.draw(json_values)
    try:
        lote_reading.read(document, RETRIEVED)
    except RegistryRejected as refused:
        assert refused.code in ("REG_FORMAT", "REG_EXPIRED")
        assert len(refused.message) < 500


# --- lists of others -------------------------------------------------------------------------------------------


def foreign(**information: Any) -> Object:
    """A list as the standard's EU profiles write it, without this project's extension."""
    der = base64.b64encode(lists.certificate(lists.made_keys()[0], name="Signer")).decode()
    service = {
        "ServiceName": [{"lang": "en", "value": "Issuance"}],
        "ServiceDigitalIdentity": {"X509Certificates": [{"val": der}]},
        "ServiceTypeIdentifier": "http://uri.etsi.org/19602/SvcType/PID/Issuance",
        **information,
    }
    entity = {
        "TrustedEntityInformation": {
            "TEName": [{"lang": "en", "value": "Provider"}, {"lang": "fi", "value": "Tarjoaja"}],
            "TETradeName": [{"lang": "en", "value": "VATFI-8567"}],
            "TEAddress": {},
            "TEInformationURI": [
                {"lang": "en", "uriValue": "http://provider.example"},
                {"lang": "en", "uriValue": "https://provider.example/about"},
            ],
        },
        "TrustedEntityServices": [{"ServiceInformation": service}],
    }
    return {
        "ListAndSchemeInformation": {
            "LoTEVersionIdentifier": 1,
            "LoTESequenceNumber": 9,
            "LoTEType": "http://uri.etsi.org/19602/LoTEType/EUPIDProvidersList",
            "SchemeOperatorName": [{"lang": "en", "value": "Operator"}],
            "SchemeTerritory": "EU",
            "ListIssueDateTime": moment(-10),
            "NextUpdate": moment(80),
        },
        "TrustedEntitiesList": [entity],
    }


def test_of_another_list_comes_who_and_since_when_and_nothing_more() -> None:
    (entity,) = lote_reading.read(foreign(), RETRIEVED).entities
    assert entity["entity_id"] == "https://provider.example/about"
    assert entity["names"] == [{"lang": "en", "value": "Provider"}, {"lang": "fi", "value": "Tarjoaja"}]
    assert entity["legal_ids"] == [{"scheme": "TETradeName", "value": "VATFI-8567"}]
    (service,) = entity["services"]
    assert (service["interface"], service["formats"], service["credentials"], service["assurance"]) == (
        "none",
        [],
        [],
        [],
    )
    assert service["status_events"] == [{"status": "granted", "effective": moment(-10), "recorded": RETRIEVED}]
    (identifier,) = service["identifiers"]
    assert (identifier["kind"], identifier["use"], identifier["valid_from"]) == ("x509", "leaf", moment(-10))
    assert service["algorithms"] == [{"alg": "ES256"}]


@pytest.mark.parametrize(
    ("status", "becomes"),
    [
        ("http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted", "granted"),
        ("http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/withdrawn", "withdrawn"),
        ("urn:example:suspended", "suspended"),
        ("http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/recognisedatnationallevel", "proposed"),
        ("http://example/GRANTED?", "proposed"),
        ("", "proposed"),
        (7, "proposed"),
    ],
)
def test_a_status_nobody_here_knows_authorises_nobody(status: object, becomes: str) -> None:
    read = lote_reading.read(foreign(ServiceStatus=status, StatusStartingTime=moment(-100)), RETRIEVED)
    (event,) = read.entities[0]["services"][0]["status_events"]
    assert (event["status"], event["effective"]) == (becomes, moment(-100))
    assert bool(read.notes) is (becomes == "proposed")


def test_what_cannot_be_read_is_counted_and_never_passed_over() -> None:
    good = lists.certificate(lists.made_keys()[0], name="Signer")
    values = [base64.b64encode(good).decode(), "null", "", "AAAA", base64.b64encode(good[:-9]).decode(), None, 7]
    identity_of = {
        "X509Certificates": [*({"val": value} for value in values), {}],
        "PublicKeyValues": [lists.made_keys()[1].public_jwk, {"kty": "EC"}, {"kty": "oct", "k": "AA"}, "x"],
        "OtherIds": ["https://provider.example", "urn:oid:1.2", 7],
        "X509SKIs": ["AAAA"],
        "X509SubjectNames": ["CN=x"],
    }
    read = lote_reading.read(foreign(ServiceDigitalIdentity=identity_of), RETRIEVED)
    kinds = [one["kind"] for one in read.entities[0]["services"][0]["identifiers"]]
    assert kinds == ["x509", "jwk", "issuer_url"]
    assert read.unreadable == 10
    notes = " ".join(read.notes)
    for said in ("X509SKIs left out", "X509SubjectNames left out", "urn:oid:1.2 is no issuer's", "7 is no issuer's"):
        assert said in notes


def test_a_service_that_is_not_understood_is_left_out_and_named() -> None:
    for information in (
        {"ServiceTypeIdentifier": "http://uri.etsi.org/19602/SvcType/Register"},
        {"ServiceTypeIdentifier": None},
        {"ServiceDigitalIdentity": {"X509SKIs": ["AAAA"]}},
    ):
        read = lote_reading.read(foreign(**information), RETRIEVED)
        assert read.entities == []
        assert "left out" in read.notes[-1]


def test_a_critical_extension_that_is_not_known_is_never_passed_over() -> None:
    """Of another list too, and of what a service was; what is not critical, or only says so, is let be."""
    for history, extension in ((True, {"Critical": True}), (False, {"critical": True, "Expires": "soon"})):
        document = foreign()
        service = document["TrustedEntitiesList"][0]["TrustedEntityServices"][0]
        past = {**service["ServiceInformation"], "ServiceInformationExtensions": [extension]}
        service.update({"ServiceHistory": [past]} if history else {"ServiceInformation": past})
        with pytest.raises(RegistryRejected, match="must be understood"):
            lote_reading.read(document, RETRIEVED)
    harmless: list[Any] = [{"Critical": False}, {"Name": "Critical"}, {"Critical": "no"}, "text", 7]
    for one in harmless:
        document = foreign(ServiceInformationExtensions=[one])
        assert lote_reading.read(document, RETRIEVED).entities


def test_a_list_that_was_closed_says_so() -> None:
    document = foreign()
    document["ListAndSchemeInformation"]["NextUpdate"] = None
    with pytest.raises(RegistryRejected, match="closed: nobody keeps it any more") as refused:
        lote_reading.read(document, RETRIEVED)
    assert refused.value.code == "REG_EXPIRED"


def test_pointers_to_other_lists_are_not_followed() -> None:
    document = foreign()
    document["ListAndSchemeInformation"]["PointersToOtherLoTE"] = [{"LoTELocation": "http://elsewhere.example/list"}]
    assert "not followed" in lote_reading.read(document, RETRIEVED).notes[0]


def test_the_schema_has_a_row_in_the_table_for_every_member(project: Any) -> None:
    """A member that is added to the list's schema needs its fate decided."""
    schema = json.loads((project / "schemas" / "state-list.schema.json").read_bytes())
    parts = schema["$defs"]
    named = {row.member.split(" (")[0] for row in losses.TABLE}
    for prefix, properties in (
        ("", schema["properties"]),
        ("state.", parts["stateEntry"]["properties"]),
        ("entities.", parts["entity"]["properties"]),
        ("services.", parts["service"]["properties"]),
    ):
        for member in properties.keys() - {"defa_id", "state", "services"}:
            assert prefix + member in named, f"{prefix}{member} has no row in losses.TABLE"


def test_the_published_table_is_the_one_in_the_code(project: Any) -> None:
    page = (project / "docs" / "interchange.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{row.member}` | {row.place or '—'} | {row.read_by} | {row.note} |" for row in losses.TABLE]
