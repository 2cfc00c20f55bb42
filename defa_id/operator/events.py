"""Changes of a state's sources as typed events: what was added, ended or described anew.

Lists only grow, so a change is a sequence of additions, of ends written into records that stand, and
of descriptions put in place of earlier ones. `derive` and `apply` are inverse to each other, and
what takes a published record back is no event: it is refused.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from defa_id.codec import canonical, times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, Fault
from defa_id.operator import wordings
from defa_id.operator.timeline import EARLIER, ENDS, WORDINGS, stood
from defa_id.operator.tree import SCHEMA_NAME, Object, State, content, schema_as_published
from defa_id.values import NamedTuple

STATE: Final = "state"
ENTITY: Final = "entity"
SERVICE: Final = "service"
RECOGNITION: Final = "recognition"
ARRANGEMENT: Final = "arrangement"
RELYING_PARTY: Final = "relying party"
WALLET_PROVIDER: Final = "wallet provider"


class Event(NamedTuple):
    """One change. `of` names the entity, service or recognition it belongs to (empty: the state), and
    `which` the record in it that is changed (empty: `record` is new). For a change and a description,
    `record` holds the members that are set; None takes a member out."""

    kind: str
    record: Any
    of: str = ""
    which: str = ""

    def to_dict(self) -> Object:
        """The JSON form, without members that are empty."""
        return {name: value for name, value in self._asdict().items() if name == "record" or value}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Event:
        """The event a JSON object describes. Raises `ChangeRefused` for one that is none."""
        event = cls(document.get("kind", ""), document.get("record"), document.get("of", ""), document.get("which", ""))
        named = all(isinstance(text, str) for text in (event.kind, event.of, event.which))
        if not named or event.to_dict() != document or event.kind not in KINDS:
            raise ChangeRefused(f"no event is called {printable(event.kind)!r}", hint="Propose the change again.")
        return event


class _Records(NamedTuple):
    """A list of records in one kind of holder. `changed` is the event that sets some of `members` in a
    record that stands. `free`: a list that was not only added to is described anew."""

    holder: str
    member: str
    what: str
    added: str
    name: Callable[[Any], str]
    changed: str = ""
    members: tuple[str, ...] = ()
    free: bool = False


def _named(*members: str) -> Callable[[Any], str]:
    return lambda record: " ".join(str(record[member]) for member in members)


def identifier_name(identifier: Object) -> str:
    """What an identifier is; its end or its compromise may be written in later."""
    value = identifier.get("value") or identifier.get("thumbprint") or identifier.get("sha256")
    return f"{identifier['kind']} {value} {identifier['valid_from']}"


def _but(*members: str) -> Callable[[Any], str]:
    """A record without a name of its own goes by the digest of what lasts in it."""
    return lambda record: canonical.digest({name: value for name, value in record.items() if name not in members})[:16]


_END: Final = ("valid_until", "compromised_since", EARLIER)  # ends may come earlier than was said, never later
_UNTIL: Final = ("until", EARLIER)


def _organisation(holder: str, prefix: str) -> Iterator[_Records]:
    """What an entity, a relying party and a wallet provider have in common."""
    yield _Records(holder, "names", "name", f"{prefix}name_added", _named("lang", "value"), free=True)
    if prefix:
        yield _Records(holder, WORDINGS, "earlier wording", f"{prefix}wording_kept", _but())
        added, ended = f"{prefix}identifier_added", f"{prefix}identifier_ended"
        yield _Records(holder, "identifiers", "identifier", added, identifier_name, ended, _END)
        yield _Records(holder, "status_events", "status event", f"{prefix}status_recorded", _but())


_RECORDS: Final = (
    _Records(STATE, "entities", "entity", "entity_added", _named("entity_id")),
    _Records(STATE, "recognitions", "recognition", "recognition_added", _named("id"), "recognition_ended", _UNTIL),
    _Records(STATE, "arrangements", "arrangement", "arrangement_joined", _named("id")),
    _Records(STATE, "relying_parties", "relying party", "relying_party_added", _named("entity_id")),
    _Records(STATE, "wallet_providers", "wallet provider", "wallet_provider_added", _named("entity_id")),
    *_organisation(ENTITY, ""),
    *_organisation(RELYING_PARTY, "relying_party_"),
    *_organisation(WALLET_PROVIDER, "wallet_provider_"),
    _Records(ENTITY, "services", "service", "service_added", _named("service_id")),
    _Records(
        SERVICE,
        "identifiers",
        "identifier",
        "identifier_added",
        identifier_name,
        "identifier_ended",
        _END,
    ),
    _Records(SERVICE, "formats", "format", "format_added", str),
    _Records(
        SERVICE,
        "credentials",
        "credential type",
        "credential_type_added",
        _named("type"),
        "credential_type_changed",
        ("schema", "profile"),
    ),
    _Records(SERVICE, "algorithms", "algorithm", "algorithm_added", _named("alg"), "algorithm_sunset", ("not_after",)),
    _Records(SERVICE, "status_lists", "status list", "status_list_added", _named("url"), free=True),
    _Records(SERVICE, "assurance", "level", "assurance_added", _but(*_UNTIL), "assurance_ended", _UNTIL),
    _Records(SERVICE, "status_events", "status event", "status_recorded", _but()),
    _Records(SERVICE, WORDINGS, "earlier wording", "service_wording_kept", _but()),
    _Records(RECOGNITION, "events", "event", "recognition_status_recorded", _but()),
    _Records(ARRANGEMENT, "events", "event", "arrangement_status_recorded", _but()),
    _Records(ARRANGEMENT, WORDINGS, "earlier wording", "arrangement_wording_kept", _but()),
)
_DESCRIBED: Final = {
    STATE: "state_described",
    ENTITY: "entity_described",
    SERVICE: "service_described",
    ARRANGEMENT: "arrangement_amended",
    RELYING_PARTY: "relying_party_described",
    WALLET_PROVIDER: "wallet_provider_described",
}
_FIXED: Final = {
    STATE: ("defa_id", "territory"),
    ENTITY: ("entity_id", "recorded"),
    SERVICE: ("service_id", "type", "recorded"),
    ARRANGEMENT: ("id", "recorded"),
    RELYING_PARTY: ("id", "entity_id", "recorded"),
    WALLET_PROVIDER: ("id", "entity_id", "recorded"),
    RECOGNITION: (),
}
_ADDED: Final = {rule.added: rule for rule in _RECORDS}
_CHANGED: Final = {rule.changed: rule for rule in _RECORDS if rule.changed}
_LISTED_IN: Final = {
    ENTITY: "entities",
    SERVICE: "services",
    RELYING_PARTY: "relying_parties",
    WALLET_PROVIDER: "wallet_providers",
    RECOGNITION: "recognitions",
    ARRANGEMENT: "arrangements",
}
_HOLDER_OF: Final = {member: holder for holder, member in _LISTED_IN.items()}
SCHEMA_ADDED: Final = "schema_added"
DENIED: Final = "denied"
KINDS: Final = frozenset({*_ADDED, *_CHANGED, *_DESCRIBED.values(), SCHEMA_ADDED, DENIED})


def derive(before: State, after: State) -> tuple[Event, ...]:
    """The events that lead from one to the other; none where nothing differs but publication's own members.

    Raises `ChangeRefused` for a change that takes back, alters or moves what stands.
    """
    territory = str(before.listing["territory"])
    try:
        events = (
            *_schemas(before.schemas, after.schemas),
            *_derived(STATE, "", content(before.listing), content(after.listing)),
            *_denials(before.deny, after.deny),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ChangeRefused(
            f"the list of {territory} has not the shape of one: {error!r}",
            hint="See what is wrong with: defa-id registry lint --dir DIR",
        ) from None
    made = apply(events, before)
    if content(made.listing) != content(after.listing) or content(made.deny) != content(after.deny):
        raise ChangeRefused(
            f"in the list of {territory} published records have been moved about",
            hint="Keep their order, and put new records behind them.",
        )
    return events


def apply(events: Iterable[Event], before: State) -> State:
    """What the events make of a state's sources. Raises `ChangeRefused` for an event that does not fit
    them: it adds what is there, changes what is not, or takes something back."""
    schemas = dict(before.schemas)
    after = State(content(copy.deepcopy(before.listing)), content(copy.deepcopy(before.deny)), schemas)
    for event in events:
        try:
            _apply(copy.deepcopy(event), after, schemas)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise _misfit(event, f"cannot be read: {type(error).__name__}") from None
    wordings.require_kept(before.listing, after.listing)
    return after


def new_records(events: Iterable[Event]) -> Iterator[Object]:
    """Every record, at any depth, that the events put on record with a time of its own."""

    def within(value: Any) -> Iterator[Object]:
        if isinstance(value, dict):
            if "recorded" in value:
                yield value
            for member in value.values():
                yield from within(member)
        elif isinstance(value, list):
            for element in value:
                yield from within(element)

    for event in events:
        yield from within(event.record)


def _derived(kind: str, of: str, before: Object, after: Object) -> Iterator[Event]:
    """What differs between two states of one holder, from its own description down to the holders in it."""
    rules = [rule for rule in _RECORDS if rule.holder == kind and (rule.member in before or rule.member in after)]
    growing = {rule.member: rule for rule in rules if not _anew(rule, before, after)}
    differing = [
        name for name in sorted({*before, *after}) if name not in growing and before.get(name) != after.get(name)
    ]
    own = f"{kind} {of}".strip()
    fixed = [name for name in differing if name in _FIXED[kind] or kind not in _DESCRIBED]
    if fixed:
        raise _altered(own, fixed)
    if differing:
        yield Event(_DESCRIBED[kind], {name: after.get(name) for name in differing}, of)
    for rule in rules:
        if rule.member in growing:
            yield from _grown(rule, of, before.get(rule.member, []), after.get(rule.member, []))


def _anew(rule: _Records, before: Object, after: Object) -> bool:
    """Whether a list is described as a whole: a free one that did not only grow, or an empty one that is new."""
    old, new = before.get(rule.member), after.get(rule.member)
    if not old and not new:
        return True
    if not rule.free or old is None or new is None:
        return False
    return bool(new[: len(old)] != old)


def _grown(rule: _Records, of: str, before: list[Any], after: list[Any]) -> Iterator[Event]:
    standing = {rule.name(record): record for record in after}
    if len(standing) != len(after):
        raise ChangeRefused(f"one {rule.what} of {of or 'the state'} stands twice", hint="Take the second one out.")
    for old in before:
        name = rule.name(old)
        if name not in standing:
            raise _gone(f"{rule.what} {printable(name)}")
        yield from _differing(rule, of, name, old, standing.pop(name))
    yield from (Event(rule.added, record, of) for record in standing.values())


def _differing(rule: _Records, of: str, name: str, old: Any, new: Any) -> Iterator[Event]:
    if old == new:
        return
    holder = _HOLDER_OF.get(rule.member)
    lists = {nested.member for nested in _RECORDS if nested.holder == holder}
    members = [member for member in sorted({*old, *new} - lists) if old.get(member) != new.get(member)]
    if rule.changed and members:
        settable = [m for m in members if m in rule.members]
        gone = [m for m in settable if m not in new]
        if len(settable) < len(members) or gone:
            raise _altered(f"{rule.what} {name}", gone or [m for m in members if m not in settable])
        yield Event(rule.changed, {member: _set_anew(member, old, new) for member in members}, of, name)
        old = {**old, **{member: new[member] for member in members if member in new}}
    if holder is not None:
        yield from _derived(holder, name, old, new)
    elif not rule.changed:
        raise _altered(f"{rule.what} {name}", members)


def _set_anew(member: str, old: Object, new: Object) -> Any:
    """What a change says of a member: its value; of earlier ends, those that are new."""
    return new.get(member) if member != EARLIER else new[member][len(old.get(member, [])) :]


def _schemas(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[Event]:
    for name, data in before.items():
        if after.get(name) != data:
            raise _gone(f"schema {name}")
    for name in sorted(after.keys() - before.keys()):
        yield Event(SCHEMA_ADDED, {"name": name, "text": after[name].decode()})


def _denials(before: Object, after: Object) -> Iterator[Event]:
    old, new = before["denied"], after["denied"]
    for entry in old:
        if entry not in new:
            raise _gone(f"deny entry {printable(entry['id'])}")
    yield from (Event(DENIED, entry) for entry in new if entry not in old)


def _apply(event: Event, state: State, schemas: dict[str, bytes]) -> None:
    if event.kind == SCHEMA_ADDED:
        _add_schema(event, event.record, schemas)
    elif event.kind == DENIED:
        if event.record in state.deny["denied"]:
            raise _misfit(event, "is there already")
        state.deny["denied"].append(event.record)
    elif event.kind in _ADDED:
        rule = _ADDED[event.kind]
        records = _holder(rule.holder, event, state.listing).setdefault(rule.member, [])
        if rule.name(event.record) in {rule.name(record) for record in records}:
            raise _misfit(event, "is there already")
        records.append(event.record)
    elif event.kind in _CHANGED:
        rule = _CHANGED[event.kind]
        _set(rule, event, _found(rule, event.which, _holder(rule.holder, event, state.listing), event))
    else:
        kind = next(kind for kind, described in _DESCRIBED.items() if described == event.kind)
        held = {rule.member for rule in _RECORDS if rule.holder == kind and not rule.free}
        holder = _holder(kind, event, state.listing)
        for name, value in event.record.items():
            if name in _FIXED[kind] or (name in held and (value or holder.get(name))):
                raise _misfit(event, "changes what stands")
            _put(holder, name, value)


def _add_schema(event: Event, record: Object, schemas: dict[str, bytes]) -> None:
    name, data = record["name"], record["text"].encode()
    if not SCHEMA_NAME.fullmatch(name) or name in schemas or schema_as_published(data, name) != data:
        raise _misfit(event, "is there already or cannot be published so")
    schemas[name] = data


def _set(rule: _Records, event: Event, record: Object) -> None:
    before = stood(record)
    for name, value in event.record.items():
        if name not in rule.members or value is None:
            raise _misfit(event, "changes what stands")
        if name in ENDS and name in record and value is not None and _moment(value) > _moment(record[name]):
            raise ChangeRefused(
                f"{rule.what} {printable(event.which)} would end later than was published",
                hint="Record a new one that begins where this one ends.",
            )
        _put(record, name, value if name != EARLIER else [*record.get(name, []), *value])
    if EARLIER in rule.members:
        _require_kept(rule, event, before)
    if rule.name(record) != event.which:
        raise _misfit(event, "changes what stands")


def _require_kept(rule: _Records, event: Event, before: Object) -> None:
    """Ends are set anew beside how they stood, or an audit as known earlier would come out otherwise."""
    kept = event.record.get(EARLIER)
    if not kept or {name: value for name, value in kept[0].items() if name != "recorded"} != before:
        members = "".join(f', "{name}": "{value}"' for name, value in before.items())
        raise ChangeRefused(
            f"an end of {rule.what} {printable(event.which)} is set without how it stood before",
            hint=f'Add beside it: "{EARLIER}": [{{"recorded": "…the time now…"{members}}}].',
        )


def _put(record: Object, name: str, value: Any) -> None:
    if value is None:
        del record[name]
    else:
        record[name] = value


def _holder(kind: str, event: Event, listing: Object) -> Object:
    if kind == STATE:
        return listing
    above = [listing] if kind != SERVICE else listing["entities"]
    member = _LISTED_IN[kind]
    rule = next(rule for rule in _RECORDS if rule.member == member)
    found = [one for holder in above for one in holder.get(member, []) if rule.name(one) == event.of]
    if len(found) != 1:
        raise _misfit(event, "is about something that is not listed")
    record: Object = found[0]
    return record


def _found(rule: _Records, name: str, holder: Object, event: Event) -> Object:
    record: Object | None = next((one for one in holder.get(rule.member, []) if rule.name(one) == name), None)
    if record is None:
        raise _misfit(event, "is about something that is not listed")
    return record


def _moment(text: Any) -> Any:
    try:
        return times.parse(text)
    except Fault as fault:
        raise ChangeRefused(fault.why or fault.code) from None


def _misfit(event: Event, why: str) -> ChangeRefused:
    about = " ".join(printable(text) for text in (event.kind, event.of, event.which) if text)
    return ChangeRefused(f"event {about} {why}", hint="Propose the change again from the sources.")


def _altered(what: str, members: list[str]) -> ChangeRefused:
    return ChangeRefused(
        f"the published {printable(what, 120)} is altered: {', '.join(map(printable, members))}",
        hint="Put it back, and record what is new beside it.",
    )


def _gone(what: str) -> ChangeRefused:
    return ChangeRefused(
        f"the published {what} is gone", hint="Put it back, and write what has changed as a later event beside it."
    )
