"""The status claim of a token (draft-ietf-oauth-status-list §6): the mechanisms it names, each with its entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from defa_id.credential import StatusEntry
from defa_id.errors import Fault

_CWT_LABEL: Final = 65535  # the same, §6.2


def read(status: Any) -> tuple[StatusEntry, ...]:
    """One entry for each mechanism; one that nobody here knows is for the check to say. Raises `Fault` STATUS_SHAPE."""
    if not names_mechanisms(status):
        raise Fault("STATUS_SHAPE", "status names no mechanism")
    return tuple(StatusEntry(str(mechanism), entry) for mechanism, entry in status.items())


def of_cwt(claims: Mapping[Any, Any]) -> tuple[StatusEntry, ...]:
    """The same of a CWT's claims; nothing where there is no such claim. Raises `Fault` STATUS_SHAPE."""
    return read(claims[_CWT_LABEL]) if _CWT_LABEL in claims else ()


def names_mechanisms(status: Any) -> bool:
    """Whether a value has the shape of the claim: an object of objects, and not an empty one."""
    return type(status) is dict and bool(status) and all(type(entry) is dict for entry in status.values())
