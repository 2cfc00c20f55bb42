"""A policy as its writer has it before them: the values, and the documents they were read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from defa_id import files
from defa_id.codec import limits, strict_json
from defa_id.policy import Policy
from defa_id.values import NamedTuple


class Draft(NamedTuple):
    """A policy and its documents by id: its own first, then those it is laid over. `bases`: the policies those
    make, the one directly below first."""

    policy: Policy
    documents: Mapping[str, Mapping[str, Any]]
    bases: tuple[Policy, ...] = ()

    def set_by(self, member: str) -> Mapping[str, Any]:
        """The document that set a member; empty where the member is as it is without any."""
        return self.documents.get(self.policy.provenance.get(member, ""), {})


def read(name: str) -> Draft:
    """A shipped policy by its name, another by its path. Raises `PolicyInvalid`."""
    policy = files.load_policy(name)
    chain = list(_chain(files.policy_path(name)))
    bases = tuple(files.load_policy(path) for path, _ in chain[1:])
    return Draft(policy, {str(document["id"]): document for _, document in chain}, bases)


def _chain(path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    document = strict_json.load_object(files.read_input(path, limits.DOCUMENT_BYTES))
    yield path, document
    if "base" in document:
        yield from _chain(files.policy_path(document["base"], path.parent))
