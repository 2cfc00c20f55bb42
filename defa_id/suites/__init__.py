"""One signature and one key: nothing, or a `Fault`. What a suite needs besides comes as `Means`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from defa_id.credential import Proof
from defa_id.keys import PublicKey
from defa_id.values import NamedTuple


def no_document(url: str) -> bytes | None:  # noqa: ARG001  (a look-up that holds nothing)
    """Nothing is pinned."""
    return None


class Means(NamedTuple):
    """What suites of linked data need and must not fetch. `documents`: a pinned context by its exact URL,
    or None. `workers`: functions that run outside the middle, in processes that can be ended, by name
    (`quads`: a `linked.FullProcessor`; `legacy`); one that is not there makes the answer unknown."""

    documents: Callable[[str], bytes | None] = no_document
    workers: Mapping[str, Callable[..., Any]] = {}


Suite = Callable[[Proof, PublicKey, Means], None]
