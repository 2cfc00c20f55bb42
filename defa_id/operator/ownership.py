"""Whose an identifier or a key is: one issuer's of one state, and nobody's once it was given up."""

from __future__ import annotations

from collections.abc import Iterator

from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, Fault
from defa_id.operator import admission, denials
from defa_id.operator.admission import Admitted
from defa_id.operator.tree import Object, State, Tree
from defa_id.trust import history


def entity_of(tree: Tree, state: str, id: str) -> Object | None:
    """The state's entity of that identifier. Raises `ChangeRefused` if another state lists it."""
    for territory, source in tree.states.items():
        for entity in source.listing["entities"]:
            if id in _names(entity):
                if territory != state:
                    raise ChangeRefused(
                        f"{printable(id)} is listed by {territory}", hint="An issuer belongs to one state."
                    )
                return dict(entity)
    return None


def require_own_key(tree: Tree, state: str, entity_id: str | None, admitted: Admitted) -> None:
    """One key belongs to one issuer, under one name, and never again once it was compromised.

    `entity_id`: the issuer of `state` that the key is to belong to, None for a new one. Raises `ChangeRefused`.
    """
    for territory, holder, service in tree.services():
        own = territory == state and holder["entity_id"] == entity_id
        for identifier in service["identifiers"]:
            try:
                listed = admission.listed_key(identifier)
            except Fault:
                continue  # lint says what is wrong with it
            if listed is None:
                continue
            same = listed.public.thumbprint == admitted.public.thumbprint
            if same and not own:
                raise ChangeRefused(
                    f"this key is listed for {printable(holder['entity_id'])} of {territory}",
                    hint="Every issuer needs a key of its own.",
                )
            if same and _given_up(identifier, service):
                raise ChangeRefused(
                    f"this key was given up as compromised with {service['service_id']}", hint="Make a new key."
                )
            if own and not same and listed.public.kid is not None and listed.public.kid == admitted.public.kid:
                raise ChangeRefused(
                    f"another key of this issuer is called {printable(admitted.public.kid)}",
                    hint="Give the new key a kid of its own.",
                )


def require_self_named(id: str, admitted: Admitted) -> None:
    """An identifier that is a key must be this key (did:key, did:jwk)."""
    from defa_id.resolvers import did_jwk, did_key

    for resolver in (did_key, did_jwk):
        if id.startswith(f"did:{resolver.METHOD}:"):
            try:
                named = resolver.resolve(id)
            except Fault as fault:
                raise ChangeRefused(f"{printable(id)} cannot be read: {fault.why or fault.code}") from None
            if named.thumbprint != admitted.public.thumbprint:
                raise ChangeRefused(f"{printable(id)} is another key", hint="Give the key the identifier is made of.")


def require_not_struck(source: State, *names: str) -> None:
    """Return if no emergency entry stands against any of these. Raises `ChangeRefused`: a later event, also
    that of a new grant, would answer it, and that must be meant."""
    struck = denials.unanswered(source)
    for name in names:
        if name in struck:
            raise ChangeRefused(
                f"{printable(name)} is struck by break-glass since {struck[name]['recorded']}",
                hint="Answer that first: suspend, withdraw or reinstate what is listed.",
            )


def _given_up(identifier: Object, service: Object) -> bool:
    return "compromised_since" in identifier or any(
        event.get("reason") == history.COMPROMISE for event in service["status_events"]
    )


def _names(entity: Object) -> Iterator[str]:
    """Every identifier an entity goes by."""
    yield entity["entity_id"]
    for service in entity["services"]:
        for identifier in service["identifiers"]:
            if identifier["kind"] in ("did", "issuer_url"):
                yield identifier["value"]
