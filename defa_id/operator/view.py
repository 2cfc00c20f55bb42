"""What a state lists as of a date, with what was on record at another: as JSON and for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from defa_id.codec import times
from defa_id.operator import timeline
from defa_id.report.layout import Layout, shown
from defa_id.report.style import PLAIN, Style

Object = dict[str, Any]

NOT_YET: Final = "not yet"
_HUE: Final = {"granted": "green", "in force": "green", "suspended": "yellow", NOT_YET: "yellow"}


def state_view(listing: Object, at: datetime, known_at: datetime | None = None) -> Object:
    """One state's list as it stands at `at`, with what was recorded by `known_at` (None: everything).

    Members: state, names, environment, sequence, issuers [{id, names, kind, services}], recognises,
    arrangements, relying_parties, wallet_providers, schemes, provenance. A service has service_id, types,
    formats, level, status, since, reason, interface, identifiers, keys, algorithms, status_lists, scope,
    assurance; an issuer also who it is to registers, who supervises it and whom to call.
    """
    about = listing.get("state", {})
    issuers = []
    for entity in listing["entities"]:
        services = [_service(service, at, known_at) for service in timeline.known(entity["services"], known_at)]
        if services:
            issuers.append({**_who(entity), "services": services})
    return {
        "state": listing["territory"],
        "names": about.get("names", []),
        "environment": listing["environment"],
        "sequence": listing.get("sequence"),
        "at": times.show(at),
        "known_at": times.show(known_at) if known_at else None,
        "issuers": issuers,
        "recognises": [_recognition(one, at, known_at) for one in timeline.known(listing["recognitions"], known_at)],
        "arrangements": [
            _arrangement(one, at, known_at) for one in timeline.known(listing.get("arrangements", []), known_at)
        ],
        "relying_parties": [
            {**_party(one, at, known_at), "requests": one["requests"]}
            for one in timeline.known(listing.get("relying_parties", []), known_at)
        ],
        "wallet_providers": [
            {**_party(one, at, known_at), "solutions": one["solutions"]}
            for one in timeline.known(listing.get("wallet_providers", []), known_at)
        ],
        "provenance": about.get("provenance"),
        "schemes": [
            {name: scheme.get(name) for name in ("name", "authority", "interface", "contested")}
            for scheme in about.get("schemes", [])
        ],
    }


def states_text(views: Iterable[Object], style: Style = PLAIN, beside: str = "") -> str:
    """All states, one line each."""
    page = Layout(style)
    listed = [_safe(view) for view in views]
    page.banner("Registry", "bold", beside=beside)
    page.blank()
    for view in listed:
        services = [service for issuer in view["issuers"] for service in issuer["services"]]
        granted = sum(service["status"] == "granted" for service in services)
        counts = f"{_count(granted, 'service')} granted of {len(services)}, recognises {_recognised(view)}"
        page.entry("•", f"{_english(view['names'])}: {counts}", term=view["state"], room=4)
    return page.text


def state_text(view: Object, style: Style = PLAIN, beside: str = "") -> str:
    """One state for people: issuers with their services, whom it recognises, arrangements."""
    page, view = Layout(style), _safe(view)
    known = f", as known at {view['known_at']}" if view["known_at"] else ""
    page.banner(
        f"{view['state']} {_english(view['names'])}",
        "bold",
        beside=f"{view['environment']}, at {view['at']}{known}{beside}",
    )
    page.heading("Issuers")
    if not view["issuers"]:
        page.paragraph("none")
    for issuer in view["issuers"]:
        page.paragraph(f"{_english(issuer['names'])}", hue="bold")
        page.paragraph(issuer["id"], hue="dim")
        for line in _about(issuer):
            page.paragraph(line, hue="dim")
        for service in issuer["services"]:
            _service_lines(page, service)
        page.blank()
    page.heading("Recognises")
    if not view["recognises"]:
        page.paragraph("nobody")
    for record in view["recognises"]:
        what = f"{', '.join(record['types'])}, {record['environment']}"
        limits = f", for {', '.join(record['purposes'])}" if record["purposes"] else ""
        text = f"{record['of']} from level {_least(record)}: {what}{limits} · {record['status']}{_times(record)}"
        page.entry("•", text, term=record["id"], room=9, hue=_HUE.get(record["status"], "red"))
    _party_lines(page, view)
    if view["arrangements"]:
        page.heading("Arrangements")
    for record in view["arrangements"]:
        _arrangement_lines(page, record)
    return page.text


def _about(entity: Object) -> Iterator[str]:
    for legal in entity.get("legal_ids", ()):
        yield f"{legal['scheme']} {legal['value']}"
    if "supervisory_body" in entity:
        yield f"supervised by {entity['supervisory_body']}"
    if "incident_contact" in entity:
        yield f"incidents: {entity['incident_contact']}"
    if entity.get("provenance", {}).get("kind") == "imported":
        yield f"imported from {entity['provenance']['source']}, {entity['provenance']['retrieved']}"


def _party_lines(page: Layout, view: Object) -> None:
    for member, heading in (("relying_parties", "Relying parties"), ("wallet_providers", "Wallet providers")):
        if view[member]:
            page.heading(heading)
        for party in view[member]:
            text = f"{_english(party['names'])} · {party['status']}"
            page.entry("•", text, term=party["number"], room=9, hue=_HUE.get(party["status"], "red"))
            for request in party.get("requests", ()):
                asked = f"{request['type']}: {', '.join(request['claims'])} for {', '.join(request['purposes'])}"
                page.paragraph(asked, deep=13, hue="dim")
            for solution in party.get("solutions", ()):
                kept = (
                    f"{_english(solution['names'])}: {', '.join(solution['formats'])}, {solution['key_storage']} keys"
                )
                page.paragraph(kept, deep=13, hue="dim")


def _service_lines(page: Layout, service: Object) -> None:
    status = service["status"] + (f" since {service['since']}" if service["since"] else "")
    reason = f" ({service['reason']})" if service["reason"] else ""
    level = f"level {service['level']}"
    text = f"{status}{reason} · {level} · {', '.join(service['formats'])}"
    page.entry("•", text, term=service["service_id"], room=9, hue=_HUE.get(service["status"], "red"), deep=4)
    for type in service["types"]:
        page.paragraph(type, deep=15)
    for entry in service["status_lists"]:
        page.paragraph(
            f"status list {entry['url']}, signed by {entry.get('signer', 'nobody named')}", deep=15, hue="dim"
        )
    for key in service["keys"]:
        window = f"{key['valid_from']} to {key['valid_until'] or 'open'}"
        page.paragraph(f"key {key['id']}", deep=15, hue="dim")
        page.paragraph(f"{key['status']}, {window}", deep=19, hue="dim")


def _who(entity: Object) -> Object:
    """What every entity says of itself: its identifier and names, and what it may leave out."""
    optional = ("legal_ids", "supervisory_body", "incident_contact", "provenance")
    said = {name: entity[name] for name in optional if name in entity}
    return {"id": entity["entity_id"], "names": entity["names"], "kind": entity.get("kind"), **said}


def _party(record: Object, at: datetime, known_at: datetime | None) -> Object:
    """A relying party or a wallet provider, without what it may ask or provide."""
    events = timeline.known(record["status_events"], known_at)
    standing = timeline.at(events, at)
    identifiers = timeline.known(record["identifiers"], known_at)
    return {
        "number": record["id"],
        **_who(record),
        "status": standing["status"] if standing else NOT_YET,
        "since": timeline.since(events, at),
        "reason": standing.get("reason") if standing else None,
        "identifiers": [one["value"] for one in identifiers if "value" in one],
        "keys": [_key(one, at) for one in identifiers if "value" not in one],
        "events": events,
    }


def _service(service: Object, at: datetime, known_at: datetime | None) -> Object:
    events = timeline.known(service["status_events"], known_at)
    standing = timeline.at(events, at)
    identifiers = timeline.known(service["identifiers"], known_at)
    levels = [
        record["level"]
        for record in timeline.known(service["assurance"], known_at)
        if timeline.holds(record, at, "effective", "until")
    ]
    return {
        "service_id": service["service_id"],
        "types": [entry["type"] for entry in service["credentials"]],
        "formats": list(service["formats"]),
        "level": levels[-1] if levels else "none",
        "status": standing["status"] if standing else NOT_YET,
        "since": timeline.since(events, at),
        "reason": standing.get("reason") if standing else None,
        "interface": service["interface"],
        "identifiers": [one["value"] for one in identifiers if "value" in one],
        "keys": [_key(one, at) for one in identifiers if "value" not in one],
        "algorithms": [entry["alg"] for entry in service["algorithms"]],
        "status_lists": service.get("status_lists", []),
        "scope": service.get("scope", {}),
        "assurance": timeline.known(service["assurance"], known_at),
        "events": events,
    }


def _key(identifier: Object, at: datetime) -> Object:
    status = "valid" if timeline.holds(identifier, at) else "not yet valid"
    if "valid_until" in identifier and at >= times.parse(identifier["valid_until"]):
        status = "ended"
    if "compromised_since" in identifier and at >= times.parse(identifier["compromised_since"]):
        status = "compromised"
    return {
        "kind": identifier["kind"],
        "id": identifier.get("thumbprint") or identifier["sha256"],
        "valid_from": identifier["valid_from"],
        "valid_until": identifier.get("valid_until"),
        "status": status,
    }


def _recognition(record: Object, at: datetime, known_at: datetime | None) -> Object:
    if times.parse(record["from"]) > at:
        status = NOT_YET
    elif not timeline.holds(record, at, "from", "until"):
        status = "ended"
    else:
        status = _said(record, at, known_at)
    members = ("id", "of", "types", "purposes", "min_level", "environment", "from")
    least = {"min_vector": record["min_vector"]} if "min_vector" in record else {}
    return {**{name: record[name] for name in members}, **least, "until": record.get("until"), "status": status}


# What an arrangement says to people besides its scope, and what it is called there.
_TERMS: Final = {
    "conditions": "condition",
    "safeguards": "safeguard",
    "graduation": "graduates when",
    "incident_contacts": "incidents",
    "duty_of_notice": "notice",
    "liability": "liability",
    "redress": "redress",
    "legal_basis": "legal basis",
    "instrument": "instrument",
}


def _arrangement(record: Object, at: datetime, known_at: datetime | None) -> Object:
    """An arrangement as this party has it: `phase` runs now, `status` is what this party says of it."""
    phase = next((one for one in record["phases"] if timeline.holds(one, at, "from", "until")), None)
    coming = any(times.parse(one["from"]) > at for one in record["phases"])
    members = ("id", "title", "parties", "types", "purposes", "environment", "min_level", "min_vector", "directions")
    status = _said(record, at, known_at) if phase else NOT_YET if coming else "ended"
    terms = {name: record[name] for name in _TERMS if record.get(name)}
    return {**{name: record.get(name) for name in members}, **terms, "status": status, "phase": phase}


def _said(record: Object, at: datetime, known_at: datetime | None) -> str:
    """What its own state has made of a statement by events: in force, suspended or ended."""
    event = timeline.at(timeline.known(record.get("events", []), known_at), at)
    said = str(event["status"]) if event else "in_force"
    return "in force" if said in ("in_force", "granted") else said


def _least(record: Object) -> str:
    """The minimum asked for: the level, and what is asked on single axes besides."""
    axes = [f"{axis}{least}" for axis, least in sorted((record.get("min_vector") or {}).items())]
    return str(record["min_level"]) + (f" with {' '.join(axes)}" if axes else "")


def _arrangement_lines(page: Layout, record: Object) -> None:
    text = f"{', '.join(record['parties'])}: {record['title']} · {record['environment']}, {record['status']}"
    text += f", from level {_least(record)}"
    page.entry("•", f"{record['id']} — {text}", hue=_HUE.get(record["status"], "red"))
    if phase := record["phase"]:
        caps = phase.get("caps", {})
        most = [f"{caps['count']} uses"] if "count" in caps else []
        most += [f"an amount of {caps['value']}"] if "value" in caps else []
        until = f", until {phase['until']}" if "until" in phase else ""
        limit = f", at most {' and '.join(most)}" if most else ""
        page.paragraph(f"phase {phase['phase']}{until}{limit}", deep=4)
    for name, heading in _TERMS.items():
        said = record.get(name, ())
        for one in [said] if isinstance(said, str) else said:
            page.paragraph(f"{heading}: {one}", deep=4, hang=2, hue="dim")


def _times(record: Object) -> str:
    if record["status"] == NOT_YET:
        return f", from {record['from']}"
    return f", until {record['until']}" if record["until"] else ""


def _recognised(view: Object) -> str:
    states = sorted({record["of"] for record in view["recognises"] if record["status"] == "in force"})
    return ", ".join(states) or "nobody"


def _safe(value: Any) -> Any:
    """The same with every text made safe to show: a list is signed, and still comes from outside."""
    if isinstance(value, dict):
        return {name: _safe(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_safe(element) for element in value]
    return shown(value, 200) if isinstance(value, str) else value


def _english(names: Iterable[Object]) -> str:
    values = {name["lang"]: name["value"] for name in names}
    return str(values.get("en") or next(iter(values.values()), ""))


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
