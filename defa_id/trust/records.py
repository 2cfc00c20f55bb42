"""What a state's signed list says, as values. Strict: what is missing or of another kind is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from defa_id.codec import times
from defa_id.errors import Fault, RegistryRejected
from defa_id.values import NamedTuple

T = TypeVar("T")
Document = Mapping[str, Any]

DENY: Final = "deny/1"
ANYTIME: datetime = times.parse("0001-01-01T00:00:00Z")


class Event(NamedTuple):
    """One status event. `effective`: from when it holds; `recorded`: since when it is known."""

    status: str
    effective: datetime
    recorded: datetime
    reason: str | None = None
    compromised_since: datetime | None = None


class Until(NamedTuple):
    """How a record stood until `recorded`, when its ends or its terms were set anew: by the names of its fields."""

    recorded: datetime
    stood: Mapping[str, Any]


class Name(NamedTuple):
    """An identifier an issuer uses in its credentials: a DID or an issuer URL, with its time."""

    value: str
    valid_from: datetime
    valid_until: datetime | None
    recorded: datetime
    earlier: tuple[Until, ...] = ()


class ListedKey(NamedTuple):
    """A listed JWK with its time. `thumbprint` (RFC 7638) is its identity."""

    jwk: Document
    thumbprint: str
    valid_from: datetime
    valid_until: datetime | None
    compromised_since: datetime | None
    recorded: datetime
    earlier: tuple[Until, ...] = ()


class ListedCertificate(NamedTuple):
    """A listed X.509 certificate: an authority (`ca`) or a signer itself (`leaf`)."""

    sha256: str
    pem: str
    use: str
    valid_from: datetime
    valid_until: datetime | None
    compromised_since: datetime | None
    recorded: datetime
    earlier: tuple[Until, ...] = ()


class SchemaReference(NamedTuple):
    """A schema by digest: the SHA-256 of its bytes; `target` where the registry carries it."""

    uri: str
    sha256: str
    target: str | None


class Assurance(NamedTuple):
    """A level the home state grants, with its time. `status`: how far others follow this reading of it
    (agreed, declared, assessed, proposed, unknown); `framework` and `version`: whose levels these are."""

    level: str
    effective: datetime
    until: datetime | None
    recorded: datetime
    basis: str
    status: str
    framework: str = "defa-id-reference"
    version: str = "1"
    earlier: tuple[Until, ...] = ()


class Service(NamedTuple):
    """One authorisation of one issuer: which types in which formats, with which keys, since when.

    `territories`: the parts of the state it may speak for (ISO 3166-2; empty: all of it);
    `contexts`: JSON-LD contexts pinned besides the shipped ones, by URL; `status_lists`: the lists its
    credentials may name, by URL, and the identifier of who signs each (None: the issuer itself).
    """

    state: str
    service_id: str
    entity_id: str
    name: str
    interface: str
    names: tuple[Name, ...]
    keys: tuple[ListedKey, ...]
    certificates: tuple[ListedCertificate, ...]
    formats: frozenset[str]
    types: Mapping[str, SchemaReference | None]
    algorithms: Mapping[str, datetime | None]
    status_required: bool
    assurance: tuple[Assurance, ...]
    subjects: frozenset[str]
    events: tuple[Event, ...]
    recorded: datetime
    contexts: Mapping[str, SchemaReference] = {}
    status_lists: Mapping[str, str | None] = {}
    territories: frozenset[str] = frozenset()
    earlier: tuple[Until, ...] = ()


class Cap(NamedTuple):
    """How often a phase may be relied on, and up to which amount each time; None: without end."""

    phase: str
    uses: int | None
    value: int | None


class Recognition(NamedTuple):
    """One directed statement of a relying state, or its side of an arrangement. `counter_events`: what the
    other side of an arrangement did about it; `min_vector`: the least on single axes, besides the level."""

    id: str
    by: str
    of: str
    types: frozenset[str]
    purposes: frozenset[str]
    min_level: str
    environment: str
    begins: datetime
    ends: datetime | None
    recorded: datetime
    conditions: tuple[str, ...]
    instrument: str | None
    events: tuple[Event, ...]
    arrangement: str | None = None
    cap: Cap | None = None
    counter_events: tuple[Event, ...] = ()
    earlier: tuple[Until, ...] = ()
    min_vector: Mapping[str, int] = {}


class Phase(NamedTuple):
    """One phase of an arrangement: from when until when, and how much it carries."""

    name: str
    begins: datetime
    ends: datetime | None
    cap: Cap | None


class Arrangement(NamedTuple):
    """An arrangement as one party has signed it; `digest` tells whether parties signed the same. `events` are
    this party's own: it may suspend or leave without asking the others. `levels` and `vectors`: minimums by
    direction; `min_vector`: the least on single axes, besides the level."""

    id: str
    parties: tuple[str, ...]
    types: frozenset[str]
    purposes: frozenset[str]
    min_level: str
    environment: str
    phases: tuple[Phase, ...]
    recorded: datetime
    conditions: tuple[str, ...]
    instrument: str | None
    digest: str
    events: tuple[Event, ...] = ()
    levels: Mapping[tuple[str, str], str] = {}
    min_vector: Mapping[str, int] = {}
    vectors: Mapping[tuple[str, str], Mapping[str, int]] = {}
    earlier: tuple[Until, ...] = ()


class StateList(NamedTuple):
    """Everything one state says about itself. `document` is the signed JSON."""

    territory: str
    environment: str
    issued: datetime
    services: tuple[Service, ...]
    recognitions: tuple[Recognition, ...]
    arrangements: tuple[Arrangement, ...]
    document: Document


class Denial(NamedTuple):
    """An emergency entry: an issuer identifier or key thumbprint struck from use. `answered`: when the
    state's own list first recorded a later event about it, which then decides; None while it has not."""

    id: str
    effective: datetime
    recorded: datetime
    reason: str
    answered: datetime | None = None

    def stands(self, known_at: datetime | None = None) -> bool:
        """Whether it was unanswered, by what was known at `known_at` (None: everything)."""
        return self.answered is None or (known_at is not None and self.answered > known_at)


