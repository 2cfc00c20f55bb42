"""Whole records handed in as files: an issuer with its services, a relying party, a wallet provider.

What a record leaves out is filled as `add-issuer` fills it; then the state's list, with the record in
it, must break no rule that it did not break before.
"""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any, Final

from defa_id.catalogue import CATALOGUE
from defa_id.codec import strict_json, times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, Fault
from defa_id.operator import admission, changes, lint, ownership, timeline
from defa_id.operator.admission import Admitted
from defa_id.operator.changes import Change
from defa_id.operator.rules import TRIAL
from defa_id.operator.tree import Object, State, Tree, algorithms_of, schema_reference
from defa_id.values import NamedTuple


class _Party(NamedTuple):
    """A record that stands by itself in a list: the member it is listed in, what it is called, its first number."""

    member: str
    what: str
    first: int


_PARTIES: Final = {
    "requests": _Party("relying_parties", "relying party", 201),
    "solutions": _Party("wallet_providers", "wallet provider", 301),
}


def add(tree: Tree, state: str, data: bytes, now: datetime) -> Change:
    """List the record in `data`, a JSON object: services make it an issuer, requests a relying party,
    solutions a wallet provider. An issuer that is listed already gets the services.

    Raises `ChangeRefused`: not strict JSON, none of the three, another state's numbers, identifiers or
    keys, and whatever lint finds that it did not find before.
    """
    source = tree.state(state)
    record = document(data)
    kinds = [name for name in ("services", *_PARTIES) if name in record]
    if len(kinds) != 1:
        raise ChangeRefused(
            "it is not one of an issuer, a relying party or a wallet provider",
            hint="It has either services, requests or solutions.",
        )
    if not _objects(record, "names"):
        raise ChangeRefused("it has no names", hint='Say what people call it: [{"lang": "en", "value": "…"}].')
    warnings: list[str] = []
    listing = copy.deepcopy(source.listing)
    fill = _Fill(tree, state, now, warnings)
    kind = _PARTIES.get(kinds[0])
    summary = fill.party(record, listing, kind) if kind else fill.entity(record, listing)
    change = Change(state, source._replace(listing=listing), summary, ())
    warnings += lint.require_no_worse(tree, tree.with_state(state, change.after), refused=("purpose.unknown",))
    return change._replace(warnings=tuple(dict.fromkeys(warnings)))


