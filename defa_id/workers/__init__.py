"""Work that may have to be ended from outside, in processes of its own: libraries that are slow or crash.

What such a process says can leave a question unknown or add a refusal; it never crashes or holds up
the verifier that asked. `EQUIPPED` are the default parts with these workers; a process starts when it is first
asked, and nothing is imported before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from defa_id.parts import DEFAULT_PARTS, Parts

if TYPE_CHECKING:
    from defa_id.linked import Documents, Quad


def equip(parts: Parts) -> Parts:
    """These parts with the workers of this room."""
    return parts.with_worker("quads", _quads).with_worker("legacy", _legacy)


def _quads(document: Any, documents: Documents) -> list[Quad]:
    from defa_id.workers import linked_data

    return linked_data.to_quads(document, documents)


def _legacy(document: Mapping[str, Any], jwk: Mapping[str, Any]) -> None:
    from defa_id.workers import legacy

    legacy.verify(document, jwk)


EQUIPPED: Final[Parts] = equip(DEFAULT_PARTS)
