"""Break-glass: one deny key alone stops an issuer or a key at once, and only two of operations undo it.

What is struck stays struck until the state's own list says something later about it; nobody has to
remember to keep it so. The change is made on what stands published, whatever else is being edited.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from securesystemslib.signer import Signer  # type: ignore[attr-defined]

from defa_id.codec import times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused
from defa_id.operator import changeset, demands, denials, roles, signing
from defa_id.operator.changeset import ChangeSet
from defa_id.operator.published import Published
from defa_id.operator.rules import holders, issuer_keys
from defa_id.operator.tree import Object, Tree
from defa_id.trust import history
from defa_id.values import NamedTuple


class Strike(NamedTuple):
    """What is to be struck of a state: an issuer's identifier or a key's thumbprint, why, and from when on."""

    state: str
    id: str
    reason: str
    effective: datetime
    note: str = ""


def strike(
    settings: Object, published: Published | None, asked: Strike, signer: Signer, now: datetime, folder: Path
) -> tuple[ChangeSet, tuple[Object, ...]]:
    """The signed change set that strikes, put into `folder`, and the deny entries in it.

    `settings`: of the registry; what is being edited in its sources does not matter. Raises `ChangeRefused`: a
    key that is no deny key of the state, something it does not list or has struck already, an unknown
    reason, a moment to come.
    """
    if published is None or published.version_of(roles.denial(asked.state).role) is None:
        raise ChangeRefused(
            f"{printable(asked.state)} is not published yet", hint="Nobody relies on it: nothing to do."
        )
    if asked.reason not in history.REASONS:
        known = ", ".join(sorted(history.REASONS))
        raise ChangeRefused(f"unknown reason {printable(asked.reason)!r}", hint=f"Use one of {known}.")
    if asked.effective > now:
        raise ChangeRefused("an emergency takes effect at once", hint="Give no --effective, or one in the past.")
    if signer.public_key.keyid not in {key.keyid for key in published.keys_of(roles.denial(asked.state).role)}:
        raise ChangeRefused(
            f"this key is no break-glass key of {asked.state}", hint=f"It takes one of {asked.state}-deny."
        )
    standing = changeset.tree_of(published)._replace(registry=settings)
    entries = tuple(
        {"id": id, "effective": times.show(asked.effective), "recorded": times.show(now), "reason": asked.reason}
        for id in _struck(standing, asked)
    )
    changed = standing.with_state(asked.state, denials.with_entries(standing.states[asked.state], entries))
    change = changeset.propose(changed, published, asked.state, signer, asked.note, now, folder)
    changeset.write(folder, change)
    derived = changeset.rederive(change, published, now)
    demands.put(
        change.id,
        signing.demanded(change, derived, published),
        signing.author_of(change, published),
        signer,
        folder,
    )
    return change, entries


def _struck(tree: Tree, asked: Strike) -> tuple[str, ...]:
    """What the entries name: everything an entity issues under, one identifier, or one key."""
    found: list[str] = []
    for holder in holders.holders(tree, asked.state):
        identifiers = holder.record["identifiers"]
        names = [one["value"] for one in identifiers if "value" in one]
        if asked.id == holder.entity:
            found += names
        found += [name for name in names if name == asked.id]
        for index, key in issuer_keys.public_keys(identifiers):
            if asked.id not in (key.thumbprint, identifiers[index].get("sha256")):
                continue
            if identifiers[index].get("use") == "ca":
                raise ChangeRefused(
                    "a certificate authority signs no credential itself",
                    hint=f"Strike the issuer's identifier: {printable(names[0]) if names else holder.entity}.",
                )
            found.append(key.thumbprint)
    if not found:
        raise ChangeRefused(
            f"{asked.state} lists no issuer or key {printable(asked.id)}",
            hint=f"See the list: defa-id registry show {asked.state}",
        )
    struck = denials.unanswered(tree.states[asked.state])
    new = [id for id in dict.fromkeys(found) if id not in struck]
    if not new:
        since = struck[found[0]]["recorded"]
        raise ChangeRefused(
            f"{printable(asked.id)} is struck since {since} already",
            hint=f"Two of {asked.state}-ops answer it: suspend, withdraw or reinstate.",
        )
    return tuple(new)
