"""What one state says alone of its reliance on others: an arrangement put on its record, and a statement that it
suspends, resumes or ends. Nobody else is asked, and nobody else's record changes."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Final

from defa_id.codec import times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused
from defa_id.operator import entries, lint, timeline
from defa_id.operator.changes import Change, require_not_back_dated
from defa_id.operator.tree import Object, Tree
from defa_id.trust import records

SUSPENDED: Final = "suspended"
IN_FORCE: Final = "in_force"
ENDED: Final = "ended"
_OWN: Final = ("recorded", "events", "earlier")  # each party's own, and no part of what they agree on


def accede(tree: Tree, state: str, data: bytes, now: datetime) -> Change:
    """Put the arrangement in `data`, a JSON object, on a state's record. Between it and every party that holds the
    very same text it holds once published; the warnings say with whom it does not yet.

    Raises `ChangeRefused`: not strict JSON, a state that is no party, an arrangement it holds already, and whatever
    lint finds that it did not find before.
    """
    source = tree.state(state)
    record = {name: value for name, value in entries.document(data).items() if name not in _OWN}
    parties = record.get("parties")
    if not isinstance(record.get("id"), str) or not isinstance(parties, list):
        raise ChangeRefused("it is no arrangement", hint="It has an id, parties, types and phases.")
    record = {"purposes": [], "conditions": [], **record}
    if state not in parties:
        raise ChangeRefused(f"{state} is no party of it", hint="Every party puts it on its own record.")
    listing = copy.deepcopy(source.listing)
    if any(one["id"] == record["id"] for one in listing["arrangements"]):
        raise ChangeRefused(
            f"{state} holds {printable(record['id'])} already", hint="Another text is another arrangement: name it so."
        )
    listing["arrangements"].append({**record, "recorded": times.show(now)})
    after = source._replace(listing=listing)
    others = [party for party in parties if party != state and party in tree.states]
    same = [party for party in others if _holds(tree.state(party).listing, record)]
    with_whom = f"it holds with {', '.join(same)}" if same else "it holds with nobody yet"
    warnings = lint.require_no_worse(tree, tree.with_state(state, after))
    return Change(state, after, f"{record['id']}: {state} has signed it; {with_whom}", tuple(warnings))


def mark(tree: Tree, state: str, id: str, status: str, effective: datetime, reason: str, now: datetime) -> Change:
    """Suspend, resume or end a recognition or an arrangement of a state's own, from `effective` on.

    Raises `ChangeRefused`: nothing of that name, a status it has then already, anything after its end, and in pilot
    and live a resumption in the past.
    """
    source = tree.state(state)
    listing = copy.deepcopy(source.listing)
    record = next((one for kind in ("recognitions", "arrangements") for one in listing[kind] if one["id"] == id), None)
    if record is None:
        raise ChangeRefused(
            f"{state} has no recognition or arrangement {printable(id)}", hint=f"See: defa-id registry show {state}"
        )
    if status == IN_FORCE:
        require_not_back_dated(tree, source, effective, now)
    events = record.setdefault("events", [])
    standing = timeline.status_at(events, effective) or IN_FORCE
    if ENDED in (one["status"] for one in events):
        raise ChangeRefused(f"{printable(id)} has ended", hint="What is agreed anew is another statement.")
    if standing == status:
        raise ChangeRefused(f"{printable(id)} is {status} then already", hint="Give another time or status.")
    event: Object = {"status": status, "effective": times.show(effective), "recorded": times.show(now)}
    events.append({**event, **({"reason": reason} if reason else {})})
    after = source._replace(listing=listing)
    warnings = lint.require_no_worse(tree, tree.with_state(state, after))
    cause = f" ({reason})" if reason else ""
    return Change(
        state, after, f"{printable(id)}: {status} for {state} from {event['effective']}{cause}", tuple(warnings)
    )


def _holds(listing: Object, record: Object) -> bool:
    return any(records.agreed(one) == records.agreed(record) for one in listing["arrangements"])