def read_list(document: Document, territory: str) -> StateList:
    """The list of `territory`.

    Raises `RegistryRejected` REG_FORMAT for a document that is not one, REG_SUBJECT for a list that
    speaks for another state.
    """
    if document.get("defa_id") != "state-list/1":
        raise RegistryRejected("a state's list is of an unknown kind", code="REG_FORMAT")
    if document.get("territory") != territory:
        raise RegistryRejected(f"the list of {territory} speaks for another state", code="REG_SUBJECT")
    try:
        from defa_id.codec import canonical

        return StateList(
            territory,
            document["environment"],
            _time(document, "issued"),
            tuple(
                _service(territory, entity, service)
                for entity in document["entities"]
                for service in entity["services"]
                if service["type"] == "issuance"
            ),
            tuple(_recognition(territory, record) for record in document["recognitions"]),
            tuple(_arrangement(record, canonical.digest) for record in document.get("arrangements", [])),
            document,
        )
    except (KeyError, TypeError, AttributeError, ValueError, Fault) as error:
        raise RegistryRejected(
            f"the list of {territory} cannot be read: {type(error).__name__} {error}", code="REG_FORMAT"
        ) from None


def read_denials(document: Document, territory: str) -> tuple[Denial, ...]:
    """The emergency entries of `territory`. Raises `RegistryRejected` REG_FORMAT, REG_SUBJECT."""
    if document.get("defa_id") != DENY:
        raise RegistryRejected("a state's deny list is of an unknown kind", code="REG_FORMAT")
    if document.get("territory") != territory:
        raise RegistryRejected(f"the deny list of {territory} speaks for another state", code="REG_SUBJECT")
    try:
        return tuple(
            Denial(_text(entry, "id"), _time(entry, "effective"), _time(entry, "recorded"), _text(entry, "reason"))
            for entry in document["denied"]
        )
    except (KeyError, TypeError, Fault) as error:
        raise RegistryRejected(f"the deny list of {territory} cannot be read: {error}", code="REG_FORMAT") from None


