"""JSON-LD 1.1 terms of a family: the context a credential with Data Integrity proofs names.

Flat: a word means the same at every depth, in every family. Lists are sets, because in none of them
does the order say anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defa_id.errors import WrongUse
from defa_id.types.definition import Definition, Shape


def url(definition: Definition) -> str:
    """What a credential's `@context` calls it. It is never fetched: verifiers pin it by digest."""
    return f"urn:defa-id:context:{definition.name}:{definition.version}"


def context(definition: Definition) -> dict[str, Any]:
    """The context document. Raises `WrongUse` for a word with two meanings."""
    terms: dict[str, str] = {}
    for name, iri in sorted(_terms(definition.shape)):
        if terms.setdefault(name, iri) != iri:
            raise WrongUse(f"{definition.name}: {name} is {terms[name]} and {iri}", hint="One word, one IRI.")
    return {
        "@context": {
            "@version": 1.1,
            "@protected": True,
            "id": "@id",
            "type": "@type",
            definition.vc: definition.uri,
            **terms,
        }
    }


def _terms(shape: Shape) -> Iterator[tuple[str, str]]:
    for field in shape.fields:
        stem = field.iri.removesuffix("NN")
        yield from ((name, stem + name[-2:] if field.numbered else field.iri) for name in field.names)
        yield from _terms(field.shape)
