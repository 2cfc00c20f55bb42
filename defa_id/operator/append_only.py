"""Nothing that was published is ever taken back: removal is an event, written beside what stood.

A past credential can only be judged if the past is still on record.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from defa_id.errors import ChangeRefused

Object = dict[str, Any]


def require_kept(state: str, before: Object, after: Object) -> None:
    """Return if a state's list `after` still says everything the published `before` said.

    Kept are services with their identifiers, levels and status events, and recognitions with theirs.
    Raises `ChangeRefused`, naming the first thing that is gone.
    """
    services = {
        service["service_id"]: (entity, service) for entity in after["entities"] for service in entity["services"]
    }
    for entity in before["entities"]:
        for service in entity["services"]:
            name = service["service_id"]
            if name not in services or services[name][0]["entity_id"] != entity["entity_id"]:
                raise _gone(f"service {name} of {state}")
            standing = services[name][1]
            _require_records(f"identifier of {name}", map(_identity, service["identifiers"]), standing["identifiers"])
            _require_equal(f"status event of {name}", service["status_events"], standing["status_events"])
            _require_equal(f"level of {name}", map(_level, service["assurance"]), map(_level, standing["assurance"]))
    recognitions = {record["id"]: record for record in after["recognitions"]}
    for record in before["recognitions"]:
        if record["id"] not in recognitions or recognitions[record["id"]]["of"] != record["of"]:
            raise _gone(f"recognition {record['id']}")
        kept = recognitions[record["id"]]
        _require_equal(f"event of {record['id']}", record.get("events", []), kept.get("events", []))


def require_denials_kept(state: str, before: Object, after: Object) -> None:
    """Return if every published deny entry is still there; a deny list may only grow. Raises `ChangeRefused`."""
    _require_equal(f"deny entry of {state}", before["denied"], after["denied"])


def require_types_kept(before: Object, after: Object) -> None:
    """Return if every credential type of the published vocabulary still stands in it, of the same family.

    A type ends by being retired: what was issued under its name keeps its meaning. Raises `ChangeRefused`.
    """
    kept = {(entry["type"], entry["format"], entry["family"]) for entry in after.get("types", [])}
    for entry in before.get("types", []):
        if (entry["type"], entry["format"], entry["family"]) not in kept:
            raise ChangeRefused(
                f"the published type {entry['type']} is gone from the vocabulary or means something else",
                hint='Put it back; a type that is issued no more has "status": "retired".',
            )


def _require_records(what: str, before: Iterable[str], after: Iterable[Object]) -> None:
    _require_equal(what, before, [_identity(record) for record in after])


def _require_equal(what: str, before: Iterable[Any], after: Iterable[Any]) -> None:
    kept = list(after)
    if any(record not in kept for record in before):
        raise _gone(what)


def _identity(identifier: Object) -> str:
    """What an identifier is; its end or compromise may be written in later."""
    named = identifier.get("value") or identifier.get("thumbprint") or identifier.get("sha256")
    return f"{identifier['kind']} {named} {identifier['valid_from']}"


def _level(record: Object) -> Object:
    return {name: value for name, value in record.items() if name != "until"}


def _gone(what: str) -> ChangeRefused:
    return ChangeRefused(
        f"a published {what} is gone or changed",
        hint="Put it back, and write what has changed as a later event beside it.",
    )
