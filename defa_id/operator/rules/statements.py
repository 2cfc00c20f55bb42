"""Rules of statements: recognitions, arrangements, who may ask for claims, who provides wallets, and denials."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from defa_id.codec import canonical
from defa_id.codec.text import printable
from defa_id.operator.rules import ERROR, Finding, Spot, finding, issuer_keys, of_denials, of_state, services
from defa_id.operator.rules import strict as strictly
from defa_id.operator.tree import Object, Tree
from defa_id.trust import records

_CLAIM: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$:/-]*(?:\.[A-Za-z_$][A-Za-z0-9_$:/-]*)*")
_NO_BASIS: Final = "none"


def recognition(tree: Tree, spot: Spot, record: Object, *, strict: bool) -> Iterator[Finding]:
    """One recognition of the state whose list `spot` lies in."""
    if not record["id"].startswith(f"{spot.owner}-"):
        message = f"a recognition of {spot.owner} is called {spot.owner}- and a number"
        yield finding("authority.number", spot.at("id"), message)
    if record["of"] == spot.owner:
        yield finding("recognition.self", spot.at("of"), f"{spot.owner} recognises itself")
    elif record["of"] not in tree.states:
        yield finding("recognition.chain", spot.at("of"), f"{record['of']} is not a state of this registry")
    yield from _terms(tree, spot, record, strict=strict)
    yield from issuer_keys.window(spot, "a recognition", record["from"], record.get("until"))


def _terms(tree: Tree, spot: Spot, record: Object, *, strict: bool) -> Iterator[Finding]:
    """What a recognition and an arrangement have in common."""
    for index, type in enumerate(record["types"]):
        yield from services.type_named(tree, spot.at("types", index), type, strict=strict)
    yield from services.purposes_named(tree, spot.at("purposes"), record.get("purposes", ()), strict=strict)
    known = {entry["id"] for entry in tree.vocabulary["instruments"]}
    if "instrument" in record and record["instrument"] not in known:
        message = f"instrument {printable(record['instrument'])} is not in the vocabulary"
        yield finding("instrument.unknown", spot.at("instrument"), message)
    if strict and record.get("legal_basis", _NO_BASIS).startswith(_NO_BASIS):
        yield finding("recognition.basis", spot, "no legal basis is named")


def arrangements(tree: Tree, readable: Sequence[str]) -> Iterator[Finding]:
    """Every arrangement of every state: it holds between two parties only if both sign the same text."""
    signed: dict[str, dict[str, bytes]] = {}
    for state in readable:
        for record in tree.states[state].listing["arrangements"]:
            text = canonical.encode(records.agreed(record))
            signed.setdefault(record["id"], {})[state] = text
    for state in readable:
        listing = tree.states[state].listing
        for index, record in enumerate(listing["arrangements"]):
            spot, own = of_state(tree, state).at("arrangements", index), signed[record["id"]]
            yield from _terms(tree, spot, record, strict=strictly(tree, listing))
            yield from _phases(spot, record["phases"])
            if state not in record["parties"]:
                yield finding("authority.party", spot.at("parties"), f"{state} is not a party")
            for place, party in enumerate(record["parties"]):
                if party not in tree.states:
                    message = f"{printable(party)} is not a state of this registry"
                    yield finding("recognition.chain", spot.at("parties", place), message)
                elif party in readable and own.get(party) != own[state]:
                    said = "has not signed it" if party not in own else "has signed another text"
                    message = f"{party} {said}: it does not hold between them"
                    yield finding("arrangement.unsigned", spot, message)


def _phases(spot: Spot, phases: list[Object]) -> Iterator[Finding]:
    for index, phase in enumerate(phases):
        place = spot.at("phases", index)
        yield from issuer_keys.window(place, "a phase", phase["from"], phase.get("until"))
        if any(issuer_keys.overlap(one, phase, "from", "until") for one in phases[:index]):
            yield finding("time.overlap", place, f"phase {printable(phase['phase'])} overlaps an earlier one")


def party(tree: Tree, spot: Spot, record: Object, *, strict: bool) -> Iterator[Finding]:
    """A relying party or a wallet provider: identifiers, keys, events, and what may be asked."""
    if not record["id"].startswith(f"{spot.owner}-"):
        message = f"a record of {spot.owner} is called {spot.owner}- and a number"
        yield finding("authority.number", spot.at("id"), message)
    yield from issuer_keys.identifiers(tree, spot, record, strict=strict)
    yield from services.events(spot.at("status_events"), record["status_events"], strict=strict)
    for index, request in enumerate(record.get("requests", ())):
        place = spot.at("requests", index)
        yield from services.type_named(tree, place.at("type"), request["type"], strict=strict)
        yield from services.purposes_named(tree, place.at("purposes"), request["purposes"], strict=strict)
        for number, claim in enumerate(request["claims"]):
            if not _CLAIM.fullmatch(claim):
                yield finding("claims.wildcard", place.at("claims", number), f"{printable(claim)!r} names no one claim")


def denials(tree: Tree, state: str, own: frozenset[str], foreign: dict[str, str]) -> Iterator[Finding]:
    """A state's deny entries. `own`: what the state lists; `foreign`: what others list, with their names."""
    spot = of_denials(tree, state)
    for index, entry in enumerate(tree.states[state].deny["denied"]):
        place = spot.at("denied", index, "id")
        if entry["id"] in own:
            continue
        if entry["id"] in foreign:
            message = f"{printable(entry['id'])} is listed by {foreign[entry['id']]}"
            yield finding("authority.deny", place, message, level=ERROR)
        else:
            yield finding("deny.unknown", place, f"{printable(entry['id'])} is listed nowhere")
