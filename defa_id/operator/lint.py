"""The rules of a registry, checked over all its sources: what one change cannot see by itself.

The rules themselves stand in `defa_id.operator.rules`, by topic; every finding names the file, the
place in it, the rule and the way out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused
from defa_id.operator.rules import (
    ERROR,
    WARNING,
    Finding,
    Spot,
    finding,
    holders,
    of_denials,
    of_state,
    services,
    shape,
    statements,
    strict,
    texts,
)
from defa_id.operator.tree import FIRST_GRANT, Tree
from defa_id.policy import ENVIRONMENTS

__all__ = ["ERROR", "WARNING", "Finding", "lint", "readable", "require_clean", "require_fit", "require_no_worse"]


def require_clean(tree: Tree, *, only: Collection[str] = ()) -> None:
    """Return if the sources (or `only` these files of them) have no error. Raises `ChangeRefused`, naming
    the first one, with its rule's code."""
    _refuse([found for found in lint(tree) if found.level == ERROR and (not only or found.file in only)])


def require_no_worse(before: Tree, after: Tree, *, refused: Collection[str] = ()) -> list[str]:
    """Warnings `after` has and `before` had not. Raises `ChangeRefused` for an error that is new, and for
    a warning of one of the rules `refused`."""
    known = {(one.file, one.rule, one.where, one.message) for one in lint(before)}
    new = [one for one in lint(after) if (one.file, one.rule, one.where, one.message) not in known]
    for one in new:
        if one.level == ERROR or one.rule in refused:
            raise ChangeRefused(f"{one.where}: {one.message}", hint=one.remedy, code=one.code)
    return [f"{one.where}: {one.message}" for one in new]


def require_fit(before: Tree, after: Tree, states: Collection[str]) -> None:
    """Return if what `states` changed has no error: none in their own files, and none anywhere that was not there
    before, so that one state's mistake holds up nobody else. Raises `ChangeRefused` as `require_clean`."""
    own = tuple(f"states/{state}/" for state in states)
    known = {(one.file, one.rule, one.where, one.message) for one in lint(before)}
    found = [one for one in lint(after) if one.level == ERROR]
    _refuse(
        [one for one in found if one.file.startswith(own) or (one.file, one.rule, one.where, one.message) not in known]
    )


def _refuse(errors: list[Finding]) -> None:
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise ChangeRefused(
            f"{errors[0].where}: {errors[0].message}{more}",
            hint=f"{errors[0].remedy} See all findings with: defa-id registry lint --dir DIR",
            code=errors[0].code,
        )


def lint(tree: Tree) -> list[Finding]:
    """Everything that is wrong or doubtful in the sources of a registry, errors first."""
    documents = dict(_documents(tree))
    found = {name: list(shape.shape(schema, spot)) for name, (schema, spot) in documents.items()}
    states = readable(tree)
    rules: list[Iterable[Finding]] = [*found.values(), *(texts.texts(spot) for _, spot in documents.values())]
    if not found["registry"] and not found["vocabulary"]:
        rules.append(_vocabulary(tree, documents["vocabulary"][1]))
        rules.extend(_state(tree, state) for state in states)
        rules.append(statements.arrangements(tree, states))
        rules.append(_denials(tree, states))
    rules.append(holders.across(tree, states))
    every = {one for rule in rules for one in rule}
    return sorted(every, key=lambda one: (one.level != ERROR, one.file, one.where, one.pointer, one.message))


def shaped(tree: Tree, *needed: str) -> Tree:
    """These sources without the states whose lists have not the shape of one: one state's slip stops no other.

    Raises `ChangeRefused` where the registry, its vocabulary or a state that is `needed` has not its shape.
    """
    documents = dict(_documents(tree))
    names = ["registry", "vocabulary", *(f"{kind} {state}" for state in needed for kind in ("list", "deny"))]
    _refuse([one for name in names if name in documents for one in shape.shape(*documents[name])])
    return tree._replace(states={state: tree.states[state] for state in readable(tree)})