class _Fill:
    """One record being made whole, in place."""

    def __init__(self, tree: Tree, state: str, now: datetime, warnings: list[str]) -> None:
        self._tree = tree
        self._state = state
        self._now = now
        self._source: State = tree.states[state]
        self._recorded = times.show(now)
        self._warnings = warnings

    def entity(self, record: Object, listing: Object) -> str:
        """An issuer with its services; one sentence about it."""
        id = _text(record, "entity_id")
        services = _objects(record, "services")
        if not services:
            raise ChangeRefused("it has no services", hint="Say what it may issue, and as what.")
        standing = next((one for one in listing["entities"] if one["entity_id"] == id), None)
        self._require_own(id)
        last = changes.next_number(_services(listing), "service_id", self._state, 1)
        for offset, service in enumerate(services):
            self._number(service, "service_id", f"{self._state}-{int(last[3:]) + offset:04}", _services(listing))
            self._service(service, id)
        numbers = ", ".join(str(service["service_id"]) for service in services)
        if standing is None:
            record.setdefault("kind", "other")
            record["recorded"] = self._recorded
            listing["entities"].append(record)
            return f"{numbers}: new issuer {printable(id)}"
        other = [
            name
            for name in sorted(record)
            if name not in ("services", "recorded") and record[name] != standing.get(name)
        ]
        if other:
            self._warnings.append(f"the issuer is listed already and keeps its {', '.join(map(printable, other))}")
        standing["services"].extend(services)
        return f"{numbers}: further service{'s' if len(services) > 1 else ''} of {printable(id)}"

    def party(self, record: Object, listing: Object, kind: _Party) -> str:
        """A relying party or a wallet provider; one sentence about it."""
        id = _text(record, "entity_id")
        beside = listing.setdefault(kind.member, [])
        standing = next((one for one in beside if one["entity_id"] == id), None)
        if standing is not None:
            raise ChangeRefused(
                f"{printable(id)} is listed already, as {standing['id']}",
                hint="Edit its record in the list, and record what changes as events.",
            )
        self._require_own(id)
        parties = [one for each in _PARTIES.values() for one in listing.get(each.member, ())]
        self._number(record, "id", changes.next_number(beside, "id", self._state, kind.first), parties)
        record.setdefault("kind", "other")
        record["recorded"] = self._recorded
        self._events(record)
        self._identifiers(record, id, _begins(record, self._recorded))
        beside.append(record)
        return f"{record['id']}: new {kind.what} {printable(id)}"

    def _service(self, service: Object, id: str) -> None:
        _default(service, type="issuance", interface="offline", formats=[], status_lists=[], status_required=False)
        if not isinstance(service["formats"], list) or not all(isinstance(one, str) for one in service["formats"]):
            raise ChangeRefused("formats is not a list of texts", hint=f"Use {', '.join(admission.FORMATS)}.")
        service["recorded"] = self._recorded
        self._events(service)
        found = self._identifiers(service, id, _begins(service, self._recorded))
        if not found and service["interface"] == "offline":
            raise ChangeRefused("it lists no key", hint="List the key its credentials are signed with.")
        types = _objects(service, "credentials")
        for entry in types:
            known = self._tree.known_type(str(entry.get("type")))
            fitting = known is not None and changes.format_fits(known, service["formats"])
            reference = schema_reference(self._tree, str(entry.get("type"))) if fitting else None
            if "schema" not in entry and reference is not None:
                entry["schema"] = reference
        if "algorithms" not in service:
            until = times.show(self._now + changes.RSA_LIFE)
            allowed = {
                one["alg"]: one
                for admitted in found
                for one in algorithms_of(admitted.public, until, admitted.identifier.get("use"))
            }
            service["algorithms"] = list(allowed.values())
        begins = _begins(service, self._recorded)
        status = "proposed" if self._trial else "declared"
        for entry in _objects(service, "assurance"):
            _default(entry, framework="defa-id-reference", framework_version="1", basis="self-declared", status=status)
            entry.setdefault("effective", begins)
            entry["recorded"] = self._recorded
        if "scope" not in service:
            service["scope"] = {"subjects": changes.subjects_of(self._tree, [str(one.get("type")) for one in types])}
        _default(service["scope"] if isinstance(service["scope"], dict) else {}, purposes=[], sectors=[])

    def _identifiers(self, record: Object, id: str, begins: str) -> list[Admitted]:
        """Names and keys with their times and digests; the keys that are listed."""
        identifiers = _objects(record, "identifiers")
        if not any("value" in one for one in identifiers):
            identifiers.insert(0, {"kind": admission.identifier_kind(id), "value": id})
        found = []
        for one in identifiers:
            admitted = _admitted(one)
            if admitted is not None:
                found.append(admitted)
                for name, value in admitted.identifier.items():
                    if name in ("thumbprint", "sha256") and one.setdefault(name, value) != value:
                        raise ChangeRefused(
                            f"{name} is not that of the key beside it", hint="Leave it out: it is worked out here."
                        )
                    one.setdefault(name, value)
                if self._trial and "possession" not in one:
                    self._warnings.append("nobody has shown that they hold a key; in pilot and live that is required")
                if admitted.not_after is not None:
                    one.setdefault("valid_until", times.show(admitted.not_after))
                if admitted.not_before is not None and admitted.not_before > times.parse(begins):
                    one.setdefault("valid_from", times.show(admitted.not_before))
                ownership.require_own_key(self._tree, self._state, str(record.get("entity_id", id)), admitted)
            one.setdefault("valid_from", begins)
            one["recorded"] = self._recorded
        names = [str(one["value"]) for one in identifiers if "value" in one]
        for name in names:
            self._require_own(name)
        ownership.require_not_struck(self._source, *names, *(one.public.thumbprint for one in found))
        return found

    @property
    def _trial(self) -> bool:
        return changes.environment_of(self._tree, self._source) in TRIAL

    def _events(self, record: Object) -> None:
        events = record.setdefault("status_events", [{"status": timeline.GRANTED}])
        for event in _objects(record, "status_events"):
            event.setdefault("effective", self._recorded)
            event["recorded"] = self._recorded
            if event.get("status") == timeline.GRANTED:
                begins = _moment(event["effective"], "effective")
                changes.require_not_back_dated(self._tree, self._source, begins, self._now)
        if not events:
            raise ChangeRefused("its status_events are empty", hint="Leave them out: it is granted from now on.")

    def _number(self, record: Object, member: str, free: str, beside: list[Object]) -> None:
        number = record.setdefault(member, free)
        if not isinstance(number, str) or not number.startswith(f"{self._state}-"):
            raise ChangeRefused(
                f"{member} {printable(number)!r} is no number of {self._state}",
                hint=f"Leave it out: the next free one is {free}.",
            )
        if number in [one.get(member) for one in beside]:
            raise ChangeRefused(
                f"the number {printable(number)} is taken, and none is ever used twice",
                hint=f"Leave it out: the next free one is {free}.",
            )

    def _require_own(self, value: str) -> None:
        ownership.entity_of(self._tree, self._state, value)


