"""Rules of shape: JSON Schema, the canonical form, and what the verifier itself can read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from defa_id import files
from defa_id.codec import canonical
from defa_id.codec.text import printable
from defa_id.errors import RegistryRejected
from defa_id.operator import storage
from defa_id.operator.rules import Finding, Spot, finding
from defa_id.trust import records

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

LIST: Final = "state-list"
_BRANCHES: Final = {"did": "named", "issuer_url": "named", "jwk": "key", "x509": "certificate"}
_EMPTY: Final = {
    "identifiers": "key.none",
    "credentials": "type.none",
    "formats": "format.none",
    "algorithms": "algorithm.none",
    "status_events": "event.none",
}
_ABSENT: Final = {"framework_version": "assurance.version", "not_after": "algorithm.end", **_EMPTY}
_TIMES: Final = frozenset(
    (
        *("recorded", "effective", "from", "until", "valid_from", "valid_until"),
        *("compromised_since", "not_after", "issued", "retrieved"),
    )
)


def shape(schema: str, spot: Spot) -> Iterator[Finding]:
    """What keeps a document from being one of its schema, each with the rule that says it best."""
    try:
        data = canonical.encode(spot.document)
    except ValueError as refused:
        yield finding("shape.json", spot, str(refused))
        return
    yield from _shape(schema, spot.file, spot.owner, data)


@lru_cache(maxsize=64)
def _shape(schema: str, file: str, owner: str, data: bytes) -> tuple[Finding, ...]:
    """The same, once for each content: with each change a registry is checked as a whole."""
    return tuple(_misfits(schema, Spot(file, json.loads(data), (), owner)))


def _misfits(schema: str, spot: Spot) -> Iterator[Finding]:
    fits = True
    for error in validator(schema).iter_errors(spot.document):
        fits = False
        nearest = _nearest(error)
        place = spot.at(*nearest.absolute_path)
        yield finding(_rule(nearest), place, f"{place.below or 'the record'}: {_message(nearest)}")
    if fits and schema == LIST:
        try:
            records.read_list(spot.document, spot.owner)
        except RegistryRejected as rejected:
            yield finding("shape.reader", spot, rejected.message)


@lru_cache(maxsize=8)
def validator(schema: str) -> Draft202012Validator:
    """The validator of one of this project's schemas, which refer to nothing outside themselves."""
    from jsonschema import Draft202012Validator
    from referencing import Registry

    document = storage.read_object(files.data_root() / "schemas" / f"{schema}.schema.json")
    return Draft202012Validator(document, registry=Registry())


def _nearest(error: ValidationError) -> ValidationError:
    """Of the reasons why none of several forms fits, the one of the form that was meant."""
    from jsonschema.exceptions import best_match

    if error.validator == "oneOf" and error.context and isinstance(error.instance, dict):
        meant = _BRANCHES.get(str(error.instance.get("kind")))
        forms: Any = error.validator_value
        branches = [str(form.get("$ref", "")).rpartition("/")[2] for form in forms]
        if meant in branches:
            index = branches.index(meant)
            own = [below for below in error.context if below.schema_path and below.schema_path[0] == index]
            return best_match(own) or error
        return error
    return best_match([error]) or error


def _rule(error: ValidationError) -> str:
    path = list(error.absolute_path)
    last = str(path[-1]) if path else ""
    rule = "shape.schema"
    if "propertyNames" in error.absolute_schema_path:
        rule = "key.private"
    elif error.validator == "additionalProperties":
        rule = "shape.member"
    elif error.validator == "required":
        absent = _absent(error)
        rule = _ABSENT.get(absent, "time.form" if absent in _TIMES else "shape.missing")
    elif error.validator == "minItems":
        rule = _EMPTY.get(last, rule)
    elif last == "alg":
        rule = "algorithm.refused"
    elif last in _TIMES:
        rule = "time.form"
    return rule


def _absent(error: ValidationError) -> str:
    required: Any = error.validator_value
    held: Any = error.instance
    return next((str(name) for name in required if name not in held), "")


def _message(error: ValidationError) -> str:
    """The validator's own words, but never the whole of a record: it might hold a private key."""
    if error.validator in ("oneOf", "anyOf"):
        return "is of no kind that is known here"
    if "propertyNames" in error.absolute_schema_path:
        return f"the key is refused: member {printable(error.instance)!r} of a private key"
    if error.validator == "minItems" and not error.instance:
        return "is empty"
    return printable(_short(error), 160)


def _short(error: ValidationError) -> Any:
    if isinstance(error.instance, dict | list) and error.validator not in ("required", "additionalProperties"):
        return f"is not as the schema says ({error.validator})"
    return error.message
