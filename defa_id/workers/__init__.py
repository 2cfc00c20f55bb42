"""Work that may have to be ended from outside, in processes of its own: libraries that are slow or crash.

What such a process says can leave a question unknown or add a refusal; it never crashes or holds up
the verifier that asked. `equip` puts the workers into the parts of a verifier.
"""

from __future__ import annotations

from defa_id.parts import Parts
from defa_id.workers import legacy, linked_data


def equip(parts: Parts) -> Parts:
    """These parts with the workers of this room; their processes start when first asked."""
    return parts.with_worker("quads", linked_data.to_quads).with_worker("legacy", legacy.verify)
