"""What a change means, in words: each event as a sentence, and whose reliance on whom it alters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from defa_id.codec import times
from defa_id.codec.text import printable
from defa_id.operator import reliance, timeline
from defa_id.operator.events import Event
from defa_id.operator.reliance import Effect, day
from defa_id.operator.tree import Object, Tree
from defa_id.report.layout import Layout, shown
from defa_id.report.style import PLAIN, Style
from defa_id.values import NamedTuple

_LONGEST: Final = 200
_KEPT: Final = "_wording_kept"  # how a record stood before: what it says now is another event


class Said(NamedTuple):
    """One event in words: the state, what it is about (a service, a recognition …), and what changes."""

    state: str
    about: str
    text: str

    def __str__(self) -> str:
        return " · ".join(part for part in self if part)


class Meaning(NamedTuple):
    """What a change says and whom it affects."""

    said: tuple[Said, ...]
    effects: tuple[Effect, ...]

    @property
    def affected(self) -> tuple[str, ...]:
        """The effects in words, those that differ in nothing but who relies put together."""
        alike: dict[tuple[str, ...], dict[str, list[Effect]]] = {}
        for effect in self.effects:
            kind = (effect.issued, effect.was, effect.becomes, effect.begins, effect.why)
            alike.setdefault(kind, {}).setdefault(effect.by, []).append(effect)
        lines: list[str] = []
        for (issued, was, becomes, begins, why), relying in alike.items():
            services: dict[tuple[str, ...], list[str]] = {}
            for by, found in relying.items():
                services.setdefault(tuple(sorted({one.service for one in found})), []).append(_through(by, found))
            because = f" ({why})" if why else ""
            turn = f"issued {issued} it: {was} → {becomes} from {day(begins)}{because}"
            lines.extend(f"{', '.join(named)} {turn}, by {', '.join(by)}" for named, by in services.items())
        return tuple(lines)

    @property
    def summary(self) -> str:
        """One sentence about the effects."""
        if not self.effects:
            return "nobody's reliance on another state changes"
        through = {effect.through for effect in self.effects if effect.through}
        sides = {state for effect in self.effects for state in (effect.by, effect.of)}
        states = sorted(sides - {one.state for one in self.said})
        counted = "1 recognition changes" if len(through) == 1 else f"{len(through)} recognitions change"
        return f"{counted} outcome: with {', '.join(states)}"

    def to_dict(self) -> Object:
        """The JSON form."""
        return {
            "changes": [one._asdict() for one in self.said],
            "effects": [effect._asdict() for effect in self.effects],
            "summary": self.summary,
        }


def meaning(before: Tree, after: Tree, state: str, events: Iterable[Event], now: datetime) -> Meaning:
    """What the events of one state mean at `now`, between the sources before and after them.

    Both must be clean of lint errors.
    """
    changes = tuple(events)
    effects = tuple(reliance.effects(before, after, state, changes, now))
    return Meaning(said(changes, before, after, state), effects)


def said(events: Iterable[Event], before: Tree, after: Tree, state: str) -> tuple[Said, ...]:
    """The events of one state in words, without asking whom they affect."""
    return tuple(
        Said(state, *_words(event, before, after, state)) for event in events if not event.kind.endswith(_KEPT)
    )


def layout(found: Meaning, style: Style = PLAIN) -> str:
    """A meaning for people."""
    page = Layout(style)
    for one in found.said:
        page.entry("•", shown(str(one), _LONGEST * 2))
    for text in found.affected:
        page.entry("→", shown(text, _LONGEST * 4), hue="yellow", deep=4)
    page.paragraph(shown(found.summary, _LONGEST * 2), hue="bold")
    return page.text


def _through(by: str, found: Iterable[Effect]) -> str:
    """Who relies, through what and for which purposes."""
    through = sorted({effect.through for effect in found if effect.through})
    purposes = sorted({purpose for effect in found for purpose in effect.purposes})
    limits = f": {', '.join(purposes)}" if purposes else ""
    return f"{by} ({', '.join(through)}{limits})" if through else by


def _words(event: Event, before: Tree, after: Tree, state: str) -> tuple[str, str]:
    """What an event is about, and the words for it."""
    say = _SAY.get(event.kind)
    record = event.record
    if say is not None:
        return _about(event, after, state), printable(say(record), _LONGEST)
    if event.kind == "assurance_added":
        return _about(event, after, state), _level(event, before, state)
    if event.kind.endswith("_ended") or event.kind in ("algorithm_sunset", "credential_type_changed"):
        said = {_MEMBER.get(name, name): value for name, value in record.items() if name != timeline.EARLIER}
        members = "; ".join(f"{word} {_value(value)}" for word, value in said.items())
        which = event.which if event.kind != "recognition_ended" else ""
        return _about(event, after, state), printable(f"{which}: {members}" if which else members, _LONGEST)
    if event.kind.endswith(("_described", "_amended")):
        return _about(event, after, state), printable(f"described anew: {', '.join(record)}", _LONGEST)
    return _about(event, after, state), printable(event.kind.replace("_", " "), _LONGEST)


def _level(event: Event, before: Tree, state: str) -> str:
    record = event.record
    effective = times.parse(record["effective"])
    levels = [
        one["level"]
        for territory, _, service in before.services()
        if territory == state and service["service_id"] == event.of
        for one in service["assurance"]
        if timeline.holds(one, effective, "effective", "until")
    ]
    earlier = levels[-1] if levels else "none"
    basis = f"{record['basis']}, {record['status']}"
    return printable(f"level {earlier} → {record['level']} from {day(record['effective'])} ({basis})", _LONGEST)


def _about(event: Event, after: Tree, state: str) -> str:
    """The service with its types in the vocabulary's words, or the name of what the event belongs to."""
    name = event.of or event.which
    for territory, _, service in after.services():
        if territory == state and service["service_id"] == event.of:
            types = ", ".join(_type(after, entry["type"]) for entry in service["credentials"])
            return printable(f"{event.of} · {types}", _LONGEST)
    return printable(name, _LONGEST)


