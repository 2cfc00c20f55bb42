"""What status events add up to, for operators: the event in force at a moment, and what is final."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from defa_id.codec import times
from defa_id.trust import records

Object = dict[str, Any]

GRANTED: Final = "granted"
SUSPENDED: Final = "suspended"
WITHDRAWN: Final = "withdrawn"
ENDED: Final = ("withdrawn", "ceased", "superseded")
ENDS: Final = ("valid_until", "compromised_since", "until")
EARLIER: Final = "earlier_ends"
WORDINGS: Final = "earlier"


def in_order(events: Iterable[Object]) -> list[Object]:
    """The events as they take effect; of one moment, the last on record comes last and counts."""
    return sorted(events, key=lambda event: (times.parse(event["effective"]), times.parse(event["recorded"])))


def at(events: Iterable[Object], moment: datetime) -> Object | None:
    """The event in force at `moment`, if there is one."""
    past = [event for event in in_order(events) if times.parse(event["effective"]) <= moment]
    return past[-1] if past else None


def status_at(events: Iterable[Object], moment: datetime) -> str | None:
    """The status at `moment`; None before the first event."""
    event = at(events, moment)
    return str(event["status"]) if event else None


def since(events: Iterable[Object], moment: datetime) -> str | None:
    """From when the status at `moment` has held without a break, as RFC 3339; None before the first event."""
    lasting = {event["effective"]: event for event in in_order(events) if times.parse(event["effective"]) <= moment}
    found: Object | None = None
    for event in reversed(lasting.values()):
        if found is not None and event["status"] != found["status"]:
            break
        found = event
    return str(found["effective"]) if found else None


def known(found: Iterable[Object], known_at: datetime | None) -> list[Object]:
    """The records that were known at `known_at`, as they were known; all of them without one."""
    if known_at is None:
        return list(found)
    return [_as_known(record, known_at) for record in found if times.parse(record["recorded"]) <= known_at]


def set_ends(record: Object, now: datetime, **ends: datetime) -> None:
    """Write ends into a record that stands, and beside them how they stood until now: an audit as known earlier
    must come out as it did."""
    changed = {name: times.show(end) for name, end in ends.items() if record.get(name) != times.show(end)}
    if changed:
        record.setdefault(EARLIER, []).append({"recorded": times.show(now), **stood(record)})
        record.update(changed)


def stood(record: Object) -> Object:
    """A record's ends as they stand."""
    return {name: record[name] for name in ENDS if name in record}


def _as_known(record: Object, known_at: datetime) -> Object:
    for change in reversed(in_recorded_order(record.get(WORDINGS, ()))):
        if times.parse(change["recorded"]) > known_at:
            record = records.as_it_stood(record, change)
    for change in in_recorded_order(record.get(EARLIER, ())):
        if times.parse(change["recorded"]) > known_at:
            return {**{name: value for name, value in record.items() if name not in ENDS}, **stood(change)}
    return record


def in_recorded_order(entries: Iterable[Object]) -> list[Object]:
    """Entries as they were put on record."""
    return sorted(entries, key=lambda record: times.parse(record["recorded"]))


def holds(record: Object, moment: datetime, begins: str = "valid_from", ends: str = "valid_until") -> bool:
    """Whether a record's own window [begins, ends) covers `moment`."""
    return times.parse(record[begins]) <= moment and (ends not in record or moment < times.parse(record[ends]))
