"""Publishing: the sources of a registry compiled and signed as a repository of The Update Framework 1.0.

Versions only go up, what has not changed keeps its version and its signatures, and nothing that was
ever published is taken back. Every file is put in its place in one step and `timestamp.json` last,
so a reader finds the old registry or the new one, whole, whatever happens to the publisher.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path

from tuf.api.metadata import Metadata, Root  # type: ignore[attr-defined]

from defa_id.operator import lint, placing
from defa_id.operator.compiling import Compiled
from defa_id.operator.keyring import Keyring
from defa_id.operator.making import Work
from defa_id.operator.tree import Tree
from defa_id.values import NamedTuple


class Publication(NamedTuple):
    """What was published: the snapshot's version, the roles signed anew, the folder, and when."""

    version: int
    changed: tuple[str, ...]
    path: Path
    issued: datetime
    expires: datetime


def publish(
    tree: Tree, keyring: Keyring, path: Path, now: datetime, *, reappointed: Collection[str] = ()
) -> Publication:
    """Compile `tree`, sign it with `keyring`, and put it into the folder `path`.

    `now` is the moment of publication (aware; fractions of a second are dropped). `reappointed`: states
    that lost too many keys to hand over to their new ones; clients that know the old ones will refuse
    them. Raises `ChangeRefused` if the sources have errors, take back what was published, lack a key, or if the
    clock stands before the last publication; nothing is written then.
    """
    now = now.replace(microsecond=0)
    lint.require_clean(tree)
    placing.recover(path)
    built_on = placing.standing(path)
    work = Work(tree, keyring, path, now, reappointed)
    work.build()
    work.bridge()
    work.verify()
    placing.place(path, work.files, built_on, work.late)
    return Publication(work.version, tuple(work.changed), path, now, work.expires)


def publish_approved(
    tree: Tree,
    approved: Iterable[Compiled],
    keyring: Keyring,
    path: Path,
    now: datetime,
    *,
    root: Metadata[Root] | None = None,
) -> Publication:
    """Put roles that their keys have signed already into the publication in `path`; the rest of it stays.

    `tree` is what stands published with the approved changes in it, held to the rules by whoever approved
    them; `root` a new root that came signed. Only snapshot and timestamp are signed here. Raises as
    `publish`, and for signatures that do not suffice.
    """
    now = now.replace(microsecond=0)
    signed = tuple(approved)
    striking = [role.role for role in signed if role.role.endswith("-deny")]
    emergency = bool(striking) and len(striking) == len(signed) and root is None
    placing.recover(path)
    built_on = placing.standing(path)
    work = Work(tree, keyring, path, now)
    work.adopt(signed, root)
    work.pass_on()
    work.verify(only=striking if emergency else ())  # an emergency does not wait for another state's trouble
    placing.place(path, work.files, built_on, work.late)
    return Publication(work.version, tuple(work.changed), path, now, work.expires)


def stamp(tree: Tree, keyring: Keyring, path: Path, now: datetime) -> Publication:
    """Sign the timestamp of what stands published anew, and its snapshot in the second half of its life.

    This is what a machine does by itself, with the online keys alone: it changes nothing that states sign.
    Of `tree` only the settings of the registry matter. Raises `ChangeRefused`: nothing is published, a key is
    missing, or what stands there would not be accepted by a reader.
    """
    now = now.replace(microsecond=0)
    placing.recover(path)
    built_on = placing.standing(path)
    work = Work(tree, keyring, path, now)
    work.stamp()
    work.verify()
    placing.place(path, work.files, built_on, work.late)
    return Publication(work.version, tuple(work.changed), path, now, work.expires)
