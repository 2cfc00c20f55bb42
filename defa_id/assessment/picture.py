"""What a registry says of one state at one moment, gathered once: its list, its issuers, who relies on whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import Any, Final

from defa_id.errors import WrongUse
from defa_id.policy import ENVIRONMENTS
from defa_id.report.recognition_map import NOT, RECOGNISED
from defa_id.trust import assurance, history, recognition
from defa_id.trust.records import Arrangement, ListedCertificate, ListedKey, Service, covers, known
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple

_OPEN: Final = ("offline", "online-issuer")

Object = Mapping[str, Any]
Row = Mapping[str, Any]


class Offer(NamedTuple):
    """One authorisation as it stands: `status` is the word of its history, `usable` whether a verifier
    abroad can rely on it now (granted, with a way in and a key that is valid), `level` what is granted."""

    service: Service
    record: Object
    entity: Object
    status: str
    usable: bool
    level: str

    @property
    def id(self) -> str:
        """Its number."""
        return self.service.service_id


class Picture(NamedTuple):
    """One state, and what the others say of it. `rows`: all of `recognition.matrix`; `families`: by type,
    the kind of credential; `names`: by kind, what people call it; `peers`: the offers of every other state."""

    state: str
    name: str
    at: datetime
    known_at: datetime | None
    registry: Registry
    document: Object
    offers: tuple[Offer, ...]
    peers: Mapping[str, tuple[Offer, ...]]
    rows: tuple[Row, ...]
    families: Mapping[str, str]
    names: Mapping[str, str]

    @property
    def given(self) -> tuple[Row, ...]:
        """By what this state recognises others, now or later."""
        return tuple(row for row in self.rows if row["by"] == self.state and row["decision"] != NOT)

    @property
    def received(self) -> tuple[Row, ...]:
        """By what others recognise this state, now or later."""
        return tuple(row for row in self.rows if row["of"] == self.state and row["decision"] != NOT)

    def family(self, type: str) -> str:
        """The kind of credential a type is; a type the vocabulary does not know is a kind of its own."""
        return self.families.get(type, type)

    def kind(self, family: str) -> str:
        """A kind's name for people."""
        return self.names.get(family, family)

    def modules(self) -> tuple[str, ...]:
        """The kinds of credentials that this state lists, recognises or is recognised for, or others list."""
        types = {type for offer in self.offers for type in offer.service.types}
        types |= {type for offers in self.peers.values() for offer in offers for type in offer.service.types}
        types |= {str(row["type"]) for row in (*self.given, *self.received)}
        return tuple(sorted({self.family(type) for type in types}))

    def of_kind(self, family: str, offers: Iterable[Offer] | None = None) -> tuple[Offer, ...]:
        """The offers of a kind; of this state, if no others are handed in."""
        held = self.offers if offers is None else offers
        return tuple(offer for offer in held if any(self.family(type) == family for type in offer.service.types))

    def granted(self, type: str) -> str:
        """The highest level this state grants for a type, by an authorisation that is usable."""
        levels = [offer.level for offer in self.offers if offer.usable and type in offer.service.types]
        return max(levels, key=assurance.LADDER.__getitem__, default="none")

    def arrangements(self, state: str | None = None) -> tuple[Arrangement, ...]:
        """The arrangements a state (this one, if none is named) has put on record."""
        return known(self.registry.state_list(state or self.state).arrangements, self.known_at)

    def signed_alike(self, arrangement: Arrangement, by: str) -> bool:
        """Whether another party has put the very same arrangement on record."""
        return (arrangement.id, arrangement.digest) in {(one.id, one.digest) for one in self.arrangements(by)}

    def reached(self, family: str) -> str | None:
        """The strongest environment in which anybody relies on this state's credentials of a kind, now."""
        found = [
            str(row["environment"])
            for row in self.received
            if row["decision"] == RECOGNISED and self.family(str(row["type"])) == family
        ]
        return max(found, key=ENVIRONMENTS.index, default=None)


def picture(registry: Registry, state: str, *, at: datetime, known_at: datetime | None = None) -> Picture:
    """The picture of `state` as of `at`, with what was on record at `known_at`.

    Raises `WrongUse` for a state without a list, `RegistryRejected` for lists not signed as they must be.
    """
    if state not in registry.states():
        raise WrongUse(
            f"{state} has no list in this registry", hint=f"There are {', '.join(registry.states())}.", code="CFG_STATE"
        )
    document = registry.state_list(state).document
    types = registry.vocabulary.get("types", ())
    return Picture(
        state=state,
        name=_english(document["state"]["names"]),
        at=at,
        known_at=known_at,
        registry=registry,
        document=document,
        offers=_offers(registry, state, at, known_at),
        peers={other: _offers(registry, other, at, known_at) for other in registry.states() if other != state},
        rows=tuple(recognition.matrix(registry, at=at, known_at=known_at)),
        families={entry["type"]: entry["family"] for entry in types},
        names=_kinds(types),
    )


def _kinds(types: Iterable[Object]) -> dict[str, str]:
    """By kind its name: that of the type which has a name of its own in every format, before another standard's."""
    found: dict[str, str] = {}
    for entry in sorted(types, key=lambda entry: "uri" not in entry):
        found.setdefault(entry["family"], _english(entry["names"]))
    return found


def _offers(registry: Registry, state: str, at: datetime, known_at: datetime | None) -> tuple[Offer, ...]:
    listing = registry.state_list(state)
    records = {
        service["service_id"]: (service, entity)
        for entity in listing.document["entities"]
        for service in entity["services"]
    }
    return tuple(
        _offer(service, *records[service.service_id], at, known_at) for service in known(listing.services, known_at)
    )


def _offer(service: Service, record: Object, entity: Object, at: datetime, known_at: datetime | None) -> Offer:
    event = history.at(known(service.events, known_at), at)
    status = event.status if event is not None else "not granted"
    usable = status == history.GRANTED and service.interface in _OPEN and _has_key(service, at, known_at)
    return Offer(
        service, record, entity, status, usable, assurance.granted(service.assurance, at, at, known_at).vector.label()
    )


def _has_key(service: Service, at: datetime, known_at: datetime | None) -> bool:
    """Whether a key or certificate is on record that is valid now and not reported compromised by now."""
    held = chain[ListedKey | ListedCertificate](known(service.keys, known_at), known(service.certificates, known_at))
    return any(
        covers(one.valid_from, one.valid_until, at) and not (one.compromised_since and one.compromised_since <= at)
        for one in held
    )


def _english(names: Iterable[Object]) -> str:
    values = {name["lang"]: str(name["value"]) for name in names}
    return values.get("en") or next(iter(values.values()))