def known(records: Iterable[T], known_at: datetime | None) -> tuple[T, ...]:
    """The records that were known at `known_at`, as they were known; all of them without one."""
    if known_at is None:
        return tuple(records)
    return tuple(_as_known(r, known_at) for r in records if r.recorded <= known_at)  # type: ignore[attr-defined]


def _as_known(record: T, known_at: datetime) -> T:
    for until in getattr(record, "earlier", ()):
        if until.recorded > known_at:
            return record._replace(**until.stood)  # type: ignore[attr-defined, no-any-return]
    return record


def covers(begins: datetime, ends: datetime | None, moment: datetime) -> bool:
    """Whether `moment` lies in [begins, ends); an end of None is open."""
    return begins <= moment and (ends is None or moment < ends)


def _text(record: Document, name: str) -> str:
    if not isinstance(record[name], str):
        raise TypeError(f"{name} is not a text")
    return str(record[name])


def _time(record: Document, name: str) -> datetime:
    return times.parse(record[name], name)


def _optional(record: Document, name: str) -> datetime | None:
    return times.parse(record[name], name) if name in record else None


def _some(kind: Callable[[Document], T], records: Iterable[Document], *kinds: str) -> tuple[T, ...]:
    return tuple(kind(record) for record in records if record["kind"] in kinds)


def _service(territory: str, entity: Document, service: Document) -> Service:
    identifiers = service["identifiers"]
    return Service(
        state=territory,
        service_id=service["service_id"],
        entity_id=entity["entity_id"],
        name=_english(entity["names"]),
        names=_some(_name, identifiers, "did", "issuer_url"),
        keys=_some(_key, identifiers, "jwk"),
        certificates=_some(_certificate, identifiers, "x509"),
        assurance=tuple(
            Assurance(
                entry["level"],
                _time(entry, "effective"),
                _optional(entry, "until"),
                _time(entry, "recorded"),
                entry["basis"],
                entry["status"],
                entry["framework"],
                entry["framework_version"],
                _earlier(entry, until="until"),
            )
            for entry in service["assurance"]
        ),
        events=_events(service["status_events"]),
        recorded=_time(service, "recorded"),
        **_service_terms(service),
        earlier=_worded(service, _service_terms),
    )


def _service_terms(service: Document) -> dict[str, Any]:
    """What an authorisation covers: the fields that may be described anew."""
    return {
        "interface": service["interface"],
        "formats": frozenset(service["formats"]),
        "types": {entry["type"]: _schema(entry.get("schema")) for entry in service["credentials"]},
        "algorithms": {entry["alg"]: _optional(entry, "not_after") for entry in service["algorithms"]},
        "status_required": service.get("status_required", False),
        "subjects": frozenset(service["scope"]["subjects"]),
        "territories": frozenset(service["scope"].get("territories", ())),
        "contexts": {
            entry["url"]: SchemaReference(entry["url"], entry["sha256"], entry["target"])
            for entry in service.get("contexts", ())
        },
        "status_lists": {entry["url"]: entry.get("signer") for entry in service.get("status_lists", ())},
    }


def _events(records: Iterable[Document]) -> tuple[Event, ...]:
    return tuple(
        Event(
            record["status"],
            _time(record, "effective"),
            _time(record, "recorded"),
            record.get("reason"),
            _optional(record, "compromised_since"),
        )
        for record in records
    )


def _earlier(record: Document, **fields: str) -> tuple[Until, ...]:
    """What is on record of ends that were set anew, in that order; `fields` names the member of each field."""
    found = (
        Until(_time(entry, "recorded"), {field: _optional(entry, member) for field, member in fields.items()})
        for entry in record.get("earlier_ends", ())
    )
    return tuple(sorted(found, key=lambda until: until.recorded))


def _worded(record: Document, terms: Callable[[Document], dict[str, Any]]) -> tuple[Until, ...]:
    """What is on record of terms that were set anew, in that order. Each entry holds the members it changed as
    they stood before; one that was not there is null."""
    entries = sorted(record.get("earlier", ()), key=lambda entry: _time(entry, "recorded"))
    found: list[Until] = []
    for entry in reversed(entries):
        record = as_it_stood(record, entry)
        found.append(Until(_time(entry, "recorded"), terms(record)))
    return tuple(reversed(found))


