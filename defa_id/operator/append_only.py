"""What the region published of its vocabulary is never taken back; for the lists of states, see `events`."""

from __future__ import annotations

from typing import Any

from defa_id.errors import ChangeRefused

Object = dict[str, Any]


def require_types_kept(before: Object, after: Object) -> None:
    """Return if every credential type of the published vocabulary still stands in it, of the same family.

    A type ends by being retired: what was issued under its name keeps its meaning. Raises `ChangeRefused`.
    """
    kept = {(entry["type"], entry["format"], entry["family"]) for entry in after.get("types", [])}
    for entry in before.get("types", []):
        if (entry["type"], entry["format"], entry["family"]) not in kept:
            raise ChangeRefused(
                f"the published type {entry['type']} is gone from the vocabulary or means something else",
                hint='Put it back; a type that is issued no more has "status": "retired".',
            )
