"""The rules of a registry, checked over all its sources: what one change cannot see by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from defa_id import files, keys
from defa_id.codec import canonical, times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, Fault, RegistryRejected
from defa_id.operator import admission, storage, timeline
from defa_id.operator.tree import FIRST_GRANT, Object, Tree, sha256
from defa_id.trust import records

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

ERROR: Final = "error"
WARNING: Final = "warning"


class Finding(NamedTuple):
    """One thing lint has to say. `level` is `error` (it must not be published) or `warning`."""

    level: str
    where: str
    message: str


def require_clean(tree: Tree) -> None:
    """Return if the sources have no error. Raises `ChangeRefused`, naming the first one."""
    errors = [finding for finding in lint(tree) if finding.level == ERROR]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise ChangeRefused(
            f"{errors[0].where}: {errors[0].message}{more}", hint="See them all with: defa-id registry lint --dir DIR"
        )


def lint(tree: Tree) -> list[Finding]:
    """Everything that is wrong or doubtful in the sources of a registry, errors first.

    The shapes are those of `schemas/*.schema.json`; beyond them stand the rules that concern several
    records, digests, keys and time.
    """
    shape = {name: list(_shape(*document)) for name, document in _documents(tree).items()}
    readable = [state for state in sorted(tree.states) if not shape[state] and not shape[f"{state} deny.json"]]
    rules: list[Iterator[Finding]] = [iter(found) for found in shape.values()]
    if not shape["vocabulary.json"]:
        rules.append(_vocabulary(tree))
        rules.extend(_state(tree, state) for state in readable)
        rules.append(_arrangements(tree, readable))
    rules.append(_across(tree, readable))
    findings = {finding for rule in rules for finding in rule}
    return sorted(findings, key=lambda finding: (finding.level != ERROR, finding.where, finding.message))


def _documents(tree: Tree) -> dict[str, tuple[str, str, Object]]:
    """Every document under the name findings give it, with its schema, in the form it is published in."""
    header = {"sequence": 1, "issued": FIRST_GRANT, "next_update": FIRST_GRANT}
    documents: dict[str, tuple[str, str, Object]] = {
        "registry.json": ("registry.json", "registry", tree.registry),
        "vocabulary.json": ("vocabulary.json", "vocabulary", tree.vocabulary),
    }
    for state, source in tree.states.items():
        documents[state] = (state, "state-list", {**source.listing, **header})
        deny = f"{state} deny.json"
        documents[deny] = (deny, "deny", {**source.deny, "issued": FIRST_GRANT})
    return documents


def _shape(where: str, schema: str, document: Object) -> Iterator[Finding]:
    from jsonschema.exceptions import best_match

    try:
        canonical.encode(document)
    except ValueError as refused:
        yield Finding(ERROR, where, str(refused))
        return
    for error in _validator(schema).iter_errors(document):
        nearest = best_match([error]) or error
        yield Finding(ERROR, where, f"{_place(document, nearest.absolute_path)}: {printable(nearest.message, 160)}")
    if schema == "state-list":
        try:
            records.read_list(document, where)
        except RegistryRejected as rejected:
            yield Finding(ERROR, where, rejected.message)


@lru_cache(maxsize=8)
def _validator(schema: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator
    from referencing import Registry

    document = storage.read_object(files.data_root() / "schemas" / f"{schema}.schema.json")
    return Draft202012Validator(document, registry=Registry())


def _place(document: Any, path: Iterable[str | int]) -> str:
    """A place people find: the nearest named record, then the members below it."""
    named, below = "", []
    for step in path:
        document = document[step]
        below.append(str(step))
        if isinstance(document, dict):
            for member in ("service_id", "entity_id", "id"):
                if isinstance(document.get(member), str):
                    named, below = printable(document[member]), []
                    break
    return " ".join(part for part in (named, "/".join(below)) if part) or "the document"


def _vocabulary(tree: Tree) -> Iterator[Finding]:
    where = "vocabulary.json"
    for entry in tree.vocabulary["types"]:
        if "schema" in entry:
            yield from _schema(tree, where, entry["type"], entry["schema"])
    yield from _twice(where, "type", [entry["type"] for entry in tree.vocabulary["types"]])


def _state(tree: Tree, state: str) -> Iterator[Finding]:
    listing = tree.states[state].listing
    yield from _twice(state, "entity", [entity["entity_id"] for entity in listing["entities"]])
    services = [service for entity in listing["entities"] for service in entity["services"]]
    yield from _twice(state, "service", [service["service_id"] for service in services])
    yield from _twice(state, "recognition", [record["id"] for record in listing["recognitions"]])
    for service in services:
        yield from _service(tree, state, service)
    for record in listing["recognitions"]:
        yield from _recognition(tree, state, record)


def _service(tree: Tree, state: str, service: Object) -> Iterator[Finding]:
    where = service["service_id"]
    if not where.startswith(f"{state}-"):
        yield Finding(ERROR, where, f"a service of {state} is called {state}- and a number")
    for identifier in service["identifiers"]:
        yield from _identifier(where, identifier)
    public = list(_keys_of(service["identifiers"]))
    if service["interface"] == "offline" and not public:
        yield Finding(ERROR, where, "verified offline, and lists no key")
    for entry in service["algorithms"]:
        if public and not any(key.fits(entry["alg"]) for key in public):
            yield Finding(WARNING, where, f"no listed key signs with {entry['alg']}")
    for entry in service["credentials"]:
        yield from _type(tree, where, entry["type"])
        if entry.get("schema"):
            yield from _schema(tree, where, entry["type"], entry["schema"])
    for level in service["assurance"]:
        yield from _window(where, "level", level["effective"], level.get("until"))
    yield from _events(where, service["status_events"])


def _identifier(where: str, identifier: Object) -> Iterator[Finding]:
    yield from _window(where, identifier["kind"], identifier["valid_from"], identifier.get("valid_until"))
    try:
        if identifier["kind"] in ("did", "issuer_url"):
            if admission.identifier_kind(identifier["value"]) != identifier["kind"]:
                yield Finding(ERROR, where, f"{printable(identifier['value'])} is not a {identifier['kind']}")
        else:
            admission.listed_key(identifier)
    except ChangeRefused as error:
        yield Finding(ERROR, where, error.message)
    except Fault as fault:
        yield Finding(ERROR, where, admission.refused_key(fault).message)


def _recognition(tree: Tree, state: str, record: Object) -> Iterator[Finding]:
    where = record["id"]
    if record["of"] == state:
        yield Finding(ERROR, where, f"{state} recognises itself")
    elif record["of"] not in tree.states:
        yield Finding(ERROR, where, f"{record['of']} is not a state of this registry")
    yield from _statement(tree, where, record)
    yield from _window(where, "recognition", record["from"], record.get("until"))


def _statement(tree: Tree, where: str, record: Object) -> Iterator[Finding]:
    """What a recognition and an arrangement have in common."""
    for type in record["types"]:
        yield from _type(tree, where, type)
    known = {entry["id"] for entry in tree.vocabulary["purposes"]}
    for purpose in record.get("purposes", []):
        if purpose not in known:
            yield Finding(WARNING, where, f"purpose {printable(purpose)} is not in the vocabulary")


def _events(where: str, events: list[Object]) -> Iterator[Finding]:
    ordered = timeline.in_order(events)
    final = next((event for event in ordered if event["status"] == timeline.WITHDRAWN), None)
    if final is not None:
        since = times.parse(final["effective"])
        for moment in (times.parse(event["effective"]) for event in ordered):
            if moment >= since and timeline.status_at(ordered, moment) not in timeline.ENDED:
                yield Finding(
                    ERROR, where, f"stands again from {times.show(moment)}, after a withdrawal, which is final"
                )


def _across(tree: Tree, readable: list[str]) -> Iterator[Finding]:
    """One key and one identifier belong to one issuer of one state."""
    holders: dict[str, tuple[str, str]] = {}
    kids: dict[tuple[str, str, str], str] = {}
    for state, entity, service in tree.services():
        if state not in readable:
            continue
        own = (state, entity["entity_id"])
        named = [entity["entity_id"]]
        for identifier in service["identifiers"]:
            if identifier["kind"] in ("did", "issuer_url"):
                named.append(identifier["value"])
            for key in _keys_of([identifier]):
                named.append(key.thumbprint)
                if key.kid and kids.setdefault((*own, key.kid), key.thumbprint) != key.thumbprint:
                    yield Finding(
                        ERROR, service["service_id"], f"two keys of one issuer are called {printable(key.kid)}"
                    )
        for name in named:
            holder = holders.setdefault(name, own)
            if holder != own:
                yield Finding(
                    ERROR, service["service_id"], f"{printable(name)} belongs to {printable(holder[1])} of {holder[0]}"
                )


def _arrangements(tree: Tree, readable: list[str]) -> Iterator[Finding]:
    signed: dict[str, dict[str, bytes]] = {}
    for state in readable:
        for record in tree.states[state].listing["arrangements"]:
            text = canonical.encode({name: value for name, value in record.items() if name != "recorded"})
            signed.setdefault(record["id"], {})[state] = text
    for state in readable:
        for record in tree.states[state].listing["arrangements"]:
            where, own = f"{state} {record['id']}", signed[record["id"]]
            yield from _statement(tree, where, record)
            if state not in record["parties"]:
                yield Finding(ERROR, where, f"{state} is not a party")
            for phase in record["phases"]:
                yield from _window(where, "phase", phase["from"], phase.get("until"))
            for party in record["parties"]:
                if party not in tree.states:
                    yield Finding(ERROR, where, f"{printable(party)} is not a state of this registry")
                elif party in readable and own.get(party) != own[state]:
                    said = "has not signed it" if party not in own else "has signed another text"
                    yield Finding(WARNING, where, f"{party} {said}: it does not hold between them")


def _type(tree: Tree, where: str, type: str) -> Iterator[Finding]:
    try:
        admission.require_type(type)
    except ChangeRefused as error:
        yield Finding(ERROR, where, error.message)
        return
    if tree.known_type(type) is None:
        yield Finding(WARNING, where, f"type {type} is not in the vocabulary")


def _schema(tree: Tree, where: str, type: str, reference: Object) -> Iterator[Finding]:
    if "target" not in reference:
        return
    data = tree.schema_bytes(reference["target"])
    if data is None:
        yield Finding(ERROR, where, f"the schema {printable(reference['target'])} of {type} is not here")
    elif sha256(data) != reference.get("sha256"):
        yield Finding(ERROR, where, f"the schema {reference['target']} of {type} has changed: its digest differs")


def _window(where: str, what: str, begins: Any, ends: Any) -> Iterator[Finding]:
    if ends is not None and times.parse(ends) <= times.parse(begins):
        yield Finding(ERROR, where, f"a {what} ends before it begins")


def _twice(where: str, what: str, names: list[str]) -> Iterator[Finding]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding(ERROR, where, f"{what} {printable(name)} stands twice")


def _keys_of(identifiers: Iterable[Object]) -> Iterator[keys.PublicKey]:
    """The keys that can be read; the others have a finding of their own."""
    for identifier in identifiers:
        try:
            admitted = admission.listed_key(identifier)
        except (Fault, ChangeRefused):
            continue
        if admitted is not None:
            yield admitted.public