def as_it_stood(record: Document, entry: Document) -> dict[str, Any]:
    """A record before the change of its terms that `entry`, one of its `earlier`, tells of."""
    stood = {name: value for name, value in entry.items() if name != "recorded"}
    return {name: value for name, value in {**record, **stood}.items() if value is not None}


def _name(record: Document) -> Name:
    return Name(
        record["value"],
        _time(record, "valid_from"),
        _optional(record, "valid_until"),
        _time(record, "recorded"),
        _earlier(record, valid_until="valid_until"),
    )


def _key(record: Document) -> ListedKey:
    return ListedKey(
        record["jwk"],
        record["thumbprint"],
        _time(record, "valid_from"),
        _optional(record, "valid_until"),
        _optional(record, "compromised_since"),
        _time(record, "recorded"),
        _earlier(record, valid_until="valid_until", compromised_since="compromised_since"),
    )


def _certificate(record: Document) -> ListedCertificate:
    return ListedCertificate(
        record["sha256"],
        record["pem"],
        record["use"],
        _time(record, "valid_from"),
        _optional(record, "valid_until"),
        _optional(record, "compromised_since"),
        _time(record, "recorded"),
        _earlier(record, valid_until="valid_until", compromised_since="compromised_since"),
    )


def _schema(record: Document | None) -> SchemaReference | None:
    return SchemaReference(record["uri"], record["sha256"], record.get("target")) if record else None


def _recognition(by: str, record: Document) -> Recognition:
    return Recognition(
        id=record["id"],
        by=by,
        of=record["of"],
        types=frozenset(record["types"]),
        purposes=frozenset(record["purposes"]),
        min_level=record["min_level"],
        environment=record["environment"],
        begins=_time(record, "from"),
        ends=_optional(record, "until"),
        recorded=_time(record, "recorded"),
        conditions=tuple(record.get("conditions", ())),
        instrument=record.get("instrument"),
        events=_events(record.get("events", ())),
        earlier=_earlier(record, ends="until"),
        min_vector=dict(record.get("min_vector", {})),
    )


def _arrangement(record: Document, digest: Callable[[Any], str]) -> Arrangement:
    def terms(record: Document) -> dict[str, Any]:
        return {
            "parties": tuple(record["parties"]),
            "types": frozenset(record["types"]),
            "purposes": frozenset(record["purposes"]),
            "min_level": record["min_level"],
            "environment": record["environment"],
            "phases": tuple(_phase(phase) for phase in record["phases"]),
            "conditions": tuple(record.get("conditions", ())),
            "instrument": record.get("instrument"),
            "digest": digest(agreed(record)),
            "levels": {(one["by"], one["of"]): one["min_level"] for one in record.get("directions", ())},
            "min_vector": dict(record.get("min_vector", {})),
            "vectors": {
                (one["by"], one["of"]): dict(one["min_vector"])
                for one in record.get("directions", ())
                if "min_vector" in one
            },
        }

    return Arrangement(
        id=record["id"],
        recorded=_time(record, "recorded"),
        events=_events(record.get("events", ())),
        **terms(record),
        earlier=_worded(record, terms),
    )


def _phase(record: Document) -> Phase:
    caps = record.get("caps")
    amount = caps.get("value") if caps else None
    value = int(amount) if isinstance(amount, str) and amount.isascii() and amount.isdigit() else amount
    if value is not None and type(value) is not int:
        raise TypeError("a cap's value is not a whole number")
    cap = Cap(record["phase"], caps.get("count"), value) if caps else None
    return Phase(record["phase"], _time(record, "from"), _optional(record, "until"), cap)


def agreed(record: Document) -> dict[str, Any]:
    """What the parties of an arrangement agree on: everything but what each puts on record, and does, alone."""
    return {name: value for name, value in record.items() if name not in ("recorded", "events", "earlier")}


def _english(names: Iterable[Document]) -> str:
    values = {name["lang"]: name["value"] for name in names}
    if not values:
        raise ValueError("an entity without a name")
    return str(values.get("en") or next(iter(values.values())))
