"""A status that only the issuer's own service tells, whom this verifier does not ask: it is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from defa_id.errors import Unknowable
from defa_id.status import Reference, Value


def refer(_: Mapping[str, Any]) -> Reference:
    """No list holds it. Raises `Unknowable` STATUS_ONLINE_ONLY."""
    raise Unknowable("STATUS_ONLINE_ONLY")


def look(_: Mapping[str, Any], __: Reference) -> Value:
    """The same. Raises `Unknowable` STATUS_ONLINE_ONLY."""
    raise Unknowable("STATUS_ONLINE_ONLY")
