"""Validation against a JSON Schema that the registry names by digest (JSON Schema 2020-12).

The compiled validator is jsonschema-rs: linear-time patterns, formats asserted, and a retriever
that refuses everything, because a schema that fetches is a hole in the wall.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NoReturn

from defa_id.codec import digests, limits, strict_json
from defa_id.codec.text import printable
from defa_id.errors import Fault, Unknowable

if TYPE_CHECKING:
    import jsonschema_rs

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def validate(document: Any, schema: bytes, sha256: str) -> None:
    """Return if `document` fits the schema whose bytes have that digest.

    Raises `Fault` SCHEMA_DIGEST, SCHEMA_INVALID (naming the place, never the value);
    `Unknowable` SCHEMA_UNUSABLE for a schema of another dialect, a reference that leads outside, or
    one that is not a schema.
    """
    compiled = _compiled(schema, sha256)
    if not compiled.is_valid(document):
        error = next(compiled.iter_errors(document))
        place = "/".join(printable(str(step)) for step in error.instance_path)
        raise Fault("SCHEMA_INVALID", f"/{place} does not satisfy {_keyword(error)}", place=f"/{place}", sha256=sha256)


def _keyword(error: jsonschema_rs.ValidationError) -> str:
    return next((str(step) for step in reversed(error.schema_path) if isinstance(step, str)), "the schema")


def _refuse(uri: str) -> NoReturn:
    raise ValueError(f"a schema must not lead outside: {printable(uri)}")


@lru_cache(maxsize=128)
def _compiled(schema: bytes, sha256: str) -> jsonschema_rs.Draft202012Validator:
    if digests.sha256(schema).hex() != sha256:
        raise Fault("SCHEMA_DIGEST", expected=sha256)
    import jsonschema_rs

    if len(schema) > limits.DOCUMENT_BYTES:
        raise Unknowable("SCHEMA_UNUSABLE", "the schema is too large")
    try:
        document = strict_json.loads(schema)
        if not isinstance(document, dict) or document.get("$schema", DIALECT) != DIALECT:
            raise Unknowable("SCHEMA_UNUSABLE", "not a JSON Schema 2020-12 object")
        return jsonschema_rs.Draft202012Validator(
            document, validate_formats=True, retriever=_refuse, pattern_options=jsonschema_rs.RegexOptions()
        )
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise Unknowable("SCHEMA_UNUSABLE", f"{type(error).__name__}") from None
    except Fault as fault:
        raise Unknowable("SCHEMA_UNUSABLE", fault.why or fault.code) from None
