"""RFC 8785, the JSON Canonicalization Scheme, for any JSON value a sender may have signed.

Where the C encoder of the standard library already writes the RFC's bytes it is used; whatever it would
write otherwise (numbers with fractions, member names whose UTF-16 order is not their code point
order) goes to the package `rfc8785`. Our own documents, which hold neither, go through `canonical`.
"""

from __future__ import annotations

import json
from typing import Any, Final

from defa_id.codec import limits

# From here on the order of UTF-16 code units (RFC 8785 §3.2.3) and of code points may differ.
_SURROGATES_END: Final = "\ue000"

_write: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), check_circular=False
).encode


def canonicalize(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value as `strict_json` reads it.

    Raises `ValueError` for what has none: NaN and infinities, integers beyond ±(2^53-1), lone
    surrogates, and Python values that are no JSON.
    """
    if _written_alike(value):
        return _write(value).encode()
    import rfc8785

    return rfc8785.dumps(value)


def _written_alike(value: Any) -> bool:
    """Whether the C encoder writes this value as the RFC does. Exact types only: a subclass may show
    the encoder something else."""
    kind = type(value)
    if kind is dict:
        for name, member in value.items():
            if type(name) is not str or (not name.isascii() and max(name) >= _SURROGATES_END):
                return False
            inner = type(member)
            if inner is not str and inner is not bool and member is not None and not _written_alike(member):
                return False
        return True
    if kind is list:
        return all(type(element) is str or _written_alike(element) for element in value)
    if kind is int:
        return bool(abs(value) <= limits.JSON_INTEGER)
    return kind is str or kind is bool or value is None
