"""Rules that concern several records: one key, one identifier and one name belong to one issuer of one state."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from urllib.parse import unquote, urlsplit

from defa_id.codec.text import printable
from defa_id.operator.rules import Finding, Spot, finding, issuer_keys, of_state
from defa_id.operator.tree import Object, Tree
from defa_id.trust import history
from defa_id.values import NamedTuple


class Holder(NamedTuple):
    """A record with identifiers of its own, and whose it is."""

    state: str
    entity: str
    spot: Spot
    record: Object

    @property
    def own(self) -> tuple[str, str]:
        """The issuer a key or an identifier may belong to."""
        return self.state, self.entity


def holders(tree: Tree, state: str) -> Iterator[Holder]:
    """Every service, relying party and wallet provider of a state."""
    spot, listing = of_state(tree, state), tree.states[state].listing
    for number, entity in enumerate(listing["entities"]):
        for index, service in enumerate(entity["services"]):
            yield Holder(state, entity["entity_id"], spot.at("entities", number, "services", index), service)
    for member in ("relying_parties", "wallet_providers"):
        for number, record in enumerate(listing.get(member, ())):
            yield Holder(state, record["entity_id"], spot.at(member, number), record)


def across(tree: Tree, readable: Sequence[str]) -> Iterator[Finding]:
    """What belongs to two, is called the same, or comes back after it was given up as compromised."""
    everyone = [holder for state in readable for holder in holders(tree, state)]
    yield from _names(tree, readable, everyone)
    yield from _keys(everyone)
    yield from _given_up(tree, readable, everyone)


def named(tree: Tree, state: str) -> frozenset[str]:
    """Every identifier, thumbprint and certificate digest a state lists."""
    found = set()
    for holder in holders(tree, state):
        found.add(holder.entity)
        for identifier in holder.record["identifiers"]:
            found.update(str(identifier[name]) for name in ("value", "thumbprint", "sha256") if name in identifier)
        found.update(key.thumbprint for _, key in issuer_keys.public_keys(holder.record["identifiers"]))
    return frozenset(found)


def normal_form(value: str) -> str:
    """An identifier with everything taken out in which two that people take for one may differ: case,
    composition, the default port, a final dot or slash, and percent-encoding."""
    text = unicodedata.normalize("NFC", value)
    if text.startswith("did:web:"):
        host, *path = text.removeprefix("did:web:").split(":")
        text = "https://" + "/".join((unquote(host), *map(unquote, path)))
        return f"did:web {_address(text)}"
    return _address(text) if text.casefold().startswith("https://") else text.casefold()


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return text.casefold()
    host = (parts.hostname or "").rstrip(".")
    query = f"?{parts.query}" if parts.query else ""
    place = f":{port}" if port not in (None, 443) else ""
    return f"https://{host}{place}{unquote(parts.path).rstrip('/')}{query}".casefold()


def _names(tree: Tree, readable: Sequence[str], everyone: list[Holder]) -> Iterator[Finding]:
    first: dict[str, tuple[str, tuple[str, str]]] = {}
    uses: list[tuple[str, tuple[str, str], Spot]] = []
    for state in readable:
        for number, entity in enumerate(tree.states[state].listing["entities"]):
            place = of_state(tree, state).at("entities", number, "entity_id")
            uses.append((entity["entity_id"], (state, entity["entity_id"]), place))
    for holder in everyone:
        for index, identifier in enumerate(holder.record["identifiers"]):
            if "value" in identifier:
                uses.append((identifier["value"], holder.own, holder.spot.at("identifiers", index, "value")))
    for value, own, spot in uses:
        spelled, owner = first.setdefault(normal_form(value), (value, own))
        if owner == own:
            continue
        whose = f"{printable(owner[1])} of {owner[0]}"
        if spelled == value:
            yield finding("id.conflict", spot, f"{printable(value)} belongs to {whose}")
        else:
            message = f"{printable(value)} differs only in spelling from {printable(spelled)} of {whose}"
            yield finding("id.conflict", spot, message)


def _keys(everyone: list[Holder]) -> Iterator[Finding]:
    owners: dict[str, tuple[str, str]] = {}
    kids: dict[tuple[str, str, str], str] = {}
    for holder in everyone:
        for index, key in issuer_keys.public_keys(holder.record["identifiers"]):
            spot = holder.spot.at("identifiers", index)
            owner = owners.setdefault(key.thumbprint, holder.own)
            if owner != holder.own:
                message = f"this key, {key.thumbprint}, belongs to {printable(owner[1])} of {owner[0]}"
                yield finding("key.reuse", spot, message)
            listed = "value" not in holder.record["identifiers"][index]
            if listed and key.kid and kids.setdefault((*holder.own, key.kid), key.thumbprint) != key.thumbprint:
                yield finding("key.name", spot, f"two keys of one issuer are called {printable(key.kid)}")


def _given_up(tree: Tree, readable: Sequence[str], everyone: list[Holder]) -> Iterator[Finding]:
    """Keys listed beside a record that says they were compromised."""
    denied = {
        entry["id"]
        for state in readable
        for entry in tree.states[state].deny["denied"]
        if entry["reason"] == history.COMPROMISE
    }
    struck: dict[str, str] = {}
    standing: list[tuple[str, Spot]] = []
    for holder in everyone:
        identifiers = holder.record["identifiers"]
        whole = any(event.get("reason") == history.COMPROMISE for event in holder.record["status_events"])
        whole = whole or any(identifier.get("value") in denied for identifier in identifiers)
        for index, key in issuer_keys.public_keys(identifiers):
            spot = holder.spot.at("identifiers", index)
            if whole or "compromised_since" in identifiers[index] or key.thumbprint in denied:
                struck.setdefault(key.thumbprint, spot.where)
            elif "value" not in identifiers[index]:
                standing.append((key.thumbprint, spot))
    for thumbprint, spot in standing:
        if thumbprint in struck:
            message = f"this key was given up as compromised with {struck[thumbprint]}"
            yield finding("key.compromised", spot, message)