def _type(tree: Tree, type: str) -> str:
    known = tree.known_type(type)
    return _english(known["names"]) if known and known.get("names") else type


def _english(names: Iterable[Mapping[str, str]]) -> str:
    values = {name["lang"]: name["value"] for name in names}
    return values.get("en") or next(iter(values.values()), "")


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("sha256", ""))[:16] or "changed"
    return day(str(value))


def _identifier(record: Object) -> str:
    value = record.get("value") or record.get("thumbprint") or record.get("sha256")
    until = f" to {day(record['valid_until'])}" if "valid_until" in record else ""
    return f"{record['kind']} {value}, from {day(record['valid_from'])}{until}"


def _status(record: Object) -> str:
    reason = f", {record['reason']}" if "reason" in record else ""
    since = f", compromised since {day(record['compromised_since'])}" if "compromised_since" in record else ""
    return f"{record['status']} from {day(record['effective'])}{reason}{since}"


def _service(record: Object) -> str:
    types = ", ".join(entry["type"] for entry in record["credentials"])
    levels = ", ".join(entry["level"] for entry in record.get("assurance", [])) or "none"
    events = "; ".join(_status(event) for event in record["status_events"])
    return f"{record['service_id']}: {types} as {', '.join(record['formats'])}, level {levels}, {events}"


def _entity(record: Object) -> str:
    services = "; ".join(_service(service) for service in record["services"])
    return f"new issuer {record['entity_id']} ({_english(record['names'])}): {services}"


def _recognition(record: Object) -> str:
    purposes = f", for {', '.join(record['purposes'])}" if record.get("purposes") else ""
    until = f" to {day(record['until'])}" if "until" in record else ""
    what = f"{', '.join(record['types'])} from level {record['min_level']}{purposes}"
    return f"{record['id']}: recognises {record['of']}, {what}, {record['environment']}, {day(record['from'])}{until}"


def _arrangement(record: Object) -> str:
    phases = "; ".join(f"{one['phase']} {day(one['from'])} to {day(one['until'])}" for one in record["phases"])
    return f"joins {record['id']} with {', '.join(record['parties'])}: {record['title']}; {phases}"


_MEMBER: Final = {
    "valid_until": "ends",
    "until": "ends",
    "not_after": "not after",
    "compromised_since": "compromised since",
}
_SAY: Final[Mapping[str, Callable[[Any], str]]] = {
    "entity_added": _entity,
    "service_added": lambda record: f"new service {_service(record)}",
    "name_added": lambda record: f"also called {record['value']} ({record['lang']})",
    "identifier_added": lambda record: f"new {_identifier(record)}",
    "format_added": lambda record: f"also as {record}",
    "credential_type_added": lambda record: f"may also issue {record['type']}",
    "algorithm_added": lambda record: f"may also sign with {record['alg']}",
    "status_list_added": lambda record: f"new status list {record['url']}",
    "status_recorded": _status,
    "recognition_added": _recognition,
    "recognition_status_recorded": _status,
    "arrangement_joined": _arrangement,
    "arrangement_status_recorded": _status,
    "relying_party_added": lambda record: f"new relying party {record['entity_id']} ({_english(record['names'])})",
    "relying_party_status_recorded": _status,
    "relying_party_identifier_added": lambda record: f"new {_identifier(record)}",
    "wallet_provider_added": lambda record: f"new wallet provider {record['entity_id']} ({_english(record['names'])})",
    "wallet_provider_status_recorded": _status,
    "wallet_provider_identifier_added": lambda record: f"new {_identifier(record)}",
    "schema_added": lambda record: f"new schema {record['name']}",
    "denied": lambda record: f"denies {record['id']} from {day(record['effective'])}, {record['reason']}",
}
