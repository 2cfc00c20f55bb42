"""A state's list as ETSI TS 119 602 JSON (V1.1.1): a list of trusted entities anybody can read, and ours besides.

Other readers trust whatever certificate or key they find, so these stand in the standard's members only
while their service is granted, and they themselves valid and not compromised. All the rest, what was and
what will be, stands in an extension that only this project's reader takes up (`losses.TABLE`).
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from defa_id.codec import times
from defa_id.operator import timeline
from defa_id.resolvers import x5c

Object = dict[str, Any]

VERSION: Final = 1  # LoTEVersionIdentifier
EXTENSION: Final = "x-defa-id"
LIST_TYPE: Final = "urn:defa-id:lote-type:issuers"
SERVICE_TYPE: Final = "urn:defa-id:service-type:"
STATUS: Final = "urn:defa-id:service-status:"
SERVICE: Final = "urn:defa-id:service:"
# The standard asks for a postal address of every entity; the registry holds none, and none is made up.
NOT_STATED: Final = "not stated"
_LANGUAGE: Final = "en"
_PUBLIC: Final = frozenset({"EC", "RSA"})  # the kinds of key its JSON schema knows
_ELSEWHERE: Final = {
    "entity": frozenset({"names", "services", "provenance", "recorded"}),
    "service": frozenset({"identifiers", "status_events", "recorded", timeline.WORDINGS}),
    "identifier": frozenset({"recorded", timeline.EARLIER}),
}


def exported(listing: Mapping[str, Any], registry: str, at: datetime, denied: Mapping[str, Object] = {}) -> Object:
    """The list of one state, as published in the registry of that name, as a LoTE document.

    `at`: the moment as of which things stand. `denied`: what break-glass has struck by then and the list
    has not answered, by identifier, thumbprint or SHA-256.
    """
    issued = times.parse(listing["issued"])
    state = listing["state"]
    about = {"registry": registry, "environment": listing["environment"], "authority_id": state["authority_id"]}
    scheme = {
        "LoTEVersionIdentifier": VERSION,
        "LoTESequenceNumber": listing["sequence"],
        "LoTEType": LIST_TYPE,
        "SchemeOperatorName": _names(state["names"]),
        "SchemeTerritory": listing["territory"],
        "ListIssueDateTime": times.show(issued),
        "NextUpdate": times.show(times.parse(listing["next_update"])),
        "SchemeExtensions": [{EXTENSION: {**about, **_more_names(state["names"])}}],
    }
    entities = [
        _entity(entity, listing["territory"], at, denied) for entity in listing["entities"] if entity["services"]
    ]
    return {"LoTE": {"ListAndSchemeInformation": scheme, **({"TrustedEntitiesList": entities} if entities else {})}}


def left_out(listing: Mapping[str, Any]) -> list[str]:
    """What of this list has no place in its export, in words; the table says the same of lists in general."""
    without = [entity["entity_id"] for entity in listing["entities"] if not entity["services"]]
    members = ("recognitions", "arrangements", "relying_parties", "wallet_providers")
    return [
        *(f"entity {name}: it has no service" for name in without),
        *(f"{len(listing[member])} {member.replace('_', ' ')}" for member in members if listing.get(member)),
    ]


def _entity(entity: Object, territory: str, at: datetime, denied: Mapping[str, Object]) -> Object:
    contact = entity.get("incident_contact", "")
    uri = contact if contact.startswith(("mailto:", "https:", "tel:")) else entity["entity_id"]
    numbers = [f"{one['scheme']}:{one['value']}" for one in entity.get("legal_ids", ())]
    information = {
        "TEName": _names(entity["names"]),
        **({"TETradeName": [_text(number) for number in numbers]} if numbers else {}),
        "TEAddress": {
            "TEPostalAddress": [{"lang": _LANGUAGE, "StreetAddress": NOT_STATED, "Country": territory}],
            "TEElectronicAddress": [_uri(uri)],
        },
        "TEInformationURI": [_uri(entity["entity_id"])],
        "TEInformationExtensions": [{EXTENSION: {**_rest(entity, "entity"), **_more_names(entity["names"])}}],
    }
    services = [_service(entity, service, at, denied) for service in entity["services"]]
    return {"TrustedEntityInformation": information, "TrustedEntityServices": services}


def _service(entity: Object, service: Object, at: datetime, denied: Mapping[str, Object]) -> Object:
    standing = timeline.at(service["status_events"], at)
    struck = [denied[identity(one)] for one in service["identifiers"] if identity(one) in denied]
    granted = standing is not None and standing["status"] == timeline.GRANTED and not struck
    shown = [one for one in service["identifiers"] if "value" in one or (granted and _stands(one, at))]
    name = [_text(f"{label['value']} ({service['service_id']})", label["lang"]) for label in entity["names"]]
    kind = SERVICE_TYPE + service["type"]
    status, since = (str(standing["status"]), standing["effective"]) if standing else ("proposed", times.show(at))
    if struck:
        status, since = timeline.SUSPENDED, struck[0]["effective"]
    information = {
        "ServiceName": name,
        "ServiceDigitalIdentity": _identities(service["service_id"], shown),
        "ServiceTypeIdentifier": kind,
        "ServiceStatus": STATUS + status,
        "StatusStartingTime": times.show(times.parse(since)),
        "ServiceInformationExtensions": [{EXTENSION: _extension(service, shown, struck)}],
    }
    history = [
        {
            "ServiceName": name,
            "ServiceDigitalIdentity": _identities(service["service_id"], [one for one in shown if "value" in one]),
            "ServiceTypeIdentifier": kind,
            "ServiceStatus": STATUS + event["status"],
            "StatusStartingTime": times.show(times.parse(event["effective"])),
        }
        for event in reversed(timeline.in_order(service["status_events"]))
        if times.parse(event["effective"]) <= at and (struck or event is not standing)
    ]
    return {"ServiceInformation": information, **({"ServiceHistory": history} if history else {})}


def _extension(service: Object, shown: list[Object], struck: list[Object]) -> Object:
    """Everything about a service that the standard's members do not hold."""
    in_full = [one for one in service["identifiers"] if _only_ours(one) or not any(one is other for other in shown)]
    return {
        **_rest(service, "service"),
        "assurance": [_without(record, {"recorded", timeline.EARLIER}) for record in service.get("assurance", ())],
        "identifiers": [
            _identifier(one, in_full=any(one is other for other in in_full)) for one in service["identifiers"]
        ],
        "status_events": [_without(event, {"recorded"}) for event in service["status_events"]],
        **({"denied": struck} if struck else {}),
    }


