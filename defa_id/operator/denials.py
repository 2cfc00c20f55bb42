"""Deny entries of a state's sources: which of them stand, because its list has said nothing later about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from defa_id.codec import times
from defa_id.operator.tree import Object, State

PARTIES: Final = ("relying_parties", "wallet_providers")


def with_entries(source: State, entries: Iterable[Object]) -> State:
    """The same sources with these entries, each once."""
    denied = source.deny["denied"]
    return source._replace(deny={**source.deny, "denied": [*denied, *(e for e in entries if e not in denied)]})


def unanswered(source: State) -> dict[str, Object]:
    """What stands struck, by identifier: nothing that the list recorded later is about it."""
    found: dict[str, Object] = {}
    for entry in source.deny["denied"]:
        recorded = times.parse(entry["recorded"])
        if not any(times.parse(event["recorded"]) > recorded for event in _events(source, entry["id"])):
            found.setdefault(entry["id"], entry)
    return found


def _events(source: State, id: str) -> Iterator[Object]:
    records = [service for entity in source.listing["entities"] for service in entity["services"]]
    records += [record for member in PARTIES for record in source.listing.get(member, ())]
    for record in records:
        if any(id in (one.get("value"), one.get("thumbprint"), one.get("sha256")) for one in record["identifiers"]):
            yield from record["status_events"]
