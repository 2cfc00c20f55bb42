"""Rules of services: what an issuer may issue, how, at which level, since when, and for whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from defa_id.codec import times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused
from defa_id.operator import admission, timeline
from defa_id.operator.rules import ERROR, WARNING, Finding, Spot, finding, issuer_keys
from defa_id.operator.tree import Object, Tree, sha256
from defa_id.policy import LEVELS

_PEOPLE: Final = {"minor", "guardian", "assisted"}
_BASIS_FOR: Final = {
    "low": ("self-declared", "audited", "peer-reviewed"),
    "substantial": ("audited", "peer-reviewed"),
    "high": ("peer-reviewed",),
}


def service(tree: Tree, spot: Spot, found: Object, signers: frozenset[str], *, strict: bool) -> Iterator[Finding]:
    """One service of the state whose list `spot` lies in. `signers`: every identifier and key the state lists."""
    if not found["service_id"].startswith(f"{spot.owner}-"):
        message = f"a service of {spot.owner} is called {spot.owner}- and a number"
        yield finding("authority.number", spot.at("service_id"), message)
    yield from issuer_keys.identifiers(tree, spot, found, strict=strict)
    yield from _algorithms(spot, found)
    for index, entry in enumerate(found["credentials"]):
        place = spot.at("credentials", index)
        yield from type_named(tree, place.at("type"), entry["type"], strict=strict)
        if entry.get("schema"):
            yield from schema_named(tree, place.at("schema"), entry["type"], entry["schema"])
    for index, entry in enumerate(found.get("status_lists", [])):
        yield from _status_list(spot.at("status_lists", index), entry, signers)
    yield from _assurance(tree, spot, found, strict=strict)
    yield from _scope(tree, spot.at("scope"), found.get("scope", {}), strict=strict)
    yield from events(spot.at("status_events"), found["status_events"], strict=strict)


def type_named(tree: Tree, spot: Spot, type: str, *, strict: bool) -> Iterator[Finding]:
    """A credential type: no wildcard, and one the vocabulary knows and has not retired."""
    try:
        admission.require_type(type)
    except ChangeRefused as error:
        yield finding("type.wildcard", spot, error.message)
        return
    known = tree.known_type(type)
    if known is None:
        level = ERROR if strict else None
        yield finding("type.unknown", spot, f"type {type} is not in the vocabulary", level=level)
    elif known.get("status") == "retired":
        instead = f"; {known['replaced_by']} took its place" if "replaced_by" in known else ""
        yield finding("type.retired", spot, f"type {type} is retired{instead}")


def purposes_named(tree: Tree, spot: Spot, purposes: Iterable[str], *, strict: bool) -> Iterator[Finding]:
    """Purposes the vocabulary does not know."""
    known = {entry["id"] for entry in tree.vocabulary["purposes"]}
    for index, purpose in enumerate(purposes):
        if purpose not in known:
            message = f"purpose {printable(purpose)} is not in the vocabulary"
            yield finding("purpose.unknown", spot.at(index), message, level=ERROR if strict else None)


def schema_named(tree: Tree, spot: Spot, type: str, reference: Object) -> Iterator[Finding]:
    """A schema that is not here, or is not what its digest says."""
    if "target" not in reference:
        return
    data = tree.schema_bytes(reference["target"])
    if data is None:
        message = f"the schema {printable(reference['target'])} of {type} is not here"
        yield finding("schema.missing", spot.at("target"), message)
    elif sha256(data) != reference.get("sha256"):
        message = f"the schema {reference['target']} of {type} has changed: its digest differs"
        yield finding("schema.digest", spot.at("sha256"), message)


def events(spot: Spot, found: list[Object], *, strict: bool = False) -> Iterator[Finding]:
    """Status events: a withdrawal is final, and in pilot and live nothing is granted or recorded backwards."""
    ordered = timeline.in_order(found)
    final = next((event for event in ordered if event["status"] == timeline.WITHDRAWN), None)
    if final is not None:
        since = times.parse(final["effective"])
        for moment in sorted({times.parse(event["effective"]) for event in ordered}):
            if moment >= since and timeline.status_at(ordered, moment) not in timeline.ENDED:
                message = f"stands again from {times.show(moment)}, after a withdrawal, which is final"
                yield finding("event.final", spot, message)
    if not strict:
        return
    for index, event in enumerate(found):
        effective, recorded = times.parse(event["effective"]), times.parse(event["recorded"])
        if event["status"] == timeline.GRANTED and effective < recorded:
            yield finding("event.back-dated", spot.at(index, "effective"), "a grant begins before it was recorded")
        if index and recorded < times.parse(found[index - 1]["recorded"]):
            yield finding("event.order", spot.at(index, "recorded"), "recorded before the event that stands before it")


def granted(found: Object) -> Object | None:
    """From when until when a service is granted at most, as a record with `from` and `until`; None if never."""
    ordered = timeline.in_order(found["status_events"])
    if not ordered:
        return None
    ended = ordered[-1]["status"] in timeline.ENDED
    return {"from": ordered[0]["effective"], **({"until": ordered[-1]["effective"]} if ended else {})}


def overlapping_grants(spot: Spot, found: list[Object]) -> Iterator[Finding]:
    """Two services of one entity that grant the same type, format and identifier at the same time."""
    seen: dict[tuple[str, str, str], list[tuple[str, Object]]] = {}
    for index, one in enumerate(found):
        grant = granted(one)
        if grant is None or one["interface"] not in ("offline", "online-issuer"):
            continue
        names = [identifier["value"] for identifier in one["identifiers"] if "value" in identifier]
        facets = ((t["type"], f, name) for t in one["credentials"] for f in one["formats"] for name in names)
        for facet in facets:
            earlier = seen.setdefault(facet, [])
            for other, held in earlier:
                if issuer_keys.overlap(held, grant, "from", "until"):
                    message = f"{other} grants {facet[0]} as {facet[1]} to this issuer for the same time"
                    yield finding("time.overlap", spot.at("services", index), message)
            earlier.append((one["service_id"], grant))


def _algorithms(spot: Spot, found: Object) -> Iterator[Finding]:
    public = [key for _, key in issuer_keys.public_keys(found["identifiers"])]
    if found["interface"] == "offline" and not public:
        yield finding("key.none", spot.at("identifiers"), "verified offline, and lists no key")
    for index, entry in enumerate(found["algorithms"]):
        if public and not any(key.fits(entry["alg"]) for key in public):
            yield finding("algorithm.key", spot.at("algorithms", index), f"no listed key signs with {entry['alg']}")


def _status_list(spot: Spot, entry: Object, signers: frozenset[str]) -> Iterator[Finding]:
    if not entry["url"].startswith("https://"):
        yield finding("status-list.url", spot.at("url"), f"{printable(entry['url'])} is no https URL")
    if "signer" not in entry:
        yield finding("status-list.signer", spot, "nobody is named who signs this status list")
    elif entry["signer"] not in signers:
        message = f"{printable(entry['signer'])} is no identifier or key this state lists"
        yield finding("status-list.signer", spot.at("signer"), message)


def _assurance(tree: Tree, spot: Spot, found: Object, *, strict: bool) -> Iterator[Finding]:
    framework = tree.vocabulary.get("framework", {}).get("id")
    records = found.get("assurance", [])
    for index, record in enumerate(records):
        place = spot.at("assurance", index)
        yield from issuer_keys.window(place, "a level", record["effective"], record.get("until"))
        if framework and record["framework"] != framework:
            message = f"{printable(record['framework'])} is not the framework of the vocabulary"
            yield finding("assurance.framework", place.at("framework"), message)
        yield from _ceiling(tree, place.at("level"), found, record)
        if strict:
            yield from _resting(place, record)
        same = [one for one in records[:index] if _measured(one) == _measured(record)]
        if any(issuer_keys.overlap(one, record, "effective", "until") for one in same):
            message = "two levels hold at the same time; the later one counts"
            yield finding("time.overlap", place, message, level=WARNING)


def _measured(record: Object) -> tuple[str, str | None]:
    return record["framework"], record.get("component")


def _ceiling(tree: Tree, spot: Spot, found: Object, record: Object) -> Iterator[Finding]:
    types = {entry["type"] for entry in found["credentials"]}
    for ceiling in tree.vocabulary.get("ceilings", []):
        concerned = ceiling["state"] == spot.owner and ceiling.get("type", None) in {None, *types}
        if concerned and LEVELS.index(record["level"]) > LEVELS.index(ceiling["level"]):
            message = f"{record['level']} is above {ceiling['level']}, the most {spot.owner} may grant"
            yield finding("assurance.ceiling", spot, message)


def _resting(spot: Spot, record: Object) -> Iterator[Finding]:
    """What a level rests on where it is relied on in earnest (this project's reference ladder, axis G)."""
    if record["status"] == "proposed":
        yield finding("assurance.basis", spot.at("status"), "a level that is only proposed is for demo and sandbox")
    if record["basis"] not in _BASIS_FOR[record["level"]]:
        message = f"{record['basis']} does not carry level {record['level']}"
        yield finding("assurance.basis", spot.at("basis"), message, level=WARNING)
    elif record["basis"] != "self-declared" and "evidence" not in record:
        yield finding("assurance.evidence", spot, f"{record['basis']}, and no evidence is named")


def _scope(tree: Tree, spot: Spot, scope: Object, *, strict: bool) -> Iterator[Finding]:
    subjects = set(scope.get("subjects", ()))
    if subjects & _PEOPLE and "natural" not in subjects:
        named = ", ".join(sorted(subjects & _PEOPLE))
        yield finding("scope.subjects", spot.at("subjects"), f"names {named} without natural")
    yield from purposes_named(tree, spot.at("purposes"), scope.get("purposes", ()), strict=strict)
