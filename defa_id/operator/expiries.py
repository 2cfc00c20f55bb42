"""What ends when in a registry: roles, lists, keys, certificates, algorithms, levels, grants, recognitions, phases.

Only an end that leaves a gap counts: a key whose successor is listed has been rotated, and nobody
needs to be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from defa_id.codec import times
from defa_id.errors import ChangeRefused, Fault
from defa_id.operator import timeline
from defa_id.operator.rules import issuer_keys
from defa_id.operator.tree import Object
from defa_id.values import NamedTuple

WARNED_AT: Final = (1, 7, 14, 30, 60, 90)  # days before an end [registry design, Operators]
_OPEN: Final = frozenset({"offline", "online-issuer"})


class Expiry(NamedTuple):
    """One end that leaves a gap. `what` is role, list, key, certificate, identifier, algorithm, level, grant,
    recognition or arrangement; `state` is empty for what is above the states."""

    what: str
    state: str
    name: str
    expires: datetime

    def days_left(self, at: datetime) -> int:
        """Whole days from `at`; negative once it has ended."""
        return (self.expires - at) // timedelta(days=1)

    def within(self, at: datetime) -> int | None:
        """The step of `WARNED_AT` that has been reached, 0 once it has ended, None long before."""
        if self.expires <= at:
            return 0
        return next((days for days in WARNED_AT if self.expires - at <= timedelta(days=days)), None)


def of_roles(roles: Mapping[str, datetime]) -> Iterator[Expiry]:
    """Signed metadata, by the names of its roles."""
    for name, expires in roles.items():
        state = name.partition("-")[0]
        yield Expiry("role", state if len(state) == 2 else "", name, expires)


def of_list(listing: Object, at: datetime) -> Iterator[Expiry]:
    """Everything in one state's list that ends and leaves a gap, as things stand at `at`."""
    state = str(listing["territory"])
    if "next_update" in listing:
        yield Expiry("list", state, f"{state}/list.json", times.parse(listing["next_update"]))
    for entity in listing["entities"]:
        for service in entity["services"]:
            if timeline.status_at(service["status_events"], at) == timeline.GRANTED:
                yield from _service(state, service, at)
    for member in ("relying_parties", "wallet_providers"):
        for record in listing.get(member, ()):
            if timeline.status_at(record["status_events"], at) == timeline.GRANTED:
                yield from _identifiers(state, record["id"], record["identifiers"], at)
    yield from _recognitions(state, listing["recognitions"], at)
    yield from _arrangements(state, listing["arrangements"], at)


def usable(service: Object, at: datetime) -> bool:
    """Whether a verifier elsewhere can rely on a service at `at`: granted, with a way in and a key that is valid."""
    if service["interface"] not in _OPEN or timeline.status_at(service["status_events"], at) != timeline.GRANTED:
        return False
    identifiers = service["identifiers"]
    return any(
        timeline.holds(identifiers[index], at)
        and not (
            "compromised_since" in identifiers[index] and times.parse(identifiers[index]["compromised_since"]) <= at
        )
        for index, _ in issuer_keys.public_keys(identifiers)
    )


def _service(state: str, service: Object, at: datetime) -> Iterator[Expiry]:
    name = service["service_id"]
    yield from _identifiers(state, name, service["identifiers"], at)
    ends = {entry["alg"]: times.parse(entry["not_after"]) for entry in service["algorithms"] if "not_after" in entry}
    if len(ends) == len(service["algorithms"]):
        yield from (Expiry("algorithm", state, f"{name} {alg}", end) for alg, end in ends.items())
    levels = [record for record in service["assurance"] if "until" in record]
    for record in levels:
        end = times.parse(record["until"])
        if not any(timeline.holds(other, end, "effective", "until") for other in service["assurance"]):
            yield Expiry("level", state, f"{name} {record['level']}", end)
    coming = [event for event in timeline.in_order(service["status_events"]) if times.parse(event["effective"]) > at]
    if coming and coming[0]["status"] != timeline.GRANTED:
        yield Expiry("grant", state, f"{name} {coming[0]['status']}", times.parse(coming[0]["effective"]))


def _identifiers(state: str, owner: str, identifiers: list[Object], at: datetime) -> Iterator[Expiry]:
    """Ends of keys, and of names, after which another one does not take over; of a past end, by now."""
    ends = [_end(identifier) for identifier in identifiers]
    for identifier, end in zip(identifiers, ends, strict=True):
        named = identifier["kind"] in issuer_keys.NAMED
        if end is None or any(
            (other["kind"] in issuer_keys.NAMED) == named
            and "compromised_since" not in other
            and times.parse(other["valid_from"]) <= max(end, at)
            and (last is None or last > max(end, at))
            for other, last in zip(identifiers, ends, strict=True)
        ):
            continue
        what = "identifier" if named else "certificate" if identifier["kind"] == "x509" else "key"
        name = identifier.get("value") or identifier.get("thumbprint") or identifier.get("sha256")
        yield Expiry(what, state, f"{owner} {name}", end)


def _end(identifier: Object) -> datetime | None:
    """When an identifier ends: as listed, when it was compromised, or when its certificate expires."""
    ends = [times.parse(identifier[name]) for name in ("valid_until", "compromised_since") if name in identifier]
    try:
        admitted = issuer_keys.listed(identifier)
    except (Fault, ChangeRefused):
        admitted = None  # lint says what is wrong with it
    if admitted is not None and admitted.not_after is not None:
        ends.append(admitted.not_after)
    return min(ends, default=None)


def _recognitions(state: str, records: list[Object], at: datetime) -> Iterator[Expiry]:
    for record in records:
        if "until" not in record or timeline.status_at(record.get("events", ()), at) in ("ended", "suspended"):
            continue
        end = times.parse(record["until"])
        followed = any(
            other["of"] == record["of"]
            and set(record["types"]) <= set(other["types"])
            and timeline.holds(other, end, "from", "until")
            for other in records
        )
        if end > at and not followed:
            yield Expiry("recognition", state, f"{record['id']} of {record['of']}", end)


def _arrangements(state: str, records: Iterable[Object], at: datetime) -> Iterator[Expiry]:
    for record in records:
        for phase in record["phases"]:
            end = times.parse(phase["until"]) if "until" in phase else None
            if end is None or end <= at or any(timeline.holds(p, end, "from", "until") for p in record["phases"]):
                continue
            yield Expiry("arrangement", state, f"{record['id']} {phase['phase']}", end)