def readable(tree: Tree) -> tuple[str, ...]:
    """The states whose lists have the shape of one: of the others nothing can be counted."""
    shaped = {name: any(shape.shape(schema, spot)) for name, (schema, spot) in _documents(tree)}
    return tuple(state for state in sorted(tree.states) if not shaped[f"list {state}"] and not shaped[f"deny {state}"])


def _documents(tree: Tree) -> Iterator[tuple[str, tuple[str, Spot]]]:
    """Every document with its schema, in the form it is published in."""
    header = {"sequence": 1, "issued": FIRST_GRANT, "next_update": FIRST_GRANT}
    yield "registry", ("registry", Spot("registry.json", tree.registry))
    yield "vocabulary", ("vocabulary", Spot("vocabulary.json", tree.vocabulary))
    for state, source in tree.states.items():
        yield f"list {state}", (shape.LIST, of_state(tree, state)._replace(document={**source.listing, **header}))
        yield (
            f"deny {state}",
            ("deny", of_denials(tree, state)._replace(document={"issued": FIRST_GRANT, **source.deny})),
        )


def _vocabulary(tree: Tree, spot: Spot) -> Iterator[Finding]:
    for index, entry in enumerate(tree.vocabulary["types"]):
        if "schema" in entry:
            yield from services.schema_named(tree, spot.at("types", index, "schema"), entry["type"], entry["schema"])
    yield from _twice(spot.at("types"), "type", "type", tree.vocabulary["types"])


def _state(tree: Tree, state: str) -> Iterator[Finding]:
    listing, spot = tree.states[state].listing, of_state(tree, state)
    severe = strict(tree, listing)
    if ENVIRONMENTS.index(listing["environment"]) > ENVIRONMENTS.index(tree.environment):
        message = f"the list says {listing['environment']}, the registry {tree.environment}"
        yield finding("environment", spot.at("environment"), message)
    yield from _twice(spot.at("entities"), "entity", "entity_id", listing["entities"])
    numbered = [service for entity in listing["entities"] for service in entity["services"]]
    yield from _twice(spot.at("entities"), "service", "service_id", numbered)
    for member, what in (("recognitions", "recognition"), ("arrangements", "arrangement")):
        yield from _twice(spot.at(member), what, "id", listing[member])
    parties = [record for member in ("relying_parties", "wallet_providers") for record in listing.get(member, ())]
    yield from _twice(spot, "record", "id", parties)
    yield from _entities(tree, spot, severe=severe)
    for index, record in enumerate(listing["recognitions"]):
        yield from statements.recognition(tree, spot.at("recognitions", index), record, strict=severe)
    for member in ("relying_parties", "wallet_providers"):
        for index, record in enumerate(listing.get(member, ())):
            yield from statements.party(tree, spot.at(member, index), record, strict=severe)


def _entities(tree: Tree, spot: Spot, *, severe: bool) -> Iterator[Finding]:
    signers = holders.named(tree, spot.owner)
    for number, entity in enumerate(spot.document["entities"]):
        place = spot.at("entities", number)
        yield from services.overlapping_grants(place, entity["services"])
        if severe and "incident_contact" not in entity:
            yield finding("entity.contact", place, "nobody is named to call when something happens")
        for index, service in enumerate(entity["services"]):
            where = place.at("services", index)
            yield from services.service(tree, where, service, signers, strict=severe)


def _denials(tree: Tree, states: Sequence[str]) -> Iterator[Finding]:
    if not any(tree.states[state].deny["denied"] for state in states):
        return
    listed = {state: holders.named(tree, state) for state in states}
    for state in states:
        foreign = {name: other for other in states if other != state for name in listed[other]}
        yield from statements.denials(tree, state, listed[state], foreign)


def _twice(spot: Spot, what: str, member: str, records: list[dict[str, object]]) -> Iterator[Finding]:
    names = [str(record[member]) for record in records]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield finding("unique", spot, f"{what} {printable(name)} stands twice")