def document(data: bytes) -> Object:
    """One JSON object, read strictly. Raises `ChangeRefused`."""
    try:
        return strict_json.load_object(data)
    except Fault as fault:
        why = fault.why or CATALOGUE.reasons[fault.code].message
        raise ChangeRefused(f"the record cannot be read: {why}", hint="Give one JSON object.") from None


def _objects(record: Object, member: str) -> list[Object]:
    """A list of objects, empty where it is left out. Raises `ChangeRefused` for what is none."""
    found = record.setdefault(member, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ChangeRefused(f"{member} is not a list of objects", hint="See schemas/state-list.schema.json.")
    return found


def _text(record: Object, member: str) -> str:
    value = record.get(member)
    if not isinstance(value, str) or not value:
        raise ChangeRefused(f"{member} is missing or not a text", hint="Give its DID or https URL.")
    return value


def _begins(record: Object, otherwise: str) -> str:
    """From when the first grant holds, as RFC 3339."""
    effective = [str(one["effective"]) for one in record["status_events"] if one.get("status") == timeline.GRANTED]
    return min(effective, key=lambda text: _moment(text, "effective"), default=otherwise)


def _moment(text: Any, what: str) -> datetime:
    try:
        return times.parse(text, what)
    except Fault as fault:
        raise ChangeRefused(fault.why, hint="Write RFC 3339 in UTC, e.g. 2026-11-01T09:00:00Z.") from None


def _admitted(identifier: Object) -> Admitted | None:
    """The key of an identifier as it is handed in: a JWK or a certificate, its digest or not."""
    try:
        if identifier.get("kind") == "jwk" and isinstance(identifier.get("jwk"), dict):
            return admission.from_jwk(identifier["jwk"])
        if identifier.get("kind") == "x509" and isinstance(identifier.get("pem"), str):
            return admission.from_certificate(identifier["pem"].encode())
    except Fault as fault:
        raise admission.refused_key(fault) from None
    return None


def _default(record: Object, **members: Any) -> None:
    for name, value in members.items():
        record.setdefault(name, copy.deepcopy(value))


def _services(listing: Object) -> list[Object]:
    return [service for entity in listing["entities"] for service in entity["services"]]
