"""How a record stood before it was changed in place: kept beside it, so that an audit as known earlier is as it was.

Ends are written into `earlier_ends`, terms (what a service covers, what an arrangement says, what a party
may ask for) into `earlier`: when they were set anew, and how they stood until then. A member that was not
there stands as null.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from defa_id.codec import times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused
from defa_id.operator import timeline
from defa_id.operator.timeline import EARLIER, WORDINGS
from defa_id.trust import records
from defa_id.values import NamedTuple

Object = dict[str, Any]

SERVICE_TERMS: Final = (
    "interface",
    "formats",
    "credentials",
    "algorithms",
    "contexts",
    "status_lists",
    "status_required",
    "scope",
)


class _Pair(NamedTuple):
    """One record that stands before and after a change. `terms`: its members that may be set anew."""

    what: str
    before: Object
    after: Object
    terms: tuple[str, ...] = ()

    @property
    def changed(self) -> Object:
        """The terms that differ, as they stood."""
        return {name: self.before.get(name) for name in self.terms if self.before.get(name) != self.after.get(name)}

    @property
    def whole(self) -> bool:
        """Whether just these terms were put beside it by this change, and what stood there stands."""
        old, new = self.before.get(WORDINGS, []), self.after.get(WORDINGS, [])
        added = [{name: value for name, value in one.items() if name != "recorded"} for one in new[len(old) :]]
        return bool(new[: len(old)] == old) and added == ([self.changed] if self.changed else [])


def kept(before: Object, after: Object, now: datetime) -> Object:
    """A state's list `after`, with how its records stood in the published `before` beside those that differ,
    recorded `now`. Both have the shape of a list; `after` itself stays as it is."""
    whole = copy.deepcopy(after)
    recorded = times.show(now)
    for pair in _pairs(before, whole):
        if not pair.whole:
            changed = [{"recorded": recorded, **pair.changed}] if pair.changed else []
            pair.after[WORDINGS] = [*pair.before.get(WORDINGS, []), *changed]
    for old, new in _with_ends(before, whole):
        stood = timeline.stood(old)
        if stood != timeline.stood(new) and new.get(EARLIER, []) == old.get(EARLIER, []):
            new[EARLIER] = [*old.get(EARLIER, []), {"recorded": recorded, **stood}]
    return whole


def require_kept(before: Object, after: Object) -> None:
    """Return if terms that differ between two states of a list stand beside the record as they were, and
    nothing else does. Raises `ChangeRefused`."""
    for pair in _pairs(before, after):
        if not pair.whole:
            raise ChangeRefused(
                f"how {printable(pair.what)} stood before is not what stands beside it",
                hint="Propose the change again: it is written beside the record then.",
            )


def _pairs(before: Object, after: Object) -> Iterator[_Pair]:
    standing = {service["service_id"]: service for service in _services(after)}
    for service in _services(before):
        if service["service_id"] in standing:
            name = service["service_id"]
            yield _Pair(f"service {name}", service, standing[name], SERVICE_TERMS)
    for member, what, name, own in (
        ("arrangements", "arrangement", "id", ()),
        ("relying_parties", "relying party", "entity_id", ("requests",)),
        ("wallet_providers", "wallet provider", "entity_id", ("solutions",)),
    ):
        for old, new in _same(before.get(member, ()), after.get(member, ()), name):
            terms = own or tuple(sorted({*records.agreed(old), *records.agreed(new)}))
            yield _Pair(f"{what} {old[name]}", old, new, terms)


def _with_ends(before: Object, after: Object) -> Iterator[tuple[Object, Object]]:
    """Records of which an end may be written in, as they were and as they are."""
    yield from _same(before["recognitions"], after["recognitions"], "id")
    holders = [(pair.before, pair.after) for pair in _pairs(before, after)]
    for old, new in holders:
        for member in ("identifiers", "assurance"):
            for one in old.get(member, ()):
                found = next((other for other in new.get(member, ()) if _lasting(other) == _lasting(one)), None)
                if found is not None:
                    yield one, found


def _lasting(record: Object) -> Object:
    return {name: value for name, value in record.items() if name not in (*timeline.ENDS, EARLIER)}


def _same(before: Any, after: Any, name: str) -> Iterator[tuple[Object, Object]]:
    standing = {record[name]: record for record in after}
    return ((record, standing[record[name]]) for record in before if record[name] in standing)


def _services(listing: Object) -> Iterator[Object]:
    return (service for entity in listing["entities"] for service in entity["services"])