def identity(identifier: Object) -> str:
    """What an identifier is: its value, its key's thumbprint or its certificate's SHA-256."""
    return str(identifier.get("value") or identifier.get("thumbprint") or identifier["sha256"])


def _identities(service_id: str, identifiers: Iterable[Object]) -> Object:
    """ServiceDigitalIdentity: what any reader may rely on now."""
    held = list(identifiers)
    certificates = [
        {"val": base64.b64encode(x5c.from_pem(one["pem"])).decode("ascii")} for one in held if one["kind"] == "x509"
    ]
    keys = [one["jwk"] for one in held if one["kind"] == "jwk" and not _only_ours(one)]
    return {
        **({"X509Certificates": certificates} if certificates else {}),
        **({"PublicKeyValues": keys} if keys else {}),
        "OtherIds": [SERVICE + service_id, *(one["value"] for one in held if "value" in one)],
    }


def _identifier(identifier: Object, *, in_full: bool) -> Object:
    """An identifier in the extension: in full, or by its own name where the standard's members hold it."""
    rest = _rest(identifier, "identifier")
    return rest if in_full else _without(rest, {"jwk", "pem"})


def _stands(identifier: Object, moment: datetime) -> bool:
    given_up = identifier.get("compromised_since")
    return timeline.holds(identifier, moment) and (given_up is None or times.parse(given_up) > moment)


def _only_ours(identifier: Object) -> bool:
    return identifier["kind"] == "jwk" and identifier["jwk"]["kty"] not in _PUBLIC


def _names(labels: Iterable[Object]) -> list[Object]:
    return [_text(label["value"], label["lang"]) for label in labels]


def _more_names(labels: Collection[Object]) -> Object:
    """The names once more where they say more than language and text."""
    return {"names": list(labels)} if any(label.keys() - {"lang", "value"} for label in labels) else {}


def _rest(record: Object, kind: str) -> Object:
    return _without(record, _ELSEWHERE[kind])


def _without(record: Object, names: Collection[str]) -> Object:
    return {name: value for name, value in record.items() if name not in names}


def _text(value: str, lang: str = _LANGUAGE) -> Object:
    return {"lang": lang, "value": value}


def _uri(value: str) -> Object:
    return {"lang": _LANGUAGE, "uriValue": value}
