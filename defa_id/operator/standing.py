"""Changes to an issuer's standing: suspended, withdrawn, reinstated. Events are added, never changed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime

from defa_id.codec import times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused
from defa_id.operator import timeline
from defa_id.operator.changes import Change, require_not_back_dated
from defa_id.operator.tree import Object, Tree
from defa_id.trust import history

Rule = Callable[[str, list[Object], Object], list[Object]]


def suspend(
    tree: Tree,
    state: str,
    id: str,
    effective: datetime,
    reason: str,
    now: datetime,
    *,
    compromised_since: datetime | None = None,
    service: str | None = None,
) -> Change:
    """Suspend an issuer from `effective` on, past or future: all its services, or one.

    What the reason means for credentials issued before is the vocabulary's (registry design, Data).
    Raises `ChangeRefused` for an unknown state, issuer or reason, and where no service stands then.
    """
    event = _event(timeline.SUSPENDED, effective, reason, compromised_since, now)
    return _apply(tree, state, id, event, _suspended, service)


def withdraw(
    tree: Tree,
    state: str,
    id: str,
    effective: datetime,
    reason: str,
    now: datetime,
    *,
    compromised_since: datetime | None = None,
    service: str | None = None,
) -> Change:
    """Withdraw an issuer's authorisation from `effective` on, for good. Arguments and errors as `suspend`."""
    event = _event(timeline.WITHDRAWN, effective, reason, compromised_since, now)
    return _apply(tree, state, id, event, _withdrawn, service)


def reinstate(
    tree: Tree, state: str, id: str, effective: datetime, now: datetime, *, service: str | None = None
) -> Change:
    """End an issuer's suspension from `effective` on; it is written as granted.

    Raises `ChangeRefused` where nothing is suspended then, after a withdrawal, after fraud or
    compromise, and in pilot and live for a moment in the past.
    """
    require_not_back_dated(tree, tree.state(state), effective, now)
    event: Object = {"status": timeline.GRANTED, "effective": times.show(effective), "recorded": times.show(now)}
    return _apply(tree, state, id, event, _reinstated, service)


def _event(status: str, effective: datetime, reason: str, compromised_since: datetime | None, now: datetime) -> Object:
    if reason not in history.REASONS:
        known = ", ".join(sorted(history.REASONS))
        raise ChangeRefused(f"unknown reason {printable(reason)!r}", hint=f"Use one of {known}.")
    event = {"status": status, "effective": times.show(effective), "recorded": times.show(now), "reason": reason}
    if reason == history.COMPROMISE:
        event["compromised_since"] = times.show(compromised_since or effective)
    elif compromised_since is not None:
        raise ChangeRefused(f"a time of compromise does not go with reason {reason}", hint="Use reason compromise.")
    if compromised_since is not None and compromised_since > effective:
        raise ChangeRefused("the key would be compromised only after this takes effect", hint="Give an earlier time.")
    return event


def _apply(tree: Tree, state: str, id: str, event: Object, rule: Rule, only: str | None) -> Change:
    """The event written to every service it fits; refused if it fits none."""
    source = tree.state(state)
    listing = copy.deepcopy(source.listing)
    found = [
        service
        for entity in listing["entities"]
        for service in entity["services"]
        if id == entity["entity_id"] or any(id == one.get("value") for one in service["identifiers"])
    ]
    if not found:
        raise ChangeRefused(
            f"{state} lists no issuer {printable(id)}", hint=f"See the list: defa-id registry show {state}"
        )
    chosen = [service for service in found if only in (None, service["service_id"])]
    if not chosen:
        known = ", ".join(service["service_id"] for service in found)
        raise ChangeRefused(f"{printable(only)} is no service of {printable(id)}", hint=f"Its services are {known}.")
    done: list[str] = []
    refusals: list[ChangeRefused] = []
    for service in chosen:
        try:
            service["status_events"] = rule(service["service_id"], service["status_events"], event)
            done.append(service["service_id"])
        except ChangeRefused as refusal:
            refusals.append(refusal)
    if not done:
        raise refusals[0]
    verb = "reinstated" if event["status"] == timeline.GRANTED else event["status"]
    cause = f", {event['reason']}" if "reason" in event else ""
    summary = f"{', '.join(done)}: {id} is {verb} from {event['effective']}{cause}"
    return Change(state, source._replace(listing=listing), summary, tuple(refusal.message for refusal in refusals))


def _suspended(name: str, events: list[Object], event: Object) -> list[Object]:
    effective = times.parse(event["effective"])
    standing = _standing(name, events, effective)
    if standing["status"] in timeline.ENDED:
        raise ChangeRefused(
            f"{name} is {standing['status']} since {standing['effective']}; that is final",
            hint="Withdraw it for fraud or compromise if more became known.",
        )
    if standing["status"] == timeline.SUSPENDED and standing.get("reason") == event["reason"]:
        raise ChangeRefused(f"{name} is suspended since {standing['effective']} for this reason already")
    again = next((one for one in _after(events, effective) if one["status"] == timeline.GRANTED), None)
    if again is not None:
        raise ChangeRefused(
            f"{name} stands again from {again['effective']}, so this suspension would end there",
            hint=f"Suspend it from {again['effective']} on, or later.",
        )
    return [*events, event]


def _withdrawn(name: str, events: list[Object], event: Object) -> list[Object]:
    effective = times.parse(event["effective"])
    standing = _standing(name, events, effective)
    graver = event["reason"] in (history.DESTROYS, history.COMPROMISE) and event["reason"] != standing.get("reason")
    if standing["status"] == timeline.WITHDRAWN and not graver:
        raise ChangeRefused(f"{name} is withdrawn since {standing['effective']} already; that is final")
    # What takes effect later would otherwise revive it: each such moment is answered by the withdrawal.
    later = {one["effective"] for one in _after(events, effective) if one["status"] not in timeline.ENDED}
    return [*events, event, *({**event, "effective": moment} for moment in sorted(later))]


def _reinstated(name: str, events: list[Object], event: Object) -> list[Object]:
    final = next((one for one in timeline.in_order(events) if one["status"] == timeline.WITHDRAWN), None)
    if final is not None:
        raise ChangeRefused(
            f"{name} is withdrawn since {final['effective']}; that is final",
            hint="List the issuer anew with add-issuer.",
        )
    lost = next((one for one in events if one.get("reason") in (history.DESTROYS, history.COMPROMISE)), None)
    if lost is not None:
        raise ChangeRefused(
            f"{name} was {lost['status']} for {lost['reason']}, which no reinstatement undoes",
            hint="Withdraw it, and list the issuer anew with another key.",
        )
    standing = timeline.at(events, times.parse(event["effective"]))
    if standing is None or standing["status"] != timeline.SUSPENDED:
        status = standing["status"] if standing else "not yet granted"
        raise ChangeRefused(f"{name} is not suspended at {event['effective']}: it is {status}")
    return [*events, event]


def _standing(name: str, events: list[Object], moment: datetime) -> Object:
    standing = timeline.at(events, moment)
    if standing is None:
        first = timeline.in_order(events)
        since = f", only from {first[0]['effective']}" if first else ""
        raise ChangeRefused(
            f"{name} is not granted at {times.show(moment)}{since}", hint="Choose an --effective at which it is."
        )
    return standing


def _after(events: list[Object], moment: datetime) -> list[Object]:
    return [event for event in timeline.in_order(events) if times.parse(event["effective"]) > moment]
